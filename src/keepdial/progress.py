"""Progress and cancelling, the same everywhere: backends, stages, command line, server."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from keepdial.errors import Cancelled

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Event:
    """One report of progress: the stage's name, how much of it is done (0 to 1), perhaps a preview.

    `preview` is the frame as it looks now, (h, w, C) float32 in [0, 1], or None.
    """

    stage: str
    done: float
    preview: NDArray[Any] | None = None


class Listener(Protocol):
    """Called with each `Event`, from the thread that works."""

    def __call__(self, event: Event, /) -> None:
        """Take note of an event."""
        ...


class Cancel:
    """A flag that another thread raises; the work looks at it between steps."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        """Ask the work to stop."""
        self._event.set()

    @property
    def requested(self) -> bool:
        """Whether stopping was asked for."""
        return self._event.is_set()

    def check(self) -> None:
        """Raise `Cancelled` if stopping was asked for."""
        if self._event.is_set():
            raise Cancelled("The edit was cancelled; nothing was written.")


def silent(event: Event, /) -> None:
    """Listen to nothing: the default listener."""


def part_of(progress: Listener, stage: str, start: float, stop: float) -> Listener:
    """Return a listener whose reports on `stage` fill the part from `start` to `stop` and never fall."""
    highest = start

    def listen(event: Event, /) -> None:
        nonlocal highest
        if event.stage == stage:
            highest = max(highest, min(stop, start + event.done * (stop - start)))
            event = Event(stage, highest, event.preview)
        progress(event)

    return listen
