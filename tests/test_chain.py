"""Chains: several steps, rendered from the original in one go, on record and replayed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from keepdial.chain import deepened, parts, shallowed
from keepdial.edit import edit, variations
from keepdial.errors import ParameterError, SelectionError
from keepdial.explain import explain
from keepdial.files import open_image
from keepdial.image import Image
from keepdial.operations import operations
from keepdial.progress import Event
from keepdial.record import EditRecord, parse_record
from keepdial.replay import replay
from keepdial.request import Request, Selector
from keepdial.understand.resolve import resolve
from tests.verify.pictures import grain

BOX = Selector(kind="box", options={"x": 8, "y": 6, "width": 20, "height": 16})


def exposed(stops: float, *, targets: tuple[Selector, ...] = (), **more: object) -> Request:
    made: Request = Request.build(operation="exposure", params={"stops": stops}, targets=targets, **more)
    return made


def test_neighbours_on_one_region_are_one_walk() -> None:
    request = exposed(1.0, then=(exposed(-1.0), exposed(0.5, targets=(BOX,))))
    first, second = resolve(request).steps
    assert [more.operation for more in first.also] == ["exposure"]
    assert (second.targets, second.also) == ((BOX,), ())
    assert [len(part.then) for part in parts(request, resolve(request))] == [1, 0]


@pytest.mark.parametrize("depth", [8, 16])
def test_there_and_back_again_gives_the_picture(depth: int) -> None:
    pixels = grain(40, 50)
    image = Image(pixels if depth == 8 else pixels.astype(np.uint16) * 257 + 3)
    done = edit(exposed(2.0, then=(exposed(-2.0),)), image)
    assert np.array_equal(done.image.pixels, image.pixels)
    assert done.image.depth == depth


def test_steps_on_different_regions_lose_nothing_between() -> None:
    image = Image((grain(40, 50) // 2).astype(np.uint8))
    left = Selector(kind="box", options={"x": 0, "y": 0, "width": 30, "height": 40})
    there = exposed(-3.0, targets=(left,)).model_copy(update={"params": {"stops": -3.0, "feather": 0}})
    back = there.model_copy(update={"params": {"stops": 3.0, "feather": 0}, "targets": (left, BOX)})
    done = edit(there.model_copy(update={"then": (back,)}), image)
    assert len(done.steps) == 2
    # 3 stops down and up again at 8 bits would have lost up to 7 of 8 levels.
    gap = np.abs(done.image.pixels.astype(int) - image.pixels)
    assert int(gap.max()) <= 1
    assert np.array_equal(done.image.pixels[:, 30:], image.pixels[:, 30:])
    assert done.report["preserved"].verdict == "pass"
    assert "outside the edited area are exactly as they were" in done.report["preserved"].meaning
    assert done.report["no-op"].meaning.startswith("Step ")


def test_pins_of_a_step_hold_and_are_on_record() -> None:
    image = Image(grain(40, 50))
    request = exposed(1.0, pins=(BOX,), then=(exposed(-0.5, pins=(BOX,)),))
    done = edit(request, image)
    assert np.array_equal(done.image.pixels[6:22, 8:28], image.pixels[6:22, 8:28])
    assert [pin.what for pin in done.pins] == ["box"]


def test_after_an_extension_the_source_lies_where_it_was_put() -> None:
    image = Image(grain(40, 50))
    grown = Request(operation="extend", params={"left": 16, "top": 8}, backend="echo")
    done = edit(exposed(1.0, targets=(BOX,), then=(grown,)), image)
    assert done.stage.placement is not None
    assert (done.stage.placement.x, done.stage.placement.y) == (16, 8)
    kept = ~done.changed
    assert int(kept.sum()) == 40 * 50 - 20 * 16
    assert np.array_equal(done.image.pixels[8:, 16:][kept[8:, 16:]], image.pixels[kept[8:, 16:]])


def test_the_record_replays_and_explains(photos: Path) -> None:
    photo = open_image(photos / "coffee.png")
    fill = Request(operation="fill", targets=(BOX,), backend="echo", seed=4)
    done = edit(exposed(0.5, then=(exposed(0.25), fill)), photo)
    record = done.record()
    back = parse_record(record.model_dump_json())
    assert isinstance(back, EditRecord)
    assert back.operation == "exposure, exposure, fill"
    assert [step.operation for step in back.steps] == ["exposure", "fill"]
    assert [more.params["stops"] for more in back.steps[0].also] == [0.25]
    assert [len(route.backend) for route in back.routes] == [4, 4]
    again = replay(back, photo)
    assert again.same_pixels
    assert not again.causes
    story = explain(back)
    assert "Step 1 was exposure." in story
    assert "In the same walk over the pixels: exposure." in story
    assert "Step 2 was fill." in story


def test_progress_says_which_step() -> None:
    heard: list[Event] = []
    request = exposed(0.5, then=(exposed(0.5, targets=(BOX,)),))
    edit(request, Image(grain(40, 50)), progress=heard.append)
    assert {event.stage.partition(" ")[2] for event in heard} == {"(1 of 2)", "(2 of 2)"}


def test_variations_give_each_step_a_seed_of_its_own() -> None:
    request = exposed(0.5, then=(Request(operation="variation", backend="echo", seed=9),))
    one, two = variations(request, Image(grain(40, 50)), 2)
    assert one.request == request
    assert two.request.then[0].seed not in (9, two.request.seed)
    assert not np.array_equal(one.image.pixels, two.image.pixels)


def test_steps_have_no_steps_of_their_own() -> None:
    with pytest.raises(ParameterError, match="one list of steps"):
        exposed(1.0, then=(exposed(1.0, then=(exposed(1.0),)),))


def test_depth_goes_up_and_down_exactly() -> None:
    every = np.arange(256, dtype=np.uint8).reshape(16, 16)
    image = Image(np.stack([every] * 3, axis=-1), alpha=every)
    deep = deepened(image)
    assert deep.depth == 16
    back = shallowed(deep, image)
    assert np.array_equal(back.pixels, image.pixels)
    assert back.alpha is not None
    assert np.array_equal(back.alpha, every)
    assert deepened(deep) is deep


def test_the_dial_scales_the_amount() -> None:
    image = Image(grain(64, 64))
    light = [
        float(edit(exposed(1.0, keep=k), image).image.pixels.mean()) for k in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]
    assert light == sorted(light, reverse=True)
    assert light[-1] == pytest.approx(float(image.pixels.mean()))
    assert operations()["exposure"].scales


def test_a_missing_target_in_a_later_step_is_told() -> None:
    with pytest.raises(SelectionError, match="remove needs to know where"):
        resolve(exposed(1.0, then=(Request(operation="remove"),)))
