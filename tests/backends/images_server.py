"""A real images server on this machine: it holds clients to the protocol, and paints simple things."""

from __future__ import annotations

import base64
import email.parser
import email.policy
import io
import json
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pil

from tests.understand.chat_server import Chat, Handler, Said

Pixels = NDArray[np.uint8]

HOSTED = {
    "/v1/images/edits": {
        *("prompt", "image", "image[]", "mask", "model", "n", "size", "quality", "background"),
        *("input_fidelity", "output_format", "output_compression", "moderation", "user"),
    },
    "/v1/images/generations": {
        *("prompt", "model", "n", "size", "quality", "background", "output_format", "output_compression"),
        *("moderation", "user"),
    },
}
"""What the hosted service takes for its newer models; anything else is an error."""

LANDSCAPE = {"1024x1024", "1536x1024", "1024x1536"}


@dataclass
class Asked:
    """One request as it came over the wire."""

    path: str
    headers: dict[str, str]
    fields: dict[str, str]
    files: dict[str, list[bytes]]
    names: list[str] = field(default_factory=list)

    @property
    def image(self) -> Pixels:
        (data,) = self.files.get("image") or self.files["image[]"][:1]
        with Pil.open(io.BytesIO(data)) as picture:
            return np.array(picture)

    @property
    def free(self) -> NDArray[np.bool_]:
        """Where the mask is fully transparent."""
        (data,) = self.files["mask"]
        with Pil.open(io.BytesIO(data)) as picture:
            return np.asarray(np.array(picture)[..., 3] == 0)


Paint = Callable[[Asked], Pixels]


class Wrong(Exception):
    """A request that the server refuses, with the field that is at fault."""


@dataclass
class Rules:
    """What the server holds its clients to; None = it does not look."""

    key: str | None = None
    model: str | None = None
    sizes: set[str] | None = None
    known: dict[str, set[str]] | None = None
    mask: bool = True


class Painter(Chat):
    """Gives its `answers` in turn first, then paints what is asked."""

    def __init__(self, paint: Paint, rules: Rules, *answers: Said) -> None:
        super().__init__(*answers)
        self.RequestHandlerClass = PaintHandler
        self.paint, self.rules = paint, rules
        self.got: list[Asked] = []
        self.link: Said | None = None
        """What lies at any address; None = a picture."""

    def check(self, asked: Asked) -> None:
        """Raise `Wrong` as a strict server does."""
        rules = self.rules
        if rules.key is not None and asked.headers.get("authorization") != f"Bearer {rules.key}":
            raise Wrong("key", "Incorrect API key provided.")
        if rules.known is not None and (more := {*asked.fields, *asked.files} - rules.known[asked.path]):
            name = sorted(more)[0]
            raise Wrong(name, f"Unknown parameter: '{name}'.")
        if not asked.fields.get("prompt", "").strip():
            raise Wrong("prompt", "You must provide a prompt.")
        if rules.model is not None and asked.fields.get("model") != rules.model:
            raise Wrong("model", "The model does not exist.")
        if asked.fields.get("n") != "1":
            raise Wrong("n", "n must be 1.")
        width, height = map(int, asked.fields["size"].split("x"))
        if (rules.sizes is not None and asked.fields["size"] not in rules.sizes) or width % 16 or height % 16:
            raise Wrong("size", f"Invalid value: '{asked.fields['size']}'.")
        if asked.path.endswith("/generations"):
            return
        for data in (*asked.files.get("image", []), *asked.files.get("image[]", [])):
            if chunks(data) - {b"IHDR", b"IDAT", b"IEND"}:
                raise Wrong("image", "There is something in the PNG beside the picture.")
        if asked.image.shape != (height, width, 3) or asked.image.dtype != np.uint8:
            raise Wrong("image", "The image is not of the size asked for.")
        if "mask" in asked.files:
            with Pil.open(io.BytesIO(asked.files["mask"][0])) as mask:
                if mask.format != "PNG" or mask.mode != "RGBA" or mask.size != (width, height):
                    raise Wrong("mask", "The mask has to be an RGBA PNG of the image's size.")
                if set(np.unique(np.array(mask)[..., 3])) != {0, 255}:
                    raise Wrong("mask", "The mask has to have transparent and opaque parts.")
        elif rules.mask:
            raise Wrong("mask", "There is no mask.")


