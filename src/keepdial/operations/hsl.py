"""Hue, saturation and lightness for each of eight ranges of colour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from keepdial.operations import Operation, Saying
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
            units=("%", "percent"),
        ),
        Saying(
            ("greener", "lusher"),
            {"green_saturation": 40, "yellow_hue": 10, "yellow_saturation": 15},
            amount="green_saturation",
            units=("%", "percent"),
        ),
        Saying(
            ("redder", "more red"),
            {"red_saturation": 40, "orange_hue": -6},
            amount="red_saturation",
            units=("%", "percent"),
        ),
        Saying(
            ("bluer sky", "deeper blues", "deepen the blues", "bluer blues", "darker blues"),
            {"blue_saturation": 30, "blue_lightness": -20},
            amount="blue_saturation",
            units=("%", "percent"),
        ),
        Saying(
            ("greener greens", "greener grass", "lusher greens", "boost the greens", "more vivid greens"),
            {"green_saturation": 35, "yellow_saturation": 15, "green_hue": 6, "yellow_hue": 8},
            amount="green_saturation",
            units=("%", "percent"),
        ),
        Saying(
            ("redder reds", "boost the reds", "stronger reds", "more vivid reds"),
            {"red_saturation": 30},
            amount="red_saturation",
            units=("%", "percent"),
        ),
        Saying(
            ("mute the greens", "less green grass", "weaker greens"),
            {"green_saturation": -40, "yellow_saturation": -20},
            amount="green_saturation",
            units=("%", "percent"),
        ),
        Saying(
            ("mute the blues", "weaker blues", "less blue sky"),
            {"blue_saturation": -40},
            amount="blue_saturation",
            units=("%", "percent"),
        ),
        Saying(
            ("autumn colours", "autumn colors", "autumnal", "like autumn", "fall colors"),
            {"green_hue": -50, "yellow_hue": -25, "green_saturation": 10, "orange_saturation": 20},
        ),
    ),
)
