"""Having all kernels ready before the work begins: loaded from disk, or compiled once and kept there."""

from __future__ import annotations

from keepdial.compiling import announced, unkept
from keepdial.progress import Cancel, Listener, silent


def warm(progress: Listener = silent, cancel: Cancel | None = None) -> tuple[str, ...]:
    """Make every kernel ready; return a note where what was compiled could not be kept on disk.

    Loading takes some hundredths of a second, compiling some seconds; only the latter is announced, kernel by
    kernel. Raises `Cancelled` between two kernels.
    """
    from keepdial.backends.patch import colours, kernels
    from keepdial.backends.patch.compiled import Kernel

    everything = [*vars(colours).values(), *vars(kernels).values()]
    waiting = [one for one in everything if isinstance(one, Kernel) and not one.ready]
    if waiting:
        with announced(progress, cancel, count=len(waiting)):
            for one in waiting:
                if cancel is not None:
                    cancel.check()
                one.prepare()
    return unkept()
