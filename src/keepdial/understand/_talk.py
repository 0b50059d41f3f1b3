"""The conversation with a chat endpoint: what it takes is found out, and what it says is read."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, Any

from keepdial.remote.http import Reply, too_late
from keepdial.remote.words import error_in, parsed, short
from keepdial.understand._chat import post
from keepdial.understand._endpoint import VARIABLES, Endpoint, LanguageError

if TYPE_CHECKING:
    from keepdial.progress import Cancel

MODES = {"auto": ("schema", "object", "none")}
STRUCTURE = re.compile(r"response_?format|json_?schema|json_?object|structured|schema|grammar|guided", re.I)
PICTURES = re.compile(r"image|vision|multimodal|mmproj", re.I)
MOST_TRIES = 6
"""Requests for one answer: three ways to hold it to the schema, and three fields that a server may refuse."""


class Talk:
    """One conversation; it remembers what the server does not take.

    `until` is when it must be over, by ``time.monotonic``, all rounds together.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        schema: dict[str, Any],
        *,
        until: float,
        cancel: Cancel | None,
        offline: bool,
    ) -> None:
        self.endpoint = endpoint
        self.read = 0
        """Tokens that the server says it has read of the last request; 0 = it does not say."""
        self._schema = schema
        self._until, self._cancel, self._offline = until, cancel, offline
        self._modes = list(MODES.get(endpoint.structured, (endpoint.structured,)))
        self._fields: dict[str, Any] = {"temperature": 0, "max_tokens": endpoint.max_tokens}

    def say(self, messages: list[dict[str, Any]]) -> str:
        """Send the messages and return the model's answer as text.

        Raises `LanguageError` for an answer that is none, with the server's own words; `Cancelled`.
        """
        for _ in range(MOST_TRIES):
            content = {
                "model": self.endpoint.model,
                "messages": messages,
                "stream": False,
                **self._fields,
                **self._format(),
            }
            if time.monotonic() >= self._until:
                raise too_late(self.endpoint.server)
            reply = post(
                self.endpoint, content, until=self._until, cancel=self._cancel, offline=self._offline
            )
            if reply.status == 200:
                return self._content(reply)
            words = self._words(reply)
            if not self._gives_way(reply.status, words):
                raise self._failed(reply, words)
        raise self._failed(reply, words)

    def _format(self) -> dict[str, Any]:
        if self._modes[0] == "schema":
            held = {"name": "plan", "strict": True, "schema": self._schema}
            return {"response_format": {"type": "json_schema", "json_schema": held}}
        return {"response_format": {"type": "json_object"}} if self._modes[0] == "object" else {}

    def _gives_way(self, status: int, words: str) -> bool:
        """Leave out what the server says that it does not take; return whether there is another try."""
        if status not in (400, 422, 500, 501):
            return False
        if "max_tokens" in words and "max_tokens" in self._fields:
            # Newer models of hosted services know it by another name.
            self._fields["max_completion_tokens"] = self._fields.pop("max_tokens")
            return True
        for name in ("temperature", "max_completion_tokens"):
            if name in words and name in self._fields:
                del self._fields[name]
                return True
        if STRUCTURE.search(words) and len(self._modes) > 1:
            del self._modes[0]
            return True
        return False

    def _content(self, reply: Reply) -> str:
        try:
            found = json.loads(reply.body)
        except (ValueError, RecursionError):
            kind = reply.kind or "nothing that says what it is"
            raise self._unusable(
                "a web page" if "html" in kind else f"something that is no JSON ({short(kind, 60)})",
                hint=f"Is {short(self.endpoint.path, 80)} the path of its chat completions?",
            ) from None
        choice = _first(found, "choices")
        message = choice.get("message") if isinstance(choice, dict) else None
        if not isinstance(message, dict):
            words = error_in(found)
            raise self._unusable(f"an error: {self._safe(words)}" if words else "no chat completion", hint="")
        usage = found.get("usage")
        read = usage.get("prompt_tokens") if isinstance(usage, dict) else None
        self.read = read if isinstance(read, int) and not isinstance(read, bool) else 0
        if isinstance(refusal := message.get("refusal"), str) and refusal.strip():
            raise self._unusable(f"that it will not: {self._safe(refusal)}", hint="Say it in other words.")
        why = choice.get("finish_reason")
        if why == "content_filter":
            raise self._unusable("nothing: its filter stopped the answer", hint="Say it in other words.")
        if why == "length":
            raise self._unusable(
                f"too much: it was cut off after {self.endpoint.max_tokens} tokens, or its context was full",
                hint="Turn its thinking off, give it a larger context, or use another model.",
            )
        text = _text(message.get("content")) or _arguments(message)
        if not text.strip():
            thought = any(message.get(name) for name in ("reasoning", "reasoning_content", "thinking"))
            raise self._unusable(
                "nothing but its thinking" if thought else "nothing", hint="Ask again, or use another model."
            )
        return text

    def _unusable(self, what: str, *, hint: str) -> LanguageError:
        return LanguageError(
            f"The language model {self.endpoint.model} at {self.endpoint.host} answered {what.rstrip('.')}.",
            hint=hint or "Nothing was done.",
        )

    def _safe(self, words: str) -> str:
        """Return a server's words without the key, should they repeat it."""
        key = self.endpoint.key()
        return short(words.replace(key, "***") if key else words, 200)

    def _words(self, reply: Reply) -> str:
        found = parsed(reply.body)
        if found is None:
            plain = reply.kind in ("text/plain", "")
            return self._safe(reply.body.decode("utf-8", "replace")) if plain else ""
        return self._safe(error_in(found))

    def _failed(self, reply: Reply, words: str) -> LanguageError:
        status, endpoint = reply.status, self.endpoint
        who = f"The language model's server {endpoint.host}"
        hint = "Nothing was done."
        if 300 <= status < 400:
            what = (
                f"sends elsewhere (HTTP {status}), which is not followed: what is sent goes to one host alone"
            )
            hint = "Give the address itself."
        elif status in (401, 403):
            what = f"does not let us in (HTTP {status})"
            hint = (
                f"Is the key in {endpoint.key_from} the right one?"
                if endpoint.key_from
                else f"It wants a key: put it into a variable and name that in {VARIABLES['key_from']}."
            )
        elif status == 404:
            what = f"knows no such model or address (HTTP 404: {endpoint.model}, {short(endpoint.path, 80)})"
            hint = "List its models; Ollama: `ollama list`."
        elif status in (429, 503):
            again = reply.headers.get("retry-after", "").strip()
            what = f"is too busy (HTTP {status})"
            hint = f"Ask again in {again} seconds." if re.fullmatch(r"\d{1,6}", again) else "Ask again later."
        else:
            what = f"answered with an error (HTTP {status})"
            if PICTURES.search(words):
                hint = "The model takes no pictures: ask without sending the picture, or use another model."
        said = f", and says: {words.rstrip('.')}" if words else ""
        return LanguageError(f"{who} {what}{said}.", hint=hint)


def _first(found: Any, name: str) -> Any:
    values = found.get(name) if isinstance(found, dict) else None
    return values[0] if isinstance(values, list) and values else None


def _text(content: Any) -> str:
    if isinstance(content, list):
        parts = [
            part.get("text") for part in content if isinstance(part, dict) and part.get("type") == "text"
        ]
        return "".join(part for part in parts if isinstance(part, str))
    return content if isinstance(content, str) else ""


def _arguments(message: dict[str, Any]) -> str:
    """Return the arguments of a tool call, which some models answer with instead; nothing is called."""
    call = _first(message, "tool_calls")
    function = call.get("function") if isinstance(call, dict) else None
    given = function.get("arguments") if isinstance(function, dict) else None
    return json.dumps(given) if isinstance(given, dict) else given if isinstance(given, str) else ""
