"""What is computed once for a picture, and each answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from keepdial.errors import ParameterError, SelectionError
from keepdial.geometry import Box, size_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.segment import Click

WORKING = 250_000
"""Pixels of the copy that is solved."""


class Session:
    """The features of one picture, for many answers."""

    def __init__(self, rgb: NDArray[np.uint8]) -> None:
        import cv2

        if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8 or 0 in rgb.shape:
            raise ParameterError("rgb", f"{rgb.shape} {rgb.dtype}", "(H, W, 3) uint8, not empty")
        self.size = size_of(rgb)
        scale = min(1.0, (WORKING / self.size.area) ** 0.5)
        w, h = max(1, round(self.size.width * scale)), max(1, round(self.size.height * scale))
        self._small = np.ascontiguousarray(cv2.resize(rgb, (w, h), interpolation=cv2.INTER_AREA))
        self._scale = (w / self.size.width, h / self.size.height)

    def solve(
        self,
        *,
        clicks: Sequence[Click] = (),
        box: Box | None = None,
        hints: NDArray[np.int8] | None = None,
        prior: NDArray[np.float32] | None = None,
    ) -> NDArray[np.float32]:
        """Return the mask as `keepdial.segment.segment` does."""
        import cv2

        for click in clicks:
            if not (0 <= click.x < self.size.width and 0 <= click.y < self.size.height):
                raise SelectionError(
                    f"The click at ({click.x:g}, {click.y:g}) lies outside of the picture, which is "
                    f"{self.size}.",
                    hint="Points are x,y in pixels of the upright picture, from its top left corner.",
                )
        h, w = self._small.shape[:2]
        state = np.full((h, w), cv2.GC_PR_BGD, np.uint8)
        if prior is not None:
            small = cv2.resize(prior, (w, h), interpolation=cv2.INTER_AREA)
            state[small >= 0.5] = cv2.GC_PR_FGD
        sx, sy = self._scale
        if box is not None:
            inside = np.zeros((h, w), bool)
            x0, y0 = int(box.x * sx), int(box.y * sy)
            inside[y0 : max(y0 + 1, round(box.bottom * sy)), x0 : max(x0 + 1, round(box.right * sx))] = True
            state[~inside] = cv2.GC_BGD
            if prior is None:
                state[inside] = cv2.GC_PR_FGD
        radius = max(1, round(0.01 * (h * w) ** 0.5))
        if prior is None and box is None:
            for click in clicks:
                if click.inside:
                    centre = (int(click.x * sx), int(click.y * sy))
                    cv2.circle(state, centre, 12 * radius, int(cv2.GC_PR_FGD), -1)
        if hints is not None:
            small_hints = cv2.resize(hints, (w, h), interpolation=cv2.INTER_NEAREST)
            state[small_hints > 0] = cv2.GC_FGD
            state[small_hints < 0] = cv2.GC_BGD
        for click in clicks:
            centre = (min(w - 1, int(click.x * sx)), min(h - 1, int(click.y * sy)))
            cv2.circle(state, centre, radius, int(cv2.GC_FGD if click.inside else cv2.GC_BGD), -1)
        fg = (state == cv2.GC_FGD) | (state == cv2.GC_PR_FGD)
        if not fg.any():
            raise SelectionError(
                "Nothing says what is inside.", hint="Give a click inside the object, a box, or a scribble."
            )
        if not fg.all():
            models = np.zeros((1, 65)), np.zeros((1, 65))
            state, _, _ = cv2.grabCut(
                cv2.cvtColor(self._small, cv2.COLOR_RGB2BGR),
                state,
                (0, 0, 1, 1),
                models[0],
                models[1],
                3,
                cv2.GC_INIT_WITH_MASK,
            )
            fg = (state == cv2.GC_FGD) | (state == cv2.GC_PR_FGD)
        soft = cv2.GaussianBlur(fg.astype(np.float32), (0, 0), 0.7)
        big = cv2.resize(soft, (self.size.width, self.size.height), interpolation=cv2.INTER_CUBIC)
        steep = np.float32(max(1.0, 0.7 / min(sx, sy)))
        mask: NDArray[np.float32] = ((big - np.float32(0.5)) * steep + np.float32(0.5)).clip(0, 1)
        return mask
