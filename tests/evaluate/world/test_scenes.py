from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from keepdial.evaluate.world import (
    ATTRIBUTES,
    NOTHING,
    Scene,
    caption,
    change,
    dataset,
    draw,
    object_mask,
    sample,
    words,
)
from keepdial.evaluate.world.scene import PATTERNED


def scenes(count: int, seed: int = 3) -> list[Scene]:
    rng = np.random.default_rng(seed)
    return [sample(rng) for _ in range(count)]


def test_the_same_scene_is_the_same_picture() -> None:
    for scene in scenes(20):
        picture = draw(scene)
        assert picture.shape == (64, 64, 3)
        assert picture.dtype == np.uint8
        assert np.array_equal(picture, draw(scene))


def test_another_texture_is_another_background() -> None:
    scene = Scene(texture=1)
    assert not np.array_equal(draw(scene), draw(dataclasses.replace(scene, texture=2)))


def test_what_changes_in_the_picture_is_where_the_object_is() -> None:
    scene = Scene(shape="star", colour="blue", position="left", background="sand")
    other = dataclasses.replace(scene, colour="red")
    differs = (draw(scene) != draw(other)).any(axis=2)
    assert not differs[object_mask(scene, grow=2) == 0].any()
    assert differs[object_mask(scene) == 1].all()


def test_nothing_has_no_mask() -> None:
    assert not object_mask(Scene(shape=NOTHING)).any()


def test_a_ring_has_a_hole() -> None:
    mask = object_mask(Scene(shape="ring"))
    assert mask[33, 33] == 0
    assert mask[33, 33 + 11] == 1


def test_a_full_caption_names_what_is_seen() -> None:
    scene = Scene("square", "purple", "small", "left", "dotted", "night", letter="HI")
    assert caption(scene) == "a small purple dotted square on the left at night with the letter HI"
    assert caption(Scene(NOTHING, background="forest")) == "nothing in the forest"
    assert caption(Scene("face", "red", mood="sad")) == "a big red sad face in the centre in the sky"


def test_captions_and_instructions_use_known_words() -> None:
    rng = np.random.default_rng(0)
    known = set(words())
    for scene in scenes(300):
        for text in (caption(scene), caption(scene, rng), change(scene, rng)[1]):
            assert set(text.lower().replace(",", " ,").replace(":", " :").split()) <= known, text


def test_words_are_left_out_now_and_then() -> None:
    rng = np.random.default_rng(0)
    lengths = {len(caption(Scene(), rng).split()) for _ in range(60)}
    assert len(lengths) > 3


def test_a_change_changes_what_it_names_and_nothing_else() -> None:
    rng = np.random.default_rng(1)
    met = set()
    for scene in scenes(400):
        after, instruction, attribute = change(scene, rng)
        met.add(attribute)
        assert instruction
        assert attribute in scene.visible() or attribute in after.visible()
        for field in dataclasses.fields(Scene):
            same = getattr(after, field.name) == getattr(scene, field.name)
            # An object that appears has no pattern; nothing had none that could be seen.
            if scene.shape != NOTHING or field.name != "surface":
                assert same == (field.name != attribute), (scene, after, field.name)
    assert met == set(ATTRIBUTES)


def test_what_cannot_be_changed_is_refused() -> None:
    with pytest.raises(ValueError, match="mood of this circle"):
        change(Scene(), np.random.default_rng(0), "mood")


def test_only_some_shapes_have_patterns() -> None:
    assert all(scene.surface == "plain" for scene in scenes(300) if scene.shape not in PATTERNED)


def test_a_dataset_is_given_by_its_seed() -> None:
    one, two = (list(dataset(5, 7)) for _ in range(2))
    for (scene, picture, text), (scene_, picture_, text_) in zip(one, two, strict=True):
        assert scene == scene_
        assert text == text_
        assert np.array_equal(picture, picture_)
        assert np.array_equal(picture, draw(scene))
