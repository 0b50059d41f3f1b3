"""Another colour for a thing, under the same light: its shading, highlights and reflections stay.

Light from a thing is b(x) A + s(x) W: its own colour A under shading b, and highlights s of the light's
colour W (Shafer, Using color to separate reflection components, 1985). Only b(x) A has to become b(x) B. It
is linear, so pixels that are mixed at an edge, a reflection of the sky on the bonnet and a tyre follow by
themselves: what holds none of A changes by nothing. Written in a linear opponent space (the first step of
OKLab, Ottosson 2020, without its cube root) with grey on its first axis, b is how far a pixel's chroma
reaches along A's. A thing without chroma of its own (white, grey, black) has its lightness for b.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from keepdial.tone.oklab import TO_LAB, TO_LMS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.tone.space import Space

    Array = NDArray[np.float32]

CHROMATIC = (0.10, 0.35)
"""Chroma over lightness (linear) from where a thing begins to have a colour, to where it surely has one."""
HUE = (25.0, 50.0)
"""Degrees of hue up to which a pixel surely has the thing's colour, and from which it has not."""
NEUTRAL = (0.10, 0.25)
"""The same for a thing without colour: how far chroma over lightness is from the thing's own."""
LIGHTNESS = (0.40, 0.62)
"""Lightness under which a pixel is too dark to be such a thing's, and from which it is not, as a part of the
thing's own: a tyre is no white car in the shade."""
BRIGHT = 0.45
"""OKLab's lightness from where that counts; of a darker thing it is the highlights that are told apart:"""
SHINING = (0.30, 0.45)
"""lightness above the thing's own up to which a pixel surely is no highlight, and from which it is one."""
PALE = 0.6
"""How much more a thing's colour may vary the more colour it has."""
RICHER = 0.75
"""How little it counts that a pixel has more of a pale thing's hue."""
SHINE = 3.0
"""Light on a grey thing beyond this many times its ordinary one is a reflection, whatever its parts get."""
DEVIATION = 1.25
"""Most by which colour differences on the thing grow."""
DARKEST = 0.004
"""A black thing counts as at least so light: what is darker has no shading that could be told from noise."""
BASE = 0.6
"""What a black thing gets of a new colour even where no light is seen on it, of what its lit part gets."""
BLACK = 0.002
"""Light of which the colour is noise."""
STEPS, BINS = 40, 96


def opponent(space: Space) -> NDArray[np.float64]:
    """Return (3, 3), from linear light of `space` to lightness and two axes of chroma; white is (1, 0, 0)."""
    made = TO_LAB @ TO_LMS @ np.asarray(space.to_srgb, np.float64)
    white = made.sum(axis=1)
    made[1:] -= white[1:, None] / 3  # the profile's rounding must not tint grey
    return np.asarray(made / white[0])


