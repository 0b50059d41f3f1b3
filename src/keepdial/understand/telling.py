"""A plan in words for a person: what each step does, from what its operation declares.

A step is told with the operation's own way of saying it: "darken the sky (brightness -15)". What those words
do not hold stands in parentheses, as the operation's name and options.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from keepdial.understand._wording import ADJECTIVES, AFTER_A_VERB, BARE, BETWEEN, DEFINITE, PLACES, VERBS
from keepdial.understand.plan import SURE

if TYPE_CHECKING:
    from keepdial.operations import Operation, Quality, Saying
    from keepdial.understand.plan import Plan, Question, Step, Target

WIDTH = 96
SLOT = re.compile(r"\{(\w+)\}")
CHOICE = re.compile(r"\(([^()|]*)\|[^()]*\)|\{\w+:([^|}]*)[^}]*\}")
"""Alternatives in a declared phrase, "(add|insert)" and "{way:left|right}": the first is told."""

PICTURE = "the picture"
SELECTED = "what is selected"
FACES = "Faces"
"""The group of operations on parts of faces, which are of somebody and not in a place."""

LONGEST = 160
"""Characters of a phrase or a value that are shown; the rest is cut, with three dots."""

TWICE = re.compile(rf"\b(?:to|in|of|for|on|behind) (?=(?:{'|'.join(sorted(PLACES))})\b)")
"""A preposition before the place's own: "to around the field"."""


def told(step: Step) -> str:
    """Return one short line for a person: ``darken the sky (brightness -15)``, ``remove the date stamp``."""
    from keepdial.operations import operations

    unit = operations().get(step.operation)
    if unit is None:
        return clean(f"{step.operation} {_details(step.params)}".strip())
    where = _where(step.target) or (SELECTED if unit.target == "required" else "")
    phrase, known = _phrase(unit, step, where)
    left = {name: value for name, value in step.params.items() if name not in known}
    if unit.name.replace("-", " ") in phrase.lower():
        details = _details(left)
    elif list(left) == ["amount"]:
        details = f"{unit.name} {_value(left['amount'])}"
    else:
        details = f"{unit.name} {_details(left)}".strip()
    if details:
        phrase += f" ({details})"
    if step.keep is not None:
        phrase += f", keep {step.keep:g}"
    return clean(phrase)


def _phrase(unit: Operation, step: Step, where: str) -> tuple[str, set[str]]:
    """Return the step in the operation's own words, and the options whose values are said by them."""
    fits = [*_from_qualities(unit, step, where), *_from_sayings(unit, step, where)]
    name = unit.name.replace("-", " ")
    if _painted(unit, step):
        # Phrases that do not hold what is to be painted could be about something else.
        fits = [fit for fit in fits if "prompt" in fit[2]]
        if not fits:
            wish = str(step.params.get("prompt") or step.words)
            place = f" {where}" if where and where.lower() not in wish.lower() else ""
            return f"{name}{place}: {_short(wish)}", {"prompt"}
    if fits:
        # The more options it says, the better; of equals the one that was declared first.
        _, phrase, known = max(enumerate(fits), key=lambda f: (f[1][0], -f[0]))[1]
        return TWICE.sub("", phrase), known
    return (f"{name} {where}" if where else name), set()


def _painted(unit: Operation, step: Step) -> bool:
    """Whether the step is about something that is said in free words."""
    return unit.params.told or bool(step.params.get("prompt"))


Fit = tuple[tuple[int, int, int], str, set[str]]
"""How well a phrase fits (options that it accounts for, how well it reads, whether its slots are filled), the
phrase, and the options whose values it says in words."""


def _from_qualities(unit: Operation, step: Step, where: str) -> Iterator[Fit]:
    for quality in unit.qualities:
        for more, params in ((True, quality.params), (False, quality.fewer)):
            asked = params or {**quality.params, quality.amount: -_number(quality.params.get(quality.amount))}
            said = _said_by(asked, step.params, quality.amount)
            if said is not None and quality.sides in ("both", "more" if more else "less"):
                reads, phrase = _quality(quality, more, where)
                yield (len(said), reads, 1), phrase, said - {quality.amount}


def _quality(quality: Quality, more: bool, where: str) -> tuple[int, str]:
    """Return how well the words for more or less of a quality read, and the words."""
    verbs = quality.raises if more else quality.lowers
    if verbs:
        return 3, f"{verbs[0]} {where or PICTURE}"
    adjectives = quality.more if more else quality.less
    if adjectives and (quality.fault or not quality.nouns):
        return 1, f"make {where or PICTURE} {comparative(adjectives[0])}"
    noun = (quality.nouns or quality.more or quality.less)[0]
    if quality.fault:
        return 0, f"add {noun} to {where or PICTURE}" if more else f"reduce the {noun}{_of(where)}"
    if quality.sides == "more":
        return 2, f"add {noun} to {where}" if where else f"add {noun}"
    return 2, f"{'raise' if more else 'lower'} the {noun}{_of(where)}"


