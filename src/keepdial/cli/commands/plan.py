"""``keepdial plan``: what a sentence would do, without a picture and without doing it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keepdial.cli.app import Command
from keepdial.cli.asking import LANGUAGE, parameters

if TYPE_CHECKING:
    from keepdial.errors import KeepdialError
    from keepdial.understand.plan import Plan

LONGEST_LINE = 1 << 20
"""Bytes of a line of stdin that are read; a sentence is far shorter, and what is longer is refused as one."""


def run(**given: Any) -> None:
    """Print what was understood of each sentence."""
    from keepdial.cli.asking import reader
    from keepdial.errors import Cancelled, InputError, KeepdialError

    sentences, as_json = given["sentences"], given["json"]
    if given["schema"]:
        from keepdial.understand.schema import plan_schema

        typer.echo(json.dumps(plan_schema(), indent=2))
        return
    if not sentences:
        raise InputError("There is no sentence.", hint='Say what is wanted: keepdial plan "a bit brighter".')
    understand = reader(given)
    found: list[Plan | KeepdialError] = []
    for sentence in said(sentences):
        try:
            found.append(understand(sentence))
        except Cancelled:
            raise
        except KeepdialError as error:
            found.append(error)
        if not as_json:
            _show(found[-1], first=len(found) == 1)
    if not found:
        raise InputError("There is no sentence on stdin.", hint="Write one in each line.")
    if as_json:
        alone = len(sentences) == 1 and sentences != ["-"]
        facts = [facts_of(one) for one in found]
        sys.stdout.write(json.dumps(facts[0] if alone else facts, indent=2) + "\n")
    code = next((code for one in found if (code := code_of(one))), 0)
    if code:
        raise typer.Exit(code)


def said(sentences: list[str]) -> Iterator[str]:
    """Yield each sentence; ``-`` stands for the lines of stdin, without those that are blank."""
    for sentence in sentences:
        if sentence == "-":
            yield from _lines()
        else:
            yield sentence


def _lines() -> Iterator[str]:
    stream = sys.stdin.buffer
    while line := stream.readline(LONGEST_LINE):
        if not line.endswith(b"\n"):
            # The rest of a line that is too long belongs to it.
            while (rest := stream.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                pass
        # Bytes that are no text stay visible as such, and are refused with the sentence.
        text = line.decode("utf-8", "surrogateescape").strip()
        if text:
            yield text


def facts_of(found: Plan | KeepdialError) -> dict[str, Any]:
    """Return a plan as plain values, with what follows from it; of an error ``{"error": ...}``."""
    from keepdial.cli.report import failure
    from keepdial.errors import KeepdialError
    from keepdial.understand.telling import told

    if isinstance(found, KeepdialError):
        return {"error": failure(found)}
    facts: dict[str, Any] = found.model_dump(mode="json")
    for step, said in zip(found.steps, facts["steps"], strict=True):
        said["told"] = told(step)
    return {**facts, "ready": found.ready, "sure": found.sure, "needs": list(found.needs)}


def code_of(found: Plan | KeepdialError) -> int:
    """Return the exit code: 0 = ready, 2 = something has to be asked, 5 = something is missing here."""
    from keepdial.errors import InputError, KeepdialError, RouteError

    if isinstance(found, KeepdialError):
        return found.exit_code
    if found.ready:
        return 0
    return RouteError.exit_code if found.needs and not found.questions else InputError.exit_code


def _show(found: Plan | KeepdialError, *, first: bool) -> None:
    from keepdial.cli.report import line
    from keepdial.errors import KeepdialError
    from keepdial.understand.telling import told_plan

    if isinstance(found, KeepdialError):
        sys.stderr.write(f"keepdial: {line(found.message, found.hint)}\n")
    else:
        sys.stdout.write(("" if first else "\n") + told_plan(found))


SENTENCES = typer.Argument(
    metavar="SENTENCE",
    help="What is wanted, in words; - reads stdin, one sentence a line.",
    show_default=False,
)
JSON = typer.Option("--json", help="Print the plan as JSON.")
SCHEMA = typer.Option("--schema", help="Print the JSON schema of a plan and stop.")

run.__signature__ = parameters(  # type: ignore[attr-defined]
    {
        "sentences": (Annotated[list[str] | None, SENTENCES], None),
        **LANGUAGE,
        "json": (Annotated[bool, JSON], False),
        "schema": (Annotated[bool, SCHEMA], False),
    }
)

COMMAND = Command(
    name="plan",
    summary="Show what a sentence would do, and why, without doing it.",
    run=run,
    group="In words",
    epilog='Examples:\n\nkeepdial plan "remove the text and make it a bit warmer"\n\n'
    "keepdial plan --json - < sentences.txt",
)
