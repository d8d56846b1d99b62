"""What is sent on of a serious event? One summary: everything the form asks, when the team knew, and each report made.

The rule: coded data and names of staff only; the message and the page say the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from probot.alerts.lines import Names, name_of
from probot.alerts.phrases import composed, visible, words_of
from probot.messages import Message
from probot.outcomes.adverse import AdverseEvent
from probot.outcomes.adverse_words import SHOWN, answer_words, report_words, term_words
from probot.outcomes.reports import made, owed, since
from probot.outcomes.sae_clock import due_at
from probot.schedule.civil import local
from probot.study import ctcae
from probot.study.model import Study
from probot.wording import say


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
    number, due = owed(event), due_at(study, event)
    which = report_words(len(made(event)) if number is None else number, language)
    named = {
        "study": f"{study.id} · {words_of(study.title, language)}",
        "code": visible(code),
        "term": term_words(judged, language),
        "ctcae": f"{judged.term.name} (v{ctcae.VERSION})" if judged.term else "",
        "grade_now": str(judged.grade),
        "grade_worst": str(event.worst),
        **{name: answer_words(judged, name, language) for name in SHOWN if judged.said(name)},
        "aware_at": _exact(study, event.aware_at),
        "news_at": _exact(study, since(event, study.zone)) if number else "",
        "due": _exact(study, due) if due is not None else "",
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
    return Summary(
        say(language, "adverse.sum.title", report=which),
        visible(code),
        (*labelled.values(), *_reports(study, event, language, staff)),
        story,
    )


def summary(study: Study, event: AdverseEvent, code: str, language: str, staff: Names) -> Message:
    """The summary as a message."""
    found = summary_of(study, event, code, language, staff)
    if found is None:
        return Message(say(language, "adverse.refused.nothing_judged"))
    named = (*found.named, *((found.story,) if found.story is not None else ()))
    colon = say(language, "adverse.colon")
    return composed([found.title, *(f"{label}{colon}{value}" for label, value in named)], language)


def _reports(study: Study, event: AdverseEvent, language: str, staff: Names) -> Iterator[tuple[str, str]]:
    for number, report in enumerate(made(event)):
        name, at = name_of(report.by, staff), _exact(study, report.at)
        yield report_words(number, language), say(language, "adverse.sum.report", name=name, moment=at)


def _signature(study: Study, event: AdverseEvent, language: str, staff: Names) -> str:
    if event.signed is None or event.signed_by is None or event.signed_at is None:
        return say(language, "adverse.sum.unsigned")
    name, at = name_of(event.signed_by, staff), _exact(study, event.signed_at)
    return say(language, "adverse.sum.by", number=event.signed, name=name, moment=at)


def _exact(study: Study, at: datetime) -> str:
    """An instant for readers elsewhere: with its year, on the study's clock, and how far that is from UTC."""
    written = local(at, study.zone).isoformat(sep=" ", timespec="minutes")
    return f"{written[:16]} UTC{written[16:]}"
