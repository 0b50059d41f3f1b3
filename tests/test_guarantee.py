"""The promise, end to end: open, edit, encode, read back with other readers, count.

Every operation, kind of file, depth and orientation, odd sizes, pins, keep maps and feathers. Mostly with the
stand-in backend, which changes all that it may; `benches/guarantee.py` prints the same counts as a table.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from keepdial.backends import backends
from keepdial.errors import SelectionError
from keepdial.files import Encoded, encode_image
from keepdial.image import Image
from keepdial.operations import operations
from keepdial.request import Request
from tests.guarantees import KINDS, Judged, judge, read, stored, upright
from tests.operations.words import params_in_words
from tests.pictures import box, keep_map, mask_selector

# What is about a subject has another meaning of the target, other backends, and tests of its own.
OPERATIONS = tuple(sorted(backends()["echo"].capabilities.operations))
EXAMPLES = 200 if os.environ.get("KEEPDIAL_SLOW") else 25

Boxes = list[tuple[int, int, int, int]]


def drawn(boxes: Boxes, height: int, width: int) -> NDArray[np.bool_]:
    region = np.zeros((height, width), np.bool_)
    for x, y, w, h in boxes:
        region[y : y + h, x : x + w] = True
    return region


@dataclass(frozen=True)
class Asked:
    """A request, what of the picture must be kept, and whether all the rest must come out changed."""

    request: Request
    kept: NDArray[np.bool_]
    all_else_changes: bool


def ask(draw: Callable[[Any], Any], operation: str, height: int, width: int, backend: str) -> Asked:
    """Draw a request for an upright picture of this size."""
    boxes = st.lists(
        st.tuples(
            st.integers(0, width - 1), st.integers(0, height - 1), st.integers(1, 21), st.integers(1, 21)
        ),
        min_size=1,
        max_size=3,
    )
    more: dict[str, Any] = {"seed": draw(st.integers(0, 2**32 - 1)), "backend": backend}
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    pins = draw(st.one_of(st.just([]), boxes))
    more["pins"] = tuple(box(*one) for one in pins)
    keep = draw(st.sampled_from([None, None, 0.0, 0.3, 0.9, 1.0, "map"]))
    more["keep"] = keep
    kept = drawn(pins, height, width)
    if keep == "map":
        values = rng.choice([0, 100, 255], (height, width)).astype(np.uint8)
        more["keep"], kept = keep_map(values), kept | (values == 255)
    elif keep == 1.0:
        kept[:] = True
    if operation == "extend":
        sides = draw(st.lists(st.integers(0, 9), min_size=4, max_size=4).filter(any))
        more["params"] = dict(zip(("left", "right", "top", "bottom"), sides, strict=True))
        return Asked(Request(operation=operation, **more), np.ones_like(kept), False)
    feather = draw(st.sampled_from([0.0, 0.0, 1.5, 4.0]))
    more["params"] = {"feather": feather, **({"grow": 0} if operation == "remove" else {})}
    hard = draw(st.booleans())
    if hard:
        found = draw(boxes)
        more["targets"] = tuple(box(*one) for one in found)
        kept |= ~drawn(found, height, width)
    else:
        mask = rng.choice([0, 0, 1, 128, 255], (height, width)).astype(np.uint8)
        more["targets"] = (mask_selector(mask),)
        kept |= mask == 0
    plain = operation in ("remove", "fill") and keep in (None, 0.0) and hard and feather == 0
    return Asked(Request(operation=operation, **more), kept, plain)


def check(name: str, found: Judged, asked: Asked) -> None:
    assert found.in_memory == 0
    assert found.broken == 0
    assert found.unsaid == 0
    if asked.all_else_changes:
        assert found.moved == found.free
    if KINDS[name].delivered == "jpeg":
        # An extended JPEG promises the old blocks where they still fit the grid, which a test below is about.
        assert found.promised or asked.request.operation == "extend"
    else:
        assert found.promised
        assert found.in_file == 0


@pytest.mark.parametrize("name", KINDS)
@settings(max_examples=EXAMPLES, deadline=None)
@given(data=st.data())
def test_what_is_kept_is_kept_in_memory_and_in_the_file(name: str, data: st.DataObject) -> None:
    side = st.integers(1, 45)
    file = KINDS[name].make(
        data.draw(side), data.draw(side), data.draw(st.integers(1, 8)), data.draw(st.integers(0, 99))
    )
    height, width = read(file).shape[:2]
    asked = ask(data.draw, data.draw(st.sampled_from(OPERATIONS)), height, width, "echo")
    try:
        found = judge(KINDS[name], file, asked.request, asked.kept)
    except SelectionError:
        # Everything is selected, or all else is transparent: nothing to fill from.
        event("nothing to fill from")
        return
    check(name, found, asked)


@pytest.mark.parametrize("name", [name for name in KINDS if name.startswith("jpeg")])
@settings(max_examples=EXAMPLES, deadline=None)
@given(data=st.data())
def test_an_extended_jpeg_keeps_its_blocks_where_they_fit(name: str, data: st.DataObject) -> None:
    rows, columns = data.draw(st.integers(1, 70)), data.draw(st.integers(1, 70))
    orientation = data.draw(st.integers(1, 8))
    file = KINDS[name].make(rows, columns, orientation, data.draw(st.integers(0, 9)))
    height, width = read(file).shape[:2]
    before, behind = st.sampled_from([0, 32, 64]), st.integers(0, 40)
    # What is stored first may be any side of the upright picture.
    corner = int(stored(np.arange(4).reshape(2, 2), orientation)[0, 0])
    top_first, left_first = corner < 2, corner % 2 == 0
    sides = {
        "top": data.draw(before if top_first else behind),
        "bottom": data.draw(behind if top_first else before),
        "left": data.draw(before if left_first else behind),
        "right": data.draw(behind if left_first else before),
    }
    assume(any(sides.values()))
    request = Request(operation="extend", params=dict(sides), backend="echo")
    found = judge(KINDS[name], file, request, np.ones((height, width), np.bool_))
    # Decoders do not interpolate the colours of pictures that are very narrow.
    assert found.promised or columns <= 8
    assert (found.in_memory, found.broken, found.unsaid) == (0, 0, 0)


def test_most_of_an_extended_jpeg_does_not_change() -> None:
    file = KINDS["jpeg 420"].make(100, 150, 1, 0)
    kept = np.ones((100, 150), np.bool_)
    for sides, changed in (({"right": 20}, True), ({"left": 16, "top": 32}, False), ({"left": 15}, None)):
        request = Request(operation="extend", params=dict(sides), backend="echo")
        found = judge(KINDS["jpeg 420"], file, request, kept)
        assert found.promised == (changed is not None)
        if changed is not None:
            # 150 = 9 * 16 + 6: the last column of blocks holds 6 old columns, and one more is interpolated.
            # On the left and above one row and one column of pixels are interpolated anew.
            assert 0 < found.in_file <= (7 * 100 if changed else 150 + 100 - 1)
        else:
            assert found.in_file > 10_000


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize(
    ("name", "orientation"), [("png16 alpha", 1), ("tiff8", 5), ("webp lossy", 8), ("jpeg 420", 6)]
)
def test_the_embedded_engine_keeps_it_too(operation: str, name: str, orientation: int) -> None:
    file = KINDS[name].make(51, 67, orientation, 3)
    height, width = read(file).shape[:2]
    targets = [(9, 7, 18, 15), (30, 25, 11, 12)]
    pins = [(12, 10, 5, 4)]
    kept = ~drawn(targets, height, width) | drawn(pins, height, width)
    more: dict[str, Any] = {"targets": tuple(box(*one) for one in targets)}
    if operation == "extend":
        kept[:] = True
        more = {"params": {"left": 7, "bottom": 5}}
    request = Request(operation=operation, pins=tuple(box(*one) for one in pins), backend="patch", **more)
    found = judge(KINDS[name], file, request, kept)
    check(name, found, Asked(request, kept, False))
    assert found.moved > 0 or operation == "extend"


LIGHT = sorted(n for n, unit in operations().items() if unit.group == "Colour and light")


@pytest.mark.parametrize("operation", [*LIGHT, "heal"])
@pytest.mark.parametrize(
    ("name", "orientation"), [("png16 alpha", 1), ("tiff8", 5), ("png8 grey", 1), ("jpeg 420", 6)]
)
def test_colour_and_light_keep_it_in_the_file_too(operation: str, name: str, orientation: int) -> None:
    unit = operations()[operation]
    file = KINDS[name].make(51, 67, orientation, 3)
    height, width = read(file).shape[:2]
    targets, pins = [(9, 7, 18, 15), (30, 25, 11, 12)], [(12, 10, 5, 4)]
    kept = ~drawn(targets, height, width) | drawn(pins, height, width)
    request = Request(
        operation=operation,
        params=params_in_words(unit) | ({"grow": 0} if "grow" in unit.params.model_fields else {}),
        targets=tuple(box(*one) for one in targets),
        pins=tuple(box(*one) for one in pins),
    )
    found = judge(KINDS[name], file, request, kept)
    check(name, found, Asked(request, kept, False))


def test_the_judge_sees_what_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """A judge that finds nothing proves something only if it finds what is there."""
    kept = np.ones((30, 40), np.bool_)
    kept[5:12, 5:12] = False
    request = Request(operation="fill", targets=(box(5, 5, 7, 7),), backend="echo")

    def careless(image: Image, **_: Any) -> Encoded:
        return encode_image(Image(image.pixels ^ np.uint8(1)), format="png")

    monkeypatch.setattr("tests.guarantees.encode_image", careless)
    found = judge(KINDS["png8"], KINDS["png8"].make(30, 40, 1, 0), request, kept)
    assert (found.in_memory, found.in_file, found.broken, found.unsaid) == (0, 1151, 1151, 1151)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_judge_turns_pictures_as_pillow_does(orientation: int) -> None:
    data = KINDS["jpeg 444"].make(5, 9, orientation, 0)
    plain = KINDS["jpeg 444"].make(5, 9, 1, 0)
    assert np.array_equal(upright(read(plain), orientation), read(data))
    assert np.array_equal(stored(read(data), orientation), read(plain))
