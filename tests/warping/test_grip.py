from __future__ import annotations

import numpy as np
import pytest

from keepdial.errors import SelectionError
from keepdial.geometry import Size
from keepdial.image import Image
from keepdial.warping.grip import around, inside, stiffness, swept, thing


def test_a_handle_lies_in_the_picture() -> None:
    inside(np.array([[0.0, 0.0], [9.0, 4.0]]), Size(10, 5))
    with pytest.raises(SelectionError, match=r"\(10, 4\) lies outside"):
        inside(np.array([[10.0, 4.0]]), Size(10, 5))


def test_without_a_selection_the_area_follows_the_way() -> None:
    area, reach = around(np.array([[50.0, 40.0]]), np.array([[60.0, 40.0]]), (80, 120), None)
    assert reach == 1.8 * 10 + 16
    assert area[[40, 40, 6], [16, 94, 55]].all()
    assert not area[[40, 4], [14, 55]].any()
    given, reach = around(np.array([[50.0, 40.0]]), np.array([[60.0, 40.0]]), (80, 120), 5.0)
    assert reach == 5
    assert given.sum() == pytest.approx(11 * 11 + np.pi * 25, rel=0.1)


def test_an_area_with_room_stays_and_another_is_swept() -> None:
    area = np.zeros((100, 140), bool)
    area[30:70, 20:60] = True
    start = np.array([[40.0, 50.0]])
    same, grown = swept(area, start, start + np.array([6, 0]))
    assert grown == 0
    assert np.array_equal(same, area)
    wide, grown = swept(area, start, start + np.array([60, 0]))
    assert wide[area].all()
    assert wide[50, [119, 110]].all()
    assert not wide[5, 20]
    assert grown == round(60 + 0.35 * 60)


def test_what_is_right_around_a_handle_is_the_stiffest() -> None:
    area = np.ones((100, 100), bool)
    object_ = np.zeros((100, 100), np.float32)
    object_[:, :50] = 1
    made = stiffness(object_, np.array([[30.0, 50.0]]), area)
    assert made[50, 30] == 1
    assert made[5, 5] == np.float32(0.2)
    assert made[5, 95] == 0
    loose = stiffness(object_, np.array([[30.0, 50.0]]), area, loose=True)
    assert loose[5, [5, 51]].tolist() == [1, 1]
    assert loose[5, 95] == 0


def test_the_thing_under_a_handle_is_found() -> None:
    pixels = np.full((80, 110, 3), 190, np.uint8)
    pixels[30:55, 40:70] = (40, 60, 160)
    pixels += np.random.default_rng(0).integers(0, 6, pixels.shape).astype(np.uint8)
    area = np.zeros((80, 110), bool)
    area[15:70, 20:95] = True
    found = thing(Image(pixels), np.array([[55.0, 42.0]]), area)
    assert found is not None
    assert found[33:52, 43:67].mean() > 0.9
    assert found[area].sum() < 1.4 * 25 * 30


def test_where_nothing_stands_out_there_is_no_thing() -> None:
    area = np.zeros((60, 60), bool)
    area[20:40, 20:40] = True
    assert thing(Image(np.full((60, 60, 3), 128, np.uint8)), np.array([[30.0, 30.0]]), area) is None
