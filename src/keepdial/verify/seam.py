"""Seam: a visible edge along the boundary of the mask.

The picture is sampled along the normals of the mask's outline, from 9 px outside to 9 px inside, which
unrolls the boundary into a ribbon. At each point of the outline the colour step across the boundary,
averaged over 15 px of outline (so that grain and edges that merely cross the boundary cancel), is compared
with the same steps at parallel lines inside and outside. A point is visible where the boundary's step is
the largest by more than a threshold in CIE Lab. This is done for steps from one px to the next (0.6), and
from the mean of 3 px to the mean of the next 3 (1.0), which finds boundaries that are feathered. The
value is the part of the outline that is visible, 0 to 1, by the kind of step that shows more.

Where something of the picture was to be kept (keep > 0), a step counts only if the canvas did not have it:
a mask drawn along the edge of an object is no seam.

Measured with ``benches/signals.py`` (72 areas on Kodak photographs, 22 real scenes): no untouched area and
no real scene is above the limit; the largest has 0.249. Of areas whose colours were offset by 3, 4, 6 and
12 levels of 255 there are 82, 93, 100 and 100 % above it (AUROC 0.978, 0.993, 1.000, 1.000), of an offset
of 12 feathered over 3 px 99 % (1.000), of pasted patches all (1.000). Blurred and noisy fills are for
`texture` to find.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from keepdial.verify import Evidence, Finding, Signal

DEPTH = 9
ALONG = 15
SPANS = {1: 0.6, 3: 1.0}
"""Width of a step in px, and the difference in CIE Lab by which it must stand out."""

NEAR = 6
"""Parallel lines up to this many px from the boundary are compared with it."""

SHORTEST = 12
OUTLINES = 400
CHUNK = 4096

Floats = NDArray[np.float32]


def measure(evidence: Evidence) -> Finding | None:
    """Measure the step across the mask's outline, where it runs inside the picture and changed anything."""
    box = evidence.around(DEPTH + 2)
    if box is None or not evidence.blends or evidence.asked() >= 1:
        return None
    result = evidence.result.pixels[box.slices]
    canvas = evidence.canvas.pixels[box.slices] if evidence.guess and evidence.asked() > 0 else None
    value = visible_part(result, evidence.mask[box.slices], canvas)
    if value is None:
        return None
    bad = value > SIGNAL.limit
    return Finding(
        signal=SIGNAL.name,
        value=value,
        limit=SIGNAL.limit,
        verdict="warn" if bad else "pass",
        meaning=(
            f"Along {100 * value:.0f} % of the edge of the edited area, colours step more than beside it. "
            + ("That can be seen as a seam." if bad else "That is as in an untouched photograph.")
        ),
        advice="Grow the mask by a few pixels, feather it, or try another seed." if bad else "",
    )


def visible_part(
    picture: NDArray[Any], mask: NDArray[Any], canvas: NDArray[Any] | None = None
) -> float | None:
    """Return the part of the mask's outline with a visible step, 0 to 1; None if no outline can be judged.

    `picture` and `canvas` are (H, W, C) uint8 or uint16, `mask` is (H, W) with 1 = edited. The longest 400
    outlines are judged.
    """
    import cv2

    inside = (mask >= 0.5).astype(np.uint8)
    if inside.all():
        return None
    outlines, _ = cv2.findContours(inside, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    long = sorted((o[:, 0] for o in outlines if len(o) >= SHORTEST), key=len, reverse=True)
    judged, seen = dict.fromkeys(SPANS, 0), dict.fromkeys(SPANS, 0)
    for outline in long[:OUTLINES]:
        points = _ribbon(outline.astype(np.float32), inside)
        sides = _sample(inside[..., None], points, nearest=True)[..., 0] > 0
        valid = _within(points, inside.shape) & (sides == (np.arange(-DEPTH, DEPTH + 1) >= 0))
        after = _lab(_sample(picture, points), picture.dtype)
        before = None if canvas is None else _lab(_sample(canvas, points), canvas.dtype)
        for span, visible in SPANS.items():
            across, beside, countable = _steps(after, valid, span)
            step = countable & (across > beside + visible)
            if before is not None:
                step &= across > _steps(before, valid, span)[0] + visible
            judged[span] += int(np.count_nonzero(countable))
            seen[span] += int(np.count_nonzero(step))
    parts = [seen[span] / judged[span] for span in SPANS if judged[span]]
    return max(parts, default=None)


def _ribbon(outline: Floats, inside: NDArray[np.uint8]) -> Floats:
    """Return the points (N, 2 * DEPTH + 1, 2), x and y, along the normals of `outline`, inside last."""
    tangent = np.roll(outline, -3, axis=0) - np.roll(outline, 3, axis=0)
    tangent = sum((np.roll(tangent, k, axis=0) for k in range(-2, 3)), np.zeros_like(tangent))
    normal = np.stack([tangent[:, 1], -tangent[:, 0]], axis=1)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), np.float32(1e-6))
    offsets = np.arange(-DEPTH, DEPTH + 1, dtype=np.float32)
    points = np.asarray(outline[:, None] + normal[:, None] * offsets[:, None], np.float32)
    sides = _sample(inside[..., None], points, nearest=True)[..., 0]
    if sides[:, DEPTH + 1 :].sum() < sides[:, :DEPTH].sum():
        points = points[:, ::-1]
    return np.ascontiguousarray(points)


