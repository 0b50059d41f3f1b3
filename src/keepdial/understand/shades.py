"""Shades: "forest green" and the like as one colour, by the names that CSS gives them."""

from __future__ import annotations

from dataclasses import replace

from keepdial.understand.slots import colour_ends
from keepdial.understand.tokens import Token


def shades(tokens: list[Token]) -> list[Token]:
    """Return the tokens, two words that together name a colour of CSS (CSS Color 4, named colours) as it.

    Only where a colour ends ("paint the door forest green"): in "the sky blue car" they describe a thing, and
    in "make the forest green" the first of them is the thing.
    """
    from PIL.ImageColor import colormap

    from keepdial.regions.colours import COLOURS

    out: list[Token] = []
    i = 0
    while i < len(tokens):
        pair = tokens[i : i + 2]
        both = "".join(t.word for t in pair)
        value = colormap.get(both)
        if (
            len(pair) == 2
            and isinstance(value, str)
            and all(t.kind == "word" for t in pair)
            and " ".join(t.word for t in pair) not in COLOURS
            and (i == 0 or tokens[i - 1].word != "the")
            and colour_ends(tokens, i + 2)
        ):
            out.append(
                replace(
                    pair[0],
                    text=f"{pair[0].text} {pair[1].text}",
                    word=value.lower(),
                    kind="hex",
                    end=pair[1].end,
                )
            )
            i += 2
            continue
        out.append(tokens[i])
        i += 1
    return out
