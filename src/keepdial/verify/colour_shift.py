"""Colour shift: a proposal whose kept areas changed colour.

A model that takes a picture apart and builds it up again (through a VAE, say) changes its colours by some
levels all over. The engine compares the proposal with the picture where it has to be kept, and matches its
colours (`keepdial.tint`). The value is what is left: the difference between means over squares of 4 px, in
CIE Lab, the median over the kept squares.

Measured with ``benches/proposals.py graded`` on what is found before anything is matched (11 photographs,
rebuilt as by a VAE, with a hole in each): untinted ones have 0.49 to 0.68; of affine tints of 1, 2, 4 and 8
levels there are 64, 100, 100 and 100 % above the limit (AUROC 1.000 each), of other gains in linear light by
about as much 9, 18, 100 and 100 % (0.785, 0.942, 1.000, 1.000): those barely touch dark photographs.
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
    basis="the largest of 11 untinted photographs has 0.68; all affine tints of 2 levels are above it",
    measure=measure,
)
