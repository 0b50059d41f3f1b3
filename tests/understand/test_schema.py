"""The published schema and the one that a model fills in, judged by a validator that is not ours."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import jsonschema  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field

from keepdial import operations as package
from keepdial.operations import Operation, Params, is_file, operations
from keepdial.understand import _answer, schema
from keepdial.understand.grammar import understand_words
from keepdial.understand.plan import Amount, Choice, Plan, Question, Step, Target


def judge(found: dict[str, Any]) -> Any:
    kind = jsonschema.Draft202012Validator
    kind.check_schema(found)
    return kind(found)


@pytest.fixture(scope="module")
def published() -> Any:
    return judge(schema.plan_schema())


def as_json(plan: Plan) -> Any:
    return json.loads(plan.model_dump_json())


def test_a_plan_is_valid_as_it_goes_to_json(published: Any) -> None:
    step = Step(
        operation="brightness",
        params={"amount": -30},
        target=Target(words="the sky", head="sky", sides=("top",)),
        amount=Amount(option="amount", value=-30.0, words="a lot"),
        words="darken the sky a lot",
        because=("darken",),
        sure=0.95,
    )
    question = Question(asks="Which one?", choices=(Choice(says="the left", steps=(step,)),), at=1)
    plan = Plan(
        sentence="darken the sky a lot",
        steps=(step,),
        protected=(Target(words="the faces"),),
        questions=(question,),
    )
    published.validate(as_json(plan))
    assert Plan.model_validate_json(plan.model_dump_json()) == plan


@pytest.mark.parametrize("name", sorted(operations()))
def test_plans_of_the_grammar_are_valid(published: Any, name: str) -> None:
    for sentence in operations()[name].asks:
        published.validate(as_json(understand_words(sentence)))


@pytest.mark.parametrize("name", sorted(operations()))
def test_each_option_of_each_operation_stands_in_it_as_declared(name: str) -> None:
    unit = operations()[name]
    found = schema.plan_schema()["$defs"][f"Step-{name}"]
    assert found["properties"]["operation"]["const"] == name
    assert found["description"] == unit.summary
    options = found["properties"]["params"]
    assert options["additionalProperties"] is False
    assert set(options.get("properties", {})) == set(unit.params.model_fields)
    for option, field in unit.params.model_fields.items():
        told = options["properties"][option]
        assert told["description"].startswith(field.description or "?")
        assert told["title"]
        default = field.get_default(call_default_factory=True)
        if not field.is_required():
            assert told["default"] == (list(default) if isinstance(default, tuple) else default)
        text = json.dumps(told)
        for rule in field.metadata:
            for mark, keyword in (("ge", "minimum"), ("le", "maximum"), ("gt", "exclusiveMinimum")):
                if hasattr(rule, mark):
                    assert f'"{keyword}": {getattr(rule, mark)}' in text


def test_the_defaults_of_each_operation_are_valid(published: Any) -> None:
    for name, unit in operations().items():
        needed = {o: _some(o, f) for o, f in unit.params.model_fields.items() if f.is_required()}
        usual = {o: f.get_default() for o, f in unit.params.model_fields.items() if not f.is_required()}
        for params in (needed, {**needed, **usual}):
            published.validate(json.loads(json.dumps({"steps": [{"operation": name, "params": params}]})))


def _some(option: str, field: Any) -> Any:
    if is_file(field):
        return "beach.jpg"
    return ["120,80:160,60"] if "tuple" in str(field.annotation) else "red"


@pytest.mark.parametrize(
    "change",
    [
        {"operation": "rm -rf /"},
        {"operation": "contrast ", "params": {}},
        {"params": {"amount": 101}},
        {"params": {"amount": "30"}},
        {"params": {"amount": True}},
        {"params": {"stops": 1}},
        {"params": {"pins": []}},
        {"sure": 1.5},
        {"keep": -0.1},
        {"because": "darken"},
        {"target": {"words": "the sky", "path": "/etc/passwd"}},
        {"target": {"words": "x" * 4001}},
        {"pins": []},
        {"auto_pin": False},
    ],
    ids=str,
)
def test_what_no_plan_holds_is_invalid(published: Any, change: dict[str, Any]) -> None:
    step = {"operation": "brightness", "params": {"amount": 30}}
    published.validate({"steps": [step]})
    assert not published.is_valid({"steps": [{**step, **change}]})


@pytest.mark.parametrize(
    "plan",
    [
        {"steps": [{}]},
        {"steps": [{"operation": "brightness"}] * 101},
        {"pins": []},
        {"allow": ["remote"]},
        [],
        None,
    ],
    ids=lambda plan: str(plan)[:30],
)
def test_so_is_a_plan_with_keys_that_it_has_not(published: Any, plan: Any) -> None:
    assert not published.is_valid(plan)


def test_an_operation_on_the_whole_picture_takes_no_target(published: Any) -> None:
    step = {"operation": "straighten", "params": {"angle": 2}}
    published.validate({"steps": [{**step, "target": None}]})
    assert not published.is_valid({"steps": [{**step, "target": {"words": "the sky"}}]})


def test_the_file_in_the_docs_is_this_schema(root: Path) -> None:
    text = (root / "docs" / "plan.schema.json").read_text(encoding="utf-8")
    assert text == schema.published(), "write it anew: make docs"


def test_it_is_written_by_a_command() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "keepdial.understand.schema"], capture_output=True, text=True, encoding="utf-8"
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == schema.published()


class PaintParams(Params):
    coats: int = Field(default=2, ge=1, le=9, description="How many.", json_schema_extra={"unit": "coats"})
    like: str | None = Field(default=None, description="A picture.", json_schema_extra={"file": True})
    gloss: Literal["matt", "silk"] = Field(default="matt", description="How it shines.")


@pytest.fixture
def paint(monkeypatch: pytest.MonkeyPatch) -> Iterator[Operation]:
    """One operation more, as a file of somebody else's would add it."""
    unit = replace(
        operations()["brightness"],
        name="paint",
        summary="Paint it.",
        params=PaintParams,
        says=(),
        qualities=(),
    )
    known = {**operations(), "paint": unit}
    for module in (schema, _answer, package):
        monkeypatch.setattr(module, "operations", lambda: known)
    _answer.answer_model.cache_clear()
    yield unit
    _answer.answer_model.cache_clear()


