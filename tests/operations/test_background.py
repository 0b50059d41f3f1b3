from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from keepdial.edit import Edit, edit
from keepdial.errors import ParameterError, RouteError, UnsupportedFormat
from keepdial.files import encode_image, open_image
from keepdial.image import Image
from keepdial.operations.background import BackgroundParams
from keepdial.request import Request
from tests.operations.test_cutout import BLUE, RED, ball, rough
from tests.pictures import box, keep_map, mask_selector, png


def behind(source: Image, mask: Any, /, *, keep: float | None = None, **params: Any) -> Edit:
    return edit(
        Request(operation="background", params=params, targets=(mask_selector(mask),), keep=keep), source
    )


def file_of(colour: tuple[int, int, int], width: int = 40, height: int = 20) -> str:
    return png(np.full((height, width, 3), colour, np.uint8))


@pytest.mark.parametrize(
    "params",
    [
        {"to": "blur"},
        {"to": "remove"},
        {"to": "colour", "colour": "#00ff00"},
        {"to": "gradient"},
        {"to": "image", "image": file_of((9, 90, 9))},
        {"to": "reference", "image": file_of((9, 90, 9))},
        {"to": "colour", "shadow": 1.0},
    ],
    ids=lambda p: "-".join(map(str, p)) if len(p) > 2 else str(p["to"]),
)
def test_the_subject_stays_bit_for_bit(params: dict[str, Any]) -> None:
    image, alpha = ball()
    done = behind(image, rough(alpha), **params)
    inside = done.mask == 0
    assert inside.sum() > 1000
    assert np.array_equal(done.image.pixels[inside], image.pixels[inside])
    assert not np.array_equal(done.image.pixels, image.pixels) or params["to"] == "blur"


def test_a_colour_takes_the_backgrounds_place_without_a_fringe() -> None:
    image, alpha = ball()
    done = behind(image, rough(alpha), to="colour", colour="#20c040")
    a = alpha[..., None]
    assert done.image.alpha is None
    assert np.abs(done.image.pixels - (a * RED + (1 - a) * np.array([0x20, 0xC0, 0x40]))).max() < 14
    assert done.image.pixels[0, 0].tolist() == [0x20, 0xC0, 0x40]


@pytest.mark.parametrize(("depth", "channels"), [(16, 3), (8, 1), (16, 1)])
def test_other_depths_and_grey(depth: int, channels: int) -> None:
    image, alpha = ball(depth=depth, channels=channels)
    done = behind(image, rough(alpha), to="colour", colour="white").image
    assert done.pixels.shape == image.pixels.shape
    assert done.depth == depth
    assert (done.pixels[0, 0] == done.white).all()


def test_a_gradient_begins_and_ends_in_the_corners() -> None:
    image, alpha = ball()
    done = behind(image, rough(alpha), to="gradient", colour="black", second_colour="#646464", angle=45).image
    assert done.pixels[0, 0].max() <= 1
    assert abs(int(done.pixels[-1, -1].max()) - 100) <= 1
    assert abs(int(done.pixels[0, -1].max()) - 50) <= 1
    assert abs(int(done.pixels[-1, 0].max()) - 50) <= 1


def test_another_picture_covers_the_canvas() -> None:
    image, alpha = ball()
    halves = np.zeros((20, 40, 3), np.uint8)
    halves[:, 20:] = 200
    done = behind(image, rough(alpha), to="image", image=png(halves)).image
    # 40 x 20 on 72 x 72: the middle 20 columns are seen, 10 of each half.
    assert done.pixels[2, :30].max() == 0
    assert done.pixels[2, 42:].min() == 200


def test_a_reference_lends_its_look_to_the_background_alone() -> None:
    rng = np.random.default_rng(4)
    image, alpha = ball()
    wall = BLUE + rng.integers(-15, 16, image.pixels.shape)
    image = Image(np.clip(np.where(alpha[..., None] > 0, image.pixels, wall), 0, 255).astype(np.uint8))
    dusk = np.clip(np.array([110, 100, 150]) + rng.integers(-15, 16, (40, 40, 3)), 0, 255).astype(np.uint8)
    done = behind(image, rough(alpha), to="reference", image=png(dusk)).image
    corner = done.pixels[:8, :8].reshape(-1, 3)
    assert np.abs(corner.mean(axis=0) - [110, 100, 150]).max() < 25
    assert corner.std(axis=0).max() > 4


def test_a_blur_does_not_smear_the_subject() -> None:
    image, alpha = ball()
    done = behind(image, rough(alpha), to="blur", blur=5).image
    # Before an even background nothing changes: none of the red gets into the blue.
    assert np.abs(done.pixels.astype(int) - image.pixels).max() < 14
    assert (np.abs(done.pixels.astype(int) - BLUE)[alpha == 0]).max() <= 8


