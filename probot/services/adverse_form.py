"""What becomes of a form about an adverse event? When its last question is answered, a version of the judgement.

The rule: what was entered is on record answer by answer whatever happens; a judgement is made only where it fits, and
by somebody who may.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from probot.alerts.ladder import CARE_TEAM
from probot.flows.session import Session
from probot.messages import Message
from probot.outcomes.adverse import AdverseEvent, Version
from probot.outcomes.adverse_words import IN_THE_FORM, card, refusal, reminder, stands_line
from probot.outcomes.judging import Refused, judge
from probot.outcomes.sae_clock import wound
from probot.services import audience
from probot.services.turn import Turn
from probot.store import adverse, assessments, people
from probot.store.records import Assessment, Enrolment, Staff
from probot.study.forms import AMENDED, PARTS, plain_name
from probot.values import Value
from probot.wording import say


def finished(turn: Turn, enrolment: Enrolment, assessment: Assessment, session: Session) -> None:
    """The form's last question has been answered, or an answer of it was changed afterwards."""
    event = adverse.of_form(turn.connection, assessment.id)
    person = people.staff_by_id(turn.connection, (assessment.respondent or "").removeprefix("staff:"))
    if event is None or person is None:
        return
    newest = event.latest
    if event.state == "adjudicated" and newest is not None and _is_anothers(newest, assessment):
        name = audience.names(turn).get(newest.by, newest.by)
        _answer(turn, person, say(session.language, "adverse.refused.meanwhile", name=name))
        return
    version = _version(turn, event, assessment, session, person)
    deed = _deed(event, may=audience.may(turn, person, "adjudicate"))
    after = judge(event, deed, version, turn.study.zone)
    if isinstance(after, Refused):
        turn.note("judgement refused", "adverse event", event.id, code=enrolment.code, reason=after.reason)
        _answer(turn, person, refusal(after, session.language))
        return
    keep(turn, enrolment, event, after, shown_anew=True)
    show(turn, person, after, enrolment, session.language)
    if deed == "fill":
        tell_judges(turn, after, enrolment, but=person)


def _is_anothers(newest: Version, assessment: Assessment) -> bool:
    """Whether the newest judgement came from another first form; an amendment always follows the newest."""
    return newest.assessment != assessment.id and assessment.timepoint != AMENDED


def _deed(event: AdverseEvent, *, may: bool) -> Literal["fill", "adjudicate", "amend"]:
    if event.state == "under_review":
        return "adjudicate" if may else "fill"
    return "amend" if may else "fill"


def _version(
    turn: Turn, event: AdverseEvent, assessment: Assessment, session: Session, person: Staff
) -> Version:
    given = {plain_name(item): one.value for item, one in session.given.items() if one.value is not None}
    reason = IN_THE_FORM if any(each.assessment == assessment.id for each in event.versions) else ""
    if assessment.timepoint == AMENDED:
        reason, given = str(given.get("reason", "")), _amended(event, given)
    return Version(
        number=len(event.versions) + 1,
        answers=given,
        by=person.id,
        at=turn.now,
        reason=reason,
        assessment=assessment.id,
        study=assessment.study_hash or turn.study.hash,
    )


def _amended(event: AdverseEvent, given: Mapping[str, Value]) -> dict[str, Value]:
    """The newest judgement with the chosen parts answered anew."""
    chosen = given.get("which", ())
    parts = chosen if isinstance(chosen, tuple) else ()
    replaced = {name for part in parts for name in PARTS[part]}
    kept = {
        name: value
        for name, value in (event.latest.answers if event.latest else {}).items()
        if name not in replaced
    }
    return kept | {name: value for name, value in given.items() if name in replaced}


def with_what_stands(
    turn: Turn, assessment: Assessment, item: str, language: str, question: Message
) -> Message:
    """A question of an amendment, with what the record says of it so far."""
    event = adverse.of_form(turn.connection, assessment.id)
    line = stands_line(turn.study, event, plain_name(item), language) if event is not None else ""
    return replace(question, text=f"{question.text}\n{line}") if line else question


# ------------------------------------------------------------------------------ shared with the taps


