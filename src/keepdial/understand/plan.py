"""The plan: what was understood of a sentence, before anything is looked for in a picture.

The grammar and a language model both make this one value, and `keepdial.understand.asking` turns it into a
`Request`. It says which words led to each step, how sure each is, and what has to be settled before it may
run. It goes to JSON and back; `keepdial.understand.schema` publishes its schema.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from keepdial.request import Dial, Value

SURE = 0.6
"""A step that is less sure than this is not done without asking."""

Sure = Annotated[float, Field(ge=0.0, le=1.0)]
Side = Literal["left", "right", "top", "bottom", "middle"]


class Relation(Value):
    """Where a thing is, by another thing: ``how`` ("left of", "above", "in front of", "on") ``of`` which."""

    how: str = Field(max_length=64)
    of: str = Field(max_length=4000)


class Target(Value):
    """What a step acts on, or what must survive.

    Attributes:
        words: the whole phrase as the finders take it: ``the red cup on the left``.
        head: the noun alone: ``cup``; "" where only a place was said.
        attributes: what is said of it, in order: ``("red",)``.
        sides: where in the picture it is; empty where no side was said.
        relation: where it is by another thing; None where it was not said.
        count: how many are meant, None where no number was said.
        text: what is written on it, where that was quoted.
        without: what is left out of it ("everything except ``the car``").
        pronoun: whether it was only pointed at ("her"), with nothing before in the sentence to point to.
    """

    words: str = Field(max_length=4000)
    head: str = Field(default="", max_length=4000)
    attributes: tuple[str, ...] = Field(default=(), max_length=50)
    sides: tuple[Side, ...] = Field(default=(), max_length=5)
    relation: Relation | None = None
    count: int | None = Field(default=None, ge=0, le=10_000)
    text: str = Field(default="", max_length=4000)
    without: str = Field(default="", max_length=4000)
    pronoun: bool = False


class Amount(Value):
    """How much: the option that holds it, its value, and the words that it was read from.

    Attributes:
        option: the name of the operation's option.
        value: what the option became.
        words: the words; "" where nothing was said and the ordinary amount was taken.
    """

    option: str = Field(max_length=64)
    value: float
    words: str = Field(default="", max_length=4000)


class Step(Value):
    """One operation, as it was understood.

    Attributes:
        operation: the operation's name.
        params: the options that were said; the others have their defaults. Pictures stand as file names.
        target: what to act on; None = the whole picture, or what is selected beside the sentence.
        amount: how much, where the operation has an amount.
        keep: the dial, where the sentence turned it ("just a touch", "completely redo").
        words: the part of the sentence that it was read from.
        because: the words in it that named the operation.
        unused: the words in it that nothing was made of.
        sure: how sure this is, 0 to 1. Under `SURE` it is asked about.
        needs: what is missing on this machine to do it, as a sentence with what would do it; "" = nothing.
    """

    operation: str = Field(max_length=64)
    params: dict[str, JsonValue] = Field(default_factory=dict)
    target: Target | None = None
    amount: Amount | None = None
    keep: Dial | None = None
    words: str = Field(default="", max_length=4000)
    because: tuple[str, ...] = Field(default=(), max_length=100)
    unused: tuple[str, ...] = Field(default=(), max_length=4000)
    sure: Sure = 1.0
    needs: str = Field(default="", max_length=4000)


class Choice(Value):
    """One answer to a question: what it says, and the steps that it stands for, none = leave it out."""

    says: str = Field(max_length=4000)
    steps: tuple[Step, ...] = Field(default=(), max_length=100)


class Question(Value):
    """What was not certain, and what may be meant.

    Attributes:
        asks: the question, for a person.
        words: the part of the sentence that it is about.
        choices: the answers; empty where nothing came near and it has to be said in other words.
        at: before which of the plan's steps the chosen ones go.
    """

    asks: str = Field(max_length=8000)
    words: str = Field(default="", max_length=4000)
    choices: tuple[Choice, ...] = Field(default=(), max_length=20)
    at: int = Field(default=0, ge=0, le=100)


class Plan(Value):
    """What was understood of a sentence.

    Attributes:
        sentence: what was said.
        steps: what is to be done, in order.
        protected: what must survive bit for bit, in every step.
        questions: what has to be answered first.
        unused: the parts of the sentence that ask for nothing ("it is the only picture of me").
        by: who understood it: ``grammar``, or the language model's name.
    """

    sentence: str = Field(default="", max_length=4000)
    steps: tuple[Step, ...] = Field(default=(), max_length=100)
    protected: tuple[Target, ...] = Field(default=(), max_length=100)
    questions: tuple[Question, ...] = Field(default=(), max_length=100)
    unused: tuple[str, ...] = Field(default=(), max_length=1000)
    by: str = Field(default="grammar", max_length=200)

    @property
    def sure(self) -> float:
        """How sure its least sure step is; 0 where something has to be asked, or nothing is left."""
        return 0.0 if self.questions or not self.steps else min(step.sure for step in self.steps)

    @property
    def needs(self) -> tuple[str, ...]:
        """What is missing on this machine, each said once."""
        return tuple(dict.fromkeys(step.needs for step in self.steps if step.needs))

    @property
    def ready(self) -> bool:
        """Whether it may run as it stands: nothing to ask, nothing missing, at least one step."""
        return self.sure >= SURE and not self.needs

    def answered(self, choices: dict[int, int]) -> Plan:
        """Return the plan with questions answered: each by its place, with the place of a choice.

        Steps that were chosen go where the question stood. A question that is not named stays.
        """
        steps = list(self.steps)
        left: list[Question] = []
        moved = 0
        for i, question in enumerate(self.questions):
            if i not in choices:
                left.append(question.model_copy(update={"at": min(100, question.at + moved)}))
                continue
            chosen = tuple(
                step.model_copy(update={"sure": 1.0}) for step in question.choices[choices[i]].steps
            )
            at = question.at + moved
            steps[at:at] = chosen
            moved += len(chosen)
        return self.model_copy(update={"steps": tuple(steps), "questions": tuple(left)})
