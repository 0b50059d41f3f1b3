"""Colour and light: runs the passes that operations make of their options. Deterministic, no weights.

Which operations these are, each says itself (`Operation.tone`). The work is done in linear light or in a
space where equal steps look equal, at the picture's own depth and in its own profile, and rounded once, at
the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from keepdial.backends import Capabilities, Frame, Proposal, Step
from keepdial.progress import Cancel, Event, Listener, silent

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.tone import Look

    Array = NDArray[np.float32]


@cache
def _capabilities() -> Capabilities:
    from keepdial.operations import operations

    served = frozenset(unit.name for unit in operations().values() if unit.tone is not None)
    return Capabilities(operations=served, quality=0.5, memory_mb=600, seconds_per_mp=0.02, whole=True)


@dataclass(frozen=True, slots=True)
class Tone:
    """Runs the passes of operations on colour and light."""

    name: str = "tone"
    version: str = "1"

    @property
    def capabilities(self) -> Capabilities:
        """What it can do: every operation that declares `tone`."""
        return _capabilities()

    def curve(self, operation: str) -> tuple[tuple[float, float], ...]:
        """Return the identity: the dial scales the change (`Operation.scales`)."""
        return ((0.0, 0.0), (1.0, 1.0))

    def generate(
        self, frame: Frame, step: Step, *, progress: Listener = silent, cancel: Cancel | None = None
    ) -> Proposal:
        """Propose the frame after the step's passes, and those of the further steps in `Step.also`.

        At knob k a share 1 - k of the change is made, in the picture's own encoding.
        """
        import numpy as np

        from keepdial.mask import bounds
        from keepdial.operations import operation
        from keepdial.tone import Look, space_of
        from keepdial.tone.render import run

        progress(Event("generate", 0.0))
        space = space_of(frame.icc, exact=frame.pixels.itemsize == 2)
        look = Look(frame, space, step.seed, cancel, progress)
        if space.note:
            look.say(space.note)
        for name, params in ((step.operation, step.params), *step.also):
            unit = operation(name)
            if unit.tone is not None:
                look.then(unit.tone(unit.params.build(**params), look))
        box = bounds(frame.mask)
        # Where nothing is asked for, nothing is worked out, and pages that nobody writes cost nothing.
        out: Array = np.zeros(frame.pixels.shape, np.float32)
        grey = frame.pixels.shape[-1] == 1
        knob: Array = np.asarray(step.knob, np.float32)

        def take(rows: slice, tile: Array) -> None:
            _keep(tile, frame, rows, knob)
            out[rows] = _grey(tile, look) if grey else tile

        run(
            look.rows,
            look.pending,
            space,
            look.height,
            look.width,
            take,
            end="encoded",
            only=None if box is None else slice(box.y, box.bottom),
            progress=progress,
            cancel=cancel,
        )
        return Proposal(out, tuple(look.notes))


def _keep(tile: Array, frame: Frame, rows: slice, knob: Array) -> None:
    """Take back the share of the change that the dial holds."""
    from keepdial.color import unit

    held = knob[rows][..., None] if knob.ndim == 2 else knob
    if not held.any():
        return
    source = unit(frame.pixels[rows])
    tile += held * (source - tile)


def _grey(tile: Array, look: Look) -> Array:
    """Return the one channel of a grey picture: its light, not the mean of three encoded values."""
    light = look.luminance(look.space.decode(tile))[..., None]
    return look.space.encode(light.repeat(3, axis=-1))[..., :1]


BACKEND = Tone()
