"""Is every answer on record, once, as it was given, and is every expected assessment accounted for? (I1, I2)

The rule: an answer is what the server handed over from the chat of somebody who takes part; what it means is read
from the simulation's own table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from probot.sandbox.transcript import UpdateFate
from tests.simulation.evidence import Evidence, Row, short
from tests.simulation.words import MEANS, value_of_tap

WITHOUT_ANSWERS = {"missed", "outage", "paused", "withdrawn", "not_delivered"}
FINAL = {"complete", "partial", "declined"} | WITHOUT_ANSWERS


def check(found: Evidence) -> Iterator[str]:
    """All problems with answers."""
    yield from _kept(found)
    yield from _accounted(found)
    yield from _traced(found)
    yield from _revisions(found)
    yield from _expected(found)


# ------------------------------------------------------------------------------ I1


def _kept(found: Evidence) -> Iterator[str]:
    kept = Counter(row["update_id"] for row in found["inbox"])
    for fate in found.fates:
        number = fate.update["update_id"]
        if fate.fate == "dropped":
            yield f"I1: update {number} was thrown away at the server"
        if fate.fate == "confirmed" and not kept[number]:
            yield f"I1: update {number} ({fate.kind}) of {short(fate.queued_at)} was confirmed and is nowhere"
        if kept[number] > 1:
            yield f"I1: update {number} is kept {kept[number]} times"
    for row in found["inbox"]:
        fate = found.fate_of.get(row["update_id"])
        if fate is None or fate.update != row["raw"]:
            yield f"I1: the inbox holds update {row['update_id']} which the server never gave"
        if row["state"] == "parked":
            yield f"I1: update {row['update_id']} was put aside: {row['fault']}"


def _accounted(found: Evidence) -> Iterator[str]:
    """Every answer handled while somebody took part is a response, a note, or says what is on record already."""
    responses = found.by("response", "cause")
    notes = {(row["enrolment_id"], row["cause"].rsplit(":", 1)[0]) for row in found["note"]}
    notes |= {(row["enrolment_id"], row["cause"]) for row in found["note"]}
    for row in found["inbox"]:
        fate, at = found.fate_of.get(row["update_id"]), row["handled_at"]
        if fate is None or at is None:
            continue
        person = found.participant(fate.chat, at)
        if person is None or not _takes_part(person, at):
            continue
        cause = f"update:{row['bot']}:{row['update_id']}"
        if (person["id"], cause) in notes:
            continue
        said = _answer(fate)
        if said is None:
            continue
        key, assessment, item, value = said
        mine = [one for one in responses[key or cause] if one["enrolment_id"] == person["id"]]
        if any(key or value == one["value"] for one in mine):
            continue
        if not _known_already(found, person, assessment, item, value, at):
            yield f"I1: {person['code']}: {value!r} for {item or '?'} ({cause}, handled {short(at)}) is nowhere"


def _takes_part(person: Row, at: object) -> bool:
    active, ended = person["active_from"], person["ended_at"]
    return active is not None and active < at and (ended is None or at < ended)


def _answer(fate: UpdateFate) -> tuple[str, str, str, object] | None:
    """The response's cause, assessment, item and value that an update stands for, where it plainly is an answer."""
    if fate.kind == "callback_query":
        parts = str(fate.update["callback_query"].get("data", "")).split(":")
        if len(parts) != 4 or parts[0] != "a":
            return None
        value = value_of_tap(parts[2], parts[3])
        return None if value is None else ("", parts[1], parts[2], value)
    if fate.kind != "message":
        return None
    message = fate.update["message"]
    text = str(message.get("text", ""))
    if not text or text.startswith("/") or text in {"tomorrow", "2 days"}:
        return None
    return f"message:{message['message_id']}", "", "", text


def _known_already(
    found: Evidence, person: Row, assessment: str, item: str, value: object, at: object
) -> bool:
    earlier = [
        row
        for row in found["response"]
        if row["enrolment_id"] == person["id"] and row["stored_at"] <= at and row["source"] != "system"
    ]
    if assessment:
        if found.assessments.get(assessment, {}).get("enrolment_id") != person["id"]:
            return True  # a button of somebody else: refused on record
        return any(
            row["assessment_id"] == assessment and row["item"] == item and row["value"] == value
            for row in earlier
        )
    return any(_meaning(row["item"], str(value)) == row["value"] is not None for row in earlier)


# ------------------------------------------------------------------------------ I2


