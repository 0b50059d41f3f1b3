"""Matching what was read with what is meant: wordings, dates, number plates, blocks."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from keepdial.reading.lines import Line, part_of_line

if TYPE_CHECKING:
    from collections.abc import Sequence

ALIKE = 0.75
"""Least similarity (twice the matching characters by all of both) at which a wording counts as found."""

CONFUSED = str.maketrans("0o1il|!5s8b2z6g", "ooiiiiissbbzzgg")
"""Characters that readers of text take for each other, in any font, become one."""

MONTH = r"(?:jan|feb|mar|apr|ma[iy]|jun|jul|aug|sep|okt|oct|nov|de[cz])[a-z]*"
YEAR = r"(?:(?:19|20)\d\d|'?\d\d)"
DATE = re.compile(
    rf"(?:\d{{1,2}}\s*[-./:\s]\s*\d{{1,2}}\s*[-./:\s]\s*{YEAR}|(?:19|20)\d\d\s*[-./:]\s*\d{{1,2}}\s*[-./:]\s*\d{{1,2}}"
    rf"|'\d\d\s+\d{{1,2}}\s*\d{{1,2}}\b|\d{{1,2}}\.?\s*{MONTH}\.?,?\s*{YEAR}|{MONTH}\.?\s*\d{{1,2}},?\s*{YEAR})"
    r"|^\s*\d{1,2}[:.]\d\d(?:[:.]\d\d)?\s*(?:am|pm)?\s*$",
    re.IGNORECASE,
)
"""Dates and times as cameras print them: 21.11.2026, '98 8 14, NOV 21 2026, 2026-11-21, 14:05."""

PLATE = re.compile(r"^(?=.*\d)(?=.*[A-Z])[A-Z0-9]{1,4}(?:[\s\-·•.:]?[A-Z0-9]{1,5}){1,3}$")
"""A number plate: capitals and figures in two to four groups, both present, nothing else."""


def is_date(text: str) -> bool:
    """Whether the line is or holds a date, or is a time of day, as cameras print them."""
    return DATE.search(text) is not None


def is_plate(text: str) -> bool:
    """Whether the line looks like a vehicle's number plate."""
    letters = re.sub(r"[^A-Z0-9]", "", text)
    return 4 <= len(letters) <= 10 and PLATE.match(text.strip()) is not None


def plain(text: str) -> tuple[str, tuple[int, ...]]:
    """Return the letters and figures of `text` without case, those easily confused made one, and the place of
    each in `text`."""
    kept = [(c.casefold()[:1].translate(CONFUSED), i) for i, c in enumerate(text) if c.isalnum() or c in "|!"]
    return "".join(c for c, _ in kept), tuple(i for _, i in kept)


def wording(lines: Sequence[Line], wanted: str) -> tuple[Line, ...]:
    """Return the lines, or the parts of lines, that say `wanted`, in the order of the lines.

    Case, spaces and punctuation do not count, nor do errors that readers make, as far as `ALIKE` goes. What
    runs over several lines is found line by line. Empty where nothing says it.
    """
    aim, _ = plain(wanted)
    if not aim:
        return ()
    exact = [part for line in lines for part in _in_line(line, aim, exact=True)]
    if exact:
        return tuple(exact)
    near = [part for line in lines for part in _in_line(line, aim, exact=False)]
    if near:
        return tuple(near)
    pieces = [(line, plain(line.text)[0]) for line in lines]
    within = [(line, said) for line, said in pieces if len(said) > 1 and said in aim]
    covered = sum(len(said) for said in {said for _, said in within})
    return tuple(line for line, _ in within) if covered >= ALIKE * len(aim) else ()


def _in_line(line: Line, aim: str, *, exact: bool) -> list[Line]:
    said, places = plain(line.text)
    found: list[Line] = []
    start = 0
    while start < len(said):
        place = said.find(aim, start) if exact else _nearest(said, aim, start)
        if place < 0:
            break
        stop = min(len(said), place + len(aim))
        found.append(part_of_line(line, places[place], places[stop - 1] + 1))
        start = stop
    return found


def _nearest(said: str, aim: str, start: int) -> int:
    """Return where from `start` on `said` is most like `aim`, or -1 where nothing is alike enough."""
    best, place = ALIKE, -1
    for at in range(start, max(start, len(said) - len(aim)) + 1):
        piece = said[at : at + len(aim)]
        alike = SequenceMatcher(None, piece, aim, autojunk=False).ratio()
        if alike > best or (alike == best and place < 0):
            best, place = alike, at
    return place


def blocks(lines: Sequence[Line]) -> tuple[tuple[Line, ...], ...]:
    """Return the lines in groups that belong together, each from top to bottom, in the order of the lines.

    Two lines belong together where their heights differ by less than a half, and they stand side by side or
    one below the other with less than a line's height between them.
    """
    parent = list(range(len(lines)))

    def root(i: int) -> int:
        while parent[i] != i:
            i = parent[i]
        return i

    for i, one in enumerate(lines):
        for j in range(i):
            if _together(one, lines[j]):
                parent[root(i)] = root(j)
    groups: dict[int, list[Line]] = {}
    for i, line in enumerate(lines):
        groups.setdefault(root(i), []).append(line)
    return tuple(tuple(group) for group in groups.values())


def _together(one: Line, other: Line) -> bool:
    low, high = sorted((one.height, other.height))
    if low < high / 1.5:
        return False
    reach = round(0.5 * high)
    return one.box.grow(reach).intersects(other.box.grow(reach))
