"""The conversation with an images server: what it takes is found out, and its picture is read.

fields and pictures -> multipart or JSON -> answer -> picture's bytes, or an error in words
"""

from __future__ import annotations

import base64
import binascii
import email.utils
import json
import re
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from keepdial.backends._images_server import VARIABLES, Images, ImagesError
from keepdial.remote.http import Call, Reply, send, too_late
from keepdial.remote.server import port_of
from keepdial.remote.words import error_in, parsed, short

if TYPE_CHECKING:
    from keepdial.progress import Cancel

TRIES = 10
"""Requests for one picture: the optional fields that a server may refuse one by one, and the retries."""
WAITS = (1.0, 4.0)
"""Seconds before each retry of what may pass, where the server names no time of its own."""
PATIENCE = 60.0
"""The longest time in seconds that a server may ask to be left alone for; beyond, it is reported."""
PASSING = (408, 429, 500, 502, 503, 504)
"""What may pass: too busy, or a fault of the server's own. A connection that broke is not asked again: the
picture may have been made, and paid."""
NEVER = re.compile(r"insufficient.?quota|current quota|billing|payment|credits?\b|hard.?limit", re.I)
"""What no waiting helps against, though it comes as "too many requests"."""
REFUSAL = re.compile(
    r"moderation|content.?(polic|filter)|safety.?(system|filter|check|violation)|flagged|inappropriate|"
    r"sensitive.?content",
    re.I,
)
"""How servers say that they will not paint something."""


@dataclass(frozen=True, slots=True)
class Part:
    """A picture that is sent: the field's name, a file name of ours, and the PNG's bytes."""

    name: str
    file: str
    data: bytes


_refused: dict[tuple[str, str], frozenset[str]] = {}
"""For each address and model the optional fields that it has refused, so that it is not asked again."""


