"""What the training scripts share: budgets, checkpoints that survive a kill, averaged weights, a log.

Scratch (data and resumable states) lies in `build/world/`, which git ignores; trained models in
`world/models/`.
"""

from __future__ import annotations

import argparse
import copy
import json
import math
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

HERE = Path(__file__).parent
MODELS = HERE / "models"
SCRATCH = HERE.parent / "build" / "world"


def arguments(description: str, *, minutes: float, batch: int, rate: float) -> argparse.ArgumentParser:
    """Options that every script takes."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--minutes", type=float, default=minutes, help="stop after so long")
    parser.add_argument("--batch", type=int, default=batch)
    parser.add_argument("--rate", type=float, default=rate, help="the highest learning rate")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fresh", action="store_true", help="forget the state of an earlier run")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    return parser


def start(options: argparse.Namespace) -> None:
    """One thread unless OMP_NUM_THREADS says more: the cores are shared. Fixed seeds."""
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    torch.manual_seed(options.seed)
    SCRATCH.mkdir(parents=True, exist_ok=True)


@contextmanager
def half(device: str) -> Iterator[None]:
    """Bfloat16 where it is safe."""
    with torch.autocast("cuda" if device.startswith("cuda") else "cpu", torch.bfloat16):
        yield


def save(value: object, path: Path) -> None:
    """Write by `torch.save` so that a kill leaves the old file or the new one."""
    part = path.with_suffix(".part")
    torch.save(value, part)
    part.replace(path)


class Averaged:
    """An exponential moving average of a module's weights; `decay` is reached slowly."""

    def __init__(self, module: nn.Module, decay: float = 0.9985) -> None:
        self.module = copy.deepcopy(module).eval().requires_grad_(False)
        self.decay, self.steps = decay, 0

    @torch.no_grad()
    def update(self, module: nn.Module) -> None:
        """Take in the weights of `module`."""
        self.steps += 1
        decay = min(self.decay, (1 + self.steps) / (10 + self.steps))
        mine, theirs = list(self.module.parameters()), list(module.parameters())
        torch._foreach_lerp_(mine, theirs, 1 - decay)


class Muon(torch.optim.Optimizer):
    """Orthogonalised momentum for matrices and convolutions (Jordan 2024), scaled as in arXiv 2502.16982."""

    def __init__(self, weights: list[Tensor], lr: float) -> None:
        super().__init__(weights, {"lr": lr})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        """One update; the scale makes rates of Adam fit."""
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is None:
                    continue
                state = self.state[weight]
                if not state:
                    state["momentum"] = torch.zeros_like(weight)
                state["momentum"].lerp_(weight.grad, 0.05)
                update = torch.lerp(weight.grad, state["momentum"], 0.95).flatten(1)
                tall = update.shape[0] > update.shape[1]
                x = (update.T if tall else update).contiguous()
                x = x / (x.norm() + 1e-7)
                for _ in range(5):
                    a = x @ x.T
                    x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
                update = x.T if tall else x
                weight.mul_(1 - 0.01 * group["lr"])
                weight.add_(update.reshape(weight.shape), alpha=-0.2 * max(update.shape) ** 0.5 * group["lr"])


class Both:
    """Muon for what has two dimensions or more, Adam for the rest and for `adam` by name."""

    def __init__(self, modules: nn.Module, rate: float, adam: tuple[str, ...] = ()) -> None:
        named = [(name, p) for name, p in modules.named_parameters() if p.requires_grad]
        large = [p for name, p in named if p.ndim >= 2 and not name.startswith(adam)]
        small = [p for name, p in named if p.ndim < 2 or name.startswith(adam)]
        self.parts: list[torch.optim.Optimizer] = [
            Muon(large, rate),
            torch.optim.AdamW(small, lr=rate, betas=(0.9, 0.99), weight_decay=0.0, fused=True),
        ]
        self.param_groups = [group for part in self.parts for group in part.param_groups]

    def step(self) -> None:
        """One update of each."""
        for part in self.parts:
            part.step()

    def zero_grad(self, *, set_to_none: bool = True) -> None:
        """Forget the gradients."""
        for part in self.parts:
            part.zero_grad(set_to_none=set_to_none)

    def state_dict(self) -> list[dict[str, Any]]:
        """The states of both."""
        return [part.state_dict() for part in self.parts]

    def load_state_dict(self, states: list[dict[str, Any]]) -> None:
        """The way back."""
        for part, state in zip(self.parts, states, strict=True):
            part.load_state_dict(state)


