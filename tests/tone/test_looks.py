from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from keepdial.backends import Frame
from keepdial.geometry import Box
from keepdial.tone import Look, space_of
from keepdial.tone.looks import Sky, brighter_side, dusk, golden, sky_of

SPACE = space_of(None)


def look_at(pixels: Any) -> Look:
    h, w = pixels.shape[:2]
    mask = np.ones((h, w), np.float32)
    return Look(Frame(Box(0, 0, w, h), pixels, mask, mask > 0, True), SPACE, 0)


def landscape() -> Any:
    """A blue sky over grey ground, 60 x 80."""
    pixels = np.full((60, 80, 3), 110, np.uint8)
    pixels[:30] = (150, 180, 230)
    return pixels


def sky() -> Sky:
    mask = np.zeros((60, 80), np.float32)
    mask[:30] = 1
    return Sky(mask, 30.0)


def result(look: Look, passes: Any) -> Any:
    tile = look.rows(slice(0, look.height)).copy()
    for one in passes:
        tile = one.run(tile, slice(0, look.height))
    return tile


def test_the_horizon_is_the_masks_lower_end() -> None:
    pixels = landscape()
    found = sky_of((pixels[..., 2] > 200).astype(np.float32), pixels)
    assert found.horizon == pytest.approx(30, abs=1)
    assert found.mask is not None
    assert found.mask[29].min() == 1  # a real edge stays one
    assert sky_of(np.zeros((60, 80), np.float32), pixels).mask is None


def test_a_sky_that_goes_on_beyond_its_mask_fades_out() -> None:
    flat = np.full((120, 160, 3), 180, np.uint8)
    mask = np.zeros((120, 160), np.float32)
    mask[:60] = 1
    found = sky_of(mask, flat).mask
    assert found is not None
    step = np.abs(np.diff(found[:, 80]))
    assert step.max() < 0.1
    assert found[0].min() > 0.95


def test_dusk_is_darker_and_colder_and_warm_at_the_horizon() -> None:
    look = look_at(landscape())
    before = look.rows(slice(0, 60))
    after = result(look, dusk(look, sky(), strength=1, glow=1, lights=0))
    ground = after[45, 40] / before[45, 40]
    assert ground.mean() < 0.35
    assert ground[2] > 1.3 * ground[0]
    top, low = after[1, 40], after[28, 40]
    assert top[2] > 2 * top[0]
    assert low[0] > low[2]
    assert low.mean() > 1.5 * top.mean()


def test_golden_is_warm_and_brightest_towards_the_sun() -> None:
    look = look_at(landscape())
    before = look.rows(slice(0, 60))
    after = result(look, golden(look, sky(), strength=1, angle=180, haze=1))
    gain = after / before
    assert gain[45, :, 0].mean() > 1.25 * gain[45, :, 2].mean()
    assert gain[40, 2].mean() > gain[40, -3].mean() + 0.1


def test_no_strength_changes_nothing() -> None:
    look = look_at(landscape())
    before = look.rows(slice(0, 60))
    for passes in (
        dusk(look, sky(), strength=0, glow=1, lights=1),
        golden(look, sky(), strength=0, angle=0, haze=1),
    ):
        assert result(look, passes) == pytest.approx(before, abs=1e-5)


def test_tiles_give_what_the_whole_gives() -> None:
    look = look_at(landscape())
    for passes in (
        dusk(look, sky(), strength=1, glow=0.5, lights=1),
        golden(look, sky(), strength=1, angle=30, haze=1),
    ):
        whole = result(look, passes)
        parts = []
        for rows in (slice(0, 17), slice(17, 60)):
            tile = look.rows(rows)
            for one in passes:
                tile = one.run(tile, rows)
            parts.append(tile)
        assert np.concatenate(parts) == pytest.approx(whole, abs=1e-6)


def test_the_sun_is_put_on_the_brighter_side() -> None:
    pixels = landscape()
    pixels[:, 50:] = pixels[:, 50:] // 2
    assert brighter_side(look_at(pixels), Sky(None, 30)) == 180
    assert brighter_side(look_at(pixels[:, ::-1].copy()), sky()) == 0


def test_lamps_that_shine_stand_out() -> None:
    pixels = np.full((120, 160, 3), 40, np.uint8)
    pixels[60:66, 80:86] = (250, 230, 190)
    look = look_at(pixels)
    off, on = (
        result(look, dusk(look, Sky(None, 40), strength=1, glow=0, lights=x))[63, 83].mean() for x in (0, 1)
    )
    assert on > 2 * off
