"""Random damage: a file opens or is refused as `FileError`; what opens can be edited and delivered."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pil

from keepdial.errors import FileError
from keepdial.files import encode_image, open_image
from tests.files.samples import encoded, exif, jpeg, photo, profile


@cache
def victims() -> dict[str, bytes]:
    picture = Pil.fromarray(photo(40, 56))
    how: dict[str, Any] = {"icc_profile": profile(), "exif": exif(6, gps=True)}
    found = {format: encoded(picture, format, **how) for format in ("PNG", "WEBP", "TIFF", "AVIF")}
    found |= {format: encoded(picture, format) for format in ("BMP", "GIF")}
    found |= {"LZW": encoded(picture, "TIFF", compression="tiff_lzw")}
    found |= {"HEIC": encode_image(open_image(found["BMP"]), format="heic").data}
    for progressive in (False, True):
        found[f"JPEG {progressive}"] = jpeg(
            photo(40, 56), progressive=progressive, restart_marker_blocks=3, optimize=progressive, **how
        )
    return found


@settings(max_examples=400, deadline=None)
@given(
    which=st.sampled_from(sorted(victims())),
    places=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=6),
    cut=st.one_of(st.just(1.0), st.floats(0, 1)),
)
def test_damaged_bytes_open_or_are_refused(which: str, places: list[tuple[float, int]], cut: float) -> None:
    data = bytearray(victims()[which])
    for place, value in places:
        data[int(place * (len(data) - 1))] = value
    try:
        image = open_image(bytes(data[: max(1, int(cut * len(data)))]))
    except FileError:
        return
    changed = np.zeros(image.pixels.shape[:2], np.bool_)
    changed[3:9, 2:11] = True
    pixels = image.pixels.copy()
    pixels[changed] = 7
    result = encode_image(image.with_pixels(pixels), changed=changed)
    again = open_image(result.data)
    assert again.size == image.size
    if result.guaranteed is not None and result.format == "jpeg":
        assert np.array_equal(again.pixels[result.guaranteed], image.pixels[result.guaranteed])
