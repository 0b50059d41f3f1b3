"""Auto-enhance: what is out of the ordinary in a picture's light and colour, put right, and no more.

For each thing that can be wrong there is a number (`statistics`), a middle, and a zone around it in which
ordinary good photographs lie: there nothing is done. Outside of it the number is moved: just beyond the
zone's end hardly, at twice the zone's width to the middle. What comes of it lies in the zone, so that a
second time nothing is left to do. Middles and zones were chosen on photographs (``benches/auto.py``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from keepdial.tone.render import Pass
from keepdial.tone.statistics import TINT, WARM, Statistics, looked_at, measure, strips

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.tone.look import Look
    from keepdial.tone.space import Space

    Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Zone:
    """Where a number lies in good photographs: around `middle`, up to `below` under and `above` over it."""

    middle: float
    below: float
    above: float

    def move(self, value: float) -> float:
        """Return by how much a value is to be moved; 0 inside the zone."""
        off = value - self.middle
        width = self.above if off > 0 else self.below
        if abs(off) <= width:
            return 0.0
        left = max(0.0, 2 * width - abs(off))
        return float(np.copysign(left, off)) - off


NEVER = 9.0
BLACK = Zone(0.085, NEVER, 0.049)
LIGHT = Zone(0.0, NEVER, 0.4)
"""In stops that the picture lacks, judged by its whites and by its middle."""
TOO_LIGHT = Zone(0.5, NEVER, 0.07)
WARMTH = Zone(0.03, 0.08, 0.074)
SIDEWAYS = Zone(-0.005, 0.12, 0.12)
COLOUR = Zone(-2.4, 0.7, NEVER)
"""On a scale of doublings."""

WHITES, MIDDLES, BY_WHITES = 0.97, 0.41, 0.6
"""Where the brightest and the mean ordinarily lie, and the share of the first in the judgement."""
NIGHT = (0.03, 0.12)
"""A picture is not made lighter where half of it is darker than the first, all the way above the second."""
LIT = (0.66, 0.77)
LIVELY = (0.13, 0.17)
"""Nor where its whites and contrast are above the second of these, less above the first: dusk, lamps."""
BURNT = (0.85, 0.95)
"""It is not made darker where its whites are darker than the first, as it is above the second."""
MOST_STOPS, LEAST_STOPS = 1.8, -1.2
MOST_COLOUR = 2.0
VIVID = (0.13, 0.2)
"""No colour is raised where the strongest in the picture is above the second, less above the first: a face
before a grey wall."""
MOST_GAIN = 2.0
REST = 0.03
"""What may be left of a cast, on the scale of `Statistics.cast`, once it was moved."""
MOST_BLACK = 0.3
CAST = (0.8, 0.2)
"""Warmth and tint beyond which colours are no cast of the light but the scene's own."""
ONE_COLOUR = (0.18, 0.26)
"""Tint between which a picture comes to be of one strong colour, a red door: it is dark by its colour, not by
lack of light, and is not made lighter."""
COLOURS = 0.12
"""With less variety all is of one colour, and it cannot be told whether the light's or the thing's."""
FLAT = (0.12, 0.3)
"""A picture that goes over less than the first has nothing but an even tone, over more than the second has a
scene: between, the less is made of its black and white."""
GREY = 0.012
"""With less chroma a picture is black and white and has no colour to raise."""
DECODED = 2.4
"""By how many times a ratio of encoded values is smaller than that of the light, on a scale of doublings."""
MIREDS = 236.0
"""Millionths of a reciprocal Kelvin for a unit of `Statistics.warmth`."""
DAYLIGHT = 6500.0
ROUNDS = 32
LITTLE = 0.02
"""Stops (and tenths of the range of black) that are not worth another round."""
SHOULDER = 0.8


@dataclass(frozen=True, slots=True)
class Correction:
    """What is done to a picture.

    Attributes:
        black: encoded value that becomes 0.
        gains: log2 of what red, green and blue are multiplied by, before `stops`.
        stops: of light, on top.
        colour: what chroma is multiplied by.
    """

    black: float = 0.0
    gains: tuple[float, float, float] = (0.0, 0.0, 0.0)
    stops: float = 0.0
    colour: float = 1.0

    def part(self, share: float) -> Correction:
        """Return a share of it, 0 = nothing, 1 = all."""
        red, green, blue = (share * g for g in self.gains)
        return Correction(
            share * self.black,
            (red, green, blue),
            share * self.stops,
            float(self.colour**share),
        )


