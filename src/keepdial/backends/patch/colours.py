"""The inner loops that make colours of correspondences.

Pictures are (h, w * 3) float32 in [0, 255], as in `kernels`. Every loop writes only what belongs to its own
index.
"""

from __future__ import annotations

import numpy as np

from keepdial.backends.patch.compiled import Flags2, Floats1, Floats2, Floats3, Ints1, Ints2, kernel

RADIUS = 3
SIDE = 2 * RADIUS + 1


@kernel(over="hy", least=256)
def vote(
    lo: int,
    hi: int,
    example: Floats2,
    index: Ints2,
    hy: Ints1,
    hx: Ints1,
    ny: Ints1,
    nx: Ints1,
    weight: Floats1,
    out: Floats2,
) -> None:
    """Set `out` (n, 3) to the weighted mean of what all patches over each pixel (hy, hx) say.

    Wexler 2007 (doi:10.1109/TPAMI.2007.60), equation 6.
    """
    h, w = index.shape
    for i in range(lo, hi):
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


@kernel(over="hy", least=256)
def elect(
    lo: int,
    hi: int,
    index: Ints2,
    hy: Ints1,
    hx: Ints1,
    ny: Ints1,
    nx: Ints1,
    weight: Floats1,
    py: Ints1,
    px: Ints1,
) -> None:
    """Set (`py`, `px`) to the pixel that the strongest shift of all patches over each hole pixel points to.

    The shift (correspondence minus position) with the largest summed weight wins, so neighbouring pixels come
    from neighbouring places wherever their patches agree.
    """
    h, w = index.shape
    for i in range(lo, hi):
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


@kernel(over="hy", least=1024)
def slopes(
    lo: int,
    hi: int,
    example: Floats2,
    whole: Flags2,
    order: Ints2,
    hy: Ints1,
    hx: Ints1,
    py: Ints1,
    px: Ints1,
    picture: Floats2,
    edge: np.float32,
    tie: Floats2,
    out: Floats2,
) -> None:
    """Sum over the four neighbours the weighted step to them that the elected pixels ask for; `out` (n, 3).

    Between two pixels of one shift that is the photograph's own step. Across a seam it is the mean of what
    both sides continue with, where they can be continued (`whole`: (h, w) bool, examples). `order` (h, w)
    int32: number of the hole pixel, -1 outside the hole. `tie` (n, 4) is set to the weight of each step: 1
    where both sides agree on what lies there, falling where they differ by more than `edge` grey levels,
    since two different things meet there and joining them would smear.
    """
    h, w = whole.shape
    for i in range(lo, hi):
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
            gap = np.float32(0)
            for c in range(3):
                if a:
                    e = example[ay, ax * 3 + c] - picture[y, x * 3 + c]
                    gap += e * e
                if b:
                    e = example[by, bx * 3 + c] - picture[hy[i], hx[i] * 3 + c]
                    gap += e * e
            if a and b:
                gap *= np.float32(0.5)
            t = np.float32(1) / (np.float32(1) + gap / (3 * edge * edge))
            tie[i, k] = t
            for c in range(3):
                step = np.float32(0)
                if a:
                    step += example[ay, ax * 3 + c] - example[py[i], px[i] * 3 + c]
                if b:
                    step += example[py[j], px[j] * 3 + c] - example[by, bx * 3 + c]
                if a and b:
                    step *= np.float32(0.5)
                out[i, c] += t * step


@kernel(over="hy", least=2048)
def relax(
    lo: int,
    hi: int,
    picture: Floats2,
    order: Ints2,
    hy: Ints1,
    hx: Ints1,
    tie: Floats2,
    aim: Floats2,
    hold: np.float32,
    colour: int,
) -> None:
    """Update the hole pixels of one colour of the chequerboard: one half of a Gauss-Seidel sweep.

    Minimises the sum, weighted with `tie` (n, 4), of squared differences between steps and `slopes`, plus
    `hold` times the squared difference from the voted colours; `aim` (n, 3) is hold * vote - slopes.
    """
    h, w = order.shape
    for i in range(lo, hi):
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
                t = tie[i, k]
                n += t
                r += t * picture[v, u * 3]
                g += t * picture[v, u * 3 + 1]
                b += t * picture[v, u * 3 + 2]
        picture[y, x * 3] = r / n
        picture[y, x * 3 + 1] = g / n
        picture[y, x * 3 + 2] = b / n


@kernel(over="hy", least=4096)
def put(
    lo: int,
    hi: int,
    picture: Floats2,
    hy: Ints1,
    hx: Ints1,
    colours: Floats2,
) -> None:
    """Write `colours` (n, 3) into the picture at (hy, hx)."""
    for i in range(lo, hi):
        for c in range(3):
            picture[hy[i], hx[i] * 3 + c] = colours[i, c]


@kernel(over="out", least=32)
def halve(
    lo: int,
    hi: int,
    picture: Floats3,
    known: Floats2,
    usable: Floats2,
    out: Floats3,
    out_known: Floats2,
    out_usable: Floats2,
) -> None:
    """Halve a picture (h, w, 3): means over the known of each 2 x 2 pixels, and the shares known and usable.

    A last row or column that has no partner counts twice.
    """
    h, w = known.shape
    for y in range(lo, hi):
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
