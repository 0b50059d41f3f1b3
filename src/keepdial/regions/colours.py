"""Colours by their names: how readily a person would call a pixel red.

Numpy and OpenCV are imported where they are used: the command line's help reads the names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from keepdial.errors import ParameterError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STRIP = 512


@dataclass(frozen=True, slots=True)
class Span:
    """A part of CIE LCh: lightness 0 to 100, chroma, hue in degrees (from `hue[0]` upwards to `hue[1]`)."""

    hue: tuple[float, float] = (0.0, 360.0)
    chroma: tuple[float, float] = (0.0, 200.0)
    light: tuple[float, float] = (-20.0, 120.0)


# The eleven basic colour terms (Berlin & Kay, 1969; their places in Lab after Sturges & Whitfield, 1995, and
# the CSS colours of the same name), then common others. They overlap where usage does.
_CHROMATIC: dict[str, tuple[Span, ...]] = {
    "red": (Span((8, 46), (34, 200), (14, 64)),),
    "orange": (Span((46, 80), (44, 200), (48, 92)), Span((41, 80), (40, 78), (45, 92))),
    "yellow": (Span((82, 113), (32, 200), (60, 120)),),
    "green": (Span((113, 172), (11, 200), (8, 120)), Span((100, 115), (11, 80), (8, 60))),
    "cyan": (Span((172, 228), (12, 200), (20, 120)),),
    "blue": (Span((225, 311), (11, 200), (6, 120)),),
    "purple": (Span((309, 346), (14, 200), (8, 70)),),
    "pink": (
        Span((318, 360), (10, 200), (60, 120)),
        Span((0, 36), (10, 60), (62, 120)),
        Span((338, 368), (34, 200), (46, 120)),
    ),
    "brown": (Span((34, 88), (11, 60), (12, 54)),),
    "beige": (Span((58, 112), (6, 30), (66, 98)),),
    "gold": (Span((70, 98), (30, 200), (44, 92)),),
    "magenta": (Span((318, 356), (42, 200), (25, 120)),),
    "teal": (Span((172, 225), (10, 200), (15, 60)),),
    "olive": (Span((92, 120), (14, 80), (22, 62)),),
    "navy": (Span((255, 308), (11, 200), (3, 30)),),
    "maroon": (Span((8, 46), (18, 60), (8, 34)),),
}
_NEUTRAL: dict[str, tuple[Span, ...]] = {
    "black": (Span(chroma=(-10, 13), light=(-20, 22)), Span(chroma=(-10, 200), light=(-20, 10))),
    "white": (Span(chroma=(-10, 11), light=(84, 120)),),
    "grey": (Span(chroma=(-10, 9), light=(24, 84)),),
    "silver": (Span(chroma=(-10, 9), light=(58, 90)),),
    "dark grey": (Span(chroma=(-10, 9), light=(14, 48)),),
    "light grey": (Span(chroma=(-10, 9), light=(58, 88)),),
}
_SAME = {
    "gray": "grey",
    "dark gray": "dark grey",
    "light gray": "light grey",
    "violet": "purple",
    "turquoise": "cyan",
    "golden": "gold",
    "tan": "beige",
    "crimson": "red",
}
_SHADED = (
    "red",
    "orange",
    "yellow",
    "green",
    "cyan",
    "turquoise",
    "blue",
    "purple",
    "violet",
    "pink",
    "brown",
)

COLOURS: frozenset[str] = frozenset(
    [*_CHROMATIC, *_NEUTRAL, *_SAME, *(f"{shade} {name}" for shade in ("dark", "light") for name in _SHADED)]
)

# Half the width over which a name fades out: degrees of hue, units of chroma and lightness.
_HUE, _CHROMA, _LIGHT = 6.0, 4.0, 5.0
_DARK, _PALE = 44.0, 62.0


def spans_of(name: str) -> tuple[Span, ...]:
    """Return the parts of LCh that `name` covers; raise `ParameterError` for a name not in `COLOURS`."""
    known = _SAME.get(name, name)
    if known in _CHROMATIC or known in _NEUTRAL:
        return _CHROMATIC.get(known) or _NEUTRAL[known]
    shade, _, plain = known.partition(" ")
    base = _CHROMATIC.get(_SAME.get(plain, plain))
    if name not in COLOURS or base is None:
        raise ParameterError("name", name, f"one of {', '.join(sorted(COLOURS))}")
    if shade == "dark":
        return tuple(Span(s.hue, (s.chroma[0] * 0.6, s.chroma[1]), (4, _DARK)) for s in base)
    return tuple(Span(s.hue, (s.chroma[0] * 0.5, s.chroma[1]), (_PALE, 120)) for s in base)


def colour_map(rgb: NDArray[np.uint8], name: str) -> NDArray[np.float32]:
    """Return how readily each pixel of `rgb` (H, W, 3) uint8 would be called `name`.

    Args:
        rgb: (H, W, 3) uint8, sRGB; not modified.
        name: one of `COLOURS`.

    Returns:
        (H, W) float32 in [0, 1], 1 = surely; softly falling off towards the neighbouring colours.

    Raises:
        ParameterError: a name that is not in `COLOURS`.
    """
    import numpy as np

    spans = spans_of(name)
    found = np.zeros(rgb.shape[:2], np.float32)
    for top in range(0, rgb.shape[0], STRIP):
        # One row more on either side: the median looks at neighbours.
        above = min(top, 1)
        light, chroma, hue = _lch(rgb[top - above : top + STRIP + 1])
        part = found[top : top + STRIP]
        for span in spans:
            value = _within(light, span.light, _LIGHT) * _within(chroma, span.chroma, _CHROMA)
            if span.hue != (0.0, 360.0):
                value *= _around(hue, span.hue)
            np.maximum(part, value[above : above + len(part)], out=part)
    return found


def _lch(rgb: NDArray[np.uint8]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Return lightness, chroma and hue in degrees; single odd pixels follow their neighbours."""
    import cv2
    import numpy as np

    calm = cv2.medianBlur(np.ascontiguousarray(rgb), 3)
    lab = cv2.cvtColor(calm.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2LAB)
    chroma, hue = cv2.cartToPolar(lab[..., 1], lab[..., 2], angleInDegrees=True)
    return lab[..., 0], chroma, hue


def _within(values: NDArray[Any], span: tuple[float, float], soft: float) -> NDArray[Any]:
    import numpy as np

    inside = np.minimum(values - span[0], span[1] - values)
    return np.clip(inside / (2 * soft) + 0.5, 0, 1)


def _around(hue: NDArray[Any], span: tuple[float, float]) -> NDArray[Any]:
    import numpy as np

    middle, half = (span[0] + span[1]) / 2, (span[1] - span[0]) / 2
    apart = np.abs((hue - middle + 180) % 360 - 180)
    return np.clip((half - apart) / (2 * _HUE) + 0.5, 0, 1)
