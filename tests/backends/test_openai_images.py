"""Pictures from an images server, over real HTTP: what is sent, what is taken, and what is kept."""

from __future__ import annotations

import base64
import io
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image as Pil

from keepdial.backends import Frame, Step, backends
from keepdial.backends._images_frame import ALWAYS
from keepdial.backends._images_server import VARIABLES, Images, ImagesError, model_of, size_for
from keepdial.backends.openai_images import _KEPT, BACKEND
from keepdial.cli import main
from keepdial.edit import edit
from keepdial.errors import Cancelled, InputError, ParameterError, RouteError
from keepdial.files import open_image
from keepdial.geometry import Box, Size
from keepdial.image import Image
from keepdial.progress import Cancel, Event
from keepdial.request import Request
from keepdial.settings import Settings
from tests.backends import images_server as served
from tests.backends.images_server import (
    HOSTED,
    LANDSCAPE,
    Asked,
    Painter,
    Rules,
    drifting,
    encoded,
    failed,
    flat,
    linked,
    painting,
    picture,
)
from tests.pictures import box, noise
from tests.tone.frames import P3, matrix_profile
from tests.understand.chat_server import Said

KEY = "sk-very-secret"
PAGE = b"<!doctype html><html><body>Sign in to the hotel's network</body></html>"


