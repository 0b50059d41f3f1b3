from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pil

from keepdial.errors import OutputError, OutputExists, ParameterError
from keepdial.files import encode_image, open_image, save_image
from keepdial.files.pngwriter import encode_samples
from keepdial.geometry import Orientation
from keepdial.image import Image, Source
from keepdial.settings import Settings
from tests.files.samples import deep, encoded, exif, jpeg, photo, profile

LOSSLESS = ["png", "tiff", "webp", "bmp", "avif", "heic"]
SIZES = [(1, 1), (1, 17), (19, 1), (33, 47)]


def picture(height: int, width: int, kind: str, format: str) -> Image:
    """An image of kind grey, rgb, la, rgba, each perhaps with 16."""
    pixels: Any = photo(height, width, 1 if kind.startswith(("grey", "la")) else 3)
    alpha: Any = photo(height, width, 1, seed=5)[:, :, 0].copy() if kind.startswith(("la", "rgba")) else None
    if kind.endswith("16"):
        pixels, alpha = deep(pixels), None if alpha is None else deep(alpha)
    return Image(pixels, alpha, dpi=(300.0, 150.0), source=Source(format=format))


@pytest.mark.parametrize("format", LOSSLESS)
@pytest.mark.parametrize("kind", ["grey", "rgb", "la", "rgba", "grey16", "rgb16", "la16", "rgba16"])
@pytest.mark.parametrize("size", SIZES)
def test_every_pixel_survives(format: str, kind: str, size: tuple[int, int]) -> None:
    image = picture(*size, kind, format)
    result = encode_image(image)
    holds = {"bmp": kind in ("grey", "rgb")}.get(format, not kind.endswith("16") or format in ("png", "tiff"))
    assert result.format == (format if holds else "png")
    again = open_image(result.data)
    assert result.guaranteed is not None
    assert result.guaranteed.all()
    assert np.array_equal(np.broadcast_to(image.pixels, again.pixels.shape), again.pixels)
    assert again.pixels.dtype == image.pixels.dtype
    if image.alpha is None:
        assert again.alpha is None
    else:
        assert again.alpha is not None
        assert np.array_equal(again.alpha, image.alpha)
    if result.format != "avif":
        assert again.dpi == image.dpi


@pytest.mark.parametrize("format", ["png", "tiff", "webp", "avif", "heic", "jpeg"])
def test_the_profile_is_kept(format: str) -> None:
    image = Image(photo(20, 30), icc=profile(), source=Source(format=format))
    assert open_image(encode_image(image).data).icc == profile()


@pytest.mark.parametrize("how", [{"quality": 70}, {"lossless": True}])
def test_lossy_webp_is_delivered_without_further_loss(how: dict[str, Any]) -> None:
    image = open_image(encoded(Pil.fromarray(photo(40, 50)), "WEBP", **how))
    result = encode_image(image)
    assert np.array_equal(open_image(result.data).pixels, image.pixels)
    assert ("lossless WebP" in " ".join(result.notes)) == ("quality" in how)


def test_transparent_pixels_keep_their_colours_in_webp() -> None:
    image = Image(photo(20, 30), np.zeros((20, 30), np.uint8), source=Source(format="webp"))
    assert np.array_equal(open_image(encode_image(image).data).pixels, image.pixels)


def test_a_gif_becomes_a_png_and_it_is_said() -> None:
    image = open_image(encoded(Pil.fromarray(photo(20, 30)), "GIF"))
    result = encode_image(image)
    assert result.format == "png"
    assert result.notes == ("saved as PNG: GIF would lose colours",)
    assert np.array_equal(open_image(result.data).pixels, image.pixels)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format", ["png", "tiff", "webp", "jpeg", "avif", "heic"])
@pytest.mark.parametrize("keep", [False, True])
def test_a_file_opens_upright_the_same(orientation: int, format: str, keep: bool) -> None:
    image = open_image(jpeg(photo(21, 34), exif=exif(orientation)))
    result = encode_image(image, format=format, settings=Settings(keep_metadata=keep))
    again = open_image(result.data)
    assert again.size == image.size
    assert again.orientation == (image.orientation if format == "jpeg" else Orientation(1))
    assert np.array_equal(again.pixels, image.pixels)


