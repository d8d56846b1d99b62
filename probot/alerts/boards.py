"""What does the care team read about many participants at once? Who answers, what is asked today, who is overdue.

The rule: whoever needs somebody stands first; a list that is empty says so kindly; nothing is longer than one
message, and what does not fit is counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from probot.alerts.phrases import SEPARATOR, composed, moment_words, visible, words_of
from probot.flows.buttons import BoardTap, write
from probot.messages import Button, Message
from probot.study.model import Study
from probot.wording import day, say

PAGE = 12
"""Participants on one page of /adherence."""
CELLS = 10
"""Of which a bar is made."""

Progress = Literal["done", "open", "later", "missed", "paused", "outage"]
"""How an assessment of today stands."""
PROGRESS: tuple[Progress, ...] = ("missed", "open", "later", "paused", "outage")
"""What is listed by code, in this order; those who are done are only counted."""


# ---------------------------------------------------------------- /adherence


@dataclass(frozen=True, slots=True)
class Kept:
    """How many of a participant's assessments that are over were answered, answered late, or missed."""

    code: str
    status: str
    answered: int
    late: int
    missed: int

    @property
    def expected(self) -> int:
        """How many there were; what fell into a pause or an outage is not among them."""
        return self.answered + self.missed

    @property
    def share(self) -> float:
        """Which part of them was answered, from 0 to 1."""
        return self.answered / self.expected if self.expected else 1.0


def adherence_message(kept: Iterable[Kept], language: str, page: int = 1) -> Message:
    """The answer to /adherence: worst first, a page at a time; everybody together in the first line."""
    known = sorted((one for one in kept if one.expected), key=lambda one: (one.share, -one.missed, one.code))
    if not known:
        return Message(say(language, "adherence.none"))
    pages = -(-len(known) // PAGE)
    page = min(max(page, 1), pages)
    answered, expected = sum(one.answered for one in known), sum(one.expected for one in known)
    lines = [
        say(
            language, "adherence.first", percent=_percent(answered / expected), answered=answered, n=expected
        ),
        *(line for one in known[(page - 1) * PAGE : page * PAGE] for line in _kept(one, language)),
        say(language, "board.page", page=page, pages=pages) if pages > 1 else "",
    ]
    return composed(lines, language, buttons=_turning("adherence", page, pages, language))


def _kept(one: Kept, language: str) -> Iterator[str]:
    state = "" if one.status == "active" else say(language, f"staff.status.{one.status}")
    full = round(one.share * CELLS)
    bar = "█" * full + "░" * (CELLS - full)
    yield SEPARATOR.join(part for part in (f"{bar} {_percent(one.share)}", visible(one.code), state) if part)
    yield say(
        language, "adherence.line", expected=one.expected, answered=one.answered, late=one.late, missed=one.missed
    )  # fmt: skip


def _percent(share: float) -> str:
    return f"{share * 100:.0f}%"


def _turning(board: str, page: int, pages: int, language: str) -> tuple[tuple[Button, ...], ...]:
    turns = []
    if page > 1:
        turns.append(Button(say(language, "board.back"), write(BoardTap(board, page - 1))))
    if page < pages:
        turns.append(Button(say(language, "board.on"), write(BoardTap(board, page + 1))))
    return (tuple(turns),) if turns else ()


# ---------------------------------------------------------------- /today


@dataclass(frozen=True, slots=True)
class Asked:
    """One assessment of today: whose, of which timepoint, and how it stands; `reminded`: how often."""

    code: str
    timepoint: str
    progress: Progress
    reminded: int = 0


def today_message(
    study: Study, today: date, asked: Sequence[Asked], forms: Sequence[Form], language: str
) -> Message:
    """The answer to /today: each timepoint with how many are done, and who is not; clinicians' forms below."""
    if not asked and not forms:
        return Message(say(language, "today.none", day=day(language, today)))
    lines = [say(language, "today.first", day=day(language, today))]
    for timepoint in dict.fromkeys(one.timepoint for one in asked):
        lines += _timepoint(study, timepoint, [one for one in asked if one.timepoint == timepoint], language)
    lines += _forms(study, forms, language)
    return composed(lines, language)


def _timepoint(study: Study, name: str, asked: Sequence[Asked], language: str) -> Iterator[str]:
    counted = [one for one in asked if one.progress not in {"paused", "outage"}]
    done = sum(one.progress == "done" for one in counted)
    label = timepoint_label(study, name, language)
    yield say(language, "today.timepoint", label=label, done=done, n=len(counted))
    for progress in PROGRESS:
        codes = [_whom(one, language) for one in asked if one.progress == progress]
        if codes:
            yield "  " + say(language, f"today.{progress}", codes=say(language, "alert.list").join(codes))


def _whom(one: Asked, language: str) -> str:
    code = visible(one.code)
    return (
        say(language, "today.reminded", code=code, n=one.reminded)
        if one.reminded and one.progress == "open"
        else code
    )


def timepoint_label(study: Study, name: str, language: str) -> str:
    """What a timepoint is called; its name, where this version of the study has it no more."""
    timepoint = study.plan.get(name)
    return words_of(timepoint.label, language) if timepoint else visible(name)


# ---------------------------------------------------------------- /overdue


@dataclass(frozen=True, slots=True)
class Late:
    """A participant who is behind: `missed` in a row up to `last`, or (0) a form that is open and was called to mind."""

    code: str
    timepoint: str
    missed: int
    last: date
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """A clinician's form that is not entered: about whom, and until when it is due."""

    code: str
    timepoint: str
    due: date
    until: datetime
    over: bool


def overdue_message(study: Study, late: Sequence[Late], forms: Sequence[Form], language: str) -> Message:
    """The answer to /overdue: whoever missed most first, then open forms, then what clinicians should have entered."""
    if not late and not forms:
        return Message(say(language, "overdue.none"))
    lines = [*late_lines(study, late, language), *_forms(study, forms, language)]
    return composed([say(language, "overdue.first", n=len(late) + len(forms)), *lines], language)


def late_lines(study: Study, late: Sequence[Late], language: str) -> Iterator[str]:
    """A line for each participant who is behind, the longest silence first."""
    for one in sorted(late, key=lambda one: (-one.missed, one.code)):
        label = timepoint_label(study, one.timepoint, language)
        if one.missed:
            said = say(language, "overdue.missed", n=one.missed, day=day(language, one.last))
        else:
            since = moment_words(study, one.since, language) if one.since else day(language, one.last)
            said = say(language, "overdue.open", moment=since)
        yield SEPARATOR.join((visible(one.code), label, said))


def _forms(study: Study, forms: Sequence[Form], language: str) -> Iterator[str]:
    for timepoint in dict.fromkeys(one.timepoint for one in forms):
        yield say(language, "overdue.forms", label=timepoint_label(study, timepoint, language))
        for one in sorted(forms, key=lambda one: (not one.over, one.until, one.code)):
            if one.timepoint == timepoint:
                key = "overdue.form.over" if one.over else "overdue.form.due"
                moment = moment_words(study, one.until, language)
                yield "  " + say(
                    language, key, code=visible(one.code), day=day(language, one.due), moment=moment
                )
