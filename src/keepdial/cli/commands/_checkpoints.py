"""What ``keepdial models`` does with checkpoints: the folders and files of diffusion models."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from keepdial.diffusion.checkpoint import Checkpoint


def is_one(what: str, name: str | None, pipeline: str | None, config: str | None) -> bool:
    """Return whether what is to be added is a checkpoint rather than the file of a model with a card."""
    from keepdial import models

    if name in models.cards():
        return False
    path = Path(what).expanduser()
    return bool(pipeline or config or name) or path.is_dir() or path.suffix == ".gguf"


def added(
    what: str, name: str | None, pipeline: str | None, config: str | None, quiet: bool
) -> dict[str, Any]:
    """Register a checkpoint; what is to be printed of it."""
    from keepdial.cli.progress import shown, stoppable
    from keepdial.diffusion.register import add
    from keepdial.errors import InputError

    if name is None:
        raise InputError(
            f"{what!r} is a checkpoint and needs a name.",
            hint="Give it one: --name NAME, which edits then use.",
        )
    with stoppable() as cancel, shown(quiet=quiet) as listener:
        found = add(
            what, name, pipeline=pipeline or "", config=config or "", progress=listener, cancel=cancel
        )
    return {
        "text": f"{name} is registered: {found.pipeline} at {found.path}",
        "json": {"registered": name, "path": str(found.path), "pipeline": found.pipeline},
    }


def removed(name: str) -> dict[str, Any]:
    """Forget a checkpoint; what is to be printed of it."""
    from keepdial.diffusion.checkpoint import checkpoints
    from keepdial.diffusion.register import remove

    before = checkpoints()[name]
    gone = remove(name)
    rest = (
        f" Its files at {before.path} are left." if before.path not in gone and before.path.exists() else ""
    )
    return {
        "text": f"{name} is forgotten.{rest}",
        "json": {"removed": [name], "deleted": [str(path) for path in gone]},
    }


def verified(names: list[str], quiet: bool) -> dict[str, Any]:
    """Read checkpoints through; what is to be printed of them, and which are not as they should be."""
    from keepdial.cli.progress import shown, stoppable
    from keepdial.diffusion.backend import fingerprint
    from keepdial.diffusion.checkpoint import checkpoints
    from keepdial.diffusion.sound import check
    from keepdial.errors import ModelRefused

    lines, table, wrong = [], {}, []
    known = checkpoints()
    with stoppable() as cancel, shown(quiet=quiet) as listener:
        for name in names:
            try:
                check(known[name], cancel, listener)
                table[name] = {"weights": fingerprint(known[name]), "wrong": ""}
                lines.append(f"{name}: whole and finite, weights {table[name]['weights']}")
            except ModelRefused as problem:
                table[name] = {"weights": "", "wrong": str(problem)}
                lines.append(f"{name}: {problem}")
                wrong.append(name)
    return {"text": "\n".join(lines), "json": {"checkpoints": table}, "wrong": wrong}


def listed() -> dict[str, Any]:
    """Return what is to be printed of all checkpoints that are here."""
    from keepdial.diffusion.backend import stranded
    from keepdial.diffusion.checkpoint import checkpoints, place
    from keepdial.diffusion.family import family_of
    from keepdial.models.catalogue import size_in_words

    wrong = stranded()
    lines, table = [f"Checkpoints in {place()}:"], []
    for name, one in checkpoints().items():
        family, why = family_of(one.pipeline), wrong[name].wrong if name in wrong else ""
        table.append(
            {
                "name": name,
                "family": family.name if family else None,
                "pipeline": one.pipeline or None,
                "path": str(one.path),
                "bytes": one.bytes,
                "licence": one.about.get("licence"),
                "commercial": one.about.get("commercial"),
                "wrong": why,
            }
        )
        size = size_in_words(one.bytes) if one.bytes else "-"
        kind = f"{family.name if family else '-'} ({one.pipeline or '-'})"
        lines.append(f"  {'wrong' if why else 'here':<6}{name:<19}{size:>15}  {kind}, {_use(one)}")
        if why:
            lines.append(f"        {why}")
    if not table:
        lines.append("  none")
    lines.append("Register one with: keepdial models add FOLDER_OR_FILE --name NAME")
    return {"text": "\n".join(lines), "json": table}


def _use(one: Checkpoint) -> str:
    licence = one.about.get("licence", "licence not known")
    if "commercial" not in one.about:
        return f"{licence}, whether commercial use is allowed is not known"
    return f"{licence}, {'commercial use allowed' if one.about['commercial'] else 'not for commercial use'}"
