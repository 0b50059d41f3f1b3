"""Noun phrases: from the words left of a clause to what it is about (`keepdial.understand.plan.Target`).

    phrase   = {determiner | number | place | adjective} noun {"'s" noun} {place | relation | description}
    place    = ["on" | "in" | "at"] "the" side ["side" | "corner"] ["of the picture"]
    relation = preposition phrase

Prepositional phrases belong to the noun before them; which of them can be checked in the picture is up to the
finders, which get the whole phrase.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from keepdial.understand import english
from keepdial.understand.lexicon import (
    ARTICLES,
    BE,
    BEFORE_PLACE,
    FUNCTION,
    PICTURE,
    PLACE_NOUNS,
    PREPOSITIONS,
    PRONOUNS,
    SIDES,
    WHOLE,
    word_set,
)
from keepdial.understand.patterns import finder_words
from keepdial.understand.plan import Relation, Side, Target
from keepdial.understand.tokens import Token, words_of

NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10,
    "eleven": 11, "twelve": 12, "both": 2, "couple": 2, "pair": 2,
}  # fmt: skip
ENDS = BEFORE_PLACE | word_set(
    """with for off out about than who that which wearing holding standing sitting while where whose like
    as without into down up next close adjacent atop by except but excluding besides is are was were
    has have had so and then to when because being"""
)
"""Words that a simple noun phrase ends before."""

_CLOSED = ARTICLES | word_set(
    "one two three four five six seven eight nine ten eleven twelve couple pair other same only whole entire"
)
_EXCEPT = re.compile(
    r"^(?P<all>.*?)\b(?P<how>except(?: for)?|but not|but|other than|apart from|besides|excluding|"
    r"without(?: the)?|aside from|not)\s+(?P<without>.+)$"
)
_ALL = re.compile(
    "^(?:the )?(?:whole |entire )?(?:everything|everyone|everybody|all|anything|picture|photo|image|"
    r"rest|every \w+|all \w+|all of \w+ \w+|all the \w+)?\s*(?:else|of it)?\s*$"
)
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
_IN_PICTURE = re.compile(
    r"\s*\b(?:visible |shown |seen |that is |that are |present |which is |located )?"
    "(?:in|from|of|on|within|across|throughout|to|inside|into|for) "
    "(?:the |this |my |our |that |an? )?(?:whole |entire |overall |given |original |above |attached |"
    rf"following )?(?:{'|'.join(sorted(PICTURE, key=len, reverse=True))})\b(?! of\b)(?!')"
)
_SIDE = "|".join(sorted((s for s in SIDES), key=len, reverse=True))
_PLACE = re.compile(
    r"\b(?:on|in|at|to|near|along|from|by|of|toward|towards) (?:the )?(?:far |very |extreme )?"
    f"(?P<side>(?:{_SIDE})(?:[- ](?:{_SIDE}))?)"
    "(?:[- ]?hand)?(?:[- ]?(?:side|corner|half|part|edge|area|third|portion|section|end|region))?"
    r"(?! of\b)(?! \w+ of\b)(?=$|\s(?!of\b))"
)


_COLOUR_OF = re.compile(r"^(?:the )?(?:overall )?(?:colours?|hue|shade|tone|tint) of (?=\S)")
_WHOSE_COLOUR = re.compile(r"(?:'s|(?<=s)') colours?$")


@dataclass(slots=True)
class Named:
    """What was made of some tokens: the target, None for the whole picture, and the words left over."""

    target: Target | None
    unused: list[str] = field(default_factory=list)
    odd: bool = False


def target_of(tokens: list[Token]) -> Named:
    """Return what tokens name. Words at their ends that name nothing are dropped."""
    tokens = _framed(_trimmed(_with_letters(tokens)))
    tokens = _trimmed(tokens)
    if not tokens:
        return Named(None)
    if implausible(tokens):
        found = _made(tokens)
        return Named(found.target, found.unused, odd=True)
    return _made(tokens)


def _made(tokens: list[Token]) -> Named:
    text = words_of(tokens)
    quoted = next((t.word for t in tokens if t.kind == "quote"), "")
    whole = _whole(tokens)
    text = re.sub(r"\s+", " ", _IN_PICTURE.sub("", text)).strip() or text
    text = _COLOUR_OF.sub("", text)
    text = _WHOSE_COLOUR.sub("", text)
    if whole or _nothing(text):
        return Named(None)
    without = ""
    if match := _EXCEPT.match(text):
        rest = match["all"].strip()
        kind = match["how"]
        if _ALL.match(rest) or not rest or (kind not in ("but", "not", "without") and _plural_or_all(rest)):
            without = re.sub(r"^(?:for|on|in|at|to|of) ", "", match["without"].strip())
            general = not rest or all(w in _GENERAL for w in rest.split())
            text = f"{'everything' if general else rest} except {without}"
    return _target(text, quoted, without)


_GENERAL = WHOLE | ARTICLES | word_set("else anything rest of it the")


_WRITTEN = word_set("word words text letter letters title name caption sign number slogan")


def _with_letters(tokens: list[Token]) -> list[Token]:
    """Return the tokens, letters that were typed large as a quotation: "the word SALE"."""
    out = list(tokens)
    for i in range(1, len(out)):
        if out[i - 1].word in _WRITTEN and out[i].kind == "word" and out[i].text.isupper():
            out[i] = replace(out[i], word=out[i].text, kind="quote")
    return out


def _plural_or_all(words: str) -> bool:
    """Whether a phrase means several things, of which some may be left out."""
    first, last = words.split()[0], words.split()[-1]
    return (
        first in ("all", "every", "each", "any")
        or english.singular(last) != last
        or last in ("people", "everyone", "everybody")
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


def _whole(tokens: list[Token]) -> bool:
    words = [t.word for t in tokens]
    return all(
        w in WHOLE or (w in FUNCTION and w not in SIDES and w not in _SOMEONE) for w in words
    ) and not any(t.kind == "quote" for t in tokens)


_SOMEONE = PRONOUNS - {"it", "its"}


def _nothing(text: str) -> bool:
    return not text or all(w in WHOLE or (w in FUNCTION and w not in PRONOUNS) for w in text.split())


def _trimmed(tokens: list[Token]) -> list[Token]:
    """Return the tokens without signs, and without words at both ends that name nothing."""
    kept = [t for t in tokens if t.kind != "sign" or t.word in ("-",)]
    drop = FUNCTION - ARTICLES - PRONOUNS
    while kept and kept[0].kind == "word" and kept[0].word in drop and kept[0].word not in ("one",):
        if kept[0].word in BEFORE_PLACE and len(kept) > 1 and _begins_place(kept):
            break
        kept = kept[1:]
    ends = (drop | ARTICLES | word_set("and with into up down out and or look")) - PRONOUNS
    while kept and kept[-1].kind == "word" and (kept[-1].word in ends or kept[-1].word in BEFORE_PLACE):
        kept = kept[:-1]
    return kept


def _begins_place(tokens: list[Token]) -> bool:
    words = [t.word for t in tokens[:5] if t.word not in ARTICLES]
    return len(words) > 1 and words[1] in SIDES


_FRAME_BEFORE = word_set(
    """change changing alter adjust set apply modify turn dye think thinks thought find finds found
    believe feel feels needs need wants want like love prefer give gives see say says would could
    should must might know knows guess suppose wish hope mean show bring let lets please maybe dude
    mate bro"""
)
_FRAME_AFTER = word_set(
    """needs need wants want should could would must to be been being look looks looked appear appears
    seem seems get gets become becomes have has had is are was were dude mate bro"""
)
_NEVER = word_set(
    """don't doesn't isn't aren't won't can't didn't shouldn't couldn't wouldn't not never k stop stops
    ev percent px kelvin degrees degree minus plus factor was were did"""
)
_SUBJECT = word_set("i he she we they you who")


def _framed(tokens: list[Token]) -> list[Token]:
    """Return the tokens without the frame that a wish puts around a thing: "I THINK the sky NEEDS TO BE"."""
    kept = list(tokens)
    wants = next((i for i, t in enumerate(kept[:4]) if t.word in _WANTS), None)
    if wants is not None:
        kept = kept[wants + 1 :]
    if all(t.kind == "word" and t.word in _FRAME_AFTER | _FRAME_BEFORE | {"it"} for t in kept):
        return []
    while len(kept) > 1 and kept[0].kind == "word":
        subject = kept[0].word in _SUBJECT and kept[1].word in _FRAME_BEFORE | {"would", "do"}
        if kept[0].word not in _FRAME_BEFORE and not subject:
            break
        kept = kept[1:]
    if len(kept) > 2 and kept[0].word in ("it", "me") and kept[1].word in ("if", "when", "that"):
        kept = kept[2:]
    while len(kept) > 1 and kept[-1].kind == "word" and kept[-1].word in _FRAME_AFTER:
        kept = kept[:-1]
    return kept


_WANTS = word_set("wants want thinks asked says prefers")


def implausible(tokens: list[Token]) -> bool:
    """Whether tokens can be no thing: a negation, a unit, a number without a noun, a subject and its verb."""
    words = [t.word for t in tokens]
    if any(w in _NEVER for w in words) or (len(words) > 1 and words[0] in _SUBJECT):
        return True
    if any(
        len(w) == 1 and t.kind == "word" and t.text.islower() and w != "a"
        for w, t in zip(words, tokens, strict=True)
    ):
        return True
    for i, token in enumerate(tokens):
        if token.kind == "number":
            after = tokens[i + 1] if i + 1 < len(tokens) else None
            if (
                after is None
                or after.kind != "word"
                or after.word in PREPOSITIONS
                or not english.is_noun(after.word)
            ):
                return True
    if (
        words[0] not in PREPOSITIONS
        and english.only_verb(words[0])
        and words[0] in english.lemmas(words[0]).get("VERB", ())
        and len(words) > 1
    ):
        return True
    return bool(len(words) == 1 and words[0] in _AMOUNTLIKE)


_AMOUNTLIKE = word_set("slight slightly little bit lot more less much few amount level radius strength times")


def _target(text: str, quoted: str, without: str) -> Named:
    said = text
    sides = list(_sides_in(text))
    bare = _PLACE.sub("", text).strip()
    words = bare.split()
    pronoun = _pronoun(words)
    base, rest = _base(words)
    relation = _relation(" ".join(rest))
    for word in base:
        side = SIDES.get(word)
        if side and side not in sides:
            sides.append(_side(side))
    named = [w for w in base if w not in _CLOSED and w not in SIDES and w not in PLACE_NOUNS]
    # "the left half": a place is all there is.
    nouns = [w for w in named if not w.startswith('"')]
    if len(nouns) > 1 and nouns[-1] in _KIND_OF and _finds(nouns[-2], nouns[-1]):
        # "the watermark symbol" is a watermark.
        said = re.sub(rf"\b{re.escape(nouns[-2])} {re.escape(nouns[-1])}\b", nouns[-2], said)
        nouns = nouns[:-1]
    head = nouns[-1].removesuffix("'s") if nouns else ""
    if not head and base and not quoted:
        head = next((w for w in reversed(base) if w in PLACE_NOUNS and w not in SIDES), "")
    if head in _ASPECTS and not quoted:
        # "the colours of the sky": what is meant is the sky; alone, the picture.
        from keepdial.understand.tokens import tokens_of

        return Named(None) if relation is None else target_of(tokens_of(relation.of))
    count = next((NUMBERS[w] for w in base if w in NUMBERS), None)
    if count is None:
        count = next((int(w) for w in base[:2] if w.isdigit() and 0 < int(w) <= 10_000), None)
    attributes = tuple(w for w in nouns[:-1])
    if not base and relation is None and not sides:
        return Named(None, text.split())
    odd = bool(head) and not pronoun and not english.is_noun(head) and not quoted and head not in PLACE_NOUNS
    return Named(
        Target(
            words=said,
            head="" if pronoun and not nouns else head,
            attributes=attributes,
            sides=tuple(sides),
            relation=relation,
            count=count,
            text=quoted,
            without=without,
            pronoun=pronoun,
        ),
        odd=odd,
    )


_KIND_OF = word_set(
    """symbol icon emblem mark badge insignia seal overlay pattern figure imprint logo stamp graphic
    design element image"""
)


_ASPECTS = word_set(
    """colour colours tone tones hue hues tint lighting light exposure contrast brightness saturation
    look looks style atmosphere mood quality resolution everything's details detail overall"""
)


