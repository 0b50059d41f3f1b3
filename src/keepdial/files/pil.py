"""The one door to Pillow's decoders: the format is named, so that no other decoder is ever tried."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from keepdial.errors import TooLarge

if TYPE_CHECKING:
    from PIL.Image import Image as PilImage


@contextmanager
def opened(data: bytes, format: str) -> Iterator[PilImage]:
    """Open `data` with Pillow's decoder for `format` alone."""
    from PIL import Image as Pil

    try:
        with Pil.open(io.BytesIO(data), formats=[format]) as picture:
            yield picture
    except Pil.DecompressionBombError as problem:
        raise TooLarge(
            f"The {format} picture is too large for its decoder.", detail=str(problem)
        ) from problem


def samples(picture: PilImage) -> tuple[Any, tuple[str, ...]]:
    """Return (H, W) or (H, W, 2 to 4) uint8 samples of any 8-bit picture, and what was converted."""
    import numpy as np

    notes: tuple[str, ...] = ()
    clear = "transparency" in picture.info
    if picture.mode == "P":
        notes = ("palette converted to RGB",)
        picture = picture.convert("RGBA" if clear else "RGB")
    elif picture.mode == "1":
        notes = ("1-bit black and white converted to 8-bit grey",)
        picture = picture.convert("L")
    elif clear and picture.mode in ("L", "RGB"):
        notes = ("the transparent colour became an alpha channel",)
        picture = picture.convert("RGBA")
    elif picture.mode not in ("L", "LA", "RGB", "RGBA"):
        notes = (f"{picture.mode} converted to RGB",)
        picture = picture.convert("RGB")
    return np.asarray(picture), notes
