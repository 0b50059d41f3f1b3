"""Composed looks: the light of another time of day, out of passes in linear light.

Day to dusk follows the film maker's "day for night": less light, cold light, the sky darkest overhead and
warm along the horizon, colours that fade where it is dark (the eye's, after Purkinje), and lamps that stand
out. Golden hour is the opposite: low, warm light from one side, bluish shade, and haze that lights up towards
the sun.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from keepdial.tone.lamp import brightened
from keepdial.tone.recolour import smoothstep
from keepdial.tone.render import Pass
from keepdial.tone.white import rebalanced

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.tone.look import Look
    from keepdial.tone.space import Space

    Array = NDArray[np.float32]

DAYLIGHT, COLD, WARM = 6500.0, 4100.0, 8200.0
"""The light in the picture, and what its white is set to for dusk and for the golden hour, in kelvin."""
ZENITH, MIDDLE, HORIZON = (0.20, 0.32, 0.75), (0.62, 0.52, 0.85), (1.0, 0.52, 0.22)
"""Colours of the sky at dusk from top to horizon, as linear sRGB."""
SUN = (1.0, 0.62, 0.28)
"""Colour of the low sun's light and of the haze in it, as linear sRGB."""
SHADE = (0.86, 0.96, 1.22)
"""What shade is multiplied by under a low sun: the sky lights it."""
DARKER = 1.9
"""Stops that dusk takes from what lies on the ground; the sky overhead loses more, the horizon less."""
WEAK = 18.0
"""A step of less than half of this, in levels of 255 from px to px of a small picture, is no horizon."""


@dataclass(frozen=True, eq=False, slots=True)
class Sky:
    """The sky of a frame.

    Attributes:
        mask: (H, W) float32 in [0, 1], 1 = sky; None where there is none.
        horizon: row of the horizon, in px from the top.
    """

    mask: Array | None
    horizon: float


def sky_of(mask: Array, rgb: NDArray[np.uint8]) -> Sky:
    """Return the sky of a mask (H, W) over a picture (H, W, 3): its horizon is where nearly all lies above.

    Where the picture has no edge along the mask's, the sky goes on beyond it, or ends in mist: there the mask
    fades out over a tenth of the picture, so that no border is made that is not there.
    """
    mask = _settled(mask, rgb)
    weight = mask.sum(axis=1)
    total = float(weight.sum())
    height = mask.shape[0]
    if total < 0.01 * mask.size:
        return Sky(None, 0.45 * height)
    reached = np.cumsum(weight) / total
    return Sky(mask, float(np.searchsorted(reached, 0.97)) + 1)


def _settled(mask: Array, rgb: NDArray[np.uint8]) -> Array:
    """Return the mask (H, W), fading out where the picture has no edge along its own."""
    shrink = min(1.0, 320 / max(mask.shape))
    size = max(8, round(mask.shape[1] * shrink)), max(8, round(mask.shape[0] * shrink))
    share = np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_AREA), np.float32)
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    kernel = np.ones((3, 3), np.uint8)
    rim = cv2.morphologyEx((share > 0.5).astype(np.uint8), cv2.MORPH_GRADIENT, kernel)
    along = (np.abs(cv2.Sobel(small, cv2.CV_32F, *way, scale=0.25)).max(axis=2) for way in ((1, 0), (0, 1)))
    steep = cv2.dilate(np.maximum(*along), kernel)
    weak = ((rim > 0) & (steep < WEAK)).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(cv2.dilate(weak, kernel), connectivity=8)
    diagonal = float(np.hypot(*size))
    long = stats[:, cv2.CC_STAT_AREA] > 0.2 * diagonal
    long[0] = False
    if count == 1 or not long.any():
        return mask
    apart = cv2.distanceTransform((~long[labels]).astype(np.uint8), cv2.DIST_L2, 5)
    near = 1 - smoothstep(np.asarray(apart / np.float32(diagonal), np.float32), 0.06, 0.16)
    faded = cv2.GaussianBlur(share, (0, 0), 0.05 * diagonal, borderType=cv2.BORDER_REPLICATE)
    full = mask.shape[::-1]
    here, soft = (cv2.resize(v, full, interpolation=cv2.INTER_LINEAR) for v in (near, faded))
    return np.asarray(mask + here * (soft - mask), np.float32)


