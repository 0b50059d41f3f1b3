"""The relief of a picture: how far what is seen stands out, guessed from outline and shading.

Three guesses, from large to small. A subject's outline is inflated like a cushion (the Poisson inflation of
Johnston, Lumo: Illumination for Cel Animation, NPAR 2002, in its later form: the height whose Laplacian is
constant inside and which is 0 along the outline, under a square root, so that a disc becomes half a ball).
A face stands out of it as a ball of its own. Inside, dark is deep (Langer and Buelthoff, 2000): the shading,
at several sizes, counts as height. Steep steps of it are taken as paint and not as shape (Land and McCann,
1971: Retinex), so that stripes do not become steps. A measured depth, where something here measures it, takes
the place of all three.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from keepdial.geometry import Box

    Array = NDArray[np.float32]

WORK = 320
"""Longer side of the relief in px: light that is soft does not need more."""
CUSHION = 0.9
"""Height of an inflated outline, as a part of its half width: 1 would be a ball."""
FOOT = 0.04
"""Width along the outline in which a cushion rises gently, as a part of the diagonal."""
HEAD = 0.8
"""How far a head stands out of the body, in its own radii."""
SHADING = (0.5, 0.35)
"""Heights of one stop of shading, in sizes of its blur, from fine to coarse."""
SIZES = (0.012, 0.04)
"""Those blurs, as parts of the diagonal."""
PAINT = 0.35
"""A step of so many stops, from one px of the relief to the next, is mostly paint or an outline."""
ROUNDS = 400


def measured_depth(rgb: NDArray[np.uint8]) -> Array | None:
    """Return how near what is seen is, (H, W) float32, larger = nearer, or None where nothing measures it.

    This is the place for a depth model: an installed package may offer a function under the entry point group
    ``keepdial.depth``; it takes (H, W, 3) uint8 and returns (H, W) float32 in units of the picture's width
    (as high as a ball is wide), from any zero. The first by name is asked.
    """
    from importlib.metadata import entry_points

    for point in sorted(entry_points(group="keepdial.depth"), key=lambda p: p.name):
        return np.asarray(point.load()(rgb), np.float32)
    return None


def relief_of(
    stops: Array, outline: Array | None, *, faces: Sequence[Box] = (), shading: float = 1.0
) -> Array:
    """Return the height (h, w) float32 of what is seen, in px; larger = nearer.

    Args:
        stops: (h, w) float32, luminance in stops.
        outline: (h, w) float32 in [0, 1], 1 = the thing that stands out; None where there is none.
        faces: boxes of faces, in px of `stops`.
        shading: how much the shading counts, 1 = as usual, 0 = only the outline.
    """
    height = np.zeros_like(stops)
    for face in faces:
        height += _head(face, stops.shape)
    if outline is not None and float(outline.max()) > 0.5:
        # Nothing stands out of the background beside a head.
        inside = cv2.distanceTransform((outline > 0.5).view(np.uint8), cv2.DIST_L2, 5)
        height *= np.minimum(1, np.asarray(inside) / _foot(stops)) ** 2
        height += inflated(outline)
    if shading > 0:
        height += np.float32(shading) * _from_shading(stops)
    return height


def inflated(outline: Array) -> Array:
    """Return the height (h, w) of a cushion over an outline (h, w) in [0, 1], in px; 0 outside of it.

    Solves Laplace(u) = -4 inside with u = 0 on the outline from coarse to fine, and takes the root: over a
    disc of radius r that is sqrt(r^2 - x^2). What the picture's border cuts goes on behind it.
    """
    inside = outline > 0.5
    u = _poisson(inside)
    # A ball is vertical at its outline, where guesses are worst and a halo shows first: it begins gently.
    foot = np.float32(_foot(outline))
    return np.asarray(CUSHION * (np.sqrt(np.maximum(u, 0) + foot * foot) - foot), np.float32)


def _foot(like: Array) -> float:
    return FOOT * float(np.hypot(*like.shape))


def _poisson(inside: NDArray[np.bool_]) -> Array:
    """Return u (h, w) with Laplace(u) = -4 inside and 0 outside; no slope across the picture's border."""
    h, w = inside.shape
    if min(h, w) > 24:
        small = cv2.resize(inside.view(np.uint8), (w // 2, h // 2), interpolation=cv2.INTER_AREA) > 0
        grown = cv2.resize(_poisson(np.asarray(small)), (w, h), interpolation=cv2.INTER_LINEAR)
        start, rounds = np.asarray(4 * grown, np.float32), ROUNDS // 4
    else:
        start, rounds = np.zeros((h, w), np.float32), ROUNDS
    u = np.where(inside, start, 0).astype(np.float32)
    kernel = np.array([[0, 0.25, 0], [0.25, 0, 0.25], [0, 0.25, 0]], np.float32)
    for _ in range(rounds):
        u = np.asarray(cv2.filter2D(u, -1, kernel, borderType=cv2.BORDER_REPLICATE), np.float32)
        u = (u + np.float32(1)) * inside
    return np.asarray(u, np.float32)


def _head(face: Box, shape: tuple[int, ...]) -> Array:
    """Return a ball over a face's box, soft at its foot, (h, w) float32."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    across, along = 0.62 * face.width, 0.75 * face.height
    middle = face.x + face.width / 2, face.y + 0.45 * face.height
    apart = ((x - middle[0]) / across) ** 2 + ((y - middle[1]) / along) ** 2
    rise = np.clip(1 - apart, 0, 1)
    return np.asarray(HEAD * across * rise**2, np.float32)


def _from_shading(stops: Array) -> Array:
    """Return the height that the shading suggests, (h, w) float32."""
    diagonal = float(np.hypot(*stops.shape))
    plain = _unpainted(stops)
    height = np.zeros_like(stops)
    for size, weight in zip(SIZES, SHADING, strict=True):
        sigma = max(0.8, size * diagonal)
        smooth = np.asarray(cv2.GaussianBlur(plain, (0, 0), sigma, borderType=cv2.BORDER_REFLECT))
        wide = np.asarray(cv2.GaussianBlur(plain, (0, 0), 3 * sigma, borderType=cv2.BORDER_REFLECT))
        height += np.float32(weight * sigma) * (smooth - wide)
    return height


def _unpainted(stops: Array) -> Array:
    """Return stops without the steps that paint and outlines make: small steps are put together again."""
    right = np.diff(stops, axis=1, append=stops[:, -1:])
    down = np.diff(stops, axis=0, append=stops[-1:])
    steep = np.hypot(right, down)
    keep = np.exp(-((steep / np.float32(PAINT)) ** 2))
    right, down = right * keep, down * keep
    # Divergence, and the Poisson equation with free borders by a cosine transform.
    divergence = np.diff(right, axis=1, prepend=0) + np.diff(down, axis=0, prepend=0)
    return _integrated(np.asarray(divergence, np.float32))


def _integrated(divergence: Array) -> Array:
    """Return z (h, w) with Laplace(z) = divergence, free borders and mean 0."""
    from scipy.fft import dctn, idctn

    h, w = divergence.shape
    ky = 2 * np.cos(np.pi * np.arange(h) / h) - 2
    kx = 2 * np.cos(np.pi * np.arange(w) / w) - 2
    scale = ky[:, None] + kx[None]
    scale[0, 0] = 1
    spectrum = dctn(divergence, type=2, norm="ortho") / scale
    spectrum[0, 0] = 0
    return np.asarray(idctn(spectrum, type=2, norm="ortho"), np.float32)


def normals(height: Array) -> Array:
    """Return unit normals (h, w, 3) of a height: x to the right, y up, z towards the viewer."""
    right = cv2.Sobel(height, cv2.CV_32F, 1, 0, scale=1 / 8, borderType=cv2.BORDER_REPLICATE)
    down = cv2.Sobel(height, cv2.CV_32F, 0, 1, scale=1 / 8, borderType=cv2.BORDER_REPLICATE)
    made = np.stack([-right, down, np.ones_like(height)], axis=-1)
    return np.asarray(made / np.linalg.norm(made, axis=-1, keepdims=True), np.float32)
