"""How do many days pass in seconds, the same way each time? A loop whose clock jumps to the next thing that waits.

The rule: there is one clock, the loop's own; what a thread would do is done at once, in the order of asking.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any


class NothingWaits(Exception):
    """Nobody sleeps and nobody runs: without this the simulation would stand still for ever."""


class _Jump(selectors.DefaultSelector):  # type: ignore[misc, valid-type]
    """Looks at sockets without waiting, and moves the clock by what the loop wanted to wait."""

    loop: VirtualLoop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready: list[tuple[selectors.SelectorKey, int]] = super().select(0)
        if not ready:
            if timeout is None:
                raise NothingWaits
            self.loop.advance(max(0.0, timeout))
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop that never waits and has no threads."""

    def __init__(self) -> None:
        self._seconds = 0.0
        selector = _Jump()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        """Seconds since the simulation began."""
        return self._seconds

    def advance(self, seconds: float) -> None:
        """Let time pass while something is being done that takes time."""
        self._seconds += seconds

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:  # type: ignore[override]  # noqa: ARG002
        """Do it here and now."""
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except BaseException as error:  # noqa: BLE001 -- as a thread's future does
            future.set_exception(error)
        return future


class VirtualClock:
    """The loop's time as an instant, to the millisecond."""

    def __init__(self, loop: VirtualLoop, start: datetime) -> None:
        self._loop = loop
        self.start = start

    def now(self) -> datetime:
        """The present instant, UTC."""
        return self.start + timedelta(milliseconds=round(self._loop.time() * 1000))

    async def sleep_until(self, moment: datetime) -> None:
        """Let time pass up to that instant."""
        await asyncio.sleep(max(0.0, (moment - self.now()).total_seconds()))


class WallClock:
    """The clock on the wall of the machine that runs the product: the true time, unless somebody sets it wrongly."""

    def __init__(self, true: VirtualClock) -> None:
        self._true = true
        self.wrong_by = timedelta(0)

    def now(self) -> datetime:
        """What it shows, UTC."""
        return self._true.now() + self.wrong_by


def play(story: Callable[[VirtualLoop], Any]) -> Any:
    """Run `await story(loop)` in virtual time."""
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(story(loop))
    finally:
        loop.close()
