"""Running passes over a picture: tiles of rows that stay in the processor's cache, all cores, one walk."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

import numpy as np

from keepdial.parallel import over
from keepdial.progress import Cancel, Event, Listener, silent

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.tone.space import Space

    Array = NDArray[np.float32]

TILE = 48_000
"""Pixels of a tile: its few float32 copies of three channels stay in a core's own cache (2 MB)."""


@dataclass(frozen=True, eq=False, slots=True)
class Pass:
    """One walk over pixels.

    Attributes:
        run: takes a tile (h, W, 3) float32 and the rows of the frame it shows, and returns the new tile; it
        may write into the one it was given. Threads call it at the same time with different tiles.
        domain: what the tile holds: ``linear`` light of the picture's own primaries, white = 1, possibly
        above or below [0, 1]; or values ``encoded`` as in the file, black = 0, white = 1, possibly above.
        halo: how many rows above and below a pixel it looks at; what it returns for that many rows at a
        tile's ends is not used (at the frame's own ends it is).
    """

    run: Callable[[Array, slice], Array]
    domain: Literal["linear", "encoded"] = "linear"
    halo: int = 0


@cache
def _settle() -> None:
    """Let the allocator of glibc keep memory of a tile's size instead of handing it back and asking anew.

    Freeing one larger block raises its threshold for that (mallopt(3), M_MMAP_THRESHOLD, "dynamic"), up to 32
    MB; without it every array of every tile is new pages, which costs a quarter of the time.
    """
    np.empty(31 << 20, np.uint8)


def tiles(height: int, width: int, halo: int = 0) -> Iterator[slice]:
    """Yield the rows of each tile; larger tiles where much of each would be halo."""
    step = max(1, TILE // max(1, width), 2 * halo)
    for top in range(0, height, step):
        yield slice(top, min(height, top + step))


def each(
    pieces: Sequence[slice],
    work: Callable[[slice], None],
    *,
    progress: Listener = silent,
    cancel: Cancel | None = None,
) -> None:
    """Call `work` for every piece, on all cores; report progress; raise `Cancelled` between two pieces."""
    if cancel is not None:
        cancel.check()
    progress(Event("generate", 0.0))
    for i, _ in enumerate(over(pieces, work)):
        if cancel is not None:
            cancel.check()
        if i % 16 == 0:
            progress(Event("generate", (i + 1) / len(pieces)))
    progress(Event("generate", 1.0))


def run(
    light: Callable[[slice], Array],
    passes: Sequence[Pass],
    space: Space,
    height: int,
    width: int,
    take: Callable[[slice, Array], None],
    *,
    end: Literal["linear", "encoded"],
    only: slice | None = None,
    progress: Listener = silent,
    cancel: Cancel | None = None,
) -> None:
    """Run all passes over a frame in one walk.

    Args:
        light: returns linear light (h, W, 3) float32 of the rows asked for, a new array.
        passes: in order.
        space: what encoded values mean.
        height, width: of the frame.
        take: is handed the rows of each tile and what came of it, in the domain `end`; called by threads.
        end: ``linear``, or ``encoded`` and then cut off at black and white.
        only: the rows that are wanted; tiles that hold none of them are left out. None = all.
    """
    halo = sum(p.halo for p in passes)

    def work(rows: slice) -> None:
        seen = slice(max(0, rows.start - halo), min(height, rows.stop + halo))
        tile, domain = light(seen), "linear"
        for one in passes:
            if one.domain != domain:
                tile, domain = (space.encode if one.domain == "encoded" else space.decode)(tile), one.domain
            tile = one.run(tile, seen)
        if domain != end:
            tile = (space.finish if end == "encoded" else space.decode)(tile)
        if end == "encoded":
            np.clip(tile, 0, 1, out=tile)
        take(rows, tile[rows.start - seen.start : rows.stop - seen.start])

    _settle()
    wanted = only or slice(0, height)
    pieces = [t for t in tiles(height, width, halo) if t.stop > wanted.start and t.start < wanted.stop]
    each(pieces, work, progress=progress, cancel=cancel)
