"""Checks: steps that say the same twice, that undo each other, or that touch what must survive."""

from __future__ import annotations

from keepdial.understand.plan import SURE, Choice, Question, Step, Target
from keepdial.understand.telling import told


def once(steps: list[Step]) -> list[Step]:
    """Return the steps, a complaint and the remedy that follows it as one: "too dark, brighten it"."""
    out: list[Step] = []
    for step in steps:
        last = out[-1] if out else None
        if last is None or not _remedy(last, step):
            out.append(step)
            continue
        newer = step.operation == "recolor" or (step.amount is not None and step.amount.words)
        said = step if newer else last
        out[-1] = said.model_copy(
            update={
                "target": step.target or last.target,
                "because": (*last.because, *step.because),
                "words": f"{last.words}, {step.words}"[:4000],
                "sure": max(last.sure, step.sure),
            }
        )
    return out


def _remedy(last: Step, step: Step) -> bool:
    """Whether a step asks for what the one before it complained of, on the same thing."""
    same = last.operation == step.operation and (last.target == step.target or step.target is None)
    if last.operation == step.operation == "recolor":
        # "the sky is grey, make it blue"
        return last.sure < SURE <= step.sure and last.target == step.target
    if not same or last.amount is None or step.amount is None or last.amount.option != step.amount.option:
        return False
    numbers = any(a.words[:1] in tuple("+-0123456789") and a.words for a in (last.amount, step.amount))
    return last.amount.value * step.amount.value > 0 and not (numbers and last.amount.words)


def without_contradictions(
    steps: list[Step], held: list[Target], forbidden: list[tuple[str, int]]
) -> tuple[list[Step], list[Question]]:
    """Return the steps without those that undo another or are not allowed, and what to ask instead.

    Args:
        steps: the steps.
        held: what must survive.
        forbidden: the operations that are not to be done, with their direction; 0 = either.
    """
    out: list[Step] = []
    asks: list[Question] = []
    for i, step in enumerate(steps):
        against = next((other for other in out if _against(step, other)), None)
        kept = step.target is not None and any(_same(step.target, one) for one in held)
        barred = any(_barred(step, name, sign) for name, sign in forbidden)
        if against is None and not kept and not barred:
            out.append(step)
            continue
        if against is not None:
            out.remove(against)
            said = f'"{against.words}" and "{step.words}" are against each other.'
            choices = [Choice(says=told(one), steps=(one,)) for one in (against, step)]
        elif barred:
            said = f'"{step.words}" is asked for, and also not to be done.'
            choices = [Choice(says=told(step), steps=(step,))]
        else:
            said = f'"{step.words}" would change what is to be kept.'
            choices = [Choice(says=told(step), steps=(step,))]
        asks.append(
            Question(
                asks=said, words=step.words, choices=(*choices, Choice(says="leave it out")), at=min(i, 100)
            )
        )
    return out, asks


def _against(one: Step, other: Step) -> bool:
    """Whether two steps turn the same quality of the same thing in opposite directions."""
    for colourless, step in ((one, other), (other, one)):
        if (
            colourless.operation == "black-and-white"
            and step.operation in ("saturation", "vibrance")
            and (step.amount is None or step.amount.value > 0)
        ):
            return one.target == other.target
    if one.operation != other.operation or one.amount is None or other.amount is None:
        return False
    if one.amount.option != other.amount.option or one.amount.value * other.amount.value >= 0:
        return False
    if any(a.words and a.words[0] in "+-0123456789" for a in (one.amount, other.amount)):
        # Numbers are meant: "+2 stops, then -2 stops".
        return False
    if one.target is None or other.target is None:
        return one.target is other.target
    return one.target == other.target or _same(one.target, other.target)


_TURNS = frozenset({"rotate", "straighten"})


def _barred(step: Step, name: str, sign: int) -> bool:
    """Whether a step is one that is not to be done: "crop it square, but don't crop it"."""
    if step.operation != name and not {step.operation, name} <= _TURNS:
        return False
    return not sign or step.amount is None or step.amount.value * sign > 0


def _same(one: Target, other: Target) -> bool:
    mine, yours = (t.words.lower().removeprefix("the ").removeprefix("a ") for t in (one, other))
    return mine == yours
