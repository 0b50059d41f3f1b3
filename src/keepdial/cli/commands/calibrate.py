"""``keepdial calibrate``: measure what a checkpoint keeps at which setting, so that the dial means it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keepdial.cli.app import Command

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keepdial.diffusion.backend import CheckpointBackend
    from keepdial.diffusion.calibration import Calibration
    from keepdial.image import Image
    from keepdial.request import Request

USUAL = {
    "instruct": ("make it look like winter", "make it sunset", "make it look like an old photograph"),
    "restyle": ("a watercolour", "an oil painting", "a pencil drawing"),
    "fill": ("",),
    "replace": ("a vase of flowers", "a wooden box", "a lamp"),
}
"""What is asked for where no prompt is given, for the operations that are measured first to last."""


def run(
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help="The checkpoint, by its name in keepdial models.")
    ],
    photos: Annotated[
        list[str],
        typer.Argument(metavar="PHOTO...", help="Photographs to measure on; four or more are best."),
    ],
    operation: Annotated[
        list[str] | None,
        typer.Option(
            "--operation", metavar="NAME", help="What to measure; may be repeated.", show_default=False
        ),
    ] = None,
    prompt: Annotated[
        list[str] | None,
        typer.Option(
            "--prompt",
            metavar="WORDS",
            help="What to ask for; may be repeated, then one for each photograph in turn.",
            show_default=False,
        ),
    ] = None,
    picture: Annotated[
        str | None, typer.Option("--picture", metavar="FILE", help="Draw the curves into a PNG.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the first photograph.")] = 0,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a picture that exists.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was measured as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> None:
    """Measure, write down, and show."""
    from keepdial.cli.outputs import refuse_existing
    from keepdial.cli.progress import shown, stoppable
    from keepdial.diffusion.calibration import calibrated, store, told
    from keepdial.errors import ParameterError
    from keepdial.files import open_image, save_image
    from keepdial.progress import Event

    backend = _checkpoint(model)
    can = backend.capabilities.operations
    wanted = operation or [name for name in USUAL if name in can][:2]
    for name in wanted:
        if name not in can:
            raise ParameterError("operation", name, f"what {model} does: {', '.join(sorted(can))}")
    if picture is not None:
        refuse_existing([Path(picture)], overwrite=overwrite)
    opened = [open_image(path) for path in photos]
    found = []
    with stoppable() as cancel, shown(quiet=quiet) as listen:
        for i, name in enumerate(wanted):
            words = tuple(prompt or USUAL.get(name, ("a photograph",)))
            if backend.capabilities.needs_prompt:
                words = tuple(one or "a photograph" for one in words)
            requests = [
                asking(name, image, words[n % len(words)], seed + n) for n, image in enumerate(opened)
            ]

            def part(event: Event, /, i: int = i) -> None:
                listen(Event(event.stage, (i + event.done) / len(wanted)))

            found.append(calibrated(model, requests, opened, progress=part, cancel=cancel))
    path = store(backend.checkpoint, found, about={"photographs": [Path(p).name for p in photos]})
    if picture is not None:
        from keepdial.diffusion.drawing import drawn

        save_image(drawn(model, found), picture, overwrite=overwrite)
    if as_json:
        typer.echo(
            json.dumps({"model": model, "stored": str(path), "measured": [told(c) for c in found]}, indent=2)
        )
    elif not quiet:
        typer.echo(text(model, found, path))


def _checkpoint(model: str) -> CheckpointBackend:
    from keepdial.diffusion.backend import checkpoint_backends, stranded
    from keepdial.errors import ModelMissing, ModelRefused

    known = checkpoint_backends()
    if model in known:
        return known[model]
    if (wrong := stranded().get(model)) is not None:
        raise ModelRefused(wrong.wrong)
    there = (
        f"Here are {', '.join(known)}."
        if known
        else "None is here yet: docs/diffusion.md says where they go."
    )
    raise ModelMissing(f"There is no checkpoint {model!r}.", hint=there)


def asking(operation: str, image: Image, prompt: str, seed: int) -> Request:
    """Return what is asked of one photograph: of all of it, or, where a hole is filled, of its middle."""
    from keepdial.operations import operation as declared
    from keepdial.request import Request, Selector

    width, height = image.size.width, image.size.height
    params: dict[str, Any] = {"prompt": prompt} if prompt else {}
    targets: tuple[Selector, ...] = ()
    if declared(operation).target == "required":
        box: dict[str, Any] = {"x": width // 4, "y": height // 4, "width": width // 2, "height": height // 2}
        targets = (Selector(kind="box", options=box),)
    return Request(operation=operation, params=params, targets=targets, auto_pin=False, seed=seed)


def text(model: str, found: Sequence[Calibration], path: Path) -> str:
    """Return what was measured, for people."""
    lines = []
    for one in found:
        pairs = ", ".join(f"{kept:.2f} at {knob:.2f}" for kept, knob in one.curve[1:-1])
        lines.append(f"{model}, {one.operation}: kept {pairs or 'the same at every setting'}.")
        if one.after is not None and one.before is not None:
            lines.append(
                f"  On photographs that were held back the dial misses by {one.after:.3f} on the first try "
                f"and {one.corrected:.3f} after corrections, instead of {one.before:.3f}; what is kept rises "
                f"with it in {one.monotone:.0%}."
            )
        else:
            lines.append("  Not checked on others: give four photographs or more.")
    return "\n".join([*lines, f"Written to {path}; edits with {model} use it from now on."])


COMMAND = Command(
    name="calibrate",
    summary="Measure how much a checkpoint keeps at each setting, so that the dial means the same with it.",
    run=run,
    epilog="Example:\n\nkeepdial calibrate sd15-inpaint a.jpg b.jpg c.jpg d.jpg --picture curve.png",
)
