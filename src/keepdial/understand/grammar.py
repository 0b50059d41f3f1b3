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
from dataclasses import dataclass, replace

from keepdial.errors import InputError
from keepdial.operations import operations
from keepdial.understand import clauses, english
from keepdial.understand.amounts import UNITS, WORDS, number_at
from keepdial.understand.cutting import Piece, cut
from keepdial.understand.lexicon import POLITE, TALK, word_set
from keepdial.understand.nouns import in_the_picture, target_of
from keepdial.understand.numbers import numerals
from keepdial.understand.plan import SURE, Choice, Plan, Question, Step, Target
from keepdial.understand.reading import Reading, content, readings
from keepdial.understand.steps import Context, made
from keepdial.understand.telling import told
from keepdial.understand.tokens import Token, plain, tokens_of, words_of
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
    return _understood(sentence, Context(files=files, selected=selected), asks=True)


def _understood(sentence: str, context: Context, *, asks: bool) -> Plan:
    """Return the plan; `asks` = whether to look for what may be meant by what is not understood."""
    said = plain(sentence)
    text, keep = clauses.dial(clauses.without_the_rest(said))
    tokens = in_the_picture(numerals(corrected(tokens_of(text))))
    if foreign(tokens):
        raise InputError(
            "The sentence is not in English, as far as can be told; the grammar reads English only.",
            hint="Say it in English, or let a language model read it (docs/language-models.md).",
        )
    reader = _Reader(said, replace(context, keep=keep), asks=asks)
    for piece in cut(tokens):
        reader.take(piece)
    return reader.plan()


@dataclass(slots=True)
class _Done:
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


