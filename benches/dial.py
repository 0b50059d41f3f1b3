"""The dial of the embedded engine: what its knob keeps, and how near the dial comes to what was asked.

    python benches/dial.py                     # ask keep = 0.1 .. 0.9 of photographs not calibrated with
    python benches/dial.py --write             # measure the knob first and store the curve with the engine
    python benches/dial.py --scale 1 --only 4  # at 768x512, four photographs; --scale 3: 2304x1536
    python benches/dial.py --sheet sheet.png --picture curve.png

Odd Kodak photographs calibrate, even ones test. Every photograph is edited whole and in regions of several
sizes and shapes, by ``keepdial.edit`` as everybody calls it. "first" is the first try of the edit loop,
"last" what it delivers after at most two corrections.
"""

from __future__ import annotations

import argparse
import base64
import io
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from unittest import mock

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw

from keepdial.correct import first_only
from keepdial.image import Image
from keepdial.request import Request, Selector
from kit.paths import DATA, ROOT, need_shared

CARD = ROOT / "src/keepdial/backends/patch/calibration.json"
KNOBS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.875, 0.925, 0.96, 0.985)
DIALS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
SHAPES = ("whole", "half", "box", "blob")
SHEET = ("kodim08", "kodim14", "kodim20", "kodim24")


@dataclass(frozen=True)
class Row:
    """One edit: what was asked, what the first try kept, what was delivered, and how many tries it took."""

    photo: str
    shape: str
    asked: float
    first: float
    last: float
    tries: int


def photo(name: str, scale: float) -> Image:
    if scale >= 2:
        return glued(name, round(scale))
    picture = Pillow.open(DATA / "kodak24" / f"{name}.png").convert("RGB")
    size = (round(picture.width * scale), round(picture.height * scale))
    return Image(np.asarray(picture if scale == 1 else picture.resize(size, Pillow.Resampling.LANCZOS)), None)


