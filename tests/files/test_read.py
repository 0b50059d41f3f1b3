from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image as Pil

from keepdial.errors import CorruptFile, FileError, TooLarge, UnsupportedFormat
from keepdial.files import open_image
from keepdial.geometry import Orientation
from keepdial.settings import Settings
from tests.files.samples import deep, encoded, exif, jpeg, photo, png, png_chunk, profile

PHOTO = photo(21, 33)


def tiff(array: Any, **how: Any) -> bytes:
    out = io.BytesIO()
    tifffile.imwrite(out, array, **how)
    return out.getvalue()


def test_the_bytes_decide_the_format_not_the_name(tmp_path: Path) -> None:
    misnamed = tmp_path / "photo.png"
    misnamed.write_bytes(jpeg(PHOTO))
    image = open_image(misnamed)
    assert image.source.format == "jpeg"
    assert image.source.data == misnamed.read_bytes()
    assert len(image.source.sha256) == 64
    assert not image.source.lossless


@pytest.mark.parametrize("how", ["path", "str", "bytes", "file"])
def test_every_kind_of_source_opens(how: str, tmp_path: Path) -> None:
    data = encoded(Pil.fromarray(PHOTO), "PNG")
    (tmp_path / "a").write_bytes(data)
    source: Any = {
        "path": tmp_path / "a",
        "str": str(tmp_path / "a"),
        "bytes": data,
        "file": io.BytesIO(data),
    }
    assert np.array_equal(open_image(source[how]).pixels, PHOTO)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "EPS"),
        (b"%PDF-1.4\n", "PDF"),
        (b'<?xml version="1.0"?><svg/>', "XML"),
        (b"<svg xmlns='x'/>", "SVG"),
        (b"8BPS\0\1" + bytes(20), "Photoshop"),
        (b"\0\0\1\0\1\0" + bytes(20), "icon"),
        (b"hello world\n", "known format"),
        (b"\0", "known format"),
        (b"GIF88a" + bytes(20), "known format"),
    ],
)
def test_other_formats_are_refused_by_name(data: bytes, words: str) -> None:
    with pytest.raises(UnsupportedFormat, match=words):
        open_image(data)


def test_an_empty_file_is_corrupt() -> None:
    with pytest.raises(CorruptFile, match="0 bytes"):
        open_image(b"")


def test_a_missing_file_is_a_file_error(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="No such file"):
        open_image(tmp_path / "none.png")
    with pytest.raises(FileError, match="cannot be read"):
        open_image(tmp_path)
    with pytest.raises(FileError, match="cannot be read"):
        open_image("a\0b")


def test_a_file_of_too_many_bytes_is_not_read() -> None:
    with pytest.raises(TooLarge, match="1,000 bytes"):
        open_image(io.BytesIO(bytes(5000)), settings=Settings(max_file_bytes=1000))


def _sof(data: bytes, width: int, height: int) -> bytes:
    at = data.index(b"\xff\xc0")
    return data[: at + 5] + struct.pack(">HH", height, width) + data[at + 9 :]


def _bmp_header(width: int, height: int) -> bytes:
    return (
        b"BM"
        + struct.pack("<IHHI", 54, 0, 0, 54)
        + struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    )


def _tiff_header(width: int, height: int) -> bytes:
    tags = [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (277, 3, 1, 1)]
    body = b"".join(struct.pack("<HHII", *t) for t in tags)
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + body + bytes(4)


