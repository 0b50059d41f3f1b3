"""A picture from nothing: an empty canvas of the size that was asked for, and the edit that paints it.

To the engine this is an edit like any other: of a canvas with nothing on it that could be kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from keepdial.errors import ParameterError, TooLarge
from keepdial.geometry import Size
from keepdial.image import Image, Source
from keepdial.progress import Cancel, Listener, silent
from keepdial.request import NotGiven, Request

if TYPE_CHECKING:
    from keepdial.edit import Edit
    from keepdial.settings import Settings

USUAL = 1024
"""The side in px where neither the person nor the model names one."""


def canvas(size: Size) -> Image:
    """Return an empty canvas, white, RGB at 8 bits; `Image.blank` is True of it."""
    import numpy as np

    return Image(np.full((size.height, size.width, 3), 255, np.uint8), source=Source(format="none"))


def begun(request: Request, settings: Settings | None = None) -> tuple[Request, Image]:
    """Return the request with its size written into it, and the empty canvas that it begins on.

    Where no size was asked for it is the one at which the backend works best that the router would choose.

    Raises:
        ParameterError: the operation works on a picture, or something of one is to be kept.
        TooLarge: the picture would have more pixels than the limit.
        RouteError: no backend here can do it.
    """
    from keepdial.backends import backends
    from keepdial.operations import operation, operations
    from keepdial.route import Job, allowed, route
    from keepdial.settings import Settings

    settings = settings or Settings.from_environment()
    unit = operation(request.operation)
    if not unit.from_nothing:
        begin = ", ".join(name for name, one in operations().items() if one.from_nothing)
        raise ParameterError(
            "IMAGE", NotGiven(), f"a picture for {unit.name} to work on", hint=f"Without one begins: {begin}."
        )
    if request.keep not in (None, 0):
        raise ParameterError(
            "keep", request.keep, "0, or nothing: without a picture there is nothing to keep"
        )
    if request.pins:
        raise ParameterError(
            "pin", f"{len(request.pins)} regions", "none: without a picture there is nothing to pin"
        )
    options: Any = unit.params.build(**request.params)
    job = Job(
        unit.name,
        0.0,
        prompt=True,
        references=bool(options.reference),
        masked=False,
        backend=request.backend,
        **allowed(settings),
    )
    known = backends()
    able = known[route(job, known).chosen].capabilities
    size: Size = options.size_for(able.best or USUAL, able.multiple_of)
    most = settings.max_pixels
    if size.area > most:
        raise TooLarge(
            f"The picture would be {size}, {size.area:,} pixels; the limit is {most:,}.",
            hint="Ask for a smaller one, or raise KEEPDIAL_MAX_PIXELS.",
        )
    sized = {**request.params, "size": f"{size.width}x{size.height}", "aspect": None}
    return request.model_copy(update={"params": sized}), canvas(size)


def generate(
    prompt: str,
    *,
    size: str | tuple[int, int] | None = None,
    seed: int = 0,
    backend: str | None = None,
    options: Mapping[str, Any] | None = None,
    progress: Listener = silent,
    cancel: Cancel | None = None,
    settings: Settings | None = None,
) -> Edit:
    """Paint a picture from nothing and return the finished edit; its `image` is the picture.

    Args:
        prompt: what it is to show, in words.
        size: "768x512" or (768, 512), width and height in px; None = what suits the model.
        seed: the same prompt, seed, model and versions give the same bytes.
        backend: the backend to use, by name; None lets the router choose.
        options: the operation's other options: {"negative": "text", "steps": 20}.
        progress, cancel, settings: as for `keepdial.edit.edit`.

    Raises as `begun` and `keepdial.edit.edit` do.
    """
    from keepdial.edit import edit

    given = {**(options or {}), "prompt": prompt}
    if size is not None:
        given["size"] = size if isinstance(size, str) else "x".join(map(str, size))
    wanted: Request = Request.build(operation="generate", params=given, seed=seed, backend=backend)
    request, empty = begun(wanted, settings)
    return edit(request, empty, progress=progress, cancel=cancel, settings=settings)
