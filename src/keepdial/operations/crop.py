"""Crop: cut the picture to a part of itself. Nothing is computed: what stays is the source, bit for bit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from keepdial.errors import ParameterError
from keepdial.geometry import Box, Size
from keepdial.operations import Operation, Params, Saying, Stage

if TYPE_CHECKING:
    from keepdial.image import Image
    from keepdial.select import Selection
    from keepdial.settings import Settings

BOX = r"^\s*\d{1,6}\s*(,\s*\d{1,6}\s*){3}$"
SHAPE = r"^[1-9][0-9]{0,4}:[1-9][0-9]{0,4}$"


class CropParams(Params):
    """What part of the picture stays: a box, a shape, or what is around the selection."""

    box_of: str | None = Field(
        default=None,
        pattern=BOX,
        description="The part that stays, as x,y,width,height in pixels from the top left corner.",
    )
    aspect: str | None = Field(
        default=None,
        pattern=SHAPE,
        description="Shape to cut to, width:height, for example 16:9; as large as there is room.",
    )
    zoom: float = Field(
        default=1.0, ge=1, le=50, description="How far to go in: 2 takes a window of half the sides."
    )
    placement: Literal["centre", "left", "right", "top", "bottom"] = Field(
        default="centre", description="Where in the picture the window lies (with aspect or zoom)."
    )
    content: bool = Field(
        default=False,
        description="Place the window by what is in the picture: faces, text, the subject, detail.",
    )
    margin: float = Field(
        default=10.0,
        ge=0,
        le=500,
        description="Room around what is selected, in percent of its size (where no aspect is given).",
    )
    exact: Literal["auto", "on", "off"] = Field(
        default="auto",
        description="on: the window lies to the pixel where it was asked for. off: where the picture is a "
        "JPEG, the window moves by up to 15 px to the grid of its blocks, which are then kept as they are. "
        "auto: on for a box in numbers, off for all else.",
    )
    part: float = Field(
        default=1.0,
        gt=0,
        le=1,
        description="Share of the cut that is made; the dial keep sets it to 1 - keep.",
    )


def window_of(image: Image, selection: Selection, params: CropParams) -> tuple[Box, tuple[str, ...]]:
    """Return the part of the picture that stays, and what was decided, in words.

    Raises `ParameterError` for a box outside of the picture, or where nothing says what to cut.
    """
    size = image.size
    chosen = None if selection.box is None or selection.box.area == size.area else selection.box
    if params.box_of is not None:
        if params.aspect is not None or params.zoom > 1 or params.content:
            raise ParameterError("box-of", params.box_of, "either a box, or an aspect, a zoom and content")
        return _given(params.box_of, size), ()
    if params.aspect is None and params.zoom == 1:
        if chosen is None:
            raise ParameterError(
                "box-of, aspect, zoom", None, "one of them, or something selected to cut to", hint=_HINT
            )
        dx, dy = (round(side * params.margin / 100) for side in (chosen.width, chosen.height))
        return chosen.grow(dx, dy).clip(size), ()
    window = _largest(size, params)
    if params.content or chosen is not None:
        return _by_content(image, selection, window, chosen, look=params.content)
    free = Size(size.width - window.width, size.height - window.height)
    x = {"left": 0, "right": free.width}.get(params.placement, free.width // 2)
    y = {"top": 0, "bottom": free.height}.get(params.placement, free.height // 2)
    return Box(x, y, window.width, window.height), ()


_HINT = "For example --aspect 16:9, or --box-of 40,30,640,480."


def _given(text: str, size: Size) -> Box:
    x, y, width, height = (int(number) for number in text.split(","))
    box = Box(x, y, width, height)
    if not box.area or box.clip(size) != box:
        raise ParameterError("box-of", text, f"a box inside the picture of {size}, not empty")
    return box


def _largest(size: Size, params: CropParams) -> Size:
    """Return the window of the shape asked for, as large as fits, made smaller by the zoom."""
    width, height = float(size.width), float(size.height)
    if params.aspect is not None:
        across, down = (int(part) for part in params.aspect.split(":"))
        width, height = min(width, height * across / down), min(height, width * down / across)
    return Size(max(1, round(width / params.zoom)), max(1, round(height / params.zoom)))


def _by_content(
    image: Image, selection: Selection, window: Size, chosen: Box | None, *, look: bool
) -> tuple[Box, tuple[str, ...]]:
    from keepdial.shape import framing

    found = framing.things(image) if look else ()
    if chosen is not None:
        mine = framing.Thing("what is selected", selection.mask, framing.CHOSEN, 2.0, main=True)
        found = (mine, *found)
    box = framing.best_window(image.size, window, found, framing.detail(image))
    return box, (framing.said(box, image.size, found),)


def on_grid(window: Box, image: Image) -> Box:
    """Return the window moved by less than a unit of the JPEG that the picture came from, onto its grid.

    Its size stays. Units are counted from the stored picture's corner, which may be another one of the
    upright picture. Pictures that came from other files are cut where they are asked to be.
    """
    from keepdial.files import jpegfile
    from keepdial.files.blocks.enlarge import as_stored, unit_of
    from keepdial.geometry import Orientation

    if image.source.format != "jpeg" or image.source.data is None:
        return window
    unit = unit_of(jpegfile.parse(image.source.data))
    turned = image.orientation
    stored = as_stored(window, image.size, turned)
    lies = as_stored(Box(0, 0, image.size.width, image.size.height), image.size, turned)
    x = _nearest(stored.x, unit.width, lies.width - stored.width)
    y = _nearest(stored.y, unit.height, lies.height - stored.height)
    moved = Box(x, y, stored.width, stored.height)
    # The way back: flips undo themselves, and for a picture on its side they change places.
    back = Orientation({6: 8, 8: 6}.get(turned.value, turned.value))
    return as_stored(moved, Size(lies.width, lies.height), back)


def _nearest(start: int, unit: int, most: int) -> int:
    return min(round(start / unit), most // unit) * unit


def stage(image: Image, selection: Selection, params: CropParams, settings: Settings) -> Stage:
    """Take a part of the source as the canvas; nothing of it is free."""
    import numpy as np

    asked, notes = window_of(image, selection, params)
    if params.part < 1:
        asked = _toward(asked, image.size, params.part)
    snaps = params.exact == "off" or (params.exact == "auto" and params.box_of is None)
    fitting = on_grid(asked, image)
    window = fitting if snaps else asked
    said = [*notes, f"The part at {window} stays, of {image.size}."]
    if window != asked:
        said.append(
            f"It lies {window.x - asked.x:+d}, {window.y - asked.y:+d} px from where it was asked for, "
            "so that the JPEG's blocks stay as they are; --exact on takes it to the pixel."
        )
    elif fitting != asked:
        said.append(
            "It lies off the grid of the JPEG's blocks, so that a JPEG is encoded anew; with --exact off it "
            f"would move by {fitting.x - asked.x:+d}, {fitting.y - asked.y:+d} px and lose nothing."
        )
    pixels = image.pixels[window.slices].copy()
    alpha = None if image.alpha is None else image.alpha[window.slices].copy()
    place = Box(-window.x, -window.y, image.size.width, image.size.height)
    nothing = np.zeros((window.height, window.width), np.float32)
    return Stage(image.with_pixels(pixels, alpha), nothing, placement=place, notes=tuple(said))


def _toward(window: Box, size: Size, part: float) -> Box:
    """Return the window a `part` of the way from the whole picture."""
    x, y = round(window.x * part), round(window.y * part)
    right = size.width - round((size.width - window.right) * part)
    bottom = size.height - round((size.height - window.bottom) * part)
    return Box(x, y, right - x, bottom - y)


def scaled(params: CropParams, part: float) -> CropParams:
    """Return the options for a part of the cut."""
    return params.model_copy(update={"part": part})


_PICTURE = "(it|this|picture|photo|image|photograph|shot|frame)"
_IT = "(|it|this|picture|photo|image|photograph|shot|frame|everything)"
_OFF = "(crop|trim|chop|shave|slice) (|off|out|away|some of|part of)"
_EDGE = "(side|edge|part|half|third|portion|quarter|strip)"
_EMPTY = "(empty|blank|dead|extra|unused|wasted|negative|excess|white) (space|area|part|room)"
_LITTLE = "(slightly|bit|little|touch|tad)"
_SIDES = (
    ("left", "right", "(left|left-hand)"),
    ("right", "left", "(right|right-hand)"),
    ("top", "bottom", "(top|upper)"),
    ("bottom", "top", "(bottom|lower)"),
)
"""What is cut off, where the rest lies, and how the side is called."""
_SHAPES = (
    ("1:1", "(square|1 by 1)"),
    ("16:9", "(widescreen|16 by 9)"),
    ("4:3", "(4 by 3)"),
    ("3:2", "(3 by 2)"),
    ("4:5", "(4 by 5)"),
    ("9:16", "(9 by 16)"),
)
_USES = (
    ("16:9", "(cinema|youtube)"),
    ("3:2", "(landscape)"),
    ("4:5", "(portrait|instagram)"),
    ("9:16", "(story|reel|tiktok|phone)"),
    ("3:1", "(banner|panorama|letterbox)"),
)
"""Shapes by what they are for: these words name things as well."""

OPERATION = Operation(
    "crop",
    "Cut the picture to a box, a shape, or what is selected; what stays is not touched.",
    CropParams,
    default_keep=0.0,
    stage=stage,
    target="optional",
    blends=False,
    done="Cut",
    group="Shape and size",
    auto_pins=False,
    scaled=scaled,
    examples=(
        "crop photo.jpg --aspect 1:1 --content -o square.jpg",
        "crop photo.jpg --box-of 40,30,640,480 -o part.jpg",
        'crop photo.jpg --what "the cup" -o cup.jpg',
    ),
    says=(
        Saying(
            (
                "crop",
                "crop (tighter|tightly|closer|closely)",
                f"crop {_PICTURE} (tighter|tightly|closer|closely|down|in)",
                "(zoom|punch) in",
                "zoom in closer",
                f"zoom in (|to|on) {_PICTURE}",
                f"(zoom|punch) (into|on) {_PICTURE}",
                "(zoom|get) closer",
                f"zoom {_PICTURE} in",
                "zoom in and crop",
                "crop and zoom in",
                "(tighter|closer) (crop|framing|shot|view)",
                "(close-up|closeup)",
                f"make {_PICTURE} (close-up|closeup|tighter)",
                "tighten (crop|framing|composition)",
                "(cut|trim|crop) edges",
                "(cut|trim|crop) (off|away) edges",
            ),
            {"zoom": 1.25},
        ),
        Saying(
            (f"crop {_IT} {_LITTLE}", f"zoom (in|closer) {_LITTLE}", f"(trim|cut) edges {_LITTLE}"),
            {"zoom": 1.12},
        ),
        Saying((f"crop {_PICTURE} lot", "zoom (in|closer) (lot|way|far)"), {"zoom": 1.8}),
        *(
            Saying((f"zoom in (|by) {said}", f"zoom {said}", f"{said} zoom"), {"zoom": zoom})
            for zoom, said in (
                (1.5, "(1.5x|1.5 times)"),
                (2, "(2x|2 times|twice)"),
                (3, "(3x|3 times)"),
                (4, "(4x|4 times)"),
            )
        ),
        # To a thing: its box, with some room around it.
        Saying(
            (
                "crop (|down|in|tight|tightly|closely|close|tighter|closer) to (|only|just) {thing}",
                f"crop {_PICTURE} (|down|in|tight|tightly|closely|close|tighter|closer) (to|around) (|"
                f"only|just) {{thing}}",
                "crop (tight|tightly|closely|close|tighter|closer|in) (around|on) {thing}",
                f"trim {_PICTURE} (|down) to (|just|only) {{thing}}",
                f"crop {_IT} so that only {{thing}} (is|are) (visible|seen|left|shown)",
                "crop everything (but|except) {thing}",
                f"frame {_PICTURE} (tightly|closely|tighter) around {{thing}}",
            ),
        ),
        Saying(
            (
                "(zoom|close|focus) (in|closer|right in) (on|to|onto|into) {thing}",
                "(crop|get) closer (on|to|onto) {thing}",
                "zoom (on|onto|to|into) {thing}",
                f"zoom {_PICTURE} (in on|onto|on) {{thing}}",
                "(close-up|closeup|close up) (of|on) {thing}",
                f"make {_PICTURE} (close-up|closeup|close up) (of|on) {{thing}}",
                "(closer|tighter) (view|shot|crop|framing) (of|on|around) {thing}",
            ),
            {"margin": 40},
        ),
        *(
            Saying(
                (
                    f"{_OFF} {name} {_EDGE}",
                    f"{_OFF} {name}",
                    f"(cut|chop) (off|away) {name}",
                    f"(cut|chop) (off|away) {name} {_EDGE}",
                    f"(crop|cut|trim|chop|remove) (|off|out|away) {_EMPTY} (on|at|from|to|along|of) {name}",
                    f"crop {_PICTURE} (on|at|from|to) {name}",
                    f"crop (|more|bit|little) from {name}",
                    f"too much (|empty|blank|unused) (space|room) (on|at|to) {name}",
                ),
                {"zoom": 1.25, "placement": stays},
                sure=0.85,
            )
            for _, stays, name in _SIDES
        ),
        Saying(("portrait (crop|format)",), {"aspect": "4:5", "content": True}),
        Saying(("landscape (crop|format)",), {"aspect": "3:2", "content": True}),
        Saying(
            (
                f"(crop|trim|cut|remove|reduce|less) (|out|off|away) {_EMPTY}",
                f"too much {_EMPTY}",
                "(fix|improve|better|change) (composition|framing)",
            ),
            {"zoom": 1.25, "content": True},
            sure=0.85,
        ),
        *(
            Saying(
                (
                    f"(crop|trim) {_IT} (|to|into|as|in|for) {names}",
                    f"{names} (crop|format|aspect|aspect ratio)",
                    f"(make|get|turn|convert|change) {_PICTURE} (|to|into|in) {names}",
                    f"(change|set) (aspect ratio|aspect|format) (to|for) {names}",
                ),
                {"aspect": aspect, "content": True},
            )
            for aspect, names in _SHAPES
        ),
        *(
            Saying(
                (
                    f"(crop|trim) {_IT} (to|into|as|in|for) {names}",
                    f"(make|get|turn|convert|change) {_PICTURE} (|to|into|in) {names} (format|shape|"
                    "aspect|aspect ratio)",
                    f"(change|set) (aspect ratio|aspect|format) (to|for) {names}",
                ),
                {"aspect": aspect, "content": True},
            )
            for aspect, names in _USES
        ),
        # A picture stays a rectangle.
        Saying(
            (f"(crop|cut|trim) {_IT} (to|into|as|in) (circle|oval|heart|star|triangle|hexagon)",),
            {"aspect": "1:1", "content": True},
            sure=0.3,
        ),
        Saying(
            (
                f"(crop|cut|trim) {_IT} (|to|into|as|in|at) {{aspect}}",
                f"(crop|cut|trim) {_IT} (to|in|at) {{aspect}} (ratio|aspect|aspect ratio|format|shape)",
                "{aspect} (crop|format|aspect|aspect ratio|ratio|frame)",
                f"(make|get|have|turn|convert|change|set) {_PICTURE} (|to|into|in|be) {{aspect}}",
                "(change|set|make) (aspect ratio|aspect|ratio|format|proportions) (|to|of|be) {aspect}",
                "(aspect ratio|aspect) (of|to|) {aspect}",
                "in {aspect}",
            ),
            {"aspect": "{aspect}", "content": True},
        ),
    ),
    asks=("Square crop, please.", "Zoom in on the dog.", "Crop out the empty space on the left."),
)
