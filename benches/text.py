"""Is all text found, and is nothing of it readable after it was removed?

    python benches/text.py                 # everything: some minutes
    python benches/text.py --found         # recall alone
    python benches/text.py --pages         # removal from the reference's pages alone
    python benches/text.py --photographs   # removal of drawn text from photographs alone
    python benches/text.py --save DIR      # writes the pictures, to be looked at

Recall is counted in lines, where the reference has the true text: a line is found when what was read
is alike to at least 0.8 (or stands, to that share, in one piece of a longer line). Of pages without it
the share of ink (darker than half) under the mask is given. Removal is judged by reading again: lines
read with confidence 0.5 or more, with at least three letters or figures, half in the old mask. Drawn
text has a truth, the photograph: HaarPSI over the lines' boxes. Constants were chosen on the odd Kodak
photographs; the even ones are held out. Pages beyond 0.7 MP are cut to their middle for removal.
"""

from __future__ import annotations

import argparse
import base64
import re
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Picture
from PIL import ImageDraw, ImageFilter, ImageFont

from keepdial.edit import edit
from keepdial.errors import SelectionError
from keepdial.geometry import Box, Size
from keepdial.image import Image
from keepdial.reading import Line, read_text, text_mask
from keepdial.request import Request, Selector
from keepdial.verify.haarpsi import haarpsi
from kit.cases import Mask, Pixels, read_rgb
from kit.paths import DATA, need_shared

LARGEST = 700_000
Remover = Callable[[Pixels, Mask], Pixels]


def main() -> None:
    need_shared()
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--found", action="store_true")
    ask.add_argument("--pages", action="store_true")
    ask.add_argument("--photographs", action="store_true")
    ask.add_argument("--save", type=Path)
    args = ask.parse_args()
    everything = not (args.found or args.pages or args.photographs)
    if args.save:
        args.save.mkdir(parents=True, exist_ok=True)
    if args.found or everything:
        recall()
    if args.pages or everything:
        pages(args.save)
    if args.photographs or everything:
        photographs(args.save)


def page(path: Path) -> Pixels:
    """The page as it is shown: transparent parts on white."""
    with Picture.open(path) as opened:
        rgba = opened.convert("RGBA")
    white = Picture.new("RGBA", rgba.size, "white")
    white.alpha_composite(rgba)
    return np.asarray(white.convert("RGB"))


def all_pages() -> list[Path]:
    return [p for p in sorted((DATA / "text").iterdir()) if p.suffix in (".tif", ".png", ".jpg")]


def plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def found_lines(truth: str, read: list[str]) -> tuple[int, int]:
    wanted = [plain(row) for row in truth.splitlines() if plain(row)]
    have = [plain(row) for row in read]
    joined = "".join(have)

    def is_found(row: str) -> bool:
        if any(SequenceMatcher(None, row, other, autojunk=False).ratio() >= 0.8 for other in have):
            return True
        piece = SequenceMatcher(None, row, joined, autojunk=False).find_longest_match()
        return piece.size >= max(3, 0.8 * len(row))

    return sum(map(is_found, wanted)), len(wanted)


def recall() -> None:
    print(f"{'page':32} {'size':>11} {'s':>6} {'lines':>6} {'recall':>9} {'ink':>6}")
    hits = total = 0
    for path in all_pages():
        rgb = page(path)
        start = time.perf_counter()
        lines = read_text(rgb, least=0.0)
        seconds = time.perf_counter() - start
        ink = rgb.mean(axis=2) < 128
        share = (ink & (text_mask(rgb, lines, whole=True) > 0)).sum() / max(1, ink.sum())
        truth, shown = path.with_suffix(".txt"), ""
        if truth.exists():
            legible = [line.text for line in lines if line.confidence >= 0.5]
            hit, count = found_lines(truth.read_text("utf-8"), legible)
            hits, total = hits + hit, total + count
            shown = f"{hit}/{count}"
        size = f"{rgb.shape[1]}x{rgb.shape[0]}"
        print(f"{path.name:32} {size:>11} {seconds:6.1f} {len(lines):6} {shown:>9} {share:6.2f}", flush=True)
    print(f"recall of lines: {hits}/{total} = {hits / total:.3f}\n")


