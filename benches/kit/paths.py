"""Where the benches find the reference data, the peers' environment and their own scratch folder.

KEEPDIAL_SHARED  folder with data/ and tools/   (default: ../shared beside the checkout)
KEEPDIAL_PEERS   the peers' environment         (default: .peers, else ../peers-venv)
KEEPDIAL_BENCH   scratch: cached outputs, runs  (default: .peers in the checkout, git-ignored)
"""

from __future__ import annotations

import importlib.util
import os
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("KEEPDIAL_SHARED", ROOT.parent / "shared"))
DATA = SHARED / "data"
TOOLS = SHARED / "tools"
SCRATCH = Path(os.environ.get("KEEPDIAL_BENCH", ROOT / ".peers"))


def scratch(*parts: str) -> Path:
    """A folder below the scratch folder, made if need be; git ignores the scratch folder."""
    SCRATCH.mkdir(parents=True, exist_ok=True)
    ignore = SCRATCH / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n")
    folder = SCRATCH.joinpath(*parts)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def need_shared() -> None:
    """Leave quietly, with the reason, where the reference folder is not there."""
    if not (DATA.is_dir() and TOOLS.is_dir()):
        print(f"skipped: no reference data at {SHARED} (KEEPDIAL_SHARED names another folder)")
        raise SystemExit(0)


@cache
def tool(name: str) -> ModuleType:
    """Load ``../shared/tools/NAME.py`` by path; nothing of it lives in this repository."""
    spec = importlib.util.spec_from_file_location(f"shared_{name}", TOOLS / f"{name}.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(TOOLS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    written, sys.dont_write_bytecode = sys.dont_write_bytecode, True  # the folder is read-only
    try:
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = written
    return module


@cache
def peers_python() -> Path | None:
    """The python of the peers' environment, or None where nobody has run ``setup_peers.sh``."""
    asked = os.environ.get("KEEPDIAL_PEERS")
    folders = [Path(asked)] if asked else [ROOT / ".peers", ROOT.parent / "peers-venv"]
    for folder in folders:
        python = folder / "bin" / "python"
        if python.exists():
            return python
    return None
