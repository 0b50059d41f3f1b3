"""What is said about scenes: captions, and instructions that change one attribute."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from keepdial.evaluate.world.scene import (
    BACKGROUNDS,
    COLOURS,
    LETTERS,
    MOODS,
    NOTHING,
    PATTERNED,
    POSITIONS,
    SHAPES,
    SIZES,
    SURFACES,
    Scene,
)

_PLACES = {
    "left": ("on the left", "at the left", "left"),
    "right": ("on the right", "at the right", "right"),
    "top": ("at the top", "on top", "top"),
    "bottom": ("at the bottom", "below", "bottom"),
    "centre": ("in the centre", "in the middle", "centre"),
}
_GROUNDS = {
    "sky": ("in the sky", "sky", "with clouds"),
    "sunset": ("at sunset", "sunset"),
    "forest": ("in the forest", "forest", "in the woods"),
    "night": ("at night", "night"),
    "sand": ("on sand", "sand", "on the beach"),
}
_NAMES = {
    "circle": ("circle", "ball", "disc"),
    "square": ("square", "box"),
    "triangle": ("triangle",),
    "star": ("star",),
    "ring": ("ring",),
    "face": ("face",),
}
_OPENINGS = ("a photo of", "a picture of", "photo,", "picture:")

_EDITS: dict[str, tuple[str, ...]] = {
    "colour": (
        "make it {0}",
        "make the {1} {0}",
        "turn the {1} {0}",
        "paint it {0}",
        "paint the {1} {0}",
        "change the colour to {0}",
        "change the colour of the {1} to {0}",
    ),
    "shape": (
        "turn it into a {0}",
        "turn the {1} into a {0}",
        "replace the {1} with a {0}",
        "make it a {0}",
        "change the {1} to a {0}",
    ),
    "size": ("make it {0}", "make the {1} {0}"),
    "position": (
        "move it to the {0}",
        "move the {1} to the {0}",
        "put it at the {0}",
        "put the {1} at the {0}",
    ),
    "surface": ("make it {0}", "make the {1} {0}", "paint it {0}"),
    "background": (
        "change the background to {0}",
        "make the background {0}",
        "replace the background with {0}",
        "turn the background into {0}",
    ),
    "mood": ("make it {0}", "make the {1} {0}", "change the mood to {0}"),
    "letter": ("write {0}", "add the letter {0}", "write {0} in the corner"),
    "removed": ("remove it", "remove the {1}", "delete the {1}", "erase the {1}"),
    "added": ("add a {0}", "draw a {0}", "put a {0}"),
    "unlettered": ("remove the letter", "remove the text", "erase the letter"),
}


def caption(
    scene: Scene, rng: np.random.Generator | None = None, *, drop: float = 0.2, placed: bool = True
) -> str:
    """A sentence about `scene`.

    Without `rng` it names everything that can be seen, always in the same words. With it, each attribute but
    the shape is left out with probability `drop`, the order of the parts varies, and other words for the same
    thing are used now and then. `placed` = False never says where the object is, for one that stands
    elsewhere than at the named places.
    """

    def named(chance: float = drop) -> bool:
        return rng is None or rng.random() >= chance

    ground = _one(_GROUNDS[scene.background], rng) if named() else ""
    letter = f"with the letter {scene.letter}" if scene.letter and named() else ""
    if scene.shape == NOTHING:
        parts = [NOTHING, ground, letter]
    else:
        adjectives = _adjectives(scene, named)
        if rng is not None and rng.random() < 0.15:
            rng.shuffle(adjectives)
        thing = " ".join(["a", *adjectives, _one(_NAMES[scene.shape], rng)])
        parts = [thing, _one(_PLACES[scene.position], rng) if placed and named() else "", ground, letter]
    if rng is not None and rng.random() < 0.15:
        parts = [parts[0], *parts[1:][::-1]]
    kept = [part for part in parts if part]
    if rng is None:
        return " ".join(kept)
    text = (", " if rng.random() < 0.25 else " ").join(kept)
    return f"{_one(_OPENINGS, rng, usual=0)} {text}" if rng.random() < 0.1 else text


def _adjectives(scene: Scene, named: object) -> list[str]:
    assert callable(named)
    found = [scene.size if named() else "", scene.colour if named() else ""]
    if scene.shape == "face":
        found.append(scene.mood if named() else "")
    elif scene.shape in PATTERNED and (scene.surface != "plain" or named(0.7)):
        found.append(scene.surface if named() else "")
    return [word for word in found if word]


def change(scene: Scene, rng: np.random.Generator, attribute: str | None = None) -> tuple[Scene, str, str]:
    """The scene with one attribute changed, the instruction that asks for it, and the attribute's name.

    Only what can be seen is changed: a face has no surface, and nothing has no colour. `attribute` chooses
    which; None = a random one. Raises ValueError where the attribute cannot be changed in this scene.
    """
    able = _changeable(scene)
    if attribute is None:
        attribute = able[int(rng.integers(len(able)))]
    elif attribute not in able:
        raise ValueError(f"the {attribute} of this {scene.shape} cannot be changed: {', '.join(able)} can")
    if attribute == "shape":
        return _reshaped(scene, rng)
    if attribute == "letter":
        return _lettered(scene, rng)
    values = {
        "colour": COLOURS,
        "size": SIZES,
        "position": POSITIONS,
        "surface": SURFACES,
        "background": BACKGROUNDS,
        "mood": MOODS,
    }[attribute]
    value = _other(values, getattr(scene, attribute), rng)
    said = {"small": "smaller", "big": "bigger"}.get(value, value)
    named: dict[str, Any] = {attribute: value}
    return dataclasses.replace(scene, **named), _say(attribute, said, scene, rng), attribute


def _changeable(scene: Scene) -> list[str]:
    if scene.shape == NOTHING:
        return ["shape", "background", "letter"]
    able = ["shape", "colour", "size", "position", "background", "letter"]
    able += ["surface"] if scene.shape in PATTERNED else []
    return able + (["mood"] if scene.shape == "face" else [])


def _reshaped(scene: Scene, rng: np.random.Generator) -> tuple[Scene, str, str]:
    if scene.shape == NOTHING:
        value = _other(SHAPES, "", rng)
        after = dataclasses.replace(scene, shape=value, surface="plain")
        place = _one(_PLACES[scene.position], rng, usual=1)
        mood = [scene.mood] if value == "face" else []
        thing = " ".join([scene.size, scene.colour, *mood, _one(_NAMES[value], rng), place])
        return after, _say("added", thing, scene, rng), "shape"
    if rng.random() < 0.2:
        return dataclasses.replace(scene, shape=NOTHING), _say("removed", "", scene, rng), "shape"
    # A pattern has to stay: stripes cannot go on to a face.
    allowed = SHAPES if scene.surface == "plain" else PATTERNED
    value = _other(allowed, scene.shape, rng)
    said = f"{scene.mood} face" if value == "face" else _one(_NAMES[value], rng)
    return dataclasses.replace(scene, shape=value), _say("shape", said, scene, rng), "shape"


def _lettered(scene: Scene, rng: np.random.Generator) -> tuple[Scene, str, str]:
    value = "" if scene.letter and rng.random() < 0.6 else _other(LETTERS[1:], scene.letter, rng)
    after = dataclasses.replace(scene, letter=value)
    return after, _say("letter" if value else "unlettered", value, scene, rng), "letter"


def _other(values: tuple[str, ...], value: str, rng: np.random.Generator) -> str:
    others = [one for one in values if one != value]
    return others[int(rng.integers(len(others)))]


def _say(edit: str, value: str, scene: Scene, rng: np.random.Generator) -> str:
    forms = _EDITS[edit]
    name = _one(_NAMES[scene.shape], rng) if scene.shape != NOTHING else NOTHING
    return forms[int(rng.integers(len(forms)))].format(value, name)


def _one(forms: tuple[str, ...], rng: np.random.Generator | None, *, usual: float = 0.7) -> str:
    """The first form in `usual` of all cases, else any."""
    if rng is None or rng.random() < usual:
        return forms[0]
    return forms[int(rng.integers(len(forms)))]


def words() -> list[str]:
    """Every word that captions and instructions use, lower case, in alphabetical order."""
    texts = [*_OPENINGS, "a nothing , :", "with the letter"]
    for values in (
        SHAPES,
        COLOURS,
        SIZES,
        POSITIONS,
        SURFACES,
        BACKGROUNDS,
        MOODS,
        LETTERS,
        ("smaller", "bigger"),
    ):
        texts += values
    for forms in (*_PLACES.values(), *_GROUNDS.values(), *_NAMES.values()):
        texts += forms
    for forms in _EDITS.values():
        texts += [form.format(" ", " ") for form in forms]
    return sorted(
        {word for text in texts for word in text.lower().replace(",", " , ").replace(":", " : ").split()}
    )
