"""Maps that finders share: which model is asked for the subject."""

from __future__ import annotations

import numpy as np
import pytest

from keepdial.image import Image
from keepdial.networks import salient
from keepdial.request import Selector
from keepdial.select import select


def test_a_network_for_the_subject_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = np.zeros((20, 30), np.float32)
    answer[5:10, 5:10] = 1
    monkeypatch.setattr(salient, "ready", lambda: "u2net")
    monkeypatch.setattr(salient, "subject", lambda rgb: answer)
    image = Image(np.zeros((20, 30, 3), np.uint8))
    assert select([Selector(kind="subject")], image).mask.tolist() == answer.tolist()
    background = select([Selector(kind="background")], image).mask
    assert background.tolist() == (1 - answer).tolist()
