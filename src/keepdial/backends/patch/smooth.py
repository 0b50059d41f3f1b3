"""Smooth interpolation by pull and push: the fall-back where nothing can serve as example."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def pull_push(values: NDArray[np.float32], known: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return (h, w, 3) `values` with the unknown pixels interpolated smoothly from the known ones.

    Means of known pixels are pulled up a pyramid until all is known and pushed down again (Gortler 1996,
    doi:10.1145/237170.237200, section 3.4; what Kraus 2009 calls the pull-push algorithm). Where nothing
    at all is known the result is mid-grey of the range 0 to 255.
    """
    import cv2

    from keepdial.backends.patch.colours import halve

    if known.all():
        return values
    if not known.any():
        return np.full_like(values, 127.5)
    h, w = (known.shape[0] + 1) // 2, (known.shape[1] + 1) // 2
    half = np.empty((h, w, 3), np.float32)
    share, unused = np.empty((h, w), np.float32), np.empty((h, w), np.float32)
    weight = known.astype(np.float32)
    halve(values, weight, weight, half, share, unused)
    coarse = pull_push(half, share > 0)
    # Sides that are odd have one column too many after doubling.
    large = cv2.resize(coarse, (2 * w, 2 * h), interpolation=cv2.INTER_LINEAR)
    large = large[: known.shape[0], : known.shape[1]]
    return np.asarray(np.where(known[..., None], values, large), np.float32)