def _within(points: Floats, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    x, y = points[..., 0], points[..., 1]
    found: NDArray[np.bool_] = (x >= 0) & (y >= 0) & (x <= shape[1] - 1) & (y <= shape[0] - 1)
    return found


def _sample(picture: NDArray[Any], points: Floats, *, nearest: bool = False) -> Floats:
    """Return (N, K, C) float32 samples of `picture` at `points`; only the parts that are needed are read.

    A point outside the picture gets its border's colour. In chunks, because OpenCV's remap takes at most
    32766 rows and the part of the picture under a short piece of outline is small.
    """
    import cv2

    how = cv2.INTER_NEAREST if nearest else cv2.INTER_LINEAR
    parts = []
    for start in range(0, len(points), CHUNK):
        p = points[start : start + CHUNK]
        x0, y0 = (max(0, int(p[..., i].min()) - 1) for i in (0, 1))
        x1, y1 = (int(p[..., i].max()) + 3 for i in (0, 1))
        part = picture[y0:y1, x0:x1].astype(np.float32)
        samples = cv2.remap(part, p[..., 0] - x0, p[..., 1] - y0, how, borderMode=cv2.BORDER_REPLICATE)
        parts.append(samples.reshape(*p.shape[:2], picture.shape[2]))
    return np.concatenate(parts)


def _lab(samples: Floats, dtype: np.dtype[Any]) -> Floats:
    import cv2

    unit = samples * np.float32(1 / np.iinfo(dtype).max)
    rgb = np.repeat(unit, 3, axis=2) if unit.shape[2] == 1 else unit
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2Lab), np.float32)


def _steps(ribbon: Floats, valid: NDArray[np.bool_], span: int) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Return, for each point of the outline, (step across the boundary, largest step beside it, countable).

    A step is the difference of the means of `span` px on both sides of a line. Lines that share a pixel
    with the boundary's step, or touch it (bilinear sampling smears by one px), are left out of "beside".
    A point counts if its boundary step and two steps beside are valid.
    """
    known = np.cumsum(np.where(valid[..., None], ribbon, 0), axis=1, dtype=np.float64)
    known = np.pad(known, ((0, 0), (1, 0), (0, 0)))
    count = np.pad(np.cumsum(valid, axis=1), ((0, 0), (1, 0)))
    lines = np.arange(max(span, DEPTH - NEAR), min(2 * DEPTH + 1 - span, DEPTH + NEAR) + 1)
    usable: NDArray[np.bool_] = count[:, lines + span] - count[:, lines - span] == 2 * span
    steps = (known[:, lines + span] - 2 * known[:, lines] + known[:, lines - span]) / span
    weight = _running(usable.astype(np.float32))
    size = np.linalg.norm(_running((steps * usable[..., None]).astype(np.float32)), axis=2)
    size /= np.maximum(weight, 1)
    boundary = int(np.flatnonzero(lines == DEPTH)[0])
    others = np.abs(lines - DEPTH) > span
    trusted = weight[:, others] >= ALONG // 2
    beside = np.where(trusted, size[:, others], 0).max(axis=1)
    countable = usable[:, boundary] & (trusted.sum(axis=1) >= 2)
    return size[:, boundary], beside, countable


def _running(values: Floats) -> Floats:
    """Sum over `ALONG` neighbours along axis 0, which is a closed line."""
    along = min(ALONG, len(values))
    half = along // 2
    ring = np.concatenate([values[len(values) - half - 1 :], values, values[: along - half - 1]])
    sums = np.cumsum(ring, axis=0, dtype=np.float64)
    return np.asarray(sums[along:] - sums[:-along], np.float32)


SIGNAL = Signal(
    name="seam",
    question="Is the edge of the edit visible?",
    catches="a visible edge along the boundary of the mask",
    limit=0.25,
    basis="the largest of 72 untouched Kodak areas has 0.249; 93 % of seams of 4 levels have more",
    measure=measure,
)
