"""Every pipeline class of every family: saved to disk, loaded from there, and edited with from end to end.

The checkpoints are tiny and their weights random, so that what a model paints means nothing. What is tested
is all else: that the real classes run, what is kept, and that words, seeds and the dial reach them.
"""

from __future__ import annotations

import base64
import functools
import importlib
import io
import itertools
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image as Pillow

from keepdial.backends import Frame, Proposal, Step, backends
from keepdial.diffusion.family import Family, families
from keepdial.edit import Edit, edit
from keepdial.errors import Cancelled
from keepdial.geometry import Box
from keepdial.image import Image
from keepdial.progress import Cancel, Event
from keepdial.request import Request
from keepdial.settings import Settings
from tests.diffusion import tiny
from tests.pictures import box, changed, keep_map

torch = pytest.importorskip("torch")
diffusers = pytest.importorskip("diffusers")

# They register what they build.
importlib.import_module("tests.diffusion.tiny_flow")

# A family that stands beside another one, and drives its checkpoints in another way, has tests of its own.
KINDS = {pipeline: family for family in families().values() if not family.beside for pipeline in family.kinds}
FAMILIES = sorted({family.name for family in KINDS.values()})
WORDS = "a red cat"
REGION = Box(6, 4, 30, 24)
PINNED = Box(12, 10, 7, 6)

# FLUX.2 refuses pictures that are smaller.
LEAST = {"Flux2KleinPipeline": 64}

# These scale what they are shown to a megapixel, for which a test has no time.
MEGAPIXELS = (
    "qwenimage.pipeline_qwenimage_edit",
    "qwenimage.pipeline_qwenimage_edit_plus",
    "longcat_image.pipeline_longcat_image_edit",
)

# By this scope all tests of one class come together, so that it is loaded once.
each = pytest.mark.parametrize("pipeline", sorted(KINDS), scope="module")


def of(family: str) -> pytest.MarkDecorator:
    mine = sorted(p for p, f in KINDS.items() if f.name == family)
    return pytest.mark.parametrize("pipeline", mine, scope="module")


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A models folder with one checkpoint, `tiny`, of the pipeline class asked for."""
    root = tmp_path_factory.mktemp("families")

    def models(pipeline: str) -> Path:
        folder = root / pipeline
        if not folder.exists():
            side = LEAST.get(pipeline, 32)
            tiny.save(pipeline, folder, steps=2, best=side, minimum=side // 2, multiple_of=multiple(pipeline))
        return folder

    return models


def multiple(pipeline: str) -> int:
    """Return what sides are multiples of: as declared, but 64 px frames where pictures must be that large."""
    return LEAST.get(pipeline, KINDS[pipeline].kinds[pipeline].multiple_of)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in MEGAPIXELS:
        module = importlib.import_module(f"diffusers.pipelines.{name}")
        own = module.calculate_dimensions

        def fewer(area: float, ratio: float, own: Any = own) -> Any:
            return own(min(area, 64 * 64), ratio)

        monkeypatch.setattr(module, "calculate_dimensions", fewer)
    # Two threads that wait for each other are slower than one, at this size.
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def here(shelf: Callable[[str], Path], pipeline: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The models folder has a checkpoint of this pipeline class, and nothing else."""
    monkeypatch.setenv("KEEPDIAL_MODELS", str(shelf(pipeline)))
    return pipeline


