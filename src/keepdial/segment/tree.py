"""The order in which patches would join, weakest edge first: what belongs together at which strength.

Arbeláez, "Boundary Extraction in Natural Images Using Ultrametric Contour Maps", 2006.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from keepdial.segment.superpixels import Patches

if TYPE_CHECKING:
    from numpy.typing import NDArray

SMALL_FIRST = 0.1
"""Power of a region's size in the order: small ones join earlier."""


@dataclass(frozen=True, eq=False, slots=True)
class Tree:
    """Regions 0 to N - 1 are the patches, the rest were joined from two each; a parent has a larger number.

    Attributes:
        parent: (R,) int64, -1 for the whole.
        height: (R,) the strength at which a region was joined; 0 for patches.
        leaves: N.
    """

    parent: NDArray[np.int64]
    height: NDArray[np.float64]
    leaves: int

    def joins(self, seeds: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the strength at which each patch (N,) joins the nearest of `seeds`; 0 for these."""
        parent, height = self.parent.tolist(), self.height.tolist()
        seeded = [False] * len(parent)
        for seed in seeds.tolist():
            node = seed
            while node >= 0 and not seeded[node]:
                seeded[node] = True
                node = parent[node]
        strength = [0.0] * len(parent)
        for node in range(len(parent) - 1, -1, -1):
            above = parent[node]
            if not seeded[node] and above >= 0:
                strength[node] = height[above] if seeded[above] else strength[above]
        return np.array(strength[: self.leaves])


def merged(found: Patches, strength: NDArray[np.float64]) -> Tree:
    """Return the tree of joins by the mean `strength` (E,) along the whole edge between two regions."""
    n = found.count
    edges: list[dict[int, tuple[float, float]]] = [{} for _ in range(2 * n)]
    rows = zip(found.u.tolist(), found.v.tolist(), found.length.tolist(), strength.tolist(), strict=True)
    for a, b, length, s in rows:
        edges[a][b] = edges[b][a] = length, length * s
    size = (found.area / found.area.mean()).tolist() + [0.0] * n
    parent, height = [-1] * (2 * n), [0.0] * (2 * n)

    def cost(a: int, b: int) -> float:
        length, total = edges[a][b]
        order: float = total / length * min(size[a], size[b]) ** SMALL_FIRST
        return order

    heap = [(cost(a, b), a, b) for a, b in zip(found.u.tolist(), found.v.tolist(), strict=True)]
    heapq.heapify(heap)
    made, highest = n, 0.0
    while heap:
        at, a, b = heapq.heappop(heap)
        if parent[a] >= 0 or parent[b] >= 0:
            continue
        highest = max(highest, at)
        parent[a] = parent[b] = made
        size[made], height[made] = size[a] + size[b], highest
        joined = edges[a]
        del joined[b]
        for other, (length, total) in edges[b].items():
            if other != a:
                old = joined.get(other, (0.0, 0.0))
                joined[other] = old[0] + length, old[1] + total
        edges[made] = joined
        for other, both in joined.items():
            edges[other].pop(a, None)
            edges[other].pop(b, None)
            edges[other][made] = both
            heapq.heappush(heap, (cost(made, other), made, other))
        made += 1
    return Tree(np.array(parent[:made]), np.array(height[:made]), n)
