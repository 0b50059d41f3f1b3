from __future__ import annotations

import numpy as np
import pytest

from keepdial.faces import topology
from keepdial.faces.parts import Parts, grown, likeness, smoothness, softened, weighted_blur
from keepdial.geometry import Box, Size

from .drawn import SKIN, canvas, someone


@pytest.fixture
def parts() -> Parts:
    return Parts.of(someone(), Size(200, 200))


def test_the_box_lies_in_the_picture() -> None:
    found = Parts.of(someone(10, 10), Size(60, 50))
    assert found.box == found.face.box(0.5).clip(Size(60, 50))
    outside = Parts.of(someone(-300, -300), Size(60, 50))
    assert outside.box.area == 0
    assert outside.polygon(outside.outline()).size == 0


def test_a_polygon_covers_its_pixels(parts: Parts) -> None:
    square = np.array([(80, 60), (100, 60), (100, 70), (80, 70)], np.float32)
    mask = parts.polygon(square)
    assert mask.sum() == pytest.approx(200, rel=0.05)
    assert mask[65 - parts.box.y, 90 - parts.box.x] == 1
    assert mask[75 - parts.box.y, 90 - parts.box.x] == 0


def test_a_disc_has_its_area(parts: Parts) -> None:
    disc = parts.disc(np.array([100, 80], np.float32), 10)
    assert disc.sum() == pytest.approx(np.pi * 100, rel=0.02)


def test_a_spot_fades_along_the_axes_of_the_face(parts: Parts) -> None:
    spot = parts.spot(np.array([100.5, 80.5], np.float32), 8, 4)
    y, x = 80 - parts.box.y, 100 - parts.box.x
    assert spot[y, x] == pytest.approx(1)
    assert spot[y, x + 8] == pytest.approx(spot[y + 4, x], abs=1e-5)
    assert spot[y, x + 21] == 0


def test_parts_do_not_overlap(parts: Parts) -> None:
    lab = canvas()[parts.box.slices]
    skin, features = parts.skin(lab), parts.features()
    assert float((skin * features).max()) < 0.35  # the soft rim alone
    assert float(parts.lips()[parts.mouth() > 0.99].max(initial=0)) < 0.01
    assert skin.max() > 0.95
    assert parts.eye(0).sum() == pytest.approx(parts.eye(1).sum(), rel=0.05)
    middle, radius = parts.iris(0)
    assert radius == pytest.approx(0.1 * 40, rel=0.1)
    assert np.allclose(middle, (100 - 0.514 * 40, 80 - 0.03 * 40), atol=1)


def test_hair_of_another_colour_is_no_skin(parts: Parts) -> None:
    lab = canvas()
    lab[:60] = (0.3, 0.02, 0.04)  # a fringe over the forehead
    skin = parts.skin(lab[parts.box.slices])
    assert skin[: 54 - parts.box.y].max() < 0.05
    assert skin[95 - parts.box.y, 80 - parts.box.x] > 0.9


def test_rough_hair_of_skins_colour_is_no_skin() -> None:
    rng = np.random.default_rng(0)
    light = np.full((60, 60), 0.7, np.float32)
    light += rng.normal(0, 0.004, light.shape).astype(np.float32)
    light[:20] += rng.normal(0, 0.1, (20, 60)).astype(np.float32)
    sample = np.zeros((60, 60), bool)
    sample[35:] = True
    calm = smoothness(light, sample, 2)
    assert calm[:14].max() == 0
    assert calm[30:].min() == 1
    assert not smoothness(light, np.zeros_like(sample), 2).any()


def test_likeness_knows_a_shadow_from_another_material() -> None:
    lab = canvas(8, 8)
    lab[0] = np.array(SKIN) - np.array((0.1, 0, 0))  # in the shade
    lab[1] = np.array(SKIN) + np.array((0, 0, 0.12))  # gold
    sample = np.zeros((8, 8), bool)
    sample[3:] = True
    found = likeness(lab, sample)
    assert found[0].min() == 1
    assert found[1].max() == 0
    assert found[4].min() == 1
    assert not likeness(lab, np.zeros((8, 8), bool)).any()


def test_holes_of_moles_are_shut_and_those_of_the_eyes_are_not(parts: Parts) -> None:
    lab = canvas()
    lab[100:103, 78:81] = (0.35, 0.03, 0.04)
    skin = parts.skin(lab[parts.box.slices])
    ground = parts.ground(skin)
    y, x = 101 - parts.box.y, 79 - parts.box.x
    assert skin[y, x] < 0.25
    assert ground[y, x] > 0.4
    iris, _ = parts.iris(0)
    assert ground[round(float(iris[1])) - parts.box.y, round(float(iris[0])) - parts.box.x] == 0


def test_blurs_of_weights_and_masks() -> None:
    values = np.zeros((9, 9), np.float32)
    values[:, 5:] = 1
    weights = (values == 0).astype(np.float32)
    assert weighted_blur(values, weights, 1.5)[4, 4] == pytest.approx(0, abs=1e-3)
    planes = np.stack([values, values], axis=2)
    assert weighted_blur(planes, weights, 1.5).shape == (9, 9, 2)
    assert np.array_equal(softened(values, 0), values)
    dot = np.zeros((9, 9), np.float32)
    dot[4, 4] = 1
    assert grown(dot, 2).sum() == 13  # all within 2 px
    assert grown(dot, 0) is dot


def test_the_outline_goes_round_once() -> None:
    face = someone()
    assert len(set(topology.OVAL)) == len(topology.OVAL) == 36
    area = Parts(face, Box(0, 0, 200, 200)).polygon(face.at(topology.OVAL)).sum()
    assert area == pytest.approx(0.83 * (2.2 * 40) * (2.7 * 40), rel=0.05)
