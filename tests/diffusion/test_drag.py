"""DragDiffusion over a tiny UNet: the way through the engine, and that the model is as it was afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from keepdial.edit import Edit, edit
from keepdial.errors import Cancelled
from keepdial.geometry import Box
from keepdial.image import Image
from keepdial.progress import Cancel, Event, Listener, silent
from keepdial.request import Request, Selector
from tests.diffusion import tiny

torch = pytest.importorskip("torch")
pytest.importorskip("diffusers")


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("models")
    tiny.save("StableDiffusionPipeline", place, steps=10)
    return place


@pytest.fixture(autouse=True)
def _there(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEEPDIAL_MODELS", str(models))


def picture() -> Image:
    pixels = np.full((41, 45, 3), 90, np.uint8)
    pixels[12:24, 10:22] = (220, 40, 30)
    return Image(pixels + np.random.default_rng(0).integers(0, 20, pixels.shape).astype(np.uint8))


def drag(seed: int = 0, progress: Listener = silent, cancel: Cancel | None = None, **params: Any) -> Edit:
    asked = {"handle": ["16,18:24,18"], "steps": 3, "tune": 2, **params}
    pin = Selector(kind="box", options={"x": 0, "y": 0, "width": 45, "height": 14})
    request = Request(
        operation="drag", params=asked, backend="tiny-drag", auto_pin=False, seed=seed, pins=(pin,)
    )
    return edit(request, picture(), progress=progress, cancel=cancel)


def test_the_frame_changes_and_what_is_pinned_does_not() -> None:
    done = drag()
    assert done.image.size == picture().size
    assert (done.image.pixels != picture().pixels).any()
    assert (done.image.pixels[:14] == picture().pixels[:14]).all()
    assert done.routes[0].chosen == "tiny-drag"
    # What a model of random numbers makes is nothing that could be recognised: but it is said.
    assert any("The handle" in note for note in done.notes)


def test_a_seed_is_a_seed() -> None:
    assert (drag(3).image.pixels == drag(3).image.pixels).all()
    assert (drag(3).image.pixels != drag(4).image.pixels).any()


def test_the_model_is_as_it_was_afterwards() -> None:
    from keepdial.diffusion.checkpoint import checkpoints
    from keepdial.diffusion.load import loaded

    with loaded(checkpoints()["tiny"]) as here:
        unet = here.pipe.unet
        before = {name: p.detach().clone() for name, p in unet.named_parameters()}
        processors = {name: type(one) for name, one in unet.attn_processors.items()}
    drag()
    with loaded(checkpoints()["tiny"]) as here:
        assert here.pipe.unet is unet
        assert {name: type(one) for name, one in unet.attn_processors.items()} == processors
        after = dict(unet.named_parameters())
        assert set(after) == set(before)
        assert all(torch.equal(after[name], before[name]) for name in before)


def test_progress_rises_and_shows_the_picture() -> None:
    seen: list[Event] = []
    drag(progress=seen.append)
    done = [event.done for event in seen if event.stage == "generate"]
    assert done == sorted(done)
    assert done[-1] == 1
    assert len(done) > 8


@pytest.mark.parametrize("after", [0.02, 0.35, 0.5, 0.85])
def test_it_can_be_cancelled_at_every_stage(after: float) -> None:
    cancel = Cancel()
    late = []

    def stop(event: Event, /) -> None:
        if event.stage == "generate" and event.done >= after:
            if cancel.requested:
                late.append(event)
            cancel.set()

    with pytest.raises(Cancelled):
        drag(progress=stop, cancel=cancel)
    assert len(late) <= 1


def test_without_learning_it_is_another_picture() -> None:
    assert (drag(tune=0).image.pixels != drag(tune=4).image.pixels).any()


def test_it_may_begin_with_the_picture_as_it_is() -> None:
    plain = drag(carry=False)
    assert (plain.image.pixels != drag().image.pixels).any()
    assert (plain.image.pixels[:14] == picture().pixels[:14]).all()


def test_the_scene_is_what_may_change_and_its_surroundings() -> None:
    from keepdial.diffusion.drag import look_at

    source = np.random.default_rng(0).random((300, 400, 3), dtype=np.float32)
    free = np.zeros((300, 400), np.float32)
    free[100:140, 200:260] = 1
    start, end = np.array([[210.0, 120.0]]), np.array([[240.0, 130.0]])
    scene = look_at(source, free, start, end, best=64, unit=8)
    assert scene.box.x <= 200
    assert scene.box.right >= 260
    assert scene.pixels.shape[0] % 8 == scene.pixels.shape[1] % 8 == 0
    assert scene.free.shape == scene.pixels.shape[:2]
    scale = scene.pixels.shape[1] / scene.box.width
    assert (scene.end - scene.start)[0, 0] == pytest.approx(30 * scale)
    assert scene.start[0, 0] == pytest.approx((210 - scene.box.x + 0.5) * scale - 0.5)


def test_a_picture_of_the_models_size_is_seen_as_it_is() -> None:
    from keepdial.diffusion.drag import look_at

    source = np.random.default_rng(0).random((64, 64, 3), dtype=np.float32)
    points = np.array([[20.0, 20.0]])
    scene = look_at(source, np.ones((64, 64), np.float32), points, points + 8, best=64, unit=8)
    assert scene.box == Box(0, 0, 64, 64)
    assert (scene.pixels == source).all()


def test_inverting_and_denoising_give_the_latents_back() -> None:
    """With a model that predicts the same noise whatever it sees, DDIM's way back is exact."""
    from types import SimpleNamespace

    from keepdial.diffusion.ddim import inverted, ladder

    noise = torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(1))
    clean = torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(2))
    for kind in ("epsilon",):
        scheduler = SimpleNamespace(
            alphas_cumprod=torch.linspace(0.999, 0.01, 1000), config=SimpleNamespace(prediction_type=kind)
        )
        steps = ladder(scheduler, 20, torch.device("cpu"))

        def unet(latents: Any, time: Any, encoder_hidden_states: Any) -> Any:
            return SimpleNamespace(sample=noise)

        path = inverted(unet, None, clean, steps, 14)
        latents = path[-1]
        for at in range(14, 0, -1):
            latents = steps.move(noise, latents, at, at - 1)
        assert torch.allclose(latents, clean, atol=1e-4)


@pytest.mark.parametrize("kind", ["epsilon", "v_prediction", "sample"])
def test_whatever_a_unet_predicts_gives_the_clean_latents(kind: str) -> None:
    from keepdial.diffusion.ddim import Ladder

    a = torch.tensor([1.0, 0.3])
    clean, noise = torch.randn(2, 1, 4, 4, 4)
    latents = a[1].sqrt() * clean + (1 - a[1]).sqrt() * noise
    made = {
        "epsilon": noise,
        "v_prediction": a[1].sqrt() * noise - (1 - a[1]).sqrt() * clean,
        "sample": clean,
    }[kind]
    found = Ladder(torch.tensor([0, 500]), a, kind).clean(made, latents, 1)
    assert torch.allclose(found[0], clean, atol=1e-5)
    assert torch.allclose(found[1], noise, atol=1e-5)
