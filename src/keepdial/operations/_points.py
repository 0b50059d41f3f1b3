"""Points in words: ``X,Y`` and ``X,Y:X,Y``, in px from the picture's top left corner."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from keepdial.errors import ParameterError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NUMBER = r"\s*([+-]?\d+(?:\.\d+)?)\s*"
PAIR = re.compile(f"{NUMBER},{NUMBER}")
HANDLE = re.compile(f"{NUMBER},{NUMBER}:{NUMBER},{NUMBER}")

FARTHEST = 1e6
"""Largest coordinate, px."""


def pair(text: str, name: str) -> tuple[float, float]:
    """Return the two numbers of ``X,Y``; raise `ParameterError` about the option `name`."""
    found = PAIR.fullmatch(text)
    values = [float(v) for v in found.groups()] if found else []
    if not values or max(map(abs, values)) > FARTHEST:
        raise ParameterError(name, text, "two numbers in px, X,Y, for example 40,-12")
    return values[0], values[1]


def handles(texts: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the places and the targets (n, 2) of handles ``X,Y:X,Y``; raise `ParameterError` for others."""
    import numpy as np

    rows = []
    for text in texts:
        found = HANDLE.fullmatch(text)
        values = [float(v) for v in found.groups()] if found else []
        if not values or max(map(abs, values)) > FARTHEST:
            raise ParameterError("handle", text, "X,Y:X,Y in px, from where to where: 120,80:160,60")
        rows.append(values)
    if not rows:
        raise ParameterError("handle", "not given", "at least one, X,Y:X,Y in px: 120,80:160,60")
    table = np.array(rows, np.float64)
    return table[:, :2], table[:, 2:]
