"""A real web server on this machine that cuts, stalls, redirects and counts."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Host(ThreadingHTTPServer):
    """Serves `content` at every path. The attributes say how well it behaves."""

    daemon_threads = True

    def __init__(self, content: bytes) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.content = content
        self.cut_after: list[int] = []
        """For each request in turn: how many bytes to send before the connection breaks."""
        self.status: list[int] = []
        """For each request in turn: an answer of this status instead."""
        self.etag = '"one"'
        self.ranges = True
        self.redirect = ""
        self.asked: list[str | None] = []
        """The Range of each request, None for the whole."""
        self.gate: threading.Event | None = None
        """Wait for this after the first bytes."""
        self.begun = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/model"


class Handler(BaseHTTPRequestHandler):
    server: Host

    def do_GET(self) -> None:
        host = self.server
        asked = self.headers.get("Range")
        host.asked.append(asked)
        if host.status:
            self.send_response(host.status.pop(0))
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if host.redirect:
            self.send_response(302)
            self.send_header("Location", host.redirect)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
        if start >= len(host.content):
            self.send_response(416)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        same = self.headers.get("If-Range") in (None, host.etag)
        part = host.ranges and same and asked is not None
        body = host.content[start:] if part else host.content
        self.send_response(206 if part else 200)
        if part:
            self.send_header("Content-Range", f"bytes {start}-{len(host.content) - 1}/{len(host.content)}")
        if host.etag:
            self.send_header("ETag", host.etag)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if host.cut_after:
            self.wfile.write(body[: host.cut_after.pop(0)])
            self.close_connection = True
            return
        if host.gate is not None:
            self.wfile.write(body[:1])
            self.wfile.flush()
            host.begun.set()
            host.gate.wait(5)
            body = body[1:]
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def hosting(content: bytes) -> Iterator[Host]:
    host = Host(content)
    thread = threading.Thread(target=host.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield host
    finally:
        if host.gate is not None:
            host.gate.set()
        host.shutdown()
        host.server_close()
        thread.join()
