from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from keepdial.faces.landmarks import landmarks_of
from keepdial.faces.parts import Parts, weighted_blur
from keepdial.faces.skin import bands, blemishes, evened, healed, smoothed, spot_mask
from keepdial.files import open_image
from keepdial.operations._faces import lab_of

from .drawn import canvas

UNIT = 100.0


def wave(length: float, size: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Skin whose lightness swings by `size` along x with a wavelength in px."""
    lab = canvas(120, 120)
    lab[..., 0] += size * np.sin(2 * np.pi * np.arange(120) / length).astype(np.float32)
    return lab


def swing(lab: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> float:
    inner = lab[30:90, 30:90, 0]
    return float(inner.std())


def test_the_bands_add_up() -> None:
    lab = wave(24, 0.01)
    fine, middle = bands(lab, np.ones((120, 120), np.float32), UNIT)
    assert np.allclose(lab - fine - middle + fine + middle, lab, atol=1e-6)
    assert swing(middle) > 5 * swing(fine)


def test_pores_stay_blotches_go_and_the_shape_of_the_face_stays() -> None:
    skin = np.ones((120, 120), np.float32)
    for length, low, high in ((3, 0.9, 1.05), (24, 0.02, 0.35), (400, 0.85, 1.1)):
        lab = wave(length, 0.01)
        assert low < swing(smoothed(lab, skin, UNIT, 1.0)) / swing(lab) < high, length


def test_an_edge_is_kept_and_the_strength_scales() -> None:
    skin = np.ones((120, 120), np.float32)
    edge = canvas(120, 120)
    edge[:, 60:, 0] -= 0.3
    done = smoothed(edge, skin, UNIT, 1.0)
    assert done[60, 40, 0] - done[60, 80, 0] > 0.28
    lab = wave(24, 0.01)
    half, whole = (smoothed(lab, skin, UNIT, s) - lab for s in (0.5, 1.0))
    assert np.allclose(half * 2, whole, atol=1e-6)
    assert np.array_equal(smoothed(lab, np.zeros_like(skin), UNIT, 1.0), lab)


def test_redness_moves_to_the_median_and_lightness_stays() -> None:
    lab, skin = canvas(120, 120), np.ones((120, 120), np.float32)
    lab[30:90, 20:50, 1] += 0.04
    done = evened(lab, skin, 60.0, 1.0)
    assert np.array_equal(done[..., 0], lab[..., 0])
    assert done[60, 35, 1] - 0.04 < 0.3 * 0.04
    assert done[60, 110, 1] == pytest.approx(0.04, abs=0.004)
    assert np.array_equal(evened(lab, np.zeros_like(skin), 60.0, 1.0), lab)


def spotted() -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    rng = np.random.default_rng(1)
    lab = canvas(120, 120)
    lab[..., 0] += rng.normal(0, 0.004, (120, 120)).astype(np.float32)
    y, x = np.mgrid[:120, :120]
    dark = np.exp(-0.5 * (np.hypot(x - 40, y - 40) / 2) ** 2)
    red = np.exp(-0.5 * (np.hypot(x - 80, y - 70) / 2) ** 2)
    lab[..., 0] -= (0.12 * dark).astype(np.float32)
    lab[..., 1] += (0.09 * red).astype(np.float32)
    lab[20:100, 99:102, 0] -= 0.12  # a wrinkle
    return lab


def test_a_mole_and_a_pimple_are_found_and_a_wrinkle_is_not() -> None:
    found = blemishes(spotted(), np.ones((120, 120), np.float32), UNIT, 0.5)
    assert sorted((round(s.x), round(s.y)) for s in found) == [(40, 40), (80, 70)]
    assert all(1 < s.radius < 5 for s in found)
    assert blemishes(canvas(120, 120), np.ones((120, 120), np.float32), UNIT, 1.0) == ()
    assert blemishes(spotted(), np.zeros((120, 120), np.float32), UNIT, 1.0) == ()


def test_a_fainter_spot_needs_more_sensitivity() -> None:
    lab = canvas(120, 120)
    y, x = np.mgrid[:120, :120]
    lab[..., 0] -= (0.03 * np.exp(-0.5 * (np.hypot(x - 60, y - 60) / 2) ** 2)).astype(np.float32)
    skin = np.ones((120, 120), np.float32)
    assert [len(blemishes(lab, skin, UNIT, s)) for s in (0.0, 0.5, 1.0)] == [0, 0, 1]


def test_a_spot_is_healed_with_the_skin_around_it_and_its_grain() -> None:
    lab, skin = spotted(), np.ones((120, 120), np.float32)
    found = blemishes(lab, skin, UNIT, 0.5)
    done = healed(lab, skin, found, 1.0)
    mask = spot_mask(lab.shape, found)
    assert np.array_equal(done[mask == 0], lab[mask == 0])
    assert abs(float(done[38:43, 38:43, 0].mean()) - 0.75) < 0.012
    assert abs(float(done[68:73, 78:83, 1].mean()) - 0.04) < 0.01
    assert float(done[38:43, 38:43, 0].std()) > 0.001  # grain, no plaster
    assert np.allclose(healed(lab, skin, found, 0.5), (lab + done) / 2, atol=1e-6)


def test_the_astronauts_skin_is_smoothed_and_keeps_its_pores(photos: Path) -> None:
    pytest.importorskip("dlib", reason="needs the extra keepdial[faces]")
    image = open_image(photos / "astronaut.png")
    face = landmarks_of(image)[0]
    parts = Parts.of(face, image.size)
    lab = lab_of(image, parts.box)
    skin = parts.skin(lab)
    done = smoothed(lab, skin, face.unit, 1.0)
    inside = skin > 0.9
    levels = [weighted_blur(picture[..., 0], skin, s) for picture in (lab, done) for s in (0.7, 4.0)]
    fine, middle = (
        [float((band[inside] ** 2).sum()) for band in pair]
        for pair in (
            (lab[..., 0] - levels[0], done[..., 0] - levels[2]),
            (levels[0] - levels[1], levels[2] - levels[3]),
        )
    )
    assert middle[1] < 0.65 * middle[0]
    assert fine[1] > 0.7 * fine[0]
