from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from keepdial.backends import backends
from keepdial.discover import units
from keepdial.errors import ParameterError
from keepdial.faces import hog
from keepdial.operations import operations
from keepdial.understand.here import needs, target_needs
from keepdial.understand.plan import Step, Target

WORDS = "a model that paints from words"


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without any model and without the extras."""
    monkeypatch.setenv("KEEPDIAL_MODELS", str(tmp_path))
    monkeypatch.setattr(hog, "installed", lambda: False)
    monkeypatch.setattr("keepdial.networks.realesrgan._folder", lambda: None)


def said(operation: str, *, at: str = "", keep: float | None = None, **params: Any) -> str:
    target = Target(words=at, head=at) if at else None
    return needs(Step(operation=operation, params=params, target=target, keep=keep))


@pytest.mark.parametrize("name", ["replace", "add", "restyle", "instruct"])
def test_what_only_a_painter_does_is_told(name: str) -> None:
    for at in ("", "the dog"):
        assert WORDS in said(name, at=at, prompt="a cat")
        assert WORDS in said(name, at=at)  # the words are still to be asked for
    assert said(name, prompt="a cat", keep=1.0) == ""


def test_words_for_operations_that_do_without_them() -> None:
    assert said("fill", at="the sky") == ""
    assert "patch does not understand words. It takes " + WORDS in said("fill", at="the sky", prompt="grass")
    assert said("background", to="blur") == ""
    assert WORDS in said("background", to="prompt", prompt="a beach")


def test_a_painter_that_is_installed_does_it(monkeypatch: pytest.MonkeyPatch) -> None:
    echo = backends()["echo"]
    able = replace(echo.capabilities, operations=frozenset({"replace"}), by_name_only=False)
    painter = type("Painter", (), {"name": "painter", "capabilities": able})()
    monkeypatch.setitem(units("keepdial.backends", "BACKEND"), "painter", painter)
    assert said("replace", at="the dog", prompt="a cat") == ""
    assert "those here do not do it" in said("restyle", prompt="a sketch")
    painter.capabilities = replace(able, missing="Get it with: keepdial models get painter")
    assert "Get it with: keepdial models get painter" in said("replace", at="the dog", prompt="a cat")
    painter.capabilities = replace(able, remote=True)
    assert "another machine" in said("replace", at="the dog", prompt="a cat")


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(
    ("operation", "params", "line"),
    [
        ("reshape", {"smile": 60}, "pip install 'keepdial[faces]', or keepdial models get yunet"),
        ("retouch", {}, "keepdial models get yunet"),
        ("hair-colour", {"colour": "red"}, "keepdial models get yunet"),
        ("restore", {}, "pip install 'keepdial[upscale]'"),
    ],
)
def test_without_models_the_line_that_gets_them_is_named(
    operation: str, params: dict[str, Any], line: str
) -> None:
    assert line in said(operation, **params)


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(
    ("operation", "params", "line"),
    [
        ("reshape", {"smile": 60}, "keepdial models get face-landmarker"),
        ("lips", {"colour": "red"}, "keepdial models get face-landmarker"),
        ("hair-colour", {"colour": "red"}, "keepdial models get hair"),
        ("reshape", {"slim": 40}, ""),
        ("retouch", {}, ""),
    ],
)
def test_with_a_detector_of_faces_the_rest_is_named(
    monkeypatch: pytest.MonkeyPatch, operation: str, params: dict[str, Any], line: str
) -> None:
    monkeypatch.setattr(hog, "installed", lambda: True)
    found = said(operation, **params)
    assert line in found
    assert bool(found) == bool(line)


@pytest.mark.usefixtures("bare")
def test_what_works_without_models_needs_none() -> None:
    for name, params in (
        ("remove", {}),
        ("crop", {"aspect": "4:3"}),
        ("upscale", {"factor": 2}),
        ("exposure", {"stops": 1}),
        ("cutout", {}),
        ("red-eye", {}),
        ("drag", {}),
        ("extend", {}),
    ):
        assert said(name, at="the sky" if name == "remove" else "", **params) == "", name


def test_an_operation_that_is_not_known_is_an_error() -> None:
    with pytest.raises(ParameterError, match="one of"):
        said("transmogrify")


@pytest.mark.parametrize("name", sorted(operations()))
def test_every_operation_can_be_asked(name: str) -> None:
    found = said(name)
    assert found == "" or found.endswith((".", "hair", "yunet", "landmarker")), found
    assert "\n" not in found


def target(words: str, **more: Any) -> str:
    return target_needs(Target(words=words, head=words.split()[-1], **more))


@pytest.mark.usefixtures("bare")
def test_things_that_nobody_here_can_find() -> None:
    dog = target("the dog")
    assert dog.startswith("Nothing here can find 'dog'.")
    assert "keepdial models get yolox-nano. Show it instead" in dog
    zebu = target("the astrolabe")
    assert zebu.startswith("Nothing here knows what 'astrolabe' looks like.")
    assert "keepdial models get owlv2" in zebu
    assert "dog" in target("everything red except the dog") or "dog" in target("the sky and the dog")
    assert "person" in target("her", pronoun=True)


@pytest.mark.usefixtures("bare")
def test_things_that_can_be_found_without_models() -> None:
    for words in ("the sky", "the text", 'the text "SALE"', "the background", "the subject", "the left half"):
        assert target(words) == "", words
    assert target("the red car") == ""  # what is red is taken


def test_asking_loads_no_network_and_no_runtime() -> None:
    code = (
        "import sys\n"
        "from keepdial.understand.here import needs, target_needs\n"
        "from keepdial.understand.plan import Step, Target\n"
        "for name in ('replace', 'reshape', 'restore', 'exposure', 'hair-colour'):\n"
        "    needs(Step(operation=name, params={'smile': 60} if name == 'reshape' else {}))\n"
        "target_needs(Target(words='the dog', head='dog'))\n"
        "heavy = {'torch', 'onnxruntime', 'numba', 'cv2', 'scipy', 'ncnn', 'dlib'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
