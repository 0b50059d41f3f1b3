"""One request to a server: bounded in time and size, never redirected, cancelled at once.

The standard library's ``http.client`` does it: it follows no redirects, keeps no cookies and reads no
``.netrc``, so a key goes to the one host that it is meant for. (``requests`` does all three unless told not
to, and like ``urllib3`` counts its timeouts for each read: a server that drips bytes holds it for ever.)
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keepdial.errors import BackendError, InputError, KeepdialError
from keepdial.remote.server import Server, may_be_reached
from keepdial.remote.words import short

if TYPE_CHECKING:
    import http.client

    from keepdial.progress import Cancel

CHUNK = 16 * 1024
LOOK = 0.05
"""Seconds between two looks at cancel and clock."""
LONGEST_ERROR = 64 * 1024
"""Bytes that are read of an answer that is an error."""


@dataclass(frozen=True, slots=True)
class Call:
    """What is asked: the method, the path with any query, the body with its type, the largest answer."""

    method: str
    path: str
    body: bytes = b""
    kind: str = "application/json"
    accept: str = "application/json"
    most: int = 2 * 1024 * 1024


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


def send(
    server: Server,
    call: Call,
    *,
    until: float,
    cancel: Cancel | None,
    only_here: bool = False,
    waiting: Callable[[], None] | None = None,
) -> Reply:
    """Send a request and return the answer, whatever its status.

    Args:
        server: where to.
        call: what.
        until: when to give up, by ``time.monotonic``.
        cancel: looked at 20 times a second, whatever the server does.
        only_here: whether only this machine may be asked.
        waiting: called at each of these looks.

    Raises the server's own error (no connection, cut off, too late, too long), `InputError` (an address that
    nothing must be sent to, a key that is none), `Cancelled`.
    """
    headers = {
        "Accept": call.accept,
        "Accept-Encoding": "identity",
        "User-Agent": "keepdial",
        "Connection": "close",
    }
    if call.body:
        headers["Content-Type"] = call.kind
    if key := server.key():
        headers["Authorization"] = f"Bearer {key}"
    line = _Line()
    done: Future[Reply] = Future()

    def work() -> None:
        try:
            done.set_result(_sent(server, call, headers, until, line, only_here))
        except BaseException as problem:  # noqa: BLE001 - it is raised again in the thread that waits
            done.set_exception(problem)

    # Looking up a host's name cannot be stopped; in a thread of its own it holds nobody up.
    name = f"keepdial-{server.what.partition(' ')[0]}"
    threading.Thread(target=work, name=name, daemon=True).start()
    try:
        while True:
            if cancel is not None:
                cancel.check()
            if time.monotonic() >= until:
                raise too_late(server)
            if wait((done,), timeout=LOOK).done:
                return done.result()
            if waiting is not None:
                waiting()
    finally:
        line.drop()


def too_late(server: Server) -> BackendError:
    """Return the error of a server that was waited for long enough."""
    return server.error(
        f"The {server.what} at {server.host} did not answer within {server.seconds:g} seconds.",
        hint=f"Give it more time ({server.variables}_SECONDS), or {server.longer}.",
    )


def _sent(
    server: Server, call: Call, headers: dict[str, str], until: float, line: _Line, only_here: bool
) -> Reply:
    import http.client

    connection: http.client.HTTPConnection | None = None
    try:
        connection = _connected(server, until, line, only_here)
        connection.request(call.method, call.path, call.body or None, headers)
        with connection.getresponse() as reply:
            found = {name.lower(): value for name, value in reply.getheaders()}
            if found.get("content-encoding", "identity").lower() not in ("", "identity"):
                raise server.error(
                    f"The server {server.host} sent a compressed answer, which was not asked for.",
                    hint=f"It was not unpacked. Is this the address of a{_n(server.what)} {server.what}?",
                )
            return Reply(reply.status, found, _read(reply, server, call.most))
    except KeepdialError:
        raise
    except (OSError, http.client.HTTPException, ValueError) as problem:
        if time.monotonic() >= until:
            raise too_late(server) from problem
        raise server.error(
            f"The {server.what} at {server.host} port {server.port} could not be asked: {_words(problem)}.",
            hint="Is its server running, and is the address right?",
            detail=repr(problem),
        ) from problem
    finally:
        if connection is not None:
            connection.close()


def _n(word: str) -> str:
    return "n" if word[0] in "aeiou" else ""


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


def _connected(server: Server, until: float, line: _Line, only_here: bool) -> http.client.HTTPConnection:
    """Return an open connection to an address that was judged, so that no second look-up can change it."""
    import http.client
    import ssl
    import urllib.request

    patience = max(0.01, min(server.connect, until - time.monotonic()))
    context = ssl.create_default_context() if server.secure else None
    if server.secure and not only_here:
        proxy = urllib.request.getproxies().get("https", "")
        if proxy and not urllib.request.proxy_bypass(server.host):
            return _through(proxy, server, patience, until, line)
    found = socket.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    may_be_reached(server, addresses, only_here=only_here)
    plain = _first(addresses, server.port, patience)
    line.hold(plain)
    plain.settimeout(max(0.01, until - time.monotonic()))
    connection: http.client.HTTPConnection
    if context is not None:
        connection = http.client.HTTPSConnection(server.host, server.port, context=context)
        connection.sock = context.wrap_socket(plain, server_hostname=server.host)
        line.hold(connection.sock)
    else:
        connection = http.client.HTTPConnection(server.host, server.port)
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
    proxy: str, server: Server, patience: float, until: float, line: _Line
) -> http.client.HTTPConnection:
    """Return a connection through the environment's proxy, encrypted to the server itself."""
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
    connection.set_tunnel(server.host, server.port, headers=who)
    connection.connect()
    line.hold(connection.sock)
    connection.sock.settimeout(max(0.01, until - time.monotonic()))
    connection.auto_open = 0
    return connection


def _read(reply: http.client.HTTPResponse, server: Server, most: int) -> bytes:
    import http.client

    good = reply.status == 200
    limit = most if good else LONGEST_ERROR
    parts: list[bytes] = []
    size = 0
    while piece := reply.read1(CHUNK):
        size += len(piece)
        if size > limit and good:
            raise server.error(
                f"The answer of the {server.what} at {server.host} is larger than {limit:,} bytes.",
                hint="It was not read any further.",
            )
        parts.append(piece)
        if size > limit:
            break
    # What `read1` leaves open: a body that ended before the length that was promised.
    if good and reply.length:
        raise http.client.IncompleteRead(b"", reply.length)
    return b"".join(parts)
