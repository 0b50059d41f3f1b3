"""One request to a chat endpoint."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from keepdial.remote.http import Call, Reply, send
from keepdial.understand._endpoint import Endpoint

if TYPE_CHECKING:
    from keepdial.progress import Cancel


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
    call = Call("POST", endpoint.path, json.dumps(content).encode("ascii"), most=endpoint.max_bytes)
    return send(endpoint.server, call, until=until, cancel=cancel, only_here=offline)
