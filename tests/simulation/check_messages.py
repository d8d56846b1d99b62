"""Was everything said to the right chat, at a time when it may be said, and not too often? (I6, I7, I8)

The rule: judged by what the server accepted, and to whom each chat belonged at that very instant.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from probot.sandbox.transcript import Call
from tests.simulation.evidence import MOMENT, Evidence, Row, short
from tests.simulation.words import canary, code

QUIET_FROM, QUIET_TO = (21, 30), (7, 0)
JUST_NOW = timedelta(minutes=3)


def check(found: Evidence) -> Iterator[str]:
    """All problems with messages."""
    yield from _when(found)
    yield from how_often(found)
    yield from _reminders(found)
    yield from _to_whom(found)
    yield from _on_time(found)


def _questions(found: Evidence) -> Iterator[tuple[Call, int, Row, str]]:
    """Messages that ask an item, with the assessment and the item."""
    for call, chat, _, data in found.messages():
        asked = [each.split(":") for each in data if each.startswith("a:") and not each.endswith(":~c")]
        if asked and call.method == "sendMessage":
            yield call, chat, found.assessments.get(asked[0][1], {}), asked[0][2]


# ------------------------------------------------------------------------------ I6: when


def _when(found: Evidence) -> Iterator[str]:
    heard = _heard(found)
    for call, chat, one, item in _questions(found):
        person = found.enrolments.get(one.get("enrolment_id", ""))
        if person is None:
            yield f"I6: a question of no assessment went to a chat at {short(call.at)}"
            continue
        name = f"I6: {person['code']} was asked {item} at {short(call.at)}"
        if person["active_from"] is None or call.at < person["active_from"]:
            yield f"{name}, before taking part"
        if person["ended_at"] is not None and call.at > person["ended_at"] + MOMENT:
            yield f"{name}, after the end"
        if not one["opens_at"] <= call.at <= one["grace_until"] + MOMENT:
            yield f"{name}, outside the window {short(one['opens_at'])} to {short(one['grace_until'])}"
        if _quiet(found.local(call.at)) and not any(
            call.at - JUST_NOW <= at <= call.at for at in heard.get(chat, [])
        ):
            yield f"{name}, in quiet hours and out of nothing"


def _quiet(local: datetime) -> bool:
    return (local.hour, local.minute) >= QUIET_FROM or (local.hour, local.minute) < QUIET_TO


def _heard(found: Evidence) -> dict[int | None, list[datetime]]:
    """When something a person did was handled: whatever follows at once is an answer to it."""
    handled: dict[int | None, list[datetime]] = {}
    for row in found["inbox"]:
        fate = found.fate_of.get(row["update_id"])
        if fate is not None and row["handled_at"] is not None:
            handled.setdefault(fate.chat, []).append(row["handled_at"])
    return handled


def _on_time(found: Evidence) -> Iterator[str]:
    """Nobody is asked for the first time later than the study allows."""
    late = {"daily": timedelta(hours=4), "weekly": timedelta(hours=20)}
    first: dict[str, datetime] = {}
    for row in found["outbox"]:
        if row["purpose"] == "question" and row["assessment_id"]:
            first.setdefault(row["assessment_id"], row["created_at"])
    for key, at in first.items():
        one = found.assessments[key]
        allowed = late.get(one["timepoint"])
        if allowed and one["prompted_at"] and one["prompted_at"] > one["opens_at"] + allowed:
            yield f"I6: {one['timepoint']} of {one['day']} was first asked {short(at)}, too late to begin"


# ------------------------------------------------------------------------------ I6: how often


def how_often(found: Evidence) -> Iterator[str]:
    """Once for each row of the outbox, and once more for each sending that the world left in the dark."""
    wanted = Counter(
        (row["assessment_id"], row["item"])
        for row in found["outbox"]
        if row["kind"] == "post"
        and row["purpose"] in {"question", "reminder"}
        and row["state"] in {"sent", "dropped", "waiting", "sending", "dead"}
    )
    sent: dict[tuple[str, str], list[Call]] = {}
    for call, _, one, item in _questions(found):
        sent.setdefault((one.get("id", ""), item), []).append(call)
    for key, calls in sent.items():
        dark = sum(
            1 for call in calls if call.cut or found.broken(call.at - MOMENT, call.at + timedelta(seconds=35))
        )
        if len(calls) > wanted[key] + dark:
            yield f"I6: {key[1]} of {key[0]} was sent {len(calls)} times for {wanted[key]} reasons"


def _reminders(found: Evidence) -> Iterator[str]:
    ended = {
        row["id"]: row["finished_at"]
        for row in found["assessment"]
        if row["status"] in {"complete", "declined"}
    }
    reminded: Counter[str] = Counter()
    for row in found["outbox"]:
        if row["purpose"] != "reminder" or row["kind"] != "post":
            continue
        reminded[row["assessment_id"]] += 1
        finished = ended.get(row["assessment_id"])
        if (
            finished is not None
            and row["state"] == "sent"
            and row["sent_at"] > finished + timedelta(minutes=1)
        ):
            yield f"I6: {row['assessment_id']} was reminded {short(row['sent_at'])}, answered {short(finished)}"
    for key, count in reminded.items():
        if count > len(found.assessments[key]["reminders"]):
            yield f"I6: {key} was reminded {count} times"
    first_prompts = Counter(
        (row["assessment_id"], row["item"])
        for row in found["outbox"]
        if row["purpose"] == "question" and row["kind"] == "post" and row["lane"] == 3
    )
    for (assessment, item), count in first_prompts.items():
        one = found.assessments[assessment]
        gaps = sum(
            1
            for gap in found["outage"]
            if gap["ended_at"] > one["opens_at"] and gap["began_at"] < one["grace_until"]
        )
        others = sum(
            1
            for row in found["audit"]
            if row["code"] == found.enrolments[one["enrolment_id"]]["code"]
            and row["action"] in {"resumed", "contact found again", "assessment ended"}
            and one["opens_at"] <= row["at"] <= one["grace_until"]
        )
        if count > 1 + gaps + others:
            yield f"I6: {item} of {assessment} was put {count} times out of nothing ({gaps} gaps)"


# ------------------------------------------------------------------------------ I7, I8: to whom


def _to_whom(found: Evidence) -> Iterator[str]:
    names = {canary(number): code(number) for number in range(len(found.enrolments))}
    names |= {one["code"]: one["code"] for one in found.enrolments.values()}
    pattern = re.compile("|".join(map(re.escape, names))) if names else None
    for call, chat, text, data in found.messages():
        at, belongs = call.at, found.principals(chat, call.at)
        person = found.participant(chat, at)
        team = found.is_staff(chat, at)
        for name in set(pattern.findall(text)) if pattern else ():
            if not team and (person is None or person["code"] != names[name]):
                yield f"I7: {name} was said at {short(at)} to a chat of {belongs or 'nobody'}"
        kinds = {each[:2] for each in data}
        if "k:" in kinds and not team:
            yield f"I7: an alert's buttons went at {short(at)} to a chat of {belongs or 'nobody'}"
        for each in data:
            parts = each.split(":")
            if parts[0] == "a":
                owner = found.assessments.get(parts[1], {}).get("enrolment_id")
                if person is None or person["id"] != owner:
                    yield f"I7: a question went at {short(at)} to a chat of {belongs or 'nobody'}"
                    break
        if not belongs and data:
            yield f"I8: buttons went at {short(at)} to a chat that belongs to nobody"
        gone = person is not None and person["ended_at"] is not None and at > person["ended_at"] + MOMENT
        if gone and kinds & {"a:", "w:", "c:"} and call.method == "sendMessage":
            yield f"I8: {person and person['code']} got buttons at {short(at)}, after the end"
