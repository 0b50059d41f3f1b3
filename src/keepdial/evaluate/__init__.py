"""Evaluating: how well sentences are understood, on labelled sentences of real people.

One data set is one module with a ``DATASET`` constant: the name of its file, the columns it needs, and how
its labels are compared with a plan. `keepdial.evaluate.instructions` runs them. Nothing is read from a fixed
place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from keepdial.evaluate._hear import Hearer
    from keepdial.understand.plan import Plan

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Score:
    """One number: what it is called, its value, the value to reach (None = none is set), how many it is of.

    Values and targets are shares in [0, 1]. `below` says that the target is a limit that must not be passed.
    `note` says how it is counted. `headline` puts it among the scores that are shown first, as those with a
    target are.
    """

    name: str
    value: float
    of: int
    target: float | None = None
    below: bool = False
    note: str = ""
    headline: bool = False

    @property
    def reached(self) -> bool | None:
        """Whether the target is reached; None where none is set or nothing was counted."""
        if self.target is None or not self.of:
            return None
        return self.value <= self.target if self.below else self.value >= self.target


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a report: its title, the heads of its columns, and rows of as many values each."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str | float | int, ...], ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """One sentence beside its label.

    Attributes:
        text: the sentence.
        label: the label, as text; "" where the data set has none.
        understood: what was made of it, in short.
        sure: how sure the plan was, 0 to 1.
        ready: whether the plan would run without a question.
        right: whether label and plan agree; None where that cannot be said.
        served: whether anything installed here can do what the label says; None where it does not tell.
        wrong: whether the plan is ready and does something that the label does not stand for.
        excused: whether a rule that does not look at the plan says that the label, not the plan, is at fault.
    """

    text: str
    label: str
    understood: str
    sure: float
    ready: bool
    right: bool | None = None
    served: bool | None = None
    wrong: bool = False
    excused: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """What one data set came to: scores beside their targets, tables, every sentence, and what to know."""

    scores: tuple[Score, ...]
    tables: tuple[Table, ...] = ()
    judged: tuple[Judged, ...] = ()
    notes: tuple[str, ...] = ()
    labelled: bool = True


@dataclass(frozen=True, slots=True)
class Task:
    """What a data set is given to work with.

    Attributes:
        rows: the rows to score.
        teach: further rows of the same source, from which the reading of labels may be learned; often none.
        hear: understands a sentence, and measures how long that takes.
        served: whether anything installed here does an operation, by its name and whether it has to work from
            words.
        faults: words for things that an operation here takes out of a whole picture ("haze", "noise").
        report: called with the part done, 0 to 1; raises `keepdial.errors.Cancelled` when asked to stop.
    """

    rows: Sequence[Row]
    teach: Sequence[Row]
    hear: Hearer
    served: Callable[[str, bool], bool]
    faults: frozenset[str]
    report: Callable[[float], None]


@dataclass(frozen=True, slots=True)
class DataSet:
    """One data set.

    Attributes:
        name: the word for it, as ``--only`` takes it.
        title: what it measures, for a heading.
        file: the name of its file in the directory of the data.
        columns: the columns it needs; others are passed over.
        judge: compares plans with labels.
        shipped: a path inside the package, where the data set is keepdial's own; None for all others.
        asked_only: whether it is measured only where it is named with ``--only``.
    """

    name: str
    title: str
    file: str
    columns: tuple[str, ...]
    judge: Callable[[Task], Result]
    shipped: Path | None = None
    asked_only: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """A sentence, the plan made of it, how long that took in seconds, and what went wrong ("" = nothing)."""

    text: str
    plan: Plan
    seconds: float
    refused: str = ""
    broke: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that one run found.

    Attributes:
        scores: the scores over all data sets.
        results: what each data set came to, by name.
        titles: the heading of each.
        skipped: what was not measured, and why.
        speed: milliseconds per sentence: ``median``, ``p99``, ``worst``, ``first`` (the first call, with all
            that it loads), ``sentences``.
        slowest: the slowest sentence.
        broken: sentences on which understanding failed with something other than an error of its own.
        seconds: how long the whole run took.
        tables: tables over all data sets.
    """

    scores: tuple[Score, ...]
    results: Mapping[str, Result]
    titles: Mapping[str, str]
    skipped: tuple[str, ...]
    speed: Mapping[str, float]
    slowest: str
    broken: tuple[str, ...]
    seconds: float
    tables: tuple[Table, ...] = field(default=())


def data_sets() -> dict[str, DataSet]:
    """Return every data set by name."""
    from keepdial.discover import units

    return units("keepdial.evaluate", "DATASET")
