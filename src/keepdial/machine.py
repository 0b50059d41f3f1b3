"""What a machine has: its GPU, its main memory, whether it may use the network; measured or described.

Nothing heavy is imported for it: an NVIDIA GPU is asked through the driver's own library (NVML), an Apple
GPU is known by the machine it is part of, main memory is read from the system.
"""

from __future__ import annotations

import ctypes
import os
import platform
import re
import sys
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from keepdial.errors import ParameterError
from keepdial.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keepdial.backends import Capabilities

MB = 1_000_000
LAYERS_MB = 1100
"""What a GPU must have free to work with one layer of a model at a time.

As `keepdial.diffusion.memory` has it: 512 MiB for what is computed, and as much for the layer.
"""

ALLOWED = (
    "a list with commas of gpu=SIZE, gpu=none, mps, ram=SIZE, network, offline, with sizes such as 24GB "
    "or 512MB"
)

How = Literal["whole", "parts", "layers"]
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(gb|gib|mb|mib)")
_UNITS = {"gb": 1000.0, "mb": 1.0, "gib": 1024**3 / MB, "mib": 1024**2 / MB}


@dataclass(frozen=True, slots=True)
class Gpu:
    """A GPU: ``cuda`` (NVIDIA) or ``mps`` (Apple's, whose memory is the main memory); sizes in MB."""

    kind: Literal["cuda", "mps"]
    name: str
    total: int
    free: int


@dataclass(frozen=True, slots=True)
class Fit:
    """How a model fits on a machine.

    Attributes:
        device: where it runs: ``cuda``, ``mps`` or ``cpu``.
        how: ``whole``; ``parts``: one part of it at a time is on the GPU, the others wait in main memory;
            ``layers``: one layer at a time, which is slow.
    """

    device: Literal["cuda", "mps", "cpu"]
    how: How = "whole"

    @property
    def rank(self) -> int:
        """0 = all of it on a GPU, the larger the slower."""
        return {"whole": 0, "parts": 1, "layers": 2}[self.how] if self.device != "cpu" else 3

    @property
    def words(self) -> str:
        """Where and how, in words."""
        where = {"cuda": "on the GPU", "mps": "on the Apple GPU", "cpu": "on the CPU"}[self.device]
        return {
            "whole": where,
            "parts": f"{where}, one part of it at a time",
            "layers": f"{where}, one layer at a time, which is slow",
        }[self.how]


@dataclass(frozen=True, slots=True)
class Machine:
    """What a machine has; sizes in MB of 10^6 bytes.

    Attributes:
        gpus: its GPUs that models can run on.
        ram, free_ram: main memory, all and free.
        offline: whether the network must not be used.
        assumed: what of it was described rather than measured, as it was typed; "" = nothing.
    """

    gpus: tuple[Gpu, ...]
    ram: int
    free_ram: int
    offline: bool = False
    assumed: str = ""

    @property
    def gpu(self) -> Gpu | None:
        """The GPU with the most free memory; None where there is none."""
        return max(self.gpus, key=lambda one: one.free, default=None)

    def fit(self, can: Capabilities) -> Fit | None:
        """Return how a backend fits into what is free; None where it does not."""
        gpu = self.gpu
        if can.device in ("cuda", "mps", "any") and gpu is not None and can.device in (gpu.kind, "any"):
            if can.memory_mb <= gpu.free:
                return Fit(gpu.kind)
            # The rest of it waits in main memory, which on an Apple GPU is the same.
            if gpu.kind == "cuda" and can.memory_mb <= self.free_ram:
                if can.part_mb and can.part_mb <= gpu.free:
                    return Fit("cuda", "parts")
                if gpu.free >= LAYERS_MB:
                    return Fit("cuda", "layers")
        if can.device in ("cpu", "any") and can.memory_mb <= self.free_ram:
            return Fit("cpu")
        return None

    def lacking(self, can: Capabilities) -> str:
        """Return why a backend does not fit, as words after its name; "" where it does."""
        if can.device in ("cuda", "mps") and not any(one.kind == can.device for one in self.gpus):
            return f"runs on {_KINDS[can.device]} only, and there is none"
        if self.fit(can) is not None:
            return ""
        gpu = self.gpu if can.device != "cpu" else None
        free = f"{gb(self.free_ram)} of main memory are free"
        if gpu is not None and gpu.kind == "cuda":
            free = f"{gb(gpu.free)} are free on the GPU and {gb(self.free_ram)} in main memory"
        return f"needs about {gb(can.memory_mb)}, and {free}"

    def told(self) -> str:
        """Return what it has, in one sentence."""
        free = "" if self.free_ram == self.ram else f"{gb(self.free_ram)} free of "
        parts = [f"main memory {free}{gb(self.ram)}"]
        for one in self.gpus or ():
            if one.kind == "mps":
                parts.insert(0, f"{one.name}, which shares the main memory")
            else:
                free = "" if one.free == one.total else f"{gb(one.free)} free of "
                parts.insert(0, f"{one.name} with {free}{gb(one.total)}")
        if not self.gpus:
            parts.insert(0, "no GPU that models run on")
        return "; ".join([*parts, "offline" if self.offline else "the network may be used"])


