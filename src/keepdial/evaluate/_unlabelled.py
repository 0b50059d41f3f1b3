"""Sentences without labels: what share is understood, asked about, or cannot be served here."""

from __future__ import annotations

from collections import Counter

from keepdial.evaluate import Heard, Judged, Result, Score, Table, Task
from keepdial.evaluate._hear import shortly
from keepdial.understand.plan import SURE

FATES = ("ready", "cannot be served here", "asks first", "not sure enough", "nothing understood")


def fate(heard: Heard) -> str:
    """Return what became of a sentence, as one of `FATES`."""
    plan = heard.plan
    if plan.ready:
        return "ready"
    if not plan.steps:
        return "asks first" if any(question.choices for question in plan.questions) else "nothing understood"
    if plan.questions:
        return "asks first"
    return "cannot be served here" if plan.needs else "not sure enough"


def judge(task: Task) -> Result:
    """Count what becomes of each sentence."""
    heard = [task.hear(row["text"]) for row in task.rows]
    counts = Counter(fate(one) for one in heard)
    of = max(1, len(heard))
    seen = [(f, counts[f], counts[f] / of) for f in FATES]
    steps = Counter(step.operation for one in heard for step in one.plan.steps)
    tables = (
        Table("What became of the sentences", ("fate", "sentences", "share"), tuple(seen)),
        Table("What was understood", ("operation", "steps"), tuple(steps.most_common())),
    )
    judged = tuple(
        Judged(one.text, "", f"{fate(one)}: {shortly(one)}", one.plan.sure, one.plan.ready) for one in heard
    )
    understood = counts["ready"] + counts["cannot be served here"]
    scores = (
        Score(
            "understood", understood / of, len(heard), note=f"sure to {SURE:g} or more, whether served or not"
        ),
        Score("ready to run", counts["ready"] / of, len(heard)),
        Score("asked about", (counts["asks first"] + counts["not sure enough"]) / of, len(heard)),
        Score("cannot be served here", counts["cannot be served here"] / of, len(heard)),
        Score("nothing understood", counts["nothing understood"] / of, len(heard)),
    )
    return Result(scores, tables, judged, labelled=False)
