"""Words that sentences about pictures are made of, apart from those that operations declare."""

from __future__ import annotations


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


AMOUNTS = {
    "barely": 0.25,
    "a touch": 0.3, "just a touch": 0.3, "a tiny bit": 0.3, "a hint": 0.3,
    "a tad": 0.4, "a shade": 0.4, "subtly": 0.4,
    "slightly": 0.5, "a little": 0.5, "a little bit": 0.5, "gently": 0.5, "softly": 0.5, "a little too": 0.5,
    "half": 0.5, "slight": 0.5, "gentle": 0.5, "faint": 0.4, "subtle": 0.4, "mild": 0.6,
    "a bit": 0.6, "a bit more": 0.6, "a bit too": 0.6,
    "somewhat": 0.7,
    "moderately": 1.0, "too": 1.0,
    "rather": 1.2, "quite": 1.3, "noticeably": 1.3, "clearly": 1.4,
    "considerably": 1.7, "much": 1.8, "very": 1.8, "really": 1.8, "far": 1.8, "significantly": 1.8,
    "far too": 1.8, "much too": 1.8,
    "a lot": 2.0, "lots": 2.0, "way": 2.0, "way too": 2.0, "strongly": 2.0, "greatly": 2.0, "twice": 2.0,
    "strong": 2.0, "heavy": 2.2, "dramatic": 2.5, "extreme": 2.8,
    "heavily": 2.2, "dramatically": 2.5, "drastically": 2.5, "extremely": 2.8,
}  # fmt: skip
"""How much larger or smaller than ordinary an amount is made by each."""

ARTICLES = _set("the a an my his her their its our your this that these those all")

_VERBS = """please pls make makes made making turn turned give gives put apply add do does get let lets let's
    have has bring paint color colour need want wanna would like can could will be is are it's look looks
    looking appear recolor recolour dye"""
UP = _set("increase increased raise raised boost boosted more stronger higher bump crank strengthen")
DOWN = _set("decrease decreased reduce reduced lower lowered less weaker drop weaken minus diminish")
"""Words that give an amount its direction, where the phrase that an operation declares has none."""

PARTED = _set("move shift push pull turn copy clone duplicate rotate drag lift set bring")
"""Verbs whose thing may stand between them and the rest of the phrase: "move the cup to the left"."""

NOT = _set("not don't dont no never nothing isn't without")
"""Words that turn a clause around: what is left with one of these is not understood."""

_SMALL = "of in on from for to with into as up by at it i i'd we you me just so more some and there then also"

BEFORE_A_TARGET = _set(_VERBS) | _set(_SMALL) | UP | DOWN | _set("change changed set adjust use try")
"""Words that are taken off the ends of what is left of a clause, before it is read as a thing."""

_PICTURE = "picture pictures photo photos photograph photographs image images pic shot scene"

EMPTY = (
    BEFORE_A_TARGET
    | ARTICLES
    | _set(_PICTURE)
    | _set("id we'd here whole entire everything overall little bit if possible thanks thank")
    | _set("one ones effect version them they too")
)
"""Words that name neither what is to be done nor a thing; alone they do not make a target."""

WHOLE = (
    _set(_PICTURE)
    | {f"{much} {name}" for much in ("whole", "entire") for name in _PICTURE.split()}
    | _set("everything it this them overall all")
)
"""What means the picture as a whole."""

KEEP = (
    r"(?:please\s+)?(?:do not|don't|dont|never)\s+(?:touch|change|alter|modify|edit|affect)\s+(?P<a>.+)",
    r"leave\s+(?P<b>.+?)\s+(?:alone|untouched|unchanged|as (?:it|they) (?:is|are))",
    r"(?:please\s+)?(?:keep|preserve|protect)\s+(?P<c>.+?)"
    r"(?:\s+(?:as (?:it|they) (?:is|are)|unchanged|untouched|the same|intact|exactly))?",
    r"without\s+(?:touching|changing|altering|affecting)\s+(?P<d>.+)",
)
"""Clauses that protect something: it becomes a pin."""
