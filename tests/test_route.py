from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepdial.backends import Backend, Capabilities, Frame, Proposal, Step
from keepdial.backends.echo import BACKEND as ECHO
from keepdial.errors import ParameterError, RouteError
from keepdial.route import Job, possible, route

JOB = Job(operation="fill", keep=0.0)
FILL = frozenset({"fill"})


@dataclass(frozen=True)
class Fake:
    name: str
    capabilities: Capabilities
    version: str = "1"

    def curve(self, operation: str) -> tuple[tuple[float, float], ...]:
        return ((0, 0), (1, 1))

    def generate(self, frame: Frame, step: Step, **_: Any) -> Proposal:
        raise AssertionError("routing generates nothing")


def known(*backends: Backend) -> dict[str, Backend]:
    return {b.name: b for b in backends}


def fake(name: str, **can: Any) -> Backend:
    return Fake(name, Capabilities(**{"operations": FILL, **can}))


def test_the_only_one_that_can_is_chosen_and_says_so() -> None:
    chosen = route(JOB, known(fake("patch")))
    assert chosen.chosen == "patch"
    assert chosen.runners_up == ()
    assert chosen.why == (
        "patch is the only backend here that does fill; keep 0 lies in its range 0 to 1; "
        "it works on this machine."
    )
    by_name = route(replace(JOB, backend="patch"), known(fake("patch")))
    assert by_name.why == (
        "patch was asked for by name; keep 0 lies in its range 0 to 1; it works on this machine."
    )


@pytest.mark.parametrize(
    ("can", "job", "reason"),
    [
        ({"operations": frozenset({"remove"})}, JOB, "does not do fill"),
        ({"by_name_only": True}, JOB, "asked for by name"),
        ({"remote": True}, JOB, "another machine"),
        ({"commercial": False, "licence": "CC BY-NC"}, replace(JOB, commercial=True), "CC BY-NC"),
        ({"takes_mask": False}, JOB, "hold the rest of the picture still"),
        ({}, replace(JOB, prompt=True), "words"),
        ({"needs_prompt": True}, JOB, "there are none"),
        ({"maximum": 512}, replace(JOB, side=513), "512 px"),
    ],
)
def test_each_filter_turns_down_with_its_reason(can: dict[str, Any], job: Job, reason: str) -> None:
    able = fake("able", takes_prompt=True)
    chosen = route(job, known(fake("a", **can), able))
    assert chosen.chosen == "able"
    assert dict(chosen.runners_up)["a"].find(reason) >= 0
    with pytest.raises(RouteError) as caught:
        route(job, known(fake("a", **can)))
    # Whoever does not do the operation at all is no reason: there may be a dozen of them.
    said = "No backend here does fill." if "operations" in can else reason
    assert said in str(caught.value)


def test_the_dial_comes_before_quality_and_quality_before_speed() -> None:
    job = replace(JOB, keep=0.2)
    near = fake("near", keep=(0.1, 0.9), quality=0.1)
    far = fake("far", keep=(0.5, 0.9), quality=0.9)
    assert route(job, known(near, far)).chosen == "near"
    assert "built for keep 0.5 to 0.9" in dict(route(job, known(near, far)).runners_up)["far"]
    slow_good, fast = fake("slow", quality=0.8, seconds_per_mp=9), fake("fast", quality=0.7, seconds_per_mp=1)
    assert route(JOB, known(slow_good, fast)).chosen == "slow"
    slow = fake("slow", seconds_per_mp=9)
    assert "slower" in dict(route(JOB, known(slow, fake("fast"))).runners_up)["slow"]


def test_the_echo_is_used_by_name_only() -> None:
    assert route(JOB, known(ECHO, fake("patch"))).chosen == "patch"
    by_name = route(replace(JOB, backend="echo"), known(ECHO, fake("patch")))
    assert by_name.chosen == "echo"
    assert by_name.runners_up == (("patch", "was not asked for, echo was"),)
    with pytest.raises(RouteError):
        route(JOB, known(ECHO))


