"""From a detected box to the thing's outline."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from keepdial.geometry import Box
from keepdial.scene import scene_of
from keepdial.select._things import BOXY, ROUND, VOC

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from keepdial.image import Image
    from keepdial.networks.yolox import Detection

    Map = NDArray[np.float32]

LOOSE = 0.04
"""Detected boxes may cut a thing's edge: they are grown by this part of their sides before outlining."""
REACH = 0.4
"""So far, in sides of the box, a person may reach beyond a box that cuts them."""
AROUND = 0.3
"""So much of a box's sides around it is shown to the segmenter, which learns there what the thing is not."""
FILLED = 0.25
"""A mask of people is taken as it is where it fills this much of a person's box; else it missed them."""
STRENGTH = np.float32(0.5)
"""Of a prior's certainty so much counts: it is rough at edges and takes in neighbours of the same class."""
HINT = 0.1
"""A prior that is sure in less than this part of the box saw something else, and is not used."""
CORE, ROUND_CORE = 0.7, 0.85
"""Within this part of the half sides a thing that fills its box is there, and a round one."""
RIM = 1.3
"""Beyond this part of the half sides a round thing is certainly not."""
LEAST, MOST = 0.05, 0.98
"""An outline that fills less or more of the box than this is none: the prior, else the box, stands."""
SMALL = 0.25
"""A person whose box is less than this part of the picture is looked at by themselves."""
WORKING = 512
"""Longer side at which a network's map is brought to the picture's edges."""


def outline(one: Detection, others: Sequence[Detection], image: Image) -> tuple[Box, Map]:
    """Return a box and the values in it, float32 in [0, 1], 1 = inside, for one detection.

    The best tool that is installed draws it: the Segment Anything family, given the box; for people their
    own network; else the embedded segmenter, given the box and, for the classes that the VOC network knows,
    what that says. `others` of the same kind that overlap keep what is nearer to them.
    """
    from keepdial.networks import sam

    rgb = scene_of(image).rgb
    size = image.size
    box = one.box.grow(max(2, round(one.box.width * LOOSE)), max(2, round(one.box.height * LOOSE))).clip(size)
    if sam.ready():
        return box, np.ascontiguousarray(sam.segment(rgb, box=box)[box.slices])
    if one.label == "person":
        wide = one.box.grow(round(one.box.width * REACH), round(one.box.height * REACH)).clip(size)
        people = _people(wide, image)
        if people is not None and (people[_within(box, wide)] > 0.5).mean() >= FILLED:
            return wide, _reaching(people, _within(box, wide)) * _mine(one, others, wide)
    return box, _segmented(one, box, image)


def _within(box: Box, wide: Box) -> tuple[slice, slice]:
    return box.shift(-wide.x, -wide.y).slices


def _reaching(people: Map, inside: tuple[slice, slice]) -> Map:
    """Return the pieces of a mask that lie mostly `inside`: an arm goes on, a neighbour does not."""
    import cv2

    core = (people > 0.5).astype(np.uint8)
    count, labels = cv2.connectedComponents(core, connectivity=8)
    areas = np.bincount(labels.ravel(), minlength=count)
    within = np.bincount(labels[inside].ravel(), minlength=count)
    mine = 2 * within >= areas
    mine[0] = False
    kept = cv2.dilate(mine[labels].astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    return np.where(kept & (mine[labels] | (labels == 0)), people, np.float32(0))


def _people(box: Box, image: Image) -> Map | None:
    """Return the mask of people in `box`, its edge led by the picture; None without the model.

    A small box is looked at once more by itself, and the two answers are averaged.
    """
    from keepdial.networks import selfie
    from keepdial.networks.pictures import resized
    from keepdial.saliency.refine import refine
    from keepdial.select._maps import person

    found = person(image)
    if found is None:
        return None
    part = np.ascontiguousarray(found[box.slices])
    if box.area < SMALL * image.size.area:
        part = (part + selfie.person_in(scene_of(image).rgb, box)) / np.float32(2)
    scale = min(1.0, WORKING / max(box.width, box.height))
    small = resized(part, max(1, round(box.width * scale)), max(1, round(box.height * scale)))
    return refine(small, np.ascontiguousarray(scene_of(image).rgb[box.slices]))


def _segmented(one: Detection, box: Box, image: Image) -> Map:
    from keepdial.segment import segment

    around = box.grow(round(box.width * AROUND) + 8, round(box.height * AROUND) + 8).clip(image.size)
    inner = box.shift(-around.x, -around.y)
    prior = _prior(one.label, image)
    if prior is not None and (prior[box.slices] > 0.5).mean() < HINT:
        prior = None
    hint = None if prior is None else 0.5 + STRENGTH * (prior[around.slices] - np.float32(0.5))
    crop = np.ascontiguousarray(scene_of(image).rgb[around.slices])
    core = _core(one.label, one.box.shift(-around.x, -around.y), crop.shape[:2])
    found = np.ascontiguousarray(segment(crop, box=inner, hints=core, prior=hint)[inner.slices])
    if LEAST <= (found > 0.5).mean() <= MOST:
        return found
    if prior is not None:
        return np.ascontiguousarray(prior[box.slices])
    return np.ones((box.height, box.width), np.float32)


def _core(label: str, box: Box, shape: tuple[int, ...]) -> NDArray[np.int8] | None:
    """Return what is known beforehand of a thing that fills its box: 1 = certainly in, -1 = certainly out.

    Without it a red cup on a red saucer ends where its white rim does.
    """
    if label not in ROUND | BOXY:
        return None
    rows = (np.arange(shape[0]) + 0.5 - box.y - box.height / 2) / (box.height / 2)
    columns = (np.arange(shape[1]) + 0.5 - box.x - box.width / 2) / (box.width / 2)
    away = rows[:, None] ** 2 + columns[None, :] ** 2
    known = (away < (ROUND_CORE if label in ROUND else CORE) ** 2).astype(np.int8)
    if label in ROUND:
        known[away > RIM**2] = -1
    return known


def _prior(label: str, image: Image) -> Map | None:
    from keepdial.models import installed
    from keepdial.networks import deeplab

    if label not in VOC or not installed(deeplab.MODEL):
        return None
    scene = scene_of(image)
    name = VOC[label]
    return scene.once(("voc", name), lambda: deeplab.probability(scene.rgb, name))


def _mine(one: Detection, others: Sequence[Detection], box: Box) -> Map:
    """Return 1 where this detection is nearest, measured in each one's half sides; 0 where another is."""

    def distance(other: Detection) -> NDArray[np.float64]:
        b = other.box
        rows = (np.arange(box.y, box.bottom) + 0.5 - b.y - b.height / 2) / (b.height / 2)
        columns = (np.arange(box.x, box.right) + 0.5 - b.x - b.width / 2) / (b.width / 2)
        return np.asarray(rows[:, None] ** 2 + columns[None, :] ** 2)

    own = distance(one)
    mine = np.ones((box.height, box.width), np.float32)
    for other in others:
        if other is not one and other.label == one.label and other.box.intersects(box):
            mine[distance(other) < own] = 0
    return mine
