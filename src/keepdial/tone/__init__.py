"""Colour and light: passes over pixels, in linear light where light adds up, fused into one walk in tiles.

An operation turns its options into passes; the backend ``tone`` runs all passes of all operations on one
region
in one walk over the picture: samples are read once and written once, and between two operations nothing is
rounded and nothing is cut off, so that +1 stop and -1 stop give the picture back.
"""

from __future__ import annotations

from keepdial.tone.look import Look
from keepdial.tone.render import Pass
from keepdial.tone.space import Space, space_of

__all__ = ["Look", "Pass", "Space", "space_of"]
