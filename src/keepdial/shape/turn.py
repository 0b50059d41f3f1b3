"""Mirroring and quarter turns: every sample moves to another place and none is computed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.geometry import Size
    from keepdial.image import Image
    from keepdial.operations import Stage


@dataclass(frozen=True, eq=False, slots=True)
class Turn:
    """How a picture is mirrored and turned; first the one, then the other.

    Attributes:
        image: the picture to be turned.
        quarters: quarter turns clockwise, 0 to 3.
        sideways: whether left and right change places.
        upside_down: whether above and below change places.
    """

    image: Image
    quarters: int = 0
    sideways: bool = False
    upside_down: bool = False

    def of(self, samples: NDArray[Any]) -> NDArray[Any]:
        """Return a view of samples (H, W[, C]) as they lie afterwards."""
        import numpy as np

        mirrored = samples[:: -1 if self.upside_down else 1, :: -1 if self.sideways else 1]
        return np.rot90(mirrored, -self.quarters)

    @property
    def size(self) -> Size:
        """Size of the turned picture."""
        from keepdial.geometry import Size

        size = self.image.size
        return Size(size.height, size.width) if self.quarters % 2 else size


def turned(turn: Turn, *notes: str) -> Stage:
    """Return the stage on which a picture is turned as a whole; `notes` say how, for the report.

    The file that it came from goes along: a JPEG is encoded anew with its own tables.
    """
    from dataclasses import replace

    import numpy as np

    from keepdial.operations import Stage

    image, size = turn.image, turn.size
    pixels = np.zeros((size.height, size.width, image.pixels.shape[2]), image.pixels.dtype)
    alpha = None if image.alpha is None else np.full(pixels.shape[:2], image.white, pixels.dtype)
    dpi = image.dpi[::-1] if image.dpi and turn.quarters % 2 else image.dpi
    return Stage(
        replace(image, pixels=pixels, alpha=alpha, dpi=dpi),
        np.ones(pixels.shape[:2], np.float32),
        guess=False,
        examples="everywhere",
        notes=notes,
        guide=turn,
        resampled=True,
    )
