"""How does a question of the care team reach a participant, and how does the answer come back?

The rule: the answer goes to the chat the question came from and to the team's, and to no other; what nobody looks out
for any more alerts as words out of the blue do. A question that could not be delivered is told where it was asked.
"""

from __future__ import annotations

from datetime import timedelta

from probot.alerts import steps
from probot.alerts.ladder import CARE_TEAM
from probot.alerts.model import Alert
from probot.alerts.phrases import visible
from probot.alerts.present import answer_message
from probot.alerts.rules import signal_hits, spoken_hits
from probot.alerts.staff import asked_words, cannot_ask
from probot.flows.enquiries import MOST, enquiry, enquiry_answered
from probot.flows.reading import read
from probot.flows.session import Session
from probot.flows.understanding import Understood
from probot.messages import Message
from probot.schedule.civil import local_day
from probot.services import alerting, audience, participant, telling, wishes
from probot.services.converse import go_on, in_front
from probot.services.taking import Case, Place, case_of
from probot.services.turn import Turn
from probot.store import alerts, asked, assessments, people, threads
from probot.store.records import Enrolment, Outgoing, Purpose, Staff
from probot.values import EnrolmentId

WAITS_FOR = timedelta(hours=24)
"""So long after a question words that reply to nothing else are taken for its answer."""
WATCHED = timedelta(hours=2)
"""So long after a question arrived its answer calls nobody but is shown to whoever looks out for it. A conversation takes
minutes; two hours are well within a shift, so whoever asked, or a colleague beside them, is there. Later words, unless
they reply to the question, may be about something new that nobody expects.
"""
TAKES_PART = frozenset({"active", "paused"})
REACHED = frozenset({"ok", "unknown"})


def ask(turn: Turn, person: Staff, place: Place, alert_id: str, text: str) -> None:
    """Put somebody's words about an alert to its participant."""
    case = case_of(turn, alert_id)
    assert case is not None
    words = "\n".join(visible(line) for line in text.strip().splitlines())
    code, enrolment = case.enrolment.code, case.enrolment
    if not words or len(words) > MOST:
        _say(turn, place.recipient, Message(cannot_ask(place.language, code, "length", MOST)))
        return
    why = _out_of_reach(turn, case)
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
    reads = enrolment.language if enrolment.language != person.language else ""
    _say(turn, place.recipient, Message(asked_words(place.language, code, reads)))


def _out_of_reach(turn: Turn, case: Case) -> str:
    """Why nothing can be put to this participant here; empty if it can. Who only stopped the questions of the study can
    still be asked about an alert that is not closed.
    """
    enrolment = case.enrolment
    if enrolment.status not in TAKES_PART and not (enrolment.keeps_contact and case.alert.state != "closed"):
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

    A reply to the question always is. Other words are, while it waits for an answer, unless they belong to something
    else. Once its alert is closed nobody waits for it any more: then the next words are a message to the team.
    """
    contact = people.contact_of(turn.connection, enrolment.principal) if reply_to is not None else None
    thread = threads.replied_to(turn.connection, contact, reply_to) if contact and reply_to else None
    if thread is not None and thread.kind == "question":
        about = alerts.find(turn.connection, thread.alert)
        _take(turn, enrolment, thread, text, expected=about is not None and about.state != "closed")
        return True
    pending = threads.open_question(turn.connection, enrolment.principal, turn.now - WAITS_FOR)
    if pending is None or _belongs_elsewhere(turn, enrolment, pending, text, reply_to):
        return False
    if not pending.past:
        _take(turn, enrolment, pending.thread, text, expected=turn.now - pending.sent_at <= WATCHED)
        return True
    if enrolment.status not in TAKES_PART:
        return False
    threads.settle(turn.connection, pending.thread.message, turn.now)
    participant.said(turn, enrolment, text)
    _ask_on(turn, enrolment)
    return True


def waits(turn: Turn, enrolment: Enrolment) -> bool:
    """Whether a question of the team's waits for this participant's answer."""
    pending = threads.open_question(turn.connection, enrolment.principal, turn.now - WAITS_FOR)
    return pending is not None and not pending.past


def _belongs_elsewhere(
    turn: Turn, enrolment: Enrolment, pending: threads.Pending, text: str, reply_to: int | None
) -> bool:
    """Whether words reply to another question, or plainly answer one that stands further down than the team's."""
    if reply_to is not None and asked.said_as(turn.connection, enrolment.principal, reply_to) is not None:
        return True
    if participant.answers_the_offer(turn, enrolment, text, pending.asked_at):
        return True
    session = in_front(turn, enrolment)
    if session is None or session.asking is None or not _answers_item(turn, enrolment, session, text):
        return False
    return not asked.is_below(turn.connection, pending.thread.message, session.assessment, session.asking)


def _answers_item(turn: Turn, enrolment: Enrolment, session: Session, text: str) -> bool:
    one = assessments.find(turn.connection, session.assessment)
    if one is None:
        return False
    study = turn.pinned(one.study_hash)
    asked = next((item for _, item in study.items_of(one.timepoint) if item.id == session.asking), None)
    today = local_day(turn.now, enrolment.zone)
    return asked is not None and isinstance(read(asked, text, today), Understood)


def _take(turn: Turn, enrolment: Enrolment, thread: threads.Thread, text: str, *, expected: bool) -> None:
    """Keep an answer and show it. `expected`: somebody looks out for it; else it alerts as words out of the blue do."""
    assessments.add_note(
        turn.connection, enrolment=EnrolmentId(enrolment.id), kind="answer", words=text, received_at=turn.now,
        cause=turn.cause,
    )  # fmt: skip
    found = spoken_hits(turn.study, text) if expected else signal_hits(turn.study, "note", words=text)
    alerting.raise_all(turn, turn.study, enrolment, found)
    threads.settle(turn.connection, thread.message, turn.now)
    case = case_of(turn, thread.alert)
    assert case is not None
    alerting.trail(turn, enrolment, case.alert, "participant answered")
    _save(turn, case, steps.answered(case.alert, text, turn.now))
    _tell(turn, case, thread, text)
    thanks: Purpose = "reply" if enrolment.status in TAKES_PART else "enquiry"
    turn.say(
        enrolment.principal, enquiry_answered(turn.study, enrolment.language), lane="reply", purpose=thanks
    )
    if not expected:
        wishes.offer(turn, enrolment, turn.now)
    _ask_on(turn, enrolment)


def _ask_on(turn: Turn, enrolment: Enrolment) -> None:
    """What was open in a form is asked again below."""
    if in_front(turn, enrolment) is not None:
        go_on(turn, enrolment)


def _tell(turn: Turn, case: Case, thread: threads.Thread, text: str) -> None:
    """Show an answer to whoever asked and, once, where the team is told of alerts: who asked may be off duty by then."""
    asker = audience.readers(turn, thread.detail, case.enrolment)
    team = audience.readers(turn, CARE_TEAM, case.enrolment)
    for recipient, language in dict.fromkeys([*asker, *team]):
        message = answer_message(case.study, case.alert, case.enrolment.code, language, text, turn.now)
        key = _say(turn, recipient, message)
        threads.add(
            turn.connection, message=key, alerts=[case.alert.id], kind="answer", recipient=recipient, now=turn.now
        )  # fmt: skip


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
