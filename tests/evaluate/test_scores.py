"""Counting: precision and recall, confusion, reliability, what labels can hold."""

from __future__ import annotations

import numpy as np
import pytest

from keepdial.evaluate import Judged, Score
from keepdial.evaluate._agree import agreement, alone, bare, by_others, grouped, often, oracle
from keepdial.evaluate._bag import learn_words
from keepdial.evaluate._fit import best_threshold, chances, fitted
from keepdial.evaluate._scores import confusion, micro, reliability, tallies, together
from keepdial.evaluate._ticking import features, learn
from tests.evaluate.made import more, plan, step, target


def test_tallies_count_hits_false_hits_and_misses() -> None:
    each = tallies([({"a", "b"}, {"a"}), ({"a"}, {"a", "c"}), ({"b"}, set())])
    assert (each["a"].precision, each["a"].recall, each["a"].f1) == (1.0, 1.0, 1.0)
    assert (each["b"].precision, each["b"].recall, each["b"].f1) == (0.0, 0.0, 0.0)
    whole = micro(each)
    assert (whole.precision, whole.recall) == (2 / 3, 2 / 4)
    assert whole.f1 == pytest.approx(4 / 7)


def test_confusion_has_labels_in_rows_and_what_they_were_taken_for_in_columns() -> None:
    table = confusion("t", [("a", "a"), ("a", "b"), ("b", "(none)")])
    assert table.heads == ("label", "a", "(none)", "b") or table.heads == ("label", "a", "b", "(none)")
    rows = {row[0]: dict(zip(table.heads[1:], row[1:], strict=True)) for row in table.rows}
    assert rows["a"] == {"a": 1, "b": 1, "(none)": 0}
    assert rows["b"] == {"a": 0, "b": 0, "(none)": 1}


def test_confusion_of_sets_pairs_what_was_missed_with_what_was_found_instead() -> None:
    table = together("t", [({"a", "b"}, {"a", "c"}), ({"b"}, set())])
    rows = {row[0]: dict(zip(table.heads[1:], row[1:], strict=True)) for row in table.rows}
    assert rows["a"]["a"] == 1
    assert rows["b"]["c"] == 1
    assert rows["b"]["(none)"] == 1


def test_reliability_sets_how_sure_beside_how_often_right() -> None:
    def one(sure: float, right: bool | None) -> Judged:
        return Judged("t", "l", "u", sure, True, right)

    table = reliability([one(0.97, True), one(0.96, False), one(0.0, False), one(0.9, None), one(1.0, True)])
    asked, sure = table.rows
    assert asked == ("asks or nothing", 1, 0.0, 0.0)
    assert sure[:2] == ("0.95 to 1.00", 3)
    assert sure[2:] == pytest.approx(((0.97 + 0.96 + 1.0) / 3, 2 / 3))


def test_a_target_is_a_floor_or_a_limit() -> None:
    assert Score("s", 0.8, 5, 0.8).reached is True
    assert Score("s", 0.79, 5, 0.8).reached is False
    assert Score("s", 0.03, 5, 0.03, below=True).reached is True
    assert Score("s", 0.04, 5, 0.03, below=True).reached is False
    assert Score("s", 0.0, 0, 0.03, below=True).reached is None


def test_the_oracle_is_the_best_of_all_sets_of_labels() -> None:
    a, ab, none = frozenset("a"), frozenset("ab"), frozenset("c")
    sentences = {"one": [a, a, ab, a, none], "two": [ab, ab, a, ab, ab]}
    best = 0.0
    kinds = [frozenset(), a, ab, none, frozenset("abc"), frozenset("b"), frozenset("ac"), frozenset("bc")]
    for first in kinds:
        for second in kinds:
            pairs = [(labels, first) for labels in sentences["one"]]
            pairs += [(labels, second) for labels in sentences["two"]]
            best = max(best, micro(tallies(pairs)).f1)
    reached, rows = oracle(sentences)
    assert reached == pytest.approx(best)
    assert rows == 10


def test_a_row_that_is_read_by_the_others_never_sees_its_own_labels() -> None:
    a, b = frozenset("a"), frozenset("b")
    assert by_others({"s": [a, a, a, a, a]}) == 1.0
    # Each of five different labels is ticked by nobody else: to expect it is to expect it of all.
    alone = {"s": [frozenset(c) for c in "abcde"]}
    assert by_others(alone) == pytest.approx(2 * 5 / (25 + 5))
    assert by_others({"s": [a, a, a, a, b]}) == pytest.approx(2 * 4 / (5 + 5))


