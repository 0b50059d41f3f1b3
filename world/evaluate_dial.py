"""Does the dial mean the same with every model of the world? Measures, writes the curves, draws them.

    python world/evaluate_dial.py [--scenes 24] [--only restyle fill instruct] [--write]

Half of the scenes give the curve and the other half check it: mean |kept - keep| without it, with it, and
after the corrections of the edit loop, and the share of scenes where what is kept never falls while keep
rises. Everything goes through `keepdial.edit`, as a user's edit does.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from keepdial.evaluate.world import Scene
    from keepdial.image import Image
    from keepdial.request import Request

HERE = Path(__file__).parent
MODELS = HERE / "models"
MODEL_OF = {"restyle": "text-to-image", "replace": "inpaint", "instruct": "instruct"}


def scenes(count: int, seed: int) -> list[Scene]:
    from keepdial.evaluate.world import sample

    rng = np.random.default_rng(seed)
    return [sample(rng, empty=0.0) for _ in range(count)]


def asked(operation: str, count: int, seed: int) -> tuple[list[Request], list[Image]]:
    """Return requests and pictures: another scene's caption for all or the middle, or an instruction."""
    from keepdial.evaluate.world import caption, change, draw
    from keepdial.image import Image
    from keepdial.request import Request, Selector

    rng = np.random.default_rng(seed)
    found = scenes(count, seed)
    others = scenes(count, seed + 1)
    requests, pictures = [], []
    for i, (scene, other) in enumerate(zip(found, others, strict=True)):
        targets: tuple[Selector, ...] = ()
        prompt = change(scene, rng)[1] if operation == "instruct" else caption(other, rng)
        if operation == "replace":
            box = {"x": 12, "y": 12, "width": 40, "height": 40}
            targets = (Selector(kind="box", options=box),)
        pictures.append(Image(draw(scene)))
        params = {"prompt": prompt}
        requests.append(Request(operation=operation, params=params, targets=targets, auto_pin=False, seed=i))
    return requests, pictures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenes", type=int, default=24)
    parser.add_argument("--seed", type=int, default=77)
    parser.add_argument("--only", nargs="*", default=list(MODEL_OF))
    parser.add_argument("--write", action="store_true", help="keep the curves, and draw them")
    options = parser.parse_args()

    import tempfile

    models = Path(tempfile.mkdtemp())
    os.environ["KEEPDIAL_MODELS"] = str(models)
    (models / "checkpoints").mkdir()
    for name in MODEL_OF.values():
        (models / "checkpoints" / name).symlink_to(MODELS / name)
    from keepdial.diffusion.calibration import calibrated
    from keepdial.diffusion.drawing import drawn
    from keepdial.files import save_image

    for operation in options.only:
        name = MODEL_OF[operation]
        one = calibrated(name, *asked(operation, options.scenes, options.seed))
        print(
            f"{name}, {operation}: |kept - keep| {one.before:.3f} without the curve, {one.after:.3f} with "
            f"it, {one.corrected:.3f} corrected; monotone in {one.monotone:.1%}; curve {one.curve}",
            flush=True,
        )
        for keep, kept, miss in one.met:
            print(f"    keep {keep:.2f}: kept {kept:.3f}, missed by {miss:.3f}", flush=True)
        if options.write:
            path = MODELS / name / "keepdial.json"
            about = json.loads(path.read_text())
            about.setdefault("curves", {})[operation] = [list(pair) for pair in one.curve]
            path.write_text(json.dumps(about, indent=2) + "\n")
            save_image(drawn(name, [one]), HERE / "curves" / f"{name}.png", overwrite=True)


if __name__ == "__main__":
    main()
