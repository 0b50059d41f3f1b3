"""Reading the attributes of a scene from its picture, with a small trained network run by NumPy."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from keepdial.evaluate.world.scene import ATTRIBUTES, Scene

WEIGHTS = Path(__file__).parents[4] / "world" / "models" / "classifier" / "classifier.safetensors"
"""Where the trained weights lie in a checkout."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Classifier:
    """The network: convolutions that halve the side, a hidden layer, an output for each value there is.

    `weights` holds `conv<n>.weight` (out, in, 3, 3) and `.bias`, `hidden` and `out` (out, in) with theirs,
    all float32.
    """

    weights: Mapping[str, Floats]

    @classmethod
    def load(cls, path: Path | None = None) -> Classifier:
        """Read the weights; None = those of the checkout. Raises FileNotFoundError where there are none."""
        return cls(_read(WEIGHTS if path is None else path))

    def probabilities(self, pictures: NDArray[np.uint8]) -> dict[str, Floats]:
        """Of pictures (n, 64, 64, 3) uint8: for each attribute (n, values) float32, rows that add up to 1."""
        if pictures.ndim != 4 or pictures.shape[1:] != (64, 64, 3) or pictures.dtype != np.uint8:
            raise ValueError(f"pictures must be (n, 64, 64, 3) uint8, not {pictures.shape} {pictures.dtype}")
        parts = [self._outputs(pictures[i : i + 64]) for i in range(0, len(pictures), 64)]
        outputs = (
            np.concatenate(parts) if parts else np.zeros((0, sum(map(len, ATTRIBUTES.values()))), np.float32)
        )
        found, start = {}, 0
        for name, values in ATTRIBUTES.items():
            part = outputs[:, start : start + len(values)]
            raised = np.exp(part - part.max(axis=1, keepdims=True, initial=-np.inf))
            found[name] = raised / raised.sum(axis=1, keepdims=True)
            start += len(values)
        return found

    def attributes(self, pictures: NDArray[np.uint8]) -> list[dict[str, str]]:
        """Of pictures (n, 64, 64, 3) uint8: the likeliest value of each attribute, visible or not."""
        best = {name: part.argmax(axis=1) for name, part in self.probabilities(pictures).items()}
        return [{name: ATTRIBUTES[name][best[name][i]] for name in ATTRIBUTES} for i in range(len(pictures))]

    def agreement(self, pictures: NDArray[np.uint8], scenes: list[Scene]) -> list[dict[str, bool]]:
        """For each picture and its scene: whether each attribute that should be visible is what is seen."""
        seen = self.attributes(pictures)
        return [
            {name: found[name] == value for name, value in scene.visible().items()}
            for found, scene in zip(seen, scenes, strict=True)
        ]

    def _outputs(self, pictures: NDArray[np.uint8]) -> Floats:
        x: Floats = pictures.astype(np.float32) / 127.5 - 1
        layer = 0
        while f"conv{layer}.weight" in self.weights:
            weight, bias = self.weights[f"conv{layer}.weight"], self.weights[f"conv{layer}.bias"]
            x = np.maximum(_convolve(x, weight) + bias, 0)
            layer += 1
        flat = x.reshape(len(x), -1)
        hidden = np.maximum(flat @ self.weights["hidden.weight"].T + self.weights["hidden.bias"], 0)
        outputs: Floats = hidden @ self.weights["out.weight"].T + self.weights["out.bias"]
        return outputs


def _convolve(x: Floats, weight: Floats) -> Floats:
    """3 x 3, stride 2, one pixel of zeros around; `x` is (n, h, w, channels)."""
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))[:, ::2, ::2]
    n, height, width = windows.shape[:3]
    flat = np.ascontiguousarray(windows).reshape(n * height * width, -1)
    out: Floats = (flat @ weight.reshape(len(weight), -1).T).reshape(n, height, width, -1)
    return out


def _read(path: Path) -> dict[str, Floats]:
    """The tensors of a safetensors file of half or single precision, as float32."""
    data = path.read_bytes()
    size = int.from_bytes(data[:8], "little")
    kinds = {"F16": "<f2", "F32": "<f4"}
    tensors = {}
    for name, entry in json.loads(data[8 : 8 + size]).items():
        if name == "__metadata__":
            continue
        first, last = (8 + size + offset for offset in entry["data_offsets"])
        array = np.frombuffer(data[first:last], kinds[entry["dtype"]]).reshape(entry["shape"])
        tensors[name] = array.astype(np.float32)
    return tensors
