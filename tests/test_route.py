from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepdial.backends import Backend, Capabilities, Frame, Proposal, Step
from keepdial.backends.echo import BACKEND as ECHO
from keepdial.discover import units
from keepdial.edit import edit
from keepdial.errors import ParameterError, RouteError
from keepdial.image import Image
from keepdial.machine import Machine, assumed
from keepdial.request import Request, Selector
from keepdial.route import Job, allowed, possible, route
from keepdial.settings import Settings
from tests.painters import CAN, Painter

JOB = Job(operation="fill", keep=0.0)
FILL = frozenset({"fill"})
VAST: dict[str, Any] = {"memory_mb": 40_000, "quality": 0.9, "device": "any"}


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


@settings(deadline=None)
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


def on(machine: str, **given: Any) -> Job:
    where = assumed(machine)
    return Job(**{"operation": "fill", "keep": 0.0, **given}, machine=lambda: where)


def test_memory_is_asked_for_before_anything_is_loaded() -> None:
    small = fake("small", memory_mb=900)
    vast = fake("vast", memory_mb=40_000, quality=0.9, device="any")
    chosen = route(on("gpu=24GB,ram=32GB"), known(small, vast))
    assert chosen.chosen == "small"
    assert dict(chosen.runners_up)["vast"] == (
        "needs about 40.0 GB, and 24.0 GB are free on the GPU and 32.0 GB in main memory"
    )
    fits = route(on("gpu=24GB,ram=64GB"), known(small, fake("vast", **{**VAST, "part_mb": 20_000})))
    assert fits.chosen == "vast"
    assert fits.why.endswith("it works on this machine, on the GPU, one part of it at a time.")
    with pytest.raises(RouteError, match="runs on an NVIDIA GPU only") as caught:
        route(on("ram=64GB"), known(fake("cuda", device="cuda")))
    assert "keepdial route shows" in caught.value.hint


def test_of_equals_the_one_that_fits_better_comes_first() -> None:
    whole, parts = fake("whole", memory_mb=20_000, device="any"), fake("parts", **{**VAST, "quality": 0.5})
    chosen = route(on("gpu=24GB,ram=64GB"), known(parts, whole))
    assert chosen.chosen == "whole"
    assert chosen.runners_up == (
        ("parts", "would run on the GPU, one layer at a time, which is slow, whole runs on the GPU"),
    )
    cpu = fake("cpu", memory_mb=20_000)
    assert route(on("gpu=24GB,ram=64GB"), known(cpu, whole)).chosen == "whole"


def test_the_machine_is_asked_once_and_only_for_what_needs_much() -> None:
    asked: list[int] = []

    def machine() -> Machine:
        asked.append(1)
        return assumed("ram=64GB")

    job = Job("fill", 0.0, machine=machine)
    route(job, known(fake("a"), fake("b", memory_mb=300)))
    assert asked == []
    route(job, known(fake("a", memory_mb=5_000), fake("b", memory_mb=6_000), fake("c")))
    assert asked == [1]


def test_pixels_leave_only_with_consent_and_the_reason_says_how_to_give_it() -> None:
    here = known(fake("far", remote=True, quality=0.9, device="cuda", memory_mb=80_000), fake("near"))
    chosen = route(JOB, here)
    assert chosen.chosen == "near"
    assert dict(chosen.runners_up)["far"].endswith("not allowed; --allow-remote allows it for this edit")
    with_consent = route(replace(JOB, remote=True), here)
    assert with_consent.chosen == "far"
    assert with_consent.why.endswith("it sends the picture to another machine.")
    by_name = replace(JOB, backend="far")
    with pytest.raises(RouteError, match="--allow-remote"):
        route(by_name, here)
    offline = route(replace(JOB, remote=True, offline=True), here)
    assert offline.chosen == "near"
    assert "the network must not be used" in dict(offline.runners_up)["far"]


def test_what_the_settings_allow_reaches_the_job() -> None:
    assert allowed(Settings()) == {"remote": False, "commercial": False, "offline": False}
    assert allowed(Settings(remote=True, commercial=True, offline=True)) == {
        "remote": True,
        "commercial": True,
        "offline": True,
    }


def test_a_model_that_only_generates_comes_last_where_something_is_held_and_is_warned_of() -> None:
    paints = fake("paints", trained="generate", quality=0.9, takes_prompt=True)
    edits = fake("edits", trained="edit", quality=0.1, takes_prompt=True)
    job = replace(JOB, prompt=True)
    chosen = route(job, known(paints, edits))
    assert chosen.chosen == "edits"
    assert chosen.warnings == ()
    assert dict(chosen.runners_up)["paints"] == (
        "was trained to paint pictures from words alone, and here what lies outside of the region has to "
        "stay; edits was not"
    )
    alone = route(replace(job, keep=0.3), known(paints))
    assert alone.chosen == "paints"
    (warning,) = alone.warnings
    assert "trained to paint pictures from words, not to change one" in warning
    assert "0.3 of what is there is to be kept" in warning
    assert "keepdial route" in warning
    by_name = route(replace(job, backend="paints"), known(paints, edits))
    assert by_name.warnings
    assert "Nothing better" not in by_name.warnings[0]
    free = route(replace(job, masked=False), known(paints, edits))
    assert free.chosen == "paints"
    assert free.warnings == ()


def test_an_edit_carries_the_warning_as_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    painter = Painter(capabilities=replace(CAN, trained="generate"))
    monkeypatch.setitem(units("keepdial.backends", "BACKEND"), painter.name, painter)
    image = Image(np.full((32, 32, 3), 90, np.uint8))
    box = Selector(kind="box", options={"x": 4, "y": 4, "width": 12, "height": 12})
    request = Request(operation="fill", params={"prompt": "a cat"}, targets=(box,))
    done = edit(request, image)
    assert done.routes[0].chosen == "painter"
    assert any("not to change one" in note for note in done.notes)
    painter.capabilities = replace(CAN, commercial=False, licence="CC BY-NC")
    with pytest.raises(RouteError, match="allow commercial use"):
        edit(request, image, settings=Settings(commercial=True))


def test_a_route_takes_milliseconds_and_loads_no_torch() -> None:
    code = (
        "import sys, time\n"
        "from keepdial.backends import backends\n"
        "from keepdial.offers import choice\n"
        "from keepdial.route import Job\n"
        "known, job = backends(), Job('replace', 0.0, prompt=True)\n"
        "choice(job, known)\n"
        "def took():\n"
        "    start = time.perf_counter(); choice(job, known); return time.perf_counter() - start\n"
        "assert min(took() for _ in range(20)) < 0.02\n"
        "heavy = {'torch', 'diffusers', 'transformers', 'onnxruntime', 'numba'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
