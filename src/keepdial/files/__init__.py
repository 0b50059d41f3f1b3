"""Files: bytes to `Image` and back. Formats are one module each with a `CODEC` constant.

from keepdial.files import open_image, save_image
"""

from __future__ import annotations

from keepdial.files.atomic import write_atomically
from keepdial.files.codec import Encoded
from keepdial.files.read import open_image
from keepdial.files.write import encode_image, save_image

__all__ = ["Encoded", "encode_image", "open_image", "save_image", "write_atomically"]
