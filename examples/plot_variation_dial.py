"""Turn the dial: variations of one photograph from keep = 0 to keep = 1, with what was measured.

python examples/plot_variation_dial.py     writes out/plot_variation_dial.jpg
"""

from __future__ import annotations

import numpy as np
from figure import PHOTOS, side_by_side

from keepdial import Image, Request, edit, open_image

photo = open_image(PHOTOS / "coffee.png")
panels: list[tuple[str, Image]] = []
for keep in (0.0, 0.25, 0.5, 0.75, 0.9, 1.0):
    done = edit(Request(operation="variation", keep=keep, seed=1), photo)
    kept = 1.0 if done.kept is None else done.kept
    panels.append((f"keep {keep:g}: {kept:.2f} was kept", done.image))
    print(f"asked {keep:4.2f}  kept {kept:4.2f}")

assert np.array_equal(panels[-1][1].pixels, photo.pixels)
side_by_side("plot_variation_dial.jpg", *panels, columns=3)
