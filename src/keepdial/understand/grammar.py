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
from keepdial.understand import clauses, english
from keepdial.understand.cutting import cut
from keepdial.understand.nouns import in_the_picture, target_of
from keepdial.understand.plan import SURE, Choice, Plan, Question, Step, Target
from keepdial.understand.reading import Reading, content, readings
from keepdial.understand.steps import made
from keepdial.understand.telling import told
from keepdial.understand.tokens import Token, plain, tokens_of, words_of
from keepdial.understand.vocabulary import corrected, foreign, near


def understand_words(sentence: str, *, files: Collection[str] | None = None) -> Plan:
    """Return the plan of what a sentence asks for, in its order, with what it protects.

    Args:
        sentence: what is wanted, for example ``make the sky a bit bluer and remove the text``.
        files: the names of pictures that may be named, where only these may.

    What is not certain is in the plan's questions. Raises `InputError` for a sentence that is empty, too
    long, of another language, or holds nothing that can be read; `ParameterError` for an amount outside of an
    option's range.
    """
    return _understood(sentence, files, asks=True)


def _understood(sentence: str, files: Collection[str] | None, *, asks: bool) -> Plan:
    """Return the plan; `asks` = whether to look for what may be meant by what is not understood."""
    said = plain(sentence)
    text, keep = clauses.dial(clauses.without_the_rest(said))
    tokens = in_the_picture(corrected(tokens_of(text)))
    if foreign(tokens):
        raise InputError(
            "The sentence is not in English, as far as can be told; the grammar reads English only.",
            hint="Say it in English, or let a language model read it (docs/language-models.md).",
        )
    reader = _Reader(said, keep, asks=asks)
    for piece in cut(tokens):
        reader.take(piece.tokens, piece.joint, hard=piece.hard)
    return reader.plan(files)


