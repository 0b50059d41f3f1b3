from __future__ import annotations

import base64
import io
import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image as Pillow

from keepdial.edit import Edit, edit
from keepdial.errors import OutputExists, RecordError
from keepdial.files import encode_image, open_image
from keepdial.image import Image
from keepdial.progress import Event
from keepdial.record import (
    Delivered,
    EditRecord,
    Stopwatch,
    load_record,
    parse_record,
)
from keepdial.recording import record_of
from keepdial.request import Request, Selector

from .verify.pictures import grain

BOX = Selector(kind="box", options={"x": 10, "y": 8, "width": 20, "height": 16})


def png(array: NDArray[Any], format: str = "PNG") -> str:
    buffer = io.BytesIO()
    Pillow.fromarray(array).save(buffer, format)
    return base64.b64encode(buffer.getvalue()).decode()


def opened() -> Image:
    return open_image(base64.b64decode(png(grain(48, 64))))


def edited(**more: Any) -> Edit:
    given: dict[str, Any] = {"operation": "fill", "targets": (BOX,), "backend": "echo"} | more
    return edit(Request(**given), opened())


def recorded(**more: Any) -> EditRecord:
    done = edited(**more)
    encoded = encode_image(done.image, format="png", changed=done.changed)
    delivered = Delivered.of(encoded, open_image(encoded.data), name="/home/somebody/out.png")
    return record_of(done, delivered=delivered, seconds={"select": 0.25})


def test_it_says_what_was_done() -> None:
    done = edited(seed=7)
    record = record_of(done)
    assert record.schema_version == 1
    assert record.request == done.request.model_copy(update={"auto_pin": False})
    assert (record.operation, record.keep, record.keep_asked) == ("fill", 0.0, False)
    assert (record.source.width, record.source.height, record.source.depth) == (64, 48, 8)
    assert record.source.digest == done.source.digest()
    assert record.source.sha256 == done.source.source.sha256 != ""
    assert record.result.digest == done.image.digest()
    assert record.region is not None
    assert (record.region.x, record.region.y, record.region.width, record.region.height) == (10, 8, 20, 16)
    assert record.region.pixels == 320
    assert record.region.share == pytest.approx(320 / (48 * 64))
    assert [(r.backend, r.version) for r in record.routes] == [("echo", "1")]
    assert record.report == done.report
    assert record.delivered is None
    assert set(record.environment.packages) >= {"numpy", "numba", "opencv"}


def test_json_and_back_and_no_path_in_it() -> None:
    record = recorded()
    text = record.model_dump_json()
    assert parse_record(text) == record
    assert "/home" not in text
    assert record.delivered is not None
    assert record.delivered.name == "out.png"
    assert record.delivered.digest == record.result.digest
    assert record.seconds == {"select": 0.25}


def test_nothing_done_has_no_region_and_no_backend() -> None:
    record = record_of(edited(keep=1.0))
    assert record.region is None
    assert record.routes == ()
    assert record.result.digest == record.source.digest


def test_a_dial_between_has_its_attempts_and_its_knob() -> None:
    record = record_of(edited(operation="variation", keep=0.5))
    assert record.keep == 0.5
    assert record.keep_asked
    assert len(record.attempts) >= 1
    nearest = min(record.attempts, key=lambda a: abs(a.kept - 0.5))
    assert record.routes[0].knob == pytest.approx(nearest.aimed)


def test_pins_are_counted() -> None:
    pin = Selector(kind="box", options={"x": 0, "y": 0, "width": 15, "height": 12})
    record = record_of(edited(pins=(pin,)))
    assert [(p.what, p.asked_by, p.pixels) for p in record.pins] == [("box", "you", 180)]


class TestFiles:
    def test_save_and_load(self, tmp_path: Path) -> None:
        record = recorded()
        path = tmp_path / "out.png.keepdial.json"
        record.save(path)
        assert load_record(path) == record
        with pytest.raises(OutputExists):
            record.save(path)
        record.save(path, overwrite=True)

    def test_a_missing_file(self, tmp_path: Path) -> None:
        with pytest.raises(RecordError, match=r"'none.json' cannot be read.*\.keepdial\.json"):
            load_record(tmp_path / "none.json")

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            ("", "not JSON, or was cut short"),
            ('{"schema_version": 1, "keepd', "not JSON, or was cut short"),
            ("[" * 100_000, "not JSON, or was cut short"),
            ('{"schema_version": 1, "keepdial": NaN}', "not JSON, or was cut short"),
            ("[1, 2]", "no record of keepdial"),
            ('{"schema_version": "1"}', "no record of keepdial"),
            ('{"version": 1}', "no record of keepdial"),
            ('{"schema_version": 2, "new": "things"}', "schema version 2; this keepdial .* reads up to 1"),
            ('{"schema_version": 1}', "is damaged"),
            ('{"schema_version": 0}', "is damaged"),
        ],
    )
    def test_what_is_no_record_is_refused_with_the_reason(self, data: str, words: str) -> None:
        with pytest.raises(RecordError, match=words):
            parse_record(data)

    def test_bytes_that_are_no_text(self) -> None:
        with pytest.raises(RecordError, match="not JSON"):
            parse_record(b"\xff\xd8\xff\xe0")

    def test_a_value_that_cannot_be_is_named(self) -> None:
        data = json.loads(recorded().model_dump_json())
        data["report"]["findings"][0]["verdict"] = "maybe"
        with pytest.raises(RecordError, match=r"verdict.*pass"):
            parse_record(json.dumps(data))
        data = json.loads(recorded().model_dump_json())
        data["surprise"] = 1
        with pytest.raises(RecordError, match="surprise"):
            parse_record(json.dumps(data))

    @settings(max_examples=50, deadline=None)
    @given(cut=st.integers(0, 5000))
    def test_cut_short_anywhere(self, cut: int) -> None:
        text = whole_text()
        text = text[: cut % len(text)]
        with pytest.raises(RecordError):
            parse_record(text)


@cache
def whole_text() -> str:
    return recorded().model_dump_json()


def test_the_stopwatch_adds_up_and_hands_on() -> None:
    heard: list[Event] = []
    watch = Stopwatch(heard.append)
    for event in (
        Event("a", 0.0),
        Event("a", 0.5),
        Event("b", 0.0),
        Event("b", 1.0),
        Event("a", 0.0),
        Event("c", 0),
    ):
        watch(event)
    assert len(heard) == 6
    assert list(watch.seconds) == ["a", "b"]
    assert all(seconds >= 0 for seconds in watch.seconds.values())


def test_a_record_needs_no_photograph_to_be_read() -> None:
    record = record_of(replace(edited(), notes=("a note",)))
    assert "a note" in record.notes
    assert record.model_dump(mode="json")["schema_version"] == 1