def curves(correction: Correction, encoded: Array, space: Space) -> Array:
    """Return what encoded values (n,), the same in each channel, become, (n, 3) float32, before colour."""
    raised = (encoded - np.float32(correction.black)) * np.float32(1 / (1 - correction.black))
    light = space.decode(np.repeat(np.maximum(raised, 0)[:, None], 3, axis=1))
    for channel, gain in enumerate(correction.gains):
        light[:, channel] = _anchored(light[:, channel], 2.0**gain)
    gain = 2.0**correction.stops
    if gain > 1:
        light *= np.float32(gain)
        over = np.maximum(light - np.float32(SHOULDER), 0)
        soft = SHOULDER + (1 - SHOULDER) * (1 - np.exp(-over / np.float32(1 - SHOULDER)))
        light = np.where(light > SHOULDER, soft, light).astype(np.float32)
    elif gain < 1:
        light = _anchored(light, gain)
    return space.encode(np.asarray(light, np.float32))


def _anchored(light: Array, gain: float) -> Array:
    """Multiply light (n,) by a gain that lets go towards white, so that white stays white in every colour."""
    power = 3.0 if gain <= 1 else min(3.0, 0.95 * gain / (gain - 1))
    below = np.minimum(light, 1)
    return np.asarray(light * gain / (1 + (gain - 1) * below**power), np.float32)


def coloured(values: Array, luma: Array, times: float) -> Array:
    """Multiply the chroma of encoded values (..., 3), in place, as far as no channel leaves [0, 1]."""
    if times == 1:
        return values
    grey = values @ luma
    share: Array = np.full_like(grey, times)
    if times > 1:
        largest = np.maximum(np.maximum(values[..., 0], values[..., 1]), values[..., 2])
        least = np.minimum(np.minimum(values[..., 0], values[..., 1]), values[..., 2])
        tiny = np.float32(1e-6)
        room = np.minimum(
            np.maximum(1 - grey, 0) / np.maximum(largest - grey, tiny),
            np.maximum(grey, 0) / np.maximum(grey - least, tiny),
        )
        np.minimum(share, np.maximum(room, 1), out=share)
    for channel in range(3):
        plane = values[..., channel]
        plane -= grey
        plane *= share
        plane += grey
    return values


STEPS, ROUGHLY = 1 << 16, 1 << 11
"""Entries of a table from 0 to 1: for the picture, and for finding out."""
OVER = 2


def table_of(correction: Correction, space: Space, steps: int = STEPS) -> Array:
    """Return `curves` for encoded values 0, 1 / steps, ... to OVER: (3, OVER * steps + 1) float32."""
    at = np.arange(OVER * steps + 1, dtype=np.float32) / np.float32(steps)
    return np.ascontiguousarray(curves(correction, at, space).T)


def apply(values: Array, table: Array, colour: float, luma: Array) -> Array:
    """Return encoded values (h, w, 3) after a correction; a new array."""
    steps = (table.shape[1] - 1) // OVER
    index = (np.clip(values, 0, OVER) * np.float32(steps) + np.float32(0.5)).astype(np.int32)
    out = np.empty(values.shape, np.float32)
    for channel in range(3):
        np.take(table[channel], index[..., channel], out=out[..., channel], mode="clip")
    return coloured(out, luma, colour)


def find(values: Array, inside: Array, space: Space) -> tuple[Correction, Statistics, Statistics]:
    """Find what to do to a picture; return it with what was measured before and after.

    Args:
        values: (h, w, 3) float32, encoded, at the size of `statistics.looked_at`.
        inside: (h, w) float32, 1 = counts.
        space: what values mean.
    """
    values, inside = strips(values, inside)
    correction = Correction()
    before = now = measure(np.clip(values, 0, 1), inside, space.luma)
    for _ in range(ROUNDS):
        further = _further(correction, now, before, space.luma)
        if further == correction:
            break
        correction = further
        result = apply(values, table_of(correction, space, ROUGHLY), correction.colour, space.luma)
        now = measure(np.clip(result, 0, 1), inside, space.luma, variety=before.variety)
    return correction, before, now


