"""Which alerts are there, and what happened to each of them?

The rule: at most one alert of a concept is open for a participant; its events are only ever added.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, func, insert, literal_column, select, update

from probot.alerts.model import Alert, Entry
from probot.store import claims, together
from probot.store.among import among
from probot.store.saved import (
    entry_from_json,
    entry_to_json,
    evidence_from_json,
    evidence_to_json,
    ladder_from_json,
    ladder_to_json,
)
from probot.store.tables import alert, alert_event
from probot.values import AlertId, EnrolmentId

STANDING: Final = alert.c.state != literal_column("'closed'")
"""Word for word as in the index, so that it serves."""
# Statements of the hot path are built once: building one anew costs several times what running it does.
_ADD = insert(alert)
_ADD_EVENT = insert(alert_event)
_SAVE = update(alert).where(alert.c.id == bindparam("which"))
_FIND = select(alert).where(alert.c.id == bindparam("key"))
_TAKEN = select(
    func.coalesce(alert.c.closed_at, alert.c.acknowledged_at, type_=alert.c.raised_at.type)
).where(alert.c.id == bindparam("key"))
_OPEN_OF = select(alert).where(
    alert.c.enrolment_id == bindparam("who"), alert.c.concept == bindparam("what"), STANDING
)
_ALL_STANDING = select(alert).where(STANDING).order_by(alert.c.raised_at, alert.c.id)
_STANDING_OF = _ALL_STANDING.where(among(alert.c.enrolment_id, "keys"))
_CLOSED_SINCE = (
    select(alert)
    .where(alert.c.enrolment_id == bindparam("who"), alert.c.closed_at >= bindparam("since"))
    .order_by(alert.c.closed_at, alert.c.id)
)
_WHOSE = select(alert.c.enrolment_id).where(among(alert.c.id, "keys")).distinct()
_HISTORIES = (
    select(alert_event.c.alert_id, alert_event.c.entry)
    .where(among(alert_event.c.alert_id, "keys"))
    .order_by(alert_event.c.alert_id, alert_event.c.number)
)


def add(connection: Connection, one: Alert) -> None:
    """Keep a new alert with its history so far."""
    together.write(connection, _ADD, ("alert", one.id), {"id": one.id, **_columns(one)})
    _add_history(connection, one, 0)
    together.learn(connection, "alert", one.id, one)
    theirs = together.known(connection, "alert", ("standing", one.enrolment))
    if theirs is not together.UNKNOWN:
        theirs.append(one.id)


def save(connection: Connection, before: Alert, one: Alert) -> None:
    """Keep how an alert stands now; what its history has gained since `before` is added.

    What is due next is due afresh, so the attempts of the claim are forgotten.
    """
    changed = {"which": one.id, **_columns(one), "attempts": 0}
    together.write(connection, _SAVE, ("alert", one.id), changed)
    _add_history(connection, one, len(before.history))
    together.learn(connection, "alert", one.id, one)


def find(connection: Connection, key: str | None) -> Alert | None:
    """The alert of that id; under none there is none."""
    found = together.known(connection, "alert", key)
    if found is together.UNKNOWN:
        rows = together.ask(connection, _FIND, {"key": key})
        found = next(iter(_alerts(connection, rows)), None)
        together.learn(connection, "alert", key, found)
    one: Alert | None = found
    return one


def taken_since(connection: Connection, key: str) -> datetime | None:
    """Since when it has been closed, or in somebody's hands; None while it is open."""
    since: datetime | None = together.ask_value(connection, _TAKEN, {"key": key})
    return since


def open_of(connection: Connection, enrolment: EnrolmentId, concept: str) -> Alert | None:
    """The participant's alert of a concept that is not closed, if any."""
    if together.known(connection, "alert", ("standing", enrolment)) is not together.UNKNOWN:
        theirs = standing(connection, enrolment)
        return next((one for one in theirs if one.concept == concept), None)
    rows = together.ask(connection, _OPEN_OF, {"who": enrolment, "what": concept})
    return next(iter(_alerts(connection, rows)), None)


def standing(connection: Connection, enrolment: EnrolmentId | None = None) -> list[Alert]:
    """All alerts that are not closed, of everybody or of one participant, the oldest first."""
    if enrolment is None:
        return _alerts(connection, together.ask(connection, _ALL_STANDING))
    known = together.known(connection, "alert", ("standing", enrolment))
    if known is together.UNKNOWN:
        return _alerts(connection, together.ask(connection, _STANDING_OF, {"keys": [enrolment]}))
    found = (find(connection, key) for key in known)
    return [one for one in found if one is not None and one.state != "closed"]


