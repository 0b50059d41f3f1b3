"""Geometry: points that are dragged and things that are moved. Deterministic, no weights.

Dragging bends the picture (`keepdial.warping`), and texture that was stretched too far is made anew by the
patch engine. Moving lifts a thing off, fills what was behind it with the patch engine, and sets it down.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keepdial.backends import Capabilities, Frame, Proposal, Step
from keepdial.progress import Cancel, Event, Listener, silent

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from keepdial.geometry import Box
    from keepdial.warping.dragging import Landing
    from keepdial.warping.flow import Watch

CAN = Capabilities(
    operations=frozenset({"drag", "move"}),
    takes_points=True,
    quality=0.5,
    memory_mb=400,
    seconds_per_mp=1.5,
    whole=True,
)

CONTEXT = 48
"""Pixels around what may change that are looked at."""

PREVIEWS = 6
"""Most previews on one way."""


@dataclass(frozen=True, slots=True)
class Warp:
    """Drags points and moves things."""

    name: str = "warp"
    version: str = "1"
    capabilities: Capabilities = CAN

    def curve(self, operation: str) -> tuple[tuple[float, float], ...]:
        """Return the identity: the dial scales the way (`Operation.scales`)."""
        return ((0.0, 0.0), (1.0, 1.0))

    def generate(
        self, frame: Frame, step: Step, *, progress: Listener = silent, cancel: Cancel | None = None
    ) -> Proposal:
        """Propose the frame with its handles, or the thing, a share 1 - knob of the way further."""
        from keepdial.backends.patch.warm import warm
        from keepdial.warping.sample import prepare

        unkept = warm(progress, cancel)
        prepare(progress, cancel)
        if step.operation == "move":
            from keepdial.warping.moving import moved

            made = moved(frame, step, progress=progress, cancel=cancel)
        else:
            made = _dragged(frame, step, progress, cancel)
        progress(Event("generate", 1.0))
        return Proposal(made.pixels, (*made.notes, *unkept), alpha=made.alpha, blended=True)


def _dragged(frame: Frame, step: Step, progress: Listener, cancel: Cancel | None) -> Proposal:
    """Propose the frame after dragging; only the part around the mask is computed."""
    import numpy as np

    from keepdial.color import unit
    from keepdial.errors import BackendError
    from keepdial.geometry import Box, size_of
    from keepdial.warping.dragging import dragged, landings, reached
    from keepdial.warping.grip import Grip
    from keepdial.warping.sample import sample
    from keepdial.warping.telling import looked_for, told

    grip = frame.guide
    if not isinstance(grip, Grip):
        raise BackendError("warp was given no handles.", hint="This is a defect of the operation.")
    whole = unit(frame.pixels)
    box = Box.of(frame.mask > 0)
    assert box is not None, "the engine asks for nothing where the mask is empty"
    box = box.grow(CONTEXT).clip(size_of(frame.mask))
    origin = np.array([box.x, box.y], np.float64)
    source = _opaque(whole[box.slices].copy(), frame, box)
    free = frame.mask[box.slices] > 0
    start = grip.start - origin
    goal = start + (1 - _at(step.knob, grip.start)) * (grip.end - grip.start)
    can = reached(start, goal, free, ~free & grip.area[box.slices])

    def report(done: float) -> None:
        if cancel is not None:
            cancel.check()
        progress(Event("generate", done))

    report(0.0)
    part = np.s_[box.y : box.bottom, box.x : box.right]
    made = dragged(
        source,
        start,
        can.end,
        free,
        stiff=np.ascontiguousarray(grip.stiff[part]),
        usable=frame.usable[part],
        mend=bool(step.params.get("mend", True)),
        seed=step.seed,
        watch=_previews(whole, source, box, progress, cancel),
        report=report,
    )
    whole[part] = made.pixels
    alpha = None
    if frame.alpha is not None:
        alpha = unit(frame.alpha)
        alpha[part] = np.clip(sample(np.ascontiguousarray(alpha[part]), made.map), 0, 1)
    seen = landings(source, made.pixels, start, goal, radius=looked_for(frame.mask.size))
    notes = told(grip.start, goal + origin, can.why, [_moved_by(one, box) for one in seen])
    if made.anew.any():
        notes.append(f"{int(made.anew.sum()):,} px were stretched too far and made anew.")
    if made.done < 1:
        notes.append(f"The handles are in each other's way: {made.done:.0%} of their way was gone.")
    return Proposal(whole, tuple(notes), alpha=alpha, blended=True)


def _opaque(source: NDArray[np.float32], frame: Frame, box: Box) -> NDArray[np.float32]:
    """Return the part with the colours under full transparency taken from around it."""
    import numpy as np

    from keepdial.backends.patch.smooth import pull_push

    if frame.alpha is None or bool((frame.alpha[box.slices] > 0).all()):
        return source
    channels = source.shape[2]
    colours = np.repeat(source, 3, axis=2) if channels == 1 else source
    return pull_push(np.ascontiguousarray(colours), frame.alpha[box.slices] > 0)[..., :channels]


def _at(knob: float | NDArray[np.float32], points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the knob at points (n, 2), as (n, 1)."""
    import numpy as np

    if not isinstance(knob, np.ndarray):
        return np.full((len(points), 1), knob, np.float64)
    h, w = knob.shape
    x, y = np.rint(points.T).astype(np.int64)
    return np.asarray(knob[np.clip(y, 0, h - 1), np.clip(x, 0, w - 1)][:, None], np.float64)


def _previews(
    whole: NDArray[np.float32],
    source: NDArray[np.float32],
    box: Box,
    progress: Listener,
    cancel: Cancel | None,
) -> Watch:
    """Return what is called along the way: it looks at the flag, and shows some of the states between."""
    from keepdial.warping.dragging import WARP

    shown = 0

    def watch(done: float, so_far: Callable[[], NDArray[np.float32]]) -> None:
        nonlocal shown
        if cancel is not None:
            cancel.check()
        preview = None
        if progress is not silent and done < 1 and done * (PREVIEWS + 1) >= shown + 1:
            shown += 1
            preview = whole.copy()
            preview[box.slices] = _glimpse(source, so_far())
        progress(Event("generate", WARP * done, preview))

    return watch


def _glimpse(source: NDArray[np.float32], moved: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the picture as the map shows it, in a hurry."""
    import cv2
    import numpy as np

    x, y = np.ascontiguousarray(moved[..., 0]), np.ascontiguousarray(moved[..., 1])
    seen = cv2.remap(source, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(seen, np.float32).reshape(source.shape)


def _moved_by(one: Landing, box: Box) -> Landing:
    from dataclasses import replace

    return replace(one, x=one.x + box.x, y=one.y + box.y)


BACKEND = Warp()
