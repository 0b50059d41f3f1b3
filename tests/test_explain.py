from __future__ import annotations

from keepdial.explain import explain, summary
from keepdial.request import Reading
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


def test_a_sentence_is_told_with_the_words_that_led_to_each_step() -> None:
    read = Reading(
        sentence="fill it please, then darken it",
        words="fill it please",
        because=("fill",),
        unused=("please",),
        sure=0.85,
    )
    record = recorded(operation="variation", targets=(), keep=0.5, read=read)
    record = record.model_copy(
        update={
            "request": record.request.model_copy(
                update={
                    "then": (
                        record.request.model_copy(
                            update={"read": read.model_copy(update={"words": "darken it", "unused": ()})}
                        ),
                        record.request.model_copy(update={"read": None}),
                        record.request.model_copy(
                            update={"read": Reading(sentence="calm\x1b[2J", words="calm", by="tiny-7b")}
                        ),
                    )
                }
            )
        }
    )
    text = explain(record)
    assert text.startswith("How it was understood\n")
    words = flat(text)
    assert words.count('"fill it please, then darken it" was read by the grammar') == 1
    assert 'Step 1, variation comes from "fill it please", because of "fill"; how sure that was, ' in words
    assert '0.85; not used: "please".' in words
    assert 'Step 2, variation comes from "darken it"' in words
    assert "no word was left over" in words
    assert "Step 3," not in words
    assert "was read by the language model tiny-7b." in words
    assert "\x1b" not in text
