"""StyleGAN2's generator: a latent becomes a style for every layer, and the layers a picture.

Written from Karras et al., Analyzing and improving the image quality of StyleGAN (CVPR 2020, arXiv
1912.04958): mapping network, modulated convolutions with demodulation, noise, and outputs summed over
resolutions ("skip"). This module imports torch: import it late.
"""

# torch's types are not looked at (pyproject.toml), so that its modules are Any here.
# mypy: disallow-subclassing-any=False

from __future__ import annotations

from dataclasses import dataclass
from math import log2, sqrt

import torch
from torch import Tensor, nn
from torch.nn import functional

GAIN = sqrt(2)
"""What keeps the variance through a leaky ReLU."""

TAPS = (1.0, 3.0, 3.0, 1.0)
"""The filter with which pictures and features are enlarged; along both axes."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a generator is made of.

    Attributes:
        resolution: side of its pictures in px, a power of two, at least 8.
        z, w: lengths of a latent and of a style.
        mapping: layers of the mapping network.
        channels: features at each resolution from 4 px on.
        pixels: channels of a picture.
        lag: learning rate of the mapping network beside the rest; it scales its weights.
    """

    resolution: int
    z: int
    w: int
    mapping: int
    channels: tuple[int, ...]
    pixels: int = 3
    lag: float = 0.01

    @property
    def sides(self) -> tuple[int, ...]:
        """The resolutions of its blocks, from 4 px on."""
        return tuple(2**i for i in range(2, int(log2(self.resolution)) + 1))

    @property
    def layers(self) -> int:
        """How many styles a picture takes: the length of w+."""
        return 2 * len(self.sides)


class Linear(nn.Module):
    """A fully connected layer whose weights are scaled when they are used."""

    def __init__(self, inputs: int, outputs: int, *, bias: float = 0.0, lag: float = 1.0) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs) / lag)
        self.bias = nn.Parameter(torch.full((outputs,), bias / lag))
        self.scale, self.lag = lag / sqrt(inputs), lag

    def forward(self, x: Tensor) -> Tensor:
        """Return (n, outputs) of (n, inputs)."""
        return functional.linear(x, self.weight * self.scale, self.bias * self.lag)


class Mapping(nn.Module):
    """Latents (n, z) to styles (n, w); `w_avg` is the mean style."""

    w_avg: Tensor

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.layers = shape.mapping
        for i in range(shape.mapping):
            self.add_module(f"fc{i}", Linear(shape.w if i else shape.z, shape.w, lag=shape.lag))
        self.register_buffer("w_avg", torch.zeros(shape.w))

    def forward(self, z: Tensor) -> Tensor:
        """Return the styles of latents."""
        x = z * torch.rsqrt(z.square().mean(dim=1, keepdim=True) + 1e-8)
        for i in range(self.layers):
            x = functional.leaky_relu(self.get_submodule(f"fc{i}")(x), 0.2) * GAIN
        return x


