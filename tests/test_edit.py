"""The promises of the dial, over everything that can be asked, with a backend that changes all it may."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from keepdial.backends import Frame, Proposal, Step, backends
from keepdial.edit import Edit, edit, variations
from keepdial.errors import (
    BackendError,
    Cancelled,
    GuaranteeError,
    ParameterError,
    RouteError,
    SelectionError,
)
from keepdial.geometry import Box
from keepdial.image import Image
from keepdial.progress import Cancel, Event
from keepdial.propose import Made
from keepdial.request import Request, Selector
from keepdial.settings import Settings
from tests.pictures import box, changed, images, keep_map, mask_selector, noise
from tests.test_propose import Puppet, answer, raising

# The package hands out the function under this name.
MODULE = sys.modules["keepdial.edit"]
# What is about a subject has another meaning of the target, other backends, and tests of its own.
OPERATIONS = tuple(sorted(backends()["echo"].capabilities.operations))


def ask(operation: str, image: Image, **more: Any) -> Edit:
    more.setdefault("backend", "echo")
    if operation == "extend":
        more.setdefault("params", {"right": 3, "top": 2})
        more["targets"] = ()
    elif operation != "variation":
        more.setdefault("targets", (box(1, 1, 6, 5),))
    return edit(Request(operation=operation, **more), image, settings=Settings())


def inside(boxes: list[Box], image: Image) -> NDArray[np.bool_]:
    region = np.zeros((image.size.height, image.size.width), np.bool_)
    for one in boxes:
        region[one.clip(image.size).slices] = True
    return region


def selectors(boxes: list[Box]) -> tuple[Selector, ...]:
    return tuple(box(b.x, b.y, b.width, b.height) for b in boxes)


@st.composite
def asked(draw: st.DrawFn) -> tuple[Image, str, list[Box], list[Box], Any, int]:
    """A picture, an operation, boxes that touch it, pins, a dial and a seed."""
    image = draw(images)
    boxes = st.builds(
        Box,
        st.integers(0, image.size.width - 1),
        st.integers(0, image.size.height - 1),
        st.integers(1, 20),
        st.integers(1, 20),
    )
    targets, pins = draw(st.lists(boxes, min_size=1, max_size=3)), draw(st.lists(boxes, max_size=2))
    keep: Any = draw(st.sampled_from([None, 0.0, 0.3, 0.9, 1.0, "map"]))
    if keep == "map":
        rng = np.random.default_rng(draw(st.integers(0, 9)))
        keep = rng.choice([0, 100, 255], (image.size.height, image.size.width)).astype(np.uint8)
    return image, draw(st.sampled_from(OPERATIONS)), targets, pins, keep, draw(st.integers(0, 2**32 - 1))


@settings(deadline=None, max_examples=150)
@given(asked())
def test_what_is_kept_is_kept_bit_for_bit_and_only_what_is_free_changes(
    given_: tuple[Image, str, list[Box], list[Box], Any, int],
) -> None:
    image, operation, targets, pins, keep, seed = given_
    before = image.digest()
    free = inside(targets, image) if operation != "extend" else np.zeros(image.pixels.shape[:2], np.bool_)
    free &= ~inside(pins, image)
    dial = keep
    if isinstance(keep, np.ndarray):
        free &= keep < 255
        dial = keep_map(keep)
    elif keep == 1.0:
        free[:] = False
    regions = {"targets": selectors(targets), "pins": selectors(pins)}
    try:
        done = ask(operation, image, **regions, keep=dial, seed=seed)
    except SelectionError:
        # Everything is selected, or all else is transparent: said in a test of its own.
        seen = np.ones(free.shape, np.bool_) if image.alpha is None else image.alpha > 0
        assert not (seen & ~inside(targets, image)).any()
        return
    assert image.digest() == before
    where = done.stage.placement or Box(0, 0, image.size.width, image.size.height)
    alpha = None if done.image.alpha is None else done.image.alpha[where.slices]
    cut = done.image.with_pixels(done.image.pixels[where.slices], alpha)
    different = changed(image, cut)
    assert not (different & ~free).any()
    assert np.array_equal(done.changed[where.slices], free)
    if operation in ("remove", "fill") and (keep is None or (np.isscalar(keep) and keep == 0)):
        assert np.array_equal(different, free)
    if not done.changed.all():
        assert done.report["preserved"].value == 0


@pytest.mark.parametrize("operation", OPERATIONS)
def test_keep_one_returns_the_input_and_says_so(operation: str) -> None:
    image = noise(alpha=True, depth=16)
    done = ask(operation, image, keep=1.0)
    assert done.image is image
    assert done.notes == ("keep is 1: the picture is returned as it was.",)
    assert done.routes == ()
    assert not done.changed.any()
    full = np.full((18, 24), 255, np.uint8)
    assert ask(operation, image, keep=keep_map(full)).image is image


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_same_request_gives_the_same_bytes_and_another_seed_others(operation: str) -> None:
    image = noise(40, 30)
    first, again = ask(operation, image, seed=4), ask(operation, image, seed=4)
    assert first.image.digest() == again.image.digest()
    assert first.report == again.report
    assert ask(operation, image, seed=5).image.digest() != first.image.digest()


def test_an_empty_mask_is_nothing_to_do() -> None:
    image = noise()
    empty = mask_selector(np.zeros((18, 24), np.uint8))
    done = ask("remove", image, targets=(empty,))
    assert done.image is image
    assert done.notes == ("There is nothing to do: nothing is selected.",)
    pinned = ask("remove", image, pins=(Selector(kind="all"),))
    assert pinned.image is image
    assert pinned.notes == ("There is nothing to do: everything selected is pinned.",)
    assert pinned.pins[0].asked_by == "you"


def test_a_full_mask_leaves_nothing_to_learn_from() -> None:
    with pytest.raises(SelectionError, match="Nothing is left"):
        ask("remove", noise(), targets=(Selector(kind="all"),))
    assert ask("remove", noise(), targets=(Selector(kind="all"),), keep=0.5).changed.all()


def test_a_mask_of_another_size_is_refused() -> None:
    wrong = mask_selector(np.full((17, 24), 255, np.uint8))
    for more in ({"targets": (wrong,)}, {"pins": (wrong,)}):
        with pytest.raises(SelectionError, match=r"24x17.*24x18"):
            ask("remove", noise(), **more)


def test_an_extended_picture_has_its_pins_and_mask_where_the_source_lies() -> None:
    image = noise()
    done = ask("extend", image, pins=(box(0, 0, 1, 1),), params={"left": 5, "top": 2})
    assert done.stage.placement == Box(5, 2, 24, 18)
    assert done.pins[0].region.nonzero() == (np.array([2]), np.array([5]))
    assert done.mask.shape == (20, 29)
    assert np.array_equal(done.image.pixels[2:, 5:], image.pixels)
    assert ask("extend", image, keep=0.5).notes[-2].startswith("The new area holds nothing yet")


def test_an_edit_explains_itself() -> None:
    done = ask("remove", noise(60, 40), keep=0.4)
    assert done.routes[0].chosen == "echo"
    assert done.windows == (Box(0, 0, 60, 40),)
    assert len(done.tries) >= 1
    assert done.kept == pytest.approx(min(done.tries, key=lambda t: abs(t.kept - 0.4)).kept)
    assert "echo at seed 0" in done.notes
    assert done.evidence.operation == "remove"


def test_the_loop_turns_the_dial_until_what_is_kept_is_what_was_asked() -> None:
    done = ask("variation", noise(64, 64), keep=0.5)
    assert abs(done.tries[0].kept - 0.5) > 0.03
    assert done.kept is not None
    assert abs(done.kept - 0.5) < 0.01
    assert done.tries[-1].given_back
    assert any("1 correction of the dial and giving back" in note for note in done.notes)


def test_progress_never_falls_however_many_tries_and_each_try_can_be_stopped() -> None:
    image = noise(64, 64)
    request = Request(operation="variation", keep=0.5, backend="echo")
    seen: list[Event] = []
    done = edit(request, image, progress=seen.append)
    reported = [event.done for event in seen if event.stage == "generate"]
    assert [one.given_back for one in done.tries] == [False, False, True]
    assert reported == pytest.approx([0, 0, 1 / 3, 1 / 3, 1 / 3, 2 / 3, 1])
    for last in range(len(reported) - 1):
        cancel = Cancel()
        left = [last + 1]

        def listen(event: Event, /, cancel: Cancel = cancel, left: list[int] = left) -> None:
            left[0] -= event.stage == "generate"
            if left[0] == 0:
                cancel.set()
            assert left[0] >= 0, "generating went on"

        with pytest.raises(Cancelled):
            edit(request, image, progress=listen, cancel=cancel)


@pytest.mark.parametrize(
    ("keep", "left", "right"), [(0.0, False, False), (0.3, True, True), ("map", False, True)]
)
def test_what_is_to_be_kept_in_part_may_serve_as_example(
    keep: Any, left: bool, right: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Frame] = []

    def act(frame: Frame, step: Step, **_: Any) -> Proposal:
        seen.append(frame)
        return Proposal(np.zeros(frame.pixels.shape, np.float32))

    monkeypatch.setattr(MODULE, "backends", lambda: {"puppet": Puppet(act)})
    if keep == "map":
        values = np.zeros((40, 40), np.uint8)
        values[:, 20:] = 128
        keep = keep_map(values)
    ask("fill", noise(40, 40), backend=None, keep=keep, targets=(box(10, 10, 20, 20),))
    usable = seen[0].usable
    assert usable[0, 0]
    assert (bool(usable[10:30, 10:20].any()), bool(usable[10:30, 20:30].all())) == (left, right)


def test_variations_have_seeds_of_their_own_and_each_replays_alone() -> None:
    image = noise()
    request = Request(operation="fill", targets=(box(2, 2, 8, 8),), backend="echo", seed=9)
    made = list(variations(request, image, 3))
    assert made[0].request == request
    assert len({one.image.digest() for one in made}) == 3
    assert edit(made[2].request, image).image.digest() == made[2].image.digest()
    with pytest.raises(ParameterError):
        next(variations(request, image, 0))


@pytest.mark.parametrize("stage", ["select", "route", "generate", "composite", "verify"])
def test_cancelling_at_any_stage_stops_the_edit(stage: str) -> None:
    cancel = Cancel()

    def listen(event: Event, /) -> None:
        if event.stage == stage:
            cancel.set()

    image = noise()
    before = image.digest()
    request = Request(operation="fill", targets=(box(2, 2, 8, 8),), backend="echo")
    with pytest.raises(Cancelled):
        edit(request, image, progress=listen, cancel=cancel)
    assert image.digest() == before


@pytest.mark.parametrize("act", [raising(RuntimeError("x")), answer(float("nan"))])
def test_a_backend_that_misbehaves_loses_nothing(act: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MODULE, "backends", lambda: {"puppet": Puppet(act)})
    image = noise()
    before = image.digest()
    with pytest.raises(BackendError):
        ask("fill", image, backend=None)
    assert image.digest() == before


def test_a_backend_that_writes_into_its_frame_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    def act(frame: Frame, step: Step, **_: Any) -> Proposal:
        frame.pixels[:] = 0
        raise AssertionError("the frame could be written to")

    monkeypatch.setattr(MODULE, "backends", lambda: {"puppet": Puppet(act)})
    with pytest.raises(BackendError, match="ValueError"):
        ask("fill", noise(), backend=None)


def test_a_defect_in_the_composite_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(backend: Any, step: Any, keep: Any, canvas: Image, *_: Any, **__: Any) -> Any:
        return Made(canvas.with_pixels(255 - canvas.pixels, canvas.alpha))

    monkeypatch.setattr(MODULE, "generate", careless)
    with pytest.raises(GuaranteeError):
        ask("fill", noise())


def test_no_backend_for_it_is_a_route_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MODULE, "backends", dict)
    with pytest.raises(RouteError):
        ask("fill", noise(), backend=None)
