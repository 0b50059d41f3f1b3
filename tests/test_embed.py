from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image as Pillow

from keepdial import recording
from keepdial.embed import self_contained
from keepdial.files import open_image
from keepdial.image import Image
from keepdial.keep import dial
from keepdial.operations import operations
from keepdial.request import KeepMap, Request, Selector
from keepdial.select import select

from .test_record import BOX, opened, png


class TestMasks:
    def mask(self) -> NDArray[np.uint8]:
        mask = np.zeros((48, 64), np.uint8)
        mask[10:30, 12:40] = 255
        mask[20, 12:20] = 77
        return mask

    def test_a_file_is_taken_in(self, tmp_path: Path) -> None:
        file = tmp_path / "mask.png"
        file.write_bytes(base64.b64decode(png(self.mask())))
        request = Request(operation="fill", targets=(Selector(kind="mask", options={"path": str(file)}),))
        own = self_contained(request, opened())
        assert set(own.targets[0].options) == {"png", "channel"}
        assert np.array_equal(select(own.targets, opened()).mask, select(request.targets, opened()).mask)
        assert str(tmp_path) not in own.model_dump_json()

    @pytest.mark.parametrize("invert", [False, True])
    @pytest.mark.parametrize("kind", ["grey", "deep", "lossy", "alpha", "grey and alpha"])
    def test_they_read_back_as_they_were(self, kind: str, invert: bool) -> None:
        mask, image = self.mask(), opened()
        options: dict[str, Any] = {"invert": invert}
        if kind == "grey":
            options["png"] = png(mask)
        elif kind == "deep":
            options["png"] = png(mask.astype(np.uint16) * np.uint16(200))
        elif kind == "lossy":
            options["png"] = png(mask, "JPEG")
        elif kind == "alpha":
            options |= {"png": png(np.dstack([image.pixels, 255 - mask])), "channel": "alpha"}
        else:
            options |= {"png": png(np.dstack([mask, mask, mask, mask // 2 + 100])), "channel": "luminance"}
        request = Request(operation="fill", targets=(Selector(kind="mask", options=options),))
        own = self_contained(request, image)
        before, after = (select(r.targets, image).mask for r in (request, own))
        # Grey times alpha is on no grid of 8 or 16 bits; there it is rounded.
        assert np.abs(before - after).max() <= (1e-5 if kind == "grey and alpha" else 0)
        assert self_contained(own, image) == own

    def test_a_photograph_beside_the_mask_is_left_out(self) -> None:
        image = opened()
        text = png(np.dstack([image.pixels, 255 - self.mask()]))
        selector = Selector(kind="mask", options={"png": text, "channel": "alpha"})
        own = self_contained(Request(operation="fill", targets=(selector,)), image)
        kept = Pillow.open(io.BytesIO(base64.b64decode(str(own.targets[0].options["png"]))))
        assert kept.mode == "L"

    def test_a_keep_map_reads_back_as_it_was(self) -> None:
        request = Request(operation="fill", targets=(BOX,), keep=KeepMap(png=png(self.mask())))
        own = self_contained(request, opened())
        assert isinstance(request.keep, KeepMap)
        assert isinstance(own.keep, KeepMap)
        assert np.array_equal(dial(own.keep, opened()), dial(request.keep, opened()))

    @settings(max_examples=30, deadline=None)
    @given(
        values=st.lists(st.integers(0, 65535), min_size=1, max_size=12),
        deep=st.booleans(),
        invert=st.booleans(),
    )
    def test_any_grey_value_survives(self, values: list[int], deep: bool, invert: bool) -> None:
        row = np.asarray([values], np.uint16) if deep else np.asarray([[v >> 8 for v in values]], np.uint8)
        image = Image(np.zeros((1, len(values), 1), np.uint8))
        selector = Selector(kind="mask", options={"png": png(row), "invert": invert})
        own = self_contained(Request(operation="fill", targets=(selector,)), image)
        assert np.array_equal(select(own.targets, image).mask, select((selector,), image).mask)


class TestPictureFiles:
    """A picture among the options travels as its pixels, without what else its file tells."""

    def request(self) -> Request:
        file = io.BytesIO()
        exif = Pillow.Exif()
        exif[0x010E] = "somebody's garden"
        pixels = np.random.default_rng(4).integers(0, 255, (9, 12, 3), np.uint8)
        Pillow.fromarray(pixels).save(file, "JPEG", exif=exif)
        image = base64.b64encode(file.getvalue()).decode()
        return Request(operation="background", params={"to": "image", "image": image}, auto_pin=False)

    def test_it_keeps_its_pixels_and_loses_its_metadata(self) -> None:
        before = self.request()
        after = self_contained(before, opened())
        first, second = (base64.b64decode(str(r.params["image"])) for r in (before, after))
        assert b"garden" in first
        assert b"garden" not in second
        assert np.array_equal(open_image(first).pixels, open_image(second).pixels)
        assert after.params["to"] == "image"

    def test_the_record_names_it_by_its_hash(self) -> None:
        told = recording.told(operations()["background"], self.request().params)
        assert str(told["image"]).startswith("the file sha256:")
        assert told["to"] == "image"
