"""Fill scratches: strokes drawn over a photograph, and the photograph without them.

python examples/plot_fill.py       writes out/plot_fill.jpg
"""

from __future__ import annotations

import numpy as np
from figure import PHOTOS, side_by_side

from keepdial import Request, Selector, edit, open_image
from keepdial.select import select

SCRATCHES = (
    ([[20, 350], [180, 210], [260, 150], [420, 20]], 4),
    ([[330, 395], [380, 300], [470, 240], [590, 215]], 3),
    ([[60, 60], [140, 130], [175, 250], [290, 330]], 5),
    ([[500, 10], [520, 120], [505, 260], [540, 390]], 4),
)

photo = open_image(PHOTOS / "coffee.png")
scratches = [Selector(kind="stroke", options={"points": p, "width": w}) for p, w in SCRATCHES]
# Selected a little wider than they are: fill takes the selection as it is, soft edge and all.
strokes = tuple(Selector(kind="stroke", options={"points": p, "width": w + 3}) for p, w in SCRATCHES)

scratched = photo.pixels.copy()
scratched[select(scratches, photo).mask > 0] = np.uint8([235, 232, 225])
damaged = photo.with_pixels(scratched)

done = edit(Request(operation="fill", targets=strokes), damaged)
side_by_side("plot_fill.jpg", ("scratched", damaged), ("keepdial fill", done.image), ("as it was", photo))
for finding in done.report.findings:
    print(f"{finding.verdict:>5}  {finding.signal:<10} {finding.meaning}")
