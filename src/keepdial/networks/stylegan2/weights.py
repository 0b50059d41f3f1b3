"""Generators in the models folder: which are here, what they are made of, and their weights.

<models>/checkpoints/NAME/
    model_index.json       {"_class_name": "StyleGAN2Generator"}
    config.json            {"resolution": 64, "z": 64, "w": 128, "mapping": 4, "channels": [128, ...],
                            "pixels": 3, "features": 32, "weights": "generator.safetensors",
                            "drag": {"rate": 0.002, ...}}
    generator.safetensors  the tensors, named as in the published weights (``G_ema``)
    keepdial.json          title, licence, commercial; may be missing

They lie where all checkpoints do (`keepdial.diffusion.checkpoint`), and a TOML may point to one elsewhere.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keepdial.diffusion.checkpoint import checkpoints
from keepdial.diffusion.checkpoint import place as checkpoints_place
from keepdial.discover import absent
from keepdial.errors import BackendError, ModelMissing, ModelRefused
from keepdial.models.content import judge
from keepdial.settings import Settings

if TYPE_CHECKING:
    from keepdial.networks.stylegan2.network import Generator, Shape

CLASS = "StyleGAN2Generator"
LIMIT = 4096
"""Largest side, length or count that a config may name: beyond it is no StyleGAN2."""

DRAG = ("supervise", "track", "compare", "anchor", "spacing", "stride", "hold", "near", "rate", "layers")
"""What a config can tell of dragging, as it was measured to work for the generator: the names of
`keepdial.dragging.loop.Rules` in px of its pictures, and of how many layers the styles are dragged."""

_LOCK = threading.Lock()
_loaded: dict[Path, tuple[tuple[int, int], Generator]] = {}


@dataclass(frozen=True, slots=True)
class Found:
    """A generator that is here.

    Attributes:
        name: of its folder.
        path: its folder.
        licence, commercial: what ``keepdial.json`` says; without it not known, and not free for commerce.
        title: what it makes, in words; "" = not told.
    """

    name: str
    path: Path
    licence: str = "not known"
    commercial: bool = False
    title: str = ""


def generators(settings: Settings | None = None) -> tuple[Found, ...]:
    """Return the generators in the models folder by name; small files are read, no weights."""
    return tuple(
        Found(
            one.name,
            one.path,
            licence=str(one.about.get("licence", "not known")),
            commercial=one.about.get("commercial") is True,
            title=str(one.about.get("title", "")),
        )
        for one in checkpoints(settings).values()
        if one.pipeline == CLASS and one.layout == "folder"
    )


def _table(path: Path) -> dict[str, Any]:
    """Return a JSON table, empty where there is none that can be read."""
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return table if isinstance(table, dict) else {}


def missing(settings: Settings | None = None) -> str:
    """Return what dragging in a generator lacks here, as a sentence; "" = nothing."""
    lacking = absent("torch", "safetensors")
    if lacking:
        return f"{' and '.join(lacking)} must be installed: pip install 'keepdial[diffusion]'"
    if not generators(settings):
        place = checkpoints_place(settings)
        return (
            f"no StyleGAN2 generator is in {str(place)!r}; docs/dragging-latents.md says what one consists of"
        )
    return ""


def load(found: Found) -> Generator:
    """Return the generator with its weights, on the fastest device, ready and frozen.

    It stays loaded while its file does not change.

    Raises:
        ModelMissing: a file of it is not there.
        ModelRefused: the config is none, or the weights are damaged, a pickle, NaN, or of another network.
        BackendError: the memory does not suffice.
    """
    config, weights = _config(found)
    try:
        stat = weights.stat()
        stamp = (stat.st_size, stat.st_mtime_ns)
        with _LOCK:
            held = _loaded.get(weights)
            if held is None or held[0] != stamp:
                held = (stamp, _read(found, config, weights))
                _loaded.clear()
                _loaded[weights] = held
            return held[1]
    except FileNotFoundError as problem:
        raise ModelMissing(
            f"The generator {found.name!r} has no {weights.name}.",
            hint="Put its weights there, as safetensors.",
        ) from problem
    except OSError as problem:
        raise ModelRefused(
            f"{str(weights)!r} cannot be read: {problem.strerror or problem}.", hint="Let it be read."
        ) from problem
    except MemoryError as problem:
        raise _exhausted(found) from problem


def drag_settings(found: Found) -> dict[str, float]:
    """Return what the config tells of dragging (``drag``): names of `DRAG`, numbers of 0 or more."""
    config, _ = _config(found)
    told = config.get("drag", {})
    if not isinstance(told, dict):
        raise _refused(found, f"drag = {told!r}", "a table")
    for name, value in told.items():
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if name not in DRAG or not number or not 0 <= value <= LIMIT:
            raise _refused(
                found, f"{name} = {value!r} under drag", f"{', '.join(DRAG)}, each a number from 0 to {LIMIT}"
            )
    return {name: float(value) for name, value in told.items()}


def feature_side(found: Found, shape: Shape) -> int:
    """Return the side of the features that handles are followed in: as told, or 1/4, at least 32."""
    config, _ = _config(found)
    told = config.get("features")
    if told is None:
        return min(shape.resolution, max(32, shape.resolution // 4))
    if told not in shape.sides:
        raise _refused(found, f"features = {told!r}", f"one of {', '.join(map(str, shape.sides))}")
    return int(told)


def _config(found: Found) -> tuple[dict[str, Any], Path]:
    path = found.path / "config.json"
    if not path.is_file():
        raise ModelMissing(
            f"The generator {found.name!r} has no config.json.",
            hint="docs/dragging-latents.md says what it holds.",
        )
    config = _table(path)
    if not config:
        raise ModelRefused(
            f"{str(path)!r} holds no table that can be read.", hint="Write it anew, or fetch it anew."
        )
    name = config.get("weights", "generator.safetensors")
    if not isinstance(name, str) or Path(name).name != name or name in ("", ".", ".."):
        raise _refused(found, f"weights = {name!r}", "the name of a file in its folder")
    return config, found.path / name


def shape_of(found: Found) -> Shape:
    """Return what the config says that the network is made of; raise `ModelRefused` where that is none."""
    from keepdial.networks.stylegan2.network import Shape

    config, _ = _config(found)

    def count(name: str, default: int | None = None) -> int:
        value = config.get(name, default)
        if type(value) is not int or not 1 <= value <= LIMIT:
            raise _refused(found, f"{name} = {value!r}", f"a whole number from 1 to {LIMIT}")
        return value

    resolution = count("resolution")
    if resolution < 8 or resolution & (resolution - 1):
        raise _refused(found, f"resolution = {resolution}", "a power of two, at least 8")
    channels = config.get("channels")
    levels = resolution.bit_length() - 2
    if (
        not isinstance(channels, list)
        or len(channels) != levels
        or not all(type(c) is int and 1 <= c <= LIMIT for c in channels)
    ):
        raise _refused(
            found, f"channels = {channels!r}", f"{levels} whole numbers, one for each side from 4 px on"
        )
    pixels = count("pixels", 3)
    if pixels not in (1, 3):
        raise _refused(found, f"pixels = {pixels}", "1 or 3")
    lag = config.get("lag", 0.01)
    if not isinstance(lag, (int, float)) or not 0 < lag <= 1:
        raise _refused(found, f"lag = {lag!r}", "above 0, up to 1")
    return Shape(
        resolution=resolution,
        z=count("z"),
        w=count("w"),
        mapping=count("mapping", 8),
        channels=tuple(channels),
        pixels=pixels,
        lag=float(lag),
    )


def _read(found: Found, config: dict[str, Any], weights: Path) -> Generator:
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    from keepdial.networks.stylegan2.network import Generator

    shape = shape_of(found)
    kind = judge(weights)
    if kind != "safetensors":
        raise ModelRefused(f"{weights.name!r} holds {kind}, not safetensors.", hint="Convert its weights.")
    try:
        state = load_file(str(weights))
    except SafetensorError as problem:
        raise ModelRefused(f"{weights.name!r} is damaged: {problem}.", hint="Fetch it anew.") from problem
    # The published files hold the enlarging filter beside the weights; here it is part of the network.
    state = {k: v for k, v in state.items() if not k.endswith("resample_filter")}
    with torch.device("meta"):
        model = Generator(shape)
    wanted = model.state_dict()
    lacking, surplus = sorted(wanted.keys() - state.keys()), sorted(state.keys() - wanted.keys())
    if lacking or surplus:
        what = f"lacks {lacking[0]!r}" if lacking else f"has {surplus[0]!r} besides"
        raise _other(found, what)
    for name, tensor in state.items():
        if tensor.shape != wanted[name].shape:
            raise _other(found, f"has {name!r} as {list(tensor.shape)} for {list(wanted[name].shape)}")
        if not tensor.is_floating_point() or not bool(torch.isfinite(tensor).all()):
            raise ModelRefused(
                f"{weights.name!r} holds NaN or infinity in {name!r}.", hint="Convert or fetch it anew."
            )
    try:
        # Copied, since what was loaded may still lie in the file, which may change.
        own = {k: v.to(torch.float32, copy=True) for k, v in state.items()}
        model.load_state_dict(own, assign=True)
        model.to(_device())
        return model.settled()
    except RuntimeError as problem:
        raise _exhausted(found) from problem


def _device() -> str:
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _refused(found: Found, given: str, allowed: str) -> ModelRefused:
    return ModelRefused(
        f"The config of the generator {found.name!r} has {given}; allowed: {allowed}.",
        hint="docs/dragging-latents.md says what a config holds.",
    )


def _other(found: Found, what: str) -> ModelRefused:
    return ModelRefused(
        f"The weights of {found.name!r} are of another network than its config says: the file {what}.",
        hint="Correct config.json. Generators with labels, StyleGAN and StyleGAN3 are not supported.",
    )


def _exhausted(found: Found) -> BackendError:
    return BackendError(
        f"The memory does not suffice for the generator {found.name!r}.",
        hint="Nothing was written. End other programs, or use a smaller generator.",
    )
