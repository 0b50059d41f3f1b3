"""Bending pictures: maps that say where each pixel of the result comes from, and the pictures they give.

A map is (h, w, 2) float32: at [y, x] the place (x, y) in the source, in pixels, whole numbers being the
pixels' centres. Points are (n, 2) or pairs (x, y) in the same coordinates. Nothing given is modified.
"""

from keepdial.warping.flow import Flow, warp_map
from keepdial.warping.maps import (
    composed,
    determinant,
    folds,
    identity,
    inverted,
    landed,
    strains,
    unfolded,
)
from keepdial.warping.mls import mls_map
from keepdial.warping.sample import sample
from keepdial.warping.track import Found, track

__all__ = [
    "Flow",
    "Found",
    "composed",
    "determinant",
    "folds",
    "identity",
    "inverted",
    "landed",
    "mls_map",
    "sample",
    "strains",
    "track",
    "unfolded",
    "warp_map",
]
