"""The networks that enlarge; skipped where they are not installed, but for what needs none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from keepdial import Request, edit
from keepdial.backends import backends
from keepdial.errors import BackendError, Cancelled
from keepdial.geometry import Size
from keepdial.networks import realesrgan
from keepdial.networks.realesrgan import NETWORKS, enlarged, missing, tiles
from keepdial.progress import Cancel, Event
from tests.files.samples import photo
from tests.pictures import box, noise

needed = pytest.mark.skipif(bool(missing()), reason=f"no Real-ESRGAN networks here. {missing()}")


@pytest.mark.parametrize("size", [Size(1, 1), Size(224, 50), Size(500, 700)])
def test_tiles_cover_a_picture_once(size: Size) -> None:
    seen = np.zeros((size.height, size.width), np.int64)
    for one in tiles(size, NETWORKS["fast", 2]):
        seen[one.slices] += 1
        assert max(one.width, one.height) <= 224
    assert (seen == 1).all()


def test_without_them_it_says_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(realesrgan, "missing", lambda: realesrgan.EXTRA)
    with pytest.raises(BackendError, match="pip install"):
        enlarged(np.zeros((4, 4, 3), np.float32), "fast", 2)
    assert not backends()["upscale-ncnn"].capabilities.operations


@needed
def test_no_seam_between_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fast networks look 18 px far: fed with that much around them, tiles are what the whole is."""
    rgb = np.asarray(photo(40, 60) / 255, np.float32)
    whole, times = enlarged(rgb, "fast", 2)
    monkeypatch.setitem(NETWORKS, ("fast", 2), replace(NETWORKS["fast", 2], tile=24))
    cut, _ = enlarged(rgb, "fast", 2)
    assert times == 2
    assert whole.shape == (80, 120, 3)
    assert np.abs(cut - whole).max() < 0.05 / 255


@needed
def test_progress_and_cancel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(NETWORKS, ("fast", 2), replace(NETWORKS["fast", 2], tile=8))
    heard: list[float] = []
    cancel = Cancel()

    def listen(event: Event, /) -> None:
        heard.append(event.done)
        if len(heard) == 2:
            cancel.set()

    with pytest.raises(Cancelled):
        enlarged(np.full((8, 32, 3), 0.5, np.float32), "fast", 2, progress=listen, cancel=cancel)
    assert heard == [0.25, 0.5]


@needed
@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("channels", [1, 3])
def test_every_kind_of_picture(depth: int, channels: int) -> None:
    image = noise(14, 12, channels=channels, depth=depth, alpha=channels == 1)
    done = edit(Request(operation="upscale"), image)
    assert done.routes[0].chosen == "upscale-ncnn"
    assert done.image.size == Size(28, 24)
    assert done.image.pixels.dtype == image.pixels.dtype
    assert edit(Request(operation="upscale"), image).image.digest() == done.image.digest()


@needed
def test_restore_keeps_what_is_not_selected_and_pinned() -> None:
    image = noise(40, 30)
    request = Request(operation="restore", targets=(box(8, 8, 20, 14),), pins=(box(10, 10, 4, 4),), keep=0)
    done = edit(request, image)
    changed = (done.image.pixels != image.pixels).any(axis=2)
    allowed = np.zeros((30, 40), bool)
    allowed[8:22, 8:28] = True
    allowed[10:14, 10:14] = False
    assert changed.any()
    assert not (changed & ~allowed).any()
    # Noise is what it takes out.
    assert done.image.pixels[allowed].std() < 0.9 * image.pixels[allowed].std()
