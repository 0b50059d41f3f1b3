from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from keepdial.faces import topology
from keepdial.faces.hair import dyed, strands
from keepdial.faces.landmarks import Landmarks, landmarks_of
from keepdial.faces.mouth import cheeks, coloured, teeth, whitened
from keepdial.faces.parts import Parts
from keepdial.files import open_image
from keepdial.geometry import Size
from keepdial.operations._faces import lab_of

from .drawn import canvas, someone

Array = NDArray[np.float32]
TOOTH = (0.86, 0.005, 0.05)


def mouthed(seen: bool, *, wide: float, inside: tuple[float, float, float] = TOOTH) -> tuple[Parts, Array]:
    """A face with red lips whose lower one is `wide` eye distances lower, and what shows between them."""
    face = someone(apart=60, seen=seen)
    points = face.points.copy()
    for index in topology.MOUTH[1:10]:
        points[index, 1] += wide * 60
    for index in topology.LIPS[1:10]:
        points[index, 1] += wide * 60
    parts = Parts.of(Landmarks(face.face, points, not seen), Size(200, 240))
    lab = canvas(240, 200)[parts.box.slices]
    for mask, colour in ((parts.lips(), (0.6, 0.12, 0.05)), (parts.mouth(), inside)):
        lab = lab * (1 - mask[..., None]) + mask[..., None] * np.array(colour, np.float32)
    return parts, np.asarray(lab, np.float32)


@pytest.mark.parametrize("seen", [True, False])
def test_teeth_are_found_between_the_lips_and_lose_their_yellow(seen: bool) -> None:
    parts, lab = mouthed(seen, wide=0.2)
    found = teeth(parts, lab)
    mouth = parts.mouth() > 0.95
    assert found[mouth].mean() > 0.6
    assert found[parts.lips() > 0.95].max() < 0.35
    done = whitened(lab, found, 1.0)
    assert np.array_equal(done[found == 0], lab[found == 0])
    sure = found > 0.9
    assert done[sure][:, 2].mean() < 0.45 * 0.05
    assert done[sure][:, 0].mean() > 0.86 + 0.02


def test_no_teeth_in_a_shut_mouth_or_behind_a_tongue() -> None:
    parts, lab = mouthed(True, wide=-0.058)
    assert not teeth(parts, lab).any()
    for colour in ((0.6, 0.1, 0.04), (0.15, 0.02, 0.02)):  # tongue, darkness
        parts, lab = mouthed(True, wide=0.2, inside=colour)
        assert not teeth(parts, lab).any()


def test_a_colour_moves_what_is_smooth_and_texture_stays() -> None:
    rng = np.random.default_rng(0)
    lab = canvas(80, 80, (0.65, 0.06, 0.03))
    grain = rng.normal(0, 0.03, (80, 80)).astype(np.float32)
    lab[..., 0] += grain
    mask = np.zeros((80, 80), np.float32)
    mask[20:60, 20:60] = 1
    aim = np.array([0.45, 0.18, 0.06], np.float32)
    done = coloured(lab, mask, aim, 40, 1.0, shade=0.5)
    assert np.array_equal(done[mask == 0], lab[mask == 0])
    middle = done[30:50, 30:50]
    assert middle[..., 1].mean() == pytest.approx(0.18, abs=0.01)
    assert middle[..., 0].mean() == pytest.approx(0.65 - 0.5 * 0.2, abs=0.01)
    assert middle[..., 0].std() == pytest.approx(grain[30:50, 30:50].std(), rel=0.02)
    nothing = np.zeros((80, 80), np.float32)
    assert coloured(lab, nothing, aim, 40, 1.0, shade=0.5) is lab


def test_dark_lips_are_not_made_light() -> None:
    lab = canvas(40, 40, (0.3, 0.04, 0.02))
    done = coloured(
        lab, np.ones((40, 40), np.float32), np.array([0.7, 0.15, 0.05], np.float32), 40, 1.0, shade=1.0
    )
    assert done[..., 0].max() < 0.3 + 0.4 * 0.4
    assert done[20, 20, 1] < 0.12  # nor as colourful


def test_blush_lies_on_both_cheeks_and_on_skin_alone() -> None:
    parts = Parts.of(someone(), Size(200, 200))
    skin = np.ones((parts.box.height, parts.box.width), np.float32)
    found = cheeks(parts, skin)
    for side in topology.CHEEKS:
        x, y = np.floor(parts.face.at(side).mean(axis=0)).astype(int)
        assert found[y - parts.box.y, x - parts.box.x] > 0.95
    assert found[round(80 + 1.0 * 40) - parts.box.y, 100 - parts.box.x] < 0.01  # the mouth
    assert not cheeks(parts, np.zeros_like(skin)).any()


def test_hair_turns_its_colour_and_keeps_strands_and_shine() -> None:
    lab = canvas(60, 60, (0.45, 0.02, 0.05))
    lab[:, ::4, 0] += 0.12  # strands
    lab[28:32, :, 0] += 0.35  # shine
    hair = np.zeros((60, 60), np.float32)
    hair[:, :50] = 1
    aim = np.array([0.4, 0.12, 0.05], np.float32)
    done = dyed(lab, hair, aim, 30, 1.0)
    assert np.array_equal(done[:, 50:], lab[:, 50:])
    plain = done[10:20, 10:40]
    assert plain[..., 1].mean() == pytest.approx(0.12, abs=0.02)
    strand = done[10:20, 8:40:4, 0].mean() - done[10:20, 10:40:4, 0].mean()
    assert strand > 0.09
    chroma = np.hypot(done[..., 1], done[..., 2])
    assert chroma[29:31, 10:40].mean() < 0.8 * chroma[10:20, 10:40].mean()
    assert done[29, 10, 0] - done[15, 10, 0] > 0.25
    assert dyed(lab, np.zeros_like(hair), aim, 30, 1.0) is lab


def test_black_hair_is_lifted_only_so_far() -> None:
    lab = canvas(20, 20, (0.2, 0.0, 0.0))
    done = dyed(lab, np.ones((20, 20), np.float32), np.array([0.8, 0.02, 0.08], np.float32), 30, 1.0)
    assert 0.38 < done[10, 10, 0] < 0.43
    assert done[10, 10, 2] < 0.05


def test_the_mask_of_hair_follows_edges() -> None:
    rgb = np.full((40, 60, 3), 200, np.uint8)
    rgb[:, :30] = 40
    chance = np.clip((36 - np.arange(60)) / 12, 0, 1).astype(np.float32)  # blurred about 30
    found = strands(np.tile(chance, (40, 1)), rgb, 6)
    assert found[20, 24] > 0.7
    assert found[20, 34] < 0.3


def test_the_astronauts_teeth_are_found(photos: Path) -> None:
    pytest.importorskip("dlib", reason="needs the extra keepdial[faces]")
    image = open_image(photos / "astronaut.png")
    face = landmarks_of(image)[0]
    parts = Parts.of(face, image.size)
    found = teeth(parts, lab_of(image, parts.box))
    y, x = np.nonzero(found > 0.5)
    assert 25 < len(x) < 400
    # Where a person sees them.
    assert (parts.box.x + x.mean(), parts.box.y + y.mean()) == pytest.approx((224, 150), abs=6)
