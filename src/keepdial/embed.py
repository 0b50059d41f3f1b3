"""Embedding: a request that names mask files becomes one that holds the masks."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pydantic import JsonValue

from keepdial.request import KeepMap, Request, Selector

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.image import Image
    from keepdial.keep import Pin


def self_contained(request: Request, image: Image, *, automatic: Sequence[Pin] = ()) -> Request:
    """Return the request with every mask and keep map in it as a plain grey PNG.

    What a finder found is written down as it was found, and what was pinned by itself (`automatic`) becomes
    a pin like any other, so that a replay acts on the same pixels whichever finders are installed then.
    What a mask file held beside the mask, such as the photograph in a mask with alpha, is left out, and so
    is what another picture that was given held beside its pixels, such as where it was taken.
    """
    import numpy as np

    keep = request.keep
    if isinstance(keep, KeepMap):
        from keepdial.keep import dial

        values = np.asarray(dial(keep, image), np.float32)
        keep = KeepMap(png=_png(values, invertible=False)[0])
    pins = [_embedded(s, image) for s in request.pins]
    for pin in automatic:
        found, _ = _png(pin.region.astype(np.float32), invertible=False)
        pins.append(Selector(kind=pin.asked_by, found=found, automatic=True))
    return request.model_copy(
        update={
            "targets": tuple(_embedded(s, image) for s in request.targets),
            "pins": tuple(pins),
            "auto_pin": False,
            "params": _without_metadata(request),
            "keep": keep,
        }
    )


def _without_metadata(request: Request) -> dict[str, JsonValue]:
    """Return the operation's options with every picture file in them as a PNG of the same pixels."""
    from keepdial.files import encode_image, open_image
    from keepdial.operations import is_file, operations
    from keepdial.select.mask import decoded

    def plain(text: str) -> str:
        picture = encode_image(open_image(decoded(text)), format="png").data
        return base64.b64encode(picture).decode("ascii")

    params = dict(request.params)
    known = operations().get(request.operation)
    for name, field in known.params.model_fields.items() if known else ():
        value = params.get(name)
        if is_file(field) and isinstance(value, str):
            params[name] = plain(value)
        elif is_file(field) and isinstance(value, list | tuple):
            params[name] = [plain(str(one)) for one in value]
    return params


def _embedded(selector: Selector, image: Image) -> Selector:
    from keepdial.select import finder, select

    if selector.found is not None:
        return selector
    unit = finder(selector.kind)
    plain = selector.model_copy(update={"combine": "add", "tools": ()})
    if unit.find is not None or unit.follows:
        found, _ = _png(select([plain], image).mask, invertible=False)
        return selector.model_copy(update={"found": found})
    if selector.kind != "mask":
        return selector
    png, invert = _png(select([plain], image).mask)
    options: dict[str, JsonValue] = {"png": png, "channel": "luminance"}
    return selector.model_copy(update={"options": options | ({"invert": True} if invert else {})})


def _png(values: NDArray[np.float32], *, invertible: bool = True) -> tuple[str, bool]:
    """Return values (H, W) in [0, 1] as base64 of a grey PNG, and whether it is to be inverted after reading.

    Reading gives the same floats again: 1 - x / 255 is not quite (255 - x) / 255, so both are tried, at 8
    and at 16 bits. Where none fits (grey times alpha), the values are rounded.
    """
    import numpy as np

    from keepdial.color import samples_of, unit
    from keepdial.files import encode_image
    from keepdial.geometry import Box
    from keepdial.image import Image
    from keepdial.mask import bounds

    def png(grey: NDArray[Any]) -> str:
        return base64.b64encode(encode_image(Image(grey[..., None]), format="png").data).decode("ascii")

    def placed(grey: NDArray[Any], box: Box) -> NDArray[Any]:
        whole = np.zeros(values.shape, grey.dtype)
        whole[box.slices] = grey
        return whole

    depths = np.zeros(0, np.uint8), np.zeros(0, np.uint16)
    # Most masks are black nearly everywhere: only the part that is not has to be looked at.
    box = bounds(values) or Box(0, 0, 1, 1)
    part = values[box.slices]
    for depth in depths:
        grey = samples_of(part, depth)
        if np.array_equal(unit(grey), part):
            return png(placed(grey, box)), False
        grey = samples_of(1 - values, depth)
        if invertible and np.array_equal(1 - unit(grey), values):
            return png(grey), True
    near = samples_of(part, depths[0])
    close = np.allclose(unit(near), part, rtol=0, atol=1e-6)
    return png(placed(near if close else samples_of(part, depths[1]), box)), False
