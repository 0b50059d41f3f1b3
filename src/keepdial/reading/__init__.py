"""Reading: where text stands in a picture and what it says. Pure functions over pixels, nothing is fetched.

The weights of PP-OCRv6 (Apache-2.0) come inside the package `rapidocr`; only these files of it are used. They
run through onnxruntime here, so that a picture of any size is read in tiles of bounded memory, and
nothing is logged.
"""

from __future__ import annotations

from keepdial.reading.lines import Line, find_text, glance_text, part_of_line, read_text
from keepdial.reading.mask import text_mask

__all__ = ["Line", "find_text", "glance_text", "part_of_line", "read_text", "text_mask"]
