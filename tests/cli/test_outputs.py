"""Where results go when they are transparent."""

from __future__ import annotations

from pathlib import Path

import pytest

from keepdial.cli.outputs import Place, places
from keepdial.errors import ParameterError


def test_what_is_transparent_goes_into_a_file_that_holds_it() -> None:
    def placed(source_format: str, output: str | None = None) -> Place:
        (place,) = places(
            image="a/photo.jpg", output=output, count=1, source_format=source_format, transparent=True
        )
        return place

    assert placed("jpeg") == Place(Path("a/photo.keepdial.png"), "png")
    assert placed("webp") == Place(Path("a/photo.keepdial.webp"), "webp")
    assert placed("jpeg", "cut.tif") == Place(Path("cut.tif"), "tiff")
    assert placed("jpeg", "cut") == Place(Path("cut"), "png")
    with pytest.raises(ParameterError, match=r"--output is 'cut.jpg'.*\.png.*transparent, which jpeg cannot"):
        placed("png", "cut.jpg")
