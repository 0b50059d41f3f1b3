"""Spots on calm ground: dust on the sensor, a blemish on a wall, a bird in the sky."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepdial.suggest import Candidate, Suggester

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.image import Image

SIDE = 1200
RADII = (1.5, 3.0, 6.0)
"""Radii of spots that are looked for, in working pixels."""
LEAST = 2.0
"""Least difference from the ground, in units of Lab, as the filter answers."""
REACH, RANK = 4.0, 2
TIMES = 4.0
"""How many times the ground's own answer a spot's must be."""
AROUND, CALM, MOSTLY = 0.1, 2.5, 0.85
"""Within a window of `AROUND` of the longer side `MOSTLY` of the ground varies by less than `CALM`, Lab."""
SWARM = 12
"""More spots than this are no flaw: stars, snow, a pattern."""


def find(image: Image) -> tuple[Candidate, ...]:
    """Return the spots, the plainest first.

    A difference of Gaussians at a few sizes; a spot is a peak alone on ground that hardly answers.
    """
    import numpy as np

    from keepdial.suggest._ground import ground

    work = ground(image, SIDE)
    quiet = _quiet(work.lab)
    found: list[tuple[float, float, int, int, float]] = []
    for radius in RADII:
        answer, around = _answers(work.lab, radius)
        ratio = answer / (around + 0.15)
        ys, xs = np.nonzero(_peaks(answer, radius) & (answer >= LEAST) & (ratio >= TIMES) & quiet)
        found += [
            (float(ratio[y, x]), float(answer[y, x]), int(y), int(x), radius)
            for y, x in zip(ys, xs, strict=True)
        ]
    found.sort(reverse=True)
    kept: list[tuple[float, float, int, int, float]] = []
    for spot in found:
        if all((spot[2] - k[2]) ** 2 + (spot[3] - k[3]) ** 2 > (3 * max(spot[4], k[4])) ** 2 for k in kept):
            kept.append(spot)
    if len(kept) > SWARM:
        return ()
    made = (_candidate(image, work.lab, work.scale, spot) for spot in kept)
    return tuple(candidate for candidate in made if candidate is not None)


def _answers(lab: NDArray[np.float32], radius: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the filter's answer at each pixel, and its largest mean over four sides of the neighbourhood."""
    import cv2
    import numpy as np

    near, wide = (
        cv2.GaussianBlur(lab, (0, 0), s, borderType=cv2.BORDER_REFLECT) for s in (0.7 * radius, 1.6 * radius)
    )
    answer = np.asarray(np.sqrt(((near - wide) ** 2).sum(axis=2)), np.float32)
    reach = int(np.ceil(REACH * radius))
    size = 2 * reach // 2 + 1
    mean = cv2.blur(answer, (size, size), borderType=cv2.BORDER_REFLECT)
    shift = reach + round(1.5 * radius)
    sides = []
    for dy, dx in (
        (-shift, 0),
        (shift, 0),
        (0, -shift),
        (0, shift),
        (-shift, -shift),
        (shift, shift),
        (-shift, shift),
        (shift, -shift),
    ):
        moved = cv2.warpAffine(
            mean,
            np.array([[1, 0, dx], [0, 1, dy]], np.float32),
            mean.shape[::-1],
            borderMode=cv2.BORDER_REFLECT,
        )
        sides.append(moved)
    return answer, np.asarray(np.sort(sides, axis=0)[-RANK], np.float32)


def _quiet(lab: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return where nearly all of the wider neighbourhood is calm."""
    import cv2
    import numpy as np

    from keepdial.suggest._ground import calm

    side = 2 * round(AROUND * max(lab.shape) / 2) + 1
    still = calm(lab, 3, limit=CALM).astype(np.float32)
    return np.asarray(cv2.blur(still, (side, side), borderType=cv2.BORDER_REFLECT) >= MOSTLY)


def _peaks(answer: NDArray[np.float32], radius: float) -> NDArray[np.bool_]:
    import cv2
    import numpy as np

    side = 2 * round(2 * radius) + 1
    highest = cv2.dilate(answer, np.ones((side, side), np.uint8))
    peaks = answer >= highest
    edge = round(radius)
    peaks[:edge] = peaks[-edge:] = False
    peaks[:, :edge] = peaks[:, -edge:] = False
    return np.asarray(peaks)


def _candidate(
    image: Image, lab: NDArray[np.float32], scale: float, spot: tuple[float, float, int, int, float]
) -> Candidate | None:
    import cv2
    import numpy as np

    from keepdial.geometry import Box, Size
    from keepdial.suggest._ground import placed

    ratio, _, y, x, radius = spot
    reach = round(5 * radius)
    box = Box(x - reach, y - reach, 2 * reach + 1, 2 * reach + 1).clip(Size(lab.shape[1], lab.shape[0]))
    part = lab[box.slices]
    rim = np.ones(part.shape[:2], bool)
    rim[2:-2, 2:-2] = False
    ground = np.median(part[rim], axis=0)
    differs = np.sqrt(((part - ground) ** 2).sum(axis=2))
    noise = float(np.quantile(differs[rim], 0.9))
    here = y - box.y, x - box.x
    height = float(differs[here])
    inside = (differs > max(0.3 * height, 1.3 * noise)).astype(np.uint8)
    count, labels = cv2.connectedComponents(inside)
    if count < 2 or labels[here] == 0:
        return None
    mine = labels == labels[here]
    area = int(mine.sum())
    if mine[rim].any() or area > (4.5 * radius) ** 2 or height < 2.5 * noise:
        return None
    rows, columns = np.nonzero(mine)
    tall, wide = np.ptp(rows) + 1, np.ptp(columns) + 1
    if area < 0.4 * tall * wide or max(tall, wide) > 3 * min(tall, wide):
        return None
    region = placed(image, box, mine, scale=scale, margin=max(2.0, 0.5 * radius * scale))
    score = min(0.8, 0.3 + 0.015 * ratio + 0.01 * min(height, 20.0))
    return Candidate(
        "spot", "A small spot on calm ground, such as dust on the sensor or a blemish.", region, score
    )


SUGGESTER = Suggester("spots", "Small spots on calm ground: dust, blemishes.", find)
