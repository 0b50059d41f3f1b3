"""A part of the picture by its place: the left half, the top third, the bottom right corner, the border."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from keepdial.errors import ParameterError
from keepdial.geometry import Box
from keepdial.select import Finder, Instance, Options, Region

if TYPE_CHECKING:
    from keepdial.geometry import Size
    from keepdial.image import Image

FRAMES = ("border", "frame", "edge")
BORDER = 0.05
"""How wide a border is, in the shorter side of the picture."""


def _spans() -> dict[str, tuple[float, float, float, float]]:
    """Return (left, top, right, bottom) in picture sides for every name."""
    half, third = 1 / 2, 1 / 3
    across = {
        "left half": (0, half),
        "right half": (half, 1),
        "left third": (0, third),
        "right third": (2 * third, 1),
        "left quarter": (0, 1 / 4),
        "right quarter": (3 / 4, 1),
        "left side": (0, half),
        "right side": (half, 1),
    }
    down = {
        "top half": (0, half),
        "bottom half": (half, 1),
        "upper half": (0, half),
        "lower half": (half, 1),
        "top third": (0, third),
        "bottom third": (2 * third, 1),
        "top quarter": (0, 1 / 4),
        "bottom quarter": (3 / 4, 1),
    }
    spans = {name: (a, 0.0, b, 1.0) for name, (a, b) in across.items()}
    spans |= {name: (0.0, a, 1.0, b) for name, (a, b) in down.items()}
    for v, (top, bottom) in {"top": (0, third), "bottom": (2 * third, 1)}.items():
        for h, (left, right) in {"left": (0, third), "right": (2 * third, 1)}.items():
            spans[f"{v} {h} corner"] = spans[f"{h} {v} corner"] = (left, top, right, bottom)
    spans |= dict.fromkeys(
        ("middle", "centre", "center", "middle third"), (third, third, 2 * third, 2 * third)
    )
    return spans


SPANS = _spans()


class PlaceOptions(Options):
    """A place by its name."""

    name: str = Field(max_length=40, description="The name, for example left half or top right corner.")


def box_of(name: str, size: Size) -> Box:
    """Return the whole pixels of the place called `name`; raise `ParameterError` naming those there are."""
    if name not in SPANS:
        raise ParameterError("name", name, f"one of {', '.join(sorted(SPANS))}, {', '.join(FRAMES)}")
    left, top, right, bottom = SPANS[name]
    x0, x1 = round(left * size.width), round(right * size.width)
    y0, y1 = round(top * size.height), round(bottom * size.height)
    return Box(x0, y0, max(1, x1 - x0), max(1, y1 - y0)).clip(size)


def find(options: PlaceOptions, image: Image) -> tuple[Instance, ...]:
    """Return the place, hard-edged, as the only instance."""
    import numpy as np

    if options.name in FRAMES:
        size = image.size
        width = max(1, round(BORDER * min(size.width, size.height)))
        values = np.ones((size.height, size.width), np.float32)
        values[width:-width, width:-width] = 0
        return (Instance(Region(Box(0, 0, size.width, size.height), values), options.name),)
    box = box_of(options.name, image.size)
    return (Instance(Region(box, np.ones((box.height, box.width), np.float32)), options.name),)


FINDER = Finder(
    "place",
    "A part of the picture by its place: left half, top third, bottom right corner, border.",
    PlaceOptions,
    find=find,
    words=frozenset({*SPANS, *FRAMES}),
    mass=frozenset({*SPANS, *FRAMES}),
    quality=0.1,
)
