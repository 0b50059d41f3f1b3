"""Sums of squares over the rows of a patch, as vector instructions.

A row of a patch is 21 floats. A loop of that length is unrolled by LLVM before it looks for vectors and ends
as scalar code (200 ns a patch on the development machine); written as vectors of eight, the third overlapping
the second so that nothing outside of the row is read, it takes a third of that. LLVM splits the vectors on
machines that have shorter ones.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

ROW = 21
OUTER, INNER = (0, 3, 6), (1, 2, 4, 5)
"""Rows that are summed first and last: the first alone mostly show that a candidate is worse."""

_INT = ir.IntType(64)
_EIGHT = ir.VectorType(ir.FloatType(), 8)
_PIECES = ((0, 0), (8, 0), (13, 3))
"""First float of each piece of a row, and how many of its lanes the piece before has already."""
_FAST = ("fast",)


def _load(builder: Any, base: Any, index: Any) -> Any:
    place = builder.bitcast(builder.gep(base, [index]), _EIGHT.as_pointer())
    value = builder.load(place)
    value.align = 4
    return value


def _total(builder: Any, vector: Any) -> Any:
    lanes = 8
    while lanes > 1:
        lanes //= 2
        order = [i + lanes if i < lanes else 0 for i in range(8)]
        folded = builder.shuffle_vector(
            vector, ir.Constant(_EIGHT, ir.Undefined), ir.Constant(ir.VectorType(ir.IntType(32), 8), order)
        )
        vector = builder.fadd(vector, folded, flags=_FAST)
    return builder.extract_element(vector, ir.Constant(ir.IntType(32), 0))


def _sum_of_squares(builder: Any, rows: tuple[int, ...], a: Any, b: Any, trust: Any) -> Any:
    """Emit the sum over `rows`; `a`, `b`, `trust` are (pointer, first index, row step)."""
    sums = [ir.Constant(_EIGHT, [0.0] * 8) for _ in _PIECES]
    for row in rows:
        starts = [
            (base, builder.add(first, builder.mul(step, ir.Constant(_INT, row))))
            for base, first, step in (a, b, *([trust] if trust else []))
        ]
        for i, (offset, doubled) in enumerate(_PIECES):
            x, y, *weight = (_load(builder, p, builder.add(s, ir.Constant(_INT, offset))) for p, s in starts)
            d = builder.fsub(x, y, flags=_FAST)
            square = builder.fmul(d, d, flags=_FAST)
            if weight:
                square = builder.fmul(square, weight[0], flags=_FAST)
            if doubled:
                keep = ir.Constant(_EIGHT, [0.0] * doubled + [1.0] * (8 - doubled))
                square = builder.fmul(square, keep, flags=_FAST)
            sums[i] = builder.fadd(sums[i], square, flags=_FAST)
    total = builder.fadd(builder.fadd(sums[0], sums[1], flags=_FAST), sums[2], flags=_FAST)
    return _total(builder, total)


def _data(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    return context.make_array(kind)(context, builder, value).data


def _distance(rows: tuple[int, ...]) -> Callable[..., Any]:
    def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        a, ai, step_a, b, bi, step_b = values
        kinds = signature.args
        return _sum_of_squares(
            builder,
            rows,
            (_data(context, builder, kinds[0], a), ai, step_a),
            (_data(context, builder, kinds[3], b), bi, step_b),
            None,
        )

    @intrinsic
    def distance(typing: Any, a: Any, ai: Any, step_a: Any, b: Any, bi: Any, step_b: Any) -> Any:
        return types.float32(a, _I, _I, b, _I, _I), emit

    return distance


def _weighted(rows: tuple[int, ...]) -> Callable[..., Any]:
    def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        a, trust, b, bi, step_b = values
        kinds = signature.args
        zero, step = ir.Constant(_INT, 0), ir.Constant(_INT, ROW)
        return _sum_of_squares(
            builder,
            rows,
            (_data(context, builder, kinds[0], a), zero, step),
            (_data(context, builder, kinds[2], b), bi, step_b),
            (_data(context, builder, kinds[1], trust), zero, step),
        )

    @intrinsic
    def weighted(typing: Any, a: Any, trust: Any, b: Any, bi: Any, step_b: Any) -> Any:
        return types.float32(a, trust, b, _I, _I), emit

    return weighted


_I = types.int64

outer = _distance(OUTER)
"""outer(a, ai, step_a, b, bi, step_b): the sum over rows 0, 3, 6 of two patches; a, b are float32 arrays,
ai, bi the flat index of the patch's first float, step_a, step_b the floats from row to row."""
inner = _distance(INNER)
"""The same over rows 1, 2, 4, 5."""
outer_weighted = _weighted(OUTER)
"""outer_weighted(a, trust, b, bi, step_b): a and trust are (7, 21) float32, C-contiguous; trust weighs."""
inner_weighted = _weighted(INNER)
"""The same over rows 1, 2, 4, 5."""
