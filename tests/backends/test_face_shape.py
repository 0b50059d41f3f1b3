from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from keepdial.backends import Frame, Step
from keepdial.backends.face_shape import BACKEND
from keepdial.errors import Cancelled
from keepdial.faces import topology
from keepdial.faces.landmarks import Landmarks
from keepdial.faces.parts import Parts
from keepdial.faces.shape import BESIDE, Amounts, field, ways
from keepdial.geometry import Box, Size
from keepdial.operations.reshape import Bent
from keepdial.progress import Cancel
from tests.faces.drawn import someone

SIDE = 240
STEP = Step("reshape", 0.0, 0)


def face() -> Landmarks:
    return someone(120, 90, 50)


def frame(amounts: Amounts, *, pixels: Any = None, mask: Any = None, alpha: Any = None) -> Frame:
    """A picture whose samples are the places themselves: red grows with x, green with y."""
    if pixels is None:
        place = np.arange(SIDE, dtype=np.float64) / SIDE * 65535
        pixels = np.zeros((SIDE, SIDE, 3), np.uint16)
        pixels[..., 0], pixels[..., 1] = place, place[:, None]
    one = face()
    parts = Parts.of(one, Size(SIDE, SIDE), margin=BESIDE + 0.1)
    if mask is None:
        mask = np.zeros((SIDE, SIDE), np.float32)
        mask[parts.box.slices] = 1
    guide = (Bent(ways(one, amounts), parts.box, one.unit),)
    usable = np.ones((SIDE, SIDE), bool)
    return Frame(Box(0, 0, SIDE, SIDE), pixels, mask, usable, True, alpha=alpha, guide=guide)


def source(result: NDArray[np.float32], x: float, y: float) -> tuple[float, float]:
    """Where the pixel (x, y) of the result comes from."""
    value = result[round(y - 0.5), round(x - 0.5)]
    return float(value[0]) * SIDE + 0.5, float(value[1]) * SIDE + 0.5


@pytest.mark.parametrize(
    ("amounts", "index", "way"),
    [
        (Amounts(slim=1), topology.SIDES[0][3], (0.11 * 50, 0.0)),
        (Amounts(slim=1), topology.SIDES[1][3], (-0.11 * 50, 0.0)),
        (Amounts(jaw=1), topology.SIDES[0][4], (-0.1 * 50, 0.0)),
        (Amounts(smile=1), topology.MOUTH_CORNERS[0], (-0.07 * 50, -0.1 * 50)),
        (Amounts(smile=1), topology.MOUTH_CORNERS[1], (0.07 * 50, -0.1 * 50)),
        (Amounts(open_eyes=1), topology.UPPER_LIDS[0][3], (0.0, -0.05 * 50)),
        (Amounts(nose=-1), topology.NOSE_WINGS[0][0], (0.06 * 50, -0.3 * 0.04 * 50)),
    ],
)
def test_points_come_where_they_are_to(amounts: Amounts, index: int, way: tuple[float, float]) -> None:
    point = face().points[index]
    result = BACKEND.generate(frame(amounts), STEP).pixels
    x, y = float(point[0]) + way[0], float(point[1]) + way[1]
    sx, sy = source(result, x, y)
    # Pixels are whole, and points that crowd give way a little.
    assert (sx - (round(x - 0.5) + 0.5), sy - (round(y - 0.5) + 0.5)) == pytest.approx(
        (-way[0], -way[1]), abs=1.0
    )


def test_every_way_is_mirrored_and_negative_ways_go_back() -> None:
    one = face()
    for name in ("smile", "open_eyes", "slim", "nose", "jaw"):
        there = ways(one, Amounts(**{name: 1.0}))
        back = ways(one, Amounts(**{name: -1.0}))
        moved = there.end - there.start
        assert np.abs(moved[:, 0].sum()) < 0.3
        assert np.abs(moved).max() <= 0.13 * one.unit
        cosine = (moved * (back.end - back.start)).sum()
        assert cosine < 0, name
    still = ways(one, Amounts())
    assert np.array_equal(still.start, still.end)


def test_nothing_moves_away_from_the_face() -> None:
    given = frame(Amounts(slim=1, jaw=0.5))
    result = BACKEND.generate(given, STEP).pixels
    moved = np.abs(result * 65535 - given.pixels).max(axis=2) > 0.5
    outline = face().at(topology.OVAL)
    assert moved.any()
    _, x = np.nonzero(moved)
    reach = (BESIDE + 0.1) * 50 + 1
    assert x.min() >= outline[:, 0].min() - reach
    assert x.max() <= outline[:, 0].max() + reach
    # A tenth of a pixel half of an eye distance beside the face: no line bends there that anybody sees.
    away = np.abs(result - given.pixels / 65535).max(axis=2) * SIDE
    column = round(float(outline[:, 0].max()) + 0.45 * 50)
    assert away[:, column].max() < 0.35


