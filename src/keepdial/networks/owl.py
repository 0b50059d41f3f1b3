"""Objects by any words: OWLv2, as exported to ONNX.

M. Minderer, A. Gritsenko, N. Houlsby: Scaling Open-Vocabulary Object Detection. arXiv:2306.09683.

The export's names: ``input_ids, pixel_values, attention_mask -> logits, pred_boxes`` and others that are not
used. The picture is padded to a square with mid grey, below or to the right, and brought to 960 x 960.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from keepdial.errors import BackendError
from keepdial.geometry import size_of
from keepdial.networks.pictures import as_rgb, box_between, resized
from keepdial.networks.yolox import OVERLAP, Detection, overlap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

MODEL = "owlv2"
TOKENIZER = "owlv2-tokenizer"
SIDE = 960
LENGTH = 16
"""Places for word pieces."""
SCORE = 0.1
"""The published default. Scores of unusual words are low: 0.1 can be right."""
MOST = 100
MEAN = np.array([0.48145466, 0.4578275, 0.40821073], np.float32)
DEVIATION = np.array([0.26862954, 0.26130258, 0.27577711], np.float32)
GREY = 0.5
PHRASE = "a photo of a {}"


def ready() -> bool:
    """Return whether the network and its tokenizer are installed."""
    from keepdial.models import installed

    return installed(MODEL) and installed(TOKENIZER)


def detect(rgb: NDArray[np.uint8], words: Sequence[str], *, score: float = SCORE) -> tuple[Detection, ...]:
    """Return what in `rgb` (H, W, 3) uint8 is called by one of `words`, the surest first.

    A label is the word as given. Of boxes of one word that overlap, the surest stays.

    Raises:
        ModelMissing: OWLv2 or its tokenizer is not installed.
        BackendError: the network failed, or is of an unknown kind.
    """
    from keepdial.models import path_of, runtime
    from keepdial.networks.clip_words import load

    if not words:
        return ()
    rgb = as_rgb(rgb)
    network = runtime.onnx(MODEL)
    tokens = load(path_of(TOKENIZER))
    numbers = np.zeros((len(words), LENGTH), np.int64)
    attended = np.zeros_like(numbers)
    for i, word in enumerate(words):
        row = tokens.encode(PHRASE.format(word), LENGTH)
        numbers[i, : len(row)] = row
        attended[i, : len(row)] = 1
    given: dict[str, NDArray[Any]] = {
        "input_ids": numbers,
        "attention_mask": attended,
        "pixel_values": _pixels(rgb),
    }
    if not set(network.inputs) <= set(given) or not {"logits", "pred_boxes"} <= set(network.outputs):
        raise BackendError("The network's inputs or outputs are not those of OWLv2.")
    out = network({name: given[name] for name in network.inputs})
    likely = 1 / (1 + np.exp(-np.clip(out["logits"][0].astype(np.float64), -50, 50)))
    return _found(likely, out["pred_boxes"][0].astype(np.float64), rgb, words, score)


def _pixels(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    height, width = rgb.shape[:2]
    scale = SIDE / max(height, width)
    inner = (max(1, round(width * scale)), max(1, round(height * scale)))
    canvas = np.full((SIDE, SIDE, 3), GREY, np.float32)
    canvas[: inner[1], : inner[0]] = resized(rgb, *inner).astype(np.float32) / np.float32(255)
    return np.ascontiguousarray(((canvas - MEAN) / DEVIATION).transpose(2, 0, 1)[None])


def _found(
    likely: NDArray[np.float64],
    boxes: NDArray[np.float64],
    rgb: NDArray[np.uint8],
    words: Sequence[str],
    score: float,
) -> tuple[Detection, ...]:
    """Return detections from scores (places, words) and boxes (centre and size, parts of the square)."""
    labels = likely.argmax(axis=1)
    best = likely.max(axis=1)
    side = max(rgb.shape[:2])
    corners = (
        np.concatenate([boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2], axis=1) * side
    )
    kept: list[int] = []
    for i in np.argsort(-best, kind="stable"):
        if best[i] < score or len(kept) == MOST:
            break
        if all(labels[i] != labels[k] or overlap(corners[i], corners[k]) <= OVERLAP for k in kept):
            kept.append(int(i))
    placed = [(i, box_between(corners[i], size_of(rgb))) for i in kept]
    return tuple(Detection(words[labels[i]], float(best[i]), box) for i, box in placed if box.area)
