"""Open vocabulary: the tokenizer by numbers written out, and OWLv2's signature with a tiny graph."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from keepdial.errors import ModelMissing, ModelRefused
from keepdial.geometry import Box
from keepdial.models import card
from keepdial.networks import clip_words, owl
from tests.networks import graphs

WORDS = ["!", "l", "o", "w", "e", "r", "n", "lo", "low", "er</w>", "low</w>", "a</w>", "photo</w>", "of</w>"]
SPECIAL = {clip_words.START: 49, clip_words.END: 50}
MERGES = ["l o", "lo w", "lo w</w>", "e r</w>", "p h", "ph o", "o f</w>"]


def tokenizer(path: Path, **more: Any) -> Path:
    vocabulary = {word: i for i, word in enumerate(WORDS)} | SPECIAL | {"cat</w>": 3, "red</w>": 1}
    merges = [*MERGES, "c a", "ca t</w>", "r e", "re d</w>", "pho t", "phot o</w>"]
    path.write_text(json.dumps({"model": {"type": "BPE", "vocab": vocabulary, "merges": merges, **more}}))
    return path


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("low", [49, 10, 50]),
        ("  LOW\n", [49, 10, 50]),
        ("lower", [49, 8, 9, 50]),  # low + er, by the order of the merges
        ("low low", [49, 10, 10, 50]),
        ("low-lower", [49, 10, 8, 9, 50]),  # the hyphen is not in this vocabulary
        ("", [49, 50]),
        ("low low low low", [49, 10, 10, 50]),  # cut to 4, the end stays
    ],
)
def test_words_become_the_numbers_of_their_pieces(tmp_path: Path, text: str, numbers: list[int]) -> None:
    tokens = clip_words.load(tokenizer(tmp_path / "t.json"))
    assert tokens.encode(text, 4 if text.count("low") == 4 else 16) == numbers


def test_merges_may_be_pairs_and_bytes_have_letters(tmp_path: Path) -> None:
    path = tokenizer(tmp_path / "t.json", vocab={**SPECIAL, "Ã©</w>": 7}, merges=[["Ã", "©</w>"]])
    assert clip_words.load(path).encode("é", 16) == [49, 7, 50]
    letters = clip_words._letters()
    assert len(set(letters.values())) == 256
    assert (letters[ord("a")], letters[0], letters[ord(" ")]) == ("a", "Ā", "Ġ")


@pytest.mark.parametrize("text", ["[]", "{", '{"model": 3}', '{"model": {"vocab": {}, "merges": []}}'])
def test_another_file_is_no_tokenizer(tmp_path: Path, text: str) -> None:
    path = tmp_path / "t.json"
    path.write_text(text)
    with pytest.raises(ModelRefused, match="no tokenizer"):
        clip_words.load(path)


@pytest.fixture
def installed(model_folder: Path) -> Path:
    graphs.owl(model_folder / card("owlv2").file)
    tokenizer(model_folder / card("owlv2-tokenizer").file)
    return model_folder


def test_words_find_boxes_in_the_picture(installed: Path) -> None:
    assert owl.ready()
    # The picture is 200 wide and 100 high: a square of 200 with grey below.
    rgb = np.zeros((100, 200, 3), np.uint8)
    found = owl.detect(rgb, ["red", "cat"], score=0.5)
    # "cat" has the number 3 and "red" 1: the first place is the cat's, and the second lies over the first.
    assert [(f.label, f.box) for f in found] == [("cat", Box(0, 0, 100, 100))]
    assert found[0].score == pytest.approx(1 / (1 + np.exp(-3)))


def test_the_picture_is_padded_with_grey_and_normalised() -> None:
    rgb = np.full((100, 200, 3), 255, np.uint8)
    planes = owl._pixels(rgb)[0]
    assert planes.shape == (3, 960, 960)
    assert planes[0, 479, 959] == pytest.approx((1 - 0.48145466) / 0.26862954)
    assert planes[2, 480, 0] == pytest.approx((0.5 - 0.40821073) / 0.27577711)


def test_no_words_find_nothing_and_one_pixel_is_a_picture_too(installed: Path) -> None:
    assert owl.detect(np.zeros((9, 9, 3), np.uint8), []) == ()
    assert owl.detect(np.zeros((1, 1, 3), np.uint8), ["cat"], score=0.5)[0].box == Box(0, 0, 1, 1)


def test_without_the_model_the_answer_says_how_to_get_it(no_models: None) -> None:
    assert not owl.ready()
    with pytest.raises(ModelMissing, match="keepdial models get owlv2"):
        owl.detect(np.zeros((9, 9, 3), np.uint8), ["cat"])
