"""A picture enlarged: the plain way, and held to the source that it came of.

Whatever made the larger picture, reduced again by area it should be the source. What differs is enlarged and
put back, a few times (Irani and Peleg, Improving resolution by image registration, 1991: back-projection).
That sharpens what plain interpolation blurs, and takes out of a network's result what contradicts the
picture; what no picture of this size can tell, the network's detail, stays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.image import Image

    Array = NDArray[np.float32]
    Network = Callable[[Array], Array]

ROUNDS = 2
"""Times that a result is held to the source: four and eight changed PSNR by 0.01 dB on Kodak photographs."""


@dataclass(frozen=True, eq=False, slots=True)
class Enlargement:
    """The source and what is asked: what a stage hands to the backend.

    Attributes:
        source: the picture.
        factor: 2 or 4.
        kind: which network.
        faithful: in [0, 1], how far the result is held to the source.
        part: in (0, 1], the share of what goes beyond plain interpolation.
    """

    source: Image
    factor: int
    kind: Literal["fast", "detail"]
    faithful: float
    part: float


def enlarge(asked: Enlargement, network: Network | None = None) -> tuple[Array, Array | None]:
    """Return the larger picture (H, W, C) float32 in [0, 1], and its alpha (H, W) or None.

    `network` takes colours (h, w, 3) float32 in [0, 1] to larger ones; without one the picture is
    interpolated and held to the source.
    """
    from keepdial.color import unit

    source, factor = asked.source, asked.factor
    values = solid(unit(source.pixels), source.alpha)
    smooth = interpolated(values, factor)
    if network is None:
        made, faithful = smooth, 1.0
    else:
        made = _as_channels(network(_as_rgb(values)), values.shape[2])
        faithful = asked.faithful
    if faithful > 0:
        made = held(made, values, faithful)
    if asked.part < 1:
        made = smooth + np.float32(asked.part) * (made - smooth)
    alpha = None
    if source.alpha is not None:
        alpha = np.clip(interpolated(unit(source.alpha)[..., None], factor)[..., 0], 0, 1)
    return np.clip(made, 0, 1), alpha


def interpolated(values: Array, factor: int) -> Array:
    """Return (h, w, C) values enlarged by a cubic (Keys, 1981)."""
    import cv2

    size = values.shape[1] * factor, values.shape[0] * factor
    return _resized(values, size, cv2.INTER_CUBIC)


def held(made: Array, source: Array, share: float = 1.0, rounds: int = ROUNDS) -> Array:
    """Return the enlarged picture `made` with its mean over each pixel of `source` moved towards it.

    `share` in [0, 1] is how far.
    """
    import cv2

    small, size = (source.shape[1], source.shape[0]), (made.shape[1], made.shape[0])
    for _ in range(rounds):
        off = source - _resized(made, small, cv2.INTER_AREA)
        made = made + np.float32(share) * _resized(off, size, cv2.INTER_CUBIC)
    return made


def solid(values: Array, alpha: NDArray[np.generic] | None) -> Array:
    """Return colours (H, W, C) in which what is fully transparent has that of the nearest pixel that is not.

    Else its colour, which means nothing, would bleed into the edge.
    """
    if alpha is None or alpha.all() or not alpha.any():
        return values
    from scipy.ndimage import distance_transform_edt

    rows, columns = distance_transform_edt(alpha == 0, return_distances=False, return_indices=True)
    return np.asarray(values[rows, columns])


def _resized(values: Array, size: tuple[int, int], how: int) -> Array:
    import cv2

    out = np.asarray(cv2.resize(values, size, interpolation=how), np.float32)
    return out[..., None] if out.ndim == 2 else out


def _as_rgb(values: Array) -> Array:
    return values if values.shape[2] == 3 else np.repeat(values, 3, axis=2)


def _as_channels(rgb: Array, channels: int) -> Array:
    return rgb if channels == 3 else rgb.mean(axis=2, keepdims=True)


def reduced(made: Array, times: int) -> Array:
    """Return (h, w, C) values reduced by area, `times` a whole number that divides both sides."""
    import cv2

    return _resized(made, (made.shape[1] // times, made.shape[0] // times), cv2.INTER_AREA)