class _Reader:
    """Takes the pieces of a sentence, one after the other, and makes steps of them."""

    def __init__(self, sentence: str, context: Context, *, asks: bool) -> None:
        self.sentence = sentence
        self.context = context
        self.asks = asks
        self.done: list[_Done] = []
        self.protected: list[list[Token]] = []
        self.waiting: list[Token] = []
        self.unused: list[str] = []
        self.strange: list[tuple[int, list[Token]]] = []
        self.sign = 0
        self.told = False
        self.protecting: list[Token] = []

    def take(self, piece: Piece) -> None:
        """Take one piece of the sentence."""
        tokens, joint, hard = piece.tokens, piece.joint, piece.hard
        if hard:
            self._leave_waiting()
            self.sign = 0
            if self.done:
                self.done[-1].hard_after = True
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
        wish = clauses.wishes(tokens)
        own, reason = clauses.purpose(clauses.opened(tokens))
        if not own:
            return
        if (clauses.tells(own) and not wish) or (clauses.inquires(own) and not piece.question):
            self.unused.append(words_of(tokens))
            self.told = True
            return
        if self.told and not hard and joint == "with":
            self.unused.append(words_of(tokens))
            return
        self.told = False
        if self._hedges(own) or self._forbids(own) or self._narrows(own, hard=hard):
            return
        if self._describes(own, joint, hard=hard):
            return
        whole = [*self.waiting, *own]
        if (
            self.waiting
            and clauses.orders(own)
            and not clauses.imperative(self.waiting)
            and self._points_to(self.waiting[:-1])
        ):
            # "the car, make it red"
            self.waiting, whole = [], own
        found = readings(whole, before=self.sign)
        if not found and self.waiting and joint in ("by", "with"):
            found = readings(own, before=self.sign)
            if found:
                self.unused.append(words_of(self.waiting[:-1]))
                self.waiting, whole = [], own
        if not found and wish and (added := _added(own)) is not None:
            found = [added]
        bare = bool(found) and all(not r.spoken for r in found)
        means = (
            joint == "by" or (joint == "to" and all(r.unit.name == "auto" for r in self.done[-1].found))
            if self.done
            else False
        )
        if found and means and not hard and _is_goal(self.done[-1].found):
            # "improve it BY sharpening": what comes after says how, and that is all that is asked.
            self.unused.append(words_of(self.done.pop().tokens))
        pointed = clauses.topic(own)
        there = own[0].word in ("there", "there's")
        if (
            pointed is not None
            and (
                not found
                or not all(r.spoken for r in found)
                or (there and any(r.quality and r.sign > 0 for r in found))
            )
            and self._points_to(pointed)
        ):
            return
        if found and not (bare and self._goes_on(own, joint, hard)):
            self.waiting = []
            if not hard:
                self._shares(whole, found)
            self.done.append(_Done(whole, found, self.context, piece.question, self.sign))
            self.context = replace(self.context, fresh=False)
            self.sign = next((r.sign for r in found if r.quality and r.sign), 0)
            if reason:
                self.unused.append(words_of(reason))
            return
        if not hard and self._joins(own, joint):
            return
        self._without_reading(own, tokens, joint)

    def _points_to(self, tokens: list[Token]) -> bool:
        """Take what a piece only points to as the topic of what comes after it."""
        named = target_of(tokens)
        if named.target is None or named.odd:
            return False
        self.context = replace(self.context, topic=named.target, fresh=True)
        return True

    def _hedges(self, own: list[Token]) -> bool:
        """Whether a piece only takes back how much: "brighter, BUT NOT TOO MUCH"."""
        if words_of(own) not in _HEDGES or not self.done:
            return False
        last = self.done[-1]
        last.tokens = [*last.tokens, replace(own[0], text=words_of(own), word="slightly", kind="word")]
        return True

    def _forbids(self, own: list[Token]) -> bool:
        """Whether a piece forbids something: what is named then stays, and an operation is not done."""
        at = next((i for i, t in enumerate(own[:3]) if t.word in _FORBIDS), None)
        if at is None or _lacks(own) or any(t.word not in _SUBJECTS for t in own[:at]):
            return False
        rest = own[at + 1 :]
        disliked = bool(rest) and rest[0].word in ("like", "want", "need", "love")
        while rest and rest[0].word in _AFTER_FORBIDDING:
            rest = rest[1:]
        if not rest or own[at + 1].word in ("so", "too", "as", "very", "quite", "really", "that"):
            return False
        found = readings(rest)
        if own[at].word == "no" and rest[0].word.endswith("ing") and english.is_verb(rest[0].word):
            found = found or [None]  # type: ignore[list-item]
        if found:
            best = found[0]
            if best is not None and best.unit.target == "required" and best.thing:
                self.protected.append([rest[i] for i in best.thing])
            else:
                self.unused.append(words_of(own))
            return True
        if disliked or own[at].word in ("no", "without"):
            return False
        thing = own[at + 1 :]
        while thing and thing[0].word in ("on", "in", "at", "for", "to"):
            thing = thing[1:]
        if thing and _names_a_thing(thing):
            self.protected.append(thing)
            return True
        return False

    def _narrows(self, own: list[Token], *, hard: bool) -> bool:
        """Whether a piece says where alone the step before it acts: "brighter, but only the sky"."""
        if own[0].word not in ("only", "just") or not self.done or hard or readings(own):
            return False
        rest = own[1:]
        while rest and rest[0].word in ("on", "in", "for", "at"):
            rest = rest[1:]
        named = target_of(rest)
        if named.target is None or named.odd:
            return False
        self.done[-1].context = replace(self.done[-1].context, only=named.target)
        return True

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

        "Add a man in a hat, holding a cup and an umbrella": what is no order goes on with the step.
        """
        if self.waiting or not self.done:
            return False
        last = self.done[-1].found[-1]
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
        if not clauses.describing(own):
            found = readings(own, before=self.sign)
            if _stands(found, own) or (
                found and found[0].unit.name == last.unit.name and found[0].score >= 1
            ):
                # "make the shirt pink AND THE TROUSERS BLACK"
                return False
        if hard or not self._joins(own, joint):
            self.unused.append(words_of(own))
        return True

    def _goes_on(self, own: list[Token], joint: str, hard: bool) -> bool:
        """Whether a bare name ("the light and the COLOUR") is one more thing of the step before it."""
        if hard or not self.done:
            return False
        last = self.done[-1].found[-1]
        return (
            not last.quality
            and last.unit.target == "required"
            and own[0].word in ("the", "a", "his", "her", "all")
        )

    def _joins(self, own: list[Token], joint: str) -> bool:
        """Join a piece that asks for nothing to the step before it, where it can be more of its thing."""
        if self.waiting or not self.done:
            return False
        before, found = self.done[-1].tokens, self.done[-1].found
        if _only_an_amount(own):
            again = readings([*before, *own], before=self.done[-1].sign)
            if again:
                self.done[-1].tokens, self.done[-1].found = [*before, *own], again
                return True
            return False
        if joint not in (",", "and", "&", "plus", "+", "or", "/", "-", "also", "(") or not _names_a_thing(
            own
        ):
            return False
        if not any(r.unit.target != "none" for r in found) or not _has_thing(before, found):
            return False
        together = [
            *before,
            replace(own[0], text=joint, word=joint, kind="word" if joint.isalpha() else "sign"),
            *own,
        ]
        again = readings(together, before=self.done[-1].sign)
        if not again or [r.unit.name for r in again] != [r.unit.name for r in found]:
            return False
        self.done[-1].tokens, self.done[-1].found = together, again
        return True

    def _shares(self, own: list[Token], found: list[Reading]) -> None:
        """Give an amount that is said last to all named with it: "contrast and clarity up BY 10"."""
        numbers = [t for t in own if t.kind == "number"]
        if len(numbers) != 1 or not found or not found[-1].quality:
            return
        start = own.index(numbers[0])
        start -= start > 0 and own[start - 1].word in ("by", "to")
        said = own[start:]
        each = any(t.word == "each" for t in own)
        for i in range(len(self.done) - 1, -1, -1):
            before = self.done[i]
            bare = all(not r.spoken for r in before.found)
            if (
                before.hard_after
                or not all(r.quality for r in before.found)
                or any(t.kind == "number" for t in before.tokens)
            ):
                return
            if not bare and not each:
                return
            sign = found[-1].sign if bare else before.sign
            again = readings([*before.tokens, *said], before=sign)
            if not again:
                return
            before.tokens, before.found = [*before.tokens, *said], again

    def _without_reading(self, own: list[Token], tokens: list[Token], joint: str) -> None:
        unknown = clauses.imperative(own) and own[0].word not in TALK | POLITE
        if (subject := clauses.subject(own)) is not None and self._points_to(subject):
            self.context = replace(self.context, fresh=False)
            self.unused.append(words_of(tokens))
            return
        if not content(own) or (clauses.talks(tokens) and not unknown):
            if content(own):
                self.unused.append(words_of(tokens))
            return
        if (clauses.imperative(own) or _names_a_thing(own)) and len(own) <= 12:
            # The next piece may go on with it: "change the trees and the grass to".
            self.waiting = [*self.waiting, *own, replace(own[0], text="and", word="and", kind="word")]
            return
        if clauses.imperative(own):
            self.strange.append((len(self.done), own))
            return
        self.unused.append(words_of(tokens))

    def _leave_waiting(self) -> None:
        if self.waiting:
            if not clauses.imperative(self.waiting) and self._points_to(self.waiting[:-1]):
                self.unused.append(words_of(self.waiting[:-1]))
            elif clauses.imperative(self.waiting) or not self.done:
                self.strange.append((len(self.done), self.waiting[:-1]))
            else:
                self.unused.append(words_of(self.waiting[:-1]))
            self.waiting = []

    def plan(self) -> Plan:
        """Return the plan of all that was taken."""
        self._leave_waiting()
        steps: list[Step] = []
        questions: list[Question] = []
        index: dict[int, int] = {}
        for i, piece in enumerate(self.done):
            index[i] = len(steps)
            for one in made(piece.tokens, piece.found, steps, piece.context):
                if piece.question and one.step is not None:
                    questions.append(_asked_back(one.step, at=min(100, len(steps))))
                    continue
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
        steps = _once(steps)
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


def _has_thing(tokens: list[Token], found: list[Reading]) -> bool:
    """Whether a piece names a thing to which another can be joined: "brighten the sky AND THE SEA"."""
    if any(r.thing or "prompt" in r.params for r in found):
        return True
    used = set[int]().union(*(r.used for r in found))
    return bool(content(t for i, t in enumerate(tokens) if i not in used))


def _lacks(tokens: list[Token]) -> bool:
    """Whether a negation says that there is too little: "not bright enough"."""
    return any(t.word == "enough" for t in tokens)


_HEDGES = frozenset(
    (
        "not too much", "not much", "not a lot", "not so much", "not by much", "don't overdo it",
        "don't go overboard", "nothing extreme",
        "nothing crazy", "just a little", "only a little", "just a bit", "only a bit", "not that much",
        "keep it subtle", "subtly", "only slightly",
        "just slightly", "not too strong", "not too strongly",
    )
)  # fmt: skip
_FORBIDS = word_set("don't not never without no nor doesn't isn't shouldn't can't won't aren't avoid")
_SUBJECTS = word_set("i it we you he she they this that please just but so the and also do really")
_AFTER_FORBIDDING = word_set(
    "to be the any want need have use do make it on in at for like on too them a an even"
)


def _added(tokens: list[Token]) -> Reading | None:
    """Return the reading of a wish for a thing: "I'd like A RAINBOW over the mountains"."""
    unit = operations().get("add")
    if tokens[0].word == "have" and len(tokens) > 1:
        tokens = tokens[1:]
    if unit is None or tokens[0].word not in ("a", "an", "some", "another", "more", "two", "three"):
        return None
    places = set(range(len(tokens)))
    return Reading(unit, {"prompt": words_of(tokens)}, used=places, because={0}, sure=0.75)


def _asked_back(step: Step, *, at: int) -> Question:
    """Return the question whether to do what was only asked about: "is it too dark?"."""
    choices = (Choice(says=told(step), steps=(_with_needs(step),)), Choice(says="leave it out"))
    return Question(
        asks=f'"{step.words}" is a question. Is it to be done?', words=step.words, choices=choices, at=at
    )


def _is_goal(found: list[Reading]) -> bool:
    return all(r.quality or r.unit.name in ("auto", "restore", "remove") for r in found)


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
    """Whether a piece says how much, and nothing else: "by 20 percent"."""
    return all(
        number_at(t) is not None or t.word in UNITS or t.word in WORDS or t.word in _BESIDE_AMOUNTS
        for t in tokens
    )


_BESIDE_AMOUNTS = word_set("% by to stop k px a degree about only just please")


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
            plan = _understood(words, Context(), asks=False)
        except InputError:
            continue
        if plan.steps and plan.sure >= SURE:
            found.append(Choice(says=told(plan.steps[0]), steps=plan.steps[:1]))
    return found[:3]


def _once(steps: list[Step]) -> list[Step]:
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
