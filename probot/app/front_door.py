"""What can be reached from outside? Is it alive, is it ready, its metrics, and the address that Telegram calls.

The rule: it listens before probot says that it runs, leaves signals to whoever started it, and tells a stranger
nothing but whether all is well, and numbers.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy import Connection, literal, select
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from probot.app.metrics import exposition
from probot.app.settings import WrongSetting, host_and_port
from probot.app.world import World
from probot.services.watch import Status, status

LOOK_SECONDS = 5.0
"""How long a database may take to tell how things stand, before that is the answer."""


def front_door(world: World, listen: str) -> FrontDoor:
    """The door of a running probot. Raises `WrongSetting` where that address cannot be listened on."""

    async def health(_: Request) -> JSONResponse:
        well = await _all_is_well(world)
        return JSONResponse({"well": well}, status_code=200 if well else 503)

    async def ready(_: Request) -> JSONResponse:
        found = await _looked(world)
        said = found is not None and found.ready
        return JSONResponse({"ready": said}, status_code=200 if said else 503)

    async def metrics(_: Request) -> Response:
        found = await _looked(world)
        well = found is not None and found.well and not world.at_a_loss()
        return Response(exposition(found, world, well=well), media_type=CONTENT_TYPE_LATEST)

    routes = [
        Route("/health", health), Route("/ready", ready), Route("/metrics", metrics), *world.routes()
    ]  # fmt: skip
    return FrontDoor(Starlette(routes=routes), listen)


async def _all_is_well(world: World) -> bool:
    """Whoever cannot find out does not say yes."""
    found = await _looked(world)
    return found is not None and found.well and not world.at_a_loss()


async def _looked(world: World) -> Status | None:
    """How things stand; None where that cannot be found out."""
    office = world.runtime.office
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            await office.look(_begins)
            return await office.read(status, world.clock.now(), office.studies, world.room())
    except (SQLAlchemyError, TimeoutError):
        return None


def _begins(connection: Connection) -> None:
    """Whether anything can be begun to be written, which a look that only reads would not tell; it takes no time."""
    connection.execute(select(literal(1)))


class FrontDoor:
    """A small HTTP server in our own loop, open while its block runs."""

    def __init__(self, app: Starlette, listen: str) -> None:
        self._listener = _bound(listen)
        config = uvicorn.Config(
            app, log_config=None, access_log=False, server_header=False, lifespan="off", ws="none",
            timeout_graceful_shutdown=5,
        )  # fmt: skip
        self._server = _Server(config)
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> None:
        """Answer from now on."""
        self._task = asyncio.create_task(self._server.serve(sockets=[self._listener]))
        await self._server.up.wait()

    async def __aexit__(self, *_: object) -> None:
        """Answer what was asked, and close."""
        self._server.should_exit = True
        if self._task is not None:
            await self._task
        self._listener.close()


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening."""
        await super().startup(sockets)
        self.up.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def _bound(listen: str) -> socket.socket:
    host, port = host_and_port(listen)
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise WrongSetting(f"PROBOT_LISTEN: {listen} cannot be listened on ({error.strerror})") from None
    return listener
