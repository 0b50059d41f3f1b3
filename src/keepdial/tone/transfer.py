"""The look of one photograph for another: its range of light, and its colours at each level of light.

In OKLab. Light goes through a curve that takes the picture's distribution to the reference's (histogram
matching), its slope limited so that nothing is torn apart or pressed flat. At each level of light then, mean
and spread of the two colour axes go to the reference's by the linear map that moves colours least (F. Pitie,
A. Kokaram, The linear Monge-Kantorovitch linear colour mapping for example-based colour transfer, CVMP 2007).
Both change smoothly with light, so that an even sky stays even.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from keepdial.tone.oklab import from_oklab, to_oklab
from keepdial.tone.render import Pass

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.tone.look import Look
    from keepdial.tone.space import Space

    Array = NDArray[np.float32]
    Exact = NDArray[np.float64]

BINS = 128
"""Steps of the curve of light, from black to white."""
SMOOTH = 2.5
"""Over so many of them its slope is smoothed (a standard deviation)."""
FLATTEST, STEEPEST = 0.25, 2.4
LEVELS = 17
"""Levels of light at which colours are compared, from black to white."""
WIDTH = 0.1
"""How wide a level is, a standard deviation in lightness."""
COMMON = 0.1
"""The share of the picture that all of it has in each level: one with few pixels goes by the whole."""
ENDS = 0.003
"""The share of the picture that is taken to be pure black, and pure white, which are without colour."""
TINY = 0.006
"""A spread of colour below this is noise, and is not made larger to match."""
MOST_SPREAD = 3.0
"""Colours are spread by no more than this."""
TOE, LIFTED = 0.08, 0.02
"""The lightness of the second level of 8 bits; and the new lightness from which on black is lifted."""
STEPS = 1 << 15
"""Entries of the tables from black to white."""
ABOVE = 1.25
"""The lightness to which tables reach: passes may go above white in between."""


@dataclass(frozen=True, eq=False, slots=True)
class Transfer:
    """A look, as tables over lightness from 0 to `ABOVE`.

    Attributes:
        light: (n,) float32, the new lightness.
        colour: (6, n) float32: two rows of the map of a and b, each with what is added.
    """

    light: Array
    colour: Array


def curve_of(source: Array, reference: Array) -> Exact:
    """Return what lightness 0, 1 / BINS, ... 1 becomes, (BINS + 1,), rising.

    Args:
        source, reference: (n,), (m,) lightness in [0, 1].
    """
    shares = np.linspace(0, 1, 513)
    ours, theirs = np.quantile(source, shares), np.quantile(reference, shares)
    grid = np.linspace(0, 1, BINS + 1)
    ours += np.arange(len(ours)) * 1e-9
    matched = np.interp(grid, np.concatenate([[0], ours, [1]]), np.concatenate([[0], theirs, [1]]))
    counts = np.histogram(source, BINS, (0, 1))[0] / len(source) + 1e-4
    slope = _blurred(np.diff(matched) * BINS * counts) / _blurred(counts)
    slope = np.clip(slope, FLATTEST, STEEPEST)
    curve = np.concatenate([[0], np.cumsum(slope) / BINS])
    # The curve is hung where the picture's pixels lie, as the mean of the two would have it.
    middle = 0.5 * (curve[1:] + curve[:-1])
    curve += float(theirs.mean()) - float((middle * counts).sum() / counts.sum())
    return np.maximum.accumulate(np.clip(curve, 0, 1))


def _blurred(values: Exact) -> Exact:
    reach = int(4 * SMOOTH)
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / SMOOTH) ** 2)
    return np.convolve(np.pad(values, reach, mode="reflect"), weights / weights.sum(), "valid")


def _levels(lab: Array) -> tuple[Exact, Exact]:
    """Return means (LEVELS, 2) and covariances (LEVELS, 2, 2) of a and b at each level of lightness."""
    at = np.linspace(0, 1, LEVELS)[:, None]
    weights = np.exp(-0.5 * ((at - lab[:, 0]) / WIDTH) ** 2) / len(lab) + COMMON / len(lab)
    colours = lab[:, 1:].astype(np.float64)
    ends = ENDS * (np.exp(-0.5 * (at / WIDTH) ** 2) + np.exp(-0.5 * ((at - 1) / WIDTH) ** 2))
    total = weights.sum(axis=1, keepdims=True) + ends
    means = weights @ colours / total
    squares = np.einsum("ln,ni,nj->lij", weights, colours, colours, optimize=True) / total[..., None]
    return means, squares - means[:, :, None] * means[:, None, :]


def _root(matrix: Exact, power: float) -> Exact:
    """Return a power of a symmetric positive matrix (2, 2)."""
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * np.maximum(values, 0) ** power) @ vectors.T)


def _map(source: Exact, reference: Exact) -> Exact:
    """Return the symmetric matrix (2, 2) that takes one covariance to the other, by no more than it may."""
    noise = TINY**2 * np.eye(2)
    half, back = _root(source + noise, 0.5), _root(source + noise, -0.5)
    found = back @ _root(half @ (reference + noise) @ half, 0.5) @ back
    values, vectors = np.linalg.eigh(found)
    return np.asarray((vectors * np.clip(values, 0, MOST_SPREAD)) @ vectors.T)


def transfer_of(source: Array, reference: Array, strength: float) -> Transfer:
    """Return the look that takes one set of colours to another.

    Args:
        source, reference: (n, 3), (m, 3) OKLab.
        strength: how much of it, 0 to 1.
    """
    lightness = np.clip(source[:, 0], 0, 1)
    curve = curve_of(lightness, np.clip(reference[:, 0], 0, 1))
    grid = np.linspace(0, 1, BINS + 1)
    moved = np.column_stack([np.interp(lightness, grid, curve), source[:, 1:]]).astype(np.float32)
    (ours, spread), (theirs, aim) = _levels(moved), _levels(reference)
    maps = np.array([_map(a, b) for a, b in zip(spread, aim, strict=True)])
    added = theirs - np.einsum("lij,lj->li", maps, ours)
    at = np.arange(round(ABOVE * STEPS) + 1) / STEPS
    light = _lifted(at, np.interp(at, grid, curve) + np.maximum(at - 1, 0))
    level = np.interp(light, np.linspace(0, 1, LEVELS), np.arange(LEVELS))
    both = np.concatenate([maps, added[..., None]], axis=2).reshape(LEVELS, 6)
    colour = np.array([np.interp(level, np.arange(LEVELS), column) for column in both.T])
    same = np.array([1, 0, 0, 0, 1, 0])[:, None]
    return Transfer(
        np.asarray(at + strength * (light - at), np.float32),
        np.asarray(same + strength * (colour - same), np.float32),
    )


def _lifted(at: Exact, light: Exact) -> Exact:
    """Let a curve (n,) over lightness leave a lifted black along a straight line in light.

    Lightness is steep at black: there it sets apart what in a file are neighbouring levels.
    """
    black = float(light[0])
    end = int(np.searchsorted(at, TOE))
    straight = black + (light[end] - black) * (at[:end] / TOE) ** 3
    out = light.copy()
    out[:end] += min(1.0, black / LIFTED) * (straight - light[:end])
    return out


def moved(light: Array, transfer: Transfer, space: Space) -> Array:
    """Return linear light (h, w, 3) with a look; colours that cannot be shown are made paler."""
    lab = to_oklab(np.maximum(light, 0), space)
    at = lab[..., 0] * np.float32(STEPS)
    np.clip(at, 0, len(transfer.light) - 2, out=at)
    index = at.astype(np.intp)
    at -= index
    low, high = _looked_up(transfer.light, index), _looked_up(transfer.light[1:], index)
    first, second = lab[..., 1], lab[..., 2]
    table = transfer.colour
    new = np.empty_like(lab)
    new[..., 0] = low + at * (high - low)
    for row in range(2):
        out = _looked_up(table[3 * row], index) * first
        out += _looked_up(table[3 * row + 1], index) * second
        out += _looked_up(table[3 * row + 2], index)
        new[..., 1 + row] = out
    return paler(from_oklab(new, space), space)


def _looked_up(table: Array, index: NDArray[np.intp]) -> Array:
    return np.take(table, index, mode="clip")


def paler(light: Array, space: Space) -> Array:
    """Draw light (..., 3), in place, to grey of the same luminance as far as a channel leaves [0, 1]."""
    grey = np.clip(light @ space.luma, 0, 1)
    largest = np.maximum(np.maximum(light[..., 0], light[..., 1]), light[..., 2])
    least = np.minimum(np.minimum(light[..., 0], light[..., 1]), light[..., 2])
    tiny = np.float32(1e-6)
    share = np.minimum((1 - grey) / np.maximum(largest - grey, tiny), grey / np.maximum(grey - least, tiny))
    np.minimum(share, 1, out=share)
    for channel in range(3):
        plane = light[..., channel]
        plane -= grey
        plane *= share
        plane += grey
    return light


def match(look: Look, reference: Array, strength: float) -> tuple[Pass, ...]:
    """Return the pass that gives the frame a reference's look.

    Args:
        look: the frame.
        reference: (n, 3) float32 OKLab, colours of the reference.
        strength: how much of it, 0 to 1.
    """
    transfer = transfer_of(to_oklab(look.sample, look.space), reference, strength)
    return (Pass(lambda light, rows: moved(light, transfer, look.space)),)
