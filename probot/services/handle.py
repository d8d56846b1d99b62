"""What is done with an update? It goes to whoever it belongs to: a participant, staff, the team's chat, nobody.

The rule: who somebody is follows from the chat and the account at this moment, never from what they say.
"""

from __future__ import annotations

from datetime import datetime

from probot.flows.buttons import (
    AlarmTap,
    AlertTap,
    AnswerTap,
    BoardTap,
    CommandTap,
    RecordTap,
    WelcomeTap,
    read,
)
from probot.flows.commands import STAFF_COMMANDS, ended
from probot.flows.session import SentMedia, Session, Tapped, Typed
from probot.flows.welcome import Started
from probot.messages import Message
from probot.ports import (
    BotMembership,
    ButtonTapped,
    Chat,
    ChatMoved,
    Commanded,
    Incoming,
    MediaSent,
    MemberChanged,
    Said,
    Sender,
)
from probot.services import (
    alarms,
    alerting,
    enquire,
    outsiders,
    participant,
    replies,
    start,
    team,
    ticks,
    topics,
)
from probot.services.converse import Reply, in_front, tapped, typed
from probot.services.deliver import lost_contact
from probot.services.taking import Place
from probot.services.turn import Turn
from probot.services.upgrades import known_by, move
from probot.store import asked, assessments, people
from probot.store.records import Contact, Enrolment


def handle(turn: Turn, incoming: Incoming) -> None:
    """Do what one update asks for. Everything it changes is in this turn's transaction."""
    chat, sender = incoming.chat, incoming.sender
    if chat is None and sender is not None and isinstance(incoming.content, ButtonTapped):
        chat = Chat(
            sender.account, "private"
        )  # under a message that the channel no longer shows: the tap counts
    if chat is None:
        return
    contact = people.contact_in(turn.connection, chat.id)
    if isinstance(incoming.content, ChatMoved):
        by = team.who(turn, sender)
        if contact is not None:
            move(turn, contact, incoming.content.to, by)
        else:
            known_by(turn, incoming.content.to, by)
        return
    if chat.kind != "private":
        _in_group(turn, incoming, chat, contact)
    elif contact is None:
        _from_stranger(turn, incoming, chat, sender)
    elif contact.principal.startswith("participant:"):
        _from_participant(turn, incoming, contact)
    else:
        _from_staff(turn, incoming, chat, sender, contact)


# ------------------------------------------------------------------------------ strangers and groups


def _from_stranger(turn: Turn, incoming: Incoming, chat: Chat, sender: Sender | None) -> None:
    if sender is None or sender.is_bot:
        return
    match incoming.content:
        case Commanded("start", text) if text.strip():
            start.with_token(turn, chat, sender, text.strip())
        case BotMembership() | ButtonTapped():
            pass
        case _:
            start.stranger(turn, chat)


def _in_group(turn: Turn, incoming: Incoming, chat: Chat, contact: Contact | None) -> None:
    content = incoming.content
    if contact is None or contact.principal != people.TEAM:
        _in_strange_group(turn, incoming, chat)
        return
    topics.seen(turn, contact, chat)
    turn.topic = chat.topic
    match content:
        case ButtonTapped(data=data, message=number):
            _team_button(turn, incoming.sender, data, Place(people.TEAM, contact.language, number))
        case Said() | MediaSent():
            replies.in_group(turn, incoming.sender, Place(people.TEAM, contact.language), content)
        case Commanded("seen", text):
            _number_seen(turn, incoming.sender, people.TEAM, text, contact.language)
        case Commanded(command, text) if command in STAFF_COMMANDS:
            team.commanded(turn, incoming.sender, people.TEAM, command, text, contact.language)
        case MemberChanged() as change:
            outsiders.moved(turn, contact.id, change)
        case BotMembership(present=False):
            alerting.lose_team(turn, "the bot was removed")


def _team_button(turn: Turn, sender: Sender | None, data: str, place: Place) -> None:
    match read(data):
        case AlertTap() as tap:
            team.tapped(turn, sender, tap, place)
        case AlarmTap(alarm):
            alarms.tapped(turn, sender, alarm, place.language)
        case BoardTap() as tap:
            team.page_turned(turn, sender, place.recipient, tap, place.number, place.language)
        case RecordTap() as tap:
            team.record_tapped(turn, sender, tap, place)


