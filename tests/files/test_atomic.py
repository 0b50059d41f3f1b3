from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from keepdial.errors import DiskFull, OutputError, OutputExists
from keepdial.files import atomic, write_atomically

SAVER = """
import sys
from keepdial.files.atomic import write_atomically
n = 0
while True:
    n += 1
    write_atomically(sys.argv[1], bytes([n % 251]) * 3_000_000, overwrite=True)
    print(n, flush=True)
"""


def test_writes_and_overwrites_only_when_asked(tmp_path: Path) -> None:
    target = tmp_path / "a.png"
    write_atomically(target, b"one")
    with pytest.raises(OutputExists, match=r"a\.png.*--overwrite"):
        write_atomically(target, b"two")
    assert target.read_bytes() == b"one"
    write_atomically(target, b"two", overwrite=True)
    assert target.read_bytes() == b"two"
    assert os.listdir(tmp_path) == ["a.png"]


def test_a_file_that_appears_meanwhile_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "a.png"
    real = atomic._write

    def late(*args: Any) -> None:
        real(*args)
        target.write_bytes(b"theirs")

    monkeypatch.setattr(atomic, "_write", late)
    with pytest.raises(OutputExists):
        write_atomically(target, b"ours")
    assert target.read_bytes() == b"theirs"
    assert os.listdir(tmp_path) == ["a.png"]


def test_permissions_and_links_survive(tmp_path: Path) -> None:
    target = tmp_path / "real" / "a.png"
    target.parent.mkdir()
    write_atomically(target, b"one")
    assert target.stat().st_mode & 0o777 == 0o666 & ~_umask()
    target.chmod(0o640)
    link = tmp_path / "link.png"
    link.symlink_to(target)
    write_atomically(link, b"two", overwrite=True)
    assert link.is_symlink()
    assert target.read_bytes() == b"two"
    assert target.stat().st_mode & 0o777 == 0o640


def _umask() -> int:
    value = os.umask(0)
    os.umask(value)
    return value


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    target = tmp_path / "a.png"
    target.write_bytes(b"old")

    def full(descriptor: int) -> None:
        raise OSError(number, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFull, match="what was there is untouched"):
        write_atomically(target, b"new", overwrite=True)
    assert target.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.png"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_device_that_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.open
    monkeypatch.setattr(
        os,
        "open",
        lambda path, flags, mode=0o777: (
            real("/dev/full", os.O_WRONLY) if ".tmp" in str(path) else real(path, flags, mode)
        ),
    )
    with pytest.raises(OutputError):
        write_atomically(tmp_path / "a.png", b"new")
    assert os.listdir(tmp_path) == []


def test_folders_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written: No such file"):
        write_atomically(tmp_path / "none" / "a.png", b"x")
    with pytest.raises(OutputError, match="is a folder"):
        write_atomically(tmp_path, b"x", overwrite=True)
    with pytest.raises(OutputError, match="no file name"):
        write_atomically("a\0b", b"x")


def test_leftovers_of_dead_processes_are_swept_and_others_stay(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
    dead = tmp_path / f".keepdial-{gone.pid}-{'0' * 16}.tmp"
    ours = tmp_path / f".keepdial-{os.getpid()}-{'1' * 16}.tmp"
    old = tmp_path / f".keepdial-{os.getpid()}-{'2' * 16}.tmp"
    strange = tmp_path / ".keepdial-notes.tmp"
    for path in (dead, ours, old, strange):
        path.write_bytes(b"half")
    os.utime(old, (time.time() - 4000, time.time() - 4000))
    write_atomically(tmp_path / "a.png", b"x")
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([ours.name, strange.name, "a.png"])


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_kill_at_any_moment_leaves_the_old_file_or_the_new(tmp_path: Path) -> None:
    target = tmp_path / "a.bin"
    moments = random.Random(7)
    for _ in range(30 if os.environ.get("KEEPDIAL_SLOW") else 8):
        with subprocess.Popen([sys.executable, "-c", SAVER, str(target)], stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            child.stdout.readline()
            time.sleep(moments.uniform(0, 0.05))
            child.send_signal(signal.SIGKILL)
            child.wait()
        data = target.read_bytes()
        assert len(data) == 3_000_000
        assert data == data[:1] * len(data)
    write_atomically(tmp_path / "b.bin", b"x")
    assert sorted(os.listdir(tmp_path)) == ["a.bin", "b.bin"]
