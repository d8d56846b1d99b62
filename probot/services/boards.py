"""What is shown of many participants at once? Who answers, what is asked today, who is overdue, what one holds.

The rule: read afresh each time, coded, and only for whoever may view; looking changes nothing but the trail.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import timedelta

from probot.alerts.boards import (
    Asked,
    Form,
    Kept,
    Late,
    Progress,
    adherence_message,
    overdue_message,
    today_message,
)
from probot.alerts.present import Listed, mine_message
from probot.alerts.steps import holder
from probot.messages import Message
from probot.schedule.civil import local_day
from probot.schedule.plan import plan
from probot.services import audience, centres
from probot.services.plan_ahead import calendar_of
from probot.services.turn import Turn
from probot.store import alerts, looks, people
from probot.store.looks import Row
from probot.store.records import Staff

LOOK_BACK = timedelta(days=40)
"""How far back a run of missed assessments, and a clinician's form, is looked for: more than a month."""
ANSWERED = frozenset({"complete", "partial"})
NOT_ANSWERED = frozenset({"missed", "declined", "not_delivered"})
SILENT = frozenset({"missed", "not_delivered"})
"""What counts as silence: somebody who declined has answered."""
LIVING = frozenset({"active", "paused"})

Hidden = Collection[str]
"""The codes of participants that whoever looks may not see."""
BOARDS = ("mine", "today", "overdue", "adherence")
"""The commands that this file answers."""


def board(turn: Turn, person: Staff, name: str, language: str, page: int = 1) -> Message:
    """The answer to one of `BOARDS`, for a member of staff who may view."""
    turn.note(f"{name} shown", "chat", "*", new=page)
    hidden = centres.hidden_from(turn, person)
    match name:
        case "mine":
            held = [entry for entry in standing(turn, hidden) if holder(entry[0]) == person.id]
            return mine_message(turn.study, held, language, turn.now, audience.names(turn))
        case "today":
            today = local_day(turn.now, turn.study.zone)
            due = [form for form in forms(turn, hidden) if not form.over]
            return today_message(turn.study, today, asked_today(turn, hidden), due, language)
        case "overdue":
            over = [form for form in forms(turn, hidden) if form.over]
            return overdue_message(turn.study, late(turn, hidden), over, language)
        case _:
            return adherence_message(kept(turn, hidden), language, page)


def standing(turn: Turn, hidden: Hidden) -> list[Listed]:
    """Every alert that is not closed, with its participant's code."""
    codes = {one.id: one.code for one in people.all_enrolments(turn.connection) if one.code not in hidden}
    found = alerts.standing(turn.connection)
    return [(alert, codes[alert.enrolment]) for alert in found if alert.enrolment in codes]


# ------------------------------------------------------------------------------ who answers


def kept(turn: Turn, hidden: Hidden) -> list[Kept]:
    """How each participant has answered so far."""
    found: dict[str, Kept] = {}
    for code, enrolled, status, late_, count in looks.answered_counts(turn.connection):
        if code in hidden:
            continue
        one = found.setdefault(code, Kept(code, enrolled, 0, 0, 0))
        if status in ANSWERED:
            one = replace(one, answered=one.answered + count, late=one.late + count * late_)
        elif status in NOT_ANSWERED:
            one = replace(one, missed=one.missed + count)
        found[code] = one
    return list(found.values())


# ------------------------------------------------------------------------------ today


def asked_today(turn: Turn, hidden: Hidden) -> list[Asked]:
    """Every assessment whose day is its participant's today, in the order of the study's plan."""
    now = turn.now
    around = local_day(now, "UTC")
    rows = looks.planned_between(turn.connection, around - timedelta(days=1), around + timedelta(days=1))
    order = list(turn.study.plan)
    found = [
        Asked(row.code, row.timepoint, progress, row.reminded)
        for row in rows
        if row.code not in hidden
        and row.day == local_day(now, row.zone)
        and (progress := _progress(row)) is not None
    ]
    found.sort(key=lambda one: order.index(one.timepoint) if one.timepoint in order else len(order))
    return found


def _progress(row: Row) -> Progress | None:
    """How it stands; None for what is nobody's business any more."""
    if row.status == "planned":
        return "later" if row.enrolled == "active" else "paused" if row.enrolled == "paused" else None
    if row.status in {"complete", "partial", "declined"}:
        return "done"
    known: dict[str, Progress] = {
        "open": "open", "missed": "missed", "not_delivered": "missed", "paused": "paused", "outage": "outage",
    }  # fmt: skip
    return known.get(row.status)


# ------------------------------------------------------------------------------ who is overdue


def late(turn: Turn, hidden: Hidden) -> list[Late]:
    """Who is behind: missed the last of a timepoint's assessments, or has one open that was called to mind."""
    today = local_day(turn.now, "UTC")
    rows = looks.planned_between(turn.connection, today - LOOK_BACK, today + timedelta(days=1))
    found = []
    for mine in _by_timepoint(row for row in rows if row.enrolled in LIVING and row.code not in hidden):
        begun = [row for row in mine if row.status not in {"planned", "paused", "outage", "withdrawn"}]
        behind = _behind(begun)
        if behind is not None:
            found.append(behind)
    return found


def _by_timepoint(rows: Iterable[Row]) -> list[list[Row]]:
    grouped: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        grouped.setdefault((row.code, row.timepoint), []).append(row)
    return list(grouped.values())


def _behind(begun: list[Row]) -> Late | None:
    newest = begun[-1] if begun else None
    if newest is None:
        return None
    ended = [row for row in begun if row.status != "open"]
    run = 0
    while run < len(ended) and ended[-1 - run].status in SILENT:
        run += 1
    if newest.status == "open" and not newest.reminded:
        return None if run == 0 else Late(newest.code, newest.timepoint, run, ended[-1].day)
    if newest.status == "open" and run == 0:
        return Late(newest.code, newest.timepoint, 0, newest.day, newest.prompted_at or newest.opens_at)
    return Late(newest.code, newest.timepoint, run, ended[-1].day) if run else None


def forms(turn: Turn, hidden: Hidden) -> list[Form]:
    """Clinicians' forms whose window has opened and that nobody has entered; the newest of each kind alone."""
    clinicians = {point.name for point in turn.study.plan.values() if point.by == "clinician"}
    if not clinicians:
        return []
    since = turn.now - LOOK_BACK
    entered = looks.forms_entered(turn.connection, local_day(since, "UTC"))
    found = []
    for enrolment in people.all_enrolments(turn.connection):
        if enrolment.status not in LIVING or enrolment.code in hidden:
            continue
        planned = {}
        for one in plan(turn.study, calendar_of(enrolment), since, turn.now + timedelta(seconds=1)):
            if (
                one.timepoint in clinicians
                and enrolment.active_from
                and one.closes_at > enrolment.active_from
            ):
                planned[one.timepoint] = one
        for one in planned.values():
            first = local_day(one.opens_at, enrolment.zone)
            if not any(
                whose == enrolment.id and name == one.timepoint and day >= first
                for whose, name, day in entered
            ):
                over = turn.now >= one.closes_at
                found.append(Form(enrolment.code, one.timepoint, one.day, one.closes_at, over))
    return found


def expected_today(turn: Turn, hidden: Hidden) -> list[tuple[str, int]]:
    """How many participants are asked each timepoint today, in the order of the plan."""
    counts: dict[str, int] = {}
    for one in asked_today(turn, hidden):
        if one.progress not in {"paused", "outage"}:
            counts[one.timepoint] = counts.get(one.timepoint, 0) + 1
    return list(counts.items())