_KINDS = {"cuda": "an NVIDIA GPU", "mps": "an Apple GPU"}


def gb(mb: float) -> str:
    """Return a number of MB in words: ``4.3 GB``, ``600 MB``."""
    return f"{mb / 1000:.1f} GB" if mb >= 950 else f"{mb:.0f} MB"


def here(settings: Settings | None = None) -> Machine:
    """Return what this machine has now. About 0.1 ms without an NVIDIA GPU."""
    settings = settings or Settings.from_environment()
    ram, free = _memory()
    gpus = _nvidia()
    if not gpus and sys.platform == "darwin" and platform.machine() == "arm64":
        gpus = (Gpu("mps", "an Apple GPU", ram, free),)
    return Machine(gpus, ram, free, settings.offline)


def assumed(text: str, settings: Settings | None = None) -> Machine:
    """Return the machine that `text` describes, such as ``gpu=24GB,ram=64GB,network``.

    What it does not name is as on this machine, but for the GPU: where it names any hardware, the machine has
    the GPU that it names, or none. All of what it names is taken as free. Raises `ParameterError`.
    """
    machine = here(settings)
    words = [word.strip().lower() for word in text.split(",") if word.strip()]
    if not words:
        raise ParameterError("--assume", text, ALLOWED)
    given: dict[str, str] = {}
    for word in words:
        name, mark, value = (part.strip() for part in word.partition("="))
        sized = name in ("gpu", "ram")
        if not (sized or name in ("mps", "network", "offline")) or bool(mark) != sized:
            raise ParameterError("--assume", word, ALLOWED)
        if name in given:
            raise ParameterError("--assume", text, f"each of them once; {name} is there twice")
        given[name] = value
    for one, other in (("network", "offline"), ("gpu", "mps")):
        if one in given and other in given:
            raise ParameterError("--assume", text, f"one of {one} and {other}")
    ram = _mb(given["ram"]) if "ram" in given else machine.ram
    free = ram if "ram" in given else machine.free_ram
    gpus = machine.gpus
    if given.keys() & {"gpu", "mps", "ram"}:
        gpus = ()
    if given.get("gpu", "none") != "none":
        size = _mb(given["gpu"])
        gpus = (Gpu("cuda", "an NVIDIA GPU", size, size),)
    if "mps" in given:
        gpus = (Gpu("mps", "an Apple GPU", ram, free),)
    offline = "offline" in given or (machine.offline and "network" not in given)
    return replace(machine, gpus=gpus, ram=ram, free_ram=free, offline=offline, assumed=text.strip())


def _mb(text: str) -> int:
    found = _SIZE.fullmatch(text)
    if found is None or float(found[1]) <= 0:
        raise ParameterError("--assume", text, "a size above 0 with its unit, such as 24GB or 512MB")
    return round(float(found[1]) * _UNITS[found[2]])


def _memory() -> tuple[int, int]:
    """Return main memory and what of it is free, in MB, not more than this process's group may have."""
    total, free = _meminfo() or _sysconf() or _windows() or (0, 0)
    limit = _limit()
    if limit is not None:
        most, used = limit
        total, free = min(total, most), min(free, max(0, most - used))
    return total // MB, free // MB


