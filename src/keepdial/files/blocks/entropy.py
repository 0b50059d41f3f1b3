"""Kernels for Huffman coded scans of JPEG files: bits to coefficients, to tokens, to bits.

Words used here: a *unit* is what T.81 calls an MCU (one block in a scan of one component); an *interval* is
the units between two restart markers; a *token* is a Huffman symbol with the raw bits behind it.

Arrays: ``coefficients`` (blocks, 64) int16 in zigzag order, all components one after the other. ``layout``
(components of the scan, 6) int64: blocks per unit across and down, DC table, AC table, first block, blocks
per row. ``tokens`` are three arrays: symbol (table * 256 + symbol, -1 for raw bits alone), bits, bit count.
Tables 0 to 3 are for DC, 4 to 7 for AC.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from keepdial.compiling import jit

SLACK = 8192
"""Zero bytes behind unstuffed data: a unit of damaged data can overrun by less than this."""

SIZES = np.array([i.bit_length() for i in range(1 << 17)], np.uint8)
"""Bits of each number that a coefficient, a DC difference or a run can be."""

kernel: Any = jit(nogil=True, boundscheck=False)
inlined: Any = jit(nogil=True, boundscheck=False)


@kernel  # type: ignore[untyped-decorator]
def unstuff(data: Any, begin: int, end: int, out: Any, bounds: Any) -> Any:
    """Copy entropy coded bytes without stuffing to `out`; note in `bounds` where each interval starts.

    Return the number of intervals, -1 when there are more than `bounds` has room for (one entry is the end).
    """
    n, k, i = 0, 1, begin
    bounds[0] = 0
    while i < end:
        b = data[i]
        i += 1
        if b == 0xFF:
            if i >= end:
                break
            m = data[i]
            if m == 0:
                i += 1
            elif m >= 0xD0 and m <= 0xD7:
                i += 1
                if k >= bounds.shape[0] - 1:
                    return -1
                bounds[k] = n
                k += 1
                continue
            else:
                continue
        out[n] = b
        n += 1
    bounds[k] = n
    return k


@inlined  # type: ignore[untyped-decorator]
def peek(buf: Any, p: int) -> Any:
    """Return the 16 bits at bit `p`."""
    return (four(buf, p >> 3) >> (16 - (p & 7))) & 0xFFFF


@inlined  # type: ignore[untyped-decorator]
def four(buf: Any, i: int) -> Any:
    """Return the 4 bytes from `i` on as one number."""
    j = np.uint64(i)
    return (
        (np.int64(buf[j]) << 24)
        | (np.int64(buf[j + np.uint64(1)]) << 16)
        | (np.int64(buf[j + np.uint64(2)]) << 8)
        | np.int64(buf[j + np.uint64(3)])
    )


@inlined  # type: ignore[untyped-decorator]
def look_up(w: int, table: int, short: Any, long: Any) -> Any:
    """Return length * 256 + symbol for the code that the 16 bits `w` start with, 0 for none."""
    e = np.int64(short[np.uint64(table), np.uint64(w >> 7)])
    if e == 0:
        e = np.int64(long[np.uint64(table), np.uint64(w)])
    return e


@inlined  # type: ignore[untyped-decorator]
def extend(bits: int, size: int) -> Any:
    """Return the signed value of `size` raw bits (T.81, figure F.12)."""
    return bits if bits >> (size - 1) else bits - (1 << size) + 1


@kernel  # type: ignore[untyped-decorator]
def decode_sequential(
    buf: Any,
    bounds: Any,
    interval: int,
    across: int,
    layout: Any,
    short: Any,
    long: Any,
    wanted: Any,
    coefficients: Any,
    begins: Any,
    ends: Any,
    before: Any,
) -> Any:
    """Decode a baseline or extended scan; store the coefficients of `wanted` units only.

    Note for each unit its first bit, the bit behind its last, and the DC predictors before it. Return the
    number of units decoded: fewer than ``wanted.size`` where the data are damaged.
    """
    parts = layout.shape[0]
    pred = np.zeros(parts, np.int64)
    # The register holds the `n` bits before byte `q`; 32 are there for each symbol and the value behind it.
    acc, n, q = np.int64(0), np.int64(0), np.int64(0)
    stop = np.int64(0)
    for u in range(wanted.size):
        if u % interval == 0:
            k = u // interval
            acc, n, q = np.int64(0), np.int64(0), bounds[k]
            stop = 8 * bounds[k + 1]
            pred[:] = 0
        begins[u] = 8 * q - n
        keep = wanted[u]
        row, column = u // across, u % across
        for c in range(parts):
            before[u, c] = pred[c]
            dc, ac = layout[c, 2], layout[c, 3]
            for j in range(layout[c, 1]):
                for i in range(layout[c, 0]):
                    block = layout[c, 4] + (row * layout[c, 1] + j) * layout[c, 5] + column * layout[c, 0] + i
                    if n < 32:
                        acc, n, q = (acc << 32) | four(buf, q), n + 32, q + 4
                    e = look_up((acc >> (n - 16)) & 0xFFFF, dc, short, long)
                    size = e & 255
                    if e == 0 or size > 15:
                        return u
                    n -= e >> 8
                    if size:
                        n -= size
                        pred[c] += extend((acc >> n) & ((1 << size) - 1), size)
                    if keep:
                        coefficients[block, 0] = pred[c]
                    z = 1
                    while z < 64:
                        if n < 32:
                            acc, n, q = (acc << 32) | four(buf, q), n + 32, q + 4
                        e = look_up((acc >> (n - 16)) & 0xFFFF, ac, short, long)
                        size = e & 15
                        n -= (e >> 8) + size
                        if size == 0:
                            if e & 0xFF != 0xF0:
                                if e == 0:
                                    return u
                                break
                            z += 16
                            continue
                        z += (e >> 4) & 15
                        if z > 63:
                            return u
                        if keep:
                            coefficients[block, z] = extend((acc >> n) & ((1 << size) - 1), size)
                        z += 1
        ends[u] = 8 * q - n
        if ends[u] > stop:
            return u
    return wanted.size


@inlined  # type: ignore[untyped-decorator]
def bit_size(value: Any) -> Any:
    """Return the number of bits of a non-negative value."""
    return np.int64(SIZES[np.uint64(value)])


@kernel  # type: ignore[untyped-decorator]
def tokens_sequential(
    coefficients: Any,
    interval: int,
    across: int,
    layout: Any,
    again: Any,
    before: Any,
    symbol: Any,
    bits: Any,
    count: Any,
    first: Any,
) -> Any:
    """Make the tokens of the units to be coded `again`; `first` (units + 1) says where each unit's start.

    A unit behind one that is copied is coded against the DC predictors `before` it in the source. Return
    the number of tokens.
    """
    parts = layout.shape[0]
    pred = np.zeros(parts, np.int64)
    t = 0
    for u in range(again.size):
        first[u] = t
        if not again[u]:
            continue
        if u % interval == 0:
            pred[:] = 0
        elif not again[u - 1]:
            for c in range(parts):
                pred[c] = before[u, c]
        row, column = u // across, u % across
        for c in range(parts):
            dc, ac = layout[c, 2] * 256, layout[c, 3] * 256
            for j in range(layout[c, 1]):
                for i in range(layout[c, 0]):
                    block = layout[c, 4] + (row * layout[c, 1] + j) * layout[c, 5] + column * layout[c, 0] + i
                    value = np.int64(coefficients[block, 0])
                    diff = value - pred[c]
                    pred[c] = value
                    size = bit_size(abs(diff))
                    symbol[t], count[t] = dc + size, size
                    bits[t] = diff if diff >= 0 else diff + (1 << size) - 1
                    t += 1
                    run = 0
                    for z in range(1, 64):
                        value = np.int64(coefficients[block, z])
                        if value == 0:
                            run += 1
                            continue
                        while run > 15:
                            symbol[t], count[t], bits[t] = ac + 0xF0, 0, 0
                            t += 1
                            run -= 16
                        size = bit_size(abs(value))
                        symbol[t], count[t] = ac + (run << 4) + size, size
                        bits[t] = value if value >= 0 else value + (1 << size) - 1
                        t += 1
                        run = 0
                    if run:
                        symbol[t], count[t], bits[t] = ac, 0, 0
                        t += 1
    first[again.size] = t
    return t


@inlined  # type: ignore[untyped-decorator]
def drain(acc: int, n: int, out: Any, o: int) -> tuple[int, int, int]:
    """Write the whole bytes of the `n` bits in `acc`, stuffed; return (rest, its bits, new offset)."""
    while n >= 8:
        n -= 8
        b = (acc >> n) & 255
        out[o] = b
        o += 1
        if b == 255:
            out[o] = 0
            o += 1
    return acc & ((1 << n) - 1), n, o


@kernel  # type: ignore[untyped-decorator]
def write_scan(
    symbol: Any,
    bits: Any,
    count: Any,
    first: Any,
    codes: Any,
    lengths: Any,
    again: Any,
    buf: Any,
    begins: Any,
    ends: Any,
    interval: int,
    out: Any,
) -> Any:
    """Write a scan: tokens of the units coded `again`, the source's own bits for all others.

    Return the number of bytes. Intervals end with one bits and a restart marker (T.81, F.1.2.3).
    """
    acc, n, o = np.int64(0), 0, 0
    u, units = 0, again.size
    while u < units:
        if u and u % interval == 0:
            if n:
                pad = 8 - n
                acc, n, o = drain((acc << pad) | ((1 << pad) - 1), 8, out, o)
            out[o], out[o + 1] = 0xFF, 0xD0 + ((u // interval - 1) & 7)
            o += 2
        if again[u]:
            for t in range(first[u], first[u + 1]):
                s = symbol[t]
                if s >= 0:
                    acc, n, o = drain((acc << lengths[s]) | codes[s], n + lengths[s], out, o)
                if count[t]:
                    acc, n, o = drain((acc << count[t]) | bits[t], n + count[t], out, o)
            u += 1
            continue
        last = min(units, (u // interval + 1) * interval)
        p = begins[u]
        while u < last and not again[u]:
            u += 1
        stop = ends[u - 1]
        while p + 8 <= stop:
            i = p >> 3
            b = (((np.int64(buf[i]) << 8) | np.int64(buf[i + 1])) >> (8 - (p & 7))) & 255
            acc = (acc << 8) | b
            b = (acc >> n) & 255
            out[o] = b
            o += 1
            if b == 255:
                out[o] = 0
                o += 1
            acc &= (1 << n) - 1
            p += 8
        if p < stop:
            rest = stop - p
            acc, n, o = drain((acc << rest) | (peek(buf, p) >> (16 - rest)), n + rest, out, o)
    if n:
        pad = 8 - n
        acc, n, o = drain((acc << pad) | ((1 << pad) - 1), 8, out, o)
    return o
