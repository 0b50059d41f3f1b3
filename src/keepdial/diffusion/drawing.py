"""Drawing calibrations: what was kept against the knob, each measurement and the curve through them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keepdial.diffusion.calibration import Calibration
    from keepdial.image import Image

SIDE, RIM, GAP = 300, 54, 24
"""Px: side of a plot, the room left of and below it for its numbers, and between two plots."""

INK, GRID, DOT, LINE = (40, 40, 44), (226, 226, 230), (120, 150, 200), (196, 64, 40)


def drawn(title: str, found: Sequence[Calibration]) -> Image:
    """Return a picture of the curves, a plot for each operation side by side.

    Across stands the knob, up what was kept; dots are single measurements, the line is the curve.
    """
    import numpy as np
    from PIL import Image as Pictures
    from PIL import ImageDraw, ImageFont

    from keepdial.image import Image

    wide, high = len(found) * (SIDE + RIM + GAP), SIDE + RIM + 2 * GAP
    picture = Pictures.new("RGB", (wide, high), (255, 255, 255))
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(13)
    for i, one in enumerate(found):
        left, top = i * (SIDE + RIM + GAP) + RIM, 2 * GAP

        def at(knob: float, kept: float, left: int = left, top: int = top) -> tuple[float, float]:
            return left + knob * SIDE, top + (1 - kept) * SIDE

        for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
            pen.line([at(tick, 0), at(tick, 1)], GRID)
            pen.line([at(0, tick), at(1, tick)], GRID)
            pen.text((at(0, tick)[0] - 8, at(0, tick)[1]), f"{tick:g}", INK, font, anchor="rm")
            pen.text((at(tick, 0)[0], at(tick, 0)[1] + 6), f"{tick:g}", INK, font, anchor="ma")
        pen.text((left, 8), f"{title}: {one.operation}", INK, font)
        pen.text((left + SIDE / 2, top + SIDE + 26), "knob", INK, font, anchor="ma")
        pen.text((left - RIM + 4, top - 16), "kept", INK, font)
        for point in one.points:
            x, y = at(point.knob, point.kept)
            pen.ellipse((x - 2.5, y - 2.5, x + 2.5, y + 2.5), DOT)
        pen.line([at(knob, kept) for kept, knob in one.curve], LINE, 2, joint="curve")
    return Image(np.array(picture))
