"""Places: where in the picture, or beside which other thing, a noun phrase says that a thing is."""

from __future__ import annotations

import re

from keepdial.understand import english
from keepdial.understand.lexicon import (
    ARTICLES,
    FUNCTION,
    PICTURE,
    PLACE_NOUNS,
    PRONOUNS,
    SIDES,
    means_all,
    word_set,
)
from keepdial.understand.plan import Relation, Side
from keepdial.understand.tokens import Token

_HOW = (
    ("left of", r"(?:on |to |at |along )?(?:the )?(?:far )?left(?:[- ]?(?:hand )?side)?(?: side)? of"),
    ("right of", r"(?:on |to |at |along )?(?:the )?(?:far )?right(?:[- ]?(?:hand )?side)?(?: side)? of"),
    ("top of", r"(?:on |to |at |in |onto )?(?:the )?(?:very )?(?:top|upper)(?: side| part| half| edge)? of"),
    (
        "bottom of",
        r"(?:on |to |at |in |onto )?(?:the )?(?:very )?(?:bottom|lower)(?: side| part| half| edge)? of",
    ),
    ("middle of", r"(?:on |to |at |in )?(?:the )?(?:middle|central)(?: part)? of"),
    ("in front of", r"in front of"),
    ("next to", r"next to|adjacent to|close to|right next to"),
    ("on top of", r"on top of|atop|on to the top of"),
    ("beside", r"beside|besides|by|alongside|at the side of|on the side of|near to"),
    ("near", r"near|around|nearby"),
    ("behind", r"behind|in back of|in the back of"),
    ("above", r"above|over"),
    ("below", r"below|under|beneath|underneath"),
    ("between", r"between|in between|among|amongst"),
    ("inside", r"inside|within|inside of|into"),
    ("outside", r"outside(?: of)?"),
    ("on", r"on|upon|onto|along|across|against|over|through"),
    ("in", r"in"),
    ("at", r"at"),
    ("with", r"with|wearing|holding|carrying|having"),
    ("from", r"from|off|off of"),
    ("of", r"of"),
    ("to", r"to|towards?"),
    ("for", r"for"),
)
_RELATIONS = tuple((how, re.compile(rf"(?:{pattern})\s+(?=\S)")) for how, pattern in _HOW)
IN_PICTURE = re.compile(
    r"\s*\b(?:visible |shown |seen |that is |that are |present |which is |located )?"
    "(?:in|from|of|on|within|across|throughout|to|inside|into|for) "
    "(?:the |this |my |our |that |an? )?(?:whole |entire |overall |given |original |above |attached |"
    rf"following )?(?:{'|'.join(sorted(PICTURE, key=len, reverse=True))})\b(?! of\b)(?!')"
)
_SIDE = "|".join(sorted((s for s in SIDES), key=len, reverse=True))
PLACE = re.compile(
    r"\b(?:on|in|at|to|near|along|from|by|of|toward|towards) (?:the )?(?:far |very |extreme )?"
    f"(?P<side>(?:{_SIDE})(?:[- ](?:{_SIDE}))?)"
    "(?:[- ]?hand)?(?:[- ]?(?:side|corner|half|part|edge|area|third|portion|section|end|region))?"
    r"(?! of\b)(?! \w+ of\b)(?=$|\s(?!of\b))"
)


def in_the_picture(tokens: list[Token]) -> list[Token]:
    """Return the tokens without "in the picture", "of this photo" and the like: everything is there."""
    out: list[Token] = []
    i = 0
    while i < len(tokens):
        skip = _picture_at(tokens, i)
        if skip and out:
            i += skip
            continue
        out.append(tokens[i])
        i += 1
    return out


_IN = word_set("in from of on within across throughout inside into for to")
_DEF = word_set("the this my our that these your")
_WHICH = word_set("whole entire overall given original above attached following provided current")


