"""Cut a person out of a photograph: found by itself, with a soft edge, without a fringe.

python examples/plot_cutout.py     writes out/plot_cutout.jpg
"""

from __future__ import annotations

import numpy as np
from figure import ASTRONAUT, PHOTOS, eight_bit, side_by_side
from numpy.typing import NDArray

from keepdial import Image, Request, edit, open_image


def on(picture: Image, colour: tuple[int, int, int]) -> NDArray[np.uint8]:
    """Return (H, W, 3) uint8, the cut-out on one colour."""
    assert picture.alpha is not None
    alpha = picture.alpha[..., None] / picture.white
    return np.rint(alpha * eight_bit(picture) + (1 - alpha) * np.array(colour)).astype(np.uint8)


photo = open_image(PHOTOS / "astronaut.png")
done = edit(Request(operation="cutout", targets=ASTRONAUT), photo)
matte = edit(Request(operation="cutout", targets=ASTRONAUT, params={"only_mask": True}), photo)

side_by_side(
    "plot_cutout.jpg",
    ("before", photo),
    ("keepdial cutout --only-mask", matte.image),
    ("on green", on(done.image, (0, 255, 0))),
    ("on black", on(done.image, (0, 0, 0))),
    columns=2,
)
for note in done.notes:
    print(note)
for finding in done.report.findings:
    print(f"{finding.verdict:>5}  {finding.signal:<10} {finding.meaning}")