def _traced(found: Evidence) -> Iterator[str]:
    """Every response rests on one update of this very person that says just this."""
    texts: dict[tuple[int | None, int], list[str]] = {}
    for fate in found.fates:
        if fate.kind in {"message", "edited_message"}:
            message = fate.update[fate.kind]
            texts.setdefault((fate.chat, message["message_id"]), []).append(str(message.get("text", "")))
    for row in found["response"]:
        if row["source"] == "system":
            continue
        where = f"I2: {found.enrolments[row['enrolment_id']]['code']} {row['item']}={row['value']!r}"
        if row["cause"].startswith("message:"):
            number = int(row["cause"].removeprefix("message:"))
            own = [one.chat for one in found.chats if one.principal == f"participant:{row['enrolment_id']}"]
            said = [text for chat in own for text in texts.get((chat, number), [])]
            if row["raw"] not in said:
                yield f"{where}: nobody wrote {row['raw']!r}"
            elif row["absent"] is None and row["value"] != _meaning(row["item"], row["raw"]):
                yield f"{where}: {row['raw']!r} does not mean that"
        else:
            yield from _traced_tap(found, row, where)


def _meaning(item: str, text: str) -> object:
    return text.strip() if item == "words" else MEANS[item].get(text)


def _traced_tap(found: Evidence, row: Row, where: str) -> Iterator[str]:
    fate = found.fate_of.get(int(row["cause"].rsplit(":", 1)[-1]))
    if fate is None or fate.kind != "callback_query":
        yield f"{where}: no update {row['cause']}"
        return
    data = fate.update["callback_query"].get("data", "")
    if data != f"a:{row['assessment_id']}:{row['item']}:{row['raw']}":
        yield f"{where}: the tap was {data!r}"
    elif row["absent"] is None and row["value"] != value_of_tap(row["item"], row["raw"]):
        yield f"{where}: {row['raw']!r} does not mean that"
    elif row["absent"] not in (None, {"~d": "declined", "~nd": "not_done"}.get(row["raw"])):
        yield f"{where}: {row['raw']!r} is not {row['absent']}"
    person = found.participant(fate.chat, row["stored_at"])
    if person is None or person["id"] != row["enrolment_id"]:
        yield f"{where}: the tap came from another chat"


def _revisions(found: Evidence) -> Iterator[str]:
    """No answer is counted twice."""
    for (assessment, item), rows in found.by("response", "assessment_id", "item").items():
        rows.sort(key=lambda row: row["revision"])
        if [row["revision"] for row in rows] != list(range(1, len(rows) + 1)):
            yield f"I1: {assessment} {item} has revisions {[row['revision'] for row in rows]}"
        for before, after in pairwise(rows):
            if (before["value"], before["absent"]) == (after["value"], after["absent"]):
                yield f"I1: {assessment} {item}: revision {after['revision']} repeats the one before"
    edits = Counter(
        (fate.chat, fate.update["edited_message"]["message_id"])
        for fate in found.fates
        if fate.kind == "edited_message"
    )
    for (enrolment, cause), rows in found.by("response", "enrolment_id", "cause").items():
        own = [row for row in rows if row["source"] != "system"]
        most = 1
        if cause.startswith("message:"):
            number = int(cause.removeprefix("message:"))
            chats = {one.chat for one in found.chats if one.principal == f"participant:{enrolment}"}
            most = max(1, len(chats)) + sum(edits[chat, number] for chat in chats)
        if len(own) > most:
            yield f"I1: {cause} counts {len(own)} times"


# ------------------------------------------------------------------------------ expected assessments


def _expected(found: Evidence) -> Iterator[str]:
    daily = {
        (row["enrolment_id"], str(row["day"])): row
        for row in found["assessment"]
        if row["timepoint"] == "daily"
    }
    own = Counter(row["assessment_id"] for row in found["response"] if row["source"] != "system")
    for person in found["enrolment"]:
        if person["active_from"] is None:
            continue
        day = found.local(person["active_from"]).date() + timedelta(days=1)
        while day < found.local(found.end).date():
            if (person["id"], day.isoformat()) not in daily:
                yield f"missing: {person['code']} has no diary of {day}"
            day += timedelta(days=1)
    for row in found["assessment"]:
        code, name = found.enrolments[row["enrolment_id"]]["code"], f"{row['timepoint']} of {row['day']}"
        closed = row["grace_until"] <= found.end - timedelta(minutes=2)
        if closed and row["status"] not in FINAL:
            yield f"missing: {code}: {name} closed {short(row['grace_until'])} and is still {row['status']}"
        if row["status"] in WITHOUT_ANSWERS and not row["reason"]:
            yield f"missing: {code}: {name} is {row['status']} without a reason"
        if row["status"] in {"missed", "outage", "not_delivered"} and own[row["id"]]:
            yield f"missing: {code}: {name} is {row['status']} with {own[row['id']]} answers"
        if row["status"] in {"complete", "partial", "declined"} and not own[row["id"]]:
            yield f"missing: {code}: {name} is {row['status']} without an answer"
