"""Places in a sentence and in a target: sides, directions from another thing, pronouns, anchors."""

from __future__ import annotations

import re

from keepdial.understand.plan import Plan, Target


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


SIDES = {
    "left": r"left(?:-?hand)?(?:-?side)?|leftmost",
    "right": r"right(?:-?hand)?(?:-?side)?|rightmost",
    "top": r"top(?:-?side)?|upper(?:most)?|above|atop|over",
    "bottom": r"bottom(?:-?side)?|lower|below|beneath|under|underneath",
    "middle": r"middle|cent(?:er|re)|central",
}
DIRECTION = re.compile(
    r"\b(?:left|right|top|bottom|above|below|beneath|under|underneath|over|atop|behind|in front|front|next"
    r"|beside|near|between|opposite|close)\b",
    re.IGNORECASE,
)
"""Words that say where a thing is from another, where "in", "on" and "with" only say that it is there."""
PRONOUNS = {
    "he": "he him his himself",
    "she": "she her hers herself",
    "they": "they them their theirs themselves",
    "it": "it its itself",
}
BY_PRONOUN = {word: name for name, words in PRONOUNS.items() for word in words.split()}
ARTICLES = _set("the a an this that these those some any all")
PICTURE = _set(
    "image picture photo photograph scene landscape background-image shot pic everything whole place setting "
    "style color colour colors colours theme time season location lighting art"
)
"""Heads that mean the whole picture, or a quality of all of it: nothing in it is pointed to."""
POSSESSOR = re.compile(r"\b([\w-]+)(?:'s|s'|’s|s’)\s", re.IGNORECASE)


def tokens(text: str) -> list[str]:
    """Return the words of a text in lower case, bare of punctuation; hyphens and apostrophes stay."""
    return re.findall(r"[\w]+(?:['’-][\w]+)*", text.lower())


def named_sides(text: str) -> frozenset[str]:
    """Return the sides that a text names, found by words alone."""
    return frozenset(
        side for side, words in SIDES.items() if re.search(rf"\b(?:{words})\b", text, re.IGNORECASE)
    )


def points(target: Target | None) -> bool:
    """Return whether a target is placed by a direction: a side, or where it is from another thing."""
    if target is None:
        return False
    how = target.relation.how if target.relation is not None else ""
    return bool(target.sides or DIRECTION.search(f"{how} {target.words}"))


BACKGROUND = Target(words="the background", head="background")


def placed(plan: Plan) -> Target | None:
    """Return the target whose place counts: that of the last step that names any; None where none does.

    Whoever asks for another background has named it, though the operation needs no target for it.
    """
    found = (step.target or (BACKGROUND if step.operation == "background" else None) for step in plan.steps)
    return next(filter(None, reversed(list(found))), None)


def pronoun_in(target: Target) -> str:
    """Return the pronoun in a target ("her" in "her hat"), "" where there is none."""
    return next((word for word in tokens(target.words) if word in BY_PRONOUN), "")


def own(target: Target | None) -> tuple[str, str]:
    """Return (the phrase, its noun) of a target itself, articles left out, in lower case; ("", "") = none."""
    if target is None:
        return "", ""
    if target.pronoun:
        word = pronoun_in(target) or target.words.lower()
        return word, word
    noun = tokens(target.head)[-1:]
    if not noun or noun[0] in PICTURE:
        return "", ""
    phrase = " ".join([*(a.lower() for a in target.attributes), *tokens(target.head)])
    return phrase, noun[0]


def anchor(target: Target | None) -> tuple[str, str]:
    """Return (the phrase, its noun) of what a target is anchored to, by the rule of `ggip2p_target`."""
    if target is None:
        return "", ""
    if target.relation is not None and _known(target.relation.of):
        return _owner(target.relation.of)
    owner = _pointed(target.words)
    if owner:
        return ("", "") if BY_PRONOUN.get(owner) == "it" else (owner, owner)
    return own(target)


def _pointed(phrase: str) -> str:
    """Return the pronoun in a phrase, or whose the thing is ("the girl's dress"), "" = neither."""
    pronoun = next((word for word in tokens(phrase) if word in BY_PRONOUN), "")
    owner = POSSESSOR.search(f"{phrase} ")
    return pronoun or (owner.group(1).lower() if owner is not None else "")


def _known(phrase: str) -> bool:
    words = [word for word in tokens(phrase) if word not in ARTICLES]
    return bool(words) and words[-1] not in PICTURE


def _owner(phrase: str) -> tuple[str, str]:
    """Return the phrase and noun of another thing: of "the roof of the house on the left" the house."""
    pointed = _pointed(phrase)
    if pointed:
        return pointed, pointed
    bare = " ".join(word for word in tokens(phrase) if word not in ARTICLES)
    parts = [part.split() for part in re.split(r"\b(?:on|in|at|to|of|with|that|who|which|from)\b", bare)]
    parts = [part for part in parts if part and part[-1] not in PICTURE]
    # "on the left" says where it is, and is no thing.
    things = [part for part in parts if not named_sides(part[-1])] or parts
    return (" ".join(things[-1]), things[-1][-1]) if things else ("", "")


def same(one: str, other: str) -> bool:
    """Return whether two words are the same noun or pronoun, in whatever number and case."""
    if one in BY_PRONOUN or other in BY_PRONOUN:
        return BY_PRONOUN.get(one, one) == BY_PRONOUN.get(other, other)
    return bool(_singulars(one) & _singulars(other))


def _singulars(word: str) -> set[str]:
    found = {word}
    if word.endswith("ies"):
        found.add(word[:-3] + "y")
    if word.endswith("ves"):
        found |= {word[:-3] + "f", word[:-3] + "fe"}
    if word.endswith("es"):
        found.add(word[:-2])
    if word.endswith("s") and not word.endswith("ss"):
        found.add(word[:-1])
    return found
