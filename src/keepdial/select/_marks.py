"""The marks in a phrase after its noun: a side, a ground, a rank, a relation to another thing."""

from __future__ import annotations

import re
from dataclasses import dataclass

from keepdial.select._words import GROUNDS, RANKS, SIDES


def _any(words: object) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))  # type: ignore[call-overload]


SIDE = rf"(?:{_any(SIDES)})"
PREP = r"(?:on|at|in|to|near|from|towards?|along|around|off|over|of|up|down|into|out|inside)"
THE = r"(?:(?:the|its|their|your|my|our|his|her)\s+)?"
FAR = r"(?:(?:far|very|extreme|furthest|outer|immediate|most|absolute|exact)[\s-]+)?"
AREA = (
    r"(?:[\s-]?(?:side|edge|corner|part|half|area|portion|section|end|third|region|quarter|most|"
    r"hand\s+corner)s?)"
)
SIDE_AREA = rf"{FAR}(?P<one>{SIDE})(?:[\s-]+(?P<two>{SIDE}))?(?:[\s-]?hand)?{AREA}?"

SIDE_AT = re.compile(
    rf"(?:{PREP}\s+)+{THE}{SIDE_AREA}(?:\s+of\s+(?:the\s+)?(?:cent(?:er|re)|middle))?(?=\s|$)(?!\s+of\b)"
)
"""A side with its preposition: "on the far left side"."""

SIDE_LAST = re.compile(
    rf"(?:{FAR}(?P<one>left|right)(?:[\s-]?hand)?(?:[\s-]?side)?|(?P<up>top|upper|bottom|lower)[\s-]+(?P<two>left|right)(?:[\s-]?hand)?{AREA}?|(?P<three>cent(?:er|re)|middle))"
    r"(?:\s+of\s+(?:the\s+)?(?:cent(?:er|re)|middle))?$"
)
"""A side without one, at the end of the phrase: "the cup far left"."""

SIDE_FIRST = re.compile(rf"{SIDE_AREA}(?=\s)")
"""A side before the noun: "the far left", "the left-hand side"."""

GROUND_AT = re.compile(
    rf"(?:(?:{PREP}|back)\s+)*(?:in|at|from|of|into|on|within|to|up)\s+{THE}(?:(?:far|very|immediate|distant|blurred|blurry)\s+)*"
    rf"(?:(?P<one>{SIDE})\s+(?:(?:side|part|corner|half|end)\s+)?(?:of\s+(?:the\s+)?)?)?"
    rf"(?P<ground>{_any(GROUNDS)})(?:\s+(?:area|part|row))?(?=\s|$)(?!\s+of\b)"
)

RANK_AT = re.compile(
    rf"{THE}(?P<rank>{_any(RANKS)})(?:\s+one)?\s+(?:from|on|to|in)\s+(?:the\s+)?(?:far\s+)?(?P<side>{SIDE})(?:\s+side)?(?=\s|$)"
)

