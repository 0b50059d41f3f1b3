"""Cut-outs and backgrounds: what is behind the subject, made without any model."""

from __future__ import annotations

from dataclasses import dataclass

from keepdial.backends import Capabilities, Frame, Proposal, Step
from keepdial.progress import Cancel, Listener, silent

CAN = Capabilities(
    operations=frozenset({"cutout", "background"}),
    quality=0.5,
    memory_mb=600,
    seconds_per_mp=0.3,
    whole=True,
)

CURVE = (
    (0.0, 0.0),
    (0.35, 0.25),
    (0.53, 0.4),
    (0.69, 0.55),
    (0.83, 0.7),
    (0.95, 0.85),
    (0.99, 0.95),
    (1.0, 1.0),
)
"""Measured on three photographs of people before a colour, a gradient and another photograph; the mean."""


@dataclass(frozen=True, slots=True)
class Backdrop:
    """Puts the subject before another background, or before none."""

    name: str = "backdrop"
    version: str = "1"
    capabilities: Capabilities = CAN

    def curve(self, operation: str) -> tuple[tuple[float, float], ...]:
        """Return the calibration, as (kept, share of the old background) pairs, one for all backgrounds."""
        return CURVE

    def generate(
        self, frame: Frame, step: Step, *, progress: Listener = silent, cancel: Cancel | None = None
    ) -> Proposal:
        """Propose the frame with its subject before the background that the step asks for."""
        from keepdial.backends.backdrop.assemble import assemble

        return assemble(frame, step, progress=progress, cancel=cancel)


BACKEND = Backdrop()
