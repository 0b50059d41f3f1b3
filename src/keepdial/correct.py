"""Meeting the dial: the edit loop that measures what was kept and aims anew where it missed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

import numpy as np

from keepdial.keep import TOLERANCE, Held, Keep, Try, corrected
from keepdial.verify.haarpsi import kept_within

if TYPE_CHECKING:
    from keepdial.operations import Stage
    from keepdial.propose import Made

CORRECTIONS = 2
"""How often the edit loop corrects the dial when the measured kept misses it."""

_once: ContextVar[bool] = ContextVar("once", default=False)


@contextmanager
def first_only(*, on: bool = True) -> Iterator[None]:
    """Take the first try as it is while the block runs in this context: for measuring what it keeps."""
    token = _once.set(on or _once.get())
    try:
        yield
    finally:
        _once.reset(token)


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
        if miss <= TOLERANCE or len(tries) > CORRECTIONS or _once.get() or abs(aim - tries[-1].aimed) < 0.005:
            return found[1], tuple(tries), (*found[1].notes, *_about(asked, tries, scales=scales))


def nearest(asked: Keep, tries: Sequence[Try], *, scales: bool = False) -> Try | None:
    """Return the try that was taken; None where nothing was measured."""
    if isinstance(asked, np.ndarray) or not tries:
        return None
    return min(tries, key=lambda t: _miss(float(asked), t, scales=scales))


def _miss(asked: float, one: Try, *, scales: bool) -> float:
    return max(0.0, asked - one.kept) if scales else abs(one.kept - asked)


def _about(asked: float, tries: list[Try], *, scales: bool) -> tuple[str, ...]:
    if len(tries) == 1:
        return ()
    taken = nearest(asked, tries, scales=scales)
    assert taken is not None
    return (
        f"The first result kept {tries[0].kept:.2f} instead of {asked:.2f}; after {len(tries) - 1} "
        f"corrections of the dial the nearest keeps {taken.kept:.2f}.",
    )
