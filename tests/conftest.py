"""Fixtures that every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def photos() -> Path:
    """The photographs that the project ships."""
    return ROOT / "examples" / "photos"


@pytest.fixture(scope="session")
def shared() -> Path:
    """Reference data beside the checkout (or at $KEEPDIAL_SHARED); tests that need it are skipped without."""
    place = Path(os.environ.get("KEEPDIAL_SHARED", ROOT.parent / "shared"))
    if not place.is_dir():
        pytest.skip(f"no reference data at {place}; set KEEPDIAL_SHARED to where it lies")
    return place
