"""How is probot started? `probot run`: against Telegram or in the sandbox, in one process or one of several.

The rule: it starts only on a database that keeps what it confirms, in a part that is free, and with a study in force.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys
from contextlib import AsyncExitStack
from typing import Annotated

import typer
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from probot.app import copies, logs, rubbish, sandbox_run
from probot.app.build import new_claim_token, new_process_name, read_steadily
from probot.app.crew import Crew
from probot.app.desk import (
    Exit,
    err,
    load_or_stop,
    open_office,
    settings_or_stop,
    show_problems,
    stop,
    warn,
    warn_of_little,
)
from probot.app.front_door import front_door
from probot.app.lease import HeldElsewhere
from probot.app.loops import in_parallel, told_to_stop
from probot.app.office import Office
from probot.app.roles import Role, receives, why_not
from probot.app.settings import WEBHOOK_LISTEN, Settings, WrongSetting
from probot.app.world import TokenRejected, World, build_world
from probot.outside.channel import OutsideChannel
from probot.services import outside, quarantine
from probot.services.pace import Pace
from probot.services.publish import publish
from probot.services.watch import status
from probot.store import studies
from probot.study.load import load

log = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
"""How soon a database that was held back goes on once it is let."""
HELD_BACK = """
THIS DATABASE IS HELD BACK: {why}.
What happened after {last} is not in it. Nothing is received and nothing is sent, no alert either.
  probot release      tells what to check, and lets it go on
"""
PUTS_IN_FORCE = 7_026_210_302
"""The number of PostgreSQL's advisory lock under which the first version is put in force."""
NEXT = """
Nobody is here yet. In another terminal, with the same settings:
  probot staff invite "Mei" --role nurse     a link for each member of staff
  probot team bind                           then the care team's group chat
  probot enrol P-001 …                       then the first participant
"""


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command(rich_help_panel="Start")(run)


def run(
    role: Annotated[
        Role,
        typer.Option(
            help="all: everything. On PostgreSQL also receive (one of several receives, the others stand by) "
            "and work (handle and send; as many as you like).",
        ),
    ] = "all",
) -> None:
    """Start probot: against Telegram if PROBOT_TELEGRAM_TOKEN is set, else as a sandbox in the browser.

    It runs until Ctrl+C or SIGTERM, finishes what is under way, and goes on where it was at the next start.
    """
    with contextlib.suppress(KeyboardInterrupt):
        signal.signal(
            signal.SIGTERM, signal.default_int_handler
        )  # until the loops have their own ears for it
        _run_until_stopped(role)
    err.print("probot has stopped; everything is kept.", markup=False)


def _run_until_stopped(role: Role) -> None:
    settings = settings_or_stop()
    logs.set_up(settings.log_level, as_json=not sys.stderr.isatty(), secrets=settings.secrets)
    _play_or_stop(settings, role)
    with open_office(settings) as office:
        office.store.assert_durable()
        crew = Crew(
            office, role, new_process_name(), stands_by=role == "receive" and settings.webhook is None
        )
        try:
            crew.join(_say_who_is_waited_for)
            with office.store.one_at_a_time(PUTS_IN_FORCE):
                if not settings.in_sandbox:
                    copies.look(office, new_claim_token)
                put_in_force(settings, office)
            asyncio.run(
                _sandbox(settings, office, crew) if settings.in_sandbox else _run(settings, office, crew)
            )
        except (WrongSetting, TokenRejected) as error:
            stop(str(error), Exit.CANNOT_START)
        except HeldElsewhere as error:
            stop(f"Another probot runs on this database: {error}. Stop it first.", Exit.CANNOT_START)
        finally:
            with contextlib.suppress(DBAPIError):
                crew.leave()


def _play_or_stop(settings: Settings, role: Role) -> None:
    sqlite = settings.database.startswith("sqlite")
    if because := why_not(role, sqlite=sqlite, sandbox=settings.in_sandbox):
        stop(because, Exit.CANNOT_START)


def _say_who_is_waited_for(holder: str) -> None:
    err.print(
        f"Another probot was running on this database a moment ago: {holder}. "
        "Looking for up to a minute whether it still does …",
        markup=False,
    )


