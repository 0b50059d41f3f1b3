"""What is said after an edit: the same facts as JSON for programs and as a few lines for people."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from keepdial import __version__

if TYPE_CHECKING:
    from pathlib import Path

    from keepdial.errors import KeepdialError
    from keepdial.record import EditRecord, Picture
    from keepdial.request import Reading

MARK = {"pass": "ok", "warn": "look", "fail": "BROKEN"}
WIDTH = 100


def facts(record: EditRecord, *, output: Path | None, beside: Path | None, size: int) -> dict[str, Any]:
    """Return what there is to say of one result, as plain JSON values; `docs/cli.md` describes them.

    Args:
        record: the edit's record.
        output: the picture's file; None for stdout.
        beside: the record's file; None if there is none.
        size: bytes of the picture's file.
    """
    region, route = record.region, record.routes[0] if record.routes else None
    file = record.delivered
    return {
        "output": None if output is None else str(output),
        "record": None if beside is None else str(beside),
        "format": file.format if file else "",
        "bytes": size,
        "operation": record.operation,
        "words": [read.words if read else "" for read in _readings(record)],
        "steps": _steps(record),
        "seed": record.request.seed,
        "backend": route.backend if route else None,
        "why": _why(record),
        "source": _sides(record.source),
        "size": _sides(record.result),
        "edited": None
        if region is None
        else {
            "box": [region.x, region.y, region.width, region.height],
            "pixels": region.pixels,
            "share": round(region.share, 6),
        },
        "keep": record.keep,
        "keep_asked": record.keep_asked,
        "kept": next((f.value for f in record.report.findings if f.signal == "kept"), None),
        "pins": [pin.model_dump(mode="json") for pin in record.pins],
        "verdict": record.report.verdict,
        "findings": [finding.model_dump(mode="json") for finding in record.report.findings],
        "notes": [_sentence(note) for note in (*record.notes, *(file.notes if file else ()))],
        "seconds": record.seconds,
    }


def _why(record: EditRecord) -> str:
    """Return why the backend was chosen; of a chain, who did what (`explain` has the reasons)."""
    if not record.steps:
        return record.routes[0].why if record.routes else ""
    did = (f"{step.routes[0].backend} did {step.operation}" for step in record.steps if step.routes)
    return f"{'; '.join(did)}."


def _readings(record: EditRecord) -> list[Reading | None]:
    return [part.read for part in (record.request, *record.request.then)]


def _steps(record: EditRecord) -> list[dict[str, Any]]:
    """Return what was done in each step, with what was done in the same walk over the pixels.

    Each operation comes with how it was read from a sentence; null where it was asked for by its name.
    """
    reads = iter(_readings(record))

    def one(operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        read = next(reads, None)
        return {
            "operation": operation,
            "params": params,
            "read": None if read is None else read.model_dump(mode="json"),
        }

    return [
        {
            **one(step.operation, step.params),
            "also": [one(more.operation, more.params) for more in step.also],
            "keep": step.keep,
        }
        for step in record.steps or (record,)
    ]


def failure(error: KeepdialError) -> dict[str, Any]:
    """Return what went wrong as plain JSON values; of what was not clear, the questions and the plan too."""
    from keepdial.errors import Unclear

    facts: dict[str, Any] = {
        "code": error.code,
        "message": error.message,
        "hint": error.hint,
        "exit_code": error.exit_code,
    }
    if isinstance(error, Unclear):
        plan = error.plan.model_dump(mode="json")
        facts |= {"questions": plan["questions"], "plan": plan}
    return facts


def line(message: str, hint: str = "") -> str:
    """Return an error as one line that is safe for a terminal."""
    return shown(f"{message} {hint}")


def shown(text: str) -> str:
    """Return a text on one line, without characters that cannot be printed: a file's name may hold any."""
    from keepdial.understand.telling import clean

    return clean(text)


def as_json(results: Sequence[Mapping[str, Any]], failures: Sequence[Mapping[str, Any]] | None = None) -> str:
    """Return one JSON document with all results; with all failures too, where there could be several."""
    document: dict[str, Any] = {"keepdial": __version__, "results": list(results)}
    if failures is not None:
        document["errors"] = list(failures)
    return json.dumps(document, indent=2) + "\n"


def as_text(results: Sequence[Mapping[str, Any]]) -> str:
    """Return the report for people, at most `WIDTH` columns wide."""
    from keepdial.understand.telling import printable

    return printable("\n".join(_one(result) for result in results))