class Talk:
    """One picture from a server.

    Args:
        images: the server and the model.
        until: when to give up, by ``time.monotonic``.
        cancel: looked at 20 times a second.
        waiting: called as often.
    """

    def __init__(
        self,
        images: Images,
        *,
        until: float,
        cancel: Cancel | None = None,
        waiting: Callable[[], None] | None = None,
    ) -> None:
        self.images, self.server = images, images.server
        self.left_out: frozenset[str] = _refused.get(self._key, frozenset())
        """Optional fields that this server does not take."""
        self._until, self._cancel, self._waiting = until, cancel, waiting

    @property
    def _key(self) -> tuple[str, str]:
        return self.images.url, self.images.model

    def picture(
        self, end: str, fields: Mapping[str, str], optional: Mapping[str, str], parts: Sequence[Part] = ()
    ) -> bytes:
        """Return the bytes of the picture that the server makes.

        Args:
            end: ``edits`` or ``generations``.
            fields: what has to be said.
            optional: what may be left out, where the server does not take it.
            parts: the pictures that are sent; the body is multipart then, else JSON.

        Raises `ImagesError`, with the server's own words; `InputError` for an address or a key that cannot be
        used; `Cancelled`.
        """
        waits = list(WAITS)
        for _ in range(TRIES):
            said = {**fields, **{n: v for n, v in optional.items() if n not in self.left_out}}
            body, kind = _multipart(said, parts) if parts else _json(said)
            call = Call("POST", self.images.path(end), body, kind, most=self.images.most)
            reply = self._sent(call)
            if reply.status == 200:
                return self._bytes(reply)
            words, code, blamed = self._words(reply)
            if self._gives_way(reply.status, f"{words} {code}", blamed, optional):
                continue
            pause = self._pause(reply, f"{words} {code}", waits)
            if pause is None:
                break
            self._rest(pause)
        raise self._failed(reply, words, code)

    def _sent(self, call: Call) -> Reply:
        if time.monotonic() >= self._until:
            raise too_late(self.server)
        return send(
            self.server,
            call,
            until=self._until,
            cancel=self._cancel,
            only_here=self.images.local,
            waiting=self._waiting,
        )

    def _gives_way(self, status: int, words: str, blamed: str, optional: Mapping[str, str]) -> bool:
        """Leave out what the server says that it does not take; return whether there is another try."""
        if status not in (400, 422, 500, 501) or REFUSAL.search(words):
            return False
        for name in optional:
            if name in self.left_out or not (blamed == name or re.search(rf"\b{name}\b", words)):
                continue
            self.left_out |= {name}
            if len(_refused) > 100:
                _refused.clear()
            _refused[self._key] = self.left_out
            return True
        return False

    def _pause(self, reply: Reply, words: str, waits: list[float]) -> float | None:
        """Return how long to wait before another try, in seconds; None = there is none."""
        if reply.status not in PASSING or not waits or NEVER.search(words) or REFUSAL.search(words):
            return None
        asked = _seconds(reply.headers.get("retry-after", ""))
        pause = max(waits.pop(0), asked or 0.0)
        return None if pause > PATIENCE or time.monotonic() + pause >= self._until else pause

    def _rest(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (rest := until - time.monotonic()) > 0:
            if self._cancel is not None:
                self._cancel.check()
            if self._waiting is not None:
                self._waiting()
            time.sleep(min(0.05, rest))

    def _bytes(self, reply: Reply) -> bytes:
        found = parsed(reply.body)
        if found is None:
            kind = reply.kind or "nothing that says what it is"
            what = "a web page" if "html" in kind else f"something that is no JSON ({short(kind, 60)})"
            raise self._unusable(what, f"Is {short(self.images.url, 80)} the address of its API?")
        data = found.get("data") if isinstance(found, dict) else None
        first = data[0] if isinstance(data, list) and data else None
        if not isinstance(first, dict):
            words = self._safe(error_in(found))
            raise self._unusable(f"an error: {words}" if words else "no picture", "")
        if isinstance(text := first.get("b64_json"), str) and text:
            return self._decoded(text)
        if isinstance(url := first.get("url"), str) and url:
            if url.startswith("data:"):
                return self._decoded(url)
            return self._fetched(url)
        words = self._safe(error_in(first))
        raise self._unusable(f"an error: {words}" if words else "no picture", "")

    def _decoded(self, text: str) -> bytes:
        if text.startswith("data:"):
            text = text.partition(",")[2]
        try:
            return base64.b64decode("".join(text.split()).encode("ascii"), validate=True)
        except (binascii.Error, ValueError):
            raise self._unusable("a picture that is no base64", "") from None

    def _fetched(self, url: str) -> bytes:
        """Return the picture at an address that the server gave: of that server alone."""
        mine = urlsplit(self.images.url)
        try:
            if len(url) > 4000 or not url.isascii() or not url.isprintable() or " " in url:
                raise ValueError
            there = urlsplit(urljoin(f"{self.images.url.rstrip('/')}/", url))
            port = port_of(there)
        except ValueError:
            raise self._unusable("an address of the picture that is none", "") from None
        same = (there.scheme.lower(), there.hostname, port) == (
            mine.scheme.lower(),
            mine.hostname,
            port_of(mine),
        )
        if not same or there.username is not None or there.password is not None:
            raise self._unusable(
                f"the picture's address instead of the picture, and it lies elsewhere "
                f"({short(there.hostname or there.scheme, 80)})",
                "Nothing is fetched from other servers. Let it answer with the picture itself (b64_json).",
            )
        path = (there.path or "/") + (f"?{there.query}" if there.query else "")
        reply = self._sent(Call("GET", path, accept="image/*", most=self.images.most))
        if reply.status != 200:
            raise self._unusable(
                f"the picture's address, and there is none there (HTTP {reply.status})", "Ask again."
            )
        if reply.kind and not reply.kind.startswith(("image/", "application/octet-stream", "binary/")):
            raise self._unusable(f"the address of something that is no picture ({short(reply.kind, 60)})", "")
        return reply.body

    def _unusable(self, what: str, hint: str) -> ImagesError:
        return ImagesError(
            f"The images server at {self.server.host} answered {what.rstrip('.')}.",
            hint=hint or "Nothing was written.",
        )

    def _safe(self, words: str, most: int = 200) -> str:
        """Return a server's words as one line, without the key, should they repeat it."""
        key = self.server.key()
        return short(words.replace(key, "***") if key else words, most)

    def _words(self, reply: Reply) -> tuple[str, str, str]:
        """Return what the server says of an error: its words, its code, and the field that it blames."""
        found = parsed(reply.body)
        if found is None:
            plain = reply.kind in ("text/plain", "")
            return (self._safe(reply.body.decode("utf-8", "replace"), 2000) if plain else ""), "", ""
        inner = found.get("error") if isinstance(found, dict) else None
        more = inner if isinstance(inner, dict) else found if isinstance(found, dict) else {}
        code = " ".join(str(more[name]) for name in ("code", "type") if isinstance(more.get(name), str))
        blamed = more.get("param")
        return self._safe(error_in(found), 2000), self._safe(code), blamed if isinstance(blamed, str) else ""

    def _failed(self, reply: Reply, words: str, code: str) -> ImagesError:
        status, images = reply.status, self.images
        who = f"The images server {self.server.host}"
        hint = "Nothing was written."
        if REFUSAL.search(f"{words} {code}"):
            what = f"will not paint this: its rules on content refuse it (HTTP {status})"
            hint = "Nothing was written. Say it in other words, or use a model on this machine."
        elif 300 <= status < 400:
            what = (
                f"sends elsewhere (HTTP {status}), which is not followed: what is sent goes to one host alone"
            )
            hint = "Give the address itself."
        elif status in (401, 403):
            what = f"does not let us in (HTTP {status})"
            hint = (
                f"Is the key in {images.key_from} the right one, and may it make pictures?"
                if images.key_from
                else f"It wants a key: put it into {VARIABLES['key']}."
            )
        elif status == 404:
            model = f": {images.model}" if images.model else ""
            what = f"knows no such model or address (HTTP 404{model})"
            hint = f"Are {VARIABLES['url']} and {VARIABLES['model']} right, and does it change pictures?"
        elif NEVER.search(f"{words} {code}"):
            what = f"makes no more pictures for this account (HTTP {status})"
        elif status in (429, 503):
            asked = _seconds(reply.headers.get("retry-after", ""))
            what = f"is too busy (HTTP {status})"
            hint = f"Ask again in {asked:.0f} seconds." if asked else "Ask again later."
        else:
            what = f"answered with an error (HTTP {status})"
        said = f", and says: {short(words, 200).rstrip('.')}" if words else ""
        return ImagesError(f"{who} {what}{said}.", hint=hint)


def _seconds(text: str) -> float | None:
    """Return the seconds that a Retry-After header names, as a number or as a date; None where it is none."""
    text = text.strip()
    if re.fullmatch(r"\d{1,6}(\.\d{1,3})?", text):
        return float(text)
    try:
        when = email.utils.parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    left = when.timestamp() - time.time()
    return left if 0 < left < 1e6 else None


def _json(fields: Mapping[str, str]) -> tuple[bytes, str]:
    """Return fields as a JSON body, numbers among them as numbers, and its type."""
    said: dict[str, Any] = dict(fields)
    for name in ("n", "seed", "num_inference_steps"):
        if name in said:
            said[name] = int(said[name])
    if "guidance_scale" in said:
        said["guidance_scale"] = float(said["guidance_scale"])
    return json.dumps(said).encode("ascii"), "application/json"


def _multipart(fields: Mapping[str, str], parts: Sequence[Part]) -> tuple[bytes, str]:
    """Return fields and pictures as multipart/form-data (RFC 7578), text first, and its type."""
    mark = f"keepdial-{secrets.token_hex(16)}".encode("ascii")
    body = []
    for name, value in fields.items():
        head = f'Content-Disposition: form-data; name="{name}"\r\n\r\n'
        body += [b"--", mark, b"\r\n", head.encode("ascii"), value.encode(), b"\r\n"]
    for one in parts:
        head = (
            f'Content-Disposition: form-data; name="{one.name}"; filename="{one.file}"\r\n'
            "Content-Type: image/png\r\n\r\n"
        )
        body += [b"--", mark, b"\r\n", head.encode("ascii"), one.data, b"\r\n"]
    body += [b"--", mark, b"--\r\n"]
    return b"".join(body), f"multipart/form-data; boundary={mark.decode('ascii')}"
