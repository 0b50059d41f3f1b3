"""Does a recoloured thing look as it would if it had been made in that colour?

    python benches/recolor.py             # half a minute
    python benches/recolor.py --save DIR

Spheres and folded cloth are rendered (Lambert shading, a lamp from the side, ambient light, highlights of
the lamp's colour as Blinn's, a neutral tyre-like ring, a patterned ground, half a level of noise, 8 bits),
once in the old colour and once in the new: the second is the truth. Each method is told the new colour as
the truth's median over the thing. The figure is the mean distance in OKLab over the thing's pixels, times
100 (2 is about the smallest difference that is noticed). Peers: nothing; a flat overlay of the new colour at
the old lightness ("colour" blending: OKLab's L of the old, a and b of the new); a naive shift of hue,
saturation and value by the difference of the medians (HSV). Then: whether the dial is monotone.
"""

from __future__ import annotations

import argparse
import base64
import io
import itertools
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image as Picture

from keepdial import Image, Request, Selector, edit
from keepdial.tone import space_of
from keepdial.tone.oklab import from_oklab, to_oklab
from kit.machine import describe

SPACE = space_of(None)
COLOURS = {
    "red": "#b0182c",
    "orange": "#d9701e",
    "green": "#2c7a3c",
    "blue": "#2450a4",
    "yellow": "#d8b428",
    "black": "#1a1a1a",
    "white": "#d8d8d6",
    "grey": "#7c7c7c",
}
PAIRS = (
    ("red", "blue"),
    ("blue", "red"),
    ("orange", "blue"),
    ("green", "orange"),
    ("yellow", "green"),
    ("blue", "yellow"),
    ("red", "white"),
    ("red", "black"),
    ("white", "red"),
    ("white", "blue"),
    ("grey", "green"),
    ("black", "red"),
    ("black", "yellow"),
)


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--save", type=Path)
    args = ask.parse_args()
    print(describe())
    totals: dict[str, list[float]] = {}
    print(f"\n{'':28}{'nothing':>9}{'overlay':>9}{'hue shift':>11}{'ours':>9}")
    for shape in ("sphere", "cloth"):
        for old, new in PAIRS:
            before, thing = scene(shape, COLOURS[old])
            truth, _ = scene(shape, COLOURS[new])
            aim = code(np.median(truth[thing], axis=0))
            results = {
                "nothing": before,
                "overlay": overlay(before, thing, aim),
                "hue shift": hue_shift(before, thing, aim),
                "ours": ours(before, thing, aim, 0.0),
            }
            errors = {name: error(one, truth, thing) for name, one in results.items()}
            for name, value in errors.items():
                totals.setdefault(name, []).append(value)
            print(f"{shape + ', ' + old + ' to ' + new:28}" + "".join(f"{v:9.2f}" for v in errors.values()))
            if args.save:
                args.save.mkdir(parents=True, exist_ok=True)
                sheet = np.concatenate([*results.values(), truth], axis=1)
                Picture.fromarray(sheet).save(args.save / f"{shape}-{old}-{new}.png")
    print(f"{'mean':28}" + "".join(f"{np.mean(v):9.2f}" for v in totals.values()))
    before, thing = scene("sphere", COLOURS["red"])
    path = [error(ours(before, thing, COLOURS["blue"], k), before, thing) for k in (0, 0.25, 0.5, 0.75, 1)]
    falls = all(a > b for a, b in itertools.pairwise(path))
    print("\ndistance from the source at keep 0, 0.25, 0.5, 0.75, 1: ", ", ".join(f"{v:.2f}" for v in path))
    print("monotone" if falls and path[-1] == 0 else "NOT monotone")


