"""What does the care team read? One alert, the day's digest, all that is open, one participant, a note.

The rule: plain text, the subject code and never a participant's name. An alert's head line may show on a locked
screen; it says tier, code and the rule's title, which tells nobody outside the team who that is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal

from probot.alerts.ladder import Reason, started_at
from probot.alerts.life import latest
from probot.alerts.lines import (
    Names,
    correction_line,
    evidence_lines,
    first_words,
    head_line,
    listed_value,
    name_of,
    reason_line,
    taken_lines,
    title_of,
    told_line,
    wish_line,
)
from probot.alerts.menus import Menu, rows
from probot.alerts.model import Alert
from probot.alerts.phrases import (
    MOST_LABEL,
    SEPARATOR,
    composed,
    excerpt,
    known_item,
    label_of,
    moment_words,
    shortened,
    value_words,
    visible,
    words_of,
)
from probot.alerts.steps import holder, lapsed_by
from probot.flows.buttons import AlertTap, write
from probot.messages import MOST_CHARACTERS, Button, Message, units
from probot.schedule.civil import local, local_day
from probot.study.model import TIERS, Study
from probot.values import Value
from probot.wording import clock, day, duration, say

MOST_BUTTONS = 20
"""Buttons under a list; more would push the list out of sight on a phone."""

JUST_NOW = timedelta(minutes=1)

Listed = tuple[Alert, str]
"""An alert and its participant's subject code."""


# ---------------------------------------------------------------- one alert


def alert_message(
    study: Study,
    alert: Alert,
    code: str,
    language: str,
    *,
    now: datetime,
    reason: Reason = "raised",
    staff: Names | None = None,
    silent: bool = False,
    menu: Menu = "main",
    able: Names | None = None,
) -> Message:
    """The alert as it stands at `now`: a new message, a copy further up the ladder, or an edit of either.

    `study` is the version the alert was raised under. `silent`: it is the staff's quiet hours for this tier
    (`ladder.quiet_now`). The button is [Acknowledge] while open, then the steps, none once it is closed. `menu`: which
    buttons stand there; `able`: whom it can be given to, ids to names.
    """
    evidence = latest(alert)
    lines = [
        head_line(study, alert, code, language),
        reason_line(alert, reason, language, now),
        *evidence_lines(study, alert, language),
        *(
            correction_line(study, alert, entry, language)
            for entry in alert.history
            if entry.deed == "corrected"
        ),
        say(language, "alert.raised", moment=moment_words(study, alert.raised_at, language)),
        told_line(study, alert, language),
        wish_line(alert, language),
        *taken_lines(study, alert, staff or {}, language),
        first_words(alert, language),
        say(language, "alert.words") if evidence.words.strip() else "",
    ]
    buttons = rows(study, alert, language, menu, now, able or {})
    return composed(lines, language, quote=excerpt(evidence.words), buttons=buttons, silent=silent)


def said_below(study: Study, alert: Alert, code: str, language: str) -> Message:
    """What an earlier message of the alert becomes once a newer one stands in the same chat: no evidence, no button."""
    head = head_line(study, replace(alert, state="open"), code, language)
    return Message("\n".join((head, say(language, "alert.below"))))


def marked_repeat(message: Message, language: str) -> Message:
    """The same message, said to be a copy: its first sending may or may not have arrived."""
    mark = "\n" + say(language, "alert.reason.uncertain")
    head, _, rest = message.text.partition("\n")
    if units(message.text) + units(mark) > MOST_CHARACTERS:
        return message
    text = f"{head}{mark}\n{rest}" if rest else head + mark
    moved = None if message.quote is None else (message.quote[0] + units(mark), message.quote[1])
    return replace(message, text=text, quote=moved)


def tap_button(alert: Alert, language: str, about: str = "") -> Button | None:
    """The one thing that can be done with the alert now; `about` names it where several stand together."""
    action = {"open": "ack", "acknowledged": "close"}.get(alert.state)
    if action is None:
        return None
    label = say(language, f"alert.button.{action}")
    shown = f"{label}{SEPARATOR}{about}" if about else label
    return Button(shown, write(AlertTap(alert.id, action)))


# ---------------------------------------------------------------- many alerts


def digest_message(
    study: Study, listed: Sequence[Listed], language: str, now: datetime, staff: Names | None = None
) -> Message:
    """What waits without hurry, said once a day."""
    today = day(language, local_day(now, study.zone))
    first = say(language, "digest.first", day=today, n=len(listed))
    return _list(study, [first], listed, language, now=now, staff=staff)


def mine_message(
    study: Study, listed: Sequence[Listed], language: str, now: datetime, staff: Names | None = None
) -> Message:
    """The answer to /mine: what the reader has taken and not closed."""
    if not listed:
        return Message(say(language, "mine.none"))
    return _list(study, [say(language, "mine.first", n=len(listed))], listed, language, now=now, staff=staff)


