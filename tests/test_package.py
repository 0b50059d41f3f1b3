"""The names that the package hands out are the same whatever was imported before."""

from __future__ import annotations

import subprocess
import sys

import pytest

import keepdial


@pytest.mark.parametrize("before", ["", "import keepdial.edit;", "from keepdial.edit import variations;"])
def test_edit_is_the_function_also_where_its_module_was_imported(before: str) -> None:
    code = f"{before}from keepdial import edit; import keepdial; print(edit.__name__, keepdial.edit is edit)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["edit", "True"]


def test_every_name_that_is_offered_is_there() -> None:
    for name in keepdial.__all__:
        assert getattr(keepdial, name) is not None
    assert set(dir(keepdial)) == set(keepdial.__all__)


def test_a_name_that_is_not_there_says_so() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'edits'"):
        keepdial.edits  # noqa: B018
