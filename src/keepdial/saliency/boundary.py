"""Which regions are background because they run into the picture's border (Zhu et al., CVPR 2014)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.saliency.superpixels import Regions

LIKE = 10.0
NEAR = 0.25
CONNECTED = 1.0
FIDELITY = 0.1


def colour_distances(regions: Regions) -> NDArray[np.float64]:
    """Return the distance in Lab between every two regions' mean colours, (n, n)."""
    from scipy.spatial.distance import cdist

    return np.asarray(cdist(regions.lab, regions.lab))


def boundary_connectivity(regions: Regions, edges: NDArray[np.int32] | None = None) -> NDArray[np.float64]:
    """Return how much of each region's own stretch of picture lies along the border, (n,), 0 = not at all.

    Equations 1 to 4: the length on the border over the square root of the area, both counted over all
    regions that can be walked to without a strong change of colour. Regions on the border are linked to
    each other, as in the paper.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import dijkstra

    n = regions.count
    rim = np.flatnonzero(regions.border > 0)
    i, j = np.triu_indices(rim.size, 1)
    links = np.concatenate([regions.edges, np.stack([rim[i], rim[j]], 1)]) if edges is None else edges
    links = np.unique(np.sort(links, axis=1), axis=0)
    cost = np.linalg.norm(regions.lab[links[:, 0]] - regions.lab[links[:, 1]], axis=1)
    # Sparse graphs drop zeros: two regions of the same colour must stay linked.
    cost = np.maximum(cost - _typical_step(regions), 1e-9)
    graph = coo_matrix((cost, (links[:, 0], links[:, 1])), shape=(n, n)).tocsr()
    apart = dijkstra(graph, directed=False)
    alike = np.exp(-(apart**2) / (2 * LIKE**2))
    stretch = alike @ regions.area
    along = alike @ regions.border
    return np.asarray(along / np.sqrt(stretch))


def _typical_step(regions: Regions) -> float:
    """Return the change of colour that neighbours have anyway: the mean over regions of their least one."""
    if regions.edges.size == 0:
        return 0.0
    step = np.linalg.norm(regions.lab[regions.edges[:, 0]] - regions.lab[regions.edges[:, 1]], axis=1)
    least = np.full(regions.count, np.inf)
    np.minimum.at(least, regions.edges[:, 0], step)
    np.minimum.at(least, regions.edges[:, 1], step)
    return float(least[np.isfinite(least)].mean())


def background_probability(connectivity: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how surely each region is background, 0 to 1 (equation 6)."""
    return np.asarray(1.0 - np.exp(-(connectivity**2) / (2 * CONNECTED**2)))


def background_contrast(regions: Regions, background: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how much each region differs in colour from likely background near it, 0 to 1 (equation 7)."""
    from scipy.spatial.distance import cdist

    near = np.exp(-(cdist(regions.centre, regions.centre) ** 2) / (2 * NEAR**2))
    weights = near * (background * regions.area)[None, :]
    contrast = (weights * colour_distances(regions)).sum(axis=1)
    return np.asarray(contrast / max(float(contrast.max()), 1e-9))


def optimise(
    regions: Regions, background: NDArray[np.float64], foreground: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the saliency (n,), 0 to 1, that weighs both cues and is smooth where the colour is (equation 9).

    A least squares problem: background * s^2 + foreground * (s - 1)^2 + smoothness * (s_i - s_j)^2.
    """
    from scipy.sparse import coo_matrix, diags
    from scipy.sparse.linalg import spsolve

    n = regions.count
    i, j = regions.edges[:, 0], regions.edges[:, 1]
    step = np.linalg.norm(regions.lab[i] - regions.lab[j], axis=1)
    like = np.exp(-(step**2) / (2 * LIKE**2)) + FIDELITY
    joined = coo_matrix((np.r_[like, like], (np.r_[i, j], np.r_[j, i])), shape=(n, n)).tocsr()
    degree = np.asarray(joined.sum(axis=1)).ravel()
    system = diags(degree + background + foreground + 1e-6) - joined
    return np.asarray(np.clip(spsolve(system.tocsc(), foreground), 0.0, 1.0)).reshape(n)
