"""Shift: a proposal that moved or zoomed the picture.

A model that paints a whole frame anew may return it some pixels off, or a percent larger. The engine compares
the proposal with the picture on what has to be kept, moves it back, and compares again
(`keepdial.registration`). The value is what is left, in px of the picture at the corner of the frame that is
off farthest. Where nothing has to be kept, a proposal is moved back only by a little, and only where nearly
the whole picture agrees: what was asked for may have moved things.

Measured with ``benches/proposals.py graded`` on what is found before anything is moved back (11 photographs,
rebuilt as by a VAE, with a hole in each): unmoved ones have 0.00 all; of shifts of 0.25, 0.5, 1 and 4 px
there are 0, 55, 100 and 100 % above the limit, of zooms of 0.3 and 3 % all (AUROC 1.000 each).
"""

from __future__ import annotations

from keepdial.verify import Evidence, Finding, Signal


def measure(evidence: Evidence) -> Finding | None:
    """Tell how far the proposals lay off, and how far they do now; None where that was not measured."""
    drift = evidence.drift
    if drift is None or drift.moved is None or drift.left is None:
        return None
    bad = drift.left > SIGNAL.limit
    zoom = f" and {100 * abs(drift.zoom - 1):.1f} % {'larger' if drift.zoom > 1 else 'smaller'}"
    zoom = zoom if abs(drift.zoom - 1) >= 0.001 else ""
    if drift.moved <= SIGNAL.limit:
        meaning = "The backend returned the picture where it was."
    else:
        meaning = f"The backend returned the picture up to {drift.moved:.1f} px off{zoom}."
        meaning += (
            f" It still lies {drift.left:.1f} px off: lines that cross the edge of the edit do not meet."
            if bad
            else f" It was moved back, to within {max(drift.left, 0.1):.1f} px."
        )
    return Finding(
        signal=SIGNAL.name,
        value=drift.left,
        limit=SIGNAL.limit,
        verdict="warn" if bad else "pass",
        meaning=meaning,
        advice=(
            "If that was not asked for, select only what is to change, so that the rest can be held against "
            "the picture; or try another seed or another model."
            if bad
            else ""
        ),
    )


SIGNAL = Signal(
    name="shift",
    question="Is everything still where it was?",
    catches="a proposal that moved or zoomed the picture",
    limit=0.5,
    basis="half a px: no unmoved one of 11 proposals, and each that was off by 1 px or 0.3 %, is above it",
    measure=measure,
)
