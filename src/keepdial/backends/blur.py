"""Blur: spreads light inside a region, in linear light, and takes none from outside. Deterministic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from keepdial.backends import Capabilities, Frame, Proposal, Step
from keepdial.errors import BackendError
from keepdial.progress import Cancel, Event, Listener, silent

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float32]

CAN = Capabilities(
    operations=frozenset({"blur"}),
    quality=0.5,
    memory_mb=900,
    seconds_per_mp=0.25,
    whole=True,
)

ROWS = 128
"""Rows that are decoded or encoded at a time."""
UNSEEN = 0.002
"""Share with which a transparent pixel's colour counts: only where there is no other."""
SHINES = (
    "The dial lets a part of the picture shine through the mosaic, so that it hides nothing for sure; "
    "--keep 0 hides it."
)


@dataclass(frozen=True, slots=True)
class Spread:
    """How light is to be spread, in px of the canvas.

    Attributes:
        kind: ``gaussian``, ``pixelate``, ``motion`` or ``zoom``.
        reach: how far: the radius of the disc that a Gaussian stands for (twice its standard deviation), half
            the length of a path, or the side of a block.
        angle: of a motion, in degrees: 0 = level, 90 = upright.
        centre: (x, y) that a zoom goes to.
    """

    kind: Literal["gaussian", "pixelate", "motion", "zoom"]
    reach: float
    angle: float = 0.0
    centre: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Blur:
    """Blurs, smears and pixelates what is under the mask."""

    name: str = "blur"
    version: str = "1"
    capabilities: Capabilities = CAN

    def curve(self, operation: str) -> tuple[tuple[float, float], ...]:
        """Return the identity: the dial scales the change (`Operation.scales`)."""
        return ((0.0, 0.0), (1.0, 1.0))

    def generate(
        self, frame: Frame, step: Step, *, progress: Listener = silent, cancel: Cancel | None = None
    ) -> Proposal:
        """Propose the frame with its light spread as `Frame.guide`, a `Spread`, says.

        At knob k a share 1 - k of the change is made, in the picture's own encoding.
        """
        import numpy as np

        from keepdial.color import unit, white_of
        from keepdial.mask import bounds
        from keepdial.parallel import over
        from keepdial.tone.space import space_of
        from keepdial.tone.spread import unweighed, weigh

        if not isinstance(frame.guide, Spread):
            raise BackendError("blur was not told how to spread light.")
        asked, box = frame.guide, bounds(frame.mask)
        out = np.zeros(frame.pixels.shape, np.float32)
        if box is None:
            return Proposal(out)

        def check() -> None:
            if cancel is not None:
                cancel.check()

        progress(Event("generate", 0.0))
        space = space_of(frame.icc, exact=frame.pixels.itemsize == 2)
        pixels, mask = frame.pixels[box.slices], frame.mask[box.slices]
        channels = pixels.shape[2]
        alpha = None if frame.alpha is None else frame.alpha[box.slices]
        bands = [slice(top, min(box.height, top + ROWS)) for top in range(0, box.height, ROWS)]
        stack: Array = np.empty((box.height, box.width, channels + 1), np.float32)

        def gather(rows: slice) -> None:
            weight = mask[rows]
            if alpha is not None:
                weight = weight * np.maximum(unit(alpha[rows]), np.float32(UNSEEN))
            weigh(space.light(pixels[rows])[..., :channels], weight, stack[rows])

        for _ in over(bands, gather):
            check()
        progress(Event("generate", 0.2))
        stack = _spread(stack, asked, (box.x, box.y), float(np.hypot(*frame.mask.shape)), check)
        progress(Event("generate", 0.8))
        soft = asked.kind != "pixelate" and frame.pixels.itemsize == 1
        knob = np.broadcast_to(np.asarray(step.knob, np.float32), frame.mask.shape)[box.slices]
        target = out[box.slices]

        def finish(rows: slice) -> None:
            source = pixels[rows]
            tile = unweighed(stack[rows], space.light(source)[..., :channels])
            made = space.finish(np.array(np.broadcast_to(tile, (*tile.shape[:2], 3))))[..., :channels]
            if soft:
                # What is smooth shows steps at 8 bits; half a sample of noise hides them. A little less: what
                # is a sample's value to within rounding stays that.
                noise = np.random.default_rng((step.seed, rows.start)).random(made.shape, np.float32)
                made = made + (noise - np.float32(0.5)) * np.float32(0.98 / white_of(source))
            held = knob[rows][..., None]
            if held.any():
                made = made + held * (unit(source) - made)
            np.clip(made, 0, 1, out=target[rows])

        for _ in over(bands, finish):
            check()
        progress(Event("generate", 1.0))
        mixes = asked.kind == "pixelate" and bool((knob > 0).any())
        return Proposal(out, (*((space.note,) if space.note else ()), *((SHINES,) if mixes else ())))


def _spread(
    stack: Array, asked: Spread, corner: tuple[int, int], diagonal: float, check: Callable[[], None]
) -> Array:
    """Return the stack (h, w, C + 1) after spreading; `corner` is its place in the frame, in px."""
    import numpy as np

    from keepdial.tone import spread

    if asked.kind == "pixelate":
        return spread.mosaic(stack, max(1, round(asked.reach)))
    if asked.kind == "gaussian":
        return spread.gaussian(stack, asked.reach / 2)
    # A path may leave the region and come back: half of it is kept free around.
    rim = int(np.ceil(asked.reach)) + 1
    h, w = stack.shape[:2]
    if max(h, w) + 2 * rim > spread.LONGEST:
        raise BackendError(
            f"The region is {w}x{h} px large; a {asked.kind} blur takes up to {spread.LONGEST:,} px.",
            hint="Choose a smaller region, or kind gaussian.",
        )
    stack = np.pad(stack, ((rim, rim), (rim, rim), (0, 0)))
    steps = spread.steps_of(2 * asked.reach)
    if asked.kind == "motion":
        path = spread.line(asked.angle, 2 * asked.reach, steps)
    else:
        x, y = asked.centre[0] - corner[0] + rim, asked.centre[1] - corner[1] + rim
        path = spread.ray(x, y, 1 + 2 * asked.reach / diagonal, steps)
    return spread.along(stack, path, steps, check)[rim : rim + h, rim : rim + w]


BACKEND = Blur()
