from __future__ import annotations

import pytest

from keepdial.errors import ParameterError, SelectionError
from keepdial.request import Request
from keepdial.understand.resolve import Resolved, resolve
from tests.pictures import box

REGION = (box(0, 0, 2, 2),)


def test_what_was_left_open_is_filled_in() -> None:
    (step,) = resolve(Request(operation="remove", targets=REGION)).steps
    assert step.keep == 0
    assert not step.keep_asked
    assert step.params == {"grow": None, "feather": None}
    assert step.declared.name == "remove"
    (turned,) = resolve(Request(operation="remove", targets=REGION, keep=0.0)).steps
    assert turned.keep_asked


def test_a_plan_goes_to_json_and_back() -> None:
    plan = resolve(Request(operation="variation", keep=0.4, pins=REGION, seed=3))
    assert Resolved.model_validate_json(plan.model_dump_json()) == plan
    assert plan.steps[0].targets[0].kind == "all"


def test_a_missing_or_needless_target_is_said() -> None:
    with pytest.raises(SelectionError, match="where"):
        resolve(Request(operation="remove"))
    with pytest.raises(SelectionError, match="own mask"):
        resolve(Request(operation="extend", targets=REGION, params={"left": 3}))


@pytest.mark.parametrize(
    ("operation", "params", "name"),
    [
        ("paint", {}, "operation"),
        ("remove", {"grow": -1}, "grow"),
        ("remove", {"gorw": 1}, "gorw"),
        ("fill", {"feather": "wide"}, "feather"),
        ("fill", {"prompt": "a\0b"}, "prompt"),
        ("fill", {"prompt": "x" * 40_000}, "prompt"),
        ("fill", {"prompt": "\ud800"}, "prompt"),
        ("extend", {"aspect": "16x9"}, "aspect"),
        ("extend", {"left": 10**9}, "left"),
    ],
)
def test_an_option_outside_its_range_is_named(operation: str, params: dict[str, object], name: str) -> None:
    with pytest.raises(ParameterError, match=name):
        resolve(Request.build(operation=operation, params=params, targets=REGION))
