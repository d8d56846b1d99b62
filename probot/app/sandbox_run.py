"""How does probot run without a token? Against its own Bot API server, with phones in a browser page.

The rule: the bot is the real one and speaks HTTP; only the messenger and the clock are ours.
"""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from probot.app.build import new_invitation_token, read_clock
from probot.app.clinic import STAFF, SandboxClinic
from probot.app.clocks import MovableClock
from probot.app.desk import SANDBOX_BOT, err
from probot.app.loops import in_parallel, told_to_stop
from probot.app.sandbox_paths import SandboxPaths
from probot.app.settings import Settings, WrongSetting, host_and_port
from probot.app.world import World, build_world
from probot.sandbox.botapi import BotApi
from probot.sandbox.clinic import Refused
from probot.sandbox.limits import LimitSettings
from probot.sandbox.server import serving
from probot.sandbox.stage import set_stage
from probot.services import invite
from probot.services.invite import NotPossible
from probot.services.pace import Pace
from probot.services.receive import HEARD
from probot.store import pulses
from probot.store.engine import Store
from probot.store.files import file_of
from probot.telegram.polling import Poller

BOT = 100001
TOKEN = f"{BOT}:sandbox"  # the sandbox's own server takes any token that it was told
STAGED = "sandbox_staged"
"""The pulse that says that the sandbox's people have all been set up."""
PARTICIPANTS = (("P-001", "zh", "oral"), ("P-002", "en", "skin"))


async def run(settings: Settings, store: Store, lease: Callable[[], Awaitable[None]]) -> None:
    """Run the sandbox until a signal says stop. The page, its people and its clock go on where they were."""
    told = told_to_stop()
    host, port = host_and_port(settings.sandbox_listen)
    kept = state_file(settings.database)
    clock = MovableClock(read_clock)
    heard = store.look(pulses.last, HEARD)
    if heard is not None:
        clock.move_to(heard[0])
    limited = settings.send_limits == "telegram"
    api = BotApi(now=clock.now, limits=LimitSettings(on=limited))
    # People without a database behind them, or a database without its people, would not know each other.
    known = store.look(pulses.last, STAGED) is not None and _load(api, kept)
    api.add_bot(TOKEN, SANDBOX_BOT, first_name="probot")
    clinic = SandboxClinic(clock, new_invitation_token, SANDBOX_BOT)
    async with AsyncExitStack() as stack:
        try:
            root = await stack.enter_async_context(serving(api, clinic, host=host, port=port, keep=kept))
        except OSError as error:
            raise WrongSetting(
                f"PROBOT_SANDBOX_LISTEN: {settings.sandbox_listen} cannot be used ({error.strerror}); "
                "name another host:port"
            ) from None
        world = build_world(
            store,
            clock,
            TOKEN,
            root,
            pace=Pace() if limited else None,
            poll_seconds=20,
            beside=SandboxPaths(api),
            least=settings.least,
        )
        await clinic.open(world)
        if not known:
            await _people_the_stage(world, api, clinic)
        err.print(
            f"\n  probot's sandbox is ready. Open this page:  {root}\n  Ctrl+C stops it.\n", markup=False
        )
        await in_parallel(world, told, lease)


def state_file(url: str) -> Path:
    """Where the page's people and chats are kept: beside an SQLite file, else under data/, named like the database."""
    file = file_of(url)
    if file is not None:
        return file.with_suffix(".people.json")
    return Path("data") / f"{make_url(url).database}.people.json"


def _load(api: BotApi, kept: Path) -> bool:
    try:
        return api.load(kept)
    except ValueError:
        raise WrongSetting(
            f"{kept} cannot be read. Move it away, and the sandbox begins with new people."
        ) from None


async def _people_the_stage(world: World, api: BotApi, clinic: SandboxClinic) -> None:
    """Two patients with an open invitation each; staff who have taken theirs up; their group, tied to the study."""
    cast = set_stage(api, staff=tuple(name for name, _ in STAFF))
    act = world.runtime.office.act
    roles = await act(lambda turn: turn.study.roles, "sandbox")
    for person, (name, role) in zip(cast.staff, STAFF, strict=True):
        if role in roles:
            token = new_invitation_token()
            await act(invite.invite_staff, f"sandbox:{name}", token, name, role, "en")
            api.people.start_link(person, token)
    for person, (code, language, site) in zip((cast.patient_zh, cast.patient_en), PARTICIPANTS, strict=True):
        api.people.receive_link(person, await _link(world, clinic, code, language, site))
    token = new_invitation_token()
    await act(invite.invite_team, "sandbox:team", token, "en")
    await _taken_up(world)
    api.people.startgroup(cast.staff[0], cast.care_team, token)
    await world.runtime.office.look(pulses.beat, STAGED, world.clock.now())


async def _link(world: World, clinic: SandboxClinic, code: str, language: str, site: str) -> str:
    """The token of a link; a new one for somebody whom the database knows from an earlier sandbox."""
    arms = [option["key"] for option in clinic.describe()["arms"]]
    try:
        return await clinic.enrol(code, arms[-1] if arms else "", [site], language)
    except Refused:
        token = new_invitation_token()
        with contextlib.suppress(NotPossible):
            await world.runtime.office.act(
                invite.enrol, f"sandbox:again:{code}", token, code, attributes={}, anchors={}, again=True
            )
        return token


async def _taken_up(world: World) -> None:
    """Let the staff's own invitations be handled before one of them ties the group."""

    async def keep(updates: list[dict[str, Any]]) -> None:
        await world.runtime.keep(BOT, updates)

    await world.introduce()
    at_once = Poller(world.bot, keep, world.clock, poll_seconds=0)
    await world.runtime.settle(receive=at_once.turn)
