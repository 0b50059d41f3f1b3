"""Per-case values of many methods, and the tables made of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np

from kit.measures import badness

# set/case -> method -> measure -> value
Values = dict[str, dict[str, dict[str, float]]]

OURS = "ours"
LABELS = {
    "haarpsi": "HaarPSI (1)",
    "gmsd": "GMSD (0)",
    "swd": "SWD (0)",
    "sharp": "sharp (1)",
    "seam": "seam (1)",
    "haarpsi_migan": "HaarPSI to MI-GAN (1)",
    "gmsd_migan": "GMSD to MI-GAN (0)",
}


def column(values: Values, cases: Iterable[str], method: str, measure: str) -> dict[str, float]:
    """The finite values of one measure of one method, by case."""
    found = {}
    for case in cases:
        value = values[case].get(method, {}).get(measure, math.nan)
        if math.isfinite(value):
            found[case] = value
    return found


def worst_tenth(measure: str, numbers: Iterable[float]) -> float:
    """The value that nine cases in ten reach or better."""
    ordered = sorted(numbers, key=lambda v: badness(measure, v))
    return ordered[math.ceil(0.9 * len(ordered)) - 1] if ordered else math.nan


def compare(measure: str, ours: Mapping[str, float], other: Mapping[str, float]) -> str:
    """``+18``: our median is better than the other's, and 18 of the shared cases are."""
    shared = [c for c in ours if c in other]
    if not shared:
        return ""
    a = np.array([badness(measure, ours[c]) for c in shared])
    b = np.array([badness(measure, other[c]) for c in shared])
    gap = float(np.median(b) - np.median(a))
    mark = "=" if abs(gap) < 1e-9 else "+" if gap > 0 else "-"
    return f"{mark}{int((a < b).sum())}"


def table(
    values: Values,
    cases: list[str],
    methods: Mapping[str, str],
    measures: Iterable[str],
    base: str = OURS,
) -> str:
    """Median, mean and worst tenth of every measure, with the mark against ``base``."""
    measures = list(measures)
    head = f"{'':24}{'n':>4}{'s':>8}" + "".join(f" | {LABELS[m]:<25}" for m in measures)
    under = f"{'':36}" + f" | {'median':>7}{'mean':>7}{'w10':>7}{'':>4}" * len(measures)
    lines = [head, under]
    for method, label in methods.items():
        counted = len(column(values, cases, method, "haarpsi"))
        if not counted:
            continue
        seconds = list(column(values, cases, method, "seconds").values())
        spent = f"{np.median(seconds):8.2f}" if seconds else f"{'':8}"
        line = f"{label[:24]:24}{counted:4}{spent}"
        for measure in measures:
            found = column(values, cases, method, measure)
            mark = ""
            if method != base:
                mark = compare(measure, column(values, cases, base, measure), found)
            numbers = list(found.values())
            if not numbers:
                line += f" | {'':25}"
                continue
            median, mean = float(np.median(numbers)), float(np.mean(numbers))
            cells = "".join(_short(v) for v in (median, mean, worst_tenth(measure, numbers)))
            line += f" | {cells}{mark:>4}"
        lines.append(line.rstrip())
    return "\n".join(lines)


def _short(value: float) -> str:
    return f"{value:7.3f}" if abs(value) < 10 else f"{value:7.1f}"