def _of(where: str) -> str:
    return f" of {where}" if where else ""


def comparative(adjective: str) -> str:
    """Return the adjective for more of it: ``dark`` -> ``darker``, ``colourful`` -> ``more colourful``."""
    groups = len(re.findall(r"[aeiouy]+", adjective.rstrip("e") or adjective))
    if " " in adjective or "-" in adjective or groups > 2 or (groups == 2 and not adjective.endswith("y")):
        return f"more {adjective}"
    if adjective.endswith("y") and adjective[-2:-1] not in "aeiou":
        return f"{adjective[:-1]}ier"
    if adjective.endswith("e"):
        return f"{adjective}r"
    if re.search(r"[^aeiou][aeiou][bdgmnpt]$", adjective):
        return f"{adjective}{adjective[-1]}er"
    return f"{adjective}er"


def _from_sayings(unit: Operation, step: Step, where: str) -> Iterator[Fit]:
    for saying in unit.says:
        said = _said_by(saying.params, step.params, saying.amount)
        if said is None:
            continue
        phrases = (_first_of(words) for words in saying.words)
        best = max(
            (" ".join(words.split()) for words in phrases if words.strip()),
            key=lambda words: _rank(words, where),
            default=None,
        )
        if best is None:
            continue
        phrase, whole = _filled(unit, best, saying, step, where)
        if phrase:
            yield (
                (len(said), 2 * _begins_with_a_verb(phrase), int(whole)),
                phrase,
                said - ({saying.amount} if saying.amount else set()),
            )


def _first_of(words: str) -> str:
    """Return a declared phrase with the first of its alternatives, those within others too."""
    while (plain := CHOICE.sub(lambda m: m.group(1) or m.group(2) or "", words)) != words:
        words = plain
    return words


def _rank(words: str, where: str) -> tuple[bool, bool]:
    """Of the phrases of a saying: first one that begins with a verb, then one that says where."""
    return _begins_with_a_verb(words), ("{thing}" in words) == bool(where)


def _begins_with_a_verb(words: str) -> bool:
    first, *rest = words.split()
    return first in VERBS and (first not in ADJECTIVES or not rest or rest[0] in AFTER_A_VERB)


def _filled(unit: Operation, words: str, saying: Saying, step: Step, where: str) -> tuple[str, bool]:
    """Return a phrase with its slots filled from the step, and whether all were; "" = it is no use."""
    values = {slot: step.params.get(name) for name, slot in _slots(saying.params).items()}
    if where:
        values["thing"] = where
    missing = [slot for slot in SLOT.findall(words) if values.get(slot) in (None, "")]
    if missing and missing != ["thing"]:
        return "", False
    values |= dict.fromkeys(missing, PICTURE)
    first, _, rest = words.partition(" ")
    if first in VERBS and rest.split(" ")[0] in DEFINITE:
        words = f"{first} the {rest}"
    phrase = SLOT.sub(lambda m: _value(values[m.group(1)]), words)
    if "{thing}" in words:
        return phrase, not missing
    if SLOT.fullmatch(words):
        return f"make {where or PICTURE} {phrase}", not missing
    return _with_its_thing(unit, phrase, where), not missing


def _with_its_thing(unit: Operation, phrase: str, where: str) -> str:
    """Return a phrase with what it acts on, where it belongs: "add grain in the sky"."""
    first, *rest = phrase.split()
    if _begins_with_a_verb(phrase):
        if not rest or (rest[-1] in AFTER_A_VERB and first not in BETWEEN):
            usual = f"the {unit.default_target}" if unit.subject else PICTURE
            return f"{phrase} {where or usual}" if unit.target != "none" else phrase
        if first in BETWEEN and rest[0] != "the" and "into" not in rest and (where or first == "turn"):
            return f"{first} {where or PICTURE} {' '.join(rest)}"
        joint = (
            "behind" if unit.subject else "to" if first == "add" else "of" if unit.group == FACES else "in"
        )
        return f"{phrase} {joint} {where}" if where else phrase
    if not rest or first in ("more", "less"):
        return f"make {where or PICTURE} {phrase}"
    return f"{phrase} for {where}" if where else phrase


def _slots(params: Mapping[str, Any]) -> dict[str, str]:
    """Return which slot fills an option, for those that a slot fills alone."""
    found = {}
    for name, value in params.items():
        whole = SLOT.fullmatch(value) if isinstance(value, str) else None
        if whole:
            found[name] = whole.group(1)
    return found


