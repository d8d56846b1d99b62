"""Where do the paths beside Telegram lead? Read from the operator's variables, by the names that the study gives them.

The rule: what cannot be right is refused at the start, without repeating it, because it may hold a secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from probot.outside.mail import MailServer

_TLS: dict[str, tuple[Literal["start", "greeting", "never"], int]] = {
    "smtp": ("greeting", 587),
    "smtps": ("start", 465),
    "smtp+plain": ("never", 25),
}
_PAIR = re.compile(r"([a-z][a-z0-9_]*)=(\S+)")
_MAILBOX = re.compile(r"[^\s@,<>\"]+@[^\s@,<>\"]+")


def mail_server(address: str, sender: str = "") -> MailServer:
    """`smtp://user:password@host:587` taken apart. Raises ValueError."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise ValueError(SERVER) from None
    if parts.scheme not in _TLS or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError(SERVER)
    tls, usual = _TLS[parts.scheme]
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return MailServer(parts.hostname, port or usual, tls, user, password, sender)


SERVER = "write smtp://user:password@host:587, smtps://…:465, or smtp+plain://host:25 inside one machine"


def mailboxes(written: str) -> dict[str, tuple[str, ...]]:
    """`duty_mail=one@example.org,two@example.org chief=three@example.org` taken apart. Raises ValueError."""
    found = {name: tuple(value.split(",")) for name, value in _pairs(written, "duty_mail=duty@example.org")}
    for addresses in found.values():
        if not all(_MAILBOX.fullmatch(one) for one in addresses):
            raise ValueError(
                "one of these is no mail address; write duty_mail=duty@example.org,chief@example.org"
            )
    return found


def mailbox(written: str) -> str:
    """One plain mail address. Raises ValueError."""
    if not _MAILBOX.fullmatch(written):
        raise ValueError("write one plain mail address, such as probot@example.org")
    return written


def webhooks(written: str) -> dict[str, str]:
    """`pager=https://example.org/call duty=https://…` taken apart. Raises ValueError."""
    found = dict(_pairs(written, "pager=https://pager.example.org/call"))
    for address in found.values():
        web_address(address)
    return found


def web_address(address: str) -> str:
    """An http or https address. Raises ValueError."""
    try:
        parts: Any = urlsplit(address)
        _ = parts.port
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("write a whole address, such as https://pager.example.org/call")
    return address


def _pairs(written: str, example: str) -> Iterator[tuple[str, str]]:
    for word in written.split():
        pair = _PAIR.fullmatch(word)
        if pair is None:
            raise ValueError(f"write name=address for each path of the study, with spaces between: {example}")
        yield pair[1], pair[2]
