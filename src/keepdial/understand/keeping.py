"""Keeping: what a sentence says must survive, and where it turns the dial."""

from __future__ import annotations

import re

from keepdial.understand.clauses import opened
from keepdial.understand.lexicon import word_set
from keepdial.understand.tokens import Token, tokens_of, words_of

_KEEP = tuple(
    re.compile(pattern)
    for pattern in (
        (
            "^(?:please )?(?:do not|don't|never|not|without|avoid|try not to|no) (?:to )?"
            r"(?:touch|touching|chang\w+|alter\w*|modif\w+|edit\w*|affect\w*|mess\w* "
            r"(?:with|up)|ruin\w*|cover\w*|mov\w+|remov\w+|delet\w+|eras\w+|los\w+|cut\w* off|crop\w* out|"
            r"tamper\w* with) (?P<what>.+)$"
        ),
        (
            "^(?:please )?(?:leave|leaving) (?P<what>.+?) "
            "(?:alone|untouched|unchanged|intact|the same|(?:just )?(?:as|how|like|the way) "
            "(?:it|they|he|she) (?:is|are|was|were))$"
        ),
        r"^(?:please )?(?:leave|leaving) (?P<what>the .+?|his .+?|her .+?|their .+?|my .+?)$",
        (
            "^(?:please )?(?:keep|keeping|preserve|preserving|protect|protecting|maintain|maintaining|"
            r"retain|retaining|save|saving|sparing|spare)(?: exactly)? (?!only\b|just\b)(?P<what>.+?)"
            "(?: (?:exactly |just |completely )?(?:(?:as|how|like|the way) (?:it|they|he|she|that) "
            "(?:is|are|was|were)|as is|unchanged|untouched|unaltered|the same|intact|alone|exactly|"
            "visible|in color|in colour|unaffected|in place|there))*$"
        ),
        (
            "^(?P<what>.+?) (?:should|must|has to|have to|needs to|need to|is to|are to|ought to)"
            "(?: all)? (?:stay|remain|be kept|be left|be preserved|not change|not be "
            "(?:touched|changed|altered|edited|affected))(?: .*)?$"
        ),
        (
            r"^(?:with )?(?P<what>(?!(?:it|this|that|make|keep|have|is|are|be|stay|get)\b)"
            r"[\w'-]+(?: [\w'-]+){0,4}?) "
            "(?:(?:should |must |to )?(?:stay|stays|remain|remains|be|is|are|left|kept) )?"
            "(?:completely |totally |exactly )?"
            "(?:untouched|unchanged|unaltered|intact|unaffected|as is|as it is|as they are)$"
        ),
    )
)
_NOT_A_THING = word_set(
    """it this that natural realistic simple subtle clean professional everything original look
    natural-looking real authentic in mind style feel proportions quality nice going clear balanced
    resolution size aspect ratio"""
)
_NATURAL = re.compile(
    r"(?<=\w) (?:looking |look )?"
    r"(?:natural|realistic|real|normal|sharp|crisp|in focus|readable|legible|clear)(?:[ -]looking)?$"
)
_AS_NOW = re.compile(
    r"\b(?:quality|resolution|aspect|ratio|size|proportions|natural|realistic|mind|feel|mood|vibe|"
    r"balance|overall|detail|details|atmosphere|same)\b"
)
_NUMBER = re.compile(
    r"\b(?:(?:and|with|set) )*(?:the )?(?:keep(?:ing)?|dial)"
    r"(?: at| it at| about| around| to| set to|:| =)* (\d*\.?\d+) ?(%|percent)?"
    r"(?: of (?:it|everything|the (?:picture|photo|image|original)))?(?=$|[\s.,;:!?])"
    r"(?P<end>\s*(?:$|[.,;!?]))?"
)
"""The dial as a number: "keep 70 %", "keep 0.8", "dial 0.7"."""