def _in_strange_group(turn: Turn, incoming: Incoming, chat: Chat) -> None:
    """A group that is not the team's: only a member of staff may tie it; the bot stays in no other."""
    match incoming.content:
        case Commanded("start", text) if text.strip():
            if start.team_with_token(turn, chat, incoming.sender, text.strip()):
                return
            if team.who(turn, incoming.sender) is None:
                _leave(turn, chat)
        case BotMembership(present=True):
            if team.who(turn, incoming.sender) is None:
                _leave(turn, chat)
        case Commanded():
            if team.who(turn, incoming.sender) is None:
                _leave(turn, chat)


def _leave(turn: Turn, chat: Chat) -> None:
    turn.note("group left", "chat", "-", reason="not the care team's")
    turn.say(f"chat:{chat.id}", Message(""), lane="reply", purpose="neutral", kind="leave")


# ------------------------------------------------------------------------------ staff


def _from_staff(turn: Turn, incoming: Incoming, chat: Chat, sender: Sender | None, contact: Contact) -> None:
    match incoming.content:
        case Commanded("start", text) if text.strip() and sender is not None:
            start.with_token(turn, chat, sender, text.strip())
        case ButtonTapped(data=data, message=number):
            meaning = read(data)
            reply = Reply(incoming.received_at, data, number, received_at=incoming.received_at)
            if isinstance(meaning, AnswerTap):
                team.answered(turn, sender, meaning, reply)
            else:
                _team_button(turn, sender, data, Place(contact.principal, contact.language, number))
        case Commanded("seen", text):
            _number_seen(turn, sender, contact.principal, text, contact.language)
        case Commanded(command, text):
            team.commanded(turn, sender, contact.principal, command, text, contact.language)
        case (Said() | MediaSent()) as content if replies.heard(
            turn, sender, Place(contact.principal, contact.language), content
        ):
            pass
        case Said(text=text, message=message, reply_to=reply_to, edited=False):
            reply = Reply(
                _answered_at(incoming), text, key=f"message:{message}", received_at=incoming.received_at,
                reply_to=reply_to,
            )  # fmt: skip
            team.said(turn, sender, contact.principal, Typed(text), reply, contact.language)
        case MediaSent(kind=kind, caption=caption, reply_to=reply_to):
            reply = Reply(
                _answered_at(incoming), caption, received_at=incoming.received_at, reply_to=reply_to
            )
            team.said(turn, sender, contact.principal, SentMedia(kind), reply, contact.language)


def _number_seen(turn: Turn, sender: Sender | None, recipient: str, text: str, language: str) -> None:
    words = alarms.numbered(turn, sender, text, language)
    turn.say(recipient, Message(words), lane="reply", purpose="notice")


# ------------------------------------------------------------------------------ participants


def _from_participant(turn: Turn, incoming: Incoming, contact: Contact) -> None:
    enrolment = people.by_id(turn.connection, contact.principal.removeprefix("participant:"), lock=True)
    assert enrolment is not None
    turn.actor, turn.role = enrolment.id, "participant"
    content = incoming.content
    if isinstance(content, BotMembership):
        if content.present and enrolment.reach != "ok":
            participant.welcome_back(turn, enrolment)
        elif not content.present:
            lost_contact(turn, enrolment.id, "blocked")
        return
    if enrolment.reach != "ok":
        enrolment = participant.back(turn, enrolment)
    if isinstance(content, Commanded) and content.command == "start" and content.text.strip():
        if incoming.chat is not None and incoming.sender is not None:
            start.with_token(turn, incoming.chat, incoming.sender, content.text.strip())
    elif enrolment.status in {"invited", "welcoming", "refused"}:
        _welcoming(turn, enrolment, incoming)
    elif enrolment.status in {"withdrawn", "completed"}:
        _after_the_end(turn, enrolment, incoming)
    else:
        _taking_part(turn, enrolment, incoming)


def _welcoming(turn: Turn, enrolment: Enrolment, incoming: Incoming) -> None:
    match incoming.content:
        case ButtonTapped(data=data, message=number):
            meaning = read(data)
            if isinstance(meaning, WelcomeTap):
                start.welcome_step(turn, enrolment, meaning, number)
        case Said(text=text, edited=False):
            start.welcome_step(turn, enrolment, Typed(text))
        case Commanded() | MediaSent():
            start.welcome_step(turn, enrolment, Started())


