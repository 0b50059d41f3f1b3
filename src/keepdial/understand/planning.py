"""Planning: what the pieces of a sentence ask for, as one plan with its steps and its questions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from keepdial.understand import clauses
from keepdial.understand.checks import once, without_contradictions
from keepdial.understand.nouns import target_of
from keepdial.understand.plan import Choice, Plan, Question, Step, Target
from keepdial.understand.reading import Reading
from keepdial.understand.steps import made
from keepdial.understand.targets import Context
from keepdial.understand.tokens import Token, words_of
from keepdial.understand.unclear import (
    as_instruction,
    asked_back,
    nothing_to_do,
    told_of_somebody,
    with_needs,
)

Guesses = Callable[[list[Token]], list[Choice]]
"""Returns what a piece that nobody understands may have meant, the nearest first."""


@dataclass(slots=True)
class Asked:
    """A piece that asks for something.

    Attributes:
        tokens: its words.
        found: what it asks for.
        context: what held when it was read.
        question: whether it stood in a question, so that it is asked back.
        sign: the direction of the piece before it.
        hard_after: whether its sentence ends with it.
    """

    tokens: list[Token]
    found: list[Reading]
    context: Context
    question: bool = False
    sign: int = 0
    hard_after: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """What a sentence forbids: the words for what must survive, and what is not to be done."""

    protected: list[list[Token]]
    forbidden: list[Reading]


def plan_of(
    sentence: str,
    done: list[Asked],
    strange: list[tuple[int, list[Token]]],
    kept: Kept,
    unused: list[str],
    guesses: Guesses | None,
) -> Plan:
    """Return the plan of what a sentence asks for.

    Args:
        sentence: the sentence, as readable text.
        done: what asks for something, in order.
        strange: what nobody understands: before which of `done`, and its words.
        kept: what must survive, and what is not to be done.
        unused: the parts that ask for nothing.
        guesses: returns what a piece that nobody understands may have meant; None = nothing is offered.
    """
    unused = list(unused)
    steps: list[Step] = []
    questions: list[Question] = []
    index: dict[int, int] = {}
    for i, piece in enumerate(done):
        index[i] = len(steps)
        for one in made(piece.tokens, piece.found, steps, piece.context):
            if piece.question and one.step is not None:
                questions.append(asked_back(one.step, at=min(100, len(steps))))
                continue
            if one.replaces and steps:
                steps.pop()
            if one.question is not None:
                questions.append(one.question.model_copy(update={"at": min(100, len(steps))}))
            elif one.step is not None:
                steps.append(one.step)
    index[len(done)] = len(steps)
    for at, words in strange:
        asked = _strange(words, steps, unused, guesses, at=index.get(at, len(steps)))
        if asked is not None:
            questions.append(asked)
    held: list[Target] = []
    for words in kept.protected:
        target = target_of(words).target
        if target is not None:
            held.append(target)
        else:
            # "keep the colours": what is no thing cannot be held to the bit, and is said to be left aside.
            unused.append(f"keep {words_of(words)}")
    if not steps and not questions:
        steps += told_of_somebody(unused)
    if not steps and not questions:
        questions.append(nothing_to_do(sentence, unused, held))
    steps = once(steps)
    steps, doubts = without_contradictions(steps, held, [(r.unit.name, r.sign) for r in kept.forbidden])
    questions += doubts
    steps = [with_needs(step) for step in steps]
    return Plan(
        sentence=sentence[:4000],
        steps=tuple(steps),
        protected=tuple(dict.fromkeys(held)),
        questions=tuple(sorted(questions, key=lambda q: q.at)),
        unused=tuple(words for words in unused if words.strip()),
    )


def _strange(
    tokens: list[Token], steps: list[Step], unused: list[str], guesses: Guesses | None, at: int
) -> Question | None:
    """Return the question about a piece that nobody understands; None where it only tells something."""
    said = words_of(tokens)
    if steps and not clauses.imperative(tokens):
        unused.append(said)
        return None
    choices = guesses(tokens) if guesses is not None else []
    if guesses is not None and clauses.imperative(tokens):
        choices.insert(0, as_instruction(tokens))
    if steps or choices:
        choices.append(Choice(says="leave it out"))
    return Question(asks=f'"{said}" was not understood.', words=said, choices=tuple(choices), at=min(at, 100))
