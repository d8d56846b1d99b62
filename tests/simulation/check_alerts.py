"""Did every rule that was met reach people, and did it go on until somebody took it? (I3, I4, I5)

The rule: which rules are met is worked out here once more, in fifty lines that know only this small study.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from tests.simulation.evidence import Evidence, Row, short
from tests.simulation.words import MEANS, value_of_tap

WATCHED = {"pain", "pain_now", "temperature", "chills"}
MINUTE = timedelta(minutes=1)
Number = int | float


def check(found: Evidence) -> Iterator[str]:
    """All problems with alerts."""
    yield from _as_the_rules_say(found)
    yield from _missed(found)
    yield from _blocked(found)
    yield from _told(found)
    yield from _taken(found)
    yield from _escalated(found)


# ------------------------------------------------------------------------------ I3: the rules once more


def met(item: str, value: object, previous: Number | None) -> tuple[str, str] | None:
    """The concept and the strongest rule that an answer meets."""
    if item == "pain" and isinstance(value, int | float):
        if value >= 7:
            return "pain", "severe_pain"
        if value >= 4 and previous is not None and value - previous >= 2:
            return "pain", "rising_pain"
        if value >= 4:
            return "pain", "moderate_pain"
    if item == "pain_now" and isinstance(value, int | float) and value >= 7:
        return "pain", "severe_pain"
    if item == "temperature" and isinstance(value, int | float) and value >= 38:
        return "fever", "fever"
    if item == "chills" and value == "yes":
        return "fever", "fever"
    return None


def _previous(rows: list[Row], one: Row) -> Number | None:
    """The newest pain of another diary within 72 hours, as it stood when this one was stored."""
    newest: dict[str, Row] = {}
    for row in rows:
        known = row["item"] == "pain" and row["stored_at"] < one["stored_at"]
        if known and row["assessment_id"] != one["assessment_id"]:
            before = newest.get(row["assessment_id"])
            if before is None or row["revision"] > before["revision"]:
                newest[row["assessment_id"]] = row
    since = one["answered_at"] - timedelta(hours=72)
    standing = [row for row in newest.values() if row["value"] is not None and row["answered_at"] >= since]
    last = max(standing, key=lambda row: row["answered_at"], default=None)
    return None if last is None else last["value"]


def _expected(found: Evidence) -> Iterator[tuple[str, datetime, str, set[str]]]:
    """Participant, moment, concept and the rules one of which must be on record there."""
    for enrolment, rows in found.by("response", "enrolment_id").items():
        for row in rows:
            if row["source"] == "system" or row["value"] is None:
                continue
            hit = met(row["item"], row["value"], _previous(rows, row))
            if hit is not None:
                yield enrolment, row["stored_at"], hit[0], {hit[1]}
    for note in found["note"]:
        item, said = note["item"], note["words"]
        if item not in WATCHED or note["kind"] not in {"late", "unclear"}:
            continue
        value = value_of_tap(item, said)
        hit = met(item, MEANS[item].get(said) if value is None else value, None)
        if hit is not None:
            # Whether it is a rise depends on when it was meant for, which a note does not say.
            rules = {hit[1]} if hit[1] != "moderate_pain" else {"moderate_pain", "rising_pain"}
            yield note["enrolment_id"], note["received_at"], hit[0], rules


def _as_the_rules_say(found: Evidence) -> Iterator[str]:
    events = _events(found)
    wanted = list(_expected(found))
    for enrolment, at, concept, rules in wanted:
        here = events.get((enrolment, concept, at), [])
        if not any(entry["rule"] in rules for _, entry in here):
            code = found.enrolments[enrolment]["code"]
            known = [entry["rule"] for _, entry in here]
            yield f"I3: {code} met {'/'.join(sorted(rules))} at {short(at)}, on record is {known or 'nothing'}"
    right = {(enrolment, concept, at) for enrolment, at, concept, _ in wanted}
    for (enrolment, concept, at), here in events.items():
        if concept in {"pain", "fever"} and (enrolment, concept, at) not in right:
            code = found.enrolments[enrolment]["code"]
            yield f"I3: {code} has {here[0][1]['rule']} at {short(at)}, and nothing met it"


def _events(found: Evidence) -> dict[tuple[str, str, datetime], list[tuple[Row, Row]]]:
    alerts = {row["id"]: row for row in found["alert"]}
    grouped: dict[tuple[str, str, datetime], list[tuple[Row, Row]]] = {}
    for event in found["alert_event"]:
        alert, entry = alerts[event["alert_id"]], event["entry"]
        if entry["deed"] in {"raised", "hit"}:
            key = (alert["enrolment_id"], alert["concept"], _at(entry))
            grouped.setdefault(key, []).append((alert, entry))
    return grouped


def _at(entry: Row) -> datetime:
    return datetime.fromisoformat(entry["at"])


def _missed(found: Evidence) -> Iterator[str]:
    """Two diaries missed in a row raise the alert of the second."""
    events = _events(found)
    diaries: dict[str, list[Row]] = {}
    for row in found["assessment"]:
        if row["timepoint"] == "daily":
            diaries.setdefault(row["enrolment_id"], []).append(row)
    for enrolment, rows in diaries.items():
        run = 0
        for row in sorted(rows, key=lambda row: str(row["day"])):
            if row["status"] in {"missed", "not_delivered"}:
                run += 1
                if run >= 2 and (enrolment, "no_answer", row["finished_at"]) not in {
                    (key[0], here[0][1]["rule"], key[2]) for key, here in events.items()
                }:
                    code = found.enrolments[enrolment]["code"]
                    yield f"I3: {code} missed {run} diaries by {short(row['finished_at'])} and nobody was told"
            elif row["status"] in {"complete", "partial", "declined"}:
                run = 0


def _blocked(found: Evidence) -> Iterator[str]:
    """Whoever takes part and blocks the bot raises an alert, each time: a silent patient may be a sick one."""
    raised: dict[str, list[datetime]] = {}
    for (enrolment, _, at), here in _events(found).items():
        if any(entry["rule"] == "not_reachable" for _, entry in here):
            raised.setdefault(enrolment, []).append(at)
    handled = {row["update_id"]: row["handled_at"] for row in found["inbox"]}
    back: dict[int | None, datetime | None] = {}
    for fate in found.fates:
        if fate.kind != "my_chat_member" or fate.chat is None or fate.chat < 0:
            continue
        at = handled.get(fate.update["update_id"])
        if fate.update["my_chat_member"]["new_chat_member"]["status"] != "kicked":
            back[fate.chat] = at
            continue
        before = back.get(fate.chat, fate.queued_at)
        person = found.participant(fate.chat, at) if at is not None else None
        if at is None or person is None or before is None or before > at or not _takes_part(person, at):
            continue
        if not any(fate.queued_at <= moment <= at for moment in raised.get(person["id"], [])):
            yield f"I3: {person['code']} blocked the bot at {short(fate.queued_at)} and nobody was told"


def _takes_part(person: Row, at: datetime) -> bool:
    active, ended = person["active_from"], person["ended_at"]
    return active is not None and active < at and (ended is None or at < ended)


# ------------------------------------------------------------------------------ I4: it reached people


def _told(found: Evidence) -> Iterator[str]:
    accepted: dict[str, list[tuple[datetime, int]]] = {}
    for call, chat, _, data in found.messages():
        for each in data:
            if each.startswith("k:") and call.method == "sendMessage":
                accepted.setdefault(each.split(":")[1], []).append((call.at, chat))
    for row in found["alert"]:
        code = found.enrolments[row["enrolment_id"]]["code"]
        name = f"I4: {code}'s {row['rule']} of {short(row['raised_at'])}"
        if row["tier"] == "routine":
            yield from _in_a_digest(found, row, code, name)
            continue
        here = [at for at, chat in accepted.get(row["id"], []) if found.is_staff(chat, at)]
        if not here:
            if row["raised_at"] < found.end - 2 * MINUTE:
                yield f"{name} was accepted for nobody who is entitled"
            continue
        first = min(here)
        late = first - _since(found, row)
        if late > MINUTE and not found.broken(_since(found, row) - MINUTE, first):
            yield f"{name} took {late} to reach anybody"


def _since(found: Evidence, row: Row) -> datetime:
    """When it first was of a tier that is told at once."""
    for event in found["alert_event"]:
        entry = event["entry"]
        if event["alert_id"] == row["id"] and entry["tier"] in {"urgent", "soon"}:
            return _at(entry)
    moment: datetime = row["raised_at"]
    return moment


def _in_a_digest(found: Evidence, row: Row, code: str, name: str) -> Iterator[str]:
    local = found.local(row["raised_at"]).replace(minute=0, second=0, microsecond=0)
    morning = local.replace(hour=8).astimezone(UTC)
    if morning < row["raised_at"]:
        morning = (local.replace(hour=8) + timedelta(days=1)).astimezone(
            UTC
        )  # eight by the clock of that day
    taken = row["acknowledged_at"]
    if (taken is not None and taken < morning) or morning > found.end - timedelta(minutes=20):
        return
    told = any(
        call.at >= morning and code in text and found.is_staff(chat, call.at)
        for call, chat, text, _ in found.messages()
    )
    if not told:
        yield f"{name} is in no morning list"


# ------------------------------------------------------------------------------ I4: somebody took it


def _taken(found: Evidence) -> Iterator[str]:
    taps: dict[str, list[tuple[datetime, int]]] = {}
    for act in found.acts:
        if act.kind == "tapped":
            taps.setdefault(act.details["data"], []).append((act.at, act.person))
    for row in found["alert"]:
        code = found.enrolments[row["enrolment_id"]]["code"]
        name = f"I4: {code}'s {row['rule']} of {short(row['raised_at'])}"
        if row["state"] == "open" and row["next_at"] is None:
            yield f"{name} is open and nobody will be told again"
        for deed, action in (("acknowledged", "ack"), ("closed", f"c-{row['action']}")):
            by, at = row[f"{deed}_by"], row[f"{deed}_at"]
            if by is None:
                if row["state"] == deed:
                    yield f"{name} is {deed} by nobody"
                continue
            own = {one.chat for one in found.chats if one.principal == f"staff:{by}" and one.holds(at)}
            here = taps.get(f"k:{row['id']}:{action}", [])
            if not any(person in own and when <= at for when, person in here):
                yield f"{name} was {deed} in the name of {found.staff.get(by, {}).get('name')}, who tapped nothing"


# ------------------------------------------------------------------------------ I5: it went on


def _escalated(found: Evidence) -> Iterator[str]:
    rows = found.by("outbox", "alert_id")
    events = found.by("alert_event", "alert_id")
    for alert in found["alert"]:
        said = [row for row in rows[alert["id"]] if row["kind"] == "post"]
        entries = [event["entry"] for event in events[alert["id"]]]
        for start, stop in _urgent_stretches(entries, found.end):
            yield from _rungs(found, alert, said, start, stop)


def _urgent_stretches(entries: list[Row], end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """From when until when an urgent ladder was being climbed."""
    start: datetime | None = None
    for entry in entries:
        begins = entry["deed"] in {"raised", "reopened", "lapsed", "woken", "left"} or (
            entry["deed"] == "hit" and entry["why"] == "tier"
        )
        stops = entry["deed"] in {"acknowledged", "closed"}
        if start is not None and (begins or stops):
            if begins and _at(entry) == start:
                continue
            yield start, _at(entry)
            start = None
        if begins and entry["tier"] == "urgent":
            start = _at(entry)
    if start is not None:
        yield start, end


def _rungs(found: Evidence, alert: Row, said: list[Row], start: datetime, stop: datetime) -> Iterator[str]:
    due, number = start + 10 * MINUTE, 1
    while due + 2 * MINUTE < stop:
        if not found.broken(due - 2 * MINUTE, due + 2 * MINUTE, "crash", "store", "start", "disk"):
            here = [row for row in said if due - timedelta(seconds=2) <= row["created_at"] <= due + MINUTE]
            code = found.enrolments[alert["enrolment_id"]]["code"]
            name = f"I5: {code}'s {alert['rule']} of {short(alert['raised_at'])}"
            role = {1: "doctor", 2: "head"}.get(number)
            wanted = found.role_here(role, due) if role else set()
            told = {row["recipient"] for row in here}
            if not here:
                yield f"{name}: step {number} was due {short(due)} and nobody was called"
            elif wanted and not wanted & told:
                yield f"{name}: step {number} was due {short(due)} and the {role} was not called"
        due, number = due + (10 if number < 3 else 30) * MINUTE, number + 1
