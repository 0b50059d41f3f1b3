"""GGIP2P: which thing in the picture a sentence is anchored to.

The labels follow a rule of their own, which was inferred from the rows:

1. The label is one word, the noun of a thing that is in the picture already; what is to be made is never it.
2. Of several such things it is the last: "remove the boats to the right of the harbor" is ``harbor``.
   The thing that another is placed by, or is part of, comes after it ("the beak of the eagle": ``eagle``).
3. A thing that belongs to somebody stands for its owner: "the girl's dress" is ``girl``, "her hat" ``her``.
4. "it", the whole picture, its style, place, time or colours, and a bare side are labelled with nothing.

So the label is not what a step acts on, but where it is held: the anchor. Both are scored.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from keepdial.evaluate import DataSet, Heard, Judged, Result, Row, Score, Table, Task
from keepdial.evaluate._hear import answered, shortly
from keepdial.evaluate._place import (
    ARTICLES,
    BY_PRONOUN,
    PICTURE,
    anchor,
    named_sides,
    own,
    placed,
    same,
    tokens,
)

Found = tuple[str, str]
CHANGED = re.compile(
    r"^(?:please )?(?:remove|get rid of|replace|change|make|turn|transform|convert|swap|lighten|darken|move"
    r"|paint|color|colour|delete|without) (?:the|my) ((?:\w+ )?\w+)",
    re.IGNORECASE,
)
"""A sentence that begins with a thing that is there: nobody changes or removes what is not."""
SHOWN = 40


def judge(task: Task) -> Result:
    """Score the anchor, and the step's own target beside it."""
    heard = [task.hear(row["text"]) for row in task.rows]
    targets = [placed(one.plan) for one in heard]
    anchors = [anchor(target) for target in targets]
    owns = [own(target) for target in targets]
    labels = [row["target"].strip() for row in task.rows]
    suspects = doubtful(task.rows)
    judged = tuple(
        _judged(one, label, near, self, row["text"] in suspects)
        for one, label, near, self, row in zip(heard, labels, anchors, owns, task.rows, strict=True)
    )
    of = len(labels)
    scores = [
        Score(
            "target phrase exact",
            _share(exact(label, found) for label, found in zip(labels, anchors, strict=True)),
            of,
            0.60,
            note="the anchor's phrase without articles, or its noun, is the label to the letter",
        ),
        Score(
            "head noun",
            _share(head(label, found) for label, found in zip(labels, anchors, strict=True)),
            of,
            0.80,
            note="the anchor's noun is the label's last word, in any number or case; none for none",
        ),
    ]
    tables = [_by_kind(labels, anchors, owns), _taken(labels, anchors)]
    both = [(label, near, self) for label, near, self in zip(labels, anchors, owns, strict=True)]
    named = [(label, near, self) for label, near, self in both if label]
    scores += [
        Score(
            "head noun, where there is a label", _share(head(la, near) for la, near, _ in named), len(named)
        ),
        Score("the step's own target, exact", _share(exact(la, self) for la, _, self in both), of),
        Score("the step's own target, head noun", _share(head(la, self) for la, _, self in both), of),
        Score(
            "anchor or own target, head noun",
            _share(head(la, near) or head(la, self) for la, near, self in both),
            of,
            note="not a score to reach: how often the label is one of the two",
        ),
    ]
    answers = [placed(answered(one).plan) for one in heard]
    firsts = [anchor(target) for target in answers]
    scores.append(
        Score(
            "head noun, first answers taken",
            _share(head(label, found) for label, found in zip(labels, firsts, strict=True)),
            of,
        )
    )
    rows = tuple((text, label or "(nothing)", why) for text, (label, why) in list(suspects.items())[:SHOWN])
    tables.append(Table("Labels against their own rule", ("sentence", "label", "why it is doubtful"), rows))
    notes = (
        f"{len(suspects)} sentences have a label that is against the rule of the others, or two labels.",
        "Exact allows for letters' case alone; head noun for the plural and for a pronoun's other cases.",
    )
    return Result(tuple(scores), tuple(tables), judged, notes)


def exact(label: str, found: Found) -> bool:
    """Return whether the phrase found, or its noun, is the label to the letter, in any case of letters."""
    return label.lower() in found if label else not found[1]


def head(label: str, found: Found) -> bool:
    """Return whether the noun found is the label's noun, in any number or case; none for an empty one."""
    return same(tokens(label)[-1], found[1]) if label and tokens(label) else not found[1]


