"""Where a language model answers, and how far it is trusted."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from keepdial.errors import BackendError, InputError, ParameterError
from keepdial.remote import server as servers
from keepdial.remote.server import Server, check_address, check_key_name, here, port_of

VARIABLES = {
    "url": "KEEPDIAL_LANGUAGE_URL",
    "model": "KEEPDIAL_LANGUAGE_MODEL",
    "key_from": "KEEPDIAL_LANGUAGE_KEY_FROM",
    "seconds": "KEEPDIAL_LANGUAGE_SECONDS",
    "structured": "KEEPDIAL_LANGUAGE_STRUCTURED",
}
"""The environment variables that describe the endpoint."""

Structured = Literal["auto", "schema", "object", "none"]
CHAT = "/chat/completions"


class LanguageError(BackendError):
    """A language model could not be reached, or what it answered cannot be used. Nothing was done."""

    status = 502


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An OpenAI-compatible chat endpoint.

    It comes from the person who runs keepdial, never from a sentence, a picture or an answer. The key itself
    is in no field: it is read from the environment when it is sent, and stands in no record, log or message.

    Attributes:
        url: its address, ``http://localhost:11434/v1``. http alone goes to this machine and private networks.
        model: the model's name as the server knows it.
        key_from: the NAME of the environment variable that holds the key; "" = none is needed.
        connect: seconds to wait for a connection, above 0.
        seconds: seconds for everything together, all rounds and the last byte; above 0, at most 3600.
        max_bytes: largest answer that is read, in bytes.
        max_tokens: how long the model may answer, in tokens.
        structured: how its answer is held to the schema: ``schema`` (response_format json_schema), ``object``
            (json_object), ``none`` (by the prompt alone), or ``auto``: the first of these that it takes.

    Raises `InputError` for an address, a name or a limit that cannot be used.
    """

    url: str
    model: str
    key_from: str = ""
    connect: float = 10.0
    seconds: float = 180.0
    max_bytes: int = 2 * 1024 * 1024
    max_tokens: int = 4096
    structured: Structured = "auto"

    def __post_init__(self) -> None:
        check_address(self.url, "the language model's", "11434/v1", "KEEPDIAL_LANGUAGE")
        if not self.model or len(self.model) > 200 or not self.model.isprintable():
            raise ParameterError(
                "model",
                self.model,
                "the model's name as the server knows it, at most 200 characters",
                hint=f"Name it, for example {VARIABLES['model']}=qwen3:8b.",
            )
        check_key_name(self.key_from)
        for name, value, most in (("connect", self.connect, 600.0), ("seconds", self.seconds, 3600.0)):
            if not 0 < value <= most:
                raise ParameterError(name, value, f"seconds, above 0, at most {most:g}")
        if not 1024 <= self.max_bytes <= 64 * 1024 * 1024:
            raise ParameterError("max_bytes", self.max_bytes, "1024 to 67108864")
        if not 64 <= self.max_tokens <= 1_000_000:
            raise ParameterError("max_tokens", self.max_tokens, "64 to 1000000")
        if self.structured not in ("auto", "schema", "object", "none"):
            raise ParameterError("structured", self.structured, "auto, schema, object or none")

    @classmethod
    def from_environment(
        cls, url: str = "", model: str = "", key_from: str = "", seconds: float | None = None
    ) -> Endpoint:
        """Return the endpoint that `VARIABLES` describe; what is given here counts before them.

        Raises `InputError` where nothing says which endpoint, or a variable holds what cannot be used.
        """

        def said(name: str) -> str:
            return os.environ.get(VARIABLES[name], "")

        if not (url or said("url")):
            raise InputError(
                "No language model is set up.",
                hint=f"Name its server, for example {VARIABLES['url']}=http://localhost:11434/v1, and the "
                f"model: {VARIABLES['model']}=qwen3:8b. Without one the sentence is read by the grammar.",
            )
        if seconds is None:
            text = said("seconds") or "180"
            try:
                seconds = float(text)
            except ValueError:
                raise ParameterError(VARIABLES["seconds"], text, "a number of seconds") from None
        structured = said("structured") or "auto"
        return cls(
            url or said("url"),
            model or said("model"),
            key_from or said("key_from"),
            seconds=seconds,
            structured=structured,  # type: ignore[arg-type]
        )

    @property
    def parts(self) -> SplitResult:
        """The address, taken apart."""
        return urlsplit(self.url)

    @property
    def host(self) -> str:
        """The server's name, which is all that messages show of the address."""
        return self.parts.hostname or ""

    @property
    def port(self) -> int:
        """The server's port."""
        return port_of(self.parts)

    @property
    def secure(self) -> bool:
        """Whether what is sent is encrypted."""
        return self.parts.scheme.lower() == "https"

    @property
    def local(self) -> bool:
        """Whether the address names this machine itself."""
        return here(self.host)

    @property
    def path(self) -> str:
        """The path of chat completions: ``/v1/chat/completions`` where the address has no path."""
        path = self.parts.path.rstrip("/")
        return path if path.endswith(CHAT) else f"{path or '/v1'}{CHAT}"

    @property
    def server(self) -> Server:
        """The server, as requests are sent to it."""
        return Server(
            self.host,
            self.port,
            self.secure,
            self.key_from,
            self.connect,
            self.seconds,
            what="language model",
            sent="the sentence, the picture and the key",
            variables="KEEPDIAL_LANGUAGE",
            longer="use a smaller model",
            error=LanguageError,
        )

    def key(self) -> str:
        """Return the key, "" where none is needed; raise `InputError` where the variable holds none."""
        return self.server.key()


def may_be_reached(endpoint: Endpoint, addresses: list[str], *, offline: bool) -> None:
    """Raise `InputError` where the sentence must not go to these addresses of the endpoint's host.

    Without encryption all of them have to be this machine's or a private network's; where keepdial is
    offline, this machine's.
    """
    servers.may_be_reached(endpoint.server, addresses, only_here=offline)
