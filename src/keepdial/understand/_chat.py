"""One request to a chat endpoint: bounded in time and size, never redirected, cancelled at once.

The standard library's ``http.client`` does it: it follows no redirects, keeps no cookies and reads no
``.netrc``, so a key goes to the one host that it is meant for. (``requests`` does all three unless told not
to, and like ``urllib3`` counts its timeouts for each read: a server that drips bytes holds it for ever.)
"""

from __future__ import annotations

import json
import socket
import threading
import time
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from keepdial.errors import InputError, KeepdialError
from keepdial.understand._answer import short
from keepdial.understand._endpoint import Endpoint, LanguageError, may_be_reached

if TYPE_CHECKING:
    import http.client

    from keepdial.progress import Cancel

CHUNK = 16 * 1024
LOOK = 0.05
"""Seconds between two looks at cancel and clock."""
LONGEST_ERROR = 64 * 1024
"""Bytes that are read of an answer that is an error."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server answered: status, headers in lower case, and at most the limit's bytes."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def kind(self) -> str:
        """The content type alone, in lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(slots=True)
class _Line:
    """The connection, which another thread may cut."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    held: socket.socket | None = None
    cut: bool = False

    def hold(self, one: socket.socket) -> None:
        with self.lock:
            self.held = one
            cut = self.cut
        if cut:
            self.drop()

    def drop(self) -> None:
        """End what waits on the connection."""
        with self.lock:
            self.cut, one = True, self.held
        if one is not None:
            with suppress(OSError):
                # Past any encryption: its own shutdown would wait for the other side.
                socket.socket.shutdown(one, socket.SHUT_RDWR)


def post(
    endpoint: Endpoint, content: dict[str, Any], *, until: float, cancel: Cancel | None, offline: bool = False
) -> Reply:
    """Send `content` as JSON and return the answer, whatever its status.

    Args:
        endpoint: where to.
        content: the body.
        until: when to give up, by ``time.monotonic``.
        cancel: looked at 20 times a second, whatever the server does.
        offline: whether only this machine may be asked.

    Raises `LanguageError` (no connection, cut off, too late, too long), `InputError` (an address that nothing
    must be sent to), `Cancelled`.
    """
    body = json.dumps(content).encode("ascii")
    headers = {
        "Content-Type": "application/json",
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "User-Agent": "keepdial",
        "Connection": "close",
    }
    if key := endpoint.key():
        headers["Authorization"] = f"Bearer {key}"
    line = _Line()
    done: Future[Reply] = Future()

    def work() -> None:
        try:
            done.set_result(_sent(endpoint, body, headers, until, line, offline))
        except BaseException as problem:  # noqa: BLE001 - it is raised again in the thread that waits
            done.set_exception(problem)

    # Looking up a host's name cannot be stopped; in a thread of its own it holds nobody up.
    threading.Thread(target=work, name="keepdial-language", daemon=True).start()
    try:
        while True:
            if cancel is not None:
                cancel.check()
            if time.monotonic() >= until:
                raise too_late(endpoint)
            if wait((done,), timeout=LOOK).done:
                return done.result()
    finally:
        line.drop()


def too_late(endpoint: Endpoint) -> LanguageError:
    """Return the error of an endpoint that was waited for long enough."""
    return LanguageError(
        f"The language model at {endpoint.host} did not answer within {endpoint.seconds:g} seconds.",
        hint="Give it more time (KEEPDIAL_LANGUAGE_SECONDS), or use a smaller model.",
    )


def _sent(
    endpoint: Endpoint, body: bytes, headers: dict[str, str], until: float, line: _Line, offline: bool
) -> Reply:
    import http.client

    connection: http.client.HTTPConnection | None = None
    try:
        connection = _connected(endpoint, until, line, offline)
        connection.request("POST", endpoint.path, body, headers)
        with connection.getresponse() as reply:
            found = {name.lower(): value for name, value in reply.getheaders()}
            if found.get("content-encoding", "identity").lower() not in ("", "identity"):
                raise LanguageError(
                    f"The server {endpoint.host} sent a compressed answer, which was not asked for.",
                    hint="It was not unpacked. Is this the address of a language model?",
                )
            return Reply(reply.status, found, _read(reply, endpoint))
    except KeepdialError:
        raise
    except (OSError, http.client.HTTPException, ValueError) as problem:
        if time.monotonic() >= until:
            raise too_late(endpoint) from problem
        raise LanguageError(
            f"The language model at {endpoint.host} port {endpoint.port} could not be asked: "
            f"{_words(problem)}.",
            hint="Is its server running, and is the address right?",
            detail=repr(problem),
        ) from problem
    finally:
        if connection is not None:
            connection.close()


def _words(problem: Exception) -> str:
    if isinstance(problem, ConnectionRefusedError):
        return "nothing listens there"
    if isinstance(problem, socket.gaierror):
        return "its name is not known"
    if isinstance(problem, socket.timeout):
        return "it does not react"
    if why := getattr(problem, "verify_message", ""):
        return f"its certificate is not trusted ({short(str(why), 120)})"
    text = getattr(problem, "reason", None) or getattr(problem, "strerror", None) or str(problem)
    return short(str(text), 120) or type(problem).__name__


def _connected(endpoint: Endpoint, until: float, line: _Line, offline: bool) -> http.client.HTTPConnection:
    """Return an open connection to an address that was judged, so that no second look-up can change it."""
    import http.client
    import ssl
    import urllib.request

    patience = max(0.01, min(endpoint.connect, until - time.monotonic()))
    context = ssl.create_default_context() if endpoint.secure else None
    if endpoint.secure and not offline:
        proxy = urllib.request.getproxies().get("https", "")
        if proxy and not urllib.request.proxy_bypass(endpoint.host):
            return _through(proxy, endpoint, patience, until, line)
    found = socket.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    may_be_reached(endpoint, addresses, offline=offline)
    plain = _first(addresses, endpoint.port, patience)
    line.hold(plain)
    plain.settimeout(max(0.01, until - time.monotonic()))
    connection: http.client.HTTPConnection
    if context is not None:
        connection = http.client.HTTPSConnection(endpoint.host, endpoint.port, context=context)
        connection.sock = context.wrap_socket(plain, server_hostname=endpoint.host)
        line.hold(connection.sock)
    else:
        connection = http.client.HTTPConnection(endpoint.host, endpoint.port)
        connection.sock = plain
    connection.auto_open = 0
    return connection


def _first(addresses: list[str], port: int, patience: float) -> socket.socket:
    for i, address in enumerate(addresses):
        try:
            return socket.create_connection((address, port), patience)
        except OSError:
            if i + 1 == len(addresses):
                raise
    raise OSError("the name has no address")


def _through(
    proxy: str, endpoint: Endpoint, patience: float, until: float, line: _Line
) -> http.client.HTTPConnection:
    """Return a connection through the environment's proxy, encrypted to the endpoint itself."""
    import base64
    import http.client
    from urllib.parse import unquote, urlsplit

    parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    if parts.scheme != "http" or not parts.hostname:
        raise InputError(
            "The environment's proxy for https is no http proxy.", hint="See HTTPS_PROXY, NO_PROXY."
        )
    connection = http.client.HTTPSConnection(parts.hostname, parts.port or 80, timeout=patience)
    who = {}
    if parts.username:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        who["Proxy-Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode('ascii')}"
    connection.set_tunnel(endpoint.host, endpoint.port, headers=who)
    connection.connect()
    line.hold(connection.sock)
    connection.sock.settimeout(max(0.01, until - time.monotonic()))
    connection.auto_open = 0
    return connection


def _read(reply: http.client.HTTPResponse, endpoint: Endpoint) -> bytes:
    import http.client

    good = reply.status == 200
    limit = endpoint.max_bytes if good else LONGEST_ERROR
    parts: list[bytes] = []
    size = 0
    while piece := reply.read1(CHUNK):
        size += len(piece)
        if size > limit and good:
            raise LanguageError(
                f"The answer of the language model at {endpoint.host} is larger than {limit:,} bytes.",
                hint="It was not read any further.",
            )
        parts.append(piece)
        if size > limit:
            break
    # What `read1` leaves open: a body that ended before the length that was promised.
    if good and reply.length:
        raise http.client.IncompleteRead(b"", reply.length)
    return b"".join(parts)
