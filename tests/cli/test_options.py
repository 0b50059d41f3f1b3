"""Options that come from an operation's declaration."""

from __future__ import annotations

import base64
import inspect
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import Field

from keepdial.cli import options
from keepdial.cli.edit import dial, operation_command, request_of, whole
from keepdial.errors import ParameterError
from keepdial.operations import Operation, Params, operations
from keepdial.request import KeepMap


class PaintParams(Params):
    """What a made-up operation takes."""

    amount: int = Field(default=3, ge=0, le=9, description="How much.")
    share: float | None = Field(default=None, gt=0, description="Of what.")
    mood: Literal["warm", "cold"] = Field(default="warm", description="Which.")
    soft_edge: bool = Field(default=False, description="Soft or not.")
    words: str = Field(default="", max_length=5, description="Words.")
    corners: tuple[int, ...] = Field(default=(), description="A list.")
    spots: tuple[str, ...] = Field(default=(), examples=["X,Y"], description="Where.")


def stage(*given: Any) -> Any:
    raise NotImplementedError


PAINT = Operation(name="paint", summary="Paint.", params=PaintParams, default_keep=0.25, stage=stage)


def shown(command: Any) -> dict[str, Any]:
    return {p.name: p for p in command.params}


def test_each_field_is_an_option() -> None:
    found = shown(operation_command(PAINT))
    assert set(PaintParams.model_fields) < set(found)
    assert found["amount"].opts == ["--amount"]
    assert found["amount"].help == "How much. (at least 0, at most 9) Default: 3."
    assert found["share"].help == "Of what. (above 0)"
    assert found["mood"].metavar == "warm|cold"
    assert found["soft_edge"].opts == ["--soft-edge"]
    assert found["soft_edge"].secondary_opts == ["--no-soft-edge"]
    assert found["keep"].help.endswith("Default: 0.25.")
    assert found["spots"].opts == ["--spots"]
    assert found["spots"].metavar == "X,Y"
    assert found["spots"].multiple
    assert found["spots"].help == "Where. Repeatable."
    assert not found["corners"].multiple


def test_an_operation_without_target_has_no_selection() -> None:
    alone = Operation("alone", "Alone.", PaintParams, 0, stage, target="none")
    assert not set(options.SELECTION) & set(shown(operation_command(alone)))
    assert set(options.SELECTION) < set(shown(operation_command(PAINT)))


def test_values_are_judged_by_the_model() -> None:
    given = {"amount": "7", "share": "0.5", "mood": "cold", "soft_edge": True, "corners": "[1, 2]"}
    assert options.values(PaintParams, given) == {
        "amount": 7,
        "share": 0.5,
        "mood": "cold",
        "soft_edge": True,
        "words": "",
        "corners": [1, 2],
        "spots": [],
    }


def test_a_field_of_texts_is_given_several_times() -> None:
    assert options.values(PaintParams, {"spots": ["1,2", "[3"]})["spots"] == ["1,2", "[3"]
    assert request_of(PAINT, empty(PAINT) | {"spots": ["1,2"]}).params["spots"] == ["1,2"]
    assert request_of(PAINT, empty(PAINT)).params["spots"] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("amount", "10"),
        ("amount", "-1"),
        ("amount", "1.5"),
        ("amount", "many"),
        ("share", "nan"),
        ("share", "inf"),
        ("share", "1e999"),
        ("share", "0"),
        ("mood", "angry"),
        ("words", "too long"),
        ("corners", "[1,"),
        ("corners", '["a"]'),
    ],
)
def test_bad_values_name_the_parameter_the_value_and_what_is_allowed(name: str, value: str) -> None:
    with pytest.raises(ParameterError) as caught:
        options.values(PaintParams, {name: value})
    assert name in str(caught.value)
    assert "allowed" in str(caught.value)


def test_taking_the_name_of_a_common_option_is_refused() -> None:
    class Greedy(Params):
        seed: int = 0

    with pytest.raises(ValueError, match="seed is an option of every operation"):
        operation_command(Operation("greedy", "Greedy.", Greedy, 0, stage))


def test_every_operation_makes_a_command_and_describes_its_options() -> None:
    for operation in operations().values():
        command = operation_command(operation)
        assert command.help == operation.summary
        assert all(getattr(p, "help", None) for p in command.params), operation.name
        assert operation.examples, operation.name


def empty(operation: Operation) -> dict[str, Any]:
    return {
        name: None if p.default is inspect.Parameter.empty else p.default
        for name, p in options.signature(operation).parameters.items()
    }


def test_request_without_options_leaves_the_dial_to_the_operation() -> None:
    request = request_of(PAINT, empty(PAINT))
    assert request.keep is None
    assert request.seed == 0
    assert request.targets == ()
    assert request.params["amount"] == 3


def test_request_holds_what_was_typed() -> None:
    given = empty(PAINT) | {
        "box": ["1,2,3,4"],
        "pin": ["box:0,0,1,1"],
        "keep": "0.5",
        "seed": "9",
        "amount": "4",
    }
    request = request_of(PAINT, given)
    assert [s.kind for s in request.targets] == ["box"]
    assert [s.kind for s in request.pins] == ["box"]
    assert (request.keep, request.seed, request.params["amount"]) == (0.5, 9, 4)


@pytest.mark.parametrize("text", ["nan", "inf", "-0.1", "1.01", "1e999", "-1", "nowhere.png", ""])
def test_bad_dials_are_refused(text: str) -> None:
    with pytest.raises(ParameterError, match=r"--keep .* allowed: a number from 0"):
        dial(text)


def test_a_dial_may_be_a_map(tmp_path: Any) -> None:
    file = tmp_path / "map.png"
    file.write_bytes(b"png")
    assert dial(str(file)) == KeepMap(png="cG5n")
    assert dial("0.7") == 0.7


@pytest.mark.parametrize("text", ["-1", "x", "", "1.5", "4294967296", "1e3", "nan"])
def test_bad_seeds_are_refused(text: str) -> None:
    with pytest.raises(ParameterError, match="--seed"):
        whole("--seed", text, 0, 2**32 - 1)


def test_a_file_option_is_read_into_the_request(tmp_path: Path) -> None:
    class Pictured(Params):
        """Takes a picture."""

        image: str | None = Field(default=None, json_schema_extra={"file": True}, description="A picture.")

    file = tmp_path / "p.png"
    file.write_bytes(b"bytes")
    assert options.values(Pictured, {"image": str(file)}) == {"image": base64.b64encode(b"bytes").decode()}
    with pytest.raises(ParameterError, match=r"--image is .*allowed: a picture file"):
        options.values(Pictured, {"image": str(tmp_path / "nowhere.png")})