def _one(fact: Mapping[str, Any]) -> str:
    lines = [_headline(fact)]
    for label, words in _rows(fact):
        lines += textwrap.wrap(
            words, WIDTH, initial_indent=f"  {label:<8}", subsequent_indent=" " * 10, break_long_words=False
        )
    return "\n".join(lines) + "\n"


def _headline(fact: Mapping[str, Any]) -> str:
    where, seconds = fact["output"] or "stdout", sum(fact["seconds"].values())
    if fact["edited"] is None and fact["source"] == fact["size"]:
        return f"Nothing was changed: {where}"
    from keepdial.operations import operations

    names = [s["operation"] for step in fact["steps"] for s in (step, *step["also"])]
    known = operations().get(names[0]) if len(names) == 1 else None
    done = known.done if known and known.done else f"Done ({', '.join(names)})"
    return f"{done}: {where} ({fact['bytes'] / 1000:,.0f} kB, {seconds:.1f} s)"


def _rows(fact: Mapping[str, Any]) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    done = [s for step in fact["steps"] for s in (step, *step["also"])]
    if any(one["read"] for one in done):
        rows += [("did", _call(one) + _read(one["read"])) for one in done]
    if fact["source"] != fact["size"]:
        was, now = (f"{w}x{h}" for w, h in (fact["source"], fact["size"]))
        rows.append(("size", f"{was} became {now} pixels"))
    if fact["edited"] is not None:
        x, y, width, height = fact["edited"]["box"]
        pixels, share = fact["edited"]["pixels"], _percent(fact["edited"]["share"])
        rows += [
            ("where", f"{pixels:,} pixels, {share} of the picture, in the box {x},{y},{width},{height}"),
            ("keep", _kept(fact)),
            ("by", fact["why"]),
        ]
    rows += [("pinned", f"{p['what']}: {p['pixels']:,} pixels, for {p['asked_by']}") for p in fact["pins"]]
    rows += [("note", note) for note in fact["notes"]]
    told = {"preserved": 0, "delivered": 1}
    fine = [f for f in fact["findings"] if f["verdict"] == "pass"]
    first = sorted((f for f in fine if f["signal"] in told), key=lambda f: told[f["signal"]])
    rows += [(MARK["pass"], f["meaning"]) for f in first]
    rest = ", ".join(f["signal"] for f in fine if f["signal"] not in told)
    rows += [(MARK["pass"], f"Also fine: {rest}.")] if rest else []
    rows += [
        (MARK[f["verdict"]], f"{f['signal']}: {f['meaning']} {f['advice']}".strip())
        for f in fact["findings"]
        if f["verdict"] != "pass"
    ]
    if fact["record"]:
        rows.append(("record", f"{fact['record']} (keepdial explain, keepdial replay)"))
    return rows


def _call(step: Mapping[str, Any]) -> str:
    """Return an operation with those of its options that have a value: "exposure (stops 0.5)"."""
    given = {k: v for k, v in step["params"].items() if v not in (None, "", [], False)}
    said = ", ".join(
        f"{k.replace('_', ' ')} {v:g}" if isinstance(v, float) else f"{k} {v}" for k, v in given.items()
    )
    return f"{step['operation']} ({said})" if said else str(step["operation"])


def _read(read: Mapping[str, Any] | None) -> str:
    """Return from which words an operation was read, and what could be doubted about it."""
    if read is None:
        return ""
    said = f', read from "{read["words"]}"'
    if read["unused"]:
        said += "; not used: " + ", ".join(f'"{words}"' for words in read["unused"])
    if read["sure"] < 1:
        said += f"; sure {read['sure']:.2f}"
    return said if read["by"] == "grammar" else f"{said}; by {read['by']}"


def _kept(fact: Mapping[str, Any]) -> str:
    who = "was asked for" if fact["keep_asked"] else "is the default"
    asked = f"a map {who}" if fact["keep"] is None else f"{fact['keep']:g} {who}"
    if fact["kept"] is None:
        return f"{asked}; there was nothing under the edit that could be kept"
    return f"{asked}, {fact['kept']:.2f} was kept of the edited part"


def _percent(share: float) -> str:
    return f"{100 * share:.2g} %" if share < 0.1 else f"{100 * share:.0f} %"


def _sides(picture: Picture) -> list[int]:
    return [picture.width, picture.height]


def _sentence(note: str) -> str:
    return note[:1].upper() + note[1:] + ("" if note.endswith(".") else ".")
