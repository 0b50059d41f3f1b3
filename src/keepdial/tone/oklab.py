"""OKLab: lightness, and two axes of colour on which equal steps look equal at any hue.

Bjorn Ottosson, A perceptual color space for image processing, 2020 (public domain).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from keepdial.tone.planes import mixed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.tone.space import Space

    Array = NDArray[np.float32]

TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
FROM_LAB = np.linalg.inv(TO_LAB)
FROM_LMS = np.linalg.inv(TO_LMS)


def to_oklab(light: Array, space: Space) -> Array:
    """Return linear light (..., 3) of `space` as OKLab (..., 3): L 0 to 1, a and b about -0.4 to 0.4."""
    lms = _mixed(light, TO_LMS @ space.to_srgb)
    np.cbrt(lms, out=lms)
    return _mixed(lms, TO_LAB)


def from_oklab(lab: Array, space: Space) -> Array:
    """Return OKLab (..., 3) as linear light (..., 3) of `space`; what it cannot show is outside of [0, 1]."""
    lms = _mixed(lab, FROM_LAB)
    lms *= lms * lms
    return _mixed(lms, space.from_srgb @ FROM_LMS)


def _mixed(colours: Array, matrix: NDArray[np.floating]) -> Array:
    """Return colours (..., 3) with a matrix applied to each; of a tile (h, W, 3) the quick way."""
    if colours.ndim == 3:
        return mixed(colours, matrix)
    out: Array = colours @ np.asarray(matrix, np.float32).T
    return out