def doubtful(rows: Sequence[Row]) -> dict[str, tuple[str, str]]:
    """Return sentences whose label is against the rule of the others: text -> (label, why).

    Told from the sentences and labels alone: a sentence with two labels; a pronoun, or a thing that is
    changed and is a label elsewhere, that was labelled with nothing; a label before the place of the thing.
    """
    labels: dict[str, set[str]] = defaultdict(set)
    known = Counter(tokens(row["target"])[-1] for row in rows if tokens(row["target"]))
    for row in rows:
        labels[row["text"].strip().lower()].add(row["target"].strip().lower())
    found: dict[str, tuple[str, str]] = {}
    for row in rows:
        text, label = row["text"], row["target"].strip()
        words = tokens(text)
        if len(labels[text.strip().lower()]) > 1:
            found[text] = (label, "the same sentence has another label elsewhere")
        elif label:
            place = re.search(
                r"\b(?:from|off|on|above|under|behind|in front of|out of) the (?:\w+ )?(\w+)$",
                text.rstrip(" ."),
            )
            thing = place.group(1).lower() if place is not None else ""
            if place is not None and named_sides(place.group(0).rpartition(" ")[0].partition(" ")[2]):
                # "on the right gold" is a side and a colour.
                continue
            if (
                thing in known
                and tokens(label)[-1] in words
                and words.index(tokens(label)[-1]) < words.index(thing)
            ):
                found[text] = (label, f"others are anchored to the last thing, here {thing!r}")
        elif any(BY_PRONOUN.get(word, "it") != "it" for word in words):
            found[text] = (label, "others with a pronoun are labelled with it")
        else:
            changed = CHANGED.match(text)
            nouns = [w for w in tokens(changed.group(1)) if w not in ARTICLES] if changed is not None else []
            if nouns and not set(nouns) & PICTURE and (near := [w for w in nouns if w in known]):
                found[text] = (label, f"{near[-1]!r} is changed here, and a label elsewhere")
    return found


def _judged(one: Heard, label: str, near: Found, self: Found, suspect: bool) -> Judged:
    right = head(label, near)
    wrong = one.plan.ready and not right and not head(label, self)
    shown = near[0] or "(nothing)"
    if self[1] != near[1]:
        shown += f", of {self[0] or '(nothing)'}"
    return Judged(
        text=one.text,
        label=label or "(nothing)",
        understood=f"{shown}: {shortly(one)}",
        sure=one.plan.sure,
        ready=one.plan.ready,
        right=right,
        wrong=wrong,
        excused=wrong and suspect,
    )


def _kind(label: str) -> str:
    if not label:
        return "nothing"
    return "pronoun" if label.lower() in BY_PRONOUN else "noun"


def _by_kind(labels: Sequence[str], anchors: Sequence[Found], owns: Sequence[Found]) -> Table:
    rows = []
    for kind in ("noun", "pronoun", "nothing"):
        of = [i for i, label in enumerate(labels) if _kind(label) == kind]
        if of:
            numbers = (
                _share(exact(labels[i], anchors[i]) for i in of),
                _share(head(labels[i], anchors[i]) for i in of),
                _share(exact(labels[i], owns[i]) for i in of),
                _share(head(labels[i], owns[i]) for i in of),
            )
            rows.append((kind, len(of), *numbers))
    heads = ("label is a", "sentences", "anchor exact", "anchor head", "own exact", "own head")
    return Table("By the kind of label", heads, tuple(rows))


def _taken(labels: Sequence[str], anchors: Sequence[Found]) -> Table:
    counts: Counter[tuple[str, str]] = Counter()
    for label, found in zip(labels, anchors, strict=True):
        got = "the label" if head(label, found) else f"another {_kind(found[1])}" if found[1] else "nothing"
        counts[_kind(label), got] += 1
    columns = ("the label", "another noun", "another pronoun", "nothing")
    rows = tuple((kind, *(counts[kind, c] for c in columns)) for kind in ("noun", "pronoun", "nothing"))
    return Table("Anchor: label (row) taken for", ("label is a", *columns), rows)


def _share(hits: Iterable[bool]) -> float:
    counted = list(hits)
    return sum(counted) / len(counted) if counted else 0.0


DATASET = DataSet("ggip2p-target", "GGIP2P: target", "ggip2p_target.tsv", ("text", "target"), judge)
