"""Small pictures and masks for the tests, and the strategies that make them."""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image as Pillow

from keepdial.geometry import Orientation
from keepdial.image import Image
from keepdial.request import KeepMap, Selector


def noise(
    width: int = 24,
    height: int = 18,
    *,
    channels: int = 3,
    depth: int = 8,
    alpha: bool = False,
    orientation: int = 1,
    seed: int = 0,
) -> Image:
    """A picture of noise; with alpha, about a third of it is fully transparent."""
    rng = np.random.default_rng(seed)
    kind: Any = np.uint8 if depth == 8 else np.uint16
    top = 2**depth
    pixels = rng.integers(0, top, (height, width, channels)).astype(kind)
    clear = None
    if alpha:
        clear = rng.integers(0, top, (height, width)).astype(kind)
        clear[clear < top // 3] = 0
    return Image(pixels, clear, orientation=Orientation(orientation))


def box(x: int, y: int, width: int, height: int) -> Selector:
    return Selector(kind="box", options={"x": x, "y": y, "width": width, "height": height})


def png(values: NDArray[Any], mode: str | None = None) -> str:
    """The array as base64 of a PNG: (H, W) uint8 or uint16 grey, (H, W, 2) grey and alpha, (H, W, 4) RGBA."""
    if values.dtype == np.uint16:
        import imagecodecs

        return base64.b64encode(imagecodecs.png_encode(values)).decode()
    if values.ndim == 3 and values.shape[2] == 2:
        grey, clear = Pillow.fromarray(values[..., 0]), Pillow.fromarray(values[..., 1])
        picture = Pillow.merge("LA", (grey, clear))
    else:
        picture = Pillow.fromarray(values)
    file = io.BytesIO()
    picture.save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def mask_selector(values: NDArray[Any], **options: Any) -> Selector:
    return Selector(kind="mask", options={"png": png(values), **options})


def keep_map(values: NDArray[Any]) -> KeepMap:
    return KeepMap(png=png(values))


def changed(a: Image, b: Image) -> NDArray[np.bool_]:
    """(H, W) bool, True where two pictures of one size differ in colour or alpha."""
    different: NDArray[np.bool_] = (a.pixels != b.pixels).any(axis=2)
    if a.alpha is not None and b.alpha is not None:
        different |= a.alpha != b.alpha
    else:
        assert a.alpha is b.alpha
    return different


images = st.builds(
    noise,
    width=st.integers(1, 41),
    height=st.integers(1, 41),
    channels=st.sampled_from([1, 3]),
    depth=st.sampled_from([8, 16]),
    alpha=st.booleans(),
    orientation=st.integers(1, 8),
    seed=st.integers(0, 99),
)
