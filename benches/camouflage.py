"""Does the dial of camouflage keep what it says, and does the thing stand out less?

    python benches/camouflage.py          # some minutes; prints the curve and the misses
    python benches/camouflage.py --save DIR

Things cut out of photographs (GrabCut) on Kodak photographs, with their masks. The curve is measured on
the cases of odd Kodak numbers (kept at fixed knobs, medians, made rising); the misses of a single try
through it on the even ones, which are held out. "Stands out" is the distance in Lab between the mean
colour of the thing and of a ring of 15 px around it: of the photograph as it is, of a plain peer that
moves the mean colour of the thing to the ring's and at least halves its spread, and of ours at keep 0.6.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np
from PIL import Image as Picture

from keepdial.backends import Frame, Step
from keepdial.backends.camouflage import BACKEND
from keepdial.geometry import Box, Size
from keepdial.keep import knob
from keepdial.mask import feather, grow
from keepdial.verify.haarpsi import kept_within
from kit.cases import Mask, Pixels, read_rgb
from kit.paths import DATA, need_shared

KNOBS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)
DIALS = (0.2, 0.4, 0.6, 0.8)


def main() -> None:
    need_shared()
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--save", type=Path)
    ask.add_argument("--misses", action="store_true", help="leave out measuring the curve")
    args = ask.parse_args()
    cases = sorted((DATA / "removal_composite").glob("*_image.png"))
    if not args.misses:
        measure_curve(cases)
    misses_and_distance(cases, args.save)


def measure_curve(cases: list[Path]) -> None:
    curves: dict[bool, list[list[float]]] = defaultdict(list)
    for path in cases:
        rgb, mask = case(path)
        curves[odd(path)].append([kept(rgb, mask, k) for k in KNOBS])
    middle = np.maximum.accumulate(np.median(curves[True], axis=0))
    low = float(middle[0])
    curve = tuple((round(float(v), 4), k) for v, k in zip(middle, KNOBS, strict=True))
    print(f"median kept at knob 0: {low:.3f}\ncurve from {len(curves[True])} odd cases:\n{curve}\n")
    monotone = [
        all(b >= a - 0.01 for a, b in itertools.pairwise(row)) for row in curves[True] + curves[False]
    ]
    print(f"kept rises with the knob in {sum(monotone)} of {len(monotone)} cases")


def misses_and_distance(cases: list[Path], save: Path | None) -> None:
    print(f"\n{'one try through the curve in the code':40}" + "".join(f"{d:>8}" for d in DIALS) + "    mean")
    distance: dict[tuple[str, bool], list[float]] = defaultdict(list)
    for half in (True, False):
        misses = []
        for path in (p for p in cases if odd(p) is half):
            rgb, mask = case(path)
            found = [kept(rgb, mask, float(knob(BACKEND.curve("camouflage"), d))) for d in DIALS]
            misses.append(np.abs(np.array(found) - DIALS))
            ours = recoloured(rgb, mask, float(knob(BACKEND.curve("camouflage"), 0.6)))
            for name, result in (("do nothing", rgb), ("mean and spread", peer(rgb, mask)), ("ours", ours)):
                distance[name, half].append(stands_out(result, mask))
                if save:
                    save.mkdir(parents=True, exist_ok=True)
                    Picture.fromarray(result).save(save / f"{path.stem}-{name.replace(' ', '-')}.png")
        mean = np.mean(misses, axis=0)
        shown = "".join(f"{v:8.3f}" for v in mean) + f"{mean.mean():8.3f}"
        print(f"{'|kept - keep|, ' + ('odd (measured on)' if half else 'even (held out)'):40}{shown}")
    print("\nhow far the thing's colour stands out of its ring, in Lab (median)")
    for name in ("do nothing", "mean and spread", "ours"):
        print(f"{name:24}" + "".join(f"{np.median(distance[name, half]):8.1f}" for half in (True, False)))


def odd(path: Path) -> bool:
    return int(path.stem[1:3]) % 2 == 1


def case(path: Path) -> tuple[Pixels, Mask]:
    mask = np.asarray(Picture.open(path.with_name(path.name.replace("_image", "_mask"))).convert("L")) > 127
    return read_rgb(path), mask


def recoloured(rgb: Pixels, mask: Mask, at: float) -> Pixels:
    """What the backend proposes at a knob, blended by the mask as the engine does."""
    whole = mask.astype(np.float32)
    box = Box.of(mask)
    assert box is not None
    soft = feather(grow(whole, box, 1), box.grow(1).clip(Size(mask.shape[1], mask.shape[0])), 1)
    frame = Frame(Box(0, 0, mask.shape[1], mask.shape[0]), rgb, soft, np.ones(mask.shape, bool), guess=True)
    proposed = BACKEND.generate(frame, Step("camouflage", at, 0)).pixels
    mixed = rgb + (proposed * 255 - rgb) * soft[..., None]
    return np.asarray(np.round(mixed), np.uint8)


def kept(rgb: Pixels, mask: Mask, at: float) -> float:
    box = Box.of(mask)
    assert box is not None
    return kept_within(rgb, recoloured(rgb, mask, at), box.grow(1).clip(Size(mask.shape[1], mask.shape[0])))


def ring_of(mask: Mask) -> Mask:
    grown = cv2.dilate(mask.astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (35, 35)))
    near = cv2.dilate(mask.astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5)))
    return np.asarray((grown > 0) & (near == 0))


def lab_of(rgb: Pixels) -> np.ndarray:
    return np.asarray(cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB))


def stands_out(rgb: Pixels, mask: Mask) -> float:
    lab = lab_of(rgb)
    return float(np.linalg.norm(lab[mask].mean(axis=0) - lab[ring_of(mask)].mean(axis=0)))


def peer(rgb: Pixels, mask: Mask) -> Pixels:
    """Reinhard's transfer from the ring, global: mean moved, spread scaled by at most a half."""
    lab = lab_of(rgb)
    mine, theirs = lab[mask], lab[ring_of(mask)]
    scale = np.minimum(0.5, theirs.std(axis=0) / np.maximum(mine.std(axis=0), 1e-3))
    lab[mask] = (mine - mine.mean(axis=0)) * scale + theirs.mean(axis=0)
    done = np.asarray(cv2.cvtColor(lab.astype(np.float32), cv2.COLOR_LAB2RGB))
    return np.asarray(np.where(mask[..., None], np.round(np.clip(done, 0, 1) * 255), rgb), np.uint8)


if __name__ == "__main__":
    sys.exit(main())
