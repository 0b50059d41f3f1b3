"""Kernels for the scans of progressive JPEG files (ITU-T T.81, annex G). Words and arrays as in `entropy`."""

from __future__ import annotations

from typing import Any

import numpy as np

from keepdial.files.blocks.entropy import bit_size, extend, inlined, kernel, look_up, peek

CORRECTIONS = 1000
"""Most correction bits that wait for one end-of-band run, as in the sample encoder's."""


@kernel  # type: ignore[untyped-decorator]
def decode_dc(
    buf: Any,
    bounds: Any,
    interval: int,
    across: int,
    units: int,
    layout: Any,
    short: Any,
    long: Any,
    refine: bool,
    low: int,
    coefficients: Any,
) -> Any:
    """Decode a DC scan, the first or a refining one, at bit `low`. Return the number of units decoded."""
    parts = layout.shape[0]
    pred = np.zeros(parts, np.int64)
    p = np.int64(0)
    stop = np.int64(0)
    for u in range(units):
        if u % interval == 0:
            k = u // interval
            p, stop = 8 * bounds[k], 8 * bounds[k + 1]
            pred[:] = 0
        row, column = u // across, u % across
        for c in range(parts):
            for j in range(layout[c, 1]):
                for i in range(layout[c, 0]):
                    block = layout[c, 4] + (row * layout[c, 1] + j) * layout[c, 5] + column * layout[c, 0] + i
                    if refine:
                        if peek(buf, p) >> 15:
                            coefficients[block, 0] |= 1 << low
                        p += 1
                        continue
                    e = look_up(peek(buf, p), layout[c, 2], short, long)
                    size = e & 255
                    if e == 0 or size > 15:
                        return u
                    p += e >> 8
                    if size:
                        pred[c] += extend(peek(buf, p) >> (16 - size), size)
                        p += size
                    coefficients[block, 0] = pred[c] << low
        if p > stop:
            return u
    return units


