from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from keepdial.edit import Edit, edit
from keepdial.errors import ParameterError
from keepdial.files import open_image
from keepdial.image import Image
from keepdial.request import Request
from keepdial.tone import space_of


def relit(image: Image, keep: float = 0.0, **params: Any) -> Edit:
    return edit(Request(operation="relight", params=params, keep=keep), image)


def light(pixels: Any) -> Any:
    return space_of(None).light(pixels) @ space_of(None).luma


def test_a_spot_gives_its_stops_in_its_middle_and_nothing_outside() -> None:
    grey = Image(np.full((60, 80, 3), 90, np.uint8))
    done = relit(grey, at="40.5,30.5", radius=20, strength=-1).image.pixels
    assert light(done)[30, 40] == pytest.approx(light(grey.pixels)[0, 0] / 2, rel=0.02)
    assert np.array_equal(done[:8], grey.pixels[:8])


def test_a_warm_spot_is_warm() -> None:
    grey = Image(np.full((60, 80, 3), 90, np.uint8))
    warm = relit(grey, at="40,30", radius=25, strength=1, colour="3000K").image.pixels[30, 40].astype(int)
    assert warm[0] > warm[1] > warm[2]
    blue = relit(grey, at="40,30", radius=25, strength=1, colour="blue").image.pixels[30, 40].astype(int)
    assert blue[2] > blue[0]


@pytest.mark.parametrize("bad", [{"colour": "100K"}, {"colour": "bleen"}, {"at": "left"}, {"strength": 9}])
def test_what_cannot_be_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(ParameterError):
        relit(Image(np.zeros((20, 20, 3), np.uint8)), **bad)


def test_a_portrait_is_lit_from_where_the_lamp_is(photos: Path) -> None:
    photo = open_image(photos / "astronaut.png")
    before = light(photo.pixels)
    left, right = (light(relit(photo, angle=a, strength=1).image.pixels) for a in (180, 0))
    cheek_left, cheek_right = np.s_[110:150, 185:205], np.s_[110:150, 245:265]
    assert left[cheek_left].mean() > 1.15 * before[cheek_left].mean()
    assert left[cheek_right].mean() < 0.97 * before[cheek_right].mean()
    assert right[cheek_right].mean() > 1.15 * before[cheek_right].mean()
    assert right[cheek_left].mean() < 0.97 * before[cheek_left].mean()
    # Nothing is burnt that was not before.
    assert (left > 0.99).mean() <= (before > 0.99).mean() + 0.002
    # The background right beside the head gets no halo: it changes as what is further away does.
    beside, further = np.s_[60:110, 130:146], np.s_[60:110, 100:116]
    halo = (left[beside] / before[beside]).mean() / (left[further] / before[further]).mean()
    assert halo == pytest.approx(1, abs=0.1)


def test_the_dial_is_monotone_and_sixteen_bits_stay_smooth(photos: Path) -> None:
    photo = open_image(photos / "astronaut.png")
    small = Image(np.ascontiguousarray(photo.pixels[:256, 100:356]).astype(np.uint16) * 257)
    off = [
        float(np.abs(relit(small, keep=k, strength=1.5).image.pixels.astype(float) - small.pixels).mean())
        for k in (0.0, 0.4, 0.8, 1.0)
    ]
    assert all(a > b for a, b in itertools.pairwise(off))
    assert off[-1] == 0
    ramp = np.linspace(8000, 30000, 512, dtype=np.uint16)[None, :, None].repeat(64, axis=0)
    done = relit(Image(ramp), at="256,32", radius=300, strength=1).image.pixels
    assert done.shape == ramp.shape
    assert len(np.unique(done[32])) > 400
