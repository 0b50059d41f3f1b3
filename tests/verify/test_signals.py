from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from keepdial.errors import ParameterError
from keepdial.geometry import Box
from keepdial.verify import Evidence, Finding, Report, signals, verify

from .pictures import box_mask, evidence, grain

MASK = box_mask(120, 140, 40, 30, 60, 50)


def painted(value: float = 20) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """The grain picture with the masked box brighter by `value`."""
    picture = grain(120, 140).astype(np.int32)
    picture[MASK > 0] += round(value)
    return np.clip(picture, 0, 255).astype(np.uint8)


def test_every_signal_declares_itself() -> None:
    found = signals()
    assert set(found) >= {"preserved", "kept", "no-op", "seam", "texture", "identity"}
    for signal in found.values():
        assert signal.question.endswith("?")
        assert signal.catches
        assert signal.basis


def test_the_report_goes_to_json_and_back() -> None:
    report = verify(evidence(grain(120, 140), painted(), MASK))
    assert Report.model_validate_json(report.model_dump_json()) == report
    assert {f.signal for f in report.findings} >= {"preserved", "kept", "no-op", "seam", "texture"}


def test_the_worst_verdict_counts() -> None:
    def finding(signal: str, verdict: str) -> Finding:
        return Finding.build(signal=signal, value=1, limit=0, verdict=verdict, meaning="m")  # type: ignore[no-any-return]

    report = Report(findings=(finding("a", "pass"),))
    assert report.verdict == "pass"
    report = report.with_finding(finding("b", "warn"))
    assert report.verdict == "warn"
    report = report.with_finding(finding("a", "fail"))
    assert [f.verdict for f in report.findings] == ["warn", "fail"]
    assert report.verdict == "fail"
    assert report["b"].verdict == "warn"
    with pytest.raises(KeyError):
        report["c"]
    assert Report().verdict == "pass"


def test_a_finding_holds_no_nan() -> None:
    with pytest.raises(ParameterError, match="finite"):
        Finding(signal="a", value=float("nan"), limit=0, verdict="pass", meaning="m")


def test_an_empty_mask_leaves_only_preserved_to_say() -> None:
    picture = grain(40, 40)
    report = verify(evidence(picture, picture, np.zeros((40, 40), np.float32)))
    assert [f.signal for f in report.findings] == ["preserved"]
    assert report.verdict == "pass"


@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 7, 3), (5, 1, 3), (2, 2, 3), (9, 9, 1)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_tiny_pictures_do_not_break_any_signal(shape: tuple[int, int, int], dtype: type) -> None:
    before: NDArray[Any] = np.zeros(shape, dtype)
    after = before + dtype(9)
    report = verify(evidence(before, after, np.ones(shape[:2], np.float32)))
    assert "kept" in {f.signal for f in report.findings}


def test_an_empty_margin_has_nothing_to_keep() -> None:
    report = verify(evidence(grain(120, 140), painted(), MASK, guess=False, placement=Box(0, 0, 10, 10)))
    assert {f.signal for f in report.findings} == {"preserved", "seam", "texture"}


def test_asked_is_the_mean_of_a_map_under_the_mask() -> None:
    keep = np.full((120, 140), 0.9, np.float32)
    keep[MASK > 0] = 0.25
    keep[30:80, 40:70] = 0.75
    assert evidence(grain(120, 140), painted(), MASK, keep=keep).asked() == pytest.approx(0.5)
    assert evidence(grain(120, 140), painted(), MASK, keep=0.3).asked() == 0.3


def test_around_stays_in_the_picture() -> None:
    found = evidence(grain(120, 140), painted(), box_mask(120, 140, 0, 100, 10, 20))
    assert found.box == Box(0, 100, 10, 20)
    assert found.around(16) == Box(0, 84, 26, 36)


class TestKept:
    def test_more_than_asked_and_less_than_asked_are_told_apart(self) -> None:
        before = grain(120, 140)
        noise = np.random.default_rng(1).integers(0, 256, before.shape, np.uint8)
        noise[MASK == 0] = before[MASK == 0]
        low = verify(evidence(before, noise, MASK, keep=0.9))["kept"]
        assert (low.verdict, low.limit) == ("warn", 0.1)
        assert "raise keep" in low.advice
        high = verify(evidence(before, before, MASK, keep=0.2))["kept"]
        assert (high.value, high.verdict) == (1.0, "warn")
        assert "lower keep" in high.advice

    def test_nothing_asked_is_never_missed(self) -> None:
        assert verify(evidence(grain(120, 140), grain(120, 140), MASK))["kept"].verdict == "pass"

    def test_keep_1_must_not_change_anything(self) -> None:
        before, after = grain(120, 140), grain(120, 140)
        after[50, 50, 1] ^= 1
        report = verify(evidence(before, after, MASK, keep=1.0))
        assert report["kept"].verdict == "fail"
        assert verify(evidence(before, before, MASK, keep=1.0))["kept"].verdict == "pass"


