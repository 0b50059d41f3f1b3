"""The page of all operations, written from their declarations: ``python -m keepdial.cli.reference``.

A test holds ``docs/operations.md`` against it, so the page cannot be out of date.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from keepdial.cli.options import flag_of, is_texts, limits_of, metavar_of
from keepdial.operations import operations

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from keepdial.operations import Operation

HEAD = """# All operations

This page is written from the declarations (`make docs`). Each operation is a command, `keepdial NAME IMAGE`,
with the options below and those that [every command](cli.md) has; in Python it is
`Request(operation="NAME", params={...})`; and it can be asked for in a sentence, `keepdial edit IMAGE "..."`,
in the words listed here and others like them. [In words](words.md) says how sentences are read.
"""

TARGET = {
    "required": "It needs to know where.",
    "optional": "Without a region it acts on {default}.",
    "none": "It acts on the picture as a whole.",
}
DEFAULTS = {"all": "the whole picture", "subject": "the main subject"}


def page() -> str:
    """Return the page as Markdown."""
    groups: dict[str, list[Operation]] = {}
    for unit in operations().values():
        groups.setdefault(unit.group, []).append(unit)
    parts = [HEAD]
    for group in sorted(groups, key=lambda g: (g != "Edit a picture", g)):
        parts.append(f"## {group}\n")
        parts += [_section(unit) for unit in sorted(groups[group], key=lambda u: u.name)]
    return "\n".join(parts)


def _section(unit: Operation) -> str:
    default = DEFAULTS.get(unit.default_target, f"what the finder `{unit.default_target}` finds")
    where = TARGET[unit.target].format(default=default)
    dial = "The dial scales the change" if unit.scales or unit.scaled else "The dial is held"
    lines = [f"### {unit.name}\n", unit.summary, f"{where} {dial}; its default is {unit.default_keep:g}.\n"]
    if unit.params.model_fields:
        lines += ["| option | default | |", "|---|---|---|"]
        lines += [_row(name, field) for name, field in unit.params.model_fields.items()]
        lines.append("")
    if unit.asks:
        asks = ", ".join(f'"{ask}"' for ask in unit.asks)
        lines.append(f"In words: {asks} ([all that can be said](grammar.md#{unit.name})).\n")
    return "\n".join(lines)


def _row(name: str, field: FieldInfo) -> str:
    default = field.get_default(call_default_factory=True)
    shown = "" if default is None or field.is_required() else f"`{default}`"
    if isinstance(default, tuple):
        shown = ""
    flag, kind = flag_of(name), metavar_of(field)
    option = f"`{flag}`, `--no-{flag[2:]}`" if field.annotation is bool else f"`{flag} {kind}`"
    words = f"{field.description or ''}{limits_of(field)}"
    if is_texts(field):
        words += " May be given several times."
    return f"| {option.replace('|', '&#124;')} | {shown} | {words.replace('|', '&#124;')} |"


if __name__ == "__main__":
    sys.stdout.write(page())
