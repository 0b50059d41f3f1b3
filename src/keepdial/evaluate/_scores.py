"""Precision, recall, confusion and reliability of what was understood."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from keepdial.evaluate import Judged, Table

NOTHING = "(none)"
"""Stands in tables for a sentence of which nothing was made."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How often something was found rightly, found wrongly, and missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """Share of what was found that is right; 0 where nothing was found."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 0.0

    @property
    def recall(self) -> float:
        """Share of what was to be found that was; 0 where nothing was to be found."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        whole = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / whole if whole else 0.0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.right + other.right, self.wrong + other.wrong, self.missed + other.missed)


def tallies(pairs: Iterable[tuple[Collection[str], Collection[str]]]) -> dict[str, Tally]:
    """Return a tally for each class from pairs of (the label's classes, the classes found)."""
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for label, found in pairs:
        right.update(set(label) & set(found))
        wrong.update(set(found) - set(label))
        missed.update(set(label) - set(found))
    names = sorted({*right, *wrong, *missed}, key=lambda name: (-right[name] - missed[name], name))
    return {name: Tally(right[name], wrong[name], missed[name]) for name in names}


def micro(each: dict[str, Tally]) -> Tally:
    """Return the tally over all classes."""
    return sum(each.values(), Tally())


def classes(title: str, each: dict[str, Tally]) -> Table:
    """Return precision, recall and F1 of each class as a table."""
    rows = [(n, t.right + t.missed, t.precision, t.recall, t.f1) for n, t in each.items() if n != NOTHING]
    return Table(title, ("class", "labels", "precision", "recall", "F1"), tuple(rows))


def confusion(title: str, pairs: Sequence[tuple[str, str]]) -> Table:
    """Return how often each label (a row) was taken for each class (a column)."""
    counts = Counter(pairs)
    rows = sorted({label for label, _ in pairs})
    found = {got for _, got in pairs}
    columns = [name for name in rows if name in found] + sorted(found - set(rows))
    return Table(
        title, ("label", *columns), tuple((row, *(counts[row, column] for column in columns)) for row in rows)
    )


def together(title: str, pairs: Sequence[tuple[Collection[str], Collection[str]]]) -> Table:
    """Return, where classes go in sets, how often a label (a row) was missed while a class was found wrongly.

    The diagonal holds how often the label was found.
    """
    counts: Counter[tuple[str, str]] = Counter()
    names: Counter[str] = Counter()
    for label, found in pairs:
        names.update(label)
        counts.update((name, name) for name in set(label) & set(found))
        extra = set(found) - set(label) or {NOTHING}
        counts.update((name, other) for name in set(label) - set(found) for other in extra)
    rows = [name for name, _ in names.most_common()]
    found_names = {column for _, column in counts}
    columns = [n for n in rows if n in found_names] + sorted(found_names - set(rows))
    return Table(title, ("label", *columns), tuple((r, *(counts[r, c] for c in columns)) for r in rows))


EDGES = (0.0, 0.3, 0.6, 0.8, 0.9, 0.95)


def reliability(judged: Sequence[Judged]) -> Table:
    """Return how often plans of each sureness are right; without those of which it is unknown."""
    rows: list[tuple[str | float | int, ...]] = []
    known = [one for one in judged if one.right is not None]
    asked = [one for one in known if one.sure == 0.0]
    if asked:
        rows.append(("asks or nothing", len(asked), 0.0, _share(asked)))
    for low, high in zip(EDGES, (*EDGES[1:], 1.01), strict=True):
        inside = [one for one in known if max(low, 1e-9) <= one.sure < high]
        if inside:
            name = f"{low:.2f} to {min(high, 1.0):.2f}"
            rows.append((name, len(inside), sum(one.sure for one in inside) / len(inside), _share(inside)))
    return Table("How sure against how often right", ("sure", "sentences", "mean sure", "right"), tuple(rows))


def _share(judged: Sequence[Judged]) -> float:
    return sum(bool(one.right) for one in judged) / len(judged)
