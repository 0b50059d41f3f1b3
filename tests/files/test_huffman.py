from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from keepdial.files.blocks.dct import dct_rows, zigzag
from keepdial.files.blocks.huffman import Table, optimal, parse_tables


def test_codes_of_a_small_table() -> None:
    """Two codes of length 2 and one of length 3: 00, 01, 100 (T.81, annex C)."""
    table = Table(bytes([0, 2, 1] + [0] * 13), bytes([7, 3, 9]))
    codes, lengths = table.codes()
    assert [(int(codes[s]), int(lengths[s])) for s in (7, 3, 9)] == [(0b00, 2), (0b01, 2), (0b100, 3)]
    short, long = table.lookup()
    assert short[0b100 << 6] == 3 << 8 | 9
    assert long[0b0100000000000000] == 2 << 8 | 3
    assert long[0xFFFF] == 0


def test_a_table_survives_its_segment() -> None:
    table = Table(bytes([0, 2, 1] + [0] * 13), bytes([7, 3, 9]))
    assert parse_tables(table.segment_body(1, 2)) == {(1, 2): table}


@given(st.dictionaries(st.integers(0, 255), st.integers(1, 2**30), min_size=1))
def test_optimal_tables_are_prefix_codes_within_16_bits(frequencies: dict[int, int]) -> None:
    counts = np.zeros(256, np.int64)
    for symbol, n in frequencies.items():
        counts[symbol] = n
    table = optimal(counts)
    codes, lengths = table.codes()
    assert set(table.symbols) == set(frequencies)
    used = [(int(codes[s]), int(lengths[s])) for s in frequencies]
    assert all(1 <= n <= 16 for _, n in used)
    assert sum(2.0**-n for _, n in used) < 1
    assert all(code != (1 << n) - 1 for code, n in used)


def test_a_frequent_symbol_gets_a_short_code() -> None:
    counts = np.zeros(256, np.int64)
    counts[[1, 2, 3]] = 100, 10, 1
    assert optimal(counts).codes()[1][[1, 2, 3]].tolist() == [1, 2, 3]


def test_dct_and_zigzag() -> None:
    rows = dct_rows()
    assert np.allclose(rows @ rows.T, np.eye(8))
    flat = np.full((8, 8), 16.0)
    assert np.allclose((rows @ flat @ rows.T)[0, 0], 128)
    assert zigzag()[:10].tolist() == [0, 1, 8, 16, 9, 2, 3, 10, 17, 24]
    assert zigzag()[-3:].tolist() == [55, 62, 63]
