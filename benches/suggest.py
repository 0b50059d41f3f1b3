"""Are distractions found, and is a clean picture left in peace?

    python benches/suggest.py             # all suggesters, one or two seconds a picture and kind
    python benches/suggest.py --save DIR  # writes each picture with the outlines of what was suggested

Recall: one thing of a kind is drawn on each Kodak photograph that has room for it, and it is found when a
suggestion covers half of it and is not five times as large. Dust, wires and things at the border go where
the photograph itself is calm (standard deviation of lightness, Lab, under 1.5 or 3 over 31 or 61 px).
False alarms: suggestions on the clean photographs, none of which a person would surely call a distraction.
Constants were chosen on the odd photographs; the even ones are held out.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Picture
from PIL import ImageDraw, ImageFont

from keepdial.image import Image
from keepdial.outlined import drawn
from keepdial.suggest import Suggestion, suggest
from kit.cases import Mask, Pixels, read_rgb
from kit.paths import DATA, need_shared

Adder = Callable[[Pixels, np.random.Generator], Pixels | None]


def main() -> None:
    need_shared()
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--save", type=Path)
    ask.add_argument("--only", help="one of " + ", ".join(("clean", *ADDED)))
    args = ask.parse_args()
    if args.save:
        args.save.mkdir(parents=True, exist_ok=True)
    halves = ("odd (chosen on)", "even (held out)")
    hits: dict[tuple[str, str], list[bool]] = defaultdict(list)
    alarms: dict[str, list[int]] = defaultdict(list)
    kinds: dict[tuple[str, str], int] = defaultdict(int)
    for i, path in enumerate(sorted((DATA / "kodak24").glob("*.png"))):
        half, clean = halves[i % 2], read_rgb(path)
        if args.only in (None, "clean"):
            found = suggest(Image(clean))
            alarms[half].append(len(found))
            for s in found:
                kinds[half, s.label] += 1
            said = [f"{s.number}: {s.label} at {s.box} ({s.score:.2f})" for s in found]
            print(f"{path.stem} clean: {said}", flush=True)
            keep(args.save, f"{path.stem}-clean", clean, found)
        for kind, add in ADDED.items():
            if args.only not in (None, kind):
                continue
            picture = add(clean, np.random.default_rng(i))
            if picture is None:
                continue
            found = suggest(Image(picture))
            changed = np.abs(picture.astype(int) - clean).max(axis=2) > 8
            hits[half, kind].append(any(is_it(s, changed) for s in found))
            print(f"{path.stem} {kind}: {'found' if hits[half, kind][-1] else 'missed'}", flush=True)
            keep(args.save, f"{path.stem}-{kind}", picture, found)
    print()
    for half in halves:
        if alarms[half]:
            mean, by = np.mean(alarms[half]), {k: n for (h, k), n in kinds.items() if h == half}
            print(f"{half}: suggestions on a clean picture: {mean:.2f} {by}")
        for kind in ADDED:
            if got := hits[half, kind]:
                print(f"{half}: {kind:8} found {sum(got)}/{len(got)} = {np.mean(got):.2f}")


def is_it(suggestion: Suggestion, changed: Mask) -> bool:
    inside = np.zeros(changed.shape, bool)
    inside[suggestion.region.box.slices] = suggestion.region.values > 0
    return bool(
        (changed & inside).sum() >= 0.5 * changed.sum() and inside.sum() <= max(400, 5 * changed.sum())
    )


def calm(rgb: Pixels, side: int = 61, limit: float = 3.0) -> Mask:
    light = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB))[..., 0].astype(np.float32) / 2.55
    mean, square = cv2.blur(light, (side, side)), cv2.blur(light * light, (side, side))
    return np.asarray(np.maximum(np.asarray(square) - np.asarray(mean) ** 2, 0) < limit**2)


def disc(off: NDArray[np.float64], edge: float) -> NDArray[np.float64]:
    """1 inside of a disc, 0 outside; `off` is the distance from its rim."""
    return np.asarray(0.5 - 0.5 * np.tanh(off / (2 * edge)))


def dust(rgb: Pixels, rng: np.random.Generator) -> Pixels | None:
    """A soft dark disc of 3 to 7 px radius, 10 to 25 % darker, where lightness varies by less than 1.5."""
    room = calm(rgb, limit=1.5)
    room[:40] = room[-40:] = False
    room[:, :40] = room[:, -40:] = False
    ys, xs = np.nonzero(room)
    if len(ys) < 500:
        return None
    at = int(rng.integers(len(ys)))
    radius, dark = rng.uniform(3, 7), rng.uniform(0.1, 0.25)
    y, x = np.mgrid[0 : rgb.shape[0], 0 : rgb.shape[1]]
    soft = disc(np.hypot(y - ys[at], x - xs[at]) - radius, 0.8)
    return np.asarray(np.round(rgb * (1 - dark * soft)[..., None]), np.uint8)


def wire(rgb: Pixels, rng: np.random.Generator) -> Pixels | None:
    """A sagging dark line of 1.5 to 3 px across calm ground, at least a third of the picture long."""
    room = calm(rgb, 31)
    h, w = rgb.shape[:2]
    for _ in range(200):
        x0, x1 = int(rng.uniform(0, 0.4) * w), int(rng.uniform(0.7, 1) * w)
        y0, y1 = rng.uniform(0.05, 0.7, 2) * h
        t = np.linspace(0, 1, x1 - x0)
        ys = y0 + (y1 - y0) * t + 0.03 * h * 4 * t * (1 - t)
        cells = np.clip(np.round(ys).astype(int), 0, h - 1)
        if abs(y1 - y0) < 0.3 * h and room[cells, np.arange(x0, x1)].mean() > 0.97:
            layer = np.zeros((h, w), np.uint8)
            points = np.stack([np.arange(x0, x1), ys], axis=1)
            thick = rng.uniform(1.5, 3)
            cv2.polylines(
                layer,
                [np.round(points * 16).astype(np.int32)],
                False,
                255,
                max(1, round(thick)),
                cv2.LINE_AA,
                4,
            )
            part = (layer / 255.0 * 0.85)[..., None]
            return np.asarray(np.round(rgb * (1 - part) + np.array([25, 25, 28]) * part), np.uint8)
    return None


def stamp(rgb: Pixels, rng: np.random.Generator) -> Pixels | None:
    """A camera's date stamp in the lower right corner."""
    text = str(rng.choice(("21.11.2026", "'98  8 14", "NOV 21 2026", "2026/11/21")))
    size = int(rng.uniform(20, 30))
    under = Picture.fromarray(rgb)
    font = ImageFont.load_default(size)
    left, _, right, _ = font.getbbox(text)
    place = rgb.shape[1] - (right - left) - 24, rgb.shape[0] - size - 24
    ImageDraw.Draw(under).text(place, text, font=font, fill=(255, 140, 30))
    return np.asarray(under)


