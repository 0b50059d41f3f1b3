"""The grammar: a sentence about a picture becomes the steps that it asks for. Deterministic and offline.

    sentence = clause {("," | ";" | "." | "and" | "then" | "but") clause}
    clause   = protection | [filler] saying [amount] [target]       in any order

A *saying* is a phrase that an operation declares (`keepdial.operations.Saying`); the longest one in a clause
wins. An amount is a number with its unit, or a word such as "slightly". What is left of a clause is its
target, in the words of `keepdial.select`. A clause without a saying belongs to the one before it ("remove
the text and the logo") or after it ("make the sky and the sea bluer"). Nothing is guessed: a sentence with a
clause that nobody understands is an error that names it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from operator import mul
from typing import Any

from keepdial.errors import InputError, ParameterError
from keepdial.operations import Operation, Saying, is_file
from keepdial.request import Request, Selector
from keepdial.understand.lexicon import (
    AMOUNTS,
    ARTICLES,
    BEFORE_A_TARGET,
    DOWN,
    EMPTY,
    KEEP,
    NOT,
    WHOLE,
)
from keepdial.understand.sayings import (
    NUMBER,
    PICTURE,
    SLOT,
    UNITS,
    Clause,
    begins,
    inside_a_phrase,
    matched,
    normal,
    sayings,
)

LONGEST = 4000
TOKEN = re.compile(
    r"\"[^\"]*\"|“[^”]*”|(?<!\w)'[^']+'(?!\w)|#[0-9a-f]{6}\b|#[0-9a-f]{3}\b|[\w./\\-]+\.(?:jpe?g|png|webp|tiff?|avif|heic|bmp)\b"
    r"|\d+(?:\.\d+)?,\d+(?:\.\d+)?|[-+−]?\d+(?:[.,]\d+)?(?::\d+(?:\.\d+)?)?(?:[x×]\b)?|%|°|[a-z]+(?:['’-][a-z]+)*|[,;.!?:]",
    re.IGNORECASE,
)
QUOTES = "\"“'"
BREAKS = frozenset({",", ";", ".", "!", "?", ":", "and", "then", "but", "also", "plus"})
QUOTED = re.compile(r"\"[^\"]*\"|“[^”]*”|(?<!\w)'[^']+'(?!\w)")
PLACE = re.compile(r"^(?:the )?(?=(?:on|in|at) the (?:far |very )?(?:left|right|top|bottom|middle|cent))")
PIECES = re.compile(
    r"\s*([;!?]|,(?!\d)|\.(?=\s|$)|\band then\b|\bbut\b"
    r"|\band\b(?=\s+(?:do not|don't|dont|leave|keep|preserve|protect)\b)"
    r"|(?=\bwithout (?:touch|chang|alter|affect)ing\b))\s*",
    re.IGNORECASE,
)
"""Where a sentence may be cut so that what it protects stands alone."""


@dataclass(frozen=True, slots=True)
class Understood:
    """One step, and the words that led to it.

    Attributes:
        request: the step.
        words: the clause it was read from.
        because: the words that named the operation.
    """

    request: Request
    words: str
    because: str


def understand_words(sentence: str, *, files: Mapping[str, str] | None = None) -> tuple[Understood, ...]:
    """Return the steps that a sentence asks for, in its order, with what it protects as pins of each.

    Args:
        sentence: what is wanted, for example ``make the sky a bit bluer and remove the text``.
        files: the pictures that the sentence may name, as base64 by name; nothing is read from a disk.

    Raises `InputError` for a sentence that is empty, too long, or in part not understood; `ParameterError`
    for an amount outside of an option's range.
    """
    text = _plain(sentence)
    pins, rest = _protected(text)
    clauses = _clauses(rest)
    if not clauses:
        raise InputError(
            "Nothing to do was found in the sentence.",
            hint='Say what is wanted, for example "make it a bit warmer and remove the text".',
        )
    kept = tuple(Selector(kind="what", options={"words": words}) for words in pins)
    given = {} if files is None else files
    return tuple(_step(clause, kept, given) for clause in clauses)


def request_of(steps: Sequence[Understood]) -> Request:
    """Return the steps as one request."""
    first, *rest = (step.request for step in steps)
    return first.model_copy(update={"then": tuple(rest)})


def _plain(sentence: str) -> str:
    if not sentence.strip():
        raise InputError("The sentence is empty.", hint='Say what is wanted, for example "brighter".')
    if len(sentence) > LONGEST:
        raise InputError(f"The sentence has {len(sentence):,} characters; at most {LONGEST:,} are read.")
    text = normal(sentence).replace("’", "'").replace("−", "-").replace("\0", " ")
    return re.sub(r"\s+", " ", text).strip()


def _protected(text: str) -> tuple[list[str], str]:
    """Return what the sentence protects, and the sentence without these clauses."""
    quotes: list[str] = []

    def aside(match: re.Match[str]) -> str:
        quotes.append(match.group(0))
        return f"\0{len(quotes) - 1}\0"

    def back(words: str) -> str:
        return re.sub(r"\0(\d+)\0", lambda m: quotes[int(m.group(1))], words)

    pins, rest = [], []
    for piece in PIECES.split(QUOTED.sub(aside, text)):
        found = next((m for p in KEEP if (m := re.fullmatch(p, piece.strip(), re.IGNORECASE))), None)
        if found is None:
            rest.append(back(piece))
        else:
            pins.append(back(next(group for group in found.groups() if group).strip()))
    return pins, " ".join(rest)


def _clauses(text: str) -> list[Clause]:
    """Return the clauses, each with its saying; those without one are joined to a neighbour."""
    pieces: list[list[str]] = [[]]
    every = [t if t[:1] in QUOTES or PICTURE.fullmatch(t.lower()) else t.lower() for t in TOKEN.findall(text)]
    for i, word in enumerate(every):
        if (word in BREAKS and not inside_a_phrase(every, i)) or (word == "with" and begins(every[i + 1 :])):
            pieces.append([])
        else:
            pieces[-1].append(word)
    found: list[Clause] = []
    waiting: list[str] = []
    for tokens in pieces:
        clause = matched([*waiting, *tokens])
        if clause.saying is None and all(t in EMPTY for t in tokens):
            continue
        if clause.saying is None and found and _only_an_amount(tokens):
            found[-1] = matched([*found[-1].tokens, *tokens])
        elif clause.saying is None and found and not waiting:
            # "remove the text and the logo"
            found[-1] = matched([*found[-1].tokens, "and", *tokens])
        elif clause.saying is None:
            # "make the sky and the sea bluer"
            waiting = [*waiting, *tokens, "and"]
            continue
        else:
            found.append(clause)
        waiting = []
    if waiting:
        raise _not_understood(" ".join(waiting[:-1]))
    for clause in found:
        if clause.saying is None:
            raise _not_understood(" ".join(clause.tokens))
    return found


def _only_an_amount(tokens: list[str]) -> bool:
    words = " ".join(tokens)
    return (
        all(NUMBER.fullmatch(t) or t in UNITS or t == "%" or t in EMPTY for t in tokens) or words in AMOUNTS
    )


def _not_understood(words: str) -> InputError:
    lexicon = sorted(
        {token for phrase in sayings() for token in phrase if len(token) > 3 and "{" not in token}
    )
    near = [
        m for t in words.split() if t not in EMPTY for m in get_close_matches(t, lexicon, n=2, cutoff=0.75)
    ]
    meant = f" Did you mean {', '.join(dict.fromkeys(near))}?" if near else ""
    return InputError(
        f"{words!r} was not understood.{meant}",
        hint="Say it in other words, or use an operation by name: `keepdial --help` lists them.",
    )


def _step(clause: Clause, pins: tuple[Selector, ...], files: Mapping[str, str]) -> Understood:
    """Return the step that a clause stands for."""
    unit, saying = clause.unit, clause.saying
    assert unit is not None
    assert saying is not None
    params = {name: _filled(value, clause.slots) for name, value in saying.params.items()}
    left = [t for i, t in enumerate(clause.tokens) if i not in clause.used]
    if any(t in NOT for t in left) and not _excepts(left):
        raise _not_understood(" ".join(clause.tokens))
    if saying.amount and any(t in DOWN for t in left):
        params[saying.amount] = -params[saying.amount]
    amount, left = _amount(left, saying)
    if amount is not None and saying.amount:
        params[saying.amount] = _of_range(unit, saying.amount, amount(params[saying.amount]))
    for name in params:
        if is_file(unit.params.model_fields[name]):
            params[name] = _file(str(params[name]), files)
    target = _target(left)
    if PLACE.match(target):
        # "slim the face on the left": the phrase took the thing, and left its place.
        target = f"the {clause.tokens[max(clause.used)]} {PLACE.sub('', target)}"
    targets: tuple[Selector, ...] = ()
    if target and unit.target != "none":
        targets = (Selector(kind="what", options={"words": target}),)
    elif target:
        raise InputError(
            f"{unit.name} acts on the whole picture, so {target!r} has no place in it.",
            hint="Leave it out, or say it as a step of its own.",
        )
    because = " ".join(t for i, t in enumerate(clause.tokens) if i in clause.used)
    words = " ".join(clause.tokens)[:LONGEST]
    made: Request = Request.build(operation=unit.name, params=params, targets=targets, pins=pins, words=words)
    return Understood(made, words, because)


def _excepts(tokens: list[str]) -> bool:
    """Whether the only negation is that of a place ("everything but not the car")."""
    words = " ".join(tokens)
    return "but not" in words or bool(re.search(r"\bwithout the\b", words))


def _filled(value: Any, slots: Mapping[str, str]) -> Any:
    """Return an option's value with its slots filled."""
    if isinstance(value, list | tuple):
        return [_filled(one, slots) for one in value]
    if not isinstance(value, str):
        return value

    def fill(match: re.Match[str]) -> str:
        return slots[match.group(1)].replace(" ", "") if match.group(1) == "colour" else slots[match.group(1)]

    return SLOT.sub(fill, value)


