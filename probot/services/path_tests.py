"""Would an alert be seen? Each day every path of the ladder carries a test that somebody has to answer.

The rule: a path is proven by a person: by a tap of somebody whom the path reaches, or by the number that only the
mail or the pager showed. A test that nobody answers climbs the ladder.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from probot.alerts.alarm import Alarm
from probot.alerts.ladder import CARE_TEAM, ladder_at, ladder_for
from probot.schedule.civil import DAY, instant, local_day
from probot.services import audience
from probot.services.announce import say_to
from probot.services.turn import Turn
from probot.store import alarms, people
from probot.store.records import Staff
from probot.study.care import ON_CALL
from probot.study.model import Study
from probot.values import derived_id, fraction_of

DIGITS = 6


def names_under_test(study: Study) -> tuple[str, ...]:
    """Every name that a ladder calls, and every path beside the messenger."""
    named = [
        rung.notify or (CARE_TEAM if rung.digest is not None else "")
        for rungs in study.ladders.values()
        for rung in rungs
    ]
    return tuple(dict.fromkeys(name for name in (*named, *study.paths) if name))


def plan(turn: Turn, study: Study) -> None:
    """Have the next test of each path stand in the calendar, once; what the study no longer wants is taken out."""
    wanted: dict[str, Alarm] = {}
    if study.path_test is not None:
        at = _next(study, turn.now)
        for name in names_under_test(study):
            one = _test(study, name, at)
            wanted[one.id] = one
    for old in alarms.planned(turn.connection):
        if old.id not in wanted and old.raised_at > turn.now:
            alarms.save(turn.connection, replace(old, state="over", next_at=None))
    for one in wanted.values():
        alarms.add(turn.connection, one)


def _next(study: Study, now: datetime) -> datetime:
    assert study.path_test is not None
    day = local_day(now, study.zone)
    while (at := instant(day, study.path_test.at, study.zone)) <= now:
        day += DAY
    return at


def _test(study: Study, name: str, at: datetime) -> Alarm:
    assert study.path_test is not None
    key = derived_id("path test", name, at.isoformat())
    number = f"{int(fraction_of(key) * 10**DIGITS):0{DIGITS}d}"
    return Alarm(key, "test", name, number, study.path_test.tier, "planned", at, (), 0, at)


def send(turn: Turn, alarm: Alarm) -> None:
    """The test's hour has come: it is sent, and tomorrow's is planned."""
    test = turn.study.path_test
    plan(turn, turn.study)
    if test is None or not _is_there(turn, alarm.about):
        alarms.save(turn.connection, replace(alarm, state="over", next_at=None))
        return
    asked = replace(alarm, state="open", next_at=turn.now + test.within)
    alarms.save(turn.connection, asked)
    turn.note("path test sent", "alarm", alarm.id, field=alarm.about)
    say_to(turn, asked, [alarm.about], "test")


def _is_there(turn: Turn, name: str) -> bool:
    """Whether the path has an end of its own; a role that nobody fills is told of by status, not by a test."""
    if name in turn.study.paths or name == CARE_TEAM:
        return True
    if name == ON_CALL:
        return any(recipient.startswith("staff:") for recipient, _ in audience.readers(turn, name, None))
    return any(audience.is_meant(turn.study, name, one) for one in people.active_staff(turn.connection))


def with_ladder(turn: Turn, alarm: Alarm) -> Alarm:
    """The ladder that an unanswered test climbs from now on."""
    if alarm.ladder:
        return alarm
    rungs = tuple(rung for rung in ladder_for(turn.study, alarm.tier) if rung.digest is None)
    ladder = ladder_at(turn.study, alarm.tier, rungs, turn.now)
    turn.note("path test unanswered", "alarm", alarm.id, field=alarm.about)
    return replace(alarm, ladder=ladder, raised_at=turn.now, next_at=turn.now)


def proves(turn: Turn, alarm: Alarm, person: Staff) -> bool:
    """Whether a tap of this person shows that the path reaches somebody. A mail is proven by its number alone."""
    if alarm.climbing or alarm.about in turn.study.paths:
        return False
    if alarm.about == ON_CALL:
        return person.principal in {recipient for recipient, _ in audience.readers(turn, ON_CALL, None)}
    return alarm.about == CARE_TEAM or audience.is_meant(turn.study, alarm.about, person)


def proves_by_number(turn: Turn, alarm: Alarm) -> bool:
    """Whether its number shows that the path reaches somebody: a test that climbs is told on every path beside the
    messenger, so where there are several nobody knows which one was read.
    """
    beside = turn.study.paths
    return alarm.about in beside and (not alarm.climbing or len(beside) == 1)


def unproven(connection: Connection, study: Study, now: datetime) -> list[str]:
    """The paths whose last test nobody has answered in time."""
    test = study.path_test
    if test is None:
        return []
    found = []
    for name in names_under_test(study):
        last = alarms.last_test(connection, name)
        if last is not None and last.state in {"open", "taken"} and _is_late(last, now, test.within):
            found.append(name)
    return found


def _is_late(alarm: Alarm, now: datetime, within: timedelta) -> bool:
    return alarm.climbing or alarm.state == "taken" or now > alarm.raised_at + within
