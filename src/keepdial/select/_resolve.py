"""Resolving: from a phrase to the things in the picture that it means.

Each part of the phrase goes to the best finder that answers its noun; owner, relations, colour, place, size,
number and rank then choose among what was found. What is not understood is an error that says so, never a
guess, and what only describes a thing and cannot be checked is said in a note.
"""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import numpy as np

from keepdial.errors import SelectionError
from keepdial.geometry import Box
from keepdial.select import Finder, Instance, Region, finders
from keepdial.select import _words as words
from keepdial.select._choose import area, by_ground, chosen, coloured, on_sides, others, prominence
from keepdial.select._phrase import Part, Phrase, singular
from keepdial.select._pool import NOT_THERE, Pool, Scene, listed, not_there, noted
from keepdial.select._where import same, tight

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.image import Image

SLIVER = 0.02
"""Less than this share of a thing is nothing left of it."""

SHOW_IT = "Show it instead: with a click (--point X,Y), a box, or a mask."


def vocabulary() -> dict[str, tuple[Finder, ...]]:
    """Return the finders that answer each noun, the best first."""
    found: dict[str, list[Finder]] = {}
    for unit in finders().values():
        for word in unit.words:
            found.setdefault(word, []).append(unit)
    return {w: tuple(sorted(units, key=lambda u: (-u.quality, u.name))) for w, units in found.items()}


def resolve(said: str, image: Image) -> tuple[Instance, ...]:
    """Return what words mean in the picture, as instances whose union is meant.

    Raises `SelectionError` when a noun is unknown, its finder lacks something here, or nothing was found.
    """
    scene = Scene(vocabulary(), image)
    phrase = scene.parsed(said)
    if not any(part.noun or part.text or part.other or part.relations for part in phrase.parts):
        raise SelectionError(f"{said!r} names nothing.", hint='Name a thing, for example "the cup".')
    return of_phrase(phrase, scene)


def names(said: str) -> frozenset[str]:
    """Return the names of the finders that words would ask for what they mean, without asking them.

    What a thing is by, or whose it is, is not counted: in "the cup next to the text" the text is not meant.
    """
    scene = Scene(vocabulary(), None)  # type: ignore[arg-type]
    asked: set[str] = set()
    for part in scene.parsed(said).parts:
        word = scene.word(part.noun or ("text" if part.text else ""))
        if scene.word(part.noun) and part.of and "place" in {u.name for u in scene.known[word]}:
            asked |= names(part.of)  # the left half of the face
            continue
        asked |= {unit.name for unit in scene.known.get(word, ())}
    return frozenset(asked)


def of_phrase(phrase: Phrase, scene: Scene) -> tuple[Instance, ...]:
    """Return the things that a phrase means, without what it leaves out."""
    found: list[Instance] = []
    lacking: list[SelectionError] = []
    for part in phrase.parts:
        try:
            found += of_part(part, scene)
        except SelectionError as error:
            if not part.either:
                raise
            lacking.append(error)
    if lacking and not found:
        raise lacking[0]
    if lacking:
        found = [noted(i, " ".join(str(error).splitlines()[0] for error in lacking)) for i in found]
    if phrase.without is None:
        return tuple(found)
    size = scene.image.size
    hole = np.zeros((size.height, size.width), np.float32)
    for instance in of_phrase(phrase.without, scene):
        spot = hole[instance.region.box.slices]
        np.maximum(spot, instance.region.values, out=spot)
    left = ((_without(instance, hole), instance) for instance in found)
    # What is left of somebody who is left out is the rim where two outlines differ.
    return tuple(i for i, before in left if area(i) > SLIVER * area(before))


def _without(instance: Instance, hole: NDArray[np.float32]) -> Instance:
    box = instance.region.box
    return replace(
        instance, region=Region(box, np.minimum(instance.region.values, np.float32(1) - hole[box.slices]))
    )


