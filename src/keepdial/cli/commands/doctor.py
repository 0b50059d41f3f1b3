"""``keepdial doctor``: what is installed here, and what it can do."""

from __future__ import annotations

import json
import os
import platform
import textwrap
from typing import Annotated, Any

import typer

from keepdial import __version__
from keepdial.cli.app import Command

DEVICES = {
    "cpu": "on the CPU",
    "cuda": "on an NVIDIA GPU",
    "mps": "on an Apple GPU",
    "any": "on the GPU, or on the CPU where there is none",
}
"""Where a backend runs, in words."""

MOST = 24
"""Words of a finder that are printed for people."""


def findings() -> dict[str, Any]:
    """Return versions, settings, operations, formats and backends as plain values."""
    from dataclasses import fields
    from importlib.metadata import requires, version

    from keepdial.backends import backends
    from keepdial.files.codec import codecs
    from keepdial.operations import operations
    from keepdial.select import finders
    from keepdial.settings import Settings

    settings = Settings.from_environment()
    needed = [line.split(";")[0].strip() for line in requires("keepdial") or () if "extra ==" not in line]
    names = [n.split("[")[0].split(">")[0].split("=")[0].split("<")[0].strip() for n in needed]
    return {
        "keepdial": __version__,
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "packages": {name: version(name) for name in names},
        "settings": {
            f.name: getattr(settings, f.name) for f in fields(Settings) if f.metadata.get("environment", True)
        },
        "operations": {o.name: {"summary": o.summary, "keep": o.default_keep} for o in operations().values()},
        "finders": {
            f.name: {
                "summary": f.summary,
                "words": sorted(f.words),
                "missing": f.missing(),
                "pins": f.guards != "no",
                "seconds_per_mp": f.cost,
            }
            for f in finders().values()
        },
        "formats": {
            c.name: f"{' and '.join(map(str, c.depths))} bit{' with alpha' if c.alpha else ''}"
            if c.depths
            else "read only"
            for c in codecs().values()
        },
        "backends": {
            b.name: {
                "version": b.version,
                "operations": sorted(b.capabilities.operations),
                "device": b.capabilities.device,
                "remote": b.capabilities.remote,
                "licence": b.capabilities.licence,
                "commercial": b.capabilities.commercial,
                "missing": b.capabilities.missing,
            }
            for b in backends().values()
        },
    }


def run(
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Print what is installed."""
    found = findings()
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    typer.echo(f"keepdial {found['keepdial']}, Python {found['python']}, {found['machine']}")
    typer.echo("\nBackends")
    for name, b in found["backends"].items():
        where = (
            "pixels leave this machine"
            if b["remote"]
            else f"runs here, {DEVICES.get(b['device'], b['device'])}"
        )
        use = "" if b["commercial"] else ", not for commercial use"
        use += f"; not ready: {b['missing']}" if b["missing"] else ""
        typer.echo(f"  {name} {b['version']}: {', '.join(b['operations'])}; {where}; {b['licence']}{use}")
    if not found["backends"]:
        typer.echo("  none: no picture can be edited; install keepdial anew")
    typer.echo("\nOperations")
    for name, o in found["operations"].items():
        typer.echo(f"  {name:<15}{o['summary']} Default keep {o['keep']:g}.")
    typer.echo("\nWhat --what finds")
    for name, f in found["finders"].items():
        if f["words"]:
            takes = f"About {f['seconds_per_mp']:g} s a megapixel. " if f["seconds_per_mp"] else ""
            typer.echo(_wrapped(name, f"{_some(f['words'])}. {takes}{f['missing']}".strip()))
    typer.echo("\nFormats")
    for name, what in sorted(found["formats"].items()):
        typer.echo(f"  {name:<12}{what}")
    typer.echo("\nSettings (environment variables)")
    for name, value in found["settings"].items():
        typer.echo(f"  KEEPDIAL_{name.upper()}={value}")
    typer.echo("\nPackages")
    typer.echo("  " + ", ".join(f"{name} {version}" for name, version in found["packages"].items()))


def _some(words: list[str]) -> str:
    more = len(words) - MOST
    return ", ".join(words[:MOST]) + (f" and {more} more (--json lists all)" if more > 0 else "")


def _wrapped(name: str, words: str) -> str:
    return textwrap.fill(words, 110, initial_indent=f"  {name:<12}", subsequent_indent=" " * 14)


COMMAND = Command(name="doctor", summary="Show what is installed here and what it can do.", run=run)
