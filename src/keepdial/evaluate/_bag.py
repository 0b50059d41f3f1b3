"""What the words of a sentence alone say about its labels: a bag of words and pairs, learned from other rows.

It knows no grammar and sees no plan. So it is a measure to hold the grammar against, and a judge of labels:
where it expects what a plan does and the label does not have it, other annotators of such words ticked it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keepdial.evaluate._agree import bare
from keepdial.evaluate._fit import best_threshold, chances, fitted

RARE = 3
LEAST = 50


def grams(text: str) -> frozenset[str]:
    """Return the words of a sentence and its pairs of neighbours."""
    words = bare(text).split()
    return frozenset(words) | {" ".join(pair) for pair in pairwise(words)}


@dataclass(frozen=True, eq=False, slots=True)
class Bag:
    """What was learned: coefficients (grams, labels), from which chance a label is expected, its share."""

    labels: tuple[str, ...]
    places: dict[str, int]
    weights: NDArray[np.float64]
    threshold: float
    usual: NDArray[np.float64]

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return (texts, labels), the chance of each label."""
        return chances(_matrix([grams(text) for text in texts], self.places), self.weights)

    def ticked(self, texts: Sequence[str]) -> list[frozenset[str]]:
        """Return the labels expected of each text, by the threshold that is best for the micro-F1."""
        return [
            frozenset(label for label, p in zip(self.labels, row, strict=True) if p >= self.threshold)
            for row in self(texts)
        ]

    def likely(self, texts: Sequence[str]) -> list[frozenset[str]]:
        """Return the labels that the words speak for.

        Either more than half of the annotators of such words would tick them, or no less than a quarter, and
        twice as many as of all sentences.
        """
        return [
            frozenset(
                label
                for label, p, usual in zip(self.labels, row, self.usual, strict=True)
                if p > 0.5 or p >= max(0.25, 2 * usual)
            )
            for row in self(texts)
        ]


def learn_words(
    examples: Sequence[tuple[str, Collection[str]]], *, report: Callable[[float], None]
) -> Bag | None:
    """Return what examples of (sentence, labels) teach; None where there are fewer than 50."""
    if len(examples) < LEAST:
        return None
    found = [grams(text) for text, _ in examples]
    often = Counter(gram for one in found for gram in one)
    places = {gram: i for i, gram in enumerate(sorted(g for g, count in often.items() if count >= RARE))}
    labels = tuple(sorted({label for _, ticked in examples for label in ticked}))
    ticked = np.array([[label in these for label in labels] for _, these in examples], dtype=np.float64)
    matrix = _matrix(found, places)
    of = np.ones((len(examples), 1))
    weights = fitted(matrix, ticked, of, report)
    threshold = best_threshold(chances(matrix, weights), ticked, of, 0)
    return Bag(labels, places, weights, threshold, ticked.mean(axis=0))


def _matrix(found: Sequence[frozenset[str]], places: dict[str, int]) -> Any:
    """Return a sparse (texts, grams + 1) of 0 and 1; the last column is 1 everywhere."""
    from scipy.sparse import csr_array

    rows = [[*sorted(places[gram] for gram in one if gram in places), len(places)] for one in found]
    ends = np.cumsum([0, *(len(row) for row in rows)])
    columns = np.fromiter((column for row in rows for column in row), dtype=np.int64, count=int(ends[-1]))
    return csr_array((np.ones(len(columns)), columns, ends), shape=(len(found), len(places) + 1))
