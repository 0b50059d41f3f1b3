"""Preserved: a pixel that was to be kept and changed, in memory and in the file that was delivered.

The value is the number of such pixels; colour and alpha count. The limit is 0: it is the promise.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from keepdial.verify import Evidence, Finding, Signal, Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.image import Image

ROWS = 64
EXACT = "Save as PNG, TIFF or lossless WebP if every kept pixel must be exact in the file too."
DELIVERED = "delivered"
QUESTION = "Does the saved file keep that promise?"
REPORT_IT = "Do not use this result: it is a defect in keepdial. Please report it with the record."


def measure(evidence: Evidence) -> Finding | None:
    """Count the pixels outside `evidence.free` that differ between canvas and result."""
    kept = evidence.free.size - int(np.count_nonzero(evidence.free))
    if kept == 0:
        return None
    changed = sum(
        int(np.count_nonzero(differs & ~evidence.free[rows]))
        for rows, differs in differences(evidence.canvas, evidence.result)
    )
    if changed == 0:
        meaning = f"All {kept:,} pixels outside the edited area are exactly as they were."
        return Finding(signal=SIGNAL.name, value=0, limit=0, verdict="pass", meaning=meaning)
    return Finding(
        signal=SIGNAL.name,
        value=changed,
        limit=0,
        verdict="fail",
        meaning=f"{changed:,} of the {kept:,} pixels that were to stay as they were have changed.",
        advice=REPORT_IT,
    )


def delivery(evidence: Evidence, delivered: Image, guaranteed: NDArray[np.bool_] | None) -> Finding:
    """Compare the file read back with the canvas; `keepdial.verify.verify_delivery` is the public name."""
    canvas, free = evidence.canvas, evidence.free
    if delivered.size != canvas.size:
        return Finding(
            signal=DELIVERED,
            value=free.size - int(np.count_nonzero(free)),
            limit=0,
            verdict="fail",
            meaning=f"The delivered file is {delivered.size} pixels large, but the result is {canvas.size}.",
            advice=REPORT_IT,
        )
    broken = drifted = 0
    for rows, differs in differences(canvas, delivered):
        changed = differs & ~free[rows]
        inside = 0 if guaranteed is None else int(np.count_nonzero(changed & guaranteed[rows]))
        broken += inside
        drifted += int(np.count_nonzero(changed)) - inside
    kept = free.size - int(np.count_nonzero(free))
    promised = 0 if guaranteed is None else _count_without(guaranteed, free)
    verdict: Verdict = "fail" if broken else "warn" if promised == 0 and drifted else "pass"
    return Finding(
        signal=DELIVERED,
        value=broken,
        limit=0,
        verdict=verdict,
        meaning=_words(kept, promised, broken, drifted),
        advice={"fail": REPORT_IT, "warn": EXACT, "pass": ""}[verdict],
    )


def _count_without(these: NDArray[np.bool_], those: NDArray[np.bool_]) -> int:
    """Count where `these` (H, W) holds and `those` does not, in bands that stay in the processor's cache."""
    bands = (slice(y, y + ROWS) for y in range(0, len(these), ROWS))
    return sum(int(np.count_nonzero(these[rows] > those[rows])) for rows in bands)


def _words(kept: int, promised: int, broken: int, drifted: int) -> str:
    if kept == 0:
        return "The whole picture was free to change, so the file had nothing to preserve."
    if promised == 0:
        return (
            f"This file guarantees no pixel exactly: {drifted:,} of the {kept:,} kept pixels "
            f"({_percent(drifted, kept)}) changed when it was written."
        )
    first = (
        f"The file was read back: {broken:,} of the {promised:,} kept pixels it guarantees have changed."
        if broken
        else f"The file was read back: all {promised:,} kept pixels it guarantees are exactly as they were."
    )
    rest = kept - promised
    if rest == 0:
        return first
    return (
        f"{first} The other {rest:,} kept pixels ({_percent(rest, kept)}) share a block with the edit and "
        f"had to be compressed again; {drifted:,} of them changed."
    )


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2g} %" if part < whole else "100 %"


def differences(a: Image, b: Image) -> Iterator[tuple[slice, NDArray[np.bool_]]]:
    """Yield (rows, (rows, W) bool) for each band of rows in which pictures of one size differ at all.

    True = the pixel's colour or alpha differs. No alpha counts as opaque, and grey as RGB of equal
    channels. Where the depths differ, the deeper picture is rounded to 8 bits first.
    """
    for y in range(0, a.size.height, ROWS):
        rows = slice(y, y + ROWS)
        p, q = _common(a.pixels[rows], b.pixels[rows])
        found: NDArray[np.bool_] | None = None if _equal(p, q) else _unequal(p, q)
        if a.alpha is not None or b.alpha is not None:
            s, t = _common(_alpha(a, rows), _alpha(b, rows))
            if not _equal(s, t):
                found = s != t if found is None else found | (s != t)
        if found is not None:
            yield rows, found


def _equal(a: NDArray[Any], b: NDArray[Any]) -> bool:
    """Whether two arrays are equal throughout; eight bytes at a time where their memory allows."""
    if a.shape != b.shape or not (a.flags.c_contiguous and b.flags.c_contiguous) or a.nbytes % 8:
        return bool((a == b).all())
    return bool(np.array_equal(a.reshape(-1).view(np.uint64), b.reshape(-1).view(np.uint64)))


def _unequal(a: NDArray[Any], b: NDArray[Any]) -> NDArray[np.bool_]:
    """Where (h, w) two pictures differ in any channel; much faster than ``any`` over so short an axis."""
    channels = range(max(a.shape[2], b.shape[2]))
    planes = (a[..., min(i, a.shape[2] - 1)] != b[..., min(i, b.shape[2] - 1)] for i in channels)
    out: NDArray[np.bool_] = np.logical_or.reduce(list(planes))
    return out


def _alpha(image: Image, rows: slice) -> NDArray[Any]:
    if image.alpha is not None:
        return image.alpha[rows]
    return np.full(image.pixels[rows].shape[:2], image.white, image.pixels.dtype)


def _common(a: NDArray[Any], b: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    if a.dtype == b.dtype:
        return a, b
    return _eight(a), _eight(b)


def _eight(samples: NDArray[Any]) -> NDArray[Any]:
    if samples.dtype == np.uint8:
        return samples
    return ((samples.astype(np.uint32) + 128) // 257).astype(np.uint8)


SIGNAL = Signal(
    name="preserved",
    question="Did anything change that should not?",
    catches="a kept pixel that changed",
    limit=0,
    basis="the promise: kept pixels are copied, not computed",
    measure=measure,
)
