"""The cheapest cut, against numbers written out and against trying everything."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from keepdial.segment.flow import CERTAIN, Graph


def graph(nodes: int, *edges: tuple[int, int]) -> Graph:
    u, v = np.array(edges, np.int32).reshape(-1, 2).T
    return Graph.of(nodes, u, v)


def test_arcs_are_listed_by_their_tail() -> None:
    chain = graph(3, (0, 1), (1, 2))
    assert chain.first.tolist() == [0, 1, 3, 4]
    assert chain.arcs.tolist() == [0, 1, 2, 3]
    assert chain.head.tolist() == [1, 0, 2, 1]


def test_a_chain_is_cut_at_its_weakest_edge() -> None:
    chain = graph(4, (0, 1), (1, 2), (2, 3))
    ends = np.array([CERTAIN, 0, 0, -CERTAIN])
    assert chain.cut(np.array([3.0, 1.0, 2.0]), ends).tolist() == [True, True, False, False]
    assert chain.cut(np.array([3.0, 2.0, 1.0]), ends).tolist() == [True, True, True, False]


def test_one_against_strong_neighbours_gives_way() -> None:
    star = graph(4, (0, 1), (0, 2), (0, 3))
    gains = np.array([-2.0, 5.0, 5.0, 5.0])
    assert star.cut(np.full(3, 1.0), gains).tolist() == [True, True, True, True]
    assert star.cut(np.full(3, 0.5), gains).tolist() == [False, True, True, True]


def test_nothing_that_gains_by_being_inside_leaves_all_outside() -> None:
    assert graph(2, (0, 1)).cut(np.ones(1), np.array([-1.0, 0.0])).tolist() == [False, False]
    assert Graph.of(1, np.zeros(0, np.int32), np.zeros(0, np.int32)).cut(
        np.zeros(0), np.array([1.0])
    ).tolist() == [True]


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(2, 7))
def test_no_other_division_is_cheaper(seed: int, nodes: int) -> None:
    rng = np.random.default_rng(seed)
    pairs = [(a, b) for a in range(nodes) for b in range(a + 1, nodes) if rng.random() < 0.7] or [(0, 1)]
    weights = rng.integers(0, 9, len(pairs)).astype(np.float64)
    gains = rng.integers(-9, 10, nodes).astype(np.float64)

    def price(inside: tuple[bool, ...]) -> float:
        apart = sum(w for (a, b), w in zip(pairs, weights, strict=True) if inside[a] != inside[b])
        return float(apart - sum(g for g, i in zip(gains, inside, strict=True) if i))

    found = tuple(bool(x) for x in graph(nodes, *pairs).cut(weights, gains))
    assert price(found) == min(price(every) for every in product((False, True), repeat=nodes))
