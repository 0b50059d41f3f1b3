"""The parts of a face as masks over a box of the picture, 1 = inside. Pure functions of the mesh's points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from keepdial.faces import topology
from keepdial.geometry import Box, Size

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.faces.landmarks import Landmarks

    Array = NDArray[np.float32]

SHIFT = 6
"""Bits behind the point with which outlines are drawn."""
FINE, MANY = 4, 200_000
"""How many times larger outlines are drawn that have fewer pixels around them than MANY."""
FOREHEAD = 0.1
"""How far above the mesh's outline the forehead reaches, in parts of the face's height."""
HOLE = 0.13
"""Largest radius of a hole in the skin that may be a spot on it, in distances of the eyes."""
SURE, DOUBT = 1.3, 2.2
"""Skin counts fully within SURE spreads of its colour and not at all beyond SURE + DOUBT."""
LEAST_SPREAD = (0.07, 0.014, 0.016)
"""Spread in OKLab that skin has at least, for shading is not another material."""


@dataclass(frozen=True, eq=False, slots=True)
class Parts:
    """One face's parts.

    Attributes:
        face: the face with its points.
        box: the part of the picture that all masks are over, inside of it.
    """

    face: Landmarks
    box: Box

    @classmethod
    def of(cls, face: Landmarks, size: Size, *, margin: float = 0.5) -> Parts:
        """Return the parts of a face in a picture of `size`; `margin` in distances of the eyes."""
        return cls(face, face.box(margin).clip(size))

    def polygon(self, points: Array, *, soft: float = 0.0) -> Array:
        """Return the inside of an outline (n, 2) in pixels of the picture.

        `soft` is the standard deviation in px with which its edge fades, half inside and half outside.
        """
        mask = np.zeros((self.box.height, self.box.width), np.uint8)
        if self.box.area == 0:
            return mask.astype(np.float32)
        corner = np.array([self.box.x, self.box.y], np.float32)
        low, high = (points - corner).min(axis=0), (points - corner).max(axis=0)
        x0, y0 = np.maximum(np.floor(low).astype(int), 0).tolist()
        x1, y1 = np.minimum(np.ceil(high).astype(int) + 1, mask.shape[::-1]).tolist()
        if x1 > x0 and y1 > y0:
            # OpenCV draws half a pixel too much, which counts on an eye of a few pixels: it is drawn large.
            large = FINE if (x1 - x0) * (y1 - y0) < MANY else 1
            part = np.zeros((large * (y1 - y0), large * (x1 - x0)), np.uint8)
            # The mesh counts from corners, OpenCV from the middles of pixels.
            there = ((points - corner - [x0, y0]) * large - 0.5) * (1 << SHIFT)
            cv2.fillPoly(part, [np.round(there).astype(np.int32)], 255, shift=SHIFT)
            shrunk = cv2.resize(part, (x1 - x0, y1 - y0), interpolation=cv2.INTER_AREA)
            mask[y0:y1, x0:x1] = shrunk
        return softened(mask.astype(np.float32) / np.float32(255), soft)

    def disc(self, centre: Array, radius: float, *, soft: float = 1.0) -> Array:
        """Return a disc about `centre` (x, y) in pixels of the picture; its edge fades over `soft` px."""
        y, x = np.ogrid[: self.box.height, : self.box.width]
        away = np.hypot(x + 0.5 + self.box.x - centre[0], y + 0.5 + self.box.y - centre[1])
        return np.asarray(np.clip((radius - away) / max(soft, 1e-3) + 0.5, 0, 1), np.float32)

    def spot(self, centre: Array, across: float, down: float) -> Array:
        """Return a soft ellipse along the face's axes: 1 in the middle, a Gaussian of these deviations in px,
        and 0 beyond 2.5 of them."""
        y, x = np.ogrid[: self.box.height, : self.box.width]
        dx, dy = x + 0.5 + self.box.x - centre[0], y + 0.5 + self.box.y - centre[1]
        (ax, ay), (bx, by) = self.face.axes
        square = ((dx * ax + dy * ay) / across) ** 2 + ((dx * bx + dy * by) / down) ** 2
        end = np.exp(-0.5 * 2.5**2)
        return np.asarray(np.maximum(np.exp(-0.5 * square) - end, 0) / (1 - end), np.float32)

    def outline(self) -> Array:
        """Return (n, 2) float32: the face's outline, with the forehead up to where hair may begin."""
        points = self.face.at(topology.OVAL).copy()
        height = float(np.hypot(*(points[topology.OVAL.index(topology.CHIN)] - points[0])))
        raised = np.isin(topology.OVAL, topology.FOREHEAD)
        points[raised] -= np.float32(FOREHEAD * height) * self.face.axes[1]
        return points

    def features(self, *, grow: float = 0.0) -> Array:
        """Return eyes, brows, lips and the underside of the nose, wider by `grow` distances of the eyes."""
        found = np.zeros((self.box.height, self.box.width), np.float32)
        outlines = (*topology.EYES, *topology.BROWS, topology.LIPS)
        for indices in outlines:
            np.maximum(found, self.polygon(self.face.at(indices)), out=found)
        for indices in (topology.NOSTRILS,):
            hull = np.asarray(cv2.convexHull(self.face.at(indices))[:, 0], np.float32)
            np.maximum(found, self.polygon(hull), out=found)
        return grown(found, grow * self.face.unit)

    def skin(self, lab: Array) -> Array:
        """Return the face's skin by place and colour; `lab` (h, w, 3) is OKLab over the box.

        Without the features, and without hair, glasses and hands of another colour.
        """
        unit = self.face.unit
        inside = self.polygon(self.outline())
        free = np.clip(1 - self.features(grow=0.05), 0, 1)
        core = self.polygon(
            self.outline().mean(axis=0) + 0.7 * (self.outline() - self.outline().mean(axis=0))
        )
        sample = (core * free) > 0.5
        likely = likeness(lab, sample) * smoothness(lab[..., 0], sample, 0.04 * unit)
        # A hair's breadth of doubt must not cut holes: what is skin all around is skin.
        likely = np.asarray(cv2.blur(likely, (size := max(1, round(0.04 * unit)) | 1, size)), np.float32)
        return softened(inside * free * np.clip(likely * 1.25 - 0.1, 0, 1), max(0.6, 0.03 * unit))

    def ground(self, skin: Array) -> Array:
        """Return the skin with its small holes shut: a mole has another colour and lies on skin all the same.

        Where there are many holes it is hair, and no ground to look for spots on.
        """
        size = 2 * max(1, round(HOLE * self.face.unit)) + 1
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
        shut = np.asarray(cv2.morphologyEx(skin, cv2.MORPH_CLOSE, kernel), np.float32)
        dense = np.clip((softened(skin, 0.15 * self.face.unit) - 0.5) / 0.2, 0, 1)
        inside = self.polygon(self.face.at(topology.OVAL))
        return np.asarray(shut * inside * dense * np.clip(1 - self.features(grow=0.05), 0, 1), np.float32)

    def iris(self, side: int) -> tuple[Array, float]:
        """Return the middle (2,) and the radius in px of one iris, 0 = left in the picture, 1 = right."""
        points = self.face.at(topology.IRISES[side])
        radius = float(np.hypot(*(points[1:] - points[0]).T).mean())
        return points[0], max(1.0, radius)

    def eye(self, side: int, *, soft: float = 0.0) -> Array:
        """Return what is between the lids of one eye."""
        return self.polygon(self.face.at(topology.EYES[side]), soft=soft)

    def mouth(self, *, soft: float = 0.0) -> Array:
        """Return what is between the lips."""
        return self.polygon(self.face.at(topology.MOUTH), soft=soft)

    def lips(self, *, soft: float = 0.0) -> Array:
        """Return the lips, without what is between them."""
        lips = self.polygon(self.face.at(topology.LIPS)) * (1 - self.polygon(self.face.at(topology.MOUTH)))
        return softened(lips, soft)