def put_in_force(settings: Settings, office: Office) -> None:
    """Make sure that a study is in force: the sandbox takes what is in the folder, else what is in force stays."""
    current = office.store.look(studies.in_force)
    if current is None:
        study = load_or_stop(settings)
        office.act_now(publish, f"run:{study.hash}", study)
        return
    loaded = load(settings.study_folder)
    if loaded.study is None:
        show_problems(loaded.problems)
        warn(
            f"The study in {settings.study_folder} has errors; version {current[:12]}, which is in force, goes on."
        )
    elif loaded.study.hash != current and settings.in_sandbox:
        office.act_now(publish, f"run:{loaded.study.hash}", loaded.study)
    elif loaded.study.hash != current:
        warn(
            f"The study in {settings.study_folder} differs from version {current[:12]}, which is in force. "
            "To put it in force: probot publish"
        )


async def _sandbox(settings: Settings, office: Office, crew: Crew) -> None:
    await sandbox_run.run(settings, office.store, crew.keep)


async def _run(settings: Settings, office: Office, crew: Crew) -> None:
    told = told_to_stop()
    if not await _may_go_on(office, crew, told):
        return
    token = settings.telegram_token
    assert token is not None
    world = build_world(
        office.store, office.clock, token.get_secret_value(), settings.telegram_api, webhook=settings.webhook,
        pace=Pace() if settings.send_limits == "telegram" else None, beside=OutsideChannel(settings.addresses),
        role=crew.role, process=crew.name, lease=crew.receiving, least=settings.least,
        passed=read_steadily,
    )  # fmt: skip
    crew.freed = world.runtime.look_at_everything
    world.runtime.worker.workers = crew.workers
    await until_stopped(world, crew, settings, told)


async def _may_go_on(office: Office, crew: Crew, told: asyncio.Event) -> bool:
    """Wait until this database is not held back (any more). False: told to stop before that."""
    held = await office.look(quarantine.standing)
    if held is None:
        return True
    err.print(HELD_BACK.format(why=held.why, last=held.last), markup=False)
    log.error("held back: nothing is received or sent", extra={"why": held.why})
    keeping = asyncio.create_task(crew.keep())
    try:
        while not told.is_set() and not keeping.done():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await told.wait()
            with contextlib.suppress(SQLAlchemyError):
                if await office.look(quarantine.standing) is None:
                    return True
        if keeping.done():
            keeping.result()  # it only ends by what it raises
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
    return False


async def until_stopped(world: World, crew: Crew, settings: Settings, told: asyncio.Event) -> None:
    """Run everything until a signal says stop; then finish what is under way."""
    takes_in = receives(crew.role)
    listen = settings.listen or (WEBHOOK_LISTEN if settings.webhook and takes_in else "")
    async with AsyncExitStack() as stack:
        if listen:
            await stack.enter_async_context(front_door(world, listen))
        how = f"webhook {settings.webhook_url}" if settings.webhook else "long polling"
        parts = {"all": how, "receive": f"only receives, {how}", "work": "only works"}
        doors = f", http://{listen}/health" if listen else ""
        database = "SQLite" if world.runtime.office.store.is_sqlite else "PostgreSQL"
        err.print(f"probot runs ({parts[crew.role]}, {database}{doors}). Ctrl+C stops it.", markup=False)
        office = world.runtime.office
        await office.look(outside.lead_to, world.clock.now(), world.beside.addresses.known())
        found = await office.read(status, world.clock.now(), office.studies, world.room())
        for fact in found.paths:
            if fact.by in {"mail", "webhook"} and fact.fault:
                warn(f"The path {fact.name} of the study does not work: {fact.fault}")
        if not found.staff and not found.participants:
            err.print(NEXT, markup=False)
        elif not found.ready:
            err.print(
                "probot is not ready: some alerts would reach nobody. `probot status` tells which.",
                markup=False,
            )
        warn_of_little(found.room)
        for missing in found.missing:
            warn(f"{missing[0].upper()}{missing[1:]}.")
        rubbish.look_less_often()
        await in_parallel(world, told, crew.keep)
