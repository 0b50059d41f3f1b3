"""Resolving: from a phrase to the things in the picture that it means.

Each part of the phrase goes to the best finder that answers its noun; colour, place, size and rank then
choose among what was found. What is not understood is an error that says so, never a guess.
"""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import numpy as np

from keepdial.errors import SelectionError
from keepdial.geometry import Box
from keepdial.mask import bounds
from keepdial.select import Finder, Instance, Region, finders, nothing_found
from keepdial.select._phrase import Part, Phrase, parse, singular

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.image import Image

LEAST_COLOUR = 0.2
"""A thing has a colour when at least this share of it has."""

SHOW_IT = "Show it instead: with a click (--point X,Y), a box, or a mask."


def vocabulary() -> dict[str, tuple[Finder, ...]]:
    """Return the finders that answer each noun, the best first."""
    found: dict[str, list[Finder]] = {}
    for unit in finders().values():
        for word in unit.words:
            found.setdefault(word, []).append(unit)
    return {w: tuple(sorted(units, key=lambda u: (-u.quality, u.name))) for w, units in found.items()}


def resolve(words: str, image: Image) -> tuple[Instance, ...]:
    """Return what `words` mean in the picture, as instances whose union is meant.

    Raises `SelectionError` when a noun is unknown, its finder lacks something here, or nothing was found.
    """
    from keepdial.regions.colours import COLOURS

    known = vocabulary()
    phrase = parse(words, colours=COLOURS, nouns=frozenset(known))
    if not any(part.noun or part.text for part in phrase.parts):
        raise SelectionError(f"{words!r} names nothing.", hint='Name a thing, for example "the cup".')
    return _of_phrase(phrase, known, image)


def names(words: str) -> frozenset[str]:
    """Return the names of the finders that `words` would ask, without asking them."""
    from keepdial.regions.colours import COLOURS

    known = vocabulary()
    asked: set[str] = set()
    for part in parse(words, colours=COLOURS, nouns=frozenset(known)).parts:
        noun = part.noun or ("text" if part.text else "")
        units = known.get(noun) or known.get(singular(noun)) or ()
        asked |= {unit.name for unit in units}
    return frozenset(asked)


def _of_phrase(phrase: Phrase, known: dict[str, tuple[Finder, ...]], image: Image) -> tuple[Instance, ...]:
    found = [i for part in phrase.parts for i in _of_part(part, known, image)]
    if phrase.without is None:
        return tuple(found)
    hole = np.zeros((image.size.height, image.size.width), np.float32)
    for instance in _of_phrase(phrase.without, known, image):
        area = hole[instance.region.box.slices]
        np.maximum(area, instance.region.values, out=area)
    left = (_without(instance, hole) for instance in found)
    return tuple(i for i in left if i.region.values.any())


def _without(instance: Instance, hole: NDArray[np.float32]) -> Instance:
    box = instance.region.box
    return replace(
        instance, region=Region(box, np.minimum(instance.region.values, np.float32(1) - hole[box.slices]))
    )


def _of_part(part: Part, known: dict[str, tuple[Finder, ...]], image: Image) -> tuple[Instance, ...]:
    noun = part.noun or ("text" if part.text else "")
    one = singular(noun)
    word = noun if noun in known else one
    if word not in known:
        if part.colours and not noun:
            noun = word = part.colours[-1]
        elif able := [unit for unit in finders().values() if unit.anything()]:
            known = {**known, one: tuple(able)}
            word = one
        else:
            raise _unknown(noun, known)
    ready = [unit for unit in known[word] if not unit.missing()]
    note = ""
    if ready:
        unit = ready[0]
        found = _asked(unit, word, part, image)
    elif part.colours:
        # "the red car" with nobody here who knows cars: what is red is the best that can be offered.
        unit = known[part.colours[-1]][0]
        found = _asked(unit, part.colours[-1], part, image)
        note = f"Nobody here can find a {word} ({known[word][0].missing()}); took what is {part.colours[-1]}."
        part = replace(part, colours=(), all=not (part.sides or part.size or part.rank))
    else:
        raise SelectionError(f"Nothing here can find {noun!r}.", hint=f"{known[word][0].missing()} {SHOW_IT}")
    if part.colours:
        found = _coloured(found, part.colours, image)
    what = " ".join((*part.colours, noun)) + (f' "{part.text}"' if part.text else "")
    if not found:
        raise nothing_found(what)
    plural = part.all or (noun != one) or word in unit.mass
    chosen = _chosen(found, part, plural, image)
    if len(chosen) < len(found) and not note and not (part.sides or part.size or part.rank):
        note = (
            f"{len(found)} of {one} were found; took the most prominent. Say which (left, biggest, second), "
            f'or "all {noun}".'
        )
    return tuple(_noted(i, note) for i in chosen)


