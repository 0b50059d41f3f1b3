"""Servers that fail, lie, stall and flood: each leads to a clear error in bounded time and memory."""

from __future__ import annotations

import json
import socket
import threading
import time
import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepdial import Image
from keepdial.errors import Cancelled
from keepdial.progress import Cancel
from keepdial.understand._talk import Talk
from keepdial.understand.language import Endpoint, LanguageError, understand_by_model
from tests.understand.chat_server import (
    CERTIFICATE,
    GOOD,
    Said,
    ask,
    completion,
    failed,
    hosted,
    refused,
    serving,
)

PAGE = b"<!doctype html><html><body>Sign in to the hotel's network</body></html>"
BODIES = {
    "no JSON": (Said(b"hello"), "no JSON"),
    "an HTML page": (Said(PAGE, headers={"Content-Type": "text/html"}), "a web page"),
    "nothing": (Said(b""), "no JSON"),
    "a number": (Said(b"42"), "no chat completion"),
    "another object": (Said(b'{"ok": true}'), "no chat completion"),
    "no choices": (Said(b'{"choices": []}'), "no chat completion"),
    "choices that are none": (Said(b'{"choices": {"0": 1}}'), "no chat completion"),
    "a message that is none": (Said(b'{"choices": [{"message": "hi"}]}'), "no chat completion"),
    "an error with status 200": (Said(b'{"error": {"message": "out of memory"}}'), "out of memory"),
    "an event stream": (Said(b"data: {}\n\n", headers={"Content-Type": "text/event-stream"}), "event-stream"),
    "bytes that are no UTF-8": (Said(b'{"choices": "\xff\xfe"}'), "no JSON"),
    "deep nesting": (Said(b"[" * 100_000), "no JSON"),
    "nothing but thinking": (completion("", reasoning_content="Hm, hm."), "its thinking"),
    "null": (completion(None), "nothing"),
    "a number for content": (completion(7), "nothing"),
    "a refusal": (completion(None, refusal="I can't help with that."), "I can't help"),
    "a compressed body": (Said(b"\x1f\x8b", headers={"Content-Encoding": "gzip"}), "compressed"),
    "a cut connection": (Said(hosted(GOOD).body[:100], promised=5000), "could not be asked"),
    "a negative length": (Said(b"", headers={"Content-Length": "-1"}), "no JSON"),
}  # fmt: skip


KEYS = st.sampled_from(
    ["choices", "message", "content", "error", "detail", "refusal", "tool_calls", "function", "arguments"]
)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=9), KEYS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=5)),
    max_leaves=12,
)
"""JSON that is nearly an answer."""


