"""Extend a photograph to a wider shape; the old picture lies in the new one untouched.

python examples/plot_extend.py     writes out/plot_extend.jpg
"""

from __future__ import annotations

import numpy as np
from figure import PHOTOS, side_by_side

from keepdial import Request, edit, open_image

photo = open_image(PHOTOS / "coffee.png")
done = edit(Request(operation="extend", params={"aspect": "16:9", "placement": "left"}), photo)

assert done.stage.placement is not None
assert np.array_equal(done.image.pixels[done.stage.placement.slices], photo.pixels)
side_by_side(
    "plot_extend.jpg",
    (f"{photo.size}", photo),
    (f"keepdial extend --aspect 16:9 --placement left, {done.image.size}", done.image),
)
for finding in done.report.findings:
    print(f"{finding.verdict:>5}  {finding.signal:<10} {finding.meaning}")
