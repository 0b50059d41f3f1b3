"""Ten requests of several steps each, as they were typed, and what becomes of the shipped photographs.

python examples/plot_words.py     writes out/words-astronaut.jpg, out/words-coffee.jpg, out/words-rocket.jpg
"""

from __future__ import annotations

import base64

from figure import PHOTOS, side_by_side

from keepdial import edit, open_image
from keepdial.understand.asking import asked
from keepdial.understand.grammar import understand_words
from keepdial.understand.telling import told

REQUESTS = {
    "astronaut.png": (
        "warm it up a touch, with a slight vignette and a thin black border",
        "make it black and white with a bit of grain, and a little more contrast",
        "can you darken the background a lot and whiten her teeth?",
        "flip it, crop it to a square and make the colours pop",
    ),
    "coffee.png": (
        "the photo is too dark and too yellow; open the shadows and sharpen it a bit",
        "half as saturated, a lot more contrast and darken the corners",
        "rotate it to the left, then sepia with some film grain",
    ),
    "rocket.jpg": (
        "incraese the contarst and the saturnation, and open teh shadows a bit",
        "make it look like night, add a slight blue tint and pixelate the bottom left corner",
        "exposure +1 stop, less noise, and crop it to 4:3",
    ),
}

files = {path.name: base64.b64encode(path.read_bytes()).decode("ascii") for path in PHOTOS.glob("*.*g")}
for name, sentences in REQUESTS.items():
    photo = open_image(PHOTOS / name)
    panels = [("before", photo)]
    for sentence in sentences:
        plan = understand_words(sentence)
        done = edit(asked(plan, files=files), photo)
        panels.append((sentence, done.image))
        print(f"{name}: {sentence}")
        for step in plan.steps:
            print(f"    {told(step)}, because of {', '.join(step.because)}")
        for kept in plan.protected:
            print(f"    kept bit for bit: {kept.words}")
    side_by_side(f"words-{name.partition('.')[0]}.jpg", *panels, columns=3 if len(panels) > 4 else 2)
