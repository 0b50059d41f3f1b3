"""GGIP2P: how a sentence says where: by a side, by another thing, by a pronoun, or not at all."""

from __future__ import annotations

from keepdial.evaluate import DataSet, Heard, Result, Score, Task
from keepdial.evaluate._classes import Serves, judge_classes
from keepdial.evaluate._place import BY_PRONOUN, DIRECTION, named_sides, placed, pronoun_in

NEUTRAL, ABSOLUTE, RELATIVE, PRONOUN = "Neutral", "Absolute Direction", "Relative Direction", "Pronoun"


def found_of(heard: Heard) -> str:
    """Return the type of region of a plan.

    Relative: placed by another thing and a direction from it. Absolute: a side was said, of the picture.
    Pronoun: only pointed at ("her", "their clothes"). Neutral: none of these.
    """
    target = placed(heard.plan)
    if target is None:
        return NEUTRAL
    if target.relation is not None and DIRECTION.search(target.relation.how):
        return RELATIVE
    if target.sides:
        return ABSOLUTE
    return PRONOUN if target.pronoun or pronoun_in(target) in BY_PRONOUN else NEUTRAL


def sides_of(heard: Heard) -> frozenset[str]:
    """Return the sides that a plan holds: of the picture, or from another thing."""
    found: set[str] = set()
    for step in heard.plan.steps:
        if step.target is not None:
            found.update(step.target.sides)
            if step.target.relation is not None:
                found |= named_sides(step.target.relation.how)
    return frozenset(found)


def judge(task: Task) -> Result:
    """Score the type of region, and whether the side is the one that the sentence names."""
    made = judge_classes(
        task,
        what="type of region",
        label="type",
        target=0.85,
        found_of=found_of,
        serves={name: Serves() for name in (NEUTRAL, ABSOLUTE, RELATIVE, PRONOUN)},
        note="from the target's sides, relation and pronoun",
    )
    heard = [task.hear(row["text"]) for row in task.rows]
    said = [(named_sides(one.text), sides_of(one)) for one in heard]
    sided = [(words, found) for words, found in said if words]
    right = sum(words == found for words, found in sided)
    bare = [found for words, found in said if not words]
    scores = (
        *made.scores,
        Score(
            "the side that the sentence names",
            right / max(1, len(sided)),
            len(sided),
            note="all sides named, and no other",
        ),
        Score("no side where none is named", sum(not found for found in bare) / max(1, len(bare)), len(bare)),
    )
    return Result(scores, made.tables, made.judged, made.notes)


DATASET = DataSet("ggip2p-spatial", "GGIP2P: region", "ggip2p_spatial.tsv", ("text", "type"), judge)
