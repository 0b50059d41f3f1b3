"""The scene: a picture as finders see it, and what they have found out about it so far.

Several finders look at the same things (faces guide the search for hair, skin and the subject), and one edit
may ask the same finder twice, for a target and for a pin. What was found is kept as long as the picture is.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import RLock
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.image import Image

Found = TypeVar("Found")


class Scene:
    """One picture's pixels for finders, and a memory for what they find."""

    def __init__(self, image: Image) -> None:
        self._pixels = image.pixels
        self._alpha = image.alpha
        self._memory: dict[Hashable, Any] = {}
        self._lock = RLock()

    @property
    def rgb(self) -> NDArray[np.uint8]:
        """The upright picture, (H, W, 3) uint8, encoded as in the file, read-only.

        Grey becomes three equal channels; what is fully transparent has no colour and is shown in mid grey.
        """
        rgb: NDArray[np.uint8] = self.once("rgb", self._as_rgb)
        return rgb

    def once(self, key: Hashable, find: Callable[[], Found]) -> Found:
        """Return what is remembered under `key`, or else remember and return what `find` returns."""
        with self._lock:
            if key not in self._memory:
                self._memory[key] = find()
            found: Found = self._memory[key]
            return found

    def _as_rgb(self) -> NDArray[np.uint8]:
        pixels: NDArray[Any] = self._pixels
        if pixels.dtype == np.uint16:
            # 257 = 65535 / 255: the nearest sample of 8 bits, without a float copy.
            pixels = ((pixels.astype(np.uint32) + 128) // 257).astype(np.uint8)
        if pixels.shape[2] == 1:
            pixels = np.repeat(pixels, 3, axis=2)
        if self._alpha is not None and not self._alpha.all():
            pixels = np.where((self._alpha == 0)[..., None], np.uint8(128), pixels)
        rgb = np.ascontiguousarray(pixels, np.uint8).view()
        rgb.flags.writeable = False
        return rgb


_scenes: WeakKeyDictionary[Image, Scene] = WeakKeyDictionary()
_guard = RLock()


def scene_of(image: Image) -> Scene:
    """Return the scene of a picture; the same one as long as the picture lives."""
    with _guard:
        scene = _scenes.get(image)
        if scene is None:
            scene = _scenes[image] = Scene(image)
        return scene
