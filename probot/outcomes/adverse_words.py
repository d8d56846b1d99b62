"""What does the team read of an adverse event? The record with its buttons, a list, the summary to send on, refusals.

The rule: coded data only, plain text; and only those buttons that the one who reads may use, as the table allows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from probot.alerts.lines import Names, name_of
from probot.alerts.phrases import SEPARATOR, composed, moment_words, shortened, visible, words_of
from probot.alerts.staff import MOST_TOAST
from probot.flows.buttons import RecordTap, write
from probot.messages import Button, Message
from probot.outcomes.adverse import CONTACTS, WHY_AGAIN, WHY_NOT, AdverseEvent, Deed, Entry, Version
from probot.outcomes.judging import POWERS, Problem, Refused, may_move
from probot.outcomes.sae_clock import due_at, left, runs
from probot.schedule.civil import local
from probot.study import ctcae
from probot.study.model import Power, Study
from probot.values import Value
from probot.wording import date_words, duration, say

NEW, FORM, CARD, SUMMARY = "new", "form", "card", "sum"
"""What a button does beside the deeds: a new event, fill in the form, show the record, show the summary."""
CHOICES: dict[Deed, tuple[str, ...]] = {"dismiss": WHY_NOT, "contact": CONTACTS, "reopen": WHY_AGAIN}
"""Deeds that ask for a reason or a way first; the button then says `dismiss.baseline`."""
SHOWN = ("onset", "serious", "criteria", "related", "expected", "action", "outcome", "ended", "narrative")
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
    words = duration(language, remaining)
    return say(language, key, duration=words, moment=moment_words(study, due, language))


def card(
    study: Study, event: AdverseEvent, code: str, language: str, now: datetime, staff: Names,
    powers: Collection[Power],
) -> Message:  # fmt: skip
    """The record as it stands, with what the one who reads may do."""
    lines = [
        head(event, code, language),
        say(language, f"adverse.state.{event.state}"),
        clock_line(study, event, language, now),
        *_judged(study, event, language, staff),
        *_done(study, event, language, staff),
    ]
    return composed(lines, language, buttons=buttons(event, language, powers))


def reminder(
    study: Study, event: AdverseEvent, code: str, language: str, now: datetime, powers: Collection[Power]
) -> Message:
    """A serious event is still to be reported, or a record waits for a judgement or a signature."""
    if runs(event):
        line, rows = clock_line(study, event, language, now), _for_the_report(event, language, powers)
    else:
        line, rows = say(language, f"adverse.waits.{event.state}"), buttons(event, language, powers)
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


def _done(study: Study, event: AdverseEvent, language: str, staff: Names) -> Iterator[str]:
    if event.reported_at is not None and event.reported_by is not None:
        name, at = name_of(event.reported_by, staff), moment_words(study, event.reported_at, language)
        yield say(language, "adverse.reported", name=name, moment=at)
    told = [entry for entry in event.history if entry.deed in {"acknowledge", "contact", "dismiss", "reopen"}]
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
    return tuple((_button(event.id, action, language),) for action in actions(event, powers))


def _for_the_report(event: AdverseEvent, language: str, powers: Collection[Power]) -> Rows:
    """What stops the clock or goes before it, and the way to everything else: the record is not said over again."""
    now = [each for each in actions(event, powers) if each in UNTIL_REPORTED]
    whole = Button(say(language, "adverse.button.whole"), write(RecordTap(event.id, CARD)))
    return (*((_button(event.id, each, language),) for each in now), (whole,))


_ORDER = (
    "acknowledge", FORM, "adjudicate", "sign", SUMMARY, "report", "contact", "amend", "resolve", "dismiss", "lock",
    "reopen",
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
        (Button(say(language, f"adverse.{deed}.{each}"), write(RecordTap(event.id, f"{deed}.{each}"))),)
        for each in CHOICES[deed]
    ]
    lines = [head(event, code, language), say(language, f"adverse.{deed}.which")]
    return composed(lines, language, buttons=(*rows, (_button(event.id, CARD, language),)))


def _button(record: str, action: str, language: str) -> Button:
    return Button(say(language, f"adverse.button.{action}"), write(RecordTap(record, action)))


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


# ------------------------------------------------------------------------------ to send on


@dataclass(frozen=True, slots=True)
class Summary:
    """What one page on a serious event says: its heading, and each thing with its label; `story`: the words on it."""

    title: str
    code: str
    named: tuple[tuple[str, str], ...]
    story: tuple[str, str] | None


def summary_of(study: Study, event: AdverseEvent, code: str, language: str, staff: Names) -> Summary | None:
    """Everything the form asks, when the team knew, and who judged and signed; None as long as nobody has judged it."""
    judged = event.latest
    if judged is None:
        return None
    kind = "initial" if event.reported_at is None else "follow_up"
    due = due_at(study, event)
    named = {
        "study": f"{study.id} · {words_of(study.title, language)}",
        "code": visible(code),
        "term": term_words(judged, language),
        "ctcae": f"{judged.term.name} (v{ctcae.VERSION})" if judged.term else "",
        "grade_now": str(judged.grade),
        "grade_worst": str(event.worst),
        **{name: answer_words(judged, name, language) for name in SHOWN if judged.said(name)},
        "aware_at": _exact(study, event.aware_at),
        "due": _exact(study, due) if due is not None else "",
        "reported_at": _exact(study, event.reported_at) if event.reported_at else "",
        "version": say(
            language,
            "adverse.sum.by",
            number=judged.number,
            name=name_of(judged.by, staff),
            moment=_exact(study, judged.at),
        ),
        "signature": _signature(study, event, language, staff),
    }
    labelled = {
        name: (say(language, f"form.{name}.label" if name in SHOWN else f"adverse.sum.{name}"), value)
        for name, value in named.items()
        if value
    }
    story = labelled.pop("narrative", None)
    return Summary(say(language, f"adverse.sum.{kind}"), visible(code), tuple(labelled.values()), story)


def summary(study: Study, event: AdverseEvent, code: str, language: str, staff: Names) -> Message:
    """The summary as a message."""
    found = summary_of(study, event, code, language, staff)
    if found is None:
        return Message(say(language, "adverse.refused.nothing_judged"))
    named = (*found.named, *((found.story,) if found.story is not None else ()))
    colon = say(language, "adverse.colon")
    return composed([found.title, *(f"{label}{colon}{value}" for label, value in named)], language)


def _signature(study: Study, event: AdverseEvent, language: str, staff: Names) -> str:
    if event.signed is None or event.signed_by is None or event.signed_at is None:
        return say(language, "adverse.sum.unsigned")
    name, at = name_of(event.signed_by, staff), _exact(study, event.signed_at)
    return say(language, "adverse.sum.by", number=event.signed, name=name, moment=at)


def _exact(study: Study, at: datetime) -> str:
    """An instant for readers elsewhere: with its year, on the study's clock, and how far that is from UTC."""
    written = local(at, study.zone).isoformat(sep=" ", timespec="minutes")
    return f"{written[:16]} UTC{written[16:]}"


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
