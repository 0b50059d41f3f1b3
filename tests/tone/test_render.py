from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from keepdial.errors import Cancelled
from keepdial.progress import Cancel, Event
from keepdial.tone import Look, Pass, render, space_of
from keepdial.tone.render import run, tiles
from tests.tone.frames import adjusted, frame_of

SRGB = space_of(None)

EVERY: dict[str, dict[str, Any]] = {
    "exposure": {"stops": 0.7},
    "brightness": {"amount": 40},
    "contrast": {"amount": -60},
    "whites": {"amount": 50},
    "blacks": {"amount": -50},
    "levels": {"black": 9, "gamma": 1.3},
    "curves": {"points": "0,20 90,60 255,255", "red": "0,0 255,220"},
    "white-balance": {"warmth": 40, "tint": 5},
    "saturation": {"amount": 80},
    "vibrance": {"amount": 70},
    "hue": {"degrees": 50},
    "hsl": {"green_hue": 40, "red_saturation": 60, "blue_lightness": -70},
    "split-toning": {"balance": 30},
    "black-and-white": {"filter": "red", "orange": 40},
    "vignette": {"amount": 80},
    "grain": {"amount": 60, "size": 3, "colour": 40},
}


def noise(height: int = 61, width: int = 43) -> NDArray[np.uint16]:
    rng = np.random.default_rng(5)
    return np.asarray(rng.integers(0, 65536, (height, width, 3)), np.uint16)


def test_tiles_cover_every_row_once() -> None:
    assert [(t.start, t.stop) for t in tiles(10, render.TILE // 4)] == [(0, 4), (4, 8), (8, 10)]
    assert [t.start for t in tiles(3, 10 * render.TILE)] == [0, 1, 2]
    assert next(tiles(1000, render.TILE, halo=8)) == slice(0, 16)


def test_passes_run_in_order_in_their_domains() -> None:
    seen: list[str] = []

    def note(name: str) -> Pass:
        def work(tile: NDArray[np.float32], rows: slice) -> NDArray[np.float32]:
            seen.append(f"{name} {tile[0, 0, 0]:.2f}")
            return tile

        return Pass(work, domain="encoded" if name == "encoded" else "linear")

    out = np.empty((1, 1, 3), np.float32)

    def take(rows: slice, tile: NDArray[np.float32]) -> None:
        out[rows] = tile

    light = np.full((1, 1, 3), 0.5029, np.float32)
    passes = [note("linear"), note("encoded"), note("again")]
    run(lambda rows: light[rows].copy(), passes, SRGB, 1, 1, take, end="encoded")
    assert seen == ["linear 0.50", "encoded 0.74", "again 0.50"]
    assert out[0, 0].tolist() == pytest.approx([188 / 255] * 3, abs=1e-3)


def test_a_pass_with_a_halo_sees_its_neighbours() -> None:
    def mean(tile: NDArray[np.float32], rows: slice) -> NDArray[np.float32]:
        padded = np.pad(tile, ((1, 1), (0, 0), (0, 0)), mode="edge")
        return (padded[:-2] + padded[1:-1] + padded[2:]) / np.float32(3)

    light = np.random.default_rng(0).random((40, 5, 3)).astype(np.float32)
    outs = []
    for size in (5, 60, 10_000):
        out = np.empty_like(light)

        def take(rows: slice, tile: NDArray[np.float32], into: NDArray[np.float32] = out) -> None:
            into[rows] = tile

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(render, "TILE", size)
            passes = [Pass(mean, halo=1)] * 2
            run(lambda rows: light[rows].copy(), passes, SRGB, 40, 5, take, end="linear")
        outs.append(out)
    assert np.array_equal(outs[0], outs[2])
    assert np.array_equal(outs[1], outs[2])
    assert outs[0][20] == pytest.approx(mean(mean(light, slice(0, 40)), slice(0, 40))[20], abs=1e-6)


@pytest.mark.parametrize("name", sorted(EVERY))
def test_the_result_is_the_same_however_work_is_divided(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = noise()
    results = []
    for size, threads in ((43, 1), (43 * 7, 3), (48_000, 2)):
        monkeypatch.setattr(render, "TILE", size)
        monkeypatch.setitem(sys.modules, "numba", SimpleNamespace(get_num_threads=lambda n=threads: n))
        results.append(adjusted(name, pixels, seed=4, **EVERY[name]))
    assert np.array_equal(results[0], results[1])
    assert np.array_equal(results[0], results[2])
    assert not np.array_equal(results[0], adjusted("exposure", pixels, stops=0))


@pytest.mark.parametrize("name", sorted(EVERY))
def test_the_frame_is_not_written_to(name: str) -> None:
    pixels = noise(9, 8)
    before = pixels.copy()
    adjusted(name, pixels, **EVERY[name])
    assert np.array_equal(pixels, before)


def test_progress_rises_and_cancelling_stops() -> None:
    frame = frame_of(noise(400, 300))
    look = Look(frame, SRGB, 0)
    events: list[Event] = []
    run(look.rows, [], SRGB, 400, 300, lambda rows, tile: None, end="linear", progress=events.append)
    done = [event.done for event in events]
    assert done[0] == 0
    assert done[-1] == 1
    assert done == sorted(done)
    cancel = Cancel()
    cancel.set()
    with pytest.raises(Cancelled):
        run(look.rows, [], SRGB, 400, 300, lambda rows, tile: None, end="linear", cancel=cancel)