def test_a_new_operation_is_in_it_with_no_list_edited(paint: Operation) -> None:
    options = schema.plan_schema()["$defs"]["Step-paint"]["properties"]["params"]["properties"]
    assert options["coats"]["unit"] == "coats"
    assert options["coats"]["maximum"] == 9
    assert "file" not in options["like"]
    assert schema.FILE in options["like"]["description"]
    held = schema.answer_schema(("a.jpg",))["$defs"]["Options-paint"]["properties"]
    assert {"const": "a.jpg", "type": "string"} in held["like"]["anyOf"]
    step = {"words": "x", "operation": "paint", "target": None, "keep": None, "sure": 0.5}
    answer = {"steps": [{**step, "params": {"coats": 3, "like": "a.jpg", "gloss": None}}]}
    assert _answer.answered(json.dumps(answer), ("a.jpg",)).steps[0].operation == "paint"
    with pytest.raises(_answer.Refused, match=r"like is"):
        _answer.answered(json.dumps(answer), ("b.jpg",))


def test_the_unit_is_the_one_declared_with_the_option_or_with_the_words_for_it() -> None:
    known = operations()
    assert schema.unit_of(known["exposure"], "stops") == "stop"
    assert schema.unit_of(known["brightness"], "amount") == "%"
    assert schema.unit_of(known["crop"], "aspect") == ""


def parts(found: Any) -> Iterator[dict[str, Any]]:
    """Yield every schema in a schema."""
    if isinstance(found, list):
        for one in found:
            yield from parts(one)
    elif isinstance(found, dict):
        yield found
        for key, value in found.items():
            if key in ("properties", "$defs"):
                for one in value.values():
                    yield from parts(one)
            elif key not in ("const", "enum", "required"):
                yield from parts(value)


FILES = ("beach.jpg", "photos/sea.png")


@pytest.mark.parametrize("files", [(), FILES])
@pytest.mark.parametrize("selected", [False, True])
def test_the_answers_schema_is_one_that_strict_modes_take(files: tuple[str, ...], selected: bool) -> None:
    found = schema.answer_schema(files, selected=selected)
    judge(found)
    assert found["type"] == "object"
    total = 0
    for part in parts(found):
        assert set(part) <= schema.UNDERSTOOD
        if part.get("type") == "object":
            assert part["additionalProperties"] is False
            assert sorted(part["required"]) == sorted(part["properties"])
            total += len(part["properties"])
    # What hosted services allow for strict schemas: 5000 properties, 120,000 characters of names and choices.
    assert total < 5000
    assert len(json.dumps(found)) < 120_000


def test_the_answers_schema_offers_the_operations_and_only_the_files_that_were_handed_over() -> None:
    without, given = schema.answer_schema(), schema.answer_schema(FILES)
    names = {part["const"] for part in parts(without) if isinstance(part.get("const"), str)}
    assert set(operations()) - names == {"match"}, "it needs a picture, and there is none"
    assert "image" not in without["$defs"]["Options-background"]["properties"]
    assert given["$defs"]["Options-background"]["properties"]["image"]["anyOf"][0]["enum"] == list(FILES)
    assert given["$defs"]["Options-match"]["properties"]["reference"]["enum"] == list(FILES)


def test_what_needs_a_target_names_one_where_nothing_is_selected() -> None:
    def target(selected: bool) -> Any:
        return schema.answer_schema(selected=selected)["$defs"]["Step-remove"]["properties"]["target"]

    assert target(False) == {"type": "string"}
    assert {"type": "null"} in target(True)["anyOf"]


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-300, 300),
    st.floats(-300, 300),
    st.sampled_from(["white", "auto", "hard", "blur", "image", "beach.jpg", "../x.jpg", "1:1", ""]),
)


@settings(deadline=None)
@given(data=st.data())
def test_the_validator_takes_nothing_that_the_schema_does_not(data: st.DataObject) -> None:
    name = data.draw(
        st.sampled_from(["background", "crop", "brightness", "remove", "upscale", "match", "drag"])
    )
    options = list(operations()[name].params.model_fields)
    params = {option: data.draw(VALUES) for option in options}
    answer = {
        "steps": [
            {
                "words": "x",
                "operation": name,
                "target": data.draw(st.sampled_from([None, "the sky"])),
                "keep": data.draw(VALUES),
                "sure": data.draw(st.floats(-1, 2)),
                "params": params,
            }
        ],
        "protected": [],
        "question": None,
    }
    try:
        _answer.answered(json.dumps(answer), FILES)
    except _answer.Refused:
        return
    judge(schema.answer_schema(FILES)).validate(answer)
