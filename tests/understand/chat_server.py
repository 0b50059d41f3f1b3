"""A real chat server on this machine: it answers as known servers do, or badly."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from keepdial.understand.language import Endpoint, LanguageError, understand_by_model
from keepdial.understand.plan import Plan

CERTIFICATE = Path(__file__).with_name("localhost.pem")
"""A certificate of this machine that nobody trusts, with its key."""


@dataclass
class Said:
    """One answer as it goes over the wire.

    Attributes:
        body: the bytes, or one of them again and again where it is `endless`.
        status: of HTTP.
        headers: further ones, or others.
        pause: seconds before each piece of `piece` bytes.
        endless: whether the body never ends.
        promised: the length that the header gives; None = the body's.
        silent: seconds in which nothing comes at all, not even a status.
        drip: whether the header's lines come slowly and without an end.
    """

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    pause: float = 0.0
    piece: int = 65536
    endless: bool = False
    promised: int | None = None
    silent: float = 0.0
    drip: bool = False


class Chat(ThreadingHTTPServer):
    """Gives its `answers` in turn, the last one again and again, and notes what it was asked."""

    daemon_threads = True

    def __init__(self, *answers: Said) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers = list(answers)
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.sent = 0
        """Bytes of bodies that were written."""
        self.closing = threading.Event()

        self.scheme = "http"

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server_address[1]}/v1"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that break off."""


class Handler(BaseHTTPRequestHandler):
    server: Chat

    def do_POST(self) -> None:
        host = self.server
        host.paths.append(self.path)
        host.headers.append({name.lower(): value for name, value in self.headers.items()})
        host.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        answer = host.answers[min(len(host.asked), len(host.answers)) - 1]
        self.close_connection = True
        # The client may have gone, which is what some tests are about.
        with suppress(OSError):
            self._give(answer)

    do_GET = do_POST

    def _give(self, answer: Said) -> None:
        if answer.silent and self.server.closing.wait(answer.silent):
            return
        if answer.drip:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not self.server.closing.wait(0.02):
                self.wfile.write(b"a")
            return
        self.send_response(answer.status)
        length = len(answer.body) if answer.promised is None else answer.promised
        given = {"Content-Type": "application/json", "Content-Length": str(length), **answer.headers}
        if answer.endless and answer.promised is None:
            del given["Content-Length"]
        for name, value in given.items():
            self.send_header(name, value)
        self.end_headers()
        while True:
            for i in range(0, len(answer.body), answer.piece):
                if answer.pause and self.server.closing.wait(answer.pause):
                    return
                part = answer.body[i : i + answer.piece]
                self.wfile.write(part)
                self.server.sent += len(part)
            if not answer.endless or self.server.closing.is_set():
                return

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def serving(*answers: Said, encrypted: bool = False) -> Iterator[Chat]:
    """Run a server while the block runs."""
    host = Chat(*answers)
    if encrypted:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        host.socket = context.wrap_socket(host.socket, server_side=True, do_handshake_on_connect=False)
        host.scheme = "https"
    thread = threading.Thread(target=host.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield host
    finally:
        host.closing.set()
        host.shutdown()
        host.server_close()
        thread.join()


def plan(*steps: dict[str, Any], **more: Any) -> str:
    """Return an answer as a model writes it."""
    return json.dumps({"steps": list(steps), "protected": [], "question": None, **more})


def step(
    operation: str, words: str, target: str | None = None, sure: float = 0.95, **params: Any
) -> dict[str, Any]:
    return {
        "words": words,
        "operation": operation,
        "target": target,
        "keep": None,
        "sure": sure,
        "params": params,
    }


def completion(content: Any, **message: Any) -> Said:
    """Return a chat completion with the least that all servers send."""
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": content, **message},
        "finish_reason": "stop",
    }
    return Said(json.dumps({"object": "chat.completion", "choices": [choice]}).encode())


def hosted(content: str) -> Said:
    """An answer in the form of a hosted service."""
    return _whole(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": int(time.time()),
            "model": "hosted-1",
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": content, "refusal": None, "annotations": []},
                    "logprobs": None,
                    "finish_reason": "stop",
                }
            ],
            "usage": {
                "prompt_tokens": 7000,
                "completion_tokens": 60,
                "total_tokens": 7060,
                "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
                "completion_tokens_details": {"reasoning_tokens": 0},
            },
            "service_tier": "default",
            "system_fingerprint": "fp_1",
        },
        {"Content-Type": "application/json"},
    )


