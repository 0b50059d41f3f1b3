"""Small things at the border that stand out from what is around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepdial.suggest import Candidate, Suggester

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.image import Image

SIDE = 400
WINDOW = 0.2
"""Side of the window whose median is the ground, as a part of the picture's longer side."""
PLAIN = 14.0
"""Least difference from the ground, in units of Lab."""
CALM = 0.3
"""Most that the surroundings may differ from the ground, as a part of what the thing does."""
SMALLEST, LARGEST = 0.0004, 0.015
"""Area of a small thing, as a part of the picture's."""
TOUCHES, DEEP = 0.02, 0.2
"""How far from the border a thing may begin, and how far it may reach, as a part of the picture's sides."""


def find(image: Image) -> tuple[Candidate, ...]:
    """Return the things at the border, the plainest first."""
    import cv2
    import numpy as np

    from keepdial.suggest._ground import ground

    work = ground(image, SIDE)
    differs = _from_ground(work.lab)
    h, w = differs.shape
    out = differs > PLAIN
    count, labels, stats, _ = cv2.connectedComponentsWithStats(out.astype(np.uint8), connectivity=8)
    found = []
    for i in range(1, count):
        x, y, wide, tall, area = (int(v) for v in stats[i])
        if SMALLEST * h * w <= area <= LARGEST * h * w and _at_border(x, y, wide, tall, w, h):
            candidate = _judged(
                image, work.scale, differs, np.asarray(labels, np.int32), i, (x, y, wide, tall, area)
            )
            if candidate is not None:
                found.append(candidate)
    return tuple(sorted(found, key=lambda c: -c.score))


def _from_ground(lab: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how far each pixel of Lab lies from the median of its neighbourhood."""
    import cv2
    import numpy as np

    h, w = lab.shape[:2]
    side = 2 * round(WINDOW * max(h, w) / 2) + 1
    pad = side // 2
    eight = np.clip(lab * np.array([2.55, 1, 1], np.float32) + np.array([0, 128, 128], np.float32), 0, 255)
    framed = cv2.copyMakeBorder(eight.astype(np.uint8), pad, pad, pad, pad, cv2.BORDER_REFLECT)
    planes = [
        cv2.medianBlur(np.ascontiguousarray(framed[..., c]), min(side, 255))[pad:-pad, pad:-pad]
        for c in range(3)
    ]
    middle = np.stack(planes, axis=-1).astype(np.float32)
    difference = np.asarray((eight - middle) / np.array([2.55, 1, 1], np.float32), np.float32)
    smooth = cv2.GaussianBlur(difference, (0, 0), 0.8)
    return np.asarray(np.sqrt((smooth**2).sum(axis=2)), np.float32)


def _at_border(x: int, y: int, wide: int, tall: int, w: int, h: int) -> bool:
    sides = ((x, x + wide, w), (w - x - wide, w - x, w), (y, y + tall, h), (h - y - tall, h - y, h))
    return any(near <= TOUCHES * length + 1 and far <= DEEP * length for near, far, length in sides)


def _judged(
    image: Image,
    scale: float,
    differs: NDArray[np.float32],
    labels: NDArray[np.int32],
    number: int,
    stats: tuple[int, int, int, int, int],
) -> Candidate | None:
    """Return the thing as a candidate if it stands alone on calm ground and is compact."""
    import cv2
    import numpy as np

    from keepdial.geometry import Box, size_of
    from keepdial.suggest._ground import placed

    x, y, wide, tall, area = stats
    if area < 0.35 * wide * tall or max(wide, tall) > 5 * min(wide, tall):
        return None
    reach = max(3, round(0.6 * area**0.5))
    box = Box(x, y, wide, tall).grow(reach + 2).clip(size_of(labels))
    mine = (labels[box.slices] == number).astype(np.uint8)
    near = cv2.dilate(mine, np.ones((5, 5), np.uint8))
    far = cv2.dilate(near, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    ring = (far > 0) & (near == 0)
    part = differs[box.slices]
    if ring.sum() < 8:
        return None
    contrast, around = float(np.mean(part[mine > 0])), float(np.quantile(part[ring], 0.85))
    if contrast < 1.3 * PLAIN or around > CALM * contrast:
        return None
    inside = np.asarray(cv2.morphologyEx(near, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)) > 0)
    region = placed(image, box, inside, scale=scale, margin=max(2.0, scale))
    score = min(0.75, 0.35 + 0.006 * contrast + 0.3 * (1 - around / (CALM * contrast)))
    side = _side(x, y, wide, tall, labels.shape)
    return Candidate(
        "thing at the border",
        f"A small thing at the {side} border stands out from what is around it.",
        region,
        score,
    )


def _side(x: int, y: int, wide: int, tall: int, shape: tuple[int, ...]) -> str:
    h, w = shape[:2]
    gaps = {"left": x / w, "right": (w - x - wide) / w, "top": y / h, "bottom": (h - y - tall) / h}
    return min(gaps, key=lambda side: gaps[side])


SUGGESTER = Suggester("border", "Small things at the border that stand out.", find)
