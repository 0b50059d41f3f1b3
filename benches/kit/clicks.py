"""Photographs with an object marked, and a robot that clicks where a selection is most wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from kit.paths import DATA

INSIDE, IGNORED = 255, 128


@dataclass(frozen=True)
class Marked:
    """A photograph (H, W, 3) uint8, truth (H, W) (0, 255, 128 = not judged), and the box around it."""

    name: str
    rgb: Any
    truth: Any
    box: tuple[int, int, int, int]
    people: bool

    @property
    def tuned(self) -> bool:
        """Whether constants were chosen on it: every other one by name, of both sets."""
        return self.name in TUNED or (self.people and int(self.name) % 20 == 5)


TUNED = ("106024", "181079", "21077", "304074", "388016", "banana1", "cross", "llama", "teddy")


def photographs(*, grabcut: bool = True, people: bool = True, most: int = 250_000) -> Iterator[Marked]:
    """Yield the GrabCut photographs at their own size and those of people at no more than `most` pixels."""
    import cv2

    if grabcut:
        folder = DATA / "select_grabcut"
        boxes = {entry["id"]: entry["box"] for entry in json.loads((folder / "boxes.json").read_text())}
        for file in sorted(folder.glob("*_gt.png")):
            name = file.name.removesuffix("_gt.png")
            rgb = cv2.imread(str(folder / f"{name}.png"))[..., ::-1].copy()
            yield Marked(name, rgb, cv2.imread(str(file), 0), tuple(boxes[name]), False)
    if people:
        for file in sorted((DATA / "cutout_people").glob("*_mask.png")):
            name = file.name.removesuffix("_mask.png")
            rgb = cv2.imread(str(file.with_name(f"{name}_image.jpg")))[..., ::-1].copy()
            scale = min(1.0, (most / (rgb.shape[0] * rgb.shape[1])) ** 0.5)
            size = round(rgb.shape[1] * scale), round(rgb.shape[0] * scale)
            rgb = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
            truth = cv2.resize(cv2.imread(str(file), 0), size, interpolation=cv2.INTER_AREA)
            truth = np.where(truth > 127, INSIDE, 0).astype(np.uint8)
            yield Marked(name, rgb, truth, cv2.boundingRect(truth), True)


def iou(mask: Any, truth: Any) -> float:
    """Intersection over union where it is judged."""
    inside, judged = truth == INSIDE, truth != IGNORED
    union = ((mask | inside) & judged).sum()
    return float((mask & inside).sum() / union) if union else 1.0


def next_click(mask: Any, truth: Any, *, rng: Any = None) -> tuple[float, float, bool] | None:
    """Return x, y and whether inside: the deepest point of the largest connected wrong region; None without.

    With `rng` any point that lies at least half as deep, as a person might click.
    """
    import cv2

    best, largest = None, 0
    for wrong, inside in (((truth == INSIDE) & ~mask, True), ((truth == 0) & mask, False)):
        count, labels, stats, _ = cv2.connectedComponentsWithStats(wrong.astype(np.uint8), connectivity=8)
        if count > 1 and stats[1:, 4].max() > largest:
            k = 1 + int(stats[1:, 4].argmax())
            largest, best = int(stats[k, 4]), (labels == k, inside)
    if best is None:
        return None
    depth = cv2.distanceTransform(np.pad(best[0], 1).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
    at = int(depth.argmax())
    if rng is not None:
        at = int(rng.choice(np.flatnonzero(depth >= 0.5 * depth.max())))
    y, x = divmod(at, mask.shape[1])
    return x + 0.5, y + 0.5, best[1]


def clicked(
    answer: Callable[[list[tuple[float, float, bool]]], Any], truth: Any, *, cap: int = 20, start: Any = None
) -> list[float]:
    """Return the IoU after each of `cap` clicks; `answer` gets all clicks so far.

    What comes after the fifth click and an IoU of 0.90 is not asked for: the last value stands for it.
    """
    mask = np.zeros(truth.shape, bool) if start is None else start
    clicks: list[tuple[float, float, bool]] = []
    found: list[float] = []
    while len(found) < cap:
        if len(found) >= 5 and max(found) >= 0.90:
            return found + found[-1:] * (cap - len(found))
        click = next_click(mask, truth)
        if click is None:
            return found + [1.0] * (cap - len(found))
        clicks.append(click)
        mask = answer(clicks)
        found.append(iou(mask, truth))
    return found


def needed(found: list[float], level: float) -> int:
    """Return the number of clicks until the IoU reached `level`; the cap where it did not."""
    return next((k + 1 for k, value in enumerate(found) if value >= level), len(found))
