"""Tiny checkpoints in a models folder of the test's own, and painting with them."""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keepdial.backends import Frame, Step
from keepdial.diffusion.backend import checkpoint_backends
from keepdial.geometry import Box
from tests.diffusion import tiny

SIDE = 32


@cache
def built(pipeline: str) -> Path:
    """Return a folder with a tiny checkpoint, built once in a process."""
    place = Path(tempfile.mkdtemp(prefix="keepdial-tiny-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    return tiny.save(pipeline, place, "tiny")


def put(pipeline: str, models: Path, name: str = "tiny", **about: Any) -> Path:
    """Copy a tiny checkpoint into the models folder, where it is told `about`."""
    folder = models / "checkpoints" / name
    shutil.copytree(built(pipeline), folder)
    (folder / "keepdial.json").write_text(json.dumps({**tiny.ABOUT, **about}))
    return folder


def tell(models: Path, name: str, **table: Any) -> Path:
    """Write a TOML that points to a checkpoint; a mapping becomes a table in one line."""
    lines = [f"{key} = {_toml(value)}" for key, value in {**tiny.ABOUT, **table}.items()]
    path = models / "checkpoints" / f"{name}.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")
    return path


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k} = {_toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(str(value) if isinstance(value, Path) else value)


def drawn(side: int = SIDE) -> NDArray[np.uint8]:
    """Return a picture with a bright square on a ramp."""
    ramp = np.linspace(40, 120, side)[None, :, None] * np.ones((side, 1, 3))
    pixels = ramp.astype(np.uint8)
    pixels[side // 4 : side // 2, side // 4 : side // 2] = (220, 60, 40)
    return pixels


def painted(name: str, *, knob: float = 0.3, seed: int = 1, prompt: str = "a red cat", **params: Any) -> Any:
    """Return what the checkpoint makes of `drawn`, (h, w, 3) float32."""
    pixels = drawn()
    pixels.flags.writeable = False
    free = np.ones(pixels.shape[:2], np.float32)
    frame = Frame(Box(0, 0, SIDE, SIDE), pixels, free, free > 0, True)
    step = Step("restyle", knob, seed, params, prompt)
    return checkpoint_backends()[name].generate(frame, step).pixels
