"""Starting is light: what ``--help``, ``--version`` and ``import keepdial`` load. Modules, not times."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = {
    "numpy",
    "scipy",
    "numba",
    "cv2",
    "PIL",
    "pillow_heif",
    "imagecodecs",
    "tifffile",
    "jpeglib",
    "simplejpeg",
    "pydantic",
    "torch",
    "onnxruntime",
    "diffusers",
}


def loaded_by(code: str) -> set[str]:
    script = f"import sys, json\n{code}\nprint(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(json.loads(done.stderr.splitlines()[-1]))


def test_import_keepdial_is_light() -> None:
    modules = loaded_by("import keepdial; keepdial.__version__")
    assert "keepdial" in modules
    assert not HEAVY & modules
    assert "typer" not in modules


@pytest.mark.parametrize("words", [["--help"], []])
def test_help_is_light(words: list[str]) -> None:
    modules = loaded_by(f"from keepdial.cli import main\nassert main({words!r}) == 0")
    assert not HEAVY & modules
    assert "keepdial.operations" not in modules
