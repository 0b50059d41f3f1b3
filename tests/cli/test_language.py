"""``keepdial plan`` and ``edit`` with a language model, against a real chat server on this machine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from keepdial.record import load_record
from tests.cli.conftest import Run
from tests.understand.chat_server import completion, plan, serving, step

DARKER = completion(plan(step("exposure", "make it moody", sure=0.9, stops=-0.5)))


def pictures_in(asked: dict[str, object]) -> int:
    return json.dumps(asked).count('"type": "image_url"')


def test_the_plan_says_who_understood_it(run: Run) -> None:
    with serving(DARKER) as host:
        ran = run("plan", "make it moody", "--ask-model", host.url, "--model", "tiny")
    assert "Understood by the language model tiny." in ran.out
    assert "The sentence goes to the language model tiny at" in ran.err
    assert "exposure" in ran.out


def test_the_environment_names_the_model(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(DARKER) as host:
        monkeypatch.setenv("KEEPDIAL_LANGUAGE_URL", host.url)
        monkeypatch.setenv("KEEPDIAL_LANGUAGE_MODEL", "tiny")
        # It is asked only where that was wanted.
        assert run("plan", "make it brighter", "--json").report["by"] == "grammar"
        assert host.asked == []
        assert run("plan", "make it moody", "--ask-model", "env", "--json").report["by"] == "tiny"
        assert len(host.asked) == 1


def test_an_edit_by_a_model_is_on_record_and_sends_no_picture(folder: Path, run: Run) -> None:
    with serving(DARKER) as host:
        ran = run(
            "edit",
            "coffee.png",
            "make it moody",
            "-o",
            "o.png",
            "--ask-model",
            host.url,
            "--model",
            "tiny",
            "-y",
        )
    assert ran.code == 0, ran.err
    assert "; by tiny" in ran.out
    assert [pictures_in(asked) for asked in host.asked] == [0]
    read = load_record("o.png.keepdial.json").request.read
    assert read is not None
    assert read.by == "tiny"
    assert "the language model tiny" in " ".join(run("explain", "o.png").out.split())


def test_a_picture_is_sent_only_where_that_is_allowed_and_each_on_its_own(folder: Path, run: Run) -> None:
    with serving(DARKER) as host:
        model = ("--ask-model", host.url, "--model", "tiny", "--send-picture", "--yes")
        ran = run("edit", "coffee.png", "rocket.jpg", "make it moody", *model)
    assert ran.code == 0, ran.err
    assert [pictures_in(asked) for asked in host.asked] == [1, 1]
    assert ran.err.count("So does a copy of the picture") == 2
    assert (folder / "rocket.keepdial.jpg").exists()


def test_a_name_that_the_sentence_does_not_hold_cannot_come_back(folder: Path, run: Run) -> None:
    (folder / "secret.jpg").write_bytes((folder / "rocket.jpg").read_bytes())
    stolen = completion(plan(step("match", "like rocket.jpg", reference="secret.jpg")))
    with serving(stolen) as host:
        words = ("edit", "coffee.png", "make it look like rocket.jpg", "-o", "o.png")
        ran = run(*words, "--ask-model", host.url, "--model", "tiny", "--yes")
    assert ran.code == 6
    assert "Traceback" not in ran.err
    assert not (folder / "o.png").exists()
    assert "rocket.jpg" in json.dumps(host.asked[0])


def test_a_server_that_is_not_there_is_one_line(folder: Path, run: Run) -> None:
    with serving(DARKER) as host:
        url = host.url
    ran = run(
        "edit", "coffee.png", "make it moody", "-o", "o.png", "--ask-model", url, "--model", "tiny", "-q"
    )
    assert ran.code == 6
    assert ran.err.count("\n") == 1
    assert not (folder / "o.png").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--model", "tiny"), "--model is 'given without --ask-model'"),
        (("--send-picture",), "--send-picture is 'given without --ask-model'"),
        (("--key-from", "KEY"), "--key-from is 'given without --ask-model'"),
        (("--ask-model", "env"), "KEEPDIAL_LANGUAGE_URL"),
        (("--ask-model", "ftp://x/v1", "--model", "tiny"), "ftp"),
        (("--ask-model", "http://localhost:1/v1"), "model"),
    ],
)
def test_options_that_name_no_model(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], said: str
) -> None:
    for name in ("URL", "MODEL"):
        monkeypatch.delenv(f"KEEPDIAL_LANGUAGE_{name}", raising=False)
    ran = run("edit", "coffee.png", "make it moody", "-o", "o.png", *words)
    assert ran.code == 2
    assert ran.err.count("\n") == 1
    assert said in ran.err
    if "--send-picture" not in words:
        assert run("plan", "make it moody", *words).code == 2


def test_a_picture_from_stdin_cannot_be_sent(folder: Path, run: Run) -> None:
    ran = run("edit", "-", "x", "--ask-model", "http://localhost:1/v1", "--model", "m", "--send-picture")
    assert ran.code == 2
    assert "--send-picture is 'given with a picture from stdin'" in ran.err
