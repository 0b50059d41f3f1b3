"""What every operation owes: declared options, words, an example; on colour and light the dial and depth."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from keepdial.backends import backends
from keepdial.cli.app import load_command
from keepdial.edit import edit
from keepdial.errors import RouteError
from keepdial.image import Image
from keepdial.operations import Operation, is_file, operations
from keepdial.record import parse_record
from keepdial.replay import replay
from keepdial.request import Request, Selector
from keepdial.route import Job, possible
from tests.operations.words import params_in_words
from tests.pictures import box

NAMES = sorted(operations())
TONE = sorted(name for name, unit in operations().items() if unit.tone is not None and unit.group != "Faces")


def scene(height: int = 48, width: int = 64) -> NDArray[np.uint8]:
    """Return a picture with light and dark, several hues, edges and grain; nothing black, nothing white."""
    rng = np.random.default_rng(7)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    light = 60 + 120 * (x + y) / (height + width)
    tint = np.stack([30 * np.sin(x / 9), 25 * np.cos(y / 7), 30 * np.sin((x - y) / 11)], axis=-1)
    out = light[..., None] + tint + rng.normal(0, 3, (height, width, 3))
    out[10:22, 30:48] = (190, 60, 50)
    return np.asarray(np.clip(out, 12, 240), np.uint8)


def pictures() -> dict[str, Image]:
    eight = scene()
    deep = eight.astype(np.uint16) * 257 + 11
    alpha = np.full(eight.shape[:2], 255, np.uint8)
    alpha[:8] = 0
    alpha[8:12] = 90
    return {
        "8 bits": Image(eight),
        "16 bits": Image(deep),
        "grey": Image(eight[..., :1]),
        "grey, 16 bits": Image(deep[..., :1]),
        "alpha": Image(eight, alpha),
    }


@cache
def asked(name: str) -> dict[str, Any]:
    return params_in_words(operations()[name])


@pytest.mark.parametrize("name", NAMES)
def test_options_say_what_they_are(name: str) -> None:
    unit = operations()[name]
    assert unit.summary.endswith(".")
    assert unit.done, "one word in the past, for the report"
    for option, field in unit.params.model_fields.items():
        words = field.description or ""
        assert words.endswith("."), option
        assert len(words) > 12, option
    assert load_command(name).params


def servable(unit: Operation) -> bool:
    """Whether some backend here can do the operation, with words where it needs them."""
    try:
        possible(Job(unit.name, unit.default_keep, prompt=unit.params.told), backends())
    except RouteError:
        return False
    return True


@pytest.mark.parametrize("name", NAMES)
def test_it_can_be_asked_for_in_words_and_has_an_example(name: str, root: Path) -> None:
    unit = operations()[name]
    assert unit.says
    assert unit.examples
    assert all(line.startswith(f"{name} ") for line in unit.examples)
    if not servable(unit):
        pytest.skip(f"no backend here does {name}, so that no picture can show it")
    shown = "".join(path.read_text() for path in (root / "examples").glob("*.py"))
    assert re.search(rf"\b{re.escape(name)}\b", shown), "no example shows it"


def run(name: str, image: Image, **more: Any) -> Any:
    unit = operations()[name]
    if unit.target == "required" and "targets" not in more:
        more["targets"] = (box(30, 10, 18, 12),)
    return edit(Request(operation=name, params=asked(name), **more), image)


@pytest.mark.parametrize("kind", sorted(pictures()))
@pytest.mark.parametrize("name", TONE)
def test_every_kind_of_picture(name: str, kind: str) -> None:
    image = pictures()[kind]
    done = run(name, image, targets=(box(20, 6, 40, 36),), pins=(box(20, 6, 6, 6),))
    out = done.image
    assert out.pixels.shape == image.pixels.shape
    assert out.pixels.dtype == image.pixels.dtype
    outside = np.ones(out.pixels.shape[:2], bool)
    outside[6:42, 20:60] = False
    outside[6:12, 20:26] = True
    assert np.array_equal(out.pixels[outside], image.pixels[outside])
    if image.alpha is not None:
        assert out.alpha is not None
        assert np.array_equal(out.alpha, image.alpha)
    assert done.report.verdict != "fail"


@pytest.mark.parametrize("name", TONE)
def test_the_dial_is_monotone_and_ends_at_the_picture(name: str) -> None:
    image = Image(scene().astype(np.uint16) * 257)
    moved = []
    for keep in (0.0, 0.3, 0.6, 0.9, 1.0):
        out = run(name, image, keep=keep).image.pixels
        moved.append(float(np.abs(out.astype(np.float64) - image.pixels).mean()))
    assert moved[-1] == 0
    assert moved == sorted(moved, reverse=True)


@pytest.mark.parametrize("name", TONE)
def test_it_replays(name: str) -> None:
    image = Image(scene())
    record = run(name, image, seed=5).record()
    assert replay(parse_record(record.model_dump_json()), image).same_pixels


@pytest.mark.parametrize("name", TONE)
def test_a_chain_with_it_replays(name: str) -> None:
    image = Image(scene())
    unit: Operation = operations()[name]
    targets = (box(30, 10, 18, 12),) if unit.target == "required" else ()
    step = Request(operation=name, params=asked(name), targets=targets)
    light = Request(operation="exposure", params={"stops": 0.2})
    done = edit(light.model_copy(update={"then": (step, light)}), image)
    assert replay(parse_record(done.record().model_dump_json()), image).same_pixels


def test_words_fill_files_and_slots() -> None:
    for name in NAMES:
        unit = operations()[name]
        for option, value in asked(name).items():
            assert "{" not in str(value)[:1]
            if is_file(unit.params.model_fields[option]):
                assert len(str(value)) > 100
    assert isinstance(box(1, 2, 3, 4), Selector)
