"""Operations: what can be asked. One operation is one file with an ``OPERATION`` constant.

An operation declares its parameters and its default keep, and sets the stage: the canvas on which to work and
the mask inside which a backend may act. It computes no pixels of the result.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, get_origin

from keepdial.errors import ParameterError
from keepdial.request import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    from numpy.typing import NDArray
    from pydantic.fields import FieldInfo

    from keepdial.geometry import Box
    from keepdial.image import Image
    from keepdial.select import Selection
    from keepdial.settings import Settings
    from keepdial.tone import Look, Pass


class Params(Value):
    """Base of an operation's own options; each field carries a description, a range and a default.

    A text field with ``json_schema_extra={"file": True}`` holds a picture file as base64; on the command line
    it is given by the file's name. A tuple of texts so marked holds several.

    `told` is whether the operation is told in words: it has a ``prompt``, and where a sentence asks for it
    without saying more, the sentence is the prompt.
    """

    told: ClassVar[bool] = False

    @property
    def transparent(self) -> bool:
        """Whether the result needs a file format that holds transparency."""
        return False


@dataclass(frozen=True, eq=False, slots=True)
class Stage:
    """What an operation sets up for the rest of the pipeline.

    Attributes:
        canvas: the picture to work on. Where `placement` is not None it is larger than the source, or a part.
        mask: (H, W) float32 in [0, 1] of the canvas, 1 = the edit may act here.
        placement: where in the canvas the source lies, reaching out of it where the picture is cropped; None
            when the canvas is the source.
        guess: whether the canvas' own pixels under the mask are a picture (True: the dial makes sense)
            or unknown (False: an empty margin, where there is nothing to keep).
        examples: what a backend may learn from: ``around`` the mask, because what is under it is to go,
            or ``everywhere``, the masked part included. Where the dial is above 0 what is under the mask is
            not to go but to be kept in part, and may serve as example all the same.
        feather: width in px over which the edge is blended, inside the mask only.
        notes: what was decided, in words, for the report ("mask grown by 3 px to take the soft edge").
        matte: (H, W) float32 in [0, 1] of the canvas, the share of the subject in each pixel, 1 = subject,
            for backends that cut out; None where the operation has no subject.
        guide: what the operation found and its backend is to know (landmarks of faces, the way from a turned
            canvas back to the source), in the canvas' coordinates; None where nothing is.
        resampled: whether every pixel of the canvas is computed from the source, because it has another size
            or place (a picture that is turned, or enlarged). Then nothing can be pinned or copied.
    """

    canvas: Image
    mask: NDArray[np.float32]
    placement: Box | None = None
    guess: bool = True
    examples: Literal["around", "everywhere"] = "around"
    feather: float = 0.0
    notes: tuple[str, ...] = ()
    matte: NDArray[np.float32] | None = None
    guide: object = None
    resampled: bool = False


class Setting(Protocol):
    """Sets the stage: takes the source, what was selected of it, the operation's parameters, the limits."""

    def __call__(self, image: Image, selection: Selection, params: Any, settings: Settings, /) -> Stage:
        """Return the canvas, the mask on it, and what was decided on the way."""
        ...


@dataclass(frozen=True, slots=True)
class Saying:
    """One way to ask for an operation in words: "straighten", "replace {thing} with {new}".

    Attributes:
        words: the phrases that mean it, in lower case; articles and "make", "please" and the like before them
            need not be listed. A phrase may hold slots. Short ones: ``{colour}`` (a colour's name or
            #rrggbb), ``{number}``, ``{aspect}`` (4:3), ``{file}`` (a picture's name), ``{point}`` and
            ``{target}`` (120,80), ``{text}`` (what stands in quotation marks). Long ones, of any number of
            words: ``{thing}`` (what is acted on; without it whatever is left of the clause is), ``{new}``
            (what is to be there afterwards) and ``{rest}`` (the rest of the clause, as it was typed). Where
            an option among `params` holds the same, it is filled in.
        params: the options they stand for, at an ordinary amount.
        amount: the option among `params` that "slightly" makes smaller and "a lot" larger, and that a number
            in the sentence replaces; "" where there is none. Its sign in `params` is the direction.
        units: words after a number that mean `amount`'s own unit, in lower case ("stop", "ev", "k", "%").
        per: what a number with a unit is divided by to become the option ("by 20 %" is 20 for per = 1).
        absolute: whether a number after "to" is the option's value as it stands ("to 6500 K").
        sure: how sure it is that these words mean this, where nothing else speaks for or against it; below
            `keepdial.understand.plan.SURE` it is asked about.
    """

    words: tuple[str, ...]
    params: dict[str, Any] = field(default_factory=dict)
    amount: str = ""
    units: tuple[str, ...] = ()
    per: float = 1.0
    absolute: bool = False
    sure: float = 0.95


