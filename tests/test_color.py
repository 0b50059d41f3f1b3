from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from keepdial.color import samples_of, unit, white_of


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_every_sample_survives_the_way_to_float_and_back(kind: Any) -> None:
    every: Any = np.arange(np.iinfo(kind).max + 1, dtype=kind)
    assert unit(every).dtype == np.float32
    assert unit(every)[-1] == 1
    assert white_of(every) == np.iinfo(kind).max
    assert np.array_equal(samples_of(unit(every), every), every)


def test_values_outside_are_cut_off_and_halves_rounded() -> None:
    values = np.array([-1, 0.1 / 255, 0.6 / 255, 2], np.float32)
    assert samples_of(values, np.zeros(1, np.uint8)).tolist() == [0, 0, 1, 255]
