"""The inner loops of patch synthesis, compiled by Numba and cached on disk.

Pictures are (h, w * 3) float32 in [0, 255], three samples a pixel side by side, so that a row of a patch is one
run of 21 floats and the sum of squares becomes vector instructions. Patches are 7 x 7. Every loop that runs on
several cores writes only what belongs to its own index, and draws its random numbers from a hash of the
seed and the pixel, so the result is the same for any number of threads.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange

RADIUS = 3
SIDE = 2 * RADIUS + 1
ROW = SIDE * 3
SAMPLES = SIDE * ROW
STRIP = 32
"""Rows that one core sweeps in order; strips see each other's state before the sweep."""

_BIG = np.float32(1e30)
_COMMON = {"fastmath": True, "cache": True, "nogil": True, "error_model": "numpy"}


@njit(**_COMMON)
def _mix(a):  # type: ignore[no-untyped-def]
    """Return a 32-bit hash (Wellons' lowbias32)."""
    a ^= a >> np.uint32(16)
    a *= np.uint32(0x7FEB352D)
    a ^= a >> np.uint32(15)
    a *= np.uint32(0x846CA68B)
    a ^= a >> np.uint32(16)
    return a


@njit(**_COMMON)
def _distance(a, ay, ax, b, by, bx, best):  # type: ignore[no-untyped-def]
    """Return the sum of squared differences of two patches; any number above `best` once it exceeds that."""
    total = np.float32(0)
    for dy in range(-RADIUS, RADIUS + 1):
        ra = a[ay + dy, (ax - RADIUS) * 3 : (ax + RADIUS + 1) * 3]
        rb = b[by + dy, (bx - RADIUS) * 3 : (bx + RADIUS + 1) * 3]
        for k in range(ROW):
            d = ra[k] - rb[k]
            total += d * d
        if total > best:
            return total
    return total


@njit(**_COMMON)
def _far(y, x, cy, cx, pull):  # type: ignore[no-untyped-def]
    """Return what it costs to take pixels from (cy, cx) for (y, x): `pull` for each pixel of distance."""
    dy = np.float32(cy - y)
    dx = np.float32(cx - x)
    return pull * np.sqrt(dy * dy + dx * dx)


@njit(parallel=True, **_COMMON)
def refresh(picture, example, extra, ty, tx, ny, nx, cost, pull):  # type: ignore[no-untyped-def]
    """Set `cost` of every target to what its present correspondence costs."""
    for t in prange(ty.size):
        d = _distance(picture, ty[t], tx[t], example, ny[t], nx[t], _BIG)
        cost[t] = d + _far(ty[t], tx[t], ny[t], nx[t], pull) + extra[ny[t], nx[t]]


@njit(parallel=True, **_COMMON)
def sweep(  # type: ignore[no-untyped-def]
    picture,
    example,
    extra,
    valid,
    index,
    ty,
    tx,
    ny,
    nx,
    cost,
    oy,
    ox,
    strips,
    forward,
    seed,
    reach,
    draws,
    pull,
):
    """Improve all correspondences once: propagation, then a random search that halves its reach.

    PatchMatch (Barnes 2009, doi:10.1145/1531326.1531330, section 3.2), in strips of rows. `oy`, `ox` are copies
    of `ny`, `nx` from before the sweep, for neighbours in another strip.
    """
    h, w = valid.shape
    step = 1 if forward else -1
    for s in prange(strips.size - 1):
        lo = strips[s]
        hi = strips[s + 1]
        for i in range(hi - lo):
            t = lo + i if forward else hi - 1 - i
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
                if lo <= q < hi:
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


@njit(parallel=True, **_COMMON)
def exhaust(picture, example, extra, ty, tx, vy, vx, ny, nx, cost, pull):  # type: ignore[no-untyped-def]
    """Find the best correspondence of every target among all (vy, vx): exact, for the coarsest levels."""
    for t in prange(ty.size):
        best = cost[t]
        by = ny[t]
        bx = nx[t]
        for i in range(vy.size):
            far = _far(ty[t], tx[t], vy[i], vx[i], pull) + extra[vy[i], vx[i]]
            d = _distance(picture, ty[t], tx[t], example, vy[i], vx[i], best - far) + far
            if d < best:
                best = d
                by = vy[i]
                bx = vx[i]
        ny[t] = by
        nx[t] = bx
        cost[t] = best


