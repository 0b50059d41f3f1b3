"""Our engine's door, so that a bench can also drive a variant or a stand-in.

A name is ``keepdial`` (``keepdial.inpaint``), ``stand-in`` (OpenCV's Telea, to work on the
benches), ``module:function``, or ``path/to/file.py:function``. All take
``(pixels, mask, *, seed)``: uint8 (H, W, 3) and bool (H, W), True = edit here.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from typing import cast

import numpy as np

from kit.cases import Mask, Pixels
from kit.paths import ROOT

Engine = Callable[..., Pixels]


def stand_in(pixels: Pixels, mask: Mask, *, seed: int = 0) -> Pixels:
    """OpenCV's Telea; not the engine, only its shape. ``mask`` True = edit here."""
    import cv2

    del seed
    return np.asarray(cv2.inpaint(pixels, mask.astype(np.uint8) * 255, 3, cv2.INPAINT_TELEA))


def load(name: str = "keepdial") -> Engine:
    """The callable behind ``name``; leaves with the reason where there is none."""
    if name == "stand-in":
        return stand_in
    module_name, _, function = name.partition(":")
    source = ROOT / "src"
    if source.is_dir() and str(source) not in sys.path:
        sys.path.insert(0, str(source))
    try:
        if module_name.endswith(".py"):
            spec = importlib.util.spec_from_file_location("engine_variant", Path(module_name))
            assert spec is not None
            assert spec.loader is not None
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
        else:
            module = importlib.import_module(module_name)
        return cast(Engine, getattr(module, function or "inpaint"))
    except (ImportError, AttributeError, FileNotFoundError) as failure:
        raise SystemExit(f"no engine {name!r}: {failure} (or --engine stand-in)") from None
