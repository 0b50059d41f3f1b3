"""DragGAN as a backend, over a tiny generator with random weights: what it is given, says and returns."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from keepdial.backends import Frame, Proposal, Step, backends
from keepdial.dragging import styles
from keepdial.edit import edit
from keepdial.errors import BackendError, Cancelled, ModelRefused, RouteError
from keepdial.geometry import Box
from keepdial.image import Image
from keepdial.networks.stylegan2 import invert as inversion
from keepdial.networks.stylegan2.weights import generators, load
from keepdial.progress import Cancel, Event
from keepdial.request import Request
from keepdial.warping.grip import Grip
from tests.networks.generators import write
from tests.pictures import box


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A models folder with one tiny generator, which is looked for and dragged in few steps."""
    monkeypatch.setenv("KEEPDIAL_MODELS", str(tmp_path))
    write(tmp_path / "checkpoints" / "tiny", features=16)
    for name, count in {"TRIES": 16, "FIRST": 3, "COMMON": 3, "EACH": 10}.items():
        monkeypatch.setattr(inversion, name, count)
    rules = replace(styles.rules(16), most=12, rate=0.05)
    monkeypatch.setattr(styles, "rules", lambda side, told=None: rules)
    return tmp_path


def picture(side: int = 16, seed: int = 1) -> NDArray[np.uint8]:
    """What the generator makes, enlarged to a side."""
    model = load(generators()[0])
    z = torch.randn(1, model.shape.z, generator=torch.Generator().manual_seed(seed))
    made = (model.picture(model.styles(z))[0].clamp(-1, 1) + 1) * 127.5
    small = made.permute(1, 2, 0).numpy().round().astype(np.uint8)
    return np.asarray(cv2.resize(small, (side, side), interpolation=cv2.INTER_CUBIC), np.uint8)


def dragging(pixels: NDArray[Any], *, start: Any = ((6.0, 6.0),), end: Any = ((11.0, 8.0),)) -> Frame:
    h, w = pixels.shape[:2]
    area = np.ones((h, w), np.bool_)
    grip = Grip(np.array(start, np.float64), np.array(end, np.float64), area, np.zeros((h, w), np.float32))
    return Frame(Box(0, 0, w, h), pixels, area.astype(np.float32), area, True, guide=grip)


def run(frame: Frame, knob: Any = 0.0, seed: int = 0, **more: Any) -> Proposal:
    step = Step("drag", knob, seed, params=more.pop("params", {}))
    return backends()["gan-drag"].generate(frame, step, **more)


def test_it_changes_the_picture_and_says_how_it_went(models: Path) -> None:
    frame = dragging(picture())
    made = run(frame)
    assert made.pixels.shape == frame.pixels.shape
    assert made.pixels.dtype == np.float32
    assert 0 <= made.pixels.min() <= made.pixels.max() <= 1
    assert not np.array_equal(made.pixels, frame.pixels / np.float32(255))
    assert made.notes[0].startswith("tiny showed the picture at 16 x 16 px with an error of ")
    assert "px from its target, after" in made.notes[-1] or "missed its target (11, 8)" in made.notes[-1]


def test_the_same_seed_gives_the_same_bytes(models: Path) -> None:
    frame = dragging(picture())
    assert np.array_equal(run(frame, seed=3).pixels, run(frame, seed=3).pixels)


def test_the_knob_scales_the_way_and_1_is_the_frame_itself(models: Path) -> None:
    frame = dragging(picture())
    still = run(frame, knob=1.0)
    assert np.array_equal(still.pixels, frame.pixels / np.float32(255))
    half = run(frame, knob=0.5)
    there = run(dragging(frame.pixels, end=((8.5, 7.0),)))
    assert np.array_equal(half.pixels, there.pixels)
    assert np.array_equal(run(frame, knob=np.full((16, 16), 0.5, np.float32)).pixels, half.pixels)


def test_a_generator_is_no_checkpoint_that_nobody_drives(models: Path) -> None:
    from keepdial.diffusion.backend import stranded
    from keepdial.networks.stylegan2.weights import generators

    assert {one.name for one in generators()}
    assert not {one.name for one in generators()} & set(stranded())


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 3])
def test_depths_grey_and_other_sizes(models: Path, depth: Any, channels: int) -> None:
    pixels = picture(40).astype(depth) * (257 if depth == np.uint16 else 1)
    pixels = np.ascontiguousarray(pixels[:31, :, :channels])
    frame = dragging(pixels, start=((25.0, 15.0),), end=((33.0, 18.0),))
    made = run(frame)
    assert made.pixels.shape == (31, 40, channels)
    assert np.isfinite(made.pixels).all()
    # The square is the one about the handle's way; what is beside it stays.
    crop = styles.square(frame, np.array([[25.0, 15.0]]), np.array([[33.0, 18.0]]))
    assert (crop.x, crop.y, crop.width, crop.height) == (9, 0, 31, 31)
    assert np.array_equal(made.pixels[:, :9], (pixels / np.float32(np.iinfo(depth).max))[:, :9])


