"""ICC profiles: kept as bytes when they parse and fit the picture, else sRGB is assumed and said."""

from __future__ import annotations

import io
import struct
from typing import Any

LIMIT = 4 * 1024 * 1024
"""Largest profile that is kept, in bytes: printer profiles reach 3 MB."""

SPACES = {b"RGB ": 3, b"GRAY": 1, b"CMYK": 4, b"Lab ": 0}


def profile_channels(icc: bytes) -> int | None:
    """Return the channels of the profile's colour space: 1, 3, 4, 0 for Lab; None when it does not parse."""
    if not 132 <= len(icc) <= LIMIT or icc[36:40] != b"acsp" or struct.unpack(">I", icc[:4])[0] > len(icc):
        return None
    if open_profile(icc) is None:
        return None
    return SPACES.get(icc[16:20])


def open_profile(icc: bytes) -> Any | None:
    """Return Pillow's profile object (LittleCMS), or None when LittleCMS refuses the bytes."""
    from PIL import ImageCms

    try:
        return ImageCms.ImageCmsProfile(io.BytesIO(icc))
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


def checked_profile(icc: bytes | None, channels: int) -> tuple[bytes | None, tuple[str, ...]]:
    """Return the profile if it can describe `channels` (1 or 3) channels, else None with a note."""
    if icc is None:
        return None, ()
    found = profile_channels(icc)
    if found == channels:
        return icc, ()
    if found is None:
        return None, ("the colour profile is damaged: sRGB is assumed",)
    space = icc[16:20].decode("latin-1").strip()
    kind = "grey" if channels == 1 else "RGB"
    return None, (f"the colour profile is for {space}, the picture is {kind}: sRGB is assumed",)
