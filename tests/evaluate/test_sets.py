"""Each data set: how its labels are compared with plans."""

from __future__ import annotations

import pytest

from keepdial.evaluate import data_sets
from keepdial.evaluate._operators import FAMILY, LITERAL, literal
from keepdial.evaluate._place import anchor, own, same
from keepdial.operations import operations
from keepdial.understand.plan import Step, Target
from tests.evaluate.made import asking, judged, more, plan, score, step, target


def test_every_set_is_found_and_has_its_own_file() -> None:
    sets = data_sets()
    assert set(sets) >= {
        "gier",
        "imgedit",
        "imgedit-uge",
        "i2ebench",
        "ggip2p-target",
        "ggip2p-spatial",
        "ier",
        "refuse",
    }
    assert len({one.file for one in sets.values()}) == len(sets)


def test_the_operators_of_operations_are_those_of_the_data() -> None:
    assert {operator for means in LITERAL.values() for operator in means} <= set(FAMILY)
    unknown = (
        set(LITERAL)
        - set(operations())
        - {"replace", "add", "restyle", "blur", "rotate", "flip", "tint", "pixelate"}
    )
    assert not unknown


def gier(text: str, operators: str, input: str = "") -> dict[str, str]:
    return {"text": text, "operators": operators, "input": input}


def test_gier_is_read_literally_and_as_annotators_tick() -> None:
    plans = {
        "brighten it": plan(more("brightness", "amount", 20)),
        "sharpen it": plan(step("sharpen")),
        "remove the dog": plan(step("remove", target("the dog", "dog"))),
    }
    teach = [gier("brighten it", "brightness,contrast")] * 60 + [gier("sharpen it", "sharpness")] * 60
    teach += [gier("remove the dog", "inpaint_obj")] * 60
    rows = [
        gier("brighten it", "brightness,contrast"),
        gier("sharpen it", "sharpness"),
        gier("remove the dog", "crop"),
    ]
    result = judged("gier", rows, plans, teach=teach)
    assert score(result, "micro-F1 of operators, as annotators tick") == pytest.approx(2 * 3 / (4 + 4))
    # "brightness" means brightness and lightness to a speaker: one hit, one false hit, contrast missed.
    assert score(result, "micro-F1 of operators, literally") == pytest.approx(2 * 2 / (4 + 4))
    assert score(result, "micro-F1 of families, literally") == pytest.approx(2 * 2 / (3 + 3))


def test_gier_without_rows_to_learn_from_learns_each_fifth_from_the_others() -> None:
    plans = {"brighten it": plan(more("brightness", "amount", 20)), "sharpen it": plan(step("sharpen"))}
    rows = [gier("brighten it", "contrast", f"{i}.jpg") for i in range(60)]
    rows += [gier("sharpen it", "sharpness", f"{i}.jpg") for i in range(60)]
    result = judged("gier", rows, plans)
    assert score(result, "micro-F1 of operators, as annotators tick") == 1.0
    assert any("other four" in one.note for one in result.scores)


def test_gier_with_too_few_rows_says_so() -> None:
    result = judged("gier", [gier("sharpen it", "sharpness")], {"sharpen it": plan(step("sharpen"))})
    assert any("too few rows" in note for note in result.notes)
    assert score(result, "micro-F1 of operators, literally") == 1.0


def test_gier_excuses_a_plan_only_where_other_rows_speak_for_it() -> None:
    plans = {"sharpen it": plan(step("sharpen")), "crop it": plan(step("crop"))}
    rows = [gier("Sharpen it", "hue"), gier("sharpen it", "sharpness"), gier("crop it", "hue")]
    plans["Sharpen it"] = plans["sharpen it"]
    result = judged("gier", rows, plans)
    assert [(one.wrong, one.excused) for one in result.judged] == [
        (True, True),
        (False, False),
        (True, False),
    ]
    assert score(result, "wrong confident plans, by the labels") == pytest.approx(2 / 3)
    assert score(result, "wrong confident plans, label at fault left out") == pytest.approx(1 / 3)


def test_a_blurred_background_is_a_blur() -> None:
    assert literal(plan(step("background", to="blur"))) == {"gaussain_blur"}
    assert literal(plan(step("background", to="colour"))) == {"color_bg"}
    assert literal(plan(step("remove", target("the background", "background")))) == {"color_bg"}
    assert literal(plan(step("remove", target("the people in the background", "people")))) == {"inpaint_obj"}


