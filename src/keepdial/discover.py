"""Finding units: one unit is one module with one constant; adding a unit edits no list."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from importlib.metadata import entry_points
from importlib.util import find_spec
from typing import Any


@cache
def absent(*packages: str) -> tuple[str, ...]:
    """Return those of the packages that are not installed, without importing any; looked up once."""
    return tuple(name for name in packages if find_spec(name) is None)


@cache
def units(package: str, constant: str) -> dict[str, Any]:
    """Return the units of `package` by name.

    Every module of the package that has `constant` is a unit; strangers enter by an entry point of the
    group named like the package. The unit's key is its ``name``. A name that is taken twice is an error of
    the second.
    """
    found: dict[str, Any] = {}
    parent = importlib.import_module(package)
    for info in sorted(pkgutil.iter_modules(parent.__path__), key=lambda m: m.name):
        if info.name.startswith("_"):
            continue
        module = importlib.import_module(f"{package}.{info.name}")
        if hasattr(module, constant):
            _add(found, getattr(module, constant), module.__name__)
    for point in entry_points(group=package):
        _add(found, point.load(), point.value)
    return found


def _add(found: dict[str, Any], unit: Any, where: str) -> None:
    if unit.name in found:
        raise ValueError(f"{where}: the name {unit.name!r} is taken already")
    found[unit.name] = unit
