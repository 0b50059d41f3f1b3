"""What a sentence means, settled: understood, asked about where that is not certain, or refused with reasons.

Questions go to stderr and answers come from stdin, so that stdout stays free for the report. Without a person
at a terminal nothing is asked: what is not certain is an error that holds the questions and their choices.
"""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keepdial.cli.options import text_option
from keepdial.errors import Cancelled, InputError, ParameterError, RouteError, Unclear

if TYPE_CHECKING:
    from keepdial.image import Image
    from keepdial.understand.plan import Plan, Question

Understand = Callable[[str], "Plan"]
"""Reads a sentence."""

FROM_ENVIRONMENT = "env"

UNDERSTANDING = "Understanding"
LONGEST_ANSWER = 8000
"""Characters of an answer that are read; a sentence is shorter."""

MODES: dict[str, Any] = {
    "yes": (
        Annotated[
            bool,
            typer.Option(
                "--yes",
                "-y",
                help="Ask nothing: do what was understood, and leave out what is not certain or not possible "
                "here; the report says what.",
                rich_help_panel=UNDERSTANDING,
            ),
        ],
        False,
    ),
    "interactive": (
        Annotated[
            bool,
            typer.Option(
                "--interactive",
                "-i",
                help="Ask what is not certain, show the steps, and ask before they are done. On a terminal "
                "what is not certain is asked in any case.",
                rich_help_panel=UNDERSTANDING,
            ),
        ],
        False,
    ),
}
"""Options on whether to ask, as name -> (annotation, default)."""


LANGUAGE: dict[str, Any] = {
    "ask_model": text_option(
        "--ask-model",
        metavar="URL|env",
        help="Let a language model read the sentence: the address of an OpenAI-compatible server, such as "
        "http://localhost:11434/v1, or env for what the KEEPDIAL_LANGUAGE_ variables name. The sentence goes "
        "there.",
        panel=UNDERSTANDING,
    ),
    "model": text_option(
        "--model", metavar="NAME", help="The language model, as its server calls it.", panel=UNDERSTANDING
    ),
    "key_from": text_option(
        "--key-from",
        metavar="VARIABLE",
        help="The environment variable that holds the server's key.",
        panel=UNDERSTANDING,
    ),
}
"""Options on a language model, as name -> (annotation, default)."""

SEND_PICTURE: dict[str, Any] = {
    "send_picture": (
        Annotated[
            bool,
            typer.Option(
                "--send-picture",
                help="Let the language model see a small copy of the picture, without metadata.",
                rich_help_panel=UNDERSTANDING,
            ),
        ],
        False,
    )
}


@dataclass(frozen=True, slots=True)
class Settled:
    """A plan that may run, and what was left out of it, in words."""

    plan: Plan
    notes: tuple[str, ...] = ()


def parameters(options: Mapping[str, Any]) -> inspect.Signature:
    """Return a command's signature for options as name -> (annotation, default)."""
    return inspect.Signature(
        [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)
            for name, (annotation, default) in options.items()
        ]
    )


def checked_modes(given: Mapping[str, Any]) -> None:
    """Raise `ParameterError` where ``--interactive`` is given with something that rules it out."""
    if not given["interactive"]:
        return
    if given["yes"]:
        raise ParameterError("--interactive", "given with --yes", "one of the two: ask, or do not ask")
    if "-" in (given["source"], given["keep"], *(given.get("mask") or ())):
        raise ParameterError(
            "--interactive", "given with a picture from stdin", "answers on stdin; name the picture's file"
        )


def understand(sentence: str) -> Plan:
    """Return what was understood of a sentence; raise `InputError` for what is no text."""
    from keepdial.understand.grammar import understand_words

    return understand_words(text_of(sentence))


