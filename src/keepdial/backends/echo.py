"""A stand-in for contract tests: deterministic, instant, and it changes everything it is shown.

It is used only when it is asked for by name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keepdial.backends import Capabilities, Frame, Proposal, Step
from keepdial.progress import Cancel, Event, Listener, silent

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


CAN = Capabilities(
    operations=frozenset({"remove", "fill", "extend", "variation"}),
    quality=0.0,
    takes_prompt=True,
    by_name_only=True,
)


@dataclass(frozen=True, slots=True)
class Echo:
    """Proposes the frame moved half the range away from itself, a little further for each seed.

    At knob k it proposes the mean of that and the frame, weighted with k, where the frame is a guess. Every
    sample of the frame changes, inside the mask and outside: what survives, the engine has kept.
    """

    name: str = "echo"
    version: str = "1"
    capabilities: Capabilities = CAN

    def curve(self, operation: str) -> tuple[tuple[float, float], ...]:
        """Return the identity: the echo is not calibrated."""
        return ((0.0, 0.0), (1.0, 1.0))

    def generate(
        self, frame: Frame, step: Step, *, progress: Listener = silent, cancel: Cancel | None = None
    ) -> Proposal:
        """Return the changed frame; the same frame, step and version give the same."""
        import numpy as np

        from keepdial.color import unit

        progress(Event("generate", 0.0))
        if cancel is not None:
            cancel.check()
        source = unit(frame.pixels)
        far = (source + np.float32(0.4 + _spread(step.seed) * 0.2)) % np.float32(1.0)
        proposed = far
        if frame.guess:
            k: NDArray[np.float32] = np.asarray(step.knob, np.float32)
            k = k[..., None] if k.ndim == 2 else k
            proposed = far + (source - far) * k
        progress(Event("generate", 1.0))
        return Proposal(proposed.astype(np.float32), (f"echo at seed {step.seed}",))


def _spread(seed: int) -> float:
    """Return a number in [0, 1) that is far for near seeds (Knuth's multiplicative hash)."""
    return seed * 2654435761 % 2**32 / 2**32


BACKEND = Echo()