def _after_the_end(turn: Turn, enrolment: Enrolment, incoming: Incoming) -> None:
    match incoming.content:
        case Said(text=text, reply_to=reply_to, edited=False, forwarded=False) if (
            enrolment.keeps_contact and enquire.answered(turn, enrolment, text, reply_to)
        ):
            return
        case Said(text=text):
            participant.after_the_end(turn, enrolment, text)
        case MediaSent(kind=kind, caption=caption) if enrolment.keeps_contact:
            answers = enquire.waits(turn, enrolment)
            participant.after_the_end(turn, enrolment, f"[{kind}] {caption}".strip(), to_the_team=answers)
        case Commanded() | MediaSent():
            pass
        case _:
            return
    turn.say(enrolment.principal, ended(turn.study, enrolment.language), lane="reply", purpose="farewell")


def _taking_part(turn: Turn, enrolment: Enrolment, incoming: Incoming) -> None:
    at = _answered_at(incoming)
    match incoming.content:
        case ButtonTapped(data=data, message=number):
            _button(turn, enrolment, data, Reply(at, data, number, received_at=incoming.received_at))
        case Commanded(command, text):
            participant.commanded(turn, enrolment, command, text)
        case Said(edited=True):
            _edited(
                turn,
                enrolment,
                incoming.content,
                Reply(at, key=f"message:{incoming.content.message}", received_at=incoming.received_at),
            )
        case Said(text=text, reply_to=reply_to, forwarded=False) if enquire.answered(
            turn, enrolment, text, reply_to
        ):
            pass
        case Said(text=text, message=message, forwarded=forwarded):
            session = in_front(turn, enrolment)
            reply = Reply(at, text, key=f"message:{message}", received_at=incoming.received_at)
            if session is None or (not forwarded and participant.means_pause(turn, enrolment, session, text)):
                participant.said(turn, enrolment, text)
            elif forwarded:
                typed(turn, enrolment, session, SentMedia("forwarded"), reply)
            else:
                typed(turn, enrolment, session, Typed(text), reply)
        case MediaSent(kind=kind, caption=caption):
            session = in_front(turn, enrolment)
            if session is None:
                participant.sent_media(turn, enrolment, kind, caption)
            else:
                typed(
                    turn,
                    enrolment,
                    session,
                    SentMedia(kind),
                    Reply(at, caption, received_at=incoming.received_at),
                )


def _answered_at(incoming: Incoming) -> datetime:
    """When the participant sent it, as the channel says; taps carry no time of their own."""
    if incoming.sent_at is None:
        return incoming.received_at
    return min(incoming.sent_at, incoming.received_at)


def _button(turn: Turn, enrolment: Enrolment, data: str, reply: Reply) -> None:
    match read(data):
        case AnswerTap(assessment, item, choice):
            if not tapped(turn, enrolment, assessment, Tapped(item, choice), reply):
                turn.note(
                    "tap ignored", "assessment", assessment[:40], code=enrolment.code, reason="not theirs"
                )
            elif choice[:1] == "+":
                ticks.wait_for_done(turn, assessment)
        case CommandTap(command, choice):
            participant.tapped(turn, enrolment, command, choice)
        case WelcomeTap() as tap:
            start.welcome_step(turn, enrolment, tap, reply.message)
        case _:
            turn.note(
                "tap ignored", "enrolment", enrolment.id, code=enrolment.code, reason="no button of theirs"
            )


def _is_since_asked(turn: Turn, contact: Contact, session: Session, said: Said) -> bool:
    """Whether a changed message was first written after the open question had come."""
    first = asked.first_number(turn.connection, session.assessment, session.asking or "", contact.id)
    return first is not None and said.message > first and not said.forwarded


def _edited(turn: Turn, enrolment: Enrolment, said: Said, reply: Reply) -> None:
    """An earlier message was changed: if it was an answer, the change is a correction of that answer."""
    contact = people.contact_of(turn.connection, enrolment.principal)
    # Numbers of messages count within one chat: those of a former one mean something else.
    since = contact.bound_at if contact is not None else turn.now
    answered = assessments.answered_by(turn.connection, enrolment.id, reply.key, since)
    if answered is None:
        session = in_front(turn, enrolment)
        if session is not None and contact is not None and _is_since_asked(turn, contact, session, said):
            typed(
                turn, enrolment, session, Typed(said.text), reply
            )  # what could not be read before, written anew
        else:
            participant.said(turn, enrolment, said.text)
        return
    assessment_id, item = answered
    session = assessments.session_of(turn.connection, assessment_id)
    if session is not None:
        typed(turn, enrolment, session, Typed(said.text, item), reply)