def _file(name: str, files: Mapping[str, str]) -> str:
    if name not in files:
        raise ParameterError("file", name, "a picture that was handed over beside the sentence")
    return files[name]


def _amount(tokens: list[str], saying: Saying) -> tuple[Any, list[str]]:
    """Return a function from the ordinary amount to the one that was said, or None, and the other tokens."""
    for i, token in enumerate(tokens):
        if not NUMBER.fullmatch(token) or not saying.amount:
            continue
        unit = UNITS.get(tokens[i + 1], tokens[i + 1]) if i + 1 < len(tokens) else ""
        known = {UNITS.get(u, u) for u in saying.units} | {"%"}
        end = i + 2 if unit in known else i + 1
        start = i - 1 if i and tokens[i - 1] in ("by", "to", "at", "of") else i
        to = bool(i) and tokens[i - 1] == "to"
        value = float(token.rstrip("x×").replace(",", ".").replace("−", "-")) / saying.per
        signed = token[0] in "+-−"

        def amount(usual: float, value: float = value, to: bool = to, signed: bool = signed) -> float:
            if saying.absolute and (to or not signed):
                return value
            return value if usual >= 0 else (-abs(value) if signed or value >= 0 else value)

        return amount, tokens[:start] + tokens[end:]
    for words in sorted(AMOUNTS, key=len, reverse=True):
        parts = words.split()
        for i in range(len(tokens) - len(parts) + 1):
            if tokens[i : i + len(parts)] == parts:
                return partial(mul, AMOUNTS[words]), tokens[:i] + tokens[i + len(parts) :]
    return None, tokens


def _of_range(unit: Operation, name: str, value: float) -> float | int:
    """Return an amount as the option takes it: words stop at the ends of the range, an int is rounded."""
    kind = unit.params.model_fields[name].annotation
    return round(value) if kind is int else round(value, 6)


def _target(tokens: list[str]) -> str:
    """Return what is left of a clause as the words for a thing; "" = the whole picture."""
    words = [t for t in tokens if t not in ("please", "pls", "thanks")]
    while words and (words[0] in BEFORE_A_TARGET or words[0] in ("and", "there")):
        words = words[1:]
    ends = BEFORE_A_TARGET | ARTICLES | {"and", "there", "here", "too", "much", "bit"}
    while words and words[-1] in ends:
        words = words[:-1]
    text = re.sub(r"^(?:the )?(?:colou?rs?|tones?|look|shade) of (?=.)", "", " ".join(words))
    bare = " ".join(t for t in words if t not in ARTICLES)
    if not bare or bare in WHOLE or all(t in EMPTY for t in words):
        return ""
    everything = r"^(?:the\s+)?(?:whole\s+|entire\s+)?(?:picture|photo|image|everything|all)\s+"
    return re.sub(rf"{everything}(?=except|but not|without)", "everything ", text)
