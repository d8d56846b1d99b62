"""How fast may messages go out? The channel's limits, kept by ourselves so that it need not refuse.

The rule: alerts have room kept for them; a chat that asked for patience does not slow the others.

Figures: 30 a second in all, 1 a second in a chat with a short burst allowed, 20 a minute in a group (Bot API FAQ).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import takewhile

A_SECOND = timedelta(seconds=1)
A_MINUTE = timedelta(minutes=1)
FOR_URGENT = 6
"""So many of a group's messages a minute are kept for what is urgent, however much else waits."""
A_GOOD_SECOND = timedelta(seconds=1.02)
"""In such a time no more than `in_all` leave; a little over a second, as the way to the channel is not always as long."""
ONE_BY_ONE = timedelta(seconds=0.025)
"""Messages leave at least so far apart when the limit comes near: thirty at once that are late would meet the next thirty."""
AHEAD = timedelta(seconds=0.1)
"""How long before their turn messages are got ready, as claiming and addressing take their time."""
AHEAD_AT_MOST = timedelta(seconds=0.5)
"""The same where the database is slow. What changes meanwhile, such as a withdrawal, is not seen any more."""
TRY_EVERY = timedelta(seconds=5)
"""While the channel wants patience of everybody, one alert is tried this often all the same."""
LONGEST_REST = timedelta(seconds=30)
"""While nobody can be reached, it is tried at least this often."""
ONE_MORE = timedelta(seconds=1.05)
"""A private chat gains room for one message in this time; a little over a second, as clocks differ."""


def ahead_of(took: timedelta) -> timedelta:
    """How long ahead messages are got ready where that `took` so long the last time."""
    return min(AHEAD_AT_MOST, max(AHEAD, 2 * took))


