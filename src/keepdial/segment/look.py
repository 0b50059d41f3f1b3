"""What is known of a picture before anybody points at it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from keepdial.segment.boundary import describe, likely
from keepdial.segment.flow import CERTAIN, Graph
from keepdial.segment.superpixels import Patches
from keepdial.segment.tree import Tree, merged

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

FLAT, RANGE = -7.5, 6.0
"""Logit of an edge that is none, and from there to one that is sure: strength 0 to 1."""

FAR = 0.12
"""Reach of the colours around a place, as a part of the picture's size (the root of its area)."""

STIFF = 2.0
"""What an outline costs against what the evidence says."""

MOST = 6.0
"""Largest logit that counts for a patch."""


@dataclass(frozen=True, eq=False, slots=True)
class Look:
    """A picture's patches and how they relate, at working size.

    Attributes:
        patches: see `Patches`.
        size: root of the picture's area; `step`: root of the mean patch's area, in pixels.
        like: three (N, N) float32 kernels: close colours, like colours, like colours nearby.
        roads: three graphs (N, N) of what it costs to get from patch to patch: mostly edges, way and edges,
            and almost only strong edges.
        rim: for each road, the cost (N,) from the picture's border.
        tree: the order of joins.
        alien: (N,) how much more a colour is found at the picture's border than elsewhere (log ratio).
        graph: the edges for the cut; `outline`: what each costs, (E,).
    """

    patches: Patches
    size: float
    step: float
    like: tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]
    roads: tuple[csr_matrix, ...]
    rim: tuple[NDArray[np.float64], ...]
    tree: Tree
    alien: NDArray[np.float64]
    graph: Graph
    outline: NDArray[np.float64]

    @classmethod
    def at(cls, rgb: NDArray[np.uint8]) -> Look:
        """Return what is known of a picture (H, W, 3) uint8 sRGB, not empty."""
        import cv2

        lab = cv2.cvtColor(np.true_divide(rgb, 255, dtype=np.float32), cv2.COLOR_RGB2LAB)
        p, colour, cues = describe(np.asarray(lab, np.float32))
        logit = likely(cues)
        strength = ((logit - FLAT) / RANGE).clip(0, None)
        size, step = float(np.sqrt(p.labels.size)), float(np.sqrt(p.area.mean()))
        unlike = _squares(colour)
        close, like = (np.exp(-unlike / np.float32(2 * sigma**2)) for sigma in (5, 9))
        nearby = like * np.exp(-_squares(p.centre / size) / np.float32(2 * FAR**2))
        way = np.linalg.norm(p.centre[p.u] - p.centre[p.v], axis=1) / step
        roads = tuple(
            _road(p, cost)
            for cost in (way * (0.02 + strength**2), way * (0.3 + strength**2), 0.002 + strength**4)
        )
        rim = tuple(reached(road, np.flatnonzero(p.border)) for road in roads)
        at_border = like @ p.border.astype(np.float32) / p.border.sum()
        anywhere = like @ p.area.astype(np.float32) / p.area.sum()
        alien = np.log((at_border + 1e-3) / (anywhere + 1e-3)).astype(np.float64)
        outline = STIFF * p.length / step * (-logit).clip(0.15, None) / 5
        graph = Graph.of(p.count, p.u, p.v)
        return cls(
            p, size, step, (close, like, nearby), roads, rim, merged(p, strength), alien, graph, outline
        )

    def cut(self, logit: NDArray[np.float64], certain: NDArray[np.int8]) -> NDArray[np.bool_]:
        """Return which patches are inside (N,), given the logits; 1 or -1 in `certain` decides."""
        p = self.patches
        gain = logit.clip(-MOST, MOST) * p.area / p.area.mean()
        return self.graph.cut(self.outline, np.where(certain == 0, gain, CERTAIN * certain))

    def connected(self, members: NDArray[np.bool_], seeds: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return those of `members` (N,) that hang together with one of the seeds that is a member."""
        from scipy.sparse import coo_matrix
        from scipy.sparse.csgraph import connected_components

        p = self.patches
        kept = members[p.u] & members[p.v]
        touching = coo_matrix((kept[kept], (p.u[kept], p.v[kept])), shape=(p.count, p.count))
        _, piece = connected_components(touching, directed=False)
        found: NDArray[np.bool_] = members & np.isin(piece, piece[seeds[members[seeds]]])
        return found


def reached(road: csr_matrix, seeds: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the cost (N,) from the nearest of the seeds to each patch."""
    from scipy.sparse.csgraph import dijkstra

    return np.asarray(dijkstra(road, directed=False, indices=seeds, min_only=True), np.float64)


def _road(p: Patches, cost: NDArray[np.float64]) -> csr_matrix:
    from scipy.sparse import coo_matrix

    # A cost of 0 would be no edge.
    return coo_matrix((cost + 1e-6, (p.u, p.v)), shape=(p.count, p.count)).tocsr()


def _squares(points: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the squared distances (N, N) of points (N, D)."""
    x = (points - points.mean(0)).astype(np.float32)
    own = (x * x).sum(1)
    return np.asarray((own[:, None] + own - 2 * (x @ x.T)).clip(0, None), np.float32)
