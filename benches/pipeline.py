"""What an edit costs beside its backend, stage by stage, on a photograph of 12 megapixels.

    python benches/pipeline.py                        # 4000x3000, the stand-in backend, best of 5
    python benches/pipeline.py --only hole --reps 9
    python benches/pipeline.py --backend patch --reps 1

Milliseconds of processor time, all threads of the process together, so that a busy machine does not show;
the best of the repetitions of each stage. The photograph is made, not read. Aims: 100 ms beside the backend
for a hole of 340x340, 1000 ms for forty strokes.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest import mock

import numpy as np

import keepdial.verify
from files import photograph
from keepdial.backends import backends
from keepdial.edit import edit
from keepdial.image import Image
from keepdial.request import Request, Selector
from kit.machine import describe

WIDTH, HEIGHT = 4000, 3000
MODULE = sys.modules["keepdial.edit"]
STAGES = (
    "understand",
    "dial",
    "select",
    "pinned",
    "hold",
    "holes",
    "route",
    "windows",
    "guard",
    "kept_within",
)
"""Functions of `keepdial.edit` that are timed by name; what is beside them is summed up as "other"."""


def strokes(count: int = 40) -> tuple[Selector, ...]:
    """Brush lines of 8 to 30 px scattered over the picture."""
    rng = np.random.default_rng(4)
    made = []
    for _ in range(count):
        x, y = rng.uniform(100, WIDTH - 100), rng.uniform(100, HEIGHT - 100)
        turn, length = rng.uniform(0, 2 * np.pi), rng.uniform(60, 400)
        points = [[x, y], [x + length * np.cos(turn), y + length * np.sin(turn)]]
        made.append(Selector(kind="stroke", options={"points": points, "width": float(rng.uniform(8, 30))}))
    return tuple(made)


def box(x: int, y: int, side: int) -> Selector:
    return Selector(kind="box", options={"x": x, "y": y, "width": side, "height": side})


SCENARIOS: dict[str, tuple[str, Request, float | None]] = {
    "hole": (
        "remove, one hole of 340x340",
        Request(operation="remove", targets=(box(1800, 1300, 340),)),
        100,
    ),
    "object": (
        "remove, one hole of 900x900",
        Request(operation="remove", targets=(box(1800, 1300, 900),)),
        None,
    ),
    "strokes": ("remove, 40 strokes", Request(operation="remove", targets=strokes()), 1000),
    "dial": ("fill, 40 strokes, keep 0.3", Request(operation="fill", targets=strokes(), keep=0.3), None),
    "extend": ("extend by 400 px", Request(operation="extend", params={"right": 400}), None),
    "variation": ("variation of the whole picture, keep 0.5", Request(operation="variation", keep=0.5), None),
}


class Clock:
    """Sums processor time by name; time inside of another name counts for the inner one alone."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)
        self._open: list[float] = []

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        self._open.append(0.0)
        begin = time.process_time()
        try:
            yield
        finally:
            took = time.process_time() - begin
            self.spent[name] += 1000 * (took - self._open.pop())
            if self._open:
                self._open[-1] += took

    def timed(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def inner(*given: Any, **named: Any) -> Any:
            with self.stage(name):
                return call(*given, **named)

        return inner


class TimedBackend:
    """A backend whose work is counted apart."""

    def __init__(self, backend: Any, clock: Clock) -> None:
        self._backend, self.name, self.version = backend, backend.name, backend.version
        self.capabilities, self.curve = backend.capabilities, backend.curve
        self.generate = clock.timed("backend", backend.generate)


def once(request: Request, image: Image) -> dict[str, float]:
    """Return the milliseconds of each stage of one edit."""
    clock = Clock()
    known = {name: TimedBackend(unit, clock) for name, unit in backends().items()}
    signals = {
        name: replace(unit, measure=clock.timed(f"verify: {name}", unit.measure))
        for name, unit in keepdial.verify.signals().items()
    }
    patches = [mock.patch.object(MODULE, "backends", return_value=known)]
    patches += [mock.patch.object(MODULE, s, clock.timed(s, getattr(MODULE, s))) for s in STAGES]
    patches.append(mock.patch.object(MODULE, "generate", clock.timed("composite", MODULE.generate)))
    patches.append(mock.patch.object(MODULE, "verify", clock.timed("verify: other", keepdial.verify.verify)))
    patches.append(mock.patch.object(keepdial.verify, "signals", return_value=signals))
    for patch in patches:
        patch.start()
    try:
        with clock.stage("other"):
            edit(request, image)
    finally:
        for patch in patches:
            patch.stop()
    return dict(clock.spent)


def main() -> None:
    """Print one table for each scenario."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--only", choices=SCENARIOS, nargs="*", default=list(SCENARIOS))
    parser.add_argument("--reps", type=int, default=5)
    parser.add_argument("--backend", default="echo")
    options = parser.parse_args()
    image = Image(photograph(WIDTH, HEIGHT))
    print(f"{WIDTH}x{HEIGHT}, backend {options.backend}, best of {options.reps}; {describe()}")
    for name in options.only:
        title, request, aim = SCENARIOS[name]
        runs = [
            once(request.model_copy(update={"backend": options.backend}), image) for _ in range(options.reps)
        ]
        best = {stage: min(run.get(stage, 0.0) for run in runs) for stage in runs[0]}
        beside = min(sum(ms for stage, ms in run.items() if stage != "backend") for run in runs)
        print(f"\n{name}: {title}")
        for stage, ms in sorted(best.items(), key=lambda pair: -pair[1]):
            if ms >= 0.5:
                print(f"  {stage:24s} {ms:9.1f} ms")
        verdict = "" if aim is None else f", aim {aim:.0f}: {'met' if beside <= aim else 'MISSED'}"
        print(f"  {'beside the backend':24s} {beside:9.1f} ms{verdict}")


if __name__ == "__main__":
    main()
