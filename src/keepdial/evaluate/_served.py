"""Whether anything installed here can do an operation: asked of the operations and backends."""

from __future__ import annotations

from functools import cache

from keepdial.backends import backends
from keepdial.operations import operations
from keepdial.route import Job, obstacle


@cache
def served(operation: str, words: bool = False) -> bool:
    """Return whether the router would find a backend on this machine for an operation, by its name.

    With `words` the backend must paint from words, because no option says what is to be there. Nothing is
    sent anywhere, so a remote backend does not count. Whether the thing itself can be found in a picture is
    another question, which this does not answer.
    """
    known = operations()
    if operation not in known:
        return False
    claimed = any(operation in backend.capabilities.operations for backend in backends().values())
    if not words and not claimed and known[operation].scaled is not None:
        # A cut: the picture's own pixels, fewer of them, and nobody has to propose any.
        return True
    keep = known[operation].default_keep
    masked = known[operation].target != "none"
    return any(
        not obstacle(Job(operation, keep, prompt=prompt, masked=masked), name, backend)
        for name, backend in backends().items()
        for prompt in ((True,) if words else (False, True))
    )


@cache
def faults() -> frozenset[str]:
    """Return the words for what is taken out of a whole picture here ("haze", "noise")."""
    return frozenset(
        noun
        for one in operations().values()
        if served(one.name)
        for quality in one.qualities
        if quality.fault
        for noun in quality.nouns
    )
