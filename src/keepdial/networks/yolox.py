"""Objects of the 80 COCO classes, each with a box: YOLOX-nano.

Z. Ge, S. Liu, F. Wang, Z. Li, J. Sun: YOLOX: Exceeding YOLO Series in 2021. arXiv:2107.08430.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from keepdial.geometry import Box, size_of
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
LABELS: tuple[str, ...] = (
    *("person", "bicycle", "car", "motorcycle", "airplane", "bus", "train", "truck", "boat"),
    *("traffic light", "fire hydrant", "stop sign", "parking meter", "bench", "bird", "cat", "dog", "horse"),
    *("sheep", "cow", "elephant", "bear", "zebra", "giraffe", "backpack", "umbrella", "handbag", "tie"),
    *("suitcase", "frisbee", "skis", "snowboard", "sports ball", "kite", "baseball bat", "baseball glove"),
    *("skateboard", "surfboard", "tennis racket", "bottle", "wine glass", "cup", "fork", "knife", "spoon"),
    *("bowl", "banana", "apple", "sandwich", "orange", "broccoli", "carrot", "hot dog", "pizza", "donut"),
    *("cake", "chair", "couch", "potted plant", "bed", "dining table", "toilet", "tv", "laptop", "mouse"),
    *("remote", "keyboard", "cell phone", "microwave", "oven", "toaster", "sink", "refrigerator", "book"),
    *("clock", "vase", "scissors", "teddy bear", "hair drier", "toothbrush"),
)


@dataclass(frozen=True, slots=True)
class Detection:
    """One object: its COCO name, how sure the network is (0 to 1), and the box around it."""

    label: str
    score: float
    box: Box


def detect(rgb: NDArray[np.uint8], *, score: float = SCORE) -> tuple[Detection, ...]:
    """Return the objects in `rgb` (H, W, 3) uint8 that score at least `score`, the surest first.

    Raises:
        ModelMissing: YOLOX-nano is not installed.
    """
    from keepdial.models import runtime

    rgb = as_rgb(rgb)
    network = runtime.onnx(MODEL)
    height, width = rgb.shape[:2]
    scale = min(SIDE / height, SIDE / width)
    inner = (max(1, round(width * scale)), max(1, round(height * scale)))
    canvas = np.full((SIDE, SIDE, 3), PAD, np.uint8)
    canvas[: inner[1], : inner[0]] = resized(rgb, *inner)
    planes = np.ascontiguousarray(canvas[..., ::-1].transpose(2, 0, 1)[None], np.float32)
    (out,) = network({next(iter(network.inputs)): planes}).values()
    boxes, labels, scores = _decode(out[0])
    sure = scores >= score
    boxes, labels, scores = boxes[sure], labels[sure], scores[sure]
    size = size_of(rgb)
    stretch = np.array([width / inner[0], height / inner[1]] * 2)
    found = []
    for i in _kept(boxes, labels, scores):
        box = box_between(boxes[i] * stretch, size)
        if box.area:
            found.append(Detection(LABELS[labels[i]], float(scores[i]), box))
    return tuple(found)


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
