"""The quality cases: photographs with a hole, and what should be in it.

=====================  =====================================================================
set                    reference
=====================  =====================================================================
real_object            true pixels; the mask is the object only, so its shadow stays outside
real_effect            true pixels; the mask is the object with its shadow
composite              true pixels (the Kodak photograph under the pasted object)
places256_freeform     true pixels; holes of 43 to 80 % of the photograph
places512_freeform     true pixels; holes of 50 to 84 %
places512_object       **no truth exists**: the photograph shows the object. The reference is
                       MI-GAN's output, so a figure says "close to MI-GAN", not "right"
=====================  =====================================================================

In all of them 1 / True in ``mask`` means "edit here". The freeform files have black holes, the
object files white ones: MI-GAN's own outputs differ from the photographs in exactly these pixels.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from kit.paths import DATA

Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]
GREY = 127


@dataclass(frozen=True)
class Loaded:
    """A case's arrays. ``pixels`` has the hole greyed: nobody who fills it can peek."""

    given: Pixels
    pixels: Pixels
    mask: Mask
    reference: Pixels
    migan: Pixels | None


@dataclass(frozen=True)
class Case:
    """One photograph with one hole; ``white_is_hole`` is the polarity of the mask's file."""

    set: str
    name: str
    image: Path
    mask: Path
    truth: Path | None
    migan: Path | None = None
    white_is_hole: bool = True

    @property
    def key(self) -> str:
        return f"{self.set}/{self.name}"

    def load(self) -> Loaded:
        given = read_rgb(self.image)
        mask = (np.asarray(Image.open(self.mask).convert("L")) > 127) == self.white_is_hole
        migan = read_rgb(self.migan) if self.migan else None
        reference = read_rgb(self.truth) if self.truth else migan
        if reference is None:
            raise ValueError(f"{self.key} has neither a truth nor a MI-GAN output")
        return Loaded(given, greyed(given, mask), mask, reference, migan)


def greyed(pixels: Pixels, mask: Mask) -> Pixels:
    """A copy of ``pixels`` with mid-grey where ``mask`` is True."""
    out = pixels.copy()
    out[mask] = GREY
    return out


def read_rgb(path: Path) -> Pixels:
    """Decode to (H, W, 3) uint8 RGB."""
    return np.asarray(Image.open(path).convert("RGB")).copy()


def digest(pixels: Pixels, mask: Mask) -> str:
    """Ten hexadecimal digits that name what a peer was shown."""
    sha = hashlib.sha1(np.ascontiguousarray(pixels).tobytes())
    sha.update(np.packbits(mask).tobytes())
    return sha.hexdigest()[:10]


def _removal_real(kind: str) -> list[Case]:
    folder = DATA / "removal_real"
    names = sorted(p.name.removesuffix("_gt.png") for p in folder.glob("*_gt.png"))
    return [
        Case(
            set=f"real_{kind}",
            name=name,
            image=folder / f"{name}_image.png",
            mask=folder / f"{name}_{kind}_mask.png",
            truth=folder / f"{name}_gt.png",
        )
        for name in names
    ]


def _composite() -> list[Case]:
    folder = DATA / "removal_composite"
    names = sorted(p.name.removesuffix("_image.png") for p in folder.glob("*_image.png"))
    return [
        Case(
            set="composite",
            name=name,
            image=folder / f"{name}_image.png",
            mask=folder / f"{name}_mask.png",
            truth=DATA / "kodak24" / f"kodim{name[1:3]}.png",
        )
        for name in names
    ]


def _places(folder_name: str, set_name: str) -> list[Case]:
    folder = DATA / "holes_places_migan" / folder_name
    objects = set_name.endswith("_object")
    return [
        Case(
            set=set_name,
            name=image.stem,
            image=image,
            mask=folder / "masks" / f"{image.stem}.png",
            truth=None if objects else image,
            migan=folder / "results" / "migan" / f"{image.stem}.png",
            white_is_hole=objects,
        )
        for image in sorted((folder / "images").iterdir())
    ]


SETS: dict[str, Callable[[], list[Case]]] = {
    "real_object": lambda: _removal_real("object"),
    "real_effect": lambda: _removal_real("effect"),
    "composite": _composite,
    "places256_freeform": lambda: _places("places2_256_freeform", "places256_freeform"),
    "places512_freeform": lambda: _places("places2_512_freeform", "places512_freeform"),
    "places512_object": lambda: _places("places2_512_object", "places512_object"),
}

_FAST_STEP = {
    "real_object": 4,
    "real_effect": 4,
    "composite": 3,
    "places256_freeform": 3,
    "places512_freeform": 4,
    "places512_object": 3,
}


def select(subset: str = "all", sets: str = "", match: str = "") -> list[Case]:
    """The cases asked for.

    ``subset``: ``fast`` is about every third case of every set, always the same ones; ``all``.
    ``sets``: names separated by commas, a prefix is enough. ``match``: a part of ``set/name``.
    """
    wanted = [s for s in sets.split(",") if s]
    cases: list[Case] = []
    for name, make in SETS.items():
        if wanted and not any(name.startswith(w) for w in wanted):
            continue
        found = make()
        cases += found[:: _FAST_STEP[name]] if subset == "fast" else found
    return [c for c in cases if match in c.key]
