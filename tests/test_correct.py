"""The edit loop that meets the dial, with a stand-in for the backend."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from keepdial.correct import as_made, best, first_only, is_as_made, nearest
from keepdial.geometry import Box
from keepdial.image import Image
from keepdial.keep import Held, Keep, Try
from keepdial.operations import Stage
from keepdial.propose import Made
from keepdial.verify.haarpsi import kept


def blocks(seed: int) -> NDArray[np.uint8]:
    """Return (64, 64, 3) uint8 of blocks of 4 px of any colour."""
    few = np.random.default_rng(seed).integers(0, 256, (16, 16, 3), np.uint8)
    return few.repeat(4, axis=0).repeat(4, axis=1)


BEFORE, OTHER = Image(blocks(1)), blocks(2)


def attempt(aim: Keep, start: float, stop: float) -> Made:
    """Keep far less than the dial says: a curve that was badly calibrated."""
    share = max(0.0, 2 * float(aim) - 1) ** 2 * 0.5
    mixed = OTHER + (BEFORE.pixels.astype(np.float32) - OTHER) * share
    return Made(Image(mixed.astype(np.uint8)), (f"aimed at {float(aim):.2f}",))


def held(keep: Keep) -> Held:
    return Held(keep, np.ones((64, 64), np.float32), Box(0, 0, 64, 64), ())


STAGE = Stage(BEFORE, np.ones((64, 64), np.float32))


@pytest.mark.parametrize("scales", [False, True])
def test_less_than_was_asked_is_corrected(scales: bool) -> None:
    _, tries, notes = best(attempt, STAGE, held(0.8), scales=scales)
    assert len(tries) > 1
    taken = nearest(0.8, tries, scales=scales)
    assert taken is not None
    assert taken.kept > tries[0].kept
    assert notes[-1].startswith("The first result kept")


def test_more_than_was_asked_is_left_where_the_dial_scales_an_amount() -> None:
    def gentle(aim: Keep, start: float, stop: float) -> Made:
        return Made(BEFORE)

    assert len(best(gentle, STAGE, held(0.3), scales=True)[1]) == 1
    assert len(best(gentle, STAGE, held(0.3))[1]) > 1


def test_the_nearest_try_is_taken() -> None:
    tries = (Try(0.5, 0.9), Try(0.4, 0.45), Try(0.3, 0.2))
    assert nearest(0.5, tries) == tries[1]
    assert nearest(0.5, tries, scales=True) == tries[0]
    assert nearest(0.5, ()) is None


def test_an_end_of_the_dial_is_tried_once() -> None:
    assert best(attempt, STAGE, held(0.0))[1] == ()


def test_a_result_that_kept_a_little_less_is_given_back_without_another_run() -> None:
    runs = []

    def near(aim: Keep, start: float, stop: float) -> Made:
        runs.append(aim)
        share = 0.75
        mixed = OTHER + (BEFORE.pixels.astype(np.float32) - OTHER) * share
        mixed[:40] = BEFORE.pixels[:40]
        return Made(Image(np.rint(mixed).astype(np.uint8)))

    made, tries, notes = best(near, STAGE, held(tries_near() + 0.06))
    assert len(runs) == 1
    assert tries[-1].given_back
    assert abs(tries[-1].kept - (tries_near() + 0.06)) < 0.01
    assert "giving back what was changed least" in notes[-1]
    # What comes back is the source itself, and what had not changed is as it was.
    assert np.array_equal(made.image.pixels[:38], BEFORE.pixels[:38])
    assert (made.image.pixels == BEFORE.pixels).all(axis=2).mean() > 40 / 64


def tries_near() -> float:
    """Return what the stand-in above keeps by itself."""
    mixed = OTHER + (BEFORE.pixels.astype(np.float32) - OTHER) * 0.75
    mixed[:40] = BEFORE.pixels[:40]
    return kept(BEFORE.pixels, np.rint(mixed).astype(np.uint8), np.ones((64, 64)))


def test_far_less_is_not_given_back() -> None:
    def stubborn(aim: Keep, start: float, stop: float) -> Made:
        return Made(Image(OTHER))

    made, tries, _ = best(stubborn, STAGE, held(0.6))
    assert [one.given_back for one in tries] == [False, False, False]
    # Each correction asked for more, up to what is left of the dial.
    assert [one.aimed for one in tries] == sorted({one.aimed for one in tries})
    assert np.array_equal(made.image.pixels, OTHER)


def test_the_first_try_is_taken_as_it_is_while_it_is_measured() -> None:
    with first_only():
        assert [one.given_back for one in best(attempt, STAGE, held(0.8))[1]] == [False]


def test_as_made_takes_the_first_try_and_says_so_to_the_backend() -> None:
    seen = []

    def asks(aim: Keep, start: float, stop: float) -> Made:
        seen.append(is_as_made())
        return attempt(aim, start, stop)

    with as_made():
        assert len(best(asks, STAGE, held(0.8))[1]) == 1
    with as_made(on=False):
        best(asks, STAGE, held(0.8))
    assert seen[0]
    assert len(seen) > 2
    assert not any(seen[1:])
