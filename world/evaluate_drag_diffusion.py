"""Does dragging in a diffusion model's latents move the thing? Measured on drawn scenes.

    python world/evaluate_drag_diffusion.py [--drags 40] [--sheet world/samples/drag-diffusion.png]

In each scene the middle of the object is dragged 4 to 14 px to a place where the world has objects. Where the
object is afterwards is measured against drawings of the same scene with the object moved: of all places on
a grid of half a px, the one whose drawing is most like the result. Doing nothing stands beside it. In every
second scene the side away from the drag is pinned.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.evaluate.world import Scene

HERE = Path(__file__).parent
NEAR = 2.0
"""A handle within this of its target, px, has arrived."""


def drags(count: int, seed: int) -> list[tuple[Scene, NDArray[np.float64], NDArray[np.float64]]]:
    """Return scenes, where the object's middle is, and where it is to come."""
    from keepdial.evaluate.world import sample
    from keepdial.evaluate.world.drawing import where

    rng = np.random.default_rng(seed)
    found = []
    while len(found) < count:
        scene = replace(sample(rng, empty=0.0, lettered=0.0), angle=0.0)
        if scene.shape == "ring":  # its middle is no part of it
            continue
        x, y, radius = where(scene)
        way = rng.uniform(4, 14)
        angle = rng.uniform(0, 2 * np.pi)
        end = np.array([x + way * np.cos(angle), y + way * np.sin(angle)])
        if radius + 3 < end.min() and end.max() < 61 - radius:
            found.append((scene, np.array([x, y]), end))
    return found


