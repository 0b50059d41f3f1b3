"""What operations that are told in words have in common: the words."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from keepdial.errors import ParameterError

LONGEST = 4000
"""Characters, as in a step's words: a model reads some hundreds of words at most."""


def _said(value: str) -> str:
    if not value.strip() or "\0" in value:
        raise ParameterError(
            "prompt", value, f"words, up to {LONGEST:,} characters, not blank and without NUL"
        )
    return value


Prompt = Annotated[str, Field(max_length=LONGEST), AfterValidator(_said)]
"""Words for a model that paints from them: 1 to 4,000 characters. `ParameterError` where there are none."""
