"""The small text encoder and its tokenizer: one token for each word of the world.

`CLIPTokenizer` is a byte-pair encoder, so the vocabulary is made by training one on the word list until every
word is one piece. Words it does not know fall into letters, whose embeddings are trained to mean nothing.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from itertools import pairwise
from pathlib import Path

from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from keepdial.evaluate.world import words

LENGTH = 24
"""Tokens of a prompt, with its start and its end."""

WIDTH = 96


def merges_for(known: list[str]) -> list[tuple[str, str]]:
    """Byte-pair merges after which each of `known` is one piece."""
    pieces = {word: [*word[:-1], f"{word[-1]}</w>"] for word in known}
    merges = []
    while True:
        pairs = Counter(pair for parts in pieces.values() for pair in pairwise(parts))
        if not pairs:
            return merges
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        for word, parts in pieces.items():
            joined, i = [], 0
            while i < len(parts):
                if tuple(parts[i : i + 2]) == best:
                    joined.append(parts[i] + parts[i + 1])
                    i += 2
                else:
                    joined.append(parts[i])
                    i += 1
            pieces[word] = joined


def tokenizer() -> CLIPTokenizer:
    """The tokenizer of the world."""
    from transformers.convert_slow_tokenizer import bytes_to_unicode

    letters = sorted(bytes_to_unicode().values())
    merges = merges_for(words())
    tokens = [*letters, *(f"{letter}</w>" for letter in letters)]
    tokens += [a + b for a, b in merges]
    tokens = [*dict.fromkeys(tokens), "<|startoftext|>", "<|endoftext|>"]
    with tempfile.TemporaryDirectory() as folder:
        vocab, rules = Path(folder, "vocab.json"), Path(folder, "merges.txt")
        vocab.write_text(json.dumps({token: i for i, token in enumerate(tokens)}))
        rules.write_text("#version: 0.2\n" + "\n".join(f"{a} {b}" for a, b in merges) + "\n")
        made = CLIPTokenizer(str(vocab), str(rules), model_max_length=LENGTH)
    return made


def encoder(made: CLIPTokenizer) -> CLIPTextModel:
    """An untrained text encoder for `made`."""
    config = CLIPTextConfig(
        vocab_size=len(made),
        hidden_size=WIDTH,
        intermediate_size=WIDTH * 3,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=LENGTH,
        projection_dim=WIDTH,
        bos_token_id=made.bos_token_id,
        eos_token_id=made.eos_token_id,
        pad_token_id=made.eos_token_id,
    )
    return CLIPTextModel(config)
