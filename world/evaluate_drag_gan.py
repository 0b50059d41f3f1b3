"""Measure DragGAN on the trained generator: do drags move what they hold, and do pins hold?

    python world/evaluate_drag_gan.py --drags 48 --pins 16 --photographs 24

Where a handle came to lie is measured in the finished picture and not by the tracking that steered it: the
thing is told from the ground, which is the same along a row, before and after; what the handle was on is
carried by where the thing's middle and its size went. A drag is reachable where the target keeps the thing
inside of what the world draws.

Writes a table (stdout), `--json`, and a contact sheet: before with an arrow, and after, for every drag.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from keepdial.dragging import styles
from keepdial.edit import edit
from keepdial.image import Image
from keepdial.networks.stylegan2.weights import generators, load
from keepdial.request import Request, Selector
from plain import Thing, plain, scene, thing

Picture = NDArray[np.uint8]
HERE = Path(__file__).parent


def carried(handle: tuple[float, float], before: Thing, after: Thing) -> tuple[float, float]:
    """Return where a point of the thing is after it moved and grew."""
    times = (after.area / before.area) ** 0.5
    return after.x + times * (handle[0] - before.x), after.y + times * (handle[1] - before.y)


def drag_of(it: Thing, rng: np.random.Generator) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """Return a handle on the thing and a reachable target 4 to 14 px away; None where there is none."""
    rows, columns = np.nonzero(cv2.erode(it.mask.astype(np.uint8), np.ones((3, 3), np.uint8)))
    if not len(rows):
        return None
    for _ in range(40):
        angle, far = rng.uniform(0, 2 * np.pi), rng.uniform(4, 14)
        dx, dy = far * np.cos(angle), far * np.sin(angle)
        if 19 <= it.x + dx <= 46 and 19 <= it.y + dy <= 46:
            pick = int(rng.integers(len(rows)))
            at = (float(columns[pick]), float(rows[pick]))
            return at, (at[0] + dx, at[1] + dy)
    return None


def made(count: int, seed: int) -> list[tuple[Picture, torch.Tensor]]:
    """Return pictures that the generator makes, each with its styles."""
    model = load(generators()[0])
    z = torch.randn(count, model.shape.z, generator=torch.Generator().manual_seed(seed))
    ws = model.styles(z, truncation=0.8)
    pictures = torch.cat([model.picture(part) for part in ws.split(16)]).clamp(-1, 1)
    samples = ((pictures.permute(0, 2, 3, 1).numpy() + 1) * 127.5).round().astype(np.uint8)
    return [(one, w[None]) for one, w in zip(samples, ws, strict=True)]


def asked(
    handle: tuple[float, float], target: tuple[float, float], pins: tuple[Selector, ...] = ()
) -> Request:
    """Return the request for one drag."""
    words = f"{handle[0]:.2f},{handle[1]:.2f}:{target[0]:.2f},{target[1]:.2f}"
    return Request(
        operation="drag", params={"handle": [words]}, backend="gan-drag", pins=pins, auto_pin=False
    )


def published(
    picture: Picture, ws: torch.Tensor, free: NDArray[np.float32], handle: Any, target: Any
) -> Picture:
    """Return what the algorithm of the paper makes: the generator's own picture, the mask as a loss only."""
    from keepdial.geometry import Box
    from keepdial.networks.stylegan2.invert import Inverted

    found = generators()[0]
    model = load(found)
    own = styles._picture(model, ws)
    begun = styles.Begun(Box(0, 0, 64, 64), found, model, Inverted(ws, 0.0), own)
    pixels = styles.go(begun, own, free, np.array([handle]), np.array([target]))[1]
    return (np.clip(pixels, 0, 1) * 255).round().astype(np.uint8)


@contextmanager
def known(ws: torch.Tensor | None) -> Iterator[None]:
    """Leave inversion out while the block runs, since the styles are known; None = do not."""
    from keepdial.networks.stylegan2.invert import Inverted

    looked_for = styles.begin
    if ws is not None:
        found = generators()[0]
        model = load(found)

        def begin(source: Any, box: Any, **_: Any) -> styles.Begun:
            return styles.Begun(box, found, model, Inverted(ws, 0.0), styles._picture(model, ws))

        styles.begin = begin
    try:
        yield
    finally:
        styles.begin = looked_for


