"""The reader: takes the pieces of a sentence in their order and makes a plan of them."""

from __future__ import annotations

from dataclasses import replace

from keepdial.understand import clauses, english
from keepdial.understand.cutting import Piece
from keepdial.understand.keeping import protects
from keepdial.understand.lexicon import POLITE, TALK
from keepdial.understand.nouns import target_of
from keepdial.understand.pieces import (
    AFTER_FORBIDDING,
    FORBIDS,
    HEDGES,
    JOINS,
    REMEDIES,
    SUBJECTS,
    asks_more,
    has_thing,
    is_goal,
    lacks,
    names_a_thing,
    only_an_amount,
    stands,
    wished_for,
)
from keepdial.understand.plan import Plan
from keepdial.understand.planning import Asked, Guesses, Kept, plan_of
from keepdial.understand.reading import Reading, content, readings
from keepdial.understand.targets import Context, named_by_the_rest
from keepdial.understand.tokens import Token, tokens_of, words_of


class Reader:
    """Takes the pieces of a sentence, one after the other, and makes a plan of them.

    Args:
        sentence: the sentence, for the plan.
        context: what holds from its beginning.
        guesses: returns what a piece that nobody understands may have meant, the nearest first; None = a
            question about it offers nothing.
    """

    def __init__(self, sentence: str, context: Context, guesses: Guesses | None) -> None:
        self.sentence = sentence
        self.context = context
        self.guesses = guesses
        self.done: list[Asked] = []
        self.protected: list[list[Token]] = []
        self.waiting: list[Token] = []
        self.unused: list[str] = []
        self.strange: list[tuple[int, list[Token]]] = []
        self.sign = 0
        self.told = False
        self.protecting: list[Token] = []
        self.forbidden: list[Reading] = []

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
        held = protects(tokens)
        if held is not None and not asks_more(tokens):
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
        if self._complained() and self._remedies(own):
            return
        if self._is_story(own, piece, wish=wish):
            self.unused.append(words_of(tokens))
            return
        self.told = False
        if self._hedges(own) or self._forbids(own) or self._narrows(own, hard=hard):
            return
        if self._describes(own, joint, hard=hard):
            return
        whole, found = self._read(own, joint, wish=wish)
        if found and not hard and self._is_means(joint):
            # "improve it BY sharpening": what comes after says how, and that is all that is asked.
            self.unused.append(words_of(self.done.pop().tokens))
        if self._only_points(own, found):
            return
        bare = all(not r.spoken for r in found)
        if found and not (bare and self._goes_on(own, hard=hard)):
            self.waiting = []
            if not hard:
                self._shares(whole, found)
            self.done.append(Asked(whole, found, self.context, piece.question, self.sign))
            self.context = replace(self.context, fresh=False)
            self.sign = next((r.sign for r in found if r.quality and r.sign), 0)
            if reason:
                self.unused.append(words_of(reason))
            return
        if not hard and self._joins(own, joint):
            return
        self._without_reading(own, tokens)

    def _remedies(self, own: list[Token]) -> bool:
        """Whether a piece only asks to mend what was complained of: "it is too dark, FIX IT A BIT"."""
        for length in (2, 3):
            if words_of(own[:length]) in REMEDIES and (not own[length:] or only_an_amount(own[length:])):
                last = self.done[-1]
                again = readings([*last.tokens, *own[length:]], before=last.sign)
                if again and own[length:]:
                    last.tokens, last.found = [*last.tokens, *own[length:]], again
                return True
        return False

    def _complained(self) -> bool:
        """Whether the step before was a complaint rather than an order."""
        if not self.done:
            return False
        last = self.done[-1]
        return all(r.quality and r.spoken for r in last.found) and not clauses.imperative(last.tokens)

    def _is_story(self, own: list[Token], piece: Piece, *, wish: bool) -> bool:
        """Whether a piece tells a story or wants to know something, or goes on with one."""
        if (clauses.tells(own) and not wish) or (clauses.inquires(own) and not piece.question):
            self.told = True
            return True
        return self.told and not piece.hard and piece.joint in ("with", "to")

    def _read(self, own: list[Token], joint: str, *, wish: bool) -> tuple[list[Token], list[Reading]]:
        """Return what a piece asks for, and the words of it with those that waited for it."""
        whole = [*self.waiting, *own]
        if (
            self.waiting
            and clauses.orders(own)
            and not clauses.imperative(self.waiting)
            and self._points_to(self.waiting[:-1])
        ):
            # "the car, make it red"
            self.waiting, whole = [], own
        elif self.waiting and clauses.orders(own) and clauses.imperative(self.waiting):
            alone = readings(own, before=self.sign)
            if stands(alone, own) and clauses.imperative(own):
                # "leave it blank AND MAKE THE PERSON BRIGHTER": what waited is an order of its own.
                self._leave_waiting()
                whole = own
        found = readings(whole, before=self.sign)
        if not found and self.waiting and joint in ("by", "with"):
            found = readings(own, before=self.sign)
            if found:
                self.unused.append(words_of(self.waiting[:-1]))
                self.waiting, whole = [], own
        if not found and wish and (added := wished_for(own)) is not None:
            found = [added]
        return whole, found

    def _is_means(self, joint: str) -> bool:
        """Whether a piece only says by what the one before it is to be reached."""
        if not self.done:
            return False
        last = self.done[-1].found
        return is_goal(last) and (
            joint == "by" or (joint == "to" and all(r.unit.name == "auto" for r in last))
        )

    def _only_points(self, own: list[Token], found: list[Reading]) -> bool:
        """Whether a piece only points to a thing, for what comes after it: "select the car"."""
        pointed = clauses.topic(own)
        if pointed is None:
            return False
        there = own[0].word in ("there", "there's") and any(r.quality and r.sign > 0 for r in found)
        asks = bool(found) and all(r.spoken for r in found) and not there
        return not asks and self._points_to(pointed)

    def _points_to(self, tokens: list[Token]) -> bool:
        """Take what a piece only points to as the topic of what comes after it."""
        named = target_of(tokens)
        if named.target is None or named.odd:
            return False
        self.context = replace(self.context, topic=named.target, fresh=True)
        return True

    def _hedges(self, own: list[Token]) -> bool:
        """Whether a piece only takes back how much: "brighter, BUT NOT TOO MUCH"."""
        if words_of(own) not in HEDGES or not self.done:
            return False
        last = self.done[-1]
        last.tokens = [*last.tokens, replace(own[0], text=words_of(own), word="slightly", kind="word")]
        return True

    def _forbids(self, own: list[Token]) -> bool:
        """Whether a piece forbids something: what is named then stays, and an operation is not done."""
        at = next((i for i, t in enumerate(own[:3]) if t.word in FORBIDS), None)
        if at is None or lacks(own) or any(t.word not in SUBJECTS for t in own[:at]):
            return False
        rest = own[at + 1 :]
        disliked = bool(rest) and rest[0].word in ("like", "want", "need", "love")
        while rest and rest[0].word in AFTER_FORBIDDING:
            rest = rest[1:]
        if not rest or own[at + 1].word in ("so", "too", "as", "very", "quite", "really", "that"):
            return False
        found = readings(rest)
        if found and found[0].unit.target == "required" and found[0].thing:
            self.protected.append([rest[i] for i in found[0].thing])
            return True
        never = own[at].word == "no" and rest[0].word.endswith("ing") and english.is_verb(rest[0].word)
        if found and not never:
            left = {i for i in range(len(rest)) if not any(i in r.used for r in found)}
            named, _ = named_by_the_rest(rest, left)
            if named.target is not None and not named.odd and not named.target.pronoun:
                # "brighter, but don't darken THE SKY"
                self.protected.append(tokens_of(named.target.words))
                return True
            self.forbidden += found
        if found or never:
            self.unused.append(words_of(own))
            return True
        if disliked or own[at].word in ("no", "without"):
            return False
        thing = own[at + 1 :]
        while thing and thing[0].word in ("on", "in", "at", "for", "to"):
            thing = thing[1:]
        if thing and names_a_thing(thing):
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
        if stands(readings(tokens), tokens):
            return False
        both = [*before, replace(tokens[0], text=joint, word=joint, kind="word"), *tokens]
        held = protects(both)
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
            if stands(found, own) or (found and found[0].unit.name == last.unit.name and found[0].score >= 1):
                # "make the shirt pink AND THE TROUSERS BLACK"
                return False
        if hard or not self._joins(own, joint):
            self.unused.append(words_of(own))
        return True

    def _goes_on(self, own: list[Token], *, hard: bool) -> bool:
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
        if only_an_amount(own):
            again = readings([*before, *own], before=self.done[-1].sign)
            if again:
                self.done[-1].tokens, self.done[-1].found = [*before, *own], again
                return True
            return False
        if joint not in JOINS or not names_a_thing(own):
            return False
        if not any(r.unit.target != "none" for r in found) or not has_thing(before, found):
            return False
        together = [
            *before,
            replace(own[0], text=joint, word=joint, kind="word" if joint.isalpha() else "sign"),
            *own,
        ]
        again = readings(together, before=self.done[-1].sign)
        if not again or [r.unit.name for r in again] != [r.unit.name for r in found]:
            return False
        if all(r.thing is not None for r in again):
            used = set[int]().union(*(r.used | set(r.thing or ()) for r in again))
            if content(t for i, t in enumerate(together) if i > len(before) and i not in used):
                return self._repeats(own)
        self.done[-1].tokens, self.done[-1].found = together, again
        return True

    def _repeats(self, own: list[Token]) -> bool:
        """Read a piece with the verb of the step before it: "recolour the sofa navy AND THE CUSHIONS RED"."""
        last = self.done[-1]
        if not clauses.imperative(last.tokens):
            return False
        whole = [clauses.opened(last.tokens)[0], *own]
        found = readings(whole)
        if [r.unit.name for r in found] != [r.unit.name for r in last.found] or not stands(found, whole):
            self.strange.append((len(self.done), whole))
            return True
        self.done.append(Asked(whole, found, self.context, sign=self.sign))
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

    def _without_reading(self, own: list[Token], tokens: list[Token]) -> None:
        """Keep a piece that asks for nothing by itself for what comes after it, or leave it."""
        unknown = clauses.imperative(own) and own[0].word not in TALK | POLITE
        about = None if clauses.orders(own) else clauses.subject(own)
        if about is not None and self._points_to(about):
            self.context = replace(self.context, fresh=False)
            self.unused.append(words_of(tokens))
            return
        if not content(own) or (clauses.talks(tokens) and not unknown):
            if content(own):
                self.unused.append(words_of(tokens))
            return
        if (clauses.imperative(own) or names_a_thing(own)) and len(own) <= 12:
            # The next piece may go on with it: "change the trees and the grass to".
            self.waiting = [*self.waiting, *own, replace(own[0], text="and", word="and", kind="word")]
            return
        if clauses.imperative(own):
            self.strange.append((len(self.done), own))
            return
        self.unused.append(words_of(tokens))

    def _leave_waiting(self) -> None:
        """Make what it is of the words that waited for something after them, as nothing came."""
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
        kept = Kept(self.protected, self.forbidden)
        return plan_of(self.sentence, self.done, self.strange, kept, self.unused, self.guesses)
