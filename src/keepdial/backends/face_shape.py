"""Reshaping faces: the points of a face go where the operation says, and the pixels with them.

Between the points the movement is a thin-plate spline (`keepdial.faces.shape.field`). It ends at the edge of
what may move and at every pin, and is taken back where it would pinch. Pixels are read once, from the picture
itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keepdial.backends import Capabilities, Frame, Proposal, Step
from keepdial.geometry import size_of
from keepdial.progress import Cancel, Event, Listener, silent

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.operations.reshape import Bent

    Array = NDArray[np.float32]

CAN = Capabilities(
    operations=frozenset({"reshape"}), quality=0.5, memory_mb=300, seconds_per_mp=0.5, whole=True
)
OPEN = 0.3
"""Least area, in px of the source, that a px of the result shows: less looks pinched, below 0 is a fold."""
RAMP = 0.2
"""Over which width the movement ends at what holds still, in distances of the eyes."""
STILL = 1 / 256
"""Movements below this, in px, are none: there the pixel stays bit for bit."""


@dataclass(frozen=True, slots=True)
class FaceShape:
    """Moves the parts of faces. Deterministic, no weights."""

    name: str = "face-shape"
    version: str = "1"
    capabilities: Capabilities = CAN

    def curve(self, operation: str) -> tuple[tuple[float, float], ...]:
        """Return the identity: the dial scales the way (`Operation.scales`)."""
        return ((0.0, 0.0), (1.0, 1.0))

    def generate(
        self, frame: Frame, step: Step, *, progress: Listener = silent, cancel: Cancel | None = None
    ) -> Proposal:
        """Propose the frame with each face of `frame.guide` reshaped.

        At knob k its points go 1 - k of their way; a map of knobs is read at each point.
        """
        import numpy as np

        from keepdial.color import unit

        progress(Event("generate", 0.0))
        faces = frame.guide
        assert isinstance(faces, tuple)
        pixels = unit(frame.pixels)
        alpha = None if frame.alpha is None else unit(frame.alpha)[..., None]
        notes: list[str] = []
        for i, face in enumerate(faces):
            if cancel is not None:
                cancel.check()
            gone = _reshape(pixels, alpha, frame, face, np.asarray(step.knob, np.float32))
            if gone < 1:
                notes.append(f"A face went {100 * gone:.0f} % of the way: more would pinch it.")
            progress(Event("generate", (i + 1) / len(faces)))
        return Proposal(pixels, tuple(notes), None if alpha is None else alpha[..., 0])


def _reshape(pixels: Array, alpha: Array | None, frame: Frame, face: Bent, knob: Array) -> float:
    """Bend one face in `pixels` (H, W, C), and `alpha` with it; return how much of the way was gone."""
    import numpy as np

    from keepdial.faces.shape import Ways, field
    from keepdial.warping import determinant, identity, sample

    box = face.box.clip(size_of(frame.mask))
    free = np.zeros((box.height, box.width), np.bool_) if box.area == 0 else frame.mask[box.slices] > 0
    if not free.any():
        return 1.0
    ways = face.ways
    held: Array = knob
    if knob.ndim == 2:
        columns = np.clip(np.floor(ways.start[:, 0]).astype(int), 0, knob.shape[1] - 1)
        rows = np.clip(np.floor(ways.start[:, 1]).astype(int), 0, knob.shape[0] - 1)
        held = knob[rows, columns][:, None]
    ways = Ways(ways.start, ways.start + (1 - held) * (ways.end - ways.start))
    away = field(ways, box, face.unit) * _ramp(free, RAMP * face.unit)[..., None]
    gone = 1.0
    places = identity(free.shape)
    while float(determinant(places + gone * away).min()) < OPEN and gone > 0.01:
        gone *= 0.85
    places += np.float32(gone) * away
    moves = np.abs(away).max(axis=2) > STILL
    for layer in (pixels, alpha):
        if layer is not None:
            moved = sample(np.ascontiguousarray(layer[box.slices]), places)
            np.copyto(layer[box.slices], np.clip(moved, 0, 1), where=(free & moves)[..., None])
    return gone


def _ramp(free: NDArray[np.bool_], reach: float) -> Array:
    """Return (h, w) float32: 0 where nothing may move, rising smoothly to 1 over `reach` px.

    Where the picture ends what may move does not: there it may slide out.
    """
    import cv2
    import numpy as np

    if free.all():
        return np.ones(free.shape, np.float32)
    deep = cv2.distanceTransform(free.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    share = np.clip((deep - 0.5) / np.float32(max(reach, 1.0)), 0, 1)
    return np.asarray(share * share * (3 - 2 * share), np.float32)


BACKEND = FaceShape()
