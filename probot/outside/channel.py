"""Which path goes where? By its name in the study to its address in the settings.

The rule: a path without an address loses nothing: what is to go there waits, and status says what is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import aiohttp

from probot.outside import mail, post
from probot.outside.mail import MailServer
from probot.ports import NO_ADDRESS, Call, Later, Outcome, Refused, Sending

LOOK_AGAIN = 60.0
HEARTBEAT_PATIENCE = aiohttp.ClientTimeout(total=15)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Everything that the operator has set for paths beside the messenger. `heartbeat`: where it beats, if anywhere."""

    mail: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    server: MailServer | None = None
    webhooks: Mapping[str, str] = field(default_factory=dict)
    secret: str = ""
    heartbeat: str = ""

    def known(self) -> dict[str, str]:
        """Name of each path that could be used, and how it is carried."""
        by_mail = dict.fromkeys(self.mail, "mail") if self.server else {}
        return by_mail | dict.fromkeys(self.webhooks, "webhook")


class OutsideChannel:
    """`probot.ports.Channel` for what goes beside the messenger."""

    def __init__(self, addresses: Addresses) -> None:
        self.addresses = addresses
        self._session: aiohttp.ClientSession | None = None

    async def deliver(self, sending: Sending) -> Outcome:
        """Call once, and tell what became of it. Raises nothing for what the world does."""
        if not isinstance(sending, Call):
            return Refused("only calls go beside the messenger")
        known = self.addresses
        if sending.by == "mail":
            to = known.mail.get(sending.path, ())
            if known.server is None or not to:
                return Later(LOOK_AGAIN, NO_ADDRESS)
            return await mail.send(known.server, to, sending)
        address = known.webhooks.get(sending.path)
        if address is None:
            return Later(LOOK_AGAIN, NO_ADDRESS)
        return await post.send(self._open(), address, known.secret, sending)

    async def acknowledge_tap(self, query: str, words: str = "") -> None:
        """Nobody taps here."""

    async def beat(self) -> str:
        """Tell the outside that all is well; empty, or why it could not be told."""
        if not self.addresses.heartbeat:
            return ""
        try:
            async with self._open().get(self.addresses.heartbeat, timeout=HEARTBEAT_PATIENCE) as answer:
                return "" if answer.status < 300 else f"the heartbeat was answered {answer.status}"
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return f"the heartbeat could not be sent ({type(error).__name__})"

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        return self._session

    async def close(self) -> None:
        """Let the connections go."""
        if self._session is not None:
            await self._session.close()
