"""Meeting the dial: the edit loop that measures what was kept and aims anew where it missed.

A result that kept a little less than was asked needs no further run: what was changed least is given back to
the source (`keepdial.giveback`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from keepdial.giveback import CLOSE, given_back, level_for, ranked
from keepdial.keep import TOLERANCE, Held, Keep, Try, corrected
from keepdial.propose import Made
from keepdial.verify.haarpsi import kept_within

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.geometry import Box
    from keepdial.operations import Stage

CORRECTIONS = 2
"""How often the edit loop corrects the dial when the measured kept misses it."""

GIVEN = 0.12
"""The most by which what is kept is raised by giving back; beyond it the model works again, held tighter."""

_once: ContextVar[bool] = ContextVar("once", default=False)


@contextmanager
def first_only(*, on: bool = True) -> Iterator[None]:
    """Take the first try as it is while the block runs in this context: for measuring what it keeps."""
    token = _once.set(on or _once.get())
    try:
        yield
    finally:
        _once.reset(token)


_as_made: ContextVar[bool] = ContextVar("as_made", default=False)


@contextmanager
def as_made(*, on: bool = True) -> Iterator[None]:
    """Let a model work as it was made to, and take what it makes, while the block runs in this context.

    For operations that only begin at their default dial (`Operation.begins`): a backend that has a place on
    its knob where it does as published takes that, and nothing is corrected.
    """
    token = _as_made.set(on or _as_made.get())
    try:
        with first_only(on=on):
            yield
    finally:
        _as_made.reset(token)


def is_as_made() -> bool:
    """Return whether models work as they were made to, rather than to meet a dial."""
    return _as_made.get()


def best(
    attempt: Callable[[Keep, float, float], Made],
    stage: Stage,
    held: Held,
    *,
    scales: bool = False,
) -> tuple[Made, tuple[Try, ...], tuple[str, ...]]:
    """Return the result nearest to the dial, the tries it took, and what is to be said of them.

    `attempt` takes the dial to aim at, and where its progress begins and ends. A map, a dial at one of its
    ends, or one that has nothing to keep, is not corrected: one try. Where the dial `scales` an amount, more
    may be kept than it says, but not less.

    A result that kept less, by no more than `GIVEN`, is raised to the dial by giving back what was changed
    least. What kept far less is not: that would leave a patchwork of two pictures.
    """
    asked = held.keep
    if isinstance(asked, np.ndarray) or not stage.guess or asked in (0, 1) or held.box is None:
        made = attempt(asked, 0.0, 1.0)
        return made, (), made.notes
    aim, tries = asked, list[Try]()
    found: tuple[float, Made] | None = None
    while True:
        n, most = len(tries), CORRECTIONS + 1
        made = attempt(aim, n / most, (n + 1) / most)
        tries.append(Try(aim, kept_within(stage.canvas.pixels, made.image.pixels, held.box)))
        miss = _miss(asked, tries[-1], scales=scales)
        if found is None or miss < found[0]:
            found = miss, made
        aim = corrected(asked, tries)
        last = len(tries) > CORRECTIONS or abs(aim - tries[-1].aimed) < 0.005
        if _once.get() or (miss <= TOLERANCE and (scales or tries[-1].kept >= asked - CLOSE)):
            break
        if not scales and asked - GIVEN <= tries[-1].kept < asked:
            given = _given(stage, made, held.box, asked, tries[-1])
            tries.append(given[1])
            if _miss(asked, given[1], scales=scales) < found[0]:
                found = _miss(asked, given[1], scales=scales), given[0]
            break
        if miss <= TOLERANCE or last:
            break
    return found[1], tuple(tries), (*found[1].notes, *_about(asked, tries, scales=scales))


def _given(stage: Stage, made: Made, box: Box, asked: float, tried: Try) -> tuple[Made, Try]:
    """Return what was made with as much given back as the dial asks for, and what it keeps."""
    source, pixels = stage.canvas.pixels, made.image.pixels
    part = box.slices
    before, after = source[part], pixels[part]
    rank = ranked(before, after, (before != after).any(axis=2))

    def at(level: float) -> NDArray[Any]:
        whole = pixels.copy()
        whole[part] = given_back(before, after, rank, level)
        return whole

    level = level_for(lambda level: kept_within(source, at(level), box), asked, tried.kept)
    whole = at(level)
    kept = kept_within(source, whole, box)
    return replace(made, image=replace(made.image, pixels=whole)), Try(tried.aimed, kept, given_back=True)


def nearest(asked: Keep, tries: Sequence[Try], *, scales: bool = False) -> Try | None:
    """Return the try that was taken; None where nothing was measured."""
    if isinstance(asked, np.ndarray) or not tries:
        return None
    return min(tries, key=lambda t: _miss(float(asked), t, scales=scales))


def _miss(asked: float, one: Try, *, scales: bool) -> float:
    return max(0.0, asked - one.kept) if scales else abs(one.kept - asked)


def _about(asked: float, tries: list[Try], *, scales: bool) -> tuple[str, ...]:
    taken = nearest(asked, tries, scales=scales)
    assert taken is not None
    if abs(taken.kept - tries[0].kept) < 0.005:
        return ()
    runs = sum(not t.given_back for t in tries) - 1
    how = [f"{runs} correction{'s' * (runs != 1)} of the dial"] if runs else []
    how += ["giving back what was changed least"] if taken.given_back else []
    return (
        f"The first result kept {tries[0].kept:.2f} instead of {asked:.2f}; after {' and '.join(how)} "
        f"the nearest keeps {taken.kept:.2f}.",
    )
