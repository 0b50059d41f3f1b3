"""The two networks of PP-OCR: one says where text is, the other what a line says."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from keepdial.errors import BackendError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

STEP = 32
"""Sides of the detector's input are multiples of this."""
HEIGHT = 48
"""Rows of the recogniser's input."""
SHORTEST, LONGEST = 96, 3200
"""Columns of the recogniser's input: what is narrower is padded, what is wider is squeezed."""
BATCH_COLUMNS = 4096
"""Columns that are recognised at once at most, which bounds the memory."""

_LOCK = threading.Lock()


@dataclass(frozen=True, slots=True)
class Reading:
    """What the recogniser says of one crop.

    Attributes:
        text: the characters.
        confidence: their mean probability, 0 to 1; 0 for no character.
        places: for each character where it is centred, as a part of the crop's width, 0 to 1.
    """

    text: str
    confidence: float
    places: tuple[float, ...]


def weights(part: str) -> Path:
    """Return the file of the network called `part` (``det`` or ``rec``) inside the package rapidocr.

    Raises `BackendError` where the package or the file is not there.
    """
    from importlib.util import find_spec

    spec = find_spec("rapidocr")
    for folder in () if spec is None else spec.submodule_search_locations or ():
        files = sorted(Path(folder, "models").glob(f"*_{part}_*.onnx"))
        if files:
            return files[-1]
    raise BackendError(
        "The weights for reading text are not there: they come inside the package rapidocr.",
        hint="Install it: pip install 'rapidocr>=3.10'.",
        detail=f"no models/*_{part}_*.onnx",
    )


@cache
def _session(part: str) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.enable_cpu_mem_arena = False  # the arena would keep a large picture's memory for ever
    return onnxruntime.InferenceSession(str(weights(part)), options, providers=["CPUExecutionProvider"])


def session(part: str) -> Any:
    """Return the network `part`, loaded once per process whichever thread asks first."""
    with _LOCK:
        return _session(part)


def _run(part: str, batch: NDArray[np.float32]) -> NDArray[np.float32]:
    network = session(part)
    try:
        (answer,) = network.run(None, {network.get_inputs()[0].name: batch})
    except RuntimeError as problem:  # onnxruntime's own errors derive from it
        raise BackendError("The network that reads text failed.", detail=str(problem)) from problem
    return np.asarray(answer, np.float32)


def _normal(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return (3, H, W) float32 in [-1, 1], blue first, as PP-OCR was trained."""
    return np.ascontiguousarray(rgb[..., ::-1].transpose(2, 0, 1), np.float32) / np.float32(
        127.5
    ) - np.float32(1)


def text_map(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return for each pixel of `rgb` (H, W, 3) the probability, 0 to 1, that it lies in a text's kernel.

    The kernel is the shrunken inside of a line (Liao et al., Real-time Scene Text Detection with
    Differentiable Binarization, AAAI 2020). The picture is padded to the network's step at its own size.
    """
    import cv2

    h, w = rgb.shape[:2]
    padded = cv2.copyMakeBorder(rgb, 0, -h % STEP, 0, -w % STEP, cv2.BORDER_REPLICATE)
    return _run("det", _normal(np.asarray(padded))[None])[0, 0, :h, :w]


@cache
def alphabet() -> tuple[str, ...]:
    """Return the recogniser's characters by class; class 0 is the blank between characters."""
    known = session("rec").get_modelmeta().custom_metadata_map["character"].split("\n")
    return ("", *(c.rstrip("\r") for c in known), " ")


def recognise(crops: Sequence[NDArray[np.uint8]]) -> tuple[Reading, ...]:
    """Return what each crop (h, w, 3) uint8 of an upright line says, in the order given.

    Crops of like width share a batch. Decoding is greedy (Graves et al., Connectionist Temporal
    Classification, ICML 2006): the likeliest class of each column, repeats and blanks dropped.
    """
    import cv2

    widths = [int(np.clip(round(c.shape[1] * HEIGHT / c.shape[0]), 8, LONGEST)) for c in crops]
    order = sorted(range(len(crops)), key=lambda i: widths[i])
    found: dict[int, Reading] = {}
    while order:
        count = 1
        while count < len(order) and (count + 1) * max(SHORTEST, widths[order[count]]) <= BATCH_COLUMNS:
            count += 1
        now, order = order[:count], order[count:]
        wide = max(SHORTEST, widths[now[-1]])
        batch = np.zeros((count, 3, HEIGHT, wide), np.float32)
        for row, i in enumerate(now):
            shrinks = crops[i].shape[0] > HEIGHT
            how = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
            batch[row, :, :, : widths[i]] = _normal(
                np.asarray(cv2.resize(crops[i], (widths[i], HEIGHT), interpolation=how))
            )
        for i, answer in zip(now, _run("rec", batch), strict=True):
            found[i] = _decoded(answer, wide / widths[i])
    return tuple(found[i] for i in range(len(crops)))


def _decoded(answer: NDArray[np.float32], stretch: float) -> Reading:
    """Decode (columns, classes) of probabilities; `stretch` is the batch's width in widths of the crop."""
    classes = answer.argmax(axis=1)
    new = np.flatnonzero((classes != 0) & (classes != np.concatenate(([0], classes[:-1]))))
    letters = alphabet()
    text, sure, places = [], [], []
    for start in new:
        stop = start
        while stop + 1 < len(classes) and classes[stop + 1] == classes[start]:
            stop += 1
        centre = ((start + stop) / 2 + 0.5) / len(classes) * stretch
        text.append(letters[classes[start]])
        sure.append(float(answer[start, classes[start]]))
        places.append(min(1.0, centre))
    return Reading("".join(text), float(np.mean(sure)) if sure else 0.0, tuple(places))