@njit(parallel=True, **_COMMON)
def vote(example, index, hy, hx, ny, nx, weight, out):  # type: ignore[no-untyped-def]
    """Set `out` (n, 3) to the weighted mean of what all patches over each pixel (hy, hx) say.

    Wexler 2007 (doi:10.1109/TPAMI.2007.60), equation 6.
    """
    h, w = index.shape
    for i in prange(hy.size):
        y = hy[i]
        x = hx[i]
        r = np.float32(0)
        g = np.float32(0)
        b = np.float32(0)
        total = np.float32(0)
        for dy in range(max(-RADIUS, -y), min(RADIUS, h - 1 - y) + 1):
            for dx in range(max(-RADIUS, -x), min(RADIUS, w - 1 - x) + 1):
                q = index[y + dy, x + dx]
                if q >= 0:
                    cy = ny[q] - dy
                    cx = (nx[q] - dx) * 3
                    k = weight[q]
                    r += k * example[cy, cx]
                    g += k * example[cy, cx + 1]
                    b += k * example[cy, cx + 2]
                    total += k
        out[i, 0] = r / total
        out[i, 1] = g / total
        out[i, 2] = b / total


@njit(parallel=True, **_COMMON)
def elect(index, hy, hx, ny, nx, weight, py, px):  # type: ignore[no-untyped-def]
    """Set (`py`, `px`) to the pixel that the strongest shift of all patches over each hole pixel points to.

    The shift (correspondence minus position) with the largest summed weight wins, so neighbouring pixels come
    from neighbouring places wherever their patches agree.
    """
    h, w = index.shape
    for i in prange(hy.size):
        y = hy[i]
        x = hx[i]
        sy = np.empty(SIDE * SIDE, np.int32)
        sx = np.empty(SIDE * SIDE, np.int32)
        sw = np.empty(SIDE * SIDE, np.float32)
        n = 0
        best = 0
        for dy in range(max(-RADIUS, -y), min(RADIUS, h - 1 - y) + 1):
            for dx in range(max(-RADIUS, -x), min(RADIUS, w - 1 - x) + 1):
                q = index[y + dy, x + dx]
                if q < 0:
                    continue
                cy = ny[q] - dy
                cx = nx[q] - dx
                j = 0
                while j < n and (sy[j] != cy or sx[j] != cx):
                    j += 1
                if j == n:
                    sy[n] = cy
                    sx[n] = cx
                    sw[n] = 0
                    n += 1
                sw[j] += weight[q]
                if sw[j] > sw[best]:
                    best = j
        py[i] = sy[best]
        px[i] = sx[best]


@njit(parallel=True, **_COMMON)
def slopes(example, whole, order, hy, hx, py, px, out):  # type: ignore[no-untyped-def]
    """Sum over the four neighbours the step to them that the elected pixels ask for; `out` (n, 3).

    Between two pixels of one shift that is the photograph's own step. Across a seam it is the mean of what
    both sides continue with, where they can be continued (`whole`: (h, w) bool, examples). `order` (h, w) int32:
    number of the hole pixel, -1 outside the hole.
    """
    h, w = whole.shape
    for i in prange(hy.size):
        for k in range(4):
            dy = (k == 0) - (k == 1)
            dx = (k == 2) - (k == 3)
            y = hy[i] + dy
            x = hx[i] + dx
            if y < 0 or y >= h or x < 0 or x >= w:
                continue
            j = order[y, x]
            ay = py[i] + dy
            ax = px[i] + dx
            a = 0 <= ay < h and 0 <= ax < w and whole[ay, ax]
            b = False
            by = 0
            bx = 0
            if j >= 0:
                by = py[j] - dy
                bx = px[j] - dx
                b = 0 <= by < h and 0 <= bx < w and whole[by, bx]
            for c in range(3):
                step = np.float32(0)
                if a:
                    step += example[ay, ax * 3 + c] - example[py[i], px[i] * 3 + c]
                if b:
                    step += example[py[j], px[j] * 3 + c] - example[by, bx * 3 + c]
                if a and b:
                    step *= np.float32(0.5)
                out[i, c] += step


