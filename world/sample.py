"""Sample sheets of the trained models, with what was said under each picture: `world/samples/*.png`.

python world/sample.py text-to-image instruct inpaint vae
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw

from common import HERE, to_pictures, to_tensor
from evaluate import box
from keepdial.evaluate.world import caption, change, draw, sample
from models import edited, generated, inpainted, pipeline

SAMPLES = HERE / "samples"
ZOOM = 2


def sheet(cells: list[tuple[list[np.ndarray], str]], columns: int, path: Path) -> None:
    """Write cells, each some pictures side by side over a text, to `path`."""
    width = 64 * ZOOM * len(cells[0][0]) + 6
    height = 64 * ZOOM + 44
    rows = -(-len(cells) // columns)
    page = Image.new("RGB", (columns * width, rows * height), "white")
    pen = ImageDraw.Draw(page)
    for i, (pictures, text) in enumerate(cells):
        left, top = i % columns * width, i // columns * height
        for j, picture in enumerate(pictures):
            large = Image.fromarray(picture).resize((64 * ZOOM, 64 * ZOOM), Image.Resampling.NEAREST)
            page.paste(large, (left + j * 64 * ZOOM, top))
        most = width // 6
        lines, line = [], ""
        for word in text.split():
            if len(line) + len(word) + 1 > most:
                lines.append(line)
                line = ""
            line = f"{line} {word}".strip()
        pen.multiline_text(
            (left + 2, top + 64 * ZOOM + 1), "\n".join([*lines, line]), fill="black", spacing=0
        )
    path.parent.mkdir(exist_ok=True)
    page.save(path, optimize=True)
    print(path)


def of_vae(rng: np.random.Generator) -> None:
    """Drawn pictures and what the autoencoder makes of them."""
    pictures = np.stack([draw(sample(rng)) for _ in range(32)])
    vae = pipeline("text-to-image").vae
    with torch.no_grad():
        out = to_pictures(vae.decode(vae.encode(to_tensor(pictures)).latent_dist.mean).sample)
    cells = [([one, two], "drawn, decoded") for one, two in zip(pictures, out, strict=True)]
    sheet(cells, 8, SAMPLES / "vae.png")


def of_generation(rng: np.random.Generator) -> None:
    """Captions."""
    texts = [caption(sample(rng)) for _ in range(48)]
    cells = [
        ([picture], text)
        for picture, text in zip(generated(pipeline("text-to-image"), texts, 7), texts, strict=True)
    ]
    sheet(cells, 12, SAMPLES / "text-to-image.png")


def of_instructions(rng: np.random.Generator) -> None:
    """Before and after."""
    scenes = [sample(rng, empty=0.03) for _ in range(40)]
    texts = [change(scene, rng)[1] for scene in scenes]
    before = np.stack([draw(scene) for scene in scenes])
    after = edited(pipeline("instruct"), before, texts, 7)
    cells = [([one, two], text) for one, two, text in zip(before, after, texts, strict=True)]
    sheet(cells, 8, SAMPLES / "instruct.png")


def of_inpainting(rng: np.random.Generator) -> None:
    """Before, the mask in grey, painted with a prompt, painted without."""
    scenes = [sample(rng, empty=0.0, lettered=0.1) for _ in range(24)]
    wanted = [change(scene, rng, "shape")[0] for scene in scenes]
    texts = [caption(scene) for scene in wanted]
    before = np.stack([draw(scene) for scene in scenes])
    masks = np.stack([box(scene) for scene in scenes])
    pipe = pipeline("inpaint")
    after = inpainted(pipe, before, masks, texts, 7)
    empty = inpainted(pipe, before, masks, [""] * len(scenes), 7)
    hidden = np.where(masks[..., None] > 0, np.uint8(128), before)
    cells = [
        ([one, two, three, four], f"{text} / no prompt")
        for one, two, three, four, text in zip(before, hidden, after, empty, texts, strict=True)
    ]
    sheet(cells, 3, SAMPLES / "inpaint.png")


def main() -> None:
    """Write the sheets that are asked for."""
    torch.set_num_threads(2)
    makers = {
        "vae": of_vae,
        "text-to-image": of_generation,
        "instruct": of_instructions,
        "inpaint": of_inpainting,
    }
    for name in sys.argv[1:] or list(makers):
        makers[name](np.random.default_rng(11))


if __name__ == "__main__":
    main()
