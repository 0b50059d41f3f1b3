"""How well the trained models do what they are told, read by the classifier.

python world/evaluate.py                     everything
python world/evaluate.py instruct --count 100
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import torch

from keepdial.evaluate.world import (
    ATTRIBUTES,
    NOTHING,
    Scene,
    caption,
    change,
    draw,
    object_mask,
    sample,
)
from keepdial.evaluate.world.classify import Classifier
from models import edited, generated, inpainted, pipeline

NAMED = ("shape", "colour", "position", "background")


def share(values: list[bool]) -> str:
    """A share and of how many."""
    return f"{np.mean(values) * 100:5.1f} % of {len(values)}" if values else "none"


def of_generation(count: int, seed: int, guidance: float, steps: int) -> None:
    """Whether pictures show what their captions name."""
    rng = np.random.default_rng(seed)
    scenes = [sample(rng, empty=0.0) for _ in range(count)]
    pictures = generated(pipeline("text-to-image"), [caption(s) for s in scenes], seed, guidance, steps)
    right = Classifier.load().agreement(pictures, scenes)
    print(f"text to image, guidance {guidance}: shape, colour, position and background all right:", end=" ")
    print(share([all(one[name] for name in NAMED) for one in right]))
    for name in ATTRIBUTES:
        print(f"    {name:11}", share([one[name] for one in right if name in one]))


def of_instructions(count: int, seed: int, guidance: float, image_guidance: float, steps: int) -> None:
    """Whether edits change what they name and keep the rest."""
    rng = np.random.default_rng(seed)
    scenes = [sample(rng, empty=0.03) for _ in range(count)]
    changes = [change(scene, rng) for scene in scenes]
    before = np.stack([draw(scene) for scene in scenes])
    after = edited(
        pipeline("instruct"), before, [one[1] for one in changes], seed, guidance, image_guidance, steps
    )
    right = Classifier.load().agreement(after, [one[0] for one in changes])
    changed = [(attribute, found[attribute]) for found, (_, _, attribute) in zip(right, changes, strict=True)]
    print(
        f"instructions, guidance {guidance}, picture {image_guidance}: the named attribute is changed:",
        end=" ",
    )
    print(share([ok for _, ok in changed]))
    for name in ATTRIBUTES:
        print(f"    {name:11}", share([ok for attribute, ok in changed if attribute == name]))
    others: dict[str, list[bool]] = {name: [] for name in ATTRIBUTES}
    for found, scene, (_, _, attribute) in zip(right, scenes, changes, strict=True):
        for name in found:
            if name != attribute and name in scene.visible():
                others[name].append(found[name])
    print("  each other attribute is kept:", share([ok for values in others.values() for ok in values]))
    for name, values in others.items():
        print(f"    {name:11}", share(values))


def of_inpainting(count: int, seed: int, guidance: float, steps: int) -> None:
    """Whether a prompt puts its object behind the mask, and no prompt leaves background there."""
    rng = np.random.default_rng(seed)
    before = [sample(rng, empty=0.0, lettered=0.15) for _ in range(count)]
    wanted = [change(scene, rng, str(rng.choice(["shape", "colour"])))[0] for scene in before]
    pictures = np.stack([draw(scene) for scene in before])
    masks = np.stack([box(scene) for scene in before])
    classifier = Classifier.load()
    pipe = pipeline("inpaint")
    out = inpainted(pipe, pictures, masks, [caption(scene) for scene in wanted], seed, guidance, steps)
    right = classifier.agreement(out, wanted)
    print(f"inpainting, guidance {guidance}: shape, colour, position and background all right:", end=" ")
    print(share([all(one.get(name, True) for name in NAMED) for one in right]))
    for title, prompts in (
        ("no prompt", [""] * count),
        ("'nothing' and the background", [caption(Scene(NOTHING, background=s.background)) for s in before]),
    ):
        empty = classifier.attributes(inpainted(pipe, pictures, masks, prompts, seed, guidance, steps))
        gone = [found["shape"] == NOTHING for found in empty]
        same = [found["background"] == scene.background for found, scene in zip(empty, before, strict=True)]
        print(f"    {title}: nothing there {share(gone)}, the background stays {share(same)}")


def box(scene: Scene) -> np.ndarray:
    """A box around the object with 3 px to spare: (64, 64) uint8, 255 = paint here."""
    mask = np.zeros((64, 64), np.uint8)
    rows, columns = np.nonzero(object_mask(scene, grow=1.0) > 0.02)
    mask[max(rows.min() - 3, 0) : rows.max() + 4, max(columns.min() - 3, 0) : columns.max() + 4] = 255
    return mask


def of_classifier(count: int, seed: int) -> None:
    """How well the classifier reads drawn scenes."""
    rng = np.random.default_rng(seed)
    scenes = [sample(rng, lettered=0.5) for _ in range(count)]
    right = Classifier.load().agreement(np.stack([draw(scene) for scene in scenes]), scenes)
    print("classifier on drawn scenes:", share([ok for one in right for ok in one.values()]))
    for name in ATTRIBUTES:
        print(f"    {name:11}", share([one[name] for one in right if name in one]))


def main() -> None:
    """Print the shares."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="*", default=["classifier", "text-to-image", "instruct", "inpaint"])
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1234)
    parser.add_argument("--guidance", type=float)
    parser.add_argument("--image-guidance", type=float, default=1.5)
    parser.add_argument("--steps", type=int, default=20)
    options = parser.parse_args()
    torch.set_num_threads(2)
    for what in options.what:
        began = time.time()
        if what == "classifier":
            of_classifier(options.count * 5, options.seed)
        elif what == "text-to-image":
            of_generation(options.count, options.seed, options.guidance or 3.0, options.steps)
        elif what == "instruct":
            guidance = options.guidance or 2.5
            of_instructions(options.count, options.seed, guidance, options.image_guidance, options.steps)
        elif what == "inpaint":
            of_inpainting(options.count, options.seed, options.guidance or 3.0, options.steps)
        print(f"    ({time.time() - began:.0f} s)", flush=True)


if __name__ == "__main__":
    main()
