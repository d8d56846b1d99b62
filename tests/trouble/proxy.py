"""How can nobody know whether a commit happened? Somebody on the way cuts the line at the wrong moment.

Rule: it stands between probot and a real PostgreSQL and passes every byte on, except where it cuts: before a COMMIT
reaches the server, or after the server has done it and before the answer is back.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Literal

COMMIT = b"COMMIT\0"
Cut = Literal["before", "after"]


@dataclass
class Line:
    """What the proxy does. `share`: of the commits that are cut; `cuts`: how many were."""

    where: Cut
    dice: random.Random
    share: float = 0.0
    cuts: int = 0

    def cut_now(self) -> bool:
        """Whether this commit is one of them."""
        cut = self.dice.random() < self.share
        self.cuts += cut
        return cut


@asynccontextmanager
async def proxied(socket: str, line: Line) -> AsyncIterator[int]:
    """A port that leads to the server behind a unix socket."""
    open_ones: set[asyncio.StreamWriter] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up, down = await asyncio.open_unix_connection(socket)
        open_ones.update((writer, down))
        answers = asyncio.create_task(_answers(up, writer, line))
        try:
            await _questions(reader, down, line)
        finally:
            answers.cancel()
            for one in (writer, down):
                open_ones.discard(one)
                one.transport.abort()
            await asyncio.gather(answers, return_exceptions=True)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for one in tuple(open_ones):
            one.transport.abort()


async def _questions(reader: asyncio.StreamReader, down: asyncio.StreamWriter, line: Line) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            if line.where == "before" and data.endswith(COMMIT) and line.cut_now():
                return
            down.write(data)
            await down.drain()


async def _answers(up: asyncio.StreamReader, writer: asyncio.StreamWriter, line: Line) -> None:
    with suppress(OSError):
        while data := await up.read(65536):
            if line.where == "after" and COMMIT in data and line.cut_now():
                writer.transport.abort()
                return
            writer.write(data)
            await writer.drain()
        writer.transport.abort()
