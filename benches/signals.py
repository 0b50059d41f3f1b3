"""Can the signals be trusted? Each is graded against cases whose truth is known.

    python benches/signals.py            # prints AUROC, the limit's false alarms and misses

Cases are built on Kodak photographs, three random blobs each (1.5, 3 and 8 % of the picture). Good
ones: the true pixels (for no-op they are the bad ones: nothing changed). Bad ones are made: colours
offset (seam), patches from elsewhere (seam), fills by interpolation and blur (too smooth), noise
(too noisy). Not used for the limits, and printed beside: 22 real scenes under the masks of removed
objects (true pixels), and MI-GAN's fills, whose truth is not known.

AUROC is the chance that a bad case scores worse than a good one: 0.5 is guessing, 1 is perfect.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import cv2
import numpy as np

from keepdial.geometry import Box
from keepdial.verify import signals
from keepdial.verify.noop import visible_part as changed_part
from keepdial.verify.seam import visible_part
from keepdial.verify.texture import NOISIEST, Texture, compare
from kit.cases import Mask, Pixels, read_rgb, select
from kit.paths import DATA, need_shared

AREAS = (0.015, 0.03, 0.08)


def main() -> None:
    need_shared()
    seams: dict[str, list[float]] = defaultdict(list)
    textures: dict[str, list[Texture]] = defaultdict(list)
    changes: dict[str, list[float]] = defaultdict(list)
    for kind, truth, picture, mask in [*made(), *real()]:
        box = Box.of(mask)
        assert box is not None
        seam, texture = visible_part(picture, mask), compare(picture, mask, box)
        if seam is not None:
            seams[kind].append(seam)
        if texture is not None:
            textures[kind].append(texture)
        crop = box.slices
        changes[kind].append(changed_part(truth[crop], picture[crop], mask[crop])[0])

    known = signals()
    rate("seam: part of the outline with a step", seams, known["seam"].limit, +1)
    smooth = {kind: [t.smooth for t in found] for kind, found in textures.items()}
    rate("texture, too smooth: detail inside / around", smooth, known["texture"].limit, -1)
    noisy = {kind: [t.noisy for t in found] for kind, found in textures.items()}
    rate("texture, too noisy: quiet detail inside / around", noisy, NOISIEST, +1)
    rate("no-op: part that changed", changes, known["no-op"].limit, +1)


def rate(title: str, values: dict[str, list[float]], limit: float, sign: int) -> None:
    """Print AUROC against the good cases and how many are beyond the limit, kind by kind."""
    print(f"\n{title}; limit {limit}")
    print(f"{'':24} cases  AUROC  beyond limit   10 %   50 %   90 %")
    good = np.asarray(values["good"])
    for kind, found in values.items():
        v = np.asarray(found)
        above = (sign * v[:, None] > sign * good).mean()
        area = above + 0.5 * (v[:, None] == good).mean()
        beyond = 100 * (sign * v > sign * limit).mean()
        low, middle, high = np.quantile(v, (0.1, 0.5, 0.9))
        print(
            f"{kind:24} {len(v):5}  {area:.3f}       {beyond:5.1f} %  {low:5.2f}  {middle:5.2f}  {high:5.2f}"
        )


def made() -> Iterator[tuple[str, Pixels, Pixels, Mask]]:
    """Yield (kind, truth, picture, mask) for the cases on Kodak photographs."""
    for i, path in enumerate(sorted((DATA / "kodak24").glob("*.png"))):
        truth = read_rgb(path)
        for j, area in enumerate(AREAS):
            rng = np.random.default_rng(100 * i + j)
            mask = blob(truth.shape[0], truth.shape[1], area, rng)
            for kind, picture in pictures(truth, mask, rng):
                yield kind, truth, picture, mask


def pictures(truth: Pixels, mask: Mask, rng: np.random.Generator) -> Iterator[tuple[str, Pixels]]:
    yield "good", truth
    hole = mask.astype(np.uint8)
    colour = rng.standard_normal(3)
    colour *= np.sqrt(3) / np.linalg.norm(colour)
    for levels in (3, 4, 6, 12):
        yield f"offset by {levels}", within(truth, truth + levels * colour, mask)
    soft = np.clip(cv2.distanceTransform(hole, cv2.DIST_L2, 3) / 3, 0, 1)[..., None]
    yield "offset by 12, feather 3", within(truth, truth + 12 * colour * soft, mask)
    away = int(rng.integers(80, 300)), int(rng.integers(100, 500))
    yield "pasted from elsewhere", within(truth, np.roll(truth, away, (0, 1)), mask)
    yield "pasted from 11 px away", within(truth, np.roll(truth, (7, 9), (0, 1)), mask)
    telea = np.asarray(cv2.inpaint(truth, hole, 3, cv2.INPAINT_TELEA), np.uint8)
    navier = np.asarray(cv2.inpaint(truth, hole, 3, cv2.INPAINT_NS), np.uint8)
    yield "Telea", telea
    yield "Navier-Stokes", navier
    for sigma in (1, 2, 4):
        yield f"blur {sigma}", within(truth, cv2.GaussianBlur(truth, (0, 0), sigma), mask)
    for sigma in (5, 10, 20):
        yield f"noise {sigma}", within(truth, truth + rng.normal(0, sigma, truth.shape), mask)


def real() -> Iterator[tuple[str, Pixels, Pixels, Mask]]:
    for name, kind in (("real_effect", "real scene, true"), ("places512_object", "MI-GAN's fill")):
        for case in select(sets=name):
            loaded = case.load()
            yield kind, loaded.given, loaded.reference, loaded.mask


def within(truth: Pixels, other: np.ndarray, mask: Mask) -> Pixels:
    """Return `truth` with `other` where `mask` is True."""
    out = truth.copy()
    out[mask] = np.clip(np.round(other[mask]), 0, 255)
    return out


def blob(height: int, width: int, area: float, rng: np.random.Generator) -> Mask:
    """Return one connected region with a wavy outline, about `area` of the picture."""
    noise = cv2.GaussianBlur(rng.standard_normal((height, width)).astype(np.float32), (0, 0), 30)
    y, x = np.mgrid[:height, :width]
    cy, cx = (int(rng.integers(n // 4, 3 * n // 4)) for n in (height, width))
    radius = np.hypot(y - cy, x - cx) / np.sqrt(area * height * width / np.pi)
    inside = (radius + 0.25 * noise / noise.std() < 1).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(inside)
    return np.asarray(labels == 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax()))


if __name__ == "__main__":
    main()
