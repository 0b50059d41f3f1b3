"""Words to the numbers that CLIP's text network reads: byte pair encoding from a ``tokenizer.json``.

A. Radford et al.: Learning Transferable Visual Models From Natural Language Supervision. arXiv:2103.00020,
section 2.4; byte pairs by R. Sennrich, B. Haddow, A. Birch, arXiv:1508.07909.
"""

from __future__ import annotations

import json
import re
import unicodedata
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from keepdial.errors import ModelRefused

START, END = "<|startoftext|>", "<|endoftext|>"
LAST = "</w>"
"""Stands at the end of each word's last piece."""
_WORDS = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d|[^\W\d_]+|\d|(?:[^\s\w]|_)+", re.IGNORECASE)


class Tokens:
    """A vocabulary and the order in which pieces of words are joined."""

    def __init__(self, vocabulary: dict[str, int], merges: list[tuple[str, str]]) -> None:
        self._numbers = vocabulary
        self._rank = {pair: i for i, pair in enumerate(merges)}
        if START not in vocabulary or END not in vocabulary:
            raise ValueError(f"it lacks {START} or {END}")

    def encode(self, text: str, length: int) -> list[int]:
        """Return the numbers of `text` between those of start and end, at most `length` of them in all."""
        clean = " ".join(unicodedata.normalize("NFC", text).split()).lower()
        numbers = [self._numbers[piece] for word in _WORDS.findall(clean) for piece in self._pieces(word)]
        return [self._numbers[START], *numbers[: length - 2], self._numbers[END]]

    def _pieces(self, word: str) -> list[str]:
        letters = _letters()
        parts = [letters[byte] for byte in word.encode("utf-8")]
        parts[-1] += LAST
        while len(parts) > 1:
            ranks = [self._rank.get(pair, len(self._rank)) for pair in pairwise(parts)]
            lowest = min(ranks)
            if lowest == len(self._rank):
                break
            i = ranks.index(lowest)
            parts[i : i + 2] = [parts[i] + parts[i + 1]]
        return [part for part in parts if part in self._numbers]


@lru_cache(maxsize=2)
def load(path: Path) -> Tokens:
    """Return the tokens of a ``tokenizer.json``; raise `ModelRefused` if it is of another kind."""
    try:
        model: Any = json.loads(path.read_text(encoding="utf-8"))["model"]
        merges = [tuple(m.split(" ")) if isinstance(m, str) else tuple(m) for m in model["merges"]]
        return Tokens({str(k): int(v) for k, v in model["vocab"].items()}, [(a, b) for a, b in merges])
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise ModelRefused(
            f"{path.name!r} is no tokenizer of byte pairs: {problem}.",
            hint="Remove it and fetch it anew: keepdial models get owlv2-tokenizer",
        ) from problem


@lru_cache(maxsize=1)
def _letters() -> dict[int, str]:
    """Return a printable letter for each byte: itself where it is one, else one from 256 on."""
    plain = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [byte for byte in range(256) if byte not in plain]
    return {**{b: chr(b) for b in plain}, **{b: chr(256 + i) for i, b in enumerate(others)}}
