"""What diffusion models do under the dial, shown with the small ones that are trained in ``world/``.

python examples/plot_small_world.py     writes out/world-words.png, out/world-dial.png, out/world-edits.png
"""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
from figure import side_by_side

WORLD = Path(__file__).parents[1] / "world" / "models"
if not (WORLD / "instruct" / "model_index.json").is_file():
    sys.exit("The trained models of the small world are not in this checkout.")

# A models folder with nothing but the three of them in it.
models = Path(tempfile.mkdtemp())
(models / "checkpoints").mkdir()
for name in ("text-to-image", "inpaint", "instruct"):
    (models / "checkpoints" / name).symlink_to(WORLD / name)
os.environ["KEEPDIAL_MODELS"] = str(models)

from keepdial import Image, Request, Selector, edit, generate  # noqa: E402
from keepdial.evaluate.world import Scene, draw  # noqa: E402


def large(image: Image) -> Image:
    """Return the picture five times as large, for people to see."""
    return Image(np.repeat(np.repeat(np.asarray(image.pixels), 5, axis=0), 5, axis=1))


WORDS = (
    "a big red circle on the left at sunset",
    "a small yellow star at the top at night",
    "a big blue striped square in the centre on sand",
    "a big smiling green face on the right in the forest",
)
panels = []
for seed, words in enumerate(WORDS):
    panels.append((words, large(generate(words, size=(64, 64), seed=seed).image)))
side_by_side("world-words.png", *panels, columns=4)

scene = Scene("square", "blue", "big", "left", background="sky", texture=3)
source = Image(draw(scene))
panels = [("before", large(source))]
for keep in (0.8, 0.6, 0.4, 0.2, 0.0):
    request = Request(
        operation="restyle",
        params={"prompt": "a big red circle in the centre on sand"},
        keep=keep,
        auto_pin=False,
        backend="text-to-image",
    )
    done = edit(request, source)
    kept = "" if done.kept is None else f", kept {done.kept:.2f}"
    panels.append((f"keep {keep:g}{kept}", large(done.image)))
side_by_side("world-dial.png", *panels, columns=6)

scene = replace(scene, letter="OK", position="centre")
source = Image(draw(scene))
pin = Selector(kind="box", options={"x": 0, "y": 0, "width": 22, "height": 18})
box = Selector(kind="box", options={"x": 14, "y": 14, "width": 40, "height": 40})
asked: dict[str, Request] = {
    "make it red": Request(
        operation="instruct", params={"prompt": "make it red"}, auto_pin=False, pins=(pin,)
    ),
    "turn the background into night": Request(
        operation="instruct", params={"prompt": "turn the background into night"}, auto_pin=False, pins=(pin,)
    ),
    "replaced by a yellow star": Request(
        operation="replace",
        params={"prompt": "a big yellow star in the centre in the sky"},
        targets=(box,),
        auto_pin=False,
        pins=(pin,),
    ),
}
panels = [("before", large(source))]
for words, request in asked.items():
    done = edit(request, source)
    pinned = np.asarray(done.image.pixels)[:18, :22] == np.asarray(source.pixels)[:18, :22]
    print(f"{words}: {done.routes[0].chosen}; the lettering is the same bit for bit: {bool(pinned.all())}")
    for note in done.notes:
        print(f"    {note}")
    panels.append((words, large(done.image)))
side_by_side("world-edits.png", *panels, columns=4)
