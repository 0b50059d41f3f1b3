"""What sentences about blurs, tints and borders mean, and which of them mean something else."""

from __future__ import annotations

from typing import Any

import pytest

from keepdial.operations import operations
from keepdial.understand.grammar import understand_words
from keepdial.understand.plan import SURE

NEW = ("blur", "flip", "rotate", "straighten", "tint", "border")


@pytest.mark.parametrize(
    ("sentence", "operation", "params", "target"),
    [
        ("blur the face on the left", "blur", {"kind": "gaussian", "amount": 2.0}, "the face on the left"),
        ("blur it slightly", "blur", {"kind": "gaussian", "amount": 1.0}, ""),
        ("pixelate the number plate", "blur", {"kind": "pixelate"}, "the number plate"),
        ("put a mosaic over the faces", "blur", {"kind": "pixelate"}, "the faces"),
        ("add motion blur at 45 degrees", "blur", {"kind": "motion", "amount": 2.0, "angle": 45.0}, ""),
        ("add a zoom blur", "blur", {"kind": "zoom", "amount": 4.0}, ""),
        ("tint the sky pink", "tint", {"colour": "pink", "amount": 40.0}, "the sky"),
        ("add a slight orange filter", "tint", {"colour": "orange", "amount": 20.0}, ""),
        ("make it sepia", "tint", {"colour": "sepia", "mono": True, "amount": 80.0}, ""),
        ("add a white border of 3 %", "border", {"colour": "white", "width": 3.0}, ""),
        ("put a thin black frame around it", "border", {"colour": "black", "width": 2.0}, ""),
        ("make it look like a polaroid", "border", {"colour": "white", "width": 5.0, "bottom": 18.0}, ""),
    ],
)
def test_what_is_meant(sentence: str, operation: str, params: dict[str, Any], target: str) -> None:
    (step,) = understand_words(sentence).steps
    assert step.operation == operation
    assert step.sure >= SURE
    assert ("" if step.target is None else step.target.words) == target
    assert operations()[operation].params.build(**step.params).model_dump(exclude_unset=True) == params


@pytest.mark.parametrize(
    "sentence",
    [
        "blur the background",
        "remove the motion blur",
        "remove the blue tint",
        "remove the sepia effect",
        "remove the black border",
        "clean up this old photo",
        "turn the bird on the left into a plane",
        "turn the car red",
        "rotate the cup",
        "flip the car",
        "remove the vintage car",
    ],
)
def test_what_is_not_meant(sentence: str) -> None:
    plan = understand_words(sentence)
    assert not [step for step in plan.steps if step.operation in NEW and step.sure >= SURE]


@pytest.mark.parametrize("name", NEW)
def test_the_sentences_that_it_declares_ask_for_it(name: str) -> None:
    asks = operations()[name].asks
    assert len(asks) >= 2
    for sentence in asks:
        (step,) = understand_words(sentence).steps
        assert step.operation == name
        assert step.sure >= SURE
