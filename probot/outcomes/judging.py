"""What can be done with an adverse event, and in which order? The table of moves, and what each needs besides.

The rule: a move that the table does not have is refused with its reason and changes nothing; whoever asks has been
found to have the power for it before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Literal

from probot.outcomes.adverse import AdverseEvent, Deed, Entry, State, Version
from probot.outcomes.reports import made, owed
from probot.schedule.civil import instant, local_day
from probot.study.forms import ENDED
from probot.study.model import Power
from probot.values import StaffId, Value, days_of

MOVES: Mapping[State, Mapping[Deed, State]] = {
    "candidate": {"acknowledge": "under_review", "contact": "candidate"},
    "under_review": {
        "fill": "under_review",
        "adjudicate": "adjudicated",
        "dismiss": "dismissed",
        "unreport": "under_review",
        "contact": "under_review",
    },
    "adjudicated": {
        "amend": "adjudicated",
        "dismiss": "dismissed",
        "sign": "signed",
        "report": "adjudicated",
        "unreport": "adjudicated",
        "contact": "adjudicated",
    },
    "signed": {
        "amend": "adjudicated",  # what has changed has to be signed anew
        "report": "signed",
        "unreport": "signed",
        "contact": "follow_up",
        "resolve": "resolved",
        "reopen": "under_review",
    },
    "follow_up": {
        "amend": "adjudicated",
        "report": "follow_up",
        "unreport": "follow_up",
        "contact": "follow_up",
        "resolve": "resolved",
        "reopen": "under_review",
    },
    "resolved": {
        "amend": "adjudicated",
        "report": "resolved",
        "unreport": "resolved",
        "contact": "resolved",
        "lock": "locked",
        "reopen": "under_review",
    },
    "locked": {"reopen": "under_review"},
    "dismissed": {"reopen": "under_review"},
}
"""Where each deed leads. What is not here is refused: no judging before somebody has it, no signing before a
judgement, nothing at all on a closed record but opening it again."""

POWERS: Mapping[Deed, Power] = {
    "noted": "acknowledge",
    "acknowledge": "acknowledge",
    "contact": "acknowledge",
    "fill": "grade",
    "adjudicate": "adjudicate",
    "amend": "adjudicate",
    "dismiss": "adjudicate",
    "sign": "adjudicate",
    "report": "adjudicate",
    "unreport": "adjudicate",
    "resolve": "adjudicate",
    "lock": "adjudicate",
    "reopen": "adjudicate",
}
"""What a role must be able to do for each deed."""

NEEDED = ("term", "grade", "onset", "serious", "related", "expected", "action", "outcome", "narrative")
"""Without these nobody can judge."""

Reason = Literal[
    "move", "nothing_judged", "incomplete", "not_serious", "reported_already", "no_report", "outcome_open", "not_reported",
    "no_reason", "unknown_reason",
]  # fmt: skip
Fault = Literal["missing", "grade_of_term", "criteria", "death", "future", "before_onset"]
"""What does not fit in a judgement: an answer left out; a grade that the term does not have; a serious event without
a criterion; a death that is not entered as one everywhere; a day that is still to come; an end before the onset."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that does not fit; `field` is the plain name of the answer."""

    fault: Fault
    field: str


@dataclass(frozen=True, slots=True)
class Refused:
    """It was not done; `problems` say what is missing where `reason` is `incomplete`."""

    reason: Reason
    deed: Deed
    state: State
    problems: tuple[Problem, ...] = ()


def may_move(event: AdverseEvent, deed: Deed) -> bool:
    """Whether the table has this move from here."""
    return deed in MOVES[event.state]


def do(
    event: AdverseEvent, deed: Deed, by: StaffId, now: datetime, detail: str = ""
) -> AdverseEvent | Refused:
    """The event after `deed`, or why not. Judgements themselves are added with `judge`."""
    state = MOVES[event.state].get(deed)
    if state is None:
        return Refused("move", deed, event.state)
    why_not = _why_not(event, deed, detail)
    if why_not is not None:
        return replace(why_not, deed=deed, state=event.state)
    if deed == "report":
        detail = f"follow-up {number}" if (number := owed(event)) else "initial"
    entry = Entry(deed, now, by, detail, event.latest.number if event.latest else None)
    after = replace(event, state=state, history=(*event.history, entry))
    match deed:
        case "sign":
            assert event.latest is not None
            return replace(after, signed=event.latest.number, signed_by=by, signed_at=now)
        case "report" if event.reported_at is None:
            return replace(after, reported_at=now, reported_by=by)
        case "unreport":
            after = replace(after, ladder=())  # whoever was told of another clock is told anew
            return after if made(after) else replace(after, reported_at=None, reported_by=None)
        case "dismiss" | "reopen":
            return replace(after, signed=None, signed_by=None, signed_at=None)
        case _:
            return after


