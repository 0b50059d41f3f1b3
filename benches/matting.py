"""Soft edges beside pymatting's: alpha from given trimaps, and what a cut-out shows of its old background.

    python benches/matting.py                          # native size and 1 MP
    python benches/matting.py --sizes native 1 12      # 12 MP too: minutes for the closed form
    python benches/matting.py --methods ours closed --limit 120

Alpha: the pictures of ../shared/data/matting_dim and matting_lemur with their trimaps, as they are and
enlarged (picture cubic, trimap nearest, alpha linear). Errors are over the unknown pixels: MSE in
thousandths, SAD in thousands. ``nothing`` leaves the trimap as it is. Each call runs in a process of its own,
after a tiny one that has everything compiled and loaded; seconds are of the call alone, memory is the
process' resident peak with interpreter, libraries and picture. The lemur's "true" alpha was itself made by
the closed form. Constants of ours were chosen on dim 0, 4 and 8 (*); the others were looked at afterwards.

Fringe: two photographs put together with a true alpha, so that both colours are known, taken apart again
and put on green and on black. ``error`` is the mean difference from what should be seen there, in levels of
255, where alpha is between 0.02 and 0.98; ``old`` is the share of the old background in the colours shown
there, in per cent, weighted with their alpha, where the two photographs differ by 30 levels or more.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from kit.machine import describe
from kit.paths import DATA, need_shared

Floats = NDArray[np.float32]
Loaded = tuple[NDArray[np.uint8], Floats, Floats]

PICTURES = ("dim0", "dim2", "dim4", "dim6", "dim8", "lemur")
CHOSEN_ON = ("dim0", "dim4", "dim8")
METHODS = ("nothing", "ours", "closed", "knn")


def load(name: str, megapixels: float | None) -> Loaded:
    """Picture (H, W, 3), trimap in {0, 0.5, 1} and true alpha, 1 = subject."""
    if name == "lemur":
        folder = DATA / "matting_lemur"
        files = [folder / f for f in ("lemur.png", "lemur_trimap.png", "lemur_alpha.png")]
    else:
        files = [DATA / "matting_dim" / f"{name[3:]}_{kind}.png" for kind in ("image", "trimap", "alpha")]
    pixels = np.asarray(Image.open(files[0]).convert("RGB"))
    given, truth = (np.asarray(Image.open(f).convert("L"), np.float32) / 255 for f in files[1:])
    trimap = np.select([given < 0.1, given > 0.9], [0, 1], 0.5).astype(np.float32)
    if megapixels is not None:
        h, w = trimap.shape
        scale = (megapixels * 1e6 / (h * w)) ** 0.5
        size = (round(w * scale), round(h * scale))
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_CUBIC), np.uint8)
        trimap = np.asarray(cv2.resize(trimap, size, interpolation=cv2.INTER_NEAREST), np.float32)
        truth = np.asarray(cv2.resize(truth, size, interpolation=cv2.INTER_LINEAR), np.float32)
    return pixels, trimap, truth


def method(name: str) -> Callable[[NDArray[np.uint8], Floats], NDArray[Any]]:
    """The function from picture and trimap to alpha."""
    if name == "nothing":
        return lambda pixels, trimap: trimap
    if name == "ours":
        from keepdial.matting import alpha_of

        return alpha_of
    import pymatting

    theirs = {"closed": pymatting.estimate_alpha_cf, "knn": pymatting.estimate_alpha_knn}[name]

    def run(pixels: NDArray[np.uint8], trimap: Floats) -> NDArray[Any]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return np.asarray(theirs(pixels / 255.0, trimap.astype(np.float64)))

    return run


def worker(name: str, folder: Path) -> None:
    """One call, in this process: reads pixels.npy and trimap.npy, writes alpha.npy and prints a record."""
    pixels, trimap = np.load(folder / "pixels.npy"), np.load(folder / "trimap.npy")
    run = method(name)
    start = time.perf_counter()
    rng = np.random.default_rng(0)
    small = np.full((48, 48), 0.5, np.float32)
    small[:16], small[32:] = 0, 1
    run(rng.integers(0, 256, (48, 48, 3), dtype=np.uint8), small)
    first = time.perf_counter() - start
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts again from here
    start, cpu = time.perf_counter(), time.process_time()
    alpha = run(pixels, trimap)
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    status = Path("/proc/self/status").read_text().splitlines()
    peak = next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM:"))
    np.save(folder / "alpha.npy", alpha.astype(np.float32))
    print("REC " + json.dumps({"wall": wall, "cpu": cpu, "peak": peak, "first": first}))


def measured(name: str, loaded: Loaded, limit: float) -> dict[str, float] | str:
    """Errors, seconds and memory of a method on one picture, or why there are none."""
    pixels, trimap, truth = loaded
    with tempfile.TemporaryDirectory(prefix="keepdial_matting") as text:
        folder = Path(text)
        np.save(folder / "pixels.npy", pixels)
        np.save(folder / "trimap.npy", trimap)
        command = [sys.executable, str(Path(__file__).resolve()), "--worker", name, text]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=limit)
        except subprocess.TimeoutExpired:
            return f"over {limit:.0f} s"
        record = next((line for line in done.stdout.splitlines() if line.startswith("REC ")), None)
        if record is None:
            return (done.stderr.strip().splitlines() or ["killed"])[-1][:60]
        alpha = np.load(folder / "alpha.npy")
    off = (alpha - truth)[trimap == 0.5]
    errors = {"mse": float((off**2).mean()) * 1e3, "sad": float(np.abs(off).sum()) / 1e3}
    return {**errors, **json.loads(record[4:])}


def table(size: str, methods: list[str], limit: float, pictures: list[str]) -> None:
    """Print one size's table."""
    megapixels = None if size == "native" else float(size)
    print(f"\n== alpha, {'native size' if megapixels is None else f'{size} MP'}")
    print("| picture | method | MSE e-3 | SAD k | seconds | CPU s | peak MB |\n|---|---|---|---|---|---|---|")
    every: dict[str, list[dict[str, float]]] = {m: [] for m in methods}
    for name in pictures:
        loaded = load(name, megapixels)
        for m in methods:
            got = measured(m, loaded, limit)
            star = "*" if name in CHOSEN_ON else ""
            if isinstance(got, str):
                print(f"| {name}{star} | {m} | {got} | | | | |", flush=True)
                continue
            every[m].append({**got, "chosen": name in CHOSEN_ON})
            print(f"| {name}{star} | {m} | {cells(got)} |", flush=True)
    for title, which in (("mean", (0, 1)), ("mean of *", (1,)), ("mean of the others", (0,))):
        for m in methods:
            rows = [r for r in every[m] if int(r["chosen"]) in which]
            if len(rows) == len(which) * 3:
                mean = {k: float(np.mean([r[k] for r in rows])) for k in rows[0]}
                print(f"| {title} | {m} | {cells(mean)} |")


