"""Verifying: what was measured of an edit. One signal is one file with a ``SIGNAL`` constant.

A signal looks at the evidence of one edit and says one thing about it: a number, the limit it is held
against, and in plain words what that means and what to do next. It changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from keepdial.geometry import Box, size_of
from keepdial.request import Value

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.image import Image
    from keepdial.settle import Drift

Verdict = Literal["pass", "warn", "fail"]


@dataclass(frozen=True, eq=False, slots=True)
class Evidence:
    """What an edit left behind, for the signals to look at.

    Attributes:
        canvas: the picture that was worked on (the source, or the source on a larger canvas).
        result: the edited picture, of the canvas' size and depth.
        mask: (H, W) float32 in [0, 1] of the result, 1 = the edit was to act here.
        free: (H, W) bool, True where a change was allowed at all. Everywhere else result equals canvas.
        operation: the operation's name.
        keep: the dial that was asked for, in [0, 1]: a number or (H, W) float32.
        guess: whether the canvas' pixels under the mask are a picture (True) or unknown (False: a margin).
        placement: where in the canvas the source lies; None when the canvas is the source.
        blends: whether the edited part is to pass for a part of the picture around it.
        kept: how much of the free region was kept, where the edit loop has measured it already; else None.
        scales: whether the dial scales the amount of a change, so that more may be kept than it says.
        begun: whether the dial is only where the operation begins, since nobody turned it: no demand.
        drift: how the backend's proposals lay on the picture before and after the engine settled them; None
            for a backend whose proposals stay in place.
        box: the bounding box of the mask, found once for all signals; None if the mask is empty.
    """

    canvas: Image
    result: Image
    mask: NDArray[np.float32]
    free: NDArray[np.bool_]
    operation: str
    keep: float | NDArray[np.float32]
    guess: bool = True
    placement: Box | None = None
    kept: float | None = None
    blends: bool = True
    scales: bool = False
    begun: bool = False
    drift: Drift | None = None
    box: Box | None = field(init=False)

    def __post_init__(self) -> None:
        from keepdial.mask import bounds

        object.__setattr__(self, "box", bounds(self.mask))

    def around(self, pad: int) -> Box | None:
        """Return the mask's bounding box grown by `pad` px and cut at the picture; None if it is empty."""
        return None if self.box is None else self.box.grow(pad).clip(size_of(self.mask))

    def asked(self) -> float:
        """Return the dial as one number: a map counts with its mean under the mask."""
        import numpy as np

        if isinstance(self.keep, float | int):
            return float(self.keep)
        if self.box is None:
            return float(self.keep.mean(dtype=np.float64))
        return float(np.average(self.keep[self.box.slices], weights=self.mask[self.box.slices]))


class Finding(Value):
    """What one signal found.

    Attributes:
        signal: the signal's name.
        value: what was measured; each signal says in its file what the number is.
        limit: what the value is held against.
        verdict: ``pass``; ``warn`` = look at it; ``fail`` = a promise was broken.
        meaning: what the number says, as sentences for somebody who has never heard of the signal.
        advice: what to do next; empty when there is nothing to do.
    """

    signal: str
    value: float
    limit: float
    verdict: Verdict
    meaning: str
    advice: str = ""


class Report(Value):
    """All findings about one edit; `model_dump_json` and `model_validate_json` take it to JSON and back."""

    findings: tuple[Finding, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of all findings; ``pass`` when there are none."""
        verdicts = {finding.verdict for finding in self.findings}
        if "fail" in verdicts:
            return "fail"
        return "warn" if "warn" in verdicts else "pass"

    def __getitem__(self, signal: str) -> Finding:
        """Return the finding of the signal called so; KeyError if it had nothing to say."""
        for finding in self.findings:
            if finding.signal == signal:
                return finding
        raise KeyError(signal)

    def with_finding(self, finding: Finding) -> Report:
        """Return the report with `finding` in it, in place of one of the same signal if there is one."""
        others = tuple(f for f in self.findings if f.signal != finding.signal)
        return Report(findings=(*others, finding))


@dataclass(frozen=True, slots=True)
class Signal:
    """The declaration of one signal.

    Attributes:
        name: the word for it.
        question: what a person wants to know, which the finding answers.
        catches: what it is there to find, as half a sentence.
        limit: what its value is held against.
        basis: where the limit comes from: the promise, or the measurement with its data.
        measure: takes the evidence; returns the finding, or None where the signal does not apply.
    """

    name: str
    question: str
    catches: str
    limit: float
    basis: str
    measure: Callable[[Evidence], Finding | None]


def signals() -> dict[str, Signal]:
    """Return every signal by name, built-in and installed."""
    from keepdial.discover import units

    return units("keepdial.verify", "SIGNAL")


def verify(evidence: Evidence) -> Report:
    """Return what all signals that apply to `evidence` found."""
    found = (signal.measure(evidence) for signal in signals().values())
    return Report(findings=tuple(finding for finding in found if finding is not None))


def verify_delivery(evidence: Evidence, delivered: Image, guaranteed: NDArray[np.bool_] | None) -> Finding:
    """Return the finding ``delivered``: whether the file, read back, holds what the edit promised.

    `guaranteed` (H, W) bool is True where the format promises the pixel exactly; None = it promises none
    (`keepdial.files.Encoded.guaranteed`). Kept pixels (not `evidence.free`) are counted over it, where any
    that changed is a ``fail``, and outside of it, which is told in `Finding.meaning` and is no failure. A
    file that promises nothing and changed kept pixels is a ``warn``.
    """
    from keepdial.verify.preserved import delivery

    return delivery(evidence, delivered, guaranteed)
