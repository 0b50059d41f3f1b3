"""Plans made by hand, and a stand-in for the grammar that gives them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from keepdial.evaluate import DataSet, Result, Task, data_sets
from keepdial.evaluate._hear import Hearer
from keepdial.understand.plan import Amount, Choice, Plan, Question, Relation, Side, Step, Target


def target(
    words: str, head: str, *, sides: tuple[Side, ...] = (), how: str = "", of: str = "", pronoun: bool = False
) -> Target:
    relation = Relation(how=how, of=of) if how else None
    return Target(words=words, head=head, sides=sides, relation=relation, pronoun=pronoun)


def step(
    operation: str, on: Target | None = None, *, sure: float = 0.9, needs: str = "", **params: Any
) -> Step:
    return Step(operation=operation, target=on, params=params, sure=sure, needs=needs)


def more(operation: str, option: str, value: float, words: str = "") -> Step:
    return Step(
        operation=operation,
        params={option: value},
        amount=Amount(option=option, value=value, words=words),
        sure=0.9,
    )


def plan(*steps: Step) -> Plan:
    return Plan(steps=steps)


def asking(*choices: Step) -> Plan:
    return Plan(
        questions=(
            Question(asks="Which?", choices=tuple(Choice(says=c.operation, steps=(c,)) for c in choices)),
        )
    )


class Grammar:
    """Gives the plan that was made for a sentence, and a question for every other one."""

    def __init__(self, plans: Mapping[str, Plan]) -> None:
        self.plans = plans
        self.calls: list[str] = []

    def __call__(self, sentence: str) -> Plan:
        self.calls.append(sentence)
        return self.plans.get(sentence, Plan(questions=(Question(asks="What is meant?"),)))


def task(
    rows: list[dict[str, str]],
    plans: Mapping[str, Plan],
    *,
    teach: list[dict[str, str]] | None = None,
    served: frozenset[str] = frozenset({"remove", "brightness", "cutout", "recolor", "sharpen"}),
    faults: frozenset[str] = frozenset({"haze"}),
) -> Task:
    return Task(
        rows,
        teach or [],
        Hearer(Grammar(plans)),
        lambda name, words: name in served and not words,
        faults,
        lambda done: None,
    )


def judged(name: str, rows: list[dict[str, str]], plans: Mapping[str, Plan], **given: Any) -> Result:
    one: DataSet = data_sets()[name]
    return one.judge(task(rows, plans, **given))


def score(result: Result, name: str) -> float:
    (found,) = [one.value for one in result.scores if one.name == name]
    return found


def write(path: Path, heads: str, *rows: str) -> Path:
    path.write_text("".join(line + "\n" for line in (heads, *rows)), encoding="utf-8")
    return path
