"""On which paths can an alert reach the team at this moment, and is there one for every tier?

The rule: a path works when somebody stands at its end and the last thing sent on it arrived; that a name stands in
a ladder is no path.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, select

from probot.alerts.ladder import CARE_TEAM, ladder_for
from probot.services.audience import is_meant
from probot.services.centres import who_may_take
from probot.store import outsiders, people, receipts
from probot.store.records import Staff
from probot.store.tables import contact
from probot.study.care import ON_CALL
from probot.study.model import TIERS, Study, Tier
from probot.study.rota import on_call_at
from probot.study.scalars import WEEKDAYS

Way = Literal["group", "direct", "mail", "webhook"]


@dataclass(frozen=True, slots=True)
class PathFact:
    """One way to the team. `name`: as the ladder or the study names it; `fault`: why it does not work, else empty."""

    name: str
    by: Way
    last_success: datetime | None
    fault: str

    @property
    def works(self) -> bool:
        """Whether an alert sent on it now should arrive."""
        return not self.fault


def facts(connection: Connection, study: Study) -> tuple[PathFact, ...]:
    """Every path of the study: the team's group, each role or person that a ladder names, and those beside the messenger."""
    named = {rung.notify for rungs in study.ladders.values() for rung in rungs if rung.notify}
    staff = people.active_staff(connection)
    people_by_name = study.rota.people if study.rota is not None else ()
    direct = [name for name in dict.fromkeys((*study.roles, *people_by_name)) if name in named]
    return (
        _group(connection, study),
        *(_direct(connection, study, name, staff) for name in direct),
        *(_outside(connection, study, name) for name in study.paths),
    )


def _group(connection: Connection, study: Study) -> PathFact:
    team = people.contact_of(connection, people.TEAM)
    if team is None:
        return PathFact(CARE_TEAM, "group", receipts.last_sent(connection, people.TEAM), "no group is bound")
    strange = "somebody unknown is in it" if outsiders.of_team(connection) else ""
    vain = "" if who_may_take(connection, study) else "nobody who is bound may take an alert"
    fault = strange or vain or receipts.refused_by(connection, people.TEAM, team.bound_at)
    return PathFact(CARE_TEAM, "group", receipts.last_sent(connection, people.TEAM), fault)


def _direct(connection: Connection, study: Study, name: str, staff: Iterable[Staff]) -> PathFact:
    holders = [person for person in staff if is_meant(study, name, person)]
    last = [at for each in holders if (at := receipts.last_sent(connection, each.principal)) is not None]
    faults = [_fault_of(connection, each) for each in holders]
    nobody = f"nobody of this {'role' if name in study.roles else 'name'} is bound"
    fault = nobody if not holders else "" if "" in faults else faults[0]
    return PathFact(name, "direct", max(last, default=None), fault)


def _fault_of(connection: Connection, person: Staff) -> str:
    contact = people.contact_of(connection, person.principal)
    if contact is None:
        return "has no chat"
    return receipts.refused_by(connection, person.principal, contact.bound_at)


def _outside(connection: Connection, study: Study, name: str) -> PathFact:
    record, known = receipts.of_path(connection, name), receipts.addresses(connection)
    by = study.paths[name].by
    fault = record.fault if record.failing else ""
    if known is not None and known.get(name) != by:
        variable = "PROBOT_ALERT_MAIL_TO" if by == "mail" else "PROBOT_ALERT_WEBHOOKS"
        fault = f"no address is set: {variable}"
    return PathFact(name, by, record.sent_at, fault)


# ------------------------------------------------------------------------------ is there one for every tier?


def without_a_path(connection: Connection, study: Study) -> dict[Tier, str]:
    """The tiers whose alerts would reach nobody who may take them on any rung at some hour of the week, and the first
    such hour. What is called beside the messenger counts: whoever stands there is no member of staff.
    """
    able = [one for one in who_may_take(connection, study) if not _fault_of(connection, one)]
    found = {
        fact.name: fact.works
        and (fact.by != "direct" or any(is_meant(study, fact.name, person) for person in able))
        for fact in facts(connection, study)
    }
    found[CARE_TEAM] = found[CARE_TEAM] or bool(able)
    holes: dict[Tier, str] = {}
    for tier in TIERS:
        names = {rung.notify for rung in ladder_for(study, tier) if rung.notify}
        if any(found.get(name, False) for name in names - {ON_CALL}):
            continue
        hour = _first_hour_without(study, able) if ON_CALL in names else ""
        if hour is not None:
            holes[tier] = hour
    return holes


def _first_hour_without(study: Study, able: list[Staff]) -> str | None:
    """The first hour of the week at which nobody on call could be told, from Monday on; None if there is none."""
    for hour in range(7 * 24):
        names = on_call_at(study.rota, hour * 60) if study.rota is not None else ()
        if not any(person.role in names or person.name in names for person in able):
            return f"{WEEKDAYS[hour // 24]} {hour % 24:02d}:00"
    return None


def on_call_and_not_bound(connection: Connection, study: Study) -> tuple[str, ...]:
    """Whom the rota has on call although nobody of that name, or role, can be told and take an alert."""
    known = {name for one in who_may_take(connection, study) for name in (one.name, one.role)}
    shifts = study.rota.shifts if study.rota is not None else ()
    return tuple(dict.fromkeys(name for shift in shifts for name in shift.who if name not in known))


def in_vain(connection: Connection, study: Study) -> bool:
    """Whether an alert would be read, and whoever reads it be refused: the team is there, and nobody may take one."""
    there = people.contact_of(connection, people.TEAM) is not None or bool(people.active_staff(connection))
    return there and not who_may_take(connection, study)


def team_is_lost(connection: Connection) -> bool:
    """Whether the team had a chat, and it went without another taking its place."""
    if people.contact_of(connection, people.TEAM) is not None:
        return False
    was = select(contact.c.id).where(contact.c.principal == people.TEAM).limit(1)
    return connection.execute(was).first() is not None