ADVERBS = (
    r"(?:(?:just|directly|right|immediately|slightly|closely|all|way|partially|partly|half|halfway|somewhere|"
    r"located|situated|nearly|almost|high|low|up|down|off|out|over|shown|currently|far)\s+){0,4}?"
)
_WITH = (
    "with|wearing|holding|carrying|having|riding|using|pushing|pulling|hugging|eating|drinking|"
    "who has|who have|has|have|had|dressed in|wears|holds|carries"
)
_TO_THE = r"(?:(?:to|on|at|from|in|off to|towards?)\s+)?(?:the\s+|its\s+)?"
RELATIONS = (
    (
        "left of",
        rf"{_TO_THE}{FAR}left(?:[\s-]hand)?(?:[\s-](?:side|edge|end))?\s+(?:of|from)(?!\s+(?:the\s+)?(?:cent|middle))",
    ),
    (
        "right of",
        rf"{_TO_THE}{FAR}right(?:[\s-]hand)?(?:[\s-](?:side|edge|end))?\s+(?:of|from)(?!\s+(?:the\s+)?(?:cent|middle))",
    ),
    (
        "on top of",
        rf"(?:{_TO_THE}(?:very\s+)?(?:top|upper)(?:\s+(?:side|edge|part|end))?\s+of|atop(?:\s+of)?)",
    ),
    ("at the bottom of", rf"{_TO_THE}(?:very\s+)?(?:bottom|lower)(?:\s+(?:side|edge|part|end))?\s+of"),
    ("in the middle of", r"(?:in|at|on)\s+(?:the\s+)?(?:middle|cent(?:er|re))\s+of"),
    ("in front of", r"in\s+(?:the\s+)?front\s+of|ahead\s+of|before|obscuring|blocking"),
    ("behind", r"behind|(?:in|at)\s+(?:the\s+)?(?:back|rear)\s+of|in\s+the\s+background\s+of|in\s+back\s+of"),
    ("far from", r"(?:the\s+)?(?:farthest|furthest|farther|further|away|far)\s+(?:away\s+)?from"),
    ("nearest to", r"(?:the\s+)?(?:closest|nearest|closer|nearer)\s+to"),
    (
        "without",
        r"without(?=\s+(?:an?|any|his|her|their)\s|\s+\w+s$|\s+\w+s\s)|not\s+(?:wearing|holding|having)(?:\s+any)?",
    ),
    ("between", r"(?:in[\s-]?)?between|among|amongst|amid|amidst"),
    ("above", r"above|over|higher\s+than|up\s+from"),
    ("under", r"under|underneath|beneath"),
    ("below", r"below|lower\s+than"),
    (
        "near",
        r"next\s+to|beside|near(?:by)?(?:\s+to)?|close\s+(?:to|by)|adjacent\s+to|alongside(?:\s+of)?|"
        r"(?:by|at|to|on)\s+(?:(?:the|either|each|both|one|the\s+other)\s+)?sides?\s+of|by|around|against|along|at|opposite(?:\s+to)?|across\s+from|"
        r"out\s+of|surrounding|touching|together\s+with|following|beyond|past",
    ),
    ("in", r"inside(?:\s+of)?|within|in|into|through|throughout"),
    ("on", r"on(?:\s+to)?|upon|onto|off(?:\s+of)?|from|across|all\s+over|covering"),
    ("with", rf"(?:{_WITH})(?!\s+(?:in|on|at|up|by|from|to|of)\b)"),
)
"""Each relation with the words for it; the first that fits counts."""

RELATION = re.compile(
    ADVERBS
    + r"(?:from\s+)?(?:"
    + "|".join(f"(?P<r{i}>{words})" for i, (_, words) in enumerate(RELATIONS))
    + r")(?=\s+\S)(?!\s+(?:in|on|at)\s)"
)


LONGEST = 12
"""No mark has more words than this."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark and how many words it takes.

    Attributes:
        kind: ``side``, ``ground``, ``rank`` or ``relation``.
        length: how many words.
        sides: the sides, in the order said.
        rank: 1 = first, -1 = last; None for other kinds.
        how: the ground, or the relation by its name in `RELATIONS`.
        said: the words, as they were said.
    """

    kind: str
    length: int
    sides: tuple[str, ...] = ()
    rank: int | None = None
    how: str = ""
    said: str = ""


def mark_at(tokens: list[str], at: int) -> Mark | None:
    """Return the mark that begins at a word; None where none does.

    A side counts only where the phrase ends after it, or another mark or a clause follows: in "on the left
    table" the table is meant.
    """
    rest = " ".join(tokens[at : at + LONGEST])
    if found := RANK_AT.match(rest):
        return Mark("rank", _words(found), (SIDES[found["side"]],), RANKS[found["rank"]], said=found[0])
    if found := GROUND_AT.match(rest):
        mark = Mark(
            "ground", _words(found), _sides(found, "one"), how=GROUNDS[found["ground"]], said=found[0]
        )
        if _ends(tokens, at + mark.length):
            return mark
    if found := SIDE_AT.match(rest):
        mark = Mark("side", _words(found), _sides(found, "one", "two"), said=found[0])
        if _ends(tokens, at + mark.length):
            return mark
    if found := RELATION.match(rest):
        how = next(RELATIONS[i][0] for i in range(len(RELATIONS)) if found[f"r{i}"] is not None)
        return Mark("relation", _words(found), how=how, said=found[0])
    if at and len(tokens) - at < LONGEST and (found := SIDE_LAST.match(rest)):
        return Mark("side", _words(found), _sides(found, "one", "three", "up", "two"), said=found[0])
    return None


def _sides(found: re.Match[str], *names: str) -> tuple[str, ...]:
    return tuple(SIDES[found[name]] for name in names if found[name])


def _words(found: re.Match[str]) -> int:
    return len(found[0].split())


def _ends(tokens: list[str], at: int) -> bool:
    from keepdial.select._words import CLAUSES, PARTICIPLES

    if at >= len(tokens):
        return True
    word = tokens[at]
    return (
        word in CLAUSES or word in PARTICIPLES or word in ("and", "please") or mark_at(tokens, at) is not None
    )
