"""Regions as people type them: ``--box 120,80,64,48``, ``--pin polygon:"10,10 60,10 35,50"``.

Each becomes a `Selector`; whether it fits the picture is for the finders to judge.
"""

from __future__ import annotations

import base64
import math
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from keepdial.errors import ParameterError

if TYPE_CHECKING:
    from keepdial.request import Selector

BOX = "x,y,width,height in whole pixels, for example 120,80,64,48"
POLYGON = 'at least three corners as "x,y x,y x,y", for example "10,10 60,10 35,50"'
STROKE = 'points and a width as "x,y x,y:width", for example "10,10 60,40:8"'
MASK = "a picture of the photograph's size, white where the edit may act"
PIN = "box:x,y,w,h, polygon:..., stroke:...:width, or a mask file, white where nothing may change"

LARGEST = 1_000_000.0


def box(text: str, *, option: str = "--box") -> Selector:
    """Return the box ``x,y,width,height``; its corner may lie outside of the picture."""
    parts = text.replace(" ", "").split(",")
    if len(parts) != 4:
        raise ParameterError(option, text, BOX)
    try:
        x, y, width, height = (int(part) for part in parts)
    except ValueError:
        raise ParameterError(option, text, BOX) from None
    if width < 1 or height < 1 or max(map(abs, (x, y, width, height))) > LARGEST:
        raise ParameterError(option, text, f"{BOX}; both sides at least 1")
    return _selector("box", x=x, y=y, width=width, height=height)


def polygon(text: str, *, option: str = "--polygon") -> Selector:
    """Return the polygon through the corners ``x,y x,y x,y ...``."""
    corners = _points(text, option=option, allowed=POLYGON)
    if len(corners) < 3:
        raise ParameterError(option, text, POLYGON)
    return _selector("polygon", points=corners)


def stroke(text: str, *, option: str = "--stroke") -> Selector:
    """Return the stroke of a round brush along ``x,y x,y ...:width``."""
    path, colon, size = text.rpartition(":")
    points = _points(path if colon else text, option=option, allowed=STROKE)
    try:
        width = float(size) if colon else math.nan
    except ValueError:
        width = math.nan
    if not points or not 0 < width <= LARGEST:
        raise ParameterError(option, text, f"{STROKE}; the width is above 0")
    return _selector("stroke", points=points, width=width)


def mask(text: str, *, option: str = "--mask", channel: str | None = None, invert: bool = False) -> Selector:
    """Return the mask in the file named `text`; ``-`` is stdin. White = the edit may act here.

    The file's bytes go into the selector, so that a record replays where the file is gone.
    """
    data = base64.b64encode(read(text, option=option, allowed=MASK)).decode("ascii")
    if not data:
        raise ParameterError(option, text, MASK, hint="The file is empty.")
    special = ({"channel": channel} if channel else {}) | ({"invert": True} if invert else {})
    return _selector("mask", png=data, **special)


def everything() -> Selector:
    """Return the whole picture."""
    return _selector("all")


def pin(text: str, *, option: str = "--pin") -> Selector:
    """Return the region that must survive: a kind and its text with a colon between, or a mask file."""
    kind, colon, rest = text.partition(":")
    if colon and kind in KINDS:
        return KINDS[kind](rest, option=option)
    if not Path(text).exists():
        raise ParameterError(option, text, PIN)
    return mask(text, option=option)


KINDS: dict[str, Callable[..., Selector]] = {
    "box": box,
    "polygon": polygon,
    "stroke": stroke,
    "mask": mask,
}


def targets(
    *,
    masks: Sequence[str],
    boxes: Sequence[str],
    polygons: Sequence[str],
    strokes: Sequence[str],
    all_of_it: bool,
    channel: str | None = None,
    invert: bool = False,
) -> tuple[Selector, ...]:
    """Return every region given, in the order of the options; their union is meant."""
    found = [
        *(mask(text, channel=channel, invert=invert) for text in masks),
        *(box(text) for text in boxes),
        *(polygon(text) for text in polygons),
        *(stroke(text) for text in strokes),
    ]
    return (*found, everything()) if all_of_it else tuple(found)


def read(name: str, *, option: str, allowed: str) -> bytes:
    """Return the bytes of the file called `name`, or of stdin for ``-``; raise `ParameterError`.

    No more is read than a picture's file may have.
    """
    from keepdial.settings import Settings

    limit = Settings.from_environment().max_file_bytes
    if "\0" in name:
        raise ParameterError(option, name, f"the name of a file: {allowed}")
    try:
        with sys.stdin.buffer if name == "-" else Path(name).open("rb") as file:
            data = file.read(limit + 1)
    except OSError as problem:
        why = problem.strerror or type(problem).__name__
        raise ParameterError(option, name, allowed, hint=f"The file cannot be read: {why}.") from None
    if len(data) > limit:
        raise ParameterError(option, name, allowed, hint=f"The file is larger than {limit:,} bytes.")
    return data


def _selector(kind: str, **options: object) -> Selector:
    from keepdial.request import Selector

    made: Selector = Selector.build(kind=kind, options=options)
    return made


def _points(text: str, *, option: str, allowed: str) -> list[list[float]]:
    points: list[list[float]] = []
    for pair in text.split():
        try:
            x, y = (float(part) for part in pair.split(","))
        except ValueError:
            raise ParameterError(option, text, allowed) from None
        if not (abs(x) <= LARGEST and abs(y) <= LARGEST):  # not <= also refuses NaN
            raise ParameterError(option, text, f"{allowed}; finite numbers up to {LARGEST:.0f}")
        points.append([x, y])
    return points