def storm_message(
    study: Study, listed: Sequence[Listed], language: str, now: datetime, staff: Names | None = None
) -> Message:
    """Many alerts that came at once and are not urgent, said in one message."""
    first = say(language, "storm.first", n=len(listed))
    return _list(study, [first], listed, language, now=now, staff=staff, read_later=True)


def round_message(
    study: Study, listed: Sequence[Listed], language: str, now: datetime, staff: Names | None = None
) -> Message:
    """Steps of several alerts without hurry that fell due together, said in one message."""
    first = say(language, "round.first", n=len(listed))
    return _list(study, [first], listed, language, now=now, staff=staff)


def open_list_message(
    study: Study, listed: Sequence[Listed], language: str, now: datetime, staff: Names | None = None
) -> Message:
    """The answer to /open: every alert that is not closed, those that nobody has first, then by tier and age."""
    if not listed:
        return Message(say(language, "open.none"))
    free = sum(alert.state == "open" for alert, _ in listed)
    first = say(language, "open.first", n=len(listed), free=free)
    return _list(study, [first], listed, language, now=now, staff=staff, more="alert.more.open")


def _list(
    study: Study,
    first: list[str],
    listed: Sequence[Listed],
    language: str,
    *,
    now: datetime,
    staff: Names | None,
    more: str = "alert.more",
    read_later: bool = False,
) -> Message:
    ordered = sorted(listed, key=by_urgency)
    lines = [
        *first,
        *(
            alert_line(study, alert, code, language, now=now, staff=staff, read_later=read_later)
            for alert, code in ordered
        ),
    ]
    buttons = []
    for alert, code in ordered[:MOST_BUTTONS]:
        about = shortened(SEPARATOR.join((visible(code), title_in_brief(study, alert, language))), 48)
        button = tap_button(alert, language, about)
        if button is not None:
            buttons.append((button,))
    return composed(lines, language, buttons=tuple(buttons), more=more)


def by_urgency(entry: Listed) -> tuple[bool, int, int, int, datetime, str]:
    """What nobody has comes first; then what is urgent, then what the participant wants now, then by tier."""
    alert = entry[0]
    front = 0 if alert.tier == "urgent" else 1 if alert.wish == "now" else 2
    wish = {"now": 0, "today": 1, None: 2, "no_need": 3}[alert.wish]
    return (alert.state != "open", front, -TIERS.index(alert.tier), wish, alert.raised_at, alert.id)


def title_in_brief(study: Study, alert: Alert, language: str) -> str:
    """The title alone, for a button."""
    return head_line(study, alert, "", language).rpartition(SEPARATOR)[2]


def alert_line(
    study: Study, alert: Alert, code: str, language: str, *, now: datetime, staff: Names | None = None,
    read_later: bool = False,
) -> str:  # fmt: skip
    """One alert in one line of a list: head, newest value, how long it has waited or who has it.

    `read_later`: the list stands in the chat for hours, so it says since when instead.
    """
    parts = [head_line(study, alert, code, language), listed_value(study, alert, language)]
    # It sorts the list, so it is shown; but nothing may speak against an urgent alert.
    if alert.wish != "no_need" or alert.tier != "urgent":
        parts.append(wish_line(alert, language))
    if alert.state == "open":
        parts.append(_waits(study, alert, language, now, read_later=read_later))
        if had := lapsed_by(alert):
            parts.append(say(language, "open.lapsed", name=name_of(had, staff or {})))
    elif (has := holder(alert)) is not None and alert.state != "closed":
        parts.append(say(language, "open.has", name=name_of(has, staff or {})))
    return SEPARATOR.join(part for part in parts if part)


def _waits(study: Study, alert: Alert, language: str, now: datetime, *, read_later: bool) -> str:
    if now - started_at(alert) < JUST_NOW:
        return ""  # the message's own time says as much
    if not read_later:
        return say(language, "open.waits", duration=duration(language, now - started_at(alert)))
    since = local(started_at(alert), study.zone)
    today = since.date() == local_day(now, study.zone)
    shown = clock(language, since) if today else moment_words(study, started_at(alert), language)
    return say(language, "open.waits_since", moment=shown)


# ---------------------------------------------------------------- one participant


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One answer to show: the participant's local day, the item, and its value, or why it has none."""

    day: date
    item: str
    value: Value | None
    absent: Literal["declined", "left_out", "not_done", "branched", "not_reached"] | None = None


@dataclass(frozen=True, slots=True)
class ExpectedLine:
    """One assessment that was expected: its day, its timepoint, and how it ended (or `open`)."""

    day: date
    timepoint: str
    status: str


