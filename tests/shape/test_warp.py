"""Pictures read anew through a homography."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from keepdial.color import samples_of
from keepdial.errors import Cancelled
from keepdial.files import open_image
from keepdial.geometry import Size
from keepdial.image import Image
from keepdial.progress import Cancel
from keepdial.shape.warp import Warp, moved, rendered
from tests.pictures import noise


def turn(angle: float, size: Size) -> NDArray[np.float64]:
    c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    middle = (size.width - 1) / 2, (size.height - 1) / 2
    back = np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]])
    return np.asarray(moved(*middle) @ back @ moved(-middle[0], -middle[1]))


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("alpha", [False, True])
def test_no_way_at_all_gives_the_source(channels: int, depth: int, alpha: bool) -> None:
    image = noise(23, 17, channels=channels, depth=depth, alpha=alpha)
    pixels, clear = rendered(Warp(image, np.eye(3)), image.size)
    seen = np.ones((17, 23), bool) if image.alpha is None else image.alpha > 0
    off = samples_of(pixels, image.pixels).astype(int) - image.pixels
    # Colours of what is nearly transparent are known to a few samples only.
    assert np.abs(off[seen]).max() <= (0 if not alpha else 1 if depth == 8 else 8)
    if image.alpha is not None:
        assert clear is not None
        assert np.array_equal(samples_of(clear, image.alpha), image.alpha)


def test_a_quarter_turn_moves_every_pixel_to_its_place() -> None:
    image = noise(16, 16, depth=16)
    pixels, _ = rendered(Warp(image, turn(90, image.size)), image.size)
    assert np.array_equal(samples_of(pixels, image.pixels), np.rot90(image.pixels, -1))


def test_the_source_is_not_touched_and_tiles_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    image = noise(60, 50)
    before = image.digest()
    whole, _ = rendered(Warp(image, turn(7, image.size)), image.size)
    monkeypatch.setattr("keepdial.shape.warp.BAND", 60)
    rows, _ = rendered(Warp(image, turn(7, image.size)), image.size)
    assert np.abs(whole - rows).max() < 2e-5
    assert image.digest() == before


def test_what_is_transparent_lends_no_colour() -> None:
    """A grey disc on transparent red: turned, nothing of the red shows at its rim."""
    y, x = np.mgrid[0:41, 0:41]
    inside = np.hypot(x - 20, y - 20) < 12
    pixels = np.where(inside[..., None], np.uint8(128), np.array([255, 0, 0], np.uint8))
    image = Image(pixels.astype(np.uint8), np.where(inside, 255, 0).astype(np.uint8))
    colours, clear = rendered(Warp(image, turn(11, image.size)), image.size)
    assert clear is not None
    seen = clear > 0.05
    assert np.abs(colours[seen] * 255 - 128).max() < 1


def test_fine_stripes_average_to_their_light() -> None:
    """Black and white in equal parts reflect half the light, and that is sample 188 in sRGB, not 128."""
    pixels = np.zeros((64, 64, 1), np.uint8)
    pixels[:, ::2] = 255
    way = moved(1.5, 1.5) @ np.diag([4.0, 4.0, 1.0])
    small, _ = rendered(Warp(Image(pixels), way), Size(16, 16))
    assert np.abs(samples_of(small, pixels).astype(int) - 188).max() <= 1


def test_a_smooth_ramp_stays_smooth_at_16_bits() -> None:
    ramp = np.linspace(1000, 64000, 400)[None, :, None] * np.ones((300, 1, 1))
    image = Image(np.round(ramp).astype(np.uint16))
    pixels, _ = rendered(Warp(image, turn(3, image.size)), image.size)
    out = samples_of(pixels, image.pixels)[100:200, 60:340, 0].astype(int)
    steps = np.diff(out, axis=1)
    assert steps.min() >= 150
    assert steps.max() <= 165


def test_it_stops_when_asked() -> None:
    cancel = Cancel()
    cancel.set()
    with pytest.raises(Cancelled):
        rendered(Warp(noise(), np.eye(3)), Size(24, 18), cancel=cancel)


def test_there_and_back_on_a_photograph(photos: Path) -> None:
    """By 5 degrees and back, rounded to 8 bits in between: nearer to the original than by a cubic."""
    image = open_image(photos / "coffee.png")
    there, _ = rendered(Warp(image, turn(5, image.size)), image.size)
    between = image.with_pixels(samples_of(there, image.pixels))
    back, _ = rendered(Warp(between, turn(-5, image.size)), image.size)
    middle = (slice(100, -100), slice(100, -100))

    def by_cubic(pixels: NDArray[Any], angle: float) -> NDArray[Any]:
        way = turn(angle, image.size)[:2]
        flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
        return np.asarray(cv2.warpAffine(pixels, way, (600, 400), flags=flags))

    def psnr(pixels: NDArray[Any]) -> float:
        off = pixels[middle].astype(float) - image.pixels[middle]
        return float(10 * np.log10(255**2 / (off**2).mean()))

    cubic = psnr(by_cubic(by_cubic(image.pixels, 5), -5))
    assert psnr(samples_of(back, image.pixels)) > max(43, cubic + 2)