def thing(rgb: Pixels, rng: np.random.Generator) -> Pixels | None:
    """A saturated disc, cut by the border, 2 to 4 % of the longer side in radius, where it is calm."""
    h, w = rgb.shape[:2]
    room = calm(rgb, 61)
    radius = rng.uniform(0.02, 0.04) * max(h, w)
    for _ in range(200):
        side, along = int(rng.integers(4)), rng.uniform(0.1, 0.9)
        off = 0.4 * radius + 6
        y, x = ((off, along * w), (h - 1 - off, along * w), (along * h, off), (along * h, w - 1 - off))[side]
        if room[int(y), int(x)]:
            ys, xs = np.mgrid[0:h, 0:w]
            soft = disc(np.hypot(ys - y, xs - x) - radius, 0.7)[..., None]
            colour = np.array(
                ((200, 40, 30), (40, 90, 200), (230, 200, 40), (30, 140, 60))[int(rng.integers(4))]
            )
            return np.asarray(np.round(rgb * (1 - soft) + colour * soft), np.uint8)
    return None


ADDED: dict[str, Adder] = {"dust": dust, "wire": wire, "stamp": stamp, "thing": thing}


def keep(folder: Path | None, name: str, rgb: Pixels, found: tuple[Suggestion, ...]) -> None:
    if folder is None:
        return
    masks = []
    for s in found:
        mask = np.zeros(rgb.shape[:2], np.float32)
        mask[s.region.box.slices] = s.region.values
        masks.append(mask)
    shown = drawn(rgb.astype(np.float32) / 255, masks)
    Picture.fromarray(np.asarray(np.round(shown * 255), np.uint8)).save(folder / f"{name}.png")


if __name__ == "__main__":
    sys.exit(main())