def _picture_at(tokens: list[Token], at: int) -> int:
    """Return how many tokens from `at` on say that something is in the picture; 0 = they do not."""
    words = [t.word if t.kind == "word" else "" for t in tokens[at : at + 5]]
    if not words or words[0] not in _IN:
        return 0
    n = 1
    while n < len(words) and words[n] in _DEF:
        n += 1
    if n == 1:
        return 0
    while n < len(words) and words[n] in _WHICH:
        n += 1
    if n >= len(words) or words[n] not in PICTURE - {"portrait", "frame", "wallpaper"}:
        return 0
    after = tokens[at + n + 1].word if at + n + 1 < len(tokens) else ""
    if after in ("of", "frame", "on", "above", "below", "hanging") or (
        words[0] in ("to", "into") and after in ("more", "brighter")
    ):
        return 0
    return n + 1


def nothing(text: str) -> bool:
    """Whether words name no thing, or the picture as a whole."""
    return means_all(text.split(), FUNCTION - PRONOUNS)


def relation_of(rest: str) -> Relation | None:
    """Return by which other thing a noun phrase says where it is: the first relation after it."""
    rest = rest.strip()
    rest = re.sub(
        (
            r"^(?:that|who|which)?\s*(?:is|are|was|were)?\s*(?:\w+(?:ing|ed)\s+)?"
            "(?=(?:to|on|in|at|by|near|behind|next|above|below|under|over|beside|between|from|with|of|"
            r"inside|outside|beneath|against|around|wearing|holding)\b)"
        ),
        "",
        rest,
    )
    for how, pattern in _RELATIONS:
        match = pattern.match(rest)
        if match:
            of = rest[match.end() :].strip()
            of = IN_PICTURE.sub("", of).strip()
            if (
                of
                and not nothing(of)
                and not (
                    how in ("on", "in", "at", "to")
                    and of.split()[-1] in PLACE_NOUNS
                    and not set(of.split()) - PLACE_NOUNS - ARTICLES - SIDES.keys()
                )
            ):
                return Relation(how=how, of=of[:4000])
            return None
    return None


def sides_in(text: str) -> tuple[Side, ...]:
    """Return the sides of the picture that a phrase says a thing is on, in order."""
    found: list[Side] = []
    for match in PLACE.finditer(text):
        for word in re.split(r"[- ]", match["side"]):
            if word in SIDES and side_of(SIDES[word]) not in found:
                found.append(side_of(SIDES[word]))
    return tuple(found)


def side_of(name: str) -> Side:
    """Return one of the sides by its name."""
    sides: dict[str, Side] = {
        "left": "left",
        "right": "right",
        "top": "top",
        "bottom": "bottom",
        "middle": "middle",
    }
    return sides[name]


def _is_for(verb: str) -> bool:
    """Whether the word after "to" is a verb, so that the two say what something is for: "TO SHOW the way"."""
    if verb not in english.lemmas(verb).get("VERB", ()) or english.is_adjective(verb):
        return False
    return not english.is_noun(verb) or verb in ("add", "give", "show", "create", "make")


def parted(tokens: list[Token]) -> tuple[list[Token], list[Token]]:
    """Return a new thing and where it goes: "a hat" and "on the man's head"; what it is for is dropped."""
    for i in range(1, len(tokens) - 1):
        word, after = tokens[i].word, tokens[i + 1].word
        if word == "to" and _is_for(after):
            tokens = tokens[:i]
            break
    seen = False
    for i, token in enumerate(tokens):
        word = token.word
        if seen and token.kind == "word" and (word in _WHERE or _phrase_at(tokens, i)):
            return tokens[:i], tokens[i:]
        seen = seen or (word not in ARTICLES and token.kind != "sign")
    return tokens, []


_WHERE = word_set(
    """on in at to into onto near behind above below under beneath beside between inside over atop around
    next upon along underneath across against within from by among amid alongside adjacent in-front
    hanging standing sitting lying floating flying"""
)


def _phrase_at(tokens: list[Token], at: int) -> bool:
    words = [t.word for t in tokens[at : at + 2]]
    return words in (["close", "to"], ["left", "of"], ["right", "of"])
