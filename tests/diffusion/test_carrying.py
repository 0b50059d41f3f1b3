"""A beginning for dragging in latents: the warped scene, its noise, and what belongs to the handles."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from keepdial.geometry import Box
from keepdial.warping.grip import Grip, stiffness

torch = pytest.importorskip("torch")

START, END = np.array([[20.0, 32.0]]), np.array([[40.0, 32.0]])


@pytest.fixture(scope="module")
def source() -> NDArray[np.float32]:
    """A square of dots on a smooth ground."""
    y, x = np.mgrid[:64, :64].astype(np.float32)
    ground = np.stack([0.3 + x / 400, 0.4 + y / 400, np.full_like(x, 0.5)], axis=2)
    ground[24:41, 12:29] = (0.9, 0.2, 0.1)
    ground[26:40:4, 14:28:4] = 1
    return np.asarray(ground, np.float32)


def grip(start: NDArray[np.float64] = START, end: NDArray[np.float64] = END) -> Grip:
    thing = np.zeros((64, 64), np.float32)
    thing[24:41, 12:29] = 1
    area = np.ones((64, 64), bool)
    return Grip(start, end, area, stiffness(thing, start, area))


def scene_at(side: int, source: NDArray[np.float32]) -> tuple[object, object]:
    from keepdial.diffusion.carrying import warped
    from keepdial.diffusion.drag import look_at

    free = np.ones((64, 64), np.float32)
    scene = look_at(source, free, START, END, best=side, unit=8)
    return scene, warped(source, free, grip(), 1.0, scene)


@pytest.mark.parametrize("side", [64, 32])
def test_the_thing_lies_at_the_target_and_its_places_are_known(
    source: NDArray[np.float32], side: int
) -> None:
    from keepdial.diffusion.carrying import Warped

    _, moved = scene_at(side, source)
    assert isinstance(moved, Warped)
    by = side / 64
    assert moved.own.shape == (64, 64, 3)
    assert moved.pixels.shape == (side, side, 3)
    assert moved.own[32, 40] == pytest.approx(source[32, 20], abs=0.15)
    assert moved.end[0] == pytest.approx((END[0] + 0.5) * by - 0.5)
    columns = np.nonzero(moved.thing)[1]
    assert columns.mean() == pytest.approx((40.5 * by) - 0.5, abs=2)
    x, y = np.rint(moved.end[0]).astype(int)
    assert moved.map[y, x] == pytest.approx((START[0] + 0.5) * by - 0.5, abs=0.6)
    assert moved.why == ("",)


def test_half_a_share_goes_half_the_way(source: NDArray[np.float32]) -> None:
    from keepdial.diffusion.carrying import warped
    from keepdial.diffusion.drag import look_at

    free = np.ones((64, 64), np.float32)
    scene = look_at(source, free, START, END, best=64, unit=8)
    assert warped(source, free, grip(), 0.5, scene).end[0].tolist() == [30, 32]


def test_what_may_not_change_stops_the_warp(source: NDArray[np.float32]) -> None:
    from keepdial.diffusion.carrying import warped
    from keepdial.diffusion.drag import look_at

    free = np.ones((64, 64), np.float32)
    free[:, 34:] = 0
    scene = look_at(source, free, START, END, best=64, unit=8)
    moved = warped(source, free, grip(), 1.0, scene)
    assert (moved.own[:, 34:] == source[:, 34:]).all()
    assert moved.end[0, 0] < 34
    assert "in its way" in moved.why[0]


def test_it_can_be_stopped_at_each_step(source: NDArray[np.float32]) -> None:
    from keepdial.diffusion.carrying import warped
    from keepdial.diffusion.drag import look_at

    class Stop(Exception):
        pass

    steps = []

    def step() -> None:
        steps.append(1)
        if len(steps) == 2:
            raise Stop

    free = np.ones((64, 64), np.float32)
    scene = look_at(source, free, START, END, best=64, unit=8)
    with pytest.raises(Stop):
        warped(source, free, grip(), 1.0, scene, step=step)
    assert len(steps) == 2


def test_a_map_that_reads_little_for_much_is_stretched() -> None:
    from keepdial.diffusion.carrying import stretched

    y, x = np.mgrid[:16, :16].astype(np.float32)
    plain = np.stack([x, y], axis=2)
    assert not stretched(plain).any()
    assert stretched(plain * np.float32(0.6)).all()
    assert not stretched(plain * np.float32(0.8)).any()


def test_latents_begin_with_the_warped_picture_and_the_noise_of_where_it_came_from(
    source: NDArray[np.float32],
) -> None:
    from keepdial.diffusion.carrying import Warped, carried
    from keepdial.diffusion.ddim import Ladder

    _, moved = scene_at(64, source)
    assert isinstance(moved, Warped)
    ladder = Ladder(torch.tensor([0, 500]), torch.tensor([1.0, 0.36]), "epsilon")
    clean, noise = torch.zeros(1, 4, 16, 16), torch.arange(256.0).reshape(1, 1, 16, 16).expand(1, 4, 16, 16)
    features = torch.from_numpy(np.mgrid[:64, :64].astype(np.float32))  # each shows its own row and column
    begun = carried(moved, clean, [clean, 0.8 * noise], features, ladder, 1, seed=3)
    found = begun.latents[0, 0] / 0.8
    # The cell at the target has the noise of the cell that it came from, whole and not mixed.
    assert float(found[8, 10]) == pytest.approx(float(noise[0, 0, 8, 5]))
    # To the left the warp has stretched: new noise, of the strength that the model expects.
    assert abs(float(found[15, 0])) < 6
    again = carried(moved, clean, [clean, 0.8 * noise], features, ladder, 1, seed=4)
    assert (begun.latents != again.latents).any()
    assert torch.equal(begun.still, again.still)
    # What belongs to the handle shows what it showed before: rows as they are, columns 20 px to the left.
    there = torch.from_numpy(moved.end).float()[:, None] + begun.about
    assert begun.still[..., 0].sub(there[..., 1]).abs().mean() < 1
    assert begun.still[..., 1].sub(there[..., 0] - 20).abs().mean() < 1.5


def test_a_handle_to_which_nothing_belongs_has_its_own_place() -> None:
    from keepdial.diffusion.carrying import PLACES, Warped, _places

    y, x = np.mgrid[:32, :32].astype(np.float32)
    own = np.zeros((32, 32, 3), np.float32)
    still = np.stack([x, y], axis=2)
    ends = np.array([[8.0, 8.0], [40.0, 20.0]])
    nothing = Warped(own, own, still, np.zeros((32, 32), bool), ends, ("", ""))
    about, seen = _places(nothing)
    assert about.shape == seen.shape == (2, PLACES, 2)
    assert seen[0, 0].tolist() == [8, 8]
    assert seen[1, 0].tolist() == [31, 20]


def test_each_place_belongs_to_the_nearest_handle(source: NDArray[np.float32]) -> None:
    from keepdial.diffusion.carrying import _places, warped
    from keepdial.diffusion.drag import look_at

    start, way = np.array([[14.0, 32.0], [26.0, 32.0]]), np.array([10.0, 0.0])
    free = np.ones((64, 64), np.float32)
    scene = look_at(source, free, start, start + way, best=64, unit=8)
    moved = warped(source, free, grip(start, start + way), 1.0, scene)
    about, _ = _places(moved)
    left, right = moved.end[:, None] + about
    assert left[..., 0].max() <= right[..., 0].min()
    assert scene.box == Box(0, 0, 64, 64)
