"""``keepdial models`` from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from keepdial.models import check
from tests.cli.conftest import Run
from tests.models import samples


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KEEPDIAL_MODELS", str(tmp_path / "models"))
    monkeypatch.setattr(check, "_checked", {})
    return tmp_path / "models"


def test_list_shows_every_card_and_makes_no_folder(run: Run, place: Path) -> None:
    ran = run("models")
    assert ran.code == 0
    for said in ("yolox-nano", "3.7 MB", "Apache-2.0, commercial use allowed", str(place), "models get"):
        assert said in ran.out
    found = run("models", "list", "--json").report
    assert found["folder"] == str(place)
    one = next(model for model in found["models"] if model["name"] == "selfie")
    assert (one["installed"], one["path"], one["bytes"]) == (False, None, 249024)
    assert not place.exists()


def test_add_verify_and_remove(run: Run, place: Path, tmp_path: Path) -> None:
    source = tmp_path / "mine.onnx"
    source.write_bytes(b'{"model": {"vocab": {}}}')
    ran = run("models", "add", source, "--name", "owlv2-tokenizer", "--json")
    assert ran.code == 0
    path = place / "owlv2_tokenizer.json"
    assert ran.report == {"installed": "owlv2-tokenizer", "paths": [str(path)]}
    assert "right, sha256" in run("models", "verify").out
    path.write_bytes(b'{"model": {"vocab": 1}}')
    ran = run("models", "verify", "owlv2-tokenizer")
    assert ran.code == 2
    assert "the first fetch has" in ran.out
    assert "owlv2-tokenizer" in ran.err
    assert "wrong" in run("models", "list").out
    assert run("models", "remove", "owlv2-tokenizer").out == "owlv2-tokenizer is removed.\n"
    assert run("models", "remove", "owlv2-tokenizer").out.endswith("nothing to remove.\n")
    assert run("models", "verify", "-q").out == ""


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("get",), 2, "needs a NAME"),
        (("get", "nothing"), 2, "one of birefnet-lite"),
        (("get", "lama"), 2, "offline mode"),
        (("add", "absent.onnx"), 2, "cannot be read"),
        (("add", "bad.onnx"), 2, "Python pickle"),
        (("verify", "lama"), 2, "keepdial models get lama"),
        (("list", "lama"), 2, "Leave it out"),
        (("get", "lama", "--name", "x"), 2, "--name goes with add"),
        (("fetch", "lama"), 2, "fetch"),
    ],
)
def test_what_cannot_be_done_says_why(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], code: int, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KEEPDIAL_OFFLINE", "1")
    (tmp_path / "bad.onnx").write_bytes(samples.torch_zip())
    ran = run("models", *words, "--json")
    assert ran.code == code
    assert said in ran.err.splitlines()[-1]
    assert "Traceback" not in ran.err
    assert json.loads(ran.out)["error"]["exit_code"] == code
