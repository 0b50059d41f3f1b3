"""Contact sheets: every case in a row, what each method made of the hole in a column.

    python benches/contact_sheet.py                       # all cases, sheets of six rows
    python benches/contact_sheet.py --worst 12            # where the best peer beats us by most
    python benches/contact_sheet.py --sets composite --columns ours,pypatchmatch5,resynthesizer
    python benches/contact_sheet.py --fresh --match k05   # run our engine now

Ours is what ``quality.py`` wrote last; peers come from its cache, empty cells were never filled.
Rows are cropped around the hole; the number below a cell is its HaarPSI to the reference.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from kit import engine, peers
from kit.cases import SETS, Case, Loaded, Mask, Pixels, read_rgb, select
from kit.paths import need_shared, scratch

WIDTH, GAP, LINE = 1600, 6, 20
INPUT, OURS, MIGAN, TRUTH = "input", "ours", "migan", "truth"
TITLES = peers.PEERS | {INPUT: "input", OURS: "ours", MIGAN: "MI-GAN", TRUTH: "truth"}


@dataclass(frozen=True)
class Cell:
    """One picture of a row, already cropped, and its HaarPSI where it has one."""

    pixels: Pixels | None
    haarpsi: float | None = None


def saved_ours(case: Case, loaded: Loaded, fill: engine.Engine | None) -> Pixels | None:
    """Our output: made now with ``fill``, or what the last quality run wrote."""
    if fill is not None:
        return fill(loaded.pixels, loaded.mask, seed=0)
    path = scratch("ours", case.set) / f"{case.name}.png"
    return read_rgb(path) if path.exists() else None


def around(mask: Mask) -> tuple[slice, slice]:
    """The hole's bounding box and a third of its longer side, at least 24 pixels, around it."""
    ys, xs = (np.flatnonzero(mask.any(axis=a)) for a in (1, 0))
    grow = max(24, int(max(ys[-1] - ys[0], xs[-1] - xs[0]) / 3))
    return (
        slice(max(0, int(ys[0]) - grow), int(ys[-1]) + grow + 1),
        slice(max(0, int(xs[0]) - grow), int(xs[-1]) + grow + 1),
    )


def outlined(pixels: Pixels, mask: Mask) -> Pixels:
    """A copy with the hole's edge drawn in magenta, just inside the mask."""
    out = pixels.copy()
    inner = cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    out[mask & ~inner] = (255, 0, 255)
    return out


def row(case: Case, columns: list[str], fill: engine.Engine | None) -> dict[str, Cell]:
    """The cells of one case."""
    loaded = case.load()
    box = around(loaded.mask)
    cells: dict[str, Cell] = {}
    for column in columns:
        if column == INPUT:
            cells[column] = Cell(outlined(loaded.given, loaded.mask)[box])
            continue
        if column == TRUTH:
            cells[column] = Cell(loaded.reference[box] if case.truth else None)
            continue
        if column == OURS:
            pixels = saved_ours(case, loaded, fill)
        elif column == MIGAN:
            pixels = loaded.migan
        else:
            pixels = peers.output(column, case, loaded)
        if pixels is None:
            cells[column] = Cell(None)
        else:
            value = peers.measure_all(case, loaded, pixels)["haarpsi"]
            cells[column] = Cell(pixels[box], value)
    return cells


def fitted(pixels: Pixels, side: int) -> Image.Image:
    """Scaled to fit a square of ``side``; small crops are enlarged three times at most."""
    height, width = pixels.shape[:2]
    scale = min(side / max(height, width), 3.0)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    how = Image.Resampling.LANCZOS if scale < 1 else Image.Resampling.BICUBIC
    return Image.fromarray(np.ascontiguousarray(pixels)).resize(size, how)


def sheet(rows: list[tuple[Case, dict[str, Cell]]], columns: list[str]) -> Image.Image:
    """One page."""
    side = (WIDTH - GAP) // len(columns) - GAP
    heights = []
    for _, cells in rows:
        shapes = [c.pixels.shape[:2] for c in cells.values() if c.pixels is not None]
        heights.append(max(round(h * min(side / max(h, w), 3.0)) for h, w in shapes))
    total = LINE + sum(h + 2 * LINE + GAP for h in heights)
    page = Image.new("RGB", (WIDTH, total), (24, 24, 24))
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(15)
    for index, column in enumerate(columns):
        draw.text((GAP + index * (side + GAP), 2), TITLES[column], (255, 220, 120), font)
    top = LINE
    for (case, cells), height in zip(rows, heights, strict=True):
        note = "" if case.truth else "   (no truth exists; HaarPSI is against MI-GAN's output)"
        draw.text((GAP, top), case.key + note, (255, 255, 255), font)
        scored = [cells[c].haarpsi or 0.0 for c in columns if c != MIGAN]
        for index, column in enumerate(columns):
            left, cell = GAP + index * (side + GAP), cells[column]
            if cell.pixels is not None:
                page.paste(fitted(cell.pixels, side), (left, top + LINE))
            if cell.haarpsi is not None:
                best = column != MIGAN and cell.haarpsi == max(scored)
                ink = (120, 255, 120) if best else (200, 200, 200)
                draw.text((left, top + LINE + height + 1), f"{cell.haarpsi:.3f}", ink, font)
        top += height + 2 * LINE + GAP
    return page


def worst(cases: list[Case], count: int) -> list[Case]:
    """The cases where our saved output is furthest below the best cached peer, worst first."""
    gaps = []
    for case in cases:
        loaded = case.load()
        own = saved_ours(case, loaded, None)
        found = [peers.values(peer, case, loaded) for peer in peers.PEERS]
        others = [v["haarpsi"] for v in found if v is not None]
        if own is not None and others:
            gaps.append((peers.measure_all(case, loaded, own)["haarpsi"] - max(others), case))
    return [case for _, case in sorted(gaps, key=lambda pair: pair[0])[:count]]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--subset", choices=("all", "fast"), default="all")
    add("--sets", default="", help=f"names or prefixes: {','.join(SETS)}")
    add("--match", default="", help="only cases whose set/name contains this")
    add("--worst", type=int, default=0, help="the N worst by HaarPSI relative to the best peer")
    add("--columns", default="ours,pypatchmatch15,pypatchmatch5", help=f"of {', '.join(TITLES)}")
    add("--rows", type=int, default=6, help="rows on a sheet")
    add("--fresh", action="store_true", help="run our engine instead of reading its last output")
    add("--engine", default="keepdial")
    add("--out", type=Path, default=None, help="folder (default: .peers/sheets)")
    options = parser.parse_args()
    need_shared()

    fill = engine.load(options.engine) if options.fresh else None
    cases = select(options.subset, options.sets, options.match)
    groups: dict[str, list[Case]] = {}
    for case in worst(cases, options.worst) if options.worst else cases:
        groups.setdefault("worst" if options.worst else case.set, []).append(case)
    out = options.out or scratch("sheets")
    out.mkdir(parents=True, exist_ok=True)
    for name, group in groups.items():
        learned = [MIGAN] if any(case.migan for case in group) else []
        truth = [TRUTH] if any(case.truth for case in group) else []
        columns = [INPUT, *options.columns.split(","), *learned, *truth]
        for start in range(0, len(group), options.rows):
            rows = [(c, row(c, columns, fill)) for c in group[start : start + options.rows]]
            path = out / f"{name}_{start // options.rows + 1:02}.png"
            sheet(rows, columns).save(path)
            print(path)


if __name__ == "__main__":
    main()
