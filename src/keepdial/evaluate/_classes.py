"""Scoring data sets whose label is one class, which has to follow from the plan."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from keepdial.evaluate import Heard, Judged, Result, Score, Table, Task
from keepdial.evaluate._hear import answered, shortly
from keepdial.evaluate._scores import NOTHING, classes, confusion, micro, tallies


@dataclass(frozen=True, slots=True)
class Serves:
    """What could do what a class says.

    Attributes:
        operation: what would do it, where something installed does it; "" = it cannot be said.
        words: whether it has to work from words, because no option says what is to be there.
        fault: a word for what has to be taken out of the whole picture; where it is not "", only an operation
            that takes just that out would do.
        plain: sentences in which this expression is found need less: only the operation `by`.
        by: see `plain`.
    """

    operation: str = ""
    words: bool = False
    fault: str = ""
    plain: str = ""
    by: str = ""


def can(serves: Serves, text: str, task: Task) -> bool | None:
    """Return whether what the label of a sentence says can be done here; None where that cannot be said."""
    if serves.fault:
        return serves.fault in task.faults
    if serves.plain and re.search(serves.plain, text, re.IGNORECASE):
        return task.served(serves.by, False)
    return task.served(serves.operation, serves.words) if serves.operation else None


def judged(
    one: Heard,
    label: str,
    found: str,
    served: bool | None,
    *,
    stands: Collection[str] = (),
    also: Collection[str] = (),
) -> Judged:
    """Return a sentence beside its class.

    `stands` are the classes that the label stands for beside itself, `also` those that other rows of the same
    sentence have.
    """
    right = label == found or found in stands
    wrong = one.plan.ready and not right
    return Judged(
        text=one.text,
        label=label,
        understood=f"{found}: {shortly(one)}",
        sure=one.plan.sure,
        ready=one.plan.ready,
        right=right,
        served=served,
        wrong=wrong,
        excused=wrong and found in also,
    )


def judge_classes(
    task: Task,
    *,
    what: str,
    label: str,
    target: float,
    found_of: Callable[[Heard], str],
    serves: Mapping[str, Serves],
    left_out: Mapping[str, Collection[str]] | None = None,
    note: str = "",
) -> Result:
    """Return how often the class that follows from a plan is the label.

    `what` names the class in words, `label` is its column, `left_out` are labels that a sentence cannot tell,
    each with the classes it stands for: the headline is without them, and the score with them beside it.
    """
    left_out = left_out or {}
    heard = [task.hear(row["text"]) for row in task.rows]
    labels = [row[label] for row in task.rows]
    found = [found_of(one) for one in heard]
    others: dict[str, set[str]] = {}
    for one, name in zip(heard, labels, strict=True):
        others.setdefault(one.text.strip().lower(), set()).add(name)
    all_judged = tuple(
        judged(
            one,
            name,
            got,
            can(serves.get(name, Serves()), one.text, task),
            stands=left_out.get(name, ()),
            also=frozenset(others[one.text.strip().lower()]),
        )
        for one, name, got in zip(heard, labels, found, strict=True)
    )
    told = [(name, got) for name, got in zip(labels, found, strict=True) if name not in left_out]
    scores = [Score(what, _share(told), len(told), target, note=note)]
    if left_out:
        every = list(zip(labels, found, strict=True))
        scores.append(Score(f"{what}, with {', '.join(left_out)}", _share(every), len(labels)))
    each = tallies(({name}, {got}) for name, got in told)
    first = [found_of(answered(one)) for one in heard]
    taken = [(name, got) for name, got in zip(labels, first, strict=True) if name not in left_out]
    scores.append(Score(f"{what}, first answers taken", _share(taken), len(taken)))
    scores.append(
        Score(f"{what}, micro-F1", micro({n: t for n, t in each.items() if n != NOTHING}).f1, len(told))
    )
    twice = sorted({(text, tuple(sorted(names))) for text, names in others.items() if len(names) > 1})
    tables = [classes(f"Of {what}", each), confusion(f"{what}: label (row) taken for", told)]
    if twice:
        heads = ("sentence", "labels")
        tables.append(
            Table("Sentences that have two labels", heads, tuple((t, ", ".join(n)) for t, n in twice[:40]))
        )
    notes = [f"{len(twice)} sentences have more than one label."] if twice else []
    unknown = sorted(set(labels) - set(serves) - set(left_out))
    if unknown:
        notes.append(f"Labels that no plan stands for: {', '.join(unknown)}.")
    return Result(tuple(scores), tuple(tables), all_judged, tuple(notes))


def _share(pairs: Sequence[tuple[str, str]]) -> float:
    return sum(label == found for label, found in pairs) / len(pairs) if pairs else 0.0
