from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from keepdial.dragging.loop import Carried, Dragged, Handles, Look, Rules, drag
from keepdial.dragging.points import read
from keepdial.errors import BackendError, Cancelled
from keepdial.progress import Cancel

SIDE = 32
RULES = Rules(supervise=2, track=3, spacing=0.5, stride=1, rate=0.2, hold=0, near=1, most=120, patience=40)


def blobs(latents: Tensor) -> Look:
    """Two soft spots whose places are the latents (2, 2), each with a colour and a slope of its own."""
    y, x = torch.meshgrid(torch.arange(float(SIDE)), torch.arange(float(SIDE)), indexing="ij")
    planes = []
    for cx, cy in latents:
        spot = torch.exp(-((x - cx) ** 2 + (y - cy) ** 2) / 18)
        planes += [spot, spot * (x - cx) / 4, spot * (y - cy) / 4]
    features = torch.stack(planes)
    return Look(features, features)


PLACES = torch.tensor([[10.0, 12.0], [22.0, 20.0]])


def pull(*ways: tuple[float, float, float, float], rules: Rules = RULES, **more: Any) -> Dragged:
    table = np.array(ways, np.float64)
    free = more.pop("free", np.ones((SIDE, SIDE), np.float32))
    handles = Handles(table[:, :2], table[:, 2:], free, (SIDE, SIDE))
    return drag(more.pop("latents", PLACES), more.pop("look", blobs), handles, rules, **more)


def test_a_handle_is_taken_to_its_target() -> None:
    made = pull((10, 12, 18, 9))
    assert made.why == "reached"
    assert made.left[0] <= 1
    # The spot itself is there, not only its handle as followed.
    assert made.latents[0].tolist() == pytest.approx([18, 9], abs=1.5)
    assert PLACES.tolist() == [[10, 12], [22, 20]]
    assert made.trail.shape == (made.steps + 1, 1, 2)
    assert np.abs(np.diff(made.trail, axis=0)).max() <= RULES.track


def test_several_handles_go_their_own_ways() -> None:
    made = pull((10, 12, 14, 17), (22, 20, 22, 14))
    assert made.why == "reached"
    assert made.latents.flatten().tolist() == pytest.approx([14, 17, 22, 14], abs=1.6)


def test_what_must_hold_still_holds() -> None:
    free = np.ones((SIDE, SIDE), np.float32)
    free[:, 16:] = 0

    def tied(latents: Tensor) -> Look:
        # One latent moves both spots: what is held is in the handle's way.
        return blobs(PLACES + latents)

    loose = pull((10, 12, 15, 12), look=tied, latents=torch.zeros(1, 2))
    held = pull(
        (10, 12, 15, 12), look=tied, latents=torch.zeros(1, 2), free=free, rules=replace(RULES, hold=20)
    )
    assert loose.why == "reached"
    assert abs(held.latents[0, 0]) < 1
    assert held.left[0] > 3


def test_a_handle_that_holds_its_place_is_no_target_for_others() -> None:
    def tied(latents: Tensor) -> Look:
        return blobs(latents)

    made = pull((10, 12, 16, 12), (22, 20, 22, 20), look=tied)
    assert made.latents[1].tolist() == pytest.approx([22, 20], abs=0.6)


def test_it_ends_where_nothing_moves_and_where_steps_are_used_up() -> None:
    def stiff(latents: Tensor) -> Look:
        return blobs(PLACES + 0 * latents)

    made = pull((10, 12, 20, 12), look=stiff, latents=torch.zeros(1, 2))
    assert (made.why, made.steps) == ("stalled", RULES.patience + 1)
    assert made.left[0] == pytest.approx(10)
    made = pull((10, 12, 26, 12), rules=replace(RULES, most=5))
    assert (made.why, made.steps) == ("steps", 5)
    assert made.left[0] > 1


def test_a_handle_at_its_target_needs_no_step() -> None:
    made = pull((10, 12, 10.5, 12))
    assert (made.why, made.steps) == ("reached", 0)
    assert torch.equal(made.latents, PLACES)


def test_every_state_is_shown_and_the_same_comes_again() -> None:
    seen: list[tuple[float, list[float]]] = []

    def watch(done: float, latents: Tensor, points: Any) -> None:
        assert not latents.requires_grad
        seen.append((done, points[0].tolist()))

    made = pull((10, 12, 18, 9), watch=watch)
    assert len(seen) == made.steps
    assert all(0 < done <= 1 for done, _ in seen)
    assert seen[-1][1] == made.points[0].tolist()
    assert torch.equal(made.latents, pull((10, 12, 18, 9)).latents)


def test_it_stops_within_a_step() -> None:
    cancel = Cancel()
    steps = 0

    def watch(done: float, latents: Tensor, points: Any) -> None:
        nonlocal steps
        steps += 1
        if steps == 3:
            cancel.set()

    with pytest.raises(Cancelled):
        pull((10, 12, 26, 12), watch=watch, cancel=cancel)
    assert steps == 3


def test_nan_is_an_error() -> None:
    def broken(latents: Tensor) -> Look:
        features = blobs(latents).features * float("nan")
        return Look(features, features)

    with pytest.raises(BackendError, match="no numbers"):
        pull((10, 12, 18, 12), look=broken)


def beginning(x: float, y: float, spread: float = 1.0) -> Carried:
    """The first spot taken to (x, y) already, and what it showed around it before."""
    about = torch.tensor([[-2.0, 0], [0, -2], [0, 0], [2, 0], [0, 2]])[None] * spread
    still = read(blobs(PLACES).features, PLACES[:1, None] + about, (SIDE, SIDE))
    latents = torch.stack([torch.tensor([x, y]), PLACES[1]])
    return Carried(latents, np.array([[x, y]]), about, still)


CARRY = replace(RULES, anchor=1.0, near=0.5, least=4, rate=0.1)


def test_a_thing_that_was_carried_is_held_to_what_it_showed() -> None:
    made = pull((10, 12, 18, 9), carried=beginning(18, 9), rules=CARRY)
    assert made.why == "reached"
    # The way there is the first step; then come those that are due in any case.
    assert made.trail[0].tolist() == [[10, 12]]
    assert made.steps == 1 + CARRY.least
    assert made.latents[0].tolist() == pytest.approx([18, 9], abs=0.6)
    assert made.latents[1].tolist() == pytest.approx(PLACES[1].tolist(), abs=0.6)


def test_what_was_not_carried_far_enough_is_pulled_the_rest_of_the_way() -> None:
    start = beginning(15, 10)
    short = replace(start, points=np.array([[18.0, 9.0]]))
    made = pull((10, 12, 18, 9), carried=short, rules=replace(CARRY, track=4))
    assert made.latents[0].tolist() == pytest.approx([18, 9], abs=1.0)
    assert made.steps > 1 + CARRY.least


def test_what_is_to_hold_still_is_what_the_source_shows() -> None:
    free = np.ones((SIDE, SIDE), np.float32)
    free[:, 16:] = 0
    off = beginning(14, 12)
    moved = replace(off, latents=off.latents + torch.tensor([[0.0, 0], [3, 0]]))
    held = pull((10, 12, 14, 12), carried=moved, free=free, rules=replace(CARRY, hold=20, least=40))
    # The second spot was taken along by mistake, and goes back to where it was.
    assert held.latents[1].tolist() == pytest.approx([22, 20], abs=0.8)
