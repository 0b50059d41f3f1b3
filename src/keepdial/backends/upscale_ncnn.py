"""Upscale and restore by Real-ESRGAN, on the CPU, in tiles. Deterministic."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from keepdial.backends import Capabilities, Frame, Proposal, Step
from keepdial.errors import BackendError
from keepdial.progress import Cancel, Event, Listener, silent

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float32]

CAN = Capabilities(
    operations=frozenset({"upscale", "restore"}),
    quality=0.7,
    memory_mb=600,
    seconds_per_mp=2.5,
    context=0.5,
    least_context=48,
    licence="BSD-3-Clause",
    whole=True,
)
NOTHING = replace(CAN, operations=frozenset())


@dataclass(frozen=True, slots=True)
class UpscaleNcnn:
    """Runs the networks over the source, and holds what they make to it."""

    name: str = "upscale-ncnn"
    version: str = "1"

    @property
    def capabilities(self) -> Capabilities:
        """What it can do: nothing where the networks are not installed."""
        from keepdial.networks.realesrgan import missing

        return NOTHING if missing() else CAN

    def curve(self, operation: str) -> tuple[tuple[float, float], ...]:
        """Return the identity: the dial scales the options, or the change."""
        return ((0.0, 0.0), (1.0, 1.0))

    def generate(
        self, frame: Frame, step: Step, *, progress: Listener = silent, cancel: Cancel | None = None
    ) -> Proposal:
        """Propose the larger picture that `Frame.guide` asks for, or the frame with noise and blocks removed.

        The latter at knob k with a share 1 - k of the change.
        """
        from keepdial.shape.enlarge import Enlargement

        progress(Event("generate", 0.0))
        if step.operation == "restore":
            return _restored(frame, step, progress, cancel)
        if not isinstance(frame.guide, Enlargement):
            raise BackendError("upscale-ncnn was given no source to enlarge.")
        return _enlarged(frame.guide, progress, cancel)


def _enlarged(asked: object, progress: Listener, cancel: Cancel | None) -> Proposal:
    from keepdial.networks import realesrgan
    from keepdial.shape.enlarge import Enlargement, enlarge, reduced

    assert isinstance(asked, Enlargement)

    def network(rgb: Array) -> Array:
        made, times = realesrgan.enlarged(rgb, asked.kind, asked.factor, progress=progress, cancel=cancel)
        return reduced(made, times // asked.factor)

    pixels, alpha = enlarge(asked, network)
    note = f"Fine detail was drawn by a network (Real-ESRGAN, {asked.kind}): it may not have been there."
    if asked.faithful == 1:
        note += " Reduced to its old size, it is the picture that it was made of, nearly to the sample."
    return Proposal(pixels, (note,), alpha)


def _restored(frame: Frame, step: Step, progress: Listener, cancel: Cancel | None) -> Proposal:
    """Enlarge the parts around the mask, and bring them back to their size."""
    import numpy as np

    from keepdial.color import unit
    from keepdial.geometry import Box, size_of
    from keepdial.networks import realesrgan
    from keepdial.shape.enlarge import reduced, solid

    box = Box.of(frame.mask)
    values = unit(frame.pixels)
    if box is None:
        return Proposal(values)
    kind: realesrgan.Kind = "detail" if step.params.get("model") == "detail" else "fast"
    # What lies outside of the mask is seen, as far as the networks reach, and comes back as it is.
    reach = max(network.reach for network in realesrgan.NETWORKS.values())
    part = box.grow(reach).clip(size_of(values)).slices
    alpha = None if frame.alpha is None else frame.alpha[part]
    seen = solid(values[part], alpha)
    channels = values.shape[2]
    rgb = seen if channels == 3 else np.repeat(seen, 3, axis=2)
    made, times = realesrgan.enlarged(rgb, kind, 4, progress=progress, cancel=cancel)
    clean = np.clip(reduced(made, times), 0, 1)
    if channels == 1:
        clean = clean.mean(axis=2, keepdims=True)
    knob = np.asarray(step.knob, np.float32)
    away = 1 - (knob[part][..., None] if knob.ndim == 2 else knob)
    out = values.copy()
    out[part] = seen + away * (clean - seen)
    return Proposal(out, (f"Noise and blocks were removed by a network (Real-ESRGAN, {kind}).",))


BACKEND = UpscaleNcnn()