class _Reader:
    """Takes the pieces of a sentence, one after the other, and makes steps of them."""

    def __init__(self, sentence: str, keep: float | None, *, asks: bool) -> None:
        self.sentence = sentence
        self.asks = asks
        self.keep = keep
        self.done: list[tuple[list[Token], list[Reading], bool]] = []
        self.protected: list[list[Token]] = []
        self.waiting: list[Token] = []
        self.unused: list[str] = []
        self.strange: list[tuple[int, list[Token]]] = []
        self.sign = 0
        self.protecting: list[Token] = []

    def take(self, tokens: list[Token], joint: str, *, hard: bool) -> None:
        """Take one piece; `joint` is the word that stood before it, `hard` whether a sentence began."""
        if hard:
            self._leave_waiting()
            self.sign = 0
        if self._goes_on_protecting(tokens, joint, hard=hard):
            return
        held = clauses.protects(tokens)
        if held is not None and not _asks_more(tokens):
            if held:
                self.protected.append(held)
                self.protecting = tokens
            else:
                self.unused.append(words_of(tokens))
            return
        own, reason = clauses.purpose(clauses.opened(tokens))
        if not own:
            return
        if (
            own[0].word in ("don't", "not", "never", "without", "no", "nor")
            and not _lacks(own)
            and self._limit(own)
        ):
            return
        if clauses.inquires(own):
            self.unused.append(words_of(tokens))
            return
        if self._describes(own, joint, hard=hard):
            return
        whole = [*self.waiting, *own]
        found = readings(whole, before=self.sign)
        if not found and self.waiting and joint in ("by", "to", "with"):
            found = readings(own, before=self.sign)
            if found:
                self.unused.append(words_of(self.waiting[:-1]))
                self.waiting, whole = [], own
        bare = bool(found) and all(not r.spoken for r in found)
        if found and joint == "by" and self.done and not hard and _is_goal(self.done[-1][1]):
            # "improve it BY sharpening": what comes after says how, and that is all that is asked.
            self.unused.append(words_of(self.done.pop()[0]))
        if found and not (bare and self._goes_on(own, joint, hard)):
            self.waiting = []
            self.done.append((whole, found, bare))
            self.sign = next((r.sign for r in found if r.quality and r.sign), 0)
            if reason:
                self.unused.append(words_of(reason))
            return
        if not hard and self._joins(own, joint):
            return
        self._without_reading(own, tokens, joint)

    def _goes_on_protecting(self, tokens: list[Token], joint: str, *, hard: bool) -> bool:
        """Whether a piece is one more thing that must survive: "keep the faces AND THE TEXT"."""
        before, self.protecting = self.protecting, []
        if hard or not before or joint not in (",", "and", "&", "or", "/") or clauses.orders(tokens):
            return False
        if _stands(readings(tokens), tokens):
            return False
        both = [*before, replace(tokens[0], text=joint, word=joint, kind="word"), *tokens]
        held = clauses.protects(both)
        if not held:
            return False
        self.protected[-1] = held
        self.protecting = both
        return True

    def _describes(self, own: list[Token], joint: str, *, hard: bool) -> bool:
        """Whether a piece only says more of the thing that the step before it is about, and take it there.

        "Add a man in a hat, holding a cup and an umbrella": what is no order of its own goes on with the step.
        """
        if self.waiting or not self.done:
            return False
        last = self.done[-1][1][-1]
        told = "prompt" in last.params
        acts = last.unit.target == "required" or last.thing is not None
        if last.quality or not (told or (acts and not hard)):
            return False
        if joint == "to" and told:
            # "add a bench TO make it cosy": what it is for.
            self.unused.append(words_of(own))
            return True
        if clauses.orders(own, strict=told):
            return False
        if not clauses.describing(own) and _stands(readings(own, before=self.sign), own):
            return False
        if hard or not self._joins(own, joint):
            self.unused.append(words_of(own))
        return True

    def _goes_on(self, own: list[Token], joint: str, hard: bool) -> bool:
        """Whether a bare name ("the light and the COLOUR") is one more thing of the step before it."""
        if hard or not self.done:
            return False
        last = self.done[-1][1][-1]
        return (
            not last.quality
            and last.unit.target == "required"
            and own[0].word in ("the", "a", "his", "her", "all")
        )

    def _joins(self, own: list[Token], joint: str) -> bool:
        """Join a piece that asks for nothing to the step before it, where it can be more of its thing."""
        if self.waiting or not self.done:
            return False
        before, found, bare = self.done[-1]
        if _only_an_amount(own):
            again = readings([*before, *own], before=self.sign)
            if again:
                self.done[-1] = ([*before, *own], again, bare)
                return True
            return False
        if joint not in (",", "and", "&", "plus", "+", "or", "/", "-", "also", "(") or not _names_a_thing(
            own
        ):
            return False
        if not any(r.unit.target != "none" for r in found):
            return False
        together = [
            *before,
            replace(own[0], text=joint, word=joint, kind="word" if joint.isalpha() else "sign"),
            *own,
        ]
        again = readings(together, before=self.sign)
        if not again or [r.unit.name for r in again] != [r.unit.name for r in found]:
            return False
        self.done[-1] = (together, again, bare)
        return True

    def _without_reading(self, own: list[Token], tokens: list[Token], joint: str) -> None:
        if clauses.talks(tokens) or not content(own):
            if content(own):
                self.unused.append(words_of(tokens))
            return
        if (clauses.imperative(own) or _names_a_thing(own)) and len(own) <= 12:
            # It may be the beginning of what the next piece goes on with: "change the trees and the grass to".
            self.waiting = [*self.waiting, *own, replace(own[0], text="and", word="and", kind="word")]
            return
        if clauses.imperative(own):
            self.strange.append((len(self.done), own))
            return
        self.unused.append(words_of(tokens))

    def _leave_waiting(self) -> None:
        if self.waiting:
            if clauses.imperative(self.waiting) or not self.done:
                self.strange.append((len(self.done), self.waiting[:-1]))
            else:
                self.unused.append(words_of(self.waiting[:-1]))
            self.waiting = []

    def _limit(self, own: list[Token]) -> bool:
        """Whether a piece forbids something ("don't make it too dark", "no cropping"): nothing is done."""
        if (
            own[0].word == "no"
            and len(own) > 1
            and own[1].word.endswith("ing")
            and english.is_verb(own[1].word)
        ):
            self.unused.append(words_of(own))
            return True
        rest = own[1:]
        while rest and rest[0].word in ("to", "be", "the", "any"):
            rest = rest[1:]
        found = readings(rest)
        if not found:
            return False
        best = found[0]
        if best.unit.target == "required" and best.thing:
            self.protected.append([rest[i] for i in best.thing])
        else:
            self.unused.append(words_of(own))
        return own[0].word != "no"

    def plan(self, files: Collection[str] | None) -> Plan:
        """Return the plan of all that was taken."""
        self._leave_waiting()
        steps: list[Step] = []
        questions: list[Question] = []
        index: dict[int, int] = {}
        for i, (tokens, found, _) in enumerate(self.done):
            index[i] = len(steps)
            for one in made(tokens, found, steps, self.keep, files):
                if one.replaces and steps:
                    steps.pop()
                if one.question is not None:
                    questions.append(one.question.model_copy(update={"at": min(100, len(steps))}))
                elif one.step is not None:
                    steps.append(one.step)
        index[len(self.done)] = len(steps)
        for at, words in self.strange:
            asked = self._strange(words, steps, at=index.get(at, len(steps)))
            if asked is not None:
                questions.append(asked)
        held = [t for words in self.protected if (t := target_of(words).target) is not None]
        if not steps and not questions:
            steps += _told(self.unused)
        if not steps and not questions:
            questions.append(_nothing(self.sentence, self.unused, held))
        steps, doubts = _without_contradictions(steps, held)
        questions += doubts
        steps = [_with_needs(step) for step in steps]
        return Plan(
            sentence=self.sentence[:4000],
            steps=tuple(steps),
            protected=tuple(dict.fromkeys(held)),
            questions=tuple(sorted(questions, key=lambda q: q.at)),
            unused=tuple(words for words in self.unused if words.strip()),
        )

    def _strange(self, tokens: list[Token], steps: list[Step], at: int) -> Question | None:
        """Return the question about a piece that nobody understands; None where it only tells something."""
        said = words_of(tokens)
        if steps and not clauses.imperative(tokens):
            self.unused.append(said)
            return None
        choices = list(_choices(tokens)) if self.asks else []
        if self.asks and clauses.imperative(tokens):
            choices.insert(0, _as_instruction(tokens))
        if steps or choices:
            choices.append(Choice(says="leave it out"))
        return Question(
            asks=f'"{said}" was not understood.', words=said, choices=tuple(choices), at=min(at, 100)
        )


