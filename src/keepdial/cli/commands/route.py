"""``keepdial route``: which backend would do what a sentence asks for, and what else there would be."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keepdial.cli.app import Command
from keepdial.cli.asking import LANGUAGE, is_file, parameters
from keepdial.cli.options import HOW, text_option
from keepdial.errors import InputError, ParameterError, RouteError

if TYPE_CHECKING:
    from keepdial.image import Image
    from keepdial.machine import Machine
    from keepdial.offers import Choice
    from keepdial.route import Job
    from keepdial.settings import Settings
    from keepdial.understand.plan import Plan, Step


@dataclass(frozen=True, slots=True)
class Routed:
    """A step and what the router says of it.

    Attributes:
        told: the step in words.
        step: what was understood.
        choice: what the router says; None where no backend is asked for.
        lacks: what the operation itself lacks here, whichever backend does the rest; "" = nothing.
        notes: what the picture showed, in words.
        answers: the question and the answer under which it would be done; "" = it is no answer.
    """

    told: str
    step: Step
    choice: Choice | None = None
    lacks: str = ""
    notes: tuple[str, ...] = ()
    answers: str = ""

    @property
    def possible(self) -> bool:
        """Whether it can be done here."""
        return not self.lacks and (self.choice is None or self.choice.problem is None)


@dataclass(frozen=True, slots=True)
class Found:
    """All that is reported: the sentence, the machine, and what would do each step."""

    sentence: str
    machine: Machine
    steps: tuple[Routed, ...]
    questions: tuple[str, ...] = ()


def run(**given: Any) -> None:
    """Say for each step what would do it and why, and what else there would be."""
    from keepdial.cli import _routes
    from keepdial.cli.edit import settings_of
    from keepdial.machine import assumed, here

    settings = settings_of(given)
    sentence, picture = _arguments(given)
    machine = here(settings) if given["assume"] is None else assumed(given["assume"], settings)
    image = None if picture is None else _opened(picture, settings)
    keep = _number(given["keep"])
    plan = _plan(sentence, given, image)
    steps = tuple(
        replace(_routed(step, given, settings, machine, image, keep), answers=answers)
        for answers, step in _all(plan)
    )
    found = Found(sentence, machine, steps, tuple(question.asks for question in plan.questions))
    if given["json"]:
        sys.stdout.write(json.dumps(_routes.facts(found, settings), indent=2) + "\n")
    else:
        sys.stdout.write(_routes.text(found, settings))
    if plan.questions or not steps:
        raise typer.Exit(InputError.exit_code)
    if not all(one.possible for one in steps):
        raise typer.Exit(RouteError.exit_code)


def _arguments(given: dict[str, Any]) -> tuple[str, str | None]:
    """Return the sentence and the picture: whichever is the name of a file is the picture."""
    words = list(given["words"] or ())
    most = 1 if given["operation"] else 2
    files = [word for word in words if is_file(word)]
    said = [word for word in words if word not in files]
    if len(words) > most or len(files) > 1 or len(said) > 1:
        raise InputError(
            f"{len(said)} sentences and {len(files)} pictures were given.",
            hint='One sentence and at most one picture: keepdial route "remove the text" photo.jpg.',
        )
    if given["operation"]:
        if said:
            raise ParameterError("IMAGE", said[0], "the name of a picture file; --operation stands for words")
        return "", (files or [None])[0]
    for name in ("prompt", "reference"):
        if given[name]:
            raise ParameterError(f"--{name}", "given without --operation", "a sentence alone, or --operation")
    if not said:
        raise InputError(
            "There is no sentence.", hint='Say what is wanted: keepdial route "replace the dog with a cat".'
        )
    return said[0], (files or [None])[0]


def _opened(name: str, settings: Settings) -> Image:
    from keepdial.files import open_image

    return open_image(name, settings=settings)


def _number(text: str | None) -> float | None:
    if text is None:
        return None
    from keepdial.cli.edit import dial
    from keepdial.request import KeepMap

    number = dial(text)
    if isinstance(number, KeepMap):
        raise ParameterError("--keep", text, "a number from 0 to 1; the edit itself also takes a map")
    return float(number)


def _plan(sentence: str, given: dict[str, Any], image: Image | None) -> Plan:
    """Return what was understood, or the operation that was named, as a plan."""
    from keepdial.cli.asking import reader
    from keepdial.operations import operation
    from keepdial.understand.plan import Plan, Step

    if given["operation"]:
        # What is to be painted is said or shown; only whether it is counts here.
        params = {"prompt": given["prompt"]} if given["prompt"] else {}
        return Plan(steps=(Step(operation=operation(given["operation"]).name, params=params),))
    return reader(given, image=image)(sentence)


def _all(plan: Plan) -> Iterator[tuple[str, Step]]:
    """Yield the steps, and those that an answer would add, each with the answer."""
    for step in plan.steps:
        yield "", step
    for question in plan.questions:
        for answer in question.choices:
            for step in answer.steps:
                yield f"{question.asks} {answer.says}", step


def _routed(
    step: Step,
    given: dict[str, Any],
    settings: Settings,
    machine: Machine,
    image: Image | None,
    keep: float | None,
) -> Routed:
    from keepdial.backends import backends
    from keepdial.models.published import published
    from keepdial.offers import choice
    from keepdial.understand.here import job_of, stage_needs
    from keepdial.understand.telling import told

    said = told(step) if step.words else step.operation
    job = job_of(step, settings)
    if given["reference"]:
        job = replace(job, references=True, prompt=bool(given["prompt"]))
    notes: tuple[str, ...] = ()
    if image is not None:
        job, notes = _seen(job, step, image)
    job = replace(
        job,
        keep=job.keep if keep is None else keep,
        backend=given["backend"],
        offline=machine.offline,
        machine=lambda: machine,
    )
    known = backends()
    if job.backend in published() and job.backend not in known:
        raise InputError(
            f"The checkpoint {job.backend!r} is published, and not here.",
            hint=f"Fetch it with: {published()[job.backend].fetch(settings)}",
        )
    if job.keep >= 1:
        return Routed(said, step, None, "", (*notes, "keep is 1: the picture comes back as it is."))
    return Routed(said, step, choice(job, known), stage_needs(step), notes)


def _seen(job: Job, step: Step, image: Image) -> tuple[Job, tuple[str, ...]]:
    """Return the job with how large the region is in the picture, and what there is to say of it."""
    from keepdial.errors import SelectionError
    from keepdial.operations import operation
    from keepdial.select import select
    from keepdial.understand.asking import selector_of

    longest = max(image.size.width, image.size.height)
    if operation(step.operation).target == "none" or not job.masked:
        return replace(job, side=longest), ()
    if step.target is None:
        return job, ("Which region is meant is not said, so that its size is not known.",)
    try:
        region = select((selector_of(step.target),), image)
    except (SelectionError, InputError) as problem:
        return job, (f"The size of the region is not known: {problem}",)
    if region.box is None:
        return job, (f"Nothing of {step.target.words!r} is in the picture.",)
    side = max(region.box.width, region.box.height)
    whole = bool(region.mask.min() > 0)
    return replace(job, side=side, masked=not whole), (
        f"In the picture {step.target.words!r} is {region.box.width} x {region.box.height} px.",
    )


WORDS = typer.Argument(
    metavar="SENTENCE [IMAGE]",
    help="What is wanted, in words, and the picture that it is about, for the size of the region.",
    show_default=False,
)
JSON = typer.Option("--json", help="Print as JSON.")
REMOTE = typer.Option("--allow-remote", help="As if pixels might be sent to another machine.")
COMMERCIAL = typer.Option("--commercial", help="Only what is known to allow commercial use.")
REFERENCE = typer.Option("--reference", help="With --operation: as if a reference picture were given.")

run.__signature__ = parameters(  # type: ignore[attr-defined]
    {
        "words": (Annotated[list[str] | None, WORDS], None),
        "operation": text_option(
            "--operation", metavar="NAME", help="Route this operation instead of a sentence.", panel=HOW
        ),
        "prompt": text_option(
            "--prompt", metavar="TEXT", help="With --operation: the words to paint from.", panel=HOW
        ),
        "reference": (Annotated[bool, REFERENCE], False),
        "keep": text_option(
            "--keep", "-k", metavar="0..1", help="The dial.", panel=HOW, default="each operation's own"
        ),
        "backend": text_option("--backend", metavar="NAME", help="Ask about this backend.", panel=HOW),
        "remote": (Annotated[bool, REMOTE], False),
        "commercial": (Annotated[bool, COMMERCIAL], False),
        "assume": text_option(
            "--assume",
            metavar="MACHINE",
            help="Another machine than this one: a list of gpu=SIZE, gpu=none, mps, ram=SIZE, network, "
            "offline, such as gpu=24GB,ram=64GB,network. What it names is taken as free.",
            panel=HOW,
        ),
        **LANGUAGE,
        "json": (Annotated[bool, JSON], False),
    }
)

COMMAND = Command(
    name="route",
    summary="Show which model or filter would do what a sentence asks for, and why not the others.",
    run=run,
    group="In words",
    epilog='Examples:\n\nkeepdial route "replace the dog with a cat" photo.jpg\n\n'
    'keepdial route "replace the dog with a cat" --assume gpu=24GB,ram=64GB,network\n\n'
    "keepdial route --operation fill --prompt 'a street lamp' --commercial",
)
