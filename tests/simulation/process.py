"""What is one probot process here? The real objects on one database, until a crash takes them away.

The rule: loops are turned by hand, as the runtime's own `settle` does, but sendings and the receiver run beside
them; whatever would end the real process ends this one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from probot.app.world import World, build_world
from probot.sandbox.botapi import BotApi
from probot.sandbox.inprocess import ROOT
from probot.services.pace import Pace
from tests.simulation.faults import Crashed, Trouble, UnsteadyLine, UnsteadyStore
from tests.simulation.virtual_time import VirtualLoop, WallClock

TOKEN = "100001:simulated-token"  # made up
BOT = 100001
ROUNDS = 12
"""How often the loops turn at one moment; whatever is due is done long before."""


def hush() -> int:
    """Keep the product's own log out of the way: its faults are ours. The level it had before."""
    logger = logging.getLogger("probot")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    return before


class Process:
    """One life of the product."""

    def __init__(
        self,
        url: str,
        api: BotApi,
        clock: WallClock,
        loop: VirtualLoop,
        trouble: Trouble,
        bell: Callable[[], None],
    ) -> None:
        trouble.reborn()
        trouble.note("start")
        self._api = api
        self._clock = clock
        self._trouble = trouble
        self._bell = bell
        self._store = UnsteadyStore(url, trouble, loop)
        line = UnsteadyLine(api, trouble, loop)
        self.world: World = build_world(
            self._store, clock, TOKEN, ROOT, request=line, poll_seconds=0, pause=asyncio.sleep, pace=Pace()
        )
        for part in (self.world.runtime.worker, self.world.runtime.sender, self.world.runtime.ticker):
            part._token = trouble.token  # the same seed, the same tokens
        self._tasks: set[asyncio.Task[None]] = set()
        self._wanted = asyncio.Event()
        self._off = api.on_change(self._something_waits)
        self.introduced = False
        self.causes: list[str] = []
        """What the process died of, beside the crashes that were planned."""
        trouble.died.add_done_callback(lambda _: bell())
        self._start(self._introduce())
        self._start(self._receive())

    @property
    def dead(self) -> bool:
        """Whether it is gone."""
        return self._trouble.dead

    def _start(self, work: object) -> None:
        task: asyncio.Task[None] = asyncio.ensure_future(work)  # type: ignore[arg-type]
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if (
            not task.cancelled()
            and (error := task.exception()) is not None
            and not isinstance(error, Crashed)
        ):
            self._die_of(error)
        self._bell()

    def _die_of(self, error: BaseException) -> None:
        if not self._trouble.dead:
            if not isinstance(error, SQLAlchemyError):
                self.causes.append(f"{type(error).__name__}: {error}")
            self._trouble.note("crash", f"died of {type(error).__name__}")
            self._trouble.died.set_result(None)

    # -------------------------------------------------------------------- receiving

    async def _introduce(self) -> None:
        await self.world.introduce()
        self.introduced = True

    def _something_waits(self) -> None:
        if self._api.state.bots[BOT].queue:
            self._wanted.set()

    async def _receive(self) -> None:
        poller = self.world.poller
        assert poller is not None
        while True:
            await poller.turn()
            self._bell()
            if poller.reception.state == "listening" and not self._api.state.bots[BOT].queue:
                self._wanted.clear()
                await self._wanted.wait()

    def hears(self) -> bool:
        """Whether Telegram can be heard at this moment."""
        poller = self.world.poller
        return (
            poller is not None
            and not self.dead
            and not self._trouble.offline
            and poller.reception.state == "listening"
        )

    def heard_now(self) -> None:
        """Nothing came and nothing was wrong: an empty poll was answered just now."""
        poller = self.world.poller
        assert poller is not None
        poller.heard = self._clock.now()

    # -------------------------------------------------------------------- working

    async def turn(self, due: Callable[[], tuple[bool, bool, bool]], *, tick: bool) -> int:
        """Do all that is due at this moment; how much it was, or -1 if the database failed."""
        runtime, total = self.world.runtime, 0
        for _ in range(ROUNDS):
            if self.dead:
                break
            to_handle, to_tick, to_send = due()
            done = 0
            for part, wanted in (
                (runtime.work, to_handle), (runtime.tick, to_tick or tick), (runtime.send, to_send)
            ):  # fmt: skip
                try:
                    done += await part() if wanted else 0
                except SQLAlchemyError:
                    return -1  # the loops wait a second and look again
                except Crashed:
                    return -1
                except Exception as error:  # noqa: BLE001 -- this would end the real process as well
                    self._die_of(error)
                    return -1
            self._watch_sendings()
            tick = False
            if not done:
                return total
            total += done
        return 0  # work that never ends is no progress: the real loops turn once a second

    def _watch_sendings(self) -> None:
        for task in (*self._sendings(), *self.world.runtime.worker._taps):
            if task not in self._tasks:
                self._tasks.add(task)
                task.add_done_callback(self._sending_ended)

    def _sendings(self) -> set[asyncio.Task[None]]:
        return self.world.runtime.sender._under_way

    def _sending_ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None and not self.dead:
            if isinstance(error, SQLAlchemyError):
                self._trouble.note("sending not noted", type(error).__name__)
            elif not isinstance(error, Crashed):
                self._die_of(error)
        self._bell()

    @property
    def busy(self) -> bool:
        """Whether sendings are under way."""
        return bool(self._sendings())

    async def bury(self) -> None:
        """Take everything away; the database stays."""
        self._off()
        tasks = [*self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._store.close()

    async def stop(self) -> None:
        """Let what is under way end, then take everything away."""
        if self.busy and not self.dead:
            await asyncio.wait(self._sendings())
        await self.bury()
