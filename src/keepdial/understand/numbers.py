"""Numbers in words: "half a stop", "minus 20", "ten percent", "1/3 stop", before a sentence is cut up."""

from __future__ import annotations

from keepdial.understand import english
from keepdial.understand.amounts import UNITS
from keepdial.understand.lexicon import NUMBERS
from keepdial.understand.tokens import Token

MEASURES = frozenset(UNITS) | frozenset(UNITS.values()) | {"mired"}
TENS = NUMBERS | {
    "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
    "seventy": 70,
    "eighty": 80, "ninety": 90, "hundred": 100,
}  # fmt: skip
PARTS = {"half": 0.5, "third": 1 / 3, "thirds": 1 / 3, "quarter": 0.25, "quarters": 0.25}
_DO_NOT = {
    "do": "don't",
    "does": "doesn't",
    "should": "shouldn't",
    "did": "didn't",
    "is": "isn't",
    "are": "aren't",
}


def numerals(tokens: list[Token]) -> list[Token]:
    """Return the tokens with numbers in words as numbers, where a unit or an operation's amount follows.

    Other numbers stay words: "two men" is a count.
    """
    out: list[Token] = []
    i = 0
    while i < len(tokens):
        value, length = _fraction(tokens, i) or _plain(tokens, i) or _signed(tokens, i) or (None, 0)
        if value is None:
            if tokens[i].word in _DO_NOT and i + 1 < len(tokens) and tokens[i + 1].word == "not":
                out.append(_joined(tokens[i : i + 2], _DO_NOT[tokens[i].word], "word"))
                i += 2
                continue
            out.append(tokens[i])
            i += 1
            continue
        said = f"{value:+g}" if tokens[i].word in ("minus", "plus", "-", "+") else f"{value:g}"
        out.append(_joined(tokens[i : i + length], said, "number"))
        i += length
    return [_excess(out, k) for k in range(len(out))]


def _joined(tokens: list[Token], word: str, kind: str) -> Token:
    return Token(" ".join(t.text for t in tokens), word, kind, tokens[0].start, tokens[-1].end)


def _measured(tokens: list[Token], at: int) -> bool:
    return at < len(tokens) and (tokens[at].word in MEASURES)


def _fraction(tokens: list[Token], at: int) -> tuple[float, int] | None:
    """Read "half a stop", "a third of a stop", "two thirds of a stop", "1/3 stop", "a stop"."""
    words = [t.word for t in tokens[at : at + 6]]
    sign = -1.0 if words[:1] == ["minus"] else 1.0
    skip = 1 if words[:1] and words[0] in ("minus", "plus") else 0
    rest = words[skip:]
    if (
        len(rest) > 3
        and tokens[at + skip].kind == "number"
        and rest[1] == "/"
        and rest[2].isdigit()
        and _measured(tokens, at + skip + 3)
    ):
        try:
            return sign * float(rest[0].lstrip("+")) / float(rest[2]), skip + 3
        except (ValueError, ZeroDivisionError):
            return None
    times, n = 1.0, 0
    if rest[:1] and rest[0] in TENS and rest[1:2] and rest[1] in PARTS:
        times, n = float(TENS[rest[0]]), 1
    elif rest[:1] == ["a"]:
        n = 1
    if rest[n : n + 1] and rest[n] in PARTS:
        end = n + 1
        end += rest[end : end + 1] == ["of"]
        end += rest[end : end + 1] == ["a"]
        if end > n + 1 and _measured(tokens, at + skip + end):
            return sign * times * PARTS[rest[n]], skip + end
        return None
    if n == 1 and times == 1.0 and rest[1:2] and rest[1] in ("stop", "ev"):
        return sign * 1.0, skip + 1
    return None


def _plain(tokens: list[Token], at: int) -> tuple[float, int] | None:
    """Read "ten percent", "two stops"."""
    word = tokens[at].word
    if tokens[at].kind == "word" and word in TENS and _measured(tokens, at + 1):
        return float(TENS[word]), 1
    return None


def _signed(tokens: list[Token], at: int) -> tuple[float, int] | None:
    """Read "minus 20", "plus ten percent"."""
    if tokens[at].word not in ("minus", "plus") or at + 1 >= len(tokens):
        return None
    sign = -1.0 if tokens[at].word == "minus" else 1.0
    following = tokens[at + 1]
    if following.kind == "number" and following.word.lstrip("+-").replace(".", "", 1).isdigit():
        return sign * float(following.word.lstrip("+-")), 2
    if following.word in TENS and _measured(tokens, at + 2):
        return sign * float(TENS[following.word]), 2
    return None


def _excess(tokens: list[Token], at: int) -> Token:
    """Return "to" as "too" where an excess is meant: "it is to dark", "to much contrast"."""
    token = tokens[at]
    if token.word != "to" or at + 1 >= len(tokens):
        return token
    after, before = tokens[at + 1].word, tokens[at - 1].word if at else ""
    if after in ("much", "many"):
        return token.read_as("too")
    adjective = english.is_adjective(after) and not english.is_verb(after) and not english.is_noun(after)
    either = english.is_adjective(after) and before in ("is", "are", "it's", "its", "looks", "way", "bit")
    last = at + 2 >= len(tokens) or tokens[at + 2].kind == "sign"
    return token.read_as("too") if (adjective or either) and last and before != "" else token
