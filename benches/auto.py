"""Does auto put right what went wrong, and leave alone what did not? Does match take on a look?

    python benches/auto.py            # about five minutes; prints the tables
    python benches/auto.py --quick    # every third photograph

Photographs (Kodak) are made worse in 23 ways (`kit.degrade`: exposure, contrast, colour of the light,
saturation, faded black, and mixtures). The error is the mean distance in CIE Lab to the photograph as it was;
a figure of 0.5 says that half of it is left. Constants were chosen on the even numbers.

Match is given the photograph as it was as reference, or, for "another", the next one of the list. Its error
is the distance of the histograms: how far the values of L, of a and of b have to be moved on average, added
up (the sum of three one-dimensional earth mover's distances). Posterising is looked for in a ramp of all
65536 greys that is given the same look: reversals (a lighter grey became darker), the largest step between
neighbours, in all and outside of the darkest hundredth, and how many levels are left.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image as Pillow
from PIL import ImageOps

from keepdial.backends import Frame, Step
from keepdial.backends.tone import BACKEND
from keepdial.geometry import Box
from keepdial.operations import match as match_unit
from keepdial.tone import space_of
from keepdial.tone.oklab import to_oklab
from kit.cases import read_rgb
from kit.degrade import WRONGS, decode, degraded, encode
from kit.machine import describe
from kit.paths import DATA, need_shared

Pixels = Any


def main() -> None:
    need_shared()
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--quick", action="store_true", help="every third photograph")
    args = ask.parse_args()
    print(describe(), "\n")
    files = sorted((DATA / "kodak24").glob("*.png"))[:: 3 if args.quick else 1]
    enhance(files)
    looks(files)


def even(file: Path) -> bool:
    return int(file.stem[-2:]) % 2 == 0


def proposed(pixels: Pixels, operation: str, **params: Any) -> Pixels:
    """What the backend proposes, at the depth of `pixels`."""
    height, width = pixels.shape[:2]
    mask = np.ones((height, width), np.float32)
    frame = Frame(Box(0, 0, width, height), pixels, mask, mask > 0, True)
    out = BACKEND.generate(frame, Step(operation, 0.0, 0, params)).pixels
    white = np.iinfo(pixels.dtype).max
    return np.rint(out * white).astype(pixels.dtype)


def lab(pixels: Pixels) -> Pixels:
    """CIE Lab of every other pixel of every other row."""
    return cv2.cvtColor(pixels[::2, ::2].astype(np.float32) / 255, cv2.COLOR_RGB2Lab)


def distance(a: Pixels, b: Pixels) -> float:
    """Mean distance in Lab."""
    difference = (lab(a) - lab(b)).reshape(-1, 3)
    return float(np.sqrt(np.einsum("ni,ni->n", difference, difference)).mean())


def grey_world(pixels: Pixels) -> Pixels:
    light = decode(pixels / np.float32(255))
    means = light.mean(axis=(0, 1))
    return np.rint(255 * np.clip(encode(light * (means.mean() / means)), 0, 1)).astype(np.uint8)


def autocontrast(pixels: Pixels, *, preserve: bool) -> Pixels:
    made = ImageOps.autocontrast(Pillow.fromarray(pixels), cutoff=0.5, preserve_tone=preserve)
    return np.asarray(made)


AUTOS: dict[str, Callable[[Pixels], Pixels]] = {
    "auto": lambda p: proposed(p, "auto"),
    "autocontrast": lambda p: autocontrast(p, preserve=False),
    "autocontrast, tone kept": lambda p: autocontrast(p, preserve=True),
    "grey world": grey_world,
}


def enhance(files: list[Path]) -> None:
    """How much of the error is left, and how far good photographs are moved."""
    left: dict[tuple[bool, str, str], list[float]] = defaultdict(list)
    sums: dict[tuple[bool, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    moved: dict[tuple[bool, str], list[float]] = defaultdict(list)
    again: dict[bool, list[float]] = defaultdict(list)
    for file in files:
        photo, half = read_rgb(file), even(file)
        for name, peer in AUTOS.items():
            moved[half, name].append(distance(peer(photo), photo))
        for wrong in WRONGS:
            bad = degraded(photo, wrong)
            before = distance(bad, photo)
            for name, peer in AUTOS.items():
                better = peer(bad)
                after = distance(better, photo)
                left[half, wrong.name, name].append(after / before)
                sums[half, name][0] += before
                sums[half, name][1] += after
                if name == "auto":
                    again[half].append(distance(proposed(better, "auto"), better))
    for half in (True, False):
        if not moved[half, "auto"]:
            continue
        print(
            f"{'chosen on' if half else 'HELD OUT'}: error left, median" + "".join(f"{n:>26}" for n in AUTOS)
        )
        for wrong in WRONGS:
            cells = [left[half, wrong.name, name] for name in AUTOS]
            print(f"{wrong.name:32}" + "".join(f"{np.median(c):>26.2f}" for c in cells))
        every = {n: np.concatenate([left[half, w.name, n] for w in WRONGS]) for n in AUTOS}
        total = {n: sums[half, n][1] / sums[half, n][0] for n in AUTOS}
        seen = {n: np.concatenate([left[half, w.name, n] for w in WRONGS if w.plain]) for n in AUTOS}
        still = {n: moved[half, n] for n in AUTOS}
        row("all pairs, median", {n: np.median(v) for n, v in every.items()})
        row("plainly wrong ones, median", {n: np.median(v) for n, v in seen.items()})
        row("nine of ten are below", {n: np.quantile(v, 0.9) for n, v in every.items()})
        row("worst", {n: v.max() for n, v in every.items()})
        row("sum after / sum before", total)
        row("share made worse by a tenth", {n: (v > 1.1).mean() for n, v in every.items()})
        row("originals moved, Lab: median", {n: np.median(v) for n, v in still.items()})
        row("originals moved, Lab: mean", {n: np.mean(v) for n, v in still.items()})
        row("originals moved, Lab: worst", {n: np.max(v) for n, v in still.items()})
        twice = np.array(again[half])
        print(f"a second time moves (Lab): median {np.median(twice):.2f}, worst {twice.max():.2f}, "
              f"above 1 in {100 * (twice > 1).mean():.1f} %\n")  # fmt: skip


def row(words: str, values: dict[str, Any]) -> None:
    print(f"{words:32}" + "".join(f"{value:>26.2f}" for value in values.values()))


def histograms(a: Pixels, b: Pixels) -> float:
    """Sum of the earth mover's distances of L, a and b."""
    shares = np.linspace(0, 1, 1001)
    first, second = (lab(p).reshape(-1, 3) for p in (a, b))
    moves = np.abs(np.quantile(first, shares, axis=0) - np.quantile(second, shares, axis=0))
    return float(moves.mean(axis=0).sum())


