"""Text to image, and image to image with the same models: SD, SDXL, SD3.5, FLUX, Qwen-Image, Z-Image,
Chroma, Lumina 2, Sana, LongCat-Image.

Trained to paint a picture from words alone. The dial is the strength of image to image: a strength of s
begins with s of the noise, so that what the noise hides is painted anew (SDEdit: Meng et al., ICLR 2022,
arXiv 2108.01073). With a mask, or a dial for each pixel, the source is held pixel by pixel (Differential
Diffusion: Levin and Fried, arXiv 2306.00950), which makes an inpainting model of any of them; one that was
trained for that does it better, and is preferred.

Where diffusers has no pipeline of image to image for a model, its pipeline begins with noise, and the source
is held until the step that is due.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepdial.diffusion.family import Family, Kind

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.diffusion.run import Call


def paint(call: Call) -> NDArray[np.float32]:
    """Paint from words alone where nothing is to be held, else from the source."""
    from keepdial.diffusion.run import reach

    if not call.held:
        return call.run(prompt=call.prompt)
    strength = call.strength
    return call.run(
        call.kind.tasks.get("image", ""),
        hold=True,
        prompt=call.prompt,
        image=call.picture(),
        strength=reach(strength, call.steps),
    )


FAMILY = Family(
    "text-to-image",
    "Paints a picture from words, or over a picture by strength.",
    {
        "StableDiffusionPipeline": Kind(512, 8, 30, 7.5, {"image": "StableDiffusionImg2ImgPipeline"}),
        "StableDiffusionXLPipeline": Kind(1024, 8, 30, 5.0, {"image": "StableDiffusionXLImg2ImgPipeline"}),
        "StableDiffusion3Pipeline": Kind(1024, 16, 28, 7.0, {"image": "StableDiffusion3Img2ImgPipeline"}),
        "FluxPipeline": Kind(1024, 16, 28, 3.5, {"image": "FluxImg2ImgPipeline"}),
        "QwenImagePipeline": Kind(
            1024, 16, 50, 4.0, {"image": "QwenImageImg2ImgPipeline"}, scale="true_cfg_scale"
        ),
        # As for Turbo, the one that was published first: distilled, so that nothing guides it.
        "ZImagePipeline": Kind(1024, 16, 8, 0.0, {"image": "ZImageImg2ImgPipeline"}),
        "ChromaPipeline": Kind(1024, 16, 35, 5.0, {"image": "ChromaImg2ImgPipeline"}),
        "Lumina2Pipeline": Kind(1024, 16, 30, 4.0),
        # It would paint at a size of its own that is near.
        "SanaPipeline": Kind(1024, 32, 20, 4.5, given={"use_resolution_binning": False}),
        # It can have the words rewritten before, which would paint something other than what was asked for.
        "LongCatImagePipeline": Kind(1024, 16, 50, 4.5, given={"enable_prompt_rewrite": False}),
    },
    frozenset({"generate", "restyle", "replace", "add", "fill", "background", "extend"}),
    paint,
    dial="the strength of image to image, for each pixel",
    keep=(0.0, 0.5),
    trained="generate",
    needs_prompt=True,
)
