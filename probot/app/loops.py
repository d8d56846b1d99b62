"""What ends a running probot? A signal, or a loop that died of something it must not survive.

The rule: whatever is under way is finished, the rest stands in the database, and the exit says which it was.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

from probot.app.desk import Exit
from probot.app.roles import works
from probot.app.stopping import STOP_WITHIN, end_within
from probot.app.world import World


def told_to_stop() -> asyncio.Event:
    """Set once SIGTERM or SIGINT has come. To be asked for before anything else: an exception of a signal handler
    may come up anywhere inside the event loop, and then its stop may wait for ever.
    """
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    return told


async def in_parallel(world: World, told: asyncio.Event, *others: Callable[[], Awaitable[None]]) -> None:
    """The world's loops and others, until told to stop or until one of them dies; what killed it is raised."""
    parts: list[Coroutine[Any, Any, object]] = [
        _receive(world),
        world.runtime.run(),
        *([world.watchman.watch(), world.roll_call.go_on()] if works(world.role) else []),
        told.wait(),
    ]
    tasks = [asyncio.ensure_future(part) for part in (*parts, *(other() for other in others))]
    code = Exit.CANNOT_START
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
        code = Exit.DONE
    finally:
        end_within(STOP_WITHIN, code)
        await _end(tasks)
        await world.close()


async def _end(tasks: Sequence[asyncio.Future[Any]]) -> None:
    """Cancel until all have ended: a library may lose a cancellation, as `wait_for` of Python 3.11 can."""
    pending = {task for task in tasks if not task.done()}
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=1)
    await asyncio.gather(*tasks, return_exceptions=True)


async def _receive(world: World) -> None:
    await world.introduce()
    await world.receive()
