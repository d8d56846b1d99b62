"""What does the team's chat read in the morning, and when shifts change?

The rule: what nobody has taken stands first and can be taken there and then; when there is nothing, one line says
so and makes no sound.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from probot.alerts.boards import Late, late_lines, timepoint_label
from probot.alerts.lines import Names
from probot.alerts.phrases import SEPARATOR, composed, moment_words, visible
from probot.alerts.present import MOST_BUTTONS, Listed, alert_line, by_urgency, tap_button, title_in_brief
from probot.messages import Button, Message
from probot.schedule.civil import local
from probot.study.model import Study
from probot.wording import clock, day, say

MOST_LATE = 10
"""Participants who are behind that a digest names; /overdue has all of them."""


@dataclass(frozen=True, slots=True)
class Change:
    """Somebody paused, came back, withdrew or completed; `until` the last day of a pause."""

    code: str
    kind: Literal["paused", "withdrawn", "completed"]
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand. `expected`: timepoint to how many participants are asked it today. `clocks`: of serious events
    that run, and `records`: how many of adverse events wait for somebody; both in words.
    """

    now: datetime
    alerts: Sequence[Listed]
    late: Sequence[Late] = ()
    expected: Sequence[tuple[str, int]] = ()
    changes: Sequence[Change] = ()
    clocks: Sequence[str] = ()
    records: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Shift:
    """What happened since the last change of shift: how many alerts were raised, taken and closed."""

    since: datetime
    raised: int
    taken: int
    closed: int


def morning_message(study: Study, standing: Standing, language: str, staff: Names | None = None) -> Message:
    """The morning digest: alerts, who is behind, what is expected today, who has paused or gone."""
    today = day(language, local(standing.now, study.zone).date())
    expected = _expected(study, standing, language)
    calls = bool(standing.alerts or standing.clocks or standing.late or standing.changes)
    if not (calls or standing.records):
        calm = SEPARATOR.join(
            part for part in (say(language, "morning.nothing", day=today), expected) if part
        )
        return Message(calm, silent=True)
    late = list(late_lines(study, standing.late, language))
    lines = [
        say(language, "morning.first", day=today),
        *_alerts(study, standing, language, staff),
        say(language, "morning.late", n=len(late)) if late else "",
        *(f"  {line}" for line in late[:MOST_LATE]),
        "  " + say(language, "morning.late.more", n=len(late) - MOST_LATE) if len(late) > MOST_LATE else "",
        expected,
        *_changes(standing, language),
    ]
    return composed(
        lines, language, buttons=_buttons(study, standing, language), more="alert.more.open", silent=not calls
    )


def hand_over_message(
    study: Study, standing: Standing, shift: Shift, language: str, staff: Names | None = None
) -> Message:
    """The summary at a change of shift: what is open and who has it, and what happened since the last one."""
    now = local(standing.now, study.zone)
    when = {"day": day(language, now.date()), "time": clock(language, now)}
    calls = bool(standing.alerts or standing.clocks or shift.raised or shift.closed)
    if not (calls or standing.records):
        return Message(say(language, "hand_over.nothing", **when), silent=True)
    lines = [
        say(language, "hand_over.first", **when),
        *_alerts(study, standing, language, staff),
        say(
            language, "hand_over.since", moment=moment_words(study, shift.since, language), raised=shift.raised,
            taken=shift.taken, closed=shift.closed,
        ),
        say(language, "hand_over.late", n=len(standing.late)) if standing.late else "",
    ]  # fmt: skip
    return composed(
        lines, language, buttons=_buttons(study, standing, language), more="alert.more.open", silent=not calls
    )


def _alerts(study: Study, standing: Standing, language: str, staff: Names | None) -> Iterator[str]:
    """Clocks of serious events; then alerts that nobody has, and those that somebody has, each under its own heading;
    then what else waits for somebody.
    """
    yield from standing.clocks
    if not standing.alerts:
        yield say(language, "open.none")
    ordered = sorted(standing.alerts, key=by_urgency)
    for heading, taken in (("free", False), ("taken", True)):
        group = [entry for entry in ordered if (entry[0].state != "open") is taken]
        if group:
            yield say(language, f"morning.{heading}", n=len(group))
        for alert, code in group:
            yield "  " + alert_line(study, alert, code, language, now=standing.now, staff=staff)
    yield from standing.records


def _buttons(study: Study, standing: Standing, language: str) -> tuple[tuple[Button, ...], ...]:
    """To take what nobody has; what somebody has is theirs to close."""
    free = sorted((entry for entry in standing.alerts if entry[0].state == "open"), key=by_urgency)
    found = []
    for alert, code in free[:MOST_BUTTONS]:
        button = tap_button(
            alert, language, SEPARATOR.join((visible(code), title_in_brief(study, alert, language)))
        )
        if button is not None:
            found.append((button,))
    return tuple(found)


def _expected(study: Study, standing: Standing, language: str) -> str:
    if not standing.expected:
        return ""
    parts = [
        say(language, "morning.expected.one", label=timepoint_label(study, name, language), n=count)
        for name, count in standing.expected
    ]
    return say(language, "morning.expected", list=say(language, "alert.list").join(parts))


def _changes(standing: Standing, language: str) -> Iterator[str]:
    if standing.changes:
        yield say(language, "morning.changes")
    for one in standing.changes:
        until = day(language, one.until) if one.until else ""
        key = f"morning.change.{one.kind}" + (".until" if until else "")
        yield "  " + say(language, key, code=visible(one.code), day=until)
