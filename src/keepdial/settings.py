"""Settings: limits and habits that hold for every edit, from the environment or set in code."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields

from keepdial.errors import ParameterError

ASKED = {"environment": False}
"""What marks a setting that the environment cannot change."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Limits and habits. Each but `remote` can be set by an environment variable ``KEEPDIAL_<NAME>``.

    Attributes:
        max_pixels: largest picture that is opened, in pixels; judged from the header before decoding.
        max_file_bytes: largest file that is read.
        keep_metadata: whether camera data (EXIF, XMP) goes into the delivered file. Location never does.
        threads: threads of the kernels; 0 = all cores. The result does not depend on it.
        models: the folder of the downloaded models; empty = the user's data folder.
        offline: whether downloading is forbidden, and sending pictures away whatever else is allowed.
        commercial: whether only what is known to allow commercial use may be used.
        remote: whether parts of the picture may be sent to another machine. Nothing in the environment, and
            no record, allows it: it is said for each edit.
    """

    max_pixels: int = 50_000_000
    max_file_bytes: int = 512 * 1024 * 1024
    keep_metadata: bool = False
    threads: int = 0
    models: str = ""
    offline: bool = False
    commercial: bool = False
    remote: bool = field(default=False, metadata=ASKED)

    @classmethod
    def from_environment(cls) -> Settings:
        """Return the settings with what ``KEEPDIAL_*`` variables change; raise `ParameterError`."""
        given: dict[str, int | bool | str] = {}
        for f in fields(cls):
            if f.metadata == ASKED:
                continue
            name = f"KEEPDIAL_{f.name.upper()}"
            text = os.environ.get(name)
            if text is None:
                continue
            if f.type == "bool":
                if text.lower() not in ("0", "1", "true", "false"):
                    raise ParameterError(name, text, "0, 1, true or false")
                given[f.name] = text.lower() in ("1", "true")
            elif f.type == "str":
                given[f.name] = text
            else:
                if not text.isdigit():
                    raise ParameterError(name, text, "a whole number, not negative")
                given[f.name] = int(text)
        return cls(**given)  # type: ignore[arg-type]
