"""Which of the phrases that operations declare fit a clause (`keepdial.operations.Saying`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise, product

from keepdial.operations import Operation, Saying, operations
from keepdial.understand import english
from keepdial.understand.amounts import WORDS
from keepdial.understand.lexicon import (
    AMOUNTS,
    ARTICLES,
    FUNCTION,
    NEGATED,
    PICTURE,
    PREPOSITIONS,
    PRONOUNS,
    WHOLE,
    word_set,
)
from keepdial.understand.tokens import Token

SLOT = re.compile(r"\{(\w+)(?::([^}]*))?\}")
LONG = frozenset({"thing", "new", "rest"})
"""Slots that take any number of words."""

_CHOICE = re.compile(r"\(([^()]*)\)")
_LIGHT = word_set("to into with for by of in on the a as it from out up off be is")
"""Words that say little: they count less when phrases compete."""

_BETWEEN = (
    ARTICLES | frozenset(w for a in AMOUNTS for w in a.split()) | word_set("just please simply also more")
)
"""Words that may stand between those of a phrase."""

_BEFORE_COLOUR = word_set(
    """vibrant bright lush rich deep vivid solid brilliant pale pure soft beautiful nice striking bold
    pastel more completely all shiny glossy matte darker lighter brighter deeper dark light shade of
    solid uniform warm cool plain hot burnt neon electric dusty deepest clean"""
)


@dataclass(frozen=True, slots=True)
class Word:
    """One place of a phrase that takes any of several words."""

    words: frozenset[str]
    forms: frozenset[str]

    def takes(self, said: str) -> bool:
        """Whether a word that was said is one of them, in any of its forms."""
        return said in self.words or (len(said) > 3 and not self.forms.isdisjoint(english.plain_forms(said)))


def _participle(word: str) -> bool:
    """Whether a declared word is a participle, which stands for itself: "gone" is not "goes"."""
    verbs = english.lemmas(word).get("VERB", ())
    return bool(verbs) and word not in verbs and not word.endswith(("s", "ing"))


def word_of(several: Iterable[str]) -> Word:
    """Return the place in a phrase that takes several words, in all their forms."""
    words = frozenset(several)
    # A comparative stands for itself: "better" is not asked for by "good".
    plain = (w for w in words if len(w) > 2 and not english.degree(w)[1] and not _participle(w))
    return Word(words, frozenset(form for w in plain for form in english.plain_forms(w)))


@dataclass(frozen=True, slots=True)
class Slot:
    """One place of a phrase that takes a colour, a number, a thing.

    Attributes:
        kind: what it takes.
        listed: the choices that it takes, each as its words; empty = anything of the kind.
    """

    kind: str
    listed: tuple[tuple[str, ...], ...] = ()

    @property
    def long(self) -> bool:
        """Whether it takes any number of words."""
        return self.kind in LONG


Part = Word | Slot


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase of a saying: words and slots, in order.

    Attributes:
        parts: the words and slots.
        unit, saying: what it asks for.
        anchor: the place of its first word, -1 where it is all slots.
        needs: the forms of its other words; a clause that lacks one of them cannot hold the phrase.
    """

    parts: tuple[Part, ...]
    unit: Operation
    saying: Saying
    anchor: int
    needs: tuple[frozenset[str], ...] = ()


@dataclass(slots=True)
class Match:
    """Where a phrase fits: the words it takes, and what fills its slots, as places of tokens."""

    phrase: Phrase
    used: set[int] = field(default_factory=set)
    slots: dict[str, list[int]] = field(default_factory=dict)
    literal: set[int] = field(default_factory=set)
    score: float = 0.0


def expanded(words: str) -> list[list[str | tuple[str, ...]]]:
    """Return the phrases that a declaration with alternatives stands for: ``(add|insert|put in) {new}``.

    Alternatives of one word stay together, as a tuple; those of several words, and none, make phrases of
    their own.
    """
    options: list[list[list[str | tuple[str, ...]]]] = []
    for i, piece in enumerate(_CHOICE.split(words)):
        if i % 2 == 0:
            plain: list[str | tuple[str, ...]] = list(normal(piece))
            options.append([plain])
            continue
        choices = [normal(choice) for choice in piece.split("|")]
        single = tuple(choice[0] for choice in choices if len(choice) == 1 and not choice[0].startswith("{"))
        several: list[list[str | tuple[str, ...]]] = [
            list(choice) for choice in choices if len(choice) != 1 or choice[0].startswith("{")
        ]
        together: list[list[str | tuple[str, ...]]] = [[single]] if single else []
        options.append([*together, *several])
    return [[part for piece in one for part in piece] for one in product(*options)]


