from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from keepdial.errors import RecordError
from keepdial.image import Image
from keepdial.record import EditRecord
from keepdial.replay import causes, replay

from .test_record import opened, recorded


def changed(record: EditRecord, **fields: Any) -> EditRecord:
    """The record with fields of its own, or of a part of it (``part__field``), set."""
    for name, value in fields.items():
        part, _, field = name.partition("__")
        if field:
            value = getattr(record, part).model_copy(update={field: value})
        record = record.model_copy(update={part: value})
    return record


@pytest.mark.parametrize(
    "asked",
    [
        {"seed": 3},
        {"operation": "variation", "keep": 0.5},
        {"keep": 1.0},
        {"operation": "extend", "targets": (), "params": {"left": 5, "top": 3}},
    ],
)
def test_the_same_request_gives_the_same_bytes(asked: dict[str, Any]) -> None:
    found = replay(recorded(**asked), opened())
    assert found.identical
    assert (found.same_pixels, found.same_file, found.causes) == (True, True, ())
    assert "the same, byte for byte" in str(found)


def test_another_picture_of_that_size_is_named_as_the_cause() -> None:
    pixels = opened().pixels.copy()
    pixels[0, 0] ^= 1
    found = replay(recorded(), opened().with_pixels(pixels))
    assert not found.identical
    assert [cause.what for cause in found.causes] == ["source"]
    assert "other pixels than the one on record" in str(found)


def test_another_size_is_refused() -> None:
    with pytest.raises(RecordError, match="64x48 at 8 bits; this one is 9x8"):
        replay(recorded(), Image(np.zeros((8, 9, 3), np.uint8)))


def test_a_backend_that_is_gone_is_refused() -> None:
    record = recorded()
    gone = record.routes[0].model_copy(update={"backend": "oracle"})
    with pytest.raises(RecordError, match="'oracle', which is not installed"):
        replay(changed(record, routes=(gone,)), opened())


def test_a_result_that_differs_without_any_reason_is_a_defect() -> None:
    found = replay(changed(recorded(), result__digest="0" * 64), opened())
    assert not found.same_pixels
    assert found.causes == ()
    assert "please report it" in str(found)


def test_without_a_file_on_record_only_pixels_are_compared() -> None:
    found = replay(changed(recorded(), delivered=None), opened())
    assert found.same_file is None
    assert found.encoded is None
    assert str(found) == "Every pixel came out as recorded."


def test_a_file_that_differs() -> None:
    found = replay(changed(recorded(), delivered__sha256="0" * 64), opened())
    assert found.same_pixels
    assert not found.identical
    assert "but the file is not" in str(found)


def test_every_cause_is_told_apart() -> None:
    then = recorded()
    assert causes(then, then) == ()
    route = then.routes[0].model_copy(update={"version": "0"})
    packages = {**then.environment.packages, "numpy": "1.0"}
    different: list[tuple[dict[str, Any], str, str]] = [
        ({"request__seed": 5}, "seed", "The seed was 0 and is 5."),
        ({"request__operation": "remove"}, "request", "The request differs in operation."),
        ({"keepdial": "9.9"}, "version", "and is 9.9."),
        ({"routes": (route,)}, "backend", "The backend was echo 1 and is echo 0."),
        ({"environment__packages": packages}, "packages", "and is 1.0"),
        ({"environment__python": "3.0"}, "packages", "and is 3.0"),
        ({"environment__cpu": "z80"}, "machine", "(z80)."),
        ({"source__sha256": "0"}, "source", "comes from another file"),
        ({"source__digest": "0"}, "source", "other pixels"),
    ]
    for fields, what, words in different:
        (cause,) = causes(then, changed(then, **fields))
        assert cause.what == what
        assert words in cause.words
