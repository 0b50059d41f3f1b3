"""Objects of the 80 COCO classes, each with a box: YOLOX-nano.

Z. Ge, S. Liu, F. Wang, Z. Li, J. Sun: YOLOX: Exceeding YOLO Series in 2021. arXiv:2107.08430.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from keepdial.geometry import Box, Size, size_of
from keepdial.networks.names import COCO
from keepdial.networks.pictures import as_rgb, box_between, resized

if TYPE_CHECKING:
    from numpy.typing import NDArray

MODEL = "yolox-nano"
SIDE = 416
STRIDES = (8, 16, 32)
PAD = 114
"""The grey that the network was trained with around pictures that are no squares."""
SCORE = 0.3
OVERLAP = 0.45
"""Of two boxes of a class that share more than this (IoU), the surer one stays."""
PART = 0.6
EDGE = 0.02
"""A box that ends this near to a cut (in sides of the part) is taken to be cut."""
LABELS = COCO


@dataclass(frozen=True, slots=True)
class Detection:
    """One object: its COCO name, how sure the network is (0 to 1), and the box around it."""

    label: str
    score: float
    box: Box


def detect(rgb: NDArray[np.uint8], *, score: float = SCORE, close: bool = False) -> tuple[Detection, ...]:
    """Return the objects in `rgb` (H, W, 3) uint8 that score at least `score`, the surest first.

    Args:
        rgb: sRGB; not modified.
        score: least sureness.
        close: also look at four overlapping parts, each of 0.6 of the sides, where small things are larger to
            the network. Takes five times as long.

    Raises:
        ModelMissing: YOLOX-nano is not installed.
    """
    rgb = as_rgb(rgb)
    size = size_of(rgb)
    looks = [_look(rgb, Box(0, 0, size.width, size.height), score)]
    if close and min(size.width, size.height) >= 2:
        looks += [_look(rgb, part, score) for part in _parts(size)]
    boxes, labels, scores = (np.concatenate(values) for values in zip(*looks, strict=True))
    placed = ((i, box_between(boxes[i], size)) for i in _kept(boxes, labels, scores))
    return tuple(Detection(LABELS[labels[i]], float(scores[i]), box) for i, box in placed if box.area)


def _parts(size: Size) -> tuple[Box, ...]:
    width, height = max(1, round(size.width * PART)), max(1, round(size.height * PART))
    return tuple(Box(x, y, width, height) for y in (0, size.height - height) for x in (0, size.width - width))


def _look(
    rgb: NDArray[np.uint8], part: Box, score: float
) -> tuple[NDArray[np.float64], NDArray[np.intp], NDArray[np.float64]]:
    """Return corners (N, 4) in pixels of `rgb`, class numbers and scores of what is in one part of it."""
    from keepdial.models import runtime

    network = runtime.onnx(MODEL)
    scale = SIDE / max(part.width, part.height)
    inner = (max(1, round(part.width * scale)), max(1, round(part.height * scale)))
    canvas = np.full((SIDE, SIDE, 3), PAD, np.uint8)
    canvas[: inner[1], : inner[0]] = resized(np.ascontiguousarray(rgb[part.slices]), *inner)
    planes = np.ascontiguousarray(canvas[..., ::-1].transpose(2, 0, 1)[None], np.float32)
    (out,) = network({next(iter(network.inputs)): planes}).values()
    boxes, labels, scores = _decode(out[0])
    stretch = np.array([part.width / inner[0], part.height / inner[1]] * 2)
    boxes = boxes * stretch + np.array([part.x, part.y] * 2)
    # What a part cuts off is seen whole elsewhere: its box would end where nothing ends.
    whole = np.ones(len(boxes), bool)
    for near, edge, border in (
        (boxes[:, 0], part.x, 0),
        (boxes[:, 1], part.y, 0),
        (boxes[:, 2], part.right, rgb.shape[1]),
        (boxes[:, 3], part.bottom, rgb.shape[0]),
    ):
        if edge != border:
            whole &= np.abs(near - edge) > EDGE * max(part.width, part.height)
    sure = (scores >= score) & whole
    return boxes[sure], labels[sure], scores[sure]


def _decode(
    out: NDArray[np.float32],
) -> tuple[NDArray[np.float64], NDArray[np.intp], NDArray[np.float64]]:
    """Return corners (N, 4) in network pixels, class numbers and scores of (3549, 85): section 2.1."""
    cells, strides = [], []
    for stride in STRIDES:
        n = SIDE // stride
        ys, xs = np.mgrid[:n, :n]
        cells.append(np.stack([xs.ravel(), ys.ravel()], 1))
        strides.append(np.full(n * n, stride))
    step = np.concatenate(strides)[:, None].astype(np.float64)
    centre = (out[:, :2] + np.concatenate(cells)) * step
    half = np.exp(np.minimum(out[:, 2:4].astype(np.float64), 20.0)) * step / 2
    scores = out[:, 4:5].astype(np.float64) * out[:, 5:]
    labels = scores.argmax(axis=1)
    best = scores[np.arange(len(scores)), labels]
    return np.concatenate([centre - half, centre + half], axis=1), labels, best


def _kept(boxes: NDArray[np.float64], labels: NDArray[np.intp], scores: NDArray[np.float64]) -> list[int]:
    """Return which boxes stay when each class lets only the surest of overlapping ones stand."""
    order = np.argsort(-scores, kind="stable")
    kept: list[int] = []
    for i in order:
        if all(labels[i] != labels[k] or overlap(boxes[i], boxes[k]) <= OVERLAP for k in kept):
            kept.append(int(i))
    return kept


def overlap(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Return the intersection over union of two boxes given by corners (x0, y0, x1, y1)."""
    corner = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])
    common = float(np.prod(np.maximum(corner, 0)))
    whole = float(np.prod(a[2:] - a[:2]) + np.prod(b[2:] - b[:2])) - common
    return common / whole if whole > 0 else 0.0
