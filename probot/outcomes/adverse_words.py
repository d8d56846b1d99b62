"""What does the team read of an adverse event? The record with its buttons, a list, refusals.

The rule: coded data only, plain text; and only those buttons that the one who reads may use, as the table allows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from probot.alerts.lines import Names, name_of
from probot.alerts.phrases import SEPARATOR, composed, moment_words, shortened, visible
from probot.alerts.staff import MOST_TOAST
from probot.flows.buttons import RecordTap, write
from probot.messages import Button, Message
from probot.outcomes.adverse import (
    CONTACTS,
    WHY_AGAIN,
    WHY_NOT,
    WHY_UNREPORTED,
    AdverseEvent,
    Deed,
    Entry,
    Version,
)
from probot.outcomes.judging import POWERS, Problem, Refused, may_move
from probot.outcomes.reports import FIRST, made, owed
from probot.outcomes.sae_clock import WAITING, due_at, left, runs
from probot.schedule.civil import local_day
from probot.study.model import Power, Study
from probot.values import Value
from probot.wording import date_words, duration, say

NEW, FORM, CARD, SUMMARY = "new", "form", "card", "sum"
"""What a button does beside the deeds: a new event, fill in the form, show the record, show the summary."""
SURE = "yes"
CHOICES: dict[Deed, tuple[str, ...]] = {
    "dismiss": WHY_NOT,
    "contact": CONTACTS,
    "report": (SURE,),
    "unreport": WHY_UNREPORTED,
    "reopen": WHY_AGAIN,
}
"""Deeds that ask for a reason, a way or whether it is so first; the button then says `dismiss.baseline`."""
SHOWN = ("onset", "serious", "criteria", "related", "expected", "action", "outcome", "ended", "narrative")
ASKED_ANEW = frozenset({"grade", *SHOWN})
"""Answers that an amendment shows as they stand, beside the term and when the team knew."""
TOLD = frozenset({"acknowledge", "contact", "dismiss", "unreport", "reopen"})
"""Deeds of which the record shows the last ones; the others show by themselves."""
UNTIL_REPORTED = frozenset({FORM, "adjudicate", "sign", SUMMARY, "report"})
"""What a reminder of the clock offers, as far as it may be done."""
MOST_LISTED = 20

Rows = tuple[tuple[Button, ...], ...]


# ------------------------------------------------------------------------------ one event


def head(event: AdverseEvent, code: str, language: str) -> str:
    """`P-001 · no. 1 · Mucositis oral · grade 3 · serious`."""
    parts = [visible(code), say(language, "adverse.number", number=event.number)]
    judged = event.latest
    if judged is not None:
        parts.append(term_words(judged, language))
        parts.append(say(language, "adverse.grade", grade=judged.grade))
        if judged.serious:
            parts.append(say(language, "adverse.serious"))
    return SEPARATOR.join(parts)


def term_words(version: Version, language: str) -> str:
    """The term, with the words that specify it."""
    term = version.term
    name = term.in_language(language) if term is not None else "?"
    words = version.said("specify")
    return say(language, "adverse.term", term=name, words=visible(words)) if words else name


def clock_line(study: Study, event: AdverseEvent, language: str, now: datetime) -> str:
    """How much time is left to report it, or that it is overdue; nothing where no clock runs."""
    remaining, due = left(study, event, now), due_at(study, event)
    if remaining is None or due is None:
        return ""
    key = "adverse.left" if remaining.total_seconds() > 0 else "adverse.overdue"
    if -60 < remaining.total_seconds() <= 0:
        key = "adverse.due"
    number, words = owed(event), duration(language, remaining)
    line = say(language, key, duration=words, moment=moment_words(study, due, language))
    return (
        line
        if not number
        else say(language, "adverse.clock", report=report_words(number, language), line=line)
    )


def report_words(number: int, language: str) -> str:
    """`Initial report`, or which follow-up it is."""
    if number == FIRST:
        return say(language, "adverse.report.initial")
    return say(language, "adverse.report.follow_up", number=number)


def card(
    study: Study, event: AdverseEvent, code: str, language: str, now: datetime, staff: Names,
    powers: Collection[Power],
) -> Message:  # fmt: skip
    """The record as it stands, with what the one who reads may do."""
    lines = [
        head(event, code, language),
        say(language, f"adverse.state.{event.state}"),
        clock_line(study, event, language, now),
        *_unmoved(study, event, language),
        *_judged(study, event, language, staff),
        *_done(study, event, language, staff),
    ]
    return composed(lines, language, buttons=buttons(event, language, powers))


def reminder(
    study: Study, event: AdverseEvent, code: str, language: str, now: datetime, powers: Collection[Power]
) -> Message:
    """A serious event is still to be reported, or a record waits for a judgement or a signature; else how it stands.

    It never says the record over again.
    """
    if runs(event):
        line, rows = clock_line(study, event, language, now), _for_the_report(event, language, powers)
    elif event.state in WAITING:
        line, rows = say(language, f"adverse.waits.{event.state}"), buttons(event, language, powers)
    else:
        line, rows = say(language, f"adverse.state.{event.state}"), (_whole(event, language),)
    return composed([head(event, code, language), line], language, buttons=rows)


def call(study: Study, event: AdverseEvent, code: str, language: str, now: datetime) -> Message:
    """The same beside the messenger, by mail or pager: the code, the time, and neither the event nor a name."""
    subject = SEPARATOR.join((visible(code), say(language, "adverse.call.subject")))
    lines = [subject, clock_line(study, event, language, now), say(language, "adverse.call.how")]
    return Message("\n".join(line for line in lines if line))


def _judged(study: Study, event: AdverseEvent, language: str, staff: Names) -> Iterator[str]:
    judged = event.latest
    if judged is None:
        return
    for name in SHOWN:
        if judged.said(name):
            yield f"{say(language, f'form.{name}.label')}{say(language, 'adverse.colon')}{answer_words(judged, name, language)}"
    by, at = name_of(judged.by, staff), moment_words(study, judged.at, language)
    yield say(language, "adverse.version", number=judged.number, name=by, moment=at)
    if judged.reason:
        yield say(language, "adverse.why", reason=reason_words(judged.reason, language))
    if event.signed is not None and event.signed_by is not None and event.signed_at is not None:
        signer, moment_of = name_of(event.signed_by, staff), moment_words(study, event.signed_at, language)
        yield say(language, "adverse.signed", number=event.signed, name=signer, moment=moment_of)


def _unmoved(study: Study, event: AdverseEvent, language: str) -> Iterator[str]:
    """A day that was given and is later than the one the clock counts from."""
    said = event.latest.said("aware") if event.latest is not None else ""
    if owed(event) == FIRST and said and date.fromisoformat(said) > local_day(event.aware_at, study.zone):
        stands = moment_words(study, event.aware_at, language)
        yield say(language, "adverse.unmoved", day=date_words(language, said), moment=stands)


def stands_line(study: Study, event: AdverseEvent, name: str, language: str) -> str:
    """What the newest judgement says where an amendment asks anew; of the clock, what an answer can do to it."""
    judged = event.latest
    if judged is None or not judged.said(name):
        return ""
    if name == "aware":
        if made(event):
            return say(language, "adverse.aware.follow_up")
        return say(language, "adverse.aware.stands", moment=moment_words(study, event.aware_at, language))
    if name == "term":
        return say(language, "adverse.so_far", words=term_words(judged, language))
    return (
        say(language, "adverse.so_far", words=answer_words(judged, name, language))
        if name in ASKED_ANEW
        else ""
    )


def _done(study: Study, event: AdverseEvent, language: str, staff: Names) -> Iterator[str]:
    for number, report in enumerate(made(event)):
        name, at = name_of(report.by, staff), moment_words(study, report.at, language)
        yield say(language, "adverse.reported", report=report_words(number, language), name=name, moment=at)
    told = [entry for entry in event.history if entry.deed in TOLD]
    for entry in told[-3:]:
        yield deed_words(study, entry, language, staff)


def deed_words(study: Study, entry: Entry, language: str, staff: Names) -> str:
    """`Called: Mei, Tue, Mar 3, 09:20`."""
    key = f"adverse.did.{entry.deed}.{entry.detail}" if entry.deed in CHOICES else f"adverse.did.{entry.deed}"
    name, at = name_of(entry.by, staff), moment_words(study, entry.at, language)
    return say(language, key, name=name, moment=at)


def answer_words(version: Version, name: str, language: str) -> str:
    """One answer of a judgement in words."""
    value: Value | None = version.answers.get(name)
    if name in {"onset", "aware", "ended"}:
        return date_words(language, str(value))
    if name in {"narrative", "specify"}:
        return visible(str(value))
    if isinstance(value, tuple):
        return say(language, "alert.list").join(say(language, f"form.{name}.{each}") for each in value)
    return say(language, f"form.{name}.{value}")


def reason_words(reason: str, language: str) -> str:
    """Why there is a further version: somebody's words, or that it was changed before it was signed."""
    return say(language, "adverse.in_the_form") if reason == IN_THE_FORM else visible(reason)


