"""The commands there are, read from their source files without importing them.

Importing an operation loads pydantic and whatever else it needs; ``keepdial --help`` needs only a name and a
sentence of each. Both stand as literals in the unit's own declaration, so they are read from its syntax tree:
one declaration, no second list, nothing imported. A unit whose declaration is no literal is imported after
all.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import pkgutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Declared:
    """A unit as its source file declares it: its name, its one sentence, and the module that holds it.

    `group` is the heading it stands under in the help; "" where it declares none.
    """

    name: str
    summary: str
    module: str
    group: str = ""


@cache
def declared(package: str, constant: str) -> dict[str, Declared]:
    """Return the units of `package` by name: every module that assigns `constant`, in alphabetical order."""
    found: dict[str, Declared] = {}
    spec = importlib.util.find_spec(package)
    for info in pkgutil.iter_modules(spec.submodule_search_locations if spec else ()):
        if info.name.startswith("_"):
            continue
        module = f"{package}.{info.name}"
        unit = _read(module, info, constant)
        if unit is not None:
            found[unit.name] = unit
    for point in _strangers(package):
        unit_value = point.load()
        group = getattr(unit_value, "group", "")
        found[unit_value.name] = Declared(unit_value.name, unit_value.summary, point.value, group)
    return dict(sorted(found.items()))


def load(unit: Declared, constant: str) -> Any:
    """Return the unit itself, importing its module."""
    name, _, attribute = unit.module.partition(":")
    return getattr(importlib.import_module(name), attribute or constant)


def _strangers(package: str) -> tuple[Any, ...]:
    # importlib.metadata costs 15 ms to import, and nobody can have installed a stranger for the own commands.
    if package.startswith("keepdial.cli"):
        return ()
    from importlib.metadata import entry_points

    return tuple(entry_points(group=package))


def _read(module: str, info: pkgutil.ModuleInfo, constant: str) -> Declared | None:
    path = Path(getattr(info.module_finder, "path", "")) / info.name
    file = path / "__init__.py" if info.ispkg else path.with_suffix(".py")
    if not file.is_file():  # a zip archive, or compiled away
        return _imported(module, constant)
    # The declaration is the last thing in a file: what stands before it need not be parsed.
    text = file.read_bytes()
    start = text.rfind(f"\n{constant}".encode())
    call = None if start < 0 else _assigned(ast.parse(text[start:]), constant)
    if call is None:
        return None
    by_place = zip(("name", "summary"), call.args, strict=False)
    by_name = ((keyword.arg, keyword.value) for keyword in call.keywords)
    given = [*by_place, *by_name]
    words = {k: node.value for k, node in given if isinstance(node, ast.Constant)}
    name, summary = words.get("name"), words.get("summary")
    if isinstance(name, str) and isinstance(summary, str):
        return Declared(name, summary, module, str(words.get("group", "")))
    return _imported(module, constant)


def _assigned(tree: ast.Module, constant: str) -> ast.Call | None:
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        value = getattr(node, "value", None)
        if isinstance(value, ast.Call) and any(isinstance(t, ast.Name) and t.id == constant for t in targets):
            return value
    return None


def _imported(module: str, constant: str) -> Declared | None:
    unit = getattr(importlib.import_module(module), constant, None)
    return None if unit is None else Declared(unit.name, unit.summary, module, getattr(unit, "group", ""))
