"""One line about the machine and the versions, so that a table can be read later."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


def cpu_model() -> str:
    """The processor's name as the kernel has it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def describe(packages: tuple[str, ...] = ("numpy", "numba", "opencv-python-headless")) -> str:
    """CPU model, cores, load average and versions."""
    load = " ".join(f"{v:.2f}" for v in os.getloadavg())
    found = []
    for name in packages:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return (
        f"{cpu_model()}, {os.cpu_count()} cores, load {load}, "
        f"Python {platform.python_version()}, {', '.join(found)}"
    )
