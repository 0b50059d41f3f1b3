from __future__ import annotations

import numpy as np
import pytest

from keepdial.errors import ParameterError
from keepdial.tone import space_of
from keepdial.tone.paint import encoded, says_lightness
from keepdial.tone.recolour import Own, belongs, fitted, opponent, own_colour, paint

SPACE = space_of(None)
RED = np.array([0.4, 0.02, 0.03], np.float32)
BLUE = np.array([0.03, 0.08, 0.35], np.float32)


def flat(*pixels: object) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """One row of pixels, (1, n, 3)."""
    return np.asarray(pixels, np.float32)[None]


def own_of(colour: object, bright: float = 1.0) -> Own:
    return Own(opponent(SPACE) @ np.asarray(colour, np.float64), bright, 1.0)


def test_grey_is_the_first_axis() -> None:
    assert opponent(SPACE) @ np.ones(3) == pytest.approx([1, 0, 0], abs=1e-12)


def test_shading_is_kept_and_highlights_stay_white() -> None:
    change = paint(own_of(RED), BLUE, SPACE)
    shine = np.float32(0.25)
    light = flat(RED, 0.5 * RED, RED + shine, [0.2, 0.2, 0.2])
    new = change(light, np.ones((1, 4), np.float32))
    expected = flat(BLUE, 0.5 * BLUE, BLUE + shine, [0.2, 0.2, 0.2])
    assert new == pytest.approx(expected, abs=2e-4)


def test_half_the_weight_is_half_the_way() -> None:
    change = paint(own_of(RED), BLUE, SPACE)
    new = change(flat(RED), np.full((1, 1), 0.5, np.float32))
    assert new == pytest.approx(flat((RED + BLUE) / 2), abs=2e-4)


@pytest.mark.parametrize("aim", [[0.6, 0.6, 0.6], [0.01, 0.01, 0.01]])
def test_a_colour_becomes_grey_with_its_shading(aim: list[float]) -> None:
    change = paint(own_of(RED), np.asarray(aim, np.float32), SPACE)
    new = change(flat(RED, 0.5 * RED), np.ones((1, 2), np.float32))
    assert new == pytest.approx(flat(aim, np.multiply(aim, 0.5)), abs=1e-3)


def test_grey_becomes_a_colour_and_what_is_dark_beside_it_stays() -> None:
    white = np.full(3, 0.6, np.float32)
    change = paint(own_of(white, bright=1.3), RED, SPACE)
    tyre = [0.02, 0.02, 0.02]
    new = change(flat(white, 0.5 * white, tyre), np.ones((1, 3), np.float32))
    assert new == pytest.approx(flat(RED, 0.5 * RED, tyre), abs=2e-3)


def test_another_hue_does_not_belong() -> None:
    to = opponent(SPACE)
    seen = flat(RED, BLUE, [0.05, 0.3, 0.05]) @ to.T.astype(np.float32)
    assert belongs(seen, to @ RED, 1.0)[0] == pytest.approx([1, 0, 0])


def test_lightness_can_stay() -> None:
    change = paint(own_of(RED), BLUE, SPACE, lightness=0.0)
    assert change.new[0] == pytest.approx(change.own[0])
    assert paint(own_of(RED), BLUE, SPACE).new == pytest.approx(opponent(SPACE) @ BLUE)


def test_bright_parts_of_a_new_white_stop_short_of_white() -> None:
    change = paint(own_of(RED, bright=2.0), np.ones(3, np.float32), SPACE)
    new = change(flat(0.5 * RED, RED, 2 * RED, 3 * RED), np.ones((1, 4), np.float32))[0, :, 1]
    assert new[0] == pytest.approx(0.5 / 1.35, abs=0.01)
    assert (np.diff(new) > 0.01).all()
    assert new[-1] <= 1.06


def test_what_cannot_be_shown_loses_chroma_and_not_light() -> None:
    light = flat([0.1, 0.1, 1.4], [0.2, 0.3, 0.4])
    grey = np.array([[0.4, 0.3]], np.float32)
    new = fitted(light, grey, np.full_like(light, 0.5))
    assert new[0, 0] == pytest.approx([0.22, 0.22, 1.0], abs=1e-6)  # 0.4 + 0.6 (light - 0.4)
    assert np.array_equal(new[0, 1], light[0, 1])


def test_the_own_colour_is_what_most_of_a_thing_has_under_any_light() -> None:
    rng = np.random.default_rng(0)
    shading = rng.uniform(0.2, 1.0, (900, 1)).astype(np.float32)
    things = np.concatenate([RED * shading, np.full((400, 3), 0.02, np.float32), BLUE * shading[:300]])
    weight = np.ones(len(things), np.float32)
    found = own_colour(things, weight, SPACE)
    expected = opponent(SPACE) @ (RED * 0.6)
    assert found.colour == pytest.approx(expected, abs=0.01)
    assert found.share == pytest.approx(900 / 1600, abs=0.02)
    other = own_colour(things, weight, SPACE, near=BLUE)
    assert other.colour[1:] / other.colour[0] == pytest.approx(
        (opponent(SPACE) @ BLUE)[1:] / (opponent(SPACE) @ BLUE)[0], rel=0.02
    )


def test_names_are_paints_and_codes_are_codes() -> None:
    assert encoded("#ff8000") == pytest.approx((1.0, 128 / 255, 0.0))
    assert encoded("Blue") == pytest.approx((0x1F / 255, 0x4F / 255, 0xA8 / 255))
    assert max(encoded("dark blue")) < max(encoded("blue")) < max(encoded("light blue"))
    assert encoded("tomato") == pytest.approx((1.0, 0x63 / 255, 0x47 / 255))
    assert says_lightness("#123456")
    assert says_lightness("dark red")
    assert not says_lightness("red")
    with pytest.raises(ParameterError, match="from_colour"):
        encoded("bleen", option="from_colour")


def test_a_black_thing_gets_a_coat_and_keeps_its_highlights() -> None:
    black = np.full(3, 0.004, np.float32)
    change = paint(own_of(black, bright=3.0), RED, SPACE)
    new = change(flat([0, 0, 0], black, [0.7, 0.7, 0.7]), np.ones((1, 3), np.float32))[0]
    assert new[1] == pytest.approx(RED, abs=0.005)
    assert new[0] == pytest.approx(RED * 0.6 / 1.6, abs=0.005)  # the base coat alone
    assert new[2] == pytest.approx([0.7, 0.7, 0.7], abs=1e-6)


def test_a_pale_thing_that_turns_black_gets_no_complement() -> None:
    beige = np.array([0.5, 0.42, 0.32], np.float32)
    change = paint(own_of(beige, bright=1.5), np.full(3, 0.01, np.float32), SPACE)
    seen = flat(beige, [0.45, 0.42, 0.38], [0.5, 0.36, 0.22])  # itself, paler, browner
    new = change(seen, np.ones((1, 3), np.float32))[0]
    assert new.max() < 0.12
    assert (new[:, 2] <= new[:, 0] + 1e-3).all()


def test_a_thing_that_is_nearly_all_black_is_found_black() -> None:
    rng = np.random.default_rng(2)
    dark = (rng.uniform(0, 0.003, (900, 1)) + rng.uniform(0, 0.0004, (900, 3))).astype(np.float32)
    shine = np.full((100, 3), 0.6, np.float32)
    found = own_colour(np.concatenate([dark, shine]), np.ones(1000, np.float32), SPACE)
    assert found.colour[0] == pytest.approx(0.004)
    assert np.hypot(*found.colour[1:]) < 0.0005
    assert found.share > 0.5