def test_a_name_that_is_not_there_or_cannot_is_an_error() -> None:
    with pytest.raises(ParameterError, match="patch"):
        route(replace(JOB, backend="nobody"), known(fake("patch")))
    with pytest.raises(RouteError, match="does not do extend"):
        route(replace(JOB, backend="patch", operation="extend"), known(fake("patch")))


def test_without_any_backend_the_error_says_so() -> None:
    with pytest.raises(RouteError, match="none is installed"):
        route(JOB, {})


def test_the_error_names_only_those_that_do_the_operation() -> None:
    here = known(fake("slow", maximum=512), fake("else", operations=frozenset({"remove"})), ECHO)
    with pytest.raises(RouteError) as caught:
        route(replace(JOB, side=600), here)
    assert caught.value.message == (
        "No backend here does fill as asked: slow sees at most 512 px, and the region is 600 px long."
    )
    with pytest.raises(RouteError, match="echo is used only when it is asked for by name"):
        route(JOB, known(ECHO))


def test_what_takes_words_is_told_what_would_paint_from_them() -> None:
    job = replace(JOB, operation="replace", prompt=True)
    with pytest.raises(RouteError) as caught:
        route(job, known(fake("patch"), ECHO))
    assert str(caught.value) == (
        "No backend here does replace. It takes a model that paints from words (for inpainting, fill, edits "
        "by instruction, or text to image). Put a diffusers checkpoint of one into the models' folder "
        "(keepdial route shows which run here, and how to fetch them), or set up an images server. Without "
        "one, a picture of the new thing can be set into the old one's place (reference)."
    )
    painter = fake("painter", takes_prompt=True)
    with pytest.raises(RouteError, match="and those here do not do it"):
        route(job, known(painter))


def test_what_is_possible_is_told_before_the_work_begins() -> None:
    possible(replace(JOB, operation="crop"), known(fake("patch")))  # done by its own stage
    possible(JOB, known(fake("patch")))
    with pytest.raises(RouteError, match="painter is not ready"):
        possible(JOB, known(fake("painter", missing="Get it")))
    with pytest.raises(RouteError, match="It takes a model that paints from words"):
        possible(replace(JOB, operation="replace", prompt=True), known(fake("patch")))
    with pytest.raises(ParameterError, match="nobody"):
        possible(replace(JOB, backend="nobody"), known(fake("patch")))


def test_a_painter_that_is_not_ready_says_what_to_install() -> None:
    absent = fake("painter", takes_prompt=True, missing="Get it with: keepdial models get painter")
    with pytest.raises(RouteError) as caught:
        route(replace(JOB, prompt=True), known(absent, fake("patch")))
    said = str(caught.value)
    assert "painter is not ready here: Get it with: keepdial models get painter" in said
    assert "patch does not understand words" in said
    assert "yet" not in said


capabilities = st.builds(
    Capabilities,
    operations=st.sampled_from([FILL, frozenset({"remove"})]),
    keep=st.tuples(st.floats(0, 0.5), st.floats(0.5, 1)),
    needs_prompt=st.booleans(),
    takes_mask=st.booleans(),
    maximum=st.sampled_from([0, 64]),
    remote=st.booleans(),
    quality=st.sampled_from([0.1, 0.5, 0.9]),
    seconds_per_mp=st.sampled_from([0.0, 1.0]),
    by_name_only=st.booleans(),
)


@given(st.lists(capabilities, min_size=1, max_size=5), st.floats(0, 1), st.integers(1, 99))
def test_every_loser_has_a_reason_and_a_better_loser_never_loses_ground(
    cans: list[Capabilities], keep: float, side: int
) -> None:
    job = Job("fill", keep, side=side)
    here = known(*(Fake(f"b{i}", can) for i, can in enumerate(cans)))
    try:
        chosen = route(job, here)
    except RouteError:
        return
    assert {chosen.chosen, *(name for name, _ in chosen.runners_up)} == set(here)
    assert all(reason for _, reason in chosen.runners_up)
    better = Fake(chosen.chosen, replace(here[chosen.chosen].capabilities, quality=1.0))
    assert route(job, {**here, chosen.chosen: better}).chosen == chosen.chosen
