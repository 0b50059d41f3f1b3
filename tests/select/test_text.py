from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
from pydantic import JsonValue

from keepdial.errors import SelectionError
from keepdial.geometry import Box
from keepdial.image import Image
from keepdial.request import Selector
from keepdial.select import finder, instances, select


@pytest.fixture(scope="module")
def sign() -> Image:
    rgb = np.full((220, 420, 3), 225, np.uint8)
    rgb[..., 2] = 190
    for text, x, y in (("GRAND", 40, 60), ("OPENING", 40, 98), ("21.11.2026", 230, 205)):
        cv2.putText(rgb, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, 1, (40, 20, 90), 2, cv2.LINE_AA)
    return Image(rgb)


def found(image: Image, **options: Any) -> list[str]:
    return [i.detail["text"] for i in instances(Selector(kind="text", options=options), image)]


def test_every_line_is_an_instance(sign: Image) -> None:
    assert found(sign) == ["GRAND", "OPENING", "21.11.2026"]


def test_a_word_for_it_chooses(sign: Image) -> None:
    assert found(sign, name="date stamp") == ["21.11.2026"]
    assert found(sign, name="sign") == ["GRAND OPENING", "21.11.2026"]
    with pytest.raises(SelectionError, match="No text was found"):
        found(sign, name="number plate")


def test_a_wording_may_be_part_of_a_line(sign: Image) -> None:
    assert found(sign, text="open") == ["OPEN"]
    whole, part = (select([Selector(kind="text", options={"text": t})], sign) for t in ("opening", "open"))
    assert whole.box is not None
    assert part.box is not None
    assert part.box.width < 0.75 * whole.box.width
    assert part.box.x <= whole.box.x + 2


def test_the_region_covers_all_ink_and_little_else(sign: Image) -> None:
    selection = select([Selector(kind="text")], sign)
    ink = sign.pixels[..., 1].astype(int) < 150
    assert selection.mask[ink].min() == 1
    assert selection.mask.mean() < 0.25
    assert not selection.drawn
    assert not selection.hugs


def test_named_text_is_its_letters_and_a_pin_its_lines(sign: Image) -> None:
    asked_for: list[dict[str, JsonValue]] = [{}, {"name": "text"}, {"shape": "letters"}]
    lines, named, asked = (
        select([Selector(kind="text", options=options)], sign).mask.sum() for options in asked_for
    )
    assert named == asked < 0.9 * lines


def test_it_answers_words_in_the_singular_and_guards() -> None:
    unit = finder("text")
    assert {"text", "caption", "watermark", "date stamp", "sign", "logo", "number plate"} <= unit.words
    assert "text" in unit.mass
    assert unit.guards == "always"


def test_a_picture_is_read_once(sign: Image, monkeypatch: pytest.MonkeyPatch) -> None:
    import keepdial.reading

    found(sign)
    monkeypatch.setattr(keepdial.reading, "read_text", None)
    assert found(sign, text="grand") == ["GRAND"]


def test_grey_and_sixteen_bits_are_read(sign: Image) -> None:
    grey = sign.pixels[:100, :240, 1:2].astype(np.uint16) * 257
    assert found(Image(grey)) == ["GRAND", "OPENING"]


def test_a_line_at_the_border_stays_inside() -> None:
    rgb = np.full((60, 200, 3), 240, np.uint8)
    cv2.putText(rgb, "BORDER", (60, 58), cv2.FONT_HERSHEY_SIMPLEX, 1, (0, 0, 0), 2, cv2.LINE_AA)
    (one,) = instances(Selector(kind="text"), Image(rgb))
    assert one.region.box == one.region.box.clip(Image(rgb).size)
    assert one.region.box.intersects(Box(60, 57, 100, 3))
