"""Work in pieces on all cores: results in order, errors out, nothing begun after one."""

from __future__ import annotations

import threading

import pytest

from keepdial.parallel import over, workers


def test_results_come_in_order() -> None:
    assert list(over(range(100), lambda i: i * i)) == [i * i for i in range(100)]
    assert list(over([], str)) == []


def test_more_than_one_thread_works_where_there_are_cores() -> None:
    names = set(over(range(64), lambda _: threading.current_thread().name))
    assert len(names) <= workers()
    if workers() > 1:
        assert threading.main_thread().name not in names


def test_an_error_comes_out_and_ends_the_work() -> None:
    begun = []

    def work(i: int) -> int:
        begun.append(i)
        if i == 3:
            raise ValueError("three")
        return i

    with pytest.raises(ValueError, match="three"):
        list(over(range(10_000), work))
    assert len(begun) < 10_000
