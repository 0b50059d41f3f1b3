"""Finding a record, and the photograph it was made from."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from keepdial.errors import RecordError

if TYPE_CHECKING:
    from keepdial.record import EditRecord


def record_named(name: str) -> tuple[EditRecord, Path]:
    """Return the record in the file called `name`, or beside the picture called so, and its path."""
    from keepdial.cli.deliver import record_path
    from keepdial.record import load_record

    path = Path(name)
    if "\0" not in name and path.suffix.lower() != ".json":
        beside = record_path(path)
        if not beside.is_file():
            raise RecordError(
                f"There is no record {beside.name!r} beside {path.name!r}.",
                hint="Name the .keepdial.json file, or a picture that has one.",
            )
        path = beside
    return load_record(path), path


def source_of(record: EditRecord, beside: Path, limit: int) -> Path:
    """Return the file in the record's folder that the edit was made from, known by its sha256."""
    wanted = record.source.sha256
    for path in sorted(beside.resolve().parent.iterdir()):
        if path.is_file() and path.suffix.lower() != ".json" and path.stat().st_size <= limit:
            with path.open("rb") as file:
                if wanted and hashlib.file_digest(file, "sha256").hexdigest() == wanted:
                    return path
    raise RecordError(
        "The photograph that this edit was made from does not lie beside the record.",
        hint="Name it: keepdial replay RECORD IMAGE.",
    )
