from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from keepdial.cli.app import load_command
from keepdial.edit import Edit, edit
from keepdial.errors import ParameterError, SelectionError
from keepdial.files import open_image
from keepdial.image import Image
from keepdial.record import parse_record
from keepdial.replay import replay
from keepdial.request import Request, Selector
from keepdial.warping.dragging import landings
from tests.pictures import box, changed, mask_selector


def grass(height: int = 96, width: int = 128) -> Image:
    noise = np.random.default_rng(1).random((height, width, 3)).astype(np.float32)
    soft = np.asarray(cv2.GaussianBlur(noise, (0, 0), 2.0), np.float32)
    return Image(np.asarray(np.clip((soft - 0.5) * 3 + 0.5, 0, 1) * 255, np.uint8))


def drag(image: Image, *texts: str, params: dict[str, Any] | None = None, **more: Any) -> Edit:
    return edit(Request(operation="drag", params={"handle": list(texts), **(params or {})}, **more), image)


def disc(x: float, y: float, radius: float, shape: tuple[int, int] = (96, 128)) -> Selector:
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    return mask_selector(((np.hypot(columns - x, rows - y) < radius) * 255).astype(np.uint8))


def test_only_what_was_selected_changes_where_it_has_room() -> None:
    image = grass()
    made = drag(image, "60,48:70,48", targets=(disc(64, 48, 36),))
    assert made.routes[0].chosen == "warp"
    rows, columns = np.mgrid[:96, :128]
    assert not changed(made.image, image)[np.hypot(columns - 64, rows - 48) >= 36].any()
    assert made.report.verdict != "fail"
    assert not any("may change too" in note for note in made.notes)


def test_a_selection_that_needs_room_grows_and_says_so() -> None:
    made = drag(grass(), "40,48:80,48", targets=(disc(40, 48, 15),))
    assert any("may change too" in note for note in made.notes)
    assert made.mask[48, 80] == 1
    assert made.mask[5, 5] == 0


def test_without_a_selection_the_area_is_named() -> None:
    made = drag(grass(), "60,48:70,48")
    assert any("Nothing was selected" in note for note in made.notes)
    assert made.mask.mean() < 0.7


def test_pins_hold() -> None:
    image = grass()
    made = drag(image, "60,48:74,48", targets=(disc(64, 48, 40),), pins=(box(40, 60, 40, 36),))
    assert not changed(made.image, image)[60:96, 40:80].any()
    assert changed(made.image, image)[:60].any()


def test_the_dial_goes_from_the_whole_way_to_none() -> None:
    image = grass()
    moved = []
    for keep in (0.0, 0.4, 0.8, 1.0):
        made = drag(image, "60,48:74,48", targets=(disc(64, 48, 40),), keep=keep)
        moved.append(int(np.count_nonzero(changed(made.image, image))))
        if 0 < keep < 1:
            assert made.kept is not None
            assert made.kept >= keep - 0.04
    assert moved[-1] == 0
    assert moved[0] >= moved[1] >= moved[2] > 0


def test_several_handles_and_one_that_holds() -> None:
    image = grass()
    made = drag(image, "50,48:58,48", "80,48:80,48", params={"rigid": False}, targets=(disc(64, 48, 44),))
    before, after = (p.pixels.astype(np.float32) / np.float32(255) for p in (image, made.image))
    start = np.array([(50.0, 48.0), (80.0, 48.0)])
    found = landings(before, after, start, np.array([(58.0, 48.0), (80.0, 48.0)]), radius=8)
    assert all(one.distance is not None and one.distance < 1 for one in found)


def test_it_replays() -> None:
    image = grass()
    record = drag(image, "60,48:74,50", targets=(disc(64, 48, 40),), seed=4).record()
    assert replay(parse_record(record.model_dump_json()), image).same_pixels


@pytest.mark.parametrize("handle", [[], ["1,2"], ["1,2:3,x"]])
def test_bad_handles_are_refused(handle: list[str]) -> None:
    with pytest.raises(ParameterError, match="handle"):
        drag(grass(), *handle)


def test_handles_out_of_place_are_refused() -> None:
    with pytest.raises(SelectionError, match="outside of the picture"):
        drag(grass(), "200,48:70,48")
    with pytest.raises(SelectionError, match="outside of what was selected"):
        drag(grass(), "10,10:20,20", targets=(disc(64, 48, 20),))


def test_the_command_takes_several_handles() -> None:
    handle = next(p for p in load_command("drag").params if p.name == "handle")
    assert handle.opts == ["--handle"]
    assert getattr(handle, "multiple", False)
    assert handle.metavar == "X,Y:X,Y"


def test_a_rocket_on_a_photograph_grows(photos: Path) -> None:
    photo = open_image(photos / "rocket.jpg")
    made = drag(photo, "321,150:321,120", "321,400:321,400")
    before, after = (p.pixels.astype(np.float32) / np.float32(255) for p in (photo, made.image))
    (found,) = landings(before, after, np.array([(321.0, 150.0)]), np.array([(321.0, 120.0)]), radius=12)
    assert found.distance is not None
    assert found.distance < 2
    # The ground it stands on has not moved.
    assert np.array_equal(made.image.pixels[:, :150], photo.pixels[:, :150])
    assert np.abs(after[408:420, 280:360] - before[408:420, 280:360]).mean() < 0.03


@pytest.mark.shared
def test_known_warps_of_photographs(shared: Path, monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    monkeypatch.syspath_prepend(str(root / "benches"))
    from kit.warps import known_warps  # type: ignore[import-not-found]

    for i, case in enumerate(known_warps()):
        if i not in (4, 14):
            continue
        ways = zip(case.start, case.end, strict=True)
        made = drag(
            Image(case.picture),
            *(f"{a[0]:.2f},{a[1]:.2f}:{b[0]:.2f},{b[1]:.2f}" for a, b in ways),
            targets=(mask_selector(case.mask.astype(np.uint8) * 255),),
        )
        before, after = (p.astype(np.float32) / np.float32(255) for p in (case.picture, made.image.pixels))
        far = [one.distance for one in landings(before, after, case.start, case.end, radius=12)]
        assert np.mean([d for d in far if d is not None]) < 2, case.name
        assert np.array_equal(made.image.pixels[~case.mask], case.picture[~case.mask])
