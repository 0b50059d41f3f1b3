from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from keepdial.backends import Frame
from keepdial.edit import Edit, edit
from keepdial.errors import ParameterError, SelectionError
from keepdial.files import open_image
from keepdial.geometry import Box
from keepdial.image import Image
from keepdial.operations.recolor import Matted, RecolorParams, passes
from keepdial.request import Request, Selector
from keepdial.tone import Look, space_of
from tests.pictures import mask_selector

SUIT = [
    [20, 511],
    [10, 440], [15, 360], [30, 300], [45, 255], [85, 215], [120, 195], [150, 240], [200, 280],
    [260, 290], [300, 260], [330, 245], [352, 280], [366, 345], [330, 360], [300, 390], [282, 440],
    [282, 511],
]  # fmt: skip
OUTLINE: dict[str, Any] = {"points": SUIT, "closed": True}


def scene(depth: int = 8) -> tuple[Image, np.ndarray[tuple[int, ...], np.dtype[np.bool_]]]:
    """A shaded red ball before grey, and where it is."""
    y, x = np.mgrid[0:48, 0:48].astype(np.float64) / 23.5 - 1
    inside = np.hypot(x, y) < 0.7
    shade = 0.4 + 0.6 * np.sqrt(np.clip(1 - x**2 - y**2, 0, 1))
    light = np.where(inside[..., None], shade[..., None] * [0.4, 0.02, 0.03], 0.2)
    coded = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    white = 2**depth - 1
    return Image(np.round(coded * white).astype(np.uint8 if depth == 8 else np.uint16)), inside


def recolored(image: Image, mask: object, keep: float = 0.0, **params: Any) -> Edit:
    target = mask_selector((np.asarray(mask) * 255).astype(np.uint8))
    return edit(Request(operation="recolor", targets=(target,), params=params, keep=keep), image)


@pytest.mark.parametrize("depth", [8, 16])
def test_the_middle_gets_the_colour_and_the_shading_stays(depth: int) -> None:
    image, inside = scene(depth)
    done = recolored(image, inside, colour="#204a87")
    pixels = done.image.pixels.astype(np.float64) / (2**depth - 1) * 255
    middle = np.median(pixels[inside], axis=0)
    assert middle == pytest.approx([0x20, 0x4A, 0x87], abs=3)
    before = image.pixels[24, 12:36, 0].astype(np.float64)
    after = pixels[24, 12:36, 2]
    assert np.corrcoef(before, after)[0, 1] > 0.98
    assert np.array_equal(done.image.pixels[:4], image.pixels[:4])


def test_no_fringe_of_the_old_colour_stays() -> None:
    image, inside = scene()
    done = recolored(image, inside, colour="#204a87").image.pixels.astype(int)
    assert (done[..., 0] - done[..., 2]).max() <= 3


def test_the_dial_and_the_strength_are_monotone() -> None:
    image, inside = scene()
    source = image.pixels.astype(np.float64)

    def moved(keep: float, strength: float = 1.0) -> float:
        new = recolored(image, inside, keep, colour="green", strength=strength).image.pixels
        return float(np.abs(new - source).mean())

    assert all(a > b for a, b in itertools.pairwise(moved(k) for k in (0.0, 0.3, 0.6, 1.0)))
    assert moved(1.0) == 0
    assert moved(0.0, 0.0) == 0
    assert 0 < moved(0.0, 0.5) < moved(0.0)


def test_grey_pictures_change_their_lightness_only() -> None:
    pixels = np.full((16, 16, 1), 120, np.uint8)
    done = recolored(Image(pixels), np.ones((16, 16)), colour="white")
    assert done.image.pixels.shape == (16, 16, 1)
    assert done.image.pixels.min() > 180
    assert any("grey picture" in note for note in done.notes)


def test_what_cannot_be_is_said() -> None:
    image, inside = scene()
    with pytest.raises(ParameterError, match="colour"):
        recolored(image, inside, colour="bleen")
    with pytest.raises(SelectionError):
        edit(Request(operation="recolor", params={"colour": "blue"}), image)


def test_the_orange_suit_becomes_blue_and_nothing_else_does(photos: Path) -> None:
    photo = open_image(photos / "astronaut.png")
    suit = Selector(kind="snap", options=OUTLINE)
    done = edit(Request(operation="recolor", targets=(suit,), params={"colour": "blue"}), photo)
    new, old = done.image.pixels.astype(int), photo.pixels.astype(int)
    orange = (old[..., 0] - old[..., 2] > 90) & done.changed
    blue = new[..., 2] - new[..., 0] > 30
    assert blue[orange].mean() > 0.95
    badge = np.s_[372:395, 150:190]  # violet: another hue
    assert np.abs(new - old)[badge].mean() < 8
    strap = np.s_[380:420, 262:268]  # white
    assert np.abs(new - old)[strap].mean() < 15


def test_what_is_behind_a_soft_edge_is_not_dyed() -> None:
    # Right of a white thing dark red, of which the matte says wrongly that 60 % are the thing.
    pixels = np.full((8, 16, 3), 200, np.uint8)
    pixels[:, 8:] = (120, 12, 10)
    alpha = np.ones((8, 16), np.float32)
    alpha[:, 8:] = 0.6
    free = np.ones((8, 16), np.float32)
    guide = Matted(alpha, np.full_like(pixels, 200))
    frame = Frame(Box(0, 0, 16, 8), pixels, free, free > 0, True, guide=guide)
    look = Look(frame, space_of(None), 0)
    (change,) = passes(RecolorParams(colour="blue"), look)
    before = look.rows(slice(0, 8))
    after = change.run(before.copy(), slice(0, 8))
    assert (after[:, :8, 2] > after[:, :8, 0] + 0.2).all()
    assert np.abs(after - before)[:, 8:].max() < 0.02
