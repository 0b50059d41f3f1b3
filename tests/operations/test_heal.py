from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from keepdial.edit import edit
from keepdial.errors import ParameterError, SelectionError
from keepdial.files import open_image
from keepdial.image import Image
from keepdial.request import Request
from tests.pictures import box, mask_selector, noise


def ground(depth: int = 8, channels: int = 3) -> Any:
    """Light that falls off, with a little grain."""
    y, x = np.mgrid[0:80, 0:80]
    rng = np.random.default_rng(0)
    values = 0.7 - 0.003 * x - 0.002 * y + rng.normal(0, 0.006, (80, 80))
    white = 2**depth - 1
    kind: Any = np.uint8 if depth == 8 else np.uint16
    return np.repeat(np.round(values * white)[..., None], channels, axis=2).astype(kind)


@pytest.mark.parametrize(("depth", "channels"), [(8, 3), (16, 3), (8, 1)])
def test_a_spot_is_gone_and_grain_and_light_go_on(depth: int, channels: int) -> None:
    truth = ground(depth, channels)
    y, x = np.mgrid[0:80, 0:80]
    hole = np.hypot(x - 40, y - 38) < 7
    given = truth.copy()
    given[hole] = 0
    target = mask_selector((hole * 255).astype(np.uint8))
    done = edit(Request(operation="heal", targets=(target,)), Image(given))
    assert done.routes[0].chosen == "heal"
    unit = (2**depth - 1) / 255
    after = done.image.pixels.astype(float) / unit
    off = after - truth / unit
    assert abs(off[hole].mean()) < 1.0
    assert np.abs(off[hole]).max() < 10
    assert 0.5 < np.std(off[hole]) < 4  # grain of its own, neither none nor more
    assert np.array_equal(done.image.pixels[~done.changed], given[~done.changed])


def test_the_dial_lets_the_spot_shine_through() -> None:
    truth = ground()
    given = truth.copy()
    given[30:36, 30:36] = 40
    asked = Request(operation="heal", targets=(box(30, 30, 6, 6),))
    means = [
        float(edit(asked.model_copy(update={"keep": k}), Image(given)).image.pixels[30:36, 30:36].mean())
        for k in (0.0, 0.5, 1.0)
    ]
    assert means[0] > means[1] + 15 > means[2] + 30
    assert means[2] == 40


def test_a_pin_beside_the_spot_survives_and_is_no_source_of_the_hole() -> None:
    given = ground()
    asked = Request(operation="heal", targets=(box(20, 20, 20, 20),), pins=(box(30, 20, 10, 20),))
    done = edit(asked, Image(given))
    assert np.array_equal(done.image.pixels[20:40, 30:40], given[20:40, 30:40])


def test_a_clone_is_exact_or_takes_on_the_light_of_its_place() -> None:
    picture = ground()
    picture[:, 40:] //= 2
    asked = Request(operation="clone", targets=(box(60, 30, 8, 8),), params={"copy_from": "24,34"})
    healed = edit(asked, Image(picture)).image.pixels
    exact = edit(
        asked.model_copy(update={"params": {"copy_from": "24,34", "blend": False}}), Image(picture)
    ).image.pixels
    assert np.array_equal(exact[30:38, 60:68], picture[30:38, 20:28])
    inner = healed[30:38, 60:68].astype(float)
    assert inner.mean() == pytest.approx(picture[30:38, 60:68].mean(), abs=3)
    source = picture[30:38, 20:28].astype(float)
    assert np.corrcoef((inner - inner.mean()).ravel(), (source - source.mean()).ravel())[0, 1] > 0.8


def test_without_a_place_the_one_that_fits_is_taken() -> None:
    x = np.arange(96)
    row = np.round(128 + 60 * np.sin(2 * np.pi * x / 8)).astype(np.uint8)
    stripes = np.broadcast_to(row[None, :, None], (64, 96, 3)).copy()
    given = stripes.copy()
    given[28:36, 44:52] = 0
    done = edit(
        Request(operation="clone", targets=(box(44, 28, 8, 8),), params={"blend": False}), Image(given)
    )
    assert np.array_equal(done.image.pixels, stripes)
    everything = Request(operation="clone", targets=(box(4, 4, 90, 58),))
    with pytest.raises(SelectionError, match="large enough"):
        edit(everything, Image(given))


@pytest.mark.parametrize(
    ("where", "error"),
    [("3,3", SelectionError), ("64,34", SelectionError), ("here", ParameterError), ("1,2,3", ParameterError)],
)
def test_a_place_that_cannot_be_is_refused(where: str, error: type[Exception]) -> None:
    asked = Request(operation="clone", targets=(box(60, 30, 8, 8),), params={"copy_from": where})
    with pytest.raises(error):
        edit(asked, Image(ground()))


def test_transparent_places_are_no_source() -> None:
    image = noise(40, 40, alpha=True)
    asked = Request(operation="clone", targets=(box(4, 4, 10, 10),), params={"copy_from": "30,30"})
    with pytest.raises(SelectionError, match="transparent"):
        edit(asked, image)
    done = edit(Request(operation="heal", targets=(box(14, 14, 6, 6),)), image)
    assert done.image.alpha is not None
    assert image.alpha is not None
    assert np.array_equal(done.image.alpha, image.alpha)


def test_dust_on_a_portrait_goes(photos: Path) -> None:
    photo = open_image(photos / "astronaut.png")
    rng = np.random.default_rng(3)
    hole = np.zeros(photo.pixels.shape[:2], np.uint8)
    for x, y in rng.integers(20, 200, (12, 2)) + np.array([300, 0]):
        hole[y - 2 : y + 3, x - 2 : x + 3] = 255
    given = photo.pixels.copy()
    given[hole > 0] = 0
    target = mask_selector(hole)
    asked = Request(operation="heal", targets=(target,), params={"grow": 0})
    done = edit(asked, photo.with_pixels(given))
    off = np.abs(done.image.pixels.astype(int) - photo.pixels)[hole > 0]
    assert np.median(off) < 8
    assert off.mean() < 14
