"""The classical peers: run one through ``bench_peers.py``'s worker, and keep its output on disk.

Every peer sees the hole greyed and runs in its own process. Outputs are keyed by peer, photograph
and mask, so a case is filled once and then only read.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from kit.cases import Case, Loaded, Mask, Pixels, digest, read_rgb
from kit.measures import measure, source_digest
from kit.paths import TOOLS, peers_python, scratch

PEERS = {
    "pypatchmatch5": "PyPatchMatch 5",
    "pypatchmatch15": "PyPatchMatch default",
    "pypatchmatch3": "PyPatchMatch 3",
    "resynthesizer": "Resynthesizer",
    "gmic_patchmatch": "G'MIC matchpatch",
    "gmic_inpaint": "G'MIC inpaint",
    "cv2_telea": "OpenCV Telea",
    "cv2_ns": "OpenCV NS",
    "skimage_biharmonic": "skimage biharmonic",
}
QUALITY_PEERS = tuple(p for p in PEERS if p != "pypatchmatch3")


@dataclass(frozen=True)
class Run:
    """What the worker said of one run: seconds of the call alone, and memory in MB."""

    wall: float
    cpu: float
    peak: float
    base: float


class PeerFailed(RuntimeError):
    """A peer that stopped, with its last words."""


def run_files(peer: str, image: Path, mask: Path, out: Path, *, warm: bool, timeout: float) -> Run:
    """Run ``peer`` once in a fresh process; white in ``mask`` is the hole, greyed by the worker."""
    python = peers_python()
    if python is None:
        raise PeerFailed("no peers' environment: run benches/setup_peers.sh")
    command = [str(python), "-B", str(TOOLS / "bench_peers.py"), "--worker", peer]
    command += [str(image), str(mask), str(out), "1" if warm else "0"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout)
    except subprocess.TimeoutExpired:
        raise PeerFailed(f"stopped after {timeout:g} s") from None
    for line in done.stdout.splitlines():
        if line.startswith("REC "):
            return Run(**json.loads(line[4:]))
    last = (done.stderr.strip().splitlines() or ["no message"])[-1]
    raise PeerFailed(f"exit {done.returncode}: {last[:200]}")


def run_arrays(
    peer: str, pixels: Pixels, mask: Mask, *, warm: bool = False, timeout: float = 600
) -> tuple[Pixels, Run]:
    """``run_files`` for arrays; True in ``mask`` is the hole."""
    with tempfile.TemporaryDirectory(prefix="keepdial_peer") as folder:
        image, hole, out = (Path(folder) / n for n in ("image.png", "mask.png", "out.png"))
        Image.fromarray(pixels).save(image, compress_level=1)
        Image.fromarray(mask.astype(np.uint8) * 255).save(hole)
        run = run_files(peer, image, hole, out, warm=warm, timeout=timeout)
        return read_rgb(out), run


def _cached(peer: str, case: Case, loaded: Loaded) -> tuple[Path, Path]:
    stem = f"{case.set}__{case.name}-{digest(loaded.pixels, loaded.mask)}"
    folder = scratch("cache", peer)
    return folder / f"{stem}.png", folder / f"{stem}.json"


def output(peer: str, case: Case, loaded: Loaded) -> Pixels | None:
    """The cached output of ``peer``, or None where the case was not filled yet."""
    picture, _ = _cached(peer, case, loaded)
    return read_rgb(picture) if picture.exists() else None


def fill(peer: str, case: Case, loaded: Loaded, *, timeout: float = 1200, retry: bool = False) -> str:
    """Make the cached output if it is missing; the answer is "" or why there is none."""
    picture, notes = _cached(peer, case, loaded)
    known: dict[str, Any] = json.loads(notes.read_text()) if notes.exists() else {}
    if picture.exists():
        return ""
    if known.get("error") and not retry:
        return str(known["error"])
    try:
        pixels, run = run_arrays(peer, loaded.pixels, loaded.mask, timeout=timeout)
    except PeerFailed as failure:
        notes.write_text(json.dumps({"error": str(failure)}))
        return str(failure)
    part = picture.with_suffix(f".{os.getpid()}.part")
    Image.fromarray(pixels).save(part, format="PNG", compress_level=1)
    notes.write_text(json.dumps({"run": vars(run)}))
    part.rename(picture)
    return ""


def values(peer: str, case: Case, loaded: Loaded) -> dict[str, float] | None:
    """The measures of the cached output, themselves cached; None where there is no output."""
    picture, notes = _cached(peer, case, loaded)
    if not picture.exists():
        return None
    known: dict[str, Any] = json.loads(notes.read_text()) if notes.exists() else {}
    if known.get("measures_of") != source_digest():
        known["measures"] = measure_all(case, loaded, read_rgb(picture))
        known["measures_of"] = source_digest()
        notes.write_text(json.dumps(known))
    found: dict[str, float] = dict(known["measures"])
    if "run" in known:
        found["seconds"] = float(known["run"]["wall"])
    return found


def measure_all(case: Case, loaded: Loaded, pixels: Pixels) -> dict[str, float]:
    """Measures against the case's reference and, on the Places sets, closeness to MI-GAN."""
    found = measure(loaded.reference, pixels, loaded.mask, loaded.migan if case.truth else None)
    changed = (pixels[~loaded.mask] != loaded.given[~loaded.mask]).any(-1)
    found["outside_changed"] = float(changed.sum())
    return found
