"""Light by its surroundings, denoise and sharpen: what they gain, what they spoil, and what they cost.

    python benches/local.py            # some minutes; prints the tables
    python benches/local.py --quick    # every third photograph
    python benches/local.py --speed    # the timings alone

Denoise: white noise of a known standard deviation on the Kodak photographs, PSNR and HaarPSI to the
photograph without it, beside OpenCV's non-local means with the true deviation (which we have to find
ourselves) and a Gaussian blur of the best width of four for each deviation.

Halos: a step edge from 0.15 to 0.7 (encoded). How far the result lies, beside the edge, from what the same
operation makes of an even picture of that tone, in % of the step; the three pixels at the edge itself count
for sharpen alone. The peer is an unsharp mask of about the same size and amount.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from typing import Any

import cv2
import numpy as np

from keepdial.backends import Frame, Step
from keepdial.backends.tone import BACKEND
from keepdial.geometry import Box
from keepdial.tone import Look, space_of
from keepdial.tone.noise import find_noise
from keepdial.verify.haarpsi import haarpsi
from kit.cases import read_rgb
from kit.machine import describe
from kit.paths import DATA, need_shared

Pixels = Any
DEVIATIONS = (5, 10, 20)
BLURS = (0.5, 0.8, 1.2, 1.8)
LOCAL: tuple[tuple[str, dict[str, float]], ...] = (
    ("highlights", {"amount": -100}),
    ("shadows", {"amount": 100}),
    ("clarity", {"amount": 100}),
    ("texture", {"amount": 100}),
    ("dehaze", {"amount": 100}),
    ("sharpen", {"amount": 150}),
    ("denoise", {}),
    ("auto", {}),
    ("exposure", {"stops": 1}),
)


def main() -> None:
    need_shared()
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--speed", action="store_true", help="the timings alone")
    ask.add_argument("--quick", action="store_true", help="every third photograph")
    args = ask.parse_args()
    print(describe(), "\n")
    if not args.speed:
        noise(3 if args.quick else 1)
        halos()
    speed()


def frame_of(pixels: Pixels) -> Frame:
    height, width = pixels.shape[:2]
    mask = np.ones((height, width), np.float32)
    return Frame(Box(0, 0, width, height), pixels, mask, mask > 0, True)


def proposed(pixels: Pixels, operation: str, **params: Any) -> Pixels:
    return BACKEND.generate(frame_of(pixels), Step(operation, 0.0, 0, params)).pixels


def eight(values: Pixels) -> Pixels:
    return np.rint(255 * values).astype(np.uint8)


def psnr(a: Pixels, b: Pixels) -> float:
    return float(10 * np.log10(255**2 / np.mean((a.astype(np.float64) - b) ** 2)))


def noise(every: int) -> None:
    files = sorted((DATA / "kodak24").glob("*.png"))[::every]
    for half, label in ((0, "even numbers, chosen on"), (1, "odd numbers, HELD OUT")):
        print(f"denoise, {label}: PSNR in dB / HaarPSI, mean; the noise found, median of light and of colour")
        print(f"{'sigma':>5}{'noisy':>16}{'denoise':>16}{'non-local means':>18}{'blur':>16}{'found':>14}")
        for deviation in DEVIATIONS:
            rng = np.random.default_rng(deviation)
            rows, found, blurs = [], [], []
            for file in (f for f in files if int(f.stem[-2:]) % 2 == half):
                photo = read_rgb(file)
                grain = rng.normal(0, deviation, photo.shape)
                noisy = np.clip(np.rint(photo + grain), 0, 255).astype(np.uint8)
                ours = eight(proposed(noisy, "denoise"))
                bgr = np.ascontiguousarray(noisy[..., ::-1])
                theirs = cv2.fastNlMeansDenoisingColored(bgr, None, deviation, deviation)[..., ::-1]
                rows.append(
                    [(psnr(p, photo), haarpsi(np.ascontiguousarray(p), photo)) for p in (noisy, ours, theirs)]
                )
                soft = [cv2.GaussianBlur(noisy, (0, 0), s) for s in BLURS]
                blurs.append([(psnr(p, photo), haarpsi(p, photo)) for p in soft])
                one = find_noise(Look(frame_of(noisy), space_of(None), 0))
                found.append((255 * one.light, 255 * max(one.colour)))
            means = np.mean(rows, axis=0).tolist()
            blur = max(np.mean(blurs, axis=0).tolist())
            cells = [f"{p:.2f} / {h:.3f}" for p, h in (*means, blur)]
            light, colour = np.median(found, axis=0)
            print(
                f"{deviation:>5}{cells[0]:>16}{cells[1]:>16}{cells[2]:>18}{cells[3]:>16}{light:>8.1f}{colour:>6.1f}"
            )
        print()
    clean = [find_noise(Look(frame_of(read_rgb(f)), space_of(None), 0)).light * 255 for f in files]
    print(
        f"found in the photographs as they are: median {np.median(clean):.1f}, most {max(clean):.1f} levels\n"
    )


def step_edge(height: int = 400, width: int = 600) -> Pixels:
    """A picture at 16 bits: 0.15 left and 0.7 right, an edge as soft as a lens makes it."""
    values = np.where(np.arange(width) < width // 2, 0.15, 0.7)
    soft = cv2.GaussianBlur(np.tile(values, (height, 1)), (0, 0), 0.6)
    return np.rint(65535 * np.repeat(soft[..., None], 3, axis=2)).astype(np.uint16)


def halos() -> None:
    edge = step_edge()
    middle = edge.shape[0] // 2
    far = 20
    heads = f"{'dark side':>11}{'light side':>12}{'unsharp mask: dark':>20}{'light':>8}"
    print(f"{'halo at an edge, % of the step':34}{heads}")
    for name, params in LOCAL[:4] + LOCAL[5:6]:
        row = proposed(edge, name, **params)[middle, :, 0]
        flat = [
            float(proposed(np.full_like(edge, v), name, **params)[middle, middle, 0])
            for v in (edge[0, 0, 0], edge[0, -1, 0])
        ]
        size = abs(flat[1] - flat[0])
        dark, light = row[far : row.size // 2 - 3], row[row.size // 2 + 3 : -far]
        if name == "sharpen":
            dark, light = row[far : row.size // 2], row[row.size // 2 : -far]
        ours = [100 * float(np.abs(side - f).max()) / size for side, f in ((dark, flat[0]), (light, flat[1]))]
        diagonal = float(np.hypot(*edge.shape[:2]))
        width = {"sharpen": 0.7, "texture": 0.0016 * diagonal}.get(name, 0.016 * diagonal)
        plain = edge[middle, :, 0] / 65535
        amount = 1.5 if name == "sharpen" else 1.0
        blurred = cv2.GaussianBlur(plain[None].astype(np.float32), (0, 0), width)[0]
        peer = np.clip(plain + amount * (plain - blurred), 0, 1)
        theirs = 100 * (0.15 - peer.min()) / 0.55, 100 * (peer.max() - 0.7) / 0.55
        cells = f"{ours[0]:>11.1f}{ours[1]:>12.1f}{theirs[0]:>20.1f}{theirs[1]:>8.1f}"
        print(f"{name + ' ' + str(params):34}{cells}")
    print()


def speed() -> None:
    photo = read_rgb(DATA / "kodak24" / "kodim23.png")
    large = cv2.resize(photo, (4243, 2828), interpolation=cv2.INTER_CUBIC)
    rng = np.random.default_rng(0)
    large = np.clip(large + rng.normal(0, 3, large.shape), 0, 255).astype(np.uint8)
    print(f"{'12 MP, 8 bits: median of five':34}{'seconds':>9}{'CPU s':>8}{'of exposure':>13}")
    times: dict[str, tuple[float, float]] = {}
    for name, params in reversed(LOCAL):
        runs = []
        for _ in range(6):
            wall, cpu = time.perf_counter(), time.process_time()
            proposed(large, name, **params)
            runs.append((time.perf_counter() - wall, time.process_time() - cpu))
        times[name] = statistics.median(r[0] for r in runs[1:]), statistics.median(r[1] for r in runs[1:])
    for name, params in LOCAL:
        wall, cpu = times[name]
        print(f"{name + ' ' + str(params):34}{wall:>9.2f}{cpu:>8.2f}{cpu / times['exposure'][1]:>13.1f}")


if __name__ == "__main__":
    sys.exit(main())
