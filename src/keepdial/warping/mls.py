"""Moving least squares: each place moves as the transformation does that fits the handles near it best.

Schaefer, McPhail and Warren, "Image Deformation Using Moving Least Squares" (SIGGRAPH 2006,
doi:10.1145/1179352.1141920), sections 2.1 (affine), 2.2 (similarity) and 2.3 (rigid).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from keepdial.errors import ParameterError
from keepdial.warping.maps import identity

if TYPE_CHECKING:
    from numpy.typing import NDArray

Kind = Literal["affine", "similarity", "rigid"]

GRID = 4
"""Every so many pixels the map is computed; between them it is smooth, and interpolated."""

RIM = 24
"""Points along the rim of what is free, each a handle that stays."""

RAMP = 0.1
"""Over which part of its size (the root of its area) the movement ends inside the rim."""


def mls_map(
    shape: Sequence[int],
    handles_from: Any,
    handles_to: Any,
    *,
    kind: Kind = "rigid",
    falloff: float = 1.0,
    free: NDArray[np.bool_] | None = None,
    grid: int = GRID,
) -> NDArray[np.float32]:
    """Return the map (h, w, 2) float32 by which the handles come to their targets.

    It is the deformation from the targets back to the handles, evaluated where the result's pixels lie, as
    the paper proposes in section 4 for pictures; so no inverse is needed, and targets are met exactly but
    for the grid's interpolation. It may fold over: see `unfolded`.

    Args:
        shape: (h, w).
        handles_from: (n, 2) places in the source, n >= 1.
        handles_to: (n, 2) where they are to be in the result.
        kind: what may happen to the surroundings of a handle: turned and moved (rigid), scaled too
            (similarity), sheared too (affine).
        falloff: alpha of equation 1: a handle's weight is 1 / distance^(2 alpha).
        free: (h, w) bool, True where the picture may move. Points along its rim are handles that stay, and
            outside of it the map is the identity. None: everything may.
        grid: the map is computed every so many px, 1 to 64.

    Raises:
        ParameterError: no handles, or shapes that do not fit.
    """
    import cv2

    h, w = int(shape[0]), int(shape[1])
    p, q = pairs(handles_to, handles_from)
    if not 1 <= grid <= 64:
        raise ParameterError("grid", grid, "1 to 64 px")
    if free is not None:
        rim = _rim(free, (h, w))
        p, q = np.concatenate([p, rim]), np.concatenate([q, rim])
    ys = np.append(np.arange(0, h - 1, grid), h - 1).astype(np.float64)
    xs = np.append(np.arange(0, w - 1, grid), w - 1).astype(np.float64)
    v = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    away = (_moved(v, p, q, kind, falloff) - v).reshape(ys.size, xs.size, 2)
    made = identity((h, w)) + _between(away.astype(np.float32), ys, xs, (h, w))
    if free is not None:
        reach = RAMP * float(np.sqrt(np.count_nonzero(free)))
        deep = cv2.distanceTransform(free.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        base = identity((h, w))
        made = base + np.clip(deep / np.float32(max(reach, 1)), 0, 1)[..., None] * (made - base)
    return np.asarray(made, np.float32)


def pairs(handles_from: Any, handles_to: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return both as (n, 2) float64; raise `ParameterError` where they are no pairs of points."""
    p, q = (np.asarray(a, np.float64) for a in (handles_from, handles_to))
    if p.ndim != 2 or p.shape[1] != 2 or p.shape != q.shape or not len(p):
        raise ParameterError("handles", f"{p.shape} to {q.shape}", "(n, 2) to (n, 2), with n at least 1")
    if not (np.isfinite(p).all() and np.isfinite(q).all()):
        raise ParameterError("handles", "not finite", "places in px")
    return p, q


def _moved(
    v: NDArray[np.float64], p: NDArray[np.float64], q: NDArray[np.float64], kind: Kind, falloff: float
) -> NDArray[np.float64]:
    """Return f(v) for the places v (m, 2) and the handles p (n, 2) that go to q."""
    apart = v[:, None] - p[None]
    w = 1 / np.maximum((apart * apart).sum(axis=2), 1e-8) ** falloff  # equation 1
    w /= w.sum(axis=1, keepdims=True)
    p_mean, q_mean = w @ p, w @ q
    ph, qh = p[None] - p_mean[:, None], q[None] - q_mean[:, None]
    d = v - p_mean
    if kind == "affine":
        inner = np.einsum("mn,mni,mnj->mij", w, ph, ph)
        outer = np.einsum("mn,mni,mnj->mij", w, ph, qh)
        # With few handles, or all on a line, equation 5 has no single solution: the smallest is taken.
        lean = 1e-9 * (1 + np.trace(inner, axis1=1, axis2=2))[:, None, None] * np.eye(2)
        still = outer + lean
        moved: NDArray[np.float64] = np.einsum("mi,mij->mj", d, np.linalg.solve(inner + lean, still))
        return np.asarray(moved + q_mean, np.float64)
    # Complex numbers: a similarity is a product, equation 6's matrix is a conjugate product.
    pc, qc = ph[..., 0] + 1j * ph[..., 1], qh[..., 0] + 1j * qh[..., 1]
    total = (w * np.conj(pc) * qc).sum(axis=1)
    size = np.abs(total) if kind == "rigid" else (w * np.abs(pc) ** 2).sum(axis=1)
    turn = np.where(size > 1e-9, total / np.maximum(size, 1e-9), 1)
    placed = (d[:, 0] + 1j * d[:, 1]) * turn
    return np.asarray(np.stack([placed.real, placed.imag], axis=1) + q_mean, np.float64)


def _rim(free: NDArray[np.bool_], shape: tuple[int, int]) -> NDArray[np.float64]:
    """Return points (n, 2) evenly along the outside of `free`, and along the picture's borders inside it."""
    import cv2

    if free.shape != shape or free.dtype != np.bool_:
        raise ParameterError("free", f"{free.shape} {free.dtype}", f"{shape} bool")
    grown = cv2.dilate(np.pad(free.astype(np.uint8), 1), np.ones((3, 3), np.uint8))
    outlines, _ = cv2.findContours(grown, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    points = np.concatenate([o[:, 0] for o in outlines]) - 1 if outlines else np.empty((0, 2))
    every = max(1, len(points) // RIM)
    return np.asarray(points[::every], np.float64)


def _between(
    values: NDArray[np.float32],
    ys: NDArray[np.float64],
    xs: NDArray[np.float64],
    shape: tuple[int, int],
) -> NDArray[np.float32]:
    """Return values (rows, columns, 2) at ys and xs interpolated linearly at all pixels of `shape`."""
    import cv2

    h, w = shape
    down = np.interp(np.arange(h), ys, np.arange(ys.size)).astype(np.float32)
    across = np.interp(np.arange(w), xs, np.arange(xs.size)).astype(np.float32)
    mx, my = np.meshgrid(across, down)
    made = cv2.remap(values, mx, my, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(made, np.float32).reshape(h, w, 2)