def test_the_best_of_several_generators_is_taken(models: Path) -> None:
    pixels = picture()
    other = models / "checkpoints" / "another"
    write(other)
    from safetensors.torch import load_file, save_file

    weights = other / "generator.safetensors"
    state = {k: v * 0.1 if "torgb.weight" in k else v.clone() for k, v in load_file(str(weights)).items()}
    save_file(state, str(weights))
    assert run(dragging(pixels)).notes[0].startswith("tiny")


def test_states_between_are_shown_and_the_work_can_be_stopped(models: Path) -> None:
    frame = dragging(picture(), end=((15.0, 15.0),))
    seen: list[Event] = []
    run(frame, progress=seen.append)
    done = [event.done for event in seen]
    assert done == sorted(done)
    assert done[-1] == 1
    shown = [event.preview for event in seen if event.preview is not None]
    assert shown
    assert all(p.shape == (16, 16, 3) for p in shown)
    for after in (0, 5, len(seen) - 4):
        cancel, count = Cancel(), 0

        def stop(event: Event, /, after: int = after, cancel: Cancel = cancel) -> None:
            nonlocal count
            count += 1
            if count > after:
                cancel.set()

        with pytest.raises(Cancelled):
            run(frame, progress=stop, cancel=cancel)
        assert count <= after + 2


def test_a_picture_of_another_world_is_told(models: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 2, (16, 16, 3)).astype(np.uint8) * 255
    assert any("none that this generator could make" in note for note in run(dragging(noise)).notes)


def test_it_is_used_by_name_only_and_pins_hold(models: Path) -> None:
    pixels = picture(24)
    image = Image(pixels)
    asked = Request(operation="drag", params={"handle": ["9,9:14,12"]}, seed=1)
    assert edit(asked, image).routes[0].chosen == "warp"
    pin = box(16, 0, 8, 24)
    made = edit(asked.model_copy(update={"backend": "gan-drag", "pins": (pin,)}), image)
    assert made.routes[0].chosen == "gan-drag"
    assert np.array_equal(made.image.pixels[:, 16:], pixels[:, 16:])
    assert not np.array_equal(made.image.pixels, pixels)
    again = edit(made.request, image)
    assert np.array_equal(again.image.pixels, made.image.pixels)


def test_without_a_generator_it_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEEPDIAL_MODELS", str(tmp_path))
    unit = backends()["gan-drag"]
    assert "no StyleGAN2 generator" in unit.capabilities.missing
    assert not unit.capabilities.commercial
    asked = Request(operation="drag", params={"handle": ["9,9:14,12"]}, backend="gan-drag")
    with pytest.raises(RouteError, match="no StyleGAN2 generator"):
        edit(asked, Image(np.zeros((24, 24, 3), np.uint8)))


def test_bad_weights_leave_nothing_behind(models: Path) -> None:
    pixels = picture()
    weights = models / "checkpoints" / "tiny" / "generator.safetensors"
    weights.write_bytes(weights.read_bytes()[:-50])
    asked = Request(operation="drag", params={"handle": ["6,6:9,8"]}, backend="gan-drag")
    with pytest.raises(ModelRefused, match="damaged"):
        edit(asked, Image(pixels))


def test_without_handles_it_says_so(models: Path) -> None:
    with pytest.raises(BackendError, match="no handles"):
        run(replace(dragging(picture()), guide=None))


def test_what_it_declares_follows_from_the_generators(models: Path) -> None:
    unit = backends()["gan-drag"]
    can = unit.capabilities
    assert can.operations == {"drag"}
    assert can.by_name_only
    assert (can.licence, can.commercial, can.missing) == ("CC0-1.0", True, "")
    assert unit.curve("drag") == ((0.0, 0.0), (1.0, 1.0))
    before = unit.version
    other = models / "checkpoints" / "other"
    write(other)
    (other / "keepdial.json").write_text(json.dumps({"licence": "research only"}))
    can = unit.capabilities
    assert (can.licence, can.commercial) == ("CC0-1.0 and research only", False)
    assert unit.version != before


def test_looking_for_it_loads_no_torch() -> None:
    code = (
        "import sys; from keepdial.backends import backends; backends()['gan-drag'].capabilities; "
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_trained_generator_moves_its_disc(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Measured in the finished picture: where the disc's middle is, told by its colour from the ground's."""
    place = root / "world" / "models" / "generator"
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "checkpoints" / "disc.toml").write_text(f"path = {json.dumps(str(place))}")
    monkeypatch.setenv("KEEPDIAL_MODELS", str(tmp_path))
    (found,) = generators()
    model = load(found)
    ws = model.styles(torch.randn(1, 64, generator=torch.Generator().manual_seed(7)), truncation=0.5)
    own = styles._picture(model, ws)
    begun = styles.Begun(Box(0, 0, 64, 64), found, model, inversion.Inverted(ws, 0.0), own)

    def middle(picture: NDArray[np.float32]) -> NDArray[np.float64]:
        off = np.abs(picture - np.median(picture, axis=1, keepdims=True)).max(axis=2) > 0.16
        assert 150 < off.sum() < 900
        return np.array([np.nonzero(off)[1].mean(), np.nonzero(off)[0].mean()])

    at = middle(own)
    for way in ((8.0, 2.0), (-6.0, -6.0)):
        goal = at + way
        _, pixels = styles.go(begun, own, np.ones((64, 64), np.float32), at[None], goal[None])
        assert np.hypot(*(middle(pixels) - goal)) < 2
