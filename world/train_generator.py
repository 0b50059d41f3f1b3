"""Train the small StyleGAN2 that DragGAN is tried on: one thing on a gradient, 64 px. Resumable.

    OMP_NUM_THREADS=1 nohup nice -n 6 python world/train_generator.py --minutes 90 &
    OMP_NUM_THREADS=1 nohup nice -n 6 python world/train_generator.py --finish 22 &
    python world/train_generator.py --export world/models/generator

Non-saturating logistic loss, R1 every 16 steps (Karras et al. 2020, section 3.1), a mean of the generator's
weights over time, style mixing, a residual discriminator with the standard deviation of the batch. It grows:
16 px first, where a step costs a tenth, then 32, then 64. Pictures are drawn as training goes on, so there is
no data set and nothing to overfit.

The last step, `--finish`, needs no adversary: the grown generator learns to draw at 64 px, sharply, what it
drew at 32, by pairs of its styles and the world's scene that is nearest to what it made of them.

What it draws is a plain part of the drawn world (`plain.py`): one disc of one of three colours, of 9 to 13
px, anywhere inside the picture, on three of the world's grounds without their texture. Other shapes,
lettering, faces, patterns and textures are left out: a small generator learns this much in the time that a
share of a core has for it.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from keepdial.networks.stylegan2.network import Generator, Shape
from plain import draw, nearest, plain

SHAPE = Shape(resolution=64, z=64, w=128, mapping=4, channels=(96, 96, 96, 48, 24))


DRAG = {
    "supervise": 6,
    "track": 3,
    "compare": 6,
    "spacing": 0.5,
    "stride": 1,
    "near": 0.5,
    "rate": 0.01,
    "layers": 4,
    "anchor": 1,
}
"""How handles are dragged in it: measured, see docs/dragging-latents.md."""


class Conv(nn.Module):
    """A convolution whose weights are scaled when they are used."""

    def __init__(self, inputs: int, outputs: int, kernel: int, *, bias: bool = True) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(outputs)) if bias else None
        self.scale = 1 / math.sqrt(inputs * kernel * kernel)

    def forward(self, x: Tensor) -> Tensor:
        """Return the convolution, of the same side."""
        bias = None if self.bias is None else self.bias.to(x.dtype)
        return functional.conv2d(
            x, (self.weight * self.scale).to(x.dtype), bias, padding=self.weight.shape[-1] // 2
        )


class Residual(nn.Module):
    """Halves the side."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv0, self.conv1 = Conv(inputs, inputs, 3), Conv(inputs, outputs, 3)
        self.skip = Conv(inputs, outputs, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Return features of half the side."""
        small = functional.avg_pool2d(x, 2)
        y = functional.leaky_relu(self.conv0(x), 0.2) * math.sqrt(2)
        y = functional.leaky_relu(self.conv1(functional.avg_pool2d(y, 2)), 0.2) * math.sqrt(2)
        return (y + self.skip(small)) / math.sqrt(2)


class Discriminator(nn.Module):
    """Pictures of any side from 16 px on to how real they look."""

    def __init__(self) -> None:
        super().__init__()
        c = SHAPE.channels
        self.starts = nn.ModuleDict({str(s): Conv(3, c[i], 1) for i, s in enumerate(SHAPE.sides)})
        self.blocks = nn.ModuleDict(
            {str(s): Residual(c[i], c[i - 1]) for i, s in enumerate(SHAPE.sides) if s > 4}
        )
        self.last = Conv(c[0] + 1, c[0], 3)
        self.dense = nn.Linear(c[0] * 16, c[0])
        self.out = nn.Linear(c[0], 1)

    def forward(self, x: Tensor, share: float = 1.0) -> Tensor:
        """Return (n, 1) logits; `share` is how much of a say the block that came last has."""
        side = x.shape[-1]
        y = self.blocks[str(side)](self._start(x))
        if share < 1:
            y = y.lerp(self._start(functional.avg_pool2d(x, 2)).to(y.dtype), 1 - share)
        side //= 2
        while side > 4:
            y = self.blocks[str(side)](y)
            side //= 2
        # How different the pictures of a group are: a generator that makes one picture only is found out.
        groups = y.float().view(-1, 4, *y.shape[1:])
        spread = (groups.var(dim=1, unbiased=False) + 1e-8).sqrt().mean(dim=(1, 2, 3))
        spread = spread.repeat_interleave(4)[:, None, None, None].expand(-1, 1, 4, 4)
        y = functional.leaky_relu(self.last(torch.cat([y, spread.to(y.dtype)], 1)), 0.2)
        y = functional.leaky_relu(self.dense(y.flatten(1)), 0.2)
        return self.out(y).float()

    def _start(self, x: Tensor) -> Tensor:
        return functional.leaky_relu(self.starts[str(x.shape[-1])](x), 0.2) * math.sqrt(2)


def latents(model: Generator, count: int) -> Tensor:
    """Return w+ of random latents; a few of them change to another latent's styles at some layer."""
    w = model.mapping(torch.randn(2 * count, SHAPE.z))
    model.mapping.w_avg.lerp_(w.detach().float().mean(dim=0), 0.005)
    first, second = w[:count, None], w[count:, None]
    cut = torch.randint(1, SHAPE.layers, (count, 1, 1))
    cut[torch.rand(count, 1, 1) < 0.7] = SHAPE.layers
    return torch.where(torch.arange(SHAPE.layers)[None, :, None] < cut, first, second)


def sheet(model: Generator, path: Path, *, until: int = 64, truncation: float = 1.0) -> None:
    """Write what fixed latents look like."""
    from PIL import Image

    rows, columns = 8, 14
    z = torch.randn(rows * columns, SHAPE.z, generator=torch.Generator().manual_seed(7))
    with torch.no_grad():
        ws = model.styles(z, truncation=truncation)
        made = torch.cat([model.picture(part, until=until) for part in ws.split(28)]).clamp(-1, 1)
    made = made.view(rows, columns, 3, until, until).permute(0, 3, 1, 4, 2)
    shown = ((made.reshape(rows * until, columns * until, 3).numpy() + 1) * 127.5).round().astype(np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(shown).resize((columns * 64, rows * 64), Image.Resampling.NEAREST).save(path)


def export(model: Generator, folder: Path) -> None:
    """Write config and weights as keepdial finds them, with the spread of w."""
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        w = model.mapping(torch.randn(10_000, SHAPE.z, generator=generator))
        model.mapping.w_avg.copy_(w.mean(dim=0))
    state = {k: v.detach().half().contiguous() for k, v in model.state_dict().items()}
    save_file(state, str(folder / "generator.safetensors"))
    (folder / "generator.safetensors").chmod(0o644)
    config = {
        "resolution": SHAPE.resolution,
        "z": SHAPE.z,
        "w": SHAPE.w,
        "mapping": SHAPE.mapping,
        "channels": list(SHAPE.channels),
        "weights": "generator.safetensors",
        "features": 32,
        "drag": DRAG,
    }
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    index = {"_class_name": "StyleGAN2Generator"}
    (folder / "model_index.json").write_text(json.dumps(index, indent=2) + "\n")
    about = {
        "title": "One disc on a smooth ground, 64 px: a plain part of the drawn world",
        "licence": "Apache-2.0",
        "commercial": True,
        "best": SHAPE.resolution,
    }
    (folder / "keepdial.json").write_text(json.dumps(about, indent=2) + "\n")


R1 = 4.0
HALF = 6000
"""Pictures in which half of the mean generator's weights is forgotten."""

STAGES = ((16, 0.32), (32, 0.74), (64, 1.0))
"""Sides, and up to which part of the time each is trained."""

FADE = 8000
"""Pictures over which a new block of the discriminator gets its say."""


@dataclass
class State:
    """Everything that training changes."""

    model: Generator
    mean: Generator
    judge: Discriminator
    opt_g: torch.optim.Optimizer
    opt_d: torch.optim.Optimizer
    step: int = 0
    seen: int = 0
    spent: float = 0.0
    side: int = 16
    since: int = 0

    @staticmethod
    def begin() -> State:
        """Return a new one."""
        model, mean, judge = Generator(SHAPE), Generator(SHAPE), Discriminator()
        with torch.no_grad():
            for side in SHAPE.sides[3:]:
                # What a new block adds is little at first.
                model.get_submodule(f"synthesis.b{side}.torgb").weight.mul_(0.1)
        mean.load_state_dict(model.state_dict())
        lazy = 16 / 17
        opt_g = torch.optim.Adam(model.parameters(), 2.5e-3, (0.0, 0.99), 1e-8)
        opt_d = torch.optim.Adam(judge.parameters(), 2.5e-3 * lazy, (0.0, 0.99**lazy), 1e-8)
        return State(model, mean, judge, opt_g, opt_d)

    def save(self, path: Path) -> None:
        """Write it, at once or not at all."""
        parts = {name: getattr(self, name).state_dict() for name in PARTS}
        part = path.with_suffix(".part")
        torch.save({**parts, **{name: getattr(self, name) for name in NUMBERS}}, part)
        part.replace(path)

    def restore(self, path: Path) -> None:
        """Take what was saved."""
        saved = torch.load(path, weights_only=True)
        for name in PARTS:
            getattr(self, name).load_state_dict(saved[name])
        for name in NUMBERS:
            setattr(self, name, saved[name])


PARTS = ("model", "mean", "judge", "opt_g", "opt_d")
NUMBERS = ("step", "seen", "spent", "side", "since")


def train(run: Path, minutes: float, batch: int, seed: int) -> None:
    """Train until the minutes, all runs together, are over."""
    torch.manual_seed(seed)
    at = State.begin()
    if (run / "state.pt").exists():
        at.restore(run / "state.pt")
        torch.manual_seed(seed + at.step)
    model, mean, judge = at.model, at.mean, at.judge
    model.to(memory_format=torch.channels_last)
    judge.to(memory_format=torch.channels_last)
    rng = np.random.default_rng((seed, at.step))
    sums, count, steep = np.zeros(3), 0, 0.0
    last = told = kept = time.monotonic()
    log = (run / "log.tsv").open("a")
    while at.spent < minutes * 60:
        side = next(s for s, until in STAGES if at.spent < until * minutes * 60)
        if side != at.side:
            at.side, at.since = side, 0
        share = 1.0 if side == 16 else min(1.0, (at.since + batch) / FADE)
        real = functional.adaptive_avg_pool2d(torch.from_numpy(draw(batch, rng)), side)
        real = real.contiguous(memory_format=torch.channels_last)
        # The discriminator's turn
        penalise = at.step % 16 == 0
        real.requires_grad_(penalise)
        with torch.autocast("cpu", torch.bfloat16):
            # The same pictures serve both: the one that is judged and the one that is learnt from.
            fake = model.picture(latents(model, batch), noise="random", until=side)
            of_real, of_fake = judge(real, share), judge(fake.detach(), share)
            loss = (functional.softplus(of_fake) + functional.softplus(-of_real)).mean()
        if penalise:
            (slope,) = torch.autograd.grad(of_real.sum(), real, create_graph=True)
            squared = slope.float().square().sum(dim=(1, 2, 3)).mean()
            loss, steep = loss + squared * (0.5 * R1 * 16), float(squared.detach())
        at.opt_d.zero_grad(set_to_none=True)
        loss.backward()
        at.opt_d.step()
        # The generator's turn
        judge.requires_grad_(False)
        with torch.autocast("cpu", torch.bfloat16):
            cost = functional.softplus(-judge(fake, share)).mean()
        at.opt_g.zero_grad(set_to_none=True)
        cost.backward()
        at.opt_g.step()
        judge.requires_grad_(True)
        at.step, at.seen, at.since = at.step + 1, at.seen + batch, at.since + batch
        with torch.no_grad():
            forget = 1 - 0.5 ** (batch / min(HALF, at.seen * 0.05))
            torch._foreach_lerp_(list(mean.parameters()), list(model.parameters()), forget)
            mean.mapping.w_avg.copy_(model.mapping.w_avg)
        sums += (float(cost.detach()), float(of_real.detach().mean()), float(of_fake.detach().mean()))
        count += 1
        now = time.monotonic()
        at.spent, last = at.spent + now - last, now
        if now - told > 120:
            told = now
            row = (
                at.step,
                at.seen,
                side,
                round(at.spent),
                *(sums / count).round(3).tolist(),
                round(steep, 4),
            )
            log.write("\t".join(map(str, row)) + "\n")
            log.flush()
            sums, count = np.zeros(3), 0
            sheet(mean, run / "samples.png", until=side)
        if now - kept > 120:
            kept = now
            at.save(run / "state.pt")
    at.save(run / "state.pt")
    sheet(mean, run / "samples.png")


RATE = 4e-3

ALIKE = 13.0
"""Mean difference from a scene, of 255, up to which a picture is taken for it."""


def paired(model: Generator, count: int) -> tuple[Tensor, Tensor]:
    """Return styles (n, layers, w), and for each the world's picture that is nearest to the generator's."""
    ws, pictures = [], []
    while len(ws) < count:
        with torch.no_grad():
            some = latents(model, 32)
            made = model.picture(some, until=32).clamp(-1, 1)
            made = functional.interpolate(made, scale_factor=2, mode="bicubic").clamp(-1, 1)
        samples = ((made.permute(0, 2, 3, 1).numpy() + 1) * 127.5).round().astype(np.uint8)
        for w, picture in zip(some, samples, strict=True):
            what = nearest(picture)
            scene = None if what is None else plain(what)
            # What is like no scene is no pair: two things, or none, teach nothing.
            if scene is not None and np.abs(scene - picture).mean() < ALIKE:
                ws.append(w)
                pictures.append(torch.from_numpy(scene.transpose(2, 0, 1).copy()) / 127.5 - 1)
    return torch.stack(ws), torch.stack(pictures)


def finish(run: Path, minutes: float, batch: int, seed: int, pairs: int) -> None:
    """Teach the grown generator to draw at 64 px what it drew at 32, by the world's scene that is nearest.

    Styles and scenes are paired once, so that what a style means does not change: the adversary has settled
    where things are and how they look, and what is left is to draw them sharply, which needs no adversary.
    """
    torch.manual_seed(seed)
    at = State.begin()
    at.restore(run / "state.pt")
    model, mean = at.model, at.mean
    started = time.monotonic()
    ws, pictures = paired(mean, pairs)
    if (run / "finished.pt").exists():
        mean.load_state_dict(torch.load(run / "finished.pt", weights_only=True))
    model.load_state_dict(mean.state_dict())
    model.to(memory_format=torch.channels_last)
    print(f"{len(ws)} pairs after {time.monotonic() - started:.0f} s", flush=True)
    optimizer = torch.optim.Adam(model.synthesis.parameters(), RATE, (0.9, 0.99))
    log = (run / "finish.tsv").open("a")
    step, seen, total, told = 0, 0, 0.0, time.monotonic()
    started = told
    while (spent := time.monotonic() - started) < minutes * 60:
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1.0, (step + 1) / 30) * max(0.02, 1 - spent / (minutes * 60))
        pick = torch.randint(len(ws), (batch,))
        wanted = pictures[pick].contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            made = model.picture(ws[pick])
        loss = torch.zeros([])
        for _ in range(3):
            loss = loss + (made - wanted).abs().mean() + 2 * (made - wanted).square().mean()
            made, wanted = functional.avg_pool2d(made, 2), functional.avg_pool2d(wanted, 2)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        step, seen, total = step + 1, seen + batch, total + float(loss.detach())
        with torch.no_grad():
            torch._foreach_lerp_(list(mean.parameters()), list(model.parameters()), 1 / min(step, 60))
        if time.monotonic() - told > 90:
            told = time.monotonic()
            log.write(
                f"{step}\t{seen}\t{told - started:.0f}\t{total / step:.4f}\t{float(loss.detach()):.4f}\n"
            )
            log.flush()
            torch.save(mean.state_dict(), run / "finished.part")
            (run / "finished.part").replace(run / "finished.pt")
            sheet(mean, run / "samples.png")
    torch.save(mean.state_dict(), run / "finished.pt")
    sheet(mean, run / "samples.png")


def main() -> None:
    """Read the options and do it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--run", type=Path, default=Path("build/world/generator"), help="where its state, log and samples lie"
    )
    parser.add_argument("--minutes", type=float, default=90)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--export", type=Path, help="write the model there instead of training")
    parser.add_argument("--finish", type=float, help="teach it 64 px for so many minutes instead")
    parser.add_argument("--pairs", type=int, default=3000, help="how many pictures it is taught with")
    given = parser.parse_args()
    given.run.mkdir(parents=True, exist_ok=True)
    if given.finish is not None:
        finish(given.run, given.finish, given.batch, given.seed, given.pairs)
        return
    if given.export is None:
        train(given.run, given.minutes, given.batch, given.seed)
        return
    model = Generator(SHAPE)
    model.load_state_dict(torch.load(given.run / "finished.pt", weights_only=True))
    export(model, given.export)


if __name__ == "__main__":
    main()
