"""Where results go: names, formats, and never over a file that exists."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from keepdial.errors import OutputError, OutputExists, ParameterError

MOST_VARIATIONS = 16

UNNAMED = "generated.png"
"""What a picture from nothing is called where no name was given."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where one result goes: a file, or stdout where `path` is None; `format` is a codec's name."""

    path: Path | None
    format: str

    def __str__(self) -> str:
        return "stdout" if self.path is None else str(self.path)


def places(
    *, image: str, output: str | None, count: int, source_format: str, transparent: bool = False
) -> tuple[Place, ...]:
    """Return a place for each of `count` results.

    Without `output` the name is the picture's with ``.keepdial`` before its ending, in the picture's format;
    a picture from stdin goes to stdout. Several results are numbered from 1. A `transparent` result goes into
    a PNG where the picture's own format holds no transparency. Raises `ParameterError` for an ending that
    is no format that can be written, or holds no transparency where it is needed, and `OutputError` for
    stdout where it cannot be.
    """
    if transparent and source_format not in _with_alpha():
        source_format = "png"
    if output == "-" or (output is None and image == "-"):
        if count > 1:
            raise OutputError(f"{count} pictures do not fit into stdout.", hint="Name a file with -o.")
        if sys.stdout.isatty():
            raise OutputError("Stdout is a terminal, which shows no picture.", hint="Name a file with -o.")
        return (Place(None, _writable(source_format)),)
    given = None if output is None else _named(output, source_format)
    format, path = given or _beside(Path(image), source_format)
    if transparent and format not in _with_alpha():
        held = sorted(ending for ending, name in endings().items() if name in _with_alpha())
        raise ParameterError(
            "--output",
            output,
            f"a name that ends in one of {' '.join(held)}: the result is transparent, which {format} "
            "cannot hold",
        )
    if count == 1:
        return (Place(path, format),)
    return tuple(Place(path.with_name(f"{path.stem}-{i}{path.suffix}"), format) for i in range(1, count + 1))


def refuse_existing(paths: list[Path], *, overwrite: bool) -> None:
    """Raise `OutputExists` before any work is done if one of `paths` is there; the writer looks once more."""
    for path in paths:
        if not overwrite and path.exists():
            raise OutputExists(
                f"{path} exists already.", hint="Name another file with -o, or add --overwrite."
            )
        if not path.parent.is_dir():
            raise OutputError(f"There is no folder {path.parent}.", hint="Make it first, or write elsewhere.")
        if not os.access(path.parent, os.W_OK):
            raise OutputError(f"The folder {path.parent} cannot be written.", hint="Write elsewhere with -o.")


def _named(output: str, source_format: str) -> tuple[str, Path]:
    if "\0" in output or not output:
        raise ParameterError("--output", output, "the name of a file, or - for stdout")
    path = Path(output)
    if not path.name or path.is_dir():
        raise OutputError(f"{output} is a folder.", hint="Name a file with -o.")
    if not path.suffix:
        return _writable(source_format), path
    known = endings()
    format = known.get(path.suffix.lower())
    if format is None:
        raise ParameterError("--output", output, f"a name that ends in one of {' '.join(sorted(known))}")
    return format, path


def _beside(image: Path, source_format: str) -> tuple[str, Path]:
    format = _writable(source_format)
    fits = endings().get(image.suffix.lower()) == format
    ending = image.suffix if fits else next(e for e, name in endings().items() if name == format)
    return format, image.with_name(f"{image.stem}.keepdial{ending}")


def _with_alpha() -> frozenset[str]:
    from keepdial.files.codec import codecs

    return frozenset(codec.name for codec in codecs().values() if codec.depths and codec.alpha)


def _writable(format: str) -> str:
    """Return `format` where it can be written, else PNG, which holds everything."""
    return format if format in endings().values() else "png"


def endings() -> dict[str, str]:
    """Return the format for each ending of a file name that can be written, ``.jpg`` -> ``jpeg``."""
    from keepdial.files.codec import codecs

    return {
        ending if ending.startswith(".") else f".{ending}": codec.name
        for codec in codecs().values()
        if codec.depths
        for ending in codec.suffixes
    }
