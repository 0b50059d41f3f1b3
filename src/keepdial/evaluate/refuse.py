"""Sentences of keepdial's own that ask for nothing that can be done: each must be refused or asked about."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from keepdial.evaluate import DataSet, Judged, Result, Score, Table, Task
from keepdial.evaluate._hear import shortly


def judge(task: Task) -> Result:
    """Score how many are not done; those that an operation here can do after all are left out.

    Column ``unless`` names that operation: "make him a robot" is possible where something paints from words.
    """
    rows = [row for row in task.rows if not (row["unless"] and task.served(row["unless"], True))]
    judged = []
    by_kind: dict[str, list[bool]] = defaultdict(list)
    for row in rows:
        one = task.hear(row["text"].replace("\\n", "\n").replace("\\0", "\0"))
        held = not one.plan.ready
        by_kind[row["kind"]].append(held)
        judged.append(
            Judged(
                text=one.text,
                label=f"refuse ({row['kind']})",
                understood=shortly(one),
                sure=one.plan.sure,
                ready=one.plan.ready,
                right=held,
                served=False,
                wrong=not held,
            )
        )
    table = Table(
        "By kind",
        ("kind", "sentences", "refused or asked"),
        tuple((kind, len(held), sum(held) / len(held)) for kind, held in sorted(by_kind.items())),
    )
    share = sum(bool(one.right) for one in judged) / max(1, len(judged))
    score = Score("refused or asked about", share, len(judged), 0.90, note="sentences of keepdial's own")
    left = len(task.rows) - len(rows)
    notes = (f"{left} sentences are left out: something here does them.",) if left else ()
    return Result((score,), (table,), tuple(judged), notes)


DATASET = DataSet(
    "refuse",
    "Sentences to refuse",
    "refuse.tsv",
    ("text", "kind", "unless"),
    judge,
    shipped=Path(__file__).parent / "data" / "refuse.tsv",
)
