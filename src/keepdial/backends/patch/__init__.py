"""The embedded engine: coarse-to-fine patch synthesis. No weights, no GPU, no network."""

from __future__ import annotations

from dataclasses import dataclass

from keepdial.backends import Capabilities, Frame, Proposal, Step
from keepdial.progress import Cancel, Event, Listener, silent

CAN = Capabilities(
    operations=frozenset({"remove", "fill", "extend", "variation"}),
    quality=0.5,
    memory_mb=400,
    context=1.0,
    least_context=64,
)


@dataclass(frozen=True, slots=True)
class Patch:
    """Generates pixels out of patches of the picture itself, and knows nothing but the picture."""

    name: str = "patch"
    version: str = "1"
    capabilities: Capabilities = CAN

    def curve(self, operation: str) -> tuple[tuple[float, float], ...]:
        """Return the calibration: (kept, knob) pairs, one curve for all operations."""
        from keepdial.backends.patch.calibration import curve

        return curve()

    def generate(
        self, frame: Frame, step: Step, *, progress: Listener = silent, cancel: Cancel | None = None
    ) -> Proposal:
        """Propose pixels for the frame; see `synthesise`."""
        from keepdial.backends.patch.engine import synthesise
        from keepdial.backends.patch.warm import warm

        def report(done: float) -> None:
            progress(Event("generate", done))
            if cancel is not None:
                cancel.check()

        unkept = warm(progress, cancel)
        report(0.0)
        hole = frame.mask > 0
        # Without a starting point, but with the hole's own content as example: free rearrangement.
        hold = step.knob if frame.guess else 0.0 if bool((frame.usable & hole).any()) else None
        pixels, notes = synthesise(
            frame.pixels,
            hole,
            frame.usable,
            seed=step.seed,
            hold=hold,
            report=report,
        )
        report(1.0)
        return Proposal(pixels, (*notes, *unkept))


BACKEND = Patch()
