"""What a server says, as text that is safe to show."""

from __future__ import annotations

import json
import unicodedata
from typing import Any


def short(text: str, most: int) -> str:
    """Return a text that came from outside as one line that is safe to show, at most `most` characters."""
    clean = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text[: 4 * most])
    line = " ".join(clean.split())
    return line if len(line) <= most else line[: most - 3] + "..."


def error_in(found: Any) -> str:
    """Return a server's words for what went wrong, in any of the shapes that are about; "" = none."""
    if isinstance(found, list) and found:
        found = found[0]
    if not isinstance(found, dict):
        return ""
    for name in ("error", "message", "detail"):
        value = found.get(name)
        if isinstance(value, dict):
            value = value.get("message")
        if isinstance(value, str) and value:
            return value
        if name == "detail" and value is not None:
            return json.dumps(value)
    return ""


def parsed(body: bytes) -> Any:
    """Return the JSON value of an answer; None where it is none, or nested too deeply."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
