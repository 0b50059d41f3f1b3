"""The whole measurement, on tiny data sets, and how it is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from keepdial.errors import Cancelled, InputError, ParameterError
from keepdial.evaluate import Table
from keepdial.evaluate._text import WIDTH, facts, tabled, text
from keepdial.evaluate.instructions import evaluate
from keepdial.progress import Cancel, Event
from keepdial.understand.plan import Plan
from tests.evaluate.made import Grammar, plan, step, target, write

PLANS = {
    "remove the cup": plan(step("remove", target("the cup", "cup"))),
    "add a dog": plan(step("add", needs="Nothing here paints.")),
    "raise his arm": plan(step("remove", target("his arm", "arm"))),
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    write(
        tmp_path / "imgedit_basic.tsv",
        "text\tedit_type\timage",
        "remove the cup\tremove\ta",
        "add a dog\tadd\tb",
        "raise his arm\taction\tc",
        "who knows\tremove\td",
    )
    write(
        tmp_path / "gier.tsv",
        "text\toperators\tsplit",
        "remove the cup\tcrop\ttrain",
        "remove the cup\tinpaint_obj\tval",
    )
    return tmp_path


def test_all_sets_that_are_there_are_measured_and_the_others_named(data: Path) -> None:
    report = evaluate(data, understand=Grammar(PLANS))
    assert list(report.results) == ["gier", "imgedit", "refuse"]
    assert any(line.startswith("i2ebench.tsv") for line in report.skipped)
    by_name = {one.name: one for one in report.scores}
    assert by_name["abstention where nothing here serves the label"].of == 2
    assert by_name["abstention where nothing here serves the label"].value == 0.5
    # Five labelled sentences; one plan does what its label does not say. Own sentences are counted apart.
    assert by_name["wrong confident plans, by the labels"].value == 1 / 5
    assert report.speed["sentences"] == 4 + len(report.results["refuse"].judged)
    assert report.speed["median"] <= report.speed["p99"] <= report.speed["worst"]


def test_a_sentence_is_understood_once(data: Path) -> None:
    grammar = Grammar(PLANS)
    evaluate(data, only=("gier", "imgedit"), understand=grammar)
    assert grammar.calls.count("remove the cup") == 1


def test_only_and_limit_measure_less(data: Path) -> None:
    report = evaluate(data, only=("imgedit",), limit=2, understand=Grammar(PLANS))
    assert list(report.results) == ["imgedit"]
    assert len(report.results["imgedit"].judged) == 2
    with pytest.raises(ParameterError, match="one of ggip2p-spatial"):
        evaluate(data, only=("imgedi",), understand=Grammar({}))


def test_without_data_only_own_sentences_are_measured() -> None:
    report = evaluate(None, understand=Grammar({}))
    assert list(report.results) == ["refuse"]
    assert len(report.skipped) == 7
    (score,) = report.results["refuse"].scores
    assert score.value == 1.0


def test_labels_can_be_learned_from_another_directory(data: Path, tmp_path: Path) -> None:
    aside = tmp_path / "aside"
    aside.mkdir()
    write(aside / "gier.tsv", "text\toperators\tsplit", "remove the cup\tcrop\ttest")
    write(
        data / "gier.tsv",
        "text\toperators\tsplit",
        *["remove the cup\tcrop\ttrain"] * 60,
        "remove the cup\tcrop\tval",
    )
    learned = evaluate(aside, learn=data, only=("gier",), understand=Grammar(PLANS)).results["gier"]
    assert {one.name: one.value for one in learned.scores}["micro-F1 of operators, as annotators tick"] == 1.0
    alone = evaluate(aside, only=("gier",), understand=Grammar(PLANS)).results["gier"]
    assert "micro-F1 of operators, as annotators tick" not in {one.name for one in alone.scores}


def test_a_sentence_that_breaks_the_grammar_is_shown_and_counts_as_nothing(data: Path) -> None:
    def fails(sentence: str) -> Plan:
        if sentence == "add a dog":
            raise ZeroDivisionError("oh")
        if sentence == "who knows":
            raise InputError("It is empty.")
        return PLANS.get(sentence, plan())

    report = evaluate(data, only=("imgedit",), understand=fails)
    assert report.broken == ("'add a dog': ZeroDivisionError: oh",)
    shown = text(report, mistakes=5)
    assert "DEFECTS" in shown
    assert "refused: It is empty." in shown


def test_it_can_be_stopped_and_tells_how_far_it_is(data: Path) -> None:
    seen: list[Event] = []
    evaluate(data, only=("imgedit",), understand=Grammar(PLANS), progress=seen.append)
    assert {event.stage for event in seen} == {"imgedit: understanding", "imgedit: comparing"}
    cancel = Cancel()

    def stop(sentence: str) -> Plan:
        cancel.set()
        return plan()

    with pytest.raises(Cancelled):
        evaluate(data, understand=stop, cancel=cancel)


def test_the_text_fits_and_shows_the_surest_mistakes_first(data: Path) -> None:
    report = evaluate(data, understand=Grammar(PLANS))
    shown = text(report, mistakes=1)
    assert max(len(line) for line in shown.splitlines()) <= WIDTH
    assert "raise his arm" in shown
    assert "label action" in shown
    assert "who knows" not in shown
    assert "who knows" in text(report, mistakes=9)
    assert "MISSED" in shown
    assert "How sure against how often right" in shown


def test_all_of_it_goes_to_json(data: Path) -> None:
    found = json.loads(json.dumps(facts(evaluate(data, understand=Grammar(PLANS)), 5)))
    assert found["sets"]["imgedit"]["mistakes"][0]["text"] == "raise his arm"
    assert {one["name"]: one["reached"] for one in found["sets"]["imgedit"]["scores"]}["edit type"] is False
    assert found["speed"]["slowest"]


def test_a_wide_table_has_numbers_for_heads_and_their_meaning_below() -> None:
    heads = ("label", *(f"a rather long class {i}" for i in range(12)))
    lines = tabled(Table("t", heads, (("a rather long class 0", *range(12)),)))
    assert max(len(line) for line in lines) <= WIDTH
    assert any("12 a rather long class 11" in " ".join(lines[i:]) for i in range(len(lines)))
    long = tabled(Table("t", ("sentence", "rows", "few"), (("x" * 300, 7, "y" * 300),)))
    assert max(len(line) for line in long) <= WIDTH
    assert " 7 " in long[-1]
