"""Arrays of float32 written out."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def f32(values: Any) -> NDArray[np.float32]:
    """Return nested lists as an array."""
    return np.asarray(values, np.float32)
