"""Text in the picture: lines, wordings, captions, date stamps, number plates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from keepdial.select import Finder, Instance, Options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keepdial.image import Image
    from keepdial.reading import Line

ALL = frozenset({"text", "writing", "lettering", "letters", "words"})
"""All that is written."""
LINES = frozenset(
    {"line", "line of text", "text line", "number", "figure", "word", "letter", "name", "price"}
)
"""One line of it."""
DATES = frozenset({"date stamp", "datestamp", "date", "timestamp", "time stamp", "time"})
PLATES = frozenset({"number plate", "licence plate", "license plate", "registration plate", "plate number"})
BLOCKS = frozenset(
    {
        "caption", "subtitle", "title", "headline", "heading", "paragraph", "text block", "inscription",
        "sign", "signage", "watermark", "logo", "wordmark", "label", "slogan", "signature", "lettering sign",
        "copyright notice", "credit",
    }
)  # fmt: skip
"""Lines that stand together; signs and logos as far as they have letters."""


class TextOptions(Options):
    """Which text, and what of it; without a wording or a word, every line."""

    text: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="The wording, perhaps part of a line; case, spaces and usual misreadings do not count.",
    )
    name: str = Field(
        default="",
        max_length=40,
        description="The word that was used: text, a date stamp, a number plate, a caption, a sign, a line.",
    )
    shape: Literal["auto", "letters", "lines"] = Field(
        default="auto",
        description=(
            "letters: what is written, with outline and shadow, where it can be told from its ground. lines: "
            "the whole rectangle of each line. auto: letters where text was named or quoted, else lines, as "
            "a pin needs them."
        ),
    )


def lines_of(image: Image) -> tuple[Line, ...]:
    """Return the lines that can be read in the upright picture; read once per picture."""
    from keepdial.reading import read_text
    from keepdial.scene import scene_of

    scene = scene_of(image)
    return scene.once("text lines", lambda: read_text(scene.rgb))


def find(options: TextOptions, image: Image) -> tuple[Instance, ...]:
    """Return each line, or block of lines, that is meant, from top to bottom.

    Regions have 1 = inside and a margin, so that an edit takes outline and shadow too.
    """
    from keepdial.reading.match import blocks, is_date, is_plate, wording

    lines = lines_of(image)
    if options.text is not None:
        lines = wording(lines, options.text)
    groups: Sequence[Sequence[Line]] = [(line,) for line in lines]
    if options.name in DATES:
        groups = [group for group in groups if is_date(group[0].text)]
    elif options.name in PLATES:
        groups = [group for group in groups if is_plate(group[0].text)]
    elif options.name in BLOCKS:
        groups = blocks(lines)
    named = options.name != "" or options.text is not None
    letters = options.shape == "letters" or (options.shape == "auto" and named)
    return tuple(_instance(group, image, letters=letters) for group in groups)


def _score(lines: Sequence[Line]) -> float:
    """Return how sure it is that this is text: a single character may be a handle, or a branch."""
    score = sum(line.confidence for line in lines) / len(lines)
    return score if sum(len(line.text.strip()) for line in lines) > 1 else score / 2


def glance(image: Image) -> tuple[Instance, ...]:
    """Return lines of text after one look of bounded cost; small ones in a large picture are missed."""
    from keepdial.reading import glance_text
    from keepdial.reading.mask import region_of
    from keepdial.scene import scene_of

    rgb = scene_of(image).rgb
    found = glance_text(rgb)
    return tuple(
        Instance(region_of(rgb, (line,), whole=True), f'the text "{line.text[:40]}"', _score((line,)))
        for line in found
    )


def _instance(lines: Sequence[Line], image: Image, *, letters: bool) -> Instance:
    from keepdial.reading.mask import region_of
    from keepdial.scene import scene_of

    said = " ".join(line.text for line in lines)
    shown = said if len(said) <= 40 else said[:37] + "..."
    score = _score(lines)
    region = region_of(scene_of(image).rgb, lines, whole=not letters)
    return Instance(region, f'the text "{shown}"', score, {"text": said})


FINDER = Finder(
    "text",
    "Text that can be read: all of it, a wording, a date stamp, a caption, a number plate.",
    TextOptions,
    find=find,
    words=ALL | LINES | DATES | PLATES | BLOCKS,
    mass=ALL,
    guards="always",
    guard_least=0.6,
    glance=glance,
    cost=1.5,
)
