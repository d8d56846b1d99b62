"""Was anything lost or stuck, and how often did it ring? Read from the final database with plain SQL.

The rule: no product code is asked for anything; the rules and the ladder's times stand here once more, by hand.
"""

from __future__ import annotations

import json
import sqlite3
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.nurses.calm import at_night, check_soon
from tests.nurses.rules import TIERS, Tier, met

Row = dict[str, Any]
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LASTS = {"urgent": 4 * HOUR, "soon": 24 * HOUR, "routine": 168 * HOUR}
"""For how long an acknowledgement holds if nothing follows."""
ALERTS = {-1, 0}
"""The outbox's lanes for alerts: urgent ones, and the others."""
STEPS = {"acknowledged", "called", "assigned", "asked"}
WISHES = {"wants_contact_now": "now", "wants_contact_today": "today"}
LATER = ("ladder", "lapsed", "steps in a list")
"""Why it rings when nothing new was said."""
OPENS = {"raised", "reopened", "lapsed", "woken", "left"}


@dataclass(frozen=True)
class Crossing:
    """An answer that meets a rule of one concept; of several rules the highest tier's."""

    enrolment: str
    item: str
    concept: str
    rules: frozenset[str]
    tier: Tier
    at: datetime


class Found:
    """The rows of a finished run."""

    def __init__(self, file: str, end: datetime) -> None:
        self.end = end
        with closing(sqlite3.connect(file)) as connection:
            connection.row_factory = sqlite3.Row
            self.codes = {row["id"]: row["code"] for row in _rows(connection, "enrolment", "code")}
            self.responses = _rows(connection, "response", "stored_at, assessment_id, id")
            self.alerts = {row["id"]: row for row in _rows(connection, "alert", "raised_at, id")}
            self.outbox = _rows(connection, "outbox", "seq")
            self.waiting = connection.execute("SELECT count(*) FROM inbox WHERE state <> 'done'").fetchone()[
                0
            ]
            self.faults = [row for row in self.outbox if row["state"] == "dead"]
            self.staff = {row["id"]: row["name"] for row in _rows(connection, "staff", "id")}
            self.lists_of: dict[str, list[str]] = defaultdict(list)
            self.rounds: set[str] = set()
            """The lists of steps that fell due together; the others came at once."""
            for row in _rows(connection, "alert_thread", "message_id, alert_id"):
                if row["kind"] == "list":
                    self.lists_of[row["message_id"]].append(row["alert_id"])
                    if row["detail"] == "round":
                        self.rounds.add(row["message_id"])
            self.history: dict[str, list[Row]] = defaultdict(list)
            for row in _rows(connection, "alert_event", "alert_id, number"):
                entry = json.loads(row["entry"])
                self.history[row["alert_id"]].append({**entry, "at": datetime.fromisoformat(entry["at"])})
        self.crossings = list(_crossings(self.responses))

    def name(self, alert: Row) -> str:
        """An alert, for a reader of the report."""
        return f"{self.codes[alert['enrolment_id']]}'s {alert['rule']} of {alert['raised_at']:%m-%d %H:%M}"

    def pages(self, *, silent: bool = False) -> list[Row]:
        """The messages about alerts that rang on a phone of the care team (or, `silent`, did not)."""
        return [
            row for row in self.outbox
            if row["lane"] in ALERTS and row["kind"] == "post" and row["state"] == "sent" and _is_staffs(row)
            and self.is_silent(row) == silent
        ]  # fmt: skip

    def is_silent(self, row: Row) -> bool:
        """Whether a message came without a sound."""
        return bool(json.loads(row["content"]).get("silent"))

    def named(self, row: Row) -> list[str]:
        """The alerts that a message tells of."""
        return [row["alert_id"]] if row["alert_id"] else self.lists_of[row["id"]]

    def lists(self) -> list[Row]:
        """The morning lists and hand-overs that reached the team."""
        return [row for row in self.outbox
                if row["lane"] == 4 and row["kind"] == "post" and row["state"] == "sent" and _is_staffs(row)]  # fmt: skip


def _is_staffs(row: Row) -> bool:
    return row["recipient"] == "team" or row["recipient"].startswith("staff:")


def _rows(connection: sqlite3.Connection, table: str, order: str) -> list[Row]:
    found = []
    for row in connection.execute(f"SELECT * FROM {table} ORDER BY {order}"):
        one = dict(row)
        for name, value in one.items():
            if name.endswith("_at") and isinstance(value, str):
                one[name] = datetime.fromisoformat(value).replace(tzinfo=UTC)
        found.append(one)
    return found


