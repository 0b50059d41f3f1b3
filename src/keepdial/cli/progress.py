"""What is shown while the work runs, and stopping it: Ctrl-C asks, a second Ctrl-C insists."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from keepdial.progress import Cancel, Event, Listener, silent


@contextmanager
def stoppable() -> Iterator[Cancel]:
    """Yield a `Cancel` that Ctrl-C (or SIGTERM) raises while the block runs."""
    cancel = Cancel()
    if threading.current_thread() is not threading.main_thread():
        yield cancel
        return

    def ask(number: int, frame: FrameType | None) -> None:
        if cancel.requested:
            raise KeyboardInterrupt
        cancel.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield cancel
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def shown(*, quiet: bool) -> Iterator[Listener]:
    """Yield a listener that shows progress on stderr: a bar on a terminal, else a line for each stage."""
    if quiet:
        yield silent
    elif sys.stderr.isatty():
        with _bar() as listener:
            yield listener
    else:
        yield _lines()


@contextmanager
def _bar() -> Iterator[Listener]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("reading", total=1.0)

        def listen(event: Event, /) -> None:
            progress.update(task, description=event.stage, completed=event.done)

        yield listen


def _lines() -> Listener:
    last = ""

    def listen(event: Event, /) -> None:
        nonlocal last
        if event.stage != last:
            last = event.stage
            sys.stderr.write(f"keepdial: {event.stage}\n")
            sys.stderr.flush()

    return listen
