"""What people say for the operations on faces, frames, things and colours, and what they do not mean."""

from __future__ import annotations

from typing import Any

import pytest

from keepdial.operations import is_file, operations
from keepdial.understand.grammar import understand_words
from keepdial.understand.plan import SURE, Step

Wanted = tuple[str, str, dict[str, Any], str]


def target_of(step: Step) -> str:
    return "" if step.target is None else step.target.words


@pytest.mark.parametrize("name", sorted(operations()))
def test_an_operation_is_what_its_own_sentences_ask_for(name: str) -> None:
    asks = operations()[name].asks
    assert 2 <= len(asks) <= 3
    for sentence in asks:
        plan = understand_words(sentence)
        assert name in [step.operation for step in plan.steps], sentence
        assert not plan.questions, sentence
        assert plan.sure >= SURE, sentence


@pytest.mark.parametrize("name", sorted(operations()))
def test_what_is_read_from_them_can_be_done(name: str) -> None:
    unit = operations()[name]
    if any(is_file(field) for field in unit.params.model_fields.values()):
        pytest.skip("A picture stands in a plan by its name, which is no picture yet.")
    for sentence in unit.asks:
        for step in understand_words(sentence).steps:
            if step.operation == name:
                unit.params.build(**step.params)


SKIN: tuple[Wanted, ...] = (
    ("can you get rid of the pimples on her forehead", "blemishes", {"amount": 100}, "her forehead"),
    ("please remove the acne", "blemishes", {"amount": 100}, ""),
    ("clear up his skin a bit", "blemishes", {"amount": 60}, "his"),
    ("he has blemishes on his chin", "blemishes", {"amount": 100}, "his chin"),
    ("fade the freckles", "blemishes", {"amount": 100, "sensitivity": 100}, ""),
    ("make her skin smoother", "retouch", {"amount": 60}, "her"),
    ("smoother skin please", "retouch", {"amount": 60}, ""),
    ("soften the skin of the woman on the left", "retouch", {"amount": 60}, "the woman on the left"),
    ("her skin looks too rough", "retouch", {"amount": 60}, "her"),
    ("reduce the wrinkles a lot", "retouch", {"amount": 100}, ""),
    ("touch up the skin a little", "retouch", {"amount": 30}, ""),
    ("get rid of the bags under his eyes", "retouch", {"amount": 60}, "his"),
    ("the skin looks blotchy", "even-skin", {"amount": 60}, ""),
    ("even out her skin tone", "even-skin", {"amount": 60}, "her"),
    ("his face is too red", "even-skin", {"amount": 60}, "his"),
    ("less redness in the face", "even-skin", {"amount": 60}, ""),
    ("decrease the redness of the skin by 40 %", "even-skin", {"amount": 40}, ""),
)
EYES_AND_MOUTH: tuple[Wanted, ...] = (
    ("fix the red eyes", "red-eye", {"amount": 100}, ""),
    ("take the red out of her eyes", "red-eye", {"amount": 100}, "her"),
    ("red-eye removal please", "red-eye", {"amount": 100}, ""),
    ("the eyes are red", "red-eye", {"amount": 100}, ""),
    ("whiten his teeth a little", "whiten-teeth", {"amount": 30}, "his"),
    ("teeth too yellow", "whiten-teeth", {"amount": 60}, ""),
    (
        "can you make the teeth of the man on the right whiter",
        "whiten-teeth",
        {"amount": 60},
        "the man on the right",
    ),
    ("whiter teeth", "whiten-teeth", {"amount": 60}, ""),
    ("take the yellow out of his teeth", "whiten-teeth", {"amount": 60}, "his"),
    ("brighten up her eyes", "brighten-eyes", {"amount": 60}, "her"),
    ("I want her eyes to sparkle", "brighten-eyes", {"amount": 60}, "her"),
    ("make the eyes pop", "brighten-eyes", {"amount": 60}, ""),
    ("her eyes look tired", "brighten-eyes", {"amount": 60}, "her"),
    ("put some red lipstick on her", "lips", {"colour": "red"}, "her"),
    ("make her lips pink", "lips", {"colour": "pink", "amount": 70}, "her"),
    ("redder lips", "lips", {"amount": 60}, ""),
    ("her lips are too pale", "lips", {"amount": 60}, "her"),
    ("give her rosy cheeks", "cheeks", {"amount": 40}, "her"),
    ("add a touch of blush", "cheeks", {"amount": 12}, ""),
    ("a bit more colour in his cheeks", "cheeks", {"amount": 24}, "his"),
)
HAIR: tuple[Wanted, ...] = (
    ("dye her hair black", "hair-colour", {"colour": "black", "amount": 80}, "her"),
    ("can you turn the hair blue", "hair-colour", {"colour": "blue", "amount": 80}, ""),
    ("change the colour of his hair to auburn", "hair-colour", {"colour": "auburn", "amount": 80}, "his"),
    ("give the girl on the left blonde hair", "hair-colour", {"colour": "blonde"}, "the girl on the left"),
    ("her hair should be ginger", "hair-colour", {"colour": "ginger", "amount": 80}, "her"),
    ("make him a redhead", "hair-colour", {"colour": "ginger", "amount": 80}, "him"),
)
SHAPE_OF_A_FACE: tuple[Wanted, ...] = (
    ("make her smile", "reshape", {"smile": 60}, "her"),
    ("can you give the man a bigger smile", "reshape", {"smile": 60}, "the man"),
    ("he should look happier", "reshape", {"smile": 60}, "he"),
    ("tone down his smile", "reshape", {"smile": -60}, "his"),
    ("bigger eyes", "reshape", {"open_eyes": 60}, ""),
    ("make her eyes slightly bigger", "reshape", {"open_eyes": 30}, "her"),
    ("his eyes are too small", "reshape", {"open_eyes": 60}, "his"),
    ("slim the nose", "reshape", {"nose": -60}, ""),
    ("her nose looks too big", "reshape", {"nose": -60}, "her"),
    ("make the face thinner", "reshape", {"slim": 50}, ""),
    ("slim down the face of the woman", "reshape", {"slim": 50}, "the woman"),
    ("fuller cheeks please", "reshape", {"slim": -50}, ""),
    ("stronger jaw", "reshape", {"jaw": 60}, ""),
    ("make his jaw a bit narrower", "reshape", {"jaw": -30}, "his"),
)
FRAME: tuple[Wanted, ...] = (
    ("square crop", "crop", {"aspect": "1:1", "content": True}, ""),
    ("make it square", "crop", {"aspect": "1:1", "content": True}, ""),
    ("make it 4:5 for instagram", "crop", {"aspect": "4:5", "content": True}, ""),
    ("crop to 16 by 9", "crop", {"aspect": "16:9", "content": True}, ""),
    ("set the aspect ratio to 3:2", "crop", {"aspect": "3:2", "content": True}, ""),
    ("crop it for a story", "crop", {"aspect": "9:16", "content": True}, ""),
    ("zoom in on the dog", "crop", {"margin": 40}, "the dog"),
    ("zoom in 2x", "crop", {"zoom": 2}, ""),
    ("zoom in a bit", "crop", {"zoom": 1.12}, ""),
    ("crop to the man", "crop", {}, "the man"),
    ("crop the picture tightly around the boat", "crop", {}, "the boat"),
    ("a close-up of the bird", "crop", {"margin": 40}, "the bird"),
    ("crop out the empty space on the left", "crop", {"zoom": 1.25, "placement": "right"}, ""),
    ("trim off the bottom edge", "crop", {"zoom": 1.25, "placement": "top"}, ""),
    ("too much empty space at the top", "crop", {"zoom": 1.25, "placement": "bottom"}, ""),
    ("crop tighter", "crop", {"zoom": 1.25}, ""),
    ("the horizon is crooked", "straighten", {}, ""),
    ("level the horizon please", "straighten", {}, ""),
    ("the photo looks a bit tilted", "straighten", {}, ""),
    ("fix the converging lines", "perspective", {"auto": True}, ""),
    ("the building leans backwards", "perspective", {"auto": True}, ""),
    ("straighten the building", "perspective", {"auto": True}, ""),
    ("extend the canvas to the left by 200 px", "extend", {"left": 200}, ""),
    ("add 120 pixels at the bottom", "extend", {"bottom": 120}, ""),
    ("extend the picture by 80 px on the right side", "extend", {"right": 80}, ""),
    ("more room above please", "extend", {"top": 200}, ""),
    ("expand it to 16:9", "extend", {"aspect": "16:9"}, ""),
    ("extend the background to the left and right", "extend", {"left": 200, "right": 200}, ""),
    ("zoom out", "extend", {"left": 200, "right": 200, "top": 200, "bottom": 200}, ""),
)
THINGS: tuple[Wanted, ...] = (
    ("make the dog bigger", "move", {"scale": 1.3}, "the dog"),
    ("make the cup a bit smaller", "move", {"scale": 0.87}, "the cup"),
    ("make the moon twice as big", "move", {"scale": 2}, "the moon"),
    ("make the sign 20 % larger", "move", {"scale": 1.2}, "the sign"),
    ("the bird is too small", "move", {"scale": 1.3}, "the bird"),
    ("move the cup 50 px to the left", "move", {"right": -50}, "the cup"),
    ("move the vase up a bit", "move", {"down": -50}, "the vase"),
    ("shift the boat to the right by 80 px", "move", {"right": 80}, "the boat"),
    ("move the ball on the left down", "move", {"down": 100}, "the ball on the left"),
    ("duplicate the bird", "move", {"right": 150, "duplicate": True}, "the bird"),
    ("make a copy of the tree", "move", {"right": 150, "duplicate": True}, "the tree"),
    ("turn the hat by 20 degrees clockwise", "move", {"rotate": 20}, "the hat"),
    ("pull 100,40 to 120,60", "drag", {"handle": ("100,40:120,60",)}, ""),
    ("make the bin less conspicuous", "camouflage", {}, "the bin"),
    ("the yellow sign sticks out too much", "camouflage", {}, "the yellow sign"),
    ("let the antenna blend in with the sky", "camouflage", {}, "the antenna"),
    ("clone over the crack in the wall", "clone", {}, "the crack in the wall"),
    ("heal the scratch on the car", "heal", {}, "the scratch on the car"),
    ("mend the tear in the paper", "heal", {}, "the tear in the paper"),
    ("fill in the hole in the fence", "fill", {"prompt": ""}, "the hole in the fence"),
    ("restore this old photo", "restore", {}, ""),
    ("get rid of the compression artifacts", "restore", {}, ""),
    ("show me another version", "variation", {}, ""),
    ("make a variation of the dress", "variation", {}, "the dress"),
)
COLOUR: tuple[Wanted, ...] = (
    ("give it the look of photo2.jpg", "match", {"reference": "photo2.jpg", "strength": 100}, ""),
    ("match the colours of the sky to look.png", "match", {"reference": "look.png"}, "the sky"),
    ("it should look like in old.jpg", "match", {"reference": "old.jpg", "strength": 100}, ""),
    ("teal and orange", "split-toning", {"shadow_hue": 190, "highlight_hue": 35}, ""),
    ("tint the highlights yellow", "split-toning", {"highlight_hue": 55, "shadow_saturation": 0}, ""),
    ("make the shadows slightly blue", "split-toning", {"shadow_hue": 220, "shadow_saturation": 15}, ""),
    ("make the greens more yellow", "hsl", {"green_hue": -25}, ""),
    ("boost the blues a little", "hsl", {"blue_saturation": 17.5}, ""),
    ("the reds are too strong", "hsl", {"red_saturation": -35}, ""),
    ("darken the blues", "hsl", {"blue_lightness": -30}, ""),
    ("make the sky much bluer", "hsl", {"blue_saturation": 72}, "the sky"),
    ("less saturated greens", "hsl", {"green_saturation": -35}, ""),
    ("turn the yellows green", "hsl", {"yellow_hue": 25}, ""),
    ("make the grass greener", "hsl", {"green_saturation": 40}, "the grass"),
    ("autumn colours please", "hsl", {"green_hue": -50}, ""),
    ("invert the colours", "curves", {"points": "0,255 255,0"}, ""),
    ("add an s-curve", "curves", {"points": "0,0 64,52 192,206 255,255"}, ""),
    ("set the gamma to 1.4", "levels", {"gamma": 1.4}, ""),
    ("stretch the histogram", "levels", {"black": 12, "white": 243}, ""),
    ("turn day into night", "day-to-dusk", {"strength": 100}, ""),
    ("make it look like dusk", "day-to-dusk", {"strength": 80}, ""),
    ("a bit of blue hour mood", "day-to-dusk", {"strength": 48}, ""),
    ("warmer evening light", "golden-hour", {"strength": 70}, ""),
    ("make it look like it was taken at sunset", "golden-hour", {"strength": 70}, ""),
    ("light from the left", "relight", {"angle": 180}, ""),
    ("the light should come from the top right", "relight", {"angle": 45}, ""),
    ("light the face from below", "relight", {"angle": 270}, "the face"),
    ("darken the corners slightly", "vignette", {"amount": -25}, ""),
    ("get rid of the vignette", "vignette", {"amount": 40}, ""),
    ("the corners look too dark", "vignette", {"amount": 40}, ""),
)  # fmt: skip


