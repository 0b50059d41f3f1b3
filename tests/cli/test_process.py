"""The command line as a process of its own: pipes, signals, exit codes."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from keepdial import open_image

KEEPDIAL = (sys.executable, "-m", "keepdial.cli")
EDIT = ("--box", "190,115,22,80", "--backend", "echo")

SLOW = """
import sys, time
from keepdial.backends import echo
from keepdial.cli import main

def generate(self, frame, step, *, progress, cancel):
    print("working", file=sys.stderr, flush=True)
    while True:
        time.sleep(0.01)
        cancel.check()

echo.Echo.generate = generate
sys.exit(main(sys.argv[1:]))
"""


def test_stdin_to_stdout(folder: Path) -> None:
    data = (folder / "coffee.png").read_bytes()
    done = subprocess.run([*KEEPDIAL, "fill", "-", *EDIT], input=data, capture_output=True, check=True)
    before, after = open_image(data), open_image(done.stdout)
    assert (before.pixels != after.pixels).any(axis=2).sum() == 22 * 80
    assert b"Filled: stdout" in done.stderr
    assert {p.name for p in folder.iterdir()} == {"rocket.jpg", "coffee.png"}


def test_the_mask_may_come_from_stdin(folder: Path) -> None:
    mask = (folder / "coffee.png").read_bytes()
    words = ["variation", "coffee.png", "--mask", "-", "--keep", "0", "--backend", "echo", "-o", "o.png"]
    subprocess.run([*KEEPDIAL, *words], input=mask, capture_output=True, check=True)
    assert (folder / "o.png").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopping_writes_nothing(folder: Path, number: signal.Signals) -> None:
    words = ("fill", "coffee.png", *EDIT, "-o", "o.png")
    with subprocess.Popen([sys.executable, "-c", SLOW, *words], stderr=subprocess.PIPE, text=True) as child:
        assert child.stderr is not None
        for line in child.stderr:
            if "working" in line:
                break
        child.send_signal(number)
        said = child.stderr.read()
        assert child.wait(timeout=30) == 130
    assert "nothing was written" in said
    assert "Traceback" not in said
    assert {p.name for p in folder.iterdir()} == {"rocket.jpg", "coffee.png"}


def test_a_reader_that_goes_away_is_no_traceback(folder: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    words = ("fill", "coffee.png", *EDIT, "-o", "-", "--quiet")
    done = subprocess.run([*KEEPDIAL, *words], stdout=write, stderr=subprocess.PIPE, text=True)
    os.close(write)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_a_terminal_gets_no_picture(folder: Path) -> None:
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    words = ("fill", "coffee.png", *EDIT, "-o", "-")
    done = subprocess.run([*KEEPDIAL, *words], stdout=theirs, stderr=subprocess.PIPE, text=True)
    os.close(ours)
    os.close(theirs)
    assert done.returncode == 4
    assert "Stdout is a terminal" in done.stderr


def test_a_terminal_gets_a_progress_bar(folder: Path) -> None:
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    words = ("fill", "coffee.png", *EDIT, "-o", "o.png")
    shown = b""
    with subprocess.Popen([*KEEPDIAL, *words], stderr=theirs, stdout=subprocess.DEVNULL) as child:
        os.close(theirs)
        # Linux answers EIO once the other side is closed.
        with contextlib.suppress(OSError):
            while part := os.read(ours, 4096):
                shown += part
        assert child.wait(timeout=30) == 0
    os.close(ours)
    assert b"\x1b[" in shown
    assert b"keepdial: generate" not in shown
