"""Hue, saturation and lightness for each of eight ranges of colour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from keepdial.operations import Operation, Quality, Saying
from keepdial.operations._tone import ToneParams, stage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.tone import Look, Pass
    from keepdial.tone.colours import Array

FURTHEST = 60


def _turn(name: str) -> Any:
    words = f"Degrees (OKLCh) to turn {name} by; above 0 from red to yellow, green, blue."
    return Field(default=0, ge=-FURTHEST, le=FURTHEST, description=words)


def _strength(name: str) -> Any:
    words = f"Per cent of colour to add to {name} or take away: 100 doubles it, -100 leaves grey."
    return Field(default=0, ge=-100, le=100, description=words)


def _light(name: str) -> Any:
    words = f"How far {name} gets lighter: 100 takes its middle half way to white, -100 to black."
    return Field(default=0, ge=-100, le=100, description=words)


class HslParams(ToneParams):
    """Three numbers for each range; ranges go over into each other."""

    red_hue: float = _turn("red")
    red_saturation: float = _strength("red")
    red_lightness: float = _light("red")
    orange_hue: float = _turn("orange")
    orange_saturation: float = _strength("orange")
    orange_lightness: float = _light("orange")
    yellow_hue: float = _turn("yellow")
    yellow_saturation: float = _strength("yellow")
    yellow_lightness: float = _light("yellow")
    green_hue: float = _turn("green")
    green_saturation: float = _strength("green")
    green_lightness: float = _light("green")
    aqua_hue: float = _turn("aqua")
    aqua_saturation: float = _strength("aqua")
    aqua_lightness: float = _light("aqua")
    blue_hue: float = _turn("blue")
    blue_saturation: float = _strength("blue")
    blue_lightness: float = _light("blue")
    purple_hue: float = _turn("purple")
    purple_saturation: float = _strength("purple")
    purple_lightness: float = _light("purple")
    magenta_hue: float = _turn("magenta")
    magenta_saturation: float = _strength("magenta")
    magenta_lightness: float = _light("magenta")

    def each(self, what: str) -> dict[str, float]:
        """Return what is asked of each range: ``hue``, ``saturation`` or ``lightness``; 0 is left out."""
        from keepdial.tone.colours import RANGES

        found = {name: float(getattr(self, f"{name}_{what}")) for name in RANGES}
        return {name: value for name, value in found.items() if value}


def passes(params: HslParams, look: Look) -> tuple[Pass, ...]:
    """Blend each range's numbers over all hues, and turn, stretch and lighten in OKLab by a table of them."""
    import numpy as np

    from keepdial.tone.colours import by_hue, coloured, hue_index, in_oklab

    turn, strength, light = (params.each(what) for what in ("hue", "saturation", "lightness"))
    if not (turn or strength or light):
        return ()
    factor = 1 + by_hue(strength) / 100
    angle = np.radians(_in_turn(by_hue(turn)))
    along, across = np.float32(factor * np.cos(angle)), np.float32(factor * np.sin(angle))
    more = np.float32(3 ** (by_hue(light) / 100) - 1)

    def work(lightness: Array, a: Array, b: Array) -> None:
        index = hue_index(a, b)
        if light:
            odds = coloured(a, b)
            odds *= np.take(more, index, mode="clip")
            below = odds * np.clip(lightness, 0, 1)
            below += np.float32(1)
            odds += np.float32(1)
            np.multiply(lightness, odds, out=lightness)
            np.divide(lightness, below, out=lightness)
        if turn or strength:
            cos, sin = np.take(along, index, mode="clip"), np.take(across, index, mode="clip")
            old = a * sin
            np.multiply(a, cos, out=a)
            sin *= b
            np.subtract(a, sin, out=a)
            np.multiply(b, cos, out=b)
            np.add(b, old, out=b)

    return (in_oklab(look.space, work),)