def of_part(part: Part, scene: Scene) -> tuple[Instance, ...]:
    """Return the things that one part means, with notes of what was decided."""
    whole = part.noun in words.EVERYTHING and not scene.word(part.noun)
    if whole or (part.other and not part.noun):
        return _everything(part, scene)
    return taken(pool_of(part, scene), scene)


def taken(pool: Pool, scene: Scene) -> tuple[Instance, ...]:
    """Return which of a pool are meant, with its notes."""
    part, found, one = pool.part, pool.found, singular(pool.noun)
    if pool.settled:
        picked = found
    elif pool.ranked and not (part.sides or part.size or part.rank is not None):
        count = part.count if part.count is not None else len(found) if pool.plural else 1
        picked = found[:count]
        if len(picked) < len(found) and part.count is None:
            pool.notes.append(f"{len(found)} of {one} fit; took the one that fits best.")
    elif pool.mass and len(found) == 1 and part.sides and not (part.size or part.count):
        picked = (on_sides(found[0], part.sides, scene.image.size),)  # the sky on the left: that much of it
        if not area(picked[0]):
            raise not_there(f"{pool.noun} on the {' '.join(part.sides)}")
    else:
        picked = chosen(found, part, pool.plural, scene.image)
    if pool.open and len(picked) < len(found) and not pool.ranked:
        pool.notes.append(
            f"{len(found)} of {one} were found; took the most prominent. Say which (left, biggest, second), "
            f'or "all {pool.noun}".'
        )
    if part.count is not None and not pool.settled and len(picked) < part.count:
        pool.notes.append(f"{part.count} of {one} were named; only {len(picked)} were found.")
    if part.pronoun == "it":
        pool.notes.append("'it' was taken as the main subject.")
    if pool.unchecked:
        which = f"the {one}" if len(picked) == 1 else f"all {len(picked)}"
        if len(picked) == 1 < len(found):
            which = f"one {one} of {len(found)}"
        pool.notes.append(f"Could not check {listed(pool.unchecked)}; took {which}.")
    note = " ".join(dict.fromkeys(pool.notes))
    return tuple(noted(i, note) for i in picked)


def _everything(part: Part, scene: Scene) -> tuple[Instance, ...]:
    """Return the whole picture, a side of it, or all but the subject."""
    if part.relations or part.colours or part.of:
        raise SelectionError(
            f"{part.noun or 'the rest'!r} can only be all of the picture, or what is on one side of it.",
            hint=f"Name the things that are meant. {SHOW_IT}",
        )
    if part.other or part.ground == "background":
        noun = "background"
    elif part.ground:
        noun = "subject"
    elif part.sides:
        two = " ".join(sorted(set(part.sides), key=("top", "bottom", "left", "right", "middle").index))
        noun = f"{two} corner" if len(set(part.sides)) > 1 else "middle" if two == "middle" else f"{two} half"
    else:
        size = scene.image.size
        whole = np.ones((size.height, size.width), np.float32)
        return (Instance(Region(Box(0, 0, size.width, size.height), whole), "the whole picture"),)
    return of_part(Part(noun), scene)


def pool_of(part: Part, scene: Scene) -> Pool:
    """Return what may be meant by a part."""
    from keepdial.select import _whose

    noun = part.noun or ("text" if part.text else "")
    nameless = replace(part, noun="", relations=()) == Part("")
    if nameless and len(part.relations) == 1 and (not noun or noun in words.AREAS - scene.known.keys()):
        return _room(part, scene)
    if not noun:
        raise SelectionError("It was not said what is meant.", hint='Name it, for example "the two cups".')
    word = scene.word(noun)
    if word and part.of and scene.known[word][0].name == "place":
        return _whose.spots(part, word, scene)
    pool = asked(part, noun, word, scene)
    if pool.part.of or pool.part.whose:
        _whose.belonging(pool, scene)
    if pool.part.relations:
        _whose.related(pool, scene)
    if part.other:
        pool.found = others(pool.found, scene.subject())
        pool.plural = pool.plural or part.count is None
        if not pool.found:
            raise not_there(f"other {singular(noun)}")
        pool.notes.append(f"Took {len(pool.found)} of {singular(noun)} besides the main one.")
    if part.ground and len(pool.all) > 1:
        pool.found = by_ground(pool.found, part.ground, scene.subject())
        if not pool.found:
            raise not_there(f"{noun} in the {part.ground}")
        if len(pool.found) == len(pool.all):
            pool.unchecked.append(f"in the {part.ground}")
    elif part.ground:
        pool.unchecked.append(f"in the {part.ground}")
    return pool


