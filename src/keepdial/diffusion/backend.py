"""A checkpoint as a backend: what it can do follows from its family and from what is told of it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from keepdial.backends import Capabilities, Frame, Proposal, Step
from keepdial.diffusion.checkpoint import Checkpoint, checkpoints
from keepdial.diffusion.family import IDENTITY, Family, Kind, families_of, family_of
from keepdial.discover import absent, units
from keepdial.models.published import WORKING, told
from keepdial.progress import Cancel, Event, Listener, silent

if TYPE_CHECKING:
    from collections.abc import Iterator

NEEDS = ("torch", "diffusers", "transformers")
EXTRA = "pip install 'keepdial[diffusion]'"


@dataclass(frozen=True, slots=True)
class CheckpointBackend:
    """Paints with one checkpoint, as its family does."""

    checkpoint: Checkpoint
    family: Family
    kind: Kind

    @property
    def name(self) -> str:
        """The checkpoint's name, and the family's word where it is not what the checkpoint is for."""
        return "-".join(filter(None, (self.checkpoint.name, self.family.beside)))

    @property
    def version(self) -> str:
        """The family and a hash of the weights' names, sizes and tensors: other weights, another version."""
        return f"{self.family.name} {fingerprint(self.checkpoint)}"

    @property
    def capabilities(self) -> Capabilities:
        """What it can do, and what is missing."""
        family, about = self.family, self.about
        if family.beside:
            # What is told of a checkpoint is told of what it is for.
            about = {k: v for k, v in about.items() if k not in ("operations", "keep", "quality")}
        low, high = (float(v) for v in about.get("keep", family.keep))
        unsure = "commercial" not in about
        return Capabilities(
            operations=frozenset(about.get("operations", family.operations)),
            keep=(low, high),
            needs_prompt=family.needs_prompt,
            takes_prompt=True,
            takes_references=family.takes_references or self.checkpoint.adapter is not None,
            minimum=1 if family.whole else int(about.get("minimum", min(256, self.best))),
            multiple_of=1 if family.whole else int(about.get("multiple_of", self.kind.multiple_of)),
            native=False,
            best=0 if family.whole else self.best,
            drifts=not family.whole,
            whole=family.whole,
            takes_points="drag" in family.operations,
            trained=family.trained,
            licence=str(about.get("licence", "not known")),
            # Whoever asks for commercial use only must not be given what nobody vouches for.
            commercial=bool(about.get("commercial", False)) and not unsure,
            memory_mb=round(self.checkpoint.bytes * WORKING / 1e6),
            part_mb=round(self.checkpoint.largest * WORKING / 1e6),
            device="any",
            seconds_per_mp=float(about.get("seconds_per_mp", 0.0)),
            quality=float(about.get("quality", 0.4 if family.beside else 0.6)),
            context=1.0,
            least_context=max(16, self.best // 8),
            missing=self.checkpoint.wrong or lacking(),
        )

    @property
    def best(self) -> int:
        """The side in px at which it works best."""
        return int(self.about.get("best", self.kind.best))

    @property
    def about(self) -> dict[str, Any]:
        """What is told of it by the published card of its name, and by what lies beside it, which wins."""
        here = self.checkpoint
        return {**told(here.name, here.pipeline, here.bytes), **here.about}

    def curve(self, operation: str) -> tuple[tuple[float, float], ...]:
        """Return the calibration: as measured here, as told with the checkpoint, or the family's."""
        from keepdial.correct import is_as_made
        from keepdial.diffusion.calibration import is_raw, measured, trial

        if is_raw(self.name):
            return IDENTITY
        if self.family.own is not None and is_as_made():
            return ((0.0, self.family.own), (1.0, self.family.own))
        if (curve := trial(self.name)) is not None:
            return curve
        if self.family.beside:
            return self.family.curve
        for curves in (measured(self.checkpoint), self.about.get("curves", {})):
            for name in (operation, "any"):
                if name in curves:
                    return tuple((float(a), float(b)) for a, b in curves[name])
        return self.family.curve

    def generate(
        self, frame: Frame, step: Step, *, progress: Listener = silent, cancel: Cancel | None = None
    ) -> Proposal:
        """Propose pixels for the frame; the same frame, step and version give the same on the same device."""
        import numpy as np

        from keepdial.diffusion.load import loaded, quiet
        from keepdial.diffusion.run import Call

        progress(Event("generate", 0.0))
        notes: list[str] = []
        with loaded(self.checkpoint, cancel) as here, quiet():
            if cancel is not None:
                cancel.check()
            if here.placement.why:
                notes.append(here.placement.why)
            pixels = self.family.paint(Call(here, self.kind, frame, step, progress, cancel, notes))
        if frame.pixels.shape[2] == 1:
            pixels = pixels.mean(axis=2, keepdims=True, dtype=np.float32)
        progress(Event("generate", 1.0))
        return Proposal(pixels, tuple(notes))


def lacking() -> str:
    """Return what has to be installed before any checkpoint can work, as a sentence; "" = nothing."""
    names = absent(*NEEDS)
    return f"{' and '.join(names)} must be installed: {EXTRA}" if names else ""


def checkpoint_backends() -> dict[str, CheckpointBackend]:
    """Return a backend for each checkpoint that is here and that a family drives, by name."""
    return {one.name: one for one in _backends()}


def _backends() -> Iterator[CheckpointBackend]:
    for checkpoint in checkpoints().values():
        if checkpoint.wrong or checkpoint.name in built_in():
            continue
        for family in families_of(checkpoint.pipeline):
            yield CheckpointBackend(checkpoint, family, family.kinds[checkpoint.pipeline])


def built_in() -> frozenset[str]:
    """Return the names of the backends that need no checkpoint."""
    return frozenset(units("keepdial.backends", "BACKEND"))


def stranded() -> dict[str, Checkpoint]:
    """Return the checkpoints that cannot be used, by name, `Checkpoint.wrong` saying why."""
    found = {}
    # What a backend of its own drives lies in the same folder.
    driven = {
        name for one in units("keepdial.backends", "BACKEND").values() for name in getattr(one, "drives", ())
    }
    for name, checkpoint in checkpoints().items():
        if checkpoint.wrong:
            found[name] = checkpoint
        elif name in built_in():
            found[name] = replace(
                checkpoint, wrong=f"A built-in backend is called {name!r}: give the checkpoint another name."
            )
        elif checkpoint.pipeline not in driven and family_of(checkpoint.pipeline) is None:
            what = (
                f"the pipeline {checkpoint.pipeline!r}"
                if checkpoint.pipeline
                else "a file of an unknown kind"
            )
            found[name] = replace(
                checkpoint,
                wrong=f"{name!r} is {what}, and nothing here drives it. docs/diffusion.md tells which are, "
                "and how a family is added; for a single file name the pipeline in a TOML.",
            )
    return found


def fingerprint(checkpoint: Checkpoint) -> str:
    """Return 12 hexadecimal digits that are the same for the same weights on any machine.

    Hashed are the names, sizes and headers of the files, and of each tensor's numbers the first and last
    kB: a checkpoint of 20 GB is told from another one without reading all of it.
    """
    from keepdial.diffusion.load import stamp

    return _fingerprint(checkpoint.path.as_posix(), stamp(checkpoint))


@cache
def _fingerprint(root: str, files: tuple[tuple[str, int, int], ...]) -> str:
    digest = hashlib.sha256()
    for path, size, _ in files:
        name = path.removeprefix(root).lstrip("/")
        digest.update(f"{name} {size}\n".encode())
        with open(path, "rb") as file:
            digest.update(file.read(1024))
            for place in _places(path, size):
                file.seek(place)
                digest.update(file.read(1024))
    return digest.hexdigest()[:12]


def _places(path: str, size: int) -> list[int]:
    """Return where in a safetensors file samples are taken: the beginning of each tensor, and the end."""
    try:
        with open(path, "rb") as file:
            length = int.from_bytes(file.read(8), "little")
            header: dict[str, Any] = json.loads(file.read(length)) if length < size else {}
        starts = [8 + length + v["data_offsets"][0] for k, v in header.items() if k != "__metadata__"]
    except (ValueError, KeyError, TypeError, UnicodeDecodeError):
        starts = [size // 8 * i for i in range(8)]
    return [*starts, max(0, size - 1024)]


__all__ = ["IDENTITY", "CheckpointBackend", "checkpoint_backends", "fingerprint", "lacking", "stranded"]