def reader(given: Mapping[str, Any], *, image: Image | None = None, selected: bool = False) -> Understand:
    """Return what reads sentences: the grammar, or the language model that the options name.

    Args:
        given: the options `LANGUAGE`, and ``quiet``, ``send_picture``, ``remote`` and ``commercial`` where
            there are such.
        image: the picture that the sentence is about; it is sent only with ``--send-picture``.
        selected: whether a region was selected beside the sentence.

    Raises `InputError` for options that name no model that can be asked.
    """
    read = _reader(given, image, selected)
    if not (given.get("remote") or given.get("commercial")):
        return read

    def judged(sentence: str) -> Plan:
        from keepdial.cli.edit import settings_of
        from keepdial.understand import here

        return here.judged(read(sentence), settings_of(given))

    return judged


def _reader(given: Mapping[str, Any], image: Image | None, selected: bool) -> Understand:
    if given["ask_model"] is None:
        for name in ("model", "key_from", "send_picture"):
            if given.get(name):
                flag = f"--{name.replace('_', '-')}"
                raise ParameterError(flag, "given without --ask-model", "the address of a server beside it")
        return understand
    from keepdial.understand.language import planner_from

    url = "" if given["ask_model"] == FROM_ENVIRONMENT else given["ask_model"]
    planner = planner_from(
        url,
        model=given["model"] or "",
        key_from=given["key_from"] or "",
        allow_image=bool(given.get("send_picture")),
    )

    def asked(sentence: str) -> Plan:
        from keepdial.cli.progress import stoppable

        names = files_named(text_of(sentence))
        if not given.get("quiet"):
            for note in planner.notes(image, names):
                sys.stderr.write(f"keepdial: {note}\n")
        with stoppable() as cancel:
            return planner(sentence, image=image, files=names, selected=selected, cancel=cancel)

    return asked


def files_named(sentence: str) -> tuple[str, ...]:
    """Return the names of files in a sentence: only such a name may come back in a model's plan."""
    words = (word.strip("\"'“”‘’,;:!?()") for word in sentence.split())
    names = (word[:-1] if word.endswith(".") else word for word in words)
    return tuple(dict.fromkeys(name for name in names if "." in name and is_file(name)))


def is_file(name: str) -> bool:
    """Whether there is a file of that name; False for what is no name at all."""
    try:
        return "\0" not in name and os.path.isfile(name)
    except (OSError, ValueError):
        return False


def text_of(sentence: str) -> str:
    """Return the sentence, or raise `InputError` where it holds bytes that are no text."""
    try:
        sentence.encode("utf-8")
    except UnicodeEncodeError:
        raise InputError(
            "The sentence holds bytes that are no text in UTF-8.",
            hint="Write it in a terminal or a file that uses UTF-8.",
        ) from None
    if "\0" in sentence:
        raise InputError(
            "The sentence holds a NUL character, so it is no text.", hint="Say in words what is wanted."
        )
    return sentence


def settled(plan: Plan, given: Mapping[str, Any], understand: Understand) -> Settled:
    """Return the plan that is to be done.

    With ``--yes`` what would have to be asked is left out. On a terminal, or with ``--interactive``, it is
    asked; `understand` reads what is said in other words. Else `Unclear` is raised with the questions, or
    `RouteError` with what is missing. `Cancelled` is raised where the person stops.
    """
    if given["yes"]:
        return taken(plan)
    if asks(given):
        plan = answered(plan, understand)
    else:
        plan = opened(plan)
        if plan.questions:
            raise _unclear(plan)
    if given["interactive"]:
        confirm(plan)
    return Settled(plan)


def _unclear(plan: Plan) -> Unclear:
    error = Unclear(plan)
    error.hint = (
        "Nothing was changed. Say it in other words, answer with --interactive, or leave it out with --yes."
    )
    return error


def asks(given: Mapping[str, Any]) -> bool:
    """Whether there is a person to ask: one who wants to be asked, or who sits at a terminal."""
    if given["interactive"]:
        return True
    quiet = given["quiet"] or given["json"]
    return not quiet and sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def opened(plan: Plan) -> Plan:
    """Return the plan with a question for each step that is not sure.

    Raises `RouteError` for what is missing here.
    """
    from keepdial.understand.asking import refuse
    from keepdial.understand.plan import SURE

    try:
        refuse(plan)
    except Unclear as unclear:
        found = unclear.plan
    else:
        return plan
    if plan.questions:
        return found
    # The doubtful steps became questions; where they stand counts the steps that are left.
    doubtful = [i for i, step in enumerate(found.steps) if step.sure < SURE]
    moved = tuple(
        question.model_copy(update={"at": question.at - sum(i < question.at for i in doubtful)})
        for question in found.questions
    )
    sure = tuple(step for step in found.steps if step.sure >= SURE)
    return found.model_copy(update={"steps": sure, "questions": moved})