def _avif_header(width: int, height: int) -> bytes:
    def box(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I4s", 8 + len(body), kind) + body

    ispe = box(b"ispe", struct.pack(">III", 0, width, height))
    meta = box(b"meta", bytes(4) + box(b"iprp", box(b"ipco", ispe)))
    return box(b"ftyp", b"avif" + bytes(4) + b"avifmif1") + meta


def _webp_header(width: int, height: int) -> bytes:
    body = struct.pack("<I", 0) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    chunk = b"VP8X" + struct.pack("<I", 10) + body
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk


@pytest.mark.parametrize(
    "data",
    [
        png(12000, 12000, 8, 2),
        _sof(jpeg(PHOTO), 12000, 12000),
        b"GIF89a" + struct.pack("<HHBBB", 12000, 12000, 0, 0, 0) + b"\x2c" + bytes(9) + b"\2\0\x3b",
        _bmp_header(12000, -12000),
        _tiff_header(12000, 12000),
        _avif_header(12000, 12000),
        _avif_header(12000, 12000).replace(b"avif", b"heic"),
        _webp_header(12000, 12000),
    ],
    ids=["png", "jpeg", "gif", "bmp", "tiff", "avif", "heic", "webp"],
)
def test_a_huge_picture_is_refused_from_its_header(data: bytes) -> None:
    with pytest.raises(TooLarge, match=r"12000x12000 = 144,000,000 pixels; the limit is 50,000,000"):
        open_image(data)


@pytest.mark.parametrize("size", [(0, 5), (5, 0), (0, 0)])
def test_a_picture_without_pixels_is_corrupt(size: tuple[int, int]) -> None:
    for data in (png(*size, 8, 2), _sof(jpeg(PHOTO), *size), _bmp_header(*size), _tiff_header(*size)):
        with pytest.raises(CorruptFile):
            open_image(data)


def test_the_limit_is_a_setting() -> None:
    data = encoded(Pil.fromarray(PHOTO), "PNG")
    assert open_image(data, settings=Settings(max_pixels=33 * 21)).size.area == 33 * 21
    with pytest.raises(TooLarge):
        open_image(data, settings=Settings(max_pixels=33 * 21 - 1))


def test_bombs_in_png_chunks_are_refused() -> None:
    big = zlib.compress(bytes(20_000_000), 9)
    row = bytes(25) * 8
    for extra in (
        png_chunk(b"zTXt", b"c\0\0" + big),
        png_chunk(b"iTXt", b"c\0\1\0\0\0" + big),
        png_chunk(b"iCCP", b"p\0\0" + big),
        png_chunk(b"tEXt", b"k\0v") * 10_001,
    ):
        with pytest.raises(TooLarge):
            open_image(png(8, 8, 8, 2, extra=extra, rows=row))


def test_a_gif_of_100_000_frames_is_refused_and_three_frames_are_said() -> None:
    head = b"GIF89a" + struct.pack("<HHBBB", 64, 64, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    with pytest.raises(TooLarge, match="frames"):
        open_image(head + frame * 100_000 + b";")
    image = open_image(head + frame * 3 + b";")
    assert "3 frames: the first one is used" in image.source.notes


def test_a_jpeg_of_2000_scans_is_refused() -> None:
    data = jpeg(PHOTO, progressive=True)
    scan = b"\xff\xda" + struct.pack(">H", 8) + b"\x01\x01\x00\x01\x3f\x10" + b"\x00"
    with pytest.raises(TooLarge, match=r"too many scans: 20\d\d"):
        open_image(data[:-2] + scan * 2000 + data[-2:])


def test_a_tiff_whose_directories_form_a_loop_opens() -> None:
    data = bytearray(encoded(Pil.fromarray(PHOTO), "TIFF"))
    (offset,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, offset)
    struct.pack_into("<I", data, offset + 2 + 12 * count, offset)
    assert np.array_equal(open_image(bytes(data)).pixels, PHOTO)


FORMATS: dict[str, dict[str, Any]] = {
    "PNG": {},
    "JPEG": {"quality": 90},
    "WEBP": {},
    "TIFF": {},
    "BMP": {},
    "GIF": {},
    "AVIF": {"speed": 10},
}


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("share", [0.02, 0.1, 0.5, 0.9])
def test_a_file_cut_short_is_corrupt(format: str, share: float) -> None:
    data = encoded(Pil.fromarray(photo(80, 60)), format, **FORMATS[format])
    cut = data[: max(20, int(len(data) * share))]
    with pytest.raises(CorruptFile):
        open_image(cut)


@pytest.mark.parametrize("chunk", [b"IHDR", b"IDAT", b"IEND"])
def test_a_wrong_checksum_in_a_png_is_corrupt(chunk: bytes) -> None:
    data = bytearray(encoded(Pil.fromarray(PHOTO), "PNG"))
    at = data.index(chunk)
    (length,) = struct.unpack_from(">I", data, at - 4)
    data[at + 4 + length] ^= 1
    with pytest.raises(CorruptFile):
        open_image(bytes(data))


def test_a_cmyk_jpeg_is_refused_clearly() -> None:
    with pytest.raises(UnsupportedFormat, match="CMYK"):
        open_image(encoded(Pil.fromarray(PHOTO).convert("CMYK"), "JPEG"))


def test_sixteen_bits_stay_sixteen() -> None:
    samples = deep(photo(3, 4))
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in samples)
    image = open_image(png(4, 3, 16, 2, rows=rows))
    assert image.depth == 16
    assert np.array_equal(image.pixels, samples)
    assert np.array_equal(open_image(tiff(samples, photometric="rgb")).pixels, samples)


def test_grey_with_alpha_and_low_depths() -> None:
    image = open_image(png(2, 1, 8, 4, rows=bytes([0, 10, 20, 30, 40])))
    assert image.pixels.tolist() == [[[10], [30]]]
    assert image.alpha is not None
    assert image.alpha.tolist() == [[20, 40]]
    image = open_image(png(8, 1, 1, 0, rows=bytes([0, 0b10110001])))
    assert image.pixels[:, :, 0].tolist() == [[255, 0, 255, 255, 0, 0, 0, 255]]
    assert image.source.notes == ("1-bit grey converted to 8 bits",)


def test_a_palette_is_widened_and_said() -> None:
    picture = Pil.fromarray(PHOTO).quantize(16)
    for format in ("PNG", "TIFF", "BMP", "GIF"):
        image = open_image(encoded(picture, format))
        assert np.array_equal(image.pixels, np.asarray(picture.convert("RGB"))), format
        assert "palette converted to RGB" in image.source.notes


def test_transparent_colours_become_alpha() -> None:
    data = png(
        2, 1, 8, 2, extra=png_chunk(b"tRNS", bytes([0, 1, 0, 2, 0, 3])), rows=bytes([0, 1, 2, 3, 4, 5, 6])
    )
    image = open_image(data)
    assert image.alpha is not None
    assert image.alpha.tolist() == [[0, 255]]
    assert "transparent colour" in image.source.notes[0]


def test_float_tiff_becomes_16_bits_and_nan_is_refused() -> None:
    values = np.array([[0.0, 0.5], [1.0, 0.25]], np.float32)
    image = open_image(tiff(values))
    assert image.pixels[:, :, 0].tolist() == [[0, 32768], [65535, 16384]]
    assert "floating point" in image.source.notes[0]
    for bad in (np.nan, np.inf):
        values[1, 1] = bad
        with pytest.raises(CorruptFile, match="NaN"):
            open_image(tiff(values))


def test_rare_tiff_kinds() -> None:
    inks = np.array([[[0, 0, 0, 0], [255, 0, 0, 0], [0, 0, 0, 255]]], np.uint8)
    image = open_image(tiff(inks, photometric="separated"))
    assert image.pixels.tolist() == [[[255, 255, 255], [0, 255, 255], [0, 0, 0]]]
    assert "CMYK" in image.source.notes[0]
    grey = np.array([[0, 1000, 65535]], np.uint16)
    assert open_image(tiff(grey, photometric="miniswhite")).pixels[0, :, 0].tolist() == [65535, 64535, 0]
    image = open_image(tiff(np.array([[0, 2**32 - 1]], np.uint32)))
    assert image.pixels[0, :, 0].tolist() == [0, 65535]
    planar = tiff(np.moveaxis(PHOTO, 2, 0), photometric="rgb", planarconfig="separate")
    assert np.array_equal(open_image(planar).pixels, PHOTO)
    premultiplied = np.array([[[50, 25, 0, 128]]], np.uint8)
    image = open_image(tiff(premultiplied, photometric="rgb", extrasamples=["assocalpha"]))
    assert image.pixels.tolist() == [[[100, 50, 0]]]
    with pytest.raises(UnsupportedFormat, match="photometric 8"):
        open_image(tiff(PHOTO, photometric="cielab"))


@pytest.mark.parametrize("value", range(10))
def test_orientation_is_applied(value: int) -> None:
    """0 and 9 are no orientations and count as 1."""
    expected = Orientation.parse(value)
    stored = open_image(jpeg(PHOTO)).pixels
    image = open_image(jpeg(PHOTO, exif=exif(value), dpi=(100, 200)))
    assert image.orientation == expected
    assert np.array_equal(image.pixels, expected.upright(stored))
    assert image.pixels.flags.c_contiguous
    assert image.dpi == ((200.0, 100.0) if expected.swaps_axes else (100.0, 200.0))


@pytest.mark.parametrize("value", range(1, 9))
@pytest.mark.parametrize("format", ["PNG", "WEBP", "TIFF", "AVIF"])
def test_orientation_in_other_formats(value: int, format: str) -> None:
    options: dict[str, dict[str, Any]] = {"WEBP": {"lossless": True}, "AVIF": {"quality": 100}}
    how = options.get(format, {})
    expected = Orientation(value).upright(open_image(encoded(Pil.fromarray(PHOTO), format, **how)).pixels)
    image = open_image(encoded(Pil.fromarray(PHOTO), format, exif=exif(value), **how))
    assert np.array_equal(image.pixels, expected)


def test_profiles_are_kept_when_they_fit() -> None:
    picture = Pil.fromarray(PHOTO)
    for format in ("PNG", "JPEG", "WEBP", "TIFF", "AVIF"):
        assert open_image(encoded(picture, format, icc_profile=profile())).icc == profile(), format
    long = profile()[:3] + profile()[3:] + bytes(200_000)
    assert open_image(encoded(picture, "JPEG", icc_profile=long)).icc == long


@pytest.mark.parametrize("icc", [b"\0" * 200, b"short", profile("LAB"), profile()[:500]])
def test_profiles_that_do_not_fit_are_dropped_and_said(icc: bytes) -> None:
    image = open_image(encoded(Pil.fromarray(PHOTO), "JPEG", icc_profile=icc))
    assert image.icc is None
    assert "sRGB is assumed" in image.source.notes[-1]


def test_bytes_behind_a_jpeg_are_said() -> None:
    image = open_image(jpeg(PHOTO) + b"PK\5\6" + bytes(18))
    assert image.source.notes == ("22 bytes behind the picture were not looked at",)


def test_source_says_whether_the_file_is_lossless() -> None:
    picture = Pil.fromarray(PHOTO)
    assert open_image(encoded(picture, "WEBP", lossless=True)).source.lossless
    assert not open_image(encoded(picture, "WEBP", quality=80)).source.lossless
    assert open_image(encoded(picture, "TIFF", compression="tiff_lzw")).source.lossless
    assert not open_image(encoded(picture, "TIFF", compression="jpeg")).source.lossless
    assert not open_image(encoded(picture, "AVIF")).source.lossless
