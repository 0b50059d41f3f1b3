"""Does healing give spots back what was under them, and in what time?

    python benches/heal.py                # about three minutes
    python benches/heal.py --save DIR

Twelve blobs (radius 4 to 16 px) on each Kodak photograph, at random places, half of them where the
photograph is smooth (the quietest third of it) and half anywhere. The truth is the photograph. Peers: the
operation `fill` (the embedded patch engine), OpenCV's inpaint (Telea), and OpenCV's seamlessClone of the
place to the right of the spot (what a person who does not look would copy). HaarPSI is over the crops around
the spots, PSNR over the spots' pixels, of all photographs together: medians.
"""

from __future__ import annotations

import argparse
import base64
import io
import sys
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image as Picture

from keepdial import Image, Request, Selector, edit
from keepdial.verify.haarpsi import haarpsi
from kit.cases import read_rgb
from kit.machine import describe
from kit.paths import DATA, need_shared

SPOTS = 12


def main() -> None:
    need_shared()
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--save", type=Path)
    ask.add_argument("--every", type=int, default=1, help="only every so manieth photograph")
    args = ask.parse_args()
    print(describe())
    paths = sorted((DATA / "kodak24").glob("*.png"))[:: args.every]
    methods = {"heal": healed, "fill": filled, "Telea": telea, "seamlessClone": cloned}
    first = read_rgb(paths[0])
    for method in (healed, filled):  # what is compiled and loaded once
        method(first, disc(first.shape[:2], 50, 50, 6))
    rows: dict[tuple[str, str], list[tuple[float, float]]] = {}
    seconds: dict[str, list[float]] = {name: [] for name in methods}
    for path in paths:
        truth = read_rgb(path)
        for kind in ("smooth", "anywhere"):
            spots = places(truth, kind, int(path.stem[-2:]))
            mask = np.zeros(truth.shape[:2], bool)
            for x, y, r in spots:
                mask |= disc(mask.shape, x, y, r)
            given = truth.copy()
            given[mask] = (255, 0, 255)
            for name, method in methods.items():
                start = time.perf_counter()
                result = method(given, mask)
                seconds[name].append(time.perf_counter() - start)
                for x, y, r in spots:
                    part = np.s_[max(0, y - 2 * r - 8) : y + 2 * r + 9, max(0, x - 2 * r - 8) : x + 2 * r + 9]
                    one = disc(mask.shape, x, y, r)[part]
                    value = haarpsi(truth[part], result[part])
                    psnr = psnr_of(truth[part][one], result[part][one])
                    rows.setdefault((kind, name), []).append((value, psnr))
                if args.save:
                    args.save.mkdir(parents=True, exist_ok=True)
                    Picture.fromarray(result).save(args.save / f"{path.stem}-{kind}-{name}.png")
    print(f"\n{2 * SPOTS * len(paths)} spots\n{'':16}{'':10}{'HaarPSI':>9}{'worst 5%':>10}{'PSNR':>8}")
    for (kind, name), values in sorted(rows.items(), reverse=True):
        table = np.array(values)
        low = np.percentile(table[:, 0], 5)
        middle = np.median(table, axis=0)
        print(f"{name:16}{kind:10}{middle[0]:9.4f}{low:10.4f}{middle[1]:8.2f}")
    print(f"\nseconds for {SPOTS} spots, median")
    for name, taken in seconds.items():
        print(f"{name:16}{np.median(taken):8.3f}")


def psnr_of(truth: Any, result: Any) -> float:
    square = float(((truth.astype(np.float64) - result) ** 2).mean())
    return 99.0 if square == 0 else 10 * float(np.log10(255**2 / square))


def places(rgb: Any, kind: str, seed: int) -> list[tuple[int, int, int]]:
    rng = np.random.default_rng(seed)
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    rough = cv2.GaussianBlur(np.abs(cv2.Laplacian(grey, cv2.CV_32F)), (0, 0), 8)
    quiet = np.quantile(rough, 1 / 3)
    found: list[tuple[int, int, int]] = []
    while len(found) < SPOTS:
        r = int(rng.integers(4, 17))
        y, x = int(rng.integers(r + 2, rgb.shape[0] - r - 2)), int(rng.integers(r + 2, rgb.shape[1] - r - 2))
        if kind == "smooth" and rough[y, x] > quiet:
            continue
        if all(np.hypot(x - a, y - b) > r + c + 12 for a, b, c in found):
            found.append((x, y, r))
    return found


def disc(shape: tuple[int, ...], x: int, y: int, r: int) -> Any:
    yy, xx = np.ogrid[: shape[0], : shape[1]]
    return np.hypot(xx - x, yy - y) <= r


def engine(operation: str, rgb: Any, mask: Any) -> Any:
    file = io.BytesIO()
    Picture.fromarray((mask * 255).astype(np.uint8)).save(file, "PNG")
    target = Selector(kind="mask", options={"png": base64.b64encode(file.getvalue()).decode()})
    params = {"grow": 0} if operation == "heal" else {}
    asked = Request(operation=operation, targets=(target,), params=params, auto_pin=False)
    return edit(asked, Image(rgb)).image.pixels


def healed(rgb: Any, mask: Any) -> Any:
    return engine("heal", rgb, mask)


def filled(rgb: Any, mask: Any) -> Any:
    return engine("fill", rgb, mask)


def telea(rgb: Any, mask: Any) -> Any:
    return cv2.inpaint(rgb, mask.astype(np.uint8), 5, cv2.INPAINT_TELEA)


def cloned(rgb: Any, mask: Any) -> Any:
    out = rgb.copy()
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    for i in range(1, count):
        x, y, w, h, _ = (int(v) for v in stats[i])
        step = w + 10 if x + 2 * w + 16 < rgb.shape[1] else -w - 10
        source = np.roll(rgb, -step, axis=1)
        one = cv2.dilate((labels == i).astype(np.uint8), np.ones((7, 7), np.uint8)) * 255
        centre = (x + w // 2, y + h // 2)
        try:
            out = cv2.seamlessClone(source, out, one, centre, cv2.NORMAL_CLONE)
        except cv2.error:  # at the picture's border
            continue
    return out


if __name__ == "__main__":
    sys.exit(main())
