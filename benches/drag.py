"""How near do dragged points come to their targets, what does it cost, and what does the picture look like?

    python benches/drag.py                 # some minutes; prints the tables, writes out/drag_*.png
    python benches/drag.py --only 3,17     # some cases

Forty known warps of Kodak photographs (`kit/warps.py`) and two samples of real drag edits. Distances are
measured by looking for the handle's surroundings in the result (`keepdial.warping.track`), never taken from
the warp; the same measure on the true picture says how good it is. Beside ours: the picture as it is, and
plain rigid moving least squares over the same area, without new texture, and ours with everything stretching
alike, and without new texture. Each edit has a pin across a part
of the area's rim; no pixel of it may change.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

import cv2
import numpy as np
from PIL import Image as Picture
from PIL import ImageDraw

from keepdial.edit import edit
from keepdial.geometry import Box, Size
from keepdial.image import Image
from keepdial.request import Request, Selector
from keepdial.verify.haarpsi import haarpsi, psnr
from keepdial.warping import mls_map, sample
from keepdial.warping.dragging import landings
from kit.cases import Mask, Pixels
from kit.machine import describe
from kit.paths import ROOT, need_shared
from kit.warps import Shift, Warp, known_warps, samples, shifts

METHODS = ("as it is", "plain MLS", "ours, alike", "ours")
ROWS, TILE = 7, 230
NONE = np.empty((0, 2))
MEGAPIXEL = 1.6
"""How much the photographs are enlarged for timing: 768 x 512 becomes one megapixel."""


def main() -> None:
    need_shared()
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--only", default="", help="numbers of cases, with commas between")
    args = ask.parse_args()
    chosen = {int(n) for n in args.only.split(",")} if args.only else None
    print(describe(), "\n")
    cases = [*known_warps(), *samples()]
    cases = [case for i, case in enumerate(cases) if chosen is None or i in chosen]
    quality(cases)
    if chosen is None:
        moving()
        speed()


def dragged(case: Warp, pin: Mask | None = None, **params: object) -> tuple[Pixels, tuple[str, ...], float]:
    """Return the edit's picture, its notes and the seconds it took."""
    texts = [
        f"{a[0]:.3f},{a[1]:.3f}:{b[0]:.3f},{b[1]:.3f}" for a, b in zip(case.start, case.end, strict=True)
    ]
    request = Request(
        operation="drag",
        params={"handle": texts, **params},  # type: ignore[dict-item]
        targets=(masked(case.mask),),
        pins=() if pin is None else (masked(pin),),
    )
    image = Image(case.picture)
    begin = time.perf_counter()
    made = edit(request, image)
    return made.image.pixels, made.notes, time.perf_counter() - begin


def masked(mask: Mask) -> Selector:
    import base64

    data = cv2.imencode(".png", mask.astype(np.uint8) * 255)[1].tobytes()
    return Selector(kind="mask", options={"png": base64.b64encode(data).decode()})


def pin_of(case: Warp) -> Mask:
    """Return the part of the area below the lowest tenth of its height: near the rim, where little moves."""
    box = Box.of(case.mask)
    assert box is not None
    pin = np.zeros_like(case.mask)
    pin[round(box.y + 0.92 * box.height) :] = case.mask[round(box.y + 0.92 * box.height) :]
    return pin


def quality(cases: list[Warp]) -> None:
    """Print the distances and likenesses, and write the contact sheets."""
    tables: dict[str, list[list[float]]] = {name: [] for name in (*METHODS, "truth")}
    changed, tiles, unseen = 0, list[Pixels](), 0
    print(f"{'case':24}{'way':>7}   distance to target, px (- = not recognised)")
    for case in cases:
        pin = pin_of(case)
        ours, _, _ = dragged(case, pin)
        changed += int((ours != case.picture).any(axis=2)[pin].sum())
        flat = np.asarray(mls_map(case.mask.shape, case.start, case.end, free=case.mask), np.float32)
        peer = np.asarray(np.rint(np.clip(sample(case.picture, flat), 0, 1) * 255), np.uint8)
        alike, _, _ = dragged(case, pin, rigid=False, mend=False)
        shown: dict[str, Pixels] = dict(zip(METHODS, (case.picture, peer, alike, ours), strict=True))
        if case.truth is not None:
            shown["truth"] = case.truth
        box = Box.of(case.mask)
        assert box is not None
        far = {name: distances(case, picture) for name, picture in shown.items()}
        unseen += sum(d is None for d in far["ours"])
        for name, picture in shown.items():
            mean = [d for d in far[name] if d is not None]
            row = [float(np.mean(mean)) if mean else np.nan]
            if case.truth is not None:
                part = box.slices
                row += [haarpsi(case.truth[part], picture[part]), psnr(case.truth[part], picture[part])]
            tables[name].append(row)
        way = np.hypot(*(case.end - case.start).T).mean()
        words = " ".join("-" if d is None else f"{d:.1f}" for d in far["ours"])
        print(f"{case.name:24}{way:7.1f}   {words}")
        tiles.append(strip(case, [case.picture, shown.get("truth", case.picture), ours, peer]))
    print(f"\n{'':14}{'distance':>10}{'median':>8}{'under 3':>9}{'HaarPSI':>9}{'PSNR':>7}")
    for name, rows in tables.items():
        far_ = np.array([row[0] for row in rows])
        known = np.array([row[1:] for row in rows if len(row) > 1])
        like = (
            f"{known[:, 0].mean():9.3f}{known[:, 1][np.isfinite(known[:, 1])].mean():7.1f}"
            if len(known)
            else ""
        )
        under = f"{int((far_ < 3).sum())}/{len(far_)}"
        print(f"{name:14}{np.nanmean(far_):10.2f}{np.nanmedian(far_):8.2f}{under:>9}{like}")
    print(f"\npixels changed in pins: {changed}; handles of ours not recognised: {unseen}")
    for i in range(0, len(tiles), ROWS):
        out = ROOT / "out" / f"drag_{i // ROWS + 1}.png"
        out.parent.mkdir(exist_ok=True)
        Picture.fromarray(np.vstack(tiles[i : i + ROWS])).save(out)
        print(f"wrote {out.relative_to(ROOT)}: before, truth, ours, plain MLS")


