from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from keepdial.backends import Capabilities, Frame, Proposal, Step
from keepdial.errors import BackendError, Cancelled
from keepdial.frame import Window
from keepdial.geometry import Box
from keepdial.image import Image
from keepdial.progress import Cancel, Event
from keepdial.propose import generate, propose, seed_of, threads
from keepdial.request import Request, Selector
from keepdial.understand.resolve import ResolvedStep, resolve

EVERYTHING = (Selector(kind="all"),)


@dataclass(frozen=True)
class Puppet:
    """A backend that does what the test says."""

    act: Callable[..., Any]
    name: str = "puppet"
    version: str = "1"
    capabilities: Capabilities = Capabilities(frozenset({"fill", "variation"}))  # noqa: RUF009

    def curve(self, operation: str) -> tuple[tuple[float, float], ...]:
        return ((0.0, 0.2), (1.0, 1.0))

    def generate(self, frame: Frame, step: Step, **listening: Any) -> Proposal:
        made: Proposal = self.act(frame, step, **listening)
        return made


def frame(width: int = 4, height: int = 3) -> Frame:
    mask = np.ones((height, width), np.float32)
    pixels = np.zeros((height, width, 3), np.uint8)
    return Frame(Box(0, 0, width, height), pixels, mask, mask == 0, False)


def step(**asked: Any) -> ResolvedStep:
    return resolve(Request(operation="fill", targets=EVERYTHING, **asked)).steps[0]


STEP = Step("fill", 0.0, 0)
USABLE = np.zeros((3, 4), np.bool_)
WINDOW = Window(Box(0, 0, 4, 3), USABLE, None)


def fill(act: Callable[..., Any], asked: ResolvedStep, keep: Any, seen: list[Window], **more: Any) -> Image:
    canvas = Image(np.zeros((6, 4, 3), np.uint8))
    return generate(Puppet(act), asked, keep, canvas, np.ones((6, 4), np.float32), seen, **more).image


def answer(value: float, **_: Any) -> Callable[..., Proposal]:
    return lambda frame, step, **_: Proposal(np.full(frame.pixels.shape, value, np.float32))


def test_the_dial_reaches_the_backend_through_its_curve_and_only_over_a_guess() -> None:
    seen: list[Step] = []

    def act(frame: Frame, step: Step, **_: Any) -> Proposal:
        seen.append(step)
        return Proposal(np.zeros(frame.pixels.shape, np.float32))

    asked = step(seed=5, params={"prompt": "grass"})
    below = Window(Box(0, 3, 4, 3), USABLE, None)
    fill(act, asked, 0.5, [WINDOW, below], guess=True)
    assert [s.knob for s in seen] == [pytest.approx(0.6)] * 2
    assert [s.prompt for s in seen] == ["grass", "grass"]
    assert seen[0].seed == 5
    assert seen[1].seed != 5
    fill(act, asked, 0.5, [WINDOW])
    assert seen[-1].knob == 0
    mapped = np.zeros((6, 4), np.float32)
    mapped[3:] = 0.75
    fill(act, asked, mapped, [below], guess=True)
    knob = seen[-1].knob
    assert isinstance(knob, np.ndarray)
    assert knob.shape == (3, 4)
    assert knob.min() == pytest.approx(0.8)


def test_seeds_differ_from_draw_to_draw_and_stay_in_range() -> None:
    seeds = [seed_of(7, i) for i in range(200)]
    assert seeds[0] == 7
    assert len(set(seeds)) == 200
    assert all(0 <= s < 2**32 for s in seeds)
    assert seeds == [seed_of(7, i) for i in range(200)]


def test_progress_runs_once_from_nothing_to_all() -> None:
    done: list[float] = []

    def act(frame: Frame, step: Step, *, progress: Any, **_: Any) -> Proposal:
        progress(Event("generate", 0.0))
        progress(Event("generate", 1.0))
        return Proposal(np.zeros(frame.pixels.shape, np.float32))

    fill(act, step(), 0.0, [WINDOW, WINDOW], progress=lambda e: done.append(e.done))
    assert done == [0, 0.5, 0.5, 1]


def raising(problem: Exception) -> Callable[..., Proposal]:
    def act(*_: Any, **__: Any) -> Proposal:
        raise problem

    return act


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (raising(ValueError("secret path")), "ValueError"),
        (raising(MemoryError()), "MemoryError"),
        (answer(float("nan")), "NaN"),
        (answer(float("inf")), "NaN"),
        (lambda frame, step, **_: None, "NoneType"),
        (lambda frame, step, **_: frame.pixels, "ndarray"),
        (lambda frame, step, **_: Proposal(np.zeros((2, 2, 3), np.float32)), r"\(2, 2, 3\)"),
        (lambda frame, step, **_: Proposal(np.zeros(frame.pixels.shape)), "float64"),
        (lambda frame, step, **_: Proposal(np.zeros((3, 4), np.float32)), r"\(3, 4\)"),
    ],
)
def test_a_backend_that_misbehaves_gives_a_backend_error(act: Callable[..., Any], said: str) -> None:
    with pytest.raises(BackendError, match=said) as caught:
        propose(Puppet(act), frame(), STEP)
    assert "secret" not in str(caught.value)


def test_one_bad_value_among_many_is_found() -> None:
    def act(frame: Frame, step: Step, **_: Any) -> Proposal:
        pixels = np.zeros(frame.pixels.shape, np.float32)
        pixels[1, 2, 0] = np.nan
        return Proposal(pixels)

    with pytest.raises(BackendError, match="NaN"):
        propose(Puppet(act), frame(), STEP)


def test_cancelling_stops_between_frames_and_is_no_failure() -> None:
    cancel = Cancel()
    calls: list[int] = []

    def act(frame: Frame, step: Step, **_: Any) -> Proposal:
        calls.append(1)
        cancel.set()
        return Proposal(np.zeros(frame.pixels.shape, np.float32))

    with pytest.raises(Cancelled):
        fill(act, step(), 0.0, [WINDOW, WINDOW], cancel=cancel)
    assert len(calls) == 1
    with pytest.raises(Cancelled):
        propose(Puppet(raising(Cancelled("stop"))), frame(), STEP)


def test_threads_are_limited_inside_the_block_only() -> None:
    import numba

    before = numba.get_num_threads()
    with threads(1):
        assert numba.get_num_threads() == 1
    with threads(0):
        assert numba.get_num_threads() == before
    assert numba.get_num_threads() == before