def mark(event: AdverseEvent) -> str:
    """What a message that shows the record bears in the outbox, so that it can be kept current."""
    return f"ae:{event.id}"


def keep(
    turn: Turn, enrolment: Enrolment, before: AdverseEvent, after: AdverseEvent, *, tapped: int | None = None,
    shown_anew: bool = False,
) -> AdverseEvent:  # fmt: skip
    """Write down what became of an event, its next reminder, and who did it; what shows it is brought up to date.

    `shown_anew`: whoever acts is shown the record besides, in the message with the number `tapped` or in a new one.
    """
    after = wound(turn.study, after, turn.now)
    adverse.save(turn.connection, before, after)
    for entry in after.history[len(before.history) :]:
        version = f"version {entry.version}" if entry.version else ""
        turn.note(
            f"adverse event: {entry.deed}", "adverse event", after.id, code=enrolment.code, field=version,
            old=before.state, new=after.state, reason=entry.detail,
        )  # fmt: skip
    if after.state in {"signed", "dismissed"}:
        _close_forms(turn, after)
    _say_as_it_stands(turn, enrolment, after, tapped, shown_anew=shown_anew)
    return after


def _say_as_it_stands(
    turn: Turn, enrolment: Enrolment, event: AdverseEvent, tapped: int | None, *, shown_anew: bool
) -> None:
    """No chat of staff goes on saying that something waits which somebody has done; one message there says it whole."""
    for person in audience.hearing(turn, people.active_staff(turn.connection), enrolment):
        if not audience.may_see(turn, person):
            continue
        acts = person.id == turn.actor
        cards = adverse.cards(turn.connection, person.principal, mark(event))
        whole = None if acts and shown_anew else max((number for _, number in cards), default=None)
        for key, number in cards:
            if acts and number == tapped:
                continue
            if number == whole:
                message = shown(turn, event, enrolment, person, person.language)
            else:
                may = turn.study.powers(person.role)
                message = reminder(turn.study, event, enrolment.code, person.language, turn.now, may)
            turn.say(person.principal, message, lane="edit", purpose="notice", kind="edit", edits=key)


def _close_forms(turn: Turn, event: AdverseEvent) -> None:
    """What was signed is not changed by an old button; an amendment with its reason is the way."""
    for key in adverse.forms_of(turn.connection, event):
        session = assessments.session_of(turn.connection, key)
        if session is not None and session.status != "closed":
            assessments.close_session(turn.connection, session)


def shown(turn: Turn, event: AdverseEvent, enrolment: Enrolment, person: Staff, language: str) -> Message:
    """The record as this person sees it."""
    return card(
        turn.study,
        event,
        enrolment.code,
        language,
        turn.now,
        audience.names(turn),
        turn.study.powers(person.role),
    )


def show(turn: Turn, person: Staff, event: AdverseEvent, enrolment: Enrolment, language: str) -> None:
    """Send the record to somebody's own chat."""
    turn.say(
        person.principal, shown(turn, event, enrolment, person, language), lane="reply", purpose="notice",
        item=mark(event),
    )  # fmt: skip


def tell_judges(turn: Turn, event: AdverseEvent, enrolment: Enrolment, *, but: Staff | None = None) -> None:
    """Everybody who may judge hears that something waits; the team's chat if there is nobody."""
    judges = [
        person
        for person in audience.hearing(turn, people.active_staff(turn.connection), enrolment)
        if audience.may(turn, person, "adjudicate") and (but is None or person.id != but.id)
    ]
    readers = [(person.principal, person.language, turn.study.powers(person.role)) for person in judges]
    if not readers:
        readers = [
            (to, language, frozenset()) for to, language in audience.readers(turn, CARE_TEAM, enrolment)
        ]
    for recipient, language, may in readers:
        message = reminder(turn.study, event, enrolment.code, language, turn.now, may)
        turn.say(recipient, message, lane="alert", purpose="notice", item=mark(event))


def _answer(turn: Turn, person: Staff, words: str) -> None:
    turn.say(person.principal, Message(words), lane="reply", purpose="notice")