@pytest.fixture(autouse=True)
def nothing_set_up(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in VARIABLES.values():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("KEEPDIAL_OFFLINE", raising=False)
    monkeypatch.setattr("keepdial.backends._images_talk.WAITS", (0.05, 0.1))
    monkeypatch.setattr("keepdial.backends._images_talk._refused", {})
    _KEPT.clear()
    yield
    _KEPT.clear()


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return what sets a server up in the environment."""

    def set_up(host: Painter | str, **more: Any) -> None:
        url = host if isinstance(host, str) else host.url
        for name, value in {"url": url, **more}.items():
            monkeypatch.setenv(VARIABLES[name], str(value))

    return set_up


def frame(
    image: Image | None = None, hole: tuple[int, int, int, int] = (100, 60, 80, 50), **more: Any
) -> Frame:
    """A frame with a hole (x, y, width, height), of a smooth picture where none is given."""
    image = smooth() if image is None else image
    height, width = image.pixels.shape[:2]
    mask = np.zeros((height, width), np.float32)
    x, y, w, h = hole
    mask[y : y + h, x : x + w] = 1
    whole = Box(0, 0, width, height)
    made = Frame(whole, image.pixels, mask, mask == 0, False, alpha=image.alpha, icc=image.icc)
    return replace(made, **more)


def smooth(width: int = 512, height: int = 512, *, channels: int = 3, deep: bool = False) -> Image:
    y, x = np.mgrid[:height, :width]
    planes = (60 + 100 * x / width, 90 + 80 * y / height, 200 - 90 * x / width)[:channels]
    pixels = np.stack(planes, axis=-1)
    return Image((pixels * 257).astype(np.uint16) if deep else pixels.astype(np.uint8))


def step(operation: str = "fill", prompt: str = "a cat", **more: Any) -> Step:
    return Step(operation, more.pop("knob", 0.0), more.pop("seed", 7), more, prompt)


def refusal(*answers: Said, seconds: float = 8.0, use: Any, **more: Any) -> ImagesError:
    """Return the error that answers lead to, within time, in words for a person."""
    started = time.monotonic()
    with painting(*answers, **more) as host:
        use(host, seconds=seconds)
        with pytest.raises(ImagesError) as caught:
            BACKEND.generate(frame(), step())
    assert time.monotonic() - started < 10
    said = str(caught.value)
    assert len(said) < 1000
    assert said.isprintable()
    assert "Traceback" not in said
    return caught.value


class TestSettingUp:
    def test_without_a_server_it_is_no_candidate_and_says_what_to_set(self) -> None:
        can = BACKEND.capabilities
        assert "KEEPDIAL_IMAGES_URL" in can.missing
        assert can.remote, "nobody knows where it would be"
        assert backends()["openai-images"] is BACKEND
        with pytest.raises(RouteError, match="KEEPDIAL_IMAGES_URL"):
            BACKEND.generate(frame(), step())

    @pytest.mark.parametrize(
        ("url", "remote"),
        [
            ("http://localhost:8080/v1", False),
            ("http://LOCALHOST", False),
            ("http://127.0.0.1:1", False),
            ("http://127.9.9.9:1", False),
            ("https://[::1]:8080", False),
            ("http://127.0.0.1.example.com", True),
            ("http://192.168.1.7:8000", True),
            ("http://localhost.example.com", True),
            ("https://api.example.com/v1", True),
            ("http://0.0.0.0:8080", True),
        ],
    )
    def test_only_the_loopback_is_this_machine(self, url: str, remote: bool, use: Any) -> None:
        use(url)
        assert BACKEND.capabilities.remote is remote
        assert not BACKEND.capabilities.missing

    def test_what_the_environment_says(self, use: Any) -> None:
        use("https://api.example.com/v1", model="gpt-image-1.5", seconds=90, quality="high", commercial=1)
        images = Images.from_environment()
        assert images == Images("https://api.example.com/v1", "gpt-image-1.5", "", 90.0, (), "high", True)
        assert BACKEND.version == "1 gpt-image-1.5"
        can = BACKEND.capabilities
        assert (can.commercial, can.drifts, can.trained, can.best) == (True, True, "edit", 1024)
        assert can.licence == "the terms of api.example.com"

    def test_the_key_stands_in_its_variable_or_in_one_that_is_named(
        self, use: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        use("https://api.example.com", key=KEY)
        images = Images.from_environment()
        assert images is not None
        assert images.server.key() == KEY
        assert KEY not in repr(images) + repr(images.server)
        use("https://api.example.com", key_from="MY_KEY")
        assert "MY_KEY" in BACKEND.capabilities.missing
        monkeypatch.setenv("MY_KEY", "other")
        assert not BACKEND.capabilities.missing

    @pytest.mark.parametrize(
        "wrong",
        [
            {"url": "ftp://example.com"},
            {"url": "https://me:sk-very-secret@example.com"},
            {"url": "https://example.com?key=sk-very-secret"},
            {"seconds": "soon"},
            {"seconds": "0"},
            {"sizes": "1024"},
            {"sizes": "8x8"},
            {"sizes": "99999x99999"},
            {"quality": "b\u00e9st"},
            {"key_from": "sk-very-secret"},
            {"key": "two words"},
            {"commercial": "perhaps"},
            {"model": "x" * 201},
        ],
        ids=str,
    )
    def test_what_cannot_be_is_said_and_not_used(self, wrong: dict[str, str], use: Any) -> None:
        use("https://api.example.com")
        use(wrong.get("url", "https://api.example.com"), **{k: v for k, v in wrong.items() if k != "url"})
        missing = BACKEND.capabilities.missing
        assert missing
        assert KEY not in missing

    def test_offline_asks_only_this_machine(self, use: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("KEEPDIAL_OFFLINE", "1")
        use("https://api.example.com")
        assert "KEEPDIAL_OFFLINE" in BACKEND.capabilities.missing
        use("http://localhost:1")
        assert not BACKEND.capabilities.missing

    def test_what_only_makes_pictures_changes_none(self, use: Any) -> None:
        use("https://api.example.com", model="dall-e-3")
        assert BACKEND.capabilities.operations == {"generate"}
        assert BACKEND.capabilities.trained == "generate"


class TestSizes:
    @pytest.mark.parametrize(
        ("name", "size", "whole"),
        [
            ("gpt-image-1", (1024, 1024), (1024, 1024)),
            ("gpt-image-1", (1280, 816), (1536, 1024)),
            ("openai/gpt-image-1", (816, 1280), (1024, 1536)),
            ("gpt-image-1-mini", (40, 30), (1536, 1024)),
            ("dall-e-2", (192, 192), (256, 256)),
            ("dall-e-2", (300, 200), (512, 512)),
            ("dall-e-2", (4000, 3000), (1024, 1024)),
            ("dall-e-3", (1792, 1024), (1792, 1024)),
            ("gpt-image-2", (1280, 816), (1280, 816)),
            ("sdxl", (1100, 1000), (1104, 1008)),
            ("sdxl", (2000, 100), (2000, 672)),
            ("sdxl", (1, 1), (1024, 1024)),
        ],
    )
    def test_a_frame_gets_the_size_that_shows_it_best(
        self, name: str, size: tuple[int, int], whole: tuple[int, int]
    ) -> None:
        found, part = size_for(Size(*size), model_of(name))
        assert found == Size(*whole)
        assert part.width <= found.width
        assert part.height <= found.height
        assert part.width == found.width or part.height == found.height or found.width % 16 == 0

    def test_whatever_the_frame_is_it_fits_and_keeps_its_shape(self) -> None:
        rng = np.random.default_rng(1)
        for name in ("gpt-image-1", "dall-e-2", "gpt-image-2", ""):
            for width, height in rng.integers(1, 5000, (200, 2)).tolist():
                whole, part = size_for(Size(width, height), model_of(name))
                assert 1 <= part.width <= whole.width
                assert 1 <= part.height <= whole.height
                assert whole.area <= 1.2 * 1536 * 1024
                assert max(whole.width, whole.height) <= 3.05 * min(whole.width, whole.height)
                scale = part.width / width if width >= height else part.height / height
                assert abs(part.width - width * scale) <= 1.5
                assert abs(part.height - height * scale) <= 1.5

    def test_the_environment_may_name_them(self, use: Any) -> None:
        use("http://localhost", sizes="512x512, 768x512")
        can = BACKEND.capabilities
        assert can.best == 627
        with painting(rules=Rules(sizes={"512x512", "768x512"})) as host:
            use(host)
            BACKEND.generate(frame(), step())
        assert host.got[0].fields["size"] == "512x512"


class TestWhatIsSent:
    def test_the_mask_is_transparent_where_the_edit_may_act(self, use: Any) -> None:
        with painting(rules=Rules(mask=True)) as host:
            use(host)
            BACKEND.generate(frame(), step())
        (asked,) = host.got
        assert asked.path == "/v1/images/edits"
        free = np.zeros((512, 512), bool)
        free[60:110, 100:180] = True
        assert np.array_equal(asked.free, free)
        with Pil.open(io.BytesIO(asked.files["mask"][0])) as mask:
            colours = np.array(mask)[..., :3]
        assert (colours[free] == 255).all(), "and white, for servers that look at its colours"
        assert (colours[~free] == 0).all()
        assert asked.names == ["image.png", "mask.png"]

    def test_what_is_to_go_is_not_shown_and_what_is_to_stay_is(self, use: Any) -> None:
        image = smooth()
        with painting() as host:
            use(host)
            BACKEND.generate(frame(image), step())
            BACKEND.generate(frame(image, guess=True), step("instruct", knob=0.5))
        hidden, shown = host.got
        hole = np.s_[60:110, 100:180]
        assert (hidden.image[hole] == 127).all()
        outside = ~hidden.free
        assert np.array_equal(hidden.image[outside], image.pixels[outside])
        assert np.array_equal(shown.image, image.pixels)

    @pytest.mark.parametrize(
        "model", ["gpt-image-1", "gpt-image-2", "gpt-image-1-mini", "chatgpt-image-latest"]
    )
    def test_the_hosted_service_gets_only_what_it_knows(self, model: str, use: Any) -> None:
        sizes = None if model == "gpt-image-2" else LANDSCAPE
        with painting(rules=Rules(KEY, model, sizes, HOSTED)) as host:
            use(host, key=KEY, model=model, quality="low")
            BACKEND.generate(frame(), step())
            BACKEND.generate(frame(guess=True), step("instruct", knob=0.7))
            BACKEND.generate(frame(hole=(0, 0, 512, 512)), step("generate"))
        edits, high, made = host.got
        faithful = model != "gpt-image-1-mini"
        assert edits.fields.get("input_fidelity") == ("low" if faithful else None)
        assert high.fields.get("input_fidelity") == ("high" if faithful else None)
        assert made.path == "/v1/images/generations"
        assert not made.files
        assert made.fields["size"] == ("512x512" if sizes is None else "1024x1024")
        for asked in host.got:
            assert asked.fields["output_format"] == "png"
            assert asked.fields["quality"] == "low"
            assert "response_format" not in asked.fields

    def test_others_get_a_seed_and_their_samplers_options(self, use: Any) -> None:
        with painting() as host:
            use(host, model="qwen-image-edit")
            more: dict[str, Any] = {"negative": "blur", "guidance": 4.5, "steps": 20}
            notes = BACKEND.generate(frame(), step(seed=11, **more)).notes
        fields = host.got[0].fields
        assert (fields["seed"], fields["negative_prompt"]) == ("11", "blur")
        assert (fields["guidance_scale"], fields["num_inference_steps"]) == ("4.5", "20")
        assert fields["response_format"] == "b64_json"
        assert not any("takes no" in note for note in notes)

    def test_as_json_numbers_are_numbers(self, use: Any) -> None:
        with painting(paint=flat) as host:
            use(host)
            whole = frame(hole=(0, 0, 512, 512))
            BACKEND.generate(whole, step("generate", guidance=3.0, steps=9))
        assert host.got[0].headers["content-type"] == "application/json"
        assert host.got[0].fields["n"] == "1"

    def test_nothing_but_pixels_is_in_the_png(self, use: Any) -> None:
        image = replace(smooth(), exif=b"MM\0*SECRET", xmp=b"<SECRET/>", dpi=(300.0, 300.0))
        with painting() as host:
            use(host)
            BACKEND.generate(frame(image), step())
        for data in (host.got[0].files["image"][0], host.got[0].files["mask"][0]):
            assert served.chunks(data) == {b"IHDR", b"IDAT", b"IEND"}
            assert b"SECRET" not in data

    def test_what_is_transparent_is_not_shown(self, use: Any) -> None:
        image = smooth()
        alpha = np.full((512, 512), 255, np.uint8)
        alpha[300:400] = 0
        with painting() as host:
            use(host)
            BACKEND.generate(frame(image.with_pixels(image.pixels, alpha)), step())
        assert (host.got[0].image[300:400] == 127).all()

    def test_reference_pictures_go_along_bare_and_small(self, use: Any) -> None:
        file = io.BytesIO()
        Pil.fromarray(np.full((1500, 3000, 3), 80, np.uint8)).save(file, "JPEG", comment=b"SECRET")
        text = base64.b64encode(file.getvalue()).decode()
        with painting() as host:
            use(host)
            BACKEND.generate(frame(), step("replace", prompt="", reference=(text,)))
        asked = host.got[0]
        image, other = asked.files["image[]"]
        assert "mask" in asked.files
        assert "the other picture shows" in asked.fields["prompt"]
        assert b"SECRET" not in other
        with Pil.open(io.BytesIO(other)) as small:
            assert small.size == (1024, 512)
        assert image != other

    @pytest.mark.parametrize(
        ("operation", "prompt", "said"),
        [
            ("instruct", "make it snow", "make it snow"),
            ("generate", "a castle.", "a castle."),
            ("replace", "a cat.", "Put this into the marked area, instead of what was there: a cat. It has"),
            ("fill", "", "so that it continues its surroundings"),
            ("remove", "", "with what is behind it"),
            ("extend", "", "beyond its old border"),
            ("extend", "a beach", "There: a beach."),
            ("background", "a beach", "Make this the background: a beach. The subject stays"),
            ("restyle", "a watercolour", "in this style: a watercolour. Everything stays"),
            ("add", "a bird", "Add to the marked area: a bird (3 of them)."),
            ("instruct", "a\u202eb\x1b[2J {it} {place}", "ab[2J {it} {place}"),
            ("instruct", "mach es \u00e4lter \U0001f600\nbitte", "mach es \u00e4lter \U0001f600\nbitte"),
        ],
    )
    def test_the_words(self, operation: str, prompt: str, said: str, use: Any) -> None:
        with painting() as host:
            use(host)
            more = {"count": 3} if operation == "add" else {}
            BACKEND.generate(frame(), step(operation, prompt, **more))
        assert said in host.got[0].fields["prompt"].replace("\r\n", "\n")

    def test_where_words_are_needed_and_missing_nothing_is_sent(self, use: Any) -> None:
        with painting() as host:
            use(host)
            for operation in ("background", "restyle", "instruct", "generate"):
                with pytest.raises(ParameterError, match="prompt"):
                    BACKEND.generate(frame(), step(operation, " \n"))
        assert not host.got

    def test_words_that_are_too_many_for_the_model_are_not_sent(self, use: Any) -> None:
        with painting() as host:
            use(host, model="dall-e-2")
            with pytest.raises(ParameterError, match="dall-e-2"):
                BACKEND.generate(frame(), step("instruct", "x" * 1001))
            BACKEND.generate(frame(), step("instruct", "x" * 1000))
        assert len(host.got) == 1

    def test_without_a_key_none_is_sent_and_with_one_it_is_in_the_header_alone(self, use: Any) -> None:
        with painting() as host:
            use(host)
            BACKEND.generate(frame(), step())
            use(host, key=KEY)
            proposal = BACKEND.generate(frame(), step(seed=8))
        first, second = host.got
        assert "authorization" not in first.headers
        assert second.headers["authorization"] == f"Bearer {KEY}"
        assert KEY not in repr((second.fields, proposal.notes))


class TestConsent:
    def test_the_backend_itself_sends_nothing_without(
        self, use: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with painting() as host:
            use(host)
            # The same server, taken for another machine's.
            monkeypatch.setattr("keepdial.backends._images_server.here", lambda name: False)
            assert BACKEND.capabilities.remote
            with pytest.raises(RouteError, match="not allowed"):
                BACKEND.generate(frame(), step())
            assert not host.got
            assert not host.headers
            BACKEND.generate(frame(), replace(step(), remote=True))
            assert len(host.got) == 1

    def test_nor_does_an_edit(self, use: Any, monkeypatch: pytest.MonkeyPatch, photos: Path) -> None:
        image = open_image(photos / "coffee.png")
        request = Request(operation="replace", params={"prompt": "a cat"}, targets=(PLACE,), auto_pin=False)
        with painting() as host:
            use(host)
            monkeypatch.setattr("keepdial.backends._images_server.here", lambda name: False)
            for one in (request, request.model_copy(update={"backend": "openai-images"})):
                with pytest.raises(RouteError, match="another machine"):
                    edit(one, image)
            assert not host.got
            assert not host.headers
            done = edit(request, image, settings=replace(Settings.from_environment(), remote=True))
        assert len(host.got) == 1
        assert "another machine" in done.routes[0].why
        assert any("on another machine, was sent the words and" in note for note in done.notes)

    def test_the_command_asks_for_it(
        self,
        use: Any,
        monkeypatch: pytest.MonkeyPatch,
        photos: Path,
        tmp_path: Path,
        capfd: pytest.CaptureFixture[str],
    ) -> None:
        out = tmp_path / "cat.png"
        where = ("--box", "200,100,120,90", "--prompt", "a cat", "--no-auto-pin", "--quiet", "-o", str(out))
        command = ["replace", str(photos / "coffee.png"), *where]
        with painting() as host:
            use(host, key=KEY)
            monkeypatch.setattr("keepdial.backends._images_server.here", lambda name: False)
            assert main(command) == 5
            assert "--allow-remote" in capfd.readouterr().err
            assert not host.headers
            assert not out.exists()
            assert main([*command, "--allow-remote"]) == 0
            assert len(host.got) == 1
            # A record gives no consent.
            _KEPT.clear()
            assert main(["replay", str(out), str(photos / "coffee.png"), "--quiet"]) == 5
            assert len(host.got) == 1
            assert main(["replay", str(out), str(photos / "coffee.png"), "--quiet", "--allow-remote"]) == 0
            assert len(host.got) == 2
        record = (tmp_path / "cat.png.keepdial.json").read_text()
        assert KEY not in record + "".join(capfd.readouterr())

    def test_a_name_that_is_to_be_this_machine_and_is_not_gets_nothing(
        self, use: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made: list[Any] = []
        monkeypatch.setattr("socket.getaddrinfo", lambda *a, **k: [(2, 1, 6, "", ("93.184.216.34", 80))])
        monkeypatch.setattr("socket.create_connection", lambda *a, **k: made.append(a))
        use("http://localhost:8080")
        with pytest.raises(InputError, match="its address is another's"):
            BACKEND.generate(frame(), step())
        assert not made


PLACE = box(200, 100, 120, 90)


class TestEndToEnd:
    def test_outside_of_the_mask_all_stays_though_the_server_repaints_everything(
        self, use: Any, photos: Path
    ) -> None:
        image = open_image(photos / "coffee.png")
        with painting(paint=drifting, rules=Rules(KEY, "gpt-image-1", LANDSCAPE, HOSTED)) as host:
            use(host, key=KEY, model="gpt-image-1")
            done = edit(
                Request(operation="replace", params={"prompt": "moss"}, targets=(PLACE,), auto_pin=False),
                image,
            )
        assert done.routes[0].chosen == "openai-images"
        free = done.mask > 0
        assert np.array_equal(done.image.pixels[~free], image.pixels[~free])
        inside = done.image.pixels[110:180, 215:305].reshape(-1, 3).astype(int)
        assert (inside[:, 1] > inside[:, 0] + 40).all(), "green"
        assert (inside[:, 1] > inside[:, 2] + 40).all()
        record = done.record().model_dump_json()
        assert KEY not in record
        assert "gpt-image-1" in record
        assert "127.0.0.1" in record

    def test_a_picture_of_16_bits_with_alpha_keeps_both(self, use: Any) -> None:
        image = noise(300, 200, depth=16, alpha=True)
        with painting() as host:
            use(host)
            request = Request(
                operation="replace",
                params={"prompt": "moss"},
                targets=(box(40, 40, 60, 50),),
                auto_pin=False,
                backend="openai-images",
            )
            done = edit(request, image)
        free = done.mask > 0
        assert done.image.depth == 16
        assert image.alpha is not None
        assert done.image.alpha is not None
        assert np.array_equal(done.image.alpha, image.alpha)
        assert np.array_equal(done.image.pixels[~free], image.pixels[~free])
        assert not np.array_equal(done.image.pixels[free], image.pixels[free])
        assert len(host.got) == 1

    def test_the_edit_loop_pays_once(self, use: Any) -> None:
        """What a server gives cannot be dialled, and the same is not asked again."""
        with painting() as host:
            use(host, model="flux-kontext")
            request = Request(
                operation="instruct",
                params={"prompt": "at night"},
                targets=(box(40, 40, 100, 100),),
                keep=0.4,
                auto_pin=False,
                backend="openai-images",
            )
            done = edit(request, smooth())
        assert len(host.got) == 1
        assert len(done.tries) > 1
        assert any("has no dial" in note for note in done.notes)

    def test_what_is_to_be_kept_whole_asks_nobody(self, use: Any) -> None:
        with painting() as host:
            use(host)
            image = smooth()
            request = Request(operation="instruct", params={"prompt": "x"}, keep=1.0, backend="openai-images")
            assert edit(request, image).image is image
        assert not host.got


class TestProposals:
    def test_the_way_back_is_exact_where_nothing_is_scaled(self, use: Any) -> None:
        with painting() as host:
            use(host)
            given = frame(guess=True)
            values = BACKEND.generate(given, step("instruct")).pixels
        assert host.got[0].fields["size"] == "512x512"
        assert values.dtype == np.float32
        assert np.abs(values * 255 - (255 - given.pixels.astype(float))).max() < 0.01

    @pytest.mark.parametrize("size", [(700, 500), (1500, 900), (200, 60), (90, 333), (2100, 300)])
    @pytest.mark.parametrize("model", ["gpt-image-1", "dall-e-2", ""])
    def test_scaled_and_padded_it_lies_where_it_was(
        self, size: tuple[int, int], model: str, use: Any
    ) -> None:
        image = smooth(*size)
        with painting(paint=lambda asked: asked.image) as host:
            use(host, model=model)
            given = frame(image, (size[0] // 4, size[1] // 4, size[0] // 4, size[1] // 4), guess=True)
            values = BACKEND.generate(given, step("instruct")).pixels
        assert values.shape == image.pixels.shape
        assert np.abs(values * 255 - image.pixels.astype(float)).max() < 4
        assert len(host.got) == 1

    @pytest.mark.parametrize("channels", [1, 3])
    @pytest.mark.parametrize("deep", [False, True])
    def test_every_kind_of_picture_comes_back_as_it_is(self, channels: int, deep: bool, use: Any) -> None:
        image = smooth(512, 512, channels=channels, deep=deep)
        with painting(paint=lambda asked: asked.image) as host:
            use(host)
            values = BACKEND.generate(frame(image, guess=True), step("instruct")).pixels
        assert values.shape == image.pixels.shape
        assert np.abs(values * image.white - image.pixels.astype(float)).max() <= image.white / 255
        assert host.got[0].image.shape == (512, 512, 3)

    def test_a_picture_in_other_colours_is_sent_as_srgb_and_comes_back_in_its_own(self, use: Any) -> None:
        image = replace(smooth(), icc=matrix_profile(P3, 2.2))
        with painting(paint=lambda asked: asked.image) as host:
            use(host)
            values = BACKEND.generate(frame(image, guess=True), step("instruct")).pixels
        assert not np.array_equal(host.got[0].image, image.pixels), "converted"
        assert np.abs(values * 255 - image.pixels.astype(float)).mean() < 1

    def test_what_the_server_leaves_transparent_shows_what_is_there(self, use: Any) -> None:
        given = frame(guess=True)
        clear = np.zeros((512, 512, 4), np.uint8)
        clear[:256] = (255, 0, 0, 255)
        with painting(picture(encoded(clear))) as host:
            use(host)
            values = BACKEND.generate(given, step("instruct")).pixels
        assert np.allclose(values[:256], (1, 0, 0))
        assert np.allclose(values[256:] * 255, given.pixels[256:], atol=0.01)

    @pytest.mark.parametrize(
        ("data", "about"),
        [
            (encoded(np.full((512, 512, 3), 90, np.uint8), "JPEG"), 90),
            (encoded(np.full((512, 512, 3), 90, np.uint8), "WEBP", lossless=True), 90),
            (encoded(np.full((512, 512), 90, np.uint8)), 90),
            (encoded(np.full((512, 512), 90 * 257, np.uint16)), 90),
            (encoded(np.full((256, 256, 3), 90, np.uint8)), 90),
            (encoded(np.full((1024, 1024, 3), 90, np.uint8)), 90),
            (encoded(np.full((528, 512, 3), 90, np.uint8)), 90),
        ],
        ids=["JPEG", "WebP", "grey", "16 bits", "smaller", "larger", "a little higher"],
    )
    def test_pictures_of_other_kinds_and_sizes_are_taken(self, data: bytes, about: int, use: Any) -> None:
        with painting(picture(data)) as host:
            use(host)
            proposal = BACKEND.generate(frame(), step())
        assert np.abs(proposal.pixels * 255 - about).max() < 1
        assert any("instead of 512x512 px" in note for note in proposal.notes) is (
            Pil.open(io.BytesIO(data)).size != (512, 512)
        )

    def test_of_an_animation_the_first_picture_is_taken_and_that_is_said(self, use: Any) -> None:
        frames = [Pil.fromarray(np.full((512, 512, 3), value, np.uint8)) for value in (40, 200)]
        file = io.BytesIO()
        frames[0].save(file, "PNG", save_all=True, append_images=frames[1:])
        with painting(picture(file.getvalue())) as host:
            use(host)
            proposal = BACKEND.generate(frame(), step())
        assert np.abs(proposal.pixels * 255 - 40).max() < 1
        assert any("2 frames" in note for note in proposal.notes)

    def test_a_new_picture_of_another_shape_is_cut_to_its_middle(self, use: Any) -> None:
        wide = np.full((512, 1024, 3), 10, np.uint8)
        wide[:, 256:768] = 250
        with painting(picture(encoded(wide))) as host:
            use(host)
            proposal = BACKEND.generate(frame(hole=(0, 0, 512, 512)), step("generate"))
        assert np.abs(proposal.pixels * 255 - 250).max() < 1
        assert any("whose middle was taken" in note for note in proposal.notes)

    def test_the_same_is_not_asked_twice_and_another_seed_is(self, use: Any) -> None:
        with painting() as host:
            use(host)
            first, again = (BACKEND.generate(frame(), step()) for _ in range(2))
            assert np.array_equal(first.pixels, again.pixels)
            assert first.notes == again.notes
            assert len(host.got) == 1
            BACKEND.generate(frame(), step(seed=8))
            assert len(host.got) == 2

    def test_progress_rises_while_it_waits(self, use: Any) -> None:
        events: list[Event] = []
        slow = Said(served.painted(np.zeros((512, 512, 3), np.uint8)).body, silent=0.9)
        with painting(slow) as host:
            use(host)
            BACKEND.generate(frame(), step(), progress=events.append)
        done = [event.done for event in events]
        assert len(done) > 3
        assert done == sorted(done)
        assert done[-2] < 1
        assert done[-1] == 1


class TestWhatServersTake:
    @pytest.mark.parametrize("status", [400, 422, 500])
    def test_fields_that_it_does_not_know_are_left_out_one_by_one_and_for_good(
        self, status: int, use: Any
    ) -> None:
        no = [
            failed(status, "Unknown parameter: 'response_format'."),
            failed(status, "Bad request", param="seed"),
        ]
        with painting(*no) as host:
            use(host)
            notes = BACKEND.generate(frame(), step()).notes
            BACKEND.generate(frame(), step(seed=8))
        assert [sorted({"seed", "response_format"} & set(one.fields)) for one in host.got] == [
            ["response_format", "seed"],
            ["seed"],
            [],
            [],
        ]
        assert any("takes no seed" in note for note in notes)

    def test_what_has_to_be_said_is_not_left_out(self, use: Any) -> None:
        problem = refusal(failed(400, "Invalid size '512x512'", param="size"), use=use)
        assert "Invalid size" in str(problem)

    @pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
    def test_what_may_pass_is_asked_again(self, status: int, use: Any) -> None:
        with painting(failed(status, "busy"), failed(status, "busy")) as host:
            use(host)
            BACKEND.generate(frame(), step())
        assert len(host.got) == 3

    def test_but_not_for_ever(self, use: Any) -> None:
        with painting(*[failed(503, "busy")] * 9) as host:
            use(host)
            with pytest.raises(ImagesError, match="too busy"):
                BACKEND.generate(frame(), step())
        assert len(host.got) == 3

    @pytest.mark.parametrize("after", ["1", "1.2", "date"])
    def test_not_before_the_time_it_names(self, after: str, use: Any) -> None:
        if after == "date":
            after = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 3))
        started = time.monotonic()
        with painting(failed(429, "slow down", headers={"Retry-After": after})) as host:
            use(host)
            BACKEND.generate(frame(), step())
        assert 0.9 < time.monotonic() - started < 20
        assert len(host.got) == 2

    @pytest.mark.parametrize(
        ("status", "words", "more", "said"),
        [
            (429, "slow down", {"headers": {"Retry-After": "3600"}}, "Ask again in 3600 seconds"),
            (429, "You exceeded your current quota", {"code": "insufficient_quota"}, "for this account"),
            (400, "Billing hard limit has been reached", {}, "for this account"),
            (400, "no", {"code": "moderation_blocked"}, "rules on content"),
            (400, "Your request was rejected as a result of our safety system.", {}, "rules on content"),
            (403, "content policy", {"code": "content_policy_violation"}, "rules on content"),
            (401, f"Incorrect API key provided: {KEY}", {}, "KEEPDIAL_IMAGES_KEY"),
            (403, "no", {}, "does not let us in"),
            (404, "no", {}, "KEEPDIAL_IMAGES_MODEL"),
            (413, "too large", {}, "HTTP 413"),
            (451, "no", {}, "HTTP 451"),
        ],
    )
    def test_what_will_not_pass_is_not(
        self, status: int, words: str, more: dict[str, Any], said: str, use: Any
    ) -> None:
        with painting(failed(status, words, **more)) as host:
            use(host, key=KEY)
            with pytest.raises(ImagesError) as caught:
                BACKEND.generate(frame(), step())
        assert len(host.got) == 1
        text = str(caught.value)
        assert said in text
        assert KEY not in text + caught.value.detail

    @pytest.mark.parametrize(
        ("end", "path"),
        [
            ("", "/v1/images/edits"),
            ("/v1/", "/v1/images/edits"),
            ("/api/v3", "/api/v3/images/edits"),
            ("/v1/images/edits", "/v1/images/edits"),
            ("/v1/images/generations", "/v1/images/edits"),
            ("/v1/images/inpainting", "/v1/images/inpainting"),
        ],
    )
    def test_the_address_may_be_short(self, end: str, path: str, use: Any) -> None:
        with painting() as host:
            use(host.url.removesuffix("/v1") + end)
            BACKEND.generate(frame(), step())
        assert host.paths == [path]


class TestLinks:
    @pytest.mark.parametrize("form", ["{base}/files/1.png?sig=a%2Fb", "/files/1.png?sig=a%2Fb"])
    def test_a_picture_may_lie_on_the_same_server(self, form: str, use: Any) -> None:
        with painting() as host:
            host.answers.append(linked(form.format(base=host.url.removesuffix("/v1"))))
            use(host, key=KEY)
            given = frame(replace(smooth(1024, 1024)))
            values = BACKEND.generate(given, step()).pixels
        assert host.paths == ["/v1/images/edits", "/files/1.png?sig=a%2Fb"]
        assert np.abs(values * 255 - 99).max() < 1

    @pytest.mark.parametrize(
        "url",
        [
            "https://127.0.0.1:{port}/1.png",
            "http://127.0.0.1:{other}/1.png",
            "http://localhost:{port}/1.png",
            "http://me@127.0.0.1:{port}/1.png",
            "//169.254.169.254/latest/meta-data",
            "http://[::1]:{port}/1.png",
            "file:///etc/passwd",
            "ftp://127.0.0.1:{port}/1.png",
            "http://127.0.0.1:99999999/",
            "http://127.0.0.1:{port}/\r\nX: y",
            "http://127.0.0.1:{port}/" + "x" * 5000,
            "http://127.0.0.1:{port}/\u202e",
        ],
    )
    def test_and_nowhere_else(self, url: str, use: Any) -> None:
        with painting() as other, painting() as host:
            ports = {"port": host.server_address[1], "other": other.server_address[1]}
            host.answers.append(linked(url.format(**ports)))
            use(host, key=KEY)
            with pytest.raises(ImagesError) as caught:
                BACKEND.generate(frame(), step())
        assert str(caught.value).isprintable()
        assert host.paths == ["/v1/images/edits"]
        assert not other.paths

    @pytest.mark.parametrize(
        ("found", "said"),
        [
            (Said(PAGE, headers={"Content-Type": "text/html"}), "no picture"),
            (Said(PAGE, headers={"Content-Type": "image/png"}), "cannot be used"),
            (Said(b"", 302, {"Location": "http://127.0.0.1:9/"}), "HTTP 302"),
            (Said(b"", 404), "HTTP 404"),
            (Said(b"x", promised=5000), "could not be asked"),
        ],
        ids=["a page", "a page that says it is a picture", "elsewhere", "nothing", "cut"],
    )
    def test_what_lies_there_is_judged(self, found: Said, said: str, use: Any) -> None:
        with painting(linked("/files/1.png")) as host:
            host.link = found
            use(host)
            with pytest.raises(ImagesError, match=said):
                BACKEND.generate(frame(), step())
        assert len(host.paths) == 2

    def test_a_picture_may_be_its_own_address(self, use: Any) -> None:
        data = base64.b64encode(encoded(np.full((512, 512, 3), 99, np.uint8))).decode()
        with painting(linked(f"data:image/png;base64,{data}")) as host:
            use(host)
            assert np.abs(BACKEND.generate(frame(), step()).pixels * 255 - 99).max() < 1


def bomb() -> bytes:
    """A PNG that claims 30000 x 30000 px."""
    data = bytearray(encoded(np.zeros((8, 8, 3), np.uint8)))
    data[16:24] = (30_000).to_bytes(4, "big") * 2
    import zlib

    data[29:33] = zlib.crc32(bytes(data[12:29])).to_bytes(4, "big")
    return bytes(data)


def gif() -> bytes:
    return encoded(np.zeros((512, 512), np.uint8), "GIF")


BODIES = {
    "no JSON": (Said(b"hello"), "no JSON"),
    "a page": (Said(PAGE, headers={"Content-Type": "text/html"}), "a web page"),
    "nothing": (Said(b""), "no JSON"),
    "a number": (Said(b"42"), "no picture"),
    "no data": (Said(b'{"data": []}'), "no picture"),
    "data that is none": (Said(b'{"data": {"0": 1}}'), "no picture"),
    "a list of numbers": (Said(b'{"data": [1]}'), "no picture"),
    "null": (Said(b'{"data": [{"b64_json": null, "url": null}]}'), "no picture"),
    "a number for base64": (Said(b'{"data": [{"b64_json": 7}]}'), "no picture"),
    "an error with status 200": (Said(b'{"error": {"message": "out of memory"}}'), "out of memory"),
    "no base64": (Said(b'{"data": [{"b64_json": "*** no ***"}]}'), "no base64"),
    "deep nesting": (Said(b"[" * 100_000), "no JSON"),
    "a compressed body": (Said(b"\x1f\x8b", headers={"Content-Encoding": "gzip"}), "compressed"),
    "a cut connection": (Said(b'{"data"', promised=5000), "could not be asked"),
    "no picture at all": (picture(b"hello"), "cannot be used"),
    "empty bytes": (picture(b" "), "cannot be used"),
    "a page as a picture": (picture(PAGE), "cannot be used"),
    "a GIF": (picture(gif()), "GIF"),
    "a cut PNG": (picture(encoded(np.zeros((512, 512, 3), np.uint8))[:300]), "cannot be used"),
    "a bomb": (picture(bomb()), "cannot be used"),
    "another shape": (picture(encoded(np.zeros((1024, 512, 3), np.uint8))), "another one"),
    "a speck": (picture(encoded(np.zeros((2, 2, 3), np.uint8))), "2x2 px"),
    "too large": (picture(encoded(np.zeros((2064, 2064, 3), np.uint8))), "cannot be used"),
}  # fmt: skip


class TestHostileServers:
    @pytest.mark.parametrize("name", BODIES)
    def test_an_answer_that_is_none(self, name: str, use: Any) -> None:
        answer, said = BODIES[name]
        assert said in str(refusal(answer, use=use))

    def test_the_largest_is_above_the_limit(self) -> None:
        assert ALWAYS < 2064 * 2064

    def test_the_servers_words_are_one_line_and_safe(self, use: Any) -> None:
        said = str(refusal(failed(400, "no\u001b[31m\n\u202ereally " + "x" * 9000), use=use))
        assert "no [31m really" in said
        assert len(said) < 600

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_no_redirect_is_followed(self, status: int, use: Any) -> None:
        with painting() as elsewhere:
            problem = refusal(Said(b"", status, {"Location": f"{elsewhere.url}/x"}), use=use)
        assert "not followed" in str(problem)
        assert not elsewhere.headers

    def test_an_endless_body_is_cut_at_the_limit(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with painting(Said(b" " * 65536, endless=True)) as host:
            images = Images(host.url, most=1024 * 1024)
            monkeypatch.setattr("keepdial.backends.openai_images.set_up", lambda: (images, ""))
            with pytest.raises(ImagesError, match="larger than 1,048,576 bytes"):
                BACKEND.generate(frame(), step())
            assert host.sent < 64 * 1024 * 1024

    @pytest.mark.parametrize(
        "answer",
        [
            Said(silent=30),
            Said(b"x", endless=True, pause=0.02),
            Said(b"x", 500, endless=True, pause=0.02),
            Said(drip=True),
        ],
        ids=["silent", "drips its body", "drips an error", "drips its header"],
    )
    def test_a_slow_one_is_left_in_time(self, answer: Said, use: Any) -> None:
        started = time.monotonic()
        assert "within 0.6 seconds" in str(refusal(answer, seconds=0.6, use=use))
        assert time.monotonic() - started < 5

    @pytest.mark.parametrize(
        "answers",
        [(Said(silent=30),), (Said(drip=True),), (failed(503, "busy", headers={"Retry-After": "30"}),)],
        ids=["silent", "drips", "to be waited for"],
    )
    def test_it_is_cancelled_at_once(self, answers: tuple[Said, ...], use: Any) -> None:
        cancel, fired = Cancel(), list[float]()

        def fire() -> None:
            fired.append(time.monotonic())
            cancel.set()

        timer = threading.Timer(0.4, fire)
        with painting(*answers) as host:
            use(host, seconds=60)
            timer.start()
            with pytest.raises(Cancelled):
                BACKEND.generate(frame(), step(), cancel=cancel)
            assert time.monotonic() - fired[0] < 0.5
        timer.join()

    def test_a_cancel_before_it_begins_sends_nothing(self, use: Any) -> None:
        cancel = Cancel()
        cancel.set()
        with painting() as host:
            use(host)
            with pytest.raises(Cancelled):
                BACKEND.generate(frame(), step(), cancel=cancel)
        assert not host.headers

    def test_what_failed_is_not_remembered(self, use: Any) -> None:
        with painting(picture(b"hello")) as host:
            use(host)
            with pytest.raises(ImagesError):
                BACKEND.generate(frame(), step())
            BACKEND.generate(frame(), step())
        assert len(host.got) == 2

    def test_nobody_listens(self, use: Any) -> None:
        use("http://127.0.0.1:9")
        with pytest.raises(ImagesError, match="nothing listens there"):
            BACKEND.generate(frame(), step())

    @pytest.mark.parametrize(
        "body", [{"data": [{"url": 5}]}, {"data": [[]]}, [], {"data": "x"}, None, "x", True]
    )
    @pytest.mark.parametrize("status", [200, 400, 500])
    def test_whatever_json_it_sends_is_a_clear_error(self, body: Any, status: int, use: Any) -> None:
        refusal(*[Said(json.dumps(body).encode(), status)] * 3, use=use)

    def test_a_public_address_needs_encryption(self, use: Any) -> None:
        use("http://8.8.8.8/v1")
        with pytest.raises(InputError, match="Use https"):
            BACKEND.generate(frame(), replace(step(), remote=True))


def test_a_painted_region_of_a_photograph_is_the_servers(use: Any, photos: Path) -> None:
    """What arrives inside is what was painted there, at the right place."""
    image = open_image(photos / "astronaut.png")
    seen: list[NDArray[Any]] = []

    def dotted(asked: Asked) -> NDArray[np.uint8]:
        made = asked.image.copy()
        rows, columns = np.nonzero(asked.free)
        y, x = (int(rows.min() + rows.max()) // 2, int(columns.min() + columns.max()) // 2)
        made[asked.free] = (240, 230, 60)
        made[y - 12 : y + 12, x - 12 : x + 12] = (10, 10, 120)
        seen.append(made)
        return made

    place = box(300, 60, 90, 90)
    with painting(paint=dotted) as host:
        use(host, model="gpt-image-1")
        request = Request(operation="fill", params={"prompt": "a dot"}, targets=(place,), auto_pin=False)
        done = edit(request, image)
    middle = done.image.pixels[100:110, 340:350].reshape(-1, 3).mean(0)
    corner = done.image.pixels[64:70, 304:310].reshape(-1, 3).mean(0)
    assert middle[2] > middle[0] + 40
    assert corner[0] > corner[2] + 60
    assert len(host.got) == 1
