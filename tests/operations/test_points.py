from __future__ import annotations

import pytest

from keepdial.errors import ParameterError
from keepdial.operations._points import handles, pair


def test_handles_are_read() -> None:
    start, end = handles(["120,80:160,60", " 1.5 , 2 : -3,+4 "])
    assert start.tolist() == [[120, 80], [1.5, 2]]
    assert end.tolist() == [[160, 60], [-3, 4]]
    assert pair("40,-12", "by") == (40, -12)


@pytest.mark.parametrize("text", ["", "1,2", "1,2:3", "1,2:3,4,5", "a,b:c,d", "1e9,2:3,4", "1,2;3,4"])
def test_what_is_no_handle_is_refused(text: str) -> None:
    with pytest.raises(ParameterError, match="handle"):
        handles([text])


def test_no_handle_at_all_is_refused() -> None:
    with pytest.raises(ParameterError, match="at least one"):
        handles([])
    with pytest.raises(ParameterError, match="by"):
        pair("7", "by")