class TestNoOp:
    def test_nothing_done(self) -> None:
        before = grain(120, 140)
        found = verify(evidence(before, before, MASK))["no-op"]
        assert (found.value, found.verdict) == (0, "warn")

    def test_a_tenth_done(self) -> None:
        before, after = grain(120, 140), grain(120, 140)
        after[30:35, 40:100] = 255
        found = verify(evidence(before, after, MASK))["no-op"]
        assert found.value == pytest.approx(0.1)
        assert found.verdict == "pass"

    def test_less_has_to_change_where_more_is_kept(self) -> None:
        before = grain(120, 140)
        assert verify(evidence(before, before, MASK, keep=0.5))["no-op"].limit == pytest.approx(0.01)
        assert "no-op" not in {f.signal for f in verify(evidence(before, before, MASK, keep=1.0)).findings}

    def test_of_a_large_area_some_rows_are_looked_at_and_it_is_said(self) -> None:
        before = np.zeros((2000, 2000, 3), np.uint8)
        after = before.copy()
        after[:, :500] = 90
        found = verify(evidence(before, after, np.ones((2000, 2000), np.float32)))["no-op"]
        assert found.value == 0.25
        assert found.meaning.endswith("One row in 4 was looked at, since the area is large.")
        thin = np.zeros((2000, 2000), np.float32)
        thin[::1999, ::1999] = 1
        after = before.copy()
        after[1999] = 90
        found = verify(evidence(before, after, thin))["no-op"]
        assert (found.value, "looked at" in found.meaning) == (0.5, False)

    def test_alpha_counts(self) -> None:
        from keepdial.image import Image

        pixels = grain(40, 40)
        mask = box_mask(40, 40, 10, 10, 20, 20)
        opaque = np.full((40, 40), 255, np.uint8)
        cut = opaque.copy()
        cut[mask > 0] = 0
        found = verify(
            Evidence(Image(pixels, opaque), Image(pixels, cut), mask, mask > 0, operation="cutout", keep=0.0)
        )
        assert found["no-op"].value == 1.0


class TestSeam:
    def test_a_step_all_around_is_seen_and_none_in_grain(self) -> None:
        before = grain(120, 140)
        found = verify(evidence(before, painted(20), MASK))["seam"]
        assert found.value > 0.95
        assert found.verdict == "warn"
        clean = verify(evidence(before, before, MASK))["seam"]
        assert clean.value < 0.1
        assert clean.verdict == "pass"

    def test_edges_that_cross_the_outline_are_no_seam(self) -> None:
        before = grain(120, 140)
        before[:, 60:70] //= 2
        before[50:54] //= 2
        assert verify(evidence(before, before, MASK))["seam"].verdict == "pass"

    def test_an_edge_that_was_there_counts_only_where_nothing_was_to_be_kept(self) -> None:
        drawn = painted(40)
        assert verify(evidence(drawn, drawn, MASK, keep=0.5))["seam"].value == 0
        assert verify(evidence(drawn, drawn, MASK, keep=0.0))["seam"].value > 0.95

    def test_the_border_of_the_picture_is_no_outline(self) -> None:
        picture = grain(60, 60)
        report = verify(evidence(picture, picture, np.ones((60, 60), np.float32)))
        assert "seam" not in {f.signal for f in report.findings}

    def test_a_seam_on_one_side_is_measured_as_its_part(self) -> None:
        after = grain(120, 140).astype(np.int32)
        ramp = np.clip((np.arange(140) - 60) / 39, 0, 1) * 40
        after += np.where(MASK > 0, ramp[None, :], 0).astype(np.int32)[..., None]
        value = verify(evidence(grain(120, 140), np.clip(after, 0, 255).astype(np.uint8), MASK))["seam"].value
        # The right side is 50 of the outline's 216 px; the ramp above and below adds at most its 40 px each.
        assert 50 / 216 <= value <= 140 / 216

    def test_grey_and_16_bits_count_the_same(self) -> None:
        values = []
        for picture in (painted(20), painted(20).astype(np.uint16) * np.uint16(257)):
            values.append(verify(evidence(picture, picture, MASK))["seam"].value)
            values.append(verify(evidence(picture[..., :1], picture[..., :1], MASK))["seam"].value)
        assert values[0] == pytest.approx(values[2], abs=0.02)
        assert values[1] == pytest.approx(values[3], abs=0.02)


class TestTexture:
    def test_alike_is_one(self) -> None:
        found = verify(evidence(grain(160, 160), grain(160, 160), box_mask(160, 160, 50, 50, 60, 60)))
        assert found["texture"].value == pytest.approx(1, abs=0.1)
        assert found["texture"].verdict == "pass"

    def test_smooth_and_noisy(self) -> None:
        before = grain(160, 160)
        mask = box_mask(160, 160, 50, 50, 60, 60)
        blurred = before.copy()
        blurred[mask > 0] = np.asarray(cv2.GaussianBlur(before, (0, 0), 2))[mask > 0]
        smooth = verify(evidence(before, blurred, mask))["texture"]
        assert smooth.value < 0.4
        assert (smooth.verdict, smooth.limit) == ("warn", 0.4)
        assert "smooth" in smooth.meaning
        coarse = before.copy()
        coarse[mask > 0] = grain(160, 160, seed=2, strength=24)[mask > 0]
        noisy = verify(evidence(before, coarse, mask))["texture"]
        assert noisy.value == pytest.approx(4, rel=0.2)
        assert (noisy.verdict, noisy.limit) == ("warn", 2.2)
        assert "noisy" in noisy.meaning

    def test_nothing_around_means_nothing_to_say(self) -> None:
        picture = grain(60, 60)
        report = verify(evidence(picture, picture, np.ones((60, 60), np.float32)))
        assert "texture" not in {f.signal for f in report.findings}

    def test_flat_beside_flat_is_alike(self) -> None:
        flat = np.full((160, 160, 3), 100, np.uint8)
        assert verify(evidence(flat, flat, box_mask(160, 160, 50, 50, 60, 60)))["texture"].value == 1
