"""What labels can hold: how far annotators of the same sentence agree, and what the best reading reaches."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from keepdial.evaluate import Table

Sentences = dict[str, list[frozenset[str]]]
OFTEN = 5
"""A sentence that stands at least this often tells how its labels spread."""
MOST = 0.8


def bare(sentence: str) -> str:
    """Return a sentence in lower case, without punctuation and doubled blanks."""
    return " ".join(re.sub(r"[^\w\s']", " ", sentence.lower()).split())


def grouped(rows: Sequence[tuple[str, frozenset[str]]]) -> Sentences:
    """Return the sets of labels of each sentence, from (sentence, labels) pairs."""
    found: Sentences = defaultdict(list)
    for text, labels in rows:
        found[bare(text)].append(labels)
    return dict(found)


def often(sentences: Sentences) -> Sentences:
    """Return the sentences that stand at least `OFTEN` times."""
    return {text: sets for text, sets in sentences.items() if len(sets) >= OFTEN}


def oracle(sentences: Sentences) -> tuple[float, int]:
    """Return the best micro-F1 that any reading of the sentences alone can reach, and the rows it is of.

    Each sentence gets one set of labels, chosen with all labels in view. A set is best for the micro-F1 where
    it holds the labels that more than half the F1 reached of the sentence's annotators ticked; so the share
    is raised until it fits.
    """
    counts = [(len(sets), Counter(label for one in sets for label in one)) for sets in sentences.values()]
    there = sum(sum(c.values()) for _, c in counts)
    reached = 0.0
    for _ in range(100):
        right = sum(v for n, c in counts for v in c.values() if v / n > reached / 2)
        found = sum(n for n, c in counts for v in c.values() if v / n > reached / 2)
        f1 = 2 * right / (found + there) if found + there else 0.0
        if abs(f1 - reached) < 1e-12:
            break
        reached = f1
    return reached, sum(n for n, _ in counts)


def by_others(sentences: Sentences) -> float:
    """Return the micro-F1 of reading each row by what the other annotators of its sentence ticked.

    A label is expected where more than a share of them ticked it; the share is the best of all. Unlike the
    oracle it never sees the row's own labels.
    """
    marks: list[tuple[float, bool]] = []
    for sets in sentences.values():
        n, counts = len(sets), Counter(label for one in sets for label in one)
        if n > 1:
            for count in counts.values():
                marks += [((count - 1) / (n - 1), True)] * count
                marks += [(count / (n - 1), False)] * (n - count)
    there = sum(ticked for _, ticked in marks)
    best, right = 0.0, 0
    marks.sort(key=lambda mark: -mark[0])
    for found, (share, ticked) in enumerate(marks, 1):
        right += ticked
        if found == len(marks) or marks[found][0] < share:
            best = max(best, 2 * right / (found + there))
    return best


def agreement(sentences: Sentences) -> float:
    """Return how well one annotator's labels predict another's of the same sentence: F1 over all pairs."""
    shared = whole = 0.0
    for sets in sentences.values():
        n, counts = len(sets), Counter(label for one in sets for label in one)
        if n > 1:
            # Each annotator meets n - 1 others; a sentence that stands often must not outweigh its rows.
            shared += sum(v * (v - 1) for v in counts.values()) / (n - 1)
            whole += sum(counts.values())
    return shared / whole if whole else 0.0


def alone(sentences: Sentences, shown: int) -> tuple[Table, int, int]:
    """Return labels that 80 % or more of the other annotators of the same sentence did not give, or gave.

    The table holds the `shown` sentences with most of them; then come how many labels were ticked against the
    others, and how many were left out against them.
    """
    rows: list[tuple[int, str, int, str, str]] = []
    all_extra = all_lacking = 0
    for text, sets in sentences.items():
        n, counts = len(sets), Counter(label for one in sets for label in one)
        # One who ticked it has n - 1 others, of whom count - 1 ticked it too.
        extra = {label: c for label, c in counts.items() if c - 1 <= (1 - MOST) * (n - 1)}
        lacking = {label: n - c for label, c in counts.items() if c < n and c >= MOST * (n - 1)}
        all_extra += sum(extra.values())
        all_lacking += sum(lacking.values())
        doubt = sum(extra.values()) + sum(lacking.values())
        if doubt:
            rows.append((doubt, text, n, _listed(extra), _listed(lacking)))
    rows.sort(key=lambda row: (-row[0], row[1]))
    heads = ("sentence", "rows", "ticked by few", "left out by few")
    title = "Labels against 80 % of the other annotators of the same sentence"
    return Table(title, heads, tuple(row[1:] for row in rows[:shown])), all_extra, all_lacking


def _listed(counts: dict[str, int]) -> str:
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(f"{label} {count}" for label, count in ordered)
