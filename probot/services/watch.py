"""Is everything alive? What was last heard, what waits, what is stuck.

The rule: alive means that Telegram was heard and that nothing due lies around, never that a process exists.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, or_, select

from probot.messages import ALERT_LANES
from probot.services import centres, path_tests, paths, quarantine, upgrades
from probot.services.paths import PathFact
from probot.services.receive import HEARD, has_rival, wrong_with_webhook
from probot.services.tick import LOOKED
from probot.services.turn import NothingPublished, Studies
from probot.store import claims, inbox, links, outbox, outsiders, people, pulses, studies, threads, waiting
from probot.store.room import Room
from probot.store.tables import alert, enrolment
from probot.store.waiting import Due
from probot.study.model import Study

NOT_HEARD = timedelta(seconds=90)
LAGGING = timedelta(seconds=60)
NOT_LOOKED = timedelta(minutes=3)
AUDITOR = "auditor"
"""The pulse of the auditor's last look; its detail says since when each thing has been wrong."""
HEARTBEAT = "heartbeat"
"""The pulse of the last heartbeat that was taken outside."""
BACKUP = "backup"
"""The pulse of the last `probot backup`."""
OVERDUE = timedelta(minutes=5)
"""How late an alert's next step may be before somebody has to know."""


@dataclass(frozen=True, slots=True)
class Status:
    """How things stand. `problems`: what is wrong in plain words; none: all is well."""

    now: datetime
    telegram_heard: datetime | None
    bot: str
    study: str | None
    participants: dict[str, int]
    open_alerts: int
    unacknowledged: int
    inbox: dict[str, int]
    """Updates that wait, and that were put aside, by state."""
    outbox: dict[str, int]
    """Messages that have not gone out, by state."""
    arrived: int
    """The number of the newest update: how many there ever were."""
    put: int
    """The number of the newest message. On PostgreSQL some numbers are left out, so there were no more than that."""
    looked: datetime | None
    """When anybody last looked at what is due; noted every few seconds."""
    inbox_since: datetime | None
    """When the oldest update that waits to be handled was received."""
    due: dict[str, Due]
    """What is due to be sent, by lane."""
    unacknowledged_since: datetime | None
    """When the oldest alert was raised that nobody has taken."""
    parked_rows: int
    team_bound: bool
    staff: int
    paths: tuple[PathFact, ...]
    backup: datetime | None
    """When `probot backup` last made one."""
    links_in_vain: int
    """How many links that do not exist were tried in the last day."""
    room: Room | None
    """The disk under SQLite; None on PostgreSQL, which is not watched."""
    heartbeat: datetime | None
    """When the last heartbeat was taken outside."""
    ready: bool
    """Whether an alert of every tier would reach somebody, and somebody may take it."""
    problems: tuple[str, ...]
    missing: tuple[str, ...]
    """Of these, what is wrong because somebody is missing on the team."""

    @property
    def well(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


def status(
    connection: Connection, now: datetime, known: Studies | None = None, room: Room | None = None
) -> Status:
    """Look at everything once. `known`: the versions of the study that were read before; `room`: on the disk."""
    study = study_in_force(connection, known)
    heard = pulses.last(connection, HEARD)
    bot = pulses.last(connection, "bot")
    states = {str(state): int(count) for state, count in connection.execute(
        select(alert.c.state, func.count()).group_by(alert.c.state))}  # fmt: skip
    people_by_status = {str(state): int(count) for state, count in connection.execute(
        select(enrolment.c.status, func.count()).group_by(enrolment.c.status))}  # fmt: skip
    team = people.contact_of(connection, people.TEAM)
    missing = tuple(_of_staff(connection, study)) if study else ()
    return Status(
        now=now,
        telegram_heard=heard[0] if heard else None,
        bot=str(bot[1].get("username", "")) if bot else "",
        study=studies.in_force(connection),
        participants=people_by_status,
        open_alerts=states.get("open", 0) + states.get("acknowledged", 0),
        unacknowledged=states.get("open", 0),
        inbox=inbox.counts(connection),
        outbox=outbox.counts(connection),
        arrived=inbox.newest(connection),
        put=outbox.newest(connection),
        looked=looked[0] if (looked := pulses.last(connection, LOOKED)) else None,
        inbox_since=inbox.oldest_waiting(connection),
        due=waiting.due_by_lane(connection, now),
        unacknowledged_since=connection.execute(
            select(func.min(alert.c.raised_at)).where(alert.c.state == "open")
        ).scalar(),
        parked_rows=stuck_rows(connection),
        team_bound=team is not None,
        staff=len(people.active_staff(connection)),
        paths=paths.facts(connection, study) if study else (),
        backup=made[0] if (made := pulses.last(connection, BACKUP)) else None,
        links_in_vain=links.tried_in_vain(connection, now),
        room=room,
        heartbeat=beat[0] if (beat := pulses.last(connection, HEARTBEAT)) else None,
        ready=study is not None and _is_ready(connection, study),
        problems=(
            *_problems(connection, now, heard[0] if heard else None),
            *(_of_paths(connection, study, now, missing) if study else ()),
            *_of_room(room),
        ),
        missing=missing,
    )


def _of_room(room: Room | None) -> list[str]:
    return [f"the disk is filling up: {room}"] if room is not None and room.is_short else []


def study_in_force(connection: Connection, known: Studies | None = None) -> Study | None:
    """The study in force, if there is one."""
    try:
        return (known or Studies()).in_force(connection)
    except NothingPublished:
        return None


def _is_ready(connection: Connection, study: Study) -> bool:
    return not (paths.in_vain(connection, study) or paths.without_a_path(connection, study))


def _when(hole: tuple[str, str]) -> str:
    tier, hour = hole
    return f"{tier} (first on {hour})" if hour else tier


def _of_paths(connection: Connection, study: Study, now: datetime, missing: tuple[str, ...]) -> list[str]:
    found = []
    without = paths.without_a_path(connection, study)
    if paths.in_vain(connection, study):
        found.append(_nobody_takes(study))
    elif without and people.active_staff(connection):
        found.append(f"not ready: alerts of tier {', '.join(map(_when, without.items()))} would reach nobody")
    found += missing
    for fact in paths.facts(connection, study):
        if fact.by in {"mail", "webhook"} and fact.fault:
            found.append(f"the path {fact.name} does not work: {fact.fault}")
    for name in path_tests.unproven(connection, study, now):
        found.append(f"nobody has answered the test of the path {name}")
    if outsiders.of_team(connection):
        found.append(
            "somebody unknown is in the care team's chat: alerts go to each member of staff directly"
        )
    if upgrades.is_unconfirmed(connection):
        found.append(
            "the care team's group was upgraded, and nobody has confirmed yet that it is still theirs"
        )
    if paths.team_is_lost(connection):
        found.append("the care team's chat is lost: alerts go to each member of staff directly")
    looked = pulses.last(connection, AUDITOR)
    if looked is not None and now - looked[0] > NOT_LOOKED:
        found.append(f"the auditor has not looked for {int((now - looked[0]).total_seconds())} s")
    late = outbox.oldest_due(connection, "outside", now)
    if late is not None and now - late > LAGGING:
        found.append(
            f"a call beside Telegram has waited {int((now - late).total_seconds())} s to be handed over"
        )
    return found


def _nobody_takes(study: Study) -> str:
    roles = ", ".join(name for name in study.roles if "acknowledge" in study.powers(name))
    return (
        "not ready: nobody who is bound may take an alert, so it would be repeated without end: "
        f"run `probot staff invite` for a role that may ({roles})"
    )


def _of_staff(connection: Connection, study: Study) -> list[str]:
    """Who is missing. Nothing while nobody is bound at all, which is told as such."""
    if not people.active_staff(connection):
        return []
    found = [
        f"nobody of centre {name} can take an alert: what happens to its participants is told to every centre"
        for name in centres.without_anybody(connection, study)
    ]
    found += [
        f"the rota has {name} on call, and no such member of staff can be told: the team is told instead"
        for name in paths.on_call_and_not_bound(connection, study)
    ]
    return found


def stuck_rows(connection: Connection) -> int:
    """Due rows of any kind that have used up their attempts."""
    return sum(claims.parked(connection, table) for table in claims.DUE)


def _of_hearing(connection: Connection, now: datetime, heard: datetime | None) -> list[str]:
    found = []
    if heard is None:
        found.append("Telegram has never been heard: is `probot run` running, and is the token right?")
    elif abs(now - heard) > NOT_HEARD:
        found.append(f"Telegram was last heard {_ago(now, heard)}")
    found += [f"webhook: {problem}" for problem in wrong_with_webhook(connection, now)]
    if has_rival(connection, now):
        found.append("another program receives with this token: answers go to it and are lost here")
    looked = pulses.last(connection, LOOKED)
    if looked is None and heard is not None:
        found.append("nobody looks at what is due: no `probot run` that works has been started")
    elif looked is not None and abs(now - looked[0]) > LAGGING:
        found.append(f"what is due was last looked at {_ago(now, looked[0])}")
    return found


def _ago(now: datetime, at: datetime) -> str:
    """How long ago; an hour that is yet to come says of itself nothing but that the clock was set back."""
    seconds = int((now - at).total_seconds())
    return (
        f"{seconds} s ago"
        if seconds >= 0
        else f"at an hour that is still {-seconds} s ahead: the clock was set back"
    )


def _problems(connection: Connection, now: datetime, heard: datetime | None) -> list[str]:
    found = _of_hearing(connection, now, heard)
    held = quarantine.standing(connection)
    if held is not None:
        found.append(f"held back: {held.why}; nothing is received or sent until `probot release`")
    if studies.in_force(connection) is None:
        found.append("no study is published: run `probot publish`")
    since = inbox.oldest_waiting(connection)
    if since is not None and now - since > LAGGING:
        found.append(f"an update has waited {int((now - since).total_seconds())} s to be handled")
    due = min(filter(None, (outbox.oldest_due(connection, lane, now) for lane in ALERT_LANES)), default=None)
    if due is not None and now - due > LAGGING:
        found.append(f"an alert has waited {int((now - due).total_seconds())} s to be sent")
    counted = inbox.counts(connection)
    if counted.get("parked"):
        found.append(f"{counted['parked']} updates could not be handled and were put aside")
    stuck = stuck_rows(connection)
    if stuck:
        found.append(f"{stuck} due rows failed again and again and were put aside")
    untold = threads.alerts_without_reader(connection, now - LAGGING)
    if untold:
        found.append(f"{untold} open alerts have reached nobody yet")
    standing_still = connection.execute(
        select(func.count()).where(
            alert.c.state == "open", or_(alert.c.next_at.is_(None), alert.c.next_at < now - OVERDUE)
        )
    ).scalar_one()
    if standing_still:
        found.append(f"{standing_still} open alerts do not climb their ladder")
    if people.contact_of(connection, people.TEAM) is None and not people.active_staff(connection):
        found.append(
            "nobody would hear an alert: bind the care team's chat (`probot team bind`) or invite staff"
        )
    return found
