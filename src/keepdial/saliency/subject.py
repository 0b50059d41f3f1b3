"""The main subject of a photograph without learned weights: cues that add up, then a cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from keepdial.saliency.boundary import (
    background_contrast,
    background_probability,
    boundary_connectivity,
    optimise,
)
from keepdial.saliency.colours import bins_of, colour_odds
from keepdial.saliency.cut import cut
from keepdial.saliency.face_prior import body_odds, main_faces
from keepdial.saliency.focus import focus_odds, sharpness
from keepdial.saliency.geodesic import geodesic_lean
from keepdial.saliency.refine import refine
from keepdial.saliency.superpixels import Regions, superpixels
from keepdial.saliency.working import Working, working

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.geometry import Box

WORK = 90_000
REGIONS = 500
ROUNDS = 3
SMOOTH = 6.0
COLOUR_LIMIT = 4.0
# What is left of a colour difference, in Lab, that anybody would call a picture of something.
FLAT = 3.0
PERSON_AREA = 0.002


@dataclass(frozen=True, slots=True)
class Guess:
    """What the cues and the cut say at working size: `odds` (h, w) log-odds, `inside` (h, w)."""

    odds: NDArray[np.float32]
    inside: NDArray[np.bool_]


def subject_map(rgb: NDArray[np.uint8], *, faces: Sequence[Box] = ()) -> NDArray[np.float32]:
    """Return how likely each pixel of `rgb` belongs to the main subject.

    Args:
        rgb: (H, W, 3) uint8; not modified.
        faces: face boxes in pixels of `rgb`, from any detector; the strongest cue there is for people.

    Returns:
        (H, W) float32 in [0, 1], 1 = inside the subject. All 0 for a flat picture.
    """
    import cv2

    guess = _guess(rgb, faces)
    if guess is None:
        return np.zeros(rgb.shape[:2], np.float32)
    chance = 0.5 * _chance(guess.odds) + 0.5 * guess.inside
    size = (rgb.shape[1], rgb.shape[0])
    full = cv2.resize(chance.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.clip(full, 0, 1), np.float32)


def subject_mask(
    rgb: NDArray[np.uint8], *, faces: Sequence[Box] = (), person: NDArray[np.float32] | None = None
) -> NDArray[np.float32]:
    """Return the main subject as a mask with a crisp edge.

    Args:
        rgb: (H, W, 3) uint8; not modified.
        faces: face boxes in pixels of `rgb`.
        person: (H, W) float32 in [0, 1], a segmentation model's map of people (see `person_map`); where it
            finds anybody it decides, and the cues of the picture only settle the edge.

    Returns:
        (H, W) float32 in [0, 1], 1 = inside; the edge is soft over at most 2 pixels. All 0 when there is
        nothing to find.
    """
    if person is not None and float((person > 0.5).mean()) >= PERSON_AREA:
        guess = _from_person(working(rgb, WORK), person)
    else:
        found = _guess(rgb, faces)
        if found is None:
            return np.zeros(rgb.shape[:2], np.float32)
        guess = found
    return refine(_tidy(guess.inside).astype(np.float32), rgb)


def _chance(odds: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(1.0 / (1.0 + np.exp(-odds)), np.float32)


def _guess(rgb: NDArray[np.uint8], faces: Sequence[Box]) -> Guess | None:
    seen = working(rgb, WORK)
    lab = seen.lab
    if min(lab.shape[:2]) < 8 or float(np.ptp(lab.reshape(-1, 3), axis=0).max()) < FLAT:
        return None
    near = main_faces([seen.box(f) for f in faces])
    regions = superpixels(lab, REGIONS)
    salient = regions.spread(_saliency_odds(regions))
    if near:
        place = body_odds(lab.shape[:2], near)
        odds = place + salient + _focus(lab, place, near)
        inside = regions.mean(place) > 1.5
        outside = (regions.mean(place) < -2.2) | (
            (regions.border > 0) & (regions.centre[:, 1] < 0.8) & (regions.mean(place) < 0)
        )
    else:
        place = _centre_odds(lab.shape[:2])
        odds = place + 1.5 * salient
        inside = regions.mean(odds) > np.quantile(regions.mean(odds), 0.95)
        outside = (regions.border > 0) & (regions.centre[:, 1] < 0.97)
    odds = odds + 2 * regions.spread(geodesic_lean(regions, inside, outside))
    return _settle(odds.astype(np.float32), lab, regions)


def _saliency_odds(regions: Regions) -> NDArray[np.float64]:
    background = background_probability(boundary_connectivity(regions))
    salient = optimise(regions, background, background_contrast(regions, background))
    above = salient[salient >= salient.mean()]
    return np.clip(np.log((salient + 0.05) / (0.5 * float(np.median(above)) + 0.05)), -2, 2)


def _centre_odds(shape: tuple[int, int]) -> NDArray[np.float32]:
    y = (np.arange(shape[0]) + 0.5) / shape[0] - 0.6
    x = (np.arange(shape[1]) + 0.5) / shape[1] - 0.5
    near = np.exp(-(0.5 * y[:, None] ** 2 + 1.5 * x[None, :] ** 2) / (2 * 0.25**2))
    return np.asarray(6 * near - 3, np.float32)


def _focus(lab: NDArray[np.float32], place: NDArray[np.float32], faces: Sequence[Box]) -> NDArray[np.float32]:
    heads = np.zeros(place.shape, np.bool_)
    for face in faces:
        heads[max(0, face.y - face.height // 4) : face.bottom, max(0, face.x) : face.right] = True
    return focus_odds(sharpness(np.ascontiguousarray(lab[..., 0])), heads, place < -2.0)


def _settle(base: NDArray[np.float32], lab: NDArray[np.float32], regions: Regions) -> Guess:
    """Learn the colours of both sides and cut, in turns (Rother et al., GrabCut, 2004)."""
    import cv2

    bins = bins_of(lab)
    chance = _chance(base)
    odds, inside = base, base > 0
    for _ in range(ROUNDS):
        colour = cv2.GaussianBlur(colour_odds(bins, chance, 1 - chance), (0, 0), 1.0)
        colour = np.clip(colour, -COLOUR_LIMIT, COLOUR_LIMIT)
        colour = 0.5 * colour + 0.5 * regions.spread(regions.mean(colour))
        odds = np.asarray(base + colour, np.float32)
        inside = cut(odds, lab, smooth=SMOOTH)
        chance = np.asarray(0.4 * _chance(odds) + 0.6 * np.where(inside, 0.95, 0.05), np.float32)
    return Guess(odds, inside)


def _from_person(seen: Working, person: NDArray[np.float32]) -> Guess:
    chance = np.clip(seen.fit(person), 0.002, 0.998)
    odds = np.asarray(np.log(chance / (1 - chance)), np.float32)
    return Guess(odds, cut(odds, seen.lab, smooth=1.0))


def _tidy(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Drop pieces below a tenth of the largest, and fill holes below a hundredth of it."""
    import cv2

    def pieces(part: NDArray[np.bool_], least: float) -> NDArray[np.bool_]:
        n, labels, stats, _ = cv2.connectedComponentsWithStats(part.astype(np.uint8), connectivity=4)
        keep = stats[:, cv2.CC_STAT_AREA] >= least
        keep[0] = False
        return np.asarray(keep[labels]) if n > 1 else part

    if not inside.any():
        return inside
    _, _, stats, _ = cv2.connectedComponentsWithStats(inside.astype(np.uint8), connectivity=4)
    largest = float(stats[1:, cv2.CC_STAT_AREA].max())
    kept = pieces(inside, 0.1 * largest)
    return ~pieces(~kept, 0.01 * largest)