def distances(case: Warp, picture: Pixels) -> list[float | None]:
    before, after = (p.astype(np.float32) / np.float32(255) for p in (case.picture, picture))
    seen = landings(before, after, case.start, case.end, radius=12)
    return [one.distance for one in seen]


def strip(case: Warp, pictures: list[Pixels]) -> Pixels:
    """Return the part around the area of each picture side by side; arrows on the first."""
    box = Box.of(case.mask)
    assert box is not None
    size = Size(case.mask.shape[1], case.mask.shape[0])
    box = box.grow(box.width // 6, box.height // 6).clip(size)
    first = Picture.fromarray(pictures[0])
    draw = ImageDraw.Draw(first)
    for a, b in zip(case.start, case.end, strict=True):
        draw.line([tuple(a), tuple(b)], fill=(255, 255, 0), width=2)
        draw.ellipse([b[0] - 3, b[1] - 3, b[0] + 3, b[1] + 3], outline=(255, 0, 0), width=2)
    shown = [np.asarray(first), *pictures[1:]]
    made = []
    for picture in shown:
        part = picture[box.slices]
        scale = min(TILE * 1.3 / part.shape[1], TILE / part.shape[0])
        small = Picture.fromarray(part).resize((round(part.shape[1] * scale), round(part.shape[0] * scale)))
        tile = Picture.new("RGB", (round(TILE * 1.3) + 4, TILE + 4), "white")
        tile.paste(small, (2, 2))
        made.append(np.asarray(tile))
    row = Picture.fromarray(np.hstack(made))
    ImageDraw.Draw(row).text((6, 4), case.name, fill=(255, 0, 255))
    return np.asarray(row)


def moving() -> None:
    """Print how like the truth moved things are, and write the contact sheet."""
    like: dict[str, list[tuple[float, float]]] = {"as it is": [], "cut, Telea, paste": [], "ours": []}
    tiles = list[Pixels]()
    for case in shifts():
        request = Request(
            operation="move", params={"by": f"{case.by[0]},{case.by[1]}"}, targets=(masked(case.mask),)
        )
        ours = edit(request, Image(case.picture)).image.pixels
        shown = dict(zip(like, (case.picture, pasted(case), ours), strict=True))
        ys, xs = np.nonzero((case.picture != case.truth).any(axis=2))
        part = np.s_[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]
        for name, picture in shown.items():
            like[name].append(
                (haarpsi(case.truth[part], picture[part]), psnr(case.truth[part], picture[part]))
            )
        warp = Warp(case.name, case.picture, None, (case.picture != case.truth).any(axis=2), NONE, NONE)
        tiles.append(strip(warp, [case.picture, case.truth, ours, shown["cut, Telea, paste"]]))
    print(f"\n{len(tiles)} things moved{'HaarPSI':>14}{'PSNR':>7}")
    for name, rows in like.items():
        print(f"{name:22}{np.mean([r[0] for r in rows]):8.3f}{np.mean([r[1] for r in rows]):7.1f}")
    out = ROOT / "out" / "drag_moves.png"
    half = len(tiles) // 2
    Picture.fromarray(np.hstack([np.vstack(tiles[:half]), np.vstack(tiles[half : 2 * half])])).save(out)
    print(f"wrote {out.relative_to(ROOT)}: before, truth, ours, Telea")


def pasted(case: Shift) -> Pixels:
    """The plain peer: the mask's pixels copied, their old place filled by OpenCV's Telea."""
    hole = cv2.dilate(case.mask.astype(np.uint8), np.ones((5, 5), np.uint8))
    made = np.asarray(cv2.inpaint(case.picture, hole, 5, cv2.INPAINT_TELEA), np.uint8).copy()
    ys, xs = np.nonzero(case.mask)
    made[ys + case.by[1], xs + case.by[0]] = case.picture[ys, xs]
    return made


def speed() -> None:
    """Print the seconds of whole edits of a megapixel, from the selection to the signals."""
    spent, cpu = list[float](), list[float]()
    for i, case in enumerate(known_warps(MEGAPIXEL)):
        if i % 4 and i != 1:
            continue
        before = time.process_time()
        seconds = dragged(case)[2]
        if i:  # the first one loads the kernels
            spent.append(seconds)
            cpu.append(time.process_time() - before)
    size = case.picture.shape[0] * case.picture.shape[1] / 1e6
    print(
        f"\n{len(spent)} edits of {size:.2f} MP: median {np.median(spent):.2f} s, "
        f"slowest {max(spent):.2f} s, "
        f"processor time {np.median(cpu):.2f} s; load {os.getloadavg()[0]:.1f}"
    )


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    sys.exit(main())
