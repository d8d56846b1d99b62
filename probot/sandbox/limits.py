"""How fast may a bot send? Telegram's limits: 30 a second overall, 1 a second in a private chat, 20 a minute in a group.

The rule: the limits run on the injected clock, and a refused message costs nothing.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class LimitSettings:
    """The limits in force. `private_burst` messages may leave at once, then one each second."""

    on: bool = True
    overall_per_second: int = 30
    private_burst: int = 3
    private_per_second: float = 1.0
    group_per_minute: int = 20


@dataclass(slots=True)
class Limits:
    """What was sent lately, by bot and by chat."""

    settings: LimitSettings = field(default_factory=LimitSettings)
    _overall: dict[int, deque[float]] = field(default_factory=dict)
    _groups: dict[tuple[int, int], deque[float]] = field(default_factory=dict)
    _private: dict[tuple[int, int], tuple[float, float]] = field(default_factory=dict)

    def wait(self, bot: int, chat: int, *, sends: bool, now: float) -> int:
        """Seconds until a call would be allowed; 0 for at once. Counts nothing.

        `sends` tells a new message from an edit; `chat` is negative for groups; `now` in Unix seconds.
        """
        if not self.settings.on:
            return 0
        waits = [
            _window_wait(self._overall.setdefault(bot, deque()), self.settings.overall_per_second, 1.0, now)
        ]
        if chat < 0:
            window = self._groups.setdefault((bot, chat), deque())
            waits.append(_window_wait(window, self.settings.group_per_minute, 60.0, now))
        elif sends:
            waits.append(max(0.0, 1 - self._tokens(bot, chat, now)) / self.settings.private_per_second)
        return math.ceil(max(waits))

    def note(self, bot: int, chat: int, *, sends: bool, now: float) -> None:
        """Counts a call that went through."""
        if not self.settings.on:
            return
        self._overall.setdefault(bot, deque()).append(now)
        if chat < 0:
            self._groups.setdefault((bot, chat), deque()).append(now)
        elif sends:
            self._private[bot, chat] = (self._tokens(bot, chat, now) - 1, now)

    def _tokens(self, bot: int, chat: int, now: float) -> float:
        tokens, at = self._private.get((bot, chat), (float(self.settings.private_burst), now))
        gained = max(0.0, now - at) * self.settings.private_per_second
        return min(float(self.settings.private_burst), tokens + gained)


def _window_wait(sent: deque[float], most: int, seconds: float, now: float) -> float:
    """Seconds until fewer than `most` lie within the last `seconds`. Forgets older ones, and ones after a clock set back."""
    while sent and (sent[0] <= now - seconds or sent[0] > now):
        sent.popleft()
    return 0.0 if len(sent) < most else sent[0] + seconds - now