def llama_cpp(content: str) -> Said:
    """An answer in the form of llama.cpp's server."""
    return _whole(
        {
            "choices": [
                {
                    "finish_reason": "stop",
                    "index": 0,
                    "message": {
                        "role": "assistant",
                        "reasoning_content": "The person wants {one step}.",
                        "content": content,
                    },
                }
            ],
            "created": 1,
            "model": "model.gguf",
            "system_fingerprint": "b6000",
            "object": "chat.completion",
            "usage": {"completion_tokens": 60, "prompt_tokens": 7000, "total_tokens": 7060},
            "id": "chatcmpl-2",
            "timings": {"prompt_n": 7000, "prompt_ms": 900.5, "predicted_n": 60, "predicted_ms": 700.25},
        },
        {"Content-Type": "application/json; charset=utf-8", "Server": "llama.cpp"},
    )


def ollama(content: str) -> Said:
    """An answer in the form of Ollama."""
    return _whole(
        {
            "id": "chatcmpl-3",
            "object": "chat.completion",
            "created": 1,
            "model": "qwen3:8b",
            "system_fingerprint": "fp_ollama",
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": content, "reasoning": "Hm."},
                    "finish_reason": "stop",
                }
            ],
            "usage": {"prompt_tokens": 7000, "completion_tokens": 60, "total_tokens": 7060},
        },
        {"Content-Type": "application/json"},
    )


def vllm(content: str) -> Said:
    """An answer in the form of vLLM."""
    return _whole(
        {
            "id": "chatcmpl-4",
            "object": "chat.completion",
            "created": 1,
            "model": "Qwen/Qwen3-8B",
            "choices": [
                {
                    "index": 0,
                    "message": {
                        "role": "assistant",
                        "content": content,
                        "refusal": None,
                        "annotations": None,
                        "audio": None,
                        "function_call": None,
                        "tool_calls": [],
                        "reasoning_content": None,
                    },
                    "logprobs": None,
                    "finish_reason": "stop",
                    "stop_reason": None,
                }
            ],
            "service_tier": None,
            "usage": {
                "prompt_tokens": 7000,
                "total_tokens": 7060,
                "completion_tokens": 60,
                "prompt_tokens_details": None,
            },
            "prompt_logprobs": None,
            "kv_transfer_params": None,
        },
        {"Content-Type": "application/json", "Server": "uvicorn"},
    )


def called(arguments: str) -> Said:
    """An answer by a tool call, without any content."""
    call = {"id": "call_1", "type": "function", "function": {"name": "plan", "arguments": arguments}}
    return completion(None, tool_calls=[call])


def failed(status: int, body: Any, **headers: str) -> Said:
    """An error with a JSON body."""
    return Said(json.dumps(body).encode(), status, {k.replace("_", "-"): v for k, v in headers.items()})


def _whole(body: dict[str, Any], headers: dict[str, str]) -> Said:
    return Said(json.dumps(body).encode(), headers=headers)


SENTENCE = "make it a bit brighter and remove the lamp, but keep the faces"
BRIGHTER = step("brightness", "make it a bit brighter", amount=15, feather=None)
GONE = step("remove", "remove the lamp", "the lamp", grow=None, feather=None)
GOOD = plan(BRIGHTER, GONE, protected=["the faces"])
QUICK = 10.0
"""Seconds within which every answer, however hostile, has led to an error."""


def ask(host: Chat, sentence: str = SENTENCE, *, seconds: float = 8.0, **more: Any) -> Plan:
    known = {name: more.pop(name) for name in ("key_from", "structured", "max_bytes") if name in more}
    return understand_by_model(
        sentence, endpoint=Endpoint(host.url, "tiny", seconds=seconds, **known), **more
    )


def refused(*answers: Said, seconds: float = 8.0, **more: Any) -> LanguageError:
    """Return the error that answers lead to, within time, in words for a person."""
    started = time.monotonic()
    with serving(*answers) as host, pytest.raises(LanguageError) as caught:
        ask(host, seconds=seconds, **more)
    assert time.monotonic() - started < QUICK
    said = str(caught.value)
    assert len(said) < 1200, "short"
    assert said.isprintable()
    assert "Traceback" not in said
    return caught.value