def photo(width: int = 45, height: int = 37) -> Image:
    """A small picture with something in it: a gradient with a red disc."""
    y, x = np.mgrid[:height, :width]
    pixels = np.stack([x * 255 // width, y * 255 // height, np.full_like(x, 90)], axis=2).astype(np.uint8)
    pixels[(x - 24) ** 2 + (y - 16) ** 2 < 60] = (200, 30, 40)
    return Image(pixels)


def ask(pipeline: str, *, image: Image | None = None, words: str = WORDS, **more: Any) -> Edit:
    operation, params = asked(KINDS[pipeline]), {"prompt": words, **more.pop("params", {})}
    listen = {name: more.pop(name) for name in ("progress", "cancel") if name in more}
    request = {"targets": (box(REGION.x, REGION.y, REGION.width, REGION.height),), "keep": 0.0, **more}
    return edit(
        Request(operation=operation, params=params, backend="tiny", auto_pin=False, **request),
        image or photo(),
        settings=Settings(),
        **listen,
    )


def asked(family: Family) -> str:
    """Return the operation to try a family with."""
    return next(name for name in ("instruct", "restyle", "fill") if name in family.operations)


def propose(pipeline: str, knob: Any, *, words: str = WORDS, seed: int = 3, **more: Any) -> Proposal:
    """Return what the backend proposes for a frame of its best size, of which all but a border is free."""
    side = LEAST.get(pipeline, 32)
    mask = np.zeros((side, side), np.float32)
    mask[2:-2, 2:-2] = 1
    pixels, params = photo(side, side).pixels, {"prompt": words, **more}
    frame = Frame(Box(0, 0, side, side), pixels, mask, usable=mask == 0, guess=True)
    return backends()["tiny"].generate(frame, Step(asked(KINDS[pipeline]), knob, seed, params, words))


@contextmanager
def spied(look: Callable[[Any], object]) -> Iterator[None]:
    """Show `look` what the checkpoint's UNet is given, while the block runs."""
    from keepdial.diffusion.checkpoint import checkpoints
    from keepdial.diffusion.load import loaded

    # Held no longer than to find it: while it is held nobody else works with it.
    with loaded(checkpoints()["tiny"]) as held:
        unet = held.pipe.unet
    own = unet.forward

    def forward(sample: Any, *given: Any, **named: Any) -> Any:
        look(sample)
        return own(sample, *given, **named)

    unet.forward = forward
    try:
        yield
    finally:
        del unet.forward


@dataclass
class Decoded:
    """What decoders were given, in order: the latents that the denoiser arrived at."""

    latents: list[NDArray[np.float32]] = field(default_factory=list)


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> Decoded:
    seen = Decoded()
    for name in ("AutoencoderKL", "AutoencoderKLQwenImage", "AutoencoderKLFlux2", "AutoencoderDC"):
        kind = getattr(diffusers, name)
        own = kind.decode

        def decode(self: Any, latents: Any, *given: Any, own: Any = own, **named: Any) -> Any:
            seen.latents.append(latents.detach().float().numpy().copy())
            return own(self, latents, *given, **named)

        monkeypatch.setattr(kind, "decode", decode)
    return seen


def test_every_class_of_every_family_has_a_tiny_checkpoint() -> None:
    named = {pipeline for family in families().values() for pipeline in family.kinds}
    assert named <= set(tiny.BUILDERS), f"no builder for {sorted(named - set(tiny.BUILDERS))}"
    assert {name for name in named if not hasattr(diffusers, name)} == set()


def test_every_other_task_is_a_class_of_diffusers() -> None:
    for family in families().values():
        for kind in family.kinds.values():
            for task in kind.tasks.values():
                assert hasattr(diffusers, task), task


@each
def test_it_is_found_with_its_real_class_and_keeps_what_it_must(here: str) -> None:
    image = photo()
    events: list[Event] = []
    pin = box(PINNED.x, PINNED.y, PINNED.width, PINNED.height)
    done = ask(here, image=image, pins=(pin,), seed=5, progress=events.append)
    assert done.routes[0].chosen == "tiny"
    assert done.image.size == image.size
    different = changed(image, done.image)
    assert different.any()
    assert not different[PINNED.slices].any()
    different[REGION.slices] = False
    assert not different.any()

    shares = [e.done for e in events if e.stage == "generate"]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert len(set(shares)) >= 2

    again = ask(here, image=image, pins=(pin,), seed=5)
    assert np.array_equal(again.image.pixels, done.image.pixels)
    other = ask(here, image=image, pins=(pin,), seed=6)
    assert not np.array_equal(other.image.pixels, done.image.pixels)


def at_each_step(monkeypatch: pytest.MonkeyPatch, change: Callable[[Any], Any]) -> None:
    """Have every scheduler take what `change` makes of the model's output."""
    for name in (
        "DDIMScheduler",
        "DPMSolverMultistepScheduler",
        "EulerDiscreteScheduler",
        "FlowMatchEulerDiscreteScheduler",
    ):
        kind = getattr(diffusers, name)
        own = kind.step

        @functools.wraps(own)
        def step(self: Any, output: Any, *given: Any, own: Any = own, **named: Any) -> Any:
            return own(self, change(output), *given, **named)

        monkeypatch.setattr(kind, "step", step)


@each
def test_it_is_cancelled_within_a_step(here: str, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = 0

    def counted(output: Any) -> Any:
        nonlocal steps
        steps += 1
        return output

    at_each_step(monkeypatch, counted)
    cancel = Cancel()

    def raise_the_flag(event: Event) -> None:
        if steps:
            cancel.set()

    image = photo()
    before = image.digest()
    with pytest.raises(Cancelled):
        ask(here, image=image, progress=raise_the_flag, cancel=cancel, params={"steps": 40})
    assert steps == 1
    assert image.digest() == before


@each
def test_words_reach_the_model(here: str) -> None:
    one, two = (propose(here, 0.2, words=words).pixels for words in (WORDS, "green dog on the left"))
    assert np.abs(one - two).max() > 1 / 255


@each
def test_the_higher_the_dial_the_nearer_to_the_source(
    here: str, decoded: Decoded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Measured where the dial acts, for one seed.

    Models that denoise from the source: the distance of the latents that are decoded from those of the
    source, which are what knob 1 arrives at; the random decoder behind would hide it. Random weights pull
    somewhere else with each step, so they have a say of a tenth here. Models that are shown the picture
    beside the latents: how much of it they see below the turn, the pixels above it.
    """
    if KINDS[here].name == "instruct":
        from keepdial.backends.diffusion_instruct import TURN

        shown: list[float] = []
        for knob in np.linspace(0, TURN, 5):
            shown.append(0.0)

            def count(sample: Any) -> None:
                # Of the three in the batch the first sees words and picture.
                shown[-1] += float(sample[0, sample.shape[1] // 2 :].abs().mean())

            with spied(count):
                propose(here, float(knob))
        assert shown[0] == 0
        assert all(low < high for low, high in itertools.pairwise(shown))
        before = photo(32, 32).pixels / 255
        far = [float(np.abs(propose(here, knob).pixels - before).mean()) for knob in (0.5, 0.7, 0.85, 1.0)]
    else:
        at_each_step(monkeypatch, lambda output: output * 0.1)
        for knob in (0.0, 0.3, 0.5, 0.8, 1.0):
            propose(here, knob)
        *moved, source = decoded.latents
        far = [float(np.abs(one - source).mean()) for one in moved] + [0.0]
    assert all(nearer <= further for further, nearer in itertools.pairwise(far)), far
    assert far[0] > far[-1]


@each
def test_each_pixel_has_a_dial_of_its_own(here: str, decoded: Decoded) -> None:
    side = LEAST.get(here, 32)
    knob = np.full((side, side), 0.1, np.float32)
    knob[:, : side // 2] = 0.9
    made: NDArray[Any] = propose(here, knob).pixels
    if KINDS[here].name == "instruct":
        moved = np.abs(made - photo(side, side).pixels / 255).mean(axis=2)
    else:
        propose(here, 1.0)
        apart = np.abs(decoded.latents[0] - decoded.latents[1]).astype(np.float64)
        moved = apart.reshape(-1, *apart.shape[-2:]).mean(axis=0)
    middle = moved.shape[1] // 2
    assert moved[:, :middle].mean() < 0.6 * moved[:, middle:].mean()


@each
def test_a_map_of_the_dial_keeps_what_it_says(here: str) -> None:
    image = photo()
    keep = np.full((image.size.height, image.size.width), 90, np.uint8)
    keep[:, :20] = 255
    done = ask(here, image=image, keep=keep_map(keep))
    different = changed(image, done.image)
    assert not different[:, :20].any()
    assert different[REGION.slices][:, 20 - REGION.x :].any()


@of("instruct")
def test_exploring_draws_both_scales_by_the_seed(here: str) -> None:
    from keepdial.backends.diffusion_instruct import EXPLORE, GUIDANCE, IMAGE_GUIDANCE

    notes = {propose(here, 0.5, explore=True, seed=seed).notes[-1] for seed in (1, 2, 3)}
    assert len(notes) == 3
    for note in notes:
        words, picture = (float(number) for number in re.findall(r"[0-9]+\.[0-9]+", note))
        assert abs(words / GUIDANCE - 1) <= EXPLORE + 0.01
        assert abs(picture / IMAGE_GUIDANCE - 1) <= EXPLORE + 0.01
    plain = propose(here, 0.5).notes[-1]
    assert plain == f"Text guidance {GUIDANCE:.2f}, image guidance {IMAGE_GUIDANCE:.2f}."


@of("instruct")
def test_where_nobody_turned_the_dial_the_model_sees_the_picture_in_each_step(here: str) -> None:
    seen: list[float] = []
    with spied(lambda sample: seen.append(float(sample[0, sample.shape[1] // 2 :].abs().mean()))):
        done = edit(
            Request(operation="instruct", params={"prompt": WORDS}, backend="tiny", auto_pin=False), photo()
        )
    assert len(set(seen)) == 1
    assert seen[0] > 0
    assert len(done.tries) == 1


@of("text-to-image")
def test_it_paints_from_words_alone(here: str) -> None:
    from keepdial.blank import canvas
    from keepdial.geometry import Size

    empty = canvas(Size(48, 32))
    request = Request(operation="generate", params={"prompt": WORDS}, backend="tiny", seed=2)
    done = edit(request, empty, settings=Settings())
    assert done.image.size == Size(48, 32)
    assert int(done.image.pixels.max()) - int(done.image.pixels.min()) > 8
    other = request.model_copy(update={"params": {"prompt": "green dog"}})
    assert not np.array_equal(edit(other, empty, settings=Settings()).image.pixels, done.image.pixels)


def reference(colour: str) -> str:
    file = io.BytesIO()
    Pillow.new("RGB", (40, 28), colour).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


@of("edit")
def test_reference_pictures_reach_the_model(here: str) -> None:
    plain = ask(here).image.pixels
    one = ask(here, params={"reference": [reference("red")]})
    two = ask(here, params={"reference": [reference("red"), reference("blue")]})
    assert one.image.size == two.image.size == photo().size
    if here == "LongCatImageEditPipeline":
        # It paints all that it is shown, so that nothing can stand beside the picture; which is said.
        assert any("left out" in note for note in one.notes)
        assert np.array_equal(one.image.pixels, plain)
        return
    assert not np.array_equal(one.image.pixels, plain)
    assert not np.array_equal(one.image.pixels, two.image.pixels)
    several = here in ("QwenImageEditPlusPipeline", "Flux2KleinPipeline")
    assert any("put beside it" in note for note in one.notes) != several


@pytest.mark.parametrize("pipeline", ["StableDiffusionPipeline"], scope="module")
def test_the_family_of_the_documents_paints(here: str) -> None:
    from dataclasses import replace

    from tests.test_docs import example

    family: Family = example("adding-a-family.md").FAMILY
    backend: Any = backends()["tiny"]
    own = replace(backend, family=family, kind=family.kinds[here])
    mask = np.ones((32, 32), np.float32)
    frame = Frame(Box(0, 0, 32, 32), photo(32, 32).pixels, mask, usable=mask == 0, guess=True)
    free, held = (own.generate(frame, Step("restyle", knob, 1, {}, WORDS)).pixels for knob in (0.0, 0.7))
    assert free.shape == held.shape == (32, 32, 3)
    assert not np.array_equal(free, held)
