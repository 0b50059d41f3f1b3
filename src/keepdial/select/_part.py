"""One thing in words: "the two red cups to the left of the plate" taken apart."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from keepdial.select import _words as words
from keepdial.select._marks import SIDE_FIRST, mark_at
from keepdial.select._meant import Part, Relation
from keepdial.select._words import place_noun, singular

ROOMS = ("left of", "right of", "above", "below", "under", "near", "between", "behind", "in front of")
"""Relations that name a place of their own where no thing is named: "to the left of the tree"."""

DESCRIBING = 3
"""So many words that nobody knows may stand before a noun that is known."""


@dataclass(slots=True)
class Reading:
    """A part while it is read: the words that are left, and what the others said."""

    tokens: list[str]
    colours: frozenset[str]
    nouns: frozenset[str]
    said: dict[str, object] = field(default_factory=dict)
    shades: list[str] = field(default_factory=list)
    sides: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)

    def known(self, tokens: list[str]) -> bool:
        """Whether these words are a noun that a finder answers."""
        here = " ".join(tokens)
        return here in self.nouns or singular(here) in self.nouns or place_noun(tokens) != ""

    def take(self, count: int) -> None:
        """Leave out the first words."""
        self.tokens = self.tokens[count:]


def part_of(tokens: list[str], colours: frozenset[str], nouns: frozenset[str]) -> Part:
    """Return one part from its words, in lower case and without quotations or commas."""
    while len(tokens) > 1 and tokens[0] in ("in", "on", "at", "to", "from", "of", "for", "with", "and"):
        if (mark := mark_at(tokens, 0)) and mark.how in ROOMS and mark.length > 1:
            break
        tokens = tokens[1:]
    if (mark := mark_at(tokens, 0)) and mark.how in ROOMS and tokens[0] not in words.DETERMINERS:
        return Part("", relations=(Relation(mark.how, " ".join(tokens[mark.length :])),))
    if len(tokens) == 1 and tokens[0] in words.PRONOUNS:
        noun = words.PRONOUNS[tokens[0]]
        return Part(noun, all=noun == "people", pronoun=tokens[0])
    reading = Reading(list(tokens), colours, nouns)
    _owner(reading)
    _before(reading)
    noun = _head(reading)
    _after(reading, noun)
    noun = _settled(reading, noun)
    return replace(
        Part(noun, **reading.said),  # type: ignore[arg-type]
        colours=tuple(reading.shades),
        sides=tuple(reading.sides),
        relations=tuple(reading.relations),
        unchecked=tuple(reading.unchecked),
    )


def _owner(reading: Reading) -> None:
    """Take "the man's" off the front: the last possessive before anything else is said."""
    tokens, last, i = reading.tokens, -1, 0
    plain = [t if t in words.CLAUSES else re.sub(r"(?:'s|(?<=s)')$", "", t) for t in tokens]
    while i < len(tokens) - 1:
        if (plain[i] != tokens[i] and not mark_at(plain, i + 1)) or _bare_possessive(tokens, i, reading):
            last = i
        elif i and (mark_at(plain, i) or tokens[i] in ("on", "in", "at")):
            # "the woman on the left's hair": the side belongs to her.
            ahead = next((j for j in range(i, len(tokens) - 1) if plain[j] != tokens[j]), 0)
            mark = mark_at(plain[: ahead + 1], i) if ahead else None
            if mark is None or mark.kind == "relation" or i + mark.length != ahead + 1:
                break
            last = i = ahead
        i += 1
    if last < 0:
        return
    owner = re.sub(r"(?:'s|')$", "", tokens[last])
    if owner == tokens[last] or tokens[last].endswith("s'"):
        owner = tokens[last].rstrip("'") if tokens[last].endswith("'") else tokens[last][:-1]
    reading.said["of"] = " ".join((*tokens[:last], owner))
    reading.take(last + 1)


def _bare_possessive(tokens: list[str], at: int, reading: Reading) -> bool:
    """Whether an apostrophe is missing: "the womans face"."""
    word = tokens[at]
    return (
        word.endswith("s")
        and word[:-1] in words.PEOPLE
        and tokens[at + 1] in words.OWNED
        and reading.known([word[:-1]])
    )


def _end(tokens: list[str], reading: Reading) -> int:
    """Return where the noun ends at the latest: before the first mark, clause, or participle."""
    for n in range(min(5, len(tokens)), 1, -1):  # "line of text", "upper left corner"
        if reading.known(tokens[:n]) and _stops(tokens, n, reading):
            return n
    return next((i for i in range(1, len(tokens)) if _stops(tokens, i, reading)), len(tokens))


def _stops(tokens: list[str], at: int, reading: Reading) -> bool:
    if at >= len(tokens):
        return True
    word = tokens[at]
    if word in words.CLAUSES or word == "of" or word in words.SAYING or word.startswith("\0"):
        return True
    if mark_at(tokens, at):
        return True
    before = any(reading.known(tokens[i:at]) for i in range(max(0, at - 3), at))
    if word in words.PARTICIPLES or (word.endswith("ing") and word not in words.NOT_PARTICIPLES):
        leads = at + 1 == len(tokens) or mark_at(tokens, at + 1) is not None
        return before or (word in words.PARTICIPLES and leads)
    bare = word in ("left", "right") and before and (at + 1 == len(tokens) or mark_at(tokens, at + 1))
    return bool(bare) or word == "else"


def _before(reading: Reading) -> None:
    """Take what stands before the noun: how many, which side, which colour, how big."""
    said, first = reading.said, reading.tokens
    while reading.tokens:
        tokens = reading.tokens
        mark = mark_at(tokens, 0) if tokens is not first and not _named(tokens[0]) else None
        if mark and mark.kind != "rank":
            break  # "the two on the left", "those in the car"
        end = _end(tokens, reading)
        if reading.known(tokens[:end]) and not (end == 1 and len(tokens) > 1 and _counts_only(tokens)):
            break
        word, more = tokens[0], len(tokens) > 1
        taken = 1
        if word.startswith("\0"):
            said["text"] = word
        elif word in words.WHOSE and more:
            said["whose"] = word
        elif word in words.OTHER and (more or word not in ("else", "others")):
            said["other"] = True
        elif word in words.ALL and more:
            said["all"] = True
            if word == "both":
                said["count"] = 2
        elif word in words.COUNTS and more:
            said["count"] = words.COUNTS[word]
        elif word == "one" and tokens[1:2] == ["of"]:
            said["count"] = 1
        elif word == "of" and (said or reading.shades):
            pass
        elif word in words.COLLECTIONS | words.EVERYTHING and tokens[1:2] == ["of"]:
            said["all"] = said.get("all", False) or word in words.COLLECTIONS
            taken = 2  # "a group of people", "a picture of a man"
        elif word in words.RANKS and more:
            taken = _rank(reading)
        elif word == "little" and words.PEOPLE & set(tokens[:end]):
            reading.unchecked.append(word)  # young, not small in the picture
        elif word in words.SIZES and more:
            said["size"] = words.SIZES[word]
            if word in words.GUESSED_SIZES:
                reading.unchecked.append(word)
        elif word in words.GROUNDS and end > 1:
            said["ground"] = words.GROUNDS[word]
        elif (shade := _shade(tokens, reading.colours)) and more and end > len(shade):
            reading.shades.append(" ".join(shade))
            taken = len(shade)
        elif (
            more
            and (side := SIDE_FIRST.match(" ".join(tokens)))
            and (len(side[0].split()) < len(tokens) and tokens[len(side[0].split())] != "of")
        ):
            reading.sides += [words.SIDES[w] for w in (side["one"], side["two"]) if w]
            taken = len(side[0].split())
        elif word in words.DETERMINERS:
            pass
        elif start := _known_end(reading, end):
            taken = _described(reading, start, end)
            if not taken:
                break
        else:
            break
        reading.take(taken)


def _named(word: str) -> bool:
    """Whether a mark that begins with this word may be a name all the same: "the top", "drinking glasses"."""
    return word in words.SIDES or word in words.PARTICIPLES


def _counts_only(tokens: list[str]) -> bool:
    """Whether the first word is no noun here: "all of the cups"."""
    return tokens[0] in words.ALL and tokens[1] == "of"


def _rank(reading: Reading) -> int:
    """Take a rank, with the side it counts from, or the number that it stands before."""
    tokens, said = reading.tokens, reading.said
    rank = words.RANKS[tokens[0]]
    if (mark := mark_at(tokens, 0)) and mark.kind == "rank":
        said["rank"] = rank
        reading.sides += mark.sides
        return mark.length
    if tokens[1] in words.COUNTS and len(tokens) > 2:  # "the first two cups"
        said["count"] = words.COUNTS[tokens[1]]
        reading.sides.append("right" if rank < 0 else "left")
        return 2
    if tokens[1:3] == ["to", "last"] or tokens[1] == "last":  # "the second to last", "the second last"
        said["rank"] = -rank
        return 3 if tokens[1] == "to" else 2
    if tokens[1:3] == ["from", "the"] and tokens[3:4] and tokens[3] in words.SIDES:
        reading.sides.append(words.SIDES[tokens[3]])
        said["rank"] = rank
        return 4
    said["rank"] = rank
    return 1


def _known_end(reading: Reading, end: int) -> int:
    """Return where a known noun begins after words that may describe it; 0 where there is none.

    A colour is no such noun ("the crow all white"), and what has a verb or an article before it names
    nothing.
    """
    tokens = reading.tokens
    for i in range(1, min(end, DESCRIBING + 1)):
        if tokens[i - 1] in words.LINKS or tokens[i - 1] in words.PEOPLE_TWO:
            return 0
        if " ".join(tokens[i:end]) not in reading.colours and reading.known(tokens[i:end]):
            return i
    return 0


def _described(reading: Reading, start: int, end: int) -> int:
    """Take the words before a known noun: what only describes it, or what it belongs to; return how many."""
    tokens = reading.tokens
    before, tail = tokens[:start], tokens[start:end]
    # "The table edge" is an edge of the table, not of the picture, but a picture frame is something else.
    if place_noun(tail) or tail[-1] in ("border", "frame", "edge", "middle", "center", "centre"):
        if before[-1] in words.EVERYTHING:
            return 0
        reading.said["of"] = " ".join(before)
        return start
    if tail[-1] in words.OWNED and reading.known(before):
        reading.said["of"] = " ".join(before)
        return start
    reading.unchecked.append(tokens[0])
    return 1


def _shade(tokens: list[str], colours: frozenset[str]) -> list[str]:
    """Return the tokens of the colour that begins here ("dark blue" is one), or none."""
    tokens = [re.sub(r"-colou?red$", "", token) for token in tokens]
    for count in (2, 1):
        shade = " ".join(tokens[:count])
        if shade in colours:
            return tokens[:count]
    return []


def _head(reading: Reading) -> str:
    """Take the noun itself, with whose it is where "of" says so."""
    if not reading.tokens:
        return ""
    if not _named(reading.tokens[0]) and mark_at(reading.tokens, 0):
        return ""  # "the two on the left"
    end = _end(reading.tokens, reading)
    noun = re.sub(r"'s?$", "", " ".join(reading.tokens[:end]))
    reading.take(end)
    return noun


def _after(reading: Reading, noun: str) -> None:
    """Take what stands after the noun: sides, relations, clauses, and what cannot be used."""
    said, loose = reading.said, list[str]()

    def close() -> None:
        if loose:
            reading.unchecked.append(" ".join(loose))
            loose.clear()

    while tokens := reading.tokens:
        word = tokens[0]
        mark = mark_at(["", *tokens], 1)
        if word == "of" and len(tokens) > 1:
            _of(reading, noun)
            break
        if mark and not (loose and loose[-1] in words.ATTENTION and mark.kind == "relation"):
            if mark.kind == "relation":
                reading.relations.append(_relation(mark.how, tokens[mark.length :], noun, reading))
                close()
                reading.take(mark.length + len(reading.relations[-1].of.split()))
                continue
            if mark.kind == "ground":
                said["ground"] = mark.how
            reading.sides += mark.sides
            if mark.kind == "rank":
                said["rank"] = mark.rank
            reading.take(mark.length)
        elif mark:  # what one looks at is not where one is
            loose += tokens
            reading.take(len(tokens))
        elif word in words.OTHER:
            said["other"] = True
            reading.take(1)
        elif word in ("left", "right") and not loose:
            reading.sides.append(word)
            reading.take(1)
        elif word.startswith("\0"):
            said["text"] = word
            reading.take(1)
        elif word in words.CLAUSES or word in words.SAYING:
            close()
            reading.take(1)
            if word in words.CLAUSES and (shade := _shade(reading.tokens, reading.colours)):
                reading.shades.append(" ".join(shade))
                reading.take(len(shade))
        elif word in words.POSTURES and len(tokens) > 1 and mark_at(tokens, 1):
            reading.take(1)
        else:
            if word not in ("in", "on", "and", "also", "visible", "shown", "seen", "please", "currently"):
                loose.append(word)
            reading.take(1)
    close()


def _relation(how: str, tokens: list[str], noun: str, reading: Reading) -> Relation:
    """Return a relation to what the words name; what people wear they are with, not in."""
    one = singular(noun)
    stops = words.PARTICIPLES | words.CLAUSES
    ends = (i for i in range(1, len(tokens)) if mark_at(tokens, i) or tokens[i] in stops)
    end = next(ends, len(tokens))
    thing = [t for t in tokens[:end] if t not in words.DETERMINERS and t not in words.WHOSE]
    if how == "in" and thing and (noun in ("", "one", "ones") or one in words.PEOPLE or one in words.ROLES):
        worn = thing[-1] in words.WORN or singular(thing[-1]) in words.WORN
        shade = _shade(thing, reading.colours)
        if worn or (shade and not reading.known(thing[len(shade) :])):
            how = "with"
    # "The man with the monkey on the left": what follows is said of the man.
    return Relation(how, " ".join(tokens[:end] if how in ("with", "without") else tokens))


def _of(reading: Reading, noun: str) -> None:
    tokens = reading.tokens[1:]
    reading.tokens = []
    pointed = words.DETERMINERS | words.WHOSE.keys() | words.ALL | words.COUNTS.keys() | words.PRONOUNS.keys()
    if tokens[0] in pointed or singular(noun) not in words.CONTAINERS:
        reading.said["of"] = " ".join(tokens)
    else:  # "a cup of coffee": what is in it
        reading.unchecked.append("of " + " ".join(tokens))


def _settled(reading: Reading, noun: str) -> str:
    """Return the noun by its usual name, and note what it says besides."""
    said = reading.said
    if said.get("whose") == "my" and singular(noun) not in words.OWNED:
        del said["whose"]  # "my cup" is the picture's cup
    if noun in words.PRONOUNS and noun not in ("this", "that", "it"):
        said["all"] = words.PRONOUNS[noun] == "people"
        return words.PRONOUNS[noun]
    if noun in ("one", "ones"):
        if noun == "one":
            said.setdefault("count", 1)
        return ""
    if reading.known(noun.split()):
        place = place_noun(noun.split())
        return noun if noun in reading.nouns or singular(noun) in reading.nouns or not place else place
    first, _, written = noun.partition(" ")
    if written and first in words.NAMED and reading.known([first]) and "text" not in said:
        said["text"] = written  # "the word SALE"
        return first
    one = singular(noun)
    if noun in words.SEVERAL or one in words.SEVERAL:
        people, count = words.SEVERAL[noun if noun in words.SEVERAL else one]
        if count is not None and "count" not in said:
            said["count"] = count
        if noun == "others":
            said["other"] = True
        return people
    before, _, last = noun.rpartition(" ")
    describing = before.split()
    if singular(last) in words.ROLES and len(describing) <= DESCRIBING and not words.LINKS & set(describing):
        reading.unchecked.append(noun)
        return "person" if singular(last) == last else "people"
    return noun