def place(picture: NDArray[np.uint8], scene: Scene, start: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return where the object's middle is in `picture`."""
    from keepdial.evaluate.world import draw, object_mask

    def miss(dx: float, dy: float) -> float:
        moved = replace(scene, dx=scene.dx + dx, dy=scene.dy + dy)
        off = np.abs(picture.astype(np.float32) - draw(moved)).mean(axis=2)
        return float((off * object_mask(moved, grow=2)).sum() / object_mask(moved, grow=2).sum())

    best = (0.0, 0.0)
    for step, reach in ((2.0, 18.0), (0.5, 2.0)):
        line = np.arange(-reach, reach + step / 2, step)
        best = min(((best[0] + u, best[1] + v) for u in line for v in line), key=lambda d: miss(*d))
    return start + best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--drags", type=int, default=40)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--steps", type=int, default=80)
    parser.add_argument("--tune", type=int, help="steps of learning the picture; else as the model says")
    parser.add_argument("--published", action="store_true", help="begin with the picture, not with a warp")
    parser.add_argument("--no-pins", action="store_true")
    parser.add_argument("--backend", default="world-drag", help="warp = without a model")
    parser.add_argument("--sheet", type=Path)
    options = parser.parse_args()
    models = Path(tempfile.mkdtemp())
    os.environ["KEEPDIAL_MODELS"] = str(models)
    (models / "checkpoints").mkdir()
    (models / "checkpoints" / "world").symlink_to(HERE / "models" / "text-to-image")
    from keepdial.diffusion import drag as dragging
    from keepdial.edit import edit
    from keepdial.evaluate.world import draw
    from keepdial.image import Image
    from keepdial.request import Request, Selector

    raw: list[NDArray[np.float32]] = []
    pasted = dragging.pasted

    def note(
        source: object, scene: object, before: object, after: NDArray[np.float32], *more: object
    ) -> object:
        """Remember what the model painted, before anything is given back or pinned."""
        raw.append(after)
        return pasted(source, scene, before, after, *more)  # type: ignore[arg-type]

    dragging.pasted = note  # type: ignore[assignment]
    rows, tiles = [], []
    for i, (scene, start, end) in enumerate(drags(options.drags, options.seed)):
        picture = draw(scene)
        pins: tuple[Selector, ...] = ()
        if i % 2 and not options.no_pins:
            # The quarter of the picture that is farthest from where the object comes to lie.
            x = 0 if (start + end)[0] / 2 > 32 else 52
            pins = (Selector(kind="box", options={"x": x, "y": 0, "width": 12, "height": 64}),)
        request = Request(
            operation="drag",
            params={
                "handle": [f"{start[0]:.1f},{start[1]:.1f}:{end[0]:.1f},{end[1]:.1f}"],
                "steps": options.steps,
                "carry": not options.published,
                **({} if options.tune is None else {"tune": options.tune}),
            },
            targets=(Selector(kind="all"),),
            pins=pins,
            backend=options.backend,
            auto_pin=False,
            seed=i,
        )
        began = time.perf_counter()
        done = edit(request, Image(picture))
        made = np.asarray(done.image.pixels)
        there = place(made, scene, start)
        left, nothing = float(np.hypot(*(there - end))), float(np.hypot(*(end - start)))
        pinned = np.zeros((64, 64), bool)
        for pin in done.pins:
            pinned |= pin.region
        changed = float(np.abs(made.astype(float) - picture)[pinned].max()) if pinned.any() else 0.0
        way = end - start
        truth = draw(replace(scene, dx=scene.dx + float(way[0]), dy=scene.dy + float(way[1])))
        alike = 10 * np.log10(255**2 / np.mean((made.astype(float) - truth) ** 2))
        painted = np.nan
        if pinned.any() and raw and raw[-1].shape == made.shape:
            painted = float((np.abs(raw[-1] * 255 - picture) > 1).any(axis=2)[pinned].mean())
        rows.append((left, nothing, changed, alike, painted))
        print(
            f"{i:3} {scene.shape:8} {scene.size:5} {nothing:4.1f} px: {left:4.1f} px left, "
            f"{alike:4.1f} dB, {time.perf_counter() - began:4.1f} s; {done.notes[-1]}",
            flush=True,
        )
        tiles.append((picture, made, start, end))
    lefts, nothings, changes, likes, paints = np.array(rows).T
    print(
        f"within {NEAR:g} px: {np.mean(lefts <= NEAR):.1%} of {len(rows)}; mean {lefts.mean():.2f} px, "
        f"doing nothing {nothings.mean():.2f} px; {likes.mean():.1f} dB from the drawing of what is meant; "
        f"pinned pixels changed by at most {changes.max():.0f} of 255 (the model itself changes "
        f"{np.nanmean(paints):.0%} of them by more than 1)"
    )
    if options.sheet:
        sheet(tiles, options.sheet)


Tile = tuple["NDArray[np.uint8]", "NDArray[np.uint8]", "NDArray[np.float64]", "NDArray[np.float64]"]


def sheet(tiles: list[Tile], path: Path) -> None:
    """Draw before (with the way) and after, side by side, four pairs a row."""
    import cv2

    big = 192
    cells = []
    for before, after, start, end in tiles[:24]:
        one = cv2.resize(before, (big, big), interpolation=cv2.INTER_CUBIC)
        a, b = (tuple(round((v + 0.5) * 3) for v in p) for p in (start, end))
        cv2.arrowedLine(one, a, b, (255, 255, 255), 4, cv2.LINE_AA, tipLength=0.3)
        cv2.arrowedLine(one, a, b, (220, 0, 0), 2, cv2.LINE_AA, tipLength=0.3)
        two = cv2.resize(after, (big, big), interpolation=cv2.INTER_CUBIC)
        cv2.circle(two, b, 4, (255, 255, 255), 1, cv2.LINE_AA)
        cells.append(np.pad(np.hstack([one, two]), ((4, 4), (4, 8), (0, 0)), constant_values=255))
    while len(cells) % 3:
        cells.append(np.full_like(cells[0], 255))
    rows = [np.hstack(cells[i : i + 3]) for i in range(0, len(cells), 3)]
    cv2.imwrite(str(path), cv2.cvtColor(np.vstack(rows), cv2.COLOR_RGB2BGR))


if __name__ == "__main__":
    main()