def dusk(look: Look, sky: Sky, *, strength: float, glow: float, lights: float) -> tuple[Pass, ...]:
    """Return the passes that make day dusk.

    Args:
        strength: 0 = day, 1 = dusk.
        glow: how warm the horizon is, 0 to 1.
        lights: how much lamps and lit windows that show stand out, 0 to 1.
    """
    space, luma = look.space, look.space.luma
    cold = _toward(np.asarray(rebalanced(space, DAYLIGHT, COLD), np.float32), strength)
    colours = [_colour(c, space) for c in (ZENITH, MIDDLE, HORIZON)]
    ordinary = _sky_level(look, sky)
    shining = _shining(look, sky)
    # A sky that is dark already has the colours of dusk.
    bright = float(np.clip((ordinary - 0.02) / 0.13, 0, 1))

    def run(light: Array, rows: slice) -> Array:
        seen = np.asarray(light @ luma, np.float32)
        up = _above(rows, sky.horizon)
        share = _rows(sky, rows, light.shape[1])
        ground = np.float32(-DARKER * strength) * (1 + 0.25 * (1 - np.minimum(seen, 1)))
        above = np.float32(-strength) * (0.75 + 1.25 * up)
        out = light @ cold.T
        fade = np.float32(0.35 * strength) * (1 - smoothstep(seen, 0.0, 0.5))[..., None]
        out += fade * ((out @ luma)[..., None] - out)
        out *= np.exp2(ground + share * (above - ground))[..., None]
        if sky.mask is not None:
            warm = np.float32(glow) * np.exp(-((up / np.float32(0.42)) ** 2))
            tone = _between(up, colours)
            tone = tone + warm[..., None] * (colours[2] - tone)
            dim = np.exp2(np.float32(-strength) * (0.5 + 1.5 * up - 0.35 * warm))
            cloud = np.minimum(seen / np.float32(max(ordinary, 0.05)), 1.6)
            painted = (np.float32(ordinary) * cloud**0.9 * dim)[..., None] * tone
            # A burnt sky has no light of its own left, a blue one keeps a part of it.
            part = np.float32(0.8 * strength * bright) * share
            out += part[..., None] * (painted - out)
        if lights > 0 and shining is not None:
            more = np.float32(2.2 * lights * strength) * shining.at(rows, light.shape[1])
            out = brightened(out, np.asarray(out @ luma, np.float32), more, _colour(SUN, space))
        return np.asarray(out, np.float32)

    return Pass(run), _vignette(look, -0.5 * strength)


def golden(look: Look, sky: Sky, *, strength: float, angle: float, haze: float) -> tuple[Pass, ...]:
    """Return the passes of the golden hour.

    Args:
        strength: 0 = as it is, 1 = golden.
        angle: where the sun stands, in degrees: 0 = right, 90 = above, 180 = left.
        haze: how much haze lights up towards it, 0 to 1.
    """
    space, luma = look.space, look.space.luma
    warm = _toward(np.asarray(rebalanced(space, DAYLIGHT, WARM), np.float32), strength)
    sun, shade = _colour(SUN, space), _colour(SHADE, space)
    height, width = look.height, look.width
    x0, y0 = _sun_at(angle, width, height, sky.horizon)
    reach = float(np.hypot(width, height))
    day = float(np.clip(np.median(look.luminance(look.small)) / 0.12, 0.15, 1))

    def run(light: Array, rows: slice) -> Array:
        y, x = np.mgrid[rows.start : rows.stop, 0:width].astype(np.float32)
        near = np.exp(-((np.hypot(x - x0, y - y0) / np.float32(0.55 * reach)) ** 2)).astype(np.float32)
        seen = np.asarray(light @ luma, np.float32)
        lit = smoothstep(np.cbrt(np.maximum(seen, 0)).astype(np.float32), 0.35, 0.85)
        out = light @ warm.T
        out *= 1 + np.float32(strength) * (1 - lit)[..., None] * (shade - 1) * np.float32(0.5)
        more = np.float32(strength) * (np.float32(0.45) * near + np.float32(0.25) * lit - np.float32(0.2))
        out = brightened(out, np.asarray(out @ luma, np.float32), more, sun)
        veil = np.float32(0.3 * haze * strength * day) * near
        share = _rows(sky, rows, width)
        veil = veil * (1 + np.float32(0.5) * share)
        # Haze lies over what is far: more of it upwards, to the horizon, and in the sky.
        far = smoothstep(y, float(height), float(sky.horizon))
        veil = (veil * (np.float32(0.35) + np.float32(0.65) * far))[..., None]
        out += veil * (sun * np.float32(0.75) - out * np.float32(0.8))
        return np.asarray(out, np.float32)

    return Pass(run), _vignette(look, -0.3 * strength)


def brighter_side(look: Look, sky: Sky) -> float:
    """Return 180 where the left of the picture is brighter (of its sky, where it has one), else 0."""
    seen = look.luminance(look.small)
    if sky.mask is not None:
        share = cv2.resize(sky.mask, seen.shape[::-1], interpolation=cv2.INTER_AREA)
        seen = seen * share
    half = seen.shape[1] // 2
    return 180.0 if float(seen[:, :half].mean()) > float(seen[:, -half:].mean()) else 0.0