def smoothstep(values: Array, low: float, high: float) -> Array:
    """Return 0 up to `low`, 1 from `high` on, smooth between; falling where `low` is above `high`."""
    t = np.clip((values - np.float32(low)) / np.float32(high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def _step(value: float, low: float, high: float) -> float:
    return float(smoothstep(np.full(1, value, np.float32), low, high)[0])


@dataclass(frozen=True, eq=False, slots=True)
class Own:
    """A thing's own colour.

    Attributes:
        colour: (3,) opponent, of its ordinarily lit part.
        bright: shading of its bright part (its 90th percentile) over that of the ordinary part.
        share: part of the selected pixels that have the colour.
    """

    colour: NDArray[np.float64]
    bright: float
    share: float


@dataclass(frozen=True, eq=False, slots=True)
class Paint:
    """The change of colour, ready for tiles.

    Attributes:
        own, new: (3,) opponent; the thing's colour before and after.
        coloured: 0 = the thing has no colour of its own, 1 = it surely has one.
        ceiling: without a colour of its own, light beyond this many times its own is a reflection.
        base: shading that is added before the new colour is laid on.
        headroom: the shading at which the new colour reaches white; inf = it never does.
        to, back: (3, 3), between linear light and opponent.
    """

    own: NDArray[np.float64]
    new: NDArray[np.float64]
    coloured: float
    ceiling: float
    base: float
    headroom: float
    to: NDArray[np.float64]
    back: NDArray[np.float64]

    def __call__(self, light: Array, weight: Array) -> Array:
        """Return light (h, W, 3) with the thing's colour changed by `weight` (h, W), 1 = wholly."""
        seen = light @ np.asarray(self.to, np.float32).T
        a, chroma, b = self._body(seen)
        member = weight * belongs(seen, self.own, self.coloured)
        grown = self._rolled(a)
        gained = grown[..., None] * np.asarray(self.new, np.float32)
        gained[..., 0] -= a * np.float32(self.own[0])
        gained[..., 1:] -= chroma[..., None] * np.asarray(self.own[1:], np.float32)
        # Differences of hue on the thing turn with it.
        was = np.array([-self.own[2], self.own[1]])
        gained[..., 1:] += (
            np.float32(self.coloured) * b[..., None] * np.asarray(self._turn() - was, np.float32)
        )
        if self.coloured < 1:
            # The faint tints of a grey thing fade as it darkens.
            fades = np.minimum(gained[..., 0] / np.maximum(seen[..., 0], np.float32(1e-3)), 0)
            left = seen[..., 1:] - chroma[..., None] * np.asarray(self.own[1:], np.float32)
            tint = np.maximum(fades, -1)[..., None] * left
            gained[..., 1:] += np.float32(1 - self.coloured) * tint
        out = seen + member[..., None] * gained
        done = out @ np.asarray(self.back, np.float32).T
        return fitted(done, out[..., 0], light)

    def _body(self, seen: Array) -> tuple[Array, Array, Array]:
        """Return how much of the thing's lightness and of its chroma is in each pixel, and how far its hue is
        off, each (h, W)."""
        level, u, v = self.own.tolist()
        first, second = seen[..., 1], seen[..., 2]
        square = max(u * u + v * v, 1e-8)
        along = np.asarray((first * u + second * v) / square, np.float32)
        across = np.asarray((second * u - first * v) / square, np.float32)
        ratio = np.asarray(np.maximum(seen[..., 0], 0) / max(level, 1e-4), np.float32)
        plain = rolled(ratio, self.ceiling, 0.85 * self.ceiling)
        # No more of its colour than there is light.
        along = np.asarray(np.clip(along, 0, 1.6 * ratio), np.float32)
        body = np.float32(self.coloured) * along + np.float32(1 - self.coloured) * plain
        # Of a pale colour no more is taken out than there is, or its complement would be left.
        chroma = np.float32(self.coloured) * along + np.float32(1 - self.coloured) * np.minimum(along, plain)
        return np.asarray(body, np.float32), np.asarray(chroma, np.float32), across

    def _rolled(self, body: Array) -> Array:
        """Return the shading for the new colour: bright parts stop short of white."""
        body = (body + np.float32(self.base)) / np.float32(1 + self.base)
        if not np.isfinite(self.headroom):
            return body
        return rolled(body, self.headroom, 1.0)

    def _turn(self) -> NDArray[np.float64]:
        """Return (2,) the chroma that one unit of "hue off" becomes under the new colour."""
        before, after = np.hypot(*self.own[1:]), np.hypot(*self.new[1:])
        scale = min(DEVIATION, after / max(before, 1e-6)) * before / max(after, 1e-6)
        return np.asarray(np.array([-self.new[2], self.new[1]]) * scale)


def rolled(values: Array, top: float, knee: float) -> Array:
    """Return values that bend over smoothly above `knee` and never pass `top`."""
    knee = min(knee, 0.8 * top)
    room = np.float32(top - knee)
    over = np.maximum(values - np.float32(knee), 0)
    return np.asarray(np.minimum(values, knee) + room * (1 - np.exp(-over / room)), np.float32)


def belongs(seen: Array, own: NDArray[np.float64], coloured: float) -> Array:
    """Return (h, W) how surely a pixel has the thing's colour, 0 to 1, whatever the light on it.

    For a thing with a colour of its own it is hue that counts, and pixels without any are let through, since
    they hold nothing of it; for one without it is that the pixel has none either, and its lightness.
    """
    chroma = np.hypot(seen[..., 1], seen[..., 2])
    level = np.maximum(seen[..., 0], np.float32(1e-3))
    by_hue = by_grey = np.ones(chroma.shape, np.float32)
    if coloured > 0:
        angle = np.arctan2(seen[..., 2], seen[..., 1]) - float(np.arctan2(own[2], own[1]))
        off = np.asarray(np.abs(np.degrees(np.arctan2(np.sin(angle), np.cos(angle)))), np.float32)
        by_hue = smoothstep(off, HUE[1], HUE[0])
    if coloured < 1:
        root, mine = np.asarray(np.cbrt(level), np.float32), float(np.cbrt(max(own[0], 1e-3)))
        low = smoothstep(root, LIGHTNESS[0] * mine, LIGHTNESS[1] * mine)
        mean = own[1:] / max(own[0], 1e-3)
        by = seen[..., 1:] / np.maximum(level, 6e-3)[..., None] - mean.astype(np.float32)
        flat = float(np.hypot(*mean))
        u, v = (mean / max(flat, 1e-6)).tolist()
        along, across = by[..., 0] * u + by[..., 1] * v, by[..., 1] * u - by[..., 0] * v
        # More of a pale thing's own hue is still the same thing: the brown in its beige.
        along = np.where(along > 0, along * (1 - RICHER * _step(flat, 0.05, 0.2)), along)
        tint = np.asarray(np.hypot(along, across), np.float32)
        wide = PALE * flat
        by_grey = smoothstep(tint, NEUTRAL[1] + wide, NEUTRAL[0] + wide)
        by_grey *= low if mine >= BRIGHT else smoothstep(root, mine + SHINING[1], mine + SHINING[0])
    return np.asarray(coloured * by_hue + (1 - coloured) * by_grey, np.float32)


def fitted(light: Array, lightness: Array, before: Array) -> Array:
    """Return light (h, W, 3) inside of what the picture can show: other colours lose chroma, not light.

    `lightness` (h, W) is what stays; what was outside already in `before` may stay outside as far as it was.
    """
    low = np.minimum(before.min(axis=-1), 0)
    high = np.maximum(before.max(axis=-1), 1)
    grey = np.clip(lightness, low, high)
    over = light.max(axis=-1) - grey
    under = grey - light.min(axis=-1)
    share = np.minimum(
        np.where(over > high - grey, (high - grey) / np.maximum(over, 1e-6), 1),
        np.where(under > grey - low, (grey - low) / np.maximum(under, 1e-6), 1),
    )
    moved = grey[..., None] + np.maximum(share, 0)[..., None] * (light - grey[..., None])
    return np.asarray(np.where((share < 1)[..., None], moved, light), np.float32)


def own_colour(light: Array, weight: Array, space: Space, near: Array | None = None) -> Own:
    """Return a thing's own colour, from its pixels (n, 3) linear light and their weights (n,).

    The colour that most of it has, whatever the shading: the fullest cell of a histogram over chroma by
    lightness, moved to the mean of what lies around it. With `near` (3,), linear light, only pixels of that
    hue (or without chroma, where it has none) count.
    """
    seen = light @ np.asarray(opponent(space), np.float32).T
    level = np.maximum(seen[:, 0], np.float32(1e-4))
    chroma = np.hypot(seen[:, 1], seen[:, 2])
    # Bounded, since the chroma of a blue is several times its lightness, and 0 for what is nearly black.
    by = seen[:, 1:] / (level + chroma + np.float32(BLACK))[:, None]
    # Dark and burnt pixels say little about colour, but where nearly all are dark.
    enough = min(0.01, 0.5 * _quantile(level, weight, 0.5))
    trust = weight * np.minimum(1, level / np.float32(enough)) * np.where(light.max(axis=1) > 0.98, 0.15, 1)
    if near is not None:
        asked = np.asarray(opponent(space), np.float64) @ near
        flat = float(np.hypot(*asked[1:]) / max(asked[0], 1e-4))
        coloured = _step(flat, *CHROMATIC)
        trust = trust * (belongs(seen, asked, coloured) + 1e-4)
        # Chroma that is hardly there has no hue to be asked for.
        trust = trust * np.minimum(1, chroma / level / max(0.25 * flat, 1e-3))
    centre = _fullest(by, trust)
    mine = trust * np.exp(-(((by - centre) / _spread(centre)) ** 2).sum(axis=1) / 2)
    share = float(mine.sum() / max(float(weight.sum()), 1e-6))
    middle = max(_quantile(level, mine, 0.5), DARKEST)
    bright = _quantile(level, mine, 0.9) / max(middle, 1e-4)
    bounded = float(np.hypot(*centre))
    centre = centre * (1 + BLACK / middle) / max(1 - bounded, 0.05)
    return Own(np.array([middle, *(centre * middle)], np.float64), float(np.clip(bright, 1, 4)), share)


def _fullest(by: Array, trust: Array) -> NDArray[np.float64]:
    """Return (2,) the chroma that most pixels have, as in `by` (n, 2)."""
    import cv2

    reach = 1.0
    grid, _, _ = np.histogram2d(
        by[:, 0], by[:, 1], bins=BINS, range=[[-reach, reach], [-reach, reach]], weights=trust
    )
    full = np.asarray(cv2.GaussianBlur(grid, (0, 0), 2.0))
    place = np.unravel_index(int(full.argmax()), full.shape)
    centre = (np.array(place, np.float64) + 0.5) / BINS * 2 * reach - reach
    for _ in range(STEPS):
        pull = trust * np.exp(-(((by - centre) / _spread(centre)) ** 2).sum(axis=1) / 2)
        moved = (by * pull[:, None]).sum(axis=0) / max(float(pull.sum()), 1e-9)
        if np.abs(moved - centre).max() < 1e-4:
            break
        centre = moved.astype(np.float64)
    return centre


def _spread(centre: NDArray[np.float64]) -> float:
    """Return how far pixels of one colour lie apart: textures of strong colours vary more."""
    return 0.03 + 0.12 * float(np.hypot(*centre))


def _quantile(values: Array, weight: Array, at: float) -> float:
    order = np.argsort(values)
    total = np.cumsum(weight[order])
    return float(values[order[min(np.searchsorted(total, at * total[-1]), len(order) - 1)]])


def paint(own: Own, aim: Array, space: Space, *, lightness: float = 1.0) -> Paint:
    """Return the change from a thing's own colour to `aim` (3,), linear light in [0, 1].

    Args:
        lightness: 1 = the ordinarily lit part gets the new colour's lightness, 0 = it keeps its own; between
            by the steps that the eye sees.
    """
    to = opponent(space)
    new = to @ np.asarray(aim, np.float64)
    level = _mixed(float(own.colour[0]), float(new[0]), lightness)
    new = new * level / max(float(new[0]), 1e-4) if level > 0 else new
    back = np.asarray(np.linalg.inv(to), np.float64)
    # The brightest of its three lights: there is to be room above it for the lit parts of the thing.
    peak = float(np.clip((back @ new).max(), 1e-4, None))
    room = min(own.bright, 1.35)
    if peak * room > 1:
        new, peak = new / (peak * room), 1 / room
    headroom = 1.05 / peak if own.bright * 1.5 * peak > 1 else float("inf")
    flat = float(np.hypot(*own.colour[1:]) / max(float(own.colour[0]), 1e-4))
    coloured = _step(flat, *CHROMATIC)
    ceiling = min(SHINE, 1.15 * own.bright)
    base = BASE * (1 - coloured) * (1 - _step(float(own.colour[0]), 0.005, 0.03)) * _lighter(own, new)
    return Paint(own.colour, new, coloured, ceiling, base, headroom, to, back)


def _lighter(own: Own, new: NDArray[np.float64]) -> float:
    return _step(float(new[0]) / float(own.colour[0]), 1.0, 4.0)


def _mixed(own: float, new: float, share: float) -> float:
    return float((np.cbrt(own) + share * (np.cbrt(new) - np.cbrt(own))) ** 3)
