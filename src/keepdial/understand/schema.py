"""The schemas of a plan, written from the declarations of the operations: adding one edits no list.

`plan_schema` is the published schema of a `Plan`: ``docs/plan.schema.json``, written by
``python -m keepdial.understand.schema``. `answer_schema` is the smaller one that a language model fills in.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
from collections.abc import Iterable
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from keepdial.operations import Operation, is_file, is_files, operations

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic.fields import FieldInfo

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FILE = "The name of a picture that is handed over beside the plan."
FILES = "The names of pictures that are handed over beside the plan."
UNDERSTOOD = frozenset(
    {
        "$defs",
        "$ref",
        "additionalProperties",
        "anyOf",
        "const",
        "enum",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "items",
        "maximum",
        "minimum",
        "properties",
        "required",
        "type",
    }
)
"""Keywords that the strict mode of hosted services and the grammars of local servers take.

Lengths and patterns are left to our own validation: some of these servers refuse the schema for them, and
llama.cpp answers without any grammar where it cannot read a pattern (its issue 19051). Descriptions stand in
the prompt, once.
"""


def plan_schema() -> dict[str, Any]:
    """Return the published JSON schema (draft 2020-12) of a `Plan`.

    Each step is one of the known operations, and its ``params`` are that operation's options with type,
    range, default, unit (where one is declared) and description. A picture stands as a file name.
    """
    from keepdial.understand.plan import Amount, Choice, Plan, Question, Relation, Step, Target

    whole = Plan.model_json_schema()
    parts: dict[str, Any] = whole.pop("$defs")
    for kind in (Amount, Choice, Question, Relation, Step, Target):
        _described(parts[kind.__name__], kind)
    _described(whole, Plan)
    pattern = parts["Step"]
    names = []
    for name, unit in sorted(operations().items()):
        parts[f"Step-{name}"] = _step(deepcopy(pattern), unit, parts)
        names.append(f"Step-{name}")
    parts["Step"] = {
        "title": "Step",
        "description": f"{pattern['description']} Each operation has options of its own.",
        "anyOf": [{"$ref": f"#/$defs/{name}"} for name in names],
    }
    return {"$schema": DIALECT, **whole, "$defs": dict(sorted(parts.items()))}


def answer_schema(files: Iterable[str] = (), *, selected: bool = False) -> dict[str, Any]:
    """Return the schema that a language model is asked to fill in, for strict structured output.

    Every object is closed and requires all of its keys; what may be left out may be null, which means the
    default. The root is an object. Only the keywords in `UNDERSTOOD` occur.

    Args:
        files: the names of the pictures that were handed over; options that take a picture take only these.
            Without any, operations that need one are not offered.
        selected: whether a region was selected beside the sentence, so that no step has to name one.
    """
    from keepdial.understand._answer import answer_model

    found: dict[str, Any] = _strict(answer_model(tuple(files), selected).model_json_schema())
    return found


def unit_of(unit: Operation, option: str) -> str:
    """Return the unit that an operation declares for an option: "%", "stop", "k"; "" where there is none.

    It stands with the option (``json_schema_extra={"unit": "px"}``), or with the words that ask for it.
    """
    extra = unit.params.model_fields[option].json_schema_extra
    if isinstance(extra, dict) and isinstance(said := extra.get("unit"), str):
        return said
    ways = [(one.amount, one.units) for one in unit.says] + [
        (one.amount, one.units) for one in unit.qualities
    ]
    return next((units[0] for amount, units in ways if amount == option and units), "")


def published() -> str:
    """Return the published schema as the text of a JSON file."""
    return json.dumps(plan_schema(), indent=1, ensure_ascii=False) + "\n"


def _step(schema: dict[str, Any], unit: Operation, parts: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a step of one operation; what its options refer to goes into `parts`."""
    fields = unit.params.model_fields
    options = unit.params.model_json_schema(ref_template=f"#/$defs/{unit.name}-{{model}}")
    for name, part in options.pop("$defs", {}).items():
        parts[f"{unit.name}-{name}"] = part
    options["title"] = f"Options of {unit.name}"
    for name, option in options.get("properties", {}).items():
        _option(option, fields[name], unit_of(unit, name))
    schema["title"] = f"Step: {unit.name}"
    schema["description"] = unit.summary
    schema["properties"]["operation"] = {"title": "Operation", "const": unit.name}
    schema["properties"]["params"] = options
    if unit.target == "none":
        schema["properties"]["target"] = {"title": "Target", "type": "null", "default": None}
    if options.get("required"):
        schema["required"] = [*schema["required"], "params"]
    return schema


def _option(schema: dict[str, Any], field: FieldInfo, unit: str) -> None:
    if is_file(field):
        schema.pop("file", None)
        words = FILES if is_files(field) else FILE
        schema["description"] = f"{field.description or ''} {words}".strip()
    if unit:
        schema["unit"] = unit


_ATTRIBUTE = re.compile(r"^    (\w+): (.+(?:\n {8,}.+)*)", re.MULTILINE)


def _described(schema: dict[str, Any], kind: type[BaseModel]) -> None:
    """Put the words of a class's docstring where a schema has them: each attribute's with its property."""
    head, _, attributes = inspect.cleandoc(kind.__doc__ or "").partition("Attributes:")
    schema["description"] = " ".join(head.split())
    for name, words in _ATTRIBUTE.findall(attributes):
        if name in schema["properties"]:
            said = " ".join(words.split())
            schema["properties"][name]["description"] = said[:1].upper() + said[1:]


def _strict(schema: Any) -> Any:
    """Return a schema in the keywords that strict structured output takes."""
    if isinstance(schema, list):
        return [_strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "oneOf" in schema:
        schema = {**schema, "anyOf": schema["oneOf"]}
    made = {
        key: {name: _strict(part) for name, part in value.items()}
        if key in ("properties", "$defs")
        else value
        if key in ("const", "enum", "required")
        else _strict(value)
        for key, value in schema.items()
        if key in UNDERSTOOD
    }
    if "properties" in made or made.get("type") == "object":
        made |= {"properties": made.get("properties", {}), "additionalProperties": False}
        made["required"] = list(made["properties"])
    return made


if __name__ == "__main__":
    sys.stdout.write(published())