def test_imgedit_takes_its_type_from_the_operations() -> None:
    cases = {
        "extract": plan(step("cutout", target("the cup", "cup"))),
        "background": plan(step("recolor", target("the background", "background"))),
        "adjust": plan(step("recolor", target("the car", "car")), more("brightness", "amount", 5)),
        "action": plan(step("instruct", kind="action", needs="a painter")),
        "compose": plan(step("remove", target("the cup", "cup")), more("brightness", "amount", 5)),
        "style": plan(step("restyle", needs="a painter")),
    }
    rows = [{"text": label, "edit_type": label} for label in cases]
    result = judged("imgedit", [*rows, {"text": "who knows", "edit_type": "add"}], cases)
    assert score(result, "edit type") == 6 / 7
    assert result.judged[-1].understood.startswith("(none)")


def test_what_nothing_here_serves_is_to_be_held_back() -> None:
    plans = {
        "put a hat on": plan(step("remove", target("the hat", "hat"))),
        "add a dog": plan(step("add", needs="x")),
    }
    rows = [{"text": text, "edit_type": "add"} for text in plans]
    first, second = judged("imgedit", rows, plans).judged
    assert (first.served, first.ready, first.wrong) == (False, True, True)
    assert (second.served, second.ready, second.wrong) == (False, False, False)


def test_i2ebench_takes_its_dimension_from_operation_and_target() -> None:
    cases = {
        "RainRemoval": plan(step("remove", target("the raindrops", "raindrops"))),
        "SnowRemoval": plan(step("remove", target("snowy elements", "snowy elements"))),
        "ObjectRemoval": plan(step("remove", target("the snowfield", "snowfield"))),
        "WatermarkRemoval": plan(step("remove", target("the watermark seal", "watermark seal"))),
        "DirectionPerception": plan(
            step("add", target("the dog", "dog", how="left of", of="the dog"), needs="x")
        ),
        "Counting": plan(step("add", target("the table", "table", how="on", of="the table"), needs="x")),
        "HazeRemoval": plan(step("dehaze")),
        "ShadowRemoval": plan(step("remove", target("the shadow effect", "shadow effect"))),
    }
    result = judged("i2ebench", [{"text": label, "dimension": label} for label in cases], cases)
    assert score(result, "dimension") == 1.0
    by_label = {one.label: one.served for one in result.judged}
    assert by_label["RainRemoval"] is False
    assert by_label["ObjectRemoval"] is True


def test_weather_that_is_taken_away_is_told_by_the_words_of_its_step() -> None:
    words = "clear the picture of snow"
    away = Step(operation="instruct", params={"kind": "weather", "prompt": words}, words=words, needs="x")
    come = Step(
        operation="instruct", params={"kind": "weather", "prompt": "make it snow"}, words="make it snow"
    )
    rows = [{"text": text, "dimension": "SnowRemoval"} for text in ("away", "come")]
    result = judged("i2ebench", rows, {"away": plan(away), "come": plan(come)})
    assert score(result, "dimension") == 1 / 2


def test_i2ebench_leaves_out_the_dimension_that_no_sentence_tells() -> None:
    plans = {"paint it red": plan(step("recolor", target("the cup", "cup")))}
    rows = [{"text": "paint it red", "dimension": label} for label in ("ColorAlteration", "RegionAccuracy")]
    result = judged("i2ebench", rows, plans)
    assert score(result, "dimension") == 1.0
    assert score(result, "dimension, with RegionAccuracy") == 0.5
    assert not any(one.wrong for one in result.judged)
    assert "1 sentences have more than one label." in result.notes


def test_questions_count_as_nothing_and_their_first_answer_beside_it() -> None:
    rows = [{"text": "take it away", "edit_type": "remove"}]
    result = judged("imgedit", rows, {"take it away": asking(step("remove", target("it", "it")))})
    assert score(result, "edit type") == 0.0
    assert score(result, "edit type, first answers taken") == 1.0


@pytest.mark.parametrize(
    ("given", "near", "self"),
    [
        (target("the red cup", "cup"), "cup", "cup"),
        (target("the boats", "boats", how="right of", of="the harbor"), "harbor", "boats"),
        (target("the beak", "beak", how="of", of="the eagle on the right"), "eagle", "beak"),
        (target("the girl's dress", "dress"), "girl", "dress"),
        (target("her dress", "dress"), "her", "dress"),
        (target("them", "", pronoun=True), "them", "them"),
        (target("the bag", "bag", how="from", of="her shoulder"), "her", "bag"),
        (target("it", "", pronoun=True), "", "it"),
        (target("the whole scene", "scene"), "", ""),
        (target("the left side", "", sides=("left",)), "", ""),
        (None, "", ""),
    ],
)
def test_the_anchor_is_the_last_thing_or_whose_it_is(given: Target | None, near: str, self: str) -> None:
    assert anchor(given)[1] == near
    assert own(given)[1] == self


def test_nouns_are_the_same_in_any_number_and_pronouns_in_any_case() -> None:
    assert same("houses", "house")
    assert same("wolves", "wolf")
    assert same("his", "him")
    assert not same("her", "him")
    assert not same("glass", "glas")
    assert not same("house", "horse")