def test_a_blur_evens_the_background_out() -> None:
    image, alpha = ball(96)
    stripes = np.where((np.arange(96) // 2 % 2 == 0)[None, :, None], 60, 180)
    pixels = np.where(alpha[..., None] > 0, image.pixels, stripes).astype(np.uint8)
    done = behind(Image(pixels), rough(alpha), to="blur", blur=8, edge="hard").image
    corner = done.pixels[:10, :10].astype(int)
    assert corner.std() < 8
    # In linear light, so brighter than the mean of 60 and 180.
    assert 130 < corner.mean() < 145


def test_the_dial_mixes_old_and_new() -> None:
    image, alpha = ball()
    seen = []
    for keep in (0.0, 0.5, 1.0):
        done = behind(image, rough(alpha), keep=keep, to="colour", colour="white")
        seen.append(int(done.image.pixels[0, 0, 0]))
    assert seen[0] == 255
    assert seen[2] == BLUE[0]
    assert seen[2] < seen[1] < seen[0]


def test_a_cut_out_gets_a_background() -> None:
    image, alpha = ball()
    clear = np.rint(alpha * 255).astype(np.uint8)
    done = behind(image.with_pixels(image.pixels, clear), rough(alpha), to="colour", edge="hard").image
    assert done.alpha is not None
    assert done.alpha.min() == 255
    assert done.pixels[0, 0].tolist() == [255, 255, 255]


def test_harmonising_moves_the_subject_and_says_so() -> None:
    image, alpha = ball()
    done = behind(image, rough(alpha), to="image", image=file_of((30, 60, 30)), harmonise=1.0)
    assert "The subject is harmonised with its background, so it may change too." in done.notes
    moved = done.image.pixels[36, 36].astype(int) - image.pixels[36, 36]
    assert moved[0] < 0
    assert np.abs(moved).max() < 50


def test_a_shadow_lies_under_the_subject() -> None:
    image, alpha = ball(96)
    plain = behind(image, rough(alpha), to="colour").image.pixels.astype(int)
    dark = behind(image, rough(alpha), to="colour", shadow=1.0).image.pixels.astype(int)
    lost = (plain - dark)[..., 0]
    assert lost.min() >= 0
    assert lost[80:84, 48].max() > 60
    assert lost[:30].max() == 0


def test_a_subject_cut_off_below_gets_no_shadow() -> None:
    image, alpha = ball()
    part = Image(image.pixels[:40])
    done = behind(part, rough(alpha)[:40], to="colour", shadow=1.0)
    assert any(note.startswith("No shadow was drawn") for note in done.notes)


def test_words_need_a_backend_that_understands_them() -> None:
    image, alpha = ball()
    with pytest.raises(RouteError, match="backdrop does not understand words"):
        behind(image, rough(alpha), to="prompt", prompt="a beach at sunset")


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"to": "image"}, "a picture, for a background of the kind image"),
        ({"to": "colour", "colour": "bluish"}, "#rrggbb or a colour's name"),
        ({"to": "prompt"}, "words for what the background is to show"),
        ({"prompt": "a beach"}, "prompt, where words are given"),
        ({"image": "AAAA"}, "image or reference, where a picture is given"),
        ({"to": "remove", "shadow": 0.5}, "0 where the background is removed"),
        ({"blur": 0}, "blur is 0"),
        ({"harmonise": 1.5}, "harmonise is 1.5"),
    ],
)
def test_what_does_not_fit_together_is_refused(params: dict[str, Any], says: str) -> None:
    with pytest.raises(ParameterError, match=says):
        BackgroundParams(**params)


def test_a_file_that_is_no_picture_is_refused_before_the_work() -> None:
    image, alpha = ball()
    with pytest.raises(UnsupportedFormat):
        behind(image, rough(alpha), to="image", image="aGVsbG8gd29ybGQ=")
    with pytest.raises(ParameterError, match="image"):
        behind(image, rough(alpha), to="image", image="no base64!")


def test_only_removing_needs_transparency() -> None:
    assert BackgroundParams(to="remove").transparent
    assert not BackgroundParams().transparent


@pytest.mark.parametrize("to", ["blur", "remove", "colour", "gradient"])
@pytest.mark.parametrize("keep", [None, 0.6])
def test_a_pin_in_the_background_is_kept(to: str, keep: float | None) -> None:
    image, alpha = ball()
    request = Request(
        operation="background",
        params={"to": to},
        targets=(mask_selector(rough(alpha)),),
        pins=(box(3, 5, 8, 9),),
        keep=keep,
    )
    done = edit(request, image)
    assert np.array_equal(done.image.pixels[5:14, 3:11], image.pixels[5:14, 3:11])
    if to == "remove":
        assert done.image.alpha is not None
        assert (done.image.alpha[5:14, 3:11] == 255).all()
        assert (done.image.alpha[0] == 0).all()


def test_a_map_of_the_dial_keeps_what_is_white_in_it() -> None:
    image, alpha = ball()
    white = np.zeros(alpha.shape, np.uint8)
    white[:, :10] = 255
    request = Request(
        operation="background",
        params={"to": "colour"},
        targets=(mask_selector(rough(alpha)),),
        keep=keep_map(white),
    )
    done = edit(request, image).image
    assert np.array_equal(done.pixels[:, :10], image.pixels[:, :10])
    assert (done.pixels[0, 10:] == 255).all()


@pytest.mark.parametrize("format", ["png", "jpeg", "tiff", "webp"])
def test_the_file_holds_what_was_kept(format: str) -> None:
    image, alpha = ball(96)
    source = open_image(encode_image(image, format=format).data)
    done = behind(source, rough(alpha), to="gradient")
    encoded = encode_image(done.image, format=format, changed=done.changed)
    back = open_image(encoded.data)
    assert encoded.guaranteed is not None
    sure = encoded.guaranteed & ~done.changed
    assert sure.sum() > 500
    assert np.array_equal(back.pixels[sure], source.pixels[sure])
