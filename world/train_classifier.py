"""Train the classifier that reads the attributes of a scene from its picture. About 5 minutes.

    python world/train_classifier.py

It also sees what the autoencoder makes of pictures, noise and blur, so that generated pictures are read as
drawn ones are.
"""

from __future__ import annotations

import time
from itertools import pairwise

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor, nn

from common import MODELS, SCRATCH, Averaged, Run, arguments, half, start, to_pictures, to_tensor
from data import vae_of
from keepdial.evaluate.world import ATTRIBUTES, Scene, draw, sample
from keepdial.evaluate.world.classify import Classifier

WIDTHS = (3, 24, 40, 64, 80)
HIDDEN = 80


class Network(nn.Module):
    """What `keepdial.evaluate.world.classify` runs, with norms that are folded in at the end."""

    def __init__(self) -> None:
        super().__init__()
        pairs = list(pairwise(WIDTHS))
        self.convs = nn.ModuleList(nn.Conv2d(a, b, 3, stride=2, padding=1) for a, b in pairs)
        self.norms = nn.ModuleList(nn.BatchNorm2d(b) for b in WIDTHS[1:])
        self.hidden = nn.Linear(WIDTHS[-1] * 16, HIDDEN)
        self.out = nn.Linear(HIDDEN, sum(map(len, ATTRIBUTES.values())))

    def forward(self, x: Tensor) -> Tensor:
        """Outputs for all values of all attributes, side by side."""
        for conv, norm in zip(self.convs, self.norms, strict=True):
            x = F.relu(norm(conv(x)))
        flat = x.permute(0, 2, 3, 1).flatten(1)
        return self.out(F.relu(self.hidden(F.dropout(flat, 0.1, self.training))))

    def folded(self) -> dict[str, Tensor]:
        """The weights without norms."""
        weights = {}
        for i, (conv, norm) in enumerate(zip(self.convs, self.norms, strict=True)):
            scale = norm.weight / (norm.running_var + norm.eps).sqrt()
            weights[f"conv{i}.weight"] = conv.weight * scale[:, None, None, None]
            weights[f"conv{i}.bias"] = (conv.bias - norm.running_mean) * scale + norm.bias
        for name in ("hidden", "out"):
            layer = getattr(self, name)
            weights[f"{name}.weight"], weights[f"{name}.bias"] = layer.weight, layer.bias
        return {name: value.detach().half().contiguous() for name, value in weights.items()}


def labels(scenes: list[Scene]) -> Tensor:
    """(n, attributes) indices; -100 where an attribute cannot be seen."""
    rows = []
    for scene in scenes:
        seen = scene.visible()
        rows.append(
            [values.index(seen[name]) if name in seen else -100 for name, values in ATTRIBUTES.items()]
        )
    return torch.tensor(rows)


def spoilt(pictures: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Some blurred, some noisy."""
    out = pictures.astype(np.float32)
    for i in range(len(out)):
        if rng.random() < 0.3:
            out[i] = cv2.GaussianBlur(out[i], (0, 0), float(rng.uniform(0.4, 1.1)))
        if rng.random() < 0.3:
            out[i] += rng.normal(0, rng.uniform(2, 14), out[i].shape)
        if rng.random() < 0.3:
            out[i] = out[i] * rng.uniform(0.9, 1.1) + rng.uniform(-10, 10)
    clipped: np.ndarray = np.clip(out, 0, 255).astype(np.uint8)
    return clipped


def main() -> None:
    """Train and export."""
    options = arguments(__doc__ or "", minutes=5, batch=96, rate=2e-3).parse_args()
    start(options)
    device = options.device
    rng = np.random.default_rng([options.seed, 5])
    scenes = [sample(rng, lettered=0.5) for _ in range(16_000)]
    drawn = np.stack([draw(scene) for scene in scenes])
    vae = vae_of(device=device)
    with torch.no_grad(), half(device):
        seen = [
            to_pictures(
                vae.decode(vae.encode(to_tensor(drawn[i : i + 50], device)).latent_dist.sample()).sample
            )
            for i in range(0, 5000, 50)
        ]
    data = np.concatenate([drawn[5000:], *seen, drawn[:5000]])
    aims = labels([*scenes[5000:], *scenes[:5000], *scenes[:5000]])
    model = Network().to(device)
    averaged = Averaged(model, 0.99)
    rng = np.random.default_rng([options.seed, int(time.time())])

    def error(outputs: Tensor, wanted: Tensor) -> Tensor:
        total, start_ = outputs.new_zeros(()), 0
        for i, values in enumerate(ATTRIBUTES.values()):
            part = outputs[:, start_ : start_ + len(values)].float()
            if (wanted[:, i] >= 0).any():
                total = total + F.cross_entropy(part, wanted[:, i])
            start_ += len(values)
        return total

    def loss_of() -> Tensor:
        rows = rng.integers(0, len(data), options.batch)
        x = to_tensor(spoilt(data[rows], rng), device)
        with half(device):
            outputs = model(x)
        return error(outputs, aims[torch.from_numpy(rows)].to(device))

    def export() -> None:
        path = MODELS / "classifier" / "classifier.safetensors"
        path.parent.mkdir(parents=True, exist_ok=True)
        for mine, theirs in zip(averaged.module.buffers(), model.buffers(), strict=True):
            mine.copy_(theirs)
        save_file(averaged.module.cpu().folded(), path)
        averaged.module.to(device)
        fresh = np.random.default_rng(99)
        tests = [sample(fresh, lettered=0.5) for _ in range(600)]
        plain = np.stack([draw(scene) for scene in tests])
        with torch.no_grad():
            again = to_pictures(vae.decode(vae.encode(to_tensor(plain, device)).latent_dist.mean).sample)
        for title, pictures in (("drawn", plain), ("through the autoencoder", again)):
            right = Classifier.load(path).agreement(pictures, tests)
            shares = {
                name: round(float(np.mean([one[name] for one in right if name in one])), 3)
                for name in ATTRIBUTES
            }
            print(
                title,
                shares,
                "all",
                round(float(np.mean([all(one.values()) for one in right])), 3),
                flush=True,
            )

    run = Run("classifier", options, model, averaged)
    run.loop(loss_of, export=export, every=100)
    (SCRATCH / "classifier.pt").unlink()


if __name__ == "__main__":
    main()
