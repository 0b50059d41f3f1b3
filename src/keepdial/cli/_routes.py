"""What ``keepdial route`` prints: for people, and as JSON."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import groupby
from typing import TYPE_CHECKING, Any

from keepdial.cli.report import shown
from keepdial.route import held

if TYPE_CHECKING:
    from keepdial.cli.commands.route import Found, Routed
    from keepdial.offers import Choice, Offer
    from keepdial.settings import Settings

WIDTH = 100
HF = "hf comes with the package huggingface_hub. What it has fetched is found by itself the next time."
SHOWN = 3
"""Offers that are told in full; of the others it is said why they come after."""


def facts(found: Found, settings: Settings) -> dict[str, Any]:
    """Return all of it as plain values."""
    return {
        "sentence": found.sentence,
        "machine": {**asdict(found.machine), "told": found.machine.told()},
        "steps": [_step_facts(one, settings) for one in found.steps],
        "questions": list(found.questions),
    }


def _step_facts(one: Routed, settings: Settings) -> dict[str, Any]:
    choice = one.choice
    said: dict[str, Any] = {
        "told": one.told,
        "operation": one.step.operation,
        "answers": one.answers,
        "possible": one.possible,
        "lacks": one.lacks,
        "notes": list(one.notes),
    }
    if choice is None:
        return {
            **said,
            "chosen": None,
            "why": "",
            "warnings": [],
            "turned_down": [],
            "offers": [],
            "unfit": [],
        }
    job, route, problem = choice.job, choice.route, choice.problem
    return {
        **said,
        "keep": job.keep,
        "prompt": job.prompt,
        "references": job.references,
        "masked": job.masked,
        "side": job.side,
        "chosen": None if route is None else route.chosen,
        "why": _why(choice),
        "hint": "" if problem is None else problem.hint,
        "warnings": [] if route is None else list(route.warnings),
        "turned_down": [{"name": name, "why": why} for name, why in choice.turned_down],
        "offers": [offer.facts(settings) for offer in choice.offers],
        "unfit": [offer.facts(settings) for offer in choice.unfit],
    }


def _why(choice: Choice) -> str:
    if choice.route is not None:
        return choice.route.why
    return "" if choice.problem is None else choice.problem.message


def text(found: Found, settings: Settings) -> str:
    """Return it for people."""
    whose = "Assumed machine" if found.machine.assumed else "This machine"
    lines = [*_wrapped(f"{whose}: {found.machine.told()}.")]
    if found.sentence:
        lines += ["", *_wrapped(f'"{found.sentence}"')]
    for number, one in enumerate(found.steps, 1):
        lines += ["", *_wrapped(f"{number}. {one.told}", "  ", 3)]
        if one.answers:
            lines += _wrapped(f"if this is meant: {one.answers}", "     ", 3)
        lines += _step(one, settings)
    if any(one.choice is not None and one.choice.offers for one in found.steps):
        lines += ["", *_wrapped(HF)]
    for question in found.questions:
        lines += ["", *_wrapped(f"To be answered first: {question}")]
    if not found.steps:
        lines += ["", "Nothing was understood that could be routed."]
    return "\n".join(lines) + "\n"


def _step(one: Routed, settings: Settings) -> Iterator[str]:
    pad = "     "
    if one.choice is not None:
        yield from _wrapped(_asked(one.choice), pad)
    for note in one.notes:
        yield from _wrapped(note, pad)
    if one.lacks:
        yield from _wrapped(f"lacking here: {one.lacks}", pad, 3)
    choice = one.choice
    if choice is None:
        return
    if choice.route is not None:
        yield from _wrapped(f"choice: {choice.route.why}", pad, 3)
        for warning in choice.route.warnings:
            yield from _wrapped(f"warning: {warning}", pad, 3)
    elif choice.problem is not None and choice.job.backend is not None:
        yield from _wrapped(f"choice: none. {choice.problem}", pad, 3)
    elif choice.problem is not None:
        yield from _wrapped("choice: none of the backends here can do it.", pad, 3)
    else:
        yield from _wrapped(f"choice: {choice.job.operation} does it by itself; no backend is asked.", pad, 3)
    if choice.turned_down:
        yield f"{pad}the others here:" if choice.route is not None else f"{pad}why not:"
        for name, why in choice.turned_down:
            yield from _wrapped(f"{name} {why}", pad + "  ", 2)
    yield from _offers(choice, settings, pad)


def _asked(choice: Choice) -> str:
    job = choice.job
    given = [
        name for name, there in (("from words", job.prompt), ("from a picture", job.references)) if there
    ]
    stays = held(job) or "nothing has to be held"
    return f"asked for: {', '.join([job.operation, f'keep {job.keep:g}', *given])}; {stays}"


def _offers(choice: Choice, settings: Settings, pad: str) -> Iterator[str]:
    count = len(choice.offers) + len(choice.unfit)
    if not count:
        return
    if choice.job.offline:
        what = "checkpoint is" if count == 1 else "checkpoints are"
        yield from _wrapped(
            f"not installed: {count} {what} published that do this, and the network must not be used.", pad, 3
        )
        return
    if choice.offers:
        yield f"{pad}not installed, best first by what is published of them:"
    for number, offer in enumerate(choice.offers[:SHOWN], 1):
        yield from _wrapped(f"{number}. {offer.card.name}: {offer.words}", pad + "  ", 3)
        if offer.why:
            yield from _wrapped(f"not first: it {offer.why}", pad + "     ")
        yield f"{pad}     {shown(offer.card.fetch(settings))}"
    yield from _grouped(choice.offers[SHOWN:], pad + "  ")
    if choice.unfit:
        yield f"{pad}published, and not for this:"
        yield from _grouped(choice.unfit, pad + "  ")


def _grouped(offers: Iterable[Offer], pad: str) -> Iterator[str]:
    """Yield the names of offers that have the same reason in one line with it."""
    for why, some in groupby(offers, key=lambda one: one.why):
        names = [one.card.name for one in some]
        told = f"{names[0]} {why}" if len(names) == 1 else f"{', '.join(names)}: each {why}"
        yield from _wrapped(told, pad, 2)


def _wrapped(words: str, pad: str = "", more: int = 0) -> list[str]:
    return textwrap.wrap(
        shown(words),
        WIDTH,
        initial_indent=pad,
        subsequent_indent=pad + " " * more,
        break_long_words=False,
        break_on_hyphens=False,
    )
