"""Guessing a pixel's foreground and background colour from known pixels around the unknown band.

After Gastal and Oliveira, "Shared Sampling for Real-Time Alpha Matting" (Eurographics 2010): each unknown
pixel looks along a few rays for known colours and takes the pair that explains it and its neighbours best
(`gather`); then each looks at what its neighbours found (`share`). Colours are (h, w, 3) float32 in [0, 1].
Every loop writes only what belongs to its own index, so the result is the same for any number of threads.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from keepdial.backends.patch.compiled import Floats1, Floats2, Floats3, Ints2, inlined, kernel

RAYS = 4
"""Rays of a pixel, evenly spread; the paper's number."""

REACH = 5
"""How far `share` looks for neighbours, in pixels: 120 of them, of the paper's 200."""

BEST = 3
"""How many of the neighbours' pairs are averaged; the paper's number."""

_TINY = 1e-5


@inlined
def _mixture(r: Any, g: Any, b: Any, pairs: Floats2, i: int) -> Any:  # pragma: no cover - compiled
    """Return (alpha, squared error) of the colour as a mixture of pair i: eq. 2 and 3 of the paper."""
    d0 = pairs[i, 0] - pairs[i, 3]
    d1 = pairs[i, 1] - pairs[i, 4]
    d2 = pairs[i, 2] - pairs[i, 5]
    e0 = r - pairs[i, 3]
    e1 = g - pairs[i, 4]
    e2 = b - pairs[i, 5]
    a = (d0 * e0 + d1 * e1 + d2 * e2) / (d0 * d0 + d1 * d1 + d2 * d2 + np.float32(_TINY))
    a = min(np.float32(1), max(np.float32(0), a))
    e0 -= a * d0
    e1 -= a * d1
    e2 -= a * d2
    return a, e0 * e0 + e1 * e1 + e2 * e2


@inlined
def _energy(image: Floats3, y: int, x: int, ty: int, tx: int) -> Any:
    """Return how much the picture changes along the way from (y, x) to (ty, tx): eq. 6, in ten steps."""
    dy, dx = ty - y, tx - x
    steps = max(1, min(10, max(abs(dy), abs(dx))))
    total = np.float32(0)
    py, px = y, x
    for s in range(1, steps + 1):
        qy = y + dy * s // steps
        qx = x + dx * s // steps
        c0 = image[qy, qx, 0] - image[py, px, 0]
        c1 = image[qy, qx, 1] - image[py, px, 1]
        c2 = image[qy, qx, 2] - image[py, px, 2]
        total += math.sqrt(c0 * c0 + c1 * c1 + c2 * c2)
        py, px = qy, qx
    return total


