"""Opening and delivering a 12-megapixel photograph, beside the usual libraries, in one run.

    python benches/files.py                       # 4000x3000, best and median of 5
    python benches/files.py --reps 9 --json /tmp/files.json

The photograph is made, not read: smooth shapes, edges and grain, deterministic. Every row does the same
work: bytes in memory to an array, or an array to bytes. `deliver` is what follows an edit: for JPEG the
splice of the touched blocks into the source's file (no other library has that), for PNG an ordinary
save. The floor is simplejpeg's decode + encode, and libpng's decode + encode at level 1.
"""

from __future__ import annotations

import argparse
import io
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import imagecodecs
import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image as Pil

from keepdial.files import Encoded, encode_image, open_image
from keepdial.image import Image, Source
from kit.machine import describe

WIDTH, HEIGHT = 4000, 3000


@dataclass(frozen=True)
class Row:
    """One line of the table: milliseconds, and the size of the file in bytes."""

    what: str
    best: float
    median: float
    size: int


def photograph(width: int = WIDTH, height: int = HEIGHT) -> NDArray[np.uint8]:
    """Make (height, width, 3) uint8: octaves of smooth noise, hard edges, and grain of 2 levels."""
    rng = np.random.default_rng(12)
    out = np.zeros((height, width, 3), np.float32)
    for octave in range(2, 9):
        coarse = rng.normal(0, 1, (3 * 2**octave // 4 + 1, 2**octave + 1, 3)).astype(np.float32)
        out += cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC) * (60 / 1.5**octave)
    for _ in range(60):
        x, y = int(rng.integers(0, width)), int(rng.integers(0, height))
        w, h = (int(v) for v in rng.integers(width // 40, width // 6, 2))
        out[y : y + h, x : x + w] += rng.normal(0, 25, 3).astype(np.float32)
    out += 128 + rng.normal(0, 2, (height, width, 1)).astype(np.float32)
    return np.clip(out, 0, 255).astype(np.uint8)


def timed(what: str, call: Callable[[], Any], reps: int) -> tuple[Row, Any]:
    """Run `call` once to warm up, then `reps` times."""
    result = call()
    walls = []
    for _ in range(reps):
        begin = time.perf_counter()
        result = call()
        walls.append(1000 * (time.perf_counter() - begin))
    file = result.data if isinstance(result, Encoded) else result
    row = Row(what, min(walls), statistics.median(walls), len(file) if isinstance(file, bytes) else 0)
    size = f"{row.size / 1e6:8.2f} MB" if row.size else ""
    print(f"  {row.what:44s} {row.best:8.1f} {row.median:8.1f}{size}")
    return row, result


def edit(image: Image, share: float) -> tuple[Image, NDArray[np.bool_]]:
    """Return the image with a square of `share` of its area turned upside down, and where."""
    side = int((share * image.size.area) ** 0.5)
    changed = np.zeros(image.pixels.shape[:2], np.bool_)
    changed[700 : 700 + side, 900 : 900 + side] = True
    pixels = image.pixels.copy()
    pixels[700 : 700 + side, 900 : 900 + side] = image.pixels[700 : 700 + side, 900 : 900 + side][::-1]
    return image.with_pixels(pixels), changed


def pillow(pixels: NDArray[Any], format: str, **how: Any) -> bytes:
    """Save with Pillow."""
    out = io.BytesIO()
    Pil.fromarray(pixels).save(out, format, **how)
    return out.getvalue()


def opencv(data: bytes) -> NDArray[Any]:
    """Read with OpenCV, to RGB."""
    return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB))


def pillow_read(data: bytes) -> NDArray[Any]:
    """Read with Pillow."""
    with Pil.open(io.BytesIO(data)) as picture:
        return np.asarray(picture)


def jpeg_table(pixels: NDArray[np.uint8], reps: int) -> list[Row]:
    """All rows for JPEG: four kinds of files."""
    kinds = {
        "quality 90, 4:2:0": simplejpeg.encode_jpeg(pixels, 90, "RGB", "420"),
        "quality 95, 4:4:4": simplejpeg.encode_jpeg(pixels, 95, "RGB", "444"),
        "quality 90, 4:2:0, optimised tables": pillow(pixels, "JPEG", quality=90, optimize=True),
        "quality 90, 4:2:0, progressive": pillow(pixels, "JPEG", quality=90, progressive=True),
    }
    rows: list[Row] = []
    for kind, data in kinds.items():
        print(f"\nJPEG {kind}: {len(data) / 1e6:.2f} MB\n  {'milliseconds':44s} {'best':>8s} {'median':>8s}")
        sampling = "444" if "4:4:4" in kind else "420"
        read, _ = timed("simplejpeg decode", lambda d=data: simplejpeg.decode_jpeg(d), reps)
        write, _ = timed(
            "simplejpeg encode", lambda s=sampling: simplejpeg.encode_jpeg(pixels, 90, "RGB", s), reps
        )
        rows += [read, write]
        rows.append(timed("OpenCV decode", lambda d=data: opencv(d), reps)[0])
        rows.append(timed("Pillow decode", lambda d=data: pillow_read(d), reps)[0])
        rows.append(timed("Pillow encode", lambda: pillow(pixels, "JPEG", quality=90), reps)[0])
        ours, image = timed("keepdial open", lambda d=data: open_image(d), reps)
        rows.append(ours)
        for share in (0.01, 0.1):
            edited, changed = edit(image, share)
            row, _ = timed(
                f"keepdial deliver (splice), {share:.0%} edited",
                lambda e=edited, c=changed: encode_image(e, changed=c),
                reps,
            )
            rows.append(row)
            ratio = (ours.best + row.best) / (read.best + write.best)
            print(f"    open + deliver: {ours.best + row.best:.0f} ms, {ratio:.2f} of the floor (aim 2)")
    return rows


def png_table(pixels: NDArray[np.uint8], reps: int) -> list[Row]:
    """All rows for PNG."""
    data = imagecodecs.png_encode(pixels, level=6)
    print(
        f"\nPNG, libpng level 6: {len(data) / 1e6:.2f} MB\n  {'milliseconds':44s} {'best':>8s} {'median':>8s}"
    )
    read, _ = timed("libpng decode", lambda: imagecodecs.png_decode(data), reps)
    write, _ = timed("libpng encode, level 1", lambda: bytes(imagecodecs.png_encode(pixels, level=1)), reps)
    rows = [read, write]
    rows.append(timed("OpenCV decode", lambda: opencv(data), reps)[0])
    level = [cv2.IMWRITE_PNG_COMPRESSION, 1]
    rows.append(
        timed("OpenCV encode, level 1", lambda: cv2.imencode(".png", pixels, level)[1].tobytes(), reps)[0]
    )
    rows.append(timed("Pillow decode", lambda: pillow_read(data), reps)[0])
    rows.append(timed("Pillow encode, level 1", lambda: pillow(pixels, "PNG", compress_level=1), reps)[0])
    ours, image = timed("keepdial open", lambda: open_image(data), reps)
    save, _ = timed("keepdial deliver", lambda: encode_image(image), reps)
    ratio = (ours.best + save.best) / (read.best + write.best)
    print(f"    open + deliver: {ours.best + save.best:.0f} ms, {ratio:.2f} of libpng's decode + encode")
    return [*rows, ours, save]


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--reps", type=int, default=5)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    print(describe())
    pixels = photograph()
    rows = jpeg_table(pixels, given.reps) + png_table(pixels, given.reps)
    whole = Image(pixels, source=Source(format="png"))
    rows.append(
        timed("keepdial: PNG picture saved as JPEG", lambda: encode_image(whole, format="jpeg"), given.reps)[
            0
        ]
    )
    if given.json:
        given.json.write_text(json.dumps([asdict(r) for r in rows], indent=1))


if __name__ == "__main__":
    main()
