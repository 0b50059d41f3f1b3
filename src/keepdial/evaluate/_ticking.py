"""Reading labels as annotators tick them: which labels go with what a plan does, learned from examples.

Where labels tell what was done to a picture rather than what was said about it, "sharpen the image" may be
labelled with brightness and contrast, because whoever did it turned those too. How often that happens can be
counted. The reading sees only what the plan does (operations, directions, whether a place was named, how many
steps), never the sentence: it can translate what was understood, and cannot make up for what was not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from keepdial.evaluate._fit import best_threshold, chances, fitted
from keepdial.evaluate._hear import direction
from keepdial.understand.plan import Plan

RARE = 8
"""A feature of fewer plans than this teaches nothing."""


def features(plan: Plan) -> frozenset[str]:
    """Return what a plan does, as names: empty where it does nothing."""
    if not plan.steps:
        return frozenset()
    found = {f"steps {min(len(plan.steps), 4)}"}
    for step in plan.steps:
        way = {1: " more", -1: " less", 0: ""}[direction(step)]
        found.add(step.operation)
        found.add(step.operation + way)
        if step.target is not None:
            found.add(f"{step.operation} somewhere")
        if step.amount is not None and step.amount.words:
            found.add(f"{step.operation} so much")
    names = sorted({step.operation for step in plan.steps})
    found.update(f"{one} and {other}" for one, other in combinations(names, 2))
    return frozenset(found)


@dataclass(frozen=True, eq=False, slots=True)
class Ticking:
    """What was learned: a coefficient for each feature and label, and from which chance it is ticked."""

    labels: tuple[str, ...]
    places: dict[str, int]
    weights: NDArray[np.float64]
    threshold: float

    def __call__(self, plan: Plan) -> frozenset[str]:
        """Return the labels that an annotator would tick for the plan; none where it does nothing."""
        found = features(plan)
        if not found:
            return frozenset()
        chance = chances(_matrix([found], self.places), self.weights)[0]
        return frozenset(label for label, p in zip(self.labels, chance, strict=True) if p >= self.threshold)


def learn(
    examples: Sequence[tuple[Plan, Collection[str]]], *, report: Callable[[float], None]
) -> Ticking | None:
    """Return the reading that fits examples of (plan, labels) best; None where fewer than 50 did anything.

    Logistic regression for all labels at once, over plans with equal features put together; then the one
    threshold with the best micro-F1 on the examples. `report` is called with the part done.
    """
    seen = [(features(plan), frozenset(labels)) for plan, labels in examples]
    acting = [(found, labels) for found, labels in seen if found]
    if len(acting) < 50:
        return None
    often = Counter(name for found, _ in acting for name in found)
    places = {name: i for i, name in enumerate(sorted(n for n, count in often.items() if count >= RARE))}
    labels = tuple(sorted({label for _, ticked in seen for label in ticked}))
    kinds = sorted({found for found, _ in acting}, key=sorted)
    at = {found: i for i, found in enumerate(kinds)}
    column = {label: i for i, label in enumerate(labels)}
    ticked = np.zeros((len(kinds), len(labels)))
    of = np.zeros((len(kinds), 1))
    for found, these in acting:
        of[at[found]] += 1
        for label in these:
            ticked[at[found], column[label]] += 1
    matrix = _matrix(kinds, places)
    weights = fitted(matrix, ticked, of, report)
    missed = sum(len(these) for found, these in seen if not found)
    threshold = best_threshold(chances(matrix, weights), ticked, of, missed)
    return Ticking(labels, places, weights, threshold)


def _matrix(kinds: Sequence[frozenset[str]], places: dict[str, int]) -> NDArray[np.float64]:
    """Return (kinds, features + 1) of 0 and 1; the last column is 1 everywhere."""
    matrix = np.zeros((len(kinds), len(places) + 1))
    matrix[:, -1] = 1.0
    for i, found in enumerate(kinds):
        matrix[i, [places[name] for name in found if name in places]] = 1.0
    return matrix
