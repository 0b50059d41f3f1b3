"""Kept: how much of the free region survived, against what the dial asked for.

The value is `keepdial.verify.haarpsi.kept`, 0 to 1. It is measured over the bounding box of the mask, so
kept pixels in the corners of that box count too. The limit is the largest gap to the dial.
"""

from __future__ import annotations

import numpy as np

from keepdial.verify import Evidence, Finding, Signal, Verdict
from keepdial.verify.haarpsi import kept_within


def measure(evidence: Evidence) -> Finding | None:
    """Compare kept with the dial, where the canvas held a picture to keep."""
    if not evidence.guess or evidence.box is None:
        return None
    value = evidence.kept
    if value is None:
        value = kept_within(evidence.canvas.pixels, evidence.result.pixels, evidence.box)
    asked = evidence.asked()
    verdict: Verdict = "pass"
    advice = ""
    if asked == 0 and evidence.scales:
        meaning = f"The whole change was made, as asked; the result keeps {value:.2f} of the look."
    elif asked == 0:
        meaning = f"Nothing had to be kept here; the result keeps {value:.2f} of the look all the same."
    elif evidence.begun:
        meaning = (
            f"What was asked for says what changes; {value:.2f} of the look of the edited area was kept."
        )
    else:
        meaning = f"You asked to keep {asked:.2f} of the look of the edited area; {value:.2f} was kept."
        if evidence.scales:
            made = f"{1 - asked:.2f} of the change that was asked for was made"
            meaning = f"{made}; {value:.2f} of the look was kept."
        if asked == 1 and not np.array_equal(evidence.canvas.pixels, evidence.result.pixels):
            verdict, advice = "fail", "Do not use this result: with keep = 1 nothing may change."
        elif value < asked - SIGNAL.limit:
            verdict, advice = "warn", "More changed than you asked for: raise keep, or try another seed."
        elif value > asked + SIGNAL.limit and not evidence.scales:
            verdict, advice = "warn", "Less changed than you asked for: lower keep, or try another seed."
    return Finding(
        signal=SIGNAL.name, value=value, limit=SIGNAL.limit, verdict=verdict, meaning=meaning, advice=advice
    )


SIGNAL = Signal(
    name="kept",
    question="Was as much kept as asked?",
    catches="a result that keeps more or less of the picture than the dial asked for",
    limit=0.1,
    basis="twice the mean gap (0.05) that the dial aims at on photographs it was not calibrated with",
    measure=measure,
)
