"""Camouflage: colours move to those of the surroundings, smoothly over the thing; its own detail stays.

In OKLab (Ottosson, A perceptual color space for image processing, 2020) the thing's low frequencies are
replaced by an interpolation of what lies around it, as the membrane of Poisson editing does with differences
(Perez et al., SIGGRAPH 2003), here by normalised convolution from fine to coarse (Knutsson and Westin, CVPR
1993); what is left, its own detail, is scaled to the detail around (Reinhard et al., Color transfer between
images, 2001). Grey pictures have lightness only.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keepdial.backends import Capabilities, Frame, Proposal, Step
from keepdial.progress import Cancel, Event, Listener, silent

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.geometry import Box

    Array = NDArray[np.float32]

CAN = Capabilities(
    operations=frozenset({"camouflage"}), quality=0.5, memory_mb=100, context=1.0, least_context=64
)

SMALL = 256
"""Longer side at which low frequencies are worked out, in px of a component's own surroundings."""
BAND = 128
"""Rows of the result that are computed at once, which bounds the memory."""
RING = 0.25
"""How far the surroundings reach, as a part of the thing's size (the root of its area), at least 6 px."""
SOFT = 0.12
"""Standard deviation of what counts as low frequency, as a part of the thing's size."""
HUE_DETAIL = 0.25
"""Part of the thing's own colour detail that stays at most: it becomes less saturated."""
LEAST_DETAIL = 0.5
"""Part of its lightness detail that stays at least, however calm the surroundings are."""
RIM = 5.0
"""Pixels from the mask's edge inwards in which there may be surroundings."""
TURN = 0.35
"""Knob at which all colour has moved; below, the detail fades too."""

CURVE = (
    (0.0, 0.0),
    (0.122, 0.05),
    (0.237, 0.1),
    (0.341, 0.15),
    (0.42, 0.2),
    (0.512, 0.3),
    (0.565, 0.4),
    (0.668, 0.5),
    (0.751, 0.6),
    (0.849, 0.7),
    (0.93, 0.8),
    (0.981, 0.9),
    (0.994, 0.95),
    (1.0, 1.0),
)
"""(kept, knob): medians over 12 things pasted on odd Kodak photographs, by benches/camouflage.py; at
knob 0 they keep 0.07."""


@dataclass(frozen=True, slots=True)
class Camouflage:
    """Recolours what is under the mask after what is around it. Deterministic, no weights."""

    name: str = "camouflage"
    version: str = "1"
    capabilities: Capabilities = CAN

    def curve(self, operation: str) -> tuple[tuple[float, float], ...]:
        """Return the calibration, (kept, knob) pairs."""
        return CURVE

    def generate(
        self, frame: Frame, step: Step, *, progress: Listener = silent, cancel: Cancel | None = None
    ) -> Proposal:
        """Propose the frame with each connected part of the mask recoloured after its surroundings.

        At knob 1 it is the frame itself. From there to `TURN` colours move in proportion, below it the
        thing's detail fades as well, down to the bare colours of the surroundings at 0.
        """
        import numpy as np

        from keepdial.color import unit

        progress(Event("generate", 0.0))
        out = unit(frame.pixels)
        inside = frame.mask > 0
        knob = np.asarray(step.knob, np.float32)
        parts = list(_parts(inside))
        for i, (box, own) in enumerate(parts):
            if cancel is not None:
                cancel.check()
            around = ~inside[box.slices]
            held = knob[box.slices] if knob.ndim == 2 else np.broadcast_to(knob, own.shape)
            _recolour(out, box, own, around, held, cancel)
            progress(Event("generate", (i + 1) / len(parts)))
        progress(Event("generate", 1.0))
        return Proposal(out, ("Colours were taken from what is around; the detail is the thing's own.",))


def _parts(inside: NDArray[np.bool_]) -> Iterator[tuple[Box, NDArray[np.bool_]]]:
    """Yield each connected part of the mask as the box of its surroundings and True inside of it."""
    import cv2
    import numpy as np

    from keepdial.geometry import Box, size_of

    count, labels, stats, _ = cv2.connectedComponentsWithStats(inside.astype(np.uint8), connectivity=8)
    for i in range(1, count):
        x, y, w, h, area = (int(v) for v in stats[i])
        reach = _reach(area)
        box = Box(x, y, w, h).grow(2 * reach).clip(size_of(inside))
        yield box, np.asarray(labels[box.slices] == i)