def test_ggip2p_target_scores_the_anchor_and_the_target_itself() -> None:
    plans = {
        "remove the boats near the harbor": plan(
            step("remove", target("the boats", "boats", how="near", of="the harbor"))
        ),
        "paint the houses red": plan(step("recolor", target("the houses", "houses"))),
        "make it rococo": plan(step("restyle", needs="x")),
        "give her a hat": plan(step("add", target("he", "", pronoun=True), needs="x")),
    }
    labels = ("harbor", "house", "", "her")
    rows = [{"text": text, "target": label} for text, label in zip(plans, labels, strict=True)]
    result = judged("ggip2p-target", rows, plans)
    assert score(result, "target phrase exact") == 2 / 4
    assert score(result, "head noun") == 3 / 4
    assert score(result, "the step's own target, head noun") == 2 / 4
    assert [one.wrong for one in result.judged] == [False, False, False, False]


def test_whoever_asks_for_another_background_has_named_it() -> None:
    plans = {"make the background red": plan(step("background", to="colour", colour="red"))}
    result = judged("ggip2p-target", [{"text": "make the background red", "target": "background"}], plans)
    assert score(result, "head noun") == 1.0


def test_labels_against_their_own_rule_are_listed() -> None:
    rows = [
        {"text": "remove the snow", "target": ""},
        {"text": "melt the snow", "target": "snow"},
        {"text": "move her to the jungle", "target": ""},
        {"text": "take the pot off the table", "target": "pot"},
        {"text": "lay a cloth over the table", "target": "table"},
        {"text": "paint the beak on the right gold", "target": "beak"},
        {"text": "turn the gold to lead", "target": "gold"},
    ]
    result = judged("ggip2p-target", rows, {})
    table = result.tables[-1]
    assert [row[0] for row in table.rows] == [
        "remove the snow",
        "move her to the jungle",
        "take the pot off the table",
    ]


def test_ggip2p_spatial_tells_regions_apart_and_checks_the_side() -> None:
    plans = {
        "remove the cup on the left": plan(
            step("remove", target("the cup on the left", "cup", sides=("left",)))
        ),
        "remove the cup right of the box": plan(
            step("remove", target("the cup", "cup", how="right of", of="the box"))
        ),
        "make them red": plan(step("recolor", target("them", "", pronoun=True))),
        "her shoes red": plan(step("recolor", target("her shoes", "shoes"))),
        "paint the cup with the handle": plan(
            step("recolor", target("the cup", "cup", how="with", of="the handle"))
        ),
        "the top one": plan(step("remove", target("the one", "one", sides=("bottom",)))),
    }
    labels = (
        "Absolute Direction",
        "Relative Direction",
        "Pronoun",
        "Pronoun",
        "Neutral",
        "Absolute Direction",
    )
    rows = [{"text": text, "type": label} for text, label in zip(plans, labels, strict=True)]
    result = judged("ggip2p-spatial", rows, plans)
    assert score(result, "type of region") == 1.0
    assert score(result, "the side that the sentence names") == pytest.approx(2 / 3)


def test_sets_without_labels_count_what_becomes_of_sentences() -> None:
    plans = {
        "a": plan(step("remove", target("the cup", "cup"))),
        "b": plan(step("add", needs="a painter")),
        "c": asking(step("crop")),
        "d": plan(step("crop", sure=0.4)),
    }
    result = judged("ier", [{"text": text, "img0": ""} for text in "abcde"], plans)
    assert [one.understood.split(":")[0] for one in result.judged] == [
        "ready",
        "cannot be served here",
        "asks first",
        "not sure enough",
        "nothing understood",
    ]
    assert score(result, "understood") == 2 / 5


def test_own_sentences_are_to_be_refused_unless_something_here_does_them() -> None:
    rows = [
        {"text": "what is the weather", "kind": "other question", "unless": ""},
        {"text": "make me a sandwich", "kind": "other request", "unless": ""},
        {"text": "put us on the moon", "kind": "impossible", "unless": "add"},
        {"text": r"\0", "kind": "empty", "unless": ""},
    ]
    plans = {"make me a sandwich": plan(step("add"))}
    result = judged("refuse", rows, plans)
    assert score(result, "refused or asked about") == 3 / 4
    assert result.judged[-1].text == "\0"
    assert [one.wrong for one in result.judged] == [False, True, False, False]


def test_the_shipped_sentences_are_many_and_of_all_kinds() -> None:
    from keepdial.evaluate._rows import read_rows

    one = data_sets()["refuse"]
    assert one.shipped is not None
    rows = read_rows(one.shipped, one.columns)
    assert len(rows) >= 120
    assert len({row["text"] for row in rows}) == len(rows)
    assert len({row["kind"] for row in rows}) >= 9
