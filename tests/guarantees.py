"""Files of every kind, and an independent judge of what one edit kept: used by the tests and by the bench.

The judge shares no code with what it judges: regions are drawn here, files are read back by Pillow, tifffile
and OpenCV, and which blocks of a JPEG differ is read by jpeglib.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import imagecodecs
import jpeglib
import numpy as np
import pillow_heif
import simplejpeg
import tifffile
from numpy.typing import NDArray
from PIL import Image as Pil
from PIL import ImageOps

from keepdial.edit import Edit, edit
from keepdial.files import encode_image, open_image
from keepdial.request import Request
from keepdial.settings import Settings
from keepdial.verify import verify_delivery
from tests.files import samples

Make = Callable[[int, int, int, int], bytes]
"""(height, width, orientation, seed) -> a file."""


@dataclass(frozen=True)
class Kind:
    """A kind of file: how to make one, and what an edit of it is to be delivered as.

    `exact` says that other readers decode the same pixels from it as keepdial does: not so of the lossy
    formats whose colours are converted by each decoder in its own way.
    """

    make: Make
    delivered: str
    exact: bool = True


def _exif(orientation: int) -> dict[str, bytes]:
    return {"exif": samples.exif(orientation)} if orientation != 1 else {}


def _pillow(format: str, channels: int = 3, **how: Any) -> Make:
    def make(height: int, width: int, orientation: int, seed: int) -> bytes:
        pixels = samples.photo(height, width, channels, seed=seed)
        picture = Pil.fromarray(pixels[:, :, 0] if channels == 1 else pixels)
        return samples.encoded(picture, format, **_exif(orientation), **how)

    return make


def _without_exif(format: str, mode: str) -> Make:
    def make(height: int, width: int, orientation: int, seed: int) -> bytes:
        picture = Pil.fromarray(samples.photo(height, width, seed=seed))
        return samples.encoded(picture.convert(mode), format)

    return make


def _png16(channels: int) -> Make:
    def make(height: int, width: int, orientation: int, seed: int) -> bytes:
        data = bytes(imagecodecs.png_encode(samples.deep(samples.photo(height, width, channels, seed=seed))))
        block = samples.exif(orientation).removeprefix(b"Exif\0\0")
        return data[:33] + samples.png_chunk(b"eXIf", block) + data[33:]

    return make


def _tiff(channels: int, *, deep: bool = False, **how: Any) -> Make:
    def make(height: int, width: int, orientation: int, seed: int) -> bytes:
        values: Any = samples.photo(height, width, channels, seed=seed)
        values = samples.deep(values) if deep else values
        out = io.BytesIO()
        tifffile.imwrite(
            out,
            values[:, :, 0] if channels == 1 else values,
            photometric="minisblack" if channels < 3 else "rgb",
            extrasamples=["unassalpha"] if channels in (2, 4) else None,
            extratags=[(274, 3, 1, orientation, True)],
            metadata=None,
            **how,
        )
        return out.getvalue()

    return make


def _avif10(height: int, width: int, orientation: int, seed: int) -> bytes:
    wide = samples.photo(height, width, seed=seed).astype(np.uint16) * np.uint16(4)
    return bytes(imagecodecs.avif_encode(wide, level=80, bitspersample=10))


def _heic(height: int, width: int, orientation: int, seed: int) -> bytes:
    file = pillow_heif.from_pillow(Pil.fromarray(samples.photo(height, width, seed=seed)))
    if orientation != 1:
        file.info["exif"] = samples.exif(orientation)
    out = io.BytesIO()
    file.save(out, quality=80, enc_params={"preset": "ultrafast"})
    return out.getvalue()


def _jpeg_rare(sampling: str) -> Make:
    def make(height: int, width: int, orientation: int, seed: int) -> bytes:
        data = simplejpeg.encode_jpeg(samples.photo(height, width, seed=seed), 85, "RGB", sampling)
        block = samples.exif(orientation)
        head = b"\xff\xe1" + (len(block) + 2).to_bytes(2, "big") + block
        return bytes(data[:2] + head + data[2:])

    return make


KINDS: dict[str, Kind] = {
    "png8": Kind(_pillow("PNG"), "png"),
    "png8 grey": Kind(_pillow("PNG", 1), "png"),
    "png8 grey alpha": Kind(_pillow("PNG", 2), "png"),
    "png8 alpha": Kind(_pillow("PNG", 4), "png"),
    "png palette": Kind(_without_exif("PNG", "P"), "png"),
    "png 1 bit": Kind(_without_exif("PNG", "1"), "png"),
    "png16": Kind(_png16(3), "png"),
    "png16 grey": Kind(_png16(1), "png"),
    "png16 alpha": Kind(_png16(4), "png"),
    "tiff8": Kind(_tiff(3, compression="lzw"), "tiff"),
    "tiff8 alpha": Kind(_tiff(4), "tiff"),
    "tiff16": Kind(_tiff(3, deep=True, compression="adobe_deflate", predictor=True), "tiff"),
    "tiff16 grey": Kind(_tiff(1, deep=True), "tiff"),
    "webp lossless": Kind(_pillow("WEBP", lossless=True), "webp"),
    "webp alpha": Kind(_pillow("WEBP", 4, lossless=True, exact=True), "webp"),
    "webp lossy": Kind(_pillow("WEBP", quality=80), "webp"),
    "avif": Kind(_pillow("AVIF", quality=70, speed=9), "avif", exact=False),
    "avif 10 bit": Kind(_avif10, "png", exact=False),
    "heic": Kind(_heic, "heic", exact=False),
    "bmp": Kind(_without_exif("BMP", "RGB"), "bmp"),
    "gif": Kind(_without_exif("GIF", "P"), "png"),
    "jpeg 444": Kind(_pillow("JPEG", subsampling=0, quality=92), "jpeg"),
    "jpeg 422": Kind(_pillow("JPEG", subsampling=1, quality=85), "jpeg"),
    "jpeg 420": Kind(_pillow("JPEG", subsampling=2, quality=75), "jpeg"),
    "jpeg 440": Kind(_jpeg_rare("440"), "jpeg"),
    "jpeg 411": Kind(_jpeg_rare("411"), "jpeg"),
    "jpeg grey": Kind(_pillow("JPEG", 1, quality=80), "jpeg"),
    "jpeg progressive": Kind(_pillow("JPEG", subsampling=2, quality=85, progressive=True), "jpeg"),
    "jpeg optimised": Kind(_pillow("JPEG", subsampling=2, quality=60, optimize=True), "jpeg"),
}


@dataclass(frozen=True)
class Judged:
    """What the judge counted of one edit, in pixels of the source.

    Attributes:
        kept: had to be kept: outside of the targets, pinned, or where a keep map is white.
        in_memory: of these, those that changed in the result: must be 0.
        in_file: of these, those that changed in the delivered file, as other readers see it.
        broken: of these, those that the format promises: all of them in a lossless one, in a JPEG those
            outside the blocks that differ and their border of one chroma sample. Must be 0.
        unsaid: of those that changed in the file, those that keepdial says cannot have: must be 0.
        free: may change; `moved` of them did in memory.
        promised: whether the file promises any pixel at all.
    """

    kept: int
    in_memory: int
    in_file: int
    broken: int
    unsaid: int
    free: int
    moved: int
    promised: bool


def upright(array: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Turn stored rows upright, step by step as the table of EXIF 2.3 says it."""
    turns = {3: 2, 4: 2, 5: 1, 6: -1, 7: -1, 8: 1}.get(orientation, 0)
    turned = np.rot90(array, turns)
    mirrored = {2: 1, 4: 1, 5: 0, 7: 0}
    # 5 and 7 are a quarter turn and a mirror: turned first, then mirrored top to bottom.
    return np.flip(turned, mirrored[orientation]) if orientation in mirrored else turned


