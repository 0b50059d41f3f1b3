"""Published checkpoints among what could do a job: which come first, and why the others do not."""

from __future__ import annotations

from typing import Any

import pytest

from keepdial.backends import Capabilities
from keepdial.errors import ParameterError
from keepdial.machine import assumed
from keepdial.models.published import Published, published
from keepdial.offers import Choice, Offer, choice, offers
from keepdial.route import Job
from tests.test_route import fake, known

FILL = frozenset({"fill"})
GPU, CPU = "gpu=24GB,ram=64GB,network", "gpu=none,ram=64GB,network"


def job(machine: str = GPU, **given: Any) -> Job:
    where = assumed(machine)
    asked = {"operation": "fill", "keep": 0.0, "prompt": True, "offline": where.offline, **given}
    return Job(**asked, machine=lambda: where)


def card(name: str, **more: Any) -> Published:
    given: dict[str, Any] = {
        "name": name,
        "title": name,
        "task": "t",
        "repository": f"somebody/{name}",
        "pipeline": "StableDiffusionInpaintPipeline",
        "family": "inpaint",
        "trained": "fill",
        "takes": ("prompt",),
        "licence": "MIT",
        "best": 512,
        "multiple_of": 8,
        "parameters": {"unet": 1_000_000_000},
        "sources": {},
        "commercial": True,
        **more,
    }
    return Published(**given)


GENERATES = {"pipeline": "StableDiffusionPipeline", "family": "text-to-image", "trained": "generate"}
EDITS = {"pipeline": "QwenImageEditPipeline", "family": "edit", "trained": "edit"}


@pytest.fixture
def cards(monkeypatch: pytest.MonkeyPatch) -> dict[str, Published]:
    """Cards that a test fills."""
    made: dict[str, Published] = {}
    monkeypatch.setattr("keepdial.offers.published", lambda: made)
    return made


def put(cards: dict[str, Published], *some: Published) -> None:
    cards.update((one.name, one) for one in some)


def test_what_was_trained_for_it_comes_first(cards: dict[str, Published]) -> None:
    put(cards, card("a-paints", **GENERATES), card("b-edits", **EDITS), card("c-fills"))
    able, unfit = offers(job(keep=0.4, operation="replace"), {})
    assert [one.card.name for one in able] == ["c-fills", "b-edits", "a-paints"]
    assert unfit == ()
    assert [one.why for one in able] == [
        "",
        "was trained to change a picture as told, c-fills to fill holes",
        "was trained to paint pictures from words alone, and here what lies outside of the region has to "
        "stay and 0.4 of what is there is to be kept",
    ]
    (whole, *_), _ = offers(job(keep=0.4, operation="replace", masked=False), {})
    assert whole.card.name == "b-edits"
    (painted, *_), _ = offers(job(operation="generate", masked=False), {})
    assert painted.card.name == "a-paints"


def test_the_dial_comes_before_all_but_that(cards: dict[str, Published]) -> None:
    put(cards, card("edits", **EDITS), card("fills"))
    (first, second), _ = offers(job(keep=0.9, operation="replace"), {})
    assert first.card.name == "edits"
    assert second.why == "is meant for keep 0 to 0.7, farther from 0.9 than edits"


def test_published_scores_come_before_size_and_none_comes_last(cards: dict[str, Published]) -> None:
    put(
        cards,
        card("large", parameters={"unet": 3_000_000_000}),
        card("low", scores={"GEdit-Bench-EN": 5.5}),
        card("high", scores={"GEdit-Bench-EN": 7.5}),
        card("small"),
    )
    able, _ = offers(job(), {})
    assert [(one.card.name, one.why) for one in able] == [
        ("high", ""),
        ("low", "reached 5.5 in GEdit-Bench-EN, high 7.5"),
        ("large", "has no published score in GEdit-Bench-EN, high 7.5"),
        ("small", "has no published score in GEdit-Bench-EN, high 7.5"),
    ]
    del cards["high"], cards["low"]
    able, _ = offers(job(), {})
    assert [one.card.name for one in able] == ["large", "small"]
    assert able[1].why == "paints with 1 billion parameters, large with 3"