def _room(part: Part, scene: Scene) -> Pool:
    """Return the place by another thing, where no thing is named: "to the left of the tree"."""
    from keepdial.select._room import room

    (relation,) = part.relations
    others_, ambiguous = alternatives(relation.of, scene)
    place = room(relation.how, others_[0], scene.image.size)
    if place is None:
        raise SelectionError(
            f"The picture has no room {relation.how} {relation.of}.", hint=SHOW_IT, detail=NOT_THERE
        )
    one = Instance(place, f"the place {relation.how} {relation.of}", 0.5)
    pool = Pool(replace(part, relations=()), part.noun or "place", (one,), (one,), plural=True, settled=True)
    pool.notes += [str(i.detail["note"]) for i in others_[0] if "note" in i.detail]
    if ambiguous and len(others_) > 1:
        pool.notes.append(f"{len(others_)} of {ambiguous} were found; took the most prominent.")
    return pool


def asked(part: Part, noun: str, word: str, scene: Scene) -> Pool:
    """Return everything that a part's noun and colours mean, from the best finder that can work."""
    known, one = scene.known, singular(noun)
    notes: list[str] = []
    unchecked = list(part.unchecked)
    able = [unit for unit in finders().values() if unit.anything()]
    units = _units(part, noun, known, able)
    word = word or one
    if units:
        unit = units[0]
        found: tuple[Instance, ...] = ()
        if unchecked and able and not part.of and unit.name != "text":
            # What takes any words may know an old man from others.
            role = one == "person" and singular(unchecked[-1]) in words.ROLES
            found = _ask(able[0], " ".join(unchecked if role else (*unchecked, one)), part, scene)
        if found:
            unchecked = []
        else:
            found = _ask(unit, word, part, scene)
    else:
        # "the red car" with nobody here who knows cars: what is red is the best that can be offered.
        unit = known[part.colours[-1]][0]
        found = _ask(unit, part.colours[-1], replace(part, of="", whose=""), scene)
        notes = [
            f"Nobody here can find a {word} ({known[word][0].missing()}); took what is {part.colours[-1]}."
        ]
        part = replace(part, colours=(), all=not (part.sides or part.size or part.rank))
    found = tuple(i for i in found if tight(i) is not None)
    if part.colours:
        found = coloured(found, part.colours, scene.image)
    if not found:
        what = " ".join((*part.colours, noun)) + (f' "{part.text}"' if part.text else "")
        raise not_there(what)
    if word in words.TOLD_APART and len(found) > 1 and all(i.label == "person" for i in found):
        notes.append(f"Nobody here can tell a {word} from other people.")
    if "of" in unit.options.model_fields:
        part = replace(part, of="", whose="")
    plural = part.all or (noun != one and part.count != 1) or word in unit.mass or part.count not in (None, 1)
    return Pool(part, noun, found, found, plural, word in unit.mass, notes=notes, unchecked=unchecked)


def _units(part: Part, noun: str, known: dict[str, tuple[Finder, ...]], able: list[Finder]) -> list[Finder]:
    """Return the finders that can look for a noun here, the best first; none where only its colour is left.

    Raises `SelectionError` for a noun that nobody knows, or that nobody can look for here.
    """
    word = next((w for w in (noun, singular(noun)) if w in known), "")
    if not word and not able:
        raise _unknown(noun, known)
    units = [unit for unit in known.get(word, able) if not unit.missing()]
    if not units and not part.colours:
        raise SelectionError(f"Nothing here can find {noun!r}.", hint=f"{known[word][0].missing()} {SHOW_IT}")
    return units


