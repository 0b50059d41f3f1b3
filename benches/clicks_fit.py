"""Fit the weights of the clicks' evidence on the tuning half of the photographs, and print the module.

    python benches/clicks_fit.py > src/keepdial/segment/fitted.py        # minutes

Logistic regression, each photograph and click with the same weight, in the order in which the weights are
needed: edges, box, first click, corrections. Corrections are collected by the robot acting with the weights
of the round before (Ross, Gordon and Bagnell, "A Reduction of Imitation Learning and Structured Prediction to
No-Regret Online Learning", AISTATS 2011), also from boxes, and with clicks off the centre.
"""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from scipy.optimize import minimize

from keepdial.geometry import Box
from keepdial.segment import Click, fitted
from keepdial.segment.boundary import describe
from keepdial.segment.evidence import first, later
from keepdial.segment.session import Session
from kit.clicks import IGNORED, INSIDE, Marked, iou, next_click, photographs
from kit.paths import need_shared

ROUNDS, CLICKS, ENOUGH = 3, 8, 0.97
ROWS = 600_000


def logistic(columns: Any, target: Any, weight: Any, *, ridge: float) -> Any:
    """Return (F + 1,) weights; `ridge` is on the columns at unit variance."""
    mean = np.average(columns, axis=0, weights=weight)
    spread = np.sqrt(np.average((columns - mean) ** 2, axis=0, weights=weight)) + 1e-9
    scaled = np.c_[(columns - mean) / spread, np.ones(len(columns))]
    weight = weight / weight.sum()

    def loss(b: Any) -> tuple[float, Any]:
        t = scaled @ b
        slope = scaled.T @ (weight * (1 / (1 + np.exp(-t)) - target))
        slope[:-1] += 2 * ridge * b[:-1]
        return float((weight * (np.logaddexp(0, t) - target * t)).sum() + ridge * (b[:-1] ** 2).sum()), slope

    b = minimize(loss, np.zeros(scaled.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 400}).x
    return np.r_[b[:-1] / spread, b[-1] - (b[:-1] * mean / spread).sum()]


def truth_of(patches: Any, truth: Any) -> tuple[Any, Any]:
    """Return which patches are mostly inside, and the weight of each (the judged part of the area)."""
    size = patches.labels.shape[::-1]
    small = cv2.resize(truth, size, interpolation=cv2.INTER_NEAREST)
    inside, outside = patches.mean(small == INSIDE), patches.mean(small == 0)
    return inside > outside, patches.mean(small != IGNORED) * patches.area / patches.area.sum()


def fit_edges(cases: list[Marked]) -> None:
    rows: list[list[Any]] = [[], [], []]
    for case in cases:
        lab = cv2.cvtColor(case.rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
        found, _, cues = describe(lab)
        inside, _ = truth_of(found, case.truth)
        outline = inside[found.u] != inside[found.v]
        for column, values in zip(rows, (cues, outline, found.length / found.length.sum()), strict=True):
            column.append(values)
    columns, target, weight = (np.concatenate(column) for column in rows)
    fitted.EDGE = logistic(columns, target.astype(float), weight, ridge=1e-3)


def fit_box(cases: list[Marked], sessions: dict[str, Session]) -> None:
    rows: list[list[Any]] = [[], [], []]
    for case in cases:
        session = sessions[case.name]
        within = session.within(Box(*case.box))
        inside, weight = truth_of(session.look.patches, case.truth)
        values = session.box_columns(within)[within], inside[within], (weight / weight[within].sum())[within]
        for column, value in zip(rows, values, strict=True):
            column.append(value)
    columns, target, weight = (np.concatenate(column) for column in rows)
    fitted.BOX = logistic(columns, target.astype(float), weight, ridge=3e-3)


def fit_first(cases: list[Marked], sessions: dict[str, Session]) -> None:
    rows: list[list[Any]] = [[], [], []]
    rng = np.random.default_rng(0)
    for case in cases:
        session = sessions[case.name]
        inside, weight = truth_of(session.look.patches, case.truth)
        for jitter in (None, rng):
            click = next_click(np.zeros(case.truth.shape, bool), case.truth, rng=jitter)
            assert click is not None
            values = first(session.look, session.clicked(None, Click(*click))), inside, weight
            for column, value in zip(rows, values, strict=True):
                column.append(value)
    columns, target, weight = (np.concatenate(column) for column in rows)
    fitted.FIRST = logistic(columns, target.astype(float), weight, ridge=1e-3)


def collect(
    case: Marked, session: Session, rows: dict[str, list[list[Any]]], *, box: bool, rng: Any
) -> list[float]:
    """Let the robot click; add what it met, and return the IoU after each click."""
    inside, weight = truth_of(session.look.patches, case.truth)
    state = session.boxed(session.within(Box(*case.box))) if box else None
    found = []
    for _ in range(CLICKS):
        mask = np.zeros(case.truth.shape, np.uint8)
        if state is not None:
            coarse = state.inside[session.look.patches.labels].astype(np.uint8)
            mask = cv2.resize(coarse, mask.shape[::-1], interpolation=cv2.INTER_NEAREST)
        found.append(iou(mask > 0, case.truth))
        click = next_click(mask > 0, case.truth, rng=rng)
        if click is None or found[-1] > ENOUGH:
            break
        stroke = session.clicked(state, Click(*click))
        if state is not None:
            columns = later(session.look, session._nearer(state, stroke), stroke).astype(np.float32)
            agreeing = state.inside == (stroke.sign > 0)
            for name, which in (("FLIP", ~agreeing), ("STAY", agreeing)):
                values = columns[which], (inside == (stroke.sign > 0))[which], weight[which]
                for column, value in zip(rows[name], values, strict=True):
                    column.append(value)
        state = session.corrected(state, stroke)
    return found


def fit_corrections(cases: list[Marked], sessions: dict[str, Session]) -> None:
    rng = np.random.default_rng(0)
    rows: dict[str, list[list[Any]]] = {"FLIP": [[], [], []], "STAY": [[], [], []]}
    for number in range(ROUNDS):
        ends = []
        for case in cases:
            for box, jitter in ((False, None), (False, rng), (True, rng)):
                ends.append(collect(case, sessions[case.name], rows, box=box, rng=jitter))
        known = [float(np.mean([end[min(k, len(end) - 1)] for end in ends])) for k in range(CLICKS)]
        print("round", number, np.round(known, 3), file=sys.stderr, flush=True)
        for name, parts in rows.items():
            columns, target, weight = (np.concatenate(part) for part in parts)
            some = rng.permutation(len(columns))[:ROWS]
            values = columns[some].astype(np.float64), target[some].astype(float), weight[some]
            setattr(fitted, name, logistic(*values, ridge=3e-4))


def module() -> str:
    """Return the module's text with the weights as they are now."""
    text = Path(fitted.__file__).read_text()
    text = text[: text.index("EDGE = ")]
    for name in ("EDGE", "BOX", "FIRST", "FLIP", "STAY"):
        numbers = ", ".join(f"{value:.4g}" for value in getattr(fitted, name))
        lines = textwrap.wrap(numbers + ",", 100, initial_indent=" " * 8, subsequent_indent=" " * 8)
        text += f"{name} = np.array(\n    [\n" + "\n".join(lines) + "\n    ]\n)\n"
    return text


if __name__ == "__main__":
    need_shared()
    cases = [case for case in photographs() if case.tuned]
    fit_edges(cases)
    sessions = {case.name: Session(case.rgb) for case in cases}
    fit_box(cases, sessions)
    fit_first(cases, sessions)
    fit_corrections(cases, sessions)
    print(module(), end="")
