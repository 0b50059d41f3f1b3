"""Blur: light is spread in linear light, inside the region alone; a mosaic leaves nothing to read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from keepdial.correct import nearest
from keepdial.edit import edit
from keepdial.errors import ParameterError
from keepdial.files import open_image
from keepdial.image import Image
from keepdial.request import MaskTool, Request, Selector
from keepdial.tone import spread
from keepdial.tone.space import space_of
from tests.pictures import box, mask_selector, noise

KINDS = ("gaussian", "pixelate", "motion", "zoom")


def blurred(image: Image, *targets: Selector, keep: float = 0.0, **params: Any) -> Image:
    return edit(Request(operation="blur", params=params, targets=targets, keep=keep), image).image


def light(image: Image) -> np.ndarray:
    return space_of(None, exact=True).light(image.pixels).astype(np.float64)


def point(side: int = 201) -> Image:
    pixels = np.zeros((side, side, 3), np.uint16)
    pixels[side // 2, side // 2] = 65535
    return Image(pixels)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("channels", "depth"), [(1, 8), (3, 8), (1, 16), (3, 16)])
def test_nothing_outside_changes_and_nothing_from_outside_comes_in(
    kind: str, channels: int, depth: int
) -> None:
    image = noise(60, 44, channels=channels, depth=depth)
    done = blurred(image, box(20, 10, 24, 20), kind=kind, amount=4, feather=0)
    inside = np.zeros((44, 60), bool)
    inside[10:30, 20:44] = True
    assert np.array_equal(done.pixels[~inside], image.pixels[~inside])
    assert not np.array_equal(done.pixels[inside], image.pixels[inside])
    # Another picture around the region gives the same region.
    other = image.pixels.copy()
    other[~inside] = 0
    again = blurred(image.with_pixels(other), box(20, 10, 24, 20), kind=kind, amount=4, feather=0)
    assert np.array_equal(done.pixels[inside], again.pixels[inside])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("value", [0, 1, 77, 254, 255])
def test_a_flat_picture_stays_flat_to_its_rim(kind: str, value: int) -> None:
    image = Image(np.full((40, 50, 3), value, np.uint8))
    assert np.array_equal(blurred(image, kind=kind, amount=5).pixels, image.pixels)


@pytest.mark.parametrize("amount", [1.0, 4.0, 12.0])
def test_a_gaussian_has_the_spread_of_a_disc_of_its_radius(amount: float) -> None:
    out = light(blurred(point(), amount=amount))[..., 0]
    x = np.arange(out.shape[1]) - 100.0
    radius = amount / 100 * np.hypot(201, 201)
    spread_of_disc = radius**2 / 4
    if amount < 10:
        assert out.sum() == pytest.approx(1, abs=0.02)
    near = np.abs(x) <= 3 * spread_of_disc**0.5
    assert (out[:, near] * x[near] ** 2).sum() / out.sum() == pytest.approx(spread_of_disc, rel=0.06)


@pytest.mark.parametrize("sigma", [8.0, 13.0, 30.0])
def test_a_wide_gaussian_on_a_small_copy_is_the_one_on_the_whole(sigma: float) -> None:
    import cv2

    rng = np.random.default_rng(3)
    stack = np.ones((150, 210, 4), np.float32)
    stack[..., :3] = rng.random((150, 210, 3), np.float32)
    stack[40:90, 60:120, :3] = 1
    ours = spread.gaussian(stack, sigma)
    whole = cv2.GaussianBlur(stack, (0, 0), sigma, borderType=cv2.BORDER_CONSTANT)
    assert np.abs(ours[..., :3] / ours[..., 3:] - whole[..., :3] / whole[..., 3:]).max() < 0.01


@pytest.mark.parametrize("angle", [0.0, 30.0, 90.0])
def test_a_motion_is_a_line_of_its_length_and_angle(angle: float) -> None:
    out = light(blurred(point(), kind="motion", amount=6, angle=angle))[..., 0]
    y, x = np.mgrid[-100:101, -100:101].astype(float)
    along = x * np.cos(np.radians(angle)) - y * np.sin(np.radians(angle))
    across = x * np.sin(np.radians(angle)) + y * np.cos(np.radians(angle))
    length = 2 * 6 / 100 * np.hypot(201, 201)
    assert out.sum() == pytest.approx(1, abs=0.05)
    assert (out * along**2).sum() / out.sum() == pytest.approx(length**2 / 12, rel=0.05)
    assert (out * across**2).sum() / out.sum() < 1.5


def test_a_zoom_leaves_its_point_and_smears_the_rim_towards_it() -> None:
    rng = np.random.default_rng(1)
    image = Image(rng.integers(0, 65536, (161, 161, 3)).astype(np.uint16))
    out = blurred(image, kind="zoom", amount=5)
    off = np.abs(out.pixels.astype(float) - image.pixels).mean(axis=2)
    assert off[80, 80] < 0.1 * off.mean()
    rows = np.diff(out.pixels[78:83, :30].astype(float), axis=1).std()
    columns = np.diff(out.pixels[50:110, 2:7].astype(float), axis=0).std()
    assert rows < 0.5 * columns
    left = blurred(image, kind="zoom", amount=5, at="0,80")
    moved = np.abs(left.pixels.astype(float) - image.pixels).mean(axis=2)
    assert moved[78:83, :3].mean() < 0.5 * moved[78:83, -20:].mean()


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_mosaic_has_one_colour_a_block(depth: int, channels: int) -> None:
    image = noise(64, 48, channels=channels, depth=depth)
    out = blurred(image, box(8, 8, 40, 24), kind="pixelate", amount=10).pixels
    side = 8
    colours = set()
    for y in range(8, 32, side):
        for x in range(8, 48, side):
            block = out[y : y + side, x : x + side].reshape(-1, channels)
            assert (block == block[0]).all()
            colours.add(tuple(block[0].tolist()))
    assert len(colours) > 10


def test_a_mosaic_keeps_the_light_of_a_block() -> None:
    image = noise(40, 40, depth=16)
    out = blurred(image, kind="pixelate", amount=20)
    side = round(0.2 * np.hypot(40, 40))
    assert light(out)[:side, :side].mean(axis=(0, 1)) == pytest.approx(
        light(image)[:side, :side].mean(axis=(0, 1)), abs=2e-4
    )


def test_a_region_that_is_to_be_hidden_has_eight_blocks_across_at_most() -> None:
    image = noise(600, 400)
    done = edit(
        Request(operation="blur", params={"kind": "pixelate"}, targets=(box(100, 50, 240, 200),)), image
    )
    assert "25 px" in done.notes[-1]
    part = done.image.pixels[50:250, 100:340]
    assert len(np.unique(part.reshape(-1, 3), axis=0)) <= 8 * 10


def test_a_soft_edge_does_not_let_the_picture_through_a_mosaic() -> None:
    image = noise(60, 60)
    soft = Selector(
        kind="box",
        options={"x": 10, "y": 10, "width": 32, "height": 32},
        tools=(MaskTool(name="feather", pixels=8),),
    )
    out = blurred(image, soft, kind="pixelate", amount=9.4).pixels
    changed = np.any(out != image.pixels, axis=2)
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    block = out[rows[0] : rows[0] + 8, columns[0] : columns[0] + 8].reshape(-1, 3)
    assert (block == block[0]).all()


def test_the_dial_mixes_and_says_when_that_hides_nothing() -> None:
    image = noise(60, 44, depth=16)
    whole = blurred(image, kind="pixelate", amount=5).pixels.astype(float)
    asked = Request(operation="blur", params={"kind": "pixelate", "amount": 5}, keep=0.25)
    done = edit(asked, image)
    taken = nearest(0.25, done.tries, scales=True)
    assert taken is not None
    assert taken.aimed >= 0.25
    mixed = (1 - taken.aimed) * whole + taken.aimed * image.pixels
    assert np.abs(done.image.pixels - mixed).max() <= 1
    assert any("hides nothing" in note for note in done.notes)
    assert blurred(image, kind="pixelate", keep=1.0) is image


def test_what_is_transparent_gives_no_colour_and_its_alpha_stays() -> None:
    pixels = np.zeros((40, 40, 3), np.uint8)
    pixels[:, :20] = (200, 40, 40)
    pixels[:, 20:] = (0, 255, 0)
    alpha = np.full((40, 40), 255, np.uint8)
    alpha[:, 20:] = 0
    out = blurred(Image(pixels, alpha), amount=10)
    assert out.alpha is not None
    assert np.array_equal(out.alpha, alpha)
    assert np.abs(out.pixels[:, :20].astype(int) - (200, 40, 40)).max() <= 3


def test_more_blurs_more(photos: Any) -> None:
    photo = open_image(photos / "coffee.png")
    for kind in KINDS:
        edges = [
            float(np.abs(np.diff(blurred(photo, kind=kind, amount=a).pixels.astype(float), axis=1)).mean())
            for a in (0.3, 1, 3)
        ]
        assert edges == sorted(edges, reverse=True), kind


@pytest.mark.parametrize(
    "wrong",
    [{"amount": 0}, {"amount": 31}, {"kind": "sharp"}, {"at": "here"}, {"at": "nan,1"}, {"angle": 400}],
)
def test_what_is_not_possible_is_said(wrong: dict[str, Any]) -> None:
    with pytest.raises(ParameterError):
        blurred(noise(20, 20), **wrong)


def combed(height: int, width: int) -> np.ndarray:
    """Return a mask (H, W) like letters: bars of 6 px with gaps of 4 px, each of another height."""
    mask = np.zeros((height, width), np.uint8)
    for i, x in enumerate(range(40, 120, 10)):
        mask[50 + 3 * (i % 3) : 80, x : x + 6] = 255
    return mask


def test_a_mosaic_takes_whole_blocks_so_that_letters_leave_no_outline() -> None:
    image, mask = noise(200, 120), combed(120, 200)
    asked = Request(
        operation="blur", params={"kind": "pixelate", "amount": 4.3}, targets=(mask_selector(mask),)
    )
    done = edit(asked, image)
    assert "10 px" in done.notes[0]
    assert any("grown" in note for note in done.notes)
    changed = np.any(done.image.pixels != image.pixels, axis=2)
    assert changed[50:80, 40:120].mean() > 0.99
    assert not changed[:50].any()
    assert not changed[80:].any()
    for x in range(40, 120, 10):
        block = done.image.pixels[50:60, x : x + 10].reshape(-1, 3)
        assert (block == block[0]).all()


def test_a_blur_closes_the_gaps_of_what_is_small_and_follows_what_is_large() -> None:
    image, mask = noise(200, 120), combed(120, 200)
    small = edit(Request(operation="blur", params={"amount": 4}, targets=(mask_selector(mask),)), image)
    assert (small.mask[60:78, 44:110] > 0).all()
    large = edit(Request(operation="blur", params={"amount": 0.5}, targets=(mask_selector(mask),)), image)
    assert np.array_equal(large.mask > 0, mask > 0)
    drawn = edit(Request(operation="blur", params={"amount": 4}, targets=(box(40, 50, 30, 30),)), image)
    assert np.count_nonzero(drawn.mask) == 900
