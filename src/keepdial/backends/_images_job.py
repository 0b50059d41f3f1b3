"""What an images server is asked for one step: the words, the fields and the pictures."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keepdial.backends import Frame, Step
from keepdial.backends._images_server import VARIABLES, Images
from keepdial.backends._images_talk import Part
from keepdial.errors import ParameterError

if TYPE_CHECKING:
    from keepdial.backends._images_frame import Sent

TOLD = {
    "generate": "{it}",
    "instruct": "{it}",
    "fill": "Fill {place} with: {it}. It has to go with its surroundings.",
    "replace": "Put this into {place}, instead of what was there: {it}. It has to go with its surroundings.",
    "add": "Add to {place}: {it}.",
    "background": "Make this the background: {it}. The subject stays exactly as it is.",
    "restyle": "Redraw the picture in this style: {it}. Everything stays where it is.",
    "extend": "Continue the picture into {place}, beyond its old border. There: {it}.",
}
"""What the model is told for each operation that comes with words."""

UNTOLD = {
    "fill": "Fill {place} so that it continues its surroundings. Put no new thing there.",
    "remove": "Fill {place} with what is behind it, so that it continues its surroundings. Put no new thing "
    "there.",
    "extend": "Continue the picture into {place}, beyond its old border. Put no new thing there.",
    "replace": "Put what the other picture shows into {place}. It has to go with its surroundings.",
    "add": "Add to {place} what the other picture shows.",
}
"""And without words; the last two by a reference picture alone."""

FAITHFUL = 0.5
"""From this knob on the server is asked for high input fidelity, where its model has it. It is the only dial
of the protocol, and has two positions."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request to a server, whatever it takes of it.

    Attributes:
        end: ``edits`` or ``generations``.
        fields: what has to be said; ``prompt`` is among them.
        optional: what is left out where the server does not take it.
        parts: the pictures: the frame, references, the mask; empty where it is made from words alone.
        untold: options of the step that the protocol has nothing for.
    """

    end: str
    fields: dict[str, str]
    optional: dict[str, str]
    parts: tuple[Part, ...]
    untold: tuple[str, ...]

    def digest(self, images: Images, seed: int) -> str:
        """Return a hash that is the same exactly when the same is asked of the same server and model."""
        found = hashlib.sha256(repr((images.url, images.model, self.end, seed)).encode())
        found.update(repr((sorted(self.fields.items()), sorted(self.optional.items()))).encode())
        for part in self.parts:
            found.update(f"{part.name} {len(part.data)} ".encode())
            found.update(part.data)
        return found.hexdigest()


def asked(images: Images, step: Step, frame: Frame, sent: Sent) -> Asked:
    """Return what is asked of the server for a step on a frame.

    Raises `ParameterError` where the words are missing, or too many for the model.
    """
    from keepdial.backends._images_frame import reference
    from keepdial.operations._prompt import pictures

    takes, params = images.takes, step.params
    shown = [reference(one) for one in pictures(params.get("reference") or ())] if takes.references else []
    anew = sent.anew and not shown
    fields = {"prompt": _prompt(step, images, sent), "n": "1", "size": str(sent.whole)}
    if images.model:
        fields["model"] = images.model
    optional: dict[str, str] = {}
    if images.model.lower().rpartition("/")[2].startswith(("gpt-image", "chatgpt-image")):
        # Always answered as base64; the field itself is an error there.
        optional["output_format"] = "png"
    else:
        optional["response_format"] = "b64_json"
    if takes.fidelity and not anew:
        optional["input_fidelity"] = "high" if _held(step, frame) >= FAITHFUL else "low"
    if images.quality:
        optional["quality"] = images.quality
    untold = {"structure": params.get("structure"), "image_guidance": params.get("image_guidance")}
    guidance, steps, negative = (params.get(name) for name in ("guidance", "steps", "negative"))
    if takes.hosted:
        untold |= {"guidance": guidance, "steps": steps}
    else:
        optional["seed"] = str(step.seed % 2**31)
        if negative:
            optional["negative_prompt"] = _text(str(negative))
        if guidance is not None:
            optional["guidance_scale"] = f"{guidance:g}"
        if steps is not None:
            optional["num_inference_steps"] = str(steps)
    parts: list[Part] = []
    if not anew:
        several = "image[]" if shown else "image"
        parts = [Part(several, "image.png", sent.image)]
        parts += [Part(several, f"reference-{i}.png", data) for i, data in enumerate(shown, 1)]
        if sent.mask is not None:
            parts.append(Part("mask", "mask.png", sent.mask))
    return Asked(
        "generations" if anew else "edits",
        fields,
        optional,
        tuple(parts),
        tuple(name for name, value in untold.items() if value not in (None, "")),
    )


def _prompt(step: Step, images: Images, sent: Sent) -> str:
    words = _text(step.prompt)
    said = TOLD.get(step.operation) if words else UNTOLD.get(step.operation)
    if said is None:
        raise ParameterError(
            "prompt", step.prompt, f"words for {step.operation}: an images server works from them"
        )
    count = step.params.get("count")
    it = f"{words.rstrip('.')} ({count} of them)" if count and step.operation == "add" else words
    if not said.endswith("{it}"):
        it = it.rstrip(".")
    text = said.format(it=it, place="the picture" if sent.mask is None else "the marked area")
    if words and step.params.get("reference") and images.takes.references:
        text += " The other pictures show what is meant."
    if images.takes.hosted and (negative := _text(str(step.params.get("negative") or ""))):
        text += f" There is to be none of this: {negative}."
    if len(text) > images.takes.longest:
        raise ParameterError(
            "prompt",
            step.prompt,
            f"at most {images.takes.longest - (len(text) - len(words)):,} characters for {images.model}",
            hint=f"Say it shorter, or name another model in {VARIABLES['model']}.",
        )
    return text


def _text(words: str) -> str:
    """Return words as they can be sent: UTF-8, without control characters but line breaks."""
    whole = words.encode("utf-8", "replace").decode()
    return "".join(c for c in whole if c.isprintable() or c == "\n" or c == "\u200d").strip()


def _held(step: Step, frame: Frame) -> float:
    """Return the knob as one number: its mean over the mask."""
    import numpy as np

    if not isinstance(step.knob, np.ndarray):
        return float(step.knob)
    return float(np.average(step.knob, weights=frame.mask)) if frame.mask.any() else 0.0
