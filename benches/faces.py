"""What do the operations on faces change, and what do they leave?

    python benches/faces.py               # some minutes: all tables
    python benches/faces.py --only red    # operations, red, spots or lines

The faces are those of the shipped portrait, of ``cutout_people`` and of three Kodak photographs, as far as a
detector finds them 40 px wide or wider. Each table is printed twice: with the mesh (the models yunet and
face-landmarker) and without any model (dlib alone). The distance of identity is dlib's, whose limit for one
person is 0.6.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from keepdial import Request, edit, open_image
from keepdial.edit import Edit
from keepdial.errors import KeepdialError
from keepdial.faces import embedding, topology
from keepdial.faces.eyes import eye_masks, redness
from keepdial.faces.landmarks import Landmarks, landmarks, landmarks_of
from keepdial.faces.mouth import teeth
from keepdial.faces.parts import Parts, weighted_blur
from keepdial.image import Image
from keepdial.networks.hair import hair
from keepdial.operations._faces import lab_of
from keepdial.scene import scene_of
from keepdial.tone.space import space_of
from kit.machine import describe
from kit.paths import DATA, ROOT, need_shared

Array = NDArray[np.float32]
WIDE = 40
KODAK = ("04", "15", "18")
GLOWS = ((0.75, 0.05, 0.06), (0.40, 0.02, 0.03), (0.85, 0.22, 0.16), (0.70, 0.14, 0.22))
"""Linear light of what a flash shows of a retina: bright, dark, orange and pink red."""


@dataclass(frozen=True)
class Portrait:
    """One face in one picture."""

    name: str
    image: Image
    face: Landmarks
    parts: Parts
    lab: Array
    skin: Array


def main() -> None:
    need_shared()
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--only", choices=("operations", "red", "spots", "lines", "people"))
    args = ask.parse_args()
    print(describe(("numpy", "opencv-python-headless", "dlib-bin")))
    tables: dict[str, Callable[[list[Portrait]], None]] = {
        "operations": operations_table,
        "red": red_table,
        "spots": spots_table,
        "lines": lines_table,
        "people": people_table,
    }
    for models in (str(DATA.parent / "models"), "/nonexistent"):
        os.environ["KEEPDIAL_MODELS"] = models
        found = list(portraits())
        print(f"\n{'with the mesh' if models[-1] == 's' else 'without any model'}: {len(found)} faces")
        for name, table in tables.items():
            if args.only in (None, name):
                table(found)


def portraits() -> Iterator[Portrait]:
    paths = [ROOT / "examples" / "photos" / "astronaut.png"]
    paths += sorted((DATA / "cutout_people").glob("*_image.jpg"))
    paths += [DATA / "kodak24" / f"kodim{number}.png" for number in KODAK]
    for path in paths:
        image = open_image(path)
        for face in landmarks_of(image):
            if face.face.box.width >= WIDE:
                parts = Parts.of(face, image.size)
                lab = lab_of(image, parts.box)
                x = round(8 * float(face.eyes[:, 0].mean()) / image.size.width)
                yield Portrait(f"{path.stem} {x}", image, face, parts, lab, parts.skin(lab))


def asked(operation: str, image: Image, **params: Any) -> tuple[Edit | None, float]:
    start = time.perf_counter()
    try:
        done = edit(Request(operation=operation, params=params), image)
    except KeepdialError:
        return None, 0.0
    return done, time.perf_counter() - start


# What each operation is to change, before and after, in its own quantity.


def _mean(values: Array, weights: Array) -> float:
    return float((values * weights).sum() / max(float(weights.sum()), 1e-6))


def _levels(one: Portrait, lab: Array) -> list[Array]:
    """Lightness, without what is finer than pores, and without blotches: plain Gaussians on skin."""
    sizes = max(0.7, 0.012 * one.face.unit), 0.09 * one.face.unit
    return [lab[..., 0], *(weighted_blur(lab[..., 0], one.skin, s) for s in sizes)]


def _middle_band(one: Portrait, lab: Array) -> float:
    _, low, base = _levels(one, lab)
    return 1000 * float(np.median(np.abs(low - base)[one.skin > 0.9]))


def _fine_band(one: Portrait, lab: Array) -> float:
    light, low, _ = _levels(one, lab)
    return 1000 * float(np.median(np.abs(light - low)[one.skin > 0.9]))


def _blotches(one: Portrait, lab: Array) -> float:
    low = cv2.GaussianBlur(lab[..., 1], (0, 0), max(2.0, 0.1 * one.face.unit))
    return 1000 * float(np.sqrt(_mean((low - _mean(low, one.skin)) ** 2, one.skin)))


def _whites_yellow(one: Portrait, lab: Array) -> float:
    return 1000 * _mean(lab[..., 2], eye_masks(one.parts, one.lab)[1])


def _iris_light(one: Portrait, lab: Array) -> float:
    return 1000 * _mean(lab[..., 0], eye_masks(one.parts, one.lab)[0])


def _teeth_yellow(one: Portrait, lab: Array) -> float:
    return 1000 * _mean(lab[..., 2], teeth(one.parts, one.lab))


def _lips_red(one: Portrait, lab: Array) -> float:
    return 1000 * _mean(lab[..., 1], one.parts.lips())


def _cheek_red(one: Portrait, lab: Array) -> float:
    middle = one.face.at(topology.CHEEKS[0]).mean(axis=0)
    return 1000 * _mean(lab[..., 1], one.parts.spot(middle, 0.1 * one.face.unit, 0.1 * one.face.unit))


COLOUR: tuple[tuple[str, dict[str, Any], str, Callable[[Portrait, Array], float]], ...] = (
    ("retouch", {}, "middle band", _middle_band),
    ("retouch", {}, "fine band", _fine_band),
    ("even-skin", {}, "blotches, a", _blotches),
    ("brighten-eyes", {}, "whites, b", _whites_yellow),
    ("brighten-eyes", {}, "irises, L", _iris_light),
    ("whiten-teeth", {}, "teeth, b", _teeth_yellow),
    ("lips", {"colour": "red"}, "lips, a", _lips_red),
    ("cheeks", {}, "cheek, a", _cheek_red),
)
SHAPE = ("smile", "open_eyes", "slim", "nose", "jaw")


def operations_table(found: list[Portrait]) -> None:
    head = f"{'operation':16}{'quantity (OKLab x 1000)':26}{'before':>8}{'after':>8}"
    print(f"\n{head}{'identity':>10}{'most':>7}{'outside':>9}{'seconds':>9}{'faces':>7}")
    for name, params, what, quantity in COLOUR:
        rows = []
        for one in found:
            done, seconds = asked(name, one.image, **params)
            if done is None or not done.mask[one.parts.box.slices].any():
                continue
            after = lab_of(done.image, one.parts.box)
            rows.append((quantity(one, one.lab), quantity(one, after), *_common(one, done), seconds))
        _print(name, what, rows)
    rows = []
    for one in found:
        done, seconds = asked("hair-colour", one.image, colour="auburn")
        if done is not None:
            likely = hair(scene_of(one.image).rgb, faces=[one.face.face.box])
            whole = Parts(one.face, one.face.face.box.grow(one.face.face.box.width).clip(one.image.size))
            weight = likely[whole.box.slices]
            before, after = (_mean(lab_of(p, whole.box)[..., 1], weight) for p in (one.image, done.image))
            rows.append((1000 * before, 1000 * after, *_common(one, done), seconds))
    _print("hair-colour", "hair, a", rows)
    for name in SHAPE:
        for amount in (60, 100):
            rows = []
            for one in found:
                done, seconds = asked("reshape", one.image, **{name: amount})
                if done is not None:
                    shapes = _shape(one.face, name), _shape(_again(one, done), name)
                    rows.append((*shapes, *_common(one, done), seconds))
            _print("reshape", f"{name} {amount}, % of eyes apart", rows)


def _common(one: Portrait, done: Edit) -> tuple[float, int]:
    before, after = scene_of(one.image).rgb, scene_of(done.image).rgb
    gap = float(np.linalg.norm(embedding(before, one.face.face) - embedding(after, one.face.face)))
    changed = (one.image.pixels != done.image.pixels).any(axis=2)
    return gap, int(np.count_nonzero(changed & ~done.changed))


MEASURES = {
    "smile": (topology.MOUTH_CORNERS, (topology.UPPER_LIP, topology.LOWER_LIP)),
    "open_eyes": ((159, 386), (145, 374)),
    "slim": ((topology.SIDES[0][3],), (topology.SIDES[1][3],)),
    "nose": ((129,), (358,)),
    "jaw": ((topology.SIDES[0][4],), (topology.SIDES[1][4],)),
}
"""Of each the points between whose means a distance is measured: for a smile how far the corners of the mouth
lie above its middle, for eyes how far they are open, else a width."""


def _shape(face: Landmarks, name: str) -> float:
    """Return the measure of a shape, in hundredths of the distance of the eyes."""
    first, second = (face.at(points).mean(axis=0) for points in MEASURES[name])
    along = face.axes[1 if name in ("smile", "open_eyes") else 0]
    return 100 * float((second - first) @ along) / face.unit


def _again(one: Portrait, done: Edit) -> Landmarks:
    """Return the face as the network sees it in the result."""
    rgb = scene_of(done.image).rgb
    return landmarks(rgb, one.face.face, seen=not one.face.estimated)


def _print(name: str, what: str, rows: list[tuple[float, float, float, int, float]]) -> None:
    if not rows:
        print(f"{name:16}{what:26}{'cannot be done':>16}")
        return
    before, after, identity, outside, seconds = (np.array(column) for column in zip(*rows, strict=True))
    print(
        f"{name:16}{what:26}{np.median(before):8.1f}{np.median(after):8.1f}{np.median(identity):10.3f}"
        f"{identity.max():7.3f}{outside.sum():9d}{np.median(seconds):9.2f}{len(rows):7d}"
    )


# Red eyes that were put in.


def with_red(one: Image, centres: list[tuple[float, float]], radius: float, glow: tuple[float, ...]) -> Image:
    """Return the picture with glowing pupils of `radius` px and a catchlight in each."""
    space = space_of(one.icc)
    light = space.light(one.pixels)
    y, x = np.mgrid[: one.size.height, : one.size.width]
    for cx, cy in centres:
        away = np.hypot(x + 0.5 - cx, y + 0.5 - cy)
        share = np.clip((radius - away) / max(1.0, 0.4 * radius) + 0.5, 0, 1)[..., None]
        # Brightest in the middle.
        strength = (1 - 0.35 * np.clip(away / radius, 0, 1) ** 2)[..., None]
        light = light * (1 - share) + share * strength * np.array(glow)
        spark = np.hypot(x + 0.5 - cx + 0.35 * radius, y + 0.5 - cy + 0.35 * radius)
        lit = np.clip(0.3 * radius - spark + 0.5, 0, 1)[..., None] * min(1.0, radius / 2)
        light = light * (1 - lit) + lit * 0.9
    values = np.clip(np.round(space.encode(light.astype(np.float32)) * 255), 0, 255)
    return one.with_pixels(values.astype(np.uint8), one.alpha)


def pupils_of(one: Portrait, truth: dict[str, Landmarks]) -> list[tuple[float, float]]:
    """Return where the pupils are, as the mesh sees them, whatever is looked with."""
    return [tuple(map(float, truth[one.name].points[i])) for i in (468, 473)]


_TRUTH: dict[str, Landmarks] = {}


def red_table(found: list[Portrait]) -> None:
    """Print what is found of the glowing pupils that were put in, and what is found where there are none."""
    head = f"\n{'eyes apart, px':16}{'pupils':>8}{'found':>8}{'redness before':>16}{'after':>8}"
    print(f"{head}{'never red':>11}{'false':>8}")
    if not _TRUTH:
        _TRUTH.update({one.name: one.face for one in found})
    for apart in (8, 12, 20, 40, 80):
        count = hits = false = 0
        before, after, never = [], [], []
        for one in found:
            if one.name not in _TRUTH:
                continue
            scale = apart / one.face.unit
            if scale > 1.3:
                continue
            small = _scaled(one.image, scale)
            clean, _ = asked("red-eye", small)
            false += 0 if clean is None else len(_pupils(clean))
            centres = [(x * scale, y * scale) for x, y in pupils_of(one, _TRUTH)]
            for i, glow in enumerate(GLOWS):
                radius = max(0.8, (0.045 + 0.012 * i) * apart)
                given = with_red(small, centres, radius, glow)
                done, _ = asked("red-eye", given)
                count += 2
                got = [] if done is None else _pupils(done)
                for cx, cy in centres:
                    hits += any(np.hypot(px - cx, py - cy) < max(1.5, 1.2 * radius) for px, py in got)
                place = _discs(small, centres, radius)
                for values, picture in (
                    (before, given),
                    (after, given if done is None else done.image),
                    (never, small),
                ):
                    values.append(_mean(redness(_lab(picture)), place))
        if count:
            print(
                f"{apart:<16}{count:8d}{hits / count:8.0%}{1000 * np.mean(before):16.0f}"
                f"{1000 * np.mean(after):8.0f}{1000 * np.mean(never):11.0f}{false:8d}"
            )
    lips = boxes = 0
    for one in found:
        x0, y0 = np.floor(one.face.at(topology.LIPS).min(axis=0)).astype(int).tolist()
        x1, y1 = np.ceil(one.face.at(topology.LIPS).max(axis=0)).astype(int).tolist()
        done = edit(
            Request.model_validate(
                {
                    "operation": "red-eye",
                    "targets": [
                        {
                            "kind": "box",
                            "options": {
                                "x": max(0, x0),
                                "y": max(0, y0),
                                "width": x1 - x0,
                                "height": y1 - y0,
                            },
                        }
                    ],
                }
            ),
            one.image,
        )
        boxes += 1
        lips += bool(done.changed.any())
    print(f"boxes drawn around lips: {boxes}, of which something was taken for a red pupil: {lips}")


def _scaled(image: Image, scale: float) -> Image:
    size = max(1, round(image.size.width * scale)), max(1, round(image.size.height * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return Image(
        np.asarray(cv2.resize(image.pixels, size, interpolation=how), np.uint8).reshape(size[1], size[0], -1)
    )


def _lab(image: Image) -> Array:
    from keepdial.geometry import Box

    return lab_of(image, Box(0, 0, image.size.width, image.size.height))


def _discs(image: Image, centres: list[tuple[float, float]], radius: float) -> Array:
    y, x = np.mgrid[: image.size.height, : image.size.width]
    found = np.zeros(x.shape, np.float32)
    for cx, cy in centres:
        np.maximum(found, np.hypot(x + 0.5 - cx, y + 0.5 - cy) <= radius, out=found)
    return found


def _pupils(done: Edit) -> list[tuple[float, float]]:
    guide: Any = done.stage.guide or ()
    return [(spot.box.x + p.x + 0.5, spot.box.y + p.y + 0.5) for spot in guide for p in spot.more["pupils"]]


# Spots that were put in.


def spots_table(found: list[Portrait]) -> None:
    print(f"\n{'spots, radius':18}{'put in':>8}{'found':>8}{'contrast':>10}{'left':>8}{'others found':>14}")
    rng = np.random.default_rng(4)
    for share in (0.02, 0.03, 0.045):
        count = hits = others = 0
        left, had = [], []
        for one in found:
            radius = share * one.face.unit
            places = np.argwhere(cv2.erode(one.skin, np.ones((round(4 * radius) | 1,) * 2)) > 0.9)
            if len(places) < 50 or radius < 0.9:
                continue
            chosen = [tuple(p) for p in places[rng.choice(len(places), 3, replace=False)].tolist()]
            given, mask = _spotted(one, chosen, radius)
            plain, _ = asked("blemishes", one.image)
            done, _ = asked("blemishes", given)
            if done is None:
                continue
            others += (
                0
                if plain is None or plain.stage.guide is None
                else sum(len(s.more["found"]) for s in _guide(plain))
            )
            got = [(s.box.x + b.x, s.box.y + b.y) for s in _guide(done) for b in s.more["found"]]
            for y, x in chosen:
                count += 1
                hits += any(
                    np.hypot(px - x - one.parts.box.x, py - y - one.parts.box.y) < 1.5 * radius + 1
                    for px, py in got
                )
            clean = one.lab
            for values, picture in ((had, given), (left, done.image)):
                gap = np.linalg.norm(lab_of(picture, one.parts.box) - clean, axis=2)
                values.append(_mean(gap.astype(np.float32), mask))
        if count:
            print(
                f"{share:<18}{count:8d}{hits / count:8.0%}{1000 * np.mean(had):10.0f}"
                f"{1000 * np.mean(left):8.0f}{others:14d}"
            )


def _guide(done: Edit) -> tuple[Any, ...]:
    guide: Any = done.stage.guide
    return guide or ()


def _spotted(one: Portrait, places: list[tuple[int, int]], radius: float) -> tuple[Image, Array]:
    light = space_of(one.image.icc).light(one.image.pixels[one.parts.box.slices])
    y, x = np.mgrid[: light.shape[0], : light.shape[1]]
    mask = np.zeros(light.shape[:2], np.float32)
    for i, (py, px) in enumerate(places):
        away = np.hypot(x - px, y - py)
        share = np.exp(-0.5 * (away / (0.6 * radius)) ** 2)[..., None]
        tint = np.array(((0.45, 0.4, 0.4), (0.8, 0.45, 0.45), (0.6, 0.5, 0.5))[i % 3])
        light = light * (1 - share * (1 - tint))
        np.maximum(mask, away <= radius, out=mask)
    pixels = one.image.pixels.copy()
    values = space_of(one.image.icc).encode(light.astype(np.float32))
    pixels[one.parts.box.slices] = np.round(np.clip(values, 0, 1) * 255).astype(np.uint8)
    return one.image.with_pixels(pixels, one.image.alpha), mask


# Straight lines beside a face.


def lines_table(found: list[Portrait]) -> None:
    """Print how far a straight vertical line bends that stands beside the face."""
    from keepdial.backends import Frame, Step
    from keepdial.backends.face_shape import BACKEND
    from keepdial.geometry import Box
    from keepdial.operations import operations
    from keepdial.request import Selector
    from keepdial.select import select
    from keepdial.settings import Settings

    print(f"\n{'a line beside the face, by':28}{'bends, % of the face width':>28}{'in px at 40 apart':>20}")
    unit = operations()["reshape"]
    for away in (0.1, 0.3, 0.5, 0.6):
        bends = []
        for one in found:
            stage = unit.stage(
                one.image, select([Selector(kind="all")], one.image), unit.params.build(slim=100), Settings()
            )
            height, width = stage.mask.shape
            ramp = np.tile(np.arange(width, dtype=np.float32) / width, (height, 1))
            deep = np.round(np.repeat(ramp[..., None], 3, axis=2) * 65535).astype(np.uint16)
            frame = Frame(
                Box(0, 0, width, height),
                deep,
                stage.mask,
                np.ones(stage.mask.shape, bool),
                True,
                guide=stage.guide,
            )
            moved = BACKEND.generate(frame, Step("reshape", 0.0, 0)).pixels[..., 0] * width - ramp * width
            outline = one.face.at(topology.OVAL)
            for side in (
                outline[:, 0].min() - away * one.face.unit,
                outline[:, 0].max() + away * one.face.unit,
            ):
                column = round(float(side))
                if 0 <= column < width:
                    bends.append(float(np.abs(moved[:, column]).max()) / one.face.unit)
        if bends:
            print(f"{away:<28}{100 * np.median(bends) / 2.2:28.2f}{40 * np.median(bends):20.2f}")


def people_table(found: list[Portrait]) -> None:
    """Print how far different people lie apart, for comparison."""
    prints = [embedding(scene_of(one.image).rgb, one.face.face) for one in found]
    gaps = [float(np.linalg.norm(a - b)) for i, a in enumerate(prints) for b in prints[:i]]
    low, middle = np.percentile(gaps, (1, 50))
    print(
        f"\n{len(gaps)} pairs of different people: nearest {min(gaps):.2f}, 1 % {low:.2f}, "
        f"median {middle:.2f}"
    )


if __name__ == "__main__":
    sys.exit(main())