def cells(row: dict[str, float]) -> str:
    """A row's numbers."""
    return f"{row['mse']:.2f} | {row['sad']:.2f} | {row['wall']:.2f} | {row['cpu']:.2f} | {row['peak']:.0f}"


def fringe() -> None:
    """Print what a cut-out shows of its old background."""
    import pymatting

    from keepdial.matting import alpha_of, foreground_of

    print("\n== fringe: known colours taken apart and put on green and on black")
    print("| method | error on green | error on black | old % |\n|---|---|---|---|")
    photos = sorted((DATA / "kodak24").glob("*.png"))
    sums: dict[str, list[tuple[float, float, float]]] = {}
    for i, name in enumerate(PICTURES):
        _, trimap, truth = load(name, None)
        size = truth.shape[::-1]
        fore, back = (
            np.asarray(Image.open(photos[(3 * i + k) % len(photos)]).convert("RGB").resize(size), np.float32)
            for k in (0, 1)
        )
        a = truth[..., None]
        pixels = np.rint(a * fore + (1 - a) * back).astype(np.uint8)
        band = (truth > 0.02) & (truth < 0.98)
        ours, theirs = alpha_of(pixels, trimap), method("closed")(pixels, trimap)
        made = {
            "hard edge, source colours": ((truth >= 0.5).astype(np.float32), pixels),
            "ours, source colours": (ours, pixels),
            "ours, our colours": (ours, foreground_of(pixels, ours)),
            "closed form, its ML colours": (
                theirs,
                255 * pymatting.estimate_foreground_ml(pixels / 255.0, theirs.astype(np.float64)),
            ),
            "true alpha, our colours": (truth, foreground_of(pixels, truth)),
        }
        for title, (alpha, colours) in made.items():
            row = []
            for screen in ((0, 255, 0), (0, 0, 0)):
                want = a * fore + (1 - a) * np.array(screen, np.float32)
                got = alpha[..., None] * colours + (1 - alpha[..., None]) * np.array(screen, np.float32)
                row.append(float(np.abs(got - want)[band].mean()))
            way = back - fore
            part = ((colours - fore) * way).sum(2) / np.maximum((way**2).sum(2), 1)
            clear = band & ((way**2).sum(2) > 30**2)
            old = float(np.average(np.clip(np.abs(part[clear]), 0, 1), weights=alpha[clear]))
            sums.setdefault(title, []).append((*row, 100 * old))
    for title, rows in sums.items():
        green, black, old = (float(v) for v in np.mean(rows, axis=0))
        print(f"| {title} | {green:.1f} | {black:.1f} | {old:.1f} |")


def main() -> None:
    """Parse the command line and print the tables."""
    if sys.argv[1:2] == ["--worker"]:
        worker(sys.argv[2], Path(sys.argv[3]))
        return
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", nargs="+", default=["native", "1"])
    parser.add_argument("--methods", nargs="+", default=list(METHODS), choices=METHODS)
    parser.add_argument("--pictures", nargs="+", default=list(PICTURES), choices=PICTURES)
    parser.add_argument("--limit", type=float, default=300.0, help="seconds after which a call is stopped")
    parser.add_argument("--no-fringe", action="store_true")
    given = parser.parse_args()
    need_shared()
    print(describe(("numpy", "numba", "opencv-python-headless", "scipy", "pymatting")))
    for size in given.sizes:
        table(size, given.methods, given.limit, given.pictures)
    if not given.no_fringe:
        fringe()


if __name__ == "__main__":
    main()
