"""What does the statistician get of what came of the treatment? Adverse events, dated events, the endpoint.

The rule: as in `export`: coded data only and nothing left out; the endpoint is worked out anew from the answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from sqlalchemy import Connection, select

from probot.outcomes.adverse import AdverseEvent, Version
from probot.outcomes.reports import FIRST, made
from probot.services import endpoint
from probot.services.turn import Studies
from probot.store import adverse, evidence, people
from probot.store.tables_outcomes import study_event
from probot.study.ctcae import VERSION

What = Literal["adverse-events", "events", "endpoint"]

COLUMNS: Mapping[What, tuple[str, ...]] = {
    "adverse-events": (
        "code", "number", "version", "is_latest", "state", "term", "ctcae_version", "specified", "grade",
        "grade_worst", "onset", "ended", "serious", "criteria", "related", "expected", "action", "outcome",
        "narrative", "noted_at", "known_at", "aware_at", "judged_by", "judged_at", "reason", "signed_by", "signed_at",
        "reported_by", "reported_at", "dismissed", "contacts", "alert_id", "assessment_id", "study_hash", "adverse_id",
        "aware_said", "follow_ups_reported_by", "follow_ups_reported_at",
    ),
    "events": (
        "code", "event", "day", "recorded_at", "recorded_by", "void_at", "void_by", "void_reason", "event_id",
    ),
    "endpoint": (
        "code", "site", "state", "healed_on", "confirmed_on", "relapsed_on", "all_sites_healed_on", "day", "grade",
        "pain", "pain_day", "met", "grade_assessment_id", "pain_assessment_id", "study_hash", "since", "counts",
    ),
}  # fmt: skip
"""The columns of each export, in order. They are only ever added to, at the end."""

Row = dict[str, Any]


def adverse_events(connection: Connection) -> Iterator[Row]:
    """One row for each judgement, and one for each event that has none yet."""
    codes = {one.id: one.code for one in people.all_enrolments(connection)}
    names = {person.id: person.name for person in people.all_staff(connection)}
    events = sorted(adverse.all_of(connection), key=lambda one: (codes.get(one.enrolment, ""), one.number))
    for event in events:
        for version in event.versions or (None,):
            yield {"code": codes.get(event.enrolment), **_adverse(event, version, names)}


def _adverse(event: AdverseEvent, version: Version | None, names: dict[Any, str]) -> Row:
    deeds, follow_ups = event.history, made(event)[FIRST + 1 :]
    row: Row = {
        "number": event.number, "state": event.state, "noted_at": event.noted_at, "known_at": event.known_at,
        "aware_at": event.aware_at, "reported_by": names.get(event.reported_by, event.reported_by),
        "reported_at": event.reported_at, "alert_id": event.alert, "adverse_id": event.id,
        "dismissed": next((each.detail for each in reversed(deeds) if each.deed == "dismiss"), None)
        if event.state == "dismissed" else None,
        "contacts": [each.detail for each in deeds if each.deed == "contact"],
        "follow_ups_reported_by": [names.get(each.by, each.by) for each in follow_ups],
        "follow_ups_reported_at": [each.at for each in follow_ups],
    }  # fmt: skip
    if version is None:
        return row
    signed = event.signed == version.number
    answers = version.answers
    return row | {
        "version": version.number, "is_latest": version is event.latest,
        "term": version.term.name if version.term else None, "ctcae_version": VERSION,
        "specified": answers.get("specify"), "grade": version.grade, "grade_worst": event.worst,
        "onset": answers.get("onset"), "ended": answers.get("ended"), "serious": version.serious,
        "criteria": list(version.criteria), "related": answers.get("related"), "expected": answers.get("expected"),
        "action": answers.get("action"), "outcome": answers.get("outcome"), "narrative": answers.get("narrative"),
        "aware_said": answers.get("aware"),
        "judged_by": names.get(version.by, version.by), "judged_at": version.at, "reason": version.reason,
        "signed_by": names.get(event.signed_by, event.signed_by) if signed else None,
        "signed_at": event.signed_at if signed else None, "assessment_id": version.assessment,
        "study_hash": version.study,
    }  # fmt: skip


def dated_events(connection: Connection) -> Iterator[Row]:
    """Every event that was recorded, also those that were taken back."""
    codes = {one.id: one.code for one in people.all_enrolments(connection)}
    names = {str(person.id): person.name for person in people.all_staff(connection)}
    rows = [dict(row._mapping) for row in connection.execute(select(study_event))]  # noqa: SLF001 -- as documented
    for row in sorted(rows, key=lambda each: (codes[each["enrolment_id"]], each["day"], each["recorded_at"])):
        yield row | {
            "code": codes[row["enrolment_id"]], "event_id": row["id"],
            "recorded_by": names.get(row["recorded_by"], row["recorded_by"]),
            "void_by": names.get(row["void_by"], row["void_by"]),
        }  # fmt: skip


def endpoint_rows(connection: Connection, code: str | None = None) -> Iterator[Row]:
    """One row for each examination of each site, with the site's result; a site without any has one row."""
    study = Studies().in_force(connection)
    if study.endpoint is None:
        return
    for enrolment in sorted(people.all_enrolments(connection), key=lambda one: one.code):
        if code is not None and enrolment.code != code:
            continue
        found = evidence.answers(connection, enrolment.id, endpoint.items_of(study.endpoint))
        result = endpoint.worked_out(study, study.endpoint, enrolment, found)
        for site in result.sites:
            row = {
                "code": enrolment.code, "site": site.site, "state": site.state, "healed_on": site.healed_on,
                "confirmed_on": site.confirmed_on, "relapsed_on": site.relapsed_on,
                "all_sites_healed_on": result.healed_on, "study_hash": study.hash, "since": result.since,
            }  # fmt: skip
            for one in site.evidence:
                yield row | {
                    "day": one.graded.day, "grade": one.graded.grade, "met": one.met,
                    "counts": one.baseline is None,
                    "pain": one.felt.pain if one.felt else None, "pain_day": one.felt.day if one.felt else None,
                    "grade_assessment_id": one.graded.assessment,
                    "pain_assessment_id": one.felt.assessment if one.felt else None,
                }  # fmt: skip
            if not site.evidence:
                yield row
