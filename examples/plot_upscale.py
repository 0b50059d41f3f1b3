"""A small picture at four times its size: by a cubic, held to the source, and by a network if there is one.

python examples/plot_upscale.py     writes out/plot_upscale.jpg
"""

from __future__ import annotations

import cv2
import numpy as np
from figure import PHOTOS, side_by_side

from keepdial import Image, Request, edit, open_image
from keepdial.networks.realesrgan import missing

# The face in the portrait, reduced four times, so that the true detail is known.
portrait = open_image(PHOTOS / "astronaut.png").pixels[28:220, 130:322]
small = Image(np.asarray(cv2.resize(portrait, (48, 48), interpolation=cv2.INTER_AREA)))
panels = [("the photograph", Image(portrait.copy()))]
cubic = cv2.resize(small.pixels, (192, 192), interpolation=cv2.INTER_CUBIC)
panels.append(("48x48, by a cubic", Image(np.asarray(cubic))))
for backend in ("upscale-plain", "upscale-ncnn"):
    if backend == "upscale-ncnn" and missing():
        print(missing())
        continue
    done = edit(Request(operation="upscale", params={"factor": 4}, backend=backend), small)
    print(f"{backend}: {' '.join(done.notes)}")
    panels.append((backend, done.image))

if not missing():
    # The same face after strong compression, and restored.
    ok, packed = cv2.imencode(".jpg", portrait[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 18])
    blocky = Image(np.ascontiguousarray(cv2.imdecode(packed, cv2.IMREAD_COLOR)[..., ::-1]))
    restored = edit(Request(operation="restore", keep=0.3), blocky)
    panels += [("JPEG, quality 18", blocky), ("restore, keep 0.3", restored.image)]


def twice(image: Image) -> np.ndarray:
    return np.repeat(np.repeat(image.pixels, 2, axis=0), 2, axis=1)


side_by_side("plot_upscale.jpg", *((words, twice(image)) for words, image in panels), columns=2)