@dataclass(slots=True)
class Pace:
    """What was sent lately, and who has to rest. One for each process that sends."""

    in_all: int = 30
    in_a_group: int = 20
    in_a_burst: int = 3
    """Messages that one private chat may get at once: an answer marked and the next question wait for nobody."""
    _lately: deque[datetime] = field(default_factory=deque)
    _groups: dict[str, deque[datetime]] = field(default_factory=dict)
    _bursts: dict[str, tuple[float, datetime]] = field(default_factory=dict)
    _rests: dict[str, datetime] = field(default_factory=dict)
    _saves: dict[str, datetime] = field(default_factory=dict)
    _all_rest_until: datetime | None = None
    _tried: datetime | None = None
    _down_for: timedelta = timedelta()
    _now: datetime | None = None
    _full: bool = False

    def room(self, now: datetime, ahead: timedelta = timedelta()) -> int:
        """How many messages may go out at this moment, or may be got ready because their turn comes so far `ahead`."""
        self._look_at_the_clock(now)
        self._full = False
        if self._all_rest_until is not None and now < self._all_rest_until:
            return 0
        while self._lately and now - self._lately[0] >= A_GOOD_SECOND:
            self._lately.popleft()
        room = self._turns(now, now + ahead) if ahead else self._free(now)
        self._full = room <= 0
        return max(0, room)

    def _free(self, now: datetime) -> int:
        return self.in_all - sum(now - left < A_SECOND for left in self._lately)

    def _turns(self, now: datetime, until: datetime) -> int:
        """How many would have their turn until then, one after the other."""
        left = list(self._lately)
        before = len(left)
        while len(left) - before < self.in_all and (turn := self._after(left, now)) <= until:
            left.append(turn)
        return len(left) - before

    def _after(self, left: Sequence[datetime], now: datetime) -> datetime:
        """When the next may leave: at once while half of the limit is free, then one by one."""
        turn = now
        if len(left) >= self.in_all // 2 and left[-(self.in_all // 2)] + A_GOOD_SECOND > now:
            turn = max(turn, left[-1] + ONE_BY_ONE)
        return turn if len(left) < self.in_all else max(turn, left[-self.in_all] + A_GOOD_SECOND)

    def turn(self, now: datetime) -> datetime:
        """When the next message may leave that was got ready ahead of its turn."""
        return min(self._after(self._lately, now), now + 2 * AHEAD_AT_MOST)

    def seconds_to_turn(self, now: datetime, ahead: timedelta) -> float | None:
        """How long it is worth resting before the next is got ready: at half of the time that it may be ahead."""
        left = (self._after(self._lately, now) - now - ahead / 2).total_seconds()
        return max(0.0, left) if self._full else None

    def seconds_to_room(self, now: datetime) -> float | None:
        """How long until one more may go out in all; None if there was room at the last look."""
        if not self._full or len(self._lately) < self.in_all:
            return None
        return max(0.0, (self._lately[-self.in_all] + A_SECOND - now).total_seconds())

    def room_for_alerts(self, now: datetime) -> int:
        """How many alerts may go out although nothing else may: one from time to time while everybody has to rest."""
        self._look_at_the_clock(now)
        if self._all_rest_until is None or now >= self._all_rest_until:
            return self.room(now)
        if self._tried is not None and now - self._tried < TRY_EVERY:
            return 0
        self._tried = now
        return 1

    def _look_at_the_clock(self, now: datetime) -> None:
        """A clock that was set back would make every rest last until it has caught up: nothing counts then."""
        if self._now is not None and now < self._now - A_SECOND:
            self._lately.clear()
            self._groups.clear()
            self._bursts.clear()
            self._rests.clear()
            self._saves.clear()
            self._all_rest_until = self._tried = None
        self._now = now

    def resting(self, now: datetime) -> list[str]:
        """Recipients that must be left alone at this moment."""
        self._rests = {recipient: until for recipient, until in self._rests.items() if until > now}
        for recipient in list(takewhile(lambda one: now - self._bursts[one][1] > A_MINUTE, self._bursts)):
            del self._bursts[recipient]  # it has all its room again
        return list(self._rests)

    def saving(self, now: datetime) -> list[str]:
        """Groups that have had so much within the minute that the rest of it is kept for what is urgent."""
        self._saves = {recipient: until for recipient, until in self._saves.items() if until > now}
        return list(self._saves)

    def sent(self, recipient: str, now: datetime, *, group: bool, edit: bool = False) -> None:
        """Count one message that went out. `edit`: it only changed an earlier one."""
        self._lately.append(now)
        if not group:
            if not edit:
                self._count_private(recipient, now)
            return
        recent = self._groups.setdefault(recipient, deque())
        recent.append(now)
        while recent and now - recent[0] >= A_MINUTE:
            recent.popleft()
        self.rest(recipient, now + A_SECOND if len(recent) < self.in_a_group else recent[0] + A_MINUTE)
        for_all = self.in_a_group - FOR_URGENT
        if len(recent) >= for_all:
            self._saves[recipient] = recent[-for_all] + A_MINUTE

    def arrived(self, recipient: str, now: datetime) -> None:
        """The message counted last has been answered for: the channel counts from its arrival, not from its leaving."""
        if recipient in self._bursts:
            self._left_over(recipient, self._bursts[recipient][0], now)

    def _count_private(self, recipient: str, now: datetime) -> None:
        full = float(self.in_a_burst)
        left, at = self._bursts.get(recipient, (full, now))
        self._left_over(recipient, min(full, left + (now - at) / ONE_MORE) - 1, now)

    def _left_over(self, recipient: str, left: float, now: datetime) -> None:
        self._bursts.pop(recipient, None)  # they stand in the order in which they were counted last
        self._bursts[recipient] = (left, now)
        if left < 1:
            self.rest(recipient, now + (1 - left) * ONE_MORE)

    def rest(self, recipient: str, until: datetime) -> None:
        """Leave a recipient alone until then."""
        self._rests[recipient] = max(until, self._rests.get(recipient, until))

    def rest_all(self, until: datetime) -> None:
        """The channel as a whole asked for patience."""
        self._all_rest_until = max(until, self._all_rest_until or until)

    def tried(self, now: datetime) -> None:
        """Somebody else has tried an alert although everybody rests."""
        self._tried = now

    def line_down(self, now: datetime, seconds: float) -> None:
        """Nobody can be reached: rest, twice as long each time that a try fails after the rest. Alerts are tried on."""
        self._look_at_the_clock(now)
        if self._all_rest_until is not None and now < self._all_rest_until:
            return  # it had started before the others failed
        longer = min(LONGEST_REST, self._down_for * 2)
        self._down_for = max(timedelta(seconds=seconds), longer)
        self.rest_all(now + self._down_for)

    def line_back(self) -> None:
        """Somebody was reached."""
        if self._down_for:
            self._down_for = timedelta()
            self._all_rest_until = None

    def next_free(self, now: datetime) -> datetime | None:
        """When the next rest ends, if anybody rests."""
        ends = [until for until in (*self._rests.values(), *self._saves.values()) if until > now]
        if self._all_rest_until is not None and self._all_rest_until > now:
            ends.append(self._all_rest_until)
        return min(ends, default=None)
