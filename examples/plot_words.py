"""Sentences, and what becomes of a photograph; below each the steps that were read from it.

python examples/plot_words.py     writes out/plot_words.jpg
"""

from __future__ import annotations

from figure import PHOTOS, side_by_side

from keepdial import edit, open_image
from keepdial.understand.grammar import request_of, understand_words

SENTENCES = (
    "warmer and a bit brighter",
    "make the background black and white",
    "darken the background a lot, and whiten the teeth",
    "more contrast, less saturation, slight vignette",
    "golden hour",
)

photo = open_image(PHOTOS / "astronaut.png")
panels = [("before", photo)]
for sentence in SENTENCES:
    steps = understand_words(sentence)
    done = edit(request_of(steps), photo)
    panels.append((f"{sentence}", done.image))
    print(f"{sentence!r}: {', '.join(step.request.operation for step in steps)}")
side_by_side("plot_words.jpg", *panels, columns=3)
