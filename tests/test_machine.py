"""What a machine has: described in words, measured, and what fits on it."""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any

import pytest

from keepdial import machine
from keepdial.backends import Capabilities
from keepdial.errors import ParameterError
from keepdial.machine import Gpu, Machine, assumed, here
from keepdial.settings import Settings

NONE = frozenset({"fill"})


def can(memory: int, part: int = 0, device: str = "any") -> Capabilities:
    return Capabilities(operations=NONE, memory_mb=memory, part_mb=part, device=device)


def test_a_machine_that_is_described() -> None:
    one = assumed("gpu=24GB, ram=64GB, network")
    assert one.gpus == (Gpu("cuda", "an NVIDIA GPU", 24_000, 24_000),)
    assert (one.ram, one.free_ram, one.offline) == (64_000, 64_000, False)
    assert one.told() == "an NVIDIA GPU with 24.0 GB; main memory 64.0 GB; the network may be used"
    other = assumed("MPS,ram=32GiB,offline")
    assert other.gpus == (Gpu("mps", "an Apple GPU", 34_360, 34_360),)
    assert other.told().startswith("an Apple GPU, which shares the main memory; main memory 34.4 GB; offline")


def test_what_is_not_described_is_as_here() -> None:
    now = here(Settings())
    only = assumed("gpu=512MB", Settings())
    assert only.gpus[0].total == 512
    assert only.ram == now.ram
    assert assumed("network", Settings(offline=True)).offline is False
    assert assumed("ram=8GB", Settings(offline=True)).offline is True
    assert assumed("gpu=none,ram=8GB").gpus == ()
    assert "no GPU that models run on" in assumed("ram=8GB").told()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "a list with commas"),
        ("gpu", "a list with commas"),
        ("gpu=24", "24GB or 512MB"),
        ("gpu=0GB", "above 0"),
        ("gpu=-1GB", "above 0"),
        ("ram=none", "24GB or 512MB"),
        ("tpu=8GB", "a list with commas"),
        ("network=1", "a list with commas"),
        ("gpu=1GB,gpu=2GB", "gpu is there twice"),
        ("gpu=1GB,mps", "one of gpu and mps"),
        ("network,offline", "one of network and offline"),
    ],
)
def test_what_is_no_machine_is_refused_with_what_is_one(text: str, said: str) -> None:
    with pytest.raises(ParameterError, match="--assume") as caught:
        assumed(text)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("needs", "how"),
    [
        (can(8_000), "on the GPU"),
        (can(30_000, 12_000), "on the GPU, one part of it at a time"),
        (can(30_000, 28_000), "on the GPU, one layer at a time, which is slow"),
        (can(30_000), "on the GPU, one layer at a time, which is slow"),
        (can(8_000, device="cpu"), "on the CPU"),
    ],
)
def test_how_a_model_fits(needs: Capabilities, how: str) -> None:
    fit = assumed("gpu=24GB,ram=64GB").fit(needs)
    assert fit is not None
    assert fit.words == how


def test_what_does_not_fit_says_what_would() -> None:
    one = assumed("gpu=24GB,ram=64GB")
    assert one.fit(can(78_000, 55_000)) is None
    assert one.lacking(can(78_000, 55_000)) == (
        "needs about 78.0 GB, and 24.0 GB are free on the GPU and 64.0 GB in main memory"
    )
    plain = assumed("ram=4GB")
    assert plain.lacking(can(5_000)) == "needs about 5.0 GB, and 4.0 GB of main memory are free"
    assert plain.lacking(can(3_000)) == ""
    assert plain.lacking(can(100, device="cuda")) == "runs on an NVIDIA GPU only, and there is none"
    # Apple's GPU has the main memory, so there is nothing to move parts to.
    assert assumed("mps,ram=16GB").fit(can(20_000, 5_000)) is None
    ranks = [
        fit.rank
        for where, need in (
            (one, can(8_000)),
            (one, can(30_000, 9_000)),
            (one, can(30_000)),
            (plain, can(3_000)),
        )
        if (fit := where.fit(need)) is not None
    ]
    assert ranks == [0, 1, 2, 3]


def test_the_gpu_with_the_most_free_memory_counts() -> None:
    two = Machine((Gpu("cuda", "a", 8_000, 1_000), Gpu("cuda", "b", 6_000, 5_000)), 9_000, 9_000)
    assert two.gpu is not None
    assert two.gpu.name == "b"
    assert "a with 1.0 GB free of 8.0 GB; b with" in two.told() or "b with 5.0 GB free" in two.told()


def test_this_machine_has_memory_and_a_container_may_have_less(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(machine, "_meminfo", lambda: (8_000_000_000, 6_000_000_000))
    monkeypatch.setattr(machine, "_limit", lambda: None)
    assert (here(Settings()).ram, here(Settings()).free_ram) == (8_000, 6_000)
    monkeypatch.setattr(machine, "_limit", lambda: (4_000_000_000, 1_000_000_000))
    assert (here(Settings()).ram, here(Settings()).free_ram) == (4_000, 3_000)
    assert here(Settings(offline=True)).offline


def test_without_a_driver_there_is_no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(_: str) -> None:
        raise OSError("no such library")

    monkeypatch.setattr(ctypes, "CDLL", absent)
    assert machine._nvidia() == ()


class Nvml:
    """The driver's library with two GPUs, as far as it is asked."""

    def nvmlInit_v2(self) -> int:
        return 0

    def nvmlShutdown(self) -> int:
        return 0

    def nvmlDeviceGetCount_v2(self, count: Any) -> int:
        count._obj.value = 2
        return 0

    def nvmlDeviceGetHandleByIndex_v2(self, index: Any, handle: Any) -> int:
        handle._obj.value = index.value + 1
        return 0

    def nvmlDeviceGetMemoryInfo(self, handle: Any, usage: Any) -> int:
        usage._obj.total, usage._obj.free = 24_000_000_000, handle.value * 10_000_000_000
        return 0

    def nvmlDeviceGetName(self, handle: Any, name: Any, _: Any) -> int:
        name.value = f"GPU {handle.value}".encode()
        return 0


@pytest.mark.parametrize(
    ("shown", "names"),
    [
        (None, ["GPU 1", "GPU 2"]),
        ("1", ["GPU 2"]),
        ("", []),
        ("-1", []),
        ("7", []),
        ("GPU-abc", ["GPU 1", "GPU 2"]),
    ],
)
def test_the_driver_is_asked_for_what_a_program_would_be_given(
    shown: str | None, names: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _: Nvml())
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if shown is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", shown)
    found = machine._nvidia()
    assert [one.name for one in found] == names
    assert all(one.total == 24_000 for one in found)


def test_main_memory_is_read_from_the_system(tmp_path: Path) -> None:
    total, free = machine._memory()
    assert total >= free > 0