def _noted(instance: Instance, note: str) -> Instance:
    return replace(instance, detail={**instance.detail, "note": note}) if note else instance


def _asked(unit: Finder, word: str, part: Part, image: Image) -> tuple[Instance, ...]:
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
        if not part.of:
            raise SelectionError(f"{word!r} of what?", hint=f'Say whose, for example "{word} of the cup".')
        options["of"] = part.of
    elif part.of:
        raise SelectionError(
            f"{word!r} of {part.of!r} is not understood.", hint=f"Name {part.of!r} alone. {SHOW_IT}"
        )
    assert unit.find is not None
    return unit.find(unit.options.build(**options), image)


def _coloured(found: tuple[Instance, ...], colours: tuple[str, ...], image: Image) -> tuple[Instance, ...]:
    """Return the instances that have the colours, each whole: the red car has black tyres too."""
    from keepdial.regions.colours import colour_map
    from keepdial.scene import scene_of

    rgb = scene_of(image).rgb
    kept = []
    for instance in found:
        box, values = instance.region.box, instance.region.values
        weight = float(values.sum())
        shares = [
            float((np.asarray(colour_map(rgb[box.slices], colour)) * values).sum()) / weight
            if weight
            else 0.0
            for colour in colours
        ]
        if min(shares) >= LEAST_COLOUR:
            kept.append((min(shares), instance))
    # Of several that have enough of it, those with clearly less than the best have only spots of it.
    best = max((share for share, _ in kept), default=0.0)
    return tuple(instance for share, instance in kept if share >= best / 2)


def _chosen(found: tuple[Instance, ...], part: Part, plural: bool, image: Image) -> tuple[Instance, ...]:
    """Return which of the instances are meant by place, size and rank."""
    tight = [(i, _tight(i)) for i in found]
    here = [(i, box) for i, box in tight if box is not None]
    if part.rank is not None:
        side = part.sides[-1] if part.sides else "left"
        ordered = sorted(here, key=lambda pair: _along(pair[1], side, image))
        index = part.rank - 1 if part.rank > 0 else part.rank
        if not -len(ordered) <= index < len(ordered):
            raise SelectionError(
                f"There is no number {part.rank} of {part.noun!r}: {len(ordered)} were found.",
                hint="Count from the left, or name a side: the second from the right.",
            )
        return (ordered[index][0],)
    if part.size:
        sign = -1 if part.size == "biggest" else 1
        return (min(here, key=lambda pair: sign * float(pair[0].region.values.sum()))[0],)
    if part.sides and plural:
        kept = tuple(i for i, box in here if all(_on(box, side, image) for side in part.sides))
        if not kept:
            raise nothing_found(f"{part.noun} on the {' '.join(part.sides)}")
        return kept
    if part.sides:
        return (min(here, key=lambda pair: sum(_along(pair[1], s, image) for s in part.sides))[0],)
    if plural:
        return found
    return (max(here, key=lambda pair: pair[0].score * float(pair[0].region.values.sum()) ** 0.5)[0],)


def _tight(instance: Instance) -> Box | None:
    box = bounds(instance.region.values)
    return None if box is None else box.shift(instance.region.box.x, instance.region.box.y)


def _centre(box: Box, image: Image) -> tuple[float, float]:
    return (box.x + box.width / 2) / image.size.width, (box.y + box.height / 2) / image.size.height


def _along(box: Box, side: str, image: Image) -> float:
    """Return how far a box is from a side (or from the middle), in picture sides."""
    x, y = _centre(box, image)
    far: dict[str, float] = {
        "left": x,
        "right": 1 - x,
        "top": y,
        "bottom": 1 - y,
        "middle": float(((x - 0.5) ** 2 + (y - 0.5) ** 2) ** 0.5),
    }
    return far[side]


def _on(box: Box, side: str, image: Image) -> bool:
    return _along(box, side, image) < (0.5 if side != "middle" else 0.25)


def _unknown(noun: str, known: dict[str, tuple[Finder, ...]]) -> SelectionError:
    near = get_close_matches(noun, known, n=3, cutoff=0.7)
    meant = f" Did you mean {', '.join(near)}?" if near else ""
    return SelectionError(
        f"Nothing here knows what {noun!r} looks like.{meant}",
        hint=f"`keepdial doctor` lists the words that are known; the model owlv2 adds others. {SHOW_IT}",
    )
