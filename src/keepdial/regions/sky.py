"""The sky: smooth, of a colour that skies have, from the top of the picture down to the horizon."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

WORK = 90_000
# A gradient of this many units of lightness per pixel, at working size, halves the trust in "smooth".
TEXTURE = 5.0
SEED = 0.5
# Least part of the picture, and of its top row, that a sky covers.
AREA, WIDTH = 0.015, 0.12
SMOOTH = 4.0
# The top row is this part of the height.
TOP = 25


def sky_map(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return where the sky is, (H, W) float32 in [0, 1], 1 = sky, for a picture (H, W, 3) uint8.

    All 0 when there is none, and in doubt: what counts as doubt is a grey or white area that could be a wall.
    Seeds are smooth pixels of a sky's colour that reach the top row; their colours and those of the rest
    settle the horizon by a minimum cut (after Zafarifar & de With, 2006, who model position, colour and
    texture the same way).
    """
    from keepdial.saliency.refine import refine
    from keepdial.saliency.working import working

    nothing = np.zeros(rgb.shape[:2], np.float32)
    lab = working(rgb, WORK).lab
    if min(lab.shape[:2]) < 8:
        return nothing
    like = _likeness(lab)
    seeds = _from_top(like > SEED)
    if not _enough(seeds):
        return nothing
    sky = _settle(lab, like, seeds)
    if not _enough(sky) or not _credible(lab, sky):
        return nothing
    return refine(sky.astype(np.float32), rgb)


def _likeness(lab: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how much each pixel looks like sky by itself, (h, w), 0 to 1."""
    import cv2

    light = np.ascontiguousarray(lab[..., 0])
    across, down = (np.asarray(cv2.Sobel(light, cv2.CV_32F, *way)) / 4 for way in ((1, 0), (0, 1)))
    rough = np.asarray(cv2.GaussianBlur(np.hypot(across, down), (0, 0), 2.0))
    smooth = 1 / (1 + (rough / TEXTURE) ** 2)
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    hue = np.degrees(np.arctan2(lab[..., 2], lab[..., 1])) % 360
    blue = _ramp(chroma, 4, 10) * _ramp(42 - np.abs(hue - 255), -5, 10) * _ramp(light, 8, 16)
    pale = _ramp(light, 62, 78) * _ramp(-chroma, -24, -12)
    cloud = 0.7 * _ramp(light, 36, 50) * _ramp(-chroma, -14, -8)
    glow = 0.75 * _ramp(light, 52, 68) * _ramp(-np.abs(hue - 65), -55, -40) * _ramp(-chroma, -80, -55)
    colour = np.maximum.reduce([blue, pale, cloud, glow])
    height = (np.arange(lab.shape[0]) + 0.5) / lab.shape[0]
    return np.asarray(smooth * colour * _ramp(-height, -0.95, -0.6)[:, None], np.float32)


def _ramp(values: NDArray[Any], low: float, high: float) -> NDArray[np.float32]:
    return np.asarray(np.clip((values - low) / (high - low), 0, 1), np.float32)


def _from_top(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the pieces of `mask` that reach the top rows: a thin frame around the picture is passed over."""
    import cv2

    _, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=4)
    rows = max(1, mask.shape[0] // TOP)
    reach = np.unique(labels[:rows][mask[:rows]])
    return np.asarray(np.isin(labels, reach[reach > 0]))


def _enough(sky: NDArray[np.bool_]) -> bool:
    rows = max(1, sky.shape[0] // TOP)
    return bool(sky.mean() >= AREA and sky[:rows].any(axis=0).mean() >= WIDTH)


def _settle(
    lab: NDArray[np.float32], like: NDArray[np.float32], seeds: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    import cv2

    from keepdial.saliency.colours import bins_of, colour_odds
    from keepdial.saliency.cut import cut

    bins = bins_of(lab)
    base = np.asarray(6 * (like - 0.4), np.float32)
    lowest = np.flatnonzero(seeds.any(axis=1))[-1]
    base[min(lowest + max(2, lab.shape[0] // 20), lab.shape[0]) :] -= 4
    sky = seeds
    for _ in range(2):
        colour = np.clip(
            colour_odds(bins, sky.astype(np.float32), (~sky & (like < 0.4)).astype(np.float32)), -4, 4
        )
        odds = base + np.asarray(cv2.GaussianBlur(colour, (0, 0), 1.0), np.float32)
        found = cut(odds, lab, smooth=SMOOTH)
        sky = _from_top(found) | _through(found, odds, int(np.flatnonzero(sky.any(axis=1))[-1]))
        if not sky.any():
            return sky
    return sky


def _through(found: NDArray[np.bool_], odds: NDArray[np.float32], lowest: int) -> NDArray[np.bool_]:
    """Return pieces apart from the top that are surely sky: what shows between branches and masts."""
    import cv2

    n, labels, stats, _ = cv2.connectedComponentsWithStats(found.astype(np.uint8), connectivity=4)
    mean = np.bincount(labels.ravel(), odds.ravel(), n) / np.maximum(stats[:, cv2.CC_STAT_AREA], 1)
    bottom = stats[:, cv2.CC_STAT_TOP] + stats[:, cv2.CC_STAT_HEIGHT]
    sure = (mean > 4) & (bottom <= lowest + 1)
    sure[0] = False
    return np.asarray(sure[labels])


def _credible(lab: NDArray[np.float32], sky: NDArray[np.bool_]) -> bool:
    """Return whether the area is a sky and not a wall: by colour, by light, and by where it ends.

    A clear blue is a sky unless it is much darker than the rest (at night it may be). Anything paler must
    end above the lower part of the picture (behind a portrait a wall runs down along the sides), and be
    either as bright as an overexposed sky or brighter towards the horizon, evenly, and hardly to the side
    (a wall has its lamp or its window on one side).
    """
    height = sky.shape[0]
    light, a, b = (float(np.median(lab[..., c][sky])) for c in range(3))
    rest = float(np.median(lab[..., 0][~sky])) if not sky.all() else 0.0
    low = float(sky[int(0.8 * height) :].mean())
    if b < -10 and a < 12:
        return low < 0.35 and (light > rest - 12 or b < -12)
    if low > 0.015:
        return False
    if light > 87 and light > rest + 15 and a > -10:
        return True
    down, across, left = _slopes(lab[..., 0], sky)
    graded = down > 8 and down > 1.2 * abs(across) and left < 6
    if float(np.hypot(a, b)) < 16:
        return graded and light > rest - (6 if down > 15 else -5)
    return graded and a > -8 and light > 60 and light > rest + 15


def _slopes(light: NDArray[np.float32], sky: NDArray[np.bool_]) -> tuple[float, float, float]:
    """Return how much lighter the area gets over the height and the width, and what a plane leaves over."""
    y, x = np.nonzero(sky)
    place = np.stack([y / sky.shape[0], x / sky.shape[1], np.ones(len(x))], 1)
    values = light[sky].astype(np.float64)
    plane = np.linalg.lstsq(place, values, rcond=None)[0]
    return float(plane[0]), float(plane[1]), float((values - place @ plane).std())
