"""Cards: what is shipped is whole and pinned, and a wrong card says what is wrong."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from keepdial.errors import ParameterError
from keepdial.models import card, cards
from keepdial.models.catalogue import Card, parse, size_in_words
from keepdial.models.content import judge

GOOD = """
name = "a"
task = "t"
source = "s"
url = "https://example.org/releases/download/v1/a.onnx"
file = "a.onnx"
format = "onnx"
licence = "MIT"
inputs = "i"
"""


def test_every_shipped_card_can_be_read_and_names_only_models_there_are() -> None:
    known = cards()
    assert {"yunet", "yolox-nano", "selfie", "deeplab", "hair", "face-landmarker"} <= set(known)
    assert list(known) == sorted(known)
    for one in known.values():
        assert set(one.together) <= set(known) - {one.name}


@pytest.mark.shared
@pytest.mark.parametrize("name", ["yunet", "yolox-nano", "selfie", "deeplab", "hair", "face-landmarker"])
def test_cards_tell_the_truth_about_the_real_files(shared: Path, name: str) -> None:
    one = card(name)
    path = shared / "models" / one.file
    assert path.stat().st_size == one.bytes
    assert hashlib.sha256(path.read_bytes()).hexdigest() == one.sha256
    assert judge(path) == one.format


def test_what_no_source_gives_is_none() -> None:
    one = parse(GOOD, "a.toml")
    assert (one.sha256, one.bytes, one.commercial, one.together) == (None, None, None, ())
    assert one.size == "size not known"
    assert one.use == "MIT, whether commercial use is allowed is not known"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('url = "https://example.org/main/a.onnx"', "pinned"),
        ('url = "http://example.org/releases/download/v1/a.onnx"', "https"),
        ('sha256 = "ABC"', "64 hexadecimal"),
        ("bytes = -1", "above 0"),
        ("bytes = true", "above 0"),
        ('commercial = "yes"', "true or false"),
        ('format = "pickle"', "allowed: onnx"),
        ('file = "../a.onnx"', "must match"),
        ('name = "A b"', "must match"),
        ('task = ""', "task must be given"),
        ("colour = 1", "unknown colour"),
        ("task = ", "Invalid value"),
    ],
)
def test_a_wrong_card_says_what_is_wrong(line: str, said: str) -> None:
    key = line.split(" =")[0]
    lines = [kept for kept in GOOD.splitlines() if not kept.startswith(f"{key} =")]
    with pytest.raises(ValueError, match=said):
        parse("\n".join([*lines, line]), "a.toml")


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(ParameterError, match="yolox-nano"):
        card("yolo")


@pytest.mark.parametrize(("count", "words"), [(249_024, "0.2 MB"), (3_659_407, "3.7 MB"), (4_200, "4.2 kB")])
def test_sizes_in_words(count: int, words: str) -> None:
    assert size_in_words(count) == words


def test_use_tells_whether_money_may_be_made() -> None:
    base = parse(GOOD, "a.toml")
    given = {name: getattr(base, name) for name in Card.__dataclass_fields__}
    assert Card(**{**given, "commercial": True}).use == "MIT, commercial use allowed"
    assert Card(**{**given, "commercial": False}).use == "MIT, not for commercial use"
