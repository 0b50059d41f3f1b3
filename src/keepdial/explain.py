"""Explain: what a record says, in plain words, for somebody who has never heard of keepdial."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from keepdial.record import Chosen, Done, EditRecord
    from keepdial.request import Reading
    from keepdial.verify import Finding

WIDTH = 96

DIAL = "The dial, called keep, says how much of the picture must survive: 1 is everything, 0 is nothing."
"""The one idea a reader has to be told."""

OUTSIDE = "Outside of this, pixels are copied from the original and not computed."

VERDICTS = {"pass": "ok", "warn": "look", "fail": "BROKEN"}


def explain(record: EditRecord) -> str:
    """Return the whole story of an edit: what, where, how much, by whom, why, and what was measured."""
    from keepdial.understand.telling import printable

    parts = [
        ("How it was understood", _understood(record)),
        ("What was done", _what(record)),
        ("Where", _where(record)),
        ("How much was to be kept", _dial(record)),
        ("What could not change", _pins(record)),
        ("By what, and why", _who(record)),
        ("What was decided along the way", [_sentence(note) for note in record.notes]),
        ("What was measured", _measured(record)),
        ("The file", _file(record)),
        ("Doing it again", _again(record)),
    ]
    blocks = [f"{title}\n{_paragraphs(lines)}" for title, lines in parts if lines]
    return printable("\n\n".join(blocks) + "\n")


def summary(record: EditRecord) -> str:
    """Return the few lines that are worth a glance right after an edit."""
    if record.region is None:
        return _paragraphs(_what(record), indent="") + "\n"
    lines = [f"{record.operation}: {_share(record)}; {_promise(record)}."]
    lines += _dial(record)[:1]
    concerns = [f for f in record.report.findings if f.verdict != "pass"]
    lines += [f"{VERDICTS[f.verdict]}: {f.signal}. {f.meaning} {f.advice}".rstrip() for f in concerns]
    if not concerns:
        lines.append(f"Nothing to note: {', '.join(f.signal for f in record.report.findings)} are fine.")
    return _paragraphs(lines, indent="") + "\n"


def _understood(record: EditRecord) -> list[str]:
    """Return the sentences and the steps that were read from each, with the words that led to them."""
    lines: list[str] = []
    before = ""
    requests = (record.request, *record.request.then)
    for number, request in enumerate(requests, 1):
        read = request.read
        if read is None:
            continue
        if read.sentence != before:
            lines.append(f'"{read.sentence}" was read by {_by(read.by)}.')
            before = read.sentence
        place = f"Step {number}, " if len(requests) > 1 else ""
        lines.append(f"{place}{request.operation}{_reading(read)}.")
    return lines


def _by(name: str) -> str:
    if name == "grammar":
        return "the grammar, which is on this machine and reads the same sentence the same way every time"
    return f"the language model {name}"


def _reading(read: Reading) -> str:
    said = f' comes from "{read.words}"' if read.words else " comes from the whole sentence"
    if read.because:
        said += ", because of " + " and ".join(f'"{words}"' for words in read.because)
    said += f"; how sure that was, from 0 to 1: {read.sure:.2f}"
    unused = ", ".join(f'"{words}"' for words in read.unused)
    return f"{said}; not used: {unused}" if unused else f"{said}; no word was left over"


def _what(record: EditRecord) -> list[str]:
    if nothing(record):
        return [f"Nothing: {record.operation} was asked for, and the picture came back as it was."]
    lines = []
    if record.steps:
        count = len(record.steps)
        lines.append(
            f"{count} steps, rendered from the original in one go; between them nothing was rounded."
        )
    for i, step in enumerate(_steps(record)):
        place = f"Step {i + 1}" if record.steps else "The operation"
        for j, done in enumerate((step, *step.also)):
            begins = f"{place} was" if j == 0 else "In the same walk over the pixels:"
            lines += [f"{begins} {done.operation}.{_summary(done.operation)}", *_options(done.params)]
    was, now = record.source, record.result
    if (was.width, was.height) != (now.width, now.height):
        grew = "grew" if now.width * now.height > was.width * was.height else "went"
        lines.append(f"The picture {grew} from {was.width}x{was.height} to {now.width}x{now.height} pixels.")
    return lines


def _steps(record: EditRecord) -> Sequence[EditRecord | Done]:
    return record.steps or (record,)


def nothing(record: EditRecord) -> bool:
    """Whether the picture came back as it was."""
    was, now = record.source, record.result
    return record.region is None and (was.width, was.height) == (now.width, now.height)


def _summary(operation: str) -> str:
    from keepdial.operations import operations

    known = operations().get(operation)
    return f" {known.summary}" if known else ""


def _options(params: Mapping[str, object]) -> list[str]:
    options = {name: value for name, value in params.items() if value not in (None, "", [], ())}
    said = ", ".join(f"{name} = {_shown(value)}" for name, value in options.items())
    return [f"With these options: {said}."] if options else []


def _where(record: EditRecord) -> list[str]:
    if record.region is None:
        return []
    r = record.region
    return [
        f"{_share(record)}, inside a box of {r.width}x{r.height} pixels that begins {r.x} pixels from the "
        f"left and {r.y} from the top.",
        *([OUTSIDE] if r.share < 1 else []),
    ]


def _share(record: EditRecord) -> str:
    assert record.region is not None
    share = 100 * record.region.share
    percent = f"{share:.1f} %" if share >= 0.1 else "less than 0.1 %"
    return f"{record.region.pixels:,} pixels, {percent} of the picture"


def _promise(record: EditRecord) -> str:
    for finding in record.report.findings:
        if finding.signal == "preserved" and finding.verdict == "pass":
            return "every other pixel is as it was"
    return "no other pixel was to change"


def _dial(record: EditRecord) -> list[str]:
    if record.region is None:
        return []
    lines = []
    for i, step in enumerate(_steps(record)):
        if step.region is not None:
            lines += [(f"Step {i + 1}: " if record.steps else "") + line for line in _dial_of(step)]
    kept = next((f.value for f in record.report.findings if f.signal == "kept"), None)
    lines.insert(1, DIAL)
    if kept is not None:
        lines.append(
            "It is measured by comparing how before and after look in the box around the edit, so untouched "
            "corners of that box count as kept."
        )
    return lines


def _dial_of(step: EditRecord | Done) -> list[str]:
    kept = next((f.value for f in step.report.findings if f.signal == "kept"), None)
    name = ", ".join((step.operation, *(more.operation for more in step.also)))
    who = "you asked for" if step.keep_asked else f"the default of {name} is"
    asked = "a map with a value for each pixel" if step.keep is None else f"{step.keep:g}"
    if kept is None:
        lines = [f"keep: {who} {asked}, but nothing was there yet that could be kept."]
    else:
        lines = [f"keep: {who} {asked}; {kept:.2f} was measured."]
    runs = [a for a in step.attempts if not a.given_back]
    if len(runs) > 1:
        tries = ", ".join(f"{a.kept:.2f}" for a in runs)
        lines.append(f"It took {len(runs)} attempts to come near; they kept {tries}.")
    if len(step.attempts) > len(runs):
        lines.append(
            f"What had changed least was given back to the picture: {runs[-1].kept:.2f} was kept before that."
        )
    return lines


def _pins(record: EditRecord) -> list[str]:
    return [
        f"{pin.pixels:,} pixels ({pin.what}), pinned by {pin.asked_by}. To let them change: {pin.release}"
        for pin in record.pins
    ]


def _who(record: EditRecord) -> list[str]:
    if not record.routes:
        return ["No backend was asked, since nothing had to be generated."]
    about = "A backend proposes pixels; keepdial decides which of them reach the picture."
    lines = [line for chosen in record.routes for line in _backend(chosen)]
    return [*dict.fromkeys(lines), about]


def _backend(chosen: Chosen) -> list[str]:
    lines = [f"The backend {chosen.backend}, version {chosen.version}. Why: {chosen.why}"]
    if chosen.knob is not None:
        lines.append(
            f"Its own knob stood at {chosen.knob:.2f} (0 = free, 1 = hold everything), from its calibration."
        )
    if not chosen.turned_down:
        lines.append("There was no other to choose from.")
    return lines + [f"Not {name}: it {reason.rstrip('.')}." for name, reason in chosen.turned_down]


def _measured(record: EditRecord) -> list[str]:
    """Return the findings, those that need a look first, and the promise before the rest."""
    from keepdial.verify.preserved import DELIVERED, SIGNAL

    verdicts, promise = ["fail", "warn", "pass"], [SIGNAL.name, DELIVERED]
    findings = sorted(
        record.report.findings,
        key=lambda f: (
            verdicts.index(f.verdict),
            promise.index(f.signal) if f.signal in promise else len(promise),
        ),
    )
    return [_finding(finding) for finding in findings]


def _finding(finding: Finding) -> str:
    next_step = f" What to do: {finding.advice}" if finding.advice else ""
    return f"[{VERDICTS[finding.verdict]}] {_asks(finding.signal)} {finding.meaning}{next_step}"


def _asks(signal: str) -> str:
    """Return the question that the signal declares; a signal that is not installed here has only its name."""
    from keepdial.verify import signals
    from keepdial.verify.preserved import DELIVERED, QUESTION

    if signal == DELIVERED:
        return QUESTION
    known = signals().get(signal)
    return f"{signal}:" if known is None else known.question


def _file(record: EditRecord) -> list[str]:
    if record.delivered is None:
        return []
    file = record.delivered
    exact = file.digest == record.result.digest
    how = "holds every pixel of the result exactly" if exact else "is compressed with loss"
    return [f"{file.name}, {file.format.upper()}, {how}.", *(_sentence(note) for note in file.notes)]


def _again(record: EditRecord) -> list[str]:
    source = record.source
    kind = f"{source.format.upper()}, " if source.format not in ("", "none") else ""
    made = "an empty canvas" if source.format == "none" else "a picture"
    env = record.environment
    return [
        f"keepdial {record.keepdial}, seed {record.request.seed}, on {made} of "
        f"{source.width}x{source.height} pixels ({kind}{source.depth} bits per sample). The same "
        "request, seed and versions give the same pixels; `keepdial replay` does it and compares.",
        f"It was made with Python {env.python}, NumPy {env.packages.get('numpy', '?')}, on {env.system} "
        f"({env.machine}, {env.cpu}).",
    ]


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _sentence(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def _paragraphs(lines: list[str], *, indent: str = "  ") -> str:
    return "\n".join(
        textwrap.fill(line, WIDTH, initial_indent=indent, subsequent_indent=indent + "  ") for line in lines
    )