def normal(words: str) -> list[str]:
    """Return the parts of a declared phrase, its words in the one spelling that tokens have."""
    from keepdial.understand.tokens import tokens_of

    out: list[str] = []
    for part in _SLOT_OR_TEXT.findall(words.lower()):
        out += [part] if part.startswith("{") else [t.word for t in tokens_of(part)]
    return out


_SLOT_OR_TEXT = re.compile(r"\{[^}]*\}|[^{]+")


@cache
def phrases() -> tuple[Phrase, ...]:
    """Return every phrase of every operation, each once."""
    found: dict[tuple[tuple[Part, ...], str, tuple[str, ...]], Phrase] = {}
    for unit in operations().values():
        for saying in unit.says:
            for declared in saying.words:
                for words in expanded(declared):
                    parts = tuple(_part(p) for p in words if p not in ARTICLES) or tuple(
                        _part(p) for p in words
                    )
                    for one in (parts, *(_parted(parts) if unit.target != "none" else ())):
                        anchor = next((i for i, p in enumerate(one) if isinstance(p, Word)), -1)
                        found.setdefault(
                            (one, unit.name, saying.units),
                            Phrase(one, unit, saying, anchor, _needs(one, anchor)),
                        )
    return tuple(found.values())


def _needs(parts: tuple[Part, ...], anchor: int) -> tuple[frozenset[str], ...]:
    others = (p for i, p in enumerate(parts) if i != anchor and isinstance(p, Word))
    return tuple(sorted((p.words | p.forms for p in others), key=len))


def _part(words: str | tuple[str, ...]) -> Part:
    if isinstance(words, str) and (slot := SLOT.fullmatch(words)):
        listed = (slot.group(2) or "").split("|") if slot.group(2) else []
        return Slot(slot.group(1), tuple(tuple(normal(choice)) for choice in listed))
    return word_of((words,) if isinstance(words, str) else words)


_PARTED = word_set(
    """move shift push pull turn copy clone duplicate rotate drag lift set bring take cut edit photoshop
    crop paint dye colour put change get wipe clear make cover clean smooth touch blend tone light
    flip mirror fade wash"""
)
"""Verbs whose thing may stand between them and the rest of the phrase: "take the man out"."""


_PARTICLES = word_set("out off away up down over back apart")


def _parted(parts: tuple[Part, ...]) -> tuple[tuple[Part, ...], ...]:
    first = parts[0]
    if (
        len(parts) < 2
        or not isinstance(first, Word)
        or any(isinstance(p, Slot) and p.long for p in parts[:-1])
    ):
        return ()
    if not first.words & _PARTED:
        return ()
    verbs = first.words & _PARTED
    again = word_of(verbs)
    last = parts[-1]
    if isinstance(last, Slot) and last.kind == "thing":
        # "take out {thing}" is "take {thing} out" as well.
        particles = all(isinstance(p, Word) and p.words <= _PARTICLES for p in parts[1:-1])
        return ((again, last, *parts[1:-1]),) if len(parts) > 2 and particles else ()
    if isinstance(last, Slot) and last.long:
        return ()
    return ((again, Slot("thing"), *parts[1:]),)


@cache
def _by_anchor() -> dict[str, tuple[Phrase, ...]]:
    found: dict[str, list[Phrase]] = {}
    for phrase in phrases():
        first = phrase.parts[phrase.anchor] if phrase.anchor >= 0 else None
        keys = first.words | first.forms if isinstance(first, Word) else {""}
        for key in keys:
            found.setdefault(key, []).append(phrase)
    return {key: tuple(those) for key, those in found.items()}


def matches(tokens: list[Token]) -> Iterator[Match]:
    """Yield every way in which a phrase fits the tokens of a clause."""
    known = _by_anchor()
    said = [(t.word, *english.plain_forms(t.word)) for t in tokens]
    forms = {form for those in said for form in those}
    for at, token in enumerate(tokens):
        if token.kind not in ("word", "number", "sign"):
            continue
        here = {
            id(p): p
            for form in said[at]
            for p in known.get(form, ())
            if not any(need.isdisjoint(forms) for need in p.needs)
        }.values()
        for phrase in here:
            match = Match(phrase)
            first = phrase.parts[phrase.anchor]
            if isinstance(first, Word) and first.takes(token.word) and _fit(match, tokens, at):
                yield _scored(match, tokens)
    for phrase in known.get("", ()):
        # A colour alone has to end the clause: "make the red car blue".
        if any(t.word in _STATES_COLOUR for t in tokens):
            continue
        for at in range(len(tokens) - 1, -1, -1):
            if at and _colour(tokens, at - 1) == 2:
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
    return all(t.word in _AFTER_COLOUR or t.kind == "sign" for t in tokens[at:])


