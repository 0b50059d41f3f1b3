"""Which of two sets of seeds a region is closer to, walking over the picture without crossing edges."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.saliency.superpixels import Regions

FREE = 2.0
STEP = 0.2


def geodesic_lean(
    regions: Regions, inside: NDArray[np.bool_], outside: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return, (n,), from -1 (reached from `outside` alone) to 1 (from `inside` alone); 0 without both.

    Path lengths add up the change of colour (Lab) from region to region (Bai & Sapiro, ICCV 2007).
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import dijkstra

    if not (inside.any() and outside.any()) or regions.edges.size == 0:
        return np.zeros(regions.count)
    i, j = regions.edges.T
    change = np.linalg.norm(regions.lab[i] - regions.lab[j], axis=1)
    cost = np.maximum(change - FREE, 0) + STEP
    graph = coo_matrix((cost, (i, j)), shape=(regions.count, regions.count)).tocsr()
    near = dijkstra(graph, directed=False, indices=np.flatnonzero(inside), min_only=True)
    far = dijkstra(graph, directed=False, indices=np.flatnonzero(outside), min_only=True)
    return np.asarray((far - near) / (far + near + 1e-6))
