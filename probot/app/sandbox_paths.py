"""Where do calls beside Telegram go in the sandbox? To a phone of their own on the page, one for each path.

The rule: in the sandbox nothing leaves the machine, and every path has somebody who can look at it.
"""

from __future__ import annotations

from probot.outside.channel import Addresses, OutsideChannel
from probot.ports import Call, Outcome, Refused, Sending, Sent
from probot.sandbox import posts
from probot.sandbox.botapi import BotApi


class SandboxPaths(OutsideChannel):
    """Mail and pagers as phones on the sandbox's page."""

    def __init__(self, api: BotApi, bot: int) -> None:
        super().__init__(Addresses())
        self._api = api
        self._bot = bot

    async def deliver(self, sending: Sending) -> Outcome:
        """Show the call on the phone of its path; made when it is first called."""
        if not isinstance(sending, Call):
            return Refused("only calls go beside the messenger")
        name = f"{sending.by}: {sending.path}"
        known = [one.id for one in self._api.state.people.values() if one.first_name == name]
        person = known[0] if known else self._api.people.new_person(name, seat="staff")
        place = self._api.people.place(person, self._bot)
        posts.post(self._api, place, self._bot, {"text": f"{sending.subject}\n{sending.text}"})
        self._api.changed()
        return Sent(None)
