"""Downloads from a real server that breaks, changes and lies."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import time
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from keepdial.errors import Cancelled, DiskFull, FetchError, ModelRefused
from keepdial.models import fetch as module
from keepdial.models.fetch import Wanted, fetch
from keepdial.progress import Cancel, Event
from tests.models.conftest import CONTENT, SHA256
from tests.models.server import Host


def get(
    host: Host, part: Path, *, waits: tuple[float, ...] = (), sha256: str | None = SHA256, **more: Any
) -> str:
    return fetch(Wanted(host.url, sha256, more.pop("bytes", None)), part, loopback=True, waits=waits, **more)


@pytest.fixture
def part(tmp_path: Path) -> Path:
    return tmp_path / ".tiny.part"


def test_the_whole_file_comes_with_progress_that_grows_to_one(
    host: Host, part: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CHUNK", 100)
    events: list[Event] = []
    assert get(host, part, progress=events.append, stage="fetching tiny") == SHA256
    assert part.read_bytes() == CONTENT
    done = [event.done for event in events]
    assert len(done) > 10
    assert done == sorted(done)
    assert done[-1] == 1.0
    assert {event.stage for event in events} == {"fetching tiny"}
    assert [file.name for file in part.parent.iterdir()] == [part.name]


def test_after_a_cut_the_next_call_fetches_only_the_rest(host: Host, part: Path) -> None:
    host.cut_after = [700]
    with pytest.raises(FetchError, match=r"broke off after 0.7 kB of 2.0 kB.*kept") as caught:
        get(host, part)
    assert (caught.value.exit_code, caught.value.status) == (8, 502)
    assert part.read_bytes() == CONTENT[:700]
    assert get(host, part) == SHA256
    assert part.read_bytes() == CONTENT
    assert host.asked == [None, "bytes=700-"]


def test_it_tries_again_by_itself_and_each_new_byte_gives_new_tries(host: Host, part: Path) -> None:
    host.cut_after = [100, 200, 300]
    assert get(host, part, waits=(0.0,)) == SHA256
    assert host.asked == [None, "bytes=100-", "bytes=300-", "bytes=600-"]


def test_a_busy_server_is_asked_again(host: Host, part: Path) -> None:
    host.status = [503, 429]
    assert get(host, part, waits=(0.0, 0.0)) == SHA256


def test_an_absent_file_is_not_asked_for_again(host: Host, part: Path) -> None:
    host.status = [404]
    with pytest.raises(FetchError, match=r"404.*models add"):
        get(host, part, waits=(0.0, 0.0))
    assert len(host.asked) == 1


def test_without_hash_a_changed_file_starts_over(host: Host, part: Path) -> None:
    host.cut_after = [700]
    with pytest.raises(FetchError):
        get(host, part, sha256=None)
    host.content, host.etag = CONTENT[::-1], '"two"'
    assert get(host, part, sha256=None) == hashlib.sha256(host.content).hexdigest()
    assert host.asked == [None, "bytes=700-"]


@pytest.mark.parametrize("etag", ["", 'W/"weak"'])
def test_without_hash_and_strong_tag_nothing_is_built_on(host: Host, part: Path, etag: str) -> None:
    host.cut_after, host.etag = [700], etag
    with pytest.raises(FetchError):
        get(host, part, sha256=None)
    assert get(host, part, sha256=None) == SHA256
    assert host.asked == [None, None]


def test_a_server_without_ranges_sends_all_again(host: Host, part: Path) -> None:
    host.cut_after, host.ranges = [700], False
    with pytest.raises(FetchError):
        get(host, part)
    assert get(host, part) == SHA256
    assert part.read_bytes() == CONTENT


def test_a_part_of_another_address_is_thrown_away(host: Host, part: Path) -> None:
    part.write_bytes(b"something else")
    part.with_name(part.name + ".json").write_text('{"url": "https://example.org/other"}')
    assert get(host, part) == SHA256
    assert host.asked == [None]


def test_a_part_longer_than_the_file_starts_over(host: Host, part: Path) -> None:
    host.cut_after = [700]
    with pytest.raises(FetchError):
        get(host, part)
    part.write_bytes(CONTENT + b"more")
    assert get(host, part) == SHA256
    assert host.asked == [None, f"bytes={len(CONTENT) + 4}-", None]


def test_all_of_it_there_already_asks_for_nothing(host: Host, part: Path) -> None:
    host.cut_after = [700]
    with pytest.raises(FetchError):
        get(host, part)
    part.write_bytes(CONTENT)
    assert get(host, part, bytes=len(CONTENT)) == SHA256
    assert host.asked == [None]


def test_the_wrong_hash_installs_nothing_and_keeps_nothing(host: Host, part: Path) -> None:
    with pytest.raises(ModelRefused, match=f"sha256 {SHA256} instead of {'0' * 64}"):
        get(host, part, sha256="0" * 64)
    assert list(part.parent.iterdir()) == []


def test_the_wrong_size_is_refused_before_anything_is_written(host: Host, part: Path) -> None:
    with pytest.raises(ModelRefused, match=f"{len(CONTENT)} bytes instead of 7"):
        get(host, part, bytes=7)
    assert not part.exists()


def test_a_full_disk_is_said_and_what_came_is_kept(
    host: Host, part: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFull, match=r"No space left.*KEEPDIAL_MODELS"):
        get(host, part)
    monkeypatch.undo()
    assert part.exists()
    assert get(host, part) == SHA256


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def test_too_little_room_is_said_before_the_download(
    host: Host, part: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10, 10, 0))
    with pytest.raises(DiskFull, match=r"2.0 kB are to come and 0.0 kB are free"):
        get(host, part)
    assert not part.exists()


def test_cancel_stops_between_pieces_and_the_rest_comes_later(
    host: Host, part: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CHUNK", 100)
    cancel = Cancel()

    def listen(event: Event, /) -> None:
        if event.done > 0.3:
            cancel.set()

    with pytest.raises(Cancelled):
        get(host, part, progress=listen, cancel=cancel)
    assert 0 < part.stat().st_size < len(CONTENT)
    assert get(host, part) == SHA256
    assert host.asked[1] == "bytes=700-"


def test_cancel_is_heard_while_it_waits_to_try_again(host: Host, part: Path) -> None:
    host.status = [503]
    cancel = Cancel()

    def stop(*_: object) -> float:
        cancel.set()
        return 0.0

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "sleep", stop)
        with pytest.raises(Cancelled):
            get(host, part, waits=(60.0,), cancel=cancel)


@pytest.mark.parametrize(
    "url", ["http://example.org/m", "file:///etc/passwd", "ftp://example.org/m", "http://127.0.0.1:9/m"]
)
def test_only_https_is_asked(part: Path, url: str) -> None:
    with pytest.raises(ModelRefused, match="not https"):
        fetch(Wanted(url), part, waits=())
    assert not part.exists()


@pytest.mark.parametrize("target", ["http://example.org/m", "file:///etc/passwd"])
def test_redirects_lead_to_https_only(host: Host, part: Path, target: str) -> None:
    host.redirect = target
    with pytest.raises((ModelRefused, FetchError), match=r"not https|302"):
        get(host, part)
    assert not part.exists()


def test_nobody_there_is_a_fetch_error(host: Host, part: Path) -> None:
    url = host.url
    host.server_close()
    with pytest.raises(FetchError, match=r"127.0.0.1 failed"):
        fetch(Wanted(url), part, loopback=True, waits=())
