"""Where a checkpoint runs, and what it gives up. That moving parts on and off a GPU works cannot be tested
without one: here it is only seen that it is asked for."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from keepdial.diffusion.memory import LEAST, Machine, Placement, exhausted, machine, placed, settle
from keepdial.errors import BackendError

GB = 10**9
Device = Literal["cuda", "mps", "cpu"]


@pytest.mark.parametrize(
    ("device", "weights", "largest", "free", "ram", "dtype", "offload", "frugal"),
    [
        # all of it fits
        ("cpu", 2, 1, 8, 8, "float32", "none", False),
        ("cuda", 2, 1, 8, 8, "bfloat16", "none", False),
        ("mps", 2, 1, 8, 8, "float16", "none", False),
        # on a CPU 32 bits do not fit, 16 do: 2 * 4 * 1.35 > 8 >= 4 * 1.35
        ("cpu", 4, 3, 8, 8, "bfloat16", "none", True),
        # on a GPU all of it does not fit, its largest part does
        ("cuda", 12, 6, 10, 32, "bfloat16", "model", True),
        # nor does its largest part
        ("cuda", 30, 20, 10, 64, "bfloat16", "sequential", True),
    ],
)
def test_as_little_as_will_do_is_given_up(
    device: Device,
    weights: float,
    largest: float,
    free: float,
    ram: float,
    dtype: str,
    offload: str,
    frugal: bool,
) -> None:
    found = placed(int(weights * GB), int(largest * GB), Machine(device, int(free * GB), int(ram * GB)))
    assert (found.device, found.dtype, found.offload, found.frugal) == (device, dtype, offload, frugal)
    assert bool(found.why) == frugal


@pytest.mark.parametrize(
    ("device", "weights", "free", "ram", "said"),
    [
        ("cpu", 10, 8, 8, "needs about 13.5 GB and 8.0 GB are free on this machine"),
        ("mps", 10, 8, 8, "needs about 13.5 GB and 8.0 GB are free on this machine"),
        ("cuda", 24, 8, 16, "needs about 32.4 GB and 8.0 GB are free on the GPU"),
        ("cuda", 24, 1, 64, "needs about 32.4 GB and 1.0 GB are free on the GPU"),
        ("cpu", 0.01, 0.1, 0.1, "needs about 0.5 GB and 0.1 GB are free"),
    ],
)
def test_what_does_not_fit_says_what_would(
    device: Device, weights: float, free: float, ram: float, said: str
) -> None:
    with pytest.raises(BackendError, match=said) as caught:
        placed(int(weights * GB), int(weights * GB), Machine(device, int(free * GB), int(ram * GB)))
    assert "GGUF" in caught.value.hint
    assert caught.value.exit_code == 6


def test_the_bounds_are_where_they_are_said_to_be() -> None:
    small = 100_000_000  # its working memory is the least there is
    need = 2 * small + LEAST
    assert placed(small, small, Machine("cpu", need, need)).dtype == "float32"
    assert placed(small, small, Machine("cpu", need - 1, need)).dtype == "bfloat16"


class Fake:
    """A pipeline that notes what it is asked for."""

    def __init__(self, *methods: str) -> None:
        self.asked: list[tuple[str, Any]] = []
        self.vae: Any = None
        for name in methods:
            setattr(self, name, lambda *given, name=name, **named: self.asked.append((name, given or named)))


ALL = (
    "to",
    "enable_attention_slicing",
    "enable_model_cpu_offload",
    "enable_sequential_cpu_offload",
)


@pytest.mark.parametrize(
    ("placement", "asked"),
    [
        (Placement("cpu", "float32"), [("to", ("cpu",))]),
        (
            Placement("cpu", "bfloat16", frugal=True),
            [("enable_attention_slicing", {}), ("enable_tiling", {}), ("to", ("cpu",))],
        ),
        (
            Placement("cuda", "bfloat16", "model", frugal=True),
            [
                ("enable_attention_slicing", {}),
                ("enable_tiling", {}),
                ("enable_model_cpu_offload", {"device": "cuda"}),
            ],
        ),
        (
            Placement("cuda", "bfloat16", "sequential"),
            [("enable_sequential_cpu_offload", {"device": "cuda"})],
        ),
    ],
)
def test_a_pipeline_is_asked_for_what_was_placed(placement: Placement, asked: list[Any]) -> None:
    pipe, tiles = Fake(*ALL), Fake("enable_tiling")
    tiles.asked = pipe.asked
    pipe.vae = tiles
    settle(pipe, placement)
    assert pipe.asked == asked


def test_what_a_pipeline_does_not_have_is_not_asked_for() -> None:
    pipe = Fake("to")
    settle(pipe, Placement("cpu", "bfloat16", frugal=True))
    assert pipe.asked == [("to", ("cpu",))]


def test_failed_allocations_are_told_from_other_errors() -> None:
    import torch

    full = [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        RuntimeError("MPS backend out of memory (MPS allocated: 8 GB)"),
        RuntimeError(
            "[enforce fail at alloc_cpu.cpp:117] err == 0. DefaultCPUAllocator: can't allocate memory"
        ),
    ]
    for problem in full:
        found = exhausted(problem, "tiny")
        assert found is not None
        assert "'tiny'" in found.message
        assert "Nothing was written" in found.hint
    assert exhausted(RuntimeError("shapes do not match"), "tiny") is None


def test_this_machine_has_something_free() -> None:
    here = machine()
    assert here.free > 0
    assert here.ram > 0
