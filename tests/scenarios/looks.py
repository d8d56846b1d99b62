"""Is it so? Each expectation of a step, looked up in the database and on the phones.

The rule: a look says what it found beside what was wanted; nothing here changes anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from probot.flows.buttons import BACK, CHANGE, DECLINE, DONE, AnswerTap, read
from probot.services import export
from probot.store import people
from probot.store.tables import consent, note
from tests.scenarios.acts import Memory, name_of
from tests.scenarios.phones import Shown, history, messages, pattern
from tests.scenarios.script import DAY_ONE, AlertLook, AssessmentLook, Step, Words
from tests.scenarios.stage import Stage, study_named


@dataclass
class Look:
    """One step, looked at afterwards. `since`, `seq`: the last call and the last trail row before it."""

    stage: Stage
    step: Step
    memory: Memory
    since: int
    seq: int

    def rows(self, what: export.What) -> list[dict[str, Any]]:
        """An export of the participant the step is about."""
        every = self.stage.operator.transact(lambda connection: list(export.rows(connection, what)))
        return [row for row in every if row["code"] == self.code]

    @property
    def code(self) -> str:
        """The participant the step is about; the first one where somebody else acts."""
        name = name_of(self.stage, self.step)
        known = self.stage.scenario.participants
        return name if name in known else next(iter(known))

    def new(self, chat: int | None = None) -> list[tuple[int, Shown]]:
        """What was written or changed in this step."""
        return history(self.stage, chat, self.since)

    def chat(self, name: str) -> int:
        """The chat in which somebody reads."""
        if name == "team":
            assert self.stage.cast.group is not None
            return self.stage.cast.group
        return self.stage.cast.people[name]

    def language(self, name: str) -> str:
        """In which language somebody is spoken to."""
        if name in self.stage.scenario.participants:
            found = self.stage.operator.transact(people.by_code, name)
            return found.language if found else self.stage.scenario.participants[name].language
        staff = self.stage.scenario.staff
        return (staff.get(name) or next(iter(staff.values()))).language


def newest_call(stage: Stage) -> int:
    """The number of the last call so far."""
    return stage.api.transcript.calls[-1].number if stage.api.transcript.calls else 0


def newest_trail(stage: Stage) -> int:
    """The number of the last row of the trail so far."""
    rows = stage.operator.transact(lambda connection: list(export.rows(connection, "audit")))
    return int(rows[-1]["seq"]) if rows else 0


def look(found: Look) -> None:
    """Check everything the step expects. Raises AssertionError."""
    for name, check in CHECKS.items():
        wanted = getattr(found.step, name)
        if wanted is not None and wanted != {}:
            check(found, wanted)


# ------------------------------------------------------------------------------ what was said


def _questions(found: Look) -> list[tuple[str, Shown]]:
    asked = []
    for _, shown in found.new(found.chat(found.code)):
        taps = [tap for data in shown.buttons.values() if isinstance(tap := read(data), AnswerTap)]
        if not shown.edited and taps and any(tap.choice != CHANGE for tap in taps):
            asked.append((taps[0].item, shown))
    return asked


def _asked(found: Look, wanted: Any) -> None:
    asked = [item for item, _ in _questions(found)]
    if wanted is False:
        assert not asked, f"asked {asked}, and nothing should be"
    else:
        assert asked[-1:] == [wanted], f"asked {asked}, not {wanted}: {_said(found, found.code)}"


def _buttons(found: Look, wanted: Any) -> None:
    beside = {BACK, DECLINE, CHANGE, DONE}
    (_, shown) = _questions(found)[-1]
    labels = [
        label
        for label, data in shown.buttons.items()
        if not (isinstance(tap := read(data), AnswerTap) and tap.choice in beside)
    ]
    span = re.fullmatch(r"(\d+)-(\d+)", wanted) if isinstance(wanted, str) else None
    expected = [str(n) for n in range(int(span[1]), int(span[2]) + 1)] if span else wanted
    assert labels == expected, labels


def _nothing(found: Look, wanted: Any) -> None:
    if wanted:
        assert not found.new(), [(chat, shown.text) for chat, shown in found.new()]


def _told(found: Look, wanted: Any) -> None:
    names = {found.chat(name): name for name in found.stage.scenario.staff}
    if found.stage.cast.group is not None:
        names[found.stage.cast.group] = "team"
    told = {names[chat] for chat, shown in found.new() if chat in names and not shown.edited}
    assert told == set(wanted), f"told {sorted(told)}, not {wanted}"


def _called(found: Look, wanted: Any) -> None:
    called = {call.path for call in found.stage.called[found.stage.called_before :]}
    assert called == set(wanted), f"called {sorted(called)}, not {wanted}"


def _silent(found: Look, wanted: Any) -> None:
    team = {found.chat(name) for name in found.stage.scenario.staff} | {found.stage.cast.group}
    newest = [shown for chat, shown in found.new() if chat in team and not shown.edited][-1]
    assert newest.silent is wanted, newest.text


def _said(found: Look, name: str) -> list[str]:
    return [shown.text for _, shown in found.new(found.chat(name))]


def _each(found: Look, wanted: Any) -> list[tuple[str, str]]:
    by_name: dict[str, Words] = (
        wanted if isinstance(wanted, dict) else {name_of(found.stage, found.step): wanted}
    )
    return [
        (name, one)
        for name, words in by_name.items()
        for one in ([words] if isinstance(words, str) else words)
    ]


def _pattern(found: Look, name: str, words: str) -> re.Pattern[str]:
    return pattern(found.stage, found.language(name), words)


def _reads(found: Look, wanted: Any) -> None:
    for name, words in _each(found, wanted):
        texts = _said(found, name)
        assert any(_pattern(found, name, words).search(text) for text in texts), (
            f"{name} read {texts}, not {words}"
        )


def _not_reads(found: Look, wanted: Any) -> None:
    for name, words in _each(found, wanted):
        texts = _said(found, name)
        assert not any(_pattern(found, name, words).search(text) for text in texts), f"{name} read {texts}"


def _times_read(found: Look, wanted: Any) -> None:
    name = name_of(found.stage, found.step)
    for words, times in wanted.items():
        count = sum(bool(_pattern(found, name, words).search(text)) for text in _said(found, name))
        assert count == times, f"{count} times: {_said(found, name)}"


def _shows(found: Look, wanted: Any) -> None:
    for name, words in _each(found, wanted):
        group = name == "team"
        person = next(iter(found.stage.cast.people.values())) if group else found.stage.cast.people[name]
        texts = [
            each.text
            for each in messages(found.stage, person, found.chat(name) if group else found.stage.bot)
        ]
        assert any(_pattern(found, name, words).search(text) for text in texts), f"{texts} without {words}"


def _toast(found: Look, wanted: Any) -> None:
    answers = [found.stage.api.state.queries[query].answer or {} for query in found.memory.queries]
    texts = [str(answer.get("text", "")) for answer in answers]
    name = name_of(found.stage, found.step)
    assert any(_pattern(found, name, wanted).search(text) for text in texts), texts


# ------------------------------------------------------------------------------ what is on record


def _newest(found: Look) -> dict[str, dict[str, Any]]:
    rows = sorted(
        (row for row in found.rows("responses") if row["is_latest"]), key=lambda row: row["stored_at"]
    )
    return {row["item"]: row for row in rows}


def _stored(found: Look, wanted: Any) -> None:
    newest = _newest(found)
    for item, value in wanted.items():
        row = newest.get(item)
        stored = None if row is None else row["absent"] or row["value"]
        assert (stored, type(stored)) == (value, type(value)), f"{item}: {stored!r}, not {value!r}"


def _column(column: str) -> Callable[[Look, Any], None]:
    def check(found: Look, wanted: Any) -> None:
        newest = _newest(found)
        for item, value in wanted.items():
            assert newest.get(item, {}).get(column) == value, f"{item}: {newest.get(item)}"

    return check


def _assessment(found: Look, wanted: Any) -> None:
    rows = found.rows("assessments")
    for written, expected in wanted.items():
        name, _, day = written.partition(" of day ")
        mine = [row for row in rows if row["timepoint"] == name and (day or row["status"] != "planned")]
        if day:
            mine = [row for row in mine if row["day"] == DAY_ONE + timedelta(days=int(day) - 1)]
        if expected == "none":
            assert not mine, mine
            continue
        assert mine, (
            f"no assessment {written}: {[(row['timepoint'], row['day'], row['status']) for row in rows]}"
        )
        _one_assessment(found, mine[-1], expected)


def _one_assessment(found: Look, row: dict[str, Any], expected: str | AssessmentLook) -> None:
    wanted = AssessmentLook(status=expected) if isinstance(expected, str) else expected
    for column in ("status", "reason", "late"):
        value = getattr(wanted, column)
        assert value is None or row[column] == value, (
            f"{column}: {row[column]!r} ({row['reason']}), not {value!r}"
        )
    if wanted.version is not None:
        first = study_named(found.stage.scenario.study).hash
        assert (row["study_hash"] == first) is (wanted.version == "first"), row["study_hash"]


def _alerts(found: Look, wanted: Any) -> None:
    newest = {row["concept"]: row for row in found.rows("alerts")}
    for concept, expected in wanted.items():
        row = newest.get(concept)
        if expected is None:
            assert row is None, f"{concept} is {row['state'] if row else ''}"
            continue
        assert row is not None, f"no alert {concept}, only {list(newest)}"
        asked = AlertLook.model_validate({"state": expected}) if isinstance(expected, str) else expected
        columns = {"by": "acknowledged_by"}
        for name, value in asked.model_dump(exclude_unset=True).items():
            real = row[columns.get(name, name)]
            assert real == value, f"{concept} {name}: {real!r}, not {value!r}"


def _trail(found: Look, wanted: Any) -> None:
    gained = _gained(found)
    for action in wanted:
        assert action in gained, f"{action!r} is not among {gained}"


def _no_trail(found: Look, wanted: Any) -> None:
    gained = _gained(found)
    assert not set(wanted) & set(gained), gained


def _gained(found: Look) -> list[str]:
    rows = found.stage.operator.transact(lambda connection: list(export.rows(connection, "audit")))
    return [row["action"] for row in rows if row["seq"] > found.seq]


def _participant(found: Look, wanted: Any) -> None:
    for code, status in (wanted if isinstance(wanted, dict) else {found.code: wanted}).items():
        one = found.stage.operator.transact(people.by_code, code)
        found_status = one.status if one is not None else "not enrolled"
        assert found_status == status, f"{code} is {found_status}"


def _language(found: Look, wanted: Any) -> None:
    assert found.language(found.code) == wanted


def _consents(found: Look, wanted: Any) -> None:
    key = found.stage.operator.transact(people.by_code, found.code)
    assert key is not None
    chosen = select(consent).where(consent.c.enrolment_id == key.id).order_by(consent.c.at, consent.c.id)
    rows = found.stage.operator.transact(lambda connection: connection.execute(chosen).all())
    newest = {row.part: row.granted for row in rows}
    assert newest == wanted, newest


def _notes(found: Look, wanted: Any) -> None:
    key = found.stage.operator.transact(people.by_code, found.code)
    assert key is not None
    chosen = select(note).where(note.c.enrolment_id == key.id).order_by(note.c.received_at, note.c.id)
    rows = found.stage.operator.transact(lambda connection: connection.execute(chosen).all())
    kept = sorted(f"{row.kind}: {row.words}" for row in rows)
    assert len(kept) == len(wanted), kept
    for line in wanted:
        assert any(one == line or one.partition(":")[0] == line for one in kept), f"{kept} without {line!r}"


CHECKS: dict[str, Callable[[Look, Any], None]] = {
    "asked": _asked,
    "buttons": _buttons,
    "nothing": _nothing,
    "told": _told,
    "called": _called,
    "silent": _silent,
    "reads": _reads,
    "not_reads": _not_reads,
    "times_read": _times_read,
    "shows": _shows,
    "toast": _toast,
    "stored": _stored,
    "revision": _column("revision"),
    "source": _column("source"),
    "assessment": _assessment,
    "alerts": _alerts,
    "trail": _trail,
    "no_trail": _no_trail,
    "participant": _participant,
    "language": _language,
    "consents": _consents,
    "notes": _notes,
}
