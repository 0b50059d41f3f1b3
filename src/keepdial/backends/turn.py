"""Turn: moves every pixel of a picture that is mirrored or turned by quarters to its new place. Exact."""

from __future__ import annotations

from dataclasses import dataclass

from keepdial.backends import Capabilities, Frame, Proposal, Step
from keepdial.errors import BackendError
from keepdial.progress import Cancel, Event, Listener, silent

CAN = Capabilities(
    operations=frozenset({"flip", "rotate"}),
    quality=0.5,
    memory_mb=100,
    seconds_per_mp=0.03,
    whole=True,
)


@dataclass(frozen=True, slots=True)
class TurnOver:
    """Reads the source that the stage hands over from another corner or side."""

    name: str = "turn"
    version: str = "1"
    capabilities: Capabilities = CAN

    def curve(self, operation: str) -> tuple[tuple[float, float], ...]:
        """Return the identity: nothing of the empty canvas could be kept."""
        return ((0.0, 0.0), (1.0, 1.0))

    def generate(
        self, frame: Frame, step: Step, *, progress: Listener = silent, cancel: Cancel | None = None
    ) -> Proposal:
        """Propose the picture that `Frame.guide`, a `keepdial.shape.turn.Turn`, describes."""
        from keepdial.color import unit
        from keepdial.shape.turn import Turn

        if not isinstance(frame.guide, Turn):
            raise BackendError("turn was given no picture to turn.")
        turn = frame.guide
        if cancel is not None:
            cancel.check()
        progress(Event("generate", 0.0))
        alpha = None if turn.image.alpha is None else unit(turn.of(turn.image.alpha))
        pixels = unit(turn.of(turn.image.pixels))
        progress(Event("generate", 1.0))
        return Proposal(pixels, alpha=alpha)


BACKEND = TurnOver()