class PaintHandler(Handler):
    server: Painter

    def do_POST(self) -> None:
        host = self.server
        asked = read(self)
        host.headers.append(asked.headers)
        host.paths.append(self.path)
        host.got.append(asked)
        self.close_connection = True
        with suppress(OSError):
            if len(host.got) <= len(host.answers):
                self._give(host.answers[len(host.got) - 1])
                return
            try:
                host.check(asked)
            except Wrong as problem:
                blamed, words = problem.args
                self._give(failed(401 if blamed == "key" else 400, words, param=blamed))
                return
            self._give(painted(host.paint(asked)))

    def do_GET(self) -> None:
        self.server.headers.append({name.lower(): value for name, value in self.headers.items()})
        self.server.paths.append(self.path)
        self.close_connection = True
        with suppress(OSError):
            if self.server.link is not None:
                self._give(self.server.link)
                return
            self._give(
                Said(encoded(np.full((1024, 1024, 3), 99, np.uint8)), headers={"Content-Type": "image/png"})
            )


def read(handler: PaintHandler) -> Asked:
    body = handler.rfile.read(int(handler.headers["Content-Length"]))
    headers = {name.lower(): value for name, value in handler.headers.items()}
    kind = headers["content-type"]
    if kind == "application/json":
        return Asked(
            handler.path, headers, {name: str(value) for name, value in json.loads(body).items()}, {}
        )
    head = f"Content-Type: {kind}\r\n\r\n".encode()
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
    asked = Asked(handler.path, headers, {}, {})
    for part in message.iter_parts():
        about = dict(part["content-disposition"].params)
        data = part.get_payload(decode=True)
        assert isinstance(data, bytes)
        if "filename" in about:
            assert part.get_content_type() == "image/png"
            asked.files.setdefault(about["name"], []).append(data)
            asked.names.append(about["filename"])
        else:
            assert not asked.files, "text parts come first"
            asked.fields[about["name"]] = data.decode()
    return asked


def chunks(png: bytes) -> set[bytes]:
    """Return the kinds of chunks in a PNG."""
    found, at = set(), 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        found.add(png[at + 4 : at + 8])
        at += 12 + length
    return found


def encoded(pixels: NDArray[Any], kind: str = "PNG", **more: Any) -> bytes:
    file = io.BytesIO()
    Pil.fromarray(pixels).save(file, kind, **more)
    return file.getvalue()


def painted(pixels: NDArray[Any]) -> Said:
    return picture(encoded(pixels))


def picture(data: bytes, **more: Any) -> Said:
    """Return an answer with a picture's bytes as base64."""
    return Said(
        json.dumps({"created": 1, "data": [{"b64_json": base64.b64encode(data).decode(), **more}]}).encode()
    )


def linked(url: str) -> Said:
    """Return an answer with a picture's address."""
    return Said(json.dumps({"created": 1, "data": [{"url": url}]}).encode())


def failed(status: int, words: str, *, headers: dict[str, str] | None = None, **more: Any) -> Said:
    """Return an error in the hosted service's form."""
    error = {"message": words, "type": "invalid_request_error", "param": None, "code": None, **more}
    return Said(json.dumps({"error": error}).encode(), status, headers or {})


def inverted(asked: Asked) -> Pixels:
    """Paint the picture's negative, everywhere: no model leaves all else alone. Without one, one colour."""
    return np.asarray(255 - asked.image) if asked.files else flat(asked)


def drifting(asked: Asked) -> Pixels:
    """Paint the marked place green, and give the rest back shifted by 3 px and in other colours."""
    moved = np.roll(asked.image, (3, 3), (0, 1)).astype(np.float32)
    made: Pixels = np.clip(moved * (0.9, 1.0, 1.1) + 8, 0, 255).astype(np.uint8)
    made[asked.free] = (20, 160, 40)
    return made


def flat(asked: Asked) -> Pixels:
    width, height = map(int, asked.fields["size"].split("x"))
    return np.full((height, width, 3), (200, 100, 50), np.uint8)


@contextmanager
def painting(*answers: Said, paint: Paint = inverted, rules: Rules | None = None) -> Iterator[Painter]:
    """Run a server while the block runs."""
    host = Painter(paint, rules or Rules(), *answers)
    thread = threading.Thread(target=host.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield host
    finally:
        host.closing.set()
        host.shutdown()
        host.server_close()
        thread.join()
