"""Features at points, motion supervision and point tracking.

Points are (x, y) in px of the picture that the latents make, pixel centres at whole numbers. A map of
features (c, h, w) covers the same picture with pixels of its own size; reading it between its pixels is
bilinear, so that it need not be enlarged first.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def patch(radius: float, spacing: float, *, device: torch.device | None = None) -> Tensor:
    """Return the offsets (m, 2) of a square about a point: from -radius to radius in steps of `spacing`."""
    reach = max(0, round(radius / spacing))
    line = torch.arange(-reach, reach + 1, device=device, dtype=torch.float32) * spacing
    y, x = torch.meshgrid(line, line, indexing="ij")
    return torch.stack([x.reshape(-1), y.reshape(-1)], dim=1)


def read(features: Tensor, points: Tensor, size: tuple[int, int]) -> Tensor:
    """Return the features (..., c) at `points` (..., 2) of a picture of `size` (width, height) px.

    Beyond the picture its edge goes on.
    """
    extent = torch.tensor(size, dtype=torch.float32, device=points.device)
    grid = (points + 0.5) / extent * 2 - 1
    flat = grid.reshape(1, 1, -1, 2).to(features.dtype)
    seen = functional.grid_sample(features[None], flat, padding_mode="border", align_corners=False)
    return seen[0, :, 0].t().reshape(*points.shape[:-1], features.shape[0])


def motion(
    features: Tensor,
    around: Tensor,
    ways: Tensor,
    size: tuple[int, int],
    still: Tensor,
    *,
    anchor: float = 0.0,
) -> Tensor:
    """Return the loss that moves what is `around` points (n, m, 2) along `ways` (n, 2), px (equation 1).

    What is around a point now, taken as given, is what is to be seen one way further. With `anchor`, up to 1,
    a share of it is what was there in the beginning, `still` (n, m, c): what moves then keeps its looks. A
    point with no way to go is to show `still` alone. The mean over points, offsets and channels.
    """
    here = read(features.detach(), around, size).lerp(still, anchor)
    here = torch.where((ways != 0).any(dim=1)[:, None, None], here, still)
    there = read(features, around + ways[:, None], size)
    return (there - here).abs().mean()


def kept(features: Tensor, first: Tensor, fixed: Tensor) -> Tensor:
    """Return how far features are from the `first` ones where `fixed` (h, w) in [0, 1] is 1 (equation 1)."""
    return ((features - first) * fixed).abs().mean()


def tracked(
    features: Tensor,
    points: Tensor,
    first: Tensor,
    about: Tensor,
    radius: float,
    spacing: float,
    size: tuple[int, int],
) -> Tensor:
    """Return where each point (n, 2) came to lie: the nearest features (equation 2), near its last place.

    `first` (n, m, c) are the features `about` (m, 2), or (n, 1, m, 2), each in the beginning: the paper has
    the point's own alone, about = (0, 0); where features say less of a place, more of its surroundings tells
    it from others.
    Of equally near places the closest is taken, so that a point on a flat surface stays.
    """
    offsets = patch(radius, spacing, device=points.device)
    offsets = offsets[offsets.square().sum(dim=1).argsort(stable=True)]
    places = points[:, None] + offsets[None]
    limit = torch.tensor(size, dtype=torch.float32, device=points.device) - 1
    places = places.clamp(min=torch.zeros(2, device=points.device), max=limit)
    seen = read(features, places[:, :, None] + about, size)
    off = (seen - first[:, None]).abs().sum(dim=(2, 3))
    return places[torch.arange(len(points)), off.argmin(dim=1)]