# ------------------------------------------------------------------------------ which answers met a rule


def _crossings(responses: list[Row]) -> Iterator[Crossing]:
    earlier: dict[tuple[str, str], list[tuple[datetime, str, Any]]] = defaultdict(list)
    forms: dict[str, dict[str, Any]] = defaultdict(dict)
    for row in responses:  # a form's answers of one moment, before any of them is looked at
        if row["value"] is not None:
            forms[row["assessment_id"]][row["item"]] = json.loads(row["value"])
    for row in responses:
        value = None if row["value"] is None else json.loads(row["value"])
        if value is None or row["source"] == "system":
            continue
        known = earlier[row["enrolment_id"], row["item"]]

        def previous(hours: int, row: Row = row, known: Any = known) -> Any:
            others = [each for each in known if each[1] != row["assessment_id"]]
            last = others[-1] if others else None
            return last[2] if last and row["answered_at"] - last[0] <= hours * HOUR else None

        concepts: dict[str, list[tuple[str, Tier]]] = defaultdict(list)
        for concept, rule, tier in met(row["item"], value, forms[row["assessment_id"]], previous):
            concepts[concept].append((rule, tier))
        for concept, rules in concepts.items():
            top = max((tier for _, tier in rules), key=TIERS.index)
            names = frozenset(rule for rule, tier in rules if tier == top)
            yield Crossing(row["enrolment_id"], row["item"], concept, names, top, row["stored_at"])
        known.append((row["answered_at"], row["assessment_id"], value))


# ------------------------------------------------------------------------------ what is wrong


def check(found: Found) -> list[str]:
    """Everything that was lost or stuck, in words; none: all is well."""
    return [
        *_on_record(found), *_has_a_future(found), *_told_again(found), *check_soon(found),
        *_lapsed_in_time(found), *_by_somebody(found),
        *([f"{found.waiting} updates were never handled"] if found.waiting else []),
        *(f"a message of {row['created_at']:%m-%d %H:%M} came to {row['state']}: {row['fault']}" for row in found.faults),
    ]  # fmt: skip


def _on_record(found: Found) -> Iterator[str]:
    """Every crossing answer is in an alert's history, and nothing else is."""
    entries: dict[tuple[str, str, str, datetime], list[str]] = defaultdict(list)
    by_a_button: set[tuple[str, str, str, datetime]] = set()
    for key, alert in found.alerts.items():
        for entry in found.history[key]:
            if entry["deed"] in {"raised", "hit"} and (entry["evidence"] or {}).get("item"):
                about = (alert["enrolment_id"], alert["concept"], entry["evidence"]["item"], entry["at"])
                if _is_a_wish(found.history[key], entry):
                    by_a_button.add(about)  # or in a form: then an answer is on record as well
                entries[about].append(entry["rule"])
    for each in found.crossings:
        here = entries.pop((each.enrolment, each.concept, each.item, each.at), [])
        if not each.rules.intersection(here):
            code = found.codes[each.enrolment]
            yield f"{code} met {'/'.join(sorted(each.rules))} at {each.at:%m-%d %H:%M}; on record is {here or 'nothing'}"
    for (enrolment, concept, item, at), rules in entries.items():
        if (enrolment, concept, item, at) in by_a_button:
            continue
        yield f"{found.codes[enrolment]} has {rules} ({concept}, {item}) at {at:%m-%d %H:%M}, and nothing met it"


def _is_a_wish(entries: list[Row], met: Row) -> bool:
    """Whether somebody has just said how soon they want a nurse, and that is what the entry rests on."""
    said = [entry["code"] for entry in entries if entry["deed"] == "wished" and entry["at"] == met["at"]]
    return WISHES.get(met["rule"]) in said and met["evidence"]["value"] in said


def _has_a_future(found: Found) -> Iterator[str]:
    """Whatever is not closed will be told again, or is open again if nothing follows."""
    for alert in found.alerts.values():
        if alert["state"] == "closed":
            continue
        if alert["next_at"] is None:
            yield f"{found.name(alert)} is {alert['state']} and has no next step"
        elif alert["next_at"] < found.end:
            yield f"{found.name(alert)} is {alert['state']} and stuck since {alert['next_at']:%m-%d %H:%M}"


