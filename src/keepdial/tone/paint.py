"""Colours by name or code, as a person means them when a thing is to have them.

A screen's pure primaries look like no paint: "blue" for a car is not ``#0000ff``. The basic terms therefore
mean paints, about the centre of what people call by that name (after Berlin and Kay, 1969; Sturges and
Whitfield, 1995), other CSS names and codes what they say.
"""

from __future__ import annotations

import re

from keepdial.errors import ParameterError

PAINTS = {
    "red": "#b8142a",
    "orange": "#e0701c",
    "yellow": "#ecc318",
    "green": "#2a7d3a",
    "cyan": "#1fa3b5",
    "turquoise": "#2fb5a8",
    "blue": "#1f4fa8",
    "purple": "#6a2c91",
    "violet": "#6d3fa8",
    "pink": "#ea8aa6",
    "magenta": "#b8237f",
    "brown": "#6b4226",
    "beige": "#dccbaa",
    "gold": "#c9992e",
    "teal": "#12706f",
    "olive": "#6f7023",
    "navy": "#1c2b56",
    "maroon": "#6a1626",
    "black": "#161616",
    "grey": "#7d7d7d",
    "silver": "#b9bcbf",
    "white": "#f4f4f2",
}
SAME = {"gray": "grey", "golden": "gold", "crimson": "#a5112f", "tan": "#c8a77c"}
DARK, LIGHT = 0.45, 0.45
"""How far "dark" goes towards black and "light" towards white, in encoded values."""

_CODE = re.compile(r"#[0-9a-fA-F]{6}")
LIGHTNESS_NAMED = ("white", "black", "dark ", "light ", "grey", "gray", "silver")


def encoded(name: str, *, option: str = "colour") -> tuple[float, float, float]:
    """Return red, green and blue in [0, 1] of a colour's name, with "dark" or "light" before it, or #rrggbb.

    The values are encoded as in the picture's own file. Raises `ParameterError`, naming `option`, for a name
    that nobody knows.
    """
    words = " ".join(name.lower().replace("-", " ").split())
    shade, _, plain = words.partition(" ")
    if shade in ("dark", "light", "pale", "bright") and plain:
        r, g, b = encoded(plain, option=option)
        if shade == "bright":
            return r, g, b
        aim, share = (0.0, DARK) if shade == "dark" else (1.0, LIGHT)
        return r + share * (aim - r), g + share * (aim - g), b + share * (aim - b)
    code = SAME.get(words, words)
    code = PAINTS.get(code, code)
    if _CODE.fullmatch(code):
        r, g, b = (int(code[i : i + 2], 16) / 255 for i in (1, 3, 5))
        return r, g, b
    from PIL import ImageColor

    try:
        found = ImageColor.getrgb(code)
    except ValueError:
        raise ParameterError(option, name, "#rrggbb or a colour's name, such as navy or light blue") from None
    return found[0] / 255, found[1] / 255, found[2] / 255


def exact(name: str, *, option: str = "colour") -> tuple[float, float, float]:
    """Return red, green and blue in [0, 1] of a colour as CSS names it, "white" being white itself.

    What CSS does not know ("dark brown") is a paint. Raises `ParameterError`, naming `option`.
    """
    from PIL import ImageColor

    try:
        found = ImageColor.getrgb(name.replace(" ", ""))
    except ValueError:
        return encoded(name, option=option)
    return found[0] / 255, found[1] / 255, found[2] / 255


def says_lightness(name: str) -> bool:
    """Return whether a colour says how light it is: a code does, "light blue" does, "blue" does not."""
    words = name.lower().replace("-", " ")
    return words.startswith(("#", *LIGHTNESS_NAMED))
