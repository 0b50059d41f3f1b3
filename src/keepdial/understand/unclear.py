"""What is not clear: the questions and offers that stand for what nobody asked for plainly."""

from __future__ import annotations

from keepdial.understand.here import needs
from keepdial.understand.nouns import target_of
from keepdial.understand.plan import Choice, Question, Step, Target
from keepdial.understand.telling import told
from keepdial.understand.tokens import Token, words_of


def as_instruction(tokens: list[Token]) -> Choice:
    """Return the choice to hand a piece to a model that follows instructions, as it was said."""
    said = words_of(tokens)
    step = Step(
        operation="instruct",
        params={"prompt": said, "kind": "other"},
        target=target_of(tokens[1:]).target,
        words=said,
        because=(tokens[0].text,),
        sure=0.5,
    )
    return Choice(says=f"give it to a model that follows instructions: {said}", steps=(with_needs(step),))


def asked_back(step: Step, *, at: int) -> Question:
    """Return the question whether to do what was only asked about: "is it too dark?"."""
    choices = (Choice(says=told(step), steps=(with_needs(step),)), Choice(says="leave it out"))
    return Question(
        asks=f'"{step.words}" is a question. Is it to be done?', words=step.words, choices=choices, at=at
    )


def with_needs(step: Step) -> Step:
    """Return a step with what is missing on this machine to do it."""
    return step.model_copy(update={"needs": needs(step)})


def told_of_somebody(unused: list[str]) -> list[Step]:
    """Return what a statement about somebody may ask for, where nothing else does: "She is wearing a hat"."""
    for words in unused:
        first, *rest = words.lower().split()
        if first in ("he", "she", "they", "he's", "she's", "they're") and len(rest) > 1:
            target = Target(words=first.partition("'")[0], pronoun=True)
            return [
                Step(
                    operation="instruct",
                    params={"prompt": words, "kind": "action"},
                    target=target,
                    words=words,
                    because=(first,),
                    sure=0.5,
                )
            ]
    return []


def nothing_to_do(sentence: str, unused: list[str], held: list[Target]) -> Question:
    """Return the question for a sentence that asks for nothing, with what it says instead."""
    if held:
        asks = "The sentence says what is to be kept, and nothing that is to be done."
    elif unused:
        asks = "Nothing in the sentence asks for a change of the picture."
    else:
        asks = "Nothing to do was found in the sentence."
    return Question(
        asks=f'{asks} Say what is wanted, for example "make it a bit warmer and remove the text".',
        words=sentence[:4000],
    )
