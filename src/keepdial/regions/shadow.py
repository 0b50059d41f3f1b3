"""The shadow of a thing: the ground beside it, darker than around, in nearly the same colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from keepdial.geometry import Box, size_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

WORK = 60_000
# How far a shadow is looked for, and over what width the lit ground is averaged, in sizes of the thing.
REACH, GROUND = 0.8, 0.5
# Least darkening, as a log of samples: 3 % is about what one sees on a plain ground.
LEAST = 0.03
# Change of colour (log ratio of channels) that a shadow may bring: the sky still lights it, blue.
TINT = 0.08
SMOOTH = 1.5
# A thing stands on what is below this part of its height.
FOOT = 0.6
PLAUSIBLE = 2.5


def shadow_of(rgb: NDArray[np.uint8], mask: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the shadow that the thing in `mask` casts, without the thing.

    Args:
        rgb: (H, W, 3) uint8; not modified.
        mask: (H, W) float32 in [0, 1], 1 = the thing; not modified.

    Returns:
        (H, W) float32 in [0, 1], 1 = in shadow; soft where the shadow is. All 0 where the thing casts none
        that can be told from the ground.

    The lit ground is estimated around the thing; what is darker than it by one factor in all channels
    (Finlayson, Hordley & Drew, ECCV 2002: a shadow moves log colours along one direction) is evidence, in
    units of how much the ground varies by itself; a minimum cut makes it whole, and what does not touch the
    thing is dropped. Ground that is in shadow all around tells nothing.
    """
    import cv2

    shadow = np.zeros(rgb.shape[:2], np.float32)
    thing = mask >= 0.5
    box = Box.of(thing)
    if box is None or thing.all():
        return shadow
    extent = float(np.sqrt(max(box.area, 1)))
    area = box.grow(round((REACH + GROUND) * extent) + 4).clip(size_of(rgb))
    scale = min(1.0, float(np.sqrt(WORK / area.area)))
    size = max(2, round(area.width * scale)), max(2, round(area.height * scale))
    part = cv2.resize(np.ascontiguousarray(rgb[area.slices]), size, interpolation=cv2.INTER_AREA)
    inside = cv2.resize(thing[area.slices].astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.3
    found = _find(np.asarray(part, np.uint8), inside, extent * scale)
    full = cv2.resize(found, (area.width, area.height), interpolation=cv2.INTER_LINEAR)
    shadow[area.slices] = np.where(thing[area.slices], 0, np.clip(full, 0, 1))
    return shadow


def _find(rgb: NDArray[np.uint8], inside: NDArray[np.bool_], extent: float) -> NDArray[np.float32]:
    """Return the shadow at working size; `extent` is the size of the thing there, in pixels."""
    import cv2

    from keepdial.saliency.cut import cut

    nothing = np.zeros(inside.shape, np.float32)
    far = np.asarray(cv2.distanceTransform((~inside).astype(np.uint8), cv2.DIST_L2, 5), np.float32)
    ground = (far > 0.35 * extent) & (far < (REACH + GROUND) * extent)
    if np.count_nonzero(ground) < 32:
        return nothing
    log = np.log(cv2.GaussianBlur(rgb, (0, 0), 1.0).astype(np.float32) + 4)
    lit = _lit(log, far > 1.5, far, extent)
    darker = (lit - log).mean(axis=2)
    tint = np.abs((lit - log) - darker[..., None]).max(axis=2)
    foot = _below(inside)
    same = ground & (foot < (REACH + GROUND) * extent) & (tint < TINT)
    noise = 1.4826 * float(np.median(np.abs(darker[same]))) if np.count_nonzero(same) >= 32 else 1.0
    least = max(LEAST, noise)
    near = np.clip((REACH * extent - foot) / (0.5 * REACH * extent), -2, 0.5)
    evidence = 3 * np.clip((darker - 1.5 * least) / least, -1, 1)
    evidence = evidence - 4 * np.clip(tint / TINT - 1, 0, 1) + 2 * near
    evidence[inside] = -1
    region = cut(
        evidence.astype(np.float32),
        np.asarray(cv2.cvtColor(rgb.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2LAB), np.float32),
        smooth=SMOOTH,
    )
    region = _touching(region & ~inside, foot)
    if region.sum() < 0.01 * inside.sum() or region.sum() > PLAUSIBLE * inside.sum():
        return nothing
    return np.asarray(cv2.GaussianBlur(region.astype(np.float32), (0, 0), 1.0), np.float32)


def _below(inside: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return the distance to the lower part of the thing, where it stands on the ground.

    Upwards it counts more than double: the ground is seen at a slant, and what is higher is further off.
    """
    import cv2

    rows = np.flatnonzero(inside.any(axis=1))
    foot = inside.copy()
    top = round(rows[0] + FOOT * (rows[-1] - rows[0]))
    foot[:top] = False
    far = cv2.distanceTransform((~foot).astype(np.uint8), cv2.DIST_L2, 5)
    above = np.maximum(top - np.arange(len(inside)), 0)
    return np.asarray(far + 1.5 * above[:, None], np.float32)


def _lit(
    log: NDArray[np.float32], usable: NDArray[np.bool_], far: NDArray[np.float32], extent: float
) -> NDArray[np.float32]:
    """Return the log colour the ground would have everywhere without the shadow, (h, w, 3).

    An average over `GROUND`, first of all ground, then of the lighter part of it: that leaves shadows out.
    """
    import cv2

    weights = usable * np.clip(far / (0.5 * extent), 0.05, 1)
    lit = log
    for _ in range(3):
        total = cv2.GaussianBlur(weights.astype(np.float32), (0, 0), GROUND * extent) + np.float32(1e-6)
        blurred = cv2.GaussianBlur((log * weights[..., None]).astype(np.float32), (0, 0), GROUND * extent)
        lit = np.asarray(blurred / total[..., None], np.float32)
        lighter = (log - lit).mean(axis=2) > -LEAST
        weights = np.where(lighter, weights, weights * 0.1)
    return lit


def _touching(region: NDArray[np.bool_], far: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return the pieces of `region` that reach the thing; joints, marks and other lines are left out."""
    import cv2

    wide = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    region = cv2.morphologyEx(region.astype(np.uint8), cv2.MORPH_OPEN, wide).astype(np.bool_)
    _, labels = cv2.connectedComponents(region.astype(np.uint8), connectivity=8)
    reach = np.unique(labels[region & (far <= 4)])
    return np.asarray(np.isin(labels, reach[reach > 0]))
