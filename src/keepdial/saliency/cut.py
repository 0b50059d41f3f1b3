"""A pixel-exact cut from soft evidence: log-odds per pixel, and edges that lie where the colour changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# cv2.grabCut's own weight of an edge between two pixels of the same colour.
GAMMA = 50.0
# Samples that the evidence spans either way: a step in it should hardly look like an edge in the picture.
RANGE = 32.0
# Variance of the channels that bring no evidence: so wide that they bring none.
WIDE = 1e6
# exp(-600) is still a number.
STRONGEST = 600.0


def cut(
    odds: NDArray[np.float32], lab: NDArray[np.float32], *, smooth: float = 4.0, limit: float = 6.0
) -> NDArray[np.bool_]:
    """Return which pixels are inside, (H, W): the least energy of log-odds and contrast-sensitive edges.

    Args:
        odds: (H, W) natural log of P(inside) / P(outside); cut off at `limit` either way.
        lab: (H, W, 3) CIE Lab colours that decide where an edge is cheap.
        smooth: what an edge between two pixels of one colour costs, in the units of `odds`.
        limit: largest evidence that one pixel can bring.

    The minimum cut of Boykov & Jolly (ICCV 2001) by OpenCV's grabCut. Its colour models are replaced by two
    frozen Gaussians of equal covariance along a channel that holds the log-odds: the difference of their
    log-likelihoods is linear in that channel, so it *is* the evidence. The other two channels, lightness
    and the picture's strongest opponent colour, only matter to the edges.
    """
    import cv2

    strength = min(GAMMA / smooth * limit, STRONGEST)
    evidence = np.clip(odds / limit, -1, 1) * RANGE + 127.5
    picture = np.dstack([evidence, lab[..., 0] * 2.55, _opponent(lab)])
    picture = np.clip(np.rint(picture), 0, 255).astype(np.uint8)
    # Means at both ends of the range: the largest exponent is then just `strength`.
    inside, outside = _model(127.5 + RANGE, strength), _model(127.5 - RANGE, strength)
    labels = np.where(odds > 0, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    if min(labels.shape) < 2 or labels.min() == labels.max():
        return np.asarray(odds > 0)
    # Without a rectangle: the labels are given. The stubs of OpenCV do not know that it may be missing.
    cv2.grabCut(picture, labels, None, outside, inside, 1, cv2.GC_EVAL_FREEZE_MODEL)  # type: ignore[call-overload]
    return np.asarray(labels & 1, np.bool_)


def _model(mean: float, strength: float) -> NDArray[np.float64]:
    """Return a mixture as grabCut stores it: five weights, five means, five covariances; one is used.

    Two of them, at either end of the range, differ there by `strength` in log-likelihood.
    """
    model = np.zeros((1, 65))
    model[0, 0] = 1.0
    model[0, 5:8] = mean, 127.5, 127.5
    model[0, 20:29] = np.diag([2 * RANGE**2 / strength, WIDE, WIDE]).ravel()
    return model


def _opponent(lab: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the chroma axis along which the picture varies most, as samples around 127.5."""
    chroma = lab[..., 1:].reshape(-1, 2)
    centred = chroma - chroma.mean(axis=0)
    axis = np.linalg.eigh(centred.T @ centred)[1][:, -1]
    return np.asarray((centred @ axis).reshape(lab.shape[:2]) * 2.55 + 127.5, np.float32)
