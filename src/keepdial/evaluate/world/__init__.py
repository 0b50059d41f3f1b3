"""A small drawn world: pictures of 64 x 64 px whose every attribute is known, with captions and edit pairs.

Small models are really trained on it (`world/` of the repository), so that the dial is tested on behaviour
and not only on plumbing: what a prompt names can be looked up in the picture by a classifier.

>>> import numpy as np
>>> from keepdial.evaluate.world import caption, change, draw, sample
>>> rng = np.random.default_rng(0)
>>> scene = sample(rng)
>>> picture = draw(scene)
>>> picture.shape, picture.dtype
((64, 64, 3), dtype('uint8'))
>>> after, instruction, attribute = change(scene, rng)
>>> getattr(after, attribute) != getattr(scene, attribute)
True
"""

from __future__ import annotations

from keepdial.evaluate.world.drawing import SIDE, draw, object_mask
from keepdial.evaluate.world.scene import (
    ATTRIBUTES,
    BACKGROUNDS,
    COLOURS,
    LETTERS,
    MOODS,
    NOTHING,
    POSITIONS,
    SHAPES,
    SIZES,
    SURFACES,
    Scene,
    dataset,
    sample,
)
from keepdial.evaluate.world.wording import caption, change, words

__all__ = [
    "ATTRIBUTES",
    "BACKGROUNDS",
    "COLOURS",
    "LETTERS",
    "MOODS",
    "NOTHING",
    "POSITIONS",
    "SHAPES",
    "SIDE",
    "SIZES",
    "SURFACES",
    "Scene",
    "caption",
    "change",
    "dataset",
    "draw",
    "object_mask",
    "sample",
    "words",
]