@njit(parallel=True, **_COMMON)
def relax(picture, order, hy, hx, aim, hold, colour):  # type: ignore[no-untyped-def]
    """Update the hole pixels of one colour of the chequerboard: one half of a Gauss-Seidel sweep.

    Minimises the sum of squared differences between steps and `slopes`, plus `hold` times the squared
    difference from the voted colours; `aim` (n, 3) is hold * vote - slopes.
    """
    h, w = order.shape
    for i in prange(hy.size):
        y = hy[i]
        x = hx[i]
        if (y + x) % 2 != colour:
            continue
        n = hold
        r = aim[i, 0]
        g = aim[i, 1]
        b = aim[i, 2]
        for k in range(4):
            v = y + (k == 0) - (k == 1)
            u = x + (k == 2) - (k == 3)
            if 0 <= v < h and 0 <= u < w:
                n += np.float32(1)
                r += picture[v, u * 3]
                g += picture[v, u * 3 + 1]
                b += picture[v, u * 3 + 2]
        picture[y, x * 3] = r / n
        picture[y, x * 3 + 1] = g / n
        picture[y, x * 3 + 2] = b / n


@njit(parallel=True, **_COMMON)
def put(picture, hy, hx, colours):  # type: ignore[no-untyped-def]
    """Write `colours` (n, 3) into the picture at (hy, hx)."""
    for i in prange(hy.size):
        for c in range(3):
            picture[hy[i], hx[i] * 3 + c] = colours[i, c]


@njit(parallel=True, **_COMMON)
def enter(  # type: ignore[no-untyped-def]
    picture, weight, ty, tx, vy, vx, draws, state, oy, ox, seed, pull, radius, ny, nx
):
    """Find for each pixel of a ring the place whose surroundings match what is known around the pixel.

    `picture` and `weight` (h, w * 3) have a rim of at least `radius` pixels; weight 0 = unknown. `state` (h, w):
    2 = a whole patch of the photograph, 1 = filled by an earlier ring from (`oy`, `ox`), 0 = else. Candidates
    are the shifts of filled neighbours, then `draws` random places of (vy, vx), or all when there are fewer.
    """
    side = 2 * radius + 1
    n = side * 3
    for t in prange(ty.size):
        y = ty[t]
        x = tx[t]
        trust = np.empty((side, n), np.float32)
        here = np.empty((side, n), np.float32)
        total = np.float32(0)
        for a in range(side):
            for b in range(n):
                k = weight[y - radius + a, (x - radius) * 3 + b]
                trust[a, b] = k
                here[a, b] = picture[y - radius + a, (x - radius) * 3 + b]
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
                j = i - 25
                if count < vy.size:
                    hashed = _mix(hashed + np.uint32(0x9E3779B9))
                    j = np.int64(hashed % np.uint32(vy.size))
                cy = vy[j]
                cx = vx[j]
            d = _far(y, x, cy, cx, pull) * total
            for a in range(side):
                there = picture[cy - radius + a, (cx - radius) * 3 : (cx + radius + 1) * 3]
                for b in range(n):
                    e = here[a, b] - there[b]
                    d += trust[a, b] * e * e
                if d >= best:
                    break
            if d < best:
                best = d
                by = cy
                bx = cx
        ny[t] = by
        nx[t] = bx


@njit(parallel=True, **_COMMON)
def halve(picture, known, usable, out, out_known, out_usable):  # type: ignore[no-untyped-def]
    """Halve a picture (h, w, 3): means over the known ones of each 2 x 2 pixels, and the shares known, usable."""
    h, w = known.shape
    for y in prange(out_known.shape[0]):
        for x in range(out_known.shape[1]):
            total = np.float32(0)
            free = np.float32(0)
            r = np.float32(0)
            g = np.float32(0)
            b = np.float32(0)
            for i in range(4):
                v = min(2 * y + i // 2, h - 1)
                u = min(2 * x + i % 2, w - 1)
                k = known[v, u]
                total += k
                free += usable[v, u]
                r += k * picture[v, u, 0]
                g += k * picture[v, u, 1]
                b += k * picture[v, u, 2]
            scale = np.float32(1) / max(total, np.float32(1e-6))
            out[y, x, 0] = r * scale
            out[y, x, 1] = g * scale
            out[y, x, 2] = b * scale
            out_known[y, x] = total * np.float32(0.25)
            out_usable[y, x] = free * np.float32(0.25)
