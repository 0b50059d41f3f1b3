"""Cards of published checkpoints: each holds only what a source says, and a wrong one says what is wrong."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from keepdial.models import published as module
from keepdial.models.published import Published, figures, parse, published, told
from keepdial.settings import Settings

GOOD = """
name = "a"
title = "A"
task = "t"
repository = "somebody/a"
pipeline = "StableDiffusionPipeline"
family = "text-to-image"
trained = "generate"
takes = ["prompt"]
licence = "MIT"
best = 512
multiple_of = 8
{line}
[parameters]
unet = 1000
text_encoder = 2000
[sources]
repository = "s"
pipeline = "s"
licence = "s"
best = "s"
multiple_of = "s"
"parameters.unet" = "s"
"parameters.text_encoder" = "s"
{source}
"""


def made(line: str = "", source: str = "", *, without: str = "") -> Published:
    text = GOOD.format(line=line, source=source)
    if without:
        text = re.sub(rf"(?m)^{without} = .*\n", "", text)
    return parse(text, "a.toml")


def test_there_are_cards_for_each_way_of_painting() -> None:
    known = published()
    assert len(known) >= 15
    assert list(known) == sorted(known)
    assert {one.trained for one in known.values()} == {"generate", "edit", "fill"}
    assert {"text-to-image", "inpaint", "fill", "instruct", "edit"} == {one.family for one in known.values()}


def texts() -> dict[str, str]:
    cards = files(module) / "cards"
    return {one.name: one.read_text("utf-8") for one in cards.iterdir() if one.name.endswith(".toml")}


@pytest.mark.parametrize("name", sorted(texts()))
def test_every_figure_of_a_card_names_its_source(name: str) -> None:
    text = texts()[name]
    one, table = parse(text, name), tomllib.loads(text)
    assert set(figures(table)) == set(one.sources)
    assert all(len(words) > 10 for words in one.sources.values())
    assert all(len(file.source) > 10 for file in one.files)
    # A source can be looked at: a file of a repository, a page, a program's version.
    place = r"[\w.-]+/[\w.-]+[@,/]|hub's page|(diffusers|transformers) \d|[\w-]+\.(com|cc)\b"
    reasons = {words for figure, words in one.sources.items() if figure != "exclude"}
    assert [words for words in reasons if not re.search(place, words)] == []
    assert one.memory_mb >= one.part_mb > 500


def test_what_no_source_gives_is_none() -> None:
    one = made()
    assert (one.commercial, one.revision, one.files, one.keep, one.gated) == (None, None, (), None, None)
    assert one.use == "MIT, whether commercial use is allowed is not known"
    assert one.painter == 1000


@pytest.mark.parametrize(
    ("line", "source", "said"),
    [
        ('revision = "main"', 'revision = "s"', "must match"),
        ('revision = "' + "a" * 40 + '"', "", "sources: nothing is said of revision"),
        ("", 'revision = "s"', "revision is no figure of this card"),
        ("", 'commercial = ""', "must be in words"),
        ('commercial = "yes"', 'commercial = "s"', "true or false"),
        ('commercial = true\nterms = "t"', 'commercial = "s"\nterms = "s"', "on what commercial use depends"),
        ("keep = [0.5, 0.2]", 'keep = "s"', "rising"),
        ('colour = "red"', "", "unknown colour"),
        ("[scores]\nx = 0", '"scores.x" = "s"', "above 0"),
        ("[scores]\nx = 1", "", "nothing is said of scores.x"),
        ('[[files]]\npath = "/etc/passwd"\nsource = "s"\nbytes = 1', "", "inside the repository"),
        ('[[files]]\npath = "../a"\nsource = "s"\nbytes = 1', "", "inside the repository"),
        ('[[files]]\npath = "a"\nsource = "s"', "", "neither sha256 nor bytes"),
        ('[[files]]\npath = "a"\nbytes = 1', "", "source"),
        ('[[files]]\npath = "a"\nsource = "s"\nsha256 = "ABC"', "", "64 hexadecimal"),
        ('[[files]]\npath = "a"\nsource = "s"\nbytes = -1', "", "above 0"),
    ],
)
def test_a_wrong_card_says_what_is_wrong(line: str, source: str, said: str) -> None:
    with pytest.raises(ValueError, match=r"^a\.toml: ") as caught:
        made(line, source)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("title", "title must be given"),
        ("licence", "licence must be given"),
        ("takes", "takes must be a list"),
        ("best", "best must be a whole number"),
        ("unet", "the part that paints"),
    ],
)
def test_a_card_that_leaves_out_what_is_needed_is_refused(name: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        made(without=name)


def test_it_says_how_to_fetch_it(tmp_path: Path) -> None:
    settings = Settings(models=str(tmp_path))
    place = f"{tmp_path}/checkpoints"
    assert made().fetch(settings) == f"hf download somebody/a --local-dir {place}/a"
    odd = Settings(models="/tmp/o'neill models")
    assert "--local-dir '/tmp/o'\\''neill models/checkpoints/a'" in made().fetch(odd)
    single = made('single = "of_a.safetensors"\nexclude = ["*.bin"]', 'single = "s"\nexclude = "s"')
    assert single.fetch(settings) == (
        f"hf download somebody/a of_a.safetensors --exclude '*.bin' --local-dir {place} "
        f"&& mv {place}/of_a.safetensors {place}/a.safetensors"
    )


def test_a_card_speaks_only_for_what_can_be_the_checkpoint() -> None:
    one = published()["sd15"]
    size = 2 * sum(one.parameters.values())
    said = told("sd15", one.pipeline, size)
    assert said["licence"] == "CreativeML OpenRAIL-M"
    assert said["commercial"] is True
    assert told("sd15", "FluxPipeline", size) == {}
    assert told("sd15", one.pipeline, 1_000_000) == {}
    assert told("nobody", one.pipeline, size) == {}
    assert "commercial" not in told("sd35-large", "StableDiffusion3Pipeline", 2 * 13_000_000_000)


@pytest.mark.parametrize("name", sorted(published()))
def test_its_pipeline_is_one_that_diffusers_has(name: str) -> None:
    diffusers = pytest.importorskip("diffusers")
    assert published()[name].pipeline in dir(diffusers)