def lacking(said: str) -> str:
    """Return why what words mean cannot be looked for on this machine, as a sentence; "" when it can.

    No picture is looked at: a noun that nobody knows, or whose model is not installed, is told. Owners and
    other things are not asked about, as they may turn out not to be needed.
    """
    return _lacking(Scene(vocabulary(), None).parsed(said))  # type: ignore[arg-type]


def _lacking(phrase: Phrase) -> str:
    known = vocabulary()
    able = [unit for unit in finders().values() if unit.anything()]
    told = []
    for part in phrase.parts:
        noun = part.noun or ("text" if part.text else "")
        units = known.get(noun, ())
        if not noun or (noun in words.EVERYTHING | words.AREAS and not units):
            continue
        if part.of and units and units[0].name == "place":
            told.append(lacking(part.of))
            continue
        try:
            _units(part, noun, known, able)
        except SelectionError as error:
            told.append(str(error))
        else:
            told.append("")
    if phrase.parts and all(part.either for part in phrase.parts) and "" in told:
        told = []
    if phrase.without is not None:
        told.append(_lacking(phrase.without))
    return next(filter(None, told), "")


def _ask(unit: Finder, word: str, part: Part, scene: Scene) -> tuple[Instance, ...]:
    """Ask the finder, handing it what its options have a field for."""
    fields = unit.options.model_fields
    options: dict[str, Any] = {}
    if "name" in fields:
        options["name"] = word
    if part.text is not None:
        if "text" not in fields:
            raise SelectionError(
                f"{word!r} cannot be told apart by the words {part.text!r}.",
                hint=f'Say: the text "{part.text}".',
            )
        options["text"] = part.text
    if "of" in fields:
        of = part.of or words.WHOSE.get(part.whose, "")
        if not of:
            raise SelectionError(f"{word!r} of what?", hint=f'Say whose, for example "{word} of the cup".')
        options["of"] = of
    return scene.ask(unit, **options)


def alternatives(
    said: str, scene: Scene, lent: str = "", besides: Instance | None = None
) -> tuple[list[tuple[Instance, ...]], str]:
    """Return what words may mean, the likeliest first, and the noun where it stands for one of several.

    Args:
        said: the words.
        scene: what is known, and the picture.
        lent: the noun that "the red one" takes.
        besides: the thing that is told by them; it is none of them, so "the other cup" beside a cup may be
            any further cup.
    """
    phrase = scene.parsed(said)
    if len(phrase.parts) == 1 and phrase.without is None:
        (part,) = phrase.parts
        if lent and not (part.noun or part.text):
            part = replace(part, noun=lent, count=None if part.count == 1 else part.count)
        if part.other and besides is not None and singular(part.noun) == part.noun:
            part = replace(part, other=False)
        if part.noun and part.noun not in words.EVERYTHING:
            pool = pool_of(part, scene)
            if besides is not None:
                pool.found = tuple(i for i in pool.found if not same(i, besides))
                if not pool.found:
                    return [], ""
            if pool.open and not pool.ranked:
                ordered = sorted(pool.found, key=prominence, reverse=True)
                return [(noted(i, pool.said),) for i in ordered], singular(pool.noun)
            return [taken(pool, scene)], ""
    return [of_phrase(phrase, scene)], ""


def _unknown(noun: str, known: dict[str, tuple[Finder, ...]]) -> SelectionError:
    near = get_close_matches(noun, known, n=3, cutoff=0.7)
    meant = f" Did you mean {', '.join(near)}?" if near else ""
    return SelectionError(
        f"Nothing here knows what {noun!r} looks like.{meant}",
        hint=f"`keepdial doctor` lists the words that are known; the model owlv2 adds others. {SHOW_IT}",
    )
