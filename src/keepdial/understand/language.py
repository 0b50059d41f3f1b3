"""The plan of a sentence from a language model, over any OpenAI-compatible chat endpoint.

    sentence -> messages -> answer -> validated, mended once or refused -> checked by the grammar -> Plan

What the model answers is data. It may name operations that there are, options within their ranges, pictures
that were handed over, and things to act on in words. Pins, consent, backends, files and addresses are out of
its reach.
"""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from keepdial.errors import InputError, KeepdialError
from keepdial.progress import Event, Listener, silent
from keepdial.remote.words import short
from keepdial.settings import Settings
from keepdial.understand._endpoint import Endpoint, LanguageError
from keepdial.understand._planned import agreement, checked, planned
from keepdial.understand.plan import Plan

if TYPE_CHECKING:
    from keepdial.image import Image
    from keepdial.progress import Cancel

__all__ = ["Endpoint", "LanguageError", "Planner", "agreement", "planner_from", "understand_by_model"]

LONGEST = 4000
MOST_FILES = 100
STAGE = "asking the language model"


def understand_by_model(
    sentence: str,
    *,
    endpoint: Endpoint,
    image: Image | None = None,
    allow_image: bool = False,
    files: Iterable[str] = (),
    selected: bool = False,
    offline: bool | None = None,
    cancel: Cancel | None = None,
    progress: Listener = silent,
) -> Plan:
    """Return the plan that a language model makes of a sentence.

    The sentence, the operations and the names of `files` are sent; the picture only as a copy of at most 768
    pixels without metadata, and only with `allow_image`. `Planner.notes` says all this beforehand. One answer
    that cannot be used is sent back with what is wrong; the second is refused.

    Args:
        sentence: what is wanted, at most 4000 characters.
        endpoint: the model and where it answers.
        image: the picture that it is about.
        allow_image: whether the picture may be sent.
        files: names of the pictures that the plan may name.
        selected: whether a region was selected beside the sentence, so that steps need no target.
        offline: whether only a model on this machine may be asked; None = as ``KEEPDIAL_OFFLINE`` says.
        cancel: stops at once, whatever the server does.
        progress: hears of each round.

    Raises `InputError` for a sentence, names or an endpoint that cannot be used, `LanguageError` where the
    model cannot be reached or gives no valid plan, `Cancelled`. What is unclear is a question of the plan.
    """
    from keepdial.understand import _prompt
    from keepdial.understand._answer import Refused, answered
    from keepdial.understand._talk import Talk
    from keepdial.understand.schema import answer_schema

    if offline is None:
        offline = Settings.from_environment().offline
    until = time.monotonic() + endpoint.seconds
    said = plain(sentence)
    names = _names(files)
    progress(Event(STAGE, 0.0))
    asked: Any = _prompt.request(said)
    if image is not None and allow_image:
        asked = _with_picture(asked, image)
    messages: list[dict[str, Any]] = [
        {"role": "system", "content": _prompt.instructions(names, selected)},
        {"role": "user", "content": asked},
    ]
    schema = answer_schema(names, selected=selected)
    talk = Talk(endpoint, schema, until=until, cancel=cancel, offline=offline)
    text = talk.say(messages)
    try:
        answer = answered(text, names, selected)
    except Refused as problem:
        progress(Event(STAGE, 0.5))
        messages += [
            {"role": "assistant", "content": short(text, 8000)},
            {"role": "user", "content": _prompt.mend(str(problem))},
        ]
        try:
            answer = answered(talk.say(messages), names, selected)
        except Refused as again:
            raise LanguageError(
                f"The language model {endpoint.model} at {endpoint.host} twice gave no plan that can be "
                f"used: {again}.",
                hint=_why(talk.read, messages)
                or "Nothing was done. Say it in other words, or use another model.",
            ) from None
    plan = planned(answer, said, endpoint.model)
    plan = checked(plan, _by_grammar(said, names))
    progress(Event(STAGE, 1.0))
    return plan


