"""One timed call of our engine in a process of its own, the way ``bench_peers.py`` times a peer.

    python benches/kit/timing.py ENGINE FOLDER     (FOLDER holds pixels.npy and mask.npy)

Kernels are warm: the process first fills a small photograph. Memory is the resident peak of the
call; ``base`` is what was resident before it, with the photograph and the mask.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve()
if str(HERE.parents[1]) not in sys.path:
    sys.path.insert(0, str(HERE.parents[1]))

from kit.cases import Mask, Pixels, greyed  # noqa: E402
from kit.peers import Run  # noqa: E402


def _status(key: str) -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(key):
            return int(line.split()[1]) / 1024
    return float("nan")


def _worker(name: str, folder: Path) -> None:
    from kit import engine

    fill = engine.load(name)
    pixels, mask = np.load(folder / "pixels.npy"), np.load(folder / "mask.npy")
    rng = np.random.default_rng(0)
    small = rng.integers(0, 256, (320, 320, 3), dtype=np.uint8)
    hole = np.zeros((320, 320), bool)
    hole[100:180, 120:200] = hole[20:40, 250:300] = True
    fill(greyed(small, hole), hole, seed=0)
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts again from here
    base = _status("VmRSS:")
    before, start = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    out = fill(pixels, mask, seed=0)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF)
    peak = _status("VmHWM:")
    if out.shape != pixels.shape or (out[~mask] != pixels[~mask]).any():
        raise SystemExit("the engine changed pixels outside the mask")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print("REC " + json.dumps(vars(Run(wall=wall, cpu=cpu, peak=peak, base=base))))


def run_ours(name: str, pixels: Pixels, mask: Mask) -> Run:
    """Time one call of the engine ``name`` on ``pixels``; True in ``mask`` is the hole, greyed."""
    with tempfile.TemporaryDirectory(prefix="keepdial_speed") as folder:
        np.save(Path(folder) / "pixels.npy", greyed(pixels, mask))
        np.save(Path(folder) / "mask.npy", mask)
        command = [sys.executable, str(HERE), name, folder]
        done = subprocess.run(command, capture_output=True, text=True)
    for line in done.stdout.splitlines():
        if line.startswith("REC "):
            return Run(**json.loads(line[4:]))
    raise RuntimeError((done.stderr.strip() or done.stdout.strip() or "no message")[-1500:])


if __name__ == "__main__":
    _worker(sys.argv[1], Path(sys.argv[2]))
