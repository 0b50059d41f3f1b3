"""From a language model's valid answer to the plan, and how far it is believed."""

from __future__ import annotations

import re
from collections import Counter

from keepdial.operations import operation
from keepdial.understand._answer import Answer, AnsweredStep, options_of
from keepdial.understand.here import needs
from keepdial.understand.nouns import target_of
from keepdial.understand.plan import Amount, Choice, Plan, Question, Step, Target
from keepdial.understand.tokens import tokens_of

SUREST = 0.9
"""No model is surer than this, whatever it says of itself."""
DOUBTED = 0.7
"""At most as sure is a step that the grammar, being sure, does not read in the sentence."""
ASKED = 0.5
"""At most as sure is a step without words in the sentence, or against the grammar: it is asked about."""
JOINS = frozenset(
    {
        "a",
        "also",
        "an",
        "and",
        "as",
        "but",
        "can",
        "could",
        "i",
        "it",
        "please",
        "so",
        "the",
        "then",
        "to",
        "you",
    }
)
"""Words between steps that ask for nothing."""
KEEPS = frozenset(
    {"change", "changing", "do", "don", "dont", "except", "keep", "leave", "not", "protect", "t", "touch"}
)
"""Words around what is to be kept, which ask for nothing without it."""


def planned(answer: Answer, sentence: str, by: str) -> Plan:
    """Return a valid answer as a plan: quotes only where they stand in the sentence, sureness capped."""
    steps = tuple(_step(one, sentence) for one in answer.steps)
    questions: tuple[Question, ...] = ()
    if answer.question is not None:
        choices = tuple(
            Choice(says=_line(choice.says), steps=tuple(_step(one, sentence) for one in choice.steps))
            for choice in answer.question.choices
        )
        questions = (Question(asks=_line(answer.question.asks), choices=choices, at=len(steps)),)
    elif not steps:
        questions = (
            Question(
                asks=f"{by} found nothing in the sentence that can be done. What is to be changed?",
                words=sentence,
            ),
        )
    protected = tuple(one for words in answer.protected if (one := _target(words)) is not None)
    used = [step.words for step in steps] + [one.words for one in protected]
    return Plan(
        sentence=sentence,
        steps=steps,
        protected=protected,
        questions=questions,
        unused=_left(sentence, used) if steps else (),
        by=by,
    )


def _step(step: AnsweredStep, sentence: str) -> Step:
    unit = operation(step.operation)
    params = options_of(step)
    words = _quoted(step.words, sentence)
    amount = None
    for option in (*(one.amount for one in unit.says), *(one.amount for one in unit.qualities)):
        value = params.get(option)
        if isinstance(value, int | float) and not isinstance(value, bool):
            amount = Amount(option=option, value=float(value))
            break
    sure = min(step.sure, SUREST)
    if not words and not _mostly(step.words, sentence):
        sure = min(sure, ASKED)
    made = Step(
        operation=step.operation,
        params=params,
        target=None if step.target is None else _target(step.target, whole=unit.target != "required"),
        amount=amount,
        keep=step.keep,
        words=words,
        sure=sure,
    )
    return made.model_copy(update={"needs": needs(made)})


def _target(words: str, *, whole: bool = False) -> Target | None:
    """Return the thing that words name, taken apart as the grammar does, in the model's own words.

    Where the whole picture may be meant ("the photo"), that is None.
    """
    said = _line(words)
    named = target_of(tokens_of(said)).target
    if named is None:
        return None if whole else Target(words=said)
    return named.model_copy(update={"words": said})


def _line(words: str) -> str:
    return " ".join(words.split())


def _quoted(words: str, sentence: str) -> str:
    """Return the words as they stand in the sentence, "" where they do not."""
    parts = [re.escape(part) for part in words.strip(" .,;!?").split()]
    found = re.search(r"\s+".join(parts), sentence, re.IGNORECASE) if parts else None
    return found.group(0) if found else ""


def _mostly(words: str, sentence: str) -> bool:
    """Whether most of the words occur in the sentence: a model that copies shortens or mends at times."""
    mine = set(re.findall(r"\w+", words.lower())) - JOINS
    theirs = set(re.findall(r"\w+", sentence.lower()))
    return bool(mine) and len(mine & theirs) >= 0.6 * len(mine)


def _left(sentence: str, used: list[str]) -> tuple[str, ...]:
    """Return the parts of the sentence that nothing was made of."""
    free = [True] * len(sentence)
    for words in filter(None, used):
        for found in re.finditer(re.escape(words), sentence, re.IGNORECASE):
            free[found.start() : found.end()] = [False] * (found.end() - found.start())
    text = "".join(c if ok else "\0" for c, ok in zip(sentence, free, strict=True))
    parts = []
    for part in re.split(r"\0+|[.,;!?](?=\s|$)", text):
        left = part.split()
        while left and left[0].lower() in JOINS:
            left = left[1:]
        while left and left[-1].lower() in JOINS:
            left = left[:-1]
        if set(re.findall(r"\w+", " ".join(left).lower())) - JOINS - KEEPS:
            parts.append(" ".join(left))
    return tuple(parts[:1000])


def agreement(plan: Plan, other: Plan) -> float:
    """Return how far two plans ask for the same operations, 0 to 1: F1 over the operations, counted."""
    mine, theirs = (Counter(step.operation for step in one.steps) for one in (plan, other))
    both = sum((mine & theirs).values())
    total = mine.total() + theirs.total()
    return 2 * both / total if total else 1.0


def checked(plan: Plan, other: Plan | None) -> Plan:
    """Return a model's plan after a look at what the grammar reads in the same sentence, None = nothing.

    What the grammar reads as protected is protected, whatever the model says. Where the grammar is sure of
    all it reads, a step that it does not read is at most as sure as `DOUBTED`, and a step that goes the other
    way (brighter, not darker) is asked about.
    """
    if other is None:
        return plan
    known = {one.words.lower() for one in plan.protected}
    more = tuple(one for one in other.protected if one.words.lower() not in known)
    unused = tuple(part for part in plan.unused if not any(one.words.lower() in part.lower() for one in more))
    steps = plan.steps
    if other.ready:
        steps = tuple(step.model_copy(update={"sure": min(step.sure, _limit(step, other))}) for step in steps)
    held = (*plan.protected, *more)[:100]
    return plan.model_copy(update={"steps": steps, "protected": held, "unused": unused})


def _limit(step: Step, other: Plan) -> float:
    same = [one for one in other.steps if one.operation == step.operation]
    if not same:
        return DOUBTED
    amount = step.amount
    if amount is None or not amount.value:
        return 1.0
    theirs = [
        one.amount.value for one in same if one.amount is not None and one.amount.option == amount.option
    ]
    against = bool(theirs) and all(value * amount.value < 0 for value in theirs)
    return ASKED if against else 1.0
