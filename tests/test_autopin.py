"""Automatic pins, with finders that are made up for it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import keepdial
from keepdial import autopin, select
from keepdial.edit import Edit
from keepdial.errors import SelectionError
from keepdial.geometry import Box
from keepdial.image import Image
from keepdial.record import parse_record
from keepdial.replay import replay
from keepdial.request import Request, Selector
from keepdial.select import Finder, Instance, Options, Region, _resolve, place, what
from keepdial.select import all as everything
from keepdial.select import box as boxes
from keepdial.select import mask as masks


class Nothing(Options):
    """No options."""


FACE = Box(40, 30, 10, 12)


def of(area: Box, label: str) -> tuple[Instance, ...]:
    return (Instance(Region(area, np.ones((area.height, area.width), np.float32)), label),)


def face(options: Nothing, image: Image) -> tuple[Instance, ...]:
    """Find the magenta rectangle wherever it is in what is shown."""
    hit = (image.pixels == (255, 0, 255)).all(axis=2)
    if not hit.any():
        return ()
    rows, columns = np.nonzero(hit)
    x, y = int(columns.min()), int(rows.min())
    return of(Box(x, y, int(columns.max()) - x + 1, int(rows.max()) - y + 1), "face")


def subject(options: Nothing, image: Image) -> tuple[Instance, ...]:
    return of(Box(30, 20, 30, 40), "the main subject")


def lamp(options: Nothing, image: Image) -> tuple[Instance, ...]:
    return of(Box(46, 20, 40, 40), "lamp")


def cap(options: Nothing, image: Image) -> tuple[Instance, ...]:
    return of(Box(38, 26, 14, 10), "cap")


def units(missing: str = "") -> dict[str, Finder]:
    made = [
        Finder(
            "faces",
            "",
            Nothing,
            find=face,
            words=frozenset({"face"}),
            guards="always",
            missing=lambda: missing,
        ),
        Finder("subject", "", Nothing, find=subject, words=frozenset({"subject"}), guards="else"),
        Finder("lamps", "", Nothing, find=lamp, words=frozenset({"lamp"})),
        Finder("caps", "", Nothing, find=cap, words=frozenset({"cap"})),
        what.FINDER,
        place.FINDER,
        boxes.FINDER,
        everything.FINDER,
        masks.FINDER,
    ]
    return {unit.name: unit for unit in made}


def install(monkeypatch: pytest.MonkeyPatch, missing: str = "") -> None:
    known = units(missing)
    for module in (autopin, select, _resolve):
        monkeypatch.setattr(module, "finders", lambda: known)


@pytest.fixture
def image() -> Image:
    rng = np.random.default_rng(5)
    pixels = rng.integers(0, 200, (80, 100, 3), np.uint8)
    pixels[FACE.slices] = (255, 0, 255)
    return Image(pixels)


def edited(image: Image, operation: str, *targets: Selector, **more: object) -> Edit:
    request: Request = Request.build(operation=operation, targets=targets, backend="echo", **more)
    return keepdial.edit(request, image)


def words(text: str) -> Selector:
    return Selector(kind="what", options={"words": text})


def box(x: int, y: int, width: int, height: int) -> Selector:
    return Selector(kind="box", options={"x": x, "y": y, "width": width, "height": height})


def kept(done: Edit, area: Box) -> bool:
    return bool((done.image.pixels[area.slices] == done.source.pixels[area.slices]).all())


def test_the_whole_picture_is_edited_around_a_face(image: Image, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)
    done = edited(image, "variation")
    (pin,) = done.pins
    assert (pin.asked_by, pin.what, pin.automatic) == ("faces", "face", True)
    assert "--no-auto-pin" in pin.release
    assert kept(done, FACE)
    # All around it, but for what the dial gave back: what had changed least.
    changed = (done.image.pixels != image.pixels).any(axis=2)
    assert 0.7 * (100 * 80 - FACE.area) < changed.sum() <= 100 * 80 - FACE.area
    assert all(
        corner.mean() > 0.5 for half in np.array_split(changed, 2) for corner in np.array_split(half, 2, 1)
    )


def test_it_can_be_turned_off(image: Image, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)
    done = edited(image, "variation", auto_pin=False)
    assert done.pins == ()
    assert not kept(done, FACE)


def test_a_face_that_is_named_is_not_pinned(image: Image, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)
    done = edited(image, "fill", words("the face"))
    assert [pin.asked_by for pin in done.pins] == []
    assert not kept(done, FACE)


def test_what_is_drawn_is_obeyed_and_told(image: Image, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)
    done = edited(image, "fill", box(45, 20, 30, 40))
    assert done.pins == ()
    assert (done.image.pixels[20:60, 45:75] != image.pixels[20:60, 45:75]).any(axis=2).all()
    (note,) = [n for n in done.notes if "Your selection covers" in n]
    assert f"60 of 120 pixels of face at {FACE}" in note
    assert '--pin "faces"' in note


def test_nothing_is_said_of_a_face_elsewhere(image: Image, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)
    done = edited(image, "fill", box(0, 0, 20, 20))
    assert not any("face" in note for note in done.notes)


def test_a_thing_that_overlaps_a_face_and_the_subject_leaves_both_alone(
    image: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch)
    done = edited(image, "fill", words("the lamp"))
    assert [pin.asked_by for pin in done.pins] == ["faces", "subject"]
    assert kept(done, FACE)
    assert kept(done, Box(46, 20, 14, 40))
    assert not kept(done, Box(60, 20, 26, 40))


def test_a_part_of_the_subject_can_be_edited_but_not_the_face(
    image: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch)
    done = edited(image, "fill", words("the cap"))
    assert [pin.asked_by for pin in done.pins] == ["faces"]
    assert kept(done, FACE)
    assert not kept(done, Box(38, 26, 14, 4))
    assert any("part of the main subject" in note for note in done.notes)


def test_what_covers_most_of_a_face_takes_it_along(image: Image, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)
    done = edited(image, "fill", Selector(kind="place", options={"name": "middle"}))
    assert FACE.clip(image.size) == FACE
    assert [pin.asked_by for pin in done.pins] == []
    assert any(note.startswith("Face at") and "lies in what you named" in note for note in done.notes)


def test_what_a_finder_is_not_sure_of_is_not_pinned(image: Image, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)
    known = units()
    known["faces"] = replace(known["faces"], guard_least=1.1)
    for module in (autopin, select, _resolve):
        monkeypatch.setattr(module, "finders", lambda: known)
    assert edited(image, "variation").pins == ()


def test_a_finder_that_cannot_work_is_told(image: Image, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, missing="Install keepdial[faces].")
    done = edited(image, "variation")
    assert "No faces could be pinned: Install keepdial[faces]." in done.notes
    assert done.pins == ()


def test_a_record_replays_the_pins_without_the_finders(image: Image, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)
    done = edited(image, "variation")
    record = done.record()
    assert record.request.auto_pin is False
    (pin,) = record.request.pins
    assert (pin.kind, pin.automatic) == ("faces", True)
    install(monkeypatch, missing="gone")
    again = replay(parse_record(record.model_dump_json()), image)
    assert again.same_pixels
    assert [p.asked_by for p in again.edit.pins] == ["faces"]


def test_a_record_holds_the_subject_that_was_found_where_nothing_was_selected(
    image: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch)
    done = keepdial.edit(Request(operation="cutout", params={"edge": "hard"}), image)
    assert done.image.alpha is not None
    assert done.image.alpha[40, 40] == 255
    assert done.image.alpha[5, 5] == 0
    assert done.pins == ()
    record = done.record()
    (target,) = record.request.targets
    assert target.kind == "subject"
    assert target.found is not None
    monkeypatch.setitem(globals(), "subject", lambda options, image: ())
    install(monkeypatch)
    with pytest.raises(SelectionError):
        keepdial.edit(done.request, image)
    assert replay(parse_record(record.model_dump_json()), image).same_pixels