def _in_turn(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the turn of each hue, so that no hue overtakes the next: those meet in one hue instead."""
    import numpy as np

    from keepdial.tone.colours import bin_degrees

    start = bin_degrees()
    three = np.concatenate([start + degrees + 360 * i for i in range(3)])
    return np.asarray(np.maximum.accumulate(three)[len(start) : 2 * len(start)] - 360 - start)


_PERCENT = ("%", "percent")
_COLOURS = {
    "red": ("reds",),
    "orange": ("oranges",),
    "yellow": ("yellows",),
    "green": ("greens",),
    "aqua": ("cyans", "aquas", "teals"),
    "blue": ("blues",),
    "purple": ("purples", "violets"),
    "magenta": ("magentas", "pinks"),
}
"""Ranges of colour and what people call them."""
_TURNS = (
    ("red", "orange", 20, "(more orange|more orangey|oranger)"),
    ("red", "magenta", -20, "(more pink|pinker|more purple|more magenta)"),
    ("orange", "red", -20, "(more red|redder|reddish)"),
    ("orange", "yellow", 20, "(more yellow|yellower|more golden)"),
    ("yellow", "orange", -25, "(more orange|more golden|warmer|oranger)"),
    ("yellow", "green", 25, "(more green|greener)"),
    ("green", "yellow", -25, "(more yellow|yellower|yellowish|warmer|more olive)"),
    ("green", "aqua", 25, "(more blue|bluer|more teal|cooler|more cyan)"),
    ("blue", "aqua", -25, "(more cyan|more teal|greener|more green|more turquoise)"),
    ("blue", "purple", 20, "(more purple|more violet|purpler)"),
    ("purple", "blue", -20, "(more blue|bluer)"),
    ("magenta", "red", 20, "(more red|redder)"),
    ("magenta", "purple", -20, "(more purple|purpler)"),
)
"""A range, what it is turned towards, by how many degrees, and how that is said."""

OPERATION = Operation(
    "hsl",
    "Change hue, saturation and lightness of single ranges of colour, such as the greens.",
    HslParams,
    default_keep=0.0,
    stage=stage,
    target="optional",
    blends=False,
    done="Changed in its colours",
    group="Colour and light",
    auto_pins=False,
    scales=True,
    tone=passes,
    examples=(
        "hsl photo.jpg --blue-saturation 30 --blue-lightness -20 -o sky.jpg",
        "hsl photo.jpg --green-hue -15 --yellow-saturation -30 -o autumn.jpg",
    ),
    says=(
        Saying(
            ("bluer", "more blue"),
            {"blue_saturation": 40, "aqua_saturation": 25, "aqua_hue": 10},
            amount="blue_saturation",
            units=_PERCENT,
        ),
        Saying(
            ("greener", "lusher", "more green"),
            {"green_saturation": 40, "yellow_hue": 10, "yellow_saturation": 15},
            amount="green_saturation",
            units=_PERCENT,
        ),
        Saying(
            ("redder", "more red"),
            {"red_saturation": 40, "orange_hue": -6},
            amount="red_saturation",
            units=_PERCENT,
        ),
        *(
            Saying(
                (
                    f"(make|turn|shift|push) {name} {said}",
                    f"(make|turn|shift|push) {name} (|toward|towards|to|into) {other}",
                    f"{said} {name}",
                ),
                {f"{colour}_hue": turn},
                amount=f"{colour}_hue",
                units=("degree", "degrees", "°"),
            )
            for colour, other, turn, said in _TURNS
            for name in _COLOURS[colour][:1]
        ),
        *(
            Saying(
                (f"(make|turn) {name} (|look) {said}",),
                {f"{colour}_lightness": amount},
                amount=f"{colour}_lightness",
                units=_PERCENT,
            )
            for colour, (name, *_) in _COLOURS.items()
            for said, amount in (("(darker|deeper)", -30), ("(brighter|lighter)", 30))
        ),
        *(
            Saying(
                (f"{said} {name}",),
                {f"{colour}_saturation": amount},
                amount=f"{colour}_saturation",
                units=_PERCENT,
            )
            for colour, (name, *_) in _COLOURS.items()
            for said, amount in (
                ("(less|fewer) (saturated|vivid|intense|bright|bold)", -35),
                ("more (saturated|vivid|intense|vibrant)", 35),
            )
        ),
        Saying(
            (
                "(autumn|autumnal|fall) (colours|look|mood|tones|feel|vibe|palette)",
                "autumnal",
                "like (autumn|in autumn)",
                "make {thing} (|look) (autumnal|like autumn|like fall)",
                "turn (leaves|trees|foliage) (to|into) autumn",
            ),
            {"green_hue": -50, "yellow_hue": -25, "green_saturation": 10, "orange_saturation": 20},
        ),
    ),
    qualities=(
        Quality(
            (),
            {"blue_saturation": 40, "aqua_saturation": 25, "aqua_hue": 10},
            "blue_saturation",
            more=("bluer",),
            sides="more",
        ),
        Quality(
            (),
            {"green_saturation": 40, "yellow_hue": 10, "yellow_saturation": 15},
            "green_saturation",
            more=("greener", "lusher"),
            sides="more",
        ),
        Quality(
            (), {"red_saturation": 40, "orange_hue": -6}, "red_saturation", more=("redder",), sides="more"
        ),
        *(
            Quality(
                names,
                {f"{colour}_saturation": 35},
                f"{colour}_saturation",
                # "Less saturated greens": the participle would be taken for the verb.
                raises=tuple(f"saturate the {name}" for name in names)
                + tuple(
                    f"{verb} {the}{name}"
                    for name in (*names, f"{colour} tones", f"{colour} colours")
                    for verb in ("deepen", "enrich", "enhance", "boost", "bring out", "increase", "intensify")
                    for the in ("", "the ")
                ),
                lowers=tuple(f"desaturate the {name}" for name in names)
                + tuple(
                    f"{verb} {the}{name}"
                    for name in names
                    for verb in ("mute", "fade")
                    for the in ("", "the ")
                ),
            )
            for colour, names in _COLOURS.items()
        ),
        *(
            Quality(
                (),
                {f"{colour}_lightness": 30},
                f"{colour}_lightness",
                raises=tuple(
                    f"{verb} {the}{name}"
                    for name in names
                    for verb in ("brighten", "lighten")
                    for the in ("", "the ")
                ),
                lowers=tuple(
                    f"{verb} {the}{name}"
                    for name in names
                    for verb in ("darken", "dim")
                    for the in ("", "the ")
                ),
                more=tuple(f"{word} {name}" for name in names for word in ("brighter", "lighter")),
                less=tuple(f"{word} {name}" for name in names for word in ("darker", "deeper")),
            )
            for colour, names in _COLOURS.items()
        ),
    ),
    asks=("Make the greens more yellow.", "The blues are too strong.", "Darken the reds a little."),
)
