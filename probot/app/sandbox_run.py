"""How does probot run without a token? Against its own Bot API server, with phones in a browser page.

The rule: the bot is the real one and speaks HTTP; only the messenger and the clock are ours.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from sqlalchemy import make_url

from probot.app.build import new_invitation_token, read_clock
from probot.app.clinic import SandboxClinic
from probot.app.clocks import MovableClock
from probot.app.desk import SANDBOX_BOT, err, load_or_stop
from probot.app.loops import in_parallel
from probot.app.settings import Settings, WrongSetting, host_and_port
from probot.app.world import World, build_world
from probot.sandbox.botapi import BotApi
from probot.sandbox.server import serving
from probot.sandbox.stage import set_stage
from probot.services import invite
from probot.services.pace import Pace
from probot.services.publish import publish
from probot.services.receive import HEARD
from probot.store import pulses
from probot.store.engine import Store
from probot.study.model import Study

TOKEN = "100001:sandbox"  # noqa: S105 -- the sandbox's own server takes any token that it was told
STAFF = (("Mei", "nurse"), ("Tom", "doctor"), ("Dr. Zhou", "investigator"))
PARTICIPANTS = (("P-001", "zh", "oral"), ("P-002", "en", "skin"))


async def run(settings: Settings, store: Store, lease: Callable[[], Awaitable[None]]) -> None:
    """Run the sandbox until a signal says stop. The page, its people and its clock go on where they were."""
    study = load_or_stop(settings)
    host, port = host_and_port(settings.sandbox_listen, "PROBOT_SANDBOX_LISTEN")
    kept = _state_file(settings)
    clock = MovableClock(read_clock)
    heard = store.transact(pulses.last, HEARD)
    if heard is not None:
        clock.move_to(heard[0])
    api = BotApi(now=clock.now)
    known = kept is not None and api.load(kept)
    api.add_bot(TOKEN, SANDBOX_BOT, first_name="probot")
    clinic = SandboxClinic(clock, new_invitation_token, SANDBOX_BOT)
    try:
        async with serving(api, clinic, host=host, port=port, keep=kept) as root:
            world = build_world(store, clock, TOKEN, root, pace=Pace(), poll_seconds=20)
            await world.runtime.office.act(publish, f"run:{study.hash}", study)
            await clinic.open(world)
            if not known:
                await _people_the_stage(world, api, study, clock)
            err.print(f"\n  probot's sandbox is ready. Open this page:  {root}\n", markup=False)
            await in_parallel(world, lease)
    except OSError as error:
        raise WrongSetting(
            f"PROBOT_SANDBOX_LISTEN: {settings.sandbox_listen} cannot be used ({error.strerror}); "
            "name another host:port"
        ) from None


def _state_file(settings: Settings) -> Path | None:
    url = make_url(settings.database)
    if url.get_backend_name() != "sqlite" or not url.database:
        return None
    return Path(url.database).with_suffix(".people.json")


async def _people_the_stage(world: World, api: BotApi, study: Study, clock: MovableClock) -> None:
    """Two patients with an open invitation each; staff who have taken theirs up; their group, tied to the study."""
    cast = set_stage(api, staff=tuple(name for name, _ in STAFF))
    act = world.runtime.office.act
    for person, (name, role) in zip(cast.staff, STAFF, strict=True):
        if role in study.roles:
            token = new_invitation_token()
            await act(invite.invite_staff, f"sandbox:{name}", token, name, role, "en")
            api.people.start_link(person, token)
    clinic = SandboxClinic(clock, new_invitation_token, SANDBOX_BOT)
    await clinic.open(world)
    for person, (code, language, site) in zip((cast.patient_zh, cast.patient_en), PARTICIPANTS, strict=True):
        arms = [option["key"] for option in clinic.describe()["arms"]]
        token = await clinic.enrol(code, arms[-1] if arms else "", [site], language)
        api.people.receive_link(person, token)
    token = new_invitation_token()
    await act(invite.invite_team, "sandbox:team", token, "en")
    await _taken_up(world)
    api.people.startgroup(cast.staff[0], cast.care_team, token)


async def _taken_up(world: World) -> None:
    """Let the staff's own invitations be handled before one of them ties the group."""
    assert world.poller is not None
    await world.introduce()
    await world.runtime.settle(receive=world.poller.turn)