def likeness(lab: Array, sample: NDArray[np.bool_]) -> Array:
    """Return how much each pixel has the colour that most of `sample` has, (h, w) float32 in [0, 1].

    The spread of a colour is that of a robust Gaussian: medians and median deviations per axis of OKLab.
    """
    if not sample.any():
        return np.zeros(lab.shape[:2], np.float32)
    picked = lab[sample]
    middle = np.median(picked, axis=0)
    spread = np.maximum(1.4826 * np.median(np.abs(picked - middle), axis=0), LEAST_SPREAD)
    away = (lab - middle.astype(np.float32)) / spread.astype(np.float32)
    # A shadow is darker and no other material.
    away[..., 0] *= np.where(away[..., 0] < 0, np.float32(0.6), np.float32(0.8))
    distance = np.sqrt((away**2).sum(axis=2))
    return np.asarray(np.clip((SURE + DOUBT - distance) / DOUBT, 0, 1), np.float32)


def smoothness(lightness: Array, sample: NDArray[np.bool_], sigma: float) -> Array:
    """Return how calm each pixel's surroundings are beside those of `sample`: hair of skin's colour is not.

    (h, w) float32: 1 up to 3 times the sample's median contrast within `sigma` px, 0 from 6 times.
    """
    if not sample.any():
        return np.zeros(lightness.shape, np.float32)
    sigma = max(1.0, sigma)
    fine = lightness - softened(lightness, sigma)
    contrast = np.sqrt(softened(fine**2, sigma))
    usual = max(float(np.median(contrast[sample])), 0.006)
    return np.asarray(np.clip(2 - contrast / (3 * usual), 0, 1), np.float32)


def softened(mask: Array, sigma: float) -> Array:
    """Return the mask with a Gaussian of `sigma` px over it; 0 stays as it is."""
    if sigma <= 0 or mask.size == 0:
        return mask
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE), np.float32)


def grown(mask: Array, pixels: float) -> Array:
    """Return the mask with 1 on all within `pixels` (a whole number of them) of what is above one half."""
    reach = round(pixels)
    if reach < 1 or mask.size == 0 or not (mask > 0.5).any():
        return mask
    # By distances: a round kernel as large as half a face would cost its area for every pixel.
    away = cv2.distanceTransform((mask <= 0.5).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(np.maximum(mask, away <= reach), np.float32)


def weighted_blur(values: Array, weights: Array, sigma: float) -> Array:
    """Return a Gaussian blur of `values` (h, w[, C]) in which pixels count by `weights` (h, w).

    Where no weight is near, the values stay (normalised convolution, Knutsson and Westin, CVPR 1993).
    """
    planes = values if values.ndim == 3 else values[..., None]
    w = (weights + np.float32(1e-6))[..., None]
    top = cv2.GaussianBlur(planes * w, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
    below = cv2.GaussianBlur(w[..., 0], (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(top.reshape(planes.shape) / below[..., None], np.float32).reshape(values.shape)
