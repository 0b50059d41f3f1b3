"""Cloning: what lies in one place of the picture is shown in another, exactly or under that place's light."""

from __future__ import annotations

from dataclasses import dataclass

from keepdial.backends import Capabilities, Frame, Proposal, Step
from keepdial.progress import Cancel, Event, Listener, silent

CAN = Capabilities(operations=frozenset({"clone"}), quality=0.5, memory_mb=350, whole=True)


@dataclass(frozen=True, slots=True)
class Clone:
    """Copies from the place that `frame.guide` names, (dx, dy) from each pixel."""

    name: str = "clone"
    version: str = "1"
    capabilities: Capabilities = CAN

    def curve(self, operation: str) -> tuple[tuple[float, float], ...]:
        """Return the identity: the dial scales the change (`Operation.scales`)."""
        return ((0.0, 0.0), (1.0, 1.0))

    def generate(
        self, frame: Frame, step: Step, *, progress: Listener = silent, cancel: Cancel | None = None
    ) -> Proposal:
        """Propose the frame with the place copied in; at knob k a share k of the old picture shines through.

        With the option `blend` the steps between pixels are copied and the levels follow the surroundings.
        """
        import numpy as np

        from keepdial.color import unit
        from keepdial.geometry import Box, size_of
        from keepdial.healing import poisson

        progress(Event("generate", 0.0))
        guide = frame.guide
        assert isinstance(guide, tuple)
        dx, dy = guide
        out = unit(frame.pixels)
        hole = frame.mask > 0
        box = Box.of(hole)
        if box is None:
            return Proposal(out)
        if cancel is not None:
            cancel.check()
        area = box.grow(1).clip(size_of(hole))
        rows = np.clip(np.arange(area.y, area.bottom) + dy, 0, hole.shape[0] - 1)
        columns = np.clip(np.arange(area.x, area.right) + dx, 0, hole.shape[1] - 1)
        source = unit(frame.pixels[np.ix_(rows, columns)])
        inside, part = hole[area.slices], out[area.slices]
        if step.params.get("blend", True):
            made = np.clip(poisson(part, inside, source, ~inside), 0, 1)
        else:
            made = source
        knob = np.asarray(step.knob, np.float32)
        held = knob[area.slices][..., None] if knob.ndim == 2 else knob
        np.copyto(part, made + held * (part - made), where=inside[..., None])
        progress(Event("generate", 1.0))
        return Proposal(out)


BACKEND = Clone()