def ours(rgb: Pixels, mask: Mask) -> Pixels:
    png = cv2.imencode(".png", mask.astype(np.uint8) * 255)[1].tobytes()
    target = Selector(kind="mask", options={"png": base64.b64encode(png).decode("ascii")})
    request = Request(operation="remove", targets=(target,), params={"grow": 0})
    try:
        return np.asarray(edit(request, Image(rgb)).image.pixels, np.uint8)
    except SelectionError:  # the text fills the picture: nothing is left to fill from, and nothing is done
        return rgb


def telea(rgb: Pixels, mask: Mask) -> Pixels:
    return np.asarray(cv2.inpaint(rgb, mask.astype(np.uint8), 3, cv2.INPAINT_TELEA), np.uint8)


def nothing(rgb: Pixels, mask: Mask) -> Pixels:
    return rgb


def quads(rgb: Pixels, lines: tuple[Line, ...]) -> Mask:
    """The plain rectangles, as the network gives them."""
    drawn = np.zeros(rgb.shape[:2], np.uint8)
    for line in lines:
        cv2.fillPoly(drawn, [np.round(line.polygon).astype(np.int32)], 1)
    return drawn > 0


def letters(rgb: Pixels, lines: tuple[Line, ...]) -> Mask:
    return np.asarray(text_mask(rgb, lines) > 0)


def rectangles(rgb: Pixels, lines: tuple[Line, ...]) -> Mask:
    return np.asarray(text_mask(rgb, lines, whole=True) > 0)


METHODS: dict[str, tuple[Callable[[Pixels, tuple[Line, ...]], Mask], Remover]] = {
    "do nothing": (quads, nothing),
    "Telea, plain rectangles": (quads, telea),
    "ours, rectangles": (rectangles, ours),
    "ours, letters": (letters, ours),
}


def still_read(rgb: Pixels, mask: Mask) -> list[str]:
    """What can be read in the place where text was removed."""
    said = []
    for line in read_text(rgb):
        own = quads(rgb, (line,))
        if own.any() and mask[own].mean() >= 0.5 and len(plain(line.text)) >= 3:
            said.append(line.text)
    return said


def pages(save: Path | None) -> None:
    print("Lines read again after removal, page by page")
    print(f"{'page':32} {'lines':>6} " + "".join(f"{name:>25}" for name in METHODS) + "   left by ours")
    for path in all_pages():
        rgb = middle(page(path))
        lines = read_text(rgb, least=0.0)
        if not lines:
            continue
        old = rectangles(rgb, lines)
        counts, left = [], list[str]()
        for name, (masked, remove) in METHODS.items():
            done = remove(rgb, masked(rgb, lines))
            left = still_read(done, old)
            counts.append(len(left))
            if save:
                Picture.fromarray(done).save(
                    save / f"{path.stem}-{name.replace(', ', '-').replace(' ', '-')}.png"
                )
        print(f"{path.name:32} {len(lines):6} " + "".join(f"{n:25}" for n in counts), left[:3], flush=True)
    print()


def middle(rgb: Pixels) -> Pixels:
    h, w = rgb.shape[:2]
    part = min(1.0, (LARGEST / (h * w)) ** 0.5)
    box = Box(0, 0, round(w * part), round(h * part)).shift(
        round(w * (1 - part) / 2), round(h * (1 - part) / 2)
    )
    return np.ascontiguousarray(rgb[box.slices])


@dataclass(frozen=True)
class Drawn:
    """A photograph with text on it: the picture, the truth below, the lines drawn and their boxes."""

    name: str
    picture: Pixels
    truth: Pixels
    said: list[str]
    boxes: list[Box]


STYLES = ("plain", "outline", "shadow", "stamp", "watermark")


