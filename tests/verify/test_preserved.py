from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from keepdial.image import Image
from keepdial.verify import Evidence, verify, verify_delivery

from .pictures import box_mask, grain

MASK = box_mask(70, 50, 10, 20, 20, 30)
ALL = np.ones((70, 50), np.bool_)


def looked_at(before: Image, after: Image) -> Evidence:
    return Evidence(before, after, MASK, MASK > 0, operation="fill", keep=0.0)


def test_a_change_inside_is_free_and_one_outside_is_a_failure() -> None:
    before = grain(70, 50)
    after = before.copy()
    after[25, 15] ^= 255
    assert verify(looked_at(Image(before), Image(after.copy())))["preserved"].verdict == "pass"
    after[0, 0, 2] ^= 1
    after[69, 49] ^= 1
    found = verify(looked_at(Image(before), Image(after)))["preserved"]
    assert (found.value, found.verdict) == (2, "fail")
    assert "2 of the 2,900 pixels" in found.meaning


def test_alpha_counts_and_no_alpha_is_opaque() -> None:
    pixels = grain(70, 50)
    opaque = np.full((70, 50), 255, np.uint8)
    clear = opaque.copy()
    clear[5, 5] = 254
    assert verify(looked_at(Image(pixels), Image(pixels, opaque)))["preserved"].value == 0
    assert verify(looked_at(Image(pixels, opaque), Image(pixels, clear)))["preserved"].value == 1


def test_everything_free_has_nothing_to_say() -> None:
    image = Image(grain(8, 8))
    whole = np.ones((8, 8), np.float32)
    report = verify(Evidence(image, image, whole, whole > 0, operation="variation", keep=0.0))
    assert "preserved" not in {f.signal for f in report.findings}


@settings(max_examples=40, deadline=None)
@given(
    spots=st.sets(st.tuples(st.integers(0, 69), st.integers(0, 49)), max_size=20),
    channels=st.sampled_from([1, 3]),
    deep=st.booleans(),
)
def test_exactly_the_kept_pixels_that_differ_are_counted(
    spots: set[tuple[int, int]], channels: int, deep: bool
) -> None:
    before: NDArray[Any] = grain(70, 50, channels=channels).astype(np.uint16 if deep else np.uint8)
    after: NDArray[Any] = before.copy()
    for y, x in spots:
        after[y, x, channels - 1] ^= 1
    found = verify(looked_at(Image(before), Image(after)))["preserved"]
    assert found.value == sum(MASK[y, x] == 0 for y, x in spots)


class TestDelivery:
    def test_a_faithful_file(self) -> None:
        before = grain(70, 50)
        after = before.copy()
        after[MASK > 0] = 7
        found = verify_delivery(looked_at(Image(before), Image(after)), Image(after.copy()), ALL)
        assert (found.signal, found.value, found.verdict) == ("delivered", 0, "pass")
        assert "all 2,900 kept pixels" in found.meaning

    def test_changes_inside_and_outside_the_guarantee_are_told_apart(self) -> None:
        before = grain(70, 50)
        read = before.copy()
        read[0:3, 0] ^= 1
        read[60, 40:45] ^= 1
        guaranteed = ALL.copy()
        guaranteed[56:64, 40:48] = False
        found = verify_delivery(looked_at(Image(before), Image(before)), Image(read), guaranteed)
        assert (found.value, found.verdict) == (3, "fail")
        assert "The other 64 kept pixels (2.2 %)" in found.meaning
        assert found.meaning.endswith("5 of them changed.")
        guaranteed[0:3, 0] = False
        found = verify_delivery(looked_at(Image(before), Image(before)), Image(read), guaranteed)
        assert (found.value, found.verdict) == (0, "pass")

    def test_a_format_without_a_promise_says_so(self) -> None:
        before = grain(70, 50)
        read = before ^ np.uint8(1)
        found = verify_delivery(looked_at(Image(before), Image(before)), Image(read), None)
        assert (found.value, found.verdict) == (0, "warn")
        assert "guarantees no pixel exactly: 2,900 of the 2,900" in found.meaning
        assert "PNG" in found.advice
        same = verify_delivery(looked_at(Image(before), Image(before)), Image(before.copy()), None)
        assert same.verdict == "pass"

    def test_another_size_is_a_failure(self) -> None:
        image = Image(grain(70, 50))
        found = verify_delivery(looked_at(image, image), Image(grain(70, 49)), ALL)
        assert found.verdict == "fail"
        assert "49x70" in found.meaning

    def test_8_bits_of_16_and_grey_of_rgb_compare_as_what_they_show(self) -> None:
        grey = grain(70, 50, channels=1)
        deep = Image(grey.astype(np.uint16) * np.uint16(257))
        rgb = Image(np.repeat(grey, 3, axis=2))
        assert verify_delivery(looked_at(deep, deep), rgb, ALL).value == 0


@pytest.mark.parametrize("order", ["C", "F"])
def test_memory_layout_does_not_matter(order: str) -> None:
    before = grain(70, 50)
    after = np.array(before, order=order)  # type: ignore[call-overload]
    after[0, 0] ^= 1
    assert verify(looked_at(Image(before), Image(after)))["preserved"].value == 1
