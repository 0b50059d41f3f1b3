"""Finders that go by looks: colours, places, painted masks, sky, shadows, the subject."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from keepdial import open_image
from keepdial.errors import ParameterError, SelectionError
from keepdial.image import Image
from keepdial.request import Selector
from keepdial.select import instances, select


def flat(
    colour: tuple[int, int, int], height: int = 40, width: int = 60
) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.full((height, width, 3), colour, np.uint8)


def named(kind: str, **options: object) -> Selector:
    made: Selector = Selector.build(kind=kind, options=options)
    return made


def test_a_colour_by_its_code() -> None:
    pixels = flat((120, 120, 120))
    pixels[10:20, 10:30] = (200, 30, 40)
    pixels[10:20, 30:40] = (210, 40, 50)  # 3.6 away in CIE76
    (area,) = instances(named("colour", name="#c81e28"), Image(pixels))
    assert area.region.values.sum() == 300
    (area,) = instances(named("colour", name="#c81e28", tolerance=2), Image(pixels))
    assert area.region.values.sum() == 200


@pytest.mark.parametrize("name", ["#12", "#gggggg", "reddish"])
def test_what_is_no_colour_is_refused(name: str) -> None:
    with pytest.raises(ParameterError, match="name is"):
        select([named("colour", name=name)], Image(flat((1, 2, 3))))


def test_a_colour_that_is_not_there_says_so() -> None:
    with pytest.raises(SelectionError, match="No colour was found"):
        select([named("colour", name="red")], Image(flat((0, 0, 255))))


def test_a_mask_painted_over_the_photograph() -> None:
    photo = flat((90, 120, 60))
    photo[5:10, 5:10] = (255, 0, 0)
    photo[20:25, 5:10] = (250, 8, 5)
    file = io.BytesIO()
    Pillow.fromarray(photo).save(file, "PNG")
    png = base64.b64encode(file.getvalue()).decode()
    mask = select([named("mask", png=png, channel="#ff0000")], Image(flat((0, 0, 0)))).mask
    assert mask.sum() == 50
    assert mask[7, 7] == 1
    with pytest.raises(ParameterError, match="channel"):
        select([named("mask", png=png, channel="#ff00")], Image(flat((0, 0, 0))))


@pytest.mark.parametrize(
    ("name", "box"),
    [
        ("left half", (0, 0, 30, 40)),
        ("right third", (40, 0, 20, 40)),
        ("top quarter", (0, 0, 60, 10)),
        ("bottom right corner", (40, 27, 20, 13)),
        ("middle", (20, 13, 20, 14)),
    ],
)
def test_places(name: str, box: tuple[int, int, int, int]) -> None:
    selection = select([named("place", name=name)], Image(flat((0, 0, 0))))
    assert selection.box is not None
    assert (selection.box.x, selection.box.y, selection.box.width, selection.box.height) == box
    assert selection.mask.sum() == box[2] * box[3]


def test_the_border_runs_around() -> None:
    mask = select([named("place", name="border")], Image(flat((0, 0, 0)))).mask
    assert mask.sum() == 40 * 60 - 36 * 56
    with pytest.raises(ParameterError, match="left half"):
        select([named("place", name="nowhere")], Image(flat((0, 0, 0))))


def test_a_place_in_a_picture_of_one_pixel() -> None:
    mask = select([named("place", name="right third")], Image(flat((0, 0, 0), 1, 1))).mask
    assert mask.shape == (1, 1)


def test_sky_above_a_field() -> None:
    rows = np.linspace(0, 30, 60)[:, None]
    pixels = np.zeros((100, 120, 3), np.uint8)
    pixels[:60] = np.stack([rows * 2 + 90, rows * 2 + 140, rows + 210], axis=2)
    rng = np.random.default_rng(3)
    pixels[60:] = rng.integers(20, 110, (40, 120, 3)) // np.array([2, 1, 3])
    mask = select([named("sky")], Image(pixels)).mask
    assert mask[:55].mean() > 0.95
    assert mask[65:].mean() < 0.05
    with pytest.raises(SelectionError, match="No sky was found"):
        select([named("sky")], Image(pixels[60:]))


def test_the_shadow_of_a_thing_that_is_named() -> None:
    pixels = flat((190, 180, 170), 80, 100)
    pixels[20:40, 30:50] = (200, 30, 40)
    pixels[40:46, 32:60] = (114, 108, 102)
    mask = select([named("shadow", of="red")], Image(pixels)).mask
    assert mask[41:45, 34:58].mean() > 0.8
    assert mask[20:39, 30:50].max() == 0
    assert mask[:, 70:].max() == 0


def test_subject_and_background_share_the_picture(photos: Path) -> None:
    photo = open_image(photos / "astronaut.png")
    subject = select([named("subject")], photo).mask
    background = select([named("background")], photo).mask
    assert np.abs(subject + background - 1).max() < 0.01
    assert subject[120:180, 200:240].min() == 1  # the face
    assert subject[20:100, 380:480].max() == 0  # the shuttle behind her


def test_a_flat_picture_has_no_subject() -> None:
    with pytest.raises(SelectionError, match="No subject was found"):
        select([named("subject")], Image(flat((128, 128, 128))))