def modulated(x: Tensor, weight: Tensor, styles: Tensor, *, up: bool = False) -> Tensor:
    """Return the convolution of `x` (n, i, h, w) whose weights (o, i, k, k) are scaled by `styles` (n, i).

    Scaling what goes in is the same as scaling the weights (section 2.2), and lets all pictures share one
    convolution. With `up` the weights are those of `smoothed`, and the result is twice as large.
    """
    x = x * styles.to(x.dtype)[:, :, None, None]
    if up:
        return functional.conv_transpose2d(x, weight, stride=2, padding=2)
    return functional.conv2d(x, weight, padding=weight.shape[-1] // 2)


def demodulation(squares: Tensor, styles: Tensor) -> Tensor:
    """Return (n, o): what brings the features of `modulated` back to the variance of one (equation 3).

    `squares` (o, i) are the weights' squares, summed over the places of the kernel.
    """
    with torch.autocast(squares.device.type, enabled=False):
        return torch.rsqrt(styles.float().square() @ squares.float().t() + 1e-8)


def smoothed(weight: Tensor) -> Tensor:
    """Return weights (i, o, 6, 6) for enlarging, of (o, i, 3, 3), with the filter in them.

    Zeros between, the convolution and the filter are one convolution: 3 and 4 weights along an axis make 6.
    """
    along = torch.zeros(6, 3, dtype=weight.dtype, device=weight.device)
    for k in range(3):
        along[k : k + 4, k] = torch.tensor(TAPS) / 4
    made: Tensor = along @ weight @ along.t()
    return made.transpose(0, 1)


def _filter(like: Tensor) -> Tensor:
    taps = torch.tensor(TAPS, dtype=like.dtype, device=like.device)
    return torch.outer(taps, taps) / 16


def enlarged(image: Tensor) -> Tensor:
    """Return pictures (n, c, h, w) at twice the side."""
    c = image.shape[1]
    kernel = _filter(image).expand(c, 1, 4, 4)
    return functional.conv_transpose2d(image, kernel, stride=2, padding=1, groups=c)


class Layer(nn.Module):
    """A modulated convolution with noise, bias and a leaky ReLU."""

    noise_const: Tensor

    def __init__(self, inputs: int, outputs: int, w: int, side: int, *, up: bool) -> None:
        super().__init__()
        self.up, self.side = up, side
        self.affine = Linear(w, inputs, bias=1.0)
        self.weight = nn.Parameter(torch.randn(outputs, inputs, 3, 3))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.noise_strength = nn.Parameter(torch.zeros([]))
        self.register_buffer("noise_const", torch.randn(side, side))
        self._settled: tuple[Tensor, Tensor] | None = None

    def settle(self) -> None:
        """Work out once what follows from the weights alone; they must not change after that."""
        with torch.no_grad():
            self._settled = self._kernel()

    def _kernel(self) -> tuple[Tensor, Tensor]:
        """Return the weights to convolve with, and their squares (o, i)."""
        kernel = smoothed(self.weight).contiguous() if self.up else self.weight
        return kernel, self.weight.float().square().sum(dim=(2, 3))

    def forward(self, x: Tensor, w: Tensor, noise: str) -> Tensor:
        """Return the features; `noise` is "const" (always the same), "random" or "none"."""
        styles = self.affine(w)
        kernel, squares = self._settled or self._kernel()
        x = modulated(x, kernel, styles, up=self.up)
        # The gain goes into what is multiplied and added: a leaky ReLU lets it through.
        norm = demodulation(squares, styles) * GAIN
        added = self.bias[None, :, None, None] * GAIN
        if noise == "random":
            fresh = torch.randn(len(x), 1, self.side, self.side, device=x.device)
            added = added + fresh * (self.noise_strength * GAIN)
        elif noise == "const":
            added = added + self.noise_const * (self.noise_strength * GAIN)
        x = torch.addcmul(added.to(x.dtype), x, norm.to(x.dtype)[:, :, None, None])
        return functional.leaky_relu(x, 0.2)


class ToRGB(nn.Module):
    """Features to a picture, by a modulated convolution of one pixel without demodulation."""

    def __init__(self, inputs: int, pixels: int, w: int) -> None:
        super().__init__()
        self.affine = Linear(w, inputs, bias=1.0)
        self.weight = nn.Parameter(torch.randn(pixels, inputs, 1, 1))
        self.bias = nn.Parameter(torch.zeros(pixels))
        self.scale = 1 / sqrt(inputs)

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        """Return (n, pixels, h, w) float32."""
        made = modulated(x, self.weight, self.affine(w) * self.scale)
        return made.float() + self.bias.float()[:, None, None]


class Block(nn.Module):
    """One resolution: one or two layers, and what they add to the picture."""

    def __init__(self, shape: Shape, level: int) -> None:
        super().__init__()
        side, outputs = shape.sides[level], shape.channels[level]
        if level == 0:
            self.const = nn.Parameter(torch.randn(outputs, side, side))
        else:
            self.conv0 = Layer(shape.channels[level - 1], outputs, shape.w, side, up=True)
        self.first = level == 0
        self.conv1 = Layer(outputs, outputs, shape.w, side, up=False)
        self.torgb = ToRGB(outputs, shape.pixels, shape.w)

    def forward(
        self, x: Tensor | None, image: Tensor | None, styles: list[Tensor], noise: str, *, pictures: bool
    ) -> tuple[Tensor, Tensor | None]:
        """Return features and picture; `styles` are those of its layers and of the picture, in order."""
        if x is None:
            x = self.const.expand(len(styles[0]), *self.const.shape)
            x = self.conv1(x, styles[0], noise)
        else:
            x = self.conv1(self.conv0(x, styles[0], noise), styles[1], noise)
        if pictures:
            added = self.torgb(x, styles[-1])
            image = added if image is None else enlarged(image) + added
        return x, image


class Synthesis(nn.Module):
    """Styles to pictures."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.sides = shape.sides
        for level, side in enumerate(shape.sides):
            self.add_module(f"b{side}", Block(shape, level))

    def forward(
        self, ws: Tensor, *, noise: str = "const", until: int = 0, features: int = 0, only: bool = False
    ) -> tuple[Tensor | None, Tensor | None]:
        """Return pictures (n, c, side, side), about -1 to 1, and the features of one block.

        Args:
            ws: (n, layers, w) the styles.
            noise: "const", "random" or "none".
            until: side of the last block that draws, 0 = all: networks grow while they are trained.
            features: side of the block whose features are wanted, 0 = none.
            only: whether to stop there; the picture is None then.
        """
        x: Tensor | None = None
        image: Tensor | None = None
        wanted: Tensor | None = None
        at = 0
        for side in self.sides:
            block = self.get_submodule(f"b{side}")
            layers = 1 if side == 4 else 2
            styles = [ws[:, at + i] for i in range(layers + 1)]
            x, image = block(x, image, styles, noise, pictures=not only)
            at += layers
            if side == features:
                wanted = x
                if only:
                    break
            if side == until:
                break
        return image, wanted


class Generator(nn.Module):
    """StyleGAN2's generator."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.mapping = Mapping(shape)
        self.synthesis = Synthesis(shape)

    def settled(self) -> Generator:
        """Return itself, frozen and ready to draw many pictures with the weights as they are."""
        self.eval().requires_grad_(False)
        for module in self.modules():
            if isinstance(module, Layer):
                module.settle()
        return self

    def styles(self, z: Tensor, *, truncation: float = 1.0) -> Tensor:
        """Return w+ (n, layers, w) of latents (n, z); a `truncation` under 1 draws it to the mean style."""
        w = self.mapping(z)
        if truncation != 1:
            w = self.mapping.w_avg.lerp(w, truncation)
        return w[:, None].expand(-1, self.shape.layers, -1)

    def picture(self, ws: Tensor, *, noise: str = "const", until: int = 0) -> Tensor:
        """Return pictures (n, c, side, side), about -1 to 1, of w+; those of the block of side `until`."""
        image, _ = self.synthesis(ws, noise=noise, until=until)
        assert image is not None
        return image

    def features(self, ws: Tensor, side: int) -> Tensor:
        """Return the features (n, channels, side, side) of the block of that side."""
        _, found = self.synthesis(ws, features=side, only=True)
        assert found is not None, "the side is one of the blocks'"
        return found
