"""The inner loops of the search for patches.

Pictures are (h, w * 3) float32 in [0, 255], three samples a pixel side by side, so that a row of a patch is
one run of 21 floats and the sum of squares becomes vector instructions. Patches are 7 x 7. Every loop writes
only what belongs to its own index, and draws its random numbers from a hash of the seed and the pixel, so the
result is the same for any number of threads.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from keepdial.backends.patch.compiled import Flags2, Floats1, Floats2, Ints1, Ints2, inlined, kernel
from keepdial.backends.patch.simd import inner, inner_weighted, outer, outer_weighted

RADIUS = 3
"""Here and in `colours`: what Numba keeps on disk counts as valid while the one file with the kernel is as it
was, so a number that came from another module would go stale.
"""

SIDE = 2 * RADIUS + 1
ROW = SIDE * 3
SAMPLES = SIDE * ROW

_BIG = np.float32(1e30)


@inlined
def _mix(a: Any) -> Any:
    """Return a 32-bit hash (Wellons' lowbias32)."""
    # Numba widens products of 32 bits to 64, so what is above them is cut off each time.
    low = np.uint64(0xFFFFFFFF)
    x = np.uint64(a) & low
    x ^= x >> np.uint64(16)
    x = (x * np.uint64(0x7FEB352D)) & low
    x ^= x >> np.uint64(15)
    x = (x * np.uint64(0x846CA68B)) & low
    x ^= x >> np.uint64(16)
    return np.uint32(x)


@inlined
def _distance(a: Floats2, ay: int, ax: int, b: Floats2, by: int, bx: int, best: np.float32) -> Any:
    """Return the sum of squared differences of two patches; any number above `best` once it exceeds that."""
    wa = a.shape[1]
    wb = b.shape[1]
    ai = (ay - RADIUS) * wa + (ax - RADIUS) * 3
    bi = (by - RADIUS) * wb + (bx - RADIUS) * 3
    total = outer(a, ai, wa, b, bi, wb)
    if total > best:
        return total
    return total + inner(a, ai, wa, b, bi, wb)


@inlined
def _far(y: int, x: int, cy: int, cx: int, pull: np.float32) -> Any:
    """Return what it costs to take pixels from (cy, cx) for (y, x): `pull` for each pixel of distance."""
    dy = np.float32(cy - y)
    dx = np.float32(cx - x)
    return pull * np.sqrt(dy * dy + dx * dx)


@kernel(over="ty", least=256)
def refresh(
    lo: int,
    hi: int,
    picture: Floats2,
    example: Floats2,
    extra: Floats2,
    ty: Ints1,
    tx: Ints1,
    ny: Ints1,
    nx: Ints1,
    cost: Floats1,
    pull: np.float32,
) -> None:
    """Set `cost` of every target to what its present correspondence costs."""
    for t in range(lo, hi):
        d = _distance(picture, ty[t], tx[t], example, ny[t], nx[t], _BIG)
        cost[t] = d + _far(ty[t], tx[t], ny[t], nx[t], pull) + extra[ny[t], nx[t]]


@kernel(over="strips", least=1)
def sweep(
    lo: int,
    hi: int,
    picture: Floats2,
    example: Floats2,
    extra: Floats2,
    valid: Flags2,
    index: Ints2,
    ty: Ints1,
    tx: Ints1,
    ny: Ints1,
    nx: Ints1,
    cost: Floats1,
    oy: Ints1,
    ox: Ints1,
    strips: Ints1,
    forward: bool,
    seed: int,
    reach: int,
    draws: int,
    pull: np.float32,
) -> None:
    """Improve all correspondences once: propagation, then a random search that halves its reach.

    PatchMatch (Barnes 2009, doi:10.1145/1531326.1531330, section 3.2), in strips of rows, which begin at the
    targets `strips`. `oy`, `ox` are copies of `ny`, `nx` from before the sweep, for neighbours in another
    strip.
    """
    h, w = valid.shape
    step = 1 if forward else -1
    for s in range(lo, min(hi, strips.size - 1)):
        first = strips[s]
        last = strips[s + 1]
        for i in range(last - first):
            t = first + i if forward else last - 1 - i
            y = ty[t]
            x = tx[t]
            by = ny[t]
            bx = nx[t]
            best = cost[t]
            for k in range(2):
                qy = y - step if k == 0 else y
                qx = x if k == 0 else x - step
                q = index[qy, qx]
                if q < 0:
                    continue
                if first <= q < last:
                    cy = ny[q] + y - qy
                    cx = nx[q] + x - qx
                else:
                    cy = oy[q] + y - qy
                    cx = ox[q] + x - qx
                if (cy != by or cx != bx) and 0 <= cy < h and 0 <= cx < w and valid[cy, cx]:
                    far = _far(y, x, cy, cx, pull) + extra[cy, cx]
                    d = _distance(picture, y, x, example, cy, cx, best - far) + far
                    if d < best:
                        best = d
                        by = cy
                        bx = cx
            state = _mix(np.uint32(seed) ^ (np.uint32(t) * np.uint32(2654435761)))
            radius = reach
            for _ in range(draws):
                state = _mix(state + np.uint32(0x9E3779B9))
                u = np.float32(state & np.uint32(0xFFFF)) * np.float32(1 / 65536)
                v = np.float32(state >> np.uint32(16)) * np.float32(1 / 65536)
                side = 2 * radius + 1
                cy = by - radius + np.int64(u * side)
                cx = bx - radius + np.int64(v * side)
                if 0 <= cy < h and 0 <= cx < w and valid[cy, cx]:
                    far = _far(y, x, cy, cx, pull) + extra[cy, cx]
                    d = _distance(picture, y, x, example, cy, cx, best - far) + far
                    if d < best:
                        best = d
                        by = cy
                        bx = cx
                radius = max(radius // 2, 1)
            ny[t] = by
            nx[t] = bx
            cost[t] = best


@kernel(over="ty", least=4)
def enter(
    lo: int,
    hi: int,
    picture: Floats2,
    weight: Floats2,
    ty: Ints1,
    tx: Ints1,
    vy: Ints1,
    vx: Ints1,
    draws: int,
    state: Ints2,
    oy: Ints2,
    ox: Ints2,
    seed: int,
    pull: np.float32,
    ny: Ints1,
    nx: Ints1,
) -> None:
    """Find for each pixel of a ring the place whose surroundings match what is known around the pixel.

    `picture` and `weight` (h, w * 3) have a rim of at least 3 pixels; weight 0 = unknown. `state` (h,
    w): 2 = a whole patch of the photograph, 1 = filled by an earlier ring from (`oy`, `ox`), 0 = else.
    Candidates are the shifts of filled neighbours, then `draws` random places of (vy, vx), or all when there
    are fewer.
    """
    trust = np.empty((SIDE, ROW), np.float32)
    here = np.empty((SIDE, ROW), np.float32)
    width = picture.shape[1]
    for t in range(lo, hi):
        y = ty[t]
        x = tx[t]
        total = np.float32(0)
        for a in range(SIDE):
            for b in range(ROW):
                k = weight[y - RADIUS + a, (x - RADIUS) * 3 + b]
                trust[a, b] = k
                here[a, b] = picture[y - RADIUS + a, (x - RADIUS) * 3 + b]
                total += k
        best = _BIG
        by = vy[0]
        bx = vx[0]
        hashed = _mix(
            np.uint32(seed) ^ (np.uint32(y) * np.uint32(73856093)) ^ (np.uint32(x) * np.uint32(19349663))
        )
        count = min(draws, vy.size)
        for i in range(25 + count):
            if i < 25:
                py = y + i // 5 - 2
                px = x + i % 5 - 2
                if state[py, px] != 1:
                    continue
                cy = oy[py, px] + y - py
                cx = ox[py, px] + x - px
                if state[cy, cx] != 2:
                    continue
            else:
                j = np.int64(i - 25)
                if count < vy.size:
                    hashed = _mix(hashed + np.uint32(0x9E3779B9))
                    j = np.int64((np.uint64(hashed) * np.uint64(vy.size)) >> np.uint64(32))
                cy = vy[j]
                cx = vx[j]
            first = (cy - RADIUS) * width + (cx - RADIUS) * 3
            d = _far(y, x, cy, cx, pull) * total + outer_weighted(here, trust, picture, first, width)
            if d < best:
                d += inner_weighted(here, trust, picture, first, width)
            if d < best:
                best = d
                by = cy
                bx = cx
        ny[t] = by
        nx[t] = bx
