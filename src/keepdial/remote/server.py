"""A server that a person has set up: its address, its key, and where what is sent to it may go."""

from __future__ import annotations

import ipaddress
import os
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from keepdial.errors import BackendError, InputError


@dataclass(frozen=True, slots=True)
class Server:
    """Where to ask, and in which words to speak of it.

    The key itself is in no field: it is read from the environment when it is sent, and stands in no record,
    log or message.

    Attributes:
        host: the server's name, which is all that messages show of the address.
        port: its port.
        secure: whether what is sent is encrypted.
        key_from: the NAME of the environment variable that holds the key; "" = none is needed.
        connect: seconds to wait for a connection.
        seconds: seconds for everything together.
        what: what answers there, for messages: "language model".
        sent: what goes there, for messages: "the sentence, the picture and the key".
        variables: the beginning of the variables it is set up by: "KEEPDIAL_LANGUAGE".
        longer: what to do where it takes too long, for messages.
        error: the class of the errors about it.
    """

    host: str
    port: int
    secure: bool
    key_from: str
    connect: float
    seconds: float
    what: str
    sent: str
    variables: str
    longer: str
    error: type[BackendError]

    def key(self) -> str:
        """Return the key, "" where none is needed; raise `InputError` where the variable holds none."""
        if not self.key_from:
            return ""
        key = os.environ.get(self.key_from, "").strip()
        if not key:
            raise InputError(
                f"The environment variable {self.key_from}, which is to hold the key, is not set.",
                hint=f"Set it, or leave {self.variables}_KEY_FROM out where the server asks for none.",
            )
        if not (key.isascii() and key.isprintable() and " " not in key) or len(key) > 4096:
            raise InputError(f"What the environment variable {self.key_from} holds cannot be a key.")
        return key


def here(host: str) -> bool:
    """Whether a host's name is this machine itself: ``localhost``, or an address of its loopback."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def port_of(parts: SplitResult) -> int:
    """Return the port that an address means."""
    return parts.port or (443 if parts.scheme.lower() == "https" else 80)


def may_be_reached(server: Server, addresses: list[str], *, only_here: bool) -> None:
    """Raise `InputError` where nothing must go to these addresses of the server's host.

    Without encryption all of them have to be this machine's or a private network's; with `only_here` this
    machine's.
    """
    found = [ipaddress.ip_address(one.partition("%")[0]) for one in addresses]
    plain = [getattr(one, "ipv4_mapped", None) or one for one in found]
    if only_here and not all(one.is_loopback or one.is_unspecified for one in plain):
        if here(server.host):
            raise InputError(f"{server.host} is to be this machine, and its address is another's.")
        raise InputError(
            f"keepdial is offline, and {server.host} is another machine.",
            hint="Unset KEEPDIAL_OFFLINE, or use a model on this machine.",
        )
    if not server.secure and any(one.is_global or one.is_multicast for one in plain):
        raise InputError(
            f"{server.host} is a public address, and http would send {server.sent} "
            "there for anybody on the way to read.",
            hint="Use https.",
        )


def check_address(url: str, what: str, example: str, variables: str) -> None:
    """Raise `InputError` for an address that a server cannot have; nothing secret in it is shown.

    `what` is whose it is ("the language model's"), `example` a port and path on this machine, `variables` the
    beginning of the variables' names.
    """
    hint = f"For example http://localhost:{example}, or https://api.example.com/v1."
    whose = what[:1].upper() + what[1:]
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise InputError(f"{whose} address cannot be read.", hint=hint) from None
    if not url.isascii() or not url.isprintable() or " " in url or len(url) > 2000:
        raise InputError(f"{whose} address holds characters that no address has.", hint=hint)
    if parts.scheme.lower() not in ("http", "https"):
        raise InputError(
            f"{whose} address begins with {parts.scheme[:20]!r}; allowed: http and https.", hint=hint
        )
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise InputError(
            f"{whose} address holds a name, a password or a query; keys do not belong there.",
            hint=f"Put the key into an environment variable and name it: {variables}_KEY_FROM.",
        )
    if not parts.hostname or port == 0:
        raise InputError(f"{whose} address names no server.", hint=hint)


def check_key_name(name: str) -> None:
    """Raise `InputError` for what cannot be the name of an environment variable; "" = no key is needed."""
    if name and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,199}", name):
        # What was given is not shown: it may be the key itself.
        raise InputError(
            "key-from is not the name of an environment variable.",
            hint="Put the key into a variable, and give the variable's name: OPENAI_API_KEY.",
        )
