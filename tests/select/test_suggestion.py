from __future__ import annotations

import numpy as np
import pytest

from keepdial import suggest as package
from keepdial.errors import ParameterError, SelectionError
from keepdial.geometry import Box
from keepdial.image import Image
from keepdial.request import Selector
from keepdial.select import Region, select
from keepdial.suggest import Candidate, Suggester


@pytest.fixture
def image(monkeypatch: pytest.MonkeyPatch) -> Image:
    box = Box(30, 40, 5, 6)
    made = (Candidate("wire", "A wire.", Region(box, np.ones((6, 5), np.float32)), 0.5),)
    monkeypatch.setattr(package, "suggesters", lambda: {"m": Suggester("m", "M.", lambda image: made)})
    return Image(np.zeros((100, 100, 3), np.uint8))


def test_a_number_is_its_region(image: Image) -> None:
    selection = select([Selector(kind="suggestion", options={"number": 1})], image)
    assert selection.box == Box(30, 40, 5, 6)
    assert selection.drawn  # so that no automatic pin takes from what was chosen


def test_another_number_says_how_many_there_are(image: Image) -> None:
    with pytest.raises(SelectionError, match=r"number 2\. There is one"):
        select([Selector(kind="suggestion", options={"number": 2})], image)
    with pytest.raises(ParameterError, match="number"):
        select([Selector(kind="suggestion", options={"number": 0})], image)
