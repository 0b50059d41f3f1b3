"""From a finished edit to bytes that were read back and counted, and from these to files."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from keepdial.compiling import announced
from keepdial.errors import GuaranteeError, OutputError
from keepdial.files import encode_image, open_image, write_atomically
from keepdial.progress import Cancel, Listener, silent
from keepdial.record import SUFFIX, Delivered, EditRecord
from keepdial.recording import record_of
from keepdial.verify import verify_delivery

if TYPE_CHECKING:
    from keepdial.cli.outputs import Place
    from keepdial.edit import Edit
    from keepdial.settings import Settings


KERNELS = 5
"""How many kernels a sequential JPEG file takes."""


@dataclass(frozen=True, slots=True, eq=False)
class Delivery:
    """A result ready to be written: where it goes, its file, and its record.

    The pictures themselves are gone by now, so that many variations need no more memory than one.
    """

    place: Place
    data: bytes
    record: EditRecord


def deliver(
    edit: Edit,
    place: Place,
    *,
    settings: Settings,
    seconds: Mapping[str, float],
    progress: Listener = silent,
    cancel: Cancel | None = None,
) -> Delivery:
    """Encode the result, read it back and count; raise `GuaranteeError` if the file breaks the promise."""
    # Of the formats, JPEG alone is written by kernels.
    spliced = place.format == "jpeg" and edit.box is not None
    with announced(progress, cancel, count=KERNELS) if spliced else nullcontext():
        encoded = encode_image(
            edit.image,
            format=place.format,
            changed=edit.changed,
            placement=edit.stage.placement,
            settings=settings,
        )
    back = open_image(encoded.data, settings=settings)
    finding = verify_delivery(edit.evidence, back, encoded.guaranteed)
    if finding.verdict == "fail":
        raise GuaranteeError(f"{finding.meaning} Nothing was written.", hint=finding.advice)
    name = "" if place.path is None else place.path.name
    record = record_of(
        replace(edit, report=edit.report.with_finding(finding)),
        delivered=Delivered.of(encoded, back, name=name, keep_metadata=settings.keep_metadata),
        seconds=seconds,
    )
    return Delivery(place, encoded.data, record)


def record_path(picture: Path) -> Path:
    """Return where the record of `picture` lies: beside it, ``clean.jpg`` -> ``clean.jpg.keepdial.json``."""
    return picture.with_name(f"{picture.name}{SUFFIX}")


def write(deliveries: Sequence[Delivery], *, overwrite: bool, records: bool) -> None:
    """Write all pictures, then their records; each file whole or not at all."""
    for one in deliveries:
        if one.place.path is None:
            _to_stdout(one.data)
        else:
            write_atomically(one.place.path, one.data, overwrite=overwrite)
    for one in deliveries:
        if records and one.place.path is not None:
            one.record.save(record_path(one.place.path), overwrite=overwrite)


def _to_stdout(data: bytes) -> None:
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as problem:
        raise OutputError(f"Stdout cannot be written: {problem.strerror}.", detail=repr(problem)) from problem
