"""Border: fills the margin around a picture with one colour. Deterministic."""

from __future__ import annotations

from dataclasses import dataclass

from keepdial.backends import Capabilities, Frame, Proposal, Step
from keepdial.progress import Cancel, Event, Listener, silent

CAN = Capabilities(
    operations=frozenset({"border"}),
    quality=0.5,
    memory_mb=100,
    seconds_per_mp=0.02,
    whole=True,
)


@dataclass(frozen=True, slots=True)
class Border:
    """Knows one colour."""

    name: str = "border"
    version: str = "1"
    capabilities: Capabilities = CAN

    def curve(self, operation: str) -> tuple[tuple[float, float], ...]:
        """Return the identity: a new margin holds nothing that could be kept."""
        return ((0.0, 0.0), (1.0, 1.0))

    def generate(
        self, frame: Frame, step: Step, *, progress: Listener = silent, cancel: Cancel | None = None
    ) -> Proposal:
        """Propose the colour that the step names; of a grey picture, the grey of the same lightness."""
        import numpy as np

        from keepdial.operations.border import colour_of

        progress(Event("generate", 0.0))
        colour = colour_of(str(step.params["colour"]), frame.pixels.shape[-1])
        out = np.broadcast_to(colour, frame.pixels.shape).copy()
        progress(Event("generate", 1.0))
        return Proposal(out)


BACKEND = Border()