def test_annotators_who_all_agree_predict_each_other() -> None:
    same = frozenset("ab")
    assert agreement({"s": [same, same, same]}) == 1.0
    assert agreement({"s": [frozenset("a"), frozenset("b")]}) == 0.0
    assert agreement({"s": [frozenset("a"), frozenset("ab")]}) == pytest.approx(2 / 3)


def test_sentences_are_the_same_but_for_letters_case_and_punctuation() -> None:
    rows = (
        [("Blur it.", frozenset("a"))] * 3 + [("blur  it!", frozenset("b"))] * 2 + [("crop", frozenset("c"))]
    )
    assert bare("Blur  IT!") == "blur it"
    assert set(often(grouped(rows))) == {"blur it"}


def test_a_label_alone_against_the_others_is_listed() -> None:
    sets = [frozenset({"sharpness"})] * 9 + [frozenset({"crop"})]
    table, extra, lacking = alone({"sharpen it": sets, "agreed": [frozenset("x")] * 5}, 10)
    assert (extra, lacking) == (1, 1)
    assert table.rows == (("sharpen it", 10, "crop 1", "sharpness 1"),)


def test_the_fit_finds_the_chances_of_examples() -> None:
    matrix = np.array([[1.0, 1.0], [0.0, 1.0]])
    of = np.array([[1000.0], [1000.0]])
    weights = fitted(matrix, np.array([[900.0], [200.0]]), of, lambda done: None)
    assert chances(matrix, weights).ravel() == pytest.approx([0.9, 0.2], abs=0.01)


def test_the_threshold_is_the_best_for_the_micro_f1() -> None:
    chance = np.array([[0.9], [0.6], [0.4], [0.1]])
    ticked = np.array([[1.0], [1.0], [0.0], [0.0]])
    assert best_threshold(chance, ticked, np.ones((4, 1)), 0) == 0.6


def test_features_tell_what_a_plan_does_and_never_the_words() -> None:
    found = features(
        plan(more("brightness", "amount", -20, "a lot"), step("remove", target("the dog", "dog")))
    )
    assert found == {
        "steps 2",
        "brightness",
        "brightness less",
        "brightness so much",
        "remove",
        "remove somewhere",
        "brightness and remove",
    }
    assert features(plan()) == frozenset()


def test_ticking_learns_which_labels_go_with_what_is_done() -> None:
    bright, sharp = plan(more("brightness", "amount", 20)), plan(step("sharpen"))
    examples = (
        [(bright, {"brightness", "contrast"})] * 40 + [(sharp, {"sharpness"})] * 40 + [(bright, {"hue"})] * 5
    )
    reader = learn(examples, report=lambda done: None)
    assert reader is not None
    assert reader(bright) == {"brightness", "contrast"}
    assert reader(sharp) == {"sharpness"}
    assert reader(plan()) == frozenset()
    assert learn(examples[:20], report=lambda done: None) is None


def test_a_bag_of_words_learns_from_sentences() -> None:
    examples = [
        ("blur the sky", {"blur"}),
        ("blur it", {"blur"}),
        ("crop the sky", {"crop"}),
        ("crop it", {"crop"}),
    ]
    bag = learn_words(examples * 20, report=lambda done: None)
    assert bag is not None
    assert bag.ticked(["please blur the sea", "crop the sea"]) == [{"blur"}, {"crop"}]
    assert bag.likely(["blur"]) == [{"blur"}]


def test_words_speak_for_a_rare_label_that_they_make_twice_as_likely() -> None:
    examples = (
        [("sharpen it", {"sharpness"})] * 8
        + [("sharpen it", {"light"})] * 12
        + [("brighten it", {"light"})] * 180
    )
    bag = learn_words(examples, report=lambda done: None)
    assert bag is not None
    (chance,) = bag(["sharpen it"])
    assert 0.25 < chance[bag.labels.index("sharpness")] < 0.5
    assert bag.likely(["sharpen it", "brighten it"]) == [{"light", "sharpness"}, {"light"}]
