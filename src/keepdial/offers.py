"""Offers: published checkpoints that are not here, as the router would see them if they were.

What their makers published stands for what would be measured here: it orders offers among themselves, and is
never set against a backend that is installed.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from keepdial.backends import Capabilities
from keepdial.diffusion.family import Family, family_of
from keepdial.errors import RouteError
from keepdial.machine import Fit, gb
from keepdial.models.published import Published, published
from keepdial.route import Job, Route, fit_of, held, obstacle, outside, route, unsuited

if TYPE_CHECKING:
    from keepdial.route import Candidate
    from keepdial.settings import Settings

BENCHMARK = "GEdit-Bench-EN"
"""The published benchmark that offers are compared by, where both were measured with it."""

TRAINED = {"fill": "to fill holes", "edit": "to change a picture as told", "generate": "to paint from words"}


@dataclass(frozen=True, slots=True)
class Offer:
    """A published checkpoint that is not here.

    Attributes:
        card: what is known of it.
        family: what would drive it.
        why: why it was turned down, or lost to the first, as words after its name; "" for the first.
        fit: how it would run on the job's machine; None where it would not.
    """

    card: Published
    family: Family
    why: str = ""
    fit: Fit | None = None

    @property
    def capabilities(self) -> Capabilities:
        """What it could do, as its card and its family say."""
        card, family = self.card, self.family
        return Capabilities(
            operations=family.operations,
            keep=card.keep or family.keep,
            needs_prompt=family.needs_prompt,
            takes_prompt=True,
            takes_references=family.takes_references,
            best=card.best,
            trained=card.trained,
            licence=f"{card.licence}, {card.terms}" if card.terms else card.licence,
            commercial=bool(card.commercial),
            memory_mb=card.memory_mb,
            part_mb=card.part_mb,
            device="any",
        )

    @property
    def words(self) -> str:
        """What it is, what it needs and what may be done with it."""
        card = self.card
        runs = "" if self.fit is None else f", would run {self.fit.words}"
        score = f"; {card.scores[BENCHMARK]:g} in {BENCHMARK}" if BENCHMARK in card.scores else ""
        gated = "; its makers ask for consent on the hub first" if card.gated else ""
        return (
            f"{card.title}, trained {TRAINED[card.trained]}{score}; about {gb(card.memory_mb)}{runs}; "
            f"{card.use}{gated}"
        )

    def facts(self, settings: Settings | None = None) -> dict[str, Any]:
        """Return what there is to say of it as plain values."""
        card = self.card
        fit = None if self.fit is None else {"device": self.fit.device, "how": self.fit.how}
        return {
            "name": card.name,
            "title": card.title,
            "repository": card.repository,
            "trained": card.trained,
            "licence": card.licence,
            "commercial": card.commercial,
            "gated": card.gated,
            "memory_mb": card.memory_mb,
            "scores": dict(card.scores),
            "fit": fit,
            "why": self.why,
            "fetch": card.fetch(settings),
        }


@dataclass(frozen=True, slots=True)
class Choice:
    """What the router says of a job, here and of what could be fetched.

    Attributes:
        job: what was asked for.
        route: the choice among what is here; None where nothing here does it.
        problem: why nothing here does it; None where there is a choice, or where no backend is asked.
        turned_down: the backends here that serve the operation and were not taken, each with the reason.
        offers: what could be fetched and would do it, best first.
        unfit: what is published for it and would not do here, by name.
    """

    job: Job
    route: Route | None = None
    problem: RouteError | None = None
    turned_down: tuple[tuple[str, str], ...] = ()
    offers: tuple[Offer, ...] = ()
    unfit: tuple[Offer, ...] = ()


def choice(job: Job, known: Mapping[str, Candidate]) -> Choice:
    """Return the choice among the backends `known` by name, and what could be fetched for the job.

    Raises `ParameterError` for a backend that is not there.
    """
    job = replace(job, machine=cache(job.machine))
    # Those for tests and the like are told of only where they are asked for.
    serving = [
        name
        for name, can in ((name, known[name].capabilities) for name in sorted(known))
        if job.operation in can.operations and (not can.by_name_only or job.backend == name)
    ]
    able, unfit = offers(job, known)
    found = Choice(job, offers=able, unfit=unfit)
    if not (job.prompt or job.references or serving):
        return found
    try:
        chosen = route(job, known)
    except RouteError as problem:
        refused = tuple((name, why) for name in serving if (why := obstacle(job, name, known[name])))
        return replace(found, problem=problem, turned_down=refused)
    losers = tuple(one for one in chosen.runners_up if one[0] in serving)
    return replace(found, route=chosen, turned_down=losers)


def offers(job: Job, known: Container[str]) -> tuple[tuple[Offer, ...], tuple[Offer, ...]]:
    """Return what could be fetched for a job, best first, and what is published for it and would not do.

    What goes by a name that is `known` is here already; what nothing here could drive is left out.
    """
    job = replace(job, backend=None, machine=cache(job.machine))
    able, unfit = list[Offer](), list[Offer]()
    for name, card in published().items():
        family = family_of(card.pipeline)
        if name in known or family is None or job.operation not in family.operations:
            continue
        offer = Offer(card, family)
        why = "would have to be fetched, and the network must not be used" if job.offline else ""
        if why := why or obstacle(job, name, offer):
            unfit.append(replace(offer, why=why))
        else:
            able.append(replace(offer, fit=fit_of(job, offer)))
    able.sort(key=lambda one: _standing(job, one))
    return (*able[:1], *(replace(one, why=_lost(job, one, able[0])) for one in able[1:])), tuple(unfit)


def _standing(job: Job, offer: Offer) -> tuple[bool, float, int, int, float, int, int, str]:
    card = offer.card
    slow = offer.fit is not None and offer.fit.rank >= 2
    return (
        unsuited(job, offer),
        round(outside(job, offer), 6),
        _astray(job, card.trained),
        offer.fit.rank if slow and offer.fit is not None else 0,
        # What is slow is better small; else the published score decides, then the size.
        0.0 if slow else -card.scores.get(BENCHMARK, 0.0),
        card.painter if slow else -card.painter,
        0 if offer.fit is None else offer.fit.rank,
        card.name,
    )


def _astray(job: Job, trained: str) -> int:
    """Return how far from this job is what a model was trained for: 0 = for this."""
    if not job.holds:
        return {"generate": 0, "edit": 1, "fill": 2}[trained]
    return {"fill": int(not job.masked), "edit": int(job.masked), "generate": 2}[trained]


def _lost(job: Job, offer: Offer, best: Offer) -> str:
    """Return why an offer comes after the best one, as words after its name."""
    mine, theirs = _standing(job, offer), _standing(job, best)
    name, low, high = best.card.name, *offer.capabilities.keep
    here, there = ("" if one.fit is None else one.fit.words for one in (offer, best))
    first = next((at for at, pair in enumerate(zip(mine, theirs, strict=True)) if pair[0] != pair[1]), -1)
    if first == 0:
        return f"was trained to paint pictures from words alone, and here {held(job)}"
    if first == 1:
        return f"is meant for keep {low:g} to {high:g}, farther from {job.keep:g} than {name}"
    if first == 2:
        return f"was trained {TRAINED[offer.card.trained]}, {name} {TRAINED[best.card.trained]}"
    if first == 4:
        score = offer.card.scores.get(BENCHMARK)
        own = "has no published score" if score is None else f"reached {score:g}"
        return f"{own} in {BENCHMARK}, {name} {best.card.scores[BENCHMARK]:g}"
    if first == 5:
        mine_b, theirs_b = (f"{one.card.painter / 1e9:.2g}" for one in (offer, best))
        slow = "; on this machine the smaller one is the faster" if mine[5] > 0 else ""
        return f"paints with {mine_b} billion parameters, {name} with {theirs_b}{slow}"
    if first in (3, 6):
        return f"would run {here}, {name} {there}"
    return f"is by what is published as good as {name}, and comes after it by name"
