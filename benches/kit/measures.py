"""What is measured of a filled hole, fast enough for a development loop, without learned weights.

=========  =======  ================================================================================
measure    ideal    meaning
=========  =======  ================================================================================
haarpsi    1        Haar wavelet perceptual similarity to the reference over the hole's bounding
                    crop (Reisenhofer et al. 2018, doi:10.1016/j.image.2017.11.001)
gmsd       0        gradient magnitude similarity deviation over the same crop (Xue et al. 2014,
                    doi:10.1109/TIP.2013.2293423)
swd        0        sliced Wasserstein distance of 7x7 patches over 3 Laplacian levels (Karras et
                    al. 2018): same texture statistics, wherever the texture sits
sharp      1        deviation of the Laplacian inside the hole, over the reference's
seam       1        mean step across the hole's edge, over the reference's; more is visible
=========  =======  ================================================================================

``haarpsi`` and ``gmsd`` are ``../shared/tools/metrics.py``. ``swd``, ``sharp`` and ``seam`` follow
the definitions of ``../shared/tools/bench_peers.py`` without its slow measures: ``sharp`` and
``seam`` are equal to its, ``swd`` samples other patches and agrees to a few per cent.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from kit.cases import Mask, Pixels
from kit.paths import TOOLS, tool

Singles = NDArray[np.float32]

MEASURES = ("haarpsi", "gmsd", "swd", "sharp", "seam")


def badness(measure: str, value: float) -> float:
    """How far from ideal, so that less is always better. Ratios count the same up and down."""
    if measure.startswith("haarpsi"):
        return 1.0 - value
    if measure in ("sharp", "seam"):
        return float(abs(np.log(max(value, 1e-6))))
    return value


def source_digest() -> str:
    """Names the definitions, so that cached values of an older definition are not believed."""
    text = Path(__file__).read_bytes() + (TOOLS / "metrics.py").read_bytes()
    return hashlib.sha1(text).hexdigest()[:10]


def measure(reference: Pixels, output: Pixels, mask: Mask, migan: Pixels | None = None) -> dict[str, float]:
    """All measures of ``output``; True in ``mask`` is the hole. ``migan`` adds closeness to it."""
    shared = tool("metrics")
    box = shared.crop(mask)
    ref, out = reference[box], output[box]
    values = {"haarpsi": float(shared.haarpsi(ref, out)), "gmsd": float(shared.gmsd(ref, out))}
    values |= _inside(reference, output, mask)
    if migan is not None:
        values["haarpsi_migan"] = float(shared.haarpsi(migan[box], out))
        values["gmsd_migan"] = float(shared.gmsd(migan[box], out))
    return values


def _inside(reference: Pixels, output: Pixels, mask: Mask, pad: int = 24) -> dict[str, float]:
    ys, xs = (np.flatnonzero(mask.any(axis=a)) for a in (1, 0))
    box = (
        slice(max(int(ys[0]) - pad, 0), int(ys[-1]) + pad + 1),
        slice(max(int(xs[0]) - pad, 0), int(xs[-1]) + pad + 1),
    )
    ref, out = (np.ascontiguousarray(p[box]) for p in (reference, output))
    hole = np.ascontiguousarray(mask[box])
    grey = [cv2.cvtColor(p, cv2.COLOR_RGB2GRAY).astype(np.float32) for p in (ref, out)]

    inner = ndimage.binary_erosion(hole, iterations=2)
    inner = inner if inner.any() else hole
    detail = [float(cv2.Laplacian(g, cv2.CV_32F)[inner].std()) for g in grey]

    across = hole[:, 1:] != hole[:, :-1], hole[1:] != hole[:-1]
    steps = [
        float(
            np.concatenate(
                [np.abs(np.diff(g, axis=1))[across[0]], np.abs(np.diff(g, axis=0))[across[1]]]
            ).mean()
        )
        for g in grey
    ]
    return {
        "swd": sliced_wasserstein(ref, out, hole),
        "sharp": detail[1] / max(detail[0], 1e-6),
        "seam": steps[1] / max(steps[0], 1e-6),
    }


def _half(plane: Singles) -> Singles:
    return np.asarray(cv2.resize(plane, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))


def sliced_wasserstein(
    reference: Pixels, output: Pixels, hole: Mask, *, patches: int = 4096, directions: int = 128
) -> float:
    """Distance of the patch distributions inside ``hole`` (True); NaN where the hole is tiny."""
    rng = np.random.default_rng(0)
    axes = rng.standard_normal((147, directions)).astype(np.float32)
    axes /= np.linalg.norm(axes, axis=0)
    a, b, inside = (p.astype(np.float32) for p in (reference, output, hole))
    while max(a.shape) > 1100:
        a, b, inside = _half(a), _half(b), _half(inside)
    levels: list[float] = []
    for level in range(3):
        smaller = _half(a), _half(b)
        if level < 2:
            size = (a.shape[1], a.shape[0])
            a, b = (p - cv2.resize(s, size) for p, s in zip((a, b), smaller, strict=True))
        centres = inside > 0.5
        centres[:3] = centres[-3:] = False
        centres[:, :3] = centres[:, -3:] = False
        where = np.argwhere(centres)
        if len(where) < 200:
            break
        where = where[rng.permutation(len(where))[:patches]]
        pa, pb = _patches(a, where), _patches(b, where)
        gap = np.abs(np.sort(pa @ axes, axis=0) - np.sort(pb @ axes, axis=0)).mean()
        levels.append(float(gap) / max(float(pa.std()), 1e-3) * 700 / 147**0.5)
        (a, b), inside = smaller, _half(inside)
    return float(np.mean(levels)) if levels else float("nan")


def _patches(picture: Singles, where: NDArray[np.int64]) -> Singles:
    """The 7x7 patches around ``where``, one a row."""
    views = np.lib.stride_tricks.sliding_window_view(picture, (7, 7), axis=(0, 1))
    return np.ascontiguousarray(views[where[:, 0] - 3, where[:, 1] - 3]).reshape(len(where), -1)
