"""What the knob of the embedded engine keeps, as measured: the card behind `curve`."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

from keepdial.errors import BackendError

CARD = "calibration.json"
"""Beside this module; written by ``python benches/dial.py --write``, with what it was measured on."""


@cache
def curve() -> tuple[tuple[float, float], ...]:
    """Return the (kept, knob) pairs of the card, both rising from 0 to 1.

    One curve serves all operations: where there is something to keep, the engine does the same for all.
    Raises `BackendError` for a damaged card.
    """
    text = files("keepdial.backends.patch").joinpath(CARD).read_text("utf-8")
    try:
        pairs = tuple((float(kept), float(knob)) for kept, knob in json.loads(text)["curve"])
    except (ValueError, KeyError, TypeError) as problem:
        raise BackendError(
            f"The calibration of the backend 'patch' is damaged ({CARD}).",
            hint="Install keepdial again.",
            detail=str(problem),
        ) from problem
    return pairs