@kernel  # type: ignore[untyped-decorator]
def decode_ac(
    buf: Any,
    bounds: Any,
    interval: int,
    across: int,
    units: int,
    layout: Any,
    short: Any,
    long: Any,
    band: Any,
    coefficients: Any,
) -> Any:
    """Decode an AC scan. `band`: first and last coefficient, high bit (0: first scan), low bit.

    Return the number of units decoded.
    """
    start, end, high, low = band[0], band[1], band[2], band[3]
    table = layout[0, 3]
    plus = np.int64(1) << low
    p = np.int64(0)
    stop = np.int64(0)
    run_of_ends = np.int64(0)
    for u in range(units):
        if u % interval == 0:
            k = u // interval
            p, stop = 8 * bounds[k], 8 * bounds[k + 1]
            run_of_ends = np.int64(0)
        block = layout[0, 4] + (u // across) * layout[0, 5] + u % across
        z = start
        if run_of_ends == 0:
            while z <= end:
                e = look_up(peek(buf, p), table, short, long)
                if e == 0:
                    return u
                p += e >> 8
                run, size = (e >> 4) & 15, e & 15
                value = np.int64(0)
                if size == 0:
                    if run != 15:
                        run_of_ends = np.int64(1) << run
                        if run:
                            run_of_ends += peek(buf, p) >> (16 - run)
                            p += run
                        break
                    if high == 0:
                        z += 16
                        continue
                elif high == 0:
                    value = extend(peek(buf, p) >> (16 - size), size) << low
                    p += size
                    z += run
                    if z > end:
                        return u
                    coefficients[block, z] = value
                    z += 1
                    continue
                else:
                    value = plus if peek(buf, p) >> 15 else -plus
                    p += 1
                while z <= end:
                    old = coefficients[block, z]
                    if old != 0:
                        if peek(buf, p) >> 15 and (abs(old) & plus) == 0:
                            coefficients[block, z] = old + plus if old > 0 else old - plus
                        p += 1
                    else:
                        run -= 1
                        if run < 0:
                            break
                    z += 1
                if value:
                    if z > end:
                        return u
                    coefficients[block, z] = value
                z += 1
                if p > stop:
                    return u
        if run_of_ends > 0:
            if high:
                while z <= end:
                    old = coefficients[block, z]
                    if old != 0:
                        if peek(buf, p) >> 15 and (abs(old) & plus) == 0:
                            coefficients[block, z] = old + plus if old > 0 else old - plus
                        p += 1
                    z += 1
            run_of_ends -= 1
        if p > stop:
            return u
    return units


@kernel  # type: ignore[untyped-decorator]
def tokens_dc(
    coefficients: Any,
    interval: int,
    across: int,
    units: int,
    layout: Any,
    refine: bool,
    low: int,
    symbol: Any,
    bits: Any,
    count: Any,
    first: Any,
) -> Any:
    """Make the tokens of a DC scan; return their number."""
    parts = layout.shape[0]
    pred = np.zeros(parts, np.int64)
    t = 0
    for u in range(units):
        first[u] = t
        if u % interval == 0:
            pred[:] = 0
        row, column = u // across, u % across
        for c in range(parts):
            for j in range(layout[c, 1]):
                for i in range(layout[c, 0]):
                    block = layout[c, 4] + (row * layout[c, 1] + j) * layout[c, 5] + column * layout[c, 0] + i
                    value = np.int64(coefficients[block, 0]) >> low
                    if refine:
                        symbol[t], bits[t], count[t] = -1, value & 1, 1
                    else:
                        diff = value - pred[c]
                        pred[c] = value
                        size = bit_size(abs(diff))
                        symbol[t], count[t] = layout[c, 2] * 256 + size, size
                        bits[t] = diff if diff >= 0 else diff + (1 << size) - 1
                    t += 1
    first[units] = t
    return t


_PLACE = np.zeros(64, np.int64)
for _bit in range(64):
    _PLACE[(0x03F79D71B4CB0A89 << _bit & (1 << 64) - 1) >> 58] = _bit


@inlined  # type: ignore[untyped-decorator]
def lowest(mask: Any) -> Any:
    """Return the place of the lowest bit of a uint64 that has one (by a de Bruijn sequence)."""
    one = mask & (~mask + np.uint64(1))
    return _PLACE[(one * np.uint64(0x03F79D71B4CB0A89)) >> np.uint64(58)]


@kernel  # type: ignore[untyped-decorator]
def nonzero(coefficients: Any, masks: Any) -> None:
    """Set bit z of ``masks[block]`` (uint64) where coefficient z is not 0."""
    for b in range(masks.size):
        mask = np.uint64(0)
        for z in range(64):
            mask |= np.uint64(coefficients[b, z] != 0) << np.uint64(z)
        masks[b] = mask


@kernel  # type: ignore[untyped-decorator]
def end_run(run: int, waiting: Any, n: int, table: int, symbol: Any, bits: Any, count: Any, t: int) -> Any:
    """Write a pending run of ended bands and the `n` correction bits behind it; return the next token."""
    if run > 0:
        size = bit_size(run) - 1
        symbol[t], bits[t], count[t] = table + (size << 4), run & ((1 << size) - 1), size
        t += 1
    for i in range(n):
        symbol[t], bits[t], count[t] = -1, waiting[i], 1
        t += 1
    return t


@kernel  # type: ignore[untyped-decorator]
def tokens_ac(
    coefficients: Any,
    interval: int,
    across: int,
    units: int,
    layout: Any,
    band: Any,
    masks: Any,
    symbol: Any,
    bits: Any,
    count: Any,
    first: Any,
) -> Any:
    """Make the tokens of an AC scan, first or refining (T.81, figures G.3 to G.9); return their number.

    `masks` are those of `nonzero`: most coefficients are 0, and only the others are looked at.
    """
    start, end, high, low = band[0], band[1], band[2], band[3]
    table = layout[0, 3] * 256
    inside = np.uint64(0)
    for z in range(start, end + 1):
        inside |= np.uint64(1) << np.uint64(z)
    waiting = np.zeros(CORRECTIONS + 128, np.int32)
    held, run_of_ends, t = 0, 0, 0
    for u in range(units):
        if u and u % interval == 0:
            t = end_run(run_of_ends, waiting, held, table, symbol, bits, count, t)
            run_of_ends, held = 0, 0
        first[u] = t
        block = layout[0, 4] + (u // across) * layout[0, 5] + u % across
        there = masks[block] & inside
        last_new = 0
        if high:
            rest = there
            while rest:
                z = lowest(rest)
                rest &= rest - np.uint64(1)
                if abs(np.int64(coefficients[block, z])) >> low == 1:
                    last_new = z
        run, fresh, seen = 0, 0, start - 1
        while there:
            z = lowest(there)
            there &= there - np.uint64(1)
            value = np.int64(coefficients[block, z])
            size_of = abs(value) >> low
            if size_of == 0:
                continue
            run += z - seen - 1
            seen = z
            while run > 15 and (high == 0 or z <= last_new):
                t = end_run(run_of_ends, waiting, held, table, symbol, bits, count, t)
                run_of_ends = 0
                symbol[t], bits[t], count[t] = table + 0xF0, 0, 0
                t += 1
                t = end_run(0, waiting[held:], fresh, table, symbol, bits, count, t)
                held, fresh = 0, 0
                run -= 16
            if high and size_of > 1:
                waiting[held + fresh] = size_of & 1
                fresh += 1
                continue
            t = end_run(run_of_ends, waiting, held, table, symbol, bits, count, t)
            run_of_ends = 0
            if high:
                symbol[t], bits[t], count[t] = table + (run << 4) + 1, 1 if value > 0 else 0, 1
            else:
                size = bit_size(size_of)
                symbol[t], count[t] = table + (run << 4) + size, size
                bits[t] = size_of if value > 0 else size_of ^ ((1 << size) - 1)
            t += 1
            t = end_run(0, waiting[held:], fresh, table, symbol, bits, count, t)
            held, fresh, run = 0, 0, 0
        run += end - seen
        if run > 0 or fresh > 0:
            run_of_ends += 1
            held += fresh
            if run_of_ends == 0x7FFF or held > CORRECTIONS - 63:
                t = end_run(run_of_ends, waiting, held, table, symbol, bits, count, t)
                run_of_ends, held = 0, 0
    t = end_run(run_of_ends, waiting, held, table, symbol, bits, count, t)
    first[units] = t
    return t
