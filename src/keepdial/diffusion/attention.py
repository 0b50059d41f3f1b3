"""Attention to a reference: while one picture is denoised, it looks at another one instead of at itself.

Mutual self-attention (Cao et al., MasaCtrl, ICCV 2023, arXiv 2304.08465), as DragDiffusion uses it: the
self-attention of the UNet's upper half takes its keys and values from the reference, so that the picture
keeps its looks.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor


class _Looking:
    """Takes the place of a layer's attention: the second half of the batch looks at the first one."""

    def __call__(
        self,
        attn: Any,
        hidden_states: Tensor,
        encoder_hidden_states: Tensor | None = None,
        attention_mask: Tensor | None = None,
        **rest: Any,
    ) -> Tensor:
        """Return the layer's output, (2, n, c)."""
        from torch.nn import functional

        query = attn.to_q(hidden_states)
        half = len(hidden_states) // 2
        reference = hidden_states[:half].repeat(2, 1, 1)
        key, value = attn.to_k(reference), attn.to_v(reference)
        q, k, v = (t.unflatten(-1, (attn.heads, -1)).transpose(1, 2) for t in (query, key, value))
        made = functional.scaled_dot_product_attention(q, k, v, scale=attn.scale)
        made = made.transpose(1, 2).flatten(2).to(hidden_states.dtype)
        made = attn.to_out[1](attn.to_out[0](made))
        if attn.residual_connection:
            made = made + hidden_states
        return made / attn.rescale_output_factor


@contextmanager
def looking(unet: Any) -> Iterator[None]:
    """Let the second half of a batch look at the first one in the UNet's upper half while the block runs."""
    before = dict(unet.attn_processors)
    changed = {
        name: _Looking() if name.startswith("up_blocks") and ".attn1." in name else own
        for name, own in before.items()
    }
    unet.set_attn_processor(changed)
    try:
        yield
    finally:
        unet.set_attn_processor(before)