def test_an_unspliced_jpeg_says_that_every_pixel_may_differ() -> None:
    image = Image(photo(40, 50), source=Source(format="png"))
    result = encode_image(image, format="jpeg")
    assert result.guaranteed is None
    assert "every pixel may differ" in result.notes[0]
    assert np.abs(open_image(result.data).pixels.astype(int) - image.pixels).mean() < 5


def test_transparency_is_never_lost_silently() -> None:
    image = picture(20, 30, "rgba", "png")
    with pytest.raises(OutputError, match="JPEG holds no transparency"):
        encode_image(image, format="jpeg")
    opaque = Image(image.pixels, np.full((20, 30), 255, np.uint8))
    assert "opaque throughout" in encode_image(opaque, format="jpeg").notes[0]
    came_as_jpeg = Image(image.pixels, image.alpha, source=Source(format="jpeg"))
    assert encode_image(came_as_jpeg).notes == ("saved as PNG: JPEG holds no transparency",)


def test_sixteen_bits_into_jpeg_are_rounded_and_said() -> None:
    image = Image(np.array([[[0], [128], [129], [65535]]], np.uint16).repeat(3, axis=2))
    result = encode_image(image, format="bmp")
    assert "16 bits per sample became 8: BMP holds no more" in result.notes
    assert open_image(result.data).pixels[0, :, 0].tolist() == [0, 0, 1, 255]
    assert result.guaranteed is None


def test_unknown_formats_and_masks_of_another_size_are_refused() -> None:
    image = picture(20, 30, "rgb", "png")
    for format in ("tga", "gif", ""):
        with pytest.raises(ParameterError, match="format is"):
            encode_image(image, format=format)
    with pytest.raises(ParameterError, match=r"\(30, 20\) bool'; allowed: \(20, 30\) bool"):
        encode_image(image, changed=np.zeros((30, 20), np.bool_))


def test_save_takes_the_format_from_the_suffix_and_never_overwrites(tmp_path: Path) -> None:
    image = picture(20, 30, "rgb", "png")
    target = tmp_path / "out.TIF"
    assert save_image(image, target).format == "tiff"
    assert np.array_equal(open_image(target).pixels, image.pixels)
    before = target.read_bytes()
    with pytest.raises(OutputExists, match=r"out\.TIF.*--overwrite"):
        save_image(image.with_pixels(255 - image.pixels), target)
    assert target.read_bytes() == before
    save_image(image.with_pixels(255 - image.pixels), target, overwrite=True)
    assert np.array_equal(open_image(target).pixels, 255 - image.pixels)
    assert save_image(image, tmp_path / "no_suffix").format == "png"
    for name in ("a.tga", "a.gif"):
        with pytest.raises(OutputError, match="no format is written under the suffix"):
            save_image(image, tmp_path / name)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["no_suffix", "out.TIF"]


def test_save_writes_to_an_open_file() -> None:
    out = io.BytesIO()
    image = picture(20, 30, "rgb", "png")
    save_image(image, out, format="webp")
    assert np.array_equal(open_image(out.getvalue()).pixels, image.pixels)


@settings(max_examples=60, deadline=None)
@given(
    height=st.integers(1, 70),
    width=st.integers(1, 70),
    channels=st.integers(1, 4),
    wide=st.booleans(),
    drawn=st.booleans(),
)
def test_png_by_another_reader(height: int, width: int, channels: int, wide: bool, drawn: bool) -> None:
    import cv2

    samples: Any = photo(height, width, channels)
    if drawn:
        samples = (samples // 128 * 128).astype(np.uint8)
    if wide:
        samples = deep(samples)
    data = encode_samples(samples)
    if channels == 2:
        with Pil.open(io.BytesIO(data)) as picture:
            read: Any = np.asarray(picture.convert("LA" if not wide else picture.mode))
        if not wide:
            assert np.array_equal(read, samples)
        return
    read = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    order = {1: [0], 3: [2, 1, 0], 4: [2, 1, 0, 3]}[channels]
    assert np.array_equal(read.reshape(samples.shape)[:, :, order], samples)


def test_a_tall_png() -> None:
    samples = photo(3000, 800)
    assert np.array_equal(open_image(encode_samples(samples)).pixels, samples)
    flat = np.zeros((3000, 800, 3), np.uint8)
    data = encode_samples(flat)
    assert len(data) < 30_000
    assert np.array_equal(open_image(data).pixels, flat)
