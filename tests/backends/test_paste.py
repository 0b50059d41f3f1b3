"""Things from reference pictures, set into their places without any model."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest

from keepdial.edit import Edit, edit
from keepdial.errors import BackendError, Cancelled, RouteError, SelectionError
from keepdial.files import encode_image
from keepdial.geometry import Box, Size
from keepdial.image import Image
from keepdial.pasting import Thing, cut_out, fitted, rooms
from keepdial.progress import Cancel, Event
from keepdial.record import parse_record
from keepdial.replay import replay
from keepdial.request import Request
from tests.pictures import box, mask_selector

BLUE = (30, 60, 200)


def disc(side: int = 40, *, transparent: bool = True) -> Image:
    """A blue disc before nothing, or before white with a little texture."""
    y, x = np.mgrid[0:side, 0:side] - (side - 1) / 2
    inside = np.hypot(x, y) < side * 0.4
    rng = np.random.default_rng(5)
    pixels = np.where(inside[..., None], BLUE, 235).astype(np.int16) + rng.integers(-4, 5, (side, side, 1))
    alpha = np.where(inside, 255, 0).astype(np.uint8) if transparent else None
    return Image(np.clip(pixels, 0, 255).astype(np.uint8), alpha)


def written(image: Image) -> str:
    return base64.b64encode(encode_image(image, format="png").data).decode("ascii")


def lawn(width: int = 120, height: int = 90, *, alpha: bool = False, depth: int = 8) -> Image:
    """Green with grain, and a red block that can be replaced, at 50,30 of 20x30."""
    rng = np.random.default_rng(1)
    pixels = np.clip(rng.normal((80, 140, 60), 6, (height, width, 3)), 0, 255).astype(np.uint8)
    pixels[30:60, 50:70] = (200, 40, 40)
    made: Any = pixels if depth == 8 else pixels.astype(np.uint16) * 257
    clear = np.full((height, width), 2**depth - 1, made.dtype) if alpha else None
    return Image(made, clear)


def block(image: Image) -> np.ndarray[Any, Any]:
    mask = np.zeros((image.size.height, image.size.width), np.uint8)
    mask[30:60, 50:70] = 255
    return mask


def asked(name: str, image: Image, **more: Any) -> Edit:
    params = {"reference": [written(disc())], **more.pop("params", {})}
    more.setdefault("targets", (box(46, 20, 30, 50),) if name == "add" else (mask_selector(block(image)),))
    return edit(
        Request(operation=name, params=params, auto_pin=False, **{"keep": 0.0, **more}),
        image,
    )


def blue(image: Image) -> np.ndarray[Any, Any]:
    pixels = image.pixels.astype(float) / image.white
    found: np.ndarray[Any, Any] = pixels[..., 2] - pixels[..., :2].max(axis=2) > 0.2
    return found


@pytest.mark.parametrize("kind", [{}, {"alpha": True}, {"depth": 16}])
def test_the_new_thing_stands_where_the_old_one_stood(kind: dict[str, Any]) -> None:
    image = lawn(**kind)
    done = asked("replace", image)
    assert done.routes[0].chosen == "paste"
    there = Box.of(blue(done.image))
    assert there is not None
    room = Box(50, 30, 20, 30).grow(1)
    assert there.clip(Size(room.right, room.bottom)) == there
    assert there.x >= room.x
    assert there.bottom >= room.bottom - 3, "it stands on its foot"
    assert there.width > 12
    # What was not covered again is lawn.
    red = done.image.pixels[..., 0].astype(float) / done.image.white > 0.6
    assert not red.any()
    outside = np.ones(red.shape, bool)
    outside[room.slices] = False
    assert np.array_equal(done.image.pixels[outside], image.pixels[outside])
    assert any("whole box" in note for note in done.notes)
    assert any("no shadow" in note for note in done.notes)
    assert done.report.verdict != "fail"


def test_it_replays_and_seeds_count() -> None:
    image = lawn()
    done = asked("replace", image, seed=3)
    assert replay(parse_record(done.record().model_dump_json()), image).identical
    assert asked("replace", image, seed=4).image.digest() != done.image.digest()


def test_the_dial_makes_it_smaller() -> None:
    image = lawn()
    areas = [
        int(np.count_nonzero(blue(asked("add", image, keep=keep).image))) for keep in (0.0, 0.2, 0.5, 1.0)
    ]
    assert areas == sorted(areas, reverse=True)
    assert areas[0] > 500
    assert areas[-1] == 0
    assert any("keep 0 fills it" in note for note in asked("add", image, keep=0.6).notes)


def test_what_is_added_covers_and_nothing_goes() -> None:
    image = lawn()
    done = asked("add", image, targets=(box(6, 30, 30, 40),))
    assert np.array_equal(done.image.pixels[:, 40:], image.pixels[:, 40:])
    assert blue(done.image)[30:70, 6:36].sum() > 400


def test_several_places_get_one_each_and_pins_hold() -> None:
    image = lawn()
    done = asked("add", image, targets=(box(4, 30, 24, 30), box(90, 30, 24, 30)), pins=(box(10, 40, 6, 6),))
    found = blue(done.image)
    assert found[:, :30].any()
    assert found[:, 88:].any()
    assert np.array_equal(done.image.pixels[40:46, 10:16], image.pixels[40:46, 10:16])


def test_a_subject_is_cut_out_where_nothing_is_transparent() -> None:
    thing, how = cut_out(disc(96, transparent=False), 3)
    assert how == "its main subject, cut out"
    assert 0.6 < float(thing.share.mean()) < 0.95  # a disc in its square
    assert np.abs(thing.colours[thing.share > 0.9] * 255 - BLUE).max() < 25
    grey, _ = cut_out(disc(), 1)
    assert grey.colours.shape[2] == 1


def test_of_a_picture_without_a_subject_there_is_nothing_to_take() -> None:
    with pytest.raises(SelectionError, match="there is nothing on it"):
        cut_out(Image(np.zeros((20, 20, 3), np.uint8), np.zeros((20, 20), np.uint8)), 3)


def test_a_place_has_to_be_named() -> None:
    with pytest.raises(SelectionError, match="no place was given"):
        asked("add", lawn(), targets=())


def test_with_words_it_takes_a_model() -> None:
    with pytest.raises(RouteError, match="paste does not understand words"):
        asked("replace", lawn(), params={"prompt": "a ball"})


def test_its_work_can_be_stopped() -> None:
    flag = Cancel()
    image = lawn()

    def stop(event: Event) -> None:
        if event.stage == "generate" and event.done > 0.2:
            flag.set()

    request = Request(
        operation="replace",
        params={"reference": [written(disc())]},
        targets=(mask_selector(block(image)),),
        auto_pin=False,
    )
    with pytest.raises(Cancelled):
        edit(request, image, progress=stop, cancel=flag)


def test_rooms_are_the_boxes_of_the_parts() -> None:
    mask = np.zeros((20, 40), np.float32)
    mask[2:12, 30:38] = 1
    mask[5:15, 4:10] = 0.2
    mask[0, 0] = 1  # a speck
    assert rooms(mask) == (Box(4, 5, 6, 10), Box(30, 2, 8, 10))


def test_how_large_and_where() -> None:
    room = Box(10, 20, 40, 30)
    assert fitted(Size(80, 20), room, 1.0) == Box(10, 40, 40, 10)
    assert fitted(Size(20, 80), room, 1.0) == Box(26, 20, 8, 30)
    assert fitted(Size(80, 20), room, 0.25) == Box(20, 45, 20, 5)
    assert fitted(Size(80, 20), room, 0.0) == Box(29, 49, 1, 1)


def test_no_colour_comes_from_under_transparency() -> None:
    colours = np.zeros((8, 8, 3), np.float32)
    colours[2:6, 2:6] = (1, 0, 0)
    colours[:2] = (0, 1, 0)
    share = np.zeros((8, 8), np.float32)
    share[2:6, 2:6] = 1
    small = Thing(colours, share).sized(Size(3, 3))
    assert small.colours[small.share > 0.01][:, 1].max() < 0.01
    assert small.colours[1, 1, 0] > 0.99


def test_without_places_it_is_a_defect() -> None:
    from keepdial.backends import Frame, Step
    from keepdial.pasting import pasted

    frame = Frame(
        Box(0, 0, 4, 4),
        np.zeros((4, 4, 3), np.uint8),
        np.ones((4, 4), np.float32),
        np.ones((4, 4), bool),
        True,
    )
    with pytest.raises(BackendError, match="defect"):
        pasted(frame, Step("add", 0.0, 0))