@dataclass(frozen=True, slots=True)
class Quality:
    """A quality of a picture that an operation makes more or less of; the sentences follow from it.

    From the noun "contrast" follow "more contrast", "increase the contrast by 20 %", "not enough contrast",
    "turn the contrast down a bit", "the contrast is too low"; from the adjective "dark" follow "darker", "too
    dark", "less dark", "not dark enough", "why is it so dark?".

    Attributes:
        nouns: what it is called: "brightness".
        more: adjectives for much of it, in their plain form: "bright". Comparatives follow by themselves.
        less: adjectives for little of it: "dark".
        raises, lowers: verbs that make more or less of it, in their plain form: "brighten", "darken".
        params: the options for more of it, at an ordinary amount.
        fewer: the options for less of it; empty = `params` with the amount's sign turned.
        amount, units, per, absolute: as in `Saying`.
        fault: whether it is something that people want to be rid of: noise, haze, blur. Then "remove the
            noise" and "fix the noise" mean less of it, and naming it alone ("there is noise") asks for that.
        sides: which directions the operation can go: ``both``, ``more`` or ``less``.
        sure: what naming it leaves of how sure a step is, where its words often mean something else.
        elsewhere: units that mean another operation, by its name: "one stop brighter" is exposure.
    """

    nouns: tuple[str, ...]
    params: dict[str, Any]
    amount: str
    more: tuple[str, ...] = ()
    less: tuple[str, ...] = ()
    raises: tuple[str, ...] = ()
    lowers: tuple[str, ...] = ()
    fewer: dict[str, Any] = field(default_factory=dict)
    units: tuple[str, ...] = ("%", "percent")
    per: float = 1.0
    absolute: bool = False
    fault: bool = False
    sides: Literal["both", "more", "less"] = "both"
    sure: float = 1.0
    elsewhere: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """The declaration of one operation; command line, schema, docs and replay come from it.

    Attributes:
        name: the word for it.
        summary: one sentence, imperative.
        params: the class of its own options.
        default_keep: the dial when nobody turns it.
        stage: sets the stage.
        target: ``required`` (without one there is nothing to do), ``optional`` (without one `default_target`
            is meant) or ``none`` (the operation makes its own mask).
        default_target: the kind of region that is meant where none was given, ``all`` = the whole picture.
        subject: whether the target is what stays (the subject of a cut-out) instead of what is edited.
        blends: whether the edited part is to pass for a part of the picture around it; only then are seams
            and texture measured.
        done: what was done, in one word in the past ("Removed"), for the report.
        examples: command lines that show it, each with the words after ``keepdial``.
        group: the heading it stands under in help and documents, a literal.
        auto_pins: whether faces, text and the subject are pinned by themselves where the edit is not about
            them. Not where it invents nothing: a brighter face is the same face.
        scales: whether the dial scales the amount of what is asked: keep k makes 1 - k of the change. What is
            kept is measured all the same, and the amount taken back further where less than k would survive.
        begins: whether the dial's default is a place to begin rather than a demand, because what is asked for
            says how much can be kept: then it is corrected only where somebody turned it.
        tone: for colour and light: returns the passes over pixels that do it; the backend ``tone`` runs them.
        scaled: for operations on a picture's shape: returns the options for a part of the change, 0 = nothing
            to 1 = all of it; the dial k asks for 1 - k.
        says: how people ask for it in words.
        qualities: what it makes more or less of, from which further sentences follow.
        asks: two or three whole sentences that ask for it, for the documents and the tests.
        unpainted: what it does where no model that paints from words is here, as a sentence; "" = nothing.
        from_nothing: whether it can begin without a picture, on an empty canvas (`keepdial.blank`). With one
            it has to be said how much of that is kept.
    """

    name: str
    summary: str
    params: type[Params]
    default_keep: float
    stage: Setting
    target: Literal["required", "optional", "none"] = "required"
    examples: tuple[str, ...] = field(default=())
    default_target: str = "all"
    subject: bool = False
    blends: bool = True
    done: str = ""
    group: str = "Edit a picture"
    auto_pins: bool = True
    scales: bool = False
    begins: bool = False
    tone: Callable[[Any, Look], tuple[Pass, ...]] | None = None
    scaled: Callable[[Any, float], Params] | None = None
    says: tuple[Saying, ...] = ()
    qualities: tuple[Quality, ...] = ()
    asks: tuple[str, ...] = ()
    unpainted: str = ""
    from_nothing: bool = False


def is_file(field: FieldInfo) -> bool:
    """Return whether a field of an operation's options holds a picture file, or several, as base64."""
    extra = field.json_schema_extra
    return isinstance(extra, dict) and bool(extra.get("file"))


def is_files(field: FieldInfo) -> bool:
    """Return whether a field holds any number of picture files."""
    return is_file(field) and get_origin(field.annotation) is tuple


def shown(params: type[Params], given: Mapping[str, Any]) -> bool:
    """Return whether pictures of what is meant are among the options, for a model that takes such."""
    field = params.model_fields.get("reference")
    return field is not None and is_files(field) and bool(given.get("reference"))


def operations() -> dict[str, Operation]:
    """Return every operation by name."""
    from keepdial.discover import units

    return units("keepdial.operations", "OPERATION")


def operation(name: str) -> Operation:
    """Return the operation called `name`, or raise `ParameterError` naming those there are."""
    known = operations()
    if name not in known:
        raise ParameterError("operation", name, f"one of {', '.join(sorted(known))}")
    return known[name]
