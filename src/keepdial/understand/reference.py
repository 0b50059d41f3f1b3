"""The page of the grammar: what people can say, written from the operations' declarations.

``python -m keepdial.understand.reference`` prints it; ``make docs`` writes it to docs/grammar.md.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable

from keepdial.operations import Operation, Quality, Saying, operations
from keepdial.understand.lexicon import AMOUNTS
from keepdial.understand.plan import SURE

HEAD = (
    "# What can be said\n"
    "\n"
    "Written from the declarations of the operations by `make docs`; [In words](words.md) tells "
    "how a sentence is read. In a phrase,\n"
    "`(a|b|)` are alternatives, the last of which may be nothing; `{thing}` stands for what is "
    "acted on, `{new}` for what is to be there\n"
    "afterwards, `{rest}` for the rest of the piece, `{colour}`, `{number}`, `{aspect}`, "
    "`{file}`, `{point}` and `{text}` for one of each, and\n"
    "`{name:a|b}` for one of the words listed, with others before it. Articles are left out, and "
    "verbs stand for all their forms. Phrases under\n"
    '"asked about" are understood and never done unasked.\n'
)


def page() -> str:
    """Return the page as Markdown."""
    parts = [HEAD, _amounts()]
    parts += [_section(unit) for _, unit in sorted(operations().items())]
    return "\n".join(parts)


def _amounts() -> str:
    by: dict[float, list[str]] = {}
    for words, factor in AMOUNTS.items():
        by.setdefault(factor, []).append(words)
    lines = ["## Amounts in words\n", "| times the usual amount | words |", "|---|---|"]
    lines += [f"| {factor:g} | {', '.join(sorted(words))} |" for factor, words in sorted(by.items())]
    return "\n".join((*lines, ""))


def _section(unit: Operation) -> str:
    lines = [f"## {unit.name}\n", unit.summary, ""]
    if unit.asks:
        lines += ["> " + " / ".join(unit.asks), ""]
    for quality in unit.qualities:
        lines += [_quality(quality), ""]
    sure = [s for s in unit.says if s.sure >= SURE]
    doubtful = [s for s in unit.says if s.sure < SURE]
    if sure:
        lines += [_phrases("Phrases", sure), ""]
    if doubtful:
        lines += [_phrases("Asked about", doubtful), ""]
    return "\n".join(lines)


def _quality(quality: Quality) -> str:
    said = [f"**{', '.join(quality.nouns)}**"]
    if quality.fault:
        said.append("a fault: removing or fixing it takes it away")
    for what, words in (
        ("much of it is", quality.more),
        ("little of it is", quality.less),
        ("made more by", quality.raises),
        ("made less by", quality.lowers),
    ):
        if words:
            said.append(f"{what} {', '.join(words)}")
    if quality.amount:
        said.append(
            f"the amount is `{quality.amount}`, usually {abs(float(quality.params[quality.amount])):g}"
        )
    return _wrapped(f"{'; '.join(said)}.")


def _phrases(title: str, sayings: Iterable[Saying]) -> str:
    words = [f"`{phrase}`" for saying in sayings for phrase in saying.words]
    return _wrapped(f"{title}: {', '.join(dict.fromkeys(words))}.")


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 140, break_long_words=False, break_on_hyphens=False)


if __name__ == "__main__":
    sys.stdout.write(page())
