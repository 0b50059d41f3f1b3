"""The levels of the pyramid: pictures halved again and again, and what is to be found on each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

RADIUS = 3
STRIP = 32


class Level:
    """One scale: the picture under work, the examples, and a correspondence for every patch over the hole.

    Attributes:
        picture: (h, w, 3) float32 in [0, 255]; inside the hole the present estimate.
        example: the same shape, where colours are taken from; may be the same array, since patches that
            touch the hole are never examples.
        hole: (h, w) bool, True = generate.
        valid: (h, w) bool, True where a whole patch of examples is centred.
        ty, tx: (n,) int32, centres of the patches that touch the hole, row by row; all inside the picture.
        hy, hx: (m,) int32, the hole's pixels, row by row.
        ny, nx, cost: (n,) the correspondence of each patch, and its cost (sum over the patch).
        depth: (n,) float32, how deep in the hole each patch's centre lies, 0 outside.
    """

    def __init__(
        self,
        picture: NDArray[np.float32],
        example: NDArray[np.float32],
        hole: NDArray[np.bool_],
        usable: NDArray[np.bool_],
    ) -> None:
        import cv2

        self.picture, self.example, self.hole = picture, example, hole
        self.height, self.width = hole.shape
        square = np.ones((2 * RADIUS + 1, 2 * RADIUS + 1), np.uint8)
        valid = cv2.erode(usable.view(np.uint8), square, borderType=cv2.BORDER_CONSTANT, borderValue=0)
        over = np.asarray(cv2.dilate(hole.view(np.uint8), square), np.uint8)
        for array in (valid, over):
            array[:RADIUS] = array[-RADIUS:] = 0
            array[:, :RADIUS] = array[:, -RADIUS:] = 0
        self.valid = valid.view(np.bool_)
        self.ty, self.tx = _where(over)
        self.hy, self.hx = _where(hole)
        self.index = np.full(hole.shape, -1, np.int32)
        self.index[self.ty, self.tx] = np.arange(self.ty.size, dtype=np.int32)
        self.strips = np.searchsorted(self.ty, np.arange(0, self.height + STRIP, STRIP)).astype(np.int32)
        inside = cv2.distanceTransform(hole.view(np.uint8), cv2.DIST_L2, 3)
        self.deepest = float(inside.max(initial=0))
        self.depth = inside[self.ty, self.tx]
        self.ny, self.nx = self.ty.copy(), self.tx.copy()
        self.cost = np.zeros(self.ty.size, np.float32)

    @property
    def flat(self) -> NDArray[np.float32]:
        """The picture as the kernels take it, (h, w * 3)."""
        return self.picture.reshape(self.height, -1)

    @property
    def flat_example(self) -> NDArray[np.float32]:
        """The examples as the kernels take them, (h, w * 3)."""
        return self.example.reshape(self.height, -1)

    def set_correspondence(self, ny: NDArray[np.integer], nx: NDArray[np.integer]) -> None:
        """Take (ny, nx), one for each target, moved to the nearest valid place where they are not valid."""
        ny, nx = np.clip(ny, 0, self.height - 1), np.clip(nx, 0, self.width - 1)
        bad = np.flatnonzero(~self.valid[ny, nx])
        if bad.size:
            py, px = nearest(self.valid, ny[bad], nx[bad])
            ny[bad], nx[bad] = py, px
        self.ny, self.nx = ny.astype(np.int32), nx.astype(np.int32)


def _where(mask: NDArray[np.uint8] | NDArray[np.bool_]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    y, x = np.nonzero(mask)
    return y.astype(np.int32), x.astype(np.int32)


def nearest(
    there: NDArray[np.bool_], y: NDArray[np.integer], x: NDArray[np.integer]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return for each (y, x) the nearest pixel where `there` is True."""
    import cv2

    _, label = cv2.distanceTransformWithLabels(
        (~there).view(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    vy, vx = np.nonzero(there)
    table = np.zeros((int(label.max()) + 1, 2), np.int32)
    table[label[vy, vx]] = np.stack([vy, vx], axis=1)
    found = table[label[y, x]]
    return found[:, 0], found[:, 1]


def build(
    pixels: NDArray[np.float32],
    hole: NDArray[np.bool_],
    usable: NDArray[np.bool_],
    *,
    separate: bool,
    shallow: float,
) -> list[Level]:
    """Return the levels from the finest to the one where the hole is at most `shallow` pixels deep.

    A pixel of a coarser level is the mean of the known ones among its four; it counts as known, and may be an
    example, when at least half of them do. With `separate` the examples are the picture as it came, hole
    included, and stay apart from the picture under work.
    """
    from keepdial.backends.patch.colours import halve

    known = np.ones(hole.shape, np.float32) if separate else (~hole).astype(np.float32)
    share = usable.astype(np.float32)
    picture = pixels
    levels = [Level(picture.copy() if separate else picture, picture, hole, usable)]
    while levels[-1].deepest > shallow and min(hole.shape) >= 8 * RADIUS:
        h, w = (hole.shape[0] + 1) // 2, (hole.shape[1] + 1) // 2
        smaller, less, open_ = (
            np.empty((h, w, 3), np.float32),
            np.empty((h, w), np.float32),
            np.empty((h, w), np.float32),
        )
        halve(picture, known, share, smaller, less, open_)
        if separate:
            filled = np.empty((h, w), np.float32)
            halve(
                picture,
                (~hole).astype(np.float32),
                share,
                np.empty_like(smaller),
                filled,
                np.empty_like(open_),
            )
            hole = filled < 0.5
        else:
            hole = less < 0.5
        picture, known, share = smaller, less, open_
        level = Level(picture.copy() if separate else picture, picture, hole, share >= 0.5)
        if np.count_nonzero(level.valid) < 64 or level.hy.size == 0:
            break
        levels.append(level)
    return levels
