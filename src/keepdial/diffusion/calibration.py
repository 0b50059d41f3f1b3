"""Calibration: which knob of a checkpoint keeps how much, as measured on given photographs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from keepdial.diffusion.checkpoint import Checkpoint


def stored(checkpoint: Checkpoint) -> Path:
    """Return where the calibration of a checkpoint is kept."""
    from keepdial.models.place import folder

    return folder() / "calibration" / f"{checkpoint.name}.json"


def measured(checkpoint: Checkpoint) -> dict[str, Any]:
    """Return the curves measured here, by operation; nothing where it was done for other weights."""
    from keepdial.diffusion.backend import fingerprint

    try:
        table = json.loads(stored(checkpoint).read_text(encoding="utf-8"))
        if table["weights"] != fingerprint(checkpoint):
            return {}
        curves: dict[str, Any] = dict(table["curves"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return curves
