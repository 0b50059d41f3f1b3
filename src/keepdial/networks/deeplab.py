"""The 20 Pascal VOC classes, pixel by pixel: DeepLab v3 on MobileNet v2.

L.-C. Chen, G. Papandreou, F. Schroff, H. Adam: Rethinking Atrous Convolution for Semantic Image Segmentation.
arXiv:1706.05587.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from keepdial.networks.pictures import as_rgb, resized

if TYPE_CHECKING:
    from numpy.typing import NDArray

MODEL = "deeplab"
LABELS: tuple[str, ...] = (
    *("aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow", "dining table"),
    *("dog", "horse", "motorbike", "person", "potted plant", "sheep", "sofa", "train", "tv monitor"),
)
"""The VOC classes; the network's output 0 is the background, and 1 to 20 are these in their order."""


def classes(rgb: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
    """Return for each VOC class the probability of belonging to it, (H, W) float32 in [0, 1].

    They add up to 1 with that of the background, which is left out. Answers are made from 257 x 257 pixels
    and stretched: edges are rough.

    Raises:
        ModelMissing: the model ``deeplab`` is not installed, or the package that runs it.
    """
    rgb = as_rgb(rgb)
    likely = _probabilities(rgb)
    height, width = rgb.shape[:2]
    return {
        label: np.asarray(resized(np.ascontiguousarray(likely[..., i + 1]), width, height), np.float32)
        for i, label in enumerate(LABELS)
    }


def probability(rgb: NDArray[np.uint8], label: str) -> NDArray[np.float32]:
    """Return one of the maps of `classes` without making the others."""
    rgb = as_rgb(rgb)
    one = np.ascontiguousarray(_probabilities(rgb)[..., LABELS.index(label) + 1])
    return np.asarray(resized(one, rgb.shape[1], rgb.shape[0]), np.float32)


def _probabilities(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    from keepdial.models import runtime

    network = runtime.tflite(MODEL)
    _, height, width, _ = network.shape
    small = resized(rgb, width, height).astype(np.float32) / np.float32(127.5) - np.float32(1)
    (logits,) = network(small[None])
    raised = np.exp(logits[0] - logits[0].max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True), np.float32)