_AFTER_COLOUR = _BETWEEN | word_set("colour shade hue tone tint instead too in of please now")


def _scored(match: Match, tokens: list[Token]) -> Match:
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
    if len(match.phrase.parts) == 1 and match.literal and min(match.literal) > 0:
        # One word somewhere in a clause that another phrase begins: "add a clock between the MIRRORS".
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
    kinds = english.lemmas(after)
    return "NOUN" in kinds and (("VERB" not in kinds and "ADV" not in kinds) or after in finder_words())


@cache
def finder_words() -> frozenset[str]:
    """Return the nouns that some finder answers, installed or not."""
    from keepdial.select._resolve import vocabulary

    return frozenset(vocabulary()) | {"people"}


def _describes_next(tokens: list[Token], at: int, parts: tuple[Part, ...]) -> bool:
    """Whether the one word of a phrase only describes the noun after it: "the VINTAGE suitcase"."""
    if len(parts) > 1 or at + 1 >= len(tokens) or tokens[at + 1].kind != "word":
        return False
    word, after = tokens[at].word, tokens[at + 1].word
    if after in FUNCTION or after in PICTURE or after in _EFFECT or after in PREPOSITIONS:
        return False
    if english.is_verb(word) and not english.is_adjective(word):
        return bool(at and tokens[at - 1].word in ARTICLES and english.is_noun(after))
    return english.is_noun(after)


_EFFECT = word_set("look effect style filter mode vibe feel feeling tone tones mood finish atmosphere and or")


_UNDONE = NEGATED | {"undo", "unlike", "instead"}


def _ordered(tokens: list[Token]) -> bool:
    """Whether tokens hold an order of their own: a verb in its plain form that says what is to be done."""
    told = [t.word for t in tokens if t.kind == "word" and t.word not in FUNCTION and t.word not in _BETWEEN]
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
    if before and before[-1] in _WHO and not first.words & {"hate", "dislike"}:
        return False
    if (acts or len(parts) == 1) and tokens[at - 1].word in ARTICLES:
        return False
    told = [w for w in before if w not in FUNCTION and w not in _BETWEEN and not w.endswith("ly")]
    verb = "ADJ" not in english.lemmas(word)
    ordered = bool(told) and told[0] not in _EVEN and told[0] in english.lemmas(told[0]).get("VERB", ())
    if told and (acts or (ordered and verb)):
        return False
    if len(parts) == 1 and any(english.is_verb(w) and not english.is_noun(w) for w in told):
        return False
    return word in first.words or not word.endswith("ing" if not acts else ("ing", "ed"))


_WHO = word_set("i he she we they who")


def _backward(match: Match, tokens: list[Token], at: int, parts: tuple[Part, ...]) -> bool:
    """Fit the one slot before the first word to the tokens before it."""
    slot = parts[-1]
    if len(parts) > 1 or not isinstance(slot, Slot):
        return False
    if slot.long:
        span = list(range(at))
        if not _says_something(tokens, span, slot.kind):
            return False
        match.slots[slot.kind] = span
        return True
    for start in range(max(0, at - 6), at):
        taken = _short(slot, tokens, start)
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
            taken = _short(now, tokens, at)
            if taken:
                match.slots[now.kind] = list(range(at, at + taken))
                match.used |= {i for i in range(begins, at + taken) if tokens[i].word not in WORDS or i >= at}
                end = at + taken
                last = part == len(parts) - 1
                if last and (now.kind == "colour" or now.listed) and not _colour_ends(tokens, end):
                    return None
                return _forward(match, tokens, end, part + 1)
        elif tokens[at].kind in ("word", "number", "sign") and now.takes(tokens[at].word):
            match.used.add(at)
            match.literal.add(at)
            return _forward(match, tokens, at + 1, part + 1)
        shade = at > 0 and tokens[at].word in _SHADES and tokens[at - 1].word != "the"
        passes = (
            tokens[at].word in _BETWEEN
            or (isinstance(now, Slot) and shade)
            or (isinstance(now, Slot) and tokens[at].word in _BEFORE_COLOUR)
        )
        if at >= limit or not passes:
            return None
        at += 1
    return None


def _colour_ends(tokens: list[Token], at: int) -> bool:
    """Whether a colour at the end of a phrase is not the attribute of a thing ("to a black dog")."""
    if at >= len(tokens):
        return True
    after = tokens[at]
    return after.kind == "sign" or after.word in _AFTER_COLOUR or after.word in _AFTER_ALL


_AFTER_ALL = word_set(
    "with for on to from at by using like as so because and or it of in near under full filled covered during"
)


