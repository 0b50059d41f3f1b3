"""Measuring how well sentences are understood, on all data sets that are there."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import perf_counter

from keepdial.errors import ParameterError
from keepdial.evaluate import DataSet, Judged, Report, Result, Row, Score, Table, Task, data_sets
from keepdial.evaluate._hear import Hearer, Understand
from keepdial.evaluate._rows import every, files_of, read_rows
from keepdial.evaluate._served import faults, served
from keepdial.progress import Cancel, Event, Listener, silent

TEACHING = 8
"""Rows to learn from for each row that is scored, where the number of rows is limited."""
ABSTAIN, WRONG = 0.90, 0.03


def evaluate(
    data: Path | None,
    *,
    learn: Path | None = None,
    only: Sequence[str] = (),
    limit: int | None = None,
    understand: Understand | None = None,
    progress: Listener = silent,
    cancel: Cancel | None = None,
) -> Report:
    """Return how well sentences are understood.

    Args:
        data: a directory of data sets, or one file of one; None = only keepdial's own sentences.
        learn: another directory, from whose rows the reading of labels may be learned where `data` has none.
        only: names of data sets; empty = all but those that have to be asked for.
        limit: at most so many rows of each set are scored, taken evenly; None = all.
        understand: makes a plan of a sentence; None = the grammar.
        progress: told of each stage and how much of it is done.
        cancel: looked at before each sentence.

    Raises `InputError` for a directory or file that holds no data set, `ParameterError` for a name that is
    none, `Cancelled` when it was asked to stop.
    """
    start = perf_counter()
    sets = data_sets()
    for name in only:
        if name not in sets:
            raise ParameterError("only", name, f"one of {', '.join(sorted(sets))}")
    files, missing = files_of(data, sets)
    chosen = [
        name
        for name in sorted(files, key=lambda n: (sets[n].shipped is not None, n))
        if (name in only if only else not sets[name].asked_only)
    ]
    lacking = [name for name in only if name not in files]
    skipped = [line for line in missing if not only or any(line.startswith(sets[n].file) for n in lacking)]
    hear = Hearer(understand or _grammar())
    hear.warm()
    cancel = cancel or Cancel()
    results = {}
    for name in chosen:
        results[name] = _measured(sets[name], files[name], learn, limit, hear, progress, cancel)
    return _report(results, sets, skipped, hear, perf_counter() - start)


def _grammar() -> Understand:
    from keepdial.understand.grammar import understand_words

    return understand_words


def _measured(
    one: DataSet,
    path: Path,
    learn: Path | None,
    limit: int | None,
    hear: Hearer,
    progress: Listener,
    cancel: Cancel,
) -> Result:
    """Return what a data set came to: first every sentence is understood, then all are compared."""
    rows = read_rows(path, one.columns)
    score, teach = parted(rows)
    if not teach and learn is not None and (learn / one.file).is_file():
        teach = parted(read_rows(learn / one.file, one.columns))[1]
    score = every(score, limit)
    teach = every(teach, None if limit is None else limit * TEACHING)
    texts = [row["text"] for row in (*teach, *score)]
    stage = f"{one.name}: understanding"
    for i, text in enumerate(texts):
        cancel.check()
        if i % 50 == 0:
            progress(Event(stage, i / len(texts)))
        if i % 500 == 0:
            # Thousands of plans are held; without this, looking through them all would be in the times.
            gc.freeze()
        if one.shipped is None:
            hear(text)
    gc.unfreeze()
    stage = f"{one.name}: comparing"

    def report(done: float) -> None:
        cancel.check()
        progress(Event(stage, done))

    report(0.0)
    return one.judge(Task(score, teach, hear, served, faults(), report))


def parted(rows: list[Row]) -> tuple[list[Row], list[Row]]:
    """Return (rows to score, rows to learn from): those of the split "train" teach."""
    score = [row for row in rows if row.get("split", "") != "train"]
    return (score, [row for row in rows if row.get("split", "") == "train"]) if score else (rows, [])


def _report(
    results: Mapping[str, Result],
    sets: Mapping[str, DataSet],
    skipped: Sequence[str],
    hear: Hearer,
    seconds: float,
) -> Report:
    heard = hear.all
    times = sorted(one.seconds * 1000 for one in heard)
    speed = {"sentences": float(len(times)), "first": hear.first * 1000}
    if times:
        speed |= {
            "median": times[len(times) // 2],
            "p99": times[min(len(times) - 1, len(times) * 99 // 100)],
            "worst": times[-1],
        }
    labelled = {n: r for n, r in results.items() if r.labelled and sets[n].shipped is None}
    scores, table = _over_all(labelled)
    return Report(
        scores=scores,
        results=results,
        titles={name: sets[name].title for name in results},
        skipped=tuple(skipped),
        speed=speed,
        slowest=max(heard, key=lambda one: one.seconds).text if heard else "",
        broken=tuple(f"{one.text!r}: {one.broke}" for one in heard if one.broke),
        seconds=seconds,
        tables=(table,) if table.rows else (),
    )


def _over_all(results: Mapping[str, Result]) -> tuple[tuple[Score, ...], Table]:
    """Return abstention and wrong confident plans over all data sets with labels, and the same of each."""
    every_one = [one for result in results.values() for one in result.judged]
    if not every_one:
        return (), Table("", (), ())
    cannot = [one for one in every_one if one.served is False]
    can = [one for one in every_one if one.served is True]
    scores = (
        Score(
            "abstention where nothing here serves the label",
            _share(cannot, lambda one: not one.ready),
            len(cannot),
            ABSTAIN,
            note="the plan asks, or says what is missing",
        ),
        Score(
            "ready where something does",
            _share(can, lambda one: one.ready),
            len(can),
            note="so abstention is not bought by refusing all",
        ),
        Score(
            "wrong confident plans, by the labels",
            _share(every_one, lambda one: one.wrong),
            len(every_one),
            below=True,
            note="ready, and does what no label stands for",
        ),
        Score(
            "wrong confident plans, label at fault left out",
            _share(every_one, lambda one: one.wrong and not one.excused),
            len(every_one),
            WRONG,
            below=True,
            note="left out only by rules that do not look at the plan",
        ),
    )
    rows = []
    for name, result in results.items():
        judged = result.judged
        none = [one for one in judged if one.served is False]
        rows.append(
            (
                name,
                len(judged),
                sum(one.ready for one in judged),
                sum(one.wrong for one in judged),
                sum(one.wrong and not one.excused for one in judged),
                len(none),
                sum(not one.ready for one in none),
            )
        )
    heads = ("data set", "sentences", "ready", "wrong", "not excused", "unserved", "of them held back")
    return scores, Table("Confidence and abstention", heads, tuple(rows))


def _share(judged: Sequence[Judged], hit: Callable[[Judged], bool]) -> float:
    return sum(hit(one) for one in judged) / len(judged) if judged else 0.0