def reinhard(pixels: Pixels, reference: Pixels) -> Pixels:
    """Mean and spread in Lab (E. Reinhard et al., Color transfer between images, 2001, in CIE Lab)."""
    ours = cv2.cvtColor((pixels / 255).astype(np.float32), cv2.COLOR_RGB2Lab)
    theirs = cv2.cvtColor((reference / 255).astype(np.float32), cv2.COLOR_RGB2Lab)
    axes = (0, 1)
    made = (ours - ours.mean(axes)) * (theirs.std(axes) / (ours.std(axes) + 1e-6)) + theirs.mean(axes)
    rgb = cv2.cvtColor(made.astype(np.float32), cv2.COLOR_Lab2RGB)
    return np.rint(255 * np.clip(rgb, 0, 1)).astype(np.uint8)


def matched(pixels: Pixels, reference: Pixels) -> Pixels:
    """Ours, without the way over a file."""
    return proposed(pixels, "match", reference=given(reference))


def given(reference: Pixels) -> str:
    import base64

    return base64.b64encode(cv2.imencode(".png", reference[..., ::-1])[1].tobytes()).decode()


def looks(files: list[Path]) -> None:
    """How near the histograms come, and whether anything is torn apart."""
    print(f"{'match: distance of histograms left':44}{'match':>10}{'Reinhard':>10}{'match, worst':>14}")
    for half in (True, False):
        chosen = [f for f in files if even(f) is half]
        if not chosen:
            continue
        label = "chosen on" if half else "HELD OUT"
        same: dict[str, list[float]] = defaultdict(list)
        other: dict[str, list[float]] = defaultdict(list)
        steps: list[int] = []
        lighter: list[int] = []
        levels: list[int] = []
        reversals = 0
        for i, file in enumerate(chosen):
            photo, next_one = read_rgb(file), read_rgb(chosen[(i + 1) % len(chosen)])
            for wrong in WRONGS:
                bad = degraded(photo, wrong)
                before = histograms(bad, photo)
                same["match"].append(histograms(matched(bad, photo), photo) / before)
                same["Reinhard"].append(histograms(reinhard(bad, photo), photo) / before)
            before = histograms(photo, next_one)
            other["match"].append(histograms(matched(photo, next_one), next_one) / before)
            other["Reinhard"].append(histograms(reinhard(photo, next_one), next_one) / before)
            step, above, back, distinct = torn(photo, next_one)
            steps.append(step)
            lighter.append(above)
            levels.append(distinct)
            reversals += back
        for words, found in (
            (f"{label}: made worse, to the original", same),
            (f"{label}: to another", other),
        ):
            print(f"{words:44}{np.median(found['match']):>10.3f}{np.median(found['Reinhard']):>10.3f}"
                  f"{max(found['match']):>14.3f}")  # fmt: skip
        print(f"{label}: ramp of 65536 greys: reversals {reversals}; largest step {max(steps)} of 65535, "
              f"{max(lighter)} above the darkest hundredth, "
              f"distinct levels {min(levels)} to {max(levels)} (at most 65536)")  # fmt: skip


def torn(photo: Pixels, reference: Pixels) -> tuple[int, int, int, int]:
    """Largest step, the same above 1 %, reversals and distinct levels of luma in a ramp of all greys."""
    space = space_of(None)
    colours = match_unit._colours(given(reference))
    from keepdial.tone.transfer import moved, transfer_of

    source = to_oklab(space.light(photo[::3, ::3]).reshape(-1, 3), space)
    ramp = np.repeat(np.arange(65536, dtype=np.uint16)[None, :, None], 3, axis=2)
    out = space.encode(moved(space.light(ramp), transfer_of(source, colours, 1.0), space))
    luma = np.rint(65535 * np.clip(out[0] @ space.luma, 0, 1)).astype(np.int64)
    steps = np.diff(luma)
    return int(steps.max()), int(steps[655:].max()), int((steps < -1).sum()), len(np.unique(luma))


if __name__ == "__main__":
    sys.exit(main())