class TestHostileServers:
    @pytest.mark.parametrize("name", BODIES)
    def test_a_body_that_is_none(self, name: str) -> None:
        answer, said = BODIES[name]
        assert said in str(refused(answer))

    @pytest.mark.parametrize(("why", "said"), [("length", "cut off"), ("content_filter", "filter")])
    def test_an_answer_that_stopped_early(self, why: str, said: str) -> None:
        body = json.loads(hosted(GOOD).body)
        body["choices"][0]["finish_reason"] = why
        assert said in str(refused(Said(json.dumps(body).encode())))

    @pytest.mark.parametrize(
        ("status", "headers", "said"),
        [
            (400, {}, "HTTP 400"),
            (401, {}, "KEEPDIAL_LANGUAGE_KEY_FROM"),
            (403, {}, "does not let us in"),
            (404, {}, "no such model"),
            (429, {"Retry-After": "20"}, "Ask again in 20 seconds"),
            (429, {"Retry-After": "\u001b[31m"}, "Ask again later"),
            (500, {}, "HTTP 500"),
            (503, {}, "too busy"),
            (204, {}, "HTTP 204"),
            (599, {}, "HTTP 599"),
        ],
    )
    def test_an_error(self, status: int, headers: dict[str, str], said: str) -> None:
        body = b'{"error": {"message": "\\u001b[31mthe server\'s words"}}'
        problem = refused(Said(b"" if status == 204 else body, status, headers))
        assert said in str(problem)
        assert "\x1b" not in str(problem)
        if status != 204:
            assert "the server's words" in str(problem)

    @pytest.mark.parametrize(
        "body",
        [
            b'{"error": "words"}',
            b'{"message": "words", "code": 500}',
            b'{"detail": "words"}',
            b'{"detail": [{"msg": "words"}]}',
            b'[{"error": {"message": "words"}}]',
        ],
    )
    def test_the_servers_words_are_found(self, body: bytes) -> None:
        assert "words" in str(refused(Said(body, 500)))

    def test_a_page_of_an_error_is_not_shown(self) -> None:
        assert "hotel" not in str(refused(Said(PAGE, 502, {"Content-Type": "text/html"})))

    def test_a_model_without_eyes_is_named(self) -> None:
        error = failed(500, {"error": {"message": "image input is not supported - hint: mmproj"}})
        photo = Image(np.zeros((8, 8, 3), np.uint8))
        assert "without sending the picture" in str(refused(error, image=photo, allow_image=True))

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_no_redirect_is_followed(self, status: int, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MY_KEY", "sk-very-secret")
        with serving(hosted(GOOD)) as elsewhere:
            problem = refused(Said(b"", status, {"Location": f"{elsewhere.url}/x"}), key_from="MY_KEY")
        assert "not followed" in str(problem)
        assert not elsewhere.asked
        assert not elsewhere.headers

    def test_an_endless_body_is_cut_at_the_limit(self) -> None:
        tracemalloc.start()
        try:
            with serving(Said(b" " * 65536, endless=True)) as host:
                with pytest.raises(LanguageError, match="larger than 1,048,576 bytes"):
                    ask(host, max_bytes=1024 * 1024)
                assert tracemalloc.get_traced_memory()[1] < 32 * 1024 * 1024
                assert host.sent < 64 * 1024 * 1024
        finally:
            tracemalloc.stop()

    def test_so_is_an_endless_error(self) -> None:
        assert "HTTP 500" in str(refused(Said(b"x" * 65536, 500, endless=True)))

    @pytest.mark.parametrize(
        "answer",
        [
            Said(silent=30),
            Said(b"x", endless=True, pause=0.02),
            Said(b"x", 500, endless=True, pause=0.02),
            Said(drip=True),
            Said(hosted(GOOD).body, promised=10_000_000, pause=0.02, piece=1),
        ],
        ids=["silent", "drips its body", "drips an error", "drips its header", "drips an answer"],
    )
    def test_a_slow_one_is_left_in_time(self, answer: Said) -> None:
        started = time.monotonic()
        assert "within 0.6 seconds" in str(refused(answer, seconds=0.6))
        assert time.monotonic() - started < 3

    @pytest.mark.parametrize("answer", [Said(silent=30), Said(drip=True)], ids=["silent", "drips"])
    def test_it_is_cancelled_at_once(self, answer: Said) -> None:
        cancel = Cancel()
        timer = threading.Timer(0.3, cancel.set)
        timer.start()
        started = time.monotonic()
        with serving(answer) as host, pytest.raises(Cancelled):
            ask(host, cancel=cancel, seconds=60)
        assert time.monotonic() - started < 3
        timer.join()

    def test_a_cancel_before_it_begins_sends_nothing(self) -> None:
        cancel = Cancel()
        cancel.set()
        with serving(hosted(GOOD)) as host, pytest.raises(Cancelled):
            ask(host, cancel=cancel)

    def test_no_thread_stays(self) -> None:
        refused(Said(silent=30), seconds=0.3)
        until = time.monotonic() + 3
        while any(t.name == "keepdial-language" for t in threading.enumerate()) and time.monotonic() < until:
            time.sleep(0.01)
        assert not any(t.name == "keepdial-language" for t in threading.enumerate())

    @settings(deadline=None, max_examples=80)
    @given(body=JSON, status=st.sampled_from([200, 400, 500]))
    def test_whatever_json_it_sends_is_text_or_a_clear_error(self, body: Any, status: int) -> None:
        with serving(Said(json.dumps(body).encode(), status)) as host:
            talk = Talk(Endpoint(host.url, "tiny"), {}, until=time.monotonic() + 5, cancel=None, offline=True)
            said: object = None
            try:
                text: object = talk.say([{"role": "user", "content": "x"}])
            except LanguageError as problem:
                text = said = str(problem)
        assert isinstance(text, str)
        assert said is None or text.isprintable()

    def test_a_name_that_is_looked_up_for_ever_holds_nobody_up(self, monkeypatch: pytest.MonkeyPatch) -> None:
        free = threading.Event()
        monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: free.wait(20) and [])
        started = time.monotonic()
        with pytest.raises(LanguageError, match="within"):
            understand_by_model("brighter", endpoint=Endpoint("http://model.test", "tiny", seconds=0.3))
        assert time.monotonic() - started < 3
        free.set()

    def test_nobody_listens(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        with pytest.raises(LanguageError, match="nothing listens there") as caught:
            understand_by_model("brighter", endpoint=Endpoint(f"http://127.0.0.1:{port}", "tiny"))
        assert "Is its server running" in str(caught.value)

    def test_it_hangs_up_at_once(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as door:

            def slam() -> None:
                line, _ = door.accept()
                line.close()

            thread = threading.Thread(target=slam)
            thread.start()
            end = Endpoint(f"http://127.0.0.1:{door.getsockname()[1]}", "tiny", seconds=5)
            with pytest.raises(LanguageError, match="could not be asked"):
                understand_by_model("brighter", endpoint=end)
            thread.join()

    @pytest.mark.parametrize("first", [b"SSH-2.0-OpenSSH_9\r\n", b"HTTP/1.1 abc\r\n\r\n", b"\0" * 100_000])
    def test_it_speaks_something_else(self, first: bytes) -> None:
        with socket.create_server(("127.0.0.1", 0)) as door:

            def talk() -> None:
                line, _ = door.accept()
                with line:
                    line.recv(65536)
                    line.sendall(first)

            thread = threading.Thread(target=talk)
            thread.start()
            end = Endpoint(f"http://127.0.0.1:{door.getsockname()[1]}", "tiny", seconds=3)
            with pytest.raises(LanguageError, match="could not be asked"):
                understand_by_model("brighter", endpoint=end)
            thread.join()

    def test_a_certificate_that_nobody_trusts_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MY_KEY", "sk-very-secret")
        with serving(hosted(GOOD), encrypted=True) as host:
            with pytest.raises(LanguageError, match="certificate is not trusted"):
                ask(host, key_from="MY_KEY")
            assert not host.headers, "nothing was sent"

    def test_one_that_is_trusted_is_taken(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        monkeypatch.setenv("MY_KEY", "sk-very-secret")
        with serving(hosted(GOOD), encrypted=True) as host:
            assert ask(host, key_from="MY_KEY").steps
        assert host.headers[0]["authorization"] == "Bearer sk-very-secret"

    def test_an_encrypted_one_that_drips_is_left_in_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        started = time.monotonic()
        with (
            serving(Said(drip=True), encrypted=True) as host,
            pytest.raises(LanguageError, match="within"),
        ):
            ask(host, seconds=0.6)
        assert time.monotonic() - started < 3

    def test_a_server_without_encryption_is_no_https(self) -> None:
        with serving(hosted(GOOD)) as host:
            end = Endpoint(host.url.replace("http", "https"), "tiny", seconds=5)
            with pytest.raises(LanguageError, match="could not be asked"):
                understand_by_model("brighter", endpoint=end)

    def test_a_proxy_of_the_environment_is_asked_to_pass_https_on(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MY_KEY", "sk-very-secret")
        heard: list[bytes] = []
        with socket.create_server(("127.0.0.1", 0)) as door:

            def refuse_to() -> None:
                line, _ = door.accept()
                with line:
                    heard.append(line.recv(65536))
                    line.sendall(b"HTTP/1.1 403 Forbidden\r\n\r\n")

            thread = threading.Thread(target=refuse_to)
            thread.start()
            monkeypatch.setenv("https_proxy", f"http://me:pass@127.0.0.1:{door.getsockname()[1]}")
            monkeypatch.delenv("no_proxy", raising=False)
            monkeypatch.delenv("NO_PROXY", raising=False)
            end = Endpoint("https://model.test/v1", "tiny", key_from="MY_KEY", seconds=5)
            with pytest.raises(LanguageError, match="could not be asked") as caught:
                understand_by_model("brighter", endpoint=end)
            thread.join()
        assert heard[0].startswith(b"CONNECT model.test:443 HTTP/1.")
        assert b"secret" not in heard[0]
        assert "pass" not in str(caught.value)
