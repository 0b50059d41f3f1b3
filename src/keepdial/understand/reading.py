"""Reading: what one clause asks for. Phrases, qualities and frames compete; what explains most of it wins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from keepdial.operations import Operation
from keepdial.understand import english
from keepdial.understand.directions import Wanted, wanted
from keepdial.understand.frames import framed
from keepdial.understand.lexicon import ARTICLES, FUNCTION
from keepdial.understand.matching import Match, matches
from keepdial.understand.phrases import SLOT
from keepdial.understand.qualities import fault_of
from keepdial.understand.tokens import Token, words_of


@dataclass(slots=True)
class Reading:
    """One operation that a clause may ask for.

    Attributes:
        unit: the operation.
        params: the options that were said, slots filled.
        amount, units, per, absolute: as in `keepdial.operations.Saying`.
        used: the places of the words that name the operation and its options.
        because: those that name the operation.
        thing: the places of the words that name what is acted on; None = whatever is left.
        sure: how sure it is so far.
        score: how much of the clause it explains.
        spoken: whether it stands by itself, rather than only naming a quality.
        sign: the direction of a quality, 0 for others.
        quality: whether it is one of several that a clause may name side by side.
        several: whether there are others beside it.
        elsewhere: units that mean another operation, by its name.
    """

    unit: Operation
    params: dict[str, Any]
    amount: str = ""
    units: tuple[str, ...] = ()
    per: float = 1.0
    absolute: bool = False
    used: set[int] = field(default_factory=set)
    because: set[int] = field(default_factory=set)
    thing: list[int] | None = None
    sure: float = 0.95
    score: float = 1.0
    spoken: bool = True
    sign: int = 0
    quality: bool = False
    several: bool = False
    elsewhere: dict[str, str] = field(default_factory=dict)


def readings(tokens: list[Token], *, before: int = 0) -> list[Reading]:
    """Return what a clause asks for: one operation, or several qualities side by side; empty if nothing.

    `before` is the direction of the clause before, which a bare name of a quality takes over.
    """
    found = candidates(tokens, before=before)
    if not found:
        return []
    best = max(found, key=lambda r: (r.score, r.sure, -min(r.used, default=0)))
    if best.unit.name == "remove" and best.thing is not None:
        best = _of_fault(tokens, best) or best
    chosen = [best]
    if best.quality:
        taken = set(best.used)
        names = {(best.unit.name, best.amount)}
        others = sorted((r for r in found if r.quality), key=lambda r: (-r.score, min(r.used)))
        for other in others:
            key = other.unit.name, other.amount
            turned = min(other.because) - 1
            if turned in taken and tokens[turned].word in ("less", "more"):
                # "make the greens LESS SATURATED": that is what is wanted of the greens.
                taken |= other.because
                continue
            if not taken & other.because and key not in names and (other.spoken or other.sure >= 0.7):
                chosen.append(other)
                taken |= other.used
                names.add(key)
        for one in chosen:
            one.used = one.used | taken
            one.several = len(chosen) > 1
    return sorted(chosen, key=lambda r: min(r.because))


def _of_fault(tokens: list[Token], removal: Reading) -> Reading | None:
    """Return the fault that "remove the rainy overlay" asks less of: what is to go is no thing."""
    thing = [i for i in removal.thing or () if tokens[i].word not in ARTICLES and tokens[i].kind != "sign"]
    if not thing or len(thing) > 5:
        return None
    named = fault_of([tokens[i].word for i in thing])
    if named is None:
        return None
    want = Wanted(named, -1, set(removal.because) | set(thing), 0.9, removal.score + 0.9)
    return _of_quality(want, tokens)


def candidates(tokens: list[Token], *, before: int = 0) -> list[Reading]:
    """Return everything that a clause may ask for."""
    return [replace(reading) for reading in _candidates(tuple(tokens), before)]


@lru_cache(maxsize=64)
def _candidates(clause: tuple[Token, ...], before: int) -> tuple[Reading, ...]:
    """Return everything that a clause may ask for: by phrases, by qualities and by frames."""
    tokens = list(clause)
    found = [_of_match(match, tokens) for match in matches(tokens) if not _worn(match, tokens)]
    found += [_of_quality(want, tokens) for want in wanted(tokens, before=before)]
    found += [
        Reading(
            frame.unit,
            frame.params,
            used=set(frame.used),
            because=set(frame.because),
            thing=frame.thing,
            sure=frame.sure,
            score=frame.score,
        )
        for frame in framed(tokens)
    ]
    return tuple(found)


def _worn(match: Match, tokens: list[Token]) -> bool:
    """Whether a bare colour only says which thing an order is about: "select the girl IN YELLOW"."""
    if len(match.phrase.parts) > 1 or "colour" not in match.slots:
        return False
    at = match.slots["colour"][0]
    first = tokens[0].word
    return at > 1 and tokens[at - 1].word == "in" and first in english.lemmas(first).get("VERB", ())


def rivals(found: Iterable[Reading], best: Reading) -> list[Reading]:
    """Return readings that explain as much as the best one and ask for something else."""
    others: dict[str, Reading] = {}
    for other in found:
        if (
            other.unit.name != best.unit.name
            and other.score >= best.score - 0.02
            and other.sure >= best.sure - 0.1
        ):
            others.setdefault(other.unit.name, other)
    return list(others.values())


def _of_match(match: Match, tokens: list[Token]) -> Reading:
    """Return the reading of a phrase that fits, its slots filled in."""
    saying = match.phrase.saying
    values = {name: text(name, [tokens[i] for i in taken]) for name, taken in match.slots.items()}
    taken = set(match.used)
    if (lighter := _paled(values.get("colour", ""), tokens, match.slots.get("colour", ()))) is not None:
        values["colour"] = lighter
        taken.add(match.slots["colour"][0] - 1)
    for name in ("new", "rest"):
        taken |= set(match.slots.get(name, ()))
    params = {name: filled(value, values) for name, value in saying.params.items()}
    if match.phrase.unit.params.told and "prompt" not in params:
        # Models that paint from words get the clause as it was said.
        params["prompt"] = words_of(tokens)
    return Reading(
        match.phrase.unit,
        params,
        saying.amount,
        saying.units,
        saying.per,
        saying.absolute,
        used=taken,
        because=set(match.used),
        thing=match.slots.get("thing"),
        sure=saying.sure,
        score=match.score,
    )


def _paled(colour: str, tokens: list[Token], places: Sequence[int]) -> str | None:
    """Return the light colour that "PALE blue" means; None where nothing pales it, or it has no name."""
    if not places or places[0] == 0 or tokens[places[0] - 1].word not in ("pale", "pastel", "soft", "faint"):
        return None
    from keepdial.regions.colours import COLOURS

    return f"light {colour}" if f"light {colour}" in COLOURS else None


def _of_quality(want: Wanted, tokens: list[Token]) -> Reading:
    """Return the reading of a quality that is wanted."""
    quality = want.named.quality
    params = want.params
    if want.named.unit.params.told:
        params["prompt"] = words_of(tokens)
    return Reading(
        want.named.unit,
        params,
        quality.amount,
        quality.units,
        quality.per,
        quality.absolute,
        used=set(want.used),
        because=set(want.used),
        sure=want.sure,
        score=want.score,
        spoken=want.spoken,
        sign=want.sign,
        quality=True,
        elsewhere=quality.elsewhere,
    )


def text(slot: str, tokens: list[Token]) -> str:
    """Return the text of a slot: a colour without articles before it, new things as they were typed."""
    if slot == "colour":
        from keepdial.regions.colours import COLOURS

        both = [t.word for t in tokens]
        return " ".join(both) if " ".join(both) in COLOURS or len(both) == 1 else both[0]
    if slot in ("new", "rest"):
        kept = list(tokens)
        while kept and (kept[-1].kind == "sign" or kept[-1].word in ("please", "instead", "too")):
            kept = kept[:-1]
        while kept and kept[0].kind == "sign":
            kept = kept[1:]
        return words_of(kept)
    return words_of(tokens)


def filled(value: Any, values: dict[str, str]) -> Any:
    """Return an option's value with its slots filled."""
    if isinstance(value, list | tuple):
        return [filled(one, values) for one in value]
    if not isinstance(value, str):
        return value
    return SLOT.sub(lambda match: values.get(match.group(1), match.group(0)), value)


def content(tokens: Iterable[Token]) -> list[str]:
    """Return the words that name something: neither function words nor signs."""
    return [t.text for t in tokens if t.kind != "sign" and t.word not in FUNCTION]
