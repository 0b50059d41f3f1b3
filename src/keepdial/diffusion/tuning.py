"""Learning one picture: a LoRA of a UNet's attention that makes the model draw this picture, and its like,
better.

Hu et al., ICLR 2022, arXiv 2106.09685; DragDiffusion (Shi et al., CVPR 2024, arXiv 2306.14435, section 3.3)
trains one of rank 16 for 80 steps on the picture that is edited, so that what is dragged keeps its looks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

    from keepdial.diffusion.ddim import Ladder

RANK, RATE = 16, 5e-4
"""As published."""

NAME = "keepdial_picture"


@contextmanager
def tuned(
    unet: Any,
    words: Tensor,
    clean: Tensor,
    ladder: Ladder,
    *,
    steps: int,
    seed: int,
    step: Callable[[float], None] = lambda done: None,
) -> Iterator[None]:
    """Have the UNet know the picture while the block runs; with 0 steps it is as it was.

    Args:
        unet: of a pipeline; it is as it was afterwards, whatever happens.
        words: the embeddings that the UNet is given.
        clean: (1, c, h, w), the picture's latents.
        ladder: the schedule; noise levels are drawn from it.
        steps: of training.
        seed: of the noise.
        step: called before each step with the part that is done, in [0, 1].
    """
    if steps <= 0:
        yield
        return
    import torch
    from peft import LoraConfig

    asks = {name: p.requires_grad for name, p in unet.named_parameters()}
    unet.requires_grad_(False)
    # Seeded on the side, so that the caller's own random numbers are not used up.
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        config = LoraConfig(r=RANK, lora_alpha=RANK, target_modules=["to_q", "to_k", "to_v", "to_out.0"])
        unet.add_adapter(config, adapter_name=NAME)
    try:
        learned = [p for name, p in unet.named_parameters() if NAME in name]
        for p in learned:
            p.requires_grad_(True)
        optimizer = torch.optim.AdamW(learned, lr=RATE)
        draw = torch.Generator("cpu").manual_seed(seed)
        for i in range(steps):
            step(i / steps)
            at = int(torch.randint(1, len(ladder.times), (1,), generator=draw))
            noise = torch.randn(clean.shape, generator=draw).to(clean)
            a = ladder.alphas[at]
            noisy = a.sqrt() * clean + (1 - a).sqrt() * noise
            made = unet(noisy, ladder.times[at], encoder_hidden_states=words).sample
            if ladder.kind == "v_prediction":
                aim = a.sqrt() * noise - (1 - a).sqrt() * clean
            else:
                aim = clean if ladder.kind == "sample" else noise
            loss = torch.nn.functional.mse_loss(made, aim)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
        yield
    finally:
        unet.delete_adapters([NAME])
        for name, p in unet.named_parameters():
            p.requires_grad_(asks.get(name, False))