def glued(name: str, side: int) -> Image:
    """A larger picture with detail in every pixel: this photograph and those after it, `side` by `side`."""
    big = Pillow.new("RGB", (768 * side, 512 * side))
    for i in range(side * side):
        picture = Pillow.open(DATA / "kodak24" / f"kodim{(int(name[5:]) + 2 * i - 1) % 24 + 1:02d}.png")
        if picture.height > picture.width:
            picture = picture.rotate(90, expand=True)
        big.paste(picture, (768 * (i % side), 512 * (i // side)))
    return Image(np.asarray(big), None)


def target(shape: str, image: Image) -> tuple[Selector, ...]:
    """The region: all, a box of half the sides, one of a quarter off the centre, an ellipse with a tail."""
    w, h = image.size.width, image.size.height
    if shape == "whole":
        return ()
    if shape in ("half", "box"):
        k = 2 if shape == "half" else 4
        box = {"x": w // 3 if k == 4 else w // 4, "y": h // 2 if k == 4 else h // 4}
        return (Selector(kind="box", options={**box, "width": w // k, "height": h // k}),)
    mask = Pillow.new("L", (w, h))
    draw = ImageDraw.Draw(mask)
    draw.ellipse((0.3 * w, 0.3 * h, 0.6 * w, 0.7 * h), fill=255)
    draw.polygon([(0.5 * w, 0.4 * h), (0.75 * w, 0.5 * h), (0.5 * w, 0.6 * h)], fill=255)
    file = io.BytesIO()
    mask.save(file, "PNG")
    return (Selector(kind="mask", options={"png": base64.b64encode(file.getvalue()).decode()}),)


def run(image: Image, operation: str, shape: str, keep: float, seed: int) -> tuple[float, float, int, Image]:
    """What the first try and the delivered result kept, the number of tries, and the result."""
    edit = import_module("keepdial.edit").edit
    request = Request(
        operation=operation, targets=target(shape, image), keep=keep, seed=seed, backend="patch"
    )
    done = edit(request, image)
    last = min((t.kept for t in done.tries), key=lambda k: abs(k - keep), default=done.kept or 0.0)
    return (
        (done.tries[0].kept if done.tries else last),
        last,
        max(sum(not one.given_back for one in done.tries), 1),
        done.image,
    )


@contextmanager
def bare() -> Iterator[None]:
    """Without calibration and corrections: the dial is the knob."""
    line = ((0.0, 0.0), (1.0, 1.0))
    with mock.patch("keepdial.backends.patch.calibration.curve", return_value=line), first_only():
        yield


def rising(values: np.ndarray) -> np.ndarray:
    """The nearest rising sequence by least squares (pool adjacent violators)."""
    blocks: list[list[float]] = []
    for value in values:
        blocks.append([float(value), 1.0])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            value_, n = blocks.pop()
            mean, m = blocks[-1]
            blocks[-1] = [(mean * m + value_ * n) / (m + n), m + n]
    return np.array([mean for mean, n in blocks for _ in range(int(n))])


def calibrate(names: list[str], shapes: list[str], scale: float) -> tuple[list[list[float]], np.ndarray]:
    """The curve as (kept, knob) pairs, and everything measured, (cases, knobs)."""
    import_module("keepdial.edit")
    table = []
    with bare():
        for n, name in enumerate(names):
            image = photo(name, scale)
            for shape in shapes:
                # Just above 0, so that it is a variation with something to keep.
                line = [run(image, "variation", shape, max(k, 1e-4), n)[0] for k in KNOBS]
                table.append(line)
            print(f"  {name}: " + " ".join(f"{v:.2f}" for v in table[-len(shapes)]), flush=True)
    measured = np.array(table)
    kept = rising(np.median(measured, axis=0))
    pairs = [[0.0, 0.0]]
    for value, knob in zip(kept, KNOBS, strict=True):
        if value > pairs[-1][0] + 0.005 and knob > 0:
            pairs.append([round(float(value), 4), knob])
    return [*pairs, [1.0, 1.0]], measured


def test(
    names: list[str], shapes: list[str], operation: str, scale: float, dials: tuple[float, ...]
) -> list[Row]:
    rows = []
    for n, name in enumerate(names):
        image = photo(name, scale)
        for shape in shapes:
            for keep in dials:
                first, last, tries, _ = run(image, operation, shape, keep, 100 + n)
                rows.append(Row(name, shape, keep, first, last, tries))
    return rows


def table(rows: list[Row]) -> None:
    print(f"\n{len(rows)} edits      mean |kept - keep|       worst       mean kept      corrections")
    print("              first     last      first  last    first  last")

    def line(title: str, part: list[Row]) -> None:
        first, last = (np.array([abs(getattr(r, f) - r.asked) for r in part]) for f in ("first", "last"))
        print(
            f"{title:>10}    {first.mean():.3f}    {last.mean():.3f}      {first.max():.2f}   "
            f"{last.max():.2f}    {np.mean([r.first for r in part]):.2f}   "
            f"{np.mean([r.last for r in part]):.2f}       {np.mean([r.tries for r in part]) - 1:.2f}"
        )

    for keep in sorted({r.asked for r in rows}):
        line(f"{keep:.1f}", [r for r in rows if r.asked == keep])
    for shape in SHAPES:
        if part := [r for r in rows if r.shape == shape]:
            line(shape, part)
    line("all", rows)
    for field in ("first", "last"):
        falls = []
        for key in {(r.photo, r.shape) for r in rows}:
            line_ = [getattr(r, field) for r in rows if (r.photo, r.shape) == key]
            falls += [a - b for a, b in pairwise(line_)]
        down = [f for f in falls if f > 0]
        print(
            f"monotone, {field}: kept fell in {len(down)} of {len(falls)} steps of the dial,"
            f" by {max(down, default=0):.3f} at most, by more than 0.02 in {sum(f > 0.02 for f in down)}"
        )
    for r in sorted(rows, key=lambda r: -abs(r.last - r.asked))[:6]:
        print(f"  worst: {r.photo} {r.shape}, asked {r.asked}: first {r.first:.2f}, delivered {r.last:.2f}")


def draw(rows: list[Row], path: Path) -> None:
    """Kept against keep: a dot for every edit, a line where it should be, a band of 0.05 around it."""
    side, edge = 520, 50
    sheet = Pillow.new("RGB", (2 * side, side), "white")
    pen = ImageDraw.Draw(sheet)
    for k, (field, title) in enumerate((("first", "first try"), ("last", "delivered"))):
        span = side - 2 * edge

        def at(x: float, y: float, left: int = k * side, span: int = span) -> tuple[float, float]:
            return left + edge + x * span, side - edge - y * span

        pen.polygon([at(0, 0.05), at(0.95, 1), at(1, 1), at(1, 0.95), at(0.05, 0), at(0, 0)], fill="#e6eefb")
        pen.line([at(0, 0), at(1, 1)], fill="#4477cc", width=2)
        pen.rectangle([at(0, 1), at(1, 0)], outline="black")
        for tick in (0, 0.2, 0.4, 0.6, 0.8, 1):
            pen.text((at(tick, 0)[0] - 8, side - edge + 6), f"{tick:.1f}", fill="black")
            pen.text((at(0, tick)[0] - 26, at(0, tick)[1] - 6), f"{tick:.1f}", fill="black")
        pen.text(at(0.42, -0.09), "keep asked", fill="black")
        pen.text(at(0.02, 1.06), f"kept, {title}", fill="black")
        for i, r in enumerate(rows):
            x, y = at(r.asked + ((i * 37) % 21 - 10) / 800, getattr(r, field))
            pen.ellipse((x - 2, y - 2, x + 2, y + 2), fill="#cc3311")
    sheet.save(path, optimize=True)


def sheet(path: Path, scale: float) -> None:
    """Variations at keep 0.2, 0.4, 0.6, 0.8 of four photographs, the source first."""
    rows = []
    for name in SHEET:
        image = photo(name, scale)
        cells = [
            image.pixels,
            *(run(image, "variation", "whole", k, 1)[3].pixels for k in (0.2, 0.4, 0.6, 0.8)),
        ]
        # Some Kodak photographs are upright.
        cells = [np.asarray(Pillow.fromarray(c).resize((480, 480 * c.shape[0] // c.shape[1]))) for c in cells]
        rows.append(np.concatenate(cells, axis=1))
    Pillow.fromarray(np.concatenate(rows)).save(path)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="measure the knob and store the curve")
    parser.add_argument(
        "--scale", type=float, default=0.5, help="size; 1 = 768x512; 2, 3: that many glued each way"
    )
    parser.add_argument("--only", type=int, default=12, help="number of photographs")
    parser.add_argument("--shapes", default=",".join(SHAPES))
    parser.add_argument("--dials", default=",".join(map(str, DIALS)))
    parser.add_argument("--operation", default="variation")
    parser.add_argument("--picture", type=Path, help="write kept against keep here (PNG)")
    parser.add_argument(
        "--sheet", type=Path, help="write variations of four photographs here (PNG), nothing else"
    )
    given = parser.parse_args()
    need_shared()
    shapes = given.shapes.split(",")
    if given.sheet:
        sheet(given.sheet, given.scale)
        return
    start = time.monotonic()
    if given.write:
        names = [f"kodim{n:02d}" for n in range(1, 25, 2)][: given.only]
        curve, measured = calibrate(names, shapes, given.scale)
        low, high = np.percentile(measured, (10, 90), axis=0)
        for knob, a, m, b in zip(KNOBS, low, np.median(measured, axis=0), high, strict=True):
            print(f"knob {knob:.3f}: kept {m:.3f} (tenth to ninetieth percentile {a:.3f} to {b:.3f})")
        card = {
            "measured": f"benches/dial.py: {len(names)} Kodak photographs (odd numbers), scale "
            f"{given.scale}, {', '.join(shapes)}; medians of kept, made rising",
            "curve": curve,
        }
        CARD.write_text(json.dumps(card, indent=1) + "\n")
        print(f"stored in {CARD.relative_to(ROOT)}; {time.monotonic() - start:.0f} s")
        import_module("keepdial.backends.patch.calibration").curve.cache_clear()
    names = [f"kodim{n:02d}" for n in range(2, 25, 2)][: given.only]
    dials = tuple(float(k) for k in given.dials.split(","))
    rows = test(names, shapes, given.operation, given.scale, dials)
    table(rows)
    if given.picture:
        draw(rows, given.picture)
    print(f"{time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
