"""Colour shift: a proposal whose kept areas changed colour.

A model that takes a picture apart and builds it up again (through a VAE, say) changes its colours by some
levels all over. The engine compares the proposal with the picture where it has to be kept, and matches its
colours (`keepdial.tint`). The value is what is left: the difference between means over squares of 4 px, in
CIE Lab, the median over the kept squares.
"""

from __future__ import annotations

from keepdial.verify import Evidence, Finding, Signal


def measure(evidence: Evidence) -> Finding | None:
    """Tell how far the proposals' colours were off where the picture is kept; None where nothing is."""
    drift = evidence.drift
    if drift is None or drift.colour is None or drift.colour_left is None:
        return None
    bad = drift.colour_left > SIGNAL.limit
    meaning = f"Where the picture is kept, the backend's colours were off by {drift.colour:.1f} (CIE Lab)"
    if drift.colour_left < drift.colour:
        meaning += f"; they were matched to the picture, which leaves {drift.colour_left:.1f}."
    else:
        meaning += ", which nobody sees." if not bad else ", and were left so."
    return Finding(
        signal=SIGNAL.name,
        value=drift.colour_left,
        limit=SIGNAL.limit,
        verdict="warn" if bad else "pass",
        meaning=meaning + (" About 2.3 can just be seen, beside each other less." if bad else ""),
        advice=(
            "The edited part may differ in colour from what is around it: look at the edge, feather the "
            "mask, or raise keep."
            if bad
            else ""
        ),
    )


SIGNAL = Signal(
    name="colour shift",
    question="Did colours drift where the picture is kept?",
    catches="a proposal whose kept areas changed colour",
    limit=1.0,
    basis="TODO",
    measure=measure,
)