def participant_message(
    study: Study,
    code: str,
    language: str,
    *,
    status: str,
    answers: Sequence[AnswerLine],
    alerts: Sequence[Alert],
    now: datetime,
    expected: Sequence[ExpectedLine] = (),
    until: date | None = None,
    staff: Names | None = None,
    outcome: Sequence[str] = (),
) -> Message:
    """The answer to /patient CODE: status, alerts that are not closed, how many assessments were answered, and
    answers by day, the newest first, with what was missed on that day.

    `status` is the enrolment's (`active`, `paused`, …); `until` the last day of a pause; `outcome` what has come of the
    treatment so far, line by line. Items that were not
    asked are left out: hidden by a condition, or not reached in what was answered in part.
    """
    lines = [
        SEPARATOR.join((visible(code), say(language, f"staff.status.{status}"))),
        say(language, "patient.until", day=day(language, until)) if until else "",
        *(
            alert_line(study, alert, code, language, now=now, staff=staff)
            for alert in sorted(alerts, key=_age)
        ),
        "" if alerts else say(language, "patient.no_alerts"),
        *outcome,
        *_kept_up(study, expected, language),
        *_days(study, answers, expected, language),
    ]
    buttons = [tap_button(alert, language, title_in_brief(study, alert, language)) for alert in alerts]
    rows = tuple((button,) for button in buttons[:MOST_BUTTONS] if button is not None)
    return composed(lines, language, buttons=rows, more="patient.more")


def _age(alert: Alert) -> tuple[bool, int, int, int, datetime, str]:
    return by_urgency((alert, ""))


ANSWERED = frozenset({"complete", "partial"})
NOT_ANSWERED = frozenset({"missed", "declined", "not_delivered"})
WORTH_A_LINE = NOT_ANSWERED | {"partial", "paused", "outage", "open"}
"""How an assessment stands, where that does not show from its answers alone."""


def _kept_up(study: Study, expected: Sequence[ExpectedLine], language: str) -> Iterator[str]:
    """`Daily diary: 3 of 4 answered`, for each timepoint of which something was due."""
    ended = [line for line in expected if line.status in ANSWERED | NOT_ANSWERED]
    for timepoint in dict.fromkeys(line.timepoint for line in ended):
        statuses = [line.status for line in ended if line.timepoint == timepoint]
        answered = sum(status in ANSWERED for status in statuses)
        label = _timepoint(study, timepoint, language)
        yield say(language, "patient.kept_up", label=label, answered=answered, n=len(statuses))


def _days(
    study: Study, answers: Sequence[AnswerLine], expected: Sequence[ExpectedLine], language: str
) -> Iterator[str]:
    # Within a day the answers keep the order in which they are given here.
    by_day: dict[date, list[str]] = {}
    for one in expected:
        if one.status in WORTH_A_LINE:
            status = say(language, f"patient.assessment.{one.status}")
            label = _timepoint(study, one.timepoint, language)
            by_day.setdefault(one.day, []).append(say(language, "alert.answer", label=label, value=status))
    for line in answers:
        if line.absent not in {"branched", "not_reached"}:
            by_day.setdefault(line.day, []).append(_answer(study, line, language))
    if not by_day:
        yield say(language, "patient.no_answers")
    for when in sorted(by_day, reverse=True):
        yield day(language, when)
        yield from (f"  {shown}" for shown in by_day[when])


def _answer(study: Study, line: AnswerLine, language: str) -> str:
    item = known_item(study, line.item)
    value = (
        say(language, f"patient.absent.{line.absent}")
        if line.absent
        else value_words(item, line.value, language)
    )
    return say(language, "alert.answer", label=label_of(item, language), value=value)


def _timepoint(study: Study, name: str, language: str) -> str:
    timepoint = study.plan.get(name)
    return words_of(timepoint.label, language) if timepoint else visible(name)


# ---------------------------------------------------------------- notes


def answer_message(study: Study, alert: Alert, code: str, language: str, words: str, at: datetime) -> Message:
    """What a participant answered to a question of the team about an alert, with what had been asked last."""
    asked = next((entry.words for entry in reversed(alert.history) if entry.deed == "asked"), "")
    about = SEPARATOR.join((visible(code), title_of(study, alert, language)))
    lines = [
        say(language, "alert.answer_from", about=about),
        say(language, "note.asked", label=shortened(visible(asked), MOST_LABEL)) if asked else "",
        say(language, "note.at", moment=moment_words(study, at, language)),
    ]
    return composed(lines, language, quote=excerpt(words))


def note_message(
    study: Study,
    code: str,
    language: str,
    words: str,
    at: datetime,
    *,
    kind: Literal["note", "unclear", "media", "late"] = "note",
    item: str | None = None,
) -> Message:
    """Something a participant sent that is no answer: words outside a form, an answer not understood, media.

    `words` is what was written (for media the caption); `item` what had been asked. No alert, so no button.
    """
    asked = label_of(known_item(study, item), language) if item else ""
    lines = [
        say(language, f"note.{kind}", code=visible(code)),
        say(language, "note.asked", label=asked) if asked else "",
        say(language, "note.at", moment=moment_words(study, at, language)),
    ]
    return composed(lines, language, quote=excerpt(words))
