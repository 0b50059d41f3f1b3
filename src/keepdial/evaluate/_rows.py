"""Reading data sets: text files with a heading and one row a line, columns parted by tabs, no quoting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from keepdial.errors import InputError
from keepdial.evaluate import DataSet, Row

LARGEST = 512 * 1024 * 1024


def read_rows(path: Path, columns: Sequence[str]) -> list[Row]:
    """Return the rows of a file as column -> text; raise `InputError` where it is not such a table.

    A row that is shorter than the heading has "" in what is missing.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise InputError(f"{path} is larger than {LARGEST >> 20} MiB; no data set is.")
        with open(path, encoding="utf-8-sig", errors="replace", newline="\n") as lines:
            return list(_rows(path, lines, columns))
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error.strerror}.", hint="Check its name and rights."
        ) from None


def _rows(path: Path, lines: Iterator[str], columns: Sequence[str]) -> Iterator[Row]:
    heads = next(lines, "").rstrip("\r\n").split("\t")
    lacking = [name for name in columns if name not in heads]
    if lacking:
        raise InputError(
            f"{path.name} has no column {', '.join(lacking)}; it has {', '.join(heads)[:200]}.",
            hint="Columns are parted by tabs, and the first line names them.",
        )
    for line in lines:
        cells = line.rstrip("\r\n").split("\t")
        if len(cells) > len(heads):
            raise InputError(
                f"{path.name} has a row of {len(cells)} cells under {len(heads)} heads: {line[:80]!r}."
            )
        yield dict(zip(heads, cells + [""] * (len(heads) - len(cells)), strict=True))


def files_of(data: Path | None, sets: dict[str, DataSet]) -> tuple[dict[str, Path], list[str]]:
    """Return the file of each data set that is there, and what is not there in words.

    `data` is a directory with files of the known names, or one file, whose data set is told by its name, or
    else by its columns. Raises `InputError` where it is neither, or nothing in it is known.
    """
    found = {name: one.shipped for name, one in sets.items() if one.shipped is not None}
    outer = {name: one for name, one in sets.items() if one.shipped is None}
    if data is None:
        return found, [f"{one.file}: no directory of data was named" for one in outer.values()]
    if data.is_file():
        return {_which(data, outer): data}, []
    if not data.is_dir():
        raise InputError(
            f"{data} is neither a directory nor a file.", hint="Name the directory of the .tsv files."
        )
    missing = []
    for name, one in outer.items():
        if (data / one.file).is_file():
            found[name] = data / one.file
        else:
            missing.append(f"{one.file}: not in {data}")
    if len(missing) == len(outer):
        raise InputError(
            f"{data} holds none of the data sets.",
            hint=f"Looked for {', '.join(o.file for o in outer.values())}.",
        )
    return found, missing


def _which(path: Path, sets: dict[str, DataSet]) -> str:
    for name, one in sets.items():
        if path.name == one.file:
            return name
    with open(path, encoding="utf-8-sig", errors="replace", newline="\n") as lines:
        heads = set(lines.readline(100_000).rstrip("\r\n").split("\t"))
    fitting = [name for name, one in sets.items() if set(one.columns) <= heads]
    if not fitting:
        raise InputError(
            f"{path.name} is none of the data sets, by its name or by its columns.",
            hint=f"Known are {', '.join(one.file for one in sets.values())}.",
        )
    return max(fitting, key=lambda name: len(sets[name].columns))


def every(rows: Sequence[Row], limit: int | None) -> list[Row]:
    """Return at most `limit` rows, taken evenly from the whole, in order; None = all."""
    if limit is None or len(rows) <= limit:
        return list(rows)
    return [rows[i * len(rows) // limit] for i in range(limit)]
