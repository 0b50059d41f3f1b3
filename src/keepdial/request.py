"""The request: everything one edit needs, in one frozen value that goes to JSON and back.

The command line, the server, the tests and replay all build this same value.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from keepdial.errors import ParameterError


class Value(BaseModel):
    """Base of all serialisable values: frozen, no unknown fields, no NaN or infinity."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @classmethod
    def build(cls, /, **given: Any) -> Any:
        """Build the value or raise `ParameterError` naming the parameter, what was given, what is allowed."""
        try:
            return cls.model_validate(given)
        except ValidationError as problem:
            first = problem.errors(include_url=False, include_context=False)[0]
            name = ".".join(str(part) for part in first["loc"]) or cls.__name__.lower()
            raise ParameterError(name, first["input"], first["msg"][:1].lower() + first["msg"][1:]) from None


class Selector(Value):
    """One region, in words that a finder understands: ``kind`` names the finder, the rest are its options.

    Examples: ``{"kind": "box", "options": {"x": 10, "y": 20, "width": 64, "height": 48}}``. Regions are
    given in upright source pixels. Inside a region the edit may act (targets) or must not (pins).
    """

    kind: str = Field(max_length=64)
    options: dict[str, JsonValue] = Field(default_factory=dict)


class KeepMap(Value):
    """A dial for every pixel: a grey PNG (8 or 16 bit, base64) of the picture's size, white = keep all."""

    png: str


Dial = Annotated[float, Field(ge=0.0, le=1.0)]


class Request(Value):
    """One edit.

    Attributes:
        operation: the operation's name, for example ``remove``.
        params: the operation's own options; each operation declares them.
        targets: where to act; the union of the regions. What an empty list means is up to the operation.
        pins: what must survive bit for bit, whatever the targets say.
        keep: how much must be kept inside the targets, 0 to 1, one number or a map; None = the
            operation's default.
        seed: the same request, seed and version give the same bytes.
        backend: the backend to use, by name; None lets the router choose.
    """

    operation: str = Field(max_length=64)
    params: dict[str, JsonValue] = Field(default_factory=dict)
    targets: tuple[Selector, ...] = ()
    pins: tuple[Selector, ...] = ()
    keep: Dial | KeepMap | None = None
    seed: int = Field(default=0, ge=0, lt=2**32)
    backend: str | None = None
