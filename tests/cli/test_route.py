"""``keepdial route``: what would do a sentence's steps, as text and JSON, and what is no such question."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from keepdial.discover import units
from tests.cli.conftest import Run
from tests.painters import CAN, Painter

GPU = ("--assume", "gpu=24GB,ram=64GB,network")


@pytest.fixture
def painter(monkeypatch: pytest.MonkeyPatch) -> Painter:
    made = Painter(capabilities=replace(CAN, trained="edit"))
    monkeypatch.setitem(units("keepdial.backends", "BACKEND"), made.name, made)
    return made


@pytest.fixture(autouse=True)
def nothing_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KEEPDIAL_MODELS", str(tmp_path / "models"))
    for name in ("KEEPDIAL_IMAGES_URL", "KEEPDIAL_OFFLINE", "KEEPDIAL_COMMERCIAL"):
        monkeypatch.delenv(name, raising=False)


def flat(text: str) -> str:
    """Without line breaks."""
    return " ".join(text.split())


def test_without_a_painter_it_says_what_could_be_fetched(run: Run) -> None:
    done = run("route", "replace the dog with a cat", *GPU)
    assert done.code == 5
    assert "Assumed machine: an NVIDIA GPU with 24.0 GB" in flat(done.out)
    assert "choice: none of the backends here can do it." in flat(done.out)
    assert "paste does not understand words" in flat(done.out)
    assert "1. sdxl-inpainting-0.1: " in flat(done.out)
    assert "hf download diffusers/stable-diffusion-xl-1.0-inpainting-0.1 --revision" in flat(done.out)
    assert "flux-1-fill-dev would run on the GPU, one layer at a time, which is slow" in flat(done.out)
    assert all(len(line) <= 100 for line in done.out.splitlines() if "hf download" not in line)


def test_a_choice_says_why_and_why_not_the_others(run: Run, painter: Painter) -> None:
    done = run("route", "replace the dog with a cat", *GPU)
    assert done.code == 0
    assert "choice: painter is the only backend here that does replace" in flat(done.out)
    assert "warning" not in flat(done.out)
    painter.capabilities = replace(CAN, trained="generate")
    warned = run("route", "replace the dog with a cat")
    assert warned.code == 0
    assert "warning: painter was trained to paint pictures from words" in flat(warned.out)


def test_json_holds_all_of_it(run: Run, painter: Painter) -> None:
    done = run("route", "replace the dog with a cat", *GPU, "--json").report
    assert done["machine"]["gpus"][0]["free"] == 24_000
    (step,) = done["steps"]
    assert (step["operation"], step["chosen"], step["possible"]) == ("replace", "painter", True)
    assert (step["keep"], step["prompt"], step["masked"]) == (0.0, True, True)
    assert step["offers"][0]["name"] == "sdxl-inpainting-0.1"
    assert step["offers"][0]["fit"] == {"device": "cuda", "how": "whole"}
    assert {one["name"] for one in step["unfit"]} >= {"qwen-image-edit"}
    kept = run("route", "replace the dog with a cat", "--keep", "1", "--json").report["steps"][0]
    assert (kept["chosen"], kept["possible"]) == (None, True)


def test_several_steps_and_one_that_no_backend_does(run: Run) -> None:
    done = run("route", "make it brighter and crop it to a square")
    assert done.code == 0
    assert "choice: tone is the only backend here that does brightness" in flat(done.out)
    assert "choice: crop does it by itself; no backend is asked." in flat(done.out)
    assert "not installed" not in flat(done.out)


def test_what_is_unclear_is_routed_under_each_answer(run: Run) -> None:
    done = run("route", "make it brighter and make xyz")
    assert done.code == 2
    assert "if this is meant: " in flat(done.out)
    assert "To be answered first: " in flat(done.out)


def test_the_picture_gives_the_size_of_the_region(run: Run, folder: Path, painter: Painter) -> None:
    for words in (("remove the left half", "rocket.jpg"), ("rocket.jpg", "remove the left half")):
        (step,) = run("route", *words, "--json").report["steps"]
        assert step["side"] == 427
        assert step["notes"] == ["In the picture 'the left half' is 320 x 427 px."]
    painter.capabilities = replace(CAN, maximum=64)
    small = run("route", "replace the left half with a cat", "rocket.jpg")
    assert "painter sees at most 64 px" in flat(small.out)
    absent = run("route", "remove the zebra on the left", "rocket.jpg", "--json").report["steps"][0]
    assert absent["notes"][0].startswith("The size of the region is not known")
    whole = run("route", "make it brighter", "rocket.jpg", "--json").report["steps"][0]
    assert (whole["masked"], whole["side"]) == (False, 640)


def test_an_operation_by_name(run: Run, painter: Painter) -> None:
    (step,) = run("route", "--operation", "fill", "--prompt", "a lamp", "--json").report["steps"]
    assert (step["operation"], step["prompt"], step["chosen"]) == ("fill", True, "painter")
    (shown,) = run("route", "--operation", "replace", "--reference", "--json").report["steps"]
    assert (shown["prompt"], shown["references"]) == (False, True)
    assert {shown["chosen"], *(one["name"] for one in shown["turned_down"])} >= {"painter", "paste"}


def test_what_may_be_used_counts(run: Run, painter: Painter) -> None:
    painter.capabilities = replace(CAN, commercial=False, licence="CC BY-NC")
    done = run("route", "--operation", "fill", "--prompt", "a lamp", "--commercial", *GPU)
    assert done.code == 5
    assert "painter has no licence that is known to allow commercial use (CC BY-NC)" in flat(done.out)
    assert "1. sd15-inpainting: " in flat(done.out)
    painter.capabilities = replace(CAN, remote=True)
    refused = run("route", "replace the dog with a cat")
    assert refused.code == 5
    assert "--allow-remote allows it for this edit" in flat(refused.out)
    allowed = run("route", "replace the dog with a cat", "--allow-remote")
    assert allowed.code == 0
    assert "it sends the picture to another machine" in flat(allowed.out)
    offline = run("route", "replace the dog with a cat", "--allow-remote", "--assume", "offline")
    assert offline.code == 5
    assert "the network must not be used" in flat(offline.out)


def test_the_edit_itself_may_use_what_its_options_allow(run: Run, folder: Path, painter: Painter) -> None:
    painter.capabilities = replace(CAN, commercial=False, licence="CC BY-NC")
    words = ("edit", "coffee.png", "paint a cat instead of the cup", "--box", "10,10,40,40", "--no-record")
    assert "CC BY-NC" in run(*words, "--commercial").err
    fill = ("fill", "coffee.png", "--box", "10,10,40,40", "--prompt", "a cat", "-o", "out.png")
    assert run(*fill, "--commercial").code == 5
    assert run(*fill).code == 0
    painter.capabilities = replace(CAN, remote=True)
    said = ("edit", "coffee.png", "turn it into a watercolour painting", "-o", "water.png", "--no-auto-pin")
    assert run(*said).code == 5
    assert run(*said, "--allow-remote").code == 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((), 2, "There is no sentence."),
        (("make it brighter", "and darker"), 2, "2 sentences and 0 pictures"),
        (("rocket.jpg",), 2, "There is no sentence."),
        (("rocket.jpg", "coffee.png"), 2, "0 sentences and 2 pictures"),
        (("make it brighter", "--prompt", "x"), 2, "given without --operation"),
        (("--operation", "nope"), 2, "nope"),
        (("make it brighter", "--operation", "fill"), 2, "--operation stands for words"),
        (("make it brighter", "--keep", "2"), 2, "a number from 0"),
        (("make it brighter", "--keep", "rocket.jpg"), 2, "the edit itself also takes a map"),
        (("make it brighter", "--backend", "nobody"), 2, "nobody"),
        (("make it brighter", "--backend", "sd15"), 2, "hf download"),
        (("make it brighter", "--assume", "gpu=lots"), 2, "24GB or 512MB"),
        (("make it brighter", "--backend", "patch"), 5, ""),
    ],
)
def test_what_is_no_question_is_refused(
    words: tuple[str, ...], code: int, said: str, run: Run, folder: Path
) -> None:
    done = run("route", *words)
    assert done.code == code
    assert said in done.err
