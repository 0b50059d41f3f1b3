"""The numpy-first door: arrays in, an array out, no report. What the benches time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from keepdial.backends import Backend, backends
from keepdial.errors import ParameterError, RouteError
from keepdial.frame import holes, windows
from keepdial.geometry import size_of
from keepdial.image import Image
from keepdial.mask import bounds
from keepdial.propose import generate
from keepdial.request import Request, Selector
from keepdial.understand.resolve import resolve

if TYPE_CHECKING:
    from numpy.typing import NDArray


def inpaint(pixels: NDArray[Any], mask: NDArray[Any], *, seed: int = 0) -> NDArray[Any]:
    """Fill the masked part of a picture from its surroundings; everything else is copied bit for bit.

    Args:
        pixels: (H, W), (H, W, 1) or (H, W, 3) uint8 or uint16; not modified.
        mask: (H, W) bool, or float in [0, 1]; True or 1 = fill here, between 0 and 1 blends with the old.
        seed: from 0 to 2**32 - 1; the same arrays, seed and version give the same bytes.

    Returns:
        A new array of the shape and type of `pixels`; what is not filled equals it.

    Raises:
        ParameterError: a shape or type that is not as above.
        SelectionError: mask values outside of [0, 1], or nothing left to fill from.
        RouteError: the embedded engine is not installed.

    Example:
        >>> import numpy as np, keepdial
        >>> photo = np.full((48, 64, 3), 120, np.uint8)
        >>> hole = np.zeros((48, 64), bool)
        >>> hole[20:28, 30:40] = True
        >>> photo[hole] = 255
        >>> int(keepdial.inpaint(photo, hole).max())
        120
    """
    backend = _embedded()
    canvas = Image(pixels[..., None] if pixels.ndim == 2 else pixels)
    hole = _as_mask(mask, canvas)
    box = bounds(hole)
    if box is None:
        return pixels.copy()
    request = Request(operation="fill", targets=(Selector(kind="all"),), seed=seed, auto_pin=False)
    (step,) = resolve(request).steps
    seen = windows(canvas, hole, holes(hole, box), backend.capabilities)
    result = generate(backend, step, 0.0, canvas, hole, seen).image.pixels
    result.flags.writeable = True
    return result.reshape(pixels.shape)


def _embedded() -> Backend:
    known = backends()
    if "patch" not in known:
        raise RouteError("The embedded engine is not installed.", hint="Install keepdial again.")
    return known["patch"]


def _as_mask(mask: NDArray[Any], canvas: Image) -> NDArray[np.float32]:
    """Return the mask as (H, W) float32; only its bounding box is touched when it is a bool."""
    if mask.ndim != 2 or size_of(mask) != canvas.size:
        raise ParameterError("mask.shape", mask.shape, f"{canvas.pixels.shape[:2]}, as the pixels")
    if np.issubdtype(mask.dtype, np.floating):
        return np.asarray(mask, np.float32)
    if mask.dtype != np.bool_:
        raise ParameterError("mask.dtype", str(mask.dtype), "bool, or float in [0, 1]")
    import cv2

    x, y, width, height = cv2.boundingRect(np.ascontiguousarray(mask).view(np.uint8))
    part = np.s_[y : y + height, x : x + width]
    hole = np.zeros(mask.shape, np.float32)
    hole[part] = mask[part]
    return hole
