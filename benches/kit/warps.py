"""Known warps of photographs: forty discs that were shifted, scaled, turned or bent by smooth formulas.

The source of a place of the true picture is known exactly, so handles and targets are too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from kit.cases import Pixels, read_rgb
from kit.paths import DATA

KINDS = ("shift", "scale", "turn", "bend")
COUNT = 40

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class Warp:
    """One case.

    Attributes:
        name: of the case.
        picture: (h, w, 3) uint8 before.
        truth: the same after the known warp; None where it is not known.
        mask: (h, w) bool, what may change.
        start, end: (n, 2) handles and their targets, px.
    """

    name: str
    picture: Pixels
    truth: Pixels | None
    mask: NDArray[np.bool_]
    start: Floats
    end: Floats


def known_warps(scale: float = 1.0) -> Iterator[Warp]:
    """Yield the forty cases, always the same; `scale` enlarges the photographs first."""
    for i in range(COUNT):
        yield _known(i, scale)


def _known(number: int, scale: float) -> Warp:
    rng = np.random.default_rng(1000 + number)
    picture = read_rgb(DATA / "kodak24" / f"kodim{number % 24 + 1:02d}.png")
    if scale != 1:
        size = (round(picture.shape[1] * scale), round(picture.shape[0] * scale))
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC), np.uint8)
    h, w = picture.shape[:2]
    radius = float(rng.uniform(0.14, 0.27) * h)
    middle = np.array([rng.uniform(radius + 4, w - radius - 4), rng.uniform(radius + 4, h - radius - 4)])
    kind = KINDS[number % 4]
    source = _warp(kind, middle, radius, rng)
    y, x = np.mgrid[0:h, 0:w].astype(np.float64)
    places = source(np.stack([x, y], axis=-1))
    truth = np.stack(
        [
            map_coordinates(picture[..., c].astype(np.float64), places[..., ::-1].transpose(2, 0, 1), order=3)
            for c in range(3)
        ],
        axis=-1,
    )
    inside = np.hypot(x - middle[0], y - middle[1]) < radius
    truth[~inside] = picture[~inside]
    end = _handles(kind, picture, middle, radius, source)
    true = np.asarray(np.clip(np.rint(truth), 0, 255), np.uint8)
    return Warp(f"{number:02d} {kind} kodim{number % 24 + 1:02d}", picture, true, inside, source(end), end)


def _warp(kind: str, middle: Floats, radius: float, rng: np.random.Generator) -> Callable[[Floats], Floats]:
    """Return the function from a place (..., 2) of the result to its source; identity beyond the radius."""
    heading = rng.uniform(0, 2 * np.pi)
    along = np.array([np.cos(heading), np.sin(heading)])
    across = np.array([-along[1], along[0]])
    amount = float(rng.uniform(0.6, 1.0)) * float(rng.choice([-1, 1]))

    def source(at: Floats) -> Floats:
        off = at - middle
        far = (off**2).sum(axis=-1, keepdims=True) / radius**2
        weight = np.clip(1 - far, 0, 1) ** 2
        if kind == "shift":
            return at - weight * along * abs(amount) * 0.4 * radius
        if kind == "scale":
            return at + off * weight * (0.45 * amount if amount > 0 else -0.35 * amount * -1)
        if kind == "turn":
            angle = np.radians(38) * amount * weight
            c, s = np.cos(angle), np.sin(angle)
            turned = np.concatenate(
                [c * off[..., :1] - s * off[..., 1:], s * off[..., :1] + c * off[..., 1:]], axis=-1
            )
            return np.asarray(middle + turned)
        t = (off @ along)[..., None] / radius
        return np.asarray(at - weight * across * amount * 0.42 * radius * np.cos(3.0 * t))

    return source


def _handles(
    kind: str, picture: Pixels, middle: Floats, radius: float, source: Callable[[Floats], Floats]
) -> Floats:
    """Return targets (n, 2) in whole px, each where the source has most detail near an ordinary place."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    detail = cv2.cornerMinEigenVal(cv2.GaussianBlur(grey, (0, 0), 1.0), 15)
    if kind == "shift":
        wanted = [np.zeros(2)]
    else:
        count = {"scale": 4, "turn": 3, "bend": 3}[kind]
        arms = np.linspace(0, 2 * np.pi, count, endpoint=False) + 0.4
        wanted = [np.array([np.cos(a), np.sin(a)]) * 0.42 * radius for a in arms]
        if kind in ("turn", "bend"):
            wanted.append(np.zeros(2))
    chosen = []
    for want in wanted:
        reach = 0.18 * radius
        grid = np.stack(np.meshgrid(*[np.arange(-reach, reach + 1, 2)] * 2), axis=-1).reshape(-1, 2)
        at = np.rint(middle + want + grid)
        from_ = np.rint(source(at)).astype(int)
        h, w = grey.shape
        value = detail[np.clip(from_[:, 1], 0, h - 1), np.clip(from_[:, 0], 0, w - 1)]
        chosen.append(at[int(np.argmax(value))])
    return np.array(chosen)


def samples() -> Iterator[Warp]:
    """Yield the two samples of real drag edits: image, mask, points; what is right is not known."""
    import json

    for folder in sorted((DATA / "drag").iterdir()):
        if not (folder / "points.json").exists():
            continue
        points: Any = np.array(json.loads((folder / "points.json").read_text())["points"], np.float64)
        picture = read_rgb(folder / "original.jpg")
        mask = np.asarray(cv2.imread(str(folder / "mask.png"), cv2.IMREAD_GRAYSCALE)) > 127
        yield Warp(folder.name, picture, None, mask, points[::2], points[1::2])


@dataclass(frozen=True, eq=False, slots=True)
class Shift:
    """A thing pasted on a photograph, and the same thing pasted elsewhere.

    Attributes:
        name: of the case.
        picture, truth: (h, w, 3) uint8 before and after.
        mask: (h, w) bool, the thing before.
        by: how far it goes, px.
    """

    name: str
    picture: Pixels
    truth: Pixels
    mask: NDArray[np.bool_]
    by: tuple[int, int]


def shifts(count: int = 12) -> Iterator[Shift]:
    """Yield things of GrabCut's photographs on Kodak photographs, each moved to where there is room."""
    paths = sorted((DATA / "removal_composite").glob("*_image.png"))
    for path in paths[:: max(1, len(paths) // count)][:count]:
        picture = read_rgb(path)
        ground = read_rgb(DATA / "kodak24" / f"kodim{path.stem[1:3]}.png")
        mask = read_rgb(path.with_name(path.name.replace("_image", "_mask")))[..., 0] > 127
        ys, xs = np.nonzero(mask)
        h, w = mask.shape
        width, height = int(np.ptp(xs)) + 1, int(np.ptp(ys)) + 1
        left, right = int(xs.min()), w - 1 - int(xs.max())
        up, down = int(ys.min()), h - 1 - int(ys.max())
        across = min(right, round(0.8 * width)) if right >= left else -min(left, round(0.8 * width))
        along = min(down, round(0.15 * height)) if down >= up else -min(up, round(0.15 * height))
        truth = ground.copy()
        truth[ys + along, xs + across] = picture[ys, xs]
        yield Shift(path.stem.removesuffix("_image"), picture, truth, mask, (across, along))
