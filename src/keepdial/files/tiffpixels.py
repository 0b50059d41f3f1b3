"""What becomes of the sample kinds that TIFF allows: 8 and 16 bits stay, all else is converted and said."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from keepdial.errors import CorruptFile, UnsupportedFormat
from keepdial.files.icc import open_profile, profile_channels

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _PALETTE, _SEPARATED, _YCBCR = 0, 1, 2, 3, 5, 6


@dataclass(frozen=True, slots=True, eq=False)
class Converted:
    """Pixels (H, W, 1 or 3), alpha (H, W) or None, the profile that now holds, and what was converted."""

    pixels: NDArray[Any]
    alpha: NDArray[Any] | None
    icc: bytes | None = field(repr=False)
    notes: tuple[str, ...]


def convert(samples: NDArray[Any], page: Any, icc: Any) -> Converted:
    """Convert a page's samples as tifffile returns them.

    Raises `CorruptFile` for NaN or infinite samples, `UnsupportedFormat` for colour spaces not handled.
    """
    notes: list[str] = []
    icc = bytes(icc) if icc else None
    kind = int(page.photometric)
    array = _pixel_interleaved(samples, page)
    if kind == _PALETTE:
        array, kind = _from_palette(array, page), _RGB
        notes.append("palette converted to RGB")
        return Converted(array, None, icc, tuple(notes))
    array = _to_depth(array, page, notes)
    colours = {_WHITE_IS_ZERO: 1, _BLACK_IS_ZERO: 1, _RGB: 3, _SEPARATED: 4, _YCBCR: 3}.get(kind, 0)
    if not colours or array.shape[2] < colours:
        raise UnsupportedFormat(
            f"The TIFF file's colours (photometric {kind}, {array.shape[2]} samples) are not understood.",
            hint="Convert it to RGB or grey first.",
        )
    pixels, alpha = _take_alpha(array, colours, page, notes)
    if kind == _WHITE_IS_ZERO:
        pixels = np.iinfo(pixels.dtype).max - pixels
        notes.append("white-is-zero grey turned round")
    elif kind == _SEPARATED:
        pixels, icc = _from_cmyk(pixels, icc, notes), None
    elif kind == _YCBCR and int(page.compression) not in (6, 7):
        pixels = _from_ycc(pixels)
        notes.append("YCbCr converted to RGB")
    return Converted(np.ascontiguousarray(pixels), alpha, icc, tuple(notes))


def _pixel_interleaved(samples: NDArray[Any], page: Any) -> NDArray[Any]:
    if samples.ndim == 2:
        return samples[:, :, None]
    if samples.ndim != 3:
        raise ValueError(f"{samples.ndim} dimensions")
    height, width = page.imagelength, page.imagewidth
    if samples.shape[1:] == (height, width) and page.axes[:1] == "S":
        return np.moveaxis(samples, 0, 2)
    if samples.shape[:2] != (height, width):
        raise ValueError("samples of another size than the page")
    return samples


def _from_palette(array: NDArray[Any], page: Any) -> NDArray[np.uint8]:
    table = np.asarray(page.colormap)
    if table.ndim != 2 or table.shape[0] != 3 or int(array.max()) >= table.shape[1]:
        raise ValueError("palette too short")
    narrow = table if table.max() < 256 else table >> 8
    return np.ascontiguousarray(narrow.astype(np.uint8).T[array[:, :, 0]])


def _to_depth(array: NDArray[Any], page: Any, notes: list[str]) -> NDArray[Any]:
    """Return the samples as full-range uint8 or uint16."""
    bits = int(page.bitspersample)
    if array.dtype == np.bool_:
        notes.append("1-bit black and white converted to 8-bit grey")
        return array.astype(np.uint8) * np.uint8(255)
    if array.dtype.kind == "f":
        return _from_float(array, notes)
    if array.dtype.kind == "c":
        raise UnsupportedFormat("The TIFF file holds complex numbers; pictures open.")
    if array.dtype.kind == "i":
        notes.append(f"signed {bits}-bit samples: negative ones became 0")
        array = np.maximum(array, 0)
        bits -= 1
    if array.dtype in (np.uint8, np.uint16) and bits == 8 * array.dtype.itemsize:
        return array
    wanted = 8 if bits <= 8 else 16
    notes.append(f"{bits}-bit samples converted to {wanted} bits")
    scaled = array.astype(np.float64) * (((1 << wanted) - 1) / ((1 << bits) - 1))
    return np.rint(scaled).astype(np.uint8 if wanted == 8 else np.uint16)


def _from_float(array: NDArray[Any], notes: list[str]) -> NDArray[np.uint16]:
    if not np.isfinite(array).all():
        raise CorruptFile(
            "The TIFF file holds pixels that are no numbers (NaN or infinity).",
            hint="Replace them in the program that made it.",
        )
    most = max(float(array.max()), 1.0)
    scale = f"0 to {most:g}" if most > 1 else "0 to 1"
    notes.append(f"floating point samples ({scale}) converted to 16 bits")
    return np.rint(np.clip(array.astype(np.float64) / most, 0, 1) * 65535).astype(np.uint16)


def _take_alpha(
    array: NDArray[Any], colours: int, page: Any, notes: list[str]
) -> tuple[NDArray[Any], NDArray[Any] | None]:
    pixels = array[:, :, :colours]
    kinds = [int(k) for k in (page.extrasamples or ())]
    if array.shape[2] == colours:
        return pixels, None
    if not kinds or kinds[0] not in (1, 2):
        notes.append(f"{array.shape[2] - colours} extra channels left out")
        return pixels, None
    if array.shape[2] > colours + 1:
        notes.append(f"{array.shape[2] - colours - 1} extra channels left out")
    alpha = np.ascontiguousarray(array[:, :, colours])
    if kinds[0] == 1:
        white = int(np.iinfo(array.dtype).max)
        full = np.maximum(alpha, 1).astype(np.float64)[:, :, None]
        pixels = np.rint(np.minimum(pixels * (white / full), white)).astype(array.dtype)
        notes.append("colours multiplied by alpha were divided by it")
    return pixels, alpha


def _from_cmyk(pixels: NDArray[Any], icc: bytes | None, notes: list[str]) -> NDArray[np.uint8]:
    """Return RGB: through the profile if there is a fitting one, else by 255 - min(255, ink + black)."""
    from PIL import Image as Pil
    from PIL import ImageCms

    if pixels.dtype == np.uint16:
        pixels = (pixels >> 8).astype(np.uint8)
    profile = open_profile(icc) if icc and profile_channels(icc) == 4 else None
    if profile is not None:
        source = Pil.frombytes("CMYK", (pixels.shape[1], pixels.shape[0]), pixels.tobytes())
        try:
            rgb = ImageCms.profileToProfile(source, profile, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except ImageCms.PyCMSError as problem:
            raise ValueError(f"colour profile: {problem}") from problem
        notes.append("CMYK converted to sRGB with its profile")
        return np.array(rgb)
    notes.append("CMYK converted to RGB without a profile: colours are approximate")
    inks = pixels.astype(np.uint16)
    out: NDArray[Any] = 255 - np.minimum(255, inks[:, :, :3] + inks[:, :, 3:])
    return out.astype(np.uint8)


def _from_ycc(pixels: NDArray[Any]) -> NDArray[Any]:
    white = int(np.iinfo(pixels.dtype).max)
    y, cb, cr = np.moveaxis(pixels.astype(np.float64), 2, 0)
    cb, cr = cb - (white + 1) / 2, cr - (white + 1) / 2
    rgb = np.stack([y + 1.402 * cr, y - 0.344136 * cb - 0.714136 * cr, y + 1.772 * cb], axis=2)
    out: NDArray[Any] = np.rint(np.clip(rgb, 0, white))
    return out.astype(pixels.dtype)
