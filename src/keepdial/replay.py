"""Replay: run a recorded edit once more, compare every pixel, and say what differs and why it may."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from keepdial.errors import RecordError
from keepdial.progress import Cancel, Listener, silent
from keepdial.settings import Settings

if TYPE_CHECKING:
    from keepdial.edit import Edit
    from keepdial.files import Encoded
    from keepdial.image import Image
    from keepdial.record import EditRecord
    from keepdial.request import Request

What = Literal["source", "request", "seed", "version", "backend", "packages", "machine"]


@dataclass(frozen=True, slots=True)
class Cause:
    """Something in which two edits differ, so that their pixels may: what it is, in words, then and now."""

    what: What
    words: str


@dataclass(frozen=True, eq=False, slots=True)
class Replay:
    """A recorded edit that was run once more.

    Attributes:
        edit: the new run.
        same_pixels: whether its pixels are exactly those on record.
        encoded: the file of the new run, in the recorded format; None when the record tells of no file.
        same_file: whether that file's bytes are exactly those on record; None without one.
        causes: what differs between then and now.
    """

    edit: Edit
    same_pixels: bool
    encoded: Encoded | None
    same_file: bool | None
    causes: tuple[Cause, ...]

    @property
    def identical(self) -> bool:
        """Whether everything that was recorded came out again."""
        return self.same_pixels and self.same_file is not False

    def __str__(self) -> str:
        pixels = (
            "Every pixel came out as recorded" if self.same_pixels else "The pixels are not those recorded"
        )
        file = {
            None: "",
            True: ", and the file is the same, byte for byte",
            False: f"{', but' if self.same_pixels else ', and'} the file is not",
        }[self.same_file]
        reasons = "".join(f" {cause.words}" for cause in self.causes)
        if self.identical:
            return f"{pixels}{file}.{f' (Different all the same:{reasons})' if reasons else ''}"
        return (
            f"{pixels}{file}.{reasons or ' Nothing on record differs: this is a defect, please report it.'}"
        )


def replay(
    record: EditRecord,
    image: Image | None = None,
    *,
    progress: Listener = silent,
    cancel: Cancel | None = None,
    settings: Settings | None = None,
) -> Replay:
    """Run the recorded edit on `image`, which should be the photograph it was made from.

    A picture that was painted from nothing needs none.

    The backend is the recorded one, even where the router would choose another by now.

    Raises:
        RecordError: the picture is missing, or of another size or depth, or a backend of the record is not
            installed.
        Anything that `keepdial.edit.edit` raises.
    """
    from keepdial.backends import backends
    from keepdial.blank import canvas
    from keepdial.edit import edit
    from keepdial.files import encode_image
    from keepdial.geometry import Size
    from keepdial.recording import record_of

    was = record.source
    if image is None:
        if was.format != "none":
            raise RecordError("The record was made from a picture.", hint="Give that picture.")
        image = canvas(Size(was.width, was.height))
    if (was.width, was.height, was.depth) != (image.size.width, image.size.height, image.depth):
        raise RecordError(
            f"The record was made from a picture of {was.width}x{was.height} at {was.depth} bits; this one "
            f"is {image.size} at {image.depth} bits.",
            hint="Give the photograph that was edited, not the result.",
        )
    missing = sorted({route.backend for route in record.routes} - set(backends()))
    if missing:
        raise RecordError(
            f"The record was made with the backend {missing[0]!r}, which is not installed here.",
            hint="Install it, or make the edit anew with another backend.",
        )
    settings = settings or Settings.from_environment()
    request = _by_the_same(record)
    done = edit(request, image, progress=progress, cancel=cancel, settings=settings)
    encoded, same_file = None, None
    if record.delivered is not None:
        habits = replace(settings, keep_metadata=record.delivered.keep_metadata)
        encoded = encode_image(
            done.image,
            format=record.delivered.format,
            changed=done.changed,
            placement=done.stage.placement,
            settings=habits,
        )
        same_file = hashlib.sha256(encoded.data).hexdigest() == record.delivered.sha256
    # What was asked is the same; only the backends were named.
    now = record_of(done).model_copy(update={"request": record.request})
    return Replay(
        edit=done,
        same_pixels=now.result.digest == record.result.digest,
        encoded=encoded,
        same_file=same_file,
        causes=causes(record, now),
    )


def _by_the_same(record: EditRecord) -> Request:
    """Return the recorded request with the backends that did it then, step by step."""
    done = record.steps or (record,)
    parts = [record.request.model_copy(update={"then": ()}), *record.request.then]
    named = []
    for step in done:
        for _ in range(1 + len(step.also)):
            part = parts.pop(0)
            if step.routes:
                part = part.model_copy(update={"backend": step.routes[-1].backend})
            named.append(part)
    return named[0].model_copy(update={"then": tuple(named[1:])})


def causes(then: EditRecord, now: EditRecord) -> tuple[Cause, ...]:
    """Return in what two records differ that may make their pixels differ, nearest cause first."""
    found: list[Cause] = []

    def differ(what: What, words: str) -> None:
        found.append(Cause(what, words))

    if then.source.digest != now.source.digest:
        differ("source", "The source picture has other pixels than the one on record.")
    elif then.source.sha256 != now.source.sha256:
        differ("source", "The source has the same pixels, but comes from another file.")
    if then.request.seed != now.request.seed:
        differ("seed", f"The seed was {then.request.seed} and is {now.request.seed}.")
    same_seed = now.request.model_copy(update={"seed": then.request.seed})
    if then.request != same_seed:
        fields = sorted(
            name
            for name in type(then.request).model_fields
            if getattr(then.request, name) != getattr(same_seed, name)
        )
        differ("request", f"The request differs in {', '.join(fields)}.")
    if then.keepdial != now.keepdial:
        differ("version", f"keepdial was {then.keepdial} and is {now.keepdial}.")
    old, new = ([(r.backend, r.version) for r in record.routes] for record in (then, now))
    if old != new:
        differ("backend", f"The backend was {_named(old)} and is {_named(new)}.")
    a, b = then.environment, now.environment
    moved = sorted(n for n in {*a.packages, *b.packages} if a.packages.get(n) != b.packages.get(n))
    if moved or a.python != b.python:
        words = [f"{n} was {a.packages.get(n, 'absent')} and is {b.packages.get(n, 'absent')}" for n in moved]
        if a.python != b.python:
            words.append(f"Python was {a.python} and is {b.python}")
        differ("packages", f"{'; '.join(words)}.")
    here, there = (f"{e.system} on {e.machine} ({e.cpu})" for e in (b, a))
    if here != there:
        differ("machine", f"The machine was {there} and is {here}.")
    return tuple(found)


def _named(routes: list[tuple[str, str]]) -> str:
    return ", ".join(f"{name} {version}" for name, version in routes) or "none"
