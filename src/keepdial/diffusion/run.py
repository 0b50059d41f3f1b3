"""Running a pipeline for one frame: what a family's `paint` is given."""

from __future__ import annotations

import inspect
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from keepdial.color import unit
from keepdial.diffusion.latents import encoded
from keepdial.diffusion.memory import exhausted
from keepdial.diffusion.steer import steered
from keepdial.diffusion.watch import Watch
from keepdial.errors import BackendError, KeepdialError
from keepdial.progress import Cancel, Listener

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image as Picture

    from keepdial.backends import Frame, Step
    from keepdial.diffusion.family import Kind
    from keepdial.diffusion.load import Loaded

LEAST_STRENGTH = 0.02
"""A strength below this runs no step of most schedules."""


@dataclass(frozen=True, eq=False, slots=True)
class Call:
    """One frame to paint.

    Attributes:
        loaded: the checkpoint, in memory.
        kind: what differs between the pipelines of the family.
        frame: what is seen, at a size that the model takes.
        step: what is asked; its knob is 0 = free, 1 = hold everything.
        progress, cancel: as a backend gets them.
        notes: what is to be said of how it was made; families add to it.
    """

    loaded: Loaded
    kind: Kind
    frame: Frame
    step: Step
    progress: Listener
    cancel: Cancel | None
    notes: list[str]

    @property
    def prompt(self) -> str:
        """The words; empty when there are none."""
        return self.step.prompt

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the frame in px."""
        height, width = self.frame.mask.shape
        return width, height

    @property
    def source(self) -> NDArray[np.float32]:
        """(h, w, 3) float32 in [0, 1]: the frame's pixels; grey ones three times."""
        values = unit(self.frame.pixels)
        return values if values.shape[2] == 3 else np.repeat(values, 3, axis=2)

    @property
    def strength(self) -> NDArray[np.float32]:
        """(h, w) float32 in [0, 1]: how far each pixel may go; 0 where the mask is 0, else 1 - knob."""
        free = np.float32(1) - np.asarray(self.step.knob, np.float32)
        return np.asarray(np.where(self.frame.mask > 0, free, np.float32(0)), np.float32)

    @property
    def held(self) -> bool:
        """Whether there is anything to hold: a mask that leaves something out, or a knob above 0."""
        return (self.frame.guess and bool(self.strength.min() < 1)) or bool(self.frame.mask.min() <= 0)

    def option(self, name: str, default: Any) -> Any:
        """Return the operation's option of that name, or `default` where it is not there or not set."""
        value = self.step.params.get(name)
        return default if value in (None, "", (), []) else value

    @property
    def steps(self) -> int:
        """Denoising steps: as asked, else as the checkpoint says, else as the family does."""
        return int(self.option("steps", self.loaded.checkpoint.about.get("steps", self.kind.steps)))

    @property
    def guidance(self) -> float | None:
        """Text guidance scale: as asked, or as told, or the family's; None = the pipeline's own."""
        told = self.loaded.checkpoint.about.get("guidance", self.kind.guidance)
        value = self.option("guidance", told)
        return None if value is None else float(value)

    @property
    def references(self) -> list[Picture]:
        """The pictures that show what is meant, as pictures of 8 bits, RGB."""
        from PIL import Image

        from keepdial.operations._prompt import pictures

        given = self.option("reference", ())
        shown = pictures([given] if isinstance(given, str) else given)
        rgb = [np.repeat(unit(one.pixels), 3 // one.pixels.shape[2], axis=2) for one in shown]
        return [Image.fromarray(np.rint(values * 255).astype(np.uint8)) for values in rgb]

    def check(self) -> None:
        """Raise `Cancelled` where the edit was cancelled."""
        if self.cancel is not None:
            self.cancel.check()

    def picture(self) -> Picture:
        """Return the frame as a picture of 8 bits, RGB."""
        from PIL import Image

        return Image.fromarray(np.rint(self.source * 255).astype(np.uint8))

    def hole(self) -> Picture:
        """Return the mask as a grey picture, white = paint here: wherever it is above 0."""
        from PIL import Image

        return Image.fromarray(np.asarray(self.frame.mask > 0, np.uint8) * np.uint8(255))

    def run(
        self, task: str = "", *, hold: bool = False, at: tuple[int, int] | None = None, **given: Any
    ) -> NDArray[np.float32]:
        """Run the pipeline and return (h, w, 3) float32 in [0, 1].

        Args:
            task: the class of the pipeline over the same components; "" = the checkpoint's own.
            hold: whether the source is held by `strength` while the model works. A pipeline with a strength
                of its own starts from the source's latents (image to image, and inpainting below full
                strength); for one that starts from noise alone they are made here.
            at: (width, height) in px at which the pipeline works, where it does not take a size.
            given: arguments for the pipeline. What it does not take, or is None, is left out.

        Raises:
            BackendError: the model failed, or returned NaN.
            Cancelled.
        """
        import torch

        task, given = steered(self, task, given)
        pipe = self.loaded.task(task)
        width, height = self.size
        seed = torch.Generator("cpu").manual_seed(self.step.seed)
        takes = parameters_of(pipe)
        arguments = {
            "num_inference_steps": self.steps,
            "width": width,
            "height": height,
            "generator": seed,
            "output_type": "np",
            **self._by_words(takes),
            **self.kind.given,
            **given,
        }
        arguments = {k: v for k, v in arguments.items() if v is not None and k in takes}
        try:
            with torch.inference_mode():
                clean = encoded(pipe, self._sized(at)) if hold and "strength" not in takes else None
            watch = Watch(
                pipe,
                self.progress,
                self.cancel,
                strength=self.strength if hold else None,
                guide=self.source if self.frame.guess else None,
                clean=clean,
            )
            with watch, torch.inference_mode():
                made = pipe(**arguments).images
        except KeepdialError:
            raise
        # A pipeline raises anything: torch's errors, its own, those of a component.
        except Exception as problem:
            name = self.loaded.checkpoint.name
            raise exhausted(problem, name) or _failed(problem, name) from problem
        return self._taken(made, at or self.size)

    def _by_words(self, takes: frozenset[str]) -> dict[str, Any]:
        """Return how far, and away from what, the words guide, as a pipeline takes it."""
        negative = self.option("negative", None)
        if self.kind.scale == "true_cfg_scale" and "true_cfg_scale" in takes:
            # Such a pipeline follows the words that far only where it is told what to go away from.
            return {"true_cfg_scale": self.guidance, "negative_prompt": negative or " "}
        if negative and ("negative_prompt" not in takes or "true_cfg_scale" in takes):
            self.notes.append("This model cannot be told what is not to be there; that was left out.")
            negative = None
        return {self.kind.scale: self.guidance, "negative_prompt": negative}

    def _sized(self, at: tuple[int, int] | None) -> NDArray[np.float32]:
        """Return the source at the size at which a pipeline works."""
        if at in (None, self.size):
            return self.source
        import cv2

        return np.asarray(cv2.resize(self.source, at, interpolation=cv2.INTER_AREA), np.float32)

    def _taken(self, made: Any, due: tuple[int, int]) -> NDArray[np.float32]:
        """Return what a pipeline made, as it has to be; a size other than the one that is due is noted."""
        pixels = np.asarray(made[0], np.float32)
        if not np.isfinite(pixels).all():
            raise BackendError(
                f"{self.loaded.checkpoint.name!r} returned values that are no colours (NaN).",
                hint="Nothing was written. Some models overflow in 16 bits: try another seed or checkpoint.",
            )
        width, height = self.size
        if pixels.shape[:2] != (height, width):
            import cv2

            if pixels.shape[1::-1] != due:
                self.notes.append(
                    f"The model returned {pixels.shape[1]} x {pixels.shape[0]} px for {width} x {height}."
                )
            resized = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_LANCZOS4)
            pixels = np.asarray(resized, np.float32)
        return np.asarray(np.clip(pixels, 0, 1), np.float32)


def parameters_of(pipe: Any) -> frozenset[str]:
    """Return the names of what a pipeline takes."""
    return frozenset(inspect.signature(type(pipe).__call__).parameters)


def reach(strength: NDArray[np.float32], steps: int) -> float:
    """Return the strength to run image to image with, so that its freest pixel has all steps that are due
    to it.

    A whole number of `steps`, since schedules are cut between steps: what is over is held by `Watch`.
    """
    most = max(LEAST_STRENGTH, float(strength.max()))
    return min(1.0, math.ceil(most * steps - 1e-6) / steps + 1e-6)


def _failed(problem: BaseException, name: str) -> BackendError:
    kind = type(problem).__name__
    line = " ".join(str(problem).split())[:160]
    return BackendError(
        f"The model {name!r} failed: {kind}{': ' if line else ''}{line}",
        hint="Nothing was written. Try other options, another seed or another checkpoint.",
        detail=f"{kind}: {problem}",
    )
