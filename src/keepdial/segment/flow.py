"""The cheapest cut between inside and outside on a graph.

Boykov and Kolmogorov, "An Experimental Comparison of Min-Cut/Max-Flow Algorithms for Energy Minimization in
Vision", PAMI 2004: two trees grow from the terminals until they meet, the path is filled with flow, and what
fell off a tree is adopted again or set free.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

NONE, TERMINAL, ORPHAN = -1, -2, -3
"""What a node's parent is when it is no arc."""

CERTAIN = 1e9
"""A node's cost that no cut pays."""


@dataclass(frozen=True, eq=False, slots=True)
class Graph:
    """Undirected edges, as arcs by their tail: edge e is the arcs 2e (u to v) and 2e + 1 (v to u).

    Attributes:
        first: (N + 1,) int32; the arcs that leave node i are ``arcs[first[i]:first[i + 1]]``.
        arcs: (2 E,) int32.
        head: (2 E,) int32, the node to which an arc leads.
    """

    first: NDArray[np.int32]
    arcs: NDArray[np.int32]
    head: NDArray[np.int32]

    @classmethod
    def of(cls, nodes: int, u: NDArray[np.int32], v: NDArray[np.int32]) -> Graph:
        """Return the graph of `nodes` with an edge from u[e] to v[e]; each pair at most once."""
        head, tail = (np.stack(ends, 1).ravel().astype(np.int32) for ends in ((v, u), (u, v)))
        first = np.zeros(nodes + 1, np.int32)
        np.cumsum(np.bincount(tail, minlength=nodes), out=first[1:])
        return cls(first, np.argsort(tail, kind="stable").astype(np.int32), head)

    def cut(self, edge: NDArray[np.float64], inside: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return (N,) True = inside for the cheapest cut.

        Args:
            edge: (E,) not negative, what separating an edge's two nodes costs.
            inside: (N,) what a node gains by being inside (negative: by being outside); `CERTAIN` decides it.
        """
        return _solver()(
            self.first, self.arcs, self.head, np.repeat(edge, 2).astype(np.float64), inside.astype(np.float64)
        )


@cache
def _solver() -> Callable[..., NDArray[np.bool_]]:
    from keepdial import compiling

    made: Callable[..., NDArray[np.bool_]] = compiling.jit(nogil=True)(_cut)
    return made


def _cut(
    first: NDArray[np.int32],
    arcs: NDArray[np.int32],
    head: NDArray[np.int32],
    room: NDArray[np.float64],
    terminal: NDArray[np.float64],
) -> NDArray[np.bool_]:
    """Fill the graph with flow; `room` (what each arc can still carry) and `terminal` are used up."""
    n = terminal.shape[0]
    parent = np.full(n, NONE, np.int32)  # the arc to the parent
    outer = np.zeros(n, np.bool_)  # whether the node is in the outside's tree
    stamp = np.zeros(n, np.int32)
    depth = np.zeros(n, np.int32)
    queue = np.full(n, -1, np.int32)  # the next active node; the last one points to itself
    orphans = np.empty(n, np.int32)
    front, back, current, now = -1, -1, -1, 0
    for i in range(n):
        if terminal[i] != 0:
            outer[i], parent[i], depth[i] = terminal[i] < 0, TERMINAL, 1
            if back < 0:
                front = i
            else:
                queue[back] = i
            queue[i] = i
            back = i
    while True:
        i = current
        if i >= 0:
            queue[i] = -1
            if parent[i] == NONE:
                i = -1
        while i < 0 and front >= 0:
            i = front
            if queue[i] == i:
                front, back = -1, -1
            else:
                front = queue[i]
            queue[i] = -1
            if parent[i] == NONE:
                i = -1
        if i < 0:
            break
        meet = -1
        for k in range(first[i], first[i + 1]):
            a = arcs[k]
            if (room[a ^ 1] if outer[i] else room[a]) <= 0:
                continue
            j = head[a]
            if parent[j] == NONE:
                outer[j], parent[j], stamp[j], depth[j] = outer[i], a ^ 1, stamp[i], depth[i] + 1
                if queue[j] == -1:
                    if back < 0:
                        front = j
                    else:
                        queue[back] = j
                    queue[j] = j
                    back = j
            elif outer[j] != outer[i]:
                meet = a ^ 1 if outer[i] else a
                break
            elif stamp[j] <= stamp[i] and depth[j] > depth[i]:
                parent[j], stamp[j], depth[j] = a ^ 1, stamp[i], depth[i] + 1
        now += 1
        if meet < 0:
            current = -1
            continue
        queue[i] = i
        current = i
        # How much the path can carry, then carry it.
        flow = room[meet]
        v = head[meet ^ 1]
        while parent[v] != TERMINAL:
            flow = min(flow, room[parent[v] ^ 1])
            v = head[parent[v]]
        flow = min(flow, terminal[v])
        v = head[meet]
        while parent[v] != TERMINAL:
            flow = min(flow, room[parent[v]])
            v = head[parent[v]]
        flow = min(flow, -terminal[v])
        count = 0
        room[meet] -= flow
        room[meet ^ 1] += flow
        for side in range(2):
            v = head[meet ^ 1] if side == 0 else head[meet]
            while parent[v] != TERMINAL:
                a = parent[v]
                down = a ^ 1 if side == 0 else a
                room[down] -= flow
                room[down ^ 1] += flow
                if room[down] <= 0:
                    room[down] = 0
                    parent[v] = ORPHAN
                    orphans[count] = v
                    count += 1
                v = head[a]
            terminal[v] += -flow if side == 0 else flow
            if (terminal[v] <= 0) if side == 0 else (terminal[v] >= 0):
                terminal[v] = 0
                parent[v] = ORPHAN
                orphans[count] = v
                count += 1
        while count > 0:
            count -= 1
            v = orphans[count]
            best, nearest = -1, 1 << 30
            for k in range(first[v], first[v + 1]):
                a = arcs[k]
                j = head[a]
                if (room[a] if outer[v] else room[a ^ 1]) <= 0 or outer[j] != outer[v] or parent[j] == NONE:
                    continue
                # Whether j still hangs from its terminal, and how far below it.
                far, u, rooted = 0, j, False
                while True:
                    if stamp[u] == now:
                        far += depth[u]
                        rooted = True
                        break
                    far += 1
                    if parent[u] == TERMINAL:
                        stamp[u], depth[u] = now, 1
                        rooted = True
                        break
                    if parent[u] < 0:
                        break
                    u = head[parent[u]]
                if rooted:
                    if far < nearest:
                        best, nearest = a, far
                    u = j
                    while stamp[u] != now:
                        stamp[u], depth[u] = now, far
                        far -= 1
                        u = head[parent[u]]
            if best >= 0:
                parent[v], stamp[v], depth[v] = best, now, nearest + 1
                continue
            parent[v], stamp[v] = NONE, 0
            for k in range(first[v], first[v + 1]):
                a = arcs[k]
                j = head[a]
                if parent[j] == NONE or outer[j] != outer[v]:
                    continue
                if (room[a] if outer[v] else room[a ^ 1]) > 0 and queue[j] == -1:
                    if back < 0:
                        front = j
                    else:
                        queue[back] = j
                    queue[j] = j
                    back = j
                if parent[j] >= 0 and head[parent[j]] == v:
                    parent[j] = ORPHAN
                    orphans[count] = j
                    count += 1
    inside = np.empty(n, np.bool_)
    for i in range(n):
        inside[i] = parent[i] != NONE and not outer[i]
    return inside
