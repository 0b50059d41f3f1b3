"""Saying that kernels are compiled: once, when it happens, and only then."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from keepdial import compiling
from keepdial.compiling import EACH_TIME, ONCE, announced, jit
from keepdial.errors import Cancelled
from keepdial.progress import Cancel, Event

SOURCE = """
from __future__ import annotations
import numpy as np
from keepdial.backends.patch.compiled import Floats1, kernel
from keepdial.compiling import jit

@jit()
def inner(a):
    return a + 1

@jit()
def outer(a):
    return inner(a) * 2

@jit()
def other(a):
    return a - 1

@kernel(over="values", least=1)
def double(lo: int, hi: int, values: Floats1, by: np.float32) -> None:
    for i in range(lo, hi):
        values[i] *= by
"""


class Heard(list[tuple[str, float]]):
    """A listener that keeps what it heard."""

    def __call__(self, event: Event, /) -> None:
        self.append((event.stage, event.done))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A module with small kernels; nothing of it was ever compiled."""
    monkeypatch.setattr(compiling, "_unkept", [])
    monkeypatch.setattr("numba.config.CACHE_DIR", "")
    path = tmp_path / "small.py"
    path.write_text(SOURCE, encoding="utf-8")
    return path


def module(path: Path) -> Any:
    """The module as another process would import it: nothing in memory, only what is on disk."""
    spec = importlib.util.spec_from_file_location("small", path)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def nowhere(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let there be no folder that can be written, also for somebody who may write everywhere."""
    (path.parent / "__pycache__").write_text("a file, so no folder can be made")
    for name in ("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(path / "below a file"))


def test_compiling_is_announced_once_and_never_again(place: Path) -> None:
    first, second = Heard(), Heard()
    with announced(first, count=2):
        small = module(place)
        # The inner one is compiled within the outer one, and not told of.
        assert small.outer(3) == 8
        assert small.other(3) == 2
        assert small.outer(4) == 10
    assert first == [(ONCE, 0.0), (ONCE, 0.5), (ONCE, 1.0)]
    with announced(second):
        small = module(place)
        assert small.outer(3) == 8
        assert small.other(3) == 2
    assert second == []


def test_other_sources_are_compiled_anew(place: Path) -> None:
    module(place).outer(3)
    place.write_text(SOURCE.replace("* 2", "* 3"), encoding="utf-8")
    heard = Heard()
    with announced(heard):
        assert module(place).outer(3) == 12
    assert [stage for stage, _ in heard] == [ONCE, ONCE]


def test_what_is_compiled_in_from_another_module_counts_too(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(place.parent)
    package = place.parent / "tiny"
    package.mkdir()
    near = "from keepdial.compiling import jit\n@jit()\ndef near(a):\n    return a + 1\n"
    (package / "near.py").write_text(near)
    (package / "far.py").write_text(
        "from keepdial.compiling import jit\nfrom tiny.near import near\n"
        "@jit()\ndef far(a):\n    return near(a) * 2\n"
    )

    def far() -> int:
        for name in ("tiny", "tiny.near", "tiny.far"):
            monkeypatch.delitem(sys.modules, name, raising=False)
        importlib.invalidate_caches()
        return int(importlib.import_module("tiny.far").far(3))

    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert [far(), far()] == [8, 8]
    (package / "near.py").write_text(near.replace("+ 1", "+ 2"))
    assert far() == 10


def test_progress_stays_below_one_while_there_is_more_than_was_thought(place: Path) -> None:
    heard = Heard()
    with announced(heard, count=1):
        small = module(place)
        small.outer(1), small.other(1), small.other(1.5)
    assert [done for _, done in heard] == [0, 0.99, 0.99, 1]


def test_cancelling_stops_between_two_compilations_and_does_no_harm(place: Path) -> None:
    small, cancel = module(place), Cancel()
    with announced(cancel=cancel):
        small.outer(3)
    cancel.set()
    assert small.outer(3) == 8
    with announced(cancel=cancel), pytest.raises(Cancelled):
        small.other(3)
    heard = Heard()
    with announced(heard):
        assert small.other(3) == 2
    assert [done for _, done in heard] == [0, 1]


def test_nothing_is_announced_outside_the_block(place: Path) -> None:
    heard = Heard()
    with announced(heard):
        small = module(place)
    small.outer(3)
    assert heard == []


def test_it_is_logged_for_those_who_have_no_listener(place: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", logger="keepdial"), announced():
        module(place).outer(3)
    assert [record.levelname for record in caplog.records] == ["INFO"]
    assert "compiling" in caplog.text


def test_without_any_folder_it_works_and_says_so_each_time(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere(place, monkeypatch)
    assert compiling.unkept() == ()
    for _ in range(2):
        heard = Heard()
        with announced(heard):
            assert module(place).outer(3) == 8
        assert heard == [(EACH_TIME, 0.0), (EACH_TIME, 1.0)]
    (note,) = compiling.unkept()
    assert "NUMBA_CACHE_DIR" in note


def test_a_kernel_works_where_what_was_compiled_cannot_be_saved(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    double = module(place).double
    (place.parent / "__pycache__").rmdir()
    (place.parent / "__pycache__").write_text("the folder went away")
    values = np.array([1, 2, 3], np.float32)
    double(values, np.float32(2))
    assert values.tolist() == [2, 4, 6]
    assert len(compiling.unkept()) == 1


def test_a_kernel_works_where_what_is_on_disk_is_damaged(place: Path) -> None:
    module(place).double.prepare()
    (data,) = (place.parent / "__pycache__").glob("small.double*.nbc")
    data.write_bytes(b"no code")
    values = np.array([1, 2, 3], np.float32)
    module(place).double(values, np.float32(2))
    assert values.tolist() == [2, 4, 6]


def test_a_kernel_is_ready_once_and_from_then_on_takes_its_own_types_only(place: Path) -> None:
    double = module(place).double
    heard = Heard()
    with announced(heard):
        double.prepare()
        double.prepare()
        double(np.ones(5, np.float32), np.float32(2))
    assert [done for _, done in heard] == [0, 1]
    with pytest.raises(TypeError, match="float64"):
        double(np.ones(5), np.float32(2))


@pytest.mark.parametrize("count", [0, 1, 2, 7, 1000])
def test_a_kernel_runs_its_whole_range_once(place: Path, count: int) -> None:
    values = np.arange(count, dtype=np.float32)
    module(place).double(values, np.float32(2))
    assert (values == 2 * np.arange(count)).all()


def test_an_ordinary_function_stays_callable_from_python() -> None:
    assert jit()(lambda a: a + 1)(1) == 2
