"""Variations of the embedded engine: what is kept follows the knob, and what is held stays bit for bit."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from keepdial import edit
from keepdial.backends.patch import BACKEND, calibration, vary
from keepdial.backends.patch.engine import synthesise
from keepdial.errors import BackendError
from keepdial.files import open_image
from keepdial.geometry import Box
from keepdial.image import Image
from keepdial.keep import knob
from keepdial.request import Request
from keepdial.verify.haarpsi import kept
from tests.pictures import box, changed, keep_map

Pixels = NDArray[np.uint8]


@pytest.fixture(scope="module")
def photo(photos: Path) -> Image:
    """192x128 of a photograph that was not calibrated with."""
    image = open_image(photos / "coffee.png")
    return Image(np.ascontiguousarray(image.pixels[80:208, 180:372], np.uint8), None)


def varied(pixels: NDArray[Any], hold: Any, *, hole: Any = None, usable: Any = None, seed: int = 3) -> Pixels:
    everything = np.ones(pixels.shape[:2], np.bool_)
    hole = everything if hole is None else hole
    made, _ = synthesise(
        np.asarray(pixels, np.uint8), hole, everything if usable is None else usable, seed=seed, hold=hold
    )
    return np.asarray(np.clip(made, 0, 1) * 255 + 0.5, np.uint8)


def test_the_knob_is_about_what_is_kept_and_rises(photo: Image) -> None:
    everything = np.ones(photo.pixels.shape[:2], np.bool_)
    knobs = (0.0, 0.3, 0.5, 0.7, 0.9, 0.97, 1.0)
    got = [kept(photo.pixels, varied(photo.pixels, k), everything) for k in knobs]
    assert got == sorted(got)
    assert got[0] < 0.25
    assert got[-1] == 1
    assert np.abs(np.array(got[2:]) - knobs[2:]).max() < 0.08


def test_what_is_not_given_up_stays_bit_for_bit_and_more_is_given_up_for_less_hold(photo: Image) -> None:
    different = [(varied(photo.pixels, k) != photo.pixels).any(axis=2) for k in (0.9, 0.7, 0.4)]
    shares = [d.mean() for d in different]
    assert 0 < shares[0] < shares[1] < shares[2] < 0.95
    grown = different[0] & ~different[2]
    assert grown.mean() < 0.01


def test_the_same_seed_gives_the_same_pixels_and_another_seed_others(photo: Image) -> None:
    first = varied(photo.pixels, 0.5)
    assert np.array_equal(first, varied(photo.pixels, 0.5))
    assert not np.array_equal(first, varied(photo.pixels, 0.5, seed=4))


def test_a_map_disturbs_less_where_it_holds_more(photo: Image) -> None:
    hold = np.full(photo.pixels.shape[:2], 0.2, np.float32)
    hold[:, 64:128] = 0.95
    hold[:, 128:] = 1
    made = varied(photo.pixels, hold)
    parts = [kept(photo.pixels[:, x : x + 64], made[:, x : x + 64], np.ones((128, 64))) for x in (0, 64, 128)]
    assert parts[0] < 0.5 < 0.7 < parts[1] < parts[2] == 1


def test_moves_never_leave_the_picture_and_are_as_long_as_asked() -> None:
    moves = vary._Moves(np.asarray(1.0, np.float32), 40.0, (30, 60), 0)
    assert float(moves.length(1.0)) == pytest.approx(40 * 0.52)
    assert float(moves.length(0.0)) == 4
    assert int(moves.start(1.0)) == 2
    ys, xs = np.arange(30), np.arange(60)
    ny, nx = moves.onto(ys, xs, (30, 60))
    assert (ny.min(), nx.min()) >= (0, 0)
    assert ny.max() < 30
    assert nx.max() < 60


def test_the_order_is_uniform_in_what_is_given_up() -> None:
    rng = np.random.default_rng(0)
    picture = np.repeat(rng.uniform(0, 255, (64, 96, 1)).astype(np.float32), 3, axis=2)
    order = vary._order(picture, np.ones((64, 96), np.bool_), 78.0, 0)
    assert order.min() >= 0
    assert order.max() < 1
    for share in (0.1, 0.5, 0.9):
        assert abs((order < share).mean() - share) < 0.03


def test_lines_are_sampled_in_runs_where_they_are_many() -> None:
    assert vary._sampled(np.array([3, 7])).tolist() == [3, 4, 5, 6, 7]
    lines = vary._sampled(np.arange(5000))
    assert lines.size == 1024
    assert (lines[0], lines[-1]) == (0, 4999)
    assert (np.diff(lines) >= 1).all()


def test_without_its_own_content_what_is_given_up_is_filled_from_around() -> None:
    pixels = np.full((48, 64, 3), 200, np.uint8)
    hole = np.zeros((48, 64), np.bool_)
    hole[16:32, 24:40] = True
    pixels[hole] = 10
    made = varied(pixels, 0.1, hole=hole, usable=~hole)
    inside = made[hole][:, 0]
    assert 0.1 < (inside == 10).mean() < 0.9
    assert (inside > 150).any()
    assert np.array_equal(made[~hole], pixels[~hole])


@pytest.mark.parametrize("operation", ["variation", "fill", "remove"])
def test_the_dial_is_met_in_a_region(operation: str, photo: Image) -> None:
    done = edit(
        Request(operation=operation, targets=(box(40, 20, 96, 80),), keep=0.6, backend="patch"), photo
    )
    # One small crop: 0.05 is what the mean over many has to meet.
    assert done.kept == pytest.approx(0.6, abs=0.05)
    assert not changed(photo, done.image)[~done.changed].any()


def test_where_a_map_is_black_the_object_goes_and_where_it_is_bright_it_stays(photo: Image) -> None:
    pixels = np.full((64, 96, 3), 200, np.uint8)
    pixels[16:48, 16:40] = pixels[16:48, 56:80] = (30, 60, 90)
    keep = np.zeros((64, 96), np.uint8)
    keep[:, 48:] = 250
    targets = (box(12, 12, 32, 40), box(52, 12, 32, 40))
    request = Request(operation="remove", targets=targets, keep=keep_map(keep), backend="patch")
    made = edit(request, Image(pixels, None)).image.pixels
    left, right = made[16:48, 16:40, 0], made[16:48, 56:80, 0]
    assert np.median(right) == 30
    assert (left > 150).mean() > 0.9


def test_the_card_rises_from_nothing_to_all() -> None:
    card = json.loads(files("keepdial.backends.patch").joinpath("calibration.json").read_text("utf-8"))
    assert "Kodak" in card["measured"]
    points = np.array(BACKEND.curve("variation"))
    assert points[0].tolist() == [0, 0]
    assert points[-1].tolist() == [1, 1]
    assert (np.diff(points, axis=0) > 0).all()
    assert 0.4 < knob(BACKEND.curve("remove"), 0.5) < 0.6


def test_a_damaged_card_is_our_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "calibration.json").write_text('{"curve": [[0]]}')
    monkeypatch.setattr(calibration, "files", lambda package: tmp_path)
    calibration.curve.cache_clear()
    with pytest.raises(BackendError, match="damaged"):
        calibration.curve()
    calibration.curve.cache_clear()


def test_a_small_hole_works_too(photo: Image) -> None:
    done = edit(
        Request(operation="variation", targets=(box(90, 60, 9, 7),), keep=0.5, backend="patch"), photo
    )
    assert done.box == Box(90, 60, 9, 7)
