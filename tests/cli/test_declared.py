"""What is read from the source files agrees with what the modules declare."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from keepdial.cli.app import COMMANDS, OPERATIONS, group
from keepdial.cli.declared import Declared, declared, load
from keepdial.discover import units


@pytest.mark.parametrize(("package", "constant"), [OPERATIONS, COMMANDS])
def test_names_and_sentences_agree_with_the_declarations(package: str, constant: str) -> None:
    real = units(package, constant)
    assert {d.name: d.summary for d in declared(package, constant).values()} == {
        unit.name: unit.summary for unit in real.values()
    }
    assert real


def test_a_declaration_loads_what_it_stands_for() -> None:
    for found in declared(*OPERATIONS).values():
        assert load(found, OPERATIONS[1]) is units(*OPERATIONS)[found.name]


def test_every_unit_is_a_command_and_no_name_is_taken_twice() -> None:
    commands = group().commands
    assert set(commands) == set(declared(*OPERATIONS)) | set(declared(*COMMANDS))
    assert not set(declared(*OPERATIONS)) & set(declared(*COMMANDS))


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "some_units"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "_private.py").write_text("UNIT = make(name='hidden', summary='Hidden.')")
    (folder / "by_name.py").write_text(
        "raise RuntimeError('imported')\nUNIT: object = make(summary='One.', name='one')"
    )
    (folder / "by_place.py").write_text("raise RuntimeError('imported')\nUNIT = make('two', 'Two.', 3)")
    (folder / "other.py").write_text("raise RuntimeError('imported')\nHELPER = make('no', 'No.')")
    (folder / "computed.py").write_text(
        "from types import SimpleNamespace\nUNIT = SimpleNamespace(name='th' + 'ree', summary='Three.')"
    )
    monkeypatch.syspath_prepend(tmp_path)
    return folder


def test_only_what_is_no_literal_is_imported(package: Path) -> None:
    found = declared("some_units", "UNIT")
    assert list(found.values()) == [
        Declared("one", "One.", "some_units.by_name"),
        Declared("three", "Three.", "some_units.computed"),
        Declared("two", "Two.", "some_units.by_place"),
    ]


def test_a_stranger_comes_in_by_the_entry_point(monkeypatch: pytest.MonkeyPatch, package: Path) -> None:
    import importlib.metadata

    stranger = ModuleType("stranger")
    stranger.UNIT = type("Unit", (), {"name": "four", "summary": "Four."})()  # type: ignore[attr-defined]
    monkeypatch.setitem(__import__("sys").modules, "stranger", stranger)
    point = importlib.metadata.EntryPoint("four", "stranger:UNIT", "more_units")
    monkeypatch.setattr(
        importlib.metadata, "entry_points", lambda group: [point] if group == "more_units" else []
    )
    package.rename(package.with_name("more_units"))
    found = declared("more_units", "UNIT")
    assert found["four"] == Declared("four", "Four.", "stranger:UNIT")
    assert load(found["four"], "UNIT").name == "four"