def _as_instruction(tokens: list[Token]) -> Choice:
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
    return Choice(says=f"give it to a model that follows instructions: {said}", steps=(_with_needs(step),))


def _lacks(tokens: list[Token]) -> bool:
    """Whether a negation says that there is too little: "not bright enough"."""
    return any(t.word == "enough" for t in tokens)


def _is_goal(found: list[Reading]) -> bool:
    return all(r.quality or r.unit.name in ("auto", "restore") for r in found)


def _stands(found: list[Reading], tokens: list[Token]) -> bool:
    """Whether readings stand by themselves: they begin the piece, and leave no word of it out."""
    if not found or not all(r.spoken for r in found):
        return False
    used = set[int]().union(*(r.used | set(r.thing or ()) for r in found))
    left = [tokens[i] for i in range(len(tokens)) if i not in used]
    return min(used) <= 3 and (not content(left) or all(r.quality for r in found))


def _asks_more(tokens: list[Token]) -> bool:
    """Whether a piece that begins by keeping something asks for another thing ("keep only the dog")."""
    words = [t.word for t in tokens]
    return any(w in words[:4] for w in ("only", "just")) and any(w in words[:4] for w in ("keep", "leave"))


def _only_an_amount(tokens: list[Token]) -> bool:
    from keepdial.understand.amounts import UNITS, WORDS, number_at

    return all(
        number_at(t) is not None or t.word in UNITS or t.word in WORDS or t.word in ("%", "by", "to", "stop", "k", "px", "a", "degree", "about", "only", "just", "please")
        for t in tokens
    )  # fmt: skip


def _names_a_thing(tokens: list[Token]) -> bool:
    named = target_of(tokens)
    return named.target is not None and not named.odd and not clauses.imperative(tokens)


def _with_needs(step: Step) -> Step:
    from keepdial.understand.here import needs

    return step.model_copy(update={"needs": needs(step)})


def _choices(tokens: list[Token]) -> list[Choice]:
    """Return what a piece that was not understood may have meant, nearest words first."""
    found = []
    for words in near(tokens):
        try:
            plan = _understood(words, None, asks=False)
        except InputError:
            continue
        if plan.steps and plan.sure >= SURE:
            found.append(Choice(says=told(plan.steps[0]), steps=plan.steps[:1]))
    return found[:3]


def _without_contradictions(steps: list[Step], held: list[Target]) -> tuple[list[Step], list[Question]]:
    """Return the steps without those that undo another, or act on what must survive, and what to ask."""
    out: list[Step] = []
    asks: list[Question] = []
    for i, step in enumerate(steps):
        against = next((other for other in out if _against(step, other)), None)
        kept = step.target is not None and any(_same(step.target, one) for one in held)
        if against is None and not kept:
            out.append(step)
            continue
        if against is not None:
            out.remove(against)
            said = f'"{against.words}" and "{step.words}" are against each other.'
            choices = [Choice(says=told(one), steps=(one,)) for one in (against, step)]
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
    if one.operation != other.operation or one.amount is None or other.amount is None:
        return False
    if one.amount.option != other.amount.option or one.amount.value * other.amount.value >= 0:
        return False
    if any(a.words and a.words[0] in "+-0123456789" for a in (one.amount, other.amount)):
        # Numbers are meant: "+2 stops, then -2 stops".
        return False
    return (
        one.target == other.target
        or (one.target and other.target and _same(one.target, other.target)) is True
    )


def _same(one: Target, other: Target) -> bool:
    mine, yours = (t.words.lower().removeprefix("the ").removeprefix("a ") for t in (one, other))
    return mine == yours


def _told(unused: list[str]) -> list[Step]:
    """Return what a statement about somebody may ask for, where nothing else does: "She is wearing a hat"."""
    for words in unused:
        first, *rest = words.lower().split()
        if first in ("he", "she", "they", "he's", "she's", "they're") and len(rest) > 1:
            prompt = {"prompt": words, "kind": "action"}
            target = Target(words=first.partition("'")[0], pronoun=True)
            return [
                Step(
                    operation="instruct",
                    params=dict(prompt),
                    target=target,
                    words=words,
                    because=(first,),
                    sure=0.5,
                )
            ]
    return []


def _nothing(sentence: str, unused: list[str], held: list[Target]) -> Question:
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