def judge(
    event: AdverseEvent, deed: Literal["fill", "adjudicate", "amend"], version: Version, zone: str
) -> AdverseEvent | Refused:
    """The event with a further version. A judgement that does not fit is refused whoever makes it.

    `zone`: of the care team, in which days are meant.
    """
    state = MOVES[event.state].get(deed)
    if state is None:
        return Refused("move", deed, event.state)
    if deed == "amend" and not version.reason.strip():
        return Refused("no_reason", deed, event.state)
    wrong = problems(version, local_day(version.at, zone))
    if wrong:
        return Refused("incomplete", deed, event.state, wrong)
    entry = Entry(deed, version.at, version.by, version.reason, version.number)
    return replace(
        event,
        state=state,
        versions=(*event.versions, version),
        aware_at=_aware_at(event, version, zone),
        signed=None,
        signed_by=None,
        signed_at=None,
        history=(*event.history, entry),
    )


def _aware_at(event: AdverseEvent, version: Version, zone: str) -> datetime:
    """From when the time for the initial report counts. A day without an hour counts from its first moment; the day on
    which the event became known counts from that very moment. What was serious already only ever counts from earlier.
    """
    serious_already = _serious_already(event)
    if not version.said("aware"):
        return event.aware_at if serious_already else event.known_at
    day = date.fromisoformat(version.said("aware"))
    given = event.known_at if day == local_day(event.known_at, zone) else instant(day, time(), zone)
    return min(event.aware_at, given) if serious_already else given


def _serious_already(event: AdverseEvent) -> bool:
    """Whether an earlier judgement says so, and none that was signed has taken it back since."""
    signed = {entry.version for entry in event.history if entry.deed == "sign"}
    taken_back = [each.number for each in event.versions if not each.serious and each.number in signed]
    return any(each.serious for each in event.versions[max(taken_back, default=0) :])


def _why_not(event: AdverseEvent, deed: Deed, detail: str) -> Refused | None:
    """What else stands in the way; deed and state are filled in by the caller."""
    judged = event.latest

    def no(reason: Reason) -> Refused:
        return Refused(reason, deed, event.state)

    if deed == "unreport" and not made(event):
        return no("no_report")
    if deed in {"dismiss", "reopen", "unreport"} and not detail.strip():
        return no("no_reason")
    if deed in {"adjudicate", "sign", "report", "resolve"} and judged is None:
        return no("nothing_judged")
    if deed == "report" and judged is not None and not judged.serious:
        return no("not_serious")
    if deed == "report" and owed(event) is None:
        return no("reported_already")
    if deed == "resolve" and judged is not None and judged.said("outcome") not in ENDED:
        return no("outcome_open")
    if deed == "lock" and owed(event) is not None:
        return no("not_reported")
    return None


# ------------------------------------------------------------------------------ does it fit?


def problems(version: Version, today: date) -> tuple[Problem, ...]:
    """Everything that keeps a judgement from being one, in the order of the form."""
    answers = version.answers
    found = [Problem("missing", name) for name in NEEDED if not answers.get(name)]
    term, grade = version.term, version.grade
    if answers.get("term") and term is None:
        found.append(Problem("missing", "search"))
    if term is not None and term.wants_words and not answers.get("specify"):
        found.append(Problem("missing", "specify"))
    if term is not None and grade is not None and grade not in term.grades:
        found.append(Problem("grade_of_term", "grade"))
    if version.serious and not version.criteria:
        found.append(Problem("criteria", "criteria"))
    found += _deaths(version)
    found += _days(answers, today)
    return tuple(found)


def _deaths(version: Version) -> list[Problem]:
    """Grade 5, the criterion and the outcome say the same of life and death."""
    signs = {
        "grade": version.grade == 5,
        "criteria": "death" in version.criteria,
        "outcome": version.said("outcome") == "fatal",
    }
    if any(signs.values()) and not all(signs.values()):
        return [Problem("death", name) for name, said in signs.items() if not said]
    return []


def _days(answers: Mapping[str, Value], today: date) -> list[Problem]:
    """What cannot be so, whichever day a date means of which the day is not known."""
    known = {name: days_of(str(answers[name])) for name in ("onset", "aware", "ended") if answers.get(name)}
    found = [Problem("future", name) for name, (first, _) in known.items() if first > today]
    onset = known.get("onset")
    if onset is not None:
        after = [name for name in ("ended", "aware") if name in known and known[name][1] < onset[0]]
        found += [Problem("before_onset", name) for name in after]
    return found