def _sun_at(angle: float, width: int, height: int, horizon: float) -> tuple[float, float]:
    """Return x and y in px of the sun, at the frame's edge as seen from the middle of the horizon."""
    a = np.radians(angle)
    x = width / 2 + 0.62 * width * np.cos(a)
    y = min(max(horizon, 0.15 * height), 0.7 * height) - 0.62 * height * np.sin(a)
    return float(x), float(y)


def _toward(matrix: Array, share: float) -> Array:
    return np.asarray(np.eye(3) + share * (matrix - np.eye(3)), np.float32)


def _colour(srgb: tuple[float, float, float], space: Space) -> Array:
    """Return a colour given as linear sRGB in the picture's space, (3,) float32 of luminance 1."""
    light = np.maximum(space.from_srgb @ np.array(srgb, np.float32), np.float32(1e-3))
    return np.asarray(light / float(light @ space.luma), np.float32)


def _rows(sky: Sky, rows: slice, width: int) -> Array:
    if sky.mask is None:
        return np.zeros((rows.stop - rows.start, width), np.float32)
    return sky.mask[rows]


def _above(rows: slice, horizon: float) -> Array:
    """Return (rows, 1) float32: 0 at the horizon and below, 1 at the picture's top."""
    y = np.arange(rows.start, rows.stop, dtype=np.float32)[:, None] + np.float32(0.5)
    return np.asarray(np.clip(1 - y / np.float32(max(horizon, 1.0)), 0, 1), np.float32)


def _between(up: Array, colours: list[Array]) -> Array:
    """Return (rows, 1, 3): the colour of the sky at each height."""
    low, middle, high = colours[2], colours[1], colours[0]
    first = smoothstep(up, 0.0, 0.4)[..., None]
    second = smoothstep(up, 0.25, 0.95)[..., None]
    warm = low + first * (middle - low)
    return np.asarray(warm + second * (high - warm), np.float32)


def _sky_level(look: Look, sky: Sky) -> float:
    """Return the sky's median luminance; 0.5 without one."""
    if sky.mask is None:
        return 0.5
    seen = look.luminance(look.small)
    share = cv2.resize(sky.mask, seen.shape[::-1], interpolation=cv2.INTER_AREA) > 0.8
    return float(np.median(seen[share])) if share.any() else 0.5


def _shining(look: Look, sky: Sky) -> _Shine | None:
    """Return where lamps and lit windows are: small, bright and not blue, far brighter than around."""
    small = look.small
    seen = np.asarray(look.luminance(small), np.float32)
    sigma = 0.03 * float(np.hypot(*seen.shape))
    around = np.asarray(cv2.GaussianBlur(seen, (0, 0), max(1.0, sigma), borderType=cv2.BORDER_REFLECT))
    out = smoothstep(np.asarray(seen / np.maximum(around, np.float32(0.02)), np.float32), 2.2, 4.0)
    out *= smoothstep(seen, 0.25, 0.6)
    warmth = small[..., 0] / np.maximum(small[..., 2], np.float32(1e-3))
    out *= smoothstep(np.asarray(warmth, np.float32), 0.95, 1.25)
    if sky.mask is not None:
        out *= 1 - cv2.resize(sky.mask, seen.shape[::-1], interpolation=cv2.INTER_AREA)
    if float(out.max()) < 0.2:
        return None
    spread = np.asarray(cv2.GaussianBlur(out, (0, 0), max(1.0, 0.3 * sigma)), np.float32)
    return _Shine(np.maximum(out, spread), look.height)


@dataclass(frozen=True, eq=False, slots=True)
class _Shine:
    values: Array
    height: int

    def at(self, rows: slice, width: int) -> Array:
        from keepdial.tone.maps import Maps

        return Maps(self.values, self.height, width).at(rows, width)


def _vignette(look: Look, stops: float) -> Pass:
    """Return a pass that takes light from the corners, softly."""
    height, width = look.height, look.width
    half = np.float32(look.diagonal / 2)

    def run(light: Array, rows: slice) -> Array:
        y = np.arange(rows.start, rows.stop, dtype=np.float32)[:, None] + np.float32(0.5 - height / 2)
        x = np.arange(width, dtype=np.float32)[None] + np.float32(0.5 - width / 2)
        light *= np.exp2(np.float32(stops) * ((x * x + y * y) / half**2) ** np.float32(1.5))[..., None]
        return light

    return Pass(run)
