import numpy as np
import pytest

from keepdial.errors import ParameterError
from keepdial.matting import foreground_of

RED, BLUE = np.array([220, 40, 30]), np.array([20, 60, 200])


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_no_background_colour_remains(dtype: type) -> None:
    white = 1 if dtype == np.uint8 else 257
    alpha = np.tile(np.clip((np.arange(80, dtype=np.float32) - 32) / 16, 0, 1), (40, 1)).astype(np.float32)
    pixels = np.rint((alpha[..., None] * RED + (1 - alpha[..., None]) * BLUE) * white).astype(dtype)
    made = foreground_of(pixels, alpha)
    assert made.dtype == dtype
    off = np.abs(made / white - RED).max(axis=2)
    assert off[alpha > 0.1].max() < 12
    # Of the blue, 160 levels away from the red's, the pixels half covered held half.
    assert np.abs(pixels / white - RED).max(axis=2)[alpha == 0.5].min() >= 84


def test_where_alpha_is_one_or_zero_the_source_stays() -> None:
    rng = np.random.default_rng(1)
    pixels = rng.integers(0, 256, (32, 48, 3), dtype=np.uint8)
    alpha = np.zeros((32, 48), np.float32)
    alpha[:, 16:] = 1
    alpha[:, 14:18] = 0.5
    made = foreground_of(pixels, alpha)
    assert np.array_equal(made[alpha == 1], pixels[alpha == 1])
    assert np.array_equal(made[alpha == 0], pixels[alpha == 0])
    assert not np.array_equal(made, pixels)


def test_grey_keeps_its_shape() -> None:
    alpha = np.tile(np.linspace(0, 1, 32, dtype=np.float32), (16, 1))
    pixels = np.rint(200 * alpha + 20 * (1 - alpha)).astype(np.uint8)[..., None]
    made = foreground_of(pixels, alpha)
    assert made.shape == pixels.shape
    assert made[:, 16:].min() > 150


def test_nothing_soft_returns_a_copy() -> None:
    pixels = np.zeros((4, 4, 3), np.uint8)
    made = foreground_of(pixels, np.ones((4, 4), np.float32))
    assert np.array_equal(made, pixels)
    assert made is not pixels


def test_alpha_of_another_size_is_refused() -> None:
    with pytest.raises(ParameterError, match="float32"):
        foreground_of(np.zeros((4, 4, 3), np.uint8), np.zeros((4, 5), np.float32))