@kernel(over="at", least=256)
def gather(
    lo: int, hi: int, at: Ints2, image: Floats3, trimap: Ints2, mean: Floats2, pairs: Floats2, alpha: Floats1
) -> None:
    """Set `pairs` (n, 6: foreground, background) and `alpha` of each unknown pixel from along its rays.

    `at` (n, 2) holds rows and columns; `trimap` (h, w) is 1 = foreground, 0 = background, 2 = unknown;
    `mean` (1, 6) stands in where no ray meets a known pixel.
    """
    h, w = trimap.shape
    reach = h + w
    fore = np.empty((RAYS, 2), np.int32)
    back = np.empty((RAYS, 2), np.int32)
    trial = np.empty((1, 6), np.float32)
    for i in range(lo, hi):
        y, x = at[i, 0], at[i, 1]
        # Neighbours start at other angles, so that together they see every direction (section 3.1).
        start = ((y % 8) * 8 + x % 8) * 37 % 64 / 64.0
        fores, backs = 0, 0
        for ray in range(RAYS):
            angle = 2 * math.pi * (ray + start) / RAYS
            sy, sx = math.sin(angle), math.cos(angle)
            found = 0
            for step in range(1, reach):
                qy, qx = math.floor(y + step * sy + 0.5), math.floor(x + step * sx + 0.5)
                if qy < 0 or qx < 0 or qy >= h or qx >= w:
                    break
                kind = trimap[qy, qx]
                if kind == 1 and not found & 1:
                    fore[fores, 0], fore[fores, 1] = qy, qx
                    fores += 1
                    found |= 1
                elif kind == 0 and not found & 2:
                    back[backs, 0], back[backs, 1] = qy, qx
                    backs += 1
                    found |= 2
                if found == 3:
                    break
        to_fore, to_back = np.float32(1e9), np.float32(1e9)
        for f in range(fores):
            to_fore = min(to_fore, _energy(image, y, x, fore[f, 0], fore[f, 1]))
        for b in range(backs):
            to_back = min(to_back, _energy(image, y, x, back[b, 0], back[b, 1]))
        likely = to_back / (to_fore + to_back + np.float32(_TINY))
        lowest = np.float32(3e38)
        for f in range(max(1, fores)):
            for b in range(max(1, backs)):
                far = np.float32(1)
                for c in range(3):
                    trial[0, c] = image[fore[f, 0], fore[f, 1], c] if fores else mean[0, c]
                    trial[0, c + 3] = image[back[b, 0], back[b, 1], c] if backs else mean[0, c + 3]
                if fores:
                    far *= math.sqrt(np.float32((fore[f, 0] - y) ** 2 + (fore[f, 1] - x) ** 2))
                if backs:
                    apart = np.float32((back[b, 0] - y) ** 2 + (back[b, 1] - x) ** 2)
                    far *= apart * apart / np.float32(1e6)
                near = np.float32(1e-6)
                for ny in range(max(0, y - 1), min(h, y + 2)):
                    for nx in range(max(0, x - 1), min(w, x + 2)):
                        _, error = _mixture(image[ny, nx, 0], image[ny, nx, 1], image[ny, nx, 2], trial, 0)
                        near += error
                a, _ = _mixture(image[y, x, 0], image[y, x, 1], image[y, x, 2], trial, 0)
                fits = likely + (1 - 2 * likely) * a
                # Eq. 7 with the exponents of the paper: 3, 2, 1 and 4.
                cost = near * near * near * (fits * fits + np.float32(1e-6)) * far
                if cost < lowest:
                    lowest = cost
                    alpha[i] = a
                    for c in range(6):
                        pairs[i, c] = trial[0, c]


@kernel(over="at", least=256)
def share(
    lo: int,
    hi: int,
    at: Ints2,
    image: Floats3,
    index: Ints2,
    pairs: Floats2,
    mean: Floats2,
    shared: Floats2,
    alpha: Floats1,
) -> None:
    """Set `shared` (n, 6) to the mean of the best neighbours' pairs, `alpha` to what follows (section 3.2).

    `index` (h, w) holds the place in `pairs` of each pixel that has one, -1 elsewhere; `mean` (1, 6) stands
    in where no neighbour has one.
    """
    h, w = index.shape
    costs = np.empty(BEST, np.float32)
    whose = np.empty(BEST, np.int32)
    for i in range(lo, hi):
        y, x = at[i, 0], at[i, 1]
        r, g, b = image[y, x, 0], image[y, x, 1], image[y, x, 2]
        for k in range(BEST):
            costs[k] = np.float32(3e38)
            whose[k] = -1
        for ny in range(max(0, y - REACH), min(h, y + REACH + 1)):
            for nx in range(max(0, x - REACH), min(w, x + REACH + 1)):
                j = index[ny, nx]
                if j < 0:
                    continue
                _, error = _mixture(r, g, b, pairs, j)
                if error < costs[BEST - 1]:
                    k = BEST - 1
                    while k > 0 and error < costs[k - 1]:
                        costs[k] = costs[k - 1]
                        whose[k] = whose[k - 1]
                        k -= 1
                    costs[k] = error
                    whose[k] = j
        found = 0
        while found < BEST and whose[found] >= 0:
            found += 1
        for c in range(6):
            total = np.float32(0)
            for k in range(found):
                total += pairs[whose[k], c]
            shared[i, c] = total / found if found else mean[0, c]
        alpha[i], _ = _mixture(r, g, b, shared, i)
