"""JPEG in, JPEG out, judged by independent readers: jpeglib for coefficients, libjpeg-turbo for pixels."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import jpeglib
import numpy as np
import pytest
import simplejpeg
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image as Pil

from keepdial.files import encode_image, jpegfile, open_image
from keepdial.files.blocks.coefficients import NotSpliceable, plan
from keepdial.files.codec import Encoded
from keepdial.geometry import Orientation
from keepdial.image import Image
from tests.files.samples import encoded, exif, jpeg, photo, profile

SAMPLINGS = {"4:4:4": 0, "4:2:2": 1, "4:2:0": 2}


def coefficients(data: bytes) -> tuple[list[NDArray[np.int16]], NDArray[Any]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.jpg"
        path.write_bytes(data)
        file = jpeglib.read_dct(str(path))
        planes = [file.Y] if file.Cb is None else [file.Y, file.Cb, file.Cr]
        return [np.array(p) for p in planes], np.array(file.qt)


def edited(image: Image, changed: NDArray[np.bool_], seed: int = 0) -> Image:
    pixels = image.pixels.copy()
    pixels[changed] = np.random.default_rng(seed).integers(0, 256, (int(changed.sum()), pixels.shape[2]))
    return image.with_pixels(pixels)


def check(source: bytes, image: Image, changed: NDArray[np.bool_], result: Encoded) -> None:
    """Every promise of the splice, on one case."""
    again = open_image(result.data)
    assert again.size == image.size
    assert again.orientation == image.orientation
    assert result.guaranteed is not None
    assert np.array_equal(again.pixels[result.guaranteed], image.pixels[result.guaranteed])
    old, tables = coefficients(source)
    new, new_tables = coefficients(result.data)
    assert np.array_equal(tables, new_tables)
    frame, new_frame = jpegfile.parse(source).frame, jpegfile.parse(result.data).frame
    assert frame == new_frame
    most_h, most_v = max(c.h for c in frame.components), max(c.v for c in frame.components)
    stored = image.orientation.stored(changed)
    reach = np.zeros((frame.height, frame.width), np.bool_)
    for c, a, b in zip(frame.components, old, new, strict=True):
        tall, wide = 8 * most_v // c.v, 8 * most_h // c.h
        differ = (a != b).any(axis=(2, 3))
        for y, x in np.argwhere(differ):
            assert stored[y * tall : (y + 1) * tall, x * wide : (x + 1) * wide].any()
            top, left = max(0, y * tall - 1), max(0, x * wide - 1)
            reach[top : (y + 1) * tall + 1, left : (x + 1) * wide + 1] = True
    assert (image.orientation.stored(result.guaranteed) | reach).all()


@settings(max_examples=80, deadline=None)
@given(
    width=st.integers(1, 80),
    height=st.integers(1, 80),
    sampling=st.sampled_from(["4:4:4", "4:2:2", "4:2:0", "4:4:0", "4:1:1", "grey"]),
    quality=st.integers(5, 100),
    progressive=st.booleans(),
    optimize=st.booleans(),
    restart=st.sampled_from([0, 1, 2, 7]),
    orientation=st.integers(1, 8),
    seed=st.integers(0, 10_000),
    data=st.data(),
)
def test_only_touched_blocks_change(
    width: int,
    height: int,
    sampling: str,
    quality: int,
    progressive: bool,
    optimize: bool,
    restart: int,
    orientation: int,
    seed: int,
    data: Any,
) -> None:
    picture = photo(height, width, 1 if sampling == "grey" else 3, seed=seed)
    if sampling in ("4:4:0", "4:1:1"):
        source = simplejpeg.encode_jpeg(picture, quality, "RGB", sampling.replace(":", ""))
        block = jpegfile.segment(jpegfile.APP1, exif(orientation))
        source = source[:2] + block + source[2:]
    else:
        how: dict[str, Any] = {"subsampling": SAMPLINGS[sampling]} if sampling in SAMPLINGS else {}
        how |= {"quality": quality, "progressive": progressive, "optimize": optimize}
        source = jpeg(picture, exif=exif(orientation), restart_marker_blocks=restart, **how)
    image = open_image(source)
    changed = np.zeros(image.pixels.shape[:2], np.bool_)
    for _ in range(data.draw(st.integers(0, 3))):
        y, x = (
            data.draw(st.integers(0, image.size.height - 1)),
            data.draw(st.integers(0, image.size.width - 1)),
        )
        changed[y : y + data.draw(st.integers(1, 30)), x : x + data.draw(st.integers(1, 30))] = True
    result = encode_image(edited(image, changed, seed), changed=changed)
    check(source, image, changed, result)


def test_an_edit_arrives() -> None:
    source = jpeg(photo(64, 64), quality=98, subsampling=0)
    image = open_image(source)
    changed = np.zeros((64, 64), np.bool_)
    changed[16:40, 8:32] = True
    pixels = image.pixels.copy()
    pixels[changed] = (200, 40, 90)
    result = encode_image(image.with_pixels(pixels), changed=changed)
    again = open_image(result.data).pixels.astype(int)
    assert np.abs(again[changed] - (200, 40, 90)).max() <= 6
    assert result.notes == ("27 of 192 blocks were encoded again; all others keep their DCT coefficients",)
    assert result.guaranteed is not None
    assert np.array_equal(~result.guaranteed, changed)


@pytest.mark.parametrize("progressive", [False, True])
def test_no_change_gives_the_same_bytes(progressive: bool) -> None:
    source = jpeg(photo(50, 70), progressive=progressive)
    image = open_image(source)
    nothing = np.zeros((50, 70), np.bool_)
    assert encode_image(image, changed=nothing).data == source
    assert encode_image(image).data == source
    everything = encode_image(image, changed=~nothing)
    assert everything.guaranteed is not None


def test_without_changed_the_difference_counts() -> None:
    source = jpeg(photo(50, 70), subsampling=0)
    image = open_image(source)
    pixels = image.pixels.copy()
    pixels[0, 0] = np.where(pixels[0, 0] > 127, 0, 255)
    result = encode_image(image.with_pixels(pixels))
    assert result.guaranteed is not None
    assert int((~result.guaranteed).sum()) == 64


def test_the_rest_of_a_touched_block_moves_little() -> None:
    """Samples that the edit did not touch enter as they were: only quantisation of the new ones shows."""
    image = open_image(jpeg(photo(64, 64), quality=95, subsampling=0))
    changed = np.zeros((64, 64), np.bool_)
    changed[18:30, 18:30] = True
    pixels = image.pixels.copy()
    pixels[changed] = np.minimum(pixels[changed], 250) + 5
    result = encode_image(image.with_pixels(pixels), changed=changed)
    assert result.guaranteed is not None
    kept = ~changed & ~result.guaranteed
    assert kept.any()
    difference = np.abs(open_image(result.data).pixels.astype(int) - image.pixels)
    assert difference[kept].mean() < 3


def test_private_segments_go_and_coding_segments_stay() -> None:
    source = jpeg(
        photo(40, 40),
        exif=exif(6, gps=True),
        comment=b"who knows",
        xmp=b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>",
        icc_profile=profile(),
        dpi=(150, 150),
    )
    hidden = jpegfile.segment(0xE2, b"MPF\0" + bytes(40)) + jpegfile.segment(
        0xED, b"Photoshop 3.0\0" + bytes(20)
    )
    source = source[:2] + hidden + source[2:] + b"a preview of the unedited picture"
    image = open_image(source)
    changed = np.zeros(image.pixels.shape[:2], np.bool_)
    changed[10:20, 10:20] = True
    result = encode_image(edited(image, changed), changed=changed)
    kinds = [s.marker for s in jpegfile.parse(result.data).segments]
    assert set(kinds) <= {0xE0, 0xE1, 0xE2, 0xDB, 0xC0, 0xC4, 0xDA}
    for private in (b"secret", b"who knows", b"MPF", b"Photoshop", b"preview", b"xmpmeta"):
        assert private not in result.data
    again = open_image(result.data)
    assert (again.icc, again.dpi, again.orientation) == (image.icc, image.dpi, Orientation(6))


def test_a_change_of_size_is_encoded_as_a_whole_at_the_same_tables() -> None:
    source = jpeg(photo(40, 40), quality=71, subsampling=2, progressive=True)
    image = open_image(source)
    wider: NDArray[np.uint8] = np.pad(image.pixels, ((0, 9), (4, 0), (0, 0)), mode="edge").astype(np.uint8)
    larger = image.with_pixels(wider)
    result = encode_image(larger)
    assert result.guaranteed is None
    assert "the size changed: encoded as a whole at the source's own tables" in result.notes[0]
    again = open_image(result.data)
    assert again.size == larger.size
    assert np.array_equal(coefficients(result.data)[1], coefficients(source)[1])
    old, new = jpegfile.parse(source).frame, jpegfile.parse(result.data).frame
    assert new.progressive
    assert [(c.h, c.v) for c in new.components] == [(c.h, c.v) for c in old.components]
    assert np.abs(again.pixels.astype(int) - larger.pixels).mean() < 6


def test_an_arithmetic_coded_file_is_not_spliced() -> None:
    source = jpeg(photo(40, 40))
    at = source.index(b"\xff\xc0")
    # The claim alone: the splice judges by the frame header and must not touch the data.
    claimed = source[: at + 1] + b"\xc9" + source[at + 2 :]
    with pytest.raises(NotSpliceable, match="not Huffman coded"):
        plan(claimed, jpegfile.parse(claimed))


def test_rgb_jpeg_keeps_its_colours() -> None:
    """A JPEG whose components are R, G and B themselves, as an Adobe marker says."""
    picture = photo(32, 32)
    source = encoded(Pil.fromarray(picture), "JPEG", quality=95, keep_rgb=True)
    image = open_image(source)
    assert np.abs(image.pixels.astype(int) - picture).mean() < 3
    changed = np.zeros((32, 32), np.bool_)
    changed[:8, :8] = True
    pixels = image.pixels.copy()
    pixels[changed] = (250, 10, 120)
    result = encode_image(image.with_pixels(pixels), changed=changed)
    check(source, image, changed, result)
    assert np.abs(open_image(result.data).pixels[:8, :8].astype(int) - (250, 10, 120)).max() < 6


def test_colour_turned_grey_is_encoded_as_a_whole() -> None:
    image = open_image(jpeg(photo(40, 40)))
    result = encode_image(image.with_pixels(image.pixels[:, :, :1].copy()))
    assert "colour became grey" in result.notes[0]
    assert result.guaranteed is None
    assert open_image(result.data).pixels.shape == (40, 40, 1)


def test_the_same_edit_gives_the_same_bytes() -> None:
    image = open_image(jpeg(photo(90, 70), subsampling=2))
    changed = np.zeros((90, 70), np.bool_)
    changed[20:60, 10:50] = True
    once = encode_image(edited(image, changed), changed=changed).data
    assert encode_image(edited(image, changed), changed=changed).data == once


def test_an_edit_at_the_far_corner_of_an_odd_size_reaches_the_padding() -> None:
    """The last block of 9 columns holds 1 column of picture; the rest of it repeats that column."""
    source = jpeg(photo(9, 9, 1), quality=100)
    image = open_image(source)
    changed = np.zeros((9, 9), np.bool_)
    changed[8, 8] = True
    pixels = image.pixels.copy()
    pixels[8, 8] = 0 if pixels[8, 8, 0] > 127 else 255
    result = encode_image(image.with_pixels(pixels), changed=changed)
    again = open_image(result.data).pixels
    assert abs(int(again[8, 8, 0]) - int(pixels[8, 8, 0])) <= 1
    assert np.array_equal(again[:8], image.pixels[:8])
