"""Families: kinds of diffusion models that are driven alike. One family is one file with ``FAMILY``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.diffusion.run import Call

Curve = tuple[tuple[float, float], ...]

IDENTITY: Curve = ((0.0, 0.0), (1.0, 1.0))


@dataclass(frozen=True, slots=True)
class Kind:
    """What differs between the pipelines of a family, as their makers document it.

    Attributes:
        best: the side in px at which it was trained.
        multiple_of: sides of a frame are multiples of this: the VAE's factor, times the patch's.
        steps: denoising steps where nobody says how many.
        guidance: text guidance scale where nobody says one; None = the pipeline's own.
        tasks: other pipeline classes over the same components, by what they do (``image``: image to image,
            ``inpaint``), as diffusers' ``from_pipe`` makes them.
        scale: the pipeline's word for how far the words guide.
        given: what the pipeline is given besides, each time.
    """

    best: int = 512
    multiple_of: int = 8
    steps: int = 30
    guidance: float | None = None
    tasks: dict[str, str] = field(default_factory=dict)
    scale: Literal["guidance_scale", "true_cfg_scale"] = "guidance_scale"
    given: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Family:
    """The declaration of one family.

    Attributes:
        name: the word for it.
        summary: one sentence.
        kinds: the pipeline classes it drives, by their name in model_index.json.
        operations: names of the operations it serves.
        paint: makes the pixels: takes a `keepdial.diffusion.run.Call`, returns (h, w, 3) float32 in [0, 1].
        dial: what the dial drives, in words.
        keep: (lowest, highest) dial it is trained for.
        trained: what it was trained for: ``edit``, ``fill`` or ``generate``.
        needs_prompt: whether it does nothing without words.
        takes_references: whether it can be shown other pictures.
        beside: for a family that drives what another one is for: what its backends' names end in.
        whole: whether it sees the whole canvas at its own size, and scales what it needs by itself.
        curve: the calibration where none was measured, (kept, knob) pairs.
        own: the knob at which it works as it was made to, for operations whose dial nobody turned and that
            then only begin there (`Operation.begins`); None = they too follow the curve.
    """

    name: str
    summary: str
    kinds: dict[str, Kind]
    operations: frozenset[str]
    paint: Callable[[Call], NDArray[np.float32]]
    dial: str
    keep: tuple[float, float] = (0.0, 1.0)
    trained: Literal["edit", "generate", "fill", "any"] = "any"
    needs_prompt: bool = False
    takes_references: bool = False
    beside: str = ""
    whole: bool = False
    curve: Curve = IDENTITY
    own: float | None = None


def families() -> dict[str, Family]:
    """Return every family by name, built-in and installed."""
    from keepdial.discover import units

    return units("keepdial.backends", "FAMILY")


def family_of(pipeline: str) -> Family | None:
    """Return the family that the pipeline class called so is for; None where nobody drives it."""
    return next((f for f in families().values() if pipeline in f.kinds and not f.beside), None)


def families_of(pipeline: str) -> tuple[Family, ...]:
    """Return the families that drive the pipeline class called so."""
    return tuple(f for f in families().values() if pipeline in f.kinds)