@pytest.mark.parametrize(
    ("sentence", "operation", "params", "target"),
    [*SKIN, *EYES_AND_MOUTH, *HAIR, *SHAPE_OF_A_FACE, *FRAME, *THINGS, *COLOUR],
)
def test_what_people_mean(sentence: str, operation: str, params: dict[str, Any], target: str) -> None:
    plan = understand_words(sentence)
    assert not plan.questions
    (step,) = plan.steps
    assert step.operation == operation
    assert step.sure >= SURE
    assert target_of(step) == target
    if operation != "match":
        # A picture stands in a plan by its name, which is no picture yet.
        step = step.model_copy(
            update={"params": operations()[operation].params.build(**step.params).model_dump()}
        )
    assert {name: step.params[name] for name in params} == params


@pytest.mark.parametrize(
    ("sentence", "operations_not_meant"),
    [
        ("add a man at night", {"day-to-dusk", "golden-hour"}),
        ("add a sunset", {"golden-hour", "day-to-dusk"}),
        ("remove the golden statue", {"golden-hour", "hsl"}),
        ("remove the man with the smile", {"reshape"}),
        ("blur the woman with big eyes", {"reshape", "brighten-eyes"}),
        ("remove the woman with red hair", {"hair-colour"}),
        ("remove the girl with white teeth", {"whiten-teeth"}),
        ("darken the green dress", {"hsl"}),
        ("brighten the man in the dark blue shirt", {"hsl"}),
        ("remove the spots from the carpet", {"blemishes"}),
        ("make her eyes red", {"red-eye"}),
        ("add a copy shop", {"move", "clone"}),
        ("put a flower pot to the left of the door", {"move", "extend"}),
        ("add clouds at the top", {"extend", "crop"}),
        ("replace the level with a hammer", {"straighten", "levels"}),
        ("remove the zoom lens from the table", {"crop"}),
        ("add a crooked tree", {"straighten"}),
        ("make the wall behind her white", {"perspective"}),
        ("make the dress a bit longer", {"move", "reshape"}),
        ("the night sky behind the tower is too bright", {"day-to-dusk", "perspective"}),
        ("remove the negative space sign", {"curves"}),
        ("make it snow in the evening", {"golden-hour"}),
        ("add autumn leaves on the ground", {"hsl"}),
        ("rotate the picture by 90 degrees", {"move", "straighten"}),
        ("keep the corners as they are and make it brighter", {"vignette"}),
        ("don't crop it, just sharpen it", {"crop"}),
        ("the teeth of the comb are fine, remove the hair", {"whiten-teeth", "hair-colour"}),
    ],
)
def test_what_people_do_not_mean(sentence: str, operations_not_meant: set[str]) -> None:
    plan = understand_words(sentence)
    done = {step.operation for step in plan.steps if step.sure >= SURE}
    assert not done & operations_not_meant


@pytest.mark.parametrize(
    "sentence",
    [
        "remove the house, tower and wall",
        "remove the phone, cup and border",
        "remove the man, his shadow and the corner",
    ],
)
def test_nouns_that_are_verbs_as_well_begin_no_order(sentence: str) -> None:
    plan = understand_words(sentence)
    assert not plan.questions
    assert {step.operation for step in plan.steps} == {"remove"}


@pytest.mark.parametrize(
    "sentence",
    [
        "extend the canvas by 20 %",
        "move the tree to the left of the house",
        "make the picture smaller",
    ],
)
def test_what_no_option_holds_is_not_done_unasked(sentence: str) -> None:
    plan = understand_words(sentence)
    assert plan.sure < SURE
    assert not plan.ready
