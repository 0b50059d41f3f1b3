"""The weights of the evidence, fitted on the tuning half of the photographs by ``benches/clicks_fit.py``.

The last of each is the constant. Logistic regression for how likely a patch is inside (agrees with the
click), or an edge is on the outline.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def weighed(columns: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the logits (N,) of columns (N, F), given weights (F + 1,)."""
    logit: NDArray[np.float64] = columns @ weights[:-1] + weights[-1]
    return logit


EDGE = np.array(
    [
        1.48,
        2.271,
        1.72,
        0.4818,
        2.702,
        -7.639,
    ]
)
BOX = np.array(
    [
        -0.003729,
        0.1234,
        -0.05236,
        0.08081,
        0.8593,
        -0.06631,
        0.03676,
        0.1291,
        -0.7494,
        0.2031,
        -0.002001,
        -0.733,
        -0.1185,
        -0.1014,
        0.7402,
        0.2891,
        0.2257,
        0.9744,
        -2.718,
        -1.119,
        0.7977,
        -0.2239,
        -0.1098,
        -0.7294,
        0.1469,
        -0.02562,
        0.1459,
        0.1846,
        0.3902,
        0.06765,
    ]
)
FIRST = np.array(
    [
        1.249,
        -0.791,
        -0.3539,
        -0.2581,
        -4.806,
        3.478,
        0.378,
        7.949,
        0.1693,
        -0.1512,
        0.7011,
        -8.735,
        0.03418,
        1.045,
        5.399,
        0.5495,
        -0.3115,
        3.586,
        -0.7697,
        1.091,
        -4.031,
        0.8615,
        0.3535,
        -0.611,
    ]
)
FLIP = np.array(
    [
        -0.5175,
        0.6109,
        0.7563,
        0.4018,
        0.816,
        1.738,
        0.6615,
        1.243,
        -0.02338,
        2.101,
        0.5734,
        -1.063,
        -0.7088,
        0.2232,
        0.04818,
        -0.05774,
        -0.8494,
        2.539,
        -0.2778,
        -0.5635,
        0.233,
        0.8753,
        -0.6335,
        0.0171,
        0.7533,
        0.2197,
        -0.213,
        -0.7874,
        0.6296,
        0.4772,
        0.5997,
        0.5751,
        1.551,
    ]
)
STAY = np.array(
    [
        -0.3264,
        0.744,
        0.6569,
        1.62,
        0.4605,
        34.93,
        -0.2674,
        0.3694,
        -0.2155,
        0.6394,
        -0.2092,
        -1.712,
        -2.102,
        0.3649,
        -0.3366,
        -0.2756,
        3.392,
        0.2562,
        -0.6074,
        -0.01311,
        0.5333,
        1.959,
        0.6752,
        -0.01652,
        0.3907,
        0.141,
        0.2579,
        0.8817,
        -0.252,
        0.1191,
        0.294,
        -0.7577,
        0.309,
    ]
)