def arrow(picture: Picture, handle: Any, target: Any, times: int = 3) -> Picture:
    """Return the picture enlarged, with an arrow."""
    big = np.asarray(cv2.resize(picture, None, fx=times, fy=times, interpolation=cv2.INTER_CUBIC), np.uint8)
    if handle is not None:
        a, b = ((round(times * (p[0] + 0.5)), round(times * (p[1] + 0.5))) for p in (handle, target))
        cv2.arrowedLine(big, a, b, (0, 0, 0), 3, cv2.LINE_AA, tipLength=0.3)
        cv2.arrowedLine(big, a, b, (255, 255, 255), 1, cv2.LINE_AA, tipLength=0.3)
    return big


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--drags", type=int, default=48)
    parser.add_argument(
        "--photographs", type=int, default=0, help="drags of drawn scenes, whose truth is known"
    )
    parser.add_argument("--pins", type=int, default=0, help="drags with a pinned region")
    parser.add_argument(
        "--known", action="store_true", help="leave inversion out for what the generator made"
    )
    parser.add_argument("--model", type=Path, default=HERE / "models" / "generator")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--sheet", type=Path, default=HERE / "samples" / "generator-drags.png")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    models = Path(tempfile.mkdtemp())
    (models / "checkpoints").mkdir()
    pointer = f"path = {json.dumps(str(given.model.resolve()))}\n"
    (models / "checkpoints" / "generator.toml").write_text(pointer)
    os.environ["KEEPDIAL_MODELS"] = str(models)
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "2")))
    rng = np.random.default_rng(given.seed)
    rows, cells, skipped = [], [], 0
    for picture, ws in made(given.drags * 3, given.seed):
        if len(rows) == given.drags:
            break
        before = thing(picture)
        way = None if before is None else drag_of(before, rng)
        if before is None or way is None:
            skipped += 1
            continue
        handle, target = way
        started = time.perf_counter()
        with known(ws if given.known else None):
            result = edit(asked(handle, target), Image(picture))
        after = thing(result.image.pixels)
        row: dict[str, Any] = {
            "seconds": time.perf_counter() - started,
            "way": float(np.hypot(target[0] - handle[0], target[1] - handle[1])),
            "left": None,
            "notes": result.notes,
        }
        if after is not None:
            at = carried(handle, before, after)
            row["left"] = float(np.hypot(at[0] - target[0], at[1] - target[1]))
            row["grown"] = after.area / before.area
        rows.append(row)
        cells.append(np.hstack([arrow(picture, handle, target), arrow(result.image.pixels, None, None)]))
        print(json.dumps(row), flush=True)
    report: dict[str, Any] = {"drags": summary(rows), "skipped": skipped}
    if given.pins:
        report["pins"] = pinned(given.pins, given.seed + 1, given.known)
    if given.photographs:
        report["photographs"] = photographs(given.photographs, given.seed + 2, cells)
    print(json.dumps(report, indent=2))
    if given.json:
        given.json.write_text(json.dumps({**report, "rows": rows}, indent=2) + "\n")
    columns = 4
    cells += [np.zeros_like(cells[0])] * (-len(cells) % columns)
    lines = [np.hstack(cells[i : i + columns]) for i in range(0, len(cells), columns)]
    given.sheet.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(given.sheet), np.vstack(lines)[..., ::-1])


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the share within 2 px, and the distances."""
    left = np.array([np.inf if row["left"] is None else row["left"] for row in rows])
    way = np.array([row["way"] for row in rows])
    return {
        "count": len(rows),
        "within 2 px": float((left <= 2).mean()),
        "median left, px": float(np.median(left)),
        "mean left of those with one thing after, px": float(left[np.isfinite(left)].mean()),
        "no-op: within 2 px": float((way <= 2).mean()),
        "no-op: mean left, px": float(way.mean()),
        "no longer one thing": int(np.isinf(left).sum()),
        "seconds": float(np.mean([row["seconds"] for row in rows])),
    }


def pinned(count: int, seed: int, without_inversion: bool) -> dict[str, Any]:
    """Return how many pixels of a pinned region change: with our pins, and by the published algorithm.

    What is pinned is the side of the picture that the thing moves away from, up to 2 px from it.
    """
    rng = np.random.default_rng(seed)
    ours, theirs, theirs_seen, left = [], [], [], []
    for picture, ws in made(count * 3, seed):
        before = thing(picture)
        way = None if before is None else drag_of(before, rng)
        if before is None or way is None or len(ours) == count:
            continue
        handle, target = way
        columns = np.nonzero(before.mask.any(axis=0))[0]
        if target[0] > handle[0]:
            x, width = 0, int(columns.min()) - 2
        else:
            x, width = int(columns.max()) + 3, 64 - int(columns.max()) - 3
        if width < 4:
            continue
        pin = Selector(kind="box", options={"x": x, "y": 0, "width": width, "height": 64})
        with known(ws if without_inversion else None):
            result = edit(asked(handle, target, (pin,)), Image(picture)).image.pixels
        free = np.ones((64, 64), np.float32)
        free[:, x : x + width] = 0
        plainly = published(picture, ws, free, handle, target)
        part = np.s_[:, x : x + width]
        ours.append(float((result[part] != picture[part]).any(axis=2).mean()))
        change = np.abs(plainly[part].astype(int) - picture[part]).max(axis=2)
        theirs.append(float((change > 0).mean()))
        theirs_seen.append(float((change > 4).mean()))
        after = thing(result)
        if after is not None:
            at = carried(handle, before, after)
            left.append(float(np.hypot(at[0] - target[0], at[1] - target[1])))
    return {
        "count": len(ours),
        "pinned pixels changed, ours": float(np.mean(ours)),
        "pinned pixels changed, published": float(np.mean(theirs)),
        "by more than 4 of 255, published": float(np.mean(theirs_seen)),
        "within 2 px, ours, with pins": float(np.sum(np.array(left) <= 2) / len(ours)),
    }


def photographs(count: int, seed: int, cells: list[Picture]) -> dict[str, Any]:
    """Return how drags of drawn scenes compare with the scene drawn where the thing was dragged to."""
    from dataclasses import replace

    rng = np.random.default_rng(seed)
    rows: list[dict[str, Any]] = []
    near: list[float] = []
    before_: list[float] = []
    while len(rows) < count:
        what = scene(rng)
        picture = plain(what).round().astype(np.uint8)
        before = thing(picture)
        way = None if before is None else drag_of(before, rng)
        if before is None or way is None:
            continue
        handle, target = way
        dx, dy = target[0] - handle[0], target[1] - handle[1]
        truth = plain(replace(what, dx=what.dx + dx, dy=what.dy + dy)).round().astype(np.uint8)
        started = time.perf_counter()
        result = edit(asked(handle, target), Image(picture))
        after = thing(result.image.pixels)
        row = {"seconds": time.perf_counter() - started, "way": float(np.hypot(dx, dy)), "left": None}
        if after is not None:
            at = carried(handle, before, after)
            row["left"] = float(np.hypot(at[0] - target[0], at[1] - target[1]))
        rows.append(row)
        near.append(psnr(result.image.pixels, truth))
        before_.append(psnr(picture, truth))
        cells.append(np.hstack([arrow(picture, handle, target), arrow(result.image.pixels, None, None)]))
        print(row, result.notes[-2:], flush=True)
    return {**summary(rows), "PSNR to the truth": float(np.mean(near)), "of a no-op": float(np.mean(before_))}


def psnr(a: Picture, b: Picture) -> float:
    """Return the peak signal to noise ratio, dB."""
    return float(10 * np.log10(255**2 / max(np.mean((a.astype(np.float64) - b) ** 2), 1e-6)))


if __name__ == "__main__":
    main()
