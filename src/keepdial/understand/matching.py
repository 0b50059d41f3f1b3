"""Matching: which of the declared phrases fit a clause, and how much of it they explain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise, takewhile

from keepdial.understand import english
from keepdial.understand.amounts import WORDS
from keepdial.understand.lexicon import (
    ARTICLES,
    FUNCTION,
    NEGATED,
    PICTURE,
    PREPOSITIONS,
    WHO,
    WHOLE,
    word_set,
)
from keepdial.understand.phrases import LONG, Part, Phrase, Slot, Word, by_anchor
from keepdial.understand.slots import (
    AFTER_COLOUR,
    BEFORE_COLOUR,
    BETWEEN,
    SHADES,
    colour,
    colour_ends,
    says_something,
    short,
)
from keepdial.understand.tokens import Token
from keepdial.understand.vocabulary import finder_words

_LIGHT = word_set("to into with for by of in on the a as it from out up off be is")
"""Words that say little: they count less when phrases compete."""


@dataclass(slots=True)
class Match:
    """Where a phrase fits: the words it takes, and what fills its slots, as places of tokens."""

    phrase: Phrase
    used: set[int] = field(default_factory=set)
    slots: dict[str, list[int]] = field(default_factory=dict)
    literal: set[int] = field(default_factory=set)
    score: float = 0.0


def matches(tokens: list[Token]) -> Iterator[Match]:
    """Yield every way in which a phrase fits the tokens of a clause."""
    known = by_anchor()
    said = [(t.word, *english.plain_forms(t.word)) for t in tokens]
    forms = {form for those in said for form in those}
    for at, token in enumerate(tokens):
        if token.kind not in ("word", "number", "sign"):
            continue
        here: dict[int, Phrase] = {}
        for form in said[at]:
            for phrase in known.get(form, ()):
                for need in phrase.needs:
                    if need.isdisjoint(forms):
                        break
                else:
                    here[id(phrase)] = phrase
        for phrase in here.values():
            match = Match(phrase)
            first = phrase.parts[phrase.anchor]
            if isinstance(first, Word) and first.takes(token.word) and _fit(match, tokens, at):
                yield _scored(match, tokens)
    for phrase in known.get("", ()):
        # A colour alone has to end the clause: "make the red car blue".
        if any(t.word in _STATES_COLOUR for t in tokens):
            continue
        for at in range(len(tokens) - 1, -1, -1):
            if at and colour(tokens, at - 1) == 2:
                continue
            match = Match(phrase)
            end = _forward(match, tokens, at, 0)
            if end and _ends(tokens, end):
                yield _scored(match, tokens)
                break


_STATES_COLOUR = word_set(
    "looks look looking is are was were too so turned came less more as seems appears isn't aren't than"
)
"""With one of these a colour tells how something is, and asks for nothing: "the skin looks orange"."""


def _ends(tokens: list[Token], at: int) -> bool:
    return all(t.word in AFTER_COLOUR or t.kind == "sign" for t in tokens[at:])


def _scored(match: Match, tokens: list[Token]) -> Match:
    """Return a match with how much of the clause it explains."""
    score = 0.0
    for i in match.literal:
        score += 0.3 if tokens[i].word in _LIGHT else 1.0
    if match.phrase.unit.target == "required":
        thing = match.slots.get("thing", ())
        if thing and all(tokens[i].word in WHOLE | ARTICLES and tokens[i].word != "it" for i in thing):
            # "clean this up", "add a red tone to the picture": no thing is meant.
            score -= 0.5
    for name, taken in match.slots.items():
        score += 0.0 if name in LONG else 1.0
        if name == "new" and len(taken) > 12:
            score -= 0.2
    run = sorted(match.literal)
    gaps = sum(b - a > 1 for a, b in pairwise(run))
    exact = sum(
        any(isinstance(p, Word) and tokens[i].word in p.words for p in match.phrase.parts)
        for i in match.literal
    )
    if len(match.phrase.parts) == 1 and min(match.used, default=0) > 0:
        # One word somewhere in a clause that another phrase begins: "add a clock between the MIRRORS",
        # "remove the man in RED".
        score -= 0.25
    first = match.phrase.parts[0]
    if isinstance(first, Slot) and first.kind == "number":
        # "+1 stop": by itself it asks; beside other words it is their amount.
        score -= 1.5
    match.score = score - 0.02 * gaps + 0.01 * exact
    return match


def _fit(match: Match, tokens: list[Token], at: int) -> bool:
    """Fill the match with the anchor at a token; whether the whole phrase fits."""
    parts, anchor = match.phrase.parts, match.phrase.anchor
    first = parts[anchor]
    if at and not _verb_here(tokens, at, parts, anchor):
        return False
    if at and tokens[at - 1].word in _UNDONE and isinstance(first, Word) and not first.words & NEGATED:
        return False
    match.used.add(at)
    match.literal.add(at)
    if anchor and not _backward(match, tokens, at, parts[:anchor]):
        return False
    if _describes_next(tokens, at, parts):
        return False
    end = _forward(match, tokens, at + 1, anchor + 1)
    start = min(match.used)
    if anchor and start and tokens[start - 1].word in ARTICLES and _ordered(tokens[:start]):
        # "remove the BLACK BORDER": another verb asks for something.
        return False
    return end is not None and not (isinstance(parts[-1], Word) and _goes_on(tokens, end))


def _goes_on(tokens: list[Token], end: int) -> bool:
    """Whether the noun that ends a phrase only describes the next one: "delete the background PEOPLE"."""
    if end >= len(tokens) or tokens[end].kind != "word" or "NOUN" not in english.lemmas(tokens[end - 1].word):
        return False
    after = tokens[end].word
    if after in FUNCTION or after in PICTURE or after in _EFFECT or after in PREPOSITIONS:
        return False
    named = list(takewhile(lambda t: t.kind == "word" and english.is_noun(t.word), tokens[end:])) or [
        tokens[end]
    ]
    last = named[-1].word
    several = last in ("everyone", "everybody", "people") or english.singular(last) != last
    if end == 1 and several and tokens[0].word in english.lemmas(tokens[0].word).get("VERB", ()):
        # "blur faces": the verb has a thing without an article.
        return False
    kinds = english.lemmas(after)
    return "NOUN" in kinds and (("VERB" not in kinds and "ADV" not in kinds) or after in finder_words())


def _describes_next(tokens: list[Token], at: int, parts: tuple[Part, ...]) -> bool:
    """Whether the one word of a phrase only describes the noun after it: "the VINTAGE suitcase"."""
    if len(parts) > 1 or at + 1 >= len(tokens) or tokens[at + 1].kind != "word":
        return False
    word, after = tokens[at].word, tokens[at + 1].word
    if after in FUNCTION or after in PICTURE or after in _EFFECT or after in PREPOSITIONS:
        return False
    if not at and not english.known(word):
        # A verb that dictionaries lack: "PIXELATE faces".
        return False
    if english.is_verb(word) and not english.is_adjective(word):
        return bool(at and tokens[at - 1].word in ARTICLES and english.is_noun(after))
    return english.is_noun(after)


_EFFECT = word_set("look effect style filter mode vibe feel feeling tone tones mood finish atmosphere and or")
_UNDONE = NEGATED | {"undo", "unlike", "instead"}


def _ordered(tokens: list[Token]) -> bool:
    """Whether tokens hold an order of their own: a verb in its plain form that says what is to be done."""
    told = [t.word for t in tokens if t.kind == "word" and t.word not in FUNCTION and t.word not in BETWEEN]
    return bool(told) and told[0] in english.lemmas(told[0]).get("VERB", ()) and told[0] not in _EVEN


_EVEN = word_set("change turn convert apply use add set put switch go create")


def _verb_here(tokens: list[Token], at: int, parts: tuple[Part, ...], anchor: int) -> bool:
    """Whether a word inside a clause may be the verb that begins a phrase: "the TRANSPORT object" may not.

    An order begins with its verb; what stands before may only be small words or an amount. Neither may a
    participle stand there ("the man HOLDING a cup"), unless that is how the phrase is declared.
    """
    word, first = tokens[at].word, parts[anchor]
    if not anchor and tokens[at - 1].word in ARTICLES and _ordered(tokens[:at]):
        # "colorize this BLACK AND WHITE photo": another verb asks for something.
        return False
    if anchor or not isinstance(first, Word) or not english.is_verb(word):
        return True
    acts = len(parts) > 1 and isinstance(parts[1], Slot) and parts[1].long
    before = [t.word for t in tokens[:at] if t.kind == "word"]
    if before and before[-1] in WHO and not first.words & {"hate", "dislike"}:
        return False
    if (acts or len(parts) == 1) and tokens[at - 1].word in ARTICLES:
        return False
    told = [w for w in before if w not in FUNCTION and w not in BETWEEN and not w.endswith("ly")]
    verb = "ADJ" not in english.lemmas(word)
    ordered = bool(told) and told[0] not in _EVEN and told[0] in english.lemmas(told[0]).get("VERB", ())
    if told and (acts or (ordered and verb)):
        return False
    if len(parts) == 1 and any(english.is_verb(w) and not english.is_noun(w) for w in told):
        return False
    return word in first.words or not word.endswith("ing" if not acts else ("ing", "ed"))


def _backward(match: Match, tokens: list[Token], at: int, parts: tuple[Part, ...]) -> bool:
    """Fit the one slot before the first word to the tokens before it."""
    slot = parts[-1]
    if len(parts) > 1 or not isinstance(slot, Slot):
        return False
    if slot.long:
        span = list(range(at))
        if not says_something(tokens, span, slot.kind):
            return False
        match.slots[slot.kind] = span
        return True
    for start in range(max(0, at - 6), at):
        taken = short(slot, tokens, start)
        if taken and start + taken == at:
            match.slots[slot.kind] = list(range(start, at))
            match.used |= set(range(start, at))
            return True
    return False


def _forward(match: Match, tokens: list[Token], at: int, part: int) -> int | None:
    """Fit the parts from `part` on to the tokens from `at` on; return where they end, or None."""
    parts = match.phrase.parts
    if part == len(parts):
        return at
    now = parts[part]
    if isinstance(now, Slot) and now.long:
        return _long(match, tokens, at, part, now.kind)
    limit = at + (0 if part == 0 else 4)
    begins = at
    while at < len(tokens):
        if isinstance(now, Slot):
            taken = short(now, tokens, at)
            if taken:
                match.slots[now.kind] = list(range(at, at + taken))
                match.used |= {i for i in range(begins, at + taken) if tokens[i].word not in WORDS or i >= at}
                end = at + taken
                last = part == len(parts) - 1
                if last and (now.kind == "colour" or now.listed) and not colour_ends(tokens, end):
                    return None
                return _forward(match, tokens, end, part + 1)
        elif tokens[at].kind in ("word", "number", "sign") and now.takes(tokens[at].word):
            match.used.add(at)
            match.literal.add(at)
            return _forward(match, tokens, at + 1, part + 1)
        shade = at > 0 and tokens[at].word in SHADES and tokens[at - 1].word != "the"
        passes = (
            tokens[at].word in BETWEEN
            or (isinstance(now, Slot) and shade)
            or (isinstance(now, Slot) and tokens[at].word in BEFORE_COLOUR)
        )
        if at >= limit or not passes:
            return None
        at += 1
    return None


def _long(match: Match, tokens: list[Token], at: int, part: int, name: str) -> int | None:
    """Fill a long slot: up to the next word of the phrase, or to the end of the clause."""
    parts = match.phrase.parts
    if part == len(parts) - 1:
        span = list(range(at, len(tokens)))
        if not says_something(tokens, span, name):
            return None
        match.slots[name] = span
        return len(tokens)
    following = parts[part + 1]
    to = isinstance(following, Word) and "to" in following.words
    for stop in range(at + 1, len(tokens)):
        if isinstance(following, Slot):
            fits = not following.long and bool(short(following, tokens, stop))
        else:
            fits = following.takes(tokens[stop].word)
        side = [t.word for t in tokens[stop + 1 : stop + 3]]
        open_end = part + 2 < len(parts) and isinstance(parts[part + 2], Slot)
        if (
            to
            and tokens[stop].word == "to"
            and (tokens[stop - 1].word in _TO or (open_end and _begins_side(side)))
        ):
            # "a cat NEXT TO the dog" belongs together.
            continue
        if not fits or not says_something(tokens, list(range(at, stop)), name):
            continue
        used, slots, literal = set(match.used), dict(match.slots), set(match.literal)
        span = list(range(at, stop))
        while isinstance(following, Slot) and span and tokens[span[-1]].word in BEFORE_COLOUR | _INDEFINITE:
            span.pop()
        if not span:
            continue
        match.slots[name] = span
        end = _forward(match, tokens, stop, part + 1)
        if end is not None:
            return end
        match.used, match.slots, match.literal = used, slots, literal
    return None


_TO = word_set("next close near adjacent opposite due according parallel similar")


def _begins_side(words: list[str]) -> bool:
    return words[:1] == ["the"] and words[1:2] in (["left"], ["right"])


_INDEFINITE = frozenset(("a", "an", "some"))
