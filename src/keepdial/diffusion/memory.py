"""Where a checkpoint runs, in which number format, and what it gives up to fit into free memory."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Literal

from keepdial.errors import BackendError

WORKING = 0.35
"""Memory for activations beside the weights, as a share of the weights, at the least `LEAST` bytes.

A judgement, not a measurement: it decides when to give something up, and an allocation that fails all the
same is caught and answered (`exhausted`).
"""

LEAST = 512 * 1024**2

Offload = Literal["none", "model", "sequential"]


@dataclass(frozen=True, slots=True)
class Machine:
    """What is free where: `device` is ``cuda``, ``mps`` or ``cpu``, sizes are in bytes."""

    device: Literal["cuda", "mps", "cpu"]
    free: int
    ram: int


@dataclass(frozen=True, slots=True)
class Placement:
    """How a checkpoint is run.

    Attributes:
        device: where.
        dtype: the weights' number format there, a name of torch.
        offload: ``none``: all of it stays on the device; ``model``: one component at a time does;
            ``sequential``: one layer at a time, slow.
        frugal: whether attention is sliced and the VAE works in tiles.
        why: in words, for the notes; "" where nothing had to be given up.
    """

    device: Literal["cuda", "mps", "cpu"]
    dtype: Literal["float32", "float16", "bfloat16"]
    offload: Offload = "none"
    frugal: bool = False
    why: str = ""


def machine() -> Machine:
    """Return what this machine has free now. Imports torch."""
    import torch

    ram = _free_ram()
    if torch.cuda.is_available():
        return Machine("cuda", int(torch.cuda.mem_get_info()[0]), ram)
    if torch.backends.mps.is_available():
        return Machine("mps", ram, ram)
    return Machine("cpu", ram, ram)


def _free_ram() -> int:
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            for line in file:
                if line.startswith("MemAvailable:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    try:
        return int(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")) // 2
    except (ValueError, OSError, AttributeError):
        return 8 * 1024**3


def placed(weights: int, largest: int, here: Machine) -> Placement:
    """Return how to run a checkpoint on the machine, giving up as little as will do.

    Args:
        weights: bytes of all its weights at 16 bits.
        largest: bytes of its largest component at 16 bits.
        here: what is free.

    Raises:
        BackendError: it fits in no way; the message says what would.
    """
    if here.device == "cpu":
        # bfloat16 halves the memory and, where the CPU has AMX or AVX512-BF16, is faster; without, it is
        # slower and coarser. So float32 wherever it fits.
        if 2 * weights + _working(2 * weights) <= here.free:
            return Placement("cpu", "float32")
        if weights + _working(weights) <= here.free:
            why = "The weights are held in 16 bits, for there is not enough memory."
            return Placement("cpu", "bfloat16", frugal=True, why=why)
        raise _too_small(weights, here)
    dtype: Literal["float16", "bfloat16"] = "bfloat16" if here.device == "cuda" else "float16"
    if weights + _working(weights) <= here.free:
        return Placement(here.device, dtype)
    if here.device == "cuda" and weights <= here.ram:
        if largest + _working(largest) <= here.free:
            why = "One component at a time is on the GPU, since all of it does not fit."
            return Placement("cuda", dtype, "model", frugal=True, why=why)
        if here.free >= LEAST * 2:
            why = "One layer at a time is on the GPU, since its largest component does not fit: this is slow."
            return Placement("cuda", dtype, "sequential", frugal=True, why=why)
    raise _too_small(weights, here)


def _working(weights: int) -> int:
    return max(LEAST, int(weights * WORKING))


def _too_small(weights: int, here: Machine) -> BackendError:
    need = weights + _working(weights)
    where = {"cuda": "on the GPU", "mps": "on this machine", "cpu": "on this machine"}[here.device]
    return BackendError(
        f"This checkpoint needs about {_gb(need)} and {_gb(here.free)} are free {where}.",
        hint="Close other programs, use a smaller checkpoint or a quantised one (GGUF), or a machine with "
        f"{_gb(need)} free. `keepdial route` shows what fits here.",
    )


def exhausted(problem: BaseException, name: str) -> BackendError | None:
    """Return our error for an allocation that failed; None when `problem` is something else."""
    kind = type(problem).__name__
    told = str(problem).lower()
    full = "out of memory" in told or "can't allocate memory" in told or "defaultcpuallocator" in told
    if not (isinstance(problem, MemoryError) or kind == "OutOfMemoryError" or full):
        return None
    return BackendError(
        f"The memory did not suffice for {name!r}.",
        hint="Nothing was written. Close other programs, select a smaller region, or use a smaller or "
        "quantised checkpoint.",
        detail=f"{kind}: {problem}",
    )


def _gb(count: int) -> str:
    return f"{count / 1e9:.1f} GB"


def settle(pipe: Any, placement: Placement) -> None:
    """Bring a pipeline to where it runs, and have it give up what the placement says."""
    if placement.frugal:
        for thing, method in (
            (pipe, "enable_attention_slicing"),
            (getattr(pipe, "vae", None), "enable_tiling"),
        ):
            if hasattr(thing, method):
                getattr(thing, method)()
    if placement.offload == "model":
        pipe.enable_model_cpu_offload(device=placement.device)
    elif placement.offload == "sequential":
        pipe.enable_sequential_cpu_offload(device=placement.device)
    else:
        pipe.to(placement.device)
