"""What can the care team do in its chats? See what is open, look at one participant, take and close alerts.

The rule: who acts is always a named person with the power to; a group speaks for nobody.
"""

from __future__ import annotations

from datetime import timedelta

from probot.alerts.present import AnswerLine, ExpectedLine, open_list_message, participant_message
from probot.alerts.staff import (
    anonymous,
    not_authorised,
    not_staff,
    reply_refused,
    staff_help,
)
from probot.flows.buttons import AlertTap, AnswerTap, BoardTap, RecordTap
from probot.flows.session import SentMedia, Tapped, Typed
from probot.messages import Message
from probot.ports import Sender
from probot.schedule.civil import local_day
from probot.services import (
    adverse,
    audience,
    boards,
    centres,
    endpoint,
    events,
    examinations,
    grade,
    pictures,
    taking,
)
from probot.services.converse import Reply
from probot.services.sought import sought
from probot.services.turn import Turn
from probot.store import alerts, assessments, history, people, threads
from probot.store.outsiders import NOTICE
from probot.store.records import Enrolment, Staff
from probot.study.forms import is_form_item
from probot.study.model import Power
from probot.wording import say

SHOWN_DAYS = timedelta(days=8)
"""How far back /patient shows answers."""


def who(turn: Turn, sender: Sender | None) -> Staff | None:
    """The member of staff behind an account. Nobody for bots and for whoever speaks as the group itself."""
    if sender is None or sender.is_bot or sender.anonymous:
        return None
    return people.staff_of_account(turn.connection, sender.account)


def stranger_words(sender: Sender | None, language: str) -> str:
    """Why somebody who is not known as staff can do nothing here; whoever speaks as the group is told how to."""
    return anonymous(language) if sender is not None and sender.anonymous else not_staff(language)


def act_as(turn: Turn, person: Staff) -> None:
    """From here on the trail names this person."""
    turn.actor, turn.role = person.id, person.role


def tapped(turn: Turn, sender: Sender | None, tap: AlertTap, place: taking.Place) -> None:
    """A button under an alert; what came of it is shown to whoever tapped."""
    person, language = who(turn, sender), place.language
    if person is None:
        turn.note("tap refused", "alert", tap.alert, reason="not staff", new=tap.action)
        turn.toast = stranger_words(sender, language)
        return
    act_as(turn, person)
    if tap.action == "ae":
        adverse.from_alert(turn, person, tap.alert, place.recipient, language)
        return
    if not audience.may(turn, person, "acknowledge"):
        turn.note("tap refused", "alert", tap.alert, reason="role", new=tap.action)
        turn.toast = not_authorised(turn.study, "acknowledge", language)
        return
    turn.toast = taking.tapped(turn, person, tap, place)


def commanded(
    turn: Turn, sender: Sender | None, recipient: str, command: str, text: str, language: str
) -> None:
    """A command in the care team's group or in the direct chat of a member of staff."""
    person = who(turn, sender)
    if person is None:
        turn.note("command refused", "chat", recipient, reason="not staff", new=command)
        _answer(turn, recipient, Message(stranger_words(sender, language)), NOTICE)
        return
    act_as(turn, person)
    if recipient == people.TEAM and audience.chat_of_team(turn) is None:
        recipient, language = person.principal, person.language  # not before whoever else is in that chat
    if command == grade.COMMAND:
        grade.commanded(turn, person, recipient, text, language)
    elif command in adverse.COMMANDS:
        adverse.commanded(turn, person, recipient, command, text, language)
    elif command == events.COMMAND:
        events.commanded(turn, person, recipient, text, language)
    else:
        _looked(turn, person, recipient, command, text, language)


def _looked(turn: Turn, person: Staff, recipient: str, command: str, text: str, language: str) -> None:
    """A command that changes nothing."""
    if command not in {"open", "patient", endpoint.COMMAND, *boards.BOARDS}:
        _answer(turn, recipient, staff_help(language))
        return
    needed: Power = "view"
    if not audience.may(turn, person, needed):
        turn.note("command refused", "chat", recipient, reason="role", new=command)
        _answer(turn, recipient, Message(not_authorised(turn.study, needed, language)))
        return
    if command in boards.BOARDS:
        _answer(turn, recipient, boards.board(turn, person, command, language))
        return
    if command == "open":
        _answer(turn, recipient, _open(turn, person, language))
        return
    enrolment = sought(turn, person, command, text, language)
    if isinstance(enrolment, Message):
        _answer(turn, recipient, enrolment)
    elif command == endpoint.COMMAND:
        none = Message(say(language, "endpoint.none"))
        shown = endpoint.message(turn, enrolment, language) or none
        _answer(turn, recipient, _and_corrections(turn, person, recipient, enrolment, shown))
    else:
        shown = _patient(turn, enrolment, language)
        _answer(turn, recipient, _and_corrections(turn, person, recipient, enrolment, shown))
        pictures.asked_for(turn, recipient, enrolment)


def page_turned(
    turn: Turn, sender: Sender | None, recipient: str, tap: BoardTap, number: int | None, language: str
) -> None:
    """A button that shows another page of a list, in place of the one that stands there."""
    person = who(turn, sender)
    if person is None or not audience.may(turn, person, "view"):
        turn.toast = not_staff(language) if person is None else not_authorised(turn.study, "view", language)
        return
    act_as(turn, person)
    if tap.board in boards.BOARDS and number is not None:
        shown = boards.board(turn, person, tap.board, language, tap.page)
        turn.say(recipient, shown, lane="reply", purpose="reply", kind="edit", edits_number=number)