def drawn() -> Iterator[Drawn]:
    """Yield each Kodak photograph with three lines of one style on it, sizes 18 to 60 px."""
    words = (
        "SUMMER SALE",
        "Photo by Anna Berg",
        "21.11.2026",
        "'98 8 14",
        "Open daily 9-17",
        "PREVIEW",
        "Lot 5",
    )
    for i, path in enumerate(sorted((DATA / "kodak24").glob("*.png"))):
        truth = read_rgb(path)
        rng = np.random.default_rng(i)
        style = STYLES[(i // 2) % len(STYLES)]
        picture, said, boxes = truth, list[str](), list[Box]()
        for row in range(3):
            text = words[int(rng.integers(len(words)))]
            size = int(rng.choice((18, 26, 38, 60)))
            y = int((row + rng.uniform(0.15, 0.6)) * truth.shape[0] / 3)
            picture, box = lettered(picture, text, size, y, style, rng)
            said.append(text)
            boxes.append(box)
        yield Drawn(f"{path.stem} {style}", picture, truth, said, boxes)


def lettered(
    rgb: Pixels, text: str, size: int, y: int, style: str, rng: np.random.Generator
) -> tuple[Pixels, Box]:
    """Return the picture with one line of text and the box of what it changed."""
    font = ImageFont.load_default(size)
    left, _, right, _ = font.getbbox(text)
    x = int(rng.uniform(8, max(9, rgb.shape[1] - (right - left) - 8)))
    layer = Picture.new("RGBA", (rgb.shape[1], rgb.shape[0]), (0, 0, 0, 0))
    draw = ImageDraw.Draw(layer)
    if style == "plain":
        draw.text((x, y), text, font=font, fill=(*(int(v) for v in rng.choice((0, 255), 3)), 255))
    elif style == "outline":
        draw.text((x, y), text, font=font, fill="white", stroke_width=max(1, size // 16), stroke_fill="black")
    elif style == "shadow":
        draw.text((x + size // 12, y + size // 12), text, font=font, fill=(0, 0, 0, 200))
        layer = layer.filter(ImageFilter.GaussianBlur(size / 30))
        ImageDraw.Draw(layer).text((x, y), text, font=font, fill="white")
    elif style == "stamp":
        draw.text((x, y), text, font=font, fill=(255, 120, 20, 255))
        layer = Picture.alpha_composite(layer.filter(ImageFilter.GaussianBlur(size / 12)), layer)
    else:
        draw.text((x, y), text, font=font, fill=(255, 255, 255, 120))
    under = Picture.fromarray(rgb).convert("RGBA")
    under.alpha_composite(layer)
    done = np.asarray(under.convert("RGB"))
    box = Box.of((done != rgb).any(axis=2))
    assert box is not None
    return done, box


def photographs(save: Path | None) -> None:
    print("Text drawn on photographs: lines found, read again after removal, likeness to the photograph")
    print(f"{'':24} {'found':>7} " + "".join(f"{name:>25}" for name in METHODS))
    sums: dict[str, list[NDArray[np.float64]]] = {"odd (chosen on)": [], "even (held out)": []}
    for i, case in enumerate(drawn()):
        lines = read_text(case.picture)
        own = tuple(line for line in lines if any(line.box.intersects(b) for b in case.boxes))
        hits, count = found_lines("\n".join(case.said), [line.text for line in own])
        cells, row = list[str](), [float(hits), float(count)]
        changed = (case.picture != case.truth).any(axis=2)
        for name, (masked, remove) in METHODS.items():
            done = remove(case.picture, masked(case.picture, own)) if own else case.picture
            left = len(still_read(done, changed | rectangles(case.picture, own)))
            like = float(np.mean([haarpsi(case.truth[s], done[s]) for s in around(case)]))
            cells.append(f"{left:>14} {like:10.3f}")
            row += [left, like]
            if save:
                Picture.fromarray(done).save(
                    save / f"{case.name.replace(' ', '-')}-{name.replace(', ', '-').replace(' ', '-')}.png"
                )
        print(f"{case.name:24} {f'{hits}/{count}':>7} " + "".join(cells), flush=True)
        sums["odd (chosen on)" if i % 2 == 0 else "even (held out)"].append(np.array(row))
    for half, rows in sums.items():
        total, mean = np.sum(rows, axis=0), np.mean(rows, axis=0)
        cells = [f"{total[2 + 2 * k]:>14.0f} {mean[3 + 2 * k]:10.3f}" for k in range(len(METHODS))]
        print(f"{half:24} {f'{total[0]:.0f}/{total[1]:.0f}':>7} " + "".join(cells))


def around(case: Drawn) -> list[tuple[slice, slice]]:
    h, w = case.truth.shape[:2]
    return [box.grow(16).clip(Size(w, h)).slices for box in case.boxes]


if __name__ == "__main__":
    sys.exit(main())
