"""What each finder costs: seconds for a picture of a megapixel, the first use in the process apart.

    KEEPDIAL_MODELS=../shared/models python benches/finders.py

The picture is the shipped portrait, enlarged. The numbers go into each finder's ``cost``; without the models,
finders that need one say so.
"""

from __future__ import annotations

import statistics
import time
from typing import Any

import cv2

from keepdial import Image, Selector, open_image
from keepdial.errors import SelectionError
from keepdial.select import finders, select
from kit.machine import describe
from kit.paths import ROOT

SIDE, TIMES = 1000, 4
HELMET = [[560, 680], [600, 640], [720, 670], [900, 690], [999, 800], [999, 999], [600, 999]]
OPTIONS: dict[str, dict[str, Any]] = {
    "colour": {"name": "red"},
    "shadow": {"of": "the subject"},
    "objects": {"name": "person"},
    "classes": {"name": "person"},
    "points": {"inside": [[400, 800]]},
    "snap": {"points": HELMET},
    "suggestion": {"number": 1},
    "place": {"name": "left half"},
}


def main() -> None:
    """Print the table."""
    photo = open_image(ROOT / "examples" / "photos" / "astronaut.png").pixels
    pixels = cv2.resize(photo, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    print(describe(("numpy", "opencv-python-headless", "onnxruntime")))
    print(f"{'':12s}{'seconds':>9s}{'CPU s':>9s}{'declared':>10s}")
    for name, unit in finders().items():
        if unit.find is None and not unit.follows and name not in ("points", "snap"):
            continue
        if name == "what":
            continue
        wall, work = [], []
        said = unit.missing()
        for _ in range(0 if said else TIMES):
            image = Image(pixels.copy())  # a picture of its own: what was found is remembered with it
            begun, worked = time.perf_counter(), time.process_time()
            try:
                select([Selector(kind=name, options=OPTIONS.get(name, {}))], image)
            except SelectionError as error:
                said = error.message
            wall.append(time.perf_counter() - begun)
            work.append(time.process_time() - worked)
        if wall:
            row = f"{statistics.median(wall[1:]):9.2f}{statistics.median(work[1:]):9.2f}{unit.cost:10.2f}"
            print(f"{name:12s}{row}  {said}")
        else:
            print(f"{name:12s}  {said}")


if __name__ == "__main__":
    main()
