"""Options for an operation as its own declaration would fill them from a sentence."""

from __future__ import annotations

import base64
import shlex
from typing import Any

import numpy as np

from keepdial.cli.options import flag_of
from keepdial.files import encode_image
from keepdial.image import Image
from keepdial.operations import Operation, is_file
from keepdial.understand.phrases import SLOT

FILLED = {
    "colour": "blue",
    "number": "2",
    "aspect": "4:3",
    "point": "12,9",
    "target": "14,10",
    "new": "a red ball",
    "rest": "a poster",
    "thing": "the cup",
    "text": "OPEN",
    "clause": "make it so",
}


def picture() -> str:
    """Return a small picture file as base64: warm, with every lightness."""
    ramp = np.linspace(20, 235, 40 * 30).reshape(30, 40)
    pixels = np.stack([ramp, ramp * 0.8, ramp * 0.6], axis=-1).astype(np.uint8)
    return base64.b64encode(encode_image(Image(pixels), format="png").data).decode("ascii")


def params_in_words(unit: Operation) -> dict[str, Any]:
    """Return the options of the operation's first saying, with its slots filled.

    What it has to be told all the same (from where to clone) is taken from its first example.
    """
    found: dict[str, Any] = dict(unit.says[0].params) if unit.says else {}
    example = shlex.split(unit.examples[0]) if unit.examples else []
    for name, field in unit.params.model_fields.items():
        if name not in found and field.is_required():
            found[name] = example[example.index(flag_of(name)) + 1]
        if name not in found:
            continue
        if is_file(field):
            found[name] = picture()
        else:
            found[name] = _filled(found[name])
    return found


def _filled(value: Any) -> Any:
    if isinstance(value, list):
        return [_filled(one) for one in value]
    return SLOT.sub(lambda m: FILLED[m.group(1)], value) if isinstance(value, str) else value
