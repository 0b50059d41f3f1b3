"""Photographs as a beginner or a cheap camera would have delivered them: a fixed list of wrongs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

LUMA = np.array([0.2126, 0.7152, 0.0722])
XYZ_TO_RGB = np.array([[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]])


@dataclass(frozen=True)
class Wrong:
    """What was done wrong, in this order: the light's colour, exposure, saturation, contrast, black."""

    name: str
    kelvin: float = 6500
    stops: float = 0
    saturation: float = 1
    contrast: float = 1
    black: float = 0

    @property
    def plain(self) -> bool:
        """Whether anybody sees it at once: none of the mildest step of its kind."""
        return self.name not in MILD


MILD = ("exposure -0.5", "exposure +0.5", "contrast 0.75", "contrast 1.35", "cast 5500 K", "cast 8000 K")
WRONGS = (
    *(Wrong(f"exposure {s:+}", stops=s) for s in (-1.5, -1, -0.5, 0.5, 1)),
    *(Wrong(f"contrast {c}", contrast=c) for c in (0.55, 0.75, 1.35)),
    *(Wrong(f"cast {k} K", kelvin=k) for k in (3500, 4500, 5500, 8000, 9000)),
    *(Wrong(f"saturation {s}", saturation=s) for s in (0.35, 0.6)),
    *(Wrong(f"black {b}", black=b) for b in (0.1, 0.2)),
    Wrong("mixed: dark, warm", kelvin=4000, stops=-1),
    Wrong("mixed: flat, cool", kelvin=8500, contrast=0.7),
    Wrong("mixed: light, faded", stops=0.5, black=0.12),
    Wrong("mixed: dark, flat, dull", stops=-0.7, contrast=0.8, saturation=0.6),
    Wrong("mixed: all", kelvin=4800, stops=-1.2, saturation=0.7, contrast=0.85, black=0.05),
    Wrong("mixed: light, cool, dull", kelvin=8000, stops=0.4, saturation=0.6),
)


def decode(encoded: Any) -> Any:
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def encode(light: Any) -> Any:
    light = np.maximum(light, 0)
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def white(kelvin: float) -> Any:
    """Linear sRGB of a black body, of luminance 1 (Kim et al., US 7024034: fits to the Planckian locus)."""
    t = 1000 / kelvin
    if kelvin <= 4000:
        x = -0.2661239 * t**3 - 0.2343589 * t**2 + 0.8776956 * t + 0.179910
    else:
        x = -3.0258469 * t**3 + 2.1070379 * t**2 + 0.2226347 * t + 0.240390
    if kelvin <= 4000:
        y = -0.9549476 * x**3 - 1.37418593 * x**2 + 2.09137015 * x - 0.16748867
    else:
        y = 3.0817580 * x**3 - 5.87338670 * x**2 + 3.75112997 * x - 0.37001483
    return XYZ_TO_RGB @ np.array([x / y, 1, (1 - x - y) / y])


def degraded(pixels: Any, wrong: Wrong) -> Any:
    """(H, W, 3) uint8 with what is wrong, rounded to 8 bits again."""
    light = decode(np.arange(256, dtype=np.float32) / 255)[pixels]
    gains = white(wrong.kelvin) / white(6500)
    light = light * (gains / (gains @ LUMA) * 2.0**wrong.stops).astype(np.float32)
    values = encode(np.minimum(light, 1)).astype(np.float32)
    luma = (values @ LUMA)[..., None]
    values = luma + wrong.saturation * (values - luma)
    values = 0.5 + wrong.contrast * (values - 0.5)
    values = wrong.black + (1 - wrong.black) * values
    return np.rint(255 * np.clip(values, 0, 1)).astype(np.uint8)
