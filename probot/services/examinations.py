"""Which examinations have clinicians entered of a participant, and who corrects one that is wrong?

The rule: a form is in one person's hands, whoever entered it at first. Whoever may adjudicate can take it
into theirs, because people leave, and a wrong grade must not stand in the endpoint for ever.
"""

from __future__ import annotations

from dataclasses import replace

from probot.alerts.phrases import (
    SEPARATOR,
    composed,
    known_item,
    label_of,
    shortened,
    value_words,
    visible,
    words_of,
)
from probot.alerts.staff import not_authorised, not_theirs
from probot.flows.buttons import RecordTap, write
from probot.flows.present import present
from probot.flows.session import MarkAnswered, Session
from probot.messages import Button, Message
from probot.services import audience, centres, gather
from probot.services.turn import Turn
from probot.store import assessments, people
from probot.store.records import Assessment, Enrolment, Staff
from probot.study.forms import FORMS
from probot.wording import day, say

LIST, CORRECT = "exams", "correct"
MOST_LISTED = 10
"""Examinations that are listed, the newest ones."""
ANSWERED = ("complete", "partial")


def with_a_way_to_correct(turn: Turn, person: Staff, enrolment: Enrolment, shown: Message) -> Message:
    """`shown` with a button to the examinations of this participant, if there is any that this person may correct."""
    if not _correctable(turn, person, enrolment):
        return shown
    button = Button(say(person.language, "examinations.button"), write(RecordTap(enrolment.id, LIST)))
    return replace(shown, buttons=(*shown.buttons, (button,)))


def tapped(turn: Turn, person: Staff, tap: RecordTap, language: str) -> bool:
    """That button, or one of the list behind it. False if the tap is about something else."""
    if tap.action not in {LIST, CORRECT}:
        return False
    one = assessments.find(turn.connection, tap.record) if tap.action == CORRECT else None
    about = tap.record if one is None else one.enrolment_id
    enrolment = people.by_id(turn.connection, about, lock=True)
    if enrolment is None:
        return False
    if centres.closed_to(turn, person, enrolment):
        turn.toast = not_theirs(language)
        return True
    allowed = _correctable(turn, person, enrolment)
    if one is None:
        listed = _list(turn, allowed, person, enrolment)
        turn.say(person.principal, listed, lane="reply", purpose="notice")
    elif one.id not in {each.id for each in allowed}:
        turn.note("tap refused", "assessment", one.id, code=enrolment.code, reason="role", new=CORRECT)
        turn.toast = not_authorised(turn.study, "adjudicate", language)
    else:
        _take_over(turn, person, enrolment, one)
    return True


def opened_again(turn: Turn, enrolment: Enrolment, one: Assessment) -> Session | None:
    """A form that was filled in and has closed since can be corrected. The conversation of it; None if it cannot be."""
    session = assessments.session_of(turn.connection, one.id)
    if session is None or one.timepoint in FORMS or one.status not in ANSWERED:
        return None
    if session.status != "closed":
        return session
    session = replace(session, status="finished", revision=session.revision + 1)
    assessments.save_session(turn.connection, session)
    turn.note("form opened again", "assessment", one.id, code=enrolment.code, new=one.timepoint)
    return session


def holder(turn: Turn, one: Assessment) -> str:
    """The name of whoever has the form in hand, as it may be shown."""
    return visible(audience.names(turn).get((one.respondent or "").removeprefix("staff:"), ""))


# ------------------------------------------------------------------------------ the list


def _correctable(turn: Turn, person: Staff, enrolment: Enrolment) -> list[Assessment]:
    """What of this participant's examinations the person may correct, oldest first."""
    own, others = (audience.may(turn, person, power) for power in ("grade", "adjudicate"))
    if not own and not others:
        return []
    return [
        one
        for one in assessments.of_enrolment(turn.connection, enrolment.id, ANSWERED)
        if one.respondent is not None and one.timepoint not in FORMS
        if others or one.respondent == person.principal
    ]


def _list(turn: Turn, found: list[Assessment], person: Staff, enrolment: Enrolment) -> Message:
    language = person.language
    if not found:
        return Message(say(language, "examinations.none", code=visible(enrolment.code)))
    lines = [say(language, "examinations.list", code=visible(enrolment.code))]
    if len(found) > MOST_LISTED:
        lines.append(say(language, "examinations.newest", n=MOST_LISTED))
    rows = []
    for place, one in enumerate(found[-MOST_LISTED:], 1):
        who = holder(turn, one)
        parts = (day(language, one.day, year=True), who, *_answers(turn, one, language))
        lines.append(f"{place}. {SEPARATOR.join(parts)}")
        label = say(
            language, "examinations.button.correct", place=place, day=day(language, one.day), name=who
        )
        rows.append((Button(shortened(label, 60), write(RecordTap(one.id, CORRECT))),))
    return composed(lines, language, buttons=tuple(rows))


def _answers(turn: Turn, one: Assessment, language: str) -> list[str]:
    study, session = turn.pinned(one.study_hash), assessments.session_of(turn.connection, one.id)
    found = []
    for name, given in (session.given if session else {}).items():
        if given.value is not None:
            item = known_item(study, name)
            found.append(f"{label_of(item, language)}: {value_words(item, given.value, language)}")
    return found


# ------------------------------------------------------------------------------ one of them


def _take_over(turn: Turn, person: Staff, enrolment: Enrolment, one: Assessment) -> None:
    """Put the answers of the form before this person, each with its [Change]; from now on the form is theirs."""
    session = opened_again(turn, enrolment, one)
    if session is None:
        return
    if one.respondent != person.principal:
        before = one.respondent or ""
        assessments.change(turn.connection, one.id, respondent=person.principal)
        turn.note(
            "form taken over", "assessment", one.id, code=enrolment.code, field="respondent", old=before,
            new=person.principal,
        )  # fmt: skip
        _tell(turn, before, person, enrolment, one)
    # What was just being changed, or in which language, is the affair of whoever had it before.
    session = replace(
        session, status="finished", asking=None, chosen=(), language=person.language, revision=session.revision + 1
    )  # fmt: skip
    assessments.save_session(turn.connection, session)
    study = turn.pinned(one.study_hash)
    facts = gather.for_flow(turn, study, enrolment, one.timepoint, one.id, turn.now)
    for item, given in session.given.items():
        if given.absent != "branched":
            message = present(study, session, facts, MarkAnswered(item))
            turn.say(
                person.principal, replace(message, text=f"{visible(enrolment.code)}{SEPARATOR}{message.text}"),
                lane="reply", purpose="reply", assessment_id=one.id, item=item,
            )  # fmt: skip


def _tell(turn: Turn, before: str, person: Staff, enrolment: Enrolment, one: Assessment) -> None:
    """Whoever entered it hears that it is out of their hands."""
    form = turn.study.plan.get(one.timepoint)
    for each in audience.hearing(turn, people.active_staff(turn.connection), enrolment):
        if each.principal == before and audience.may_see(turn, each):
            words = say(
                each.language, "examinations.taken_over", code=visible(enrolment.code), name=visible(person.name),
                form=words_of(form.label, each.language) if form else visible(one.timepoint),
                day=day(each.language, one.day, year=True),
            )  # fmt: skip
            turn.say(before, Message(words, silent=True), lane="digest", purpose="notice")
