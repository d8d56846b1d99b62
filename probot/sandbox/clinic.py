"""What does the page ask of the study behind the bot? To enrol somebody, and to move the clock.

The rule: the server and the page know the study through this alone; `NoClinic` stands in where there is none.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol, TypedDict


class Choice(TypedDict):
    """Something that the study names: its key and its label in each language (`{"en": …, "zh": …}`)."""

    key: str
    label: dict[str, str]


class Description(TypedDict):
    """What the page shows about the study. `zone` is an IANA name; lists may be empty.

    `staff`: what each member of staff is, by the name on their phone, in each language. `paths`: the ways to the
    team beside Telegram.
    """

    bot_username: str
    title: dict[str, str]
    arms: list[Choice]
    sites: list[Choice]
    zone: str
    staff: dict[str, dict[str, str]]
    paths: list[Choice]


class Refused(Exception):
    """The study does not do that; the text is shown on the page."""


class Clinic(Protocol):
    """The study as the page needs it. All instants are aware and UTC."""

    def describe(self) -> Description:
        """The study in words."""

    def now(self) -> datetime:
        """The present instant of the shared clock."""

    async def enrol(self, code: str, arm: str, sites: list[str], language: str) -> str:
        """Enrols a participant; the one-time token of the invitation link. Raises Refused."""

    async def speak(self, language: str) -> None:
        """From now on the study speaks to the care team in this language, `en` or `zh`."""

    async def next_event(self) -> datetime | None:
        """When something is due next; None when nothing is."""

    async def travel(self, to: datetime) -> None:
        """Moves the shared clock on to an instant, stepping through every due event. Raises Refused."""


class NoClinic:
    """A server without a study: the clock runs, nobody can be enrolled."""

    def __init__(self, now: Callable[[], datetime], bot_username: str = "") -> None:
        self._now = now
        self._bot_username = bot_username

    def describe(self) -> Description:
        """An empty study."""
        return {
            "bot_username": self._bot_username,
            "title": {"en": "Sandbox", "zh": "沙盒"},
            "arms": [],
            "sites": [],
            "zone": "UTC",
            "staff": {},
            "paths": [],
        }

    def now(self) -> datetime:
        """The injected clock."""
        return self._now()

    async def enrol(self, code: str, arm: str, sites: list[str], language: str) -> str:
        """Nobody can be enrolled."""
        raise Refused(f"There is no study here, so {code} ({arm}, {sites}, {language}) cannot be enrolled.")

    async def speak(self, language: str) -> None:
        """There is nobody to speak."""

    async def next_event(self) -> datetime | None:
        """Nothing is ever due."""
        return None

    async def travel(self, to: datetime) -> None:
        """The clock stands outside."""
        raise Refused(f"There is no study here, so the clock cannot be moved to {to.isoformat()}.")
