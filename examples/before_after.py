"""Put two pictures side by side: ``before_after.py BEFORE AFTER NAME`` writes out/NAME."""

from __future__ import annotations

import sys

from figure import side_by_side

from keepdial import open_image

before, after, name = sys.argv[1:]
side_by_side(name, ("before", open_image(before)), ("after", open_image(after)))
