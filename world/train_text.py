"""Train the small text encoder to hold what a sentence says. About 2 minutes.

    python world/train_text.py

From its last tokens, every concept that was said must be readable, and what an instruction is after. It is
frozen afterwards, as the text encoders of the large models are. Writes `text_encoder` and `tokenizer` of
text-to-image.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from common import MODELS, Averaged, Run, arguments, start
from keepdial.evaluate.world import ATTRIBUTES, caption, change, sample, words
from text import WIDTH, encoder, tokenizer

_SAME = (
    ("circle", "ball", "disc"),
    ("square", "box"),
    ("centre", "middle"),
    ("bottom", "below"),
    ("sky", "clouds"),
    ("forest", "woods"),
    ("sand", "beach"),
    ("remove", "delete", "erase"),
    ("small", "smaller"),
    ("big", "bigger"),
)
_ALIKE = {word: group[0] for group in _SAME for word in group}
_IGNORED = {*"a at in into it of on the to with photo picture , : make turn".split(" ")}  # noqa: SIM905
CONCEPTS = sorted({_ALIKE.get(word, word) for word in words()} - _IGNORED)
AIMS = ["", *(f"{name}={value}" for name, values in ATTRIBUTES.items() for value in values)]


def sentence(rng: np.random.Generator) -> tuple[str, list[int], int]:
    """A caption or an instruction, the concepts in it, and the aim of the instruction (0 = none)."""
    scene = sample(rng)
    aim = 0
    if rng.random() < 0.5:
        text = caption(scene, rng, drop=0.3)
    else:
        after, text, attribute = change(scene, rng)
        aim = AIMS.index(f"{attribute}={getattr(after, attribute)}")
    said = [CONCEPTS.index(word) for word in {_ALIKE.get(w, w) for w in split(text)} if word in CONCEPTS]
    if rng.random() < 0.15:
        junk = "".join(rng.choice(list("abcdefghijklmnopqrstuvwxyz"), rng.integers(2, 7)))
        parts = text.split()
        parts.insert(int(rng.integers(len(parts) + 1)), junk)
        text = " ".join(parts)
    return text, said, aim


def split(text: str) -> list[str]:
    """Words and commas."""
    return text.lower().replace(",", " ,").replace(":", " :").split()


def main() -> None:
    """Train and export."""
    options = arguments(__doc__ or "", minutes=4, batch=128, rate=2e-3).parse_args()
    start(options)
    pieces = tokenizer()
    model = nn.ModuleDict(
        {
            "encoder": encoder(pieces),
            "said": nn.Linear(WIDTH, len(CONCEPTS)),
            "aim": nn.Linear(WIDTH, len(AIMS)),
        }
    )
    averaged = Averaged(model, 0.99)
    rng = np.random.default_rng(options.seed)
    sentences = [sentence(rng) for _ in range(20_000)]
    tokens = pieces(
        [one[0] for one in sentences], padding="max_length", truncation=True, return_tensors="pt"
    ).input_ids
    said = torch.zeros(len(sentences), len(CONCEPTS))
    for row, one in enumerate(sentences):
        said[row, one[1]] = 1
    aims = torch.tensor([one[2] for one in sentences])
    print(len(pieces), "tokens,", len(CONCEPTS), "concepts,", len(AIMS), "aims", flush=True)

    def outputs(net: nn.ModuleDict, rows: Tensor) -> tuple[Tensor, Tensor]:
        hidden = net["encoder"](input_ids=tokens[rows]).last_hidden_state[:, -3:]
        return net["said"](hidden), net["aim"](hidden)

    def loss_of() -> Tensor:
        rows = torch.from_numpy(rng.integers(0, 19_000, options.batch))
        one, two = outputs(model, rows)
        first = F.binary_cross_entropy_with_logits(one, said[rows, None].expand_as(one)) * 10
        return first + F.cross_entropy(two.transpose(1, 2), aims[rows, None].expand(-1, two.shape[1]))

    def export() -> None:
        rows = torch.arange(19_000, 20_000)
        with torch.no_grad():
            one, two = outputs(averaged.module, rows)
        right = ((one[:, -1] > 0) == (said[rows] > 0)).all(1).float().mean().item()
        aimed = (two[:, -1].argmax(1) == aims[rows]).float().mean().item()
        print(f"all concepts right in {right:.3f} of new sentences, aims in {aimed:.3f}", flush=True)
        folder = MODELS / "text-to-image" / "text_encoder"
        averaged.module["encoder"].half().save_pretrained(folder)
        # Stored in half precision, but loaded as single where nothing else is asked for, as diffusers does.
        about = folder / "config.json"
        about.write_text(about.read_text().replace('"float16"', '"float32"'))
        averaged.module.float()
        pieces.save_pretrained(MODELS / "text-to-image" / "tokenizer")

    run = Run("text", options, model, averaged)
    run.loop(loss_of, export=export, every=60)


if __name__ == "__main__":
    main()