def stored(array: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Return the upright `array` as it lies in the file."""
    back = {6: 8, 8: 6}.get(orientation, orientation)
    return upright(array, back)


def read(data: bytes) -> NDArray[Any]:
    """Return (H, W, 4) upright RGBA at the file's own depth, read without keepdial."""
    if data[:4] in (b"II*\0", b"MM\0*"):
        with tifffile.TiffFile(io.BytesIO(data)) as file:
            page: Any = file.pages[0]
            tag = page.tags.get(274)
            return upright(_rgba(page.asarray()), int(tag.value) if tag else 1)
    if data[4:8] == b"ftyp" and b"avif" not in data[8:32]:
        return np.asarray(pillow_heif.open_heif(data).to_pillow().convert("RGBA"))
    with Pil.open(io.BytesIO(data)) as picture:
        if data[1:4] == b"PNG" and data[24] == 16:
            values: Any = cv2.imdecode(
                np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION
            )
            order = [2, 1, 0, 3][: values.shape[2]] if values.ndim == 3 else slice(None)
            tag = picture.getexif().get(274, 1)
            return upright(_rgba(values[:, :, order] if values.ndim == 3 else values), tag)
        return np.asarray(ImageOps.exif_transpose(picture).convert("RGBA"))


def _rgba(values: NDArray[Any]) -> NDArray[Any]:
    planes = values[:, :, None] if values.ndim == 2 else values
    alpha = np.full(planes.shape[:2], np.iinfo(planes.dtype).max, planes.dtype)
    if planes.shape[2] in (2, 4):
        planes, alpha = planes[:, :, :-1], planes[:, :, -1]
    planes = np.broadcast_to(planes, (*alpha.shape, 3))
    return np.concatenate([planes, alpha[:, :, None]], axis=2)


def judge(kind: Kind, data: bytes, request: Request, kept: NDArray[np.bool_]) -> Judged:
    """Open, edit, encode and read back; `kept` (H, W) bool, upright, is what must survive of the source."""
    image = open_image(data)
    before = _rgba(image.pixels if image.alpha is None else np.dstack([image.pixels, image.alpha]))
    assert before.shape[:2] == kept.shape
    if kind.exact:
        assert np.array_equal(read(data), before), "opened otherwise than other readers do"
    done = edit(request, image, settings=Settings())
    where = done.stage.placement
    part = np.s_[:, :] if where is None else where.slices
    result = done.image
    after = _rgba(result.pixels if result.alpha is None else np.dstack([result.pixels, result.alpha]))[part]
    moved = (before != after).any(axis=2)
    encoded = encode_image(result, changed=done.changed, placement=where)
    assert encoded.format == kind.delivered
    file = read(encoded.data)
    assert file.shape[:2] == result.pixels.shape[:2]
    assert file.dtype == before.dtype
    drifted = (before != file[part]).any(axis=2) & kept
    promised = encoded.guaranteed is not None
    broken = drifted & _promised(data, encoded.data, done)[part] if promised else np.zeros_like(drifted)
    said = np.zeros_like(drifted) if encoded.guaranteed is None else encoded.guaranteed[part]
    finding = verify_delivery(done.evidence, open_image(encoded.data), encoded.guaranteed)
    assert (finding.value == 0) == (not broken.any())

    def count(region: NDArray[np.bool_]) -> int:
        return int(np.count_nonzero(region))

    return Judged(
        kept=count(kept),
        in_memory=count(moved & kept),
        in_file=count(drifted),
        broken=count(broken),
        unsaid=count(drifted & said),
        free=count(~kept),
        moved=count(moved & ~kept),
        promised=promised,
    )


def _promised(source: bytes, delivered: bytes, done: Edit) -> NDArray[np.bool_]:
    """Return (H, W) bool of the result, upright: where the file must equal it if a pixel is kept."""
    free = done.changed
    if delivered[:2] != b"\xff\xd8":
        return np.ones(free.shape, np.bool_)
    orientation = done.image.orientation.value
    old_part = np.ones(free.shape, np.bool_)
    if done.stage.placement is not None:
        old_part = np.zeros(free.shape, np.bool_)
        old_part[done.stage.placement.slices] = True
    left, top = (int(np.flatnonzero(stored(old_part, orientation).any(axis=axis))[0]) for axis in (0, 1))
    free = stored(free, orientation)
    reach = np.zeros(free.shape, np.bool_)
    for old, new, tall, wide in _planes(source, delivered):
        assert (top % tall, left % wide) == (0, 0)
        row, column = top // tall, left // wide
        differ = np.ones(new.shape[:2], np.bool_)
        same_place = np.s_[row : row + old.shape[0], column : column + old.shape[1]]
        differ[same_place] = (old != new[same_place]).any(axis=(2, 3))
        for y, x in np.argwhere(differ):
            block = np.s_[y * tall : (y + 1) * tall, x * wide : (x + 1) * wide]
            assert free[block].any(), "an untouched block differs"
            above, before = y * tall - (tall > 8), x * wide - (wide > 8)
            below, behind = (y + 1) * tall + (tall > 8), (x + 1) * wide + (wide > 8)
            reach[max(0, above) : below, max(0, before) : behind] = True
    return upright(~reach, orientation)


def _planes(source: bytes, delivered: bytes) -> list[tuple[NDArray[Any], NDArray[Any], int, int]]:
    """Return, for each component, both files' coefficients and the pixels a block covers: rows, columns."""
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for name, data in (("a.jpg", source), ("b.jpg", delivered)):
            path = Path(folder) / name
            path.write_bytes(data)
            files.append(jpeglib.read_dct(str(path)))
        planes = [[np.array(p) for p in (f.Y, f.Cb, f.Cr) if p is not None] for f in files]
        assert np.array_equal(np.array(files[0].qt), np.array(files[1].qt)), "other quantisation tables"
        factors = np.array(files[0].samp_factor)
    most = factors.max(axis=0)
    return [
        (a, b, int(8 * most[0] // v), int(8 * most[1] // h))
        for a, b, (v, h) in zip(*planes, factors[: len(planes[0])], strict=True)
    ]
