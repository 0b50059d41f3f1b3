"""Upscale without a network: interpolation held to the source. It invents no detail, and says so."""

from __future__ import annotations

from dataclasses import dataclass

from keepdial.backends import Capabilities, Frame, Proposal, Step
from keepdial.errors import BackendError
from keepdial.progress import Cancel, Event, Listener, silent

CAN = Capabilities(
    operations=frozenset({"upscale"}), quality=0.3, memory_mb=300, seconds_per_mp=0.1, whole=True
)


@dataclass(frozen=True, slots=True)
class UpscalePlain:
    """Interpolates, and sharpens as far as the source says."""

    name: str = "upscale-plain"
    version: str = "1"
    capabilities: Capabilities = CAN

    def curve(self, operation: str) -> tuple[tuple[float, float], ...]:
        """Return the identity: the dial scales the options (`Operation.scaled`)."""
        return ((0.0, 0.0), (1.0, 1.0))

    def generate(
        self, frame: Frame, step: Step, *, progress: Listener = silent, cancel: Cancel | None = None
    ) -> Proposal:
        """Propose the enlarged source of `Frame.guide`, a `keepdial.shape.enlarge.Enlargement`."""
        from keepdial.networks.realesrgan import missing
        from keepdial.shape.enlarge import Enlargement, enlarge

        if not isinstance(frame.guide, Enlargement):
            raise BackendError("upscale-plain was given no source to enlarge.")
        if cancel is not None:
            cancel.check()
        progress(Event("generate", 0.0))
        pixels, alpha = enlarge(frame.guide)
        progress(Event("generate", 1.0))
        note = (
            "No detail was invented: the picture was interpolated, and sharpened as far as it tells itself."
        )
        lacks = missing()
        more = (f"A network draws finer edges. {lacks}",) if lacks else ()
        return Proposal(pixels, (note, *more), alpha)


BACKEND = UpscalePlain()
