"""The subject before its new background, row by row.

A pixel is ``alpha F + (1 - alpha) B``: of the subject's colour F and the background's B. A new background
takes B's place alone. Where the dial asks for a part k of the old one, ``(1 - alpha) B = I - alpha F`` has it
without B being known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from keepdial.backends import Frame, Proposal, Step
from keepdial.backends.backdrop.scenes import Scene, colour_of, enlarged, gradient, picture, plain
from keepdial.color import unit, white_of
from keepdial.errors import BackendError
from keepdial.matting import foreground_of
from keepdial.progress import Cancel, Event, Listener, silent

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.backends.backdrop.light import Look

ROWS = 128
"""Rows that are put together at a time."""

SPREAD = 4
"""How far the subject's colour reaches under full transparency, in pixels, so that scaling shows no rim."""

SMOOTH = ("blur", "gradient")
"""Backgrounds so smooth that 8 bits would show steps: they are dithered."""

MOOD_SHIFT, MOOD_STRETCH = 60.0, 2.0
"""How far a background may move to another picture's look, in Lab units and as a factor of its spread."""

GENTLE_SHIFT, GENTLE_STRETCH = 10.0, 1.2
"""How far a subject may be harmonised: more would change what it is."""

SAMPLE = 256
"""Side of the small picture from which looks are measured."""


def assemble(
    frame: Frame, step: Step, *, progress: Listener = silent, cancel: Cancel | None = None
) -> Proposal:
    """Propose what `step` asks for. The frame must show the subject's matte."""
    if frame.matte is None:
        raise BackendError("backdrop was given no matte.", hint="This is a defect of the operation.")
    report = _Report(progress, cancel)
    report(0.0)
    matte, asked = frame.matte, step.params
    if asked.get("only_mask"):
        shown = np.broadcast_to(matte[..., None], frame.pixels.shape)
        alpha = None if frame.alpha is None else np.ones_like(matte)
        report(1.0)
        return Proposal(np.array(shown, np.float32), alpha=alpha, blended=True)
    fore = foreground_of(frame.pixels, matte)
    report(0.3)
    if step.operation == "cutout" or asked["to"] == "remove":
        return _cut(frame, fore, report)
    return _placed(frame, step, fore, report)


class _Report:
    """Tells of progress and looks at the flag."""

    def __init__(self, progress: Listener, cancel: Cancel | None) -> None:
        self._progress, self._cancel = progress, cancel

    def __call__(self, done: float) -> None:
        if self._cancel is not None:
            self._cancel.check()
        self._progress(Event("generate", done))


def _cut(frame: Frame, fore: NDArray[Any], report: _Report) -> Proposal:
    """Return the subject's colours and its alpha; no colour of the background stays under transparency."""
    import cv2

    assert frame.matte is not None
    h = len(frame.matte)
    out = np.empty(frame.pixels.shape, np.float32)
    side = (2 * SPREAD + 1, 2 * SPREAD + 1)
    for top in range(0, h, ROWS):
        bottom = min(h, top + ROWS)
        y0, y1 = max(0, top - SPREAD), min(h, bottom + SPREAD)
        colours, weight = unit(fore[y0:y1]), frame.matte[y0:y1]
        share = cv2.blur(weight, side)[..., None]
        near = cv2.blur(colours * weight[..., None], side).reshape(colours.shape) / np.maximum(share, 1e-6)
        hidden = np.where(share > 1e-4, near, 0)
        made = np.where(weight[..., None] > 0, colours, hidden)
        out[top:bottom] = made[top - y0 : bottom - y0]
        report(0.3 + 0.7 * bottom / h)
    alpha = frame.matte.copy()
    if frame.alpha is not None:
        alpha *= unit(frame.alpha)
    return Proposal(out, alpha=alpha, blended=True)