def record_tapped(turn: Turn, sender: Sender | None, tap: RecordTap, place: taking.Place) -> None:
    """A button under an adverse event or a dated event."""
    person, recipient, language = who(turn, sender), place.recipient, place.language
    if person is None:
        turn.note("tap refused", "record", tap.record[:40], reason="not staff", new=tap.action)
        turn.toast = not_staff(language)
        return
    act_as(turn, person)
    about = events.to_begin(turn, person, tap, language)
    if about is not None:
        adverse.open_event_form(turn, person, about)
        return
    own = place.number if recipient == person.principal else None
    if turn.toast == "" and not (
        examinations.tapped(turn, person, tap, language)
        or events.taken_back(turn, person, tap, own, language)
        or adverse.tapped(turn, person, tap, recipient, place.number, language)
    ):
        turn.toast = say(language, "adverse.unknown")


def answered(turn: Turn, sender: Sender | None, tap: AnswerTap, reply: Reply) -> None:
    """A button of a form that a clinician fills in."""
    person = who(turn, sender)
    if person is not None:
        act_as(turn, person)
        grade.answer_tapped(turn, person, tap.assessment, Tapped(tap.item, tap.choice), reply)


def said(
    turn: Turn, sender: Sender | None, recipient: str, event: Typed | SentMedia, reply: Reply, language: str
) -> None:
    """Words in the direct chat of a member of staff: an answer to an open form, else help is offered."""
    person = who(turn, sender)
    if person is not None:
        act_as(turn, person)
        if grade.said(turn, person, event, reply):
            return
        if nothing_sent(turn, recipient, language, reply.reply_to):
            return
    commanded(turn, sender, recipient, "help", "", language)


def nothing_sent(turn: Turn, recipient: str, language: str, reply_to: int | None) -> bool:
    """Say that a reply to a message of probot's has reached nobody. False if it replies to none of them."""
    contact = people.contact_of(turn.connection, recipient)
    if contact is None or reply_to is None or not threads.is_ours(turn.connection, contact, reply_to):
        return False
    _answer(turn, recipient, Message(reply_refused("nothing", language)))
    return True


def _answer(turn: Turn, recipient: str, message: Message, item: str | None = None) -> None:
    turn.say(recipient, message, lane="reply", purpose="notice", item=item)


def _open(turn: Turn, person: Staff, language: str) -> Message:
    listed = boards.standing(turn, centres.hidden_from(turn, person))
    turn.note("open alerts shown", "alert", "*", new=len(listed))
    shown = open_list_message(turn.study, listed, language, turn.now, audience.names(turn))
    return adverse.beneath(turn, person, shown, language)


def _and_corrections(
    turn: Turn, person: Staff, recipient: str, enrolment: Enrolment, shown: Message
) -> Message:
    """In their own chat whoever may correct an examination has a button for it; a group has none."""
    own = recipient == person.principal
    return examinations.with_a_way_to_correct(turn, person, enrolment, shown) if own else shown


def _patient(turn: Turn, enrolment: Enrolment, language: str) -> Message:
    turn.note("participant shown", "enrolment", enrolment.id, code=enrolment.code)
    known = assessments.of_enrolment(turn.connection, enrolment.id)
    forms = {one.id for one in known if one.respondent is not None}
    newest: dict[tuple[str, str], AnswerLine] = {}
    for response in history.responses_since(turn.connection, enrolment.id, turn.now - SHOWN_DAYS):
        if is_form_item(response.item):
            continue
        day = local_day(response.answered_at, enrolment.zone)
        by_staff = response.assessment_id in forms and response.absent == "declined"
        line = AnswerLine(day, response.item, response.value, "left_out" if by_staff else response.absent)
        newest[response.assessment_id, response.item] = line
    since = local_day(turn.now - SHOWN_DAYS, enrolment.zone)
    expected = [
        ExpectedLine(one.day, one.timepoint, one.status)
        for one in known
        if one.status != "planned" and not one.occurrence and one.respondent is None and one.day >= since
    ]
    paused = enrolment.paused_until if enrolment.status == "paused" else None
    asked = [item.id for timepoint in turn.study.plan for _, item in turn.study.items_of(timepoint)]
    place = {item: number for number, item in reversed(list(enumerate(asked)))}
    # A clinician's answers stay together, examination by examination; the others stand as they are asked.
    examination = {
        key: number for number, key in enumerate(dict.fromkeys(key for key, _ in newest if key in forms), 1)
    }
    lines = sorted(newest, key=lambda each: (examination.get(each[0], 0), place.get(each[1], len(place))))
    return participant_message(
        turn.study, enrolment.code, language, status=enrolment.status,
        answers=[newest[each] for each in lines], outcome=endpoint.brief(turn, enrolment, language),
        alerts=alerts.standing(turn.connection, enrolment.id), now=turn.now, expected=expected,
        until=local_day(paused, enrolment.zone) if paused else None, staff=audience.names(turn),
    )  # fmt: skip
