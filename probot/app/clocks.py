"""What time is it? The machine's clock, or one that can be moved forward for the sandbox.

The rule: this is the one place (with `build`) where the present is read; time never goes back.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta


class SystemClock:
    """The machine's clock. `read` gives the present instant, aware, UTC."""

    def __init__(self, read: Callable[[], datetime]) -> None:
        self._read = read

    def now(self) -> datetime:
        """The present instant."""
        return self._read()


class MovableClock:
    """The machine's clock, ahead by as much as it was moved. It runs on between moves."""

    def __init__(self, read: Callable[[], datetime], ahead: timedelta = timedelta()) -> None:
        self._read = read
        self.ahead = ahead

    def now(self) -> datetime:
        """The present instant of the sandbox."""
        return self._read() + self.ahead

    def move_to(self, moment: datetime) -> None:
        """Go forward to `moment`; an earlier one changes nothing."""
        self.ahead += max(timedelta(), moment - self.now())