def closed_since(connection: Connection, enrolment: EnrolmentId, since: datetime) -> list[Alert]:
    """The participant's alerts that were closed since then, the earliest first."""
    wanted = {"who": enrolment, "since": since}
    return _alerts(connection, together.ask(connection, _CLOSED_SINCE, wanted))


def whose(connection: Connection, keys: Iterable[str]) -> list[str]:
    """The enrolments that these alerts are about."""
    wanted = sorted(set(keys))
    return [key for (key,) in together.ask(connection, _WHOSE, {"keys": wanted})] if wanted else []


def fetch_standing(connection: Connection, enrolments: Iterable[str]) -> list[AlertId]:
    """Read at once what is not closed of these participants, for `find`, `open_of` and `standing`; which alerts that is."""
    theirs: dict[str, list[AlertId]] = {key: [] for key in enrolments}
    rows = together.ask(connection, _STANDING_OF, {"keys": sorted(theirs)}) if theirs else ()
    for one in _alerts(connection, rows):
        together.learn(connection, "alert", one.id, one)
        theirs[one.enrolment].append(one.id)
    for key, found in theirs.items():
        together.learn(connection, "alert", ("standing", key), found)
    return [key for found in theirs.values() for key in found]


def told_after(connection: Connection, moment: datetime) -> list[AlertId]:
    """Open alerts of which people were last told after that moment (or which were raised then and not told of yet)."""
    last = func.coalesce(alert.c.notified_at, alert.c.raised_at, type_=alert.c.raised_at.type)
    found = select(alert.c.id).where(alert.c.state == "open", last > moment)
    return [AlertId(row.id) for row in connection.execute(found)]


def next_due(connection: Connection) -> datetime | None:
    """When the next alert climbs."""
    return claims.next_due(connection, alert)


def _add_history(connection: Connection, one: Alert, known: int) -> None:
    for number, entry in enumerate(one.history[known:], start=known):
        values = {"alert_id": one.id, "number": number, "entry": entry_to_json(entry)}
        together.write(connection, _ADD_EVENT, ("alert event", one.id, number), values)


def _columns(one: Alert) -> dict[str, Any]:
    return {
        "enrolment_id": one.enrolment, "concept": one.concept, "rule": one.rule, "tier": one.tier,
        "state": one.state, "raised_at": one.raised_at, "study_hash": one.study,
        "ladder": ladder_to_json(one.ladder), "rung": one.rung, "next_at": one.next_at,
        "evidence": evidence_to_json(one.evidence), "hits": one.hits, "peak": one.peak,
        "last_hit_at": one.last_hit_at, "notified_at": one.notified_at, "acknowledged_by": one.acknowledged_by,
        "acknowledged_at": one.acknowledged_at, "closed_by": one.closed_by, "closed_at": one.closed_at,
        "told": list(one.told), "taken_at": one.taken_at, "assigned_to": one.assigned_to, "action": one.action,
        "action_reason": one.action_reason, "wish": one.wish,
    }  # fmt: skip


def _alerts(connection: Connection, rows: Sequence[Row[Any]]) -> list[Alert]:
    events: dict[str, list[Entry]] = {row.id: [] for row in rows}
    for event in together.ask(connection, _HISTORIES, {"keys": sorted(events)}) if events else ():
        events[event.alert_id].append(entry_from_json(event.entry))
    return [_alert(row, events[row.id]) for row in rows]


def _alert(row: Row[Any], history: Sequence[Entry]) -> Alert:
    return Alert(
        id=AlertId(row.id), enrolment=EnrolmentId(row.enrolment_id), concept=row.concept, rule=row.rule,
        tier=row.tier, state=row.state, raised_at=row.raised_at, study=row.study_hash,
        ladder=ladder_from_json(row.ladder), rung=row.rung, next_at=row.next_at,
        evidence=evidence_from_json(row.evidence), hits=row.hits, peak=row.peak, last_hit_at=row.last_hit_at,
        notified_at=row.notified_at, acknowledged_by=row.acknowledged_by, acknowledged_at=row.acknowledged_at,
        closed_by=row.closed_by, closed_at=row.closed_at, told=tuple(row.told),
        taken_at=row.taken_at, assigned_to=row.assigned_to, action=row.action, action_reason=row.action_reason,
        wish=row.wish,
        history=tuple(history),
    )  # fmt: skip