class Run:
    """A training loop with a budget of minutes, cosine decay to its end, and a state that can be resumed."""

    def __init__(
        self,
        name: str,
        options: argparse.Namespace,
        modules: nn.Module,
        averaged: Averaged,
        adam: tuple[str, ...] = (),
    ) -> None:
        self.name, self.options, self.modules, self.averaged = name, options, modules, averaged
        self.optimizer = Both(modules, options.rate, adam)
        self.step, self.spent, self.curve = 0, 0.0, list[tuple[int, float, float]]()
        self.path = SCRATCH / f"{name}.pt"
        if self.path.is_file() and not options.fresh:
            state = torch.load(self.path, weights_only=True)
            modules.load_state_dict(state["modules"])
            averaged.module.load_state_dict(state["averaged"])
            averaged.steps = state["step"]
            self.optimizer.load_state_dict(state["optimizer"])
            self.step, self.spent, self.curve = state["step"], state["spent"], state["curve"]
            print(f"{name}: resumed at step {self.step}, {self.spent / 60:.1f} minutes", flush=True)

    def keep(self) -> None:
        """Write the state and the curve."""
        state = {
            "modules": self.modules.state_dict(),
            "averaged": self.averaged.module.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "spent": self.spent,
            "curve": self.curve,
        }
        save(state, self.path)
        (SCRATCH / f"{self.name}.curve.json").write_text(json.dumps(self.curve))

    def loop(self, loss_of: Callable[[], Tensor], *, export: Callable[[], Any], every: float = 240.0) -> None:
        """Train until the budget is spent; `export` writes the averaged model, every `every` seconds."""
        budget = self.options.minutes * 60
        last = kept = time.time()
        sums, count = 0.0, 0
        while self.spent < budget:
            share = self.spent / budget
            warm = min(1.0, (self.step + 1) / 200)
            rate = self.options.rate * warm * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * share)))
            for group in self.optimizer.param_groups:
                group["lr"] = rate
            loss = loss_of()
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(self.modules.parameters(), 1.0)
            self.optimizer.step()
            self.averaged.update(self.modules)
            self.step += 1
            sums, count = sums + loss.item(), count + 1
            now = time.time()
            self.spent, last = self.spent + now - last, now
            if self.step % 50 == 0:
                self.curve.append((self.step, round(self.spent, 1), round(sums / count, 5)))
                if self.step % 200 == 0:
                    print(
                        f"{self.name} step {self.step} loss {sums / count:.4f} rate {rate:.2e} "
                        f"{self.spent / 60:.1f} min {self.step / self.spent:.2f} it/s",
                        flush=True,
                    )
                sums, count = 0.0, 0
            if now - kept > every:
                self.keep()
                export()
                kept = last = time.time()
        self.keep()
        export()
        print(f"{self.name}: done, {self.step} steps in {self.spent / 60:.1f} minutes", flush=True)


def to_tensor(pictures: np.ndarray, device: str = "cpu") -> Tensor:
    """Pictures (n, h, w, 3) uint8 as (n, 3, h, w) float32 in [-1, 1]."""
    return torch.from_numpy(pictures).to(device).permute(0, 3, 1, 2).float() / 127.5 - 1


def to_pictures(tensor: Tensor) -> np.ndarray:
    """The way back."""
    array: np.ndarray = (
        ((tensor.float().clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1).cpu().numpy()
    )
    return array