def taken(plan: Plan) -> Settled:
    """Return the plan as it was understood, without what is not certain or not possible, and notes on these.

    Raises `RouteError` or `Unclear` where nothing is left.
    """
    from keepdial.understand.plan import SURE
    from keepdial.understand.telling import told

    steps = tuple(step for step in plan.steps if not step.needs)
    if not steps and plan.needs:
        raise RouteError(" ".join(plan.needs), hint="Nothing was changed.")
    if not steps and plan.questions:
        raise _unclear(plan)
    notes = [
        f'Left out, because it was not certain: "{question.words or question.asks}".'
        for question in plan.questions
    ]
    notes += [f"Left out: {told(step)}. {step.needs}" for step in plan.steps if step.needs]
    notes += [
        f"Done without asking, though not sure ({step.sure:.2f}): {told(step)}."
        for step in steps
        if step.sure < SURE
    ]
    return Settled(plan.model_copy(update={"steps": steps, "questions": ()}), tuple(notes))


def answered(plan: Plan, understand: Understand) -> Plan:
    """Ask each question until none is left, and return the plan; raise `Cancelled` where the person stops.

    An answer is a number, or other words: these take the place of the words that the question is about, and
    the sentence is read again. What was answered before is not asked again.
    """
    known: dict[tuple[str, str], int] = {}
    while True:
        if plan.needs:
            # Nothing that could be answered would help.
            plan = plan.model_copy(update={"questions": ()})
        plan = opened(plan)
        if not plan.questions:
            return plan
        question = plan.questions[0]
        about = question.words, question.asks
        reply = known[about] if about in known else _reply(question)
        if isinstance(reply, int):
            known[about] = reply
            plan = plan.answered({0: reply})
        else:
            plan = understand(_in_other_words(plan.sentence, question.words, reply))


def _in_other_words(sentence: str, words: str, other: str) -> str:
    place = sentence.lower().find(words.lower()) if words else -1
    return other if place < 0 else sentence[:place] + other + sentence[place + len(words) :]


def _reply(question: Question) -> int | str:
    """Return the place of the choice, or other words."""
    from keepdial.understand.telling import asked_lines

    sys.stderr.write("\n".join(asked_lines(question)) + "\n")
    count = len(question.choices)
    numbers = "1" if count == 1 else f"1 to {count}"
    prompt = f"  {numbers}, or say it in other words" if count else "  Say it in other words"
    while True:
        line = _line(f"{prompt} (nothing = stop): ")
        if not line:
            raise Cancelled("Stopped; nothing was changed.")
        number = line.rstrip(".)")
        if not (number.isascii() and number.isdigit()):
            return line
        if 1 <= int(number) <= count:
            return int(number) - 1
        sys.stderr.write(f"  There is no answer {number}.\n")


def confirm(plan: Plan) -> None:
    """Show the steps and ask whether to do them; raise `Cancelled` where not."""
    from keepdial.understand.telling import told_plan

    sys.stderr.write(told_plan(plan))
    while True:
        line = _line("Do this? [Y/n] ")
        if line is None or line.lower() in ("n", "no"):
            raise Cancelled("Stopped; nothing was changed.")
        if line.lower() in ("", "y", "yes"):
            return


def _line(prompt: str) -> str | None:
    """Return a line from stdin without blanks around it; None at its end."""
    sys.stderr.write(prompt)
    sys.stderr.flush()
    try:
        line = sys.stdin.readline(LONGEST_ANSWER)
    except UnicodeDecodeError:
        raise InputError("The answer holds bytes that are no text.", hint="Nothing was changed.") from None
    if not line:
        sys.stderr.write("\n")
        return None
    return line.strip()