def _reach(area: int) -> int:
    return max(6, round(RING * math.sqrt(area)))


def _recolour(
    out: Array,
    box: Box,
    own: NDArray[np.bool_],
    around: NDArray[np.bool_],
    knob: Array,
    cancel: Cancel | None,
) -> None:
    """Recolour one part in place: `out` (H, W, C) in [0, 1], `own` and `around` (box.height, box.width)."""
    import cv2
    import numpy as np

    part = out[box.slices]
    area = int(own.sum())
    target, low, gain = _fields(part, own, around, area)
    if target is None:
        return
    depth = cv2.distanceTransform(own.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    rim = np.clip(1 - (depth - 1) / RIM, 0, 1)
    shrink = low.shape[0] / own.shape[0], low.shape[1] / own.shape[1]
    for top in range(0, own.shape[0], BAND):
        if cancel is not None:
            cancel.check()
        rows = slice(top, min(own.shape[0], top + BAND))
        here = own[rows]
        if not here.any():
            continue
        source = part[rows]
        colours = _to_lab(source)
        away = (1 - knob[rows])[..., None]
        moved, faded = np.minimum(1, away / (1 - TURN)), np.maximum(0, (away - (1 - TURN)) / TURN)
        ground = _enlarged(target, shrink, rows, own.shape[1])
        body = _enlarged(low, shrink, rows, own.shape[1]) - ground
        share = _share(colours - ground, body, rim[rows])
        aim = ground + (colours - ground - share * body) * gain * (1 - faded)
        mixed = _from_lab(colours + moved * (aim - colours))
        change = here[..., None] & (away > 0)
        np.copyto(source, mixed, where=change)


def _share(off: Array, body: Array, rim: Array) -> Array:
    """Return (h, w, 1) which share of a pixel is the thing's, 1 but in the rim of the mask.

    There the mask takes in pixels that are surroundings, wholly or in part. `off` and `body` are the pixel's
    and the thing's distance from the surroundings' colour, (h, w, C); `rim` (h, w) is 1 at the mask's edge.
    """
    import numpy as np

    along = (off * body).sum(axis=2) / np.maximum((body * body).sum(axis=2), 1e-4)
    share = 1 - rim * (1 - np.clip(along, 0, 1))
    return np.asarray(share[..., None], np.float32)


def _fields(
    part: Array, own: NDArray[np.bool_], around: NDArray[np.bool_], area: int
) -> tuple[Array | None, Array, Array]:
    """Return the surroundings' colours over the thing, its own low frequencies, and how much detail stays.

    The first two are (h, w, C) at `SMALL`, in OKLab; the last is (C,). The first is None where there are no
    surroundings: the mask fills the frame.
    """
    import cv2
    import numpy as np

    h, w = own.shape
    scale = min(1.0, SMALL / max(h, w))
    size = max(1, round(w * scale)), max(1, round(h * scale))

    def reduced(values: Array) -> Array:
        small = cv2.resize(values, size, interpolation=cv2.INTER_AREA)
        return np.asarray(small, np.float32).reshape(size[1], size[0], -1)

    inner, outer = reduced(own.astype(np.float32))[..., 0], reduced(around.astype(np.float32))[..., 0]
    # Pixels of both are neither: the thing's fringe must not colour the surroundings.
    colours = _to_lab(np.clip(reduced(part), 0, 1))
    inner = np.where(inner > 0.9, inner, 0)
    if not inner.any():
        inner = reduced(own.astype(np.float32))[..., 0]
    reach = _reach(area) * scale
    far = cv2.distanceTransform((inner <= 0).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    ring = np.where((outer > 0.99) & (far > 1.5) & (far <= reach + 2), np.float32(1), np.float32(0))
    if not ring.any():
        ring = np.where(outer > 0.5, np.float32(1), np.float32(0))
    if not ring.any():
        return None, colours, np.ones(colours.shape[2], np.float32)
    ring *= _ordinary(colours, ring)
    sigma = max(1.0, SOFT * (area**0.5) * scale)
    target = _spread(colours, ring, sigma)
    low = _spread(colours, np.asarray(inner, np.float32), sigma)
    gain = _gain(colours, inner > 0, ring > 0, low, sigma)
    return target, low, gain


def _ordinary(colours: Array, ring: Array) -> Array:
    """Return 1 where a colour of the ring is near its median (three spreads), 0 for what stands out of it."""
    import numpy as np

    there = colours[ring > 0]
    median = np.median(there, axis=0)
    off = np.sqrt(((colours - median) ** 2).sum(axis=2))
    limit = 3 * float(np.median(off[ring > 0])) + 0.02
    return np.asarray(off <= limit, np.float32)


def _spread(values: Array, weight: Array, sigma: float) -> Array:
    """Return values (h, w, C) smoothed where `weight` (h, w) is, and carried on from there to everywhere.

    Normalised convolution at growing sizes: where the finer one hardly sees anything, the coarser one counts.
    """
    import cv2
    import numpy as np

    sizes = [sigma]
    while sizes[-1] < max(weight.shape) / 2:
        sizes.append(sizes[-1] * 2)
    mean = (values * weight[..., None]).sum(axis=(0, 1)) / max(float(weight.sum()), 1e-6)
    result = np.broadcast_to(mean, values.shape).astype(np.float32)
    for size in reversed(sizes):
        seen = cv2.GaussianBlur(weight, (0, 0), size, borderType=cv2.BORDER_REFLECT)
        sums = cv2.GaussianBlur(values * weight[..., None], (0, 0), size, borderType=cv2.BORDER_REFLECT)
        here = np.asarray(sums).reshape(values.shape) / np.maximum(np.asarray(seen), 1e-6)[..., None]
        trust = np.clip(np.asarray(seen) / 0.15, 0, 1)[..., None]
        result = np.asarray(result + trust * (here - result), np.float32)
    return result


def _gain(
    colours: Array, inner: NDArray[np.bool_], ring: NDArray[np.bool_], low: Array, sigma: float
) -> Array:
    """Return for each channel how much of the thing's detail stays, so that it is no livelier than around."""
    import numpy as np

    outside = _spread(colours, ring.astype(np.float32), sigma)
    mine = np.median(np.abs(colours - low)[inner], axis=0) + 1e-4
    theirs = np.median(np.abs(colours - outside)[ring], axis=0) + 1e-4
    gain = np.clip(theirs / mine, LEAST_DETAIL, 1.0)
    gain[1:] = np.minimum(gain[1:], HUE_DETAIL)
    return np.asarray(gain, np.float32)


def _enlarged(small: Array, shrink: tuple[float, float], rows: slice, width: int) -> Array:
    """Return some rows of a small field at the size of the part, (rows, width, C)."""
    import cv2
    import numpy as np

    sy, sx = shrink
    # Pixel centres: x in the large is (x + 0.5) * s - 0.5 in the small.
    turn = np.array([[sx, 0, 0.5 * sx - 0.5], [0, sy, (rows.start + 0.5) * sy - 0.5]], np.float64)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    size = (width, rows.stop - rows.start)
    grown = cv2.warpAffine(small, turn, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(grown, np.float32).reshape(size[1], size[0], -1)


_TO_LMS = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
_TO_OKLAB = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)


def _to_lab(rgb: Array) -> Array:
    """Return OKLab of sRGB (h, w, 3) in [0, 1]; one channel is returned as it is."""
    import numpy as np

    if rgb.shape[2] == 1:
        return rgb.copy()
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((np.maximum(rgb, 0) + 0.055) / 1.055) ** 2.4)
    roots = np.cbrt(linear @ np.array(_TO_LMS, np.float32).T)
    return np.asarray(roots @ np.array(_TO_OKLAB, np.float32).T, np.float32)


def _from_lab(lab: Array) -> Array:
    """Return sRGB in [0, 1] of OKLab (h, w, 3), cut off at its gamut; of one channel the same, clipped."""
    import numpy as np

    if lab.shape[2] == 1:
        return np.clip(lab, 0, 1)
    roots = lab @ np.linalg.inv(np.array(_TO_OKLAB, np.float64)).astype(np.float32).T
    linear = (roots**3) @ np.linalg.inv(np.array(_TO_LMS, np.float64)).astype(np.float32).T
    linear = np.clip(linear, 0, 1)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.asarray(encoded, np.float32)


BACKEND = Camouflage()
