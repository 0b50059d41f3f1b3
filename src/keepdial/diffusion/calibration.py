"""Calibration: which knob of a checkpoint keeps how much, as measured on given photographs.

The same dial must mean the same everywhere: ``kept`` is measured (`keepdial.keep`), the knob that gave it is
written down, and the curve through these points turns the dial into the knob from then on.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from keepdial.errors import ParameterError
from keepdial.progress import Cancel, Event, Listener, silent

if TYPE_CHECKING:
    from pathlib import Path

    from keepdial.diffusion.checkpoint import Checkpoint
    from keepdial.image import Image
    from keepdial.request import Request

KNOBS = (0.0, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9)
"""Where a curve is measured; at 1 everything is kept."""

_raw: ContextVar[str] = ContextVar("raw", default="")
"""The checkpoint whose dial is the knob itself, while it is calibrated."""


@dataclass(frozen=True, slots=True)
class Point:
    """One measurement: which photograph, the knob, and what was kept of the edited region."""

    photograph: int
    knob: float
    kept: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was measured of one operation.

    Attributes:
        operation: its name.
        points: all measurements.
        curve: (kept, knob) pairs, both rising, from (0, 0) to (1, 1).
        before, after: mean \\|kept - keep\\| over photographs that were not used for the curve, without and
            with it, the first try of the edit loop each; None where there were too few photographs.
        corrected: the same after the corrections of the edit loop.
        met: for each dial that was asked for there, (keep, mean of what was kept, mean \\|kept - keep\\|).
        monotone: the share of those photographs whose kept never falls while keep rises.
    """

    operation: str
    points: tuple[Point, ...]
    curve: tuple[tuple[float, float], ...]
    before: float | None = None
    after: float | None = None
    corrected: float | None = None
    met: tuple[tuple[float, float, float], ...] = ()
    monotone: float | None = None


def stored(checkpoint: Checkpoint) -> Path:
    """Return where the calibration of a checkpoint is kept."""
    from keepdial.models.place import folder

    return folder() / "calibration" / f"{checkpoint.name}.json"