IN_THE_FORM = "changed in the form before it was signed"
"""The reason of a version that came from [Change] under an answer, while nothing was signed."""


# ------------------------------------------------------------------------------ buttons


def buttons(event: AdverseEvent, language: str, powers: Collection[Power]) -> Rows:
    """What may be done now by somebody with these powers."""
    return tuple((_button(event, action, language),) for action in actions(event, powers))


def _for_the_report(event: AdverseEvent, language: str, powers: Collection[Power]) -> Rows:
    """What stops the clock or goes before it, and the way to everything else: the record is not said over again."""
    now = [each for each in actions(event, powers) if each in UNTIL_REPORTED]
    return (*((_button(event, each, language),) for each in now), _whole(event, language))


def _whole(event: AdverseEvent, language: str) -> tuple[Button, ...]:
    return (Button(say(language, "adverse.button.whole"), write(RecordTap(event.id, CARD))),)


_ORDER = (
    "acknowledge", FORM, "adjudicate", "sign", SUMMARY, "report", "contact", "amend", "resolve", "dismiss", "lock",
    "unreport", "reopen",
)  # fmt: skip


def actions(event: AdverseEvent, powers: Collection[Power]) -> Iterator[str]:
    """The deeds and other things that have a button, in the order of a thumb's wishes."""
    fills_in = "grade" in powers
    able = {deed for deed in POWERS if may_move(event, deed) and POWERS[deed] in powers}
    able.discard("fill")
    if fills_in:
        able.discard("acknowledge")  # whoever fills in the form looks at it
    if not event.versions:
        able.discard("adjudicate")
    if not runs(event):
        able.discard("report")
    if not made(event):
        able.discard("unreport")
    yield from (
        action
        for action in _ORDER
        if action in able
        or (action == FORM and fills_in and event.state in {"candidate", "under_review"})
        or (action == SUMMARY and event.serious)
    )


