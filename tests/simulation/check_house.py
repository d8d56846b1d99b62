"""Is the trail whole, is nothing stuck, and is everything quiet once nothing breaks any more? (I9, I10, I11)

The rule: what stands in a record must be what the trail's rows add up to.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from tests.simulation.evidence import Evidence, Row, short

MINUTE = timedelta(minutes=1)


def check(found: Evidence) -> Iterator[str]:
    """All problems of the house itself."""
    yield from _trail_of_answers(found)
    yield from _trail_of_people(found)
    yield from _trail_of_alerts(found)
    yield from _dead_letters(found)
    yield from _quiet_at_the_end(found)


# ------------------------------------------------------------------------------ I9


def _trail(found: Evidence, *actions: str) -> dict[tuple[str, str], list[Row]]:
    """Rows of the trail by object and field."""
    rows: dict[tuple[str, str], list[Row]] = {}
    for row in found["audit"]:
        if row["action"] in actions:
            rows.setdefault((row["object_id"], row["field"]), []).append(row)
    return rows


def _trail_of_answers(found: Evidence) -> Iterator[str]:
    noted = _trail(found, "answered", "answer revised")
    for (assessment, item), rows in found.by("response", "assessment_id", "item").items():
        trail = noted.get((f"{assessment}/{item}", item), [])
        wanted = [_shown(row) for row in sorted(rows, key=lambda row: row["revision"])]
        if [row["new"] for row in trail] != wanted:
            yield f"I9: {item} of {assessment} is {wanted}, its trail says {[row['new'] for row in trail]}"
    for table, action in (("consent", "consent"), ("note", "note kept")):
        count = sum(1 for row in found["audit"] if row["action"] == action)
        kept = [row for row in found[table] if table != "note" or row["kind"] != "after the end"]
        if count < len(kept):
            yield f"I9: {len(kept)} rows of {table}, {count} in the trail"


def _shown(row: Row) -> object:
    return row["value"] if row["absent"] is None else f"({row['absent']})"


def _trail_of_people(found: Evidence) -> Iterator[str]:
    status: dict[str, str] = {}
    reach: dict[str, str] = {}
    opened, ended = set(), {}
    for row in found["audit"]:
        if row["object"] == "enrolment" and row["field"] == "status" and row["new"]:
            status[row["object_id"]] = str(row["new"]).split()[0]
        if row["object"] == "enrolment" and row["field"] == "reach":
            reach[row["object_id"]] = row["new"]
        if row["action"] == "chat bound":
            reach[row["object_id"]] = "ok"
        if row["action"] in {"assessment opened", "assessment begun"}:
            opened.add(row["object_id"])
        if row["action"] == "assessment ended":
            ended[row["object_id"]] = row["new"]
    yield from _as_it_stands(found, status, reach)
    for one in found["assessment"]:
        if one["status"] == "planned":
            continue
        if one["study_hash"] and one["id"] not in opened:
            yield f"I9: {one['timepoint']} {one['id']} was opened without a trace"
        never_opened = one["study_hash"] is None and one["status"] == "withdrawn"
        if one["status"] != "open" and not never_opened and ended.get(one["id"]) != one["status"]:
            yield f"I9: {one['timepoint']} {one['id']} is {one['status']}, the trail says {ended.get(one['id'])}"


def _as_it_stands(found: Evidence, status: dict[str, str], reach: dict[str, str]) -> Iterator[str]:
    for person in found["enrolment"]:
        now = person["status"] if person["status"] not in {"invited", "welcoming"} else None
        if status.get(person["id"]) != now:
            yield f"I9: {person['code']} is {person['status']}, the trail says {status.get(person['id'])}"
        if person["reach"] != reach.get(person["id"], "unknown"):
            yield f"I9: {person['code']}'s reach is {person['reach']}, the trail says {reach.get(person['id'])}"


def _trail_of_alerts(found: Evidence) -> Iterator[str]:
    names = {"raised": "alert raised", "hit": "rule met again", "acknowledged": "alert acknowledged"}
    names |= {"closed": "alert closed", "corrected": "answer corrected", "called": "participant called"}
    names |= {
        "assigned": "alert assigned",
        "snoozed": "alert snoozed",
        "lapsed woken left": "alert open again",
    }
    events = found.by("alert_event", "alert_id")
    for deed, action in names.items():
        noted = _trail(found, action)
        for alert in found["alert"]:
            happened = sum(1 for event in events[alert["id"]] if event["entry"]["deed"] in deed.split())
            traced = len(noted.get((alert["id"], alert["concept"]), []))
            if happened != traced:
                yield f"I9: {alert['rule']} {alert['id']}: {deed} {happened} times, {traced} in the trail"
    bound = sum(
        1
        for row in found["audit"]
        if row["action"] in {"chat bound", "staff bound", "team chat bound", "chat moved"}
    )
    if bound != len(found["contact"]):
        yield f"I9: {len(found['contact'])} chats were bound, {bound} in the trail"


# ------------------------------------------------------------------------------ I10


def _dead_letters(found: Evidence) -> Iterator[str]:
    surfaced = {
        row["object_id"]
        for row in found["audit"]
        if row["action"] in {"message refused", "alert path broken"}
    }
    lost = {row["object_id"] for row in found["audit"] if row["action"] == "contact lost"}
    posts = {
        call.result["message_id"]
        for call in found.calls
        if call.method == "sendMessage" and isinstance(call.result, dict)
    }
    for row in found["outbox"]:
        name = f"I10: {row['purpose']} {row['id']} of {short(row['created_at'])}"
        if row["state"] == "sending" and row["claimed_until"] < found.end - MINUTE:
            yield f"{name} is being sent since its lease ended {short(row['claimed_until'])}"
        if row["state"] == "sent" and row["kind"] == "post" and row["number"] not in posts:
            yield f"{name} is said to be message {row['number']}, which the server never made"
        if row["state"] == "dead" and row["kind"] == "post":
            person = row["recipient"].removeprefix("participant:")
            harmless = row["recipient"].startswith(("chat:", "staff:")) and row["purpose"] not in {
                "alert",
                "notice",
            }
            if row["id"] not in surfaced and person not in lost and not harmless:
                yield f"{name} died and nobody knows: {row['fault']}"


# ------------------------------------------------------------------------------ I11


def _quiet_at_the_end(found: Evidence) -> Iterator[str]:
    before = found.end - MINUTE
    for row in found["inbox"]:
        if row["state"] == "new" and row["received_at"] < before:
            yield f"I11: update {row['update_id']} of {short(row['received_at'])} still waits"
    for row in found["outbox"]:
        if row["state"] == "waiting" and row["not_before"] < before:
            yield f"I11: {row['purpose']} to {row['recipient'][:12]} has been due since {short(row['not_before'])}"
    for table in ("assessment", "alert"):
        for row in found[table]:
            if row["next_at"] is not None and row["next_at"] < before:
                yield f"I11: {table} {row['id']} has been due since {short(row['next_at'])}"
    yield from _left_over(found, before)


def _left_over(found: Evidence, before: datetime) -> Iterator[str]:
    for person in found["enrolment"]:
        if person["status"] == "paused" and person["paused_until"] < before:
            yield f"I11: {person['code']}'s pause ended {short(person['paused_until'])}, and goes on"
    for fate in found.fates:
        if fate.fate == "waiting" and fate.queued_at < before:
            yield f"I11: update {fate.update['update_id']} of {short(fate.queued_at)} was not fetched"
    for cause in found.record.unexpected:
        yield f"died: {cause}"
