"""Cards: what is known of a model, as data. One model is one TOML file in ``models/cards``; no list is kept.

A card holds only what its public source says. A hash or a size that no source gives is left out; the store
then records what came at the first fetch and holds later files to it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

from keepdial.errors import ParameterError

FORMATS = ("onnx", "safetensors", "tflite", "task", "json")
PINNED = re.compile(r"/[0-9a-f]{40}/|/releases/download/[^/]+/")
"""What makes an address stay the same file: a commit's 40 digits, or a release."""

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Card:
    """What is known of one model file.

    Attributes:
        name: the word for it, as in ``keepdial models get NAME``.
        task: what it is for, one sentence.
        source: where it comes from, for people: project, commit or release.
        url: the https address of the file, pinned to a commit or a release.
        file: its name in the models folder.
        format: one of `FORMATS`, judged by content when it is fetched.
        licence: SPDX name of the weights' licence, or what the source calls it.
        inputs: what it is fed, in words.
        commercial: whether the licence allows commercial use; None = not known.
        sha256: of the file; None = no source gives it.
        bytes: size of the file; None = no source gives it.
        together: names of the models that it works together with; they are fetched with it.
    """

    name: str
    task: str
    source: str
    url: str
    file: str
    format: str
    licence: str
    inputs: str
    commercial: bool | None = None
    sha256: str | None = None
    bytes: int | None = None
    together: tuple[str, ...] = ()

    @property
    def size(self) -> str:
        """The size in words, for example ``3.7 MB``."""
        return "size not known" if self.bytes is None else size_in_words(self.bytes)

    @property
    def use(self) -> str:
        """Licence and what it means for commercial use, in words."""
        if self.commercial is None:
            return f"{self.licence}, whether commercial use is allowed is not known"
        return f"{self.licence}, {'commercial use allowed' if self.commercial else 'not for commercial use'}"


def size_in_words(count: int) -> str:
    """Return a number of bytes in words, in powers of 1000."""
    return f"{count / 1e6:.1f} MB" if count >= 100_000 else f"{count / 1e3:.1f} kB"


def parse(text: str, where: str) -> Card:
    """Return the card in the TOML `text`; raise `ValueError` naming `where` and what is wrong with it."""
    try:
        table = tomllib.loads(text)
        card = Card(**_checked(table))
    except (ValueError, TypeError) as problem:
        raise ValueError(f"{where}: {problem}") from problem
    return card


def _checked(table: Mapping[str, Any]) -> dict[str, Any]:
    given = dict(table)
    known = {f.name for f in fields(Card)}
    if unknown := sorted(set(given) - known):
        raise ValueError(f"unknown {', '.join(unknown)}; allowed: {', '.join(sorted(known))}")
    for name in ("name", "task", "source", "url", "file", "format", "licence", "inputs"):
        if not isinstance(given.get(name), str) or not given[name]:
            raise ValueError(f"{name} must be given, in words")
    for name, pattern in (("name", _NAME), ("file", _FILE)):
        if not pattern.fullmatch(given[name]):
            raise ValueError(f"{name} {given[name]!r} must match {pattern.pattern}")
    if given["format"] not in FORMATS:
        raise ValueError(f"format {given['format']!r}; allowed: {', '.join(FORMATS)}")
    if not given["url"].startswith("https://") or not PINNED.search(given["url"]):
        raise ValueError("url must be https and pinned to a commit (40 digits) or a release")
    if "sha256" in given and not _SHA256.fullmatch(str(given["sha256"])):
        raise ValueError("sha256 must be 64 hexadecimal digits in small letters")
    if "bytes" in given and not (type(given["bytes"]) is int and given["bytes"] > 0):
        raise ValueError("bytes must be a whole number above 0")
    if "commercial" in given and not isinstance(given["commercial"], bool):
        raise ValueError("commercial must be true or false, or be left out when it is not known")
    given["together"] = tuple(given.get("together", ()))
    return given


@cache
def cards() -> dict[str, Card]:
    """Return every card by name, in alphabetical order."""
    found: dict[str, Card] = {}
    for path in sorted((Path(__file__).parent / "cards").glob("*.toml")):
        one = parse(path.read_text(encoding="utf-8"), path.name)
        if one.name != path.stem:
            raise ValueError(f"{path.name}: the card calls itself {one.name!r}; name the file after it")
        if clash := [other.name for other in found.values() if other.file == one.file]:
            raise ValueError(f"{path.name}: {clash[0]} has the file {one.file!r} already")
        found[one.name] = one
    return dict(sorted(found.items()))


def card(name: str) -> Card:
    """Return the card called `name`, or raise `ParameterError` naming those there are."""
    known = cards()
    if name not in known:
        raise ParameterError("model", name, f"one of {', '.join(known)}")
    return known[name]
