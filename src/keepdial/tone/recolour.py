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

CHROMATIC = (0.04, 0.12)
"""Chroma over lightness (linear) from where a thing begins to have a colour, to where it surely has one."""
HUE = (25.0, 50.0)
"""Degrees of hue up to which a pixel surely has the thing's colour, and from which it has not."""
NEUTRAL = (0.10, 0.25)
"""The same for a thing without colour: chroma over lightness of the pixel."""
LIGHTNESS = (0.40, 0.62)
"""Lightness under which a pixel is too dark to be such a thing's, and from which it is not, as a part of the
thing's own: a tyre is no white car in the shade."""
SHINE = 3.0
"""Light on a grey thing beyond this many times its ordinary one is a reflection, whatever its parts get."""
DEVIATION = 1.25
"""Most by which colour differences on the thing grow."""
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
        headroom: the shading at which the new colour reaches white; inf = it never does.
        to, back: (3, 3), between linear light and opponent.
    """

    own: NDArray[np.float64]
    new: NDArray[np.float64]
    coloured: float
    ceiling: float
    headroom: float
    to: NDArray[np.float64]
    back: NDArray[np.float64]

    def __call__(self, light: Array, weight: Array) -> Array:
        """Return light (h, W, 3) with the thing's colour changed by `weight` (h, W), 1 = wholly."""
        seen = light @ np.asarray(self.to, np.float32).T
        a, b = self._body(seen)
        member = weight * belongs(seen, self.own, self.coloured)
        grown = self._rolled(a)
        gained = grown[..., None] * np.asarray(self.new, np.float32)
        gained -= a[..., None] * np.asarray(self.own, np.float32)
        # Differences of hue on the thing turn with it.
        was = np.array([-self.own[2], self.own[1]])
        gained[..., 1:] += (
            np.float32(self.coloured) * b[..., None] * np.asarray(self._turn() - was, np.float32)
        )
        if self.coloured < 1:
            # The faint tints of a grey thing fade as it darkens.
            fades = np.minimum(gained[..., 0] / np.maximum(seen[..., 0], np.float32(1e-3)), 0)
            tint = np.maximum(fades, -1)[..., None] * seen[..., 1:]
            gained[..., 1:] += np.float32(1 - self.coloured) * tint
        out = seen + member[..., None] * gained
        done = out @ np.asarray(self.back, np.float32).T
        return fitted(done, out[..., 0], light)

    def _body(self, seen: Array) -> tuple[Array, Array]:
        """Return how much of the thing's colour is in each pixel, and how far its hue is off, both (h, W)."""
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
        return body, across

    def _rolled(self, body: Array) -> Array:
        """Return the shading for the new colour: bright parts stop short of white."""
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
        tint = np.asarray(chroma / np.maximum(level, 6e-3), np.float32)
        by_grey = smoothstep(tint, NEUTRAL[1], NEUTRAL[0])
        if mine >= 0.45:
            by_grey *= low
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
    # Bounded: the chroma of a blue is several times its lightness.
    by = seen[:, 1:] / (level + chroma)[:, None]
    # Nearly black and burnt pixels say little about colour.
    trust = weight * np.minimum(1, level / np.float32(0.01)) * np.where(light.max(axis=1) > 0.98, 0.15, 1)
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
    middle = _quantile(level, mine, 0.5)
    bright = _quantile(level, mine, 0.9) / max(middle, 1e-4)
    centre = centre / max(1 - float(np.hypot(*centre)), 0.05)
    return Own(np.array([middle, *(centre * middle)]), float(np.clip(bright, 1, 4)), share)


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
    return Paint(own.colour, new, coloured, ceiling, headroom, to, back)


def _mixed(own: float, new: float, share: float) -> float:
    return float((np.cbrt(own) + share * (np.cbrt(new) - np.cbrt(own))) ** 3)