_DIAL = (
    (
        (
            r"\b(?:completely|totally|entirely|fully)\s+"
            r"(?:re-?do|re-?imagine|re-?make|re-?work|re-?paint|change|re-?generate|rethink)\b"
        ),
        0.0,
    ),
    (r"\b(?:start(?:ing)? over|from scratch|anything goes|go wild|no limits)\b", 0.0),
    (r"\bkeep(?:ing)?\s+(?:almost|nearly)\s+(?:everything|all(?: of it)?)\b", 0.9),
    (r"\bkeep(?:ing)?\s+most(?:\s+of\s+(?:it|the (?:picture|photo|image)|everything))?\b", 0.8),
    (
        (
            r"\b(?:keep(?:ing)?|stay(?:ing)?)\s+(?:it\s+)?(?:very\s+)?"
            r"(?:close|near|true|faithful|similar)\s+to\s+(?:the\s+)?(?:original|source)\b"
        ),
        0.7,
    ),
    (r"\bkeep(?:ing)?\s+(?:about\s+)?half(?:\s+of\s+(?:it|everything))?\b", 0.5),
    (
        (
            r"\bkeep(?:ing)?\s+(?:only\s+)?(?:a\s+)?(?:little|bit|hint|touch)\s+of\s+"
            r"(?:it|the (?:original|picture|photo|image))\b"
        ),
        0.2,
    ),
    (r"\bloosely\s+(?:based|follow\w*)(?:\s+on\s+(?:it|this|the original))?\b", 0.2),
    (r"\b(?:barely|hardly)\s+(?:change|touch|alter)\s+(?:it|anything|the (?:picture|photo|image))\b", 0.9),
)
"""The dial in words: what turns it, and to where."""

_KEEPS_ALL = (
    r"\b(?:and |but |while )?(?:please )?(?:keep(?:ing)?|leav(?:e|ing)|preserv(?:e|ing)|maintain"
    "(?:ing)?) (?:everything|all|anything|the rest|the other (?:things|parts)|the remaining parts?)"
    "(?: else)?(?: (?:of (?:it|the (?:picture|photo|image|scene))))?(?: (?:exactly|just|completely))*"
    "(?: (?:the same|as (?:it|is|they)(?: (?:is|are))?|unchanged|untouched|intact|alone|exactly))?"
    "(?: (?:as (?:it|they) (?:is|are)))?(?=$|[.,;!?])"
)
"""What is kept anyway: everything else. It asks for nothing."""


def dial(text: str) -> tuple[str, float | None]:
    """Return the text without the words that turn the dial, and where they turn it to."""
    lowered = text.lower()
    number = _NUMBER.search(lowered)
    if number and (number[2] or "." in number[1] or number[3] is not None):
        value = float(number[1]) / (100 if number[2] else 1)
        if 0 <= value <= 1:
            return text[: number.start()] + " ; " + text[number.end() :], value
    for pattern, value in _DIAL:
        match = re.search(pattern, lowered)
        if match:
            verb = re.search(
                r"(change|re-?do|re-?make|re-?paint|re-?imagine|re-?work|re-?generate|rethink)$",
                match.group(0),
            )
            follows = re.match(r"\s+(?:the|its|his|her|my)?\s*\w+", lowered[match.end() :])
            kept = f" {verb[0].replace('-', '')} " if verb and value == 0 and follows else " ; "
            return text[: match.start()] + kept + text[match.end() :], value
    return text, None


def without_the_rest(text: str) -> str:
    """Return the text without "and keep everything else as it is": that is so anyway."""
    return re.sub(_KEEPS_ALL, " ; ", text, flags=re.IGNORECASE)


def protects(tokens: list[Token]) -> list[Token] | None:
    """Return what a piece protects, as tokens; an empty list where it protects nothing in particular.

    None where it is no such piece.
    """
    own = opened(tokens)
    text = words_of(own)
    for pattern in _KEEP:
        match = pattern.match(text)
        if match is None:
            continue
        what = _NATURAL.sub("", match["what"].strip())
        words = set(what.split())
        if words <= _NOT_A_THING or _AS_NOW.search(what):
            return []
        return tokens_of(what)
    return None
