"""How does a clinician enter a form about a participant? `/grade CODE`, by buttons, in their own chat.

The rule: the form is the clinician's from the first button to the last; neither the participant nor the group
sees it, and every answer names who gave it.
"""

from __future__ import annotations

from probot.alerts.phrases import known_item, label_of, value_words, visible
from probot.alerts.staff import not_authorised
from probot.flows.buttons import CHANGE
from probot.flows.session import AskedAgain, Opened, SentMedia, Session, Tapped, Typed
from probot.messages import Message
from probot.services import audience, centres, examinations
from probot.services.begin import begin
from probot.services.converse import Reply, carry_on, tapped, typed
from probot.services.sought import sought
from probot.services.turn import Turn
from probot.store import asked, assessments, people
from probot.store.records import Enrolment, Staff
from probot.study.forms import EVENT, FORMS, LONGEST_REASON
from probot.study.model import Power
from probot.values import AssessmentId
from probot.wording import say

COMMAND = "grade"
WHY = "why:"
"""Marks the message that asks why an item was changed."""


def commanded(turn: Turn, person: Staff, recipient: str, text: str, language: str) -> None:
    """`/grade CODE`: begin the form, or go on with the one that this clinician began for this participant."""
    forms = [point.name for point in turn.study.plan.values() if point.by == "clinician"]
    if recipient != person.principal:
        _answer(turn, recipient, Message(say(language, "grade.private")))
    elif not audience.may(turn, person, "grade"):
        turn.note("command refused", "chat", recipient, reason="role", new=COMMAND)
        _answer(turn, recipient, Message(not_authorised(turn.study, "grade", language)))
    elif isinstance(enrolment := sought(turn, person, COMMAND, text, language), Message):
        _answer(turn, recipient, enrolment)
    elif not forms:
        _answer(turn, recipient, Message(say(language, "grade.none")))
    else:
        for name in forms:
            _open(turn, person, enrolment, name, language)


def _answer(turn: Turn, recipient: str, message: Message) -> None:
    turn.say(recipient, message, lane="reply", purpose="notice")


def _open(turn: Turn, person: Staff, enrolment: Enrolment, name: str, language: str) -> None:
    for each in assessments.forms_of(turn.connection, person.principal):
        one = assessments.find(turn.connection, each.session.assessment)
        if (
            one is not None
            and one.enrolment_id == enrolment.id
            and one.timepoint == name
            and each.session.asking
        ):
            carry_on(turn, enrolment, one, each.session, AskedAgain(lost=False), Reply(turn.now))
            return
    begun = begin(turn, enrolment, name, language=language, respondent=person.principal)
    if begun is not None:
        carry_on(turn, enrolment, *begun, Opened(), Reply(turn.now))


def answer_tapped(turn: Turn, person: Staff, assessment: str, event: Tapped, reply: Reply) -> None:
    """A button of a form; a form that is in somebody else's hands is none of this clinician's business."""
    enrolment, one = _about(turn, person, assessment), assessments.find(turn.connection, assessment)
    if enrolment is None or one is None or one.respondent is None:
        turn.note("tap ignored", "assessment", assessment[:40], reason="not theirs")
        return
    if one.respondent != person.principal:
        turn.note("tap ignored", "assessment", assessment[:40], reason="taken over")
        turn.toast = say(person.language, "grade.taken_over", name=examinations.holder(turn, one))
        return
    if event.choice == CHANGE:
        examinations.opened_again(turn, enrolment, one)
    before = assessments.session_of(turn.connection, assessment)
    if before is not None and tapped(turn, enrolment, assessment, event, reply, respondent=person.principal):
        _ask_why(turn, person, enrolment, before)


def said(turn: Turn, person: Staff, event: Typed | SentMedia, reply: Reply) -> bool:
    """Words while a form is open: they answer it. False if no form of this clinician has a question open.

    Of several forms it is the one whose question they reply to, else the one whose question stands lowest in the chat:
    what is read on the screen is what is answered, and forms of different participants are never taken for each other.
    """
    if (
        reply.reply_to is not None
        and isinstance(event, Typed)
        and _given_why(turn, person, event, reply.reply_to)
    ):
        return True
    forms = assessments.forms_of(turn.connection, person.principal)
    asking = {each.session.assessment: each.session for each in forms if each.session.asking is not None}
    if not asking:
        return False
    ahead = asked.asked_last(turn.connection, person.principal, asking, reply.reply_to)
    ahead = ahead or asked.asked_last(turn.connection, person.principal, asking)
    enrolment = None if ahead is None else _about(turn, person, ahead)
    if ahead is None or enrolment is None:
        return False
    before = asking[AssessmentId(ahead)]
    typed(turn, enrolment, before, event, reply)
    _ask_why(turn, person, enrolment, before)
    return True


# ------------------------------------------------------------------------------ corrections


def _ask_why(turn: Turn, person: Staff, enrolment: Enrolment, before: Session) -> None:
    """What was changed in a form that was finished is changed already; the reason is asked for, and goes into the trail."""
    after = assessments.session_of(turn.connection, before.assessment)
    if after is None or before.status != "finished" or before.timepoint in FORMS:
        return
    for name, given in after.given.items():
        was = before.given.get(name)
        if was is None or given.revision == was.revision or given.source == "system":
            continue
        item, language = known_item(turn.study, name), before.language
        shown = [
            say(language, "patient.absent.left_out")
            if each.value is None
            else value_words(item, each.value, language)
            for each in (was, given)
        ]
        words = say(
            language, "grade.why", code=visible(enrolment.code), item=label_of(item, language), old=shown[0],
            new=shown[1],
        )  # fmt: skip
        turn.say(
            person.principal, Message(words, wants_reply=True), lane="reply", purpose="notice",
            assessment_id=before.assessment, item=f"{WHY}{name}",
        )  # fmt: skip


def _given_why(turn: Turn, person: Staff, event: Typed, number: int) -> bool:
    """A reply to the question for the reason. False if it replies to something else."""
    found = asked.said_as(turn.connection, person.principal, number)
    if found is None or not found[1].startswith(WHY):
        return False
    enrolment = _about(turn, person, found[0])
    if enrolment is None:
        return False
    item = found[1].removeprefix(WHY)
    turn.note(
        "reason for change", "response", f"{found[0]}/{item}", code=enrolment.code, field=item,
        reason=event.text.strip()[:LONGEST_REASON],
    )  # fmt: skip
    _answer(turn, person.principal, Message(say(person.language, "grade.why.kept")))
    return True


def _about(turn: Turn, person: Staff, assessment: str) -> Enrolment | None:
    """Whom the form is about; None if that is nobody of whom this clinician may hear (any more)."""
    one = assessments.find(turn.connection, assessment)
    enrolment = None if one is None else people.by_id(turn.connection, one.enrolment_id, lock=True)
    if one is None or not _may_fill_in(turn, person, one.timepoint):
        return None
    return None if centres.closed_to(turn, person, enrolment) else enrolment


def _may_fill_in(turn: Turn, person: Staff, form: str) -> bool:
    """Whether the role (still) has a power that the form is for; it may have changed since the form was begun."""
    needed: tuple[Power, ...] = ("acknowledge",) if form == EVENT else ("grade", "adjudicate")
    return any(audience.may(turn, person, power) for power in needed)