@pytest.mark.parametrize("amounts", [Amounts(smile=1), Amounts(open_eyes=-1), Amounts(nose=1)])
def test_what_is_inside_the_face_leaves_its_outline_alone(amounts: Amounts) -> None:
    one = face()
    back = field(ways(one, amounts), Box(0, 0, SIDE, SIDE), one.unit)
    for x, y in one.at(topology.OVAL):
        assert np.abs(back[int(y), int(x)]).max() < 0.5


def test_the_whole_of_it_folds_nowhere() -> None:
    from keepdial.warping import determinant, identity

    one = face()
    for sign in (1.0, -1.0):
        amounts = Amounts(smile=sign, open_eyes=sign, slim=sign, nose=-sign, jaw=-sign)
        back = field(ways(one, amounts), Box(0, 0, SIDE, SIDE), one.unit)
        assert float(determinant(identity((SIDE, SIDE)) + back).min()) > 0.25


def test_the_dial_scales_the_way_as_a_number_and_as_a_map() -> None:
    given = frame(Amounts(slim=1))
    whole, half = (BACKEND.generate(given, Step("reshape", k, 0)).pixels for k in (0.0, 0.5))
    none = BACKEND.generate(given, Step("reshape", 1.0, 0)).pixels
    assert np.array_equal(none, (given.pixels / np.float32(65535)).astype(np.float32))
    x, y = (int(v) for v in face().points[topology.SIDES[0][3]])
    moved = [float(p[y, x + 3, 0] - none[y, x + 3, 0]) for p in (whole, half)]
    assert moved[1] == pytest.approx(moved[0] / 2, rel=0.15)
    knob = np.zeros((SIDE, SIDE), np.float32)
    knob[:, :120] = 1  # the left half of the face is held
    mapped = BACKEND.generate(given, Step("reshape", knob, 0)).pixels
    assert abs(float(mapped[y, x + 3, 0] - none[y, x + 3, 0])) * SIDE < 0.6
    assert np.abs(mapped[:, 130:] - none[:, 130:]).max() * SIDE > 3


def test_pins_hold_still_and_the_movement_ends_at_them_smoothly() -> None:
    given = frame(Amounts(slim=1))
    mask = given.mask.copy()
    mask[:, :60] = 0
    pinned = frame(Amounts(slim=1), mask=mask)
    result = BACKEND.generate(pinned, STEP).pixels
    same = (pinned.pixels / np.float32(65535)).astype(np.float32)
    assert np.array_equal(result[:, :60], same[:, :60])
    assert np.abs(result[:, 60:63] - same[:, 60:63]).max() * SIDE < 0.6
    assert np.abs(result - same).max() * SIDE > 3


def test_grey_alpha_and_cancelling() -> None:
    grey = np.full((SIDE, SIDE, 1), 90, np.uint8)
    alpha = np.full((SIDE, SIDE), 255, np.uint8)
    alpha[:, :75] = 0
    made = BACKEND.generate(frame(Amounts(slim=1), pixels=grey, alpha=alpha), STEP)
    assert made.pixels.shape == (SIDE, SIDE, 1)
    assert made.alpha is not None
    assert not np.array_equal(made.alpha, alpha / 255)
    stop = Cancel()
    stop.set()
    with pytest.raises(Cancelled):
        BACKEND.generate(frame(Amounts(slim=1)), STEP, cancel=stop)


def test_a_face_out_of_the_picture_changes_nothing() -> None:
    one = someone(-400, -400, 50)
    guide = (Bent(ways(one, Amounts(slim=1)), one.box(0.5), one.unit),)
    pixels = np.full((20, 20, 3), 7, np.uint8)
    given = Frame(
        Box(0, 0, 20, 20), pixels, np.ones((20, 20), np.float32), np.ones((20, 20), bool), True, guide=guide
    )
    assert np.array_equal(BACKEND.generate(given, STEP).pixels, np.full((20, 20, 3), np.float32(7 / 255)))


def test_the_declaration() -> None:
    assert BACKEND.capabilities.whole
    assert BACKEND.curve("reshape") == ((0.0, 0.0), (1.0, 1.0))
