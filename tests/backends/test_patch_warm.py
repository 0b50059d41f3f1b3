"""Having the kernels of the embedded engine ready before it works."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from keepdial import compiling
from keepdial.backends import Frame, Step
from keepdial.backends.patch import BACKEND, colours, kernels
from keepdial.backends.patch.compiled import Kernel
from keepdial.backends.patch.warm import warm
from keepdial.errors import Cancelled
from keepdial.geometry import Box
from keepdial.progress import Cancel, Event


def everything() -> list[Kernel[Any]]:
    return [k for module in (colours, kernels) for k in vars(module).values() if isinstance(k, Kernel)]


def test_afterwards_every_kernel_is_ready_and_nothing_more_is_said() -> None:
    assert warm() == ()
    assert {"refresh", "sweep", "vote", "put"} <= {kernel.name for kernel in everything()}
    assert all(kernel.ready for kernel in everything())
    events: list[Event] = []
    assert warm(events.append) == ()
    assert events == []


def test_each_kernel_is_announced_where_nothing_is_on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    warm()
    seen: list[str] = []
    some = everything()[:3]
    for kernel in some:
        monkeypatch.setattr(kernel, "ready", False)
        monkeypatch.setattr(kernel, "prepare", lambda kernel=kernel: seen.append(kernel.name))
    warm()
    assert seen == [kernel.name for kernel in some]


def test_cancelling_is_heard_while_kernels_are_made_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    warm()
    cancel, first, second = Cancel(), *everything()[:2]
    for kernel in (first, second):
        monkeypatch.setattr(kernel, "ready", False)
    monkeypatch.setattr(first, "prepare", cancel.set)
    monkeypatch.setattr(second, "prepare", lambda: pytest.fail("went on"))
    with pytest.raises(Cancelled):
        warm(cancel=cancel)


def test_the_report_says_where_nothing_could_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiling, "_unkept", [])
    compiling.not_kept("disk full")
    hole = np.zeros((20, 20), np.bool_)
    hole[8:11, 8:11] = True
    pixels = np.full((20, 20, 3), 9, np.uint8)
    frame = Frame(Box(0, 0, 20, 20), pixels, hole.astype(np.float32), ~hole, False)
    (note,) = BACKEND.generate(frame, Step("fill", 0.0, 0)).notes
    assert "NUMBA_CACHE_DIR" in note
