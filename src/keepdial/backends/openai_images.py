"""Any server that speaks the OpenAI images API: hosted, in one's own network, or on this machine.

It sees a frame and the words, nothing else of the picture. What it answers is a proposal, of which the engine
takes what lies inside the mask. That is needed: to most such models the mask is a hint, and they repaint the
whole frame.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keepdial.backends import Capabilities, Frame, Proposal, Step
from keepdial.backends._images_server import Images, set_up
from keepdial.errors import RouteError
from keepdial.progress import Cancel, Event, Listener, silent

if TYPE_CHECKING:
    from keepdial.backends._images_frame import Sent
    from keepdial.backends._images_job import Asked

MAKES = frozenset({"generate"})
CHANGES = frozenset({"fill", "replace", "add", "remove", "background", "restyle", "instruct", "extend"})

BEST = 1024
"""The side of a frame in px: the size that the models of the protocol have in common."""

USUAL = 20.0
"""Seconds after which the progress stands at two thirds: no server says how far it is."""

KEPT, KEPT_BYTES = 8, 96 * 1024 * 1024
"""Answers that are remembered: so many at most, and so many bytes together."""


@dataclass(frozen=True, slots=True)
class OpenAIImages:
    """The images server that the environment names (``KEEPDIAL_IMAGES_URL`` and kin), whichever it is now."""

    name: str = "openai-images"

    @property
    def version(self) -> str:
        """The version of what is sent, and the model: another one paints other pixels."""
        images, _ = set_up()
        return f"1 {images.model}" if images is not None and images.model else "1"

    @property
    def capabilities(self) -> Capabilities:
        """What the server can do, as far as the protocol and the model's name say it.

        `quality` stands below the embedded engines' 0.5, which do the same work without a server, since none
        was measured. `keep` ends at 0.6, the dial of an instruction that changes one thing (`instruct`):
        above, more is to be held than anything in the protocol can ask for.
        """
        images, missing = set_up()
        takes = None if images is None else images.takes
        edits = takes is None or takes.edits
        side = BEST
        if takes is not None and takes.sizes:
            side = min(BEST, math.isqrt(max(size.area for size in takes.sizes)))
        return Capabilities(
            operations=MAKES | CHANGES if edits else MAKES,
            keep=(0.0, 0.6),
            takes_prompt=True,
            takes_references=takes is not None and takes.references,
            multiple_of=16,
            native=False,
            best=side,
            drifts=True,
            trained="edit" if edits else "generate",
            licence="the server's terms" if images is None else f"the terms of {images.server.host}",
            commercial=images is not None and images.commercial,
            remote=images is None or not images.local,
            device="server",
            quality=0.4,
            missing=missing,
        )

    def curve(self, operation: str) -> tuple[tuple[float, float], ...]:
        """Return the identity: there is no dial that could be calibrated."""
        return ((0.0, 0.0), (1.0, 1.0))

    def generate(
        self, frame: Frame, step: Step, *, progress: Listener = silent, cancel: Cancel | None = None
    ) -> Proposal:
        """Ask the server, and return its picture as a proposal.

        The same is not asked twice in one process: the answer is remembered, so that the same frame and step
        give the same proposal, which few servers see to, and cost nothing more.

        Raises `RouteError` where no server is set up, or pixels may not leave this machine; `ParameterError`
        for words that the model does not take; `ImagesError` for what the server does; `Cancelled`.
        """
        from keepdial.backends import _images_frame as frames
        from keepdial.backends import _images_job as jobs

        images, missing = set_up()
        if images is None or missing:
            raise RouteError(f"The backend {self.name!r} is not ready here: {missing}")
        if not images.local and not step.remote:
            raise RouteError(
                f"The backend {self.name!r} would send a part of the picture to {images.server.host}, which "
                "is not allowed.",
                hint="Allow it, or use a backend on this machine.",
            )
        progress(Event("generate", 0.0))
        if cancel is not None:
            cancel.check()
        sent = frames.sent(frame, images.takes)
        asked = jobs.asked(images, step, frame, sent)
        key = asked.digest(images, step.seed)
        answer = _KEPT.get(key) or _painted(images, asked, progress, cancel)
        values, notes = frames.proposed(answer[0], frame, sent)
        # Only what could be used is remembered; anything else is asked for anew.
        _KEPT.put(key, answer)
        progress(Event("generate", 1.0))
        return Proposal(values, (*_notes(images, asked, sent, frame, answer[1]), *notes))


def _painted(
    images: Images, asked: Asked, progress: Listener, cancel: Cancel | None
) -> tuple[bytes, frozenset[str]]:
    """Return the picture's bytes, and the optional fields that the server did not take."""
    from keepdial.backends._images_talk import Talk

    start = told = time.monotonic()

    def waiting() -> None:
        nonlocal told
        now = time.monotonic()
        if now - told >= 0.25:
            told = now
            progress(Event("generate", 0.95 * (1 - math.exp((start - now) / USUAL))))

    talk = Talk(images, until=start + images.seconds, cancel=cancel, waiting=waiting)
    return talk.picture(asked.end, asked.fields, asked.optional, asked.parts), talk.left_out


def _notes(
    images: Images, asked: Asked, sent: Sent, frame: Frame, left_out: frozenset[str]
) -> tuple[str, ...]:
    """Return what was sent, to whom, and what had no effect, in words."""
    who = f"{images.model} at {images.server.host}" if images.model else images.server.host
    size = sum(len(part.data) for part in asked.parts)
    what = f"the words and {sent.whole} px of the picture, {size:,} bytes" if size else "the words alone"
    where = "on this machine" if images.local else "on another machine"
    notes = [f"{who}, {where}, was sent {what}."]
    taken = {name: value for name, value in asked.optional.items() if name not in left_out}
    if frame.guess:
        fidelity = taken.get("input_fidelity")
        more = f" beyond {fidelity} input fidelity" if fidelity else ""
        notes.append(f"An images server has no dial: how much of the region it kept{more} is its own choice.")
    if "seed" not in taken:
        notes.append("It takes no seed: asked again another time, it paints another picture.")
    dropped = [*asked.untold, *(sorted(left_out & set(asked.optional) - {"seed", "response_format"}))]
    if dropped:
        notes.append(f"It takes no {', no '.join(dropped)}: left out.")
    return tuple(notes)


class _Answers:
    """The last answers, each under the hash of what was asked."""

    def __init__(self) -> None:
        self._found: OrderedDict[str, tuple[bytes, frozenset[str]]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> tuple[bytes, frozenset[str]] | None:
        with self._lock:
            found = self._found.get(key)
            if found is not None:
                self._found.move_to_end(key)
            return found

    def put(self, key: str, answer: tuple[bytes, frozenset[str]]) -> None:
        with self._lock:
            self._found[key] = answer
            self._found.move_to_end(key)
            while len(self._found) > KEPT or sum(len(data) for data, _ in self._found.values()) > KEPT_BYTES:
                self._found.popitem(last=False)

    def clear(self) -> None:
        """Forget all of them."""
        with self._lock:
            self._found.clear()


_KEPT = _Answers()

BACKEND = OpenAIImages()
