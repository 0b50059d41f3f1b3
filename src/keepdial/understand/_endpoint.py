"""Where a language model answers, and how far it is trusted."""

from __future__ import annotations

import ipaddress
import os
import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from keepdial.errors import BackendError, InputError, ParameterError

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
        _checked(self.url)
        if not self.model or len(self.model) > 200 or not self.model.isprintable():
            raise ParameterError(
                "model",
                self.model,
                "the model's name as the server knows it, at most 200 characters",
                hint=f"Name it, for example {VARIABLES['model']}=qwen3:8b.",
            )
        if self.key_from and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,199}", self.key_from):
            # What was given is not shown: it may be the key itself.
            raise InputError(
                "key-from is not the name of an environment variable.",
                hint="Put the key into a variable, and give the variable's name: OPENAI_API_KEY.",
            )
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
        return self.parts.port or (443 if self.secure else 80)

    @property
    def secure(self) -> bool:
        """Whether what is sent is encrypted."""
        return self.parts.scheme.lower() == "https"

    @property
    def local(self) -> bool:
        """Whether the address names this machine itself."""
        return self.host in ("localhost", "::1") or self.host.startswith("127.")

    @property
    def path(self) -> str:
        """The path of chat completions: ``/v1/chat/completions`` where the address has no path."""
        path = self.parts.path.rstrip("/")
        return path if path.endswith(CHAT) else f"{path or '/v1'}{CHAT}"

    def key(self) -> str:
        """Return the key, "" where none is needed; raise `InputError` where the variable holds none."""
        if not self.key_from:
            return ""
        key = os.environ.get(self.key_from, "").strip()
        if not key:
            raise InputError(
                f"The environment variable {self.key_from}, which is to hold the key, is not set.",
                hint=f"Set it, or leave {VARIABLES['key_from']} out where the server asks for none.",
            )
        if not (key.isascii() and key.isprintable() and " " not in key) or len(key) > 4096:
            raise InputError(f"What the environment variable {self.key_from} holds cannot be a key.")
        return key


def may_be_reached(endpoint: Endpoint, addresses: list[str], *, offline: bool) -> None:
    """Raise `InputError` where the sentence must not go to these addresses of the endpoint's host.

    Without encryption all of them have to be this machine's or a private network's; where keepdial is
    offline, this machine's.
    """
    found = [ipaddress.ip_address(one.partition("%")[0]) for one in addresses]
    plain = [getattr(one, "ipv4_mapped", None) or one for one in found]
    if offline and not all(one.is_loopback or one.is_unspecified for one in plain):
        raise InputError(
            f"keepdial is offline, and {endpoint.host} is another machine.",
            hint="Unset KEEPDIAL_OFFLINE, or use a model on this machine.",
        )
    if not endpoint.secure and any(one.is_global or one.is_multicast for one in plain):
        raise InputError(
            f"{endpoint.host} is a public address, and http would send the sentence, the picture and the key "
            "there for anybody on the way to read.",
            hint="Use https.",
        )


def _checked(url: str) -> None:
    """Raise `InputError` for an address that is none of a chat endpoint; nothing secret in it is shown."""
    hint = "For example http://localhost:11434/v1, or https://api.example.com/v1."
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise InputError("The language model's address cannot be read.", hint=hint) from None
    if not url.isascii() or not url.isprintable() or " " in url or len(url) > 2000:
        raise InputError("The language model's address holds characters that no address has.", hint=hint)
    if parts.scheme.lower() not in ("http", "https"):
        raise InputError(
            f"The language model's address begins with {parts.scheme[:20]!r}; allowed: http and https.",
            hint=hint,
        )
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise InputError(
            "The language model's address holds a name, a password or a query; keys do not belong there.",
            hint=f"Put the key into an environment variable and name it: {VARIABLES['key_from']}.",
        )
    if not parts.hostname or port == 0:
        raise InputError("The language model's address names no server.", hint=hint)
