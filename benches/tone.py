"""Do adjustments of colour and light change what they say, by as much as they say, and how fast?

    python benches/tone.py                # amounts on 20 photographs, 16-bit ramps, speed at 12 MP
    python benches/tone.py --only speed   # or amounts, or ramps
    python benches/tone.py --only speed --reps 9

Amounts are measured with formulas of the benches' own (`kit/tones.py`: sRGB, OKLab, XYZ, Bradford in
float64), not with those that made the change. "Clipped anew" is the share of pixels that have a channel at 0
or 255 after rounding to 8 bits, and had none before. Speed is without reading or writing a file; the floor is
one copy of the 8-bit pixels by all cores. Peers do the nearest thing that they have, on 8-bit values, in the
file's encoding.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageEnhance

from keepdial.backends import Frame, Step
from keepdial.backends.tone import BACKEND
from keepdial.edit import edit
from keepdial.geometry import Box
from keepdial.image import Image
from keepdial.parallel import workers
from keepdial.request import Request
from kit.cases import Pixels, read_rgb
from kit.machine import describe
from kit.paths import DATA, need_shared
from kit.tones import (
    Measure,
    black_move,
    chroma_ratio,
    corners,
    duv_moved,
    gain,
    kelvin_under,
    odds,
    roughness,
    slope,
    tint_hue,
    turn,
    value_at,
    vibrance,
    wheel,
    white_move,
)

PHOTOGRAPHS = 20


@dataclass(frozen=True)
class Case:
    operation: str
    params: dict[str, Any]
    what: str
    asked: float
    measure: Measure


CASES = (
    Case("exposure", {"stops": 1}, "linear luminance, times", 2, gain),
    Case("exposure", {"stops": -1}, "linear luminance, times", 0.5, gain),
    Case("brightness", {"amount": 40}, "odds of the root, times", 3**0.4, odds),
    Case("brightness", {"amount": -40}, "odds of the root, times", 3**-0.4, odds),
    Case("contrast", {"amount": 50}, "slope at middle grey", 2**0.5, slope),
    Case("contrast", {"amount": -50}, "slope at middle grey", 2**-0.5, slope),
    Case("whites", {"amount": -50}, "move of white (root)", -0.1, white_move),
    Case("whites", {"amount": 30}, "move of white (root)", 0.06, white_move),
    Case("blacks", {"amount": 50}, "move of black (root)", 0.05, black_move),
    Case("levels", {"black": 20, "white": 220}, "where 120 goes", 127.5, value_at(120)),
    Case("curves", {"points": "0,0 64,50 192,210 255,255"}, "where 64 goes", 50, value_at(64)),
    Case("curves", {"points": "0,0 64,50 192,210 255,255"}, "where 192 goes", 210, value_at(192)),
    Case(
        "white-balance",
        {"from_kelvin": 5000, "kelvin": 6500},
        "grey under 6500 K, K",
        5000,
        kelvin_under(6500),
    ),
    Case(
        "white-balance",
        {"from_kelvin": 6500, "kelvin": 5000},
        "grey under 5000 K, K",
        6500,
        kelvin_under(5000),
    ),
    Case("white-balance", {"tint": 8}, "grey across the locus", 8, duv_moved),
    Case("saturation", {"amount": 30}, "OKLab chroma, times", 1.3, chroma_ratio(0.03, 0.1)),
    Case("saturation", {"amount": -50}, "OKLab chroma, times", 0.5, chroma_ratio(0.03, 0.3)),
    Case("vibrance", {"amount": 50}, "weak colours, of what is due", 1, vibrance(0.02, 0.05, 0.5)),
    Case("vibrance", {"amount": 50}, "strong colours, of what is due", 1, vibrance(0.12, 0.25, 0.5)),
    Case("hue", {"degrees": 40}, "OKLCh hue, degrees", 40, turn),
    Case("hsl", {"blue_saturation": 40}, "chroma of blue, times", 1.4, chroma_ratio(0.02, 0.12, (258, 6))),
    Case("hsl", {"blue_saturation": 40}, "chroma of orange, times", 1, chroma_ratio(0.02, 0.3, (60, 20))),
    Case("split-toning", {}, "hue of shadows' tint", wheel(200), tint_hue(0.05, 0.3)),
    Case("split-toning", {}, "hue of highlights' tint", wheel(40), tint_hue(0.75, 0.95)),
    Case("black-and-white", {}, "linear luminance, times", 1, gain),
    Case("vignette", {"amount": -50}, "corners, stops", -1, corners),
    Case("grain", {"amount": 50, "size": 1}, "deviation at the middle", 0.04, roughness),
)


def amounts() -> None:
    paths = sorted((DATA / "kodak24").glob("*.png"))[:PHOTOGRAPHS]
    print(f"amounts on {len(paths)} photographs; n = photographs with enough such pixels\n")
    head = f"{'operation':16}{'options':34}{'measured':32}{'asked':>9}{'mean':>9}{'worst':>9}{'n':>4}"
    print(head + f"{'clipped anew %':>16}{'worst':>7}")
    for case in CASES:
        got, clipped = [], []
        for path in paths:
            pixels = read_rgb(path)
            after = proposed(pixels, case.operation, case.params)
            clipped.append(100 * anew(pixels, after))
            value = case.measure(pixels / 255.0, after.astype(np.float64))
            if value is not None:
                got.append(value)
        worst = max(got, key=lambda v: abs(v - case.asked))
        given = " ".join(f"{k}={v}" for k, v in case.params.items())
        print(
            f"{case.operation:16}{given[:33]:34}{case.what:32}{case.asked:9.3f}{np.mean(got):9.3f}"
            f"{worst:9.3f}{len(got):4}{np.mean(clipped):16.3f}{max(clipped):7.2f}"
        )


def anew(pixels: Pixels, after: NDArray[np.float32]) -> float:
    out = np.round(after * 255)
    now = ((out == 255) | (out == 0)).any(axis=2)
    return float((now & ~((pixels == 255) | (pixels == 0)).any(axis=2)).mean())


def proposed(pixels: NDArray[Any], operation: str, params: dict[str, Any]) -> NDArray[np.float32]:
    return BACKEND.generate(framed(pixels), Step(operation, 0.0, 0, params)).pixels


def framed(pixels: NDArray[Any]) -> Frame:
    height, width = pixels.shape[:2]
    whole = np.ones((height, width), np.float32)
    return Frame(Box(0, 0, width, height), pixels, whole, whole > 0, guess=True)


def ramps() -> None:
    """All 65536 greys: how many levels are left, of those there is room for, and how large the steps are."""
    grey = np.arange(65536, dtype=np.uint16).reshape(256, 256, 1).repeat(3, axis=2)
    print(f"\n{'16-bit ramp':16}{'options':34}{'levels':>8}{'of':>8}{'%':>7}{'largest step':>14}{'falls':>7}")
    done = set()
    for case in (Case("exposure", {"stops": 0}, "", 0, gain), *CASES):
        given = " ".join(f"{k}={v}" for k, v in case.params.items())
        if (case.operation, given) in done or case.operation in ("vignette", "grain"):
            continue
        done.add((case.operation, given))
        out = np.round(proposed(grey, case.operation, case.params)[..., 1].ravel().astype(np.float64) * 65535)
        steps = np.diff(out)
        levels = len(np.unique(out))
        # A stretch of the ramp that is squeezed to n levels cannot hold more than n.
        smooth = np.interp(np.arange(0, 65536, 64), np.arange(65536), out)
        room = float(np.minimum(np.abs(np.diff(smooth)), 64).sum())
        print(
            f"{case.operation:16}{given[:33]:34}{levels:8}{room:8.0f}{100 * levels / max(room, 1):7.1f}"
            f"{np.abs(steps).max():14.0f}{int((steps < 0).sum()):7}"
        )


# --- speed -----------------------------------------------------------------------------------------------

TEN: tuple[tuple[str, dict[str, Any]], ...] = (
    ("exposure", {"stops": 0.3}),
    ("white-balance", {"warmth": 15}),
    ("brightness", {"amount": 10}),
    ("contrast", {"amount": 20}),
    ("whites", {"amount": -10}),
    ("blacks", {"amount": 10}),
    ("saturation", {"amount": 10}),
    ("vibrance", {"amount": 20}),
    ("curves", {"points": "0,0 64,60 192,196 255,255"}),
    ("vignette", {"amount": -20}),
)


def peers(pixels: Pixels) -> dict[str, tuple[str, Callable[[], object]]]:
    picture = Pillow.fromarray(pixels)
    table = np.clip(np.arange(256) * 1.2, 0, 255).astype(np.uint8)
    warm = np.diag([1.1, 1, 0.9])

    def hsv() -> object:
        h, s, v = cv2.split(cv2.cvtColor(pixels, cv2.COLOR_RGB2HSV))
        return cv2.cvtColor(cv2.merge((h, cv2.convertScaleAbs(s, alpha=1.3), v)), cv2.COLOR_HSV2RGB)

    def lab() -> object:
        return cv2.cvtColor(cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB), cv2.COLOR_LAB2RGB)

    def vignette() -> object:
        y, x = np.ogrid[-1 : 1 : pixels.shape[0] * 1j, -1 : 1 : pixels.shape[1] * 1j]
        factor = (1 - 0.25 * (x * x + y * y)).astype(np.float32)
        return (pixels * factor[..., None]).astype(np.uint8)

    def grain() -> object:
        noise = np.random.default_rng(0).standard_normal(pixels.shape[:2], np.float32) * 6
        return np.clip(pixels + noise[..., None], 0, 255).astype(np.uint8)

    lut = ("OpenCV LUT", lambda: cv2.LUT(pixels, table))
    return {
        "exposure": lut,
        "brightness": ("Pillow Brightness", lambda: ImageEnhance.Brightness(picture).enhance(1.2)),
        "contrast": ("Pillow Contrast", lambda: ImageEnhance.Contrast(picture).enhance(1.2)),
        "whites": lut,
        "blacks": lut,
        "levels": lut,
        "curves": ("Pillow point", lambda: picture.point(list(table) * 3)),
        "white-balance": ("OpenCV transform", lambda: cv2.transform(pixels, warm)),
        "saturation": ("Pillow Color", lambda: ImageEnhance.Color(picture).enhance(1.3)),
        "vibrance": ("OpenCV HSV", hsv),
        "hue": ("OpenCV HSV", hsv),
        "hsl": ("OpenCV HSV", hsv),
        "split-toning": ("OpenCV Lab, there and back", lab),
        "black-and-white": ("Pillow convert L", lambda: picture.convert("L")),
        "vignette": ("NumPy", vignette),
        "grain": ("NumPy", grain),
    }


def speed(reps: int) -> None:
    tile = np.concatenate([read_rgb(p) for p in sorted((DATA / "kodak24").glob("*.png"))[:5] if landscape(p)])
    pixels = np.ascontiguousarray(np.tile(tile, (4, 6, 1))[:3000, :4000])
    other = peers(pixels)
    floor = middle_of(reps * 3, lambda: copied(pixels))
    print(f"\n12 MP, 8 bits; {describe(('numpy', 'opencv-python-headless', 'pillow'))}; {workers()} threads")
    print(f"floor: one copy of the pixels by all cores {1000 * floor:.1f} ms\n")
    print(f"{'operation':16}{'backend s':>11}{'CPU s':>8}{'x floor':>9}{'edit() s':>10}{'peer s':>9}  peer")
    last: dict[str, dict[str, Any]] = {case.operation: case.params for case in CASES}
    last["black-and-white"] = {"filter": "red"}
    for name, params in (*last.items(), ("ten, fused", {})):
        steps = TEN if name == "ten, fused" else ((name, params),)
        first, *also = steps
        step = Step(first[0], 0.0, 0, first[1], also=tuple(also))
        request = Request(
            operation=first[0],
            params=first[1],
            then=tuple(Request(operation=operation, params=options) for operation, options in also),
        )
        cpu = time.process_time()
        backend = middle_of(reps, lambda one=step: BACKEND.generate(framed(pixels), one))
        cpu = (time.process_time() - cpu) / (reps + 1)
        whole = middle_of(max(1, reps // 2), lambda one=request: edit(one, Image(pixels)))
        who, call = other.get(name, ("", None))
        theirs = f"{middle_of(reps, call):9.3f}" if call else " " * 9
        print(f"{name:16}{backend:11.3f}{cpu:8.2f}{backend / floor:9.0f}{whole:10.3f}{theirs}  {who}")


def landscape(path: Any) -> bool:
    return read_rgb(path).shape[1] == 768


def copied(pixels: Pixels) -> Pixels:
    out = np.empty_like(pixels)
    cuts = np.linspace(0, len(pixels), 4 * workers() + 1).astype(int)
    with ThreadPoolExecutor(workers()) as pool:
        parts = pairwise(cuts)
        list(pool.map(lambda part: np.copyto(out[part[0] : part[1]], pixels[part[0] : part[1]]), parts))
    return out


def middle_of(reps: int, call: Callable[[], object]) -> float:
    call()
    seconds = []
    for _ in range(reps):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def main() -> None:
    need_shared()
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--only", choices=("amounts", "ramps", "speed"))
    ask.add_argument("--reps", type=int, default=5)
    args = ask.parse_args()
    if args.only in (None, "amounts"):
        amounts()
    if args.only in (None, "ramps"):
        ramps()
    if args.only in (None, "speed"):
        speed(args.reps)


if __name__ == "__main__":
    sys.exit(main())
