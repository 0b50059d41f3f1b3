"""The mask tools, each on the same rough selection; white = the edit may act here.

python examples/plot_mask_tools.py     writes out/plot_mask_tools.jpg
"""

from __future__ import annotations

import numpy as np
from figure import side_by_side

from keepdial import Image, Selector
from keepdial.request import MaskTool
from keepdial.select import select

picture = Image(np.zeros((160, 240, 3), np.uint8))
STAR = [[30, 30], [110, 45], [200, 20], [180, 80], [215, 130], [120, 115], [50, 140], [70, 85]]
star = Selector(kind="polygon", options={"points": STAR})
hole = Selector(kind="box", options={"x": 105, "y": 70, "width": 24, "height": 18}, combine="subtract")
specks = [
    Selector(kind="box", options={"x": x, "y": y, "width": 4, "height": 4}) for x, y in ((15, 90), (225, 50))
]
drawn = select((star, hole, *specks), picture).mask


def panel(title: str, *tools: MaskTool) -> tuple[str, np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]:
    from keepdial.select._join import worked

    mask = worked(drawn, tools)
    print(f"{title}: {mask.sum():,.0f} px")
    return title, np.rint(mask * 255).astype(np.uint8)


side_by_side(
    "plot_mask_tools.jpg",
    panel("as drawn"),
    panel("grow:6", MaskTool(name="grow", pixels=6)),
    panel("shrink:6", MaskTool(name="shrink", pixels=6)),
    panel("feather:12", MaskTool(name="feather", pixels=12)),
    panel("smooth:5", MaskTool(name="smooth", pixels=5)),
    panel("fill-holes", MaskTool(name="fill-holes")),
    panel("despeckle:50", MaskTool(name="despeckle", pixels=50)),
    panel("invert", MaskTool(name="invert")),
    columns=4,
)
