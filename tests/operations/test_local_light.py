from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from keepdial.edit import edit
from keepdial.errors import ParameterError
from keepdial.files import open_image
from keepdial.image import Image
from keepdial.operations import operations
from keepdial.request import Request
from tests.pictures import box

NAMES = ("highlights", "shadows", "clarity", "texture", "dehaze", "denoise", "sharpen")


def made(operation: str, image: Image, **params: Any) -> Any:
    return edit(Request(operation=operation, params=params), image)


def test_shadows_open_what_is_dark_and_leave_what_is_light(photos: Path) -> None:
    photo = open_image(photos / "coffee.png")
    out = made("shadows", photo, amount=100).image.pixels.astype(float)
    before = photo.pixels.astype(float)
    grey = cv2.GaussianBlur(before.mean(axis=2), (0, 0), 8)
    assert (out / np.maximum(before, 1))[(grey > 15) & (grey < 50)].mean() > 1.3
    assert np.abs(out - before)[grey > 200].mean() < 2


def test_highlights_bring_back_what_lies_below_white(photos: Path) -> None:
    photo = open_image(photos / "astronaut.png")
    out = made("highlights", photo, amount=-100).image.pixels.astype(float)
    before = photo.pixels.astype(float)
    grey = cv2.GaussianBlur(before.mean(axis=2), (0, 0), 8)
    light = (grey > 180) & (grey < 235)
    assert out[light].mean() < before[light].mean() - 15
    assert np.abs(out - before)[grey < 60].mean() < 1


def test_highlights_bring_back_what_an_earlier_step_made_too_light(photos: Path) -> None:
    """Between two steps nothing is cut off, so that what was lost to white can still be had."""
    photo = open_image(photos / "coffee.png")
    lighter = Request(operation="exposure", params={"stops": 1})
    alone = edit(lighter, photo).image.pixels
    less = Request(operation="highlights", params={"amount": -100})
    both = edit(lighter.model_copy(update={"then": (less,)}), photo).image.pixels
    burnt = (alone == 255).all(axis=2)
    assert burnt.mean() > 0.01
    assert (both == 255).all(axis=2).mean() < 0.3 * burnt.mean()


@pytest.mark.parametrize("name", NAMES)
def test_a_part_of_the_picture(name: str, photos: Path) -> None:
    photo = open_image(photos / "coffee.png")
    photo = photo.with_pixels(photo.pixels[60:260, 150:400].copy())
    done = edit(Request(operation=name, targets=(box(60, 40, 120, 90),)), photo)
    changed = (done.image.pixels != photo.pixels).any(axis=2)
    assert changed[40:130, 60:180].mean() > 0.02
    changed[40:130, 60:180] = False
    assert not changed.any()


def test_what_was_found_is_said(photos: Path) -> None:
    photo = open_image(photos / "coffee.png")
    noise = [n for n in made("denoise", photo).notes if n.startswith("Noise found")]
    assert noise
    assert "levels of 255 in light" in noise[0]
    assert any(n.startswith("Haze found") for n in made("dehaze", photo).notes)


@pytest.mark.parametrize(
    ("name", "params"),
    [("highlights", {"amount": -101}), ("denoise", {"light": 120}), ("sharpen", {"radius": 0.1})],
)
def test_out_of_range_is_refused(name: str, params: dict[str, float]) -> None:
    with pytest.raises(ParameterError):
        operations()[name].params.build(**params)


@pytest.mark.shared
def test_denoise_beats_a_blur_and_non_local_means_on_photographs(shared: Path) -> None:
    def psnr(a: Any, b: Any) -> float:
        return float(10 * np.log10(255**2 / np.mean((a.astype(np.float64) - b) ** 2)))

    rng = np.random.default_rng(0)
    gains = []
    for number in (3, 9, 19):
        photo = open_image(shared / "data" / "kodak24" / f"kodim{number:02d}.png").pixels[100:400, 100:400]
        noisy = np.clip(np.rint(photo + rng.normal(0, 10, photo.shape)), 0, 255).astype(np.uint8)
        ours = psnr(made("denoise", Image(noisy)).image.pixels, photo)
        bgr = np.ascontiguousarray(noisy[..., ::-1])
        theirs = psnr(cv2.fastNlMeansDenoisingColored(bgr, None, 10, 10)[..., ::-1], photo)
        gains.append((ours - psnr(noisy, photo), ours - theirs))
    assert min(g for g, _ in gains) > 3.5
    assert np.mean([g for _, g in gains]) > 2