def choices(event: AdverseEvent, deed: Deed, code: str, language: str) -> Message:
    """Which reason, or which way? One button each, and a way back."""
    rows = [
        (Button(say(language, f"adverse.{deed}.{each}"), write(_tap(event, f"{deed}.{each}"))),)
        for each in CHOICES[deed]
    ]
    lines = [head(event, code, language), say(language, f"adverse.{deed}.which")]
    back = _button(event, CARD, language)
    if deed == "report":
        lines.append(report_words(owed(event) or FIRST, language))
        lines += [say(language, "adverse.report.unsigned")] if event.signed is None else []
        back = replace(back, label=say(language, "adverse.report.not_yet"))
    return composed(lines, language, buttons=(*rows, (back,)))


def _button(event: AdverseEvent, action: str, language: str) -> Button:
    return Button(say(language, f"adverse.button.{action}"), write(_tap(event, action)))


def deed_of(action: str) -> Deed | None:
    """The deed that a button's action asks for: `dismiss` of `dismiss.baseline`."""
    return next((each for each in POWERS if each == action.partition(".")[0]), None)


def _tap(event: AdverseEvent, action: str) -> RecordTap:
    """A button of a deed of those who judge says how many judgements there were when it was shown."""
    deed = deed_of(action)
    judges = deed is not None and POWERS[deed] == "adjudicate"
    return RecordTap(event.id, action, len(event.versions) if judges else None)


def is_stale(event: AdverseEvent, tap: RecordTap) -> bool:
    """Whether the button belongs to a judgement that is not the newest.

    A button from before buttons said so is one as soon as there may be another judgement than the one it stood under.
    """
    deed = deed_of(tap.action)
    if deed is None or POWERS[deed] != "adjudicate":
        return False
    return len(event.versions) > 1 if tap.seen is None else tap.seen != len(event.versions)


# ------------------------------------------------------------------------------ many


def listed(
    study: Study, events: Sequence[tuple[AdverseEvent, str]], language: str, now: datetime, *,
    begin_for: tuple[str, str] | None = None, first: str = "adverse.list",
) -> Message:  # fmt: skip
    """One line for each event, and a button that shows it. `begin_for`: enrolment id and code, for [New].

    `first`: the line above them in the catalogue.
    """
    lines = [say(language, first, n=len(events)) if events else say(language, "adverse.list.none")]
    rows: list[tuple[Button, ...]] = []
    for event, code in events:
        clock = clock_line(study, event, language, now)
        parts = [head(event, code, language), say(language, f"adverse.short.{event.state}"), clock]
        lines.append(SEPARATOR.join(part for part in parts if part))
        if len(rows) < MOST_LISTED:
            about = shortened(head(event, code, language), 48)
            rows.append((Button(about, write(RecordTap(event.id, CARD))),))
    if begin_for is not None:
        label = say(language, "adverse.button.new", code=visible(begin_for[1]))
        rows.append((Button(label, write(RecordTap(begin_for[0], NEW))),))
    return composed(lines, language, buttons=tuple(rows))


# ------------------------------------------------------------------------------ refusals


def refusal(refused: Refused, language: str) -> str:
    """Why nothing was done; short enough for the answer to a tap, unless answers are missing."""
    if refused.reason == "incomplete":
        lines = [say(language, "adverse.refused.incomplete")]
        lines += [problem_words(each, language) for each in refused.problems]
        return "\n".join(lines)
    if refused.reason == "move":
        state = say(language, f"adverse.short.{refused.state}")
        return shortened(say(language, "adverse.refused.move", state=state), MOST_TOAST)
    return shortened(say(language, f"adverse.refused.{refused.reason}"), MOST_TOAST)


def problem_words(problem: Problem, language: str) -> str:
    """`Grade: the term has no such grade`."""
    label = say(language, f"form.{problem.field}.label")
    return f"– {label}{say(language, 'adverse.colon')}{say(language, f'adverse.fault.{problem.fault}')}"