def measured(checkpoint: Checkpoint) -> dict[str, Any]:
    """Return the curves measured here, by operation; nothing where it was done for other weights."""
    from keepdial.diffusion.backend import fingerprint

    try:
        table = json.loads(stored(checkpoint).read_text(encoding="utf-8"))
        if table["weights"] != fingerprint(checkpoint):
            return {}
        curves: dict[str, Any] = dict(table["curves"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return curves


@contextmanager
def uncalibrated(name: str) -> Iterator[None]:
    """Let the dial be the knob of the checkpoint called so, while the block runs in this context."""
    token = _raw.set(name)
    try:
        yield
    finally:
        _raw.reset(token)


def is_raw(name: str) -> bool:
    """Return whether the checkpoint called so is being calibrated: then its curve is the identity."""
    return _raw.get() == name


def calibrated(
    name: str,
    requests: Sequence[Request],
    photographs: Sequence[Image],
    *,
    knobs: Sequence[float] = KNOBS,
    progress: Listener = silent,
    cancel: Cancel | None = None,
) -> Calibration:
    """Measure the curve of the checkpoint `name` for what the requests ask of the photographs, one of each.

    Every second photograph is held back to check the curve on, where there are four or more.

    Raises:
        ParameterError: no photograph, fewer than three knobs, or knobs outside 0 to 1.
        BackendError, RouteError, ModelRefused, Cancelled: as `keepdial.edit` has them.
    """
    if not photographs or len(requests) != len(photographs):
        raise ParameterError("photographs", len(photographs), "one or more, and a request for each")
    if len(knobs) < 3 or min(knobs) < 0 or max(knobs) >= 1:
        raise ParameterError("knobs", tuple(knobs), "three or more, from 0 to below 1")
    held_back = len(photographs) >= 4
    fitted = [i for i in range(len(photographs)) if i % 2 == 0 or not held_back]
    checked = [i for i in range(len(photographs)) if i % 2 == 1 and held_back]
    work = _Work(name, requests, photographs, progress, cancel)
    work.total = len(fitted) * len(knobs) + 2 * len(checked) * len(knobs)
    points = [Point(i, k, work.kept(i, k, raw=True)[0]) for i in fitted for k in knobs]
    curve = fit(points)
    if not checked:
        return Calibration(requests[0].operation, tuple(points), curve)
    asked = [k for k in knobs if k > 0]
    plain = [abs(work.kept(i, k, raw=True)[0] - k) for i in checked for k in asked]
    rows = [[work.kept(i, k, curve=curve) for k in asked] for i in checked]
    pairs = [(k, *one) for row in rows for k, one in zip(asked, row, strict=True)]
    rising = [all(b[1] >= a[1] - 0.01 for a, b in pairwise(row)) for row in rows]
    return Calibration(
        requests[0].operation,
        tuple(points),
        curve,
        before=float(np.mean(plain)),
        after=float(np.mean([abs(first - k) for k, first, _ in pairs])),
        corrected=float(np.mean([abs(last - k) for k, _, last in pairs])),
        met=tuple(
            (k, float(np.mean(last)), float(np.mean(np.abs(np.subtract(last, k)))))
            for k in asked
            for last in [[one[1] for q, *one in pairs if q == k]]
        ),
        monotone=float(np.mean(rising)),
    )


_trial: ContextVar[tuple[str, tuple[tuple[float, float], ...]] | None] = ContextVar("trial", default=None)
"""A curve that is being checked, and the checkpoint it is for."""


def trial(name: str) -> tuple[tuple[float, float], ...] | None:
    """Return the curve that is being checked for the checkpoint called so, or None."""
    found = _trial.get()
    return found[1] if found is not None and found[0] == name else None


@dataclass(slots=True)
class _Work:
    """Edits the photographs and measures."""

    name: str
    requests: Sequence[Request]
    photographs: Sequence[Image]
    progress: Listener
    cancel: Cancel | None
    done: int = 0
    total: int = 1

    def kept(
        self, i: int, keep: float, *, raw: bool = False, curve: tuple[tuple[float, float], ...] | None = None
    ) -> tuple[float, float]:
        """Return what the first try keeps of photograph `i` at the dial, and what the result keeps."""
        from keepdial.correct import first_only
        from keepdial.edit import edit

        if self.cancel is not None:
            self.cancel.check()
        self.progress(Event("calibrate", min(1.0, self.done / self.total)))
        self.done += 1
        # At 0 the edit loop measures nothing, since there is nothing to meet.
        request = self.requests[i].model_copy(update={"keep": max(keep, 1e-6), "backend": self.name})
        token = None if curve is None else _trial.set((self.name, curve))
        try:
            with uncalibrated(self.name if raw else ""), first_only(on=raw):
                done = edit(request, self.photographs[i], cancel=self.cancel)
        finally:
            if token is not None:
                _trial.reset(token)
        last = done.kept
        assert last is not None
        return (done.tries[0].kept if done.tries else last), last


def fit(points: Sequence[Point]) -> tuple[tuple[float, float], ...]:
    """Return the rising curve through the measurements, as (kept, knob) pairs from (0, 0) to (1, 1).

    For each knob the mean over the photographs; where that falls while the knob rises, neighbours are pooled
    (isotonic regression by pooling adjacent violators: Barlow et al., 1972).
    """
    knobs = sorted({p.knob for p in points})
    means = [float(np.mean([p.kept for p in points if p.knob == k])) for k in knobs]
    pools: list[list[float]] = []
    for knob, kept in zip(knobs, means, strict=True):
        pools.append([kept, knob, 1.0])
        while len(pools) > 1 and pools[-2][0] >= pools[-1][0]:
            kept2, knob2, n2 = pools.pop()
            kept1, knob1, n1 = pools.pop()
            n = n1 + n2
            pools.append([(kept1 * n1 + kept2 * n2) / n, (knob1 * n1 + knob2 * n2) / n, n])
    curve = [(0.0, 0.0)]
    for kept, knob, _ in pools:
        kept, knob = round(kept, 4), round(knob, 4)
        if curve[-1][0] < kept < 1 and knob >= curve[-1][1]:
            curve.append((kept, knob))
    return (*curve, (1.0, 1.0))


def store(checkpoint: Checkpoint, found: Sequence[Calibration], *, about: dict[str, Any]) -> Path:
    """Write the curves down beside the models, with `about` what they were measured on; return the file.

    Raises `OutputError` where it cannot be written.
    """
    from keepdial.diffusion.backend import fingerprint
    from keepdial.files.atomic import write_atomically
    from keepdial.models.place import make

    path = stored(checkpoint)
    make(path.parent)
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
        weights = fingerprint(checkpoint)
        curves = dict(known["curves"]) if known["weights"] == weights else {}
    except (OSError, ValueError, KeyError, TypeError):
        curves = {}
    curves |= {one.operation: [list(pair) for pair in one.curve] for one in found}
    table = {
        "weights": fingerprint(checkpoint),
        "curves": curves,
        "measured": [told(one) for one in found],
        **about,
    }
    write_atomically(path, (json.dumps(table, indent=2) + "\n").encode(), overwrite=True)
    return path


def told(one: Calibration) -> dict[str, Any]:
    """Return a calibration as plain values."""
    return {
        "operation": one.operation,
        "curve": [list(pair) for pair in one.curve],
        "error without": one.before,
        "error with": one.after,
        "error corrected": one.corrected,
        "met": [[round(v, 4) for v in row] for row in one.met],
        "monotone": one.monotone,
        "points": [[p.photograph, p.knob, round(p.kept, 4)] for p in one.points],
    }
