from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepdial.compare import compare, heat_map
from keepdial.errors import InputError
from keepdial.image import Image

from .verify.pictures import grain


def test_equal_pictures() -> None:
    found = compare(Image(grain(40, 60)), Image(grain(40, 60)))
    assert found.equal
    assert (found.changed, found.share, found.regions, found.psnr) == (0, 0, (), None)
    assert (found.haarpsi, found.gmsd, found.kept, found.largest, found.mean) == (1, 0, 1, 0, 0)
    assert str(found) == "All 2,400 pixels are equal."


def test_expected_numbers() -> None:
    before = np.full((40, 60, 3), 100, np.uint8)
    after = before.copy()
    after[10:14, 20:26] = 112
    after[30, 50, 1] = 99
    found = compare(Image(before), Image(after))
    assert not found.equal
    assert (found.compared, found.changed) == (2400, 25)
    assert found.share == pytest.approx(25 / 2400)
    assert found.largest == 12
    assert found.mean == pytest.approx((24 * 3 * 12 + 1) / 7200)
    # 10 log10(255^2 / ((72 * 144 + 1) / 7200))
    assert found.psnr == pytest.approx(46.5477, abs=1e-3)
    boxes = [(r.x, r.y, r.width, r.height, r.pixels) for r in found.regions]
    assert boxes == [(20, 10, 6, 4, 24), (50, 30, 1, 1, 1)]
    assert str(found).startswith("25 of 2,400 pixels differ (1 %), in 2 regions;")


def test_near_pixels_are_one_region() -> None:
    before = np.zeros((40, 60, 1), np.uint8)
    after = before.copy()
    after[5, 5] = after[5, 9] = 255
    after[30, 40] = 255
    found = compare(Image(before), Image(after))
    assert [(r.x, r.y, r.width, r.height, r.pixels) for r in found.regions] == [
        (5, 5, 5, 1, 2),
        (40, 30, 1, 1, 1),
    ]


def test_alpha_counts() -> None:
    pixels = grain(20, 20)
    clear = np.full((20, 20), 255, np.uint8)
    clear[3, 4] = 0
    found = compare(Image(pixels), Image(pixels, clear))
    assert (found.changed, found.equal, found.psnr) == (1, False, None)
    assert (found.regions[0].x, found.regions[0].y) == (4, 3)


def test_other_depths_are_compared_at_8_bits() -> None:
    pixels = grain(20, 20)
    found = compare(Image(pixels), Image(pixels.astype(np.uint16) * np.uint16(257)))
    assert (found.changed, found.equal) == (0, False)
    assert found.notes == ("Compared at 8 bits: 8 bits per sample before, 16 after.",)


def test_grey_against_colour() -> None:
    grey = grain(20, 20, channels=1)
    found = compare(Image(grey), Image(np.repeat(grey, 3, axis=2)))
    assert found.changed == 0
    assert "grey counts as red = green = blue" in found.notes[0]


@pytest.mark.parametrize("turned", [False, True])
def test_an_extended_picture_is_found_in_the_larger_one(turned: bool) -> None:
    inner = grain(80, 90)
    outer = grain(120, 140, seed=9)
    outer[17:97, 31:121] = inner
    outer[20, 40] ^= 255
    pictures = (Image(outer), Image(inner)) if turned else (Image(inner), Image(outer))
    found = compare(*pictures)
    assert found.offset == ((-31, -17) if turned else (31, 17))
    assert (found.compared, found.changed) == (7200, 1)
    where = (9, 3) if turned else (40, 20)
    assert (found.regions[0].x, found.regions[0].y) == where
    assert ("later" if turned else "earlier") in found.notes[0]


def test_sizes_that_do_not_match_teach() -> None:
    with pytest.raises(InputError, match=r"60x40 and 50x50, and neither lies in the other\. Compare"):
        compare(Image(grain(40, 60)), Image(grain(50, 50)))
    with pytest.raises(InputError, match="neither lies in the other"):
        compare(Image(grain(40, 60)), Image(grain(80, 90, seed=4)))


@settings(max_examples=40, deadline=None)
@given(
    height=st.integers(1, 30),
    width=st.integers(1, 30),
    spots=st.sets(st.tuples(st.integers(0, 29), st.integers(0, 29)), max_size=10),
)
def test_each_changed_pixel_is_counted_once(height: int, width: int, spots: set[tuple[int, int]]) -> None:
    before = grain(height, width)
    after = before.copy()
    there = {(y, x) for y, x in spots if y < height and x < width}
    for y, x in there:
        after[y, x, 0] ^= 1
    found = compare(Image(before), Image(after))
    assert found.changed == len(there) == sum(r.pixels for r in found.regions)
    for y, x in there:
        assert any(r.x <= x < r.x + r.width and r.y <= y < r.y + r.height for r in found.regions)


class TestHeatMap:
    def test_grey_where_nothing_changed_and_brighter_where_more_did(self) -> None:
        before = np.full((200, 600, 3), 100, np.uint8)
        after = before.copy()
        after[50:80, 50:80] = 102
        after[50:80, 150:180] = 110
        after[50:80, 250:280] = 255
        found = heat_map(Image(before), Image(after)).pixels
        assert found.shape[1] == 600
        assert found.shape[0] > 200
        assert len({*found[10, 10].tolist()}) == 1
        light = [float(found[65, x].astype(int) @ [299, 587, 114]) for x in (65, 165, 265)]
        assert light[0] < light[1] < light[2]
        assert len({*found[65, 65].tolist()}) == 3

    def test_a_single_level_in_a_single_pixel_is_coloured_and_ringed(self) -> None:
        before = np.full((300, 500, 3), 100, np.uint8)
        after = before.copy()
        after[150, 250, 2] = 101
        found = heat_map(Image(before), Image(after)).pixels[:300].astype(int)
        assert found[150, 250].max() - found[150, 250].min() > 50
        green = (found[..., 1] - found[..., 0] > 60).nonzero()
        assert 235 < green[1].mean() < 265
        assert 135 < green[0].mean() < 165

    @pytest.mark.parametrize("shape", [(1, 1, 1), (1, 30, 3), (30, 1, 3), (7, 9, 1)])
    @pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
    def test_small_pictures_are_enlarged(self, shape: tuple[int, int, int], dtype: type) -> None:
        before = Image(np.zeros(shape, dtype))
        found = heat_map(before, Image(np.ones(shape, dtype)))
        assert found.pixels.dtype == np.uint8
        assert 480 <= found.size.width <= 960

    def test_inputs_stay_as_they_were(self) -> None:
        before, after = Image(grain(40, 60)), Image(grain(40, 60, seed=1))
        digests = before.digest(), after.digest()
        heat_map(before, after)
        compare(before, after)
        assert (before.digest(), after.digest()) == digests
