"""A stand-in for models that paint from words: instant, deterministic, it remembers what it was asked."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keepdial.backends import Capabilities, Frame, Proposal, Step
from keepdial.color import unit
from keepdial.progress import Cancel, Event, Listener, silent

TOLD = ("add", "instruct", "replace", "restyle")
"""Operations that are done from words alone."""

PAINTED = (*TOLD, "background", "extend", "fill", "generate")
"""All that can be."""

SAMPLES = 4
"""Steps of the stand-in's sampler, between which it looks at the flag."""

CAN = Capabilities(operations=frozenset(PAINTED), takes_prompt=True, takes_references=True, quality=0.9)


@dataclass
class Painter:
    """Paints one colour over all that it is shown, mixed with what was there as the dial says.

    The colour is grey, or, where it is `colourful`, one that the words, the options, the reference pictures
    and the seed decide.
    """

    name: str = "painter"
    version: str = "1"
    capabilities: Capabilities = CAN
    colourful: bool = False
    asked: list[Step] = field(default_factory=list)
    seen: list[Frame] = field(default_factory=list)

    def curve(self, operation: str) -> tuple[tuple[float, float], ...]:
        return ((0.0, 0.0), (1.0, 1.0))

    def generate(
        self, frame: Frame, step: Step, *, progress: Listener = silent, cancel: Cancel | None = None
    ) -> Proposal:
        self.asked.append(step)
        self.seen.append(frame)
        paint = self.colour(step) if self.colourful else np.full(3, 0.5, np.float32)
        share = np.asarray(step.knob if frame.guess else 0.0, np.float32)
        share = share[..., None] if share.ndim == 2 else share
        for done in range(SAMPLES):
            if cancel is not None:
                cancel.check()
            progress(Event("generate", done / SAMPLES, np.broadcast_to(paint, (2, 2, 3)).copy()))
        return Proposal(unit(frame.pixels) * share + paint[: frame.pixels.shape[2]] * (1 - share))

    def colour(self, step: Step) -> NDArray[np.float32]:
        told: dict[str, Any] = {k: v for k, v in step.params.items() if v not in (None, "", [], ())}
        words = f"{step.prompt} {sorted(told.items())} {step.seed}"
        return np.random.default_rng(zlib.crc32(words.encode())).random(3, np.float32)
