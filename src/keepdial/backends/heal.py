"""Healing of spots: texture from near by, light from around. Deterministic, no weights."""

from __future__ import annotations

from dataclasses import dataclass

from keepdial.backends import Capabilities, Frame, Proposal, Step
from keepdial.progress import Cancel, Event, Listener, silent

CAN = Capabilities(
    operations=frozenset({"heal"}),
    quality=0.5,
    memory_mb=250,
    context=2.5,
    least_context=56,
)


@dataclass(frozen=True, slots=True)
class Heal:
    """Heals what is under the mask from the surroundings."""

    name: str = "heal"
    version: str = "1"
    capabilities: Capabilities = CAN

    def curve(self, operation: str) -> tuple[tuple[float, float], ...]:
        """Return the identity: the dial scales the change (`Operation.scales`)."""
        return ((0.0, 0.0), (1.0, 1.0))

    def generate(
        self, frame: Frame, step: Step, *, progress: Listener = silent, cancel: Cancel | None = None
    ) -> Proposal:
        """Propose the frame with its spots healed; at knob k a share k of each spot shines through."""
        import numpy as np

        from keepdial.color import unit
        from keepdial.healing import heal

        progress(Event("generate", 0.0))
        out = unit(frame.pixels)
        unknown = frame.mask > 0
        hole = unknown if frame.own is None else unknown & frame.own
        usable = frame.usable & ~unknown
        done = heal(
            out,
            hole,
            unknown,
            usable,
            report=lambda share: progress(Event("generate", share)),
            cancel=cancel,
        )
        knob = np.asarray(step.knob, np.float32)
        if knob.any():
            held = knob[..., None] if knob.ndim == 2 else knob
            source = unit(frame.pixels)
            out += np.where(hole[..., None], held * (source - out), np.float32(0))
        progress(Event("generate", 1.0))
        notes = ("Texture was taken from near by, light from around.",)
        if done.smooth:
            notes = ("Where no texture was near, the area was filled smoothly.",)
        return Proposal(out, notes)


BACKEND = Heal()
