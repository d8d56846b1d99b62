"""Where do calls beside Telegram go in the sandbox? Onto its page, which shows them as they would be sent.

The rule: in the sandbox nothing leaves the machine, and every call can be read by whoever looks at the page.
"""

from __future__ import annotations

from probot.outside.channel import Addresses, OutsideChannel
from probot.ports import Call, Outcome, Refused, Sending, Sent
from probot.sandbox.botapi import BotApi


class SandboxPaths(OutsideChannel):
    """Mailboxes and pagers as a list on the sandbox's page."""

    def __init__(self, api: BotApi) -> None:
        super().__init__(Addresses())
        self._api = api

    async def deliver(self, sending: Sending) -> Outcome:
        """Put the call where the page shows it."""
        if not isinstance(sending, Call):
            return Refused("only calls go beside the messenger")
        self._api.state.calls.append(
            {
                "path": sending.path,
                "by": sending.by,
                "subject": sending.subject,
                "text": sending.text,
                "at": self._api.unix(),
            }
        )
        self._api.changed()
        return Sent(None)