def _long(match: Match, tokens: list[Token], at: int, part: int, name: str) -> int | None:
    """Fill a long slot: up to the next word of the phrase, or to the end of the clause."""
    parts = match.phrase.parts
    if part == len(parts) - 1:
        span = list(range(at, len(tokens)))
        if not _says_something(tokens, span, name):
            return None
        match.slots[name] = span
        return len(tokens)
    following = parts[part + 1]
    to = isinstance(following, Word) and "to" in following.words
    for stop in range(at + 1, len(tokens)):
        if isinstance(following, Slot):
            fits = not following.long and bool(_short(following, tokens, stop))
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
        if not fits or not _says_something(tokens, list(range(at, stop)), name):
            continue
        used, slots, literal = set(match.used), dict(match.slots), set(match.literal)
        span = list(range(at, stop))
        while isinstance(following, Slot) and span and tokens[span[-1]].word in _BEFORE_COLOUR | _INDEFINITE:
            span.pop()
        if not span:
            continue
        match.slots[name] = span
        end = _forward(match, tokens, stop, part + 1)
        if end is not None:
            return end
        match.used, match.slots, match.literal = used, slots, literal
    return None


_THINGS = PRONOUNS | WHOLE | word_set("this that these those all both everyone everybody one ones")


_SHADES = word_set("emerald forest sky royal baby lime mint lemon rose blood cherry midnight sea moss")
"""Things that name a shade where a colour follows: "emerald green"; after "the" they are themselves."""

_TO = word_set("next close near adjacent opposite due according parallel similar")


def _begins_side(words: list[str]) -> bool:
    return words[:1] == ["the"] and words[1:2] in (["left"], ["right"])


_INDEFINITE = frozenset(("a", "an", "some"))


def _says_something(tokens: list[Token], span: list[int], name: str) -> bool:
    if name == "thing" and any(tokens[i].word in _NO_THING for i in span):
        return False
    if name == "thing" and all(
        tokens[i].kind == "word" and tokens[i].word in FUNCTION - _THINGS for i in span
    ):
        return False
    last = next((tokens[i].word for i in reversed(span) if tokens[i].word not in ARTICLES), "")
    if last in _OPEN:
        # "add a tower in the background": what ends in a preposition goes on.
        return False
    return any(tokens[i].kind != "sign" and tokens[i].word not in ARTICLES - _POINTS for i in span)


_OPEN = word_set("in on at of from with by for to near behind under over above and")


_NO_THING = word_set(
    "wear wears look looks be becomes become seem appear make makes should must more less into"
)
"""Words that no thing is made of: a verb among them belongs to another phrase."""

_POINTS = word_set("this that these those all both each her his")


def _short(slot: Slot, tokens: list[Token], at: int) -> int:
    """Return how many tokens from `at` on fill a short slot; 0 = they do not."""
    if at >= len(tokens):
        return 0
    kind, token = slot.kind, tokens[at]
    if slot.listed:
        return _listed(slot.listed, tokens, at)
    if kind == "colour":
        return _colour(tokens, at)
    if kind == "number":
        return int(token.kind == "number" and ":" not in token.word and not re.search(r"\d,\d", token.word))
    if kind in ("point", "target"):
        return int(token.kind == "number" and bool(re.fullmatch(r"\d+(?:\.\d+)?,\d+(?:\.\d+)?", token.word)))
    if kind == "aspect":
        return int(token.kind == "number" and ":" in token.word)
    if kind == "text":
        return int(token.kind == "quote")
    return int(kind == token.kind == "file")


def _colour(tokens: list[Token], at: int) -> int:
    from keepdial.regions.colours import COLOURS

    if tokens[at].kind == "hex":
        return 1
    both = [t.word for t in tokens[at : at + 2]]
    if len(both) == 2 and (" ".join(both) in COLOURS or set(both) <= COLOURS):
        # "light blue", and "navy blue", which is navy.
        return 2
    return int(both[0] in COLOURS)


def _listed(listed: tuple[tuple[str, ...], ...], tokens: list[Token], at: int) -> int:
    """Return how many tokens make one of the listed choices, with up to four words before it."""
    for length in range(6, 0, -1):
        here = tokens[at : at + length]
        if len(here) < length or any(t.word in PREPOSITIONS or t.word == "and" for t in here[:-1]):
            continue
        if any(t.kind == "sign" and t.word != "-" for t in here):
            continue
        last = english.stem(here[-1].word)
        for choice in listed:
            if (
                english.stem(choice[-1]) == last
                and len(choice) <= length
                and all(
                    english.stem(t.word) == english.stem(c)
                    for t, c in zip(here[-len(choice) :], choice, strict=True)
                )
            ):
                return length
    return 0
