"""Calibration: the curve through measurements, where it is kept, and that the dial uses it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepdial.backends import backends
from keepdial.diffusion.calibration import (
    Calibration,
    Point,
    calibrated,
    fit,
    measured,
    store,
    stored,
    trial,
    uncalibrated,
)
from keepdial.diffusion.checkpoint import Checkpoint, checkpoints
from keepdial.errors import Cancelled, ParameterError
from keepdial.image import Image
from keepdial.keep import knob
from keepdial.progress import Cancel, Event
from keepdial.request import Request
from tests.diffusion import tiny


def points(*pairs: tuple[float, float]) -> list[Point]:
    return [Point(0, k, kept) for k, kept in pairs]


def test_the_curve_goes_through_what_was_measured() -> None:
    curve = fit(points((0.0, 0.1), (0.5, 0.4), (0.9, 0.8)))
    assert curve == ((0.0, 0.0), (0.1, 0.0), (0.4, 0.5), (0.8, 0.9), (1.0, 1.0))
    assert knob(curve, 0.4) == pytest.approx(0.5)


def test_photographs_are_averaged() -> None:
    curve = fit([Point(0, 0.5, 0.2), Point(1, 0.5, 0.6), Point(0, 0.0, 0.0), Point(1, 0.0, 0.0)])
    assert knob(curve, 0.4) == pytest.approx(0.5)


def test_where_kept_falls_neighbours_are_pooled() -> None:
    curve = fit(points((0.0, 0.1), (0.3, 0.5), (0.6, 0.3), (0.9, 0.9)))
    kept = [pair[0] for pair in curve]
    assert kept == sorted(set(kept))
    assert (0.4, 0.45) in curve


@given(st.lists(st.tuples(st.floats(0, 0.99), st.floats(0, 1)), min_size=3, max_size=12))
@settings(max_examples=60, deadline=None)
def test_any_measurements_give_a_curve_that_the_dial_can_use(pairs: list[tuple[float, float]]) -> None:
    curve = fit(points(*pairs))
    knobs = [pair[1] for pair in curve]
    assert knobs == sorted(knobs)
    assert curve[0] == (0.0, 0.0)
    assert curve[-1] == (1.0, 1.0)
    turned = [float(np.asarray(knob(curve, k))) for k in np.linspace(0, 1, 21)]
    assert turned == sorted(turned)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkpoint:
    pytest.importorskip("diffusers")
    monkeypatch.setenv("KEEPDIAL_MODELS", str(tmp_path))
    tiny.save("StableDiffusionPipeline", tmp_path, steps=3)
    return checkpoints()["tiny"]


def test_what_was_measured_is_used_until_the_weights_change(here: Checkpoint) -> None:
    one = Calibration("restyle", (), ((0.0, 0.0), (0.5, 0.2), (1.0, 1.0)))
    path = store(here, [one], about={"photographs": ["a.jpg"]})
    assert path == stored(here)
    assert backends()["tiny"].curve("restyle") == one.curve
    other = Calibration("fill", (), ((0.0, 0.0), (0.5, 0.7), (1.0, 1.0)))
    store(here, [other], about={})
    assert set(measured(here)) == {"restyle", "fill"}
    weights = next(iter((here.path / "unet").glob("*.safetensors")))
    data = bytearray(weights.read_bytes())
    data[-8:] = bytes(8)
    weights.write_bytes(data)
    assert measured(here) == {}


def test_a_damaged_calibration_counts_as_none(here: Checkpoint) -> None:
    stored(here).parent.mkdir()
    for text in ("", "[]", "{}", '{"weights": 3}', json.dumps({"weights": "x", "curves": 5})):
        stored(here).write_text(text)
        assert measured(here) == {}


def test_the_dial_is_the_knob_while_it_is_calibrated(here: Checkpoint) -> None:
    store(here, [Calibration("restyle", (), ((0.0, 0.0), (0.5, 0.2), (1.0, 1.0)))], about={})
    with uncalibrated("tiny"):
        assert backends()["tiny"].curve("restyle") == ((0.0, 0.0), (1.0, 1.0))
    with uncalibrated("another"):
        assert backends()["tiny"].curve("restyle")[1] == (0.5, 0.2)
    assert trial("tiny") is None


def asked(count: int) -> tuple[list[Request], list[Image]]:
    rng = np.random.default_rng(0)
    images = [Image(rng.integers(0, 255, (32, 32, 3)).astype(np.uint8)) for _ in range(count)]
    params: dict[str, Any] = {"prompt": "a red circle"}
    return [Request(operation="restyle", params=params, auto_pin=False) for _ in images], images


def test_photographs_are_measured_and_every_second_one_checks(here: Checkpoint) -> None:
    seen: list[Event] = []
    found = calibrated("tiny", *asked(4), knobs=(0.0, 0.4, 0.8), progress=seen.append)
    assert {p.photograph for p in found.points} == {0, 2}
    assert found.before is not None
    assert found.after is not None
    assert found.corrected is not None
    assert found.monotone is not None
    assert 0 <= found.monotone <= 1
    done = [event.done for event in seen]
    assert done == sorted(done)
    assert found.curve[-1] == (1.0, 1.0)


def test_calibrating_can_be_cancelled(here: Checkpoint) -> None:
    cancel = Cancel()

    def stop(event: Event, /) -> None:
        if event.done > 0:
            cancel.set()

    with pytest.raises(Cancelled):
        calibrated("tiny", *asked(1), progress=stop, cancel=cancel)


@pytest.mark.parametrize("knobs", [(0.0, 0.5), (0.0, 0.5, 1.0), (-0.1, 0.2, 0.3)])
def test_knobs_that_make_no_curve_are_refused(knobs: tuple[float, ...]) -> None:
    with pytest.raises(ParameterError, match="knobs"):
        calibrated("tiny", *asked(1), knobs=knobs)


def test_without_photographs_there_is_nothing_to_measure() -> None:
    with pytest.raises(ParameterError, match="photographs"):
        calibrated("tiny", [], [])
