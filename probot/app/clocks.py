"""What time is it? The machine's clock, the database's, or one that can be moved forward for the sandbox.

The rule: this is the one place (with `build`) where the present is read; time never goes back.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, func, select

SURE_SECONDS = 0.5
"""An answer that took longer than this may be wrong by too much."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class SystemClock:
    """The machine's clock. `read` gives the present instant, aware, UTC."""

    def __init__(self, read: Callable[[], datetime]) -> None:
        self._read = read

    def now(self) -> datetime:
        """The present instant."""
        return self._read()


class DatabaseClock:
    """The database's clock, so that processes on several machines agree on it, whatever their own clocks say.

    `passed` gives seconds that only ever grow; between two looks the time goes on by them.
    """

    def __init__(self, passed: Callable[[], float]) -> None:
        self._passed = passed
        self._ahead = timedelta()
        self._latest: datetime | None = None

    def look(self, connection: Connection) -> None:
        """Ask the database. An answer that took long says little, and is taken only if there was none before."""
        before = self._passed()
        told = connection.execute(select(func.clock_timestamp())).scalar_one().astimezone(UTC)
        after = self._passed()
        if after - before <= SURE_SECONDS or self._latest is None:
            self._ahead = told - _EPOCH - timedelta(seconds=(before + after) / 2)
            self._latest = self._latest or told

    def now(self) -> datetime:
        """The present instant of the database. Small corrections do not make it go back."""
        now = _EPOCH + timedelta(seconds=self._passed()) + self._ahead
        if self._latest is not None and timedelta() < self._latest - now < timedelta(seconds=1):
            return self._latest
        self._latest = now
        return now


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
