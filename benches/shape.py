"""Shape: does straighten find the tilt, does a crop keep what matters, and what does a turn cost?

    python benches/shape.py              # all tables, some minutes
    python benches/shape.py tilt|uprights|crop|turn

tilt: Kodak photographs turned by known angles. Some are tilted as they are, so besides the error of the
answer as it stands there is the error beside the answer for the photograph as it is. `odd` are those on
which the limit was tuned. uprights: the same with a camera that was raised or lowered. crop: faces that are
found in the photographs and that fit, at several shapes, by content and from the middle. turn: by 5 degrees
and back, rounded to 8 bits in between; PSNR over the middle.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from keepdial import Request, edit, open_image
from keepdial.color import samples_of
from keepdial.geometry import Box, Size
from keepdial.image import Image
from keepdial.select._maps import face_boxes
from keepdial.shape.tilt import tilt
from keepdial.shape.view import rotation, turned_view, uprights
from keepdial.shape.warp import Warp, moved, rendered
from kit.cases import read_rgb
from kit.machine import describe
from kit.paths import DATA, ROOT, need_shared

Pixels = NDArray[np.uint8]
ANGLES = (-8.0, -6.3, -4.0, -2.0, -1.0, 1.0, 2.0, 4.0, 6.3, 8.0)
LOOKS = (-8.0, -4.0, 4.0, 8.0)


def main() -> None:
    need_shared()
    print(describe())
    paths = sorted((DATA / "kodak24").glob("*.png"))
    tables: dict[str, Callable[[list[Path]], None]] = {
        "tilt": tilts,
        "uprights": cameras,
        "crop": crops,
        "turn": turns,
    }
    for name in sys.argv[1:] or tables:
        tables[name](paths)


def turned(rgb: Pixels, angle: float) -> Pixels:
    """Turned clockwise, the largest part of its shape."""
    image = Image(rgb)
    done = edit(Request(operation="straighten", params={"angle": angle}), image)
    return np.asarray(done.image.pixels, np.uint8)


def tilts(paths: list[Path]) -> None:
    print(f"\ntilt{'':12}{'asked':>7}{'answers':>9}{'median error':>14}{'beside itself':>15}{'over 1':>8}")
    rows = []
    for path in paths:
        rgb = read_rgb(path)
        base = tilt(rgb)
        for angle in ANGLES:
            found = tilt(turned(rgb, angle))
            was = base.angle if base.sure else 0.0
            miss = -found.angle - angle
            rows.append((odd(path), found.sure, abs(miss), abs(miss + was)))
    for name, half in (("odd (tuned on)", 1), ("even (held out)", 0)):
        mine = np.array([row for row in rows if row[0] == half])
        sure = mine[mine[:, 1] > 0]
        print(
            f"{name:16}{len(mine):7}{len(sure) / len(mine):9.0%}{np.median(sure[:, 2]):14.2f}"
            f"{np.median(sure[:, 3]):15.2f}{(sure[:, 3] > 1).mean():8.0%}"
        )


def odd(path: Path) -> int:
    return int(path.stem[-2:]) % 2


def cameras(paths: list[Path]) -> None:
    print(f"\nuprights{'':8}{'asked':>7}{'answers':>9}{'median error':>14}{'over 2':>8}   degrees")
    rows, alone = [], []
    for path in paths:
        rgb = read_rgb(path)
        focal = 0.647 * float(np.hypot(*rgb.shape[:2]))
        base = uprights(rgb, focal)
        if base.sure:
            alone.append(path.stem[-2:])
        for angle in LOOKS:
            height, width = rgb.shape[:2]
            middle = moved(width / 2, height / 2)
            view = middle @ np.linalg.inv(turned_view(rotation(angle, 0), focal)) @ np.linalg.inv(middle)
            seen = cv2.warpPerspective(rgb, view, (width, height), flags=cv2.INTER_CUBIC)
            inner = np.asarray(seen[height // 8 : -height // 8, width // 8 : -width // 8], np.uint8)
            found = uprights(inner, focal)
            known = base.turn if base.sure else np.eye(3)
            apart = found.turn @ (known @ rotation(angle, 0)).T
            off = np.degrees(np.arccos(np.clip((np.trace(apart) - 1) / 2, -1, 1)))
            if base.sure:
                rows.append((found.sure, float(off)))
    sure = np.array([off for is_sure, off in rows if is_sure])
    print(f"{'':16}{len(rows):7}{len(sure) / len(rows):9.0%}{np.median(sure):14.2f}{(sure > 2).mean():8.0%}")
    print(f"sure of the photographs as they are: {', '.join(alone)}")


def crops(paths: list[Path]) -> None:
    print(f"\ncrop{'':16}{'faces':>7}{'whole':>8}{'cut':>6}{'out':>6}")
    totals: dict[str, list[int]] = {"by content": [0, 0, 0], "from the middle": [0, 0, 0]}
    for path in [*paths, ROOT / "examples" / "photos" / "astronaut.png"]:
        image = open_image(path)
        faces = face_boxes(image)
        if not faces:
            continue
        for aspect in ("1:1", "9:16", "21:9", "4:5"):
            for name, content in (("by content", True), ("from the middle", False)):
                params: dict[str, Any] = {"aspect": aspect, "content": content}
                place = edit(Request(operation="crop", params=params), image).stage
                assert place.placement is not None
                kept = Box(-place.placement.x, -place.placement.y, *place.mask.shape[::-1])
                for face in faces:
                    if face.width <= kept.width and face.height <= kept.height:
                        totals[name][_where(face, kept)] += 1
    for name, (whole, cut, out) in totals.items():
        print(f"{name:20}{whole + cut + out:7}{whole:8}{cut:6}{out:6}")


def _where(face: Box, kept: Box) -> int:
    inside = face.shift(-kept.x, -kept.y).clip(Size(kept.width, kept.height)).area
    return 0 if inside == face.area else 2 if inside == 0 else 1


def turns(paths: list[Path]) -> None:
    print(f"\nby 5 degrees and back{'':9}{'PSNR':>8}{'CPU s/MP':>10}")
    ways: dict[str, Callable[[Pixels, float], Pixels]] = {
        "cv2 linear": by_cv2(cv2.INTER_LINEAR),
        "cv2 cubic": by_cv2(cv2.INTER_CUBIC),
        "cv2 Lanczos": by_cv2(cv2.INTER_LANCZOS4),
        "ours (quintic spline)": by_ours,
    }
    pictures = [read_rgb(path) for path in paths[::2]]
    by_ours(pictures[0], 1.0)
    for name, way in ways.items():
        found, seconds = [], []
        for rgb in pictures:
            start = process_time()
            there = way(rgb, 5.0)
            seconds.append((process_time() - start) / rgb[..., 0].size * 1e6)
            back = way(there, -5.0)
            off = (back.astype(float) - rgb)[90:-90, 90:-90]
            found.append(10 * np.log10(255**2 / (off**2).mean()))
        print(f"{name:30}{np.mean(found):8.2f}{np.median(seconds):10.2f}")


def _way(rgb: Pixels, angle: float) -> NDArray[np.float64]:
    c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    x, y = (rgb.shape[1] - 1) / 2, (rgb.shape[0] - 1) / 2
    return np.asarray(moved(x, y) @ np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]]) @ moved(-x, -y))


def by_cv2(how: int) -> Callable[[Pixels, float], Pixels]:
    def run(rgb: Pixels, angle: float) -> Pixels:
        size = (rgb.shape[1], rgb.shape[0])
        flags = how | cv2.WARP_INVERSE_MAP
        return np.asarray(cv2.warpAffine(rgb, _way(rgb, angle)[:2], size, flags=flags), np.uint8)

    return run


def by_ours(rgb: Pixels, angle: float) -> Pixels:
    image = Image(rgb)
    pixels, _ = rendered(Warp(image, _way(rgb, angle)), image.size)
    return np.asarray(samples_of(pixels, rgb), np.uint8)


if __name__ == "__main__":
    main()
