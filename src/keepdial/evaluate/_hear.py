"""Understanding each sentence once, with the time it took."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

from keepdial.errors import KeepdialError, Unclear
from keepdial.evaluate import Heard
from keepdial.understand.plan import Plan, Step, Target

Understand = Callable[[str], Plan]


class Hearer:
    """Understands sentences; what was heard before is not worked out again.

    A sentence that is refused with an error of keepdial's own counts as not understood. One that fails with
    anything else is a defect: it counts as not understood too, and is kept under `broken`.
    """

    def __init__(self, understand: Understand) -> None:
        self._understand = understand
        self._heard: dict[str, Heard] = {}
        self.first = 0.0

    def __call__(self, text: str) -> Heard:
        """Return what was made of a sentence."""
        if text not in self._heard:
            self._heard[text] = self._hear(text)
        return self._heard[text]

    def warm(self) -> None:
        """Understand a first sentence, so that what is loaded once is in no sentence's time but `first`."""
        self.first = self._hear("make it a bit brighter").seconds

    @property
    def all(self) -> tuple[Heard, ...]:
        """Every sentence that was heard, once each."""
        return tuple(self._heard.values())

    def _hear(self, text: str) -> Heard:
        start = perf_counter()
        plan, refused, broke = Plan(), "", ""
        try:
            plan = self._understand(text)
        except Unclear as error:
            plan = error.plan
        except KeepdialError as error:
            refused = str(error)
        except Exception as error:  # noqa: BLE001 - a defect on one sentence must not end a measurement; it is shown
            broke = f"{type(error).__name__}: {error}"
        return Heard(text, plan, perf_counter() - start, refused, broke)


def answered(heard: Heard) -> Heard:
    """Return a sentence as if the first answer had been given to each question that has one."""
    plan = heard.plan
    first = {i: 0 for i, question in enumerate(plan.questions) if question.choices}
    if not first:
        return heard
    return Heard(heard.text, plan.answered(first), heard.seconds, heard.refused, heard.broke)


def shortly(heard: Heard) -> str:
    """Return a plan in a line: ``remove [the dog]; brightness +30``, and what it asks."""
    if heard.broke or heard.refused:
        return f"FAILED: {heard.broke}" if heard.broke else f"refused: {heard.refused}"
    parts = [_step(step) for step in heard.plan.steps]
    parts += [f"asks: {question.asks}" for question in heard.plan.questions]
    return "; ".join(parts) or "nothing"


def _step(step: Step) -> str:
    where = f" [{step.target.words}]" if step.target is not None else ""
    told = [f" {step.amount.option} {step.amount.value:+g}"] if step.amount is not None else []
    told += [
        f" {name}={value}"
        for name, value in step.params.items()
        if step.amount is None or name != step.amount.option
    ]
    return f"{step.operation}{where}{','.join(told)}{' (not here)' if step.needs else ''}"


def direction(step: Step) -> int:
    """Return 1 where a step makes more of something, -1 where less, 0 where its options do not tell."""
    value = step.amount.value if step.amount is not None else None
    if value is None:
        value = next(
            (v for v in step.params.values() if isinstance(v, int | float) and not isinstance(v, bool)), None
        )
    return 0 if not value else (1 if value > 0 else -1)


def is_background(target: Target | None) -> bool:
    """Return whether a target is the background itself, and not something in it."""
    return target is not None and (target.head or target.words).lower().split()[-1:] == ["background"]
