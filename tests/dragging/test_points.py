from __future__ import annotations

import pytest
import torch

from keepdial.dragging.points import kept, motion, patch, read, tracked

HERE = torch.zeros(1, 2)


def test_a_patch_is_a_square_about_nought() -> None:
    made = patch(1.0, 0.5)
    assert made.shape == (25, 2)
    assert made.abs().max() == 1
    assert made.sum(dim=0).tolist() == [0, 0]
    assert patch(0.2, 1.0).tolist() == [[0, 0]]


def test_reading_between_pixels_is_bilinear_and_goes_on_beyond_the_edge() -> None:
    features = torch.arange(12.0).reshape(1, 3, 4)
    points = torch.tensor([[0.0, 0.0], [3.0, 2.0], [1.5, 0.0], [1.0, 0.5], [-5.0, 0.0], [9.0, 9.0]])
    assert read(features, points, (4, 3))[:, 0].tolist() == pytest.approx([0, 11, 1.5, 3, 0, 11], abs=1e-5)


def test_a_smaller_map_covers_the_same_picture() -> None:
    features = torch.tensor([[[0.0, 1.0], [0.0, 1.0]]])
    # The two pixels' middles lie at 1.5 and 5.5 of a picture of 8 px.
    seen = read(features, torch.tensor([[1.5, 4.0], [3.5, 4.0], [5.5, 4.0]]), (8, 8))
    assert seen[:, 0].tolist() == pytest.approx([0, 0.5, 1], abs=1e-5)


def test_motion_pulls_what_is_here_one_way_further() -> None:
    ramp = torch.arange(8.0).expand(1, 8, 8).clone().requires_grad_(True)
    around = torch.tensor([[[3.0, 3.0]]])
    still = torch.zeros(1, 1, 1)
    loss = motion(ramp, around, torch.tensor([[1.0, 0.0]]), (8, 8), still)
    assert loss.item() == pytest.approx(1)
    loss.backward()
    assert ramp.grad is not None
    # Only what is there is changed, towards what is here, which is smaller.
    assert ramp.grad.nonzero().tolist() == [[0, 3, 4]]
    assert ramp.grad[0, 3, 4] == 1


def test_a_point_with_no_way_is_to_show_what_it_showed() -> None:
    features = torch.full((1, 4, 4), 2.0)
    loss = motion(
        features, torch.tensor([[[1.0, 1.0]]]), torch.zeros(1, 2), (4, 4), torch.full((1, 1, 1), 5.0)
    )
    assert loss.item() == 3


def test_an_anchor_is_what_was_there_in_the_beginning() -> None:
    features, around, way = torch.zeros(1, 4, 4), torch.tensor([[[1.0, 1.0]]]), torch.tensor([[1.0, 0.0]])
    losses = [
        motion(features, around, way, (4, 4), torch.full((1, 1, 1), 8.0), anchor=share).item()
        for share in (0.0, 0.5, 1.0)
    ]
    assert losses == [0, 4, 8]


def test_what_is_fixed_is_held() -> None:
    first, now = torch.zeros(1, 2, 2), torch.ones(1, 2, 2)
    assert kept(now, first, torch.tensor([[1.0, 0.0], [0.0, 0.0]])).item() == 0.25


def test_a_point_is_found_where_its_features_went() -> None:
    features = torch.zeros(2, 9, 9)
    features[:, 5, 6] = torch.tensor([1.0, -1.0])
    first = torch.tensor([[[1.0, -1.0]]])
    assert tracked(features, torch.tensor([[4.0, 4.0]]), first, HERE, 2, 1, (9, 9)).tolist() == [[6, 5]]
    # Too far away to be found: nothing is nearer than where it was.
    assert tracked(features, torch.tensor([[1.0, 1.0]]), first, HERE, 2, 1, (9, 9)).tolist() == [[1, 1]]


def test_surroundings_tell_a_place_from_one_like_it() -> None:
    features = torch.zeros(1, 9, 9)
    features[0, 4, 3] = features[0, 4, 6] = 1
    features[0, 3, 6] = 2
    at, about = torch.tensor([[4.0, 4.0]]), torch.tensor([[0.0, 0.0], [0.0, -1.0]])
    assert tracked(features, at, torch.tensor([[[1.0]]]), HERE, 2, 1, (9, 9)).tolist() == [[3, 4]]
    assert tracked(features, at, torch.tensor([[[1.0], [2.0]]]), about, 2, 1, (9, 9)).tolist() == [[6, 4]]


def test_a_point_is_looked_for_inside_of_the_picture_only() -> None:
    features = torch.arange(5.0).expand(1, 5, 5).contiguous()
    found = tracked(features, torch.tensor([[4.0, 0.0]]), torch.tensor([[[9.0]]]), HERE, 3, 1, (5, 5))
    assert found.tolist() == [[4, 0]]