def _meminfo() -> tuple[int, int] | None:
    found: dict[str, int] = {}
    try:
        with open("/proc/meminfo", encoding="ascii", errors="replace") as file:
            for line in file:
                name, _, rest = line.partition(":")
                if name in ("MemTotal", "MemAvailable"):
                    found[name] = int(rest.split()[0]) * 1024
    except (OSError, ValueError, IndexError):
        return None
    return (found["MemTotal"], found["MemAvailable"]) if len(found) == 2 else None


def _sysconf() -> tuple[int, int] | None:
    """Where the system tells only how much there is, half of it is taken as free."""
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return None
    return total, total // 2


def _windows() -> tuple[int, int] | None:
    class Status(ctypes.Structure):
        _fields_ = (
            ("length", ctypes.c_ulong),
            ("load", ctypes.c_ulong),
            *((name, ctypes.c_ulonglong) for name in ("total", "free", "_a", "_b", "_c", "_d", "_e")),
        )

    status = Status(ctypes.sizeof(Status))
    try:
        ctypes.WinDLL("kernel32").GlobalMemoryStatusEx(ctypes.byref(status))  # type: ignore[attr-defined]
    except (AttributeError, OSError):
        return None
    return int(status.total), int(status.free)


def _limit() -> tuple[int, int] | None:
    """Return the memory that a container allows and what of it is used, in bytes; None = no limit."""
    for most, used in (
        ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
        ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
    ):
        try:
            with open(most, encoding="ascii") as first, open(used, encoding="ascii") as second:
                text, now = first.read().strip(), int(second.read())
            return None if text == "max" else (int(text), now - _reclaimable())
        except (OSError, ValueError):
            continue
    return None


def _reclaimable() -> int:
    """Return the bytes of files that the container's memory holds and would give up."""
    try:
        with open("/sys/fs/cgroup/memory.stat", encoding="ascii") as file:
            return next((int(line.split()[1]) for line in file if line.startswith("inactive_file ")), 0)
    except (OSError, ValueError, IndexError):
        return 0


class _Usage(ctypes.Structure):
    _fields_ = (("total", ctypes.c_ulonglong), ("free", ctypes.c_ulonglong), ("used", ctypes.c_ulonglong))


def _nvidia() -> tuple[Gpu, ...]:
    """Return the NVIDIA GPUs that a program would be given, or none where there is no driver."""
    shown = os.environ.get("CUDA_VISIBLE_DEVICES")
    if shown is not None and shown.strip() in ("", "-1"):
        return ()
    with _nvml() as library:
        if library is None:
            return ()
        count = ctypes.c_uint()
        if library.nvmlDeviceGetCount_v2(ctypes.byref(count)):
            return ()
        wanted = range(count.value)
        # Names (GPU-..., MIG-...) are left to the driver's order: all are counted then.
        if shown is not None and re.fullmatch(r"\d+(,\d+)*", shown.replace(" ", "")):
            wanted = [i for i in map(int, shown.replace(" ", "").split(",")) if i < count.value]  # type: ignore[assignment]
        return tuple(gpu for i in wanted if (gpu := _device(library, i)) is not None)


def _device(library: Any, index: int) -> Gpu | None:
    handle, usage, name = ctypes.c_void_p(), _Usage(), ctypes.create_string_buffer(96)
    if library.nvmlDeviceGetHandleByIndex_v2(ctypes.c_uint(index), ctypes.byref(handle)):
        return None
    if library.nvmlDeviceGetMemoryInfo(handle, ctypes.byref(usage)):
        return None
    named = not library.nvmlDeviceGetName(handle, name, ctypes.c_uint(len(name)))
    title = name.value.decode("utf-8", "replace") if named else "an NVIDIA GPU"
    return Gpu("cuda", title, usage.total // MB, usage.free // MB)


@contextmanager
def _nvml() -> Iterator[Any]:
    """Open the driver's library, where there is one."""
    try:
        library = ctypes.CDLL("nvml.dll" if sys.platform == "win32" else "libnvidia-ml.so.1")
        started = library.nvmlInit_v2() == 0
    except (OSError, AttributeError):
        yield None
        return
    if not started:
        yield None
        return
    try:
        yield library
    finally:
        library.nvmlShutdown()
