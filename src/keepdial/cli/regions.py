"""Regions as people type them: ``--box 120,80,64,48``, ``--pin polygon:"10,10 60,10 35,50"``.

Each becomes a `Selector`; whether it fits the picture is for the finders to judge.
"""

from __future__ import annotations

import base64
import math
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keepdial.errors import ParameterError

if TYPE_CHECKING:
    from keepdial.request import MaskTool, Selector

BOX = "x,y,width,height in whole pixels, for example 120,80,64,48"
POLYGON = 'at least three corners as "x,y x,y x,y", for example "10,10 60,10 35,50"'
STROKE = 'points and a width as "x,y x,y:width", for example "10,10 60,40:8"'
MASK = "a picture of the photograph's size, white where the edit may act"
POINTS = 'one or more points as "x,y x,y", for example "120,80"'
SNAP = 'a rough outline, or a scribble with a width, as "x,y x,y ..." or "x,y x,y:width"'
WHAT = 'what you mean in words, for example "the red cup on the left", "all faces", "the text \'SALE\'"'
TOOL = "grow:PX, shrink:PX, feather:PX, smooth:PX, despeckle:AREA, fill-holes or invert"
REGION = (
    "words (the cup, faces), box:x,y,w,h, polygon:..., stroke:...:width, points:..., snap:..., or a mask "
    "file, white inside"
)

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


def points(
    inside: Sequence[str], outside: Sequence[str] = (), around: str | None = None, *, option: str = "--point"
) -> Selector:
    """Return what is clicked: each text holds points ``x,y x,y``; `outside` says what is not meant.

    `around` is a box ``x,y,width,height`` around the object; with it no click is needed.
    """
    taken = [p for text in inside for p in _points(text, option=option, allowed=POINTS)]
    left = [p for text in outside for p in _points(text, option="--not-point", allowed=POINTS)]
    boxed = {} if around is None else {"box": box(around, option="--around").options}
    if not taken and not boxed:
        given, name = (outside[0], "--not-point") if outside else ("", option)
        raise ParameterError(name, given, f"{POINTS}; at least one --point says what is meant")
    return _selector("points", inside=taken, outside=left, **boxed)


def snap(text: str, *, option: str = "--snap") -> Selector:
    """Return the object inside a rough outline ``x,y x,y ...``, or under a scribble ``x,y x,y:width``."""
    path, colon, size = text.rpartition(":")
    found = _points(path if colon else text, option=option, allowed=SNAP)
    try:
        width = float(size) if colon else None
    except ValueError:
        width = math.nan
    if not found or (width is not None and not 0 < width <= LARGEST):
        raise ParameterError(option, text, SNAP)
    return _selector("snap", points=found, **({} if width is None else {"width": width}))


def what(text: str, *, option: str = "--what") -> Selector:
    """Return what the words mean."""
    if not text.strip() or len(text) > LONGEST:
        raise ParameterError(option, text, f"{WHAT}; up to {LONGEST} characters")
    return _selector("what", words=text)


def suggestion(text: str, *, option: str = "--suggestion") -> Selector:
    """Return the distraction of that number, as ``keepdial suggest`` counts them."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 1000:
        raise ParameterError(option, text, "a number that `keepdial suggest IMAGE` prints")
    return _selector("suggestion", number=int(text))


def tool(text: str, *, option: str = "--tool") -> MaskTool:
    """Return the mask tool ``name`` or ``name:pixels``."""
    from keepdial.request import MaskTool

    name, colon, amount = text.partition(":")
    plain = name in ("fill-holes", "invert")
    try:
        pixels = float(amount) if colon else 0.0
    except ValueError:
        pixels = math.nan
    if plain == bool(colon) or not (plain or 0 < pixels <= LARGEST):
        raise ParameterError(option, text, TOOL)
    try:
        made: MaskTool = MaskTool.build(name=name, pixels=pixels)
    except ParameterError:
        raise ParameterError(option, text, TOOL) from None
    return made


def region(text: str, *, option: str) -> Selector:
    """Return a region of any kind: a kind and its text with a colon between, a mask file, or words."""
    kind, colon, rest = text.partition(":")
    if colon and kind in KINDS:
        return KINDS[kind](rest, option=option)
    if os.path.isfile(text):  # False, where Path.is_file raises, for names that no file can have
        return mask(text, option=option)
    if Path(text).suffix.lower() in SUFFIXES or "/" in text or colon or not text.strip():
        raise ParameterError(option, text, REGION, hint="There is no such file.")
    return what(text, option=option)


LONGEST = 500
SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".gif", ".avif", ".heic"})

KINDS: dict[str, Callable[..., Selector]] = {
    "box": box,
    "polygon": polygon,
    "stroke": stroke,
    "mask": mask,
    "points": lambda text, *, option: points([text], option=option),
    "snap": snap,
}


def targets(given: Mapping[str, Any]) -> tuple[Selector, ...]:
    """Return every region given, their union first, then what is taken away from it.

    `given` holds the values of the options of `keepdial.cli.options.SELECTION` by name.
    """
    channel, invert = given["mask_channel"], given["mask_invert"]
    found = [
        *(mask(text, channel=channel, invert=invert) for text in given["mask"] or ()),
        *(what(text) for text in given["what"] or ()),
        *(box(text) for text in given["box"] or ()),
        *(polygon(text) for text in given["polygon"] or ()),
        *(stroke(text) for text in given["stroke"] or ()),
        *(snap(text) for text in given["snap"] or ()),
        *(suggestion(text) for text in given["suggestion"] or ()),
    ]
    if given["point"] or given["not_point"] or given["around"]:
        found.append(points(given["point"] or (), given["not_point"] or (), given["around"]))
    if given["all"]:
        found.append(everything())
    steps = tuple(tool(text) for text in given["tool"] or ())
    if steps and not found:
        raise ParameterError("--tool", given["tool"][0], "a region to work on; none was given")
    if len(found) > 1 and any(step.name == "invert" for step in steps):
        raise ParameterError("--tool", "invert", "one region only: each is inverted by itself")
    found = [one.model_copy(update={"tools": steps}) for one in found] if steps else found
    without = [region(text, option="--except") for text in given["without"] or ()]
    if without and not found:
        raise ParameterError("--except", given["without"][0], "a region to take it from; none was given")
    return (*found, *(one.model_copy(update={"combine": "subtract"}) for one in without))


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
