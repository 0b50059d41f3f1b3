"""The grammar: from a sentence about a picture to the plan of what it asks for. Deterministic and offline.

    sentence = piece {("," | ";" | "." | "and" | "then" | "but" | ...) piece}
    piece    = [opening] (request | protection | story) [reason]
    request  = phrase | quality | frame, with an amount and a thing, in any order

A *phrase* and a *quality* are what operations declare (`keepdial.operations.Saying`, `Quality`); a *frame* is
what "make X Y" means by what Y is. What explains most of a piece wins. A piece that asks for nothing by
itself belongs to the one before ("remove the text and the logo"), or after it ("the sky and the sea
brighter"); what tells a story is left alone. Each step says how sure it is, and what is not understood
becomes a question: nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from keepdial.errors import InputError
from keepdial.understand.cutting import cut
from keepdial.understand.keeping import dial, without_the_rest
from keepdial.understand.numbers import numerals
from keepdial.understand.places import in_the_picture
from keepdial.understand.plan import SURE, Choice, Plan
from keepdial.understand.planning import Guesses
from keepdial.understand.reader import Reader
from keepdial.understand.shades import shades
from keepdial.understand.targets import Context
from keepdial.understand.telling import told
from keepdial.understand.tokens import Token, plain, tokens_of
from keepdial.understand.vocabulary import corrected, foreign, near


def understand_words(sentence: str, *, files: Collection[str] | None = None, selected: bool = False) -> Plan:
    """Return the plan of what a sentence asks for, in its order, with what it protects.

    Args:
        sentence: what is wanted, for example ``make the sky a bit bluer and remove the text``.
        files: the names of pictures that may be named, where only these may.
        selected: whether something is selected beside the sentence, so that "remove it" says where.

    What is not certain is in the plan's questions. Raises `InputError` for a sentence that is empty, too
    long, of another language, or holds nothing that can be read; `ParameterError` for an amount outside of an
    option's range.
    """
    return _understood(sentence, Context(files=files, selected=selected), _choices)


def _understood(sentence: str, context: Context, guesses: Guesses | None) -> Plan:
    """Return the plan; `guesses` offers what may be meant by what is not understood."""
    said = plain(sentence)
    text, keep = dial(without_the_rest(said))
    tokens = in_the_picture(shades(numerals(corrected(tokens_of(text)))))
    if foreign(tokens):
        raise InputError(
            "The sentence is not in English, as far as can be told; the grammar reads English only.",
            hint="Say it in English, or let a language model read it (docs/language-models.md).",
        )
    reader = Reader(said, replace(context, keep=keep), guesses)
    for piece in cut(tokens):
        reader.take(piece)
    return reader.plan()


def _choices(tokens: list[Token]) -> list[Choice]:
    """Return what a piece that was not understood may have meant, nearest words first."""
    found = []
    for words in near(tokens):
        try:
            plan = _understood(words, Context(), None)
        except InputError:
            continue
        if plan.steps and plan.sure >= SURE:
            found.append(Choice(says=told(plan.steps[0]), steps=plan.steps[:1]))
    return found[:3]
