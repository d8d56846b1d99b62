"""Is anybody in the care team's chat who does not belong there?

The rule: who came is known by account; who was there before the bot is known by number only, from a roll call.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from probot.store import pulses, together

OUTSIDERS = "outsiders"
"""The pulse that says who is there; it has a detail only while somebody is."""

NOTICE = "outsiders"
"""Marks the messages that may be said in the chat even so: they tell nothing of any participant."""


@dataclass(frozen=True, slots=True)
class Outsiders:
    """Accounts that came, and how many more there are by the last count."""

    accounts: frozenset[int] = frozenset()
    others: int = 0

    def __bool__(self) -> bool:
        """Whether anybody is there who does not belong."""
        return bool(self.accounts) or self.others > 0


def of_team(connection: Connection) -> Outsiders:
    """Who is in the care team's chat and not known as staff."""
    found = together.known(connection, "pulse", OUTSIDERS)
    if found is together.UNKNOWN:
        found = pulses.last(connection, OUTSIDERS)
        together.learn(connection, "pulse", OUTSIDERS, found)
    if found is None or not found[1]:
        return Outsiders()
    return Outsiders(frozenset(int(each) for each in found[1]["accounts"]), int(found[1]["others"]))


def keep(connection: Connection, now: datetime, found: Outsiders) -> None:
    """Keep who is there."""
    detail = {"accounts": sorted(found.accounts), "others": found.others} if found else None
    pulses.beat(connection, OUTSIDERS, now, detail)
