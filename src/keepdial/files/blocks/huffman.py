"""Huffman tables of JPEG (ITU-T T.81, annexes C, F and K): parsing, code books, optimal tables."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHORT = 9
"""Bits of the first look-up table; longer codes take a second look into one of 16 bits."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table: how many codes there are of each length 1 to 16, and the symbols in order of their codes."""

    counts: bytes
    symbols: bytes = field(repr=False)

    def codes(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return (code, length) by symbol, (256,) each; length 0 where the table has no such symbol."""
        code_of, length_of = np.zeros(256, np.int64), np.zeros(256, np.int64)
        code, at = 0, 0
        for length, count in enumerate(self.counts, 1):
            for symbol in self.symbols[at : at + count]:
                code_of[symbol], length_of[symbol] = code, length
                code += 1
            at += count
            if code > 1 << length:
                raise ValueError("Huffman table with too many codes")
            code <<= 1
        return code_of, length_of

    def lookup(self) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
        """Return look-up tables by the next 9 and the next 16 bits: length * 256 + symbol, 0 for no code."""
        short, long = np.zeros(1 << SHORT, np.uint16), np.zeros(1 << 16, np.uint16)
        codes, lengths = self.codes()
        for symbol in self.symbols:
            code, length = int(codes[symbol]), int(lengths[symbol])
            first = code << (16 - length)
            long[first : first + (1 << (16 - length))] = length << 8 | symbol
            if length <= SHORT:
                first = code << (SHORT - length)
                short[first : first + (1 << (SHORT - length))] = length << 8 | symbol
        return short, long

    def segment_body(self, kind: int, ident: int) -> bytes:
        """Return the payload of a DHT segment that defines it: kind 0 for DC, 1 for AC."""
        return bytes([kind << 4 | ident]) + self.counts + self.symbols


def parse_tables(body: bytes) -> dict[tuple[int, int], Table]:
    """Return the tables of a DHT segment's payload by (kind, identifier)."""
    found: dict[tuple[int, int], Table] = {}
    at = 0
    while at < len(body):
        counts = body[at + 1 : at + 17]
        total = sum(counts)
        symbols = body[at + 17 : at + 17 + total]
        if len(counts) != 16 or len(symbols) != total or total > 256:
            raise ValueError("Huffman table cut short")
        found[body[at] >> 4, body[at] & 15] = Table(counts, symbols)
        at += 17 + total
    return found


def optimal(counts: NDArray[np.int64]) -> Table:
    """Return the table that codes symbols of these frequencies (256,) shortest, codes of 16 bits at most.

    T.81 annex K.2: a Huffman tree with one reserved symbol, so that no code is all ones, then the tree's
    deepest leaves are raised (figure K.3).
    """
    heap: list[tuple[int, int, tuple[int, ...]]] = [
        (int(counts[s]), s, (s,)) for s in np.flatnonzero(counts).tolist()
    ]
    heap.append((0, 256, (256,)))
    heapq.heapify(heap)
    depth = dict.fromkeys(np.flatnonzero(counts).tolist(), 0) | {256: 0}
    order = 257
    while len(heap) > 1:
        a, b = heapq.heappop(heap), heapq.heappop(heap)
        for symbol in a[2] + b[2]:
            depth[symbol] += 1
        heapq.heappush(heap, (a[0] + b[0], order, a[2] + b[2]))
        order += 1
    bits = [0] * (max(depth.values(), default=1) + 2)
    for d in depth.values():
        bits[max(d, 1)] += 1
    bits += [0] * (18 - len(bits))
    for i in range(len(bits) - 1, 16, -1):
        while bits[i] > 0:
            j = i - 2
            while bits[j] == 0:
                j -= 1
            bits[i] -= 2
            bits[i - 1] += 1
            bits[j + 1] += 2
            bits[j] -= 1
    longest = max(i for i, n in enumerate(bits) if n)
    bits[longest] -= 1  # the reserved symbol: the last of the longest codes
    symbols = sorted((s for s in depth if s != 256), key=lambda s: (depth[s], s))
    return Table(bytes(bits[1:17]), bytes(symbols))
