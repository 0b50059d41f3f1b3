"""Real and generated hostile files: no crash, no hang, no other exception, no more than 1 GB.

The files open one after the other in a child process, so that whatever a decoder does is seen from outside.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

OPENER = Path(__file__).with_name("opener.py")
ALLOWED = {"ok", "CorruptFile", "TooLarge", "UnsupportedFormat"}
EACH = 10.0
PEAK_MB = 1024


def open_all(paths: list[Path]) -> list[dict[str, Any]]:
    """Open every file in one child; return its lines. A crash or hang names the file it came from."""
    names = "".join(f"{p}\n" for p in paths)
    command = [sys.executable, "-X", "faulthandler", str(OPENER)]
    try:
        done = subprocess.run(command, input=names, capture_output=True, text=True, timeout=120 + EACH)
        out, words = done.stdout, done.stderr[-2000:]
    except subprocess.TimeoutExpired as late:
        out = late.stdout.decode() if isinstance(late.stdout, bytes) else (late.stdout or "")
        words = "ran past the time"
    rows = [json.loads(line) for line in out.splitlines()]
    assert len(rows) == len(paths), f"stopped at {paths[len(rows)]}: {words}"
    return rows


def judge(rows: list[dict[str, Any]]) -> Counter[str]:
    for row in rows:
        assert row["said"].split()[0] in ALLOWED, row
        assert row["seconds"] < EACH, row
        assert row["peak_mb"] < PEAK_MB, row
    return Counter(row["said"].split()[0] for row in rows)


def sample(paths: list[Path]) -> list[Path]:
    """Every fifth file, or all with KEEPDIAL_SLOW."""
    return paths if os.environ.get("KEEPDIAL_SLOW") else paths[::5]


@pytest.mark.shared
def test_real_malformed_files(shared: Path) -> None:
    paths = sample(sorted(p for p in (shared / "data" / "robust").iterdir() if p.suffix != ".tsv"))
    counts = judge(open_all(paths))
    assert counts["ok"] > len(paths) // 3


@pytest.mark.shared
@pytest.mark.slow
def test_generated_hostile_files(shared: Path, tmp_path: Path) -> None:
    if not os.environ.get("KEEPDIAL_SLOW"):
        pytest.skip("takes half a minute; set KEEPDIAL_SLOW=1")
    folder = tmp_path / "synth"
    subprocess.run(
        [sys.executable, str(shared / "tools" / "make_synth.py"), str(folder)],
        check=True,
        capture_output=True,
    )
    rows = open_all(sorted(folder.iterdir()))
    judge(rows)
    said = {Path(row["path"]).name: row["said"].split()[0] for row in rows}
    # One generated GIF has a modest canvas and 2000 frames, WebP and PNG 40: first frame, said so.
    fine = {
        "bomb_gif_5000x5000_2000frames.gif",
        "bomb_webp_anim_2000x2000_40f.webp",
        "bomb_apng_2000x2000_40f.png",
    }
    for name, answer in said.items():
        if name.startswith("bomb_") and not name.endswith(".ico"):
            assert answer == ("ok" if name in fine else "TooLarge"), name
        if name.startswith(("trunc_", "zero_", "bad_crc")):
            tail_only = {"trunc_minus1.gif"}  # all that is missing is the trailer byte
            assert answer == ("ok" if name in tail_only else "CorruptFile"), name
        if name.startswith(("ok.", "exif_", "trailing_", "icc_")):
            assert answer == "ok", name
