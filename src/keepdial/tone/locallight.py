"""Light that depends on the surroundings: shadows and highlights, clarity, texture.

A picture's light, in stops, is split into a base that keeps its edges and the detail upon it (`guided`). The
base says how light a place is, and moves; the detail says what lies there, and stays, or the other way round.
All of it multiplies light by one number for each pixel, so that no colour turns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from keepdial.tone.guided import base_maps, base_of, fine_maps, stops_of
from keepdial.tone.render import Pass

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from keepdial.tone.look import Look
    from keepdial.tone.maps import Maps

    Array = NDArray[np.float32]

LIGHT_RADIUS, LIGHT_EDGE = 0.02, 0.45
"""Windows of the base for shadows and highlights, part of the diagonal; and what is an edge, in stops."""
CLARITY_RADIUS, CLARITY_EDGE = 0.016, 0.6
TEXTURE_RADIUS, TEXTURE_EDGE = 0.0016, 0.35

SHADOW_STOPS = 1.7
HIGHLIGHT_STOPS = 1.0
WHITE_STOPS = 0.35
"""How far pure white is darkened at highlights -100: a burnt sky would turn grey if it were more."""
BURNT = 0.85
"""How much of what lies above white, after more exposure say, is taken back at highlights -100."""
CLARITY_GAIN, CLARITY_LOSS = 1.0, 0.75
TEXTURE_GAIN, TEXTURE_LOSS = 1.3, 0.85
"""How many times detail is added at 100, or what share of it is taken away at -100."""
LARGEST = 1.0
"""Detail of more than about so many stops is an edge, and is not made larger."""


def rise(values: Array, start: float, stop: float) -> Array:
    """Return 0 below `start`, 1 above `stop`, and 3t^2 - 2t^3 between."""
    t = (values - np.float32(start)) * np.float32(1 / (stop - start))
    np.clip(t, 0, 1, out=t)
    out: Array = t * t * (np.float32(3) - np.float32(2) * t)
    return out


def shadow_stops(base: Array) -> Array:
    """Return by how many stops (...) a base (...) in stops is opened at +100.

    Most at 3.5 to 6.5 stops below white; nothing near white; and nothing at black, where there is but noise.
    """
    return np.float32(SHADOW_STOPS) * rise(base, -11.5, -6.0) * rise(-base, 1.0, 5.0)


def highlight_stops(base: Array, amount: float) -> Array:
    """Return by how many stops (...) a base (...) in stops is changed at an amount from -1 to 1.

    Down: most a stop below white; less at white itself, so that white stays light and what is just below it
    separates from it; above white nearly all of it. Up: as far as `unclipped` lets it.
    """
    change = np.float32(HIGHLIGHT_STOPS) * rise(base, -3.2, -0.8)
    if amount < 0:
        change -= np.float32(HIGHLIGHT_STOPS - WHITE_STOPS) * rise(base, -0.8, 0.0)
        change += np.float32(BURNT) * np.maximum(base, 0)
    change *= np.float32(amount)
    return change


def unclipped(light: Array, gain: Array) -> Array:
    """Multiply light (h, w, 3), in place, by a gain (h, w) that lets go where it would burn a channel out.

    With m the largest channel, a gain g above 1 becomes g / sqrt(1 + m^2 (g^2 - 1)): g in the dark, 1 at
    white, and m times it rises all the way.
    """
    largest = np.maximum(np.maximum(light[..., 0], light[..., 1]), light[..., 2])
    np.clip(largest, 0, 1, out=largest)
    largest *= largest
    over = gain * gain
    over -= 1
    np.maximum(over, 0, out=over)
    over *= largest
    over += 1
    gain = gain / np.sqrt(over, out=over)
    for channel in range(3):
        light[..., channel] *= gain
    return light


def by_base(look: Look, change: Callable[[Array], Array]) -> tuple[Pass, ...]:
    """Return the pass that moves light by `change`: stops (...) of the base to stops of change (...)."""
    maps = base_maps(look, radius=LIGHT_RADIUS, edge=LIGHT_EDGE)

    def run(light: Array, rows: slice) -> Array:
        base = base_of(stops_of(look.luminance(light)), maps, rows)
        return unclipped(light, np.exp2(change(base)))

    return (Pass(run),)


def limited(detail: Array, largest: float = LARGEST) -> Array:
    """Return detail (...) in stops, where what is large (an edge) is made small again: x (1 + x^2)^-1.5."""
    over = detail * np.float32(1 / largest)
    over *= over
    over += 1
    out: Array = detail / (over * np.sqrt(over))
    return out


def protected(base: Array) -> Array:
    """Return how far (...) detail may be raised, 0 to 1, by the base (...): not in black, less at white."""
    return rise(base, -9.5, -6.0) * (np.float32(1) - np.float32(0.7) * rise(base, -0.8, 0.0))


def clarity(look: Look, amount: float) -> tuple[Pass, ...]:
    """Return the pass that raises local contrast of middling size by `amount`, -1 to 1."""
    maps = base_maps(look, radius=CLARITY_RADIUS, edge=CLARITY_EDGE)
    strength = CLARITY_GAIN * amount if amount > 0 else CLARITY_LOSS * amount
    return _raised(look, maps, strength, LARGEST)


def texture(look: Look, amount: float) -> tuple[Pass, ...]:
    """Return the pass that raises fine detail by `amount`, -1 to 1."""
    maps = fine_maps(look, radius=TEXTURE_RADIUS, edge=TEXTURE_EDGE)
    strength = TEXTURE_GAIN * amount if amount > 0 else TEXTURE_LOSS * amount
    return _raised(look, maps, strength, 0.7 * LARGEST)


def _raised(look: Look, maps: Maps, strength: float, largest: float) -> tuple[Pass, ...]:
    times = np.float32(strength)

    def run(light: Array, rows: slice) -> Array:
        stops = stops_of(look.luminance(light))
        base = base_of(stops, maps, rows)
        detail = limited(stops - base, largest) * protected(base)
        return unclipped(light, np.exp2(times * detail))

    return (Pass(run),)
