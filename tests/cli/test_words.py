"""``keepdial edit``: sentences on the command line, chains on record, and going on from an earlier edit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from keepdial import open_image
from keepdial.record import load_record
from tests.cli.conftest import Run


def pixels(name: str) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.asarray(open_image(name).pixels, np.uint8)


def test_a_sentence_of_two_steps(folder: Path, run: Run) -> None:
    # A third of a picture is an odd thing to remove; --yes does it without asking.
    words = "exposure +1 stop, then remove the left third"
    ran = run("edit", "coffee.png", words, "-o", "out.png", "--json", "--yes")
    assert ran.code == 0, ran.err
    result = ran.result
    assert result["operation"] == "exposure, remove"
    assert result["words"] == ["exposure +1 stop", "remove the left third"]
    assert [step["operation"] for step in result["steps"]] == ["exposure", "remove"]
    record = load_record("out.png.keepdial.json")
    assert [step.operation for step in record.steps] == ["exposure", "remove"]
    read = record.request.then[0].read
    assert read is not None
    assert read.words == "remove the left third"
    assert [step["read"] for step in result["steps"]] == [
        record.request.read.model_dump(mode="json") if record.request.read else None,
        read.model_dump(mode="json"),
    ]
    assert read.sentence == "exposure +1 stop, then remove the left third"
    assert read.because == ("remove",)
    assert 'because of "remove"' in " ".join(run("explain", "out.png").out.split())
    assert run("replay", "out.png").code == 0


def test_the_report_says_which_words_led_to_what(folder: Path, run: Run) -> None:
    ran = run("edit", "coffee.png", "underexpose it slightly", "-o", "out.png")
    assert ran.code == 0
    assert 'exposure (stops -0.25), read from "underexpose it slightly"' in ran.out


def test_options_hold_for_every_step_and_place_those_without_a_place(folder: Path, run: Run) -> None:
    words = ("edit", "coffee.png", "exposure +1, exposure +1 of the bottom half")
    more = ("--box", "10,10,40,40", "--pin", "box:0,390,600,10", "--keep", "0.5", "-o", "out.png")
    assert run(*words, *more).code == 0
    before, after = pixels("coffee.png"), pixels("out.png")
    changed = (before != after).any(axis=2)
    assert changed[12:48, 12:48].mean() > 0.8
    assert not changed[55:198].any()
    assert changed[210:388].mean() > 0.8
    assert not changed[390:].any()
    record = load_record("out.png.keepdial.json")
    assert [step.keep for step in record.steps] == [0.5, 0.5]


def test_a_picture_that_is_named_is_read(folder: Path, run: Run) -> None:
    ran = run("edit", "coffee.png", "match the look of rocket.jpg", "-o", "out.png", "--json")
    assert ran.code == 0, ran.err
    assert ran.result["operation"] == "match"
    assert pixels("out.png").mean() < pixels("coffee.png").mean()  # the rocket stands in the night
    assert run("replay", "out.png").code == 0


def test_going_on_renders_from_the_original(folder: Path, run: Run) -> None:
    assert run("exposure", "rocket.jpg", "--stops", "-3", "-o", "dark.png").code == 0
    assert run("exposure", "rocket.jpg", "--stops", "3", "--after", "dark.png", "-o", "back.png").code == 0
    # Three stops down in a file of 8 bits and up again would leave one level of eight.
    assert np.array_equal(pixels("back.png"), pixels("rocket.jpg"))
    assert run("exposure", "dark.png", "--stops", "3", "-o", "lossy.png").code == 0
    assert not np.array_equal(pixels("lossy.png"), pixels("rocket.jpg"))
    assert run("replay", "back.png", "rocket.jpg").code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("", "-o", "o.png"), "sentence is empty"),
        (("the cup", "-o", "o.png"), "asks for a change"),
        (("frobnicate it", "-o", "o.png"), "not understood"),
        (("exposure +100 stops", "-o", "o.png"), "stops"),
        (("background from nowhere.jpg", "-o", "o.png"), "nowhere.jpg"),
        (("exposure +1", "--keep", "2", "-o", "o.png"), "--keep"),
        (("exposure +1", "--after", "rocket.jpg", "-o", "o.png"), "no record"),
        (("x" * 5000, "-o", "o.png"), "at most"),
    ],
)
def test_bad_sentences_are_one_line_and_write_nothing(
    folder: Path, run: Run, words: tuple[str, ...], said: str
) -> None:
    ran = run("edit", "coffee.png", *words)
    assert ran.code == 2
    assert ran.err.count("\n") == 1
    assert said in ran.err
    assert "Traceback" not in ran.err
    assert not (folder / "o.png").exists()
