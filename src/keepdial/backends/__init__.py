"""Backends: what proposes pixels. One backend is one module with a ``BACKEND`` constant.

A backend sees a frame and a step. It never sees a path, the dial or the compositor, and what it returns is a
proposal: the engine decides what of it reaches the picture.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

from keepdial.progress import Cancel, Listener, silent

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.geometry import Box


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a backend can do, as data for the router and the frame.

    Attributes:
        operations: names of the operations it serves.
        keep: (lowest, highest) dial it was trained or built for.
        needs_prompt, takes_mask, takes_references, takes_points: what it takes.
        minimum, multiple_of, maximum: sides of a frame it accepts, in pixels; maximum 0 = no limit.
        native: whether it works at the picture's own resolution, at any size.
        best: the side of a frame in pixels at which it works best: the engine scales frames to about
            best x best pixels in area, sides a multiple of `multiple_of`, and proposals back; 0 = native
            resolution, nothing is scaled.
        drifts: whether proposals may be shifted, zoomed or off in colour, so that the engine registers them
            and matches their colour on kept pixels.
        trained: what it was trained for: "edit" (changing a given picture), "generate" (pictures from words
            alone), "fill" (a hole in a given picture), "any" (whatever it declares).
        licence, commercial: the licence of code and weights, and whether commercial use is allowed.
        remote: whether pixels leave the machine.
        device: where it runs: ``cpu``, ``cuda``, ``mps``, or ``any``: a GPU where there is one, else the CPU.
        memory_mb: roughly what it needs beside the frame, in MB of 10^6 bytes.
        part_mb: what its largest part needs, where one part at a time can be on a GPU while the others wait
            in main memory; 0 = all of it has to be there.
        seconds_per_mp: measured time for a megapixel to generate, on the machine named in the docs.
        quality: rank among backends for the same work, 0 to 1, from the benches.
        context: how far around a hole a frame reaches, in sizes of the hole (square root of its area).
        least_context: how far at least, in pixels.
        takes_prompt: whether words change what it proposes.
        by_name_only: never chosen by the router, only when it is asked for.
        whole: whether it sees the whole canvas as one frame, because what it proposes in one place depends on
            all others (a gradient, a blur), instead of a frame around each hole.
        missing: what has to be installed before it can work, as a sentence; "" = nothing.
    """

    operations: frozenset[str]
    keep: tuple[float, float] = (0.0, 1.0)
    needs_prompt: bool = False
    takes_mask: bool = True
    takes_references: bool = False
    takes_points: bool = False
    minimum: int = 1
    multiple_of: int = 1
    maximum: int = 0
    native: bool = True
    best: int = 0
    drifts: bool = False
    trained: Literal["edit", "generate", "fill", "any"] = "any"
    licence: str = "Apache-2.0"
    commercial: bool = True
    remote: bool = False
    device: str = "cpu"
    memory_mb: int = 0
    part_mb: int = 0
    seconds_per_mp: float = 0.0
    quality: float = 0.5
    context: float = 1.0
    least_context: int = 64
    takes_prompt: bool = False
    by_name_only: bool = False
    whole: bool = False
    missing: str = ""


@dataclass(frozen=True, eq=False, slots=True)
class Frame:
    """The part of the canvas a backend sees.

    Attributes:
        box: where the frame lies in the canvas. Where a backend needs larger sides than the canvas has, the
            arrays are padded right and below; the box leaves the padding out.
        pixels: (h, w, C) uint8 or uint16, C = 1 or 3, as in the canvas (alpha apart); read-only.
        mask: (h, w) float32 in [0, 1], above 0 = propose pixels here; between 0 and 1 the composite will
            blend them with the source. Exactly 0 on a pinned pixel.
        usable: (h, w) bool, True where `pixels` may serve as example: inside the picture, not fully
            transparent, not selected for the edit (but for operations whose examples are everywhere).
        guess: whether `pixels` under the mask are a starting point (True) or unknown.
        own: (h, w) bool, the part of the mask that is this frame's to write; None = all of it. Holes of
            other frames that reach into this one are in the mask too, since their content is unknown.
        matte: (h, w) float32, the share of the subject in each pixel, 1 = subject; None where the operation
            has no subject.
        alpha: (h, w) of the pixels' dtype, 0 = transparent; None when the canvas is opaque.
        icc: the canvas' ICC profile, which says what the samples mean; None = sRGB.
        guide: what the operation found for this backend, in the canvas' coordinates (`Stage.guide`).
        scale: how many pixels of the arrays show one pixel of the canvas, along x and y: where the backend
            has a best size, the engine scales the frame to it (`keepdial.fitting`).
    """

    box: Box
    pixels: NDArray[np.uint8] | NDArray[np.uint16]
    mask: NDArray[np.float32]
    usable: NDArray[np.bool_]
    guess: bool
    own: NDArray[np.bool_] | None = None
    matte: NDArray[np.float32] | None = None
    alpha: NDArray[np.uint8] | NDArray[np.uint16] | None = None
    icc: bytes | None = None
    guide: object = None
    scale: tuple[float, float] = (1.0, 1.0)


@dataclass(frozen=True, eq=False, slots=True)
class Step:
    """What is asked of a backend for one frame.

    Attributes:
        operation: the operation's name.
        params: the operation's own options as plain values.
        knob: the backend's own knob in [0, 1] after calibration, 0 = free, 1 = hold everything; a number or
            (h, w) float32.
        seed: seed of all randomness.
        prompt: words, empty when there are none.
        also: further operations on the same region, to be done in the same pass: (name, options).
        remote: whether pixels may leave this machine; a remote backend refuses to work without.
    """

    operation: str
    knob: float | NDArray[np.float32]
    seed: int
    params: dict[str, Any] = field(default_factory=dict)
    prompt: str = ""
    also: tuple[tuple[str, dict[str, Any]], ...] = ()
    remote: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class Proposal:
    """What a backend returns.

    Attributes:
        pixels: (h, w, C) float32 in [0, 1] of the frame's size.
        notes: how it was made, in words.
        alpha: (h, w) float32 in [0, 1], the transparency to write where the mask is above 0, 0 =
            transparent; None leaves the canvas' transparency as it is. The canvas must have alpha.
        blended: whether `pixels` are mixed with the source already, so that they are taken as they are
            wherever the mask is above 0, rather than by the mask's weight.
    """

    pixels: NDArray[np.float32]
    notes: tuple[str, ...] = ()
    alpha: NDArray[np.float32] | None = None
    blended: bool = False


class Backend(Protocol):
    """Something that proposes pixels.

    `curve` is the measured calibration for an operation: (keep, knob) pairs, both rising, from (0, ...) to
    (1, 1); the engine interpolates the dial through it.
    """

    @property
    def name(self) -> str:
        """The word for it."""
        ...

    @property
    def version(self) -> str:
        """Its version, for records: another version may propose other pixels."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""
        ...

    def curve(self, operation: str) -> tuple[tuple[float, float], ...]:
        """Return the calibration curve, as (kept, knob) pairs in rising order."""
        ...

    def generate(
        self, frame: Frame, step: Step, *, progress: Listener = silent, cancel: Cancel | None = None
    ) -> Proposal:
        """Propose pixels for the frame; the same frame, step and version give the same proposal."""
        ...


def backends() -> dict[str, Backend]:
    """Return every backend by name: built-in, installed, and one for each checkpoint that is here."""
    from keepdial.diffusion.backend import checkpoint_backends
    from keepdial.discover import units

    return {**checkpoint_backends(), **units("keepdial.backends", "BACKEND")}
