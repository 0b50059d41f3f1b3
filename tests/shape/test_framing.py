"""Where to cut, by what is in the picture."""

from __future__ import annotations

import numpy as np

from keepdial.geometry import Box, Size
from keepdial.image import Image
from keepdial.shape.framing import Thing, best_window, detail, said

SIZE = Size(400, 200)
CALM = np.full((128, 256), 1 / (128 * 256), np.float32)


def face(x: int, y: int = 80, side: int = 40) -> Thing:
    return Thing("face", Box(x, y, side, side), 10.0, 2.0, main=True)


def test_with_nothing_to_choose_by_the_middle_stays() -> None:
    box = best_window(SIZE, Size(200, 200), (), CALM)
    assert abs(box.x - 100) <= 2
    assert (box.y, box.width, box.height) == (0, 200, 200)


def test_a_face_is_never_cut_where_it_fits() -> None:
    for x in range(0, 361, 20):
        box = best_window(SIZE, Size(120, 200), (face(x),), CALM)
        assert box.x <= x
        assert x + 40 <= box.right
        assert box.clip(SIZE) == box


def test_of_two_faces_that_do_not_fit_one_stays_whole() -> None:
    box = best_window(SIZE, Size(150, 200), (face(20), face(330)), CALM)
    inside = [f for f in (20, 330) if box.x <= f and f + 40 <= box.right]
    outside = [f for f in (20, 330) if f + 40 <= box.x or box.right <= f]
    assert (len(inside), len(outside)) == (1, 1)
    assert said(box, SIZE, (face(20), face(330))) == "The window keeps 1 face, leaves out 1 face."


def test_the_rule_of_thirds_decides_a_tie() -> None:
    box = best_window(SIZE, Size(210, 200), (face(180),), CALM)
    place = (200 - box.x) / 210
    assert min(abs(place - 1 / 3), abs(place - 2 / 3)) < 0.02


def test_what_is_selected_outweighs_all_else() -> None:
    mask = np.zeros((200, 400), np.float32)
    mask[50:150, 0:60] = 1
    mine = Thing("what is selected", mask, 100.0, 2.0, main=True)
    box = best_window(SIZE, Size(120, 200), (mine, face(300)), CALM)
    assert box.x == 0


def test_detail_draws_the_window() -> None:
    pixels = np.full((200, 400, 3), 120, np.uint8)
    pixels[:, 300:] = np.random.default_rng(0).integers(0, 255, (200, 100, 3))
    busy = detail(Image(pixels))
    assert busy.shape == (128, 256)
    assert abs(float(busy.sum()) - 1) < 1e-3
    assert best_window(SIZE, Size(150, 200), (), busy).right >= 398


def test_a_window_as_large_as_the_picture() -> None:
    assert best_window(SIZE, SIZE, (face(100),), CALM) == Box(0, 0, 400, 200)


def test_words_for_what_is_cut() -> None:
    things = (face(90), Thing('the text "SALE"', Box(0, 0, 20, 10), 1.0, 1.5))
    assert said(Box(100, 0, 200, 200), SIZE, things) == (
        'The window cuts 1 face (of which 75% stay), leaves out the text "SALE".'
    )
    assert said(Box(0, 0, 9, 9), SIZE, ()).startswith("Nothing was found that had to stay whole")
