"""Options for an operation as its own declaration would fill them from a sentence."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from keepdial.files import encode_image
from keepdial.image import Image
from keepdial.operations import Operation, is_file
from keepdial.understand.sayings import SLOT

FILLED = {"colour": "blue", "number": "2", "aspect": "4:3"}


def picture() -> str:
    """Return a small picture file as base64: warm, with every lightness."""
    ramp = np.linspace(20, 235, 40 * 30).reshape(30, 40)
    pixels = np.stack([ramp, ramp * 0.8, ramp * 0.6], axis=-1).astype(np.uint8)
    return base64.b64encode(encode_image(Image(pixels), format="png").data).decode("ascii")


def params_in_words(unit: Operation) -> dict[str, Any]:
    """Return the options of the operation's first saying, with its slots filled."""
    found: dict[str, Any] = dict(unit.says[0].params) if unit.says else {}
    for name, value in found.items():
        if is_file(unit.params.model_fields[name]):
            found[name] = picture()
        elif isinstance(value, str) and (slot := SLOT.fullmatch(value)):
            found[name] = FILLED[slot.group(1)]
    return found
