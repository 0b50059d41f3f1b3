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
from keepdial.saliency.quality import quality
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
# A picture whose colours lie closer together than this, in Lab, shows nothing.
FLAT = 3.0
# How much the cues count in log-odds, beside the place (which has its own) and saliency (-2 to 2).
FOCUS, GEODESIC = 1.5, 1.0
# With a person model: people on less of the picture than this are no subject; the edge is cut at this size.
PERSON_AREA, PERSON_WORK = 0.002, 250_000
# Pieces below a tenth of the largest go, holes below a hundredth of it are filled.
PIECE, HOLE = 0.1, 0.01


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

    guess = _guess(working(rgb, WORK), faces)
    if guess is None:
        return np.zeros(rgb.shape[:2], np.float32)
    chance = np.asarray(0.5 * _chance(guess.odds) + 0.5 * guess.inside, np.float32)
    full = cv2.resize(chance, (rgb.shape[1], rgb.shape[0]), interpolation=cv2.INTER_LINEAR)
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
        inside = _from_person(working(rgb, PERSON_WORK), person)
    else:
        guess = _guess(working(rgb, WORK), faces)
        if guess is None:
            return np.zeros(rgb.shape[:2], np.float32)
        inside = guess.inside
    return refine(tidy(inside).astype(np.float32), rgb)


def _chance(odds: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(1.0 / (1.0 + np.exp(-odds)), np.float32)


def _guess(seen: Working, faces: Sequence[Box]) -> Guess | None:
    lab = seen.lab
    if min(seen.shape) < 8 or float(np.ptp(lab.reshape(-1, 3), axis=0).max()) < FLAT:
        return None
    regions = superpixels(lab, REGIONS)
    salient = regions.spread(saliency_odds(regions))
    near = main_faces([seen.box(face) for face in faces])
    if near:
        return _people(seen, regions, salient, near)
    # Salient things are either apart from all around them or the large part of the picture that the border
    # has little of: one guess takes what is close in colour to the best seeds near the middle, the other
    # believes saliency alone. Which is right shows in the result.
    base = centre_odds(seen.shape) + salient
    best = regions.mean(base)
    inside, outside = best > np.quantile(best, 0.95), (regions.border > 0) & (regions.centre[:, 1] < 0.97)
    lean = regions.spread(geodesic_lean(regions, inside, outside))
    tight = _settle(np.asarray(base + 4 * lean, np.float32), lab, regions, limit=4.0)
    broad = _settle(np.asarray(1.5 * salient, np.float32), lab, regions, limit=2.0)
    return max(tight, broad, key=lambda guess: quality(guess.inside, lab))


def _people(seen: Working, regions: Regions, salient: NDArray[np.float32], faces: Sequence[Box]) -> Guess:
    place = body_odds(seen.shape, faces)
    heads = np.zeros(place.shape, np.bool_)
    for face in faces:
        heads[max(0, face.y - face.height // 4) : face.bottom, max(0, face.x) : face.right] = True
    sharp = focus_odds(sharpness(np.ascontiguousarray(seen.lab[..., 0])), heads, place < -1.2)
    body = regions.mean(place)
    # People often stand on the lower border; nobody hangs from the others.
    rim = (regions.border > 0) & (regions.centre[:, 1] < 0.8) & (body < 0)
    lean = regions.spread(geodesic_lean(regions, body > 1.5, (body < -2.2) | rim))
    odds = place + salient + FOCUS * sharp + GEODESIC * lean
    return _settle(np.asarray(odds, np.float32), seen.lab, regions, limit=4.0)


def saliency_odds(regions: Regions) -> NDArray[np.float64]:
    """Return the log-odds of being salient, (n,), -2 to 2; 0 at half of what salient regions have."""
    background = background_probability(boundary_connectivity(regions))
    salient = optimise(regions, background, background_contrast(regions, background))
    above = salient[salient >= salient.mean()]
    return np.clip(np.log((salient + 0.05) / (0.5 * float(np.median(above)) + 0.05)), -2, 2)


def centre_odds(shape: tuple[int, int]) -> NDArray[np.float32]:
    """Return log-odds from -1 to 1, (H, W), for the middle, a little below the half, and upright things."""
    y = (np.arange(shape[0]) + 0.5) / shape[0] - 0.6
    x = (np.arange(shape[1]) + 0.5) / shape[1] - 0.5
    near = np.exp(-(0.5 * y[:, None] ** 2 + 1.5 * x[None, :] ** 2) / (2 * 0.25**2))
    return np.asarray(2 * near - 1, np.float32)


def _settle(base: NDArray[np.float32], lab: NDArray[np.float32], regions: Regions, *, limit: float) -> Guess:
    """Learn the colours of both sides and cut, in turns (Rother et al., GrabCut, 2004)."""
    import cv2

    bins = bins_of(lab)
    chance = _chance(base)
    odds, inside = base, base > 0
    for _ in range(ROUNDS):
        colour = cv2.GaussianBlur(colour_odds(bins, chance, 1 - chance), (0, 0), 1.0)
        colour = np.clip(colour, -limit, limit)
        colour = 0.5 * colour + 0.5 * regions.spread(regions.mean(colour))
        odds = np.asarray(base + colour, np.float32)
        inside = cut(odds, lab, smooth=SMOOTH)
        chance = np.asarray(0.4 * _chance(odds) + 0.6 * np.where(inside, 0.95, 0.05), np.float32)
    return Guess(odds, inside)


def _from_person(seen: Working, person: NDArray[np.float32]) -> NDArray[np.bool_]:
    chance = np.clip(seen.fit(person), 0.002, 0.998)
    return cut(np.asarray(np.log(chance / (1 - chance)), np.float32), seen.lab, smooth=0.5)


def tidy(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return `inside` (H, W) without stray pieces and small holes."""
    import cv2

    def pieces(part: NDArray[np.bool_], least: float) -> NDArray[np.bool_]:
        _, labels, stats, _ = cv2.connectedComponentsWithStats(part.astype(np.uint8), connectivity=4)
        keep = stats[:, cv2.CC_STAT_AREA] >= least
        keep[0] = False
        return np.asarray(keep[labels], np.bool_)

    if not inside.any():
        return inside
    _, _, stats, _ = cv2.connectedComponentsWithStats(inside.astype(np.uint8), connectivity=4)
    largest = float(stats[1:, cv2.CC_STAT_AREA].max())
    return ~pieces(~pieces(inside, PIECE * largest), HOLE * largest)