def test_where_it_would_be_slow_the_smaller_comes_first(cards: dict[str, Published]) -> None:
    put(cards, card("large", parameters={"unet": 3_000_000_000}), card("small"))
    able, _ = offers(job(CPU), {})
    assert [one.card.name for one in able] == ["small", "large"]
    assert "on this machine the smaller one is the faster" in able[1].why
    put(cards, card("huge", parameters={"unet": 20_000_000_000}))
    able, _ = offers(job(), {})
    assert [one.card.name for one in able] == ["large", "small", "huge"]
    assert able[2].why == "would run on the GPU, one layer at a time, which is slow, large on the GPU"


def test_what_would_not_do_says_why(cards: dict[str, Published]) -> None:
    put(
        cards,
        card("closed", commercial=False, licence="CC BY-NC"),
        card("depends", commercial=None, terms="free for the poor"),
        card("unknown", commercial=None),
        card("vast", parameters={"unet": 90_000_000_000}),
        card("undriven", pipeline="Nobodys"),
        card("elsewhere", **EDITS),
    )
    able, unfit = offers(job(commercial=True), {})
    assert able == ()
    assert {one.card.name: one.why for one in unfit} == {
        "closed": "has no licence that is known to allow commercial use (CC BY-NC)",
        "depends": "has no licence that is known to allow commercial use (MIT, free for the poor)",
        "unknown": "has no licence that is known to allow commercial use (MIT)",
        "vast": "needs about 243.0 GB, and 24.0 GB are free on the GPU and 64.0 GB in main memory",
    }
    able, unfit = offers(job("gpu=24GB,ram=64GB,offline"), {})
    assert able == ()
    assert {one.why for one in unfit} == {"would have to be fetched, and the network must not be used"}


def test_what_is_here_is_not_offered(cards: dict[str, Published]) -> None:
    put(cards, card("sd15"), card("other"))
    able, _ = offers(job(), known(fake("sd15")))
    assert [one.card.name for one in able] == ["other"]


def test_a_choice_tells_of_those_here_and_of_those_that_are_not(cards: dict[str, Published]) -> None:
    put(cards, card("other"))
    here = known(
        fake("good", takes_prompt=True, quality=0.9),
        fake("dumb"),
        fake("hidden", by_name_only=True),
        fake("else", operations=frozenset({"crop"})),
    )
    found = choice(job(), here)
    assert isinstance(found, Choice)
    assert found.route is not None
    assert found.route.chosen == "good"
    assert found.turned_down == (("dumb", "does not understand words"),)
    assert [one.card.name for one in found.offers] == ["other"]
    none = choice(job(), known(fake("dumb")))
    assert none.route is None
    assert none.problem is not None
    assert none.turned_down == (("dumb", "does not understand words"),)
    itself = choice(job(operation="crop", prompt=False), {})
    assert (itself.route, itself.problem, itself.offers) == (None, None, ())
    with pytest.raises(ParameterError, match="nobody"):
        choice(job(backend="nobody"), here)


def test_an_offer_tells_what_it_needs_and_what_may_be_done_with_it() -> None:
    able, _ = offers(job(), {})
    by_name = {one.card.name: one for one in able}
    said = by_name["sd15-inpainting"].words
    assert "trained to fill holes" in said
    assert "would run on the GPU" in said
    assert "CreativeML OpenRAIL-M, commercial use allowed" in said
    facts = by_name["sd15-inpainting"].facts()
    assert facts["fit"] == {"device": "cuda", "how": "whole"}
    assert facts["fetch"].startswith("hf download stable-diffusion-v1-5/")


@pytest.mark.parametrize("name", sorted(published()))
def test_every_card_can_stand_for_a_backend(name: str) -> None:
    from keepdial.diffusion.family import family_of

    one = published()[name]
    family = family_of(one.pipeline)
    if family is None:
        pytest.skip("no family drives it yet")
    can = Offer(one, family).capabilities
    assert isinstance(can, Capabilities)
    assert can.memory_mb >= can.part_mb > 500
    assert one.family == family.name
    assert one.trained == family.trained
    assert one.multiple_of == family.kinds[one.pipeline].multiple_of
