"""How is probot started? `probot run`: everything in one process, against Telegram or in the sandbox.

The rule: it starts only on a database that keeps what it confirms, alone on SQLite, and with a study in force.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from contextlib import AsyncExitStack
from datetime import timedelta

import typer
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from probot.app import logs, sandbox_run
from probot.app.build import new_claim_token, system_clock
from probot.app.desk import Exit, err, load_or_stop, open_office, settings_or_stop, show_problems, stop
from probot.app.loops import in_parallel
from probot.app.office import Office
from probot.app.settings import Settings, WrongSetting, host_and_port
from probot.app.world import World, build_world
from probot.services.pace import Pace
from probot.services.publish import publish
from probot.services.watch import status
from probot.store import pulses, studies
from probot.study.load import load

LEASE = timedelta(seconds=60)
RENEW_SECONDS = 15


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command(rich_help_panel="Start")(run)


def run() -> None:
    """Start probot: with PROBOT_TELEGRAM_TOKEN against Telegram, without it as a sandbox in the browser."""
    settings = settings_or_stop()
    logs.set_up(settings.log_level, as_json=not sys.stderr.isatty())
    with open_office(settings) as office:
        office.store.assert_durable()
        lease = Lease(office)
        lease.take_or_stop()
        try:
            if settings.in_sandbox:
                asyncio.run(sandbox_run.run(settings, office.store, lease.keep))
            else:
                asyncio.run(_run(settings, office, lease))
        except WrongSetting as error:
            stop(str(error), Exit.NOT_CONFIGURED)
        except KeyboardInterrupt:
            pass
        finally:
            lease.drop()


class Lease:
    """On SQLite one running probot owns the database; a second one would send everything twice."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._token = new_claim_token()
        self._holder = f"process {os.getpid()} on {socket.gethostname()}"

    def take_or_stop(self) -> None:
        """Take the lease, or end with a plain message."""
        held_by = self._take()
        if held_by is not None:
            stop(
                f"Another probot is running on this database ({held_by}).\n"
                f"Stop it first; after a crash wait {int(LEASE.total_seconds())} seconds and try again.",
                Exit.NOT_CONFIGURED,
            )

    def _take(self) -> str | None:
        now = self._office.clock.now()
        return self._office.store.transact(pulses.take_lease, "run", self._holder, self._token, now, LEASE)

    async def keep(self) -> None:
        """Renew it for as long as probot runs."""
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            await asyncio.to_thread(self._take)

    def drop(self) -> None:
        """Give it back."""
        self._office.store.transact(pulses.drop_lease, "run", self._token)


def put_in_force(settings: Settings, office: Office, *, newest: bool) -> None:
    """Make sure that a study is in force. `newest`: the one in the folder, else the one that is in force stays."""
    current = office.store.transact(studies.in_force)
    if current is None or newest:
        study = load_or_stop(settings)
        office.act_now(publish, f"run:{study.hash}", study)
        return
    loaded = load(settings.study_folder)
    if loaded.study is None:
        show_problems(loaded.problems)
        err.print(
            f"The study in {settings.study_folder} has errors; version {current[:12]}, which is in force, goes on.",
            markup=False,
        )
    elif loaded.study.hash != current:
        err.print(
            f"The study in {settings.study_folder} differs from version {current[:12]}, which is in force. "
            "To put it in force: probot publish",
            markup=False,
        )


async def _run(settings: Settings, office: Office, lease: Lease) -> None:
    put_in_force(settings, office, newest=False)
    token, secret = settings.telegram_token, settings.webhook_secret
    assert token is not None
    webhook = None
    if settings.webhook_url and secret is not None:
        webhook = (settings.webhook_url, secret.get_secret_value())
    try:
        world = build_world(
            office.store,
            system_clock(),
            token.get_secret_value(),
            settings.telegram_api,
            webhook=webhook,
            pace=Pace() if settings.send_limits == "telegram" else None,
        )
    except ValueError as error:
        raise WrongSetting(
            f"PROBOT_TELEGRAM_TOKEN, PROBOT_TELEGRAM_API or PROBOT_WEBHOOK_*: {error}"
        ) from None
    where = f"webhook {settings.webhook_url}" if webhook else "long polling"
    err.print(
        f"probot runs ({where}, {office.store.url.split(':', 1)[0]}). Stop it with Ctrl+C.", markup=False
    )
    await until_stopped(world, lease, settings)


async def until_stopped(world: World, lease: Lease, settings: Settings) -> None:
    """Run everything until a signal says stop; then finish what is under way."""
    async with AsyncExitStack() as stack:
        if settings.listen or world.webhook is not None:
            await stack.enter_async_context(_front_door(world, settings.listen or "0.0.0.0:8080"))
        await in_parallel(world, lease.keep)


def _front_door(world: World, listen: str) -> Server:
    host, port = host_and_port(listen, "PROBOT_LISTEN")

    async def health(_: Request) -> JSONResponse:
        found = await world.runtime.office.look(status, world.clock.now())
        body = {"well": found.well, "problems": list(found.problems)}
        return JSONResponse(body, status_code=200 if found.well else 503)

    return Server(Starlette(routes=[Route("/health", health), *world.routes()]), host, port)


class Server:
    """A small HTTP server in our own loop."""

    def __init__(self, app: Starlette, host: str, port: int) -> None:
        config = uvicorn.Config(
            app, host=host, port=port, log_config=None, access_log=False, server_header=False
        )
        self._server = uvicorn.Server(config)
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> None:
        self._task = asyncio.create_task(self._server.serve())

    async def __aexit__(self, *_: object) -> None:
        self._server.should_exit = True
        if self._task is not None:
            await self._task
