"""The main subject, of any kind, as a mask: U2-Net, IS-Net or BiRefNet, whichever is installed.

X. Qin et al.: U2-Net: Going Deeper with Nested U-Structure for Salient Object Detection. arXiv:2005.09007.
X. Qin et al.: Highly Accurate Dichotomous Image Segmentation. arXiv:2203.03041.
P. Zheng et al.: Bilateral Reference for High-Resolution Dichotomous Image Segmentation. arXiv:2401.03407.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from keepdial.networks.pictures import as_rgb, resized

if TYPE_CHECKING:
    from numpy.typing import NDArray

IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
SPREAD = 0.05
"""An answer whose values lie nearer to each other than this says that there is no subject."""


@dataclass(frozen=True, slots=True)
class Member:
    """How one network is fed: side of its square, mean and deviation for each channel, and its answer."""

    model: str
    side: int
    mean: tuple[float, float, float]
    deviation: tuple[float, float, float]
    logits: bool


MEMBERS = (
    Member("birefnet-lite", 1024, *IMAGENET, logits=True),
    Member("isnet", 1024, (0.5, 0.5, 0.5), (1.0, 1.0, 1.0), logits=False),
    Member("u2net", 320, *IMAGENET, logits=False),
)
"""The best comes first."""


def ready() -> str | None:
    """Return the name of the best of the models that is installed, or None."""
    from keepdial.models import installed

    return next((member.model for member in MEMBERS if installed(member.model)), None)


def subject(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return how much each pixel belongs to the main subject, (H, W) float32 in [0, 1], 1 = inside.

    Raises:
        ModelMissing: none of the models is installed.
        BackendError: the network failed.
    """
    from keepdial.models import missing, runtime

    rgb = as_rgb(rgb)
    name = ready()
    if name is None:
        raise missing(MEMBERS[-1].model)
    member = next(m for m in MEMBERS if m.model == name)
    network = runtime.onnx(name)
    small = resized(rgb, member.side, member.side).astype(np.float32)
    # The networks were trained on pictures whose brightest sample is 1.
    scaled = small / np.float32(max(1.0, float(small.max())))
    fed = (scaled - np.array(member.mean, np.float32)) / np.array(member.deviation, np.float32)
    outputs = network({next(iter(network.inputs)): np.ascontiguousarray(fed.transpose(2, 0, 1)[None])})
    found: NDArray[Any] = outputs[network.outputs[0]].reshape(member.side, member.side).astype(np.float32)
    if member.logits:
        found = 1 / (1 + np.exp(-np.clip(found, -50, 50)))
    low, high = float(found.min()), float(found.max())
    if high - low < SPREAD:
        found = np.zeros_like(found) if high < 0.5 else found
    else:
        found = (found - low) / (high - low)
    full = resized(np.ascontiguousarray(found, np.float32), rgb.shape[1], rgb.shape[0])
    return np.asarray(np.clip(full, 0, 1), np.float32)