def _said_by(declared: Mapping[str, Any], given: Mapping[str, Any], amount: str) -> set[str] | None:
    """Return the options that a phrase stands for, where it stands for what was given; else None.

    The amount has to have the same direction; what a slot fills may be anything.
    """
    for name, value in declared.items():
        if name not in given:
            return None
        if name == amount:
            if (_number(value) < 0) != (_number(given[name]) < 0):
                return None
        elif not (isinstance(value, str) and SLOT.search(value)) and not _same(value, given[name]):
            return None
    return set(declared)


def _same(declared: Any, given: Any) -> bool:
    if isinstance(declared, list | tuple) and isinstance(given, list | tuple):
        return len(declared) == len(given)
    return bool(declared == given)


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _where(target: Target | None) -> str:
    if target is None:
        return ""
    words = target.words.strip()
    if target.pronoun or not words:
        return words
    first = words.split()[0].lower()
    bare = first in BARE or first[:1].isdigit() or first[:1] in "\"'“" or target.count is not None
    return _short(words if bare else f"the {words}")


def _details(params: Mapping[str, Any]) -> str:
    """Return options with their values, in short: ``stops 0.5, tint -3``."""
    given = {name: value for name, value in params.items() if value not in (None, "", [], (), False)}
    return ", ".join(
        name.replace("_", " ") if value is True else f"{name.replace('_', ' ')} {_value(value)}"
        for name, value in given.items()
    )


def _value(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list | tuple):
        return _short(", ".join(_value(one) for one in value))
    return _short(str(value))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


def clean(text: str) -> str:
    """Return a text on one line and safe for a terminal, as `printable` does."""
    return printable(" ".join(text.split()))


def printable(text: str) -> str:
    """Return a text with control characters and half characters written out, apart from line breaks.

    Sentences, file names and the words of a model may hold any: a terminal would obey them.
    """
    return "".join(c if c.isprintable() or c == "\n" else f"\\x{ord(c):02x}" for c in text)


def told_plan(plan: Plan) -> str:
    """Return a plan for a person, a few lines: its steps with their words, what is asked, what is missing."""
    lines = [f'"{_short(clean(plan.sentence))}"'] if plan.sentence else []
    for number, step in enumerate(plan.steps, 1):
        lines += _wrapped(f"{number}. ", told(step))
        lines += _wrapped("   ", _reading(step))
        lines += _wrapped("   missing here: ", step.needs) if step.needs else []
    kept = [_where(one) + (f" (except {one.without})" if one.without else "") for one in plan.protected]
    if kept:
        lines += _wrapped("kept: ", ", ".join(kept))
    if plan.unused:
        lines += _wrapped("not used: ", ", ".join(f'"{words}"' for words in plan.unused))
    for question in plan.questions:
        lines += asked_lines(question)
    return "\n".join([*lines, *_wrapped("", _verdict(plan))]) + "\n"


def asked_lines(question: Question) -> list[str]:
    """Return a question and its numbered answers as lines."""
    lines = _wrapped("? ", question.asks)
    for number, choice in enumerate(question.choices, 1):
        lines += _wrapped(f"{number}) ", choice.says, begin="    ")
    return lines


def _reading(step: Step) -> str:
    parts = [f'from "{_short(step.words)}"'] if step.words else []
    if step.because:
        parts.append("because of " + ", ".join(f'"{words}"' for words in step.because))
    if step.amount is not None and step.amount.words:
        name = step.amount.option.replace("_", " ")
        parts.append(f'"{step.amount.words}" is {name} {step.amount.value:g}')
    if step.unused:
        parts.append("not used: " + ", ".join(f'"{words}"' for words in step.unused))
    return "; ".join([*parts, f"sure {step.sure:.2f}"])


def _verdict(plan: Plan) -> str:
    """Return in a sentence what stands in the way, if anything does, and who understood it."""
    if plan.questions:
        count = len(plan.questions)
        said = "One thing has" if count == 1 else f"{count} things have"
        said += " to be answered first."
    elif plan.needs:
        said = "Not possible here as it stands: something is missing."
    elif not plan.steps:
        said = "Nothing is left to do."
    elif plan.sure < SURE:
        said = f"Not sure enough to be done without asking: {plan.sure:.2f}, and {SURE:g} is needed."
    else:
        said = f"Ready; sure {plan.sure:.2f}."
    by = "the grammar" if plan.by == "grammar" else f"the language model {plan.by}"
    return f"{said} Understood by {by}."


def _wrapped(mark: str, text: str, *, begin: str = "  ") -> list[str]:
    return textwrap.wrap(
        clean(text),
        WIDTH,
        initial_indent=begin + mark,
        subsequent_indent=begin + " " * min(len(mark), 6),
        break_long_words=True,
        break_on_hyphens=False,
    ) or [begin + mark.rstrip()]
