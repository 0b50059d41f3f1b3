"""GIER: what real people asked for, labelled with the operators that somebody then used on the picture.

So a label tells what was done, not what was said: "sharpen the image" may be labelled with brightness and
contrast. The same plans are therefore read in several ways, and what the sentences can hold is said.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from keepdial.evaluate import DataSet, Heard, Judged, Result, Row, Score, Table, Task
from keepdial.evaluate._agree import agreement, alone, bare, by_others, grouped, often, oracle
from keepdial.evaluate._bag import learn_words
from keepdial.evaluate._hear import answered, shortly
from keepdial.evaluate._operators import LITERAL, families, literal, operators_of
from keepdial.evaluate._scores import classes, micro, tallies, together
from keepdial.evaluate._ticking import learn

FOLDS = 5
DOUBTFUL = 40
TARGET = 0.80

Labels = frozenset[str]
Reading = Callable[[Sequence[int]], list[Labels]]


def labels_of(row: Row) -> Labels:
    """Return the operators of a row."""
    return frozenset(filter(None, row["operators"].split(",")))


def judge(task: Task) -> Result:
    """Score the plans against the operators, read literally and as annotators tick them."""
    every = [*task.teach, *task.rows]
    texts = [row["text"] for row in every]
    heard = [task.hear(text) for text in texts]
    truth = [labels_of(row) for row in every]
    broad = [families(labels) for labels in truth]
    parts, how = _parts(task)
    ours = range(len(task.teach), len(every))
    done = 0.0

    def part(share: float) -> None:
        task.report(done + share / (4 * len(parts)))

    def ticking(labels: Sequence[Labels], from_: Sequence[int], of: Sequence[int]) -> list[Labels] | None:
        reader = learn([(heard[i].plan, labels[i]) for i in from_], report=part)
        return None if reader is None else [reader(heard[i].plan) for i in of]

    def by_words(labels: Sequence[Labels], from_: Sequence[int], of: Sequence[int]) -> list[Labels] | None:
        bag = learn_words([(texts[i], labels[i]) for i in from_], report=part)
        if bag is None:
            return None
        likely.update(zip(of, bag.likely([texts[i] for i in of]), strict=True))
        return bag.ticked([texts[i] for i in of])

    likely: dict[int, Labels] = {}
    read: dict[str, list[Labels] | None] = {}
    for name, reading, labels in (
        ("operators, as annotators tick", ticking, truth),
        ("operators, from words alone", by_words, truth),
        ("families, as annotators tick", ticking, broad),
        ("families, from words alone", by_words, broad),
    ):
        likely.clear()
        found: dict[int, Labels] = {}
        for from_, of in parts:
            got = reading(labels, from_, of)
            done += 1 / (4 * len(parts))
            found.update(zip(of, got, strict=True) if got is not None else ())
        read[name] = [found[i] for i in ours] if len(found) == len(ours) else None
    said = [literal(heard[i].plan) for i in ours]
    read["operators, literally"] = said
    read["families, literally"] = [families(labels) for labels in said]
    read["operators, literally, first answers taken"] = [literal(answered(heard[i]).plan) for i in ours]
    known = grouped(list(zip(texts, truth, strict=True)))
    # A label can be served unless every operator in it is of a family that no operation here stands for.
    can = families({o for name, means in LITERAL.items() if task.served(name, False) for o in means})
    judged = tuple(_judged(every[i], heard[i], known, can, likely.get(i, frozenset())) for i in ours)
    same = tuple(_judged(every[i], heard[i], known, can, frozenset()) for i in ours)
    made = _scored(read, [truth[i] for i in ours], [broad[i] for i in ours], how)
    ceiling, doubtful, notes = _ceiling(known)
    unread = sorted({s.operation for i in ours for s in heard[i].plan.steps if s.operation not in LITERAL})
    if unread:
        notes.append(f"Operations that mean no operator of GIER: {', '.join(unread)}.")
    return Result(
        (*made.scores, *_wrong(judged, same)),
        (*made.tables, ceiling, doubtful),
        judged,
        (*made.notes, *notes),
    )


def _parts(task: Task) -> tuple[list[tuple[Sequence[int], Sequence[int]]], str]:
    """Return (rows to learn from, rows to read) by their places, teaching rows first, and how in words."""
    before, count = len(task.teach), len(task.rows)
    if before:
        return [(range(before), range(before, before + count))], f"learned from {before} other rows"
    # Rows of one picture go together: whoever edits it ticks the same for all that was said of it.
    names = [row.get("input", "") or row["text"] for row in task.rows]
    fold = {name: i % FOLDS for i, name in enumerate(dict.fromkeys(names))}
    parts: list[tuple[Sequence[int], Sequence[int]]] = []
    for left in range(FOLDS):
        inside = [i for i, name in enumerate(names) if fold[name] == left]
        if inside:
            parts.append(([i for i, name in enumerate(names) if fold[name] != left], inside))
    return parts, "each fifth learned from the other four"


def _scored(
    read: dict[str, list[Labels] | None], truth: Sequence[Labels], broad: Sequence[Labels], how: str
) -> Result:
    """Return the scores and tables of all readings."""
    notes = {
        "operators, as annotators tick": f"read from what the plan does; {how}",
        "operators, from words alone": f"a bag of words, no plan: what to hold the plans against; {how}",
        "families, as annotators tick": f"read from what the plan does; {how}",
        "families, from words alone": f"a bag of words, no plan; {how}",
        "operators, literally": "the one or two operators that each step means, by a table",
        "families, literally": "light, colour, detail, blur, crop, turn, shape, things, background",
    }
    scores, tables, lines, missing = [], [], [], []
    for name, labels in read.items():
        if labels is None:
            missing.append(f"{name}: too few rows to learn from.")
            continue
        right = truth if name.startswith("operators") else broad
        each = tallies(zip(right, labels, strict=True))
        whole = micro(each)
        target = TARGET if name == "operators, as annotators tick" else None
        beside = name in ("operators, from words alone", "families, as annotators tick")
        note = notes.get(name, "")
        scores.append(Score(f"micro-F1 of {name}", whole.f1, len(right), target, note=note, headline=beside))
        lines.append((name, whole.precision, whole.recall, whole.f1))
        if "words" not in name and "answer" not in name:
            tables.append(classes(f"Of {name}", each))
    overview = Table("Readings of the same sentences", ("reading", "precision", "recall", "F1"), tuple(lines))
    for title, name, right in (
        ("Operators, as annotators tick: label (row) taken for", "operators, as annotators tick", truth),
        ("Families, literally: label (row) taken for", "families, literally", broad),
    ):
        labels = read[name]
        if labels is not None:
            tables.append(together(title, list(zip(right, labels, strict=True))))
    return Result(tuple(scores), (overview, *tables), notes=tuple(missing))


def _judged(row: Row, one: Heard, known: dict[str, list[Labels]], can: Labels, likely: Labels) -> Judged:
    labels = labels_of(row)
    fitting = families(labels)
    acts = [families(set(operators_of(step))) for step in one.plan.steps]
    foreign = [act for act in acts if not act & fitting]
    wrong = one.plan.ready and bool(foreign)
    elsewhere = known.get(bare(row["text"]), [])
    by_others = any(all(act & families(other) for act in acts) for other in elsewhere)
    by_words = bool(foreign) and all(act & likely for act in foreign)
    return Judged(
        text=row["text"],
        label=",".join(sorted(labels)),
        understood=shortly(one),
        sure=one.plan.sure,
        ready=one.plan.ready,
        right=bool(acts) and not foreign,
        served=bool(fitting & can) if labels else None,
        wrong=wrong,
        excused=wrong and (by_others or by_words),
    )


def _wrong(judged: Sequence[Judged], same: Sequence[Judged]) -> list[Score]:
    """Return the share of wrong confident plans, with less and less that the labels are to blame for."""
    count = max(1, len(judged))
    return [
        Score(
            "wrong confident plans, by the labels",
            sum(one.wrong for one in judged) / count,
            len(judged),
            below=True,
            note="ready, and a step is of no family of the labels",
        ),
        Score(
            "wrong confident plans, the same sentence left out",
            sum(one.wrong and not one.excused for one in same) / count,
            len(judged),
            below=True,
            note="left out: the labels of another row of the same sentence fit",
        ),
        Score(
            "wrong confident plans, label at fault left out",
            sum(one.wrong and not one.excused for one in judged) / count,
            len(judged),
            0.03,
            below=True,
            note="left out as well: others tick the family for such words, by a bag of words",
        ),
    ]


def _ceiling(known: dict[str, list[Labels]]) -> tuple[Table, Table, list[str]]:
    """Return what the sentences can hold at all, labels that stand alone, and both in words."""
    frequent = often(known)
    coarse = {text: [families(one) for one in sets] for text, sets in frequent.items()}
    rows = []
    for name, sentences in (("operators", frequent), ("families", coarse)):
        best, of = oracle(sentences)
        rows.append((name, len(sentences), of, best, by_others(sentences), agreement(sentences)))
    heads = ("labels", "sentences", "rows", "best of any reading", "by the others", "one by another")
    doubtful, extra, lacking = alone(frequent, DOUBTFUL)
    notes = [
        f"Of sentences that stand 5 times or more, {extra} labels were ticked against 80 % of the others, "
        f"and {lacking} were left out against 80 %."
    ]
    title = "What the sentences can hold (those that stand 5 times or more)"
    return Table(title, heads, tuple(rows)), doubtful, notes


DATASET = DataSet("gier", "GIER: operators", "gier.tsv", ("text", "operators"), judge)