def _finds(noun: str, kind: str) -> bool:
    return noun in finder_words() and f"{noun} {kind}" not in finder_words()


def _pronoun(words: list[str]) -> bool:
    return len([w for w in words if w not in ("all", "both", "of")]) == 1 and words[-1] in PRONOUNS


def _base(words: list[str]) -> tuple[list[str], list[str]]:
    """Return the simple noun phrase at the beginning, and what follows it."""
    seen = False
    for i, word in enumerate(words):
        if seen and (word in ENDS or word in BE):
            return words[:i], words[i:]
        if seen and i and _describes(word, words[i - 1]):
            return words[:i], words[i:]
        if not seen and word in ENDS - {"that"} and i == 0:
            return [], words
        seen = seen or (word not in _CLOSED and word not in SIDES) or word in PRONOUNS or word in PLACE_NOUNS
    return words, []


def _describes(word: str, before: str) -> bool:
    """Whether a participle after a noun begins its description: "the man standing there"."""
    if not word.endswith(("ing", "ed")) or not english.is_noun(before) or before in ARTICLES:
        return False
    kinds = english.lemmas(word)
    return "VERB" in kinds and not english.is_adjective(before)


def _relation(rest: str) -> Relation | None:
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
            of = _IN_PICTURE.sub("", of).strip()
            if (
                of
                and not _nothing(of)
                and not (
                    how in ("on", "in", "at", "to")
                    and of.split()[-1] in PLACE_NOUNS
                    and not set(of.split()) - PLACE_NOUNS - ARTICLES - SIDES.keys()
                )
            ):
                return Relation(how=how, of=of[:4000])
            return None
    return None


def _sides_in(text: str) -> tuple[Side, ...]:
    found: list[Side] = []
    for match in _PLACE.finditer(text):
        for word in re.split(r"[- ]", match["side"]):
            if word in SIDES and _side(SIDES[word]) not in found:
                found.append(_side(SIDES[word]))
    return tuple(found)


def _side(name: str) -> Side:
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


def tokens_of_words(words: str) -> list[Token]:
    """Return the tokens of words that were tokens before."""
    from keepdial.understand.tokens import tokens_of

    return tokens_of(words)


_WHERE = word_set(
    """on in at to into onto near behind above below under beneath beside between inside over atop around
    next upon along underneath across against within from by among amid alongside adjacent in-front
    hanging standing sitting lying floating flying"""
)


def _phrase_at(tokens: list[Token], at: int) -> bool:
    words = [t.word for t in tokens[at : at + 2]]
    return words in (["close", "to"], ["left", "of"], ["right", "of"])