def _placed(frame: Frame, step: Step, fore: NDArray[Any], report: _Report) -> Proposal:
    """Return the subject before a new background."""
    assert frame.matte is not None
    h, w, c = frame.pixels.shape
    asked, notes = step.params, list[str]()
    new = asked["to"] in ("colour", "gradient", "image")
    matte = frame.matte
    if new and frame.alpha is not None:
        matte = matte * unit(frame.alpha)
    scene = _scene(frame, asked)
    report(0.5)
    left: Scene | None = None
    if asked["shadow"] > 0:
        from keepdial.backends.backdrop.light import contact_shadow

        shadow = contact_shadow(matte, float(asked["shadow"]))
        if shadow is None:
            notes.append(
                "No shadow was drawn: the subject reaches the lower border, so its foot is not seen."
            )
        else:
            left = enlarged(shadow[..., None], h, w)
    looks = _looks(frame, fore, matte, scene) if asked["harmonise"] > 0 else None
    if asked["harmonise"] > 0 and looks is None:
        notes.append("Nothing was harmonised: too little of the subject or of the background is seen.")
    knob = step.knob
    dither = 1 / white_of(frame.pixels) if asked["to"] in SMOOTH else 0.0
    out = np.empty((h, w, c), np.float32)
    for number, top in enumerate(range(0, h, ROWS)):
        rows = slice(top, min(h, top + ROWS))
        behind = scene(rows.start, rows.stop)
        if left is not None:
            behind = behind * left(rows.start, rows.stop)
        if dither:
            noise = np.random.default_rng((step.seed, number)).random(behind.shape, np.float32)
            behind = behind + np.float32(dither) * (noise - np.float32(0.5))
        a = matte[rows][..., None]
        colours = unit(fore[rows])
        source = unit(frame.pixels[rows])
        k: Any = knob[rows][..., None] if isinstance(knob, np.ndarray) else np.float32(knob)
        subject = colours
        if looks is not None:
            subject = _harmonised(colours, looks, float(asked["harmonise"]))
            subject = subject + k * (colours - subject)
        made = a * subject + (1 - k) * (1 - a) * behind + k * (source - a * colours)
        np.clip(made, 0, 1, out=out[rows])
        report(0.5 + 0.5 * rows.stop / h)
    alpha = None
    if new and frame.alpha is not None:
        old = unit(frame.alpha)
        alpha = np.asarray(1 - np.float32(1) * knob * (1 - old), np.float32)
    return Proposal(out, tuple(notes), alpha=alpha, blended=True)


def _scene(frame: Frame, asked: dict[str, Any]) -> Scene:
    """Return the new background."""
    assert frame.matte is not None
    h, w, c = frame.pixels.shape
    if asked["to"] == "colour":
        return plain(w, colour_of(asked["colour"], c))
    if asked["to"] == "gradient":
        first, second = colour_of(asked["colour"], c), colour_of(asked["second_colour"], c)
        return gradient(h, w, first, second, float(asked["angle"]))
    if asked["to"] == "image":
        from keepdial.operations.background import picture_of

        return picture(picture_of(asked["image"]), h, w, c)
    if asked["to"] == "reference":
        return _mood(frame, asked)
    from keepdial.backends.backdrop.blur import blurred

    behind = 1 - frame.matte
    if frame.alpha is not None:
        behind *= unit(frame.alpha)
    return blurred(frame.pixels, behind, float(asked["blur"]) / 100 * float(np.hypot(h, w)))


def _mood(frame: Frame, asked: dict[str, Any]) -> Scene:
    """Return the old background with the look of another picture."""
    from keepdial.backends.backdrop.light import look_of, moved
    from keepdial.operations.background import picture_of

    assert frame.matte is not None
    h, w, c = frame.pixels.shape
    old = foreground_of(frame.pixels, 1 - frame.matte)
    other = _sampled(picture(picture_of(asked["image"]), SAMPLE, SAMPLE, c), SAMPLE, SAMPLE)
    wanted = look_of(other, np.ones(other.shape[:2], np.float32))
    ys, xs = _grid(h, w)
    mine = look_of(unit(old[np.ix_(ys, xs)]), 1 - frame.matte[np.ix_(ys, xs)])

    def rows(top: int, bottom: int) -> NDArray[np.float32]:
        values = unit(old[top:bottom])
        if mine is None or wanted is None:
            return values
        return moved(values, mine, wanted, amount=1.0, shift=MOOD_SHIFT, stretch=MOOD_STRETCH)

    return rows


def _looks(
    frame: Frame, fore: NDArray[Any], matte: NDArray[np.float32], scene: Scene
) -> tuple[Look, Look] | None:
    """Return the looks of the subject and of its new background; None where there is too little of one."""
    from keepdial.backends.backdrop.light import look_of

    h, w = matte.shape
    ys, xs = _grid(h, w)
    weight = matte[np.ix_(ys, xs)]
    subject = look_of(unit(fore[np.ix_(ys, xs)]), weight)
    behind = look_of(_sampled(scene, h, w), 1 - weight)
    return None if subject is None or behind is None else (subject, behind)


def _grid(h: int, w: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return rows and columns of at most `SAMPLE` by `SAMPLE` evenly spread pixels."""
    return (
        np.linspace(0, h - 1, min(h, SAMPLE)).astype(np.intp),
        np.linspace(0, w - 1, min(w, SAMPLE)).astype(np.intp),
    )


def _sampled(scene: Scene, h: int, w: int) -> NDArray[np.float32]:
    ys, xs = _grid(h, w)
    return np.concatenate([scene(int(y), int(y) + 1)[:, xs] for y in ys])


def _harmonised(colours: NDArray[np.float32], looks: tuple[Look, Look], amount: float) -> NDArray[np.float32]:
    from keepdial.backends.backdrop.light import moved

    old, new = looks
    return moved(colours, old, new, amount=amount, shift=GENTLE_SHIFT, stretch=GENTLE_STRETCH)
