"""How does a question of the care team reach a participant, and how does the answer come back?

The rule: the answer goes to the chat the question came from and to no other; a question that could not be delivered
is told there as well.
"""

from __future__ import annotations

from datetime import timedelta

from probot.alerts import steps
from probot.alerts.model import Alert
from probot.alerts.phrases import visible
from probot.alerts.present import answer_message
from probot.alerts.rules import signal_hits
from probot.alerts.staff import asked_words, cannot_ask
from probot.flows.enquiries import MOST, enquiry, enquiry_answered
from probot.flows.reading import read
from probot.flows.session import Session
from probot.flows.understanding import Understood
from probot.messages import Message
from probot.schedule.civil import local_day
from probot.services import alerting, audience, participant, telling
from probot.services.converse import go_on, in_front
from probot.services.taking import Case, Place, case_of
from probot.services.turn import Turn
from probot.store import alerts, assessments, people, threads
from probot.store.records import Enrolment, Outgoing, Staff
from probot.values import EnrolmentId

WAITS_FOR = timedelta(hours=24)
"""So long after a question words that reply to nothing else are taken for its answer."""
TAKES_PART = frozenset({"active", "paused"})
REACHED = frozenset({"ok", "unknown"})


def ask(turn: Turn, person: Staff, place: Place, thread: threads.Thread, text: str) -> None:
    """A reply to something about an alert: it is put to the participant."""
    case = case_of(turn, thread.alert)
    assert case is not None
    words = "\n".join(visible(line) for line in text.strip().splitlines())
    code, enrolment = case.enrolment.code, case.enrolment
    if not words or len(words) > MOST:
        _say(turn, place.recipient, Message(cannot_ask(place.language, code, "length", MOST)))
        return
    why = _out_of_reach(turn, enrolment)
    if why:
        turn.note("question not sent", "alert", case.alert.id, code=code, reason=why)
        _save(turn, case, steps.undelivered(case.alert, why, turn.now))
        _say(turn, place.recipient, Message(cannot_ask(place.language, code, why)))
        return
    message = enquiry(turn.study, enrolment.language, words)
    key = turn.say(enrolment.principal, message, lane="reply", purpose="enquiry")
    threads.add(
        turn.connection, message=key, alerts=[case.alert.id], kind="question", recipient=enrolment.principal,
        now=turn.now, detail=place.recipient, staff=person.id,
    )  # fmt: skip
    alerting.trail(turn, enrolment, case.alert, "participant asked", new=words)
    _save(turn, case, steps.asked(case.study, case.alert, person.id, words, turn.now))
    _say(turn, place.recipient, Message(asked_words(place.language, code)))


def _out_of_reach(turn: Turn, enrolment: Enrolment) -> str:
    """Why nothing can be put to this participant here; empty if it can."""
    if enrolment.status not in TAKES_PART:
        return enrolment.status
    if enrolment.reach not in REACHED or people.contact_of(turn.connection, enrolment.principal) is None:
        return "unreachable"
    return ""


def _save(turn: Turn, case: Case, after: Alert) -> None:
    alerts.save(turn.connection, case.alert, after)
    telling.refresh(turn, case.study, case.enrolment, after)


def _say(turn: Turn, recipient: str, message: Message) -> str:
    return turn.say(recipient, message, lane="reply", purpose="notice")


# ------------------------------------------------------------------------------ the answer


def answered(turn: Turn, enrolment: Enrolment, text: str, reply_to: int | None) -> bool:
    """Words of a participant: taken for the answer to the team's question if they are one. False if they are not.

    A reply to the question always is. Other words are, while it waits for an answer, unless they plainly answer the
    item that is open.
    """
    contact = people.contact_of(turn.connection, enrolment.principal) if reply_to is not None else None
    thread = threads.replied_to(turn.connection, contact, reply_to) if contact and reply_to else None
    if thread is None or thread.kind != "question":
        thread = threads.open_question(turn.connection, enrolment.principal, turn.now - WAITS_FOR)
        if thread is None or _belongs_elsewhere(turn, enrolment, text):
            return False
    _take(turn, enrolment, thread, text)
    return True


def _belongs_elsewhere(turn: Turn, enrolment: Enrolment, text: str) -> bool:
    if participant.answers_the_offer(turn, enrolment, text):
        return True
    session = in_front(turn, enrolment)
    return session is not None and _answers_item(turn, enrolment, session, text)


def _answers_item(turn: Turn, enrolment: Enrolment, session: Session, text: str) -> bool:
    one = assessments.find(turn.connection, session.assessment)
    if one is None:
        return False
    study = turn.pinned(one.study_hash)
    asked = next((item for _, item in study.items_of(one.timepoint) if item.id == session.asking), None)
    today = local_day(turn.now, enrolment.zone)
    return asked is not None and isinstance(read(asked, text, today), Understood)


def _take(turn: Turn, enrolment: Enrolment, thread: threads.Thread, text: str) -> None:
    assessments.add_note(
        turn.connection, enrolment=EnrolmentId(enrolment.id), kind="answer", words=text, received_at=turn.now,
        cause=turn.cause,
    )  # fmt: skip
    found = signal_hits(turn.study, "note", words=text)
    spoken = [hit for hit in found if turn.study.rules[hit.rule].words]
    alerting.raise_all(turn, turn.study, enrolment, spoken)
    threads.settle(turn.connection, thread.message, turn.now)
    case = case_of(turn, thread.alert)
    assert case is not None
    alerting.trail(turn, enrolment, case.alert, "participant answered")
    _save(turn, case, steps.answered(case.alert, text, turn.now))
    for recipient, language in audience.readers(turn, thread.detail, enrolment):
        message = answer_message(case.study, case.alert, enrolment.code, language, text, turn.now)
        key = _say(turn, recipient, message)
        threads.add(
            turn.connection,
            message=key,
            alerts=[case.alert.id],
            kind="answer",
            recipient=recipient,
            now=turn.now,
        )
    turn.say(
        enrolment.principal, enquiry_answered(turn.study, enrolment.language), lane="reply", purpose="reply"
    )
    if in_front(turn, enrolment) is not None:
        go_on(turn, enrolment)


def not_delivered(turn: Turn, row: Outgoing, why: str) -> None:
    """The question has not reached the participant: whoever asked hears so, and it stands in the alert."""
    thread = threads.of_message(turn.connection, row.id)
    if thread is None or thread.kind != "question" or thread.settled:
        return
    threads.settle(turn.connection, thread.message, turn.now)
    case = case_of(turn, thread.alert)
    assert case is not None
    alerting.trail(turn, case.enrolment, case.alert, "question not delivered", reason=why)
    _save(turn, case, steps.undelivered(case.alert, why, turn.now))
    for recipient, language in audience.readers(turn, thread.detail, case.enrolment):
        _say(turn, recipient, Message(cannot_ask(language, case.enrolment.code, "unreachable")))
