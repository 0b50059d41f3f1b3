"""What can be told of a checkpoint, in its TOML or in the ``keepdial.json`` of its folder."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any


def _number(low: float, high: float, *, whole: bool = False) -> Callable[[Any], bool]:
    def fits(value: Any) -> bool:
        kinds = int if whole else int | float
        return isinstance(value, kinds) and not isinstance(value, bool) and low <= value <= high

    return fits


def _words(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 200 and value.isprintable()


def _keep(value: Any) -> bool:
    unit = _number(0, 1)
    return isinstance(value, list) and len(value) == 2 and all(map(unit, value)) and value[0] <= value[1]


def _names(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, str) for one in value)


def _curve(value: Any) -> bool:
    unit = _number(0, 1)
    if not isinstance(value, list) or len(value) < 2:
        return False
    if not all(isinstance(p, list) and len(p) == 2 and all(map(unit, p)) for p in value):
        return False
    return all(a[0] <= b[0] and a[1] <= b[1] for a, b in pairwise(value))


def _curves(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_curve, value.values()))


TOLD: dict[str, tuple[Callable[[Any], bool], str]] = {
    "title": (_words, "words, up to 200 characters"),
    "licence": (_words, "words, up to 200 characters"),
    "commercial": (lambda value: isinstance(value, bool), "true or false"),
    "best": (_number(16, 8192, whole=True), "a whole number of px from 16 to 8192"),
    "minimum": (_number(1, 8192, whole=True), "a whole number of px from 1 to 8192"),
    "multiple_of": (_number(1, 256, whole=True), "a whole number of px from 1 to 256"),
    "steps": (_number(1, 1000, whole=True), "a whole number from 1 to 1000"),
    "guidance": (_number(0, 50), "a number from 0 to 50"),
    "image_guidance": (_number(0, 50), "a number from 0 to 50"),
    "quality": (_number(0, 1), "a number from 0 to 1"),
    "seconds_per_mp": (_number(0, 1e6), "a number of seconds, not negative"),
    "operations": (_names, "a list of operations' names"),
    "keep": (_keep, "two numbers from 0 to 1, the lower first"),
    "curves": (_curves, "for each operation a list of [kept, knob] from 0 to 1, rising"),
}
"""For each name what a value has to be, as a function and in words. Meanings: `docs/diffusion.md`."""


def refused(name: str, value: Any) -> str:
    """Return what is allowed for `name`, where `value` is not; "" where it is."""
    fits, allowed = TOLD[name]
    return "" if fits(value) else allowed
