"""Every error that keepdial raises on purpose, as one tree.

    KeepdialError
    ├── InputError              400  exit 2   something asked for is not possible as given
    │   ├── ParameterError                    a value outside its range or of the wrong type
    │   ├── SelectionError                    a mask, box, polygon, stroke or target that does not fit
    │   ├── RecordError                       a record that cannot be read or replayed here
    │   ├── Unclear                           a sentence that was not understood for sure; it holds questions
    │   ├── ModelMissing                      a model that is needed here and not installed
    │   └── ModelRefused                      a model file that is damaged, not the one promised, or unsafe
    ├── FileError               422  exit 3   the bytes are not a picture that can be opened
    │   ├── UnsupportedFormat   415           not one of the formats of the allowlist
    │   ├── CorruptFile         422           damaged, cut short, empty, or NaN pixels
    │   └── TooLarge            422           more pixels (or frames, or metadata) than the limit
    ├── OutputError             400  exit 4   the result cannot be written there
    │   ├── OutputExists        400           never overwritten silently
    │   └── DiskFull            507
    ├── RouteError              400  exit 5   no backend here can do what was asked
    ├── BackendError            503  exit 6   a backend failed while it worked
    ├── FetchError              502  exit 8   a download failed; what has arrived is kept for the next try
    ├── Cancelled               499  exit 130 the work was stopped on request; nothing was written
    └── GuaranteeError          500  exit 7   a pinned pixel would have changed: a defect; nothing delivered

A message has three parts: what was given, what is allowed, what to do. ``str(error)`` is the text for
the user; ``error.detail`` is for the log and may hold a decoder's own words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keepdial.understand.plan import Plan


class KeepdialError(Exception):
    """Base of all errors raised on purpose: `status` is the HTTP answer, `exit_code` the process's."""

    status = 500
    exit_code = 1

    def __init__(self, message: str, *, hint: str = "", detail: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()

    @property
    def code(self) -> str:
        """Stable machine-readable name of the kind of error, for example ``parameter_error``."""
        name = type(self).__name__
        return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


class InputError(KeepdialError):
    """Something asked for is not possible as given."""

    status = 400
    exit_code = 2


class ParameterError(InputError):
    """A parameter's value is outside its range or of the wrong type."""

    def __init__(self, name: str, value: object, allowed: str, *, hint: str = "") -> None:
        shown = repr(value)
        if len(shown) > 60:
            shown = shown[:57] + "..."
        super().__init__(f"{name} is {shown}; allowed: {allowed}.", hint=hint)
        self.name = name


class SelectionError(InputError):
    """A mask, box, polygon, stroke or target that does not fit the picture."""


class RecordError(InputError):
    """A record that cannot be read, or cannot be replayed here."""


class Unclear(InputError):
    """A sentence, or a part of it, was not understood for sure.

    `plan` is what was understood so far, with the questions and their choices; nothing was done.
    """

    def __init__(self, plan: Plan) -> None:
        asks = " ".join(
            question.asks + "".join(f" ({i}) {choice.says}." for i, choice in enumerate(question.choices, 1))
            for question in plan.questions
        )
        super().__init__(asks, hint="Nothing was changed. Say it in other words, or answer.")
        self.plan = plan


class ModelMissing(InputError):
    """A model that is needed for this is not installed."""


class ModelRefused(InputError):
    """A model file is damaged, not the one its card promises, or of a kind that is not safe to load."""


class FileError(KeepdialError):
    """The bytes are not a picture that can be opened."""

    status = 422
    exit_code = 3


class UnsupportedFormat(FileError):
    """The bytes are of a format outside the allowlist."""

    status = 415


class CorruptFile(FileError):
    """The bytes are damaged, cut short or empty, or hold values that are no colours (NaN)."""


class TooLarge(FileError):
    """The picture claims more pixels, frames or metadata than the limit allows."""


class OutputError(KeepdialError):
    """The result cannot be written where it was asked."""

    status = 400
    exit_code = 4


class OutputExists(OutputError):
    """The output file exists and overwriting was not asked for."""


class DiskFull(OutputError):
    """No space left; the old file, if any, is untouched."""

    status = 507


class RouteError(KeepdialError):
    """No backend that is installed, allowed and able can do the step."""

    status = 400
    exit_code = 5


class BackendError(KeepdialError):
    """A backend failed while it worked."""

    status = 503
    exit_code = 6


class FetchError(KeepdialError):
    """A download failed; what has arrived is kept for the next try."""

    status = 502
    exit_code = 8


class Cancelled(KeepdialError):
    """The work was stopped on request; nothing was written."""

    status = 499
    exit_code = 130


class GuaranteeError(KeepdialError):
    """A pinned pixel differs from the source. Nothing is delivered: this is a defect in keepdial."""

    status = 500
    exit_code = 7