def _told_again(found: Found) -> Iterator[str]:
    """From its raising until somebody acts, an urgent alert rings on every step of the ladder."""
    rang: dict[str, list[datetime]] = defaultdict(list)
    for row in found.pages():
        if row["alert_id"]:
            rang[row["alert_id"]].append(row["created_at"])
    for key, alert in found.alerts.items():
        for start, stop in _urgent_stretches(found.history[key], found.end):
            for step, due in enumerate(_beats(start, stop)):
                if not any(abs(at - due) <= MINUTE for at in rang[key]):
                    yield f"{found.name(alert)}: step {step} was due {due:%m-%d %H:%M} and nobody was called"


def _urgent_stretches(entries: list[Row], end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """From when until when nobody had it while it was urgent."""
    start: datetime | None = None
    for entry in entries:
        opens = entry["deed"] in OPENS or (entry["deed"] == "hit" and entry["why"] == "tier")
        if opens and entry["tier"] == "urgent":
            start = entry["at"]
        elif entry["deed"] in {"acknowledged", "closed"} and start is not None:
            yield start, entry["at"]
            start = None
    if start is not None:
        yield start, end


def _beats(start: datetime, stop: datetime) -> Iterator[datetime]:
    """When the urgent ladder calls somebody between two instants: at once, after 10, 20 and 30 minutes, then every 30."""
    after = 0
    while after == 0 or start + after * MINUTE < stop:
        yield start + after * MINUTE
        after += 10 if after < 30 else 30


def _lapsed_in_time(found: Found) -> Iterator[str]:
    """What somebody has taken and forgotten is open again when its term is over."""
    for key, alert in found.alerts.items():
        term, tier = None, "routine"
        for entry in [*found.history[key], {"deed": "end", "at": found.end, "tier": None}]:
            if term is not None and entry["at"] > term + MINUTE:
                yield f"{found.name(alert)} was taken, nothing followed, and it did not open again at {term:%m-%d %H:%M}"
            if entry["deed"] in {"raised", "hit"} and TIERS.index(entry["tier"]) > TIERS.index(tier):
                tier = entry["tier"]
            if entry["deed"] in STEPS:
                term = entry["at"] + LASTS[tier]
            elif entry["deed"] in OPENS | {"closed"}:
                term = None


def _by_somebody(found: Found) -> Iterator[str]:
    for alert in found.alerts.values():
        if alert["state"] == "acknowledged" and alert["acknowledged_by"] not in found.staff:
            yield f"{found.name(alert)} was taken by nobody"
        if alert["state"] == "closed" and (alert["closed_by"] not in found.staff or not alert["action"]):
            yield f"{found.name(alert)} was closed by nobody, or without an action"


# ------------------------------------------------------------------------------ how often it rang


def figures(found: Found, days: int) -> dict[str, Any]:
    """What came of it; all counts are of the whole run unless they say otherwise."""
    singly = Counter(each.tier for each in found.crossings)
    pages = found.pages()
    causes = _by_cause(found, pages)
    rang = _by_itself(found)
    with_rungs: Counter[str] = Counter()
    for each, times in _alone(found, rang):
        with_rungs[each.tier] += times
    # Where every threshold rings, a routine answer rings and climbs as often as one of the same day does.
    often = with_rungs["soon"] / max(1, singly["soon"])
    without_tiers = round(with_rungs["urgent"] + with_rungs["soon"] + singly["routine"] * max(1.0, often))
    by_tier = Counter(found.alerts[row["alert_id"]]["tier"] if row["alert_id"] else "list" for row in pages)
    stretches = [each for key in found.alerts for each in _urgent_stretches(found.history[key], found.end)]
    waits = [(stop - start) / MINUTE for start, stop in stretches if stop < found.end]
    deeds = Counter(entry["deed"] for entries in found.history.values() for entry in entries)
    return {
        "days": days,
        "patients": len(found.codes),
        "answers": len(found.responses),
        "crossing_answers": {**singly, "all": singly.total()},
        "pages_without_episodes": {**with_rungs, "all": with_rungs.total()},
        "pages_without_episodes_and_tiers": without_tiers,
        "pages": {**by_tier, "all": len(pages)},
        "pages_by_cause": dict(causes),
        "urgent_pages_to_crossing_answers": round(by_tier["urgent"] / max(1, singly.total()), 3),
        "pages_a_day": round(len(pages) / days, 1),
        "crossings_a_day": round(singly.total() / days, 1),
        "pages_without_episodes_a_day": round(with_rungs.total() / days, 1),
        "ratio_to_crossing_answers": round(len(pages) / max(1, singly.total()), 3),
        "first_pages_to_crossing_answers": round(
            (len(pages) - sum(causes[each] for each in LATER)) / max(1, singly.total()), 3
        ),
        "times_it_rang": len({row["created_at"].replace(second=0, microsecond=0) for row in pages}),
        "pages_a_day_in_the_teams_chat": round(sum(row["recipient"] == "team" for row in pages) / days, 1),
        "ratio_to_pages_without_episodes": round(len(pages) / max(1, with_rungs.total()), 3),
        "ratio_to_pages_without_episodes_and_tiers": round(len(pages) / max(1, without_tiers), 3),
        "the_same_without_routine": round(len(pages) / max(1, with_rungs["urgent"] + with_rungs["soon"]), 3),
        "silent_messages": len(found.pages(silent=True)),
        "morning_lists_and_hand_overs": len(found.lists()),
        "alerts": {**Counter(alert["tier"] for alert in found.alerts.values()), "all": len(found.alerts)},
        "raised_again_within_two_days_of_closing": dict(_raised_again(found)),
        "urgent_minutes_until_taken": {
            "median": round(statistics.median(waits)) if waits else None, "longest": round(max(waits, default=0)),
        },
        "urgent_not_yet_taken": len(stretches) - len(waits),
        "taken": deeds["acknowledged"], "lapsed": deeds["lapsed"], "closed": deeds["closed"],
    }  # fmt: skip


def _by_itself(found: Found) -> dict[str, list[datetime]]:
    """When each alert would have rung if nothing were said together and nothing came softly beside a ring.

    A list counts once for each alert in it. What was silent counts where it came from an answer and not at night.
    """
    rang: dict[str, list[datetime]] = defaultdict(list)
    for row in found.pages():
        for key in found.named(row):
            rang[key].append(row["created_at"])
    for row in found.pages(silent=True):
        for key in found.named(row):
            deeds = {entry["deed"] for entry in found.history[key] if entry["at"] == row["created_at"]}
            if deeds & {"raised", "hit", "wished"} and not at_night(row["created_at"]):
                rang[key].append(row["created_at"])
    return rang


def _raised_again(found: Found) -> Counter[str]:
    """Alerts of a matter that the team had closed at most two days before, by tier: one illness, several episodes."""
    closed: dict[tuple[str, str], datetime] = {}
    again: Counter[str] = Counter()
    for alert in found.alerts.values():
        about = (alert["enrolment_id"], alert["concept"])
        if about in closed and alert["raised_at"] - closed[about] <= 48 * HOUR:
            again[alert["tier"]] += 1
        if alert["closed_at"]:
            closed[about] = alert["closed_at"]
    return again


def _by_cause(found: Found, pages: list[Row]) -> Counter[str]:
    """Why it rang: a new alert, a louder answer, a step of the ladder, a forgotten one, a wish of the patient's."""
    causes: Counter[str] = Counter()
    for row in pages:
        here = {
            entry["deed"]
            for entry in found.history[row["alert_id"] or ""]
            if entry["at"] == row["created_at"]
        }
        names = ("raised", "lapsed", "hit", "wished", "assigned")
        step = "steps in a list" if row["id"] in found.rounds else "ladder" if row["alert_id"] else "list"
        causes[next((name for name in names if name in here), step)] += 1
    return causes


def _alone(found: Found, rang: dict[str, list[datetime]]) -> Iterator[tuple[Crossing, int]]:
    """How often each crossing answer would have rung as an alert of its own, which fared as the one it is part of.

    At least once; and whenever that alert rang from then on, until a later answer made it ring or it was closed. So a
    nurse who had the alert in hand is taken to have taken the new one at once: without episodes it would ring more.
    """
    where: dict[tuple[str, str, datetime], str] = {}
    for key, alert in found.alerts.items():
        for entry in found.history[key]:
            if entry["deed"] in {"raised", "hit"}:
                where[alert["enrolment_id"], alert["concept"], entry["at"]] = key
    for each in found.crossings:
        key = where.get((each.enrolment, each.concept, each.at), "")
        until = min(
            (entry["at"] for entry in found.history[key]
             if entry["at"] > each.at and (entry["deed"] == "reopened" or (entry["deed"] == "hit" and entry["why"]))),
            default=found.end,
        )  # fmt: skip
        yield each, max(1, sum(each.at <= at < until for at in rang[key]))