@dataclass(frozen=True, slots=True)
class Planner:
    """A language model that plans, with what it may be sent.

    Attributes:
        endpoint: the model and where it answers.
        allow_image: whether the picture may be sent.
        offline: whether only a model on this machine may be asked.
    """

    endpoint: Endpoint
    allow_image: bool = False
    offline: bool = False

    def __call__(
        self,
        sentence: str,
        *,
        image: Image | None = None,
        files: Iterable[str] = (),
        selected: bool = False,
        cancel: Cancel | None = None,
        progress: Listener = silent,
    ) -> Plan:
        """Return the plan of a sentence, as `understand_by_model` does."""
        return understand_by_model(
            sentence,
            endpoint=self.endpoint,
            image=image,
            allow_image=self.allow_image,
            files=files,
            selected=selected,
            offline=self.offline,
            cancel=cancel,
            progress=progress,
        )

    def notes(self, image: Image | None = None, files: Iterable[str] = ()) -> tuple[str, ...]:
        """Return what is sent, and where, in words for a person; nothing is sent for it."""
        end = self.endpoint
        said = [f"The sentence goes to the language model {end.model} at {end.host}."]
        if names := _names(files):
            said.append(f"So do the names of {len(names)} pictures, without what is in them.")
        if image is not None and self.allow_image:
            from keepdial.understand._prompt import picture

            data, size = picture(image)
            said.append(f"So does a copy of the picture of {size}, {len(data):,} bytes, without metadata.")
        elif image is not None:
            said.append("The picture is not sent.")
        if end.key_from and not end.secure and not end.local:
            said.append("The key is sent without encryption, over http, in your own network.")
        return tuple(said)


def planner_from(
    url: str = "",
    *,
    model: str = "",
    key_from: str = "",
    seconds: float | None = None,
    allow_image: bool = False,
) -> Planner:
    """Return a planner from what is given here and, for the rest, the ``KEEPDIAL_LANGUAGE_*`` variables.

    Args:
        url: the server's address; "" = ``KEEPDIAL_LANGUAGE_URL``.
        model: the model's name; "" = ``KEEPDIAL_LANGUAGE_MODEL``.
        key_from: the NAME of the variable that holds the key; "" = what ``KEEPDIAL_LANGUAGE_KEY_FROM`` names.
        seconds: time for everything together; None = ``KEEPDIAL_LANGUAGE_SECONDS``, or 180.
        allow_image: whether the picture may be sent. Nothing in the environment allows it.

    Raises `InputError` where no model is set up, or what is given cannot be used. ``KEEPDIAL_OFFLINE`` holds.
    """
    endpoint = Endpoint.from_environment(url, model, key_from, seconds)
    return Planner(endpoint, allow_image, Settings.from_environment().offline)


def plain(sentence: str) -> str:
    """Return a sentence as it is sent: one line of text without control characters and halves of pairs.

    Raises `InputError` for one that is empty or has more than 4000 characters.
    """
    if len(sentence) > LONGEST:
        raise InputError(f"The sentence has {len(sentence):,} characters; at most {LONGEST:,} are read.")
    kinds = ((c, unicodedata.category(c)) for c in sentence)
    text = "".join(
        "" if kind == "Cf" and c != "\u200d" else " " if kind[0] == "C" and kind != "Cf" else c
        for c, kind in kinds
    )
    text = " ".join(text.split())
    if not text:
        raise InputError("The sentence is empty.", hint='Say what is wanted, for example "brighter".')
    return text


def _names(files: Iterable[str]) -> tuple[str, ...]:
    names = tuple(sorted(dict.fromkeys(files)))
    if len(names) > MOST_FILES:
        raise InputError(f"{len(names)} pictures were handed over; at most {MOST_FILES} are.")
    for name in names:
        if not name.isprintable() or not name or len(name) > 1000:
            raise InputError(
                "A picture's name holds characters that cannot be sent, or too many.", hint="Rename it first."
            )
    return names


def _with_picture(words: str, image: Image) -> list[dict[str, Any]]:
    import base64

    from keepdial.understand._prompt import picture

    data, _ = picture(image)
    url = f"data:image/jpeg;base64,{base64.b64encode(data).decode('ascii')}"
    return [{"type": "text", "text": words}, {"type": "image_url", "image_url": {"url": url}}]


def _why(read: int, messages: list[dict[str, Any]]) -> str:
    """Return a hint where the server has read far fewer tokens than the text has, 4 to 8 characters each."""
    length = sum(len(one["content"]) for one in messages if isinstance(one["content"], str))
    if not 0 < read < length / 8:
        return ""
    return (
        f"The server says that it read {read:,} tokens of a text of {length:,} characters: its context is "
        "too small. Give it 16384 tokens or more (Ollama: OLLAMA_CONTEXT_LENGTH, llama.cpp: --ctx-size)."
    )


def _by_grammar(sentence: str, files: tuple[str, ...]) -> Plan | None:
    """Return what the grammar reads, None where it cannot read the sentence at all."""
    from keepdial.understand.grammar import understand_words

    try:
        return understand_words(sentence, files=files)
    except KeepdialError:
        return None
