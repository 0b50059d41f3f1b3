"""The request: everything one edit needs, in one frozen value that goes to JSON and back.

The command line, the server, the tests and replay all build this same value.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator

from keepdial.errors import ParameterError


class NotGiven:
    """Stands in a message for a value that is not there."""

    def __repr__(self) -> str:
        return "not given"


_TAGS = frozenset({"float", "int", "str", "bool", "list", "dict", "none", "nullable"})
"""Parts of a pydantic location that name a variant of a type and no parameter."""


class Value(BaseModel):
    """Base of all serialisable values: frozen, no unknown fields, no NaN or infinity.

    However it is made, from Python, from a dict or from JSON, what does not fit raises `ParameterError`
    naming the parameter, what was given and what is allowed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def __init__(self, /, **given: Any) -> None:
        try:
            super().__init__(**given)
        except ValidationError as problem:
            raise _taught(problem, type(self)) from None

    @classmethod
    def build(cls, /, **given: Any) -> Any:
        """Return the value of this class for options that are known only at run time."""
        return cls(**given)


def _taught(problem: ValidationError, kind: type[BaseModel]) -> ParameterError:
    """Return the first thing that pydantic found, in our words."""
    first = problem.errors(include_url=False, include_context=False)[0]
    where = [str(part) for part in first["loc"] if part not in _TAGS and str(part).replace("_", "").isalnum()]
    value, allowed = first["input"], first["msg"][:1].lower() + first["msg"][1:]
    if first["type"] == "missing":
        value, allowed = NotGiven(), "a value; it has no default"
    elif first["type"] == "extra_forbidden":
        allowed = f"nothing of that name; there are {', '.join(kind.model_fields) or 'no options'}"
    return ParameterError(".".join(where) or kind.__name__.lower(), value, allowed)


class MaskTool(Value):
    """One change to a region's mask, after it was found; `pixels` is the amount where the tool takes one.

    ``grow``, ``shrink``, ``feather`` (inwards) and ``smooth`` take pixels; ``despeckle`` takes the area in
    pixels under which a piece is dropped; ``fill-holes`` and ``invert`` take none.
    """

    name: Literal["grow", "shrink", "feather", "smooth", "fill-holes", "despeckle", "invert"]
    pixels: float = Field(default=0.0, ge=0.0, le=1e9)


class Selector(Value):
    """One region, in words that a finder understands: ``kind`` names the finder, the rest are its options.

    Examples: ``{"kind": "box", "options": {"x": 10, "y": 20, "width": 64, "height": 48}}``,
    ``{"kind": "what", "options": {"words": "the red cup on the left"}}``. Regions are given in upright source
    pixels. Inside a region the edit may act (targets) or must not (pins).

    Attributes:
        kind: the finder's name.
        options: the finder's own options.
        combine: how it joins the regions before it: ``add`` (union), ``subtract`` or ``intersect``.
        tools: changes to its mask, in order.
        found: what the finder found, as base64 of a grey PNG, white = inside; then nothing is looked for
            again. Records hold it, so that a replay acts on the same pixels wherever it runs.
        automatic: for a pin, whether keepdial pinned it without being asked.
    """

    kind: str = Field(max_length=64)
    options: dict[str, JsonValue] = Field(default_factory=dict)
    combine: Literal["add", "subtract", "intersect"] = "add"
    tools: tuple[MaskTool, ...] = Field(default=(), max_length=50)
    found: str | None = None
    automatic: bool = False


class KeepMap(Value):
    """A dial for every pixel: a grey PNG (8 or 16 bit, base64) of the picture's size, white = keep all."""

    png: str


Dial = Annotated[float, Field(ge=0.0, le=1.0)]


class Reading(Value):
    """How a step was read from a sentence; it changes nothing, and is there to be explained.

    Attributes:
        sentence: all that was said.
        words: the part of it that the step was read from.
        because: the words that named the operation.
        unused: the words that nothing was made of.
        sure: how sure it was, 0 to 1.
        by: who understood it: ``grammar``, or the name of a language model.
    """

    sentence: str = Field(default="", max_length=4000)
    words: str = Field(default="", max_length=4000)
    because: tuple[str, ...] = Field(default=(), max_length=100)
    unused: tuple[str, ...] = Field(default=(), max_length=4000)
    sure: Annotated[float, Field(ge=0.0, le=1.0)] = 1.0
    by: str = Field(default="grammar", max_length=200)


class Request(Value):
    """One edit.

    Attributes:
        operation: the operation's name, for example ``remove``.
        params: the operation's own options; each operation declares them.
        targets: where to act; the union of the regions. What an empty list means is up to the operation.
        pins: what must survive bit for bit, whatever the targets say.
        auto_pin: whether faces, text and the main subject are pinned where the edit is not about them.
        keep: how much must be kept inside the targets, 0 to 1, one number or a map; None = the
            operation's default.
        seed: the same request, seed and version give the same bytes.
        backend: the backend to use, by name; None lets the router choose.
        read: how it was read from a sentence, where it was; it changes nothing.
        then: what is to be done to the result, in order, each as if it had been asked for alone. All are
            rendered from the original in one go: nothing is rounded to the picture's depth in between.
    """

    operation: str = Field(max_length=64)
    params: dict[str, JsonValue] = Field(default_factory=dict)
    targets: tuple[Selector, ...] = ()
    pins: tuple[Selector, ...] = ()
    auto_pin: bool = True
    keep: Dial | KeepMap | None = None
    seed: int = Field(default=0, ge=0, lt=2**32)
    backend: str | None = None
    read: Reading | None = None
    then: tuple[Request, ...] = Field(default=(), max_length=100)

    @model_validator(mode="after")
    def _flat(self) -> Self:
        if any(step.then for step in self.then):
            raise ParameterError("then", "a step with steps of its own", "one list of steps, in order")
        return self
