from __future__ import annotations

from keepdial.explain import explain, summary
from keepdial.verify import Finding

from .test_record import BOX, recorded


def flat(text: str) -> str:
    """The text without line breaks, so that a test does not depend on where lines are wrapped."""
    return " ".join(text.split())


def test_it_tells_the_whole_story() -> None:
    text = explain(recorded(operation="variation", keep=0.5, seed=4, pins=(BOX.model_copy(),), targets=()))
    headings = [line for line in text.splitlines() if line and not line.startswith(" ")]
    assert headings == [
        "What was done",
        "Where",
        "How much was to be kept",
        "What could not change",
        "By what, and why",
        "What was decided along the way",
        "What was measured",
        "The file",
        "Doing it again",
    ]
    words = flat(text)
    assert "The operation was variation." in words
    assert "2,752 pixels, 89.6 % of the picture" in words
    assert "keep: you asked for 0.5" in words
    assert "320 pixels (box), pinned by you. To let them change: Leave out pin 1 (box)." in words
    assert "The backend echo, version 1." in words
    assert "Did anything change that should not?" in words
    assert "All 320 pixels outside the edited area are exactly as they were." in words
    assert "out.png, PNG, holds every pixel of the result exactly." in words
    assert "seed 4" in words
    assert all(len(line) <= 96 for line in text.splitlines())


def test_nothing_done_is_said_so() -> None:
    text = flat(explain(recorded(keep=1.0)))
    assert "Nothing: fill was asked for, and the picture came back as it was." in text
    assert "No backend was asked" in text
    assert summary(recorded(keep=1.0)).startswith("Nothing:")


def test_an_extended_picture_says_by_how_much() -> None:
    text = flat(explain(recorded(operation="extend", targets=(), params={"left": 5, "top": 3})))
    assert "grew from 64x48 to 69x51 pixels" in text
    assert "nothing was there yet that could be kept" in text


def test_what_needs_a_look_comes_first_with_its_next_step() -> None:
    record = recorded()
    bad = Finding(signal="mystery", value=1, limit=0, verdict="fail", meaning="It broke.", advice="Mend it.")
    record = record.model_copy(update={"report": record.report.with_finding(bad)})
    measured = flat(explain(record)).partition("What was measured ")[2]
    assert measured.startswith("[BROKEN] mystery: It broke. What to do: Mend it.")
    assert "BROKEN: mystery. It broke. Mend it." in flat(summary(record))


def test_the_summary_of_a_clean_edit_is_short() -> None:
    record = recorded()
    clean = tuple(f for f in record.report.findings if f.verdict == "pass")
    record = record.model_copy(update={"report": record.report.model_copy(update={"findings": clean})})
    text = summary(record)
    assert "fill: 320 pixels, 10.4 % of the picture; every other pixel is as it was." in flat(text)
    assert "Nothing to note:" in text
    assert len(text.splitlines()) <= 5