def _further(done: Correction, now: Statistics, before: Statistics, luma: Array) -> Correction:
    """Return the correction with the first thing moved that is still out of its zone.

    One after the other: how light and how coloured a picture is shows when its black is black.
    """
    # What is measured lies on a scale that `done.black` has stretched already.
    scene = _share(before.white - before.black, *FLAT)
    black = done.black - scene * BLACK.move(now.black) * (1 - done.black)
    black = float(np.clip(black, 0, MOST_BLACK))
    if abs(black - done.black) > LITTLE / 10:
        return replace(done, black=black)
    lacking = BY_WHITES * _stops(WHITES, now.white) + (1 - BY_WHITES) * _stops(MIDDLES, now.exposure)
    white = (before.white - done.black) / (1 - done.black)
    contrast = before.contrast / (1 - done.black)
    lit = _share(white, *LIT) * _share(contrast, *LIVELY)
    night = scene * _share(before.middle, *NIGHT) * (1 - lit) * (1 - _share(abs(before.tint), *ONE_COLOUR))
    stops = -night * LIGHT.move(lacking)
    too_light = scene * _share(white, *BURNT) * TOO_LIGHT.move(now.exposure)
    if stops == 0 and too_light != 0:
        stops = _stops(now.exposure + too_light, now.exposure)
    stops = float(np.clip(done.stops + stops, LEAST_STOPS, MOST_STOPS))
    if abs(stops - done.stops) > LITTLE:
        return replace(done, stops=stops)
    gains = _neutral(done.gains, now, before, luma)
    if gains != done.gains:
        return replace(done, gains=gains)
    if before.spread <= GREY:
        return done
    dull = 1 - _share(now.vivid, *VIVID)
    colour = done.colour * float(2 ** (dull * COLOUR.move(now.colour)))
    return replace(done, colour=float(np.clip(colour, 1, MOST_COLOUR)))


def _share(value: float, none: float, full: float) -> float:
    """Return 0 below `none`, 1 above `full`, and what lies between."""
    return float(np.clip((value - none) / (full - none), 0, 1))


def _stops(wanted: float, value: float) -> float:
    """Return how many stops are lacking from one encoded value to another."""
    return DECODED * float(np.log2(wanted / max(value, 0.02)))


def _neutral(
    gains: tuple[float, float, float], now: Statistics, before: Statistics, luma: Array
) -> tuple[float, float, float]:
    """Return the gains that take the cast of the light out, as far as it is one."""
    # Judged when black and light are right, as they will be when auto looks a second time; from then on the
    # gains themselves move these numbers.
    of_the_scene = abs(now.warmth) > CAST[0] or abs(now.tint) > CAST[1] or before.variety < COLOURS
    if before.spread <= GREY or (of_the_scene and not any(gains)):
        return gains
    move = WARMTH.move(now.warmth) * WARM + SIDEWAYS.move(now.tint) * TINT
    # Colours that are cut off on the way change these numbers too: what is left must not be chased.
    if not move.any() or (any(gains) and float(np.hypot(*move)) < REST):
        return gains
    red, blue = (DECODED * move).tolist()
    moved = np.clip([gains[0] + red, gains[1], gains[2] + blue], -MOST_GAIN, MOST_GAIN)
    moved -= np.log2((2.0**moved) @ luma.astype(np.float64))
    first, second, third = moved.tolist()
    return first, second, third


def auto(look: Look, share: float) -> tuple[tuple[Pass, ...], str]:
    """Return the passes that enhance the frame, and what they do, in words.

    Args:
        look: the frame.
        share: how much of what was found is done, 0 to 1.
    """
    space = look.space
    values = space.encode(looked_at(look.small))
    correction, before, _ = find(values, looked_at(look.small_mask), space)
    correction = correction.part(share)
    if correction == Correction():
        return (), "Auto: nothing to put right was found; the picture is left as it is."
    table = table_of(correction, space)

    def run(tile: Array, rows: slice) -> Array:
        return apply(tile, table, correction.colour, space.luma)

    return (Pass(run, domain="encoded"),), described(correction, before)


def described(correction: Correction, before: Statistics) -> str:
    """Return a correction in words and units."""
    said = []
    if correction.black > 0:
        said.append(f"black brought down by {100 * correction.black:.0f} % of the range")
    if correction.stops:
        said.append(f"exposure {correction.stops:+.2f} stops")
    if any(correction.gains):
        warmer = MIREDS * (before.warmth - WARMTH.middle)
        kelvin = 1e6 / max(50.0, 1e6 / DAYLIGHT + warmer)
        red, _, blue = (100 * (2**g - 1) for g in correction.gains)
        said.append(
            f"white balance from light of about {kelvin:.0f} K to daylight "
            f"(red {red:+.0f} %, blue {blue:+.0f} %)"
        )
    if correction.colour != 1:
        said.append(f"saturation {100 * (correction.colour - 1):+.0f} %")
    return "Auto: " + "; ".join(said) + "."