def scene(shape: str, colour: str, *, size: int = 256) -> tuple[Any, Any]:
    """Return a rendered picture (size, size, 3) uint8 and where the thing is, (size, size) bool."""
    y, x = np.mgrid[0 : size * 2, 0 : size * 2].astype(np.float64) / size - 1
    if shape == "sphere":
        radius = np.hypot(x, y) / 0.72
        z = np.sqrt(np.clip(1 - radius**2, 0, None))
        normal = np.stack([x / 0.72, y / 0.72, z], -1)
        inside = radius < 1
    else:
        height = 0.09 * np.sin(7 * x + 2 * np.sin(3 * y)) + 0.05 * np.sin(11 * y + 5 * x)
        gy, gx = np.gradient(height, 1 / size)
        normal = np.stack([-gx, -gy, np.ones_like(gx)], -1)
        inside = (np.abs(x) < 0.8) & (np.abs(y) < 0.75)
    normal /= np.maximum(np.linalg.norm(normal, axis=-1, keepdims=True), 1e-9)
    lamp = np.array([-0.5, -0.6, 0.62])
    lamp /= np.linalg.norm(lamp)
    half = lamp + np.array([0, 0, 1])
    half /= np.linalg.norm(half)
    lit = 0.22 + 0.85 * np.clip(normal @ lamp, 0, None)
    shine = 0.5 * np.clip(normal @ half, 0, None) ** 60
    albedo = np.broadcast_to(decode(colour), (*x.shape, 3))
    paint = lit[..., None] * albedo + shine[..., None]
    tyre = inside & (np.abs(np.hypot(x, y) - 0.45) < 0.05)
    paint = np.where(tyre[..., None], (0.02 * lit + 0.3 * shine)[..., None], paint)
    board = ((np.floor(x * 6) + np.floor(y * 6)) % 2)[..., None]
    ground = (0.16 + 0.14 * board) * np.array([1.0, 0.93, 0.8])
    light = np.where(inside[..., None], paint, ground)
    light = cv2.resize(light, (size, size), interpolation=cv2.INTER_AREA)
    covered = cv2.resize(inside.astype(np.float32), (size, size), interpolation=cv2.INTER_AREA)
    rng = np.random.default_rng(1)
    coded = SPACE.encode(np.float32(np.clip(light, 0, 1))) * 255 + rng.normal(0, 0.5, light.shape)
    return np.clip(np.round(coded), 0, 255).astype(np.uint8), covered > 0.5


def decode(colour: str) -> Any:
    return SPACE.decode(np.float32([[int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]]))[0]


def code(samples: Any) -> str:
    return "#" + "".join(f"{round(float(v)):02x}" for v in samples)


def png(mask: Any) -> str:
    file = io.BytesIO()
    Picture.fromarray((mask * 255).astype(np.uint8)).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def ours(rgb: Any, thing: Any, colour: str, keep: float) -> Any:
    target = Selector(kind="mask", options={"png": png(thing)})
    asked = Request(operation="recolor", targets=(target,), params={"colour": colour}, keep=keep)
    return edit(asked, Image(rgb)).image.pixels


def overlay(rgb: Any, thing: Any, colour: str) -> Any:
    lab = to_oklab(SPACE.decode(np.float32(rgb) / 255), SPACE)
    lab[thing, 1:] = to_oklab(decode(colour)[None], SPACE)[0, 1:]
    return np.round(SPACE.encode(np.clip(from_oklab(lab, SPACE), 0, 1)) * 255).astype(np.uint8)


def hue_shift(rgb: Any, thing: Any, colour: str) -> Any:
    hsv = cv2.cvtColor(np.float32(rgb) / 255, cv2.COLOR_RGB2HSV)
    middle = np.median(rgb[thing], axis=0)[None, None].astype(np.float32) / 255
    mine = cv2.cvtColor(middle, cv2.COLOR_RGB2HSV)[0, 0]
    to = np.float32([[[int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]]])
    aim = cv2.cvtColor(to, cv2.COLOR_RGB2HSV)[0, 0]
    moved = hsv[thing] + (aim - mine)
    moved[:, 0] %= 360
    hsv[thing] = np.clip(moved, 0, [360, 1, 1])
    return np.round(np.clip(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB), 0, 1) * 255).astype(np.uint8)


def error(rgb: Any, truth: Any, thing: Any) -> float:
    a, b = (to_oklab(SPACE.decode(np.float32(p) / 255), SPACE)[thing] for p in (rgb, truth))
    return 100 * float(np.linalg.norm(a - b, axis=1).mean())


if __name__ == "__main__":
    sys.exit(main())
