"""Phrases: "the second red cup from the left and both faces" taken apart into what to find and which of them.

    phrase = part {("and" | "or" | "," | "plus" | "as well as") part} ["except" phrase]
    part   = [owner "'s"] {determiner | count | rank | side | size | colour} noun ["quoted"]
             {"of" owner | side | ground | clause | relation part}

Deterministic and offline. What is no word of this grammar becomes part of the noun, and whoever looks for a
finder decides whether anybody knows it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from keepdial.select import _words as words
from keepdial.select._marks import mark_at
from keepdial.select._meant import Part, Relation
from keepdial.select._part import part_of
from keepdial.select._words import singular

__all__ = ["Part", "Phrase", "Relation", "parse", "singular"]

QUOTED = re.compile(r"[\"“”„«»]([^\"“”„«»]+)[\"“”„«»]|(?<![\w])['‘]([^'’]+)['’](?![\w])")

EXCEPT = re.compile(
    r"(?:^|\s*,?\s+)(?:except(?:ing)?(?: for)?(?: of)?|but not|(?:apart|aside) from|other than|besides|"
    r"excluding|not including|leaving out|save for|minus|without(?= (?:the|my|our|this|that|these|those) )|"
    r"(?<=everything )but(?: for)?|(?<=everyone )but(?: for)?|(?<=everybody )but(?: for)?|"
    r"but(?: for)?(?= (?:the|my|our|this|that|these|those) ))\s+"
)
AND = re.compile(
    r"\s*[,;]\s*(?:and also |as well as |including |and |or )?|"
    r"\s+(?:and also|as well as|together with|along with|including|and|or|plus|&)\s+"
)
PICTURE = re.compile(
    r"\s+(?:(?:that (?:is|are)|which (?:is|are)|who (?:is|are)|that's)\s+)?"
    r"(?:visible|shown|seen|pictured|depicted|present)?\s*"
    r"(?:in|from|of|on|within|inside|throughout|across)\s+(?:(?:the|this|that|my|our|your|these)\s+)?"
    r"(?:(?:entire|whole|original|given|attached|same|first)\s+)?"
    r"(?:images?|pictures?|photos?|photographs?|pics?|pix|shots?|snapshots?|scene|frame|canvas)"
    r"(?=\s|$|,)(?!\s+(?:frame|on the wall))"
)
"""What only says that the thing is in the picture, as everything is."""

MOST = 100
"""So many words are read; more are no phrase for a thing."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """What is meant: the union of `parts`, without what `without` means."""

    parts: tuple[Part, ...]
    without: Phrase | None = None


def parse(said: str, *, colours: frozenset[str], nouns: frozenset[str]) -> Phrase:
    """Return the phrase taken apart.

    Args:
        said: what was said, for example ``the red cup on the left and all faces``.
        colours: the words that name colours.
        nouns: the nouns that finders answer; one of several words that holds a place, a colour or an "and"
            ("left half", "stop sign") is recognised as a whole.
    """
    quotes: list[str] = []

    def aside(match: re.Match[str]) -> str:
        quotes.append(match.group(1) or match.group(2))
        return f" \0{len(quotes) - 1}\0 "

    # NUL marks the places of quotations, and BEL an "and" that joins no parts, so none may come from outside.
    text = QUOTED.sub(aside, re.sub(r"[\0\a]", " ", said))
    text = re.sub(r"[()\[\]{}:]|\.\s|[.!?]+$", " ", text.replace("’", "'").lower().strip())
    text = " ".join(text.split()[:MOST]).strip(".!?, ")
    text = " " + re.sub(r"^(?:in|from|of)\s+(?=(?:the|this)\s+(?:image|picture|photo)$)", "", text)
    text = PICTURE.sub("", text) if PICTURE.sub("", text).strip() else text
    kept, *excepted = EXCEPT.split(text.strip(), maxsplit=1)
    parts = _parts(kept, quotes, colours, nouns)
    if not excepted:
        return Phrase(parts)
    without = parse(_restored(excepted[0], quotes), colours=colours, nouns=nouns)
    if parts and parts[-1].noun:
        # "All the cups except the one on the left", "everyone but those in the car".
        lent = tuple(p if p.noun or p.text else replace(p, noun=parts[-1].noun) for p in without.parts)
        without = replace(without, parts=lent)
    return Phrase(parts, without)


def _restored(text: str, quotes: list[str]) -> str:
    return re.sub(r"\0(\d+)\0", lambda m: f'"{quotes[int(m.group(1))]}"', text)


def _parts(text: str, quotes: list[str], colours: frozenset[str], nouns: frozenset[str]) -> tuple[Part, ...]:
    text = re.sub(r"\bbetween\s+(.+?)\s+and\s+(?=\S)", "between \\1 \a ", text)
    marks = AND.findall(text)
    pieces = [piece.split() for piece in AND.split(text)]
    either = any("or" in mark.split() for mark in marks)
    pieces = [piece for piece in _shared(pieces, marks, colours, nouns) if piece and piece != ["please"]]
    found: list[Part] = []
    for piece in pieces:
        if found and (joined := _further(found[-1], piece, colours, nouns)) is not None:
            found[-1:] = joined
            continue
        part = part_of(piece, colours, nouns)
        if found and not part.of and not part.whose and piece[0] not in words.DETERMINERS | words.ALL:
            # "the woman's face and hair": both are hers.
            if found[-1].of and singular(part.noun) in words.OWNED:
                part = replace(part, of=found[-1].of)
            elif found[-1].whose:
                part = replace(part, whose=found[-1].whose)
        found += _corners(part) if part.noun == "corners" else [part]
    done = (_quoted(part, quotes) for part in found)
    return tuple(replace(part, either=True) if either else part for part in done)


def _corners(part: Part) -> list[Part]:
    """Return the corners of the picture that are meant, each a part."""
    all_four = ((v, h) for v in ("top", "bottom") for h in ("left", "right"))
    return [replace(part, noun=f"{v} {h} corner", sides=()) for v, h in all_four if set(part.sides) <= {v, h}]


def _quoted(part: Part, quotes: list[str]) -> Part:
    """Return the part with its quotation, which stands at a NUL in its noun or after it."""

    def plain(text: str) -> str:
        return _restored(text, quotes).replace("\a", "and")

    text = part.text
    noun, unchecked = part.noun, part.unchecked
    if text is not None:
        text = re.sub(r"\0(\d+)\0", lambda m: quotes[int(m.group(1))], text)
    return replace(
        part,
        text=text,
        noun=plain(noun),
        of=plain(part.of),
        unchecked=tuple(filter(None, (plain(u) for u in unchecked))),
        relations=tuple(replace(r, of=plain(r.of)) for r in part.relations),
    )


def _shared(
    pieces: list[list[str]], marks: list[str], colours: frozenset[str], nouns: frozenset[str]
) -> list[list[str]]:
    """Return the pieces with what one borrows from its neighbour.

    "The big, red car" and "the black and white dog" are one thing, "the first and third cup" and "red and
    blue cups" are several that share a noun.
    """
    done = list(pieces)
    for i in range(len(done) - 2, -1, -1):
        this, after = done[i], done[i + 1]
        if not this or not after or not _only_tells(this, colours) or _only_tells(after, colours):
            continue
        if after[0] in words.DETERMINERS | words.ALL | words.PRONOUNS.keys() | words.WHOSE.keys():
            continue
        tells = 0
        while tells < len(after) - 1 and _tells(after[tells], colours):
            tells += 1
        noun = after[tells:]
        plural = singular(noun[0]) != noun[0] or singular(noun[-1]) != noun[-1]
        ranked = any(w in words.RANKS or w in words.SIDES for w in this)
        if tells and (ranked or (plural and "," not in marks[i])):
            done[i] = this + noun
        elif tells or "," in marks[i]:
            done[i : i + 2] = [this + after]
    return done


def _tells(word: str, colours: frozenset[str]) -> bool:
    return word in colours or word in words.RANKS or word in words.SIZES or word in words.SIDES


def _only_tells(piece: list[str], colours: frozenset[str]) -> bool:
    rest = [word for word in piece if word not in words.DETERMINERS]
    return bool(rest) and all(_tells(word, colours) for word in rest)


def _further(
    last: Part, piece: list[str], colours: frozenset[str], nouns: frozenset[str]
) -> list[Part] | None:
    """Return what the last part becomes where a piece after "and" only says more of it, else None."""
    rest = [word for word in piece if word not in words.DETERMINERS]
    if last.sides and rest and all(word in words.SIDES for word in rest):
        return [last, replace(last, sides=tuple(words.SIDES[w] for w in rest))]
    mark = mark_at(piece, 0)
    verb = piece[0] in words.PARTICIPLES or piece[0] in words.CLAUSES
    worn = bool(last.relations) and last.relations[-1].how == "with" and piece[-1] in words.WORN
    if worn and not any(mark_at(piece, i) for i in range(len(piece))):
        return [replace(last, relations=(*last.relations, Relation("with", " ".join(piece))))]
    if not (mark or (verb and piece[0] != "that")) or not last.noun:
        return None
    more = part_of(["thing", *piece], colours, nouns | {"thing"})
    if mark and mark.kind == "side":
        return [last, replace(last, sides=more.sides)]
    if not (more.relations or more.unchecked or more.ground or more.sides or more.colours):
        return [last]
    return [
        replace(
            last,
            relations=(*last.relations, *more.relations),
            unchecked=(*last.unchecked, *more.unchecked),
            ground=more.ground or last.ground,
            sides=(*last.sides, *more.sides),
            colours=(*last.colours, *more.colours),
        )
    ]
