"""Who watches the watchman? Every minute somebody looks whether every alert moves and every path is well.

The rule: what is found twice, a minute apart, is told as trouble (what cannot pass by itself at once), and whoever
waits for the heartbeat hears nothing until it is over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, func, or_, select

from probot.messages import ALERT_LANES
from probot.services import alarms as calling
from probot.services import centres, path_tests, paths, refused, set_back, upgrades, went_ahead
from probot.services.receive import HEARD, has_rival
from probot.services.tick import LOOKED
from probot.services.turn import Turn
from probot.services.watch import AUDITOR, stuck_rows
from probot.store import adverse, alarms, inbox, outbox, outsiders, pulses, threads
from probot.store.receipts import addresses
from probot.store.room import Room
from probot.store.tables import alert

NOT_HEARD = timedelta(seconds=90)
LAGGING = timedelta(seconds=60)
OVERDUE = timedelta(minutes=5)
UNHEARD = timedelta(minutes=3)
"""An alert that was to be told this long ago and has reached nobody, not even beside the messenger."""
TWICE = timedelta(seconds=60)
"""How long something that may pass by itself is wrong before anybody is told."""
TAKEN_LASTS = timedelta(hours=24)
"""Trouble that somebody has taken is told anew after this, if it is still there."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong. `about`: its key, with a detail after a colon. `urgent`: called beside at once.

    `told`: people are told; else it only keeps the heartbeat back. `passing`: it may pass by itself. `stops`: the
    heartbeat; else people are only told.
    """

    about: str
    urgent: bool = False
    told: bool = True
    passing: bool = True
    stops: bool = True


def look(turn: Turn, room: Room | None = None, ahead: timedelta = timedelta()) -> tuple[str, ...]:
    """Look at everything, raise and end alarms; what is wrong now, by key. Empty: the heart may beat.

    `room`: on the disk under the database; None where nobody here can know. `ahead`: how much further than time itself
    the clock has gone since the last look.
    """
    before = pulses.last(turn.connection, AUDITOR, lock=True)  # of several processes one looks at a time
    set_back.put_right(turn, before[0] if before else None)
    went_ahead.note(turn, ahead)
    found = {finding.about: finding for finding in findings(turn, room)}
    known_since = dict(before[1] or {}) if before else {}
    since = {about: min(_instant(known_since.get(about)) or turn.now, turn.now) for about in found}
    standing = {alarm.about: alarm for alarm in alarms.standing(turn.connection, "trouble")}
    for about, finding in found.items():
        lasted = turn.now - since[about]
        known = standing.get(about)
        if known is not None:
            if known.taken_at is not None and turn.now - known.taken_at > TAKEN_LASTS:
                calling.raise_again(turn, known, "taken, and still there")
            elif (
                known.state == "open" and (known.notified_at or known.raised_at) > turn.now + set_back.TOO_FAR
            ):
                calling.raise_again(turn, known, "the clock was set back")
        elif finding.told and (lasted >= TWICE or not finding.passing):
            calling.raise_trouble(turn, about, urgent=finding.urgent)
    for about, alarm in standing.items():
        if about not in found:
            calling.over(turn, alarm)
    path_tests.plan(turn, turn.study)
    began = {about: since[about].isoformat() for about in found}
    pulses.beat(turn.connection, AUDITOR, turn.now, began)
    return tuple(sorted(about for about, finding in found.items() if finding.stops))


def _instant(written: str | None) -> datetime | None:
    return None if written is None else datetime.fromisoformat(written)


def findings(turn: Turn, room: Room | None = None) -> Iterator[Finding]:
    """Everything that is wrong at this moment."""
    if room is not None and room.is_short:
        yield Finding("disk", passing=False)
    if room is not None and room.is_nearly_none:
        yield Finding("disk_full", urgent=True, passing=False)
    yield from _of_the_house(turn.connection, turn.now)
    yield from _of_alerts(turn.connection, turn.now)
    yield from _of_paths(turn)


def _of_the_house(connection: Connection, now: datetime) -> Iterator[Finding]:
    heard = pulses.last(connection, HEARD)
    if heard is None or abs(now - heard[0]) > NOT_HEARD:
        yield Finding("deaf", urgent=True)
    if set_back.lately(connection, now):
        yield Finding("clock", passing=False, stops=False)
    if went_ahead.lately(connection, now):
        yield Finding("clock_ahead", passing=False, stops=False)
    if has_rival(connection, now):
        yield Finding("rival", urgent=True, passing=False)
    waiting = inbox.oldest_waiting(connection)
    if waiting is not None and now - waiting > LAGGING:
        yield Finding("inbox", urgent=True)
    looked = pulses.last(connection, LOOKED)
    if looked is None or abs(now - looked[0]) > LAGGING:
        yield Finding("tick", urgent=True)
    if inbox.counts(connection).get("parked") or stuck_rows(connection):
        yield Finding("parked", passing=False)
    if refused.lately(connection, now):
        yield Finding("put_aside", passing=False, stops=False)


def _of_alerts(connection: Connection, now: datetime) -> Iterator[Finding]:
    late = [outbox.oldest_due(connection, lane, now) for lane in (*ALERT_LANES, "outside")]
    if any(since is not None and now - since > LAGGING for since in late):
        yield Finding("outbox", urgent=True)
    if standing_still(connection, now) or adverse.overdue(connection, now - OVERDUE):
        yield Finding("ladder", urgent=True)
    if threads.alerts_without_reader(connection, now - UNHEARD):
        yield Finding("unheard", urgent=True)


def standing_still(connection: Connection, now: datetime) -> int:
    """How many alerts have no next step, or one that is long overdue."""
    overdue = alert.c.next_at < now - OVERDUE
    stuck = or_(
        and_(alert.c.state == "open", alert.c.next_at.is_(None)),
        and_(alert.c.state != "closed", overdue),
    )
    return int(connection.execute(select(func.count()).select_from(alert).where(stuck)).scalar_one())


def _of_paths(turn: Turn) -> Iterator[Finding]:
    without = paths.without_a_path(turn.connection, turn.study)
    if paths.in_vain(turn.connection, turn.study):
        yield Finding("nobody_takes", urgent=True)
    elif without:
        yield Finding(f"no_path:{'+'.join(reversed(without))}", urgent=True)
    for name in centres.without_anybody(turn.connection, turn.study):
        yield Finding(f"centre:{name}", passing=False)
    if paths.team_is_lost(turn.connection):
        yield Finding("team_lost", urgent=True, passing=False)
    if upgrades.is_unconfirmed(turn.connection):
        yield Finding(upgrades.MOVED, passing=False)
    if outsiders.of_team(turn.connection):
        yield Finding("outsiders", passing=False)
    known = addresses(turn.connection)
    for fact in paths.facts(turn.connection, turn.study):
        beside = fact.by in {"mail", "webhook"}
        if fact.fault and not (beside and known is None):
            yield Finding(f"path:{fact.name}", told=beside)
    for name in path_tests.unproven(turn.connection, turn.study, turn.now):
        yield Finding(f"unproven:{name}", told=False)
