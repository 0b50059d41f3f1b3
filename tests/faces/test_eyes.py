from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from keepdial.faces.eyes import brightened, darkened, eye_masks, find_red, pupil_mask, redness
from keepdial.faces.parts import Parts
from keepdial.geometry import Size
from keepdial.tone.oklab import to_oklab
from keepdial.tone.space import space_of

from .drawn import canvas, someone

Array = NDArray[np.float32]
SPACE = space_of(None)


def eyes_of(face_parts: Parts) -> Array:
    """OKLab with yellowish whites and brown irises drawn in."""
    lab = canvas()[face_parts.box.slices]
    for side in (0, 1):
        inside = face_parts.eye(side)[..., None]
        lab = lab * (1 - inside) + inside * np.array([0.85, 0.01, 0.035], np.float32)
        middle, radius = face_parts.iris(side)
        iris = (face_parts.disc(middle, radius) * inside[..., 0])[..., None]
        lab = lab * (1 - iris) + iris * np.array([0.4, 0.03, 0.06], np.float32)
    return np.asarray(lab, np.float32)


@pytest.mark.parametrize("seen", [True, False])
def test_irises_get_light_and_whites_lose_their_yellow(seen: bool) -> None:
    parts = Parts.of(someone(apart=80, seen=seen), Size(200, 200))
    lab = eyes_of(parts)
    irises, whites = eye_masks(parts, lab)
    assert irises.max() > 0.8
    assert whites.max() > 0.8
    done = brightened(lab, irises, whites, 80, 1.0)
    touched = np.maximum(irises, whites) > 0
    assert np.array_equal(done[~touched], lab[~touched])
    sure = whites > 0.8
    assert done[sure][:, 2].mean() < 0.5 * lab[sure][:, 2].mean()
    assert done[sure][:, 0].mean() > lab[sure][:, 0].mean() + 0.01
    assert done[irises > 0.8][:, 0].mean() > lab[irises > 0.8][:, 0].mean() + 0.03


def test_skin_where_whites_should_be_is_left() -> None:
    parts = Parts.of(someone(apart=80, seen=False), Size(200, 200))
    _, whites = eye_masks(parts, canvas()[parts.box.slices])
    assert whites.max() < 0.05


def flash(x: float, y: float, radius: float, colour: tuple[float, ...] = (0.6, 0.04, 0.05)) -> Array:
    """Linear light of skin with a dark iris and a glowing pupil in it, and its catchlight."""
    light = np.broadcast_to(np.array([0.55, 0.32, 0.24], np.float32), (60, 80, 3)).copy()
    rows, columns = np.mgrid[:60, :80]
    away = np.hypot(columns - x, rows - y)
    light[away <= 2.2 * radius] = (0.05, 0.03, 0.02)
    light[away <= radius] = colour
    light[np.hypot(columns - x + radius / 3, rows - y + radius / 3) <= radius / 4] = 0.9
    return light


def near(x: float = 40, y: float = 30, reach: float = 14) -> NDArray[np.bool_]:
    rows, columns = np.mgrid[:60, :80]
    return np.asarray(np.hypot(columns - x, rows - y) <= reach)


@pytest.mark.parametrize("radius", [1.2, 3.0, 6.0])
def test_a_red_pupil_is_found_wherever_it_looks(radius: float) -> None:
    lab = to_oklab(flash(44, 28, radius), SPACE)
    (pupil,) = find_red(lab, near(), 60)
    assert (pupil.x, pupil.y) == pytest.approx((44, 28), abs=0.8)
    assert pupil.radius == pytest.approx(radius, abs=0.8)


def test_what_is_no_red_pupil_is_none() -> None:
    plain = flash(44, 28, 3, (0.02, 0.015, 0.01))
    assert find_red(to_oklab(plain, SPACE), near(), 60) == ()  # a dark pupil
    brown = flash(44, 28, 3, (0.2, 0.09, 0.03))
    assert find_red(to_oklab(brown, SPACE), near(), 60) == ()  # a brown one
    cheek = flash(44, 28, 3)
    cheek[:, :] = (0.6, 0.15, 0.15)
    assert find_red(to_oklab(cheek, SPACE), near(), 60) == ()  # red all over
    stripe = flash(44, 28, 3, (0.02, 0.015, 0.01))
    stripe[30:33, 20:60] = (0.6, 0.04, 0.05)
    assert find_red(to_oklab(stripe, SPACE), near(), 60) == ()  # a lid's rim
    assert find_red(to_oklab(flash(44, 28, 12), SPACE), near(reach=18), 60) == ()  # too large
    assert find_red(to_oklab(plain, SPACE), np.zeros((60, 80), bool), 60) == ()


def test_two_in_one_place_and_lips_are_told_apart() -> None:
    both = np.minimum(flash(20, 30, 3), 1)
    both[:, 40:] = flash(60, 30, 3)[:, 40:]
    place = np.zeros((60, 80), bool)
    place[15:45, 5:75] = True
    found = find_red(to_oklab(both, SPACE), place, 60, most=4, lonely=True)
    assert sorted(round(p.x) for p in found) == [20, 60]
    lips = flash(40, 30, 3, (0.02, 0.015, 0.01))
    lips[22:40, 10:70] = (0.45, 0.06, 0.07)
    lips[28:33, 38:43] = (0.6, 0.04, 0.05)
    assert find_red(to_oklab(lips, SPACE), place, 60, most=4, lonely=True) == ()


def test_a_red_pupil_becomes_dark_and_keeps_its_catchlight() -> None:
    light = flash(44, 28, 4)
    lab = to_oklab(light, SPACE)
    mask = pupil_mask(lab, find_red(lab, near(), 60))
    done = darkened(light, mask, 1.0)
    assert np.array_equal(done[mask == 0], light[mask == 0])
    pupil = np.hypot(*np.mgrid[-28:32, -44:36]) <= 3
    spark = light.min(axis=2) > 0.8
    inside = done[pupil & ~spark]
    assert inside.max() < 0.1  # dark
    assert float(np.ptp(inside, axis=1).max()) < 0.05  # and without colour
    assert done[spark].min() > 0.75
    assert redness(to_oklab(done, SPACE))[pupil].max() < 0.03
    half = darkened(light, mask, 0.5)
    assert np.allclose(half, (light + done) / 2, atol=1e-6)
