"""OKLab: lightness, and two axes of colour on which equal steps look equal at any hue.

Bjorn Ottosson, A perceptual color space for image processing, 2020 (public domain).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

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
    """Return linear light (..., 3) of `space` as OKLab (..., 3) float32: L 0 to 1, a and b about -0.4 to
    0.4."""
    lms: Array = light @ np.asarray(TO_LMS @ space.to_srgb, np.float32).T
    np.cbrt(lms, out=lms)
    lab: Array = lms @ np.asarray(TO_LAB, np.float32).T
    return lab


def from_oklab(lab: Array, space: Space) -> Array:
    """Return OKLab (..., 3) as linear light (..., 3) of `space`; what it cannot show lies outside of [0,
    1]."""
    lms: Array = lab @ np.asarray(FROM_LAB, np.float32).T
    lms *= lms * lms
    light: Array = lms @ np.asarray(space.from_srgb @ FROM_LMS, np.float32).T
    return light
