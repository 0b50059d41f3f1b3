from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import keepdial.matting.alpha as module
from keepdial.errors import ParameterError, SelectionError
from keepdial.matting import alpha_of, soft_edge

RED, BLUE = np.array([220, 40, 30]), np.array([20, 60, 200])


def ramp(height: int = 48, width: int = 64) -> tuple[NDArray[Any], NDArray[np.float32], NDArray[np.float32]]:
    """A blue picture that becomes red over columns 24 to 40, its trimap and its true alpha."""
    across = np.clip((np.arange(width, dtype=np.float32) - 24) / 16, 0, 1)
    alpha = np.asarray(np.tile(across, (height, 1)), np.float32)
    pixels = np.rint(alpha[..., None] * RED + (1 - alpha[..., None]) * BLUE).astype(np.uint8)
    trimap = np.full(alpha.shape, 0.5, np.float32)
    trimap[:, :20], trimap[:, 44:] = 0, 1
    return pixels, trimap, alpha


def test_a_mixture_of_two_colours_is_taken_apart() -> None:
    pixels, trimap, truth = ramp()
    assert np.abs(alpha_of(pixels, trimap) - truth).max() < 0.02


def test_16_bits_give_the_same() -> None:
    pixels, trimap, truth = ramp()
    assert np.abs(alpha_of(pixels.astype(np.uint16) * 257, trimap) - truth).max() < 0.02


def test_grey_works() -> None:
    _, trimap, truth = ramp()
    grey = np.rint(60 + 150 * truth).astype(np.uint8)[..., None]
    assert np.abs(alpha_of(grey, trimap) - truth).max() < 0.02


def test_what_the_trimap_says_is_exact() -> None:
    pixels, trimap, _ = ramp()
    rng = np.random.default_rng(3)
    noisy = np.clip(pixels + rng.integers(-20, 21, pixels.shape), 0, 255).astype(np.uint8)
    alpha = alpha_of(noisy, trimap)
    assert (alpha[:, :20] == 0).all()
    assert (alpha[:, 44:] == 1).all()
    assert alpha.min() >= 0
    assert alpha.max() <= 1
    assert alpha.dtype == np.float32


def test_on_a_smaller_picture_the_result_is_nearly_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    pixels, trimap, truth = ramp(96, 64)
    monkeypatch.setattr(module, "WORK", 300)
    alpha = alpha_of(pixels, trimap)
    assert np.abs(alpha - truth).max() < 0.06
    assert (alpha[trimap == 1] == 1).all()
    assert (alpha[trimap == 0] == 0).all()


def test_the_same_input_gives_the_same_bytes() -> None:
    pixels, trimap, _ = ramp()
    assert alpha_of(pixels, trimap).tobytes() == alpha_of(pixels, trimap).tobytes()


def test_nothing_unknown_returns_the_trimap() -> None:
    pixels, trimap, _ = ramp()
    sure = np.round(trimap)
    assert np.array_equal(alpha_of(pixels, sure), sure)


def test_inputs_are_not_modified_and_may_be_read_only() -> None:
    pixels, trimap, _ = ramp()
    before = pixels.copy(), trimap.copy()
    pixels.flags.writeable = trimap.flags.writeable = False
    alpha_of(pixels, trimap)
    assert np.array_equal(pixels, before[0])
    assert np.array_equal(trimap, before[1])


@pytest.mark.parametrize(("value", "name"), [(1, "subject"), (0, "background")])
def test_without_anything_sure_it_says_what_is_missing(value: float, name: str) -> None:
    pixels, trimap, _ = ramp()
    trimap[trimap == value] = 0.5
    with pytest.raises(SelectionError, match=f"No pixel is sure {name}"):
        alpha_of(pixels, trimap)


def test_what_is_no_picture_or_trimap_is_refused() -> None:
    pixels, trimap, _ = ramp()
    with pytest.raises(ParameterError, match="uint8 or uint16"):
        alpha_of(pixels.astype(np.float32), trimap)
    with pytest.raises(ParameterError, match="as the pixels"):
        alpha_of(pixels, trimap[1:])


def test_a_rough_mask_finds_the_edge_of_the_colours() -> None:
    pixels = np.full((64, 64, 3), BLUE, np.uint8)
    pixels[16:48, 16:48] = RED
    rough = np.zeros((64, 64), np.float32)
    rough[18:46, 19:50] = 1
    alpha = soft_edge(pixels, rough, width=14)
    assert np.abs(alpha - (pixels[..., 0] == 220)).max() < 0.02


def test_where_the_colours_are_alike_the_outline_decides() -> None:
    rng = np.random.default_rng(5)
    pixels = rng.integers(90, 110, (64, 64, 3), dtype=np.uint8)
    mask = np.zeros((64, 64), np.float32)
    mask[:, 32:] = 1
    alpha = soft_edge(pixels, mask, width=16)
    assert alpha[:, 37:].mean() > 0.95
    assert alpha[:, :27].mean() < 0.05


def test_a_hole_of_the_mask_is_decided_by_the_colours() -> None:
    pixels = np.full((64, 64, 3), BLUE, np.uint8)
    pixels[16:48, 16:48] = RED
    rough = (pixels[..., 0] == 220).astype(np.float32)
    rough[30:32, 30:32] = 0  # no hole in the picture
    pixels[38:41, 24:27] = BLUE  # and one, which the mask has too
    rough[38:41, 24:27] = 0
    alpha = soft_edge(pixels, rough, width=10)
    assert alpha[30:32, 30:32].min() > 0.95
    assert alpha[39, 25] < 0.1


def test_a_mask_of_everything_or_nothing_comes_back() -> None:
    pixels, _, _ = ramp()
    for value in (0, 1):
        mask = np.full(pixels.shape[:2], value, np.float32)
        assert np.array_equal(soft_edge(pixels, mask), mask)


@pytest.mark.shared
def test_alpha_is_near_the_truth_of_photographs(shared: Path) -> None:
    from PIL import Image

    errors = []
    for name in (2, 6):
        folder = shared / "data" / "matting_dim"
        pixels = np.asarray(Image.open(folder / f"{name}_image.png").convert("RGB"))
        given = np.asarray(Image.open(folder / f"{name}_trimap.png").convert("L"))
        truth = np.asarray(Image.open(folder / f"{name}_alpha.png").convert("L")) / 255
        trimap = np.select([given < 26, given > 230], [0, 1], 0.5).astype(np.float32)
        errors.append(float(((alpha_of(pixels, trimap) - truth) ** 2)[trimap == 0.5].mean()))
    # pymatting's closed form: 0.1034 and 0.0083.
    assert errors[0] < 0.02
    assert errors[1] < 0.002
