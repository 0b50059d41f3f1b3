"""Healing: texture from near by, under the light of the place itself.

A spot is replaced by the texture of the place around it that fits best, and its low frequencies follow those
around the spot (Georgiev, Photoshop Healing Brush, 2004; Perez et al., Poisson Image Editing, SIGGRAPH 2003).
"""

from __future__ import annotations

from keepdial.healing.blend import poisson
from keepdial.healing.match import Piece, place, split
from keepdial.healing.spots import heal

__all__ = ["Piece", "heal", "place", "poisson", "split"]
