"""How similar are unrelated photographs? The zero of the dial's scale (u in DESIGN 3.3).

    python benches/unrelated.py

Prints HaarPSI over all pairs of Kodak photographs of one shape, whole, at half size, and in crops
as large as holes are, in colour and in grey: the table in `keepdial.verify.haarpsi.UNRELATED`.
"""

from __future__ import annotations

from itertools import combinations

import cv2
import numpy as np

from keepdial.verify.haarpsi import UNRELATED, UNRELATED_GREY, haarpsi
from kit.cases import Pixels, read_rgb
from kit.paths import DATA, need_shared


def main() -> None:
    need_shared()
    photographs = [read_rgb(path) for path in sorted((DATA / "kodak24").glob("*.png"))]
    pairs = [(a, b) for a, b in combinations(photographs, 2) if a.shape == b.shape]
    halves = [(half(a), half(b)) for a, b in pairs]
    rng = np.random.default_rng(0)
    sides = rng.choice((32, 64, 128, 256), len(pairs) * 2)
    crops = [(crop(a, side, rng), crop(b, side, rng)) for (a, b), side in zip(pairs * 2, sides, strict=True)]
    print(f"{'':28} pairs  median   10 %   90 %   mean")
    for name, some in (("768x512", pairs), ("384x256", halves), ("crops of 32 to 256 px", crops)):
        row(name, [haarpsi(a, b) for a, b in some])
        row(f"{name}, grey", [haarpsi(grey(a), grey(b)) for a, b in some])
    print(f"in the code: {UNRELATED} in colour, {UNRELATED_GREY} in grey")


def row(name: str, values: list[float]) -> None:
    low, middle, high = np.quantile(values, (0.1, 0.5, 0.9))
    print(f"{name:28} {len(values):4}  {middle:.3f}  {low:.3f}  {high:.3f}  {np.mean(values):.3f}")


def half(picture: Pixels) -> Pixels:
    return np.asarray(cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)


def grey(picture: Pixels) -> Pixels:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[..., None], np.uint8)


def crop(picture: Pixels, side: int, rng: np.random.Generator) -> Pixels:
    y, x = (int(rng.integers(n - side + 1)) for n in picture.shape[:2])
    return picture[y : y + side, x : x + side]


if __name__ == "__main__":
    main()
