"""What has a colour: by its name (red, dark green) or by its code (#c02030)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from keepdial.errors import ParameterError
from keepdial.regions.colours import COLOURS
from keepdial.select import Finder, Instance, Options

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.image import Image


class ColourOptions(Options):
    """A colour, and how near to it counts."""

    name: str = Field(max_length=40, description="A colour's name, or #rrggbb.")
    tolerance: float = Field(
        default=20.0,
        gt=0,
        le=200,
        description="With #rrggbb: the distance in CIE Lab (CIE76) up to which a pixel has the colour.",
    )


def _near(rgb: NDArray[np.uint8], code: str, tolerance: float) -> NDArray[np.float32]:
    """Return (H, W) float32: 1 within `tolerance` of the colour, falling to 0 at 1.25 times that."""
    import cv2
    import numpy as np

    try:
        wanted = np.frombuffer(bytes.fromhex(code[1:]), np.uint8)
    except ValueError:
        wanted = np.zeros(0, np.uint8)
    if wanted.size != 3:
        raise ParameterError("name", code, "#rrggbb with six hexadecimal digits, for example #c02030")
    lab: NDArray[Any] = cv2.cvtColor(rgb.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2LAB)
    aim = cv2.cvtColor(wanted.reshape(1, 1, 3).astype(np.float32) / np.float32(255), cv2.COLOR_RGB2LAB)
    distance = np.sqrt(((lab - aim) ** 2).sum(axis=2))
    near: NDArray[Any] = np.clip((1.25 * tolerance - distance) / (0.25 * tolerance), 0, 1)
    return near.astype(np.float32)


def find(options: ColourOptions, image: Image) -> tuple[Instance, ...]:
    """Return the connected areas of the colour, the largest first; raise `ParameterError` for no colour."""
    from keepdial.regions.colours import colour_map
    from keepdial.scene import scene_of
    from keepdial.select._parts import pieces

    rgb = scene_of(image).rgb
    if options.name.startswith("#"):
        found = _near(rgb, options.name, options.tolerance)
    elif options.name in COLOURS:
        found = colour_map(rgb, options.name)
    else:
        raise ParameterError("name", options.name, f"#rrggbb, or one of {', '.join(sorted(COLOURS))}")
    return pieces(found, f"something {options.name}", score=0.5)


FINDER = Finder(
    "colour",
    "What has a colour, by name or as #rrggbb.",
    ColourOptions,
    find=find,
    hugs=True,
    words=COLOURS,
    mass=COLOURS,
    quality=0.1,
    cost=0.1,
)
