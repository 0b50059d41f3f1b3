"""Tint: matching a proposal's colours to its source, on the pixels that both have to share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Singles = NDArray[np.float32]
    Doubles = NDArray[np.float64]
    Model = Callable[[NDArray[Any]], NDArray[Any]]

CELL = 4
"""Side in px of the squares whose means are compared: grain and a misfit of a fraction of a px cancel."""
FEWEST = 12
MOST = 6_000
FOLDS = 4
"""Parts of the kept area, each checked by a model fitted on the others."""
BETTER = 0.03
"""A richer model has to be this much better where it was not fitted."""
WORTH = 0.75
"""A match that leaves more than this share of the difference is not worth touching every pixel for."""
NOTICED = 0.4
"""Colours (CIE Lab) nearer than this are left as they are; 8-bit rounding alone makes 0.2 to 0.3."""
TRUSTED = 0.25
"""Share of the kept cells that a model has to bring near for it to be the drift of a model at all."""
DRIFT, AROUND = 6.0, 0.25
"""Difference (CIE Lab) up to which an edit that is not to blend in is still taken to have drifted, where at
least this share of the frame is kept: of a whole picture made warmer, a pinned face tells nothing."""
CLIPPED = 0.5 / 255

SPREAD = 24.0, 6.0, 1.5
"""Sigmas in cells of the fields that are left over after the model."""
REACH = 0.05
"""Share of kept cells under a sigma at which a field counts half."""


@dataclass(frozen=True, eq=False, slots=True)
class Tint:
    """Colours after matching.

    Attributes:
        pixels: (h, w, C) float32 in [0, 1].
        before, after: how far the kept part is off in CIE Lab, before and after.
        changed: whether anything was changed.
        model: the model that was chosen, in one word.
    """

    pixels: Singles
    before: float
    after: float
    changed: bool
    model: str = "none"


def difference(source: Singles, pixels: Singles, kept: NDArray[np.bool_]) -> float:
    """Return how far apart colours are where `kept`: the median over squares of 4 px, in CIE Lab."""
    a, b, _ = _cells(source, pixels, kept)
    return _apart(a, b)


def matched(
    source: Singles,
    pixels: Singles,
    kept: NDArray[np.bool_],
    *,
    blends: bool = True,
) -> Tint:
    """Return the proposal with its colours brought to the source's, as its kept part says.

    Of four models (an offset, gain and offset, an affine map of three channels, the same in linear light) the
    simplest is taken that predicts kept squares it was not fitted on about as well as any. Squares
    that do not fit, because something else was painted there, do not count. What is left then, and varies
    slowly over the picture, is taken off with a reach that ends inside the mask.

    Args:
        source, pixels: (h, w, C) float32 in [0, 1].
        kept: (h, w) bool, True where both are to be the same.
        blends: whether the result is to look like what is around it; else only a small drift is matched.
    """
    a, b, cells = _cells(source, pixels, kept)
    before = _apart(a, b)
    same = Tint(pixels, before, before, changed=False)
    if len(a) < FEWEST or before < NOTICED:
        return same
    name, model = _chosen(a, b)
    fits = np.abs(model(b) - a).max(axis=1) < 6 / 255
    if fits.mean() < TRUSTED or (not blends and (before > DRIFT or kept.mean() < AROUND)):
        return same
    made = np.asarray(model(pixels.reshape(-1, pixels.shape[2])), np.float32).reshape(pixels.shape)
    made = _evened(source, made, kept, cells)
    np.clip(made, 0, 1, out=made)
    after = difference(source, made, kept)
    if after > WORTH * before:
        return same
    return Tint(made, before, after, changed=True, model=name)


def _cells(
    source: Singles, pixels: Singles, kept: NDArray[np.bool_]
) -> tuple[Doubles, Doubles, NDArray[np.bool_]]:
    """Return (n, C) means of the wholly kept squares of both, and (rows, columns) bool which these are."""
    whole = _means(kept.astype(np.float32)[..., None])[..., 0] > 0.999
    return _means(source)[whole].astype(np.float64), _means(pixels)[whole].astype(np.float64), whole


def _means(values: Singles) -> Singles:
    """Return (rows, columns, C) means over squares; what is over at the right and below is left out."""
    import cv2

    h, w, c = values.shape
    rows, columns = max(1, h // CELL), max(1, w // CELL)
    part = np.ascontiguousarray(values[: rows * CELL, : columns * CELL])
    made = cv2.resize(part, (columns, rows), interpolation=cv2.INTER_AREA)
    return np.asarray(made, np.float32).reshape(rows, columns, c)


def _apart(a: Doubles, b: Doubles) -> float:
    if not len(a):
        return 0.0
    return float(np.median(np.linalg.norm(_lab(a) - _lab(b), axis=1)))


def _lab(values: Doubles) -> Singles:
    import cv2

    rgb = np.repeat(values, 3, axis=1) if values.shape[1] == 1 else values
    flat = np.clip(rgb, 0, 1).astype(np.float32)[:, None]
    return np.asarray(cv2.cvtColor(flat, cv2.COLOR_RGB2Lab), np.float32)[:, 0]


def _chosen(a: Doubles, b: Doubles) -> tuple[str, Model]:
    """Return the name and the model that takes the proposal's colours `b` to the source's `a`."""
    inside = ((a > CLIPPED) & (a < 1 - CLIPPED) & (b > CLIPPED) & (b < 1 - CLIPPED)).all(axis=1)
    if np.count_nonzero(inside) >= FEWEST:
        a, b = a[inside], b[inside]
    if len(a) > MOST:
        pick = np.sort(np.random.default_rng(0).permutation(len(a))[:MOST])
        a, b = a[pick], b[pick]
    # Neighbours are alike: runs of squares go to one fold together.
    fold = np.arange(len(a)) * 4 * FOLDS // len(a) % FOLDS
    kinds = _KINDS if a.shape[1] == 3 else {k: v for k, v in _KINDS.items() if k in ("offset", "gain")}
    models: dict[str, float] = {}
    for name, fit in kinds.items():
        rest = np.concatenate(
            [np.abs(fit(a[fold != k], b[fold != k])(b[fold == k]) - a[fold == k]) for k in range(FOLDS)]
        )
        models[name] = float(np.minimum(rest, 0.1).mean())
    least = min(models.values())
    name = next(n for n, error in models.items() if error <= (1 + BETTER) * least + 1e-5)
    return name, kinds[name](a, b)


def _offset(a: Doubles, b: Doubles) -> Model:
    shift = np.median(a - b, axis=0)
    return lambda values: values + shift.astype(values.dtype)


def _gain(a: Doubles, b: Doubles) -> Model:
    ones = np.ones(len(b))
    each = [
        _robust(np.stack([b[:, c], ones], 1), a[:, c : c + 1], np.array([[1.0], [0.0]]))
        for c in range(a.shape[1])
    ]
    gain, shift = (np.array([m[i, 0] for m in each]) for i in (0, 1))
    return lambda values: values * gain.astype(values.dtype) + shift.astype(values.dtype)


def _affine(a: Doubles, b: Doubles) -> Model:
    import cv2

    c = b.shape[1]
    start = np.vstack([np.eye(c), np.zeros((1, c))])
    m = _robust(np.hstack([b, np.ones((len(b), 1))]), a, start)
    # OpenCV does in a pass what a product of matrices with three columns takes a while for.
    return lambda values: cv2.transform(values[:, None], m.T)[:, 0]


def _linear(a: Doubles, b: Doubles) -> Model:
    inner = _affine(_light(a), _light(b))
    return lambda values: _encoded(inner(_light(values)))


_KINDS: dict[str, Callable[[Doubles, Doubles], Model]] = {
    "offset": _offset,
    "gain": _gain,
    "affine": _affine,
    "linear": _linear,
}


def _light(v: NDArray[Any]) -> NDArray[Any]:
    v = np.clip(v, 0, 1)
    made: NDArray[Any] = np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)
    return made


def _encoded(v: NDArray[Any]) -> NDArray[Any]:
    v = np.clip(v, 0, 1)
    made: NDArray[Any] = np.where(v <= 0.0031308, v * 12.92, 1.055 * v ** (1 / 2.4) - 0.055)
    return made


def _robust(rows: Doubles, aim: Doubles, start: Doubles) -> Doubles:
    """Return m with ``rows @ m`` near `aim`, from `start`, each row weighted by how well it fits (Tukey).

    What the rows say nothing about (a colour that is nowhere among them) stays as it is in `start`.
    """
    m = start + 0.0
    m[-1] += np.median(aim - rows @ m, axis=0)
    for _ in range(15):
        rest = np.linalg.norm(aim - rows @ m, axis=1)
        scale = max(1.4826 * float(np.median(rest)), 0.5 / 255) * 4.7
        weight = np.clip(1 - (rest / scale) ** 2, 0, None) ** 2
        weighted = rows * weight[:, None]
        hold = 1e-5 * max(weight.sum(), 1.0) * np.eye(rows.shape[1])
        hold[-1, -1] = 0
        new = np.linalg.solve(
            weighted.T @ rows + hold + 1e-12 * np.eye(len(hold)), weighted.T @ aim + hold @ start
        )
        if np.abs(new - m).max() < 1e-6:
            return new
        m = new
    return m


def _evened(source: Singles, pixels: Singles, kept: NDArray[np.bool_], cells: NDArray[np.bool_]) -> Singles:
    """Return the proposal less what still differs from the source and varies slowly, near what is kept."""
    import cv2

    rest = _means(source) - _means(pixels)
    size = np.abs(rest).max(axis=2)
    scale = max(1.4826 * float(np.median(size[cells])), 1 / 255) * 4.7
    weight = np.where(cells, np.clip(1 - (size / scale) ** 2, 0, None) ** 2, 0).astype(np.float32)
    field = np.zeros_like(rest)
    for sigma in SPREAD:
        share = np.asarray(cv2.GaussianBlur(weight, (0, 0), sigma), np.float32)[..., None]
        sums = cv2.GaussianBlur((rest - field) * weight[..., None], (0, 0), sigma)
        field += np.asarray(sums, np.float32).reshape(rest.shape) / (share + REACH)
    h, w = kept.shape
    rows, columns = cells.shape
    full = cv2.resize(field, (columns * CELL, rows * CELL), interpolation=cv2.INTER_LINEAR)
    full = np.asarray(full, np.float32).reshape(rows * CELL, columns * CELL, -1)[:h, :w]
    full = np.pad(full, ((0, h - full.shape[0]), (0, w - full.shape[1]), (0, 0)), mode="edge")
    return pixels + full
