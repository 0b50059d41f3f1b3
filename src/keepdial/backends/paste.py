"""A thing from a reference picture in its place, without any model: cut out, scaled, set down in front."""

from __future__ import annotations

from dataclasses import dataclass

from keepdial.backends import Capabilities, Frame, Proposal, Step
from keepdial.progress import Cancel, Listener, silent

CAN = Capabilities(
    operations=frozenset({"add", "replace"}),
    takes_references=True,
    quality=0.2,
    memory_mb=500,
    seconds_per_mp=2.0,
    whole=True,
)

CURVE = ((0.0, 0.0), (0.05, 0.3), (0.09, 0.45), (0.14, 0.6), (0.24, 0.75), (0.46, 0.9), (1.0, 1.0))
"""Measured with two cut-outs in two boxes each of seven of the Kodak photographs; the medians."""


@dataclass(frozen=True, slots=True)
class Paste:
    """Sets the thing of a reference picture into the place that `frame.guide` names."""

    name: str = "paste"
    version: str = "1"
    capabilities: Capabilities = CAN

    def curve(self, operation: str) -> tuple[tuple[float, float], ...]:
        """Return the calibration, as (kept, share of its area that the thing goes without) pairs."""
        return CURVE

    def generate(
        self, frame: Frame, step: Step, *, progress: Listener = silent, cancel: Cancel | None = None
    ) -> Proposal:
        """Propose the frame with the thing in its place; the dial makes it smaller."""
        from keepdial.backends.patch.warm import warm
        from keepdial.pasting import pasted

        unkept = warm(progress, cancel)
        made = pasted(frame, step, progress=progress, cancel=cancel)
        return Proposal(made.pixels, (*made.notes, *unkept), alpha=made.alpha, blended=True)


BACKEND = Paste()
