"""The store: installing, checking, recording, removing; missing models break nothing."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from keepdial import models
from keepdial.errors import InputError, ModelMissing, ModelRefused, OutputError, ParameterError
from keepdial.models import Card, check, store
from keepdial.progress import Event
from tests.models import samples
from tests.models.conftest import CONTENT, SHA256, MakeCard
from tests.models.server import Host


def test_the_folder_comes_from_the_setting_or_the_users_data(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KEEPDIAL_MODELS", "~/m")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert models.folder() == tmp_path / "m"
    monkeypatch.setenv("KEEPDIAL_MODELS", "")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert models.folder() == tmp_path / "data" / "keepdial" / "models"
    monkeypatch.setenv("XDG_DATA_HOME", "not/absolute")
    assert models.folder() == tmp_path / ".local" / "share" / "keepdial" / "models"


def test_a_missing_model_names_itself_its_size_its_licence_and_the_command(place: Path) -> None:
    assert not models.installed("yolox-nano")
    with pytest.raises(ModelMissing) as caught:
        models.path_of("yolox-nano")
    for said in ("'yolox-nano'", "80 COCO", "3.7 MB", "Apache-2.0", "keepdial models get yolox-nano"):
        assert said in str(caught.value)
    assert (caught.value.exit_code, caught.value.status) == (2, 400)
    assert not place.exists()


def test_get_installs_records_and_is_done_once(place: Path, host: Host, make_card: MakeCard) -> None:
    make_card(host.url)
    events: list[Event] = []
    (path,) = models.get("tiny", loopback=True, progress=events.append)
    assert path == place / "tiny.onnx"
    assert path.read_bytes() == CONTENT
    assert models.path_of("tiny") == path
    assert models.installed("tiny")
    entry = json.loads((place / "installed.json").read_text())["models"]["tiny"]
    assert (entry["sha256"], entry["bytes"], entry["origin"]) == (SHA256, len(CONTENT), host.url)
    assert events[-1] == Event("fetching tiny", 1.0)
    models.get("tiny", loopback=True)
    assert len(host.asked) == 1


def test_without_hash_the_first_fetch_counts_for_ever(place: Path, host: Host, make_card: MakeCard) -> None:
    make_card(host.url, sha256=None, bytes=None)
    (path,) = models.get("tiny", loopback=True)
    path.unlink()
    host.content = samples.onnx(samples.tensor([7.0]))
    with pytest.raises(ModelRefused, match=f"instead of {SHA256}"):
        models.get("tiny", loopback=True)
    assert not path.exists()
    host.content = CONTENT
    models.get("tiny", loopback=True)
    path.write_bytes(samples.onnx())
    with pytest.raises(ModelRefused, match=f"the first fetch has {SHA256}"):
        models.path_of("tiny")


def test_what_came_is_judged_before_it_gets_its_name(place: Path, host: Host, make_card: MakeCard) -> None:
    make_card(host.url, sha256=None, bytes=None)
    for content, said in ((samples.torch_zip(), "pickle"), (samples.safetensors(), "holds safetensors")):
        host.content = content
        with pytest.raises(ModelRefused, match=said):
            models.get("tiny", loopback=True)
        assert not list(place.glob("*.onnx"))
        assert not list(place.glob(".*part*"))


def test_offline_says_how_to_do_without(
    place: Path, host: Host, make_card: MakeCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_card(host.url)
    monkeypatch.setenv("KEEPDIAL_OFFLINE", "1")
    with pytest.raises(ModelMissing, match=r"offline mode.*models add PATH --name tiny"):
        models.get("tiny", loopback=True)
    assert host.asked == []
    place.mkdir()
    (place / "tiny.onnx").write_bytes(CONTENT)
    assert models.get("tiny", loopback=True) == (place / "tiny.onnx",)


def test_a_file_is_read_through_once_and_again_when_it_changes(
    place: Path, make_card: MakeCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_card()
    place.mkdir()
    path = place / "tiny.onnx"
    path.write_bytes(CONTENT)
    read: list[Path] = []
    through = check._read_through

    def counted(wanted: Card, folder: Path, file: Path) -> str:
        read.append(file)
        return through(wanted, folder, file)

    monkeypatch.setattr(check, "_read_through", counted)
    models.path_of("tiny")
    models.path_of("tiny")
    assert len(read) == 1
    monkeypatch.setattr(check, "_checked", {})  # as another process would: the record is enough
    models.path_of("tiny")
    assert len(read) == 1
    os.utime(path, ns=(1, 1))
    models.path_of("tiny")
    assert len(read) == 2


def test_a_damaged_file_counts_as_absent_and_is_told_of(
    place: Path, make_card: MakeCard, caplog: pytest.LogCaptureFixture
) -> None:
    make_card()
    place.mkdir()
    (place / "tiny.onnx").write_bytes(CONTENT[:-1] + b"\x0e")
    with caplog.at_level(logging.WARNING, "keepdial"):
        assert not models.installed("tiny")
    assert "is not the model 'tiny'" in caplog.text
    with pytest.raises(ModelRefused, match="models remove tiny; keepdial models get tiny"):
        models.path_of("tiny")
    (state,) = models.states()
    assert state.path is not None
    assert "sha256" in state.wrong


def test_a_read_only_folder_serves_and_is_left_alone(
    place: Path, make_card: MakeCard, host: Host, tmp_path: Path
) -> None:
    make_card(host.url)
    place.mkdir()
    (place / "tiny.onnx").write_bytes(CONTENT)
    place.chmod(0o555)
    try:
        assert models.installed("tiny")
        assert [file.name for file in place.iterdir()] == ["tiny.onnx"]
        with pytest.raises(OutputError, match="KEEPDIAL_MODELS"):
            models.remove("tiny")
        source = tmp_path / "mine"
        source.write_bytes(CONTENT)
        with pytest.raises(OutputError):
            models.add(source)
    finally:
        place.chmod(0o755)


def test_a_file_that_cannot_be_read_counts_as_absent(
    place: Path, make_card: MakeCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_card()
    place.mkdir()
    (place / "tiny.onnx").write_bytes(CONTENT)

    def denied(*_: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(check, "_read_through", denied)
    assert not models.installed("tiny")
    with pytest.raises(ModelRefused, match=r"cannot be read: Permission denied.*KEEPDIAL_MODELS"):
        models.path_of("tiny")
    (state,) = models.states()
    assert "cannot be read" in state.wrong


def test_a_broken_record_is_as_none(place: Path, make_card: MakeCard) -> None:
    make_card()
    place.mkdir()
    (place / "tiny.onnx").write_bytes(CONTENT)
    for text in ("", "[]", '{"models": {"tiny": {"file": 1}}}', '{"models": 3}'):
        (place / "installed.json").write_text(text)
        check._checked.clear()
        assert models.installed("tiny")


def test_add_knows_the_model_by_its_hash(place: Path, make_card: MakeCard, tmp_path: Path) -> None:
    make_card()
    source = tmp_path / "anything.bin"
    source.write_bytes(CONTENT)
    card, path = models.add(source)
    assert (card.name, path) == ("tiny", place / "tiny.onnx")
    assert path.read_bytes() == CONTENT
    assert source.exists()
    assert models.installed("tiny")
    assert json.loads((place / "installed.json").read_text())["models"]["tiny"]["origin"] == "added"
    assert not [file for file in place.iterdir() if "add" in file.name]


def test_add_takes_a_name_where_the_card_has_no_hash(
    place: Path, make_card: MakeCard, tmp_path: Path
) -> None:
    make_card(sha256=None, bytes=None)
    source = tmp_path / "mine"
    source.write_bytes(CONTENT)
    with pytest.raises(ModelRefused, match=r"No card has.*one of tiny, say so with --name"):
        models.add(source)
    models.add(source, name="tiny")
    assert models.installed("tiny")


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (samples.onnx(), "tiny", "is not the model 'tiny'"),
        (samples.onnx(), None, "No card has a model"),
        (samples.torch_zip(), "tiny", "pickle"),
        (None, None, "cannot be read"),
    ],
)
def test_add_refuses_what_it_is_not(
    place: Path, make_card: MakeCard, tmp_path: Path, data: bytes | None, name: str | None, said: str
) -> None:
    make_card()
    source = tmp_path / "mine"
    if data is not None:
        source.write_bytes(data)
    with pytest.raises(InputError, match=said):
        models.add(source, name=name)
    assert not place.exists()


def test_add_of_another_kind_is_refused(place: Path, make_card: MakeCard, tmp_path: Path) -> None:
    make_card(sha256=None, bytes=None)
    source = tmp_path / "mine"
    source.write_bytes(samples.tflite())
    with pytest.raises(ModelRefused, match="holds tflite; the model 'tiny' is onnx"):
        models.add(source, name="tiny")


def test_remove_takes_file_record_and_rests(place: Path, host: Host, make_card: MakeCard) -> None:
    make_card(host.url)
    assert not models.remove("tiny")
    models.get("tiny", loopback=True)
    (place / ".tiny.part").write_bytes(b"rest")
    assert models.remove("tiny")
    assert not models.installed("tiny")
    assert not (place / ".tiny.part").exists()
    assert json.loads((place / "installed.json").read_text())["models"] == {}
    assert not models.remove("tiny")
    with pytest.raises(ParameterError):
        models.remove("tinier")


def test_what_works_together_is_fetched_together(
    place: Path, host: Host, make_card: MakeCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = make_card(host.url, together=("other",))
    other = make_card(host.url, name="other", file="other.onnx", together=("tiny",))
    known = {"tiny": first, "other": other}
    monkeypatch.setattr(store, "card", known.__getitem__)
    assert models.get("tiny", loopback=True) == (place / "tiny.onnx", place / "other.onnx")


CHILD = """
import sys
from keepdial.models import catalogue as cards, store
one = cards.Card(name="tiny", task="t", source="s", url=sys.argv[1], file="tiny.onnx", format="onnx",
                 licence="MIT", inputs="x", sha256=sys.argv[2])
cards.cards = lambda: {"tiny": one}
print("started", flush=True)
print(store.get("tiny", loopback=True)[0])
"""


def test_two_processes_that_ask_at_once_fetch_once(place: Path, host: Host, make_card: MakeCard) -> None:
    make_card(host.url)
    host.gate = threading.Event()
    command = [sys.executable, "-c", CHILD, host.url, SHA256]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert host.begun.wait(20)
        thread = threading.Thread(target=models.get, args=("tiny",), kwargs={"loopback": True})
        thread.start()
        host.gate.set()
        out, _ = child.communicate(timeout=20)
        thread.join(20)
    assert child.returncode == 0
    assert out.splitlines()[-1] == str(place / "tiny.onnx")
    assert models.installed("tiny")
    assert host.asked == [None]
