"""A report of `keepdial.evaluate.instructions` as text for people, and as plain values."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from keepdial.evaluate import Judged, Report, Result, Score, Table
from keepdial.evaluate._scores import reliability

WIDTH = 110
Cell = str | float | int


def facts(report: Report, mistakes: int) -> dict[str, Any]:
    """Return everything as plain values, with the `mistakes` most confident mistakes of each set."""
    return {
        "scores": [_score(one) for one in report.scores],
        "tables": [asdict(table) for table in report.tables],
        "sets": {
            name: {
                "title": report.titles[name],
                "scores": [_score(one) for one in result.scores],
                "tables": [asdict(table) for table in result.tables],
                "reliability": asdict(reliability(result.judged)),
                "mistakes": [asdict(one) for one in mistaken(result, mistakes)],
                "sentences": [asdict(one) for one in result.judged]
                if not result.labelled
                else len(result.judged),
                "notes": list(result.notes),
            }
            for name, result in report.results.items()
        },
        "speed": {**report.speed, "slowest": report.slowest},
        "skipped": list(report.skipped),
        "broken": list(report.broken),
        "seconds": round(report.seconds, 2),
    }


def _score(score: Score) -> dict[str, Any]:
    return {**asdict(score), "reached": score.reached}


def mistaken(result: Result, count: int) -> list[Judged]:
    """Return the `count` surest mistakes; those where the label is at fault come last."""
    wrong = dict.fromkeys(one for one in result.judged if one.right is False)
    return sorted(wrong, key=lambda one: (one.excused, -one.sure, not one.ready, one.text))[:count]


def text(report: Report, *, mistakes: int, sentences: bool = False) -> str:
    """Return the report as text of at most 110 columns; `sentences` shows what has no labels, in lines."""
    lines = [*_summary(report)]
    for name, result in report.results.items():
        lines += ["", "", f"== {report.titles[name]} ({name}) ".ljust(WIDTH, "="), ""]
        lines += _scores(result.scores)
        for note in result.notes:
            lines += textwrap.wrap(note, WIDTH, initial_indent="  ", subsequent_indent="  ")
        for table in (*result.tables, reliability(result.judged)):
            lines += ["", *tabled(table)]
        if result.labelled:
            lines += _mistakes(result, mistakes)
        elif sentences:
            lines += ["", *(line for one in result.judged for line in _one(one))]
    return "\n".join(line.rstrip() for line in lines)


def _summary(report: Report) -> Iterator[str]:
    yield "SCORES BESIDE THEIR TARGETS"
    yield ""
    rows = [
        (report.titles[name], score)
        for name, r in report.results.items()
        for score in r.scores
        if score.target or score.headline
    ]
    rows += [("all data sets", score) for score in report.scores]
    for title, score in rows:
        yield _line(f"{title}: {score.name}", score)
    speed = report.speed
    if "median" in speed:
        yield (
            f"  Speed: median {speed['median']:.2f} ms, 99th percentile {speed['p99']:.2f} ms, slowest "
            f"{speed['worst']:.1f} ms, of {speed['sentences']:.0f} sentences"
        )
        yield f"  (the first sentence of all {speed['first']:.0f} ms); {report.seconds:.0f} s in all."
        yield from textwrap.wrap(
            f"Slowest: {report.slowest[:160]!r}", WIDTH, initial_indent="  ", subsequent_indent="  "
        )
    for table in report.tables:
        yield ""
        yield from tabled(table)
    if report.skipped:
        yield ""
        yield "Not measured:"
        yield from (f"  {line}" for line in report.skipped)
    if report.broken:
        yield ""
        yield f"DEFECTS: understanding broke down on {len(report.broken)} sentences:"
        yield from (f"  {line[: WIDTH - 2]}" for line in report.broken[:20])


def _scores(scores: Sequence[Score]) -> Iterator[str]:
    for score in scores:
        yield _line(score.name, score)
        if score.note:
            yield f"      {score.note}"


def _line(name: str, score: Score) -> str:
    sign = "<=" if score.below else ">="
    goal = (
        ""
        if score.target is None
        else f"{sign} {score.target:.2f} {'reached' if score.reached else 'MISSED'}"
    )
    return f"  {name[:66]:<66} {score.value:7.3f}  {goal:<17}{score.of:>7}"


def _mistakes(result: Result, count: int) -> Iterator[str]:
    shown = mistaken(result, count)
    if not shown:
        return
    yield ""
    yield f"The {len(shown)} most confident mistakes: how sure, the sentence, its label, what was understood"
    for one in shown:
        yield from _one(one)


def _one(one: Judged) -> Iterator[str]:
    excuse = " (label at fault)" if one.excused else ""
    mark = "!" if one.wrong else " "
    yield f"{mark} {one.sure:4.2f}  {_cut(one.text, WIDTH - 8)}"
    if one.label:
        yield f"        label {_cut(one.label + excuse, WIDTH - 14)}"
    yield f"        understood {_cut(one.understood, WIDTH - 19)}"


def _cut(words: str, width: int) -> str:
    plain = "".join(
        c if c.isprintable() else "·" for c in words.replace("\n", " ").encode("utf-8", "replace").decode()
    )
    return plain if len(plain) <= width else plain[: width - 3] + "..."


def tabled(table: Table) -> list[str]:
    """Return a table as lines; one with too many columns has numbers for heads, and their meaning below."""
    if not table.rows:
        return [table.title, "  (nothing)"]
    legend: list[str] = []
    heads = list(table.heads)
    first = min(48, max(len(_cell(row[0])) for row in (table.heads, *table.rows)))
    cells = [[_cell(value) for value in row] for row in table.rows]
    wide = [max(len(line[i]) for line in cells) for i in range(1, len(heads))]
    if first + sum(max(w, min(len(h), 22)) + 2 for w, h in zip(wide, heads[1:], strict=True)) > WIDTH and all(
        not isinstance(value, str) for row in table.rows for value in row[1:]
    ):
        keys = [str(i) for i in range(1, len(heads))]
        said = ", ".join(f"{key} {head}" for key, head in zip(keys, heads[1:], strict=True))
        legend = textwrap.wrap(f"columns: {said}", WIDTH, initial_indent="  ", subsequent_indent="  ")
        heads = [heads[0], *keys]
        first = min(18, first)
    widths = [first, *(max(w, len(h)) for w, h in zip(wide, heads[1:], strict=True))]
    texts = [any(isinstance(row[i], str) for row in table.rows) for i in range(len(heads))]
    gap = "  "
    # Long texts give way, always the longest; numbers never do.
    while 2 + sum(widths) + len(gap) * (len(widths) - 1) > WIDTH:
        width, longest = max(
            (w, i) for i, (w, is_text) in enumerate(zip(widths, texts, strict=True)) if is_text
        )
        if width <= 12:
            gap = " "
            break
        widths[longest] -= 1

    def line(values: Sequence[str]) -> str:
        made = [
            _cut(v, w).ljust(w) if is_text else v.rjust(w)
            for v, w, is_text in zip(values, widths, texts, strict=True)
        ]
        return "  " + gap.join(made)

    return [table.title, line(heads), *(line(row) for row in cells), *legend]


def _cell(value: Cell) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)
