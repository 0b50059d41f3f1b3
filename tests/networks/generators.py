"""A tiny StyleGAN2 generator on disk, laid out like a real one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from keepdial.networks.stylegan2.network import Generator, Shape

SHAPE = Shape(resolution=16, z=6, w=8, mapping=2, channels=(8, 6, 4))


def write(path: Path, **more: Any) -> None:
    """Write one whose weights are random, and the same each time."""
    path.mkdir(parents=True, exist_ok=True)
    (path / "model_index.json").write_text('{"_class_name": "StyleGAN2Generator"}')
    (path / "keepdial.json").write_text('{"licence": "CC0-1.0", "commercial": true}')
    shape = {"resolution": 16, "z": 6, "w": 8, "mapping": 2, "channels": [8, 6, 4]}
    (path / "config.json").write_text(json.dumps({**shape, "weights": "generator.safetensors", **more}))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = Generator(SHAPE)
    save_file(model.state_dict(), str(path / "generator.safetensors"))
