"""What does the care team do with a page? It takes it after a while, late, or not at all; and some forget what they took.

The rule: a nurse knows only what the phone shows: a button can be tapped that stands under a message, and no other.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from tests.nurses.course import minutes

TEAM_CHAT = -100777
HOUR = 60


@dataclass(frozen=True)
class Habits:
    """How a team answers. Shares of all pages, or of all alerts taken.

    `by_day`, `by_night`: how often one page (one message that rings) leads anybody to act. `late`: of those who do, how
    many come after an hour or more. `forgets`: how many of the alerts taken are never touched again. `keeps`: how many
    are kept in hand for days, with a call a day, before they are closed. The others are closed within hours.
    """

    by_day: float = 0.6
    by_night: float = 0.4
    late: float = 0.3
    forgets: float = 0.15
    keeps: float = 0.25
    reads_the_list: float = 0.35
    """How often an alert of a list is taken by whoever reads it."""
    sees_the_rest: float = 0.6
    """Whoever comes into the chat to take an alert sees what else stands there of the same patient; so often they take
    each of those as well. What came without a sound is noticed in no other way.
    """


NOBODY_COMES = Habits(by_day=0, by_night=0, reads_the_list=0)
MEMBERS = (("Nurse Mei", "nurse", 900001), ("Nurse Lan", "nurse", 900002), ("Doctor Wu", "doctor", 900003),
           ("Investigator Qian", "investigator", 900004))  # fmt: skip
Later = Callable[[int, Callable[[], None]], None]
"""Have something done after so many minutes."""


class CareTeam:
    """All members together: they see what is shown, and tap."""

    def __init__(
        self, seed: str, habits: Habits, later: Later, tap: Callable[[int, int, str], None], hour: Callable[[], int]
    ) -> None:  # fmt: skip
        self._seed, self._habits = seed, habits
        self._later, self._tap, self._hour = later, tap, hour
        self._shown: dict[str, frozenset[str]] = {}
        """Alert to the actions that its newest message offers."""
        self._stands: dict[tuple[int, str], dict[str, None]] = {}
        """Chat and subject code to the alerts that stand there in messages of their own without having rung."""
        self._pages: dict[str, int] = {}

    def shown(self, alert: str, actions: frozenset[str]) -> None:
        """A message or a change of one shows an alert with these buttons."""
        self._shown[alert] = actions

    def stands(self, alert: str, chat: int, code: str) -> None:
        """A message without a sound shows an alert of that patient in a chat."""
        self._stands.setdefault((chat, code), {})[alert] = None

    def paged(self, alert: str, chat: int, code: str, *, in_a_list: bool) -> None:
        """A phone has rung because of an alert; somebody may act on it."""
        count = self._pages[alert] = self._pages.get(alert, 0) + 1
        dice = random.Random(f"{self._seed}/team/{alert}/{count}")
        if in_a_list:
            if dice.random() < self._habits.reads_the_list:
                self._later(minutes(dice, 60, 5 * HOUR), self._taking(alert, chat, code, dice))
            return
        night = not 7 <= self._hour() < 22
        if dice.random() >= (self._habits.by_night if night else self._habits.by_day):
            return
        wait = minutes(dice, 150, 14 * HOUR) if dice.random() < self._habits.late else minutes(dice, 12, 50)
        self._later(wait, self._taking(alert, chat, code, dice))

    def _taking(self, alert: str, chat: int, code: str, dice: random.Random) -> Callable[[], None]:
        def take() -> None:
            if "ack" not in self._shown[alert]:
                return  # somebody was quicker
            who = (
                chat
                if chat > 0
                else dice.choice([account for _, role, account in MEMBERS if role == "nurse"])
            )
            for one in (alert, *self._besides(alert, chat, code, dice)):
                self._tap(who, chat, f"k:{one}:ack")
                self._plan(one, chat, who, dice)

        return take

    def _besides(self, alert: str, chat: int, code: str, dice: random.Random) -> list[str]:
        """What else of the patient is taken on this occasion."""
        there = self._stands.pop((chat, code), {})
        return [each for each in there if each != alert and "ack" in self._shown[each]
                and dice.random() < self._habits.sees_the_rest]  # fmt: skip

    def _plan(self, alert: str, chat: int, who: int, dice: random.Random) -> None:
        luck = dice.random()
        if luck < self._habits.forgets:
            return  # the acknowledgement lapses, and it rings again
        if luck >= self._habits.forgets + self._habits.keeps:
            self._later(minutes(dice, 90, 3.5 * HOUR), self._closing(alert, chat, who, dice))
            return
        self._later(minutes(dice, 40, 2 * HOUR), lambda: self._tap(who, chat, f"k:{alert}:called"))
        days = dice.randint(1, 4)
        for day in range(1, days):
            self._later(day * 22 * HOUR, lambda: self._tap(who, chat, f"k:{alert}:called"))
        self._later(days * 22 * HOUR, self._closing(alert, chat, who, dice))

    def _closing(self, alert: str, chat: int, who: int, dice: random.Random) -> Callable[[], None]:
        def close() -> None:
            action = dice.choices(("advice", "drug_change", "visit", "admission"), (60, 25, 12, 3))[0]
            if "close" in self._shown[alert]:
                self._tap(who, chat, f"k:{alert}:close")
                self._tap(who, chat, f"k:{alert}:c-{action}")

        return close
