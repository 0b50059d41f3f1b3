"""Published checkpoints: what is known of diffusion models that anyone can fetch. One model is one TOML file.

A card holds only what a public source says, and names the source of every figure (the table ``sources``).
What no source gives is left out. None of them is shipped; ``keepdial route`` tells which would be best for a
step.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from keepdial.models.place import folder

if TYPE_CHECKING:
    from keepdial.settings import Settings

TRAINED = ("generate", "edit", "fill")
TAKES = ("prompt", "mask", "image", "references")

WORKING = 1.35
"""Memory while a model works, as a multiple of its weights: the judgement of `keepdial.diffusion.memory`."""

_NAME = re.compile(r"[a-z0-9]+([.-][a-z0-9]+)*")
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*")
_REVISION = re.compile(r"[0-9a-f]{40}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PATH = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")


@dataclass(frozen=True, slots=True)
class File:
    """One file of a checkpoint: its path in the repository, and what is known of it."""

    path: str
    source: str
    sha256: str | None = None
    bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """What is known of one checkpoint.

    Attributes:
        name: the word for it, also the folder that it goes into.
        title: what its makers call it.
        task: what it does, one sentence.
        repository: where it is on the hub: ``owner/name``.
        pipeline: diffusers' class for it.
        family: which of our families drives it.
        trained: what it was trained for: ``generate``, ``edit`` or ``fill``.
        takes: what the pipeline is given: ``prompt``, ``mask``, ``image``, ``references`` (several pictures).
        licence: what its makers call it.
        best: the side in px at which it works best.
        multiple_of: sides of a frame are multiples of this.
        parameters: how many numbers each of its parts has.
        sources: for each of these figures, where it comes from.
        commercial: whether the licence allows commercial use of the model; None = not known, or it depends.
        terms: on what it depends, in words after the licence; "" = nothing.
        gated: whether its makers ask for consent to the licence before the files can be had; None = not
            known.
        revision: the commit that the files are of; None = no source gives one.
        keep: (lowest, highest) dial that it is trained for; None = as its family.
        single: the name of the file, where it is published as one file rather than a folder.
        exclude: patterns of files in the repository that are not needed.
        scores: benchmarks and what it reached in them, as published.
        files: files of which a source gives a hash or a size.
    """

    name: str
    title: str
    task: str
    repository: str
    pipeline: str
    family: str
    trained: Literal["generate", "edit", "fill"]
    takes: tuple[str, ...]
    licence: str
    best: int
    multiple_of: int
    parameters: Mapping[str, int]
    sources: Mapping[str, str]
    commercial: bool | None = None
    terms: str = ""
    gated: bool | None = None
    revision: str | None = None
    keep: tuple[float, float] | None = None
    single: str = ""
    exclude: tuple[str, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)
    files: tuple[File, ...] = ()

    @property
    def painter(self) -> int:
        """How many parameters the part has that paints."""
        return max(count for name, count in self.parameters.items() if not name.startswith(("text", "vae")))

    @property
    def memory_mb(self) -> int:
        """Roughly what it needs while it works: its weights at 16 bits, times `WORKING`."""
        return round(sum(self.parameters.values()) * 2 * WORKING / 1e6)

    @property
    def part_mb(self) -> int:
        """The same for its largest part alone."""
        return round(max(self.parameters.values()) * 2 * WORKING / 1e6)

    @property
    def use(self) -> str:
        """Licence and what it means for commercial use, in words."""
        if self.terms:
            return f"{self.licence}, {self.terms}"
        if self.commercial is None:
            return f"{self.licence}, whether commercial use is allowed is not known"
        return f"{self.licence}, {'commercial use allowed' if self.commercial else 'not for commercial use'}"

    def fetch(self, settings: Settings | None = None) -> str:
        """Return the command that fetches it to where keepdial looks for it."""
        place = folder(settings) / "checkpoints"
        words = ["hf download", self.repository]
        if self.single:
            words.append(self.single)
        words += [f"--revision {self.revision}"] if self.revision else []
        words += [f"--exclude {_quoted(one)}" for one in self.exclude]
        if not self.single:
            return " ".join([*words, "--local-dir", _quoted(str(place / self.name))])
        # The hub's tool writes a file under its own name.
        own, ours = place / self.single, place / f"{self.name}{Path(self.single).suffix}"
        moved = [] if own == ours else ["&& mv", _quoted(str(own)), _quoted(str(ours))]
        return " ".join([*words, "--local-dir", _quoted(str(place)), *moved])

    def told(self) -> dict[str, Any]:
        """Return what a ``keepdial.json`` beside the checkpoint would say of it."""
        about: dict[str, Any] = {
            "title": self.title,
            "licence": self.licence,
            "best": self.best,
            "multiple_of": self.multiple_of,
        }
        if self.commercial is not None:
            about["commercial"] = self.commercial
        if self.keep is not None:
            about["keep"] = list(self.keep)
        return about


def _quoted(text: str) -> str:
    return text if re.fullmatch(r"[A-Za-z0-9._/~:-]+", text) else "'" + text.replace("'", "'\\''") + "'"


def parse(text: str, where: str) -> Published:
    """Return the card in the TOML `text`; raise `ValueError` naming `where` and what is wrong with it."""
    try:
        return Published(**_checked(tomllib.loads(text)))
    except (ValueError, TypeError) as problem:
        raise ValueError(f"{where}: {problem}") from problem


def _checked(table: Mapping[str, Any]) -> dict[str, Any]:
    given = dict(table)
    known = {f.name for f in fields(Published)}
    if unknown := sorted(set(given) - known):
        raise ValueError(f"unknown {', '.join(unknown)}; allowed: {', '.join(sorted(known))}")
    for name in ("name", "title", "task", "repository", "pipeline", "family", "trained", "licence"):
        if not isinstance(given.get(name), str) or not given[name].strip():
            raise ValueError(f"{name} must be given, in words")
    patterns = {"name": _NAME, "repository": _REPOSITORY, "revision": _REVISION, "single": _PATH}
    for name, pattern in patterns.items():
        if name in given and not pattern.fullmatch(str(given[name])):
            raise ValueError(f"{name} {given[name]!r} must match {pattern.pattern}")
    if given["trained"] not in TRAINED:
        raise ValueError(f"trained {given['trained']!r}; allowed: {', '.join(TRAINED)}")
    takes = given.get("takes")
    if not isinstance(takes, list) or not takes or set(takes) - set(TAKES):
        raise ValueError(f"takes must be a list of some of {', '.join(TAKES)}")
    for name in ("best", "multiple_of"):
        _whole(given.get(name), name)
    for name in ("commercial", "gated"):
        if name in given and not isinstance(given[name], bool):
            raise ValueError(f"{name} must be true or false, or be left out when it is not known")
    if "terms" in given and "commercial" in given:
        raise ValueError("terms say on what commercial use depends; then commercial is left out")
    parameters = given.get("parameters")
    if not isinstance(parameters, dict) or not parameters:
        raise ValueError("parameters must name the parts and how many numbers each has")
    for name, count in parameters.items():
        _whole(count, f"parameters.{name}")
    if all(name.startswith(("text", "vae")) for name in parameters):
        raise ValueError("parameters must name the part that paints, such as unet or transformer")
    for name, score in given.get("scores", {}).items():
        if isinstance(score, bool) or not isinstance(score, int | float) or score <= 0:
            raise ValueError(f"scores.{name} must be a number above 0")
    if "keep" in given:
        low, high = given["keep"]
        if not 0 <= low <= high <= 1:
            raise ValueError("keep must be two numbers from 0 to 1, rising")
        given["keep"] = (float(low), float(high))
    given["files"] = tuple(_file(one) for one in given.get("files", ()))
    given["takes"], given["exclude"] = tuple(takes), tuple(given.get("exclude", ()))
    _sourced(given)
    return given


def _whole(value: object, name: str) -> None:
    if type(value) is not int or value <= 0:
        raise ValueError(f"{name} must be a whole number above 0")


def _file(table: Mapping[str, Any]) -> File:
    one = File(**table)
    if not isinstance(one.path, str) or not _PATH.fullmatch(one.path):
        raise ValueError(f"files: path {one.path!r} must be a path inside the repository")
    if not isinstance(one.source, str) or not one.source.strip():
        raise ValueError(f"{one.path}: source must be given, in words")
    if one.sha256 is None and one.bytes is None:
        raise ValueError(f"{one.path}: neither sha256 nor bytes; then leave the file out")
    if one.sha256 is not None and not _SHA256.fullmatch(str(one.sha256)):
        raise ValueError(f"{one.path}: sha256 must be 64 hexadecimal digits in small letters")
    if one.bytes is not None:
        _whole(one.bytes, f"{one.path}: bytes")
    return one


def figures(given: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names of what a card claims and must name a source for."""
    yield from ("repository", "pipeline", "licence", "best", "multiple_of")
    for name in ("commercial", "terms", "gated", "revision", "keep", "single", "exclude"):
        if given.get(name) not in (None, "", ()):
            yield name
    yield from (f"parameters.{name}" for name in given["parameters"])
    yield from (f"scores.{name}" for name in given.get("scores", {}))


