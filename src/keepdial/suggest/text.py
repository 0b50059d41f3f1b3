"""Text that is not what the picture is of: date stamps, watermarks, small lettering."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepdial.suggest import Candidate, Suggester

if TYPE_CHECKING:
    from keepdial.image import Image

SURE = 0.8
"""Least confidence of reading: what can hardly be read distracts nobody."""
PAGE = 0.08
"""Share of the picture under text beyond which it is a page or a poster, and the text its subject."""
TALL = 0.1
"""Line height, as a part of the picture's, beyond which lettering is meant to be seen."""
BORDER = 0.12
"""Part of the picture's sides that counts as its border, where stamps and marks are put."""


def find(image: Image) -> tuple[Candidate, ...]:
    """Return each block of text that may distract."""
    from keepdial.reading.mask import region_of
    from keepdial.reading.match import blocks, is_date
    from keepdial.scene import scene_of
    from keepdial.select.text import lines_of

    size, rgb = image.size, scene_of(image).rgb
    lines = [line for line in lines_of(image) if line.confidence >= SURE]
    covered = sum(line.box.area for line in lines)
    stamps = [line for line in lines if is_date(line.text)]
    rest = [line for line in lines if not is_date(line.text) and sum(c.isalnum() for c in line.text) >= 3]
    found = [
        Candidate(
            "date stamp",
            f'A date or time is printed on the picture: "{line.text}".',
            region_of(rgb, [line]),
            0.95,
        )
        for line in stamps
        if line.height < TALL * size.height
    ]
    if covered > PAGE * size.area:
        return tuple(found)
    for block in blocks(rest):
        if max(line.height for line in block) > TALL * size.height:
            continue
        said = " ".join(line.text for line in block)
        shown = said if len(said) <= 40 else said[:37] + "..."
        x0, y0 = min(line.box.x for line in block), min(line.box.y for line in block)
        x1, y1 = max(line.box.right for line in block), max(line.box.bottom for line in block)
        middle_x, middle_y = (x0 + x1) / 2 / size.width, (y0 + y1) / 2 / size.height
        at_border = min(middle_x, middle_y, 1 - middle_x, 1 - middle_y) < BORDER
        score = 0.7 if at_border else 0.45
        where = "near the border " if at_border else ""
        found.append(
            Candidate("text", f'Text {where}draws the eye: "{shown}".', region_of(rgb, block), score)
        )
    return tuple(found)


SUGGESTER = Suggester("text", "Date stamps, watermarks and small lettering.", find)
