"""Painting by the command line, with a stand-in that paints: pictures from nothing, and words for others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from keepdial.backends import Capabilities
from keepdial.discover import units
from tests.cli.conftest import Run
from tests.painters import PAINTED, Painter


@pytest.fixture
def painter(monkeypatch: pytest.MonkeyPatch) -> Painter:
    made = Painter(colourful=True)
    monkeypatch.setitem(units("keepdial.backends", "BACKEND"), made.name, made)
    return made


def test_a_picture_from_nothing(run: Run, folder: Path, painter: Painter) -> None:
    words = ("generate", "--prompt", "a castle", "--size", "48x32")
    done = run(*words, "-o", "castle.png", "--seed", "3", "--json")
    assert done.code == 0, done.err
    assert done.result["output"].endswith("castle.png")
    again = run("replay", "castle.png")
    assert again.code == 0
    assert "Every pixel came out as recorded" in again.out
    assert run(*words, "-o", "castle.png").code == 4
    assert run(*words).code == 0
    assert (folder / "generated.png").is_file()


def test_several_as_jpeg(run: Run, folder: Path, painter: Painter) -> None:
    words = ("generate", "--prompt", "a castle", "--aspect", "2:1", "-n", "3", "-o", "c.jpg")
    painter.capabilities = Capabilities(
        operations=frozenset(PAINTED), takes_prompt=True, best=64, multiple_of=16
    )
    assert run(*words, "--quiet").code == 0
    assert len({(folder / f"c-{i}.jpg").read_bytes() for i in (1, 2, 3)}) == 3
    assert run("replay", "c-2.jpg", "--quiet").code == 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--size", "48x32"), 2, "prompt is not given"),
        (("--prompt", "  "), 2, "not blank"),
        (("--prompt", "x" * 4001), 2, "prompt"),
        (("--prompt", "x", "--size", "huge"), 2, "such as 768x512"),
        (("--prompt", "x", "--size", "16000x16000"), 3, "the limit is"),
        (("--prompt", "x", "--keep", "0.5"), 2, "nothing to keep"),
        (("--prompt", "x", "--reference", "nowhere.png"), 2, "nowhere.png"),
        (("--prompt", "x", "--size", "48x32", "--reference", "note.txt"), 3, "The reference picture"),
        (("--prompt", "x", "--after", "coffee.png"), 2, "the original picture"),
        (("coffee.png", "--prompt", "x"), 2, "how much of it is kept"),
    ],
)
def test_bad_input_is_explained_in_a_line(
    words: tuple[str, ...], code: int, said: str, run: Run, folder: Path, painter: Painter
) -> None:
    (folder / "note.txt").write_text("no picture")
    before = sorted(folder.iterdir())
    done = run("generate", *words, "-o", "out.png", "--quiet")
    assert done.code == code, done.err
    assert said in done.err
    assert done.err.count("\n") == 1
    assert sorted(folder.iterdir()) == before


def test_image_to_image(run: Run, folder: Path, painter: Painter) -> None:
    words = ("generate", "coffee.png", "--prompt", "a cup of tea", "--keep", "1", "-o", "tea.png")
    assert run(*words, "--quiet").code == 0


def test_a_fill_in_words_leaves_a_jpeg_alone_elsewhere(run: Run, folder: Path, painter: Painter) -> None:
    done = run(
        *(
            "fill",
            "rocket.jpg",
            "--box",
            "64,64,96,96",
            "--prompt",
            "a kite",
            "--reference",
            "coffee.png",
        ),
        *("--negative", "birds", "--steps", "7", "--no-auto-pin", "-o", "kite.jpg", "--json"),
    )
    assert done.code == 0, done.err
    record = json.loads((folder / "kite.jpg.keepdial.json").read_text())
    assert record["request"]["params"]["steps"] == 7
    assert len(record["request"]["params"]["reference"]) == 1
    findings = {f["signal"]: f for f in record["report"]["findings"]}
    assert findings["preserved"]["verdict"] == "pass"
    assert findings["delivered"]["verdict"] == "pass"
    told = run("explain", "kite.jpg")
    assert "negative = birds" in told.out


def test_it_is_asked_for_in_a_sentence(run: Run, folder: Path, painter: Painter) -> None:
    painter.capabilities = Capabilities(
        operations=frozenset(PAINTED), takes_prompt=True, best=64, multiple_of=16
    )
    done = run("edit", "paint me a lighthouse, and make it black and white", "-o", "light.png", "--json")
    assert done.code == 0, done.err
    assert [step.prompt for step in painter.asked] == ["a lighthouse"]
    assert run("replay", "light.png", "--quiet").code == 0
    (folder / "done").mkdir()
    assert run("edit", "generate a picture of a lighthouse", "-o", "done", "--quiet").code == 0
    assert (folder / "done" / "generated.png").is_file()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("make it brighter",), "IMAGE is not given; allowed: a picture for brightness to work on"),
        (("coffee.png",), "what is wanted, in words, behind the pictures"),
        (("coffee.png", "paint me a lighthouse"), "how much of it is kept"),
        (("paint me a lighthouse", "--keep", "0.4"), "nothing to keep"),
        (
            ("paint me a lighthouse", "--ask-model", "http://127.0.0.1:9", "--send-picture"),
            "without a picture",
        ),
    ],
)
def test_sentences_without_their_picture_are_explained(
    words: tuple[str, ...], said: str, run: Run, folder: Path, painter: Painter
) -> None:
    done = run("edit", *words, "-o", "out.png", "--quiet")
    assert done.code == 2
    assert said in done.err
    assert not (folder / "out.png").exists()