def _sourced(given: Mapping[str, Any]) -> None:
    sources = given.get("sources")
    if not isinstance(sources, dict):
        raise ValueError("sources must name where each figure comes from")
    claimed = set(figures(given))
    for name, words in sources.items():
        if not isinstance(words, str) or not words.strip():
            raise ValueError(f"sources: {name} must be in words")
    if missing := sorted(claimed - set(sources)):
        raise ValueError(f"sources: nothing is said of {', '.join(missing)}")
    if extra := sorted(set(sources) - claimed):
        raise ValueError(f"sources: {', '.join(extra)} is no figure of this card")


@cache
def published() -> dict[str, Published]:
    """Return every card by name, in alphabetical order."""
    found: dict[str, Published] = {}
    for path in sorted((Path(__file__).parent / "cards").glob("*.toml")):
        one = parse(path.read_text(encoding="utf-8"), path.name)
        if one.name != path.stem:
            raise ValueError(f"{path.name}: the card calls itself {one.name!r}; name the file after it")
        found[one.name] = one
    return dict(sorted(found.items()))


def told(name: str, pipeline: str, size: int) -> dict[str, Any]:
    """Return what a card says of the checkpoint called `name`, as a ``keepdial.json`` would.

    Empty where there is no card of that name, or where the checkpoint cannot be the one that was published:
    another pipeline, or weights that take up another `size` in bytes than 2 to 32 bits a parameter.
    """
    one = published().get(name)
    if one is None or pipeline != one.pipeline:
        return {}
    bits = 8 * size / sum(one.parameters.values())
    return one.told() if 2 <= bits <= 36 else {}


__all__ = ["TAKES", "TRAINED", "File", "Published", "figures", "parse", "published", "told"]
