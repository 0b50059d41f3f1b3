"""Resample: computes every pixel of a turned or straightened picture from the source. Deterministic."""

from __future__ import annotations

from dataclasses import dataclass

from keepdial.backends import Capabilities, Frame, Proposal, Step
from keepdial.errors import BackendError
from keepdial.progress import Cancel, Listener, silent

CAN = Capabilities(
    operations=frozenset({"straighten", "perspective"}),
    quality=0.5,
    memory_mb=400,
    seconds_per_mp=0.4,
    whole=True,
)


@dataclass(frozen=True, slots=True)
class Resample:
    """Reads the source that the stage hands over between its pixels."""

    name: str = "resample"
    version: str = "1"
    capabilities: Capabilities = CAN

    def curve(self, operation: str) -> tuple[tuple[float, float], ...]:
        """Return the identity: the dial scales the options (`Operation.scaled`)."""
        return ((0.0, 0.0), (1.0, 1.0))

    def generate(
        self, frame: Frame, step: Step, *, progress: Listener = silent, cancel: Cancel | None = None
    ) -> Proposal:
        """Propose the picture that `Frame.guide`, a `keepdial.shape.warp.Warp`, describes."""
        from keepdial.compiling import announced, unkept
        from keepdial.geometry import size_of
        from keepdial.shape.kernels import warped
        from keepdial.shape.warp import Warp, rendered

        if not isinstance(frame.guide, Warp):
            raise BackendError("resample was given no source to read.")
        if not warped.ready:
            with announced(progress, cancel):
                warped.prepare()
        pixels, alpha = rendered(frame.guide, size_of(frame.pixels), progress=progress, cancel=cancel)
        return Proposal(pixels, unkept(), alpha)


BACKEND = Resample()
