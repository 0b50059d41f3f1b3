"""Whole proposals brought back, and through the whole edit with a stand-in that drifts."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from keepdial.backends import Capabilities, Frame, Proposal, Step, backends
from keepdial.color import unit
from keepdial.edit import edit
from keepdial.geometry import Box
from keepdial.image import Image
from keepdial.registration import Motion
from keepdial.request import Request, Selector
from keepdial.settle import Drift, settle

from .drifting import Singles, framed, moved, photo, rebuilt
from .pictures import box as box_of

HOLE = Box(120, 80, 90, 80)
MODULE = importlib.import_module("keepdial.edit")


def tinted(p: Singles) -> Singles:
    return np.asarray(p * np.array([0.9, 0.95, 0.85], np.float32) + np.float32(0.04), np.float32)


def test_a_proposal_that_drifted_is_brought_back_and_says_so(photos: Path) -> None:
    picture = photo(photos)
    truth, frame = unit(picture), framed(picture, HOLE)
    motion = Motion(2.6, -1.4, 0.01, 0.01)
    made, drift = settle(frame, Proposal(tinted(moved(truth, motion)), ("painted",)))
    assert drift.moved == pytest.approx(motion.farthest(320, 256), abs=0.1)
    assert drift.zoom == pytest.approx(1.01, abs=0.001)
    assert drift.left is not None
    assert drift.left < 0.1
    assert drift.colour is not None
    assert drift.colour_left is not None
    assert drift.colour > 2 > 0.5 > drift.colour_left
    assert np.abs(made.pixels - truth)[HOLE.slices].mean() < 2 / 255
    assert made.notes[0] == "painted"
    assert "moved back" in made.notes[1]
    assert "+1.0 %" in made.notes[1]
    assert "matched" in made.notes[2]


def test_a_proposal_that_stayed_where_it_was_is_left_alone(photos: Path) -> None:
    picture = photo(photos)
    proposal = Proposal(rebuilt(unit(picture)))
    made, drift = settle(framed(picture, HOLE), proposal)
    assert made is proposal
    assert drift.moved == 0
    assert drift.left == 0
    assert drift.colour == drift.colour_left


def test_where_nothing_is_kept_colours_are_what_was_asked_for(photos: Path) -> None:
    picture = photo(photos)
    proposal = Proposal(tinted(unit(picture)))
    made, drift = settle(framed(picture, None, guess=True), proposal)
    assert made is proposal
    assert drift.colour is None
    assert drift.moved == 0


def test_where_nothing_is_kept_only_a_little_that_all_agree_on_is_moved_back(photos: Path) -> None:
    picture = photo(photos)
    truth, frame = unit(picture), framed(picture, None, guess=True)
    made, drift = settle(frame, Proposal(tinted(moved(truth, Motion(3.2, 1.1)))))
    assert drift.left is not None
    assert drift.left < 0.1
    assert np.abs(made.pixels - tinted(truth))[8:-8, 8:-8].mean() < 2 / 255
    far = Proposal(moved(truth, Motion(0, 0, 0.09, 0.09)))
    made, drift = settle(frame, far)
    assert np.array_equal(made.pixels, far.pixels)
    thing = truth.copy()
    thing[60:200, 80:240] = moved(truth, Motion(7, 0))[60:200, 80:240]
    one = Proposal(thing)
    assert settle(frame, one)[0] is one


def test_a_thing_that_moved_on_a_plain_ground_is_no_picture_that_moved() -> None:
    ground = np.full((64, 64, 3), 90, np.uint8)
    ground[20:40, 12:34] = np.random.default_rng(0).integers(0, 255, (20, 22, 3))
    proposal = Proposal(unit(np.roll(ground, 1, axis=1)))
    made, drift = settle(framed(ground, None, guess=True), proposal)
    assert made is proposal
    assert drift.moved is None


def test_of_two_frames_the_worse_is_told_of() -> None:
    a = Drift(moved=3.0, left=0.1, colour=1.0, colour_left=0.2, zoom=1.01)
    b = Drift(moved=1.0, left=0.9, colour=4.0, colour_left=0.1)
    both = a.worse(b)
    assert (both.moved, both.left, both.zoom) == (1.0, 0.9, 1.0)
    assert (both.colour, both.colour_left) == (1.0, 0.2)
    assert a.worse(None) is a


def test_padding_and_transparent_pixels_are_nothing_to_hold_against(photos: Path) -> None:
    picture = photo(photos)
    whole = framed(picture, HOLE)
    pad = ((0, 30), (0, 50))
    clear = np.full(picture.shape[:2], 255, np.uint8)
    clear[:, :40] = 0
    frame = Frame(
        whole.box,
        np.asarray(np.pad(whole.pixels, (*pad, (0, 0))), np.uint8),
        np.pad(whole.mask, pad),
        np.pad(whole.usable, pad),
        False,
        alpha=np.pad(clear, pad),
    )
    proposal = np.pad(moved(unit(picture), Motion(2, 1)), (*pad, (0, 0)), constant_values=0.3)
    proposal[:256, :40] = 0.9
    made, drift = settle(frame, Proposal(proposal.astype(np.float32)))
    assert drift.moved == pytest.approx(np.hypot(2, 1), abs=0.1)
    assert made.pixels.shape == proposal.shape
    assert (made.pixels[256:] == proposal[256:]).all() or drift.colour != drift.colour_left


@dataclass(frozen=True)
class Drifting:
    """Paints the photograph that it knows, shifted and tinted, at the size that it likes best."""

    truth: Any
    motion: Motion
    capabilities: Capabilities
    seen: list[tuple[int, ...]]
    name: str = "drifting"
    version: str = "1"

    def curve(self, operation: str) -> tuple[tuple[float, float], ...]:
        return ((0.0, 0.0), (1.0, 1.0))

    def generate(self, frame: Frame, step: Step, **_: Any) -> Proposal:
        from keepdial.fitting import resized
        from keepdial.geometry import size_of

        self.seen.append(frame.pixels.shape)
        assert not frame.pixels.flags.writeable
        part = unit(self.truth[frame.box.slices])
        return Proposal(tinted(moved(np.clip(resized(part, size_of(frame.mask)), 0, 1), self.motion)))


@pytest.mark.parametrize("best", [0, 512, 160])
@pytest.mark.parametrize("depth", [8, 16])
def test_through_an_edit_kept_pixels_are_the_sources_and_the_signals_tell_of_it(
    photos: Path, monkeypatch: pytest.MonkeyPatch, best: int, depth: int
) -> None:
    shown = photo(photos)
    truth: NDArray[Any] = shown if depth == 8 else shown.astype(np.uint16) * 257
    damaged = truth.copy()
    damaged[HOLE.slices] = 0
    can = Capabilities(frozenset({"fill"}), best=best, multiple_of=8, drifts=True, least_context=400)
    one = Drifting(truth, Motion(2.2, 1.3), can, [])
    monkeypatch.setattr(MODULE, "backends", lambda: {**backends(), "drifting": one})
    request = Request(
        operation="fill", targets=(box_of(HOLE.x, HOLE.y, HOLE.width, HOLE.height),), backend="drifting"
    )
    done = edit(request, Image(damaged))
    changed = (done.image.pixels != damaged).any(axis=2)
    assert not (changed & ~done.changed).any()
    assert done.image.pixels.dtype == truth.dtype
    assert np.abs(unit(done.image.pixels) - unit(truth))[HOLE.slices].mean() < (8 if best == 160 else 3) / 255
    assert done.drift is not None
    shift, colour = done.report["shift"], done.report["colour shift"]
    assert (shift.verdict, colour.verdict) == ("pass", "pass")
    assert "px off" in shift.meaning
    assert "matched" in colour.meaning
    assert any("moved back" in note for note in done.notes)
    assert done.evidence.drift == done.drift
    (seen,) = one.seen
    assert seen[:2] == {0: (256, 320), 512: (456, 568), 160: (144, 176)}[best]


def test_a_backend_that_stays_in_place_is_not_measured() -> None:
    picture = Image(np.random.default_rng(0).integers(0, 256, (60, 60, 3), np.uint8))
    request = Request(
        operation="fill",
        targets=(Selector(kind="box", options={"x": 20, "y": 20, "width": 9, "height": 9}),),
        backend="echo",
    )
    done = edit(request, picture)
    assert done.drift is None
    assert {"shift", "colour shift"}.isdisjoint({f.signal for f in done.report.findings})
