"""How does a chat come to belong to somebody? A token is used up, once, and the welcome begins.

The rule: whoever has no good token learns nothing, not even that there is a study; and a token that was used
binds nobody else, whoever sends it.
"""

from __future__ import annotations

from datetime import time, timedelta

from probot.alerts.staff import for_all_centres, invitation_refused, staff_welcome, team_bound
from probot.flows.commands import stranger as neutral_message
from probot.flows.session import LanguageChosen
from probot.flows.welcome import (
    ConsentGiven,
    ConsentRefused,
    HourChosen,
    Started,
    Welcomed,
    WelcomeEvent,
    WelcomeFact,
    begin,
    welcome,
)
from probot.messages import Message
from probot.ports import Chat, Sender
from probot.schedule.civil import local
from probot.schedule.plan import plan
from probot.services import (
    alerting,
    audience,
    centres,
    menus,
    outsiders,
    plan_ahead,
    team,
    topics,
    wrong_links,
)
from probot.services.converse import go_on
from probot.services.turn import Turn
from probot.store import invitations, outbox, people
from probot.store.records import Enrolment, Invitation
from probot.store.saved import welcome_from_json, welcome_to_json
from probot.values import language_of
from probot.wording import moment

ONCE_IN = timedelta(days=1)
"""A stranger's chat gets one neutral answer in this time."""
LOOK_AHEAD = timedelta(days=60)


def stranger(turn: Turn, chat: Chat) -> None:
    """Somebody who is nobody here: one neutral answer a day, which is the same for everybody."""
    recipient = f"chat:{chat.id}"
    if outbox.said_lately(turn.connection, recipient, "neutral", "stranger", turn.now - ONCE_IN):
        return
    # Behind everything else: a crowd of strangers must not keep a participant's question waiting.
    turn.say(recipient, neutral_message(), lane="digest", purpose="neutral", item="stranger")


def with_token(turn: Turn, chat: Chat, sender: Sender, token: str) -> None:
    """`/start TOKEN` in a private chat."""
    if sender.account != chat.id or sender.is_bot:
        return
    invitation = invitations.invitation_of(turn.connection, token)
    here = people.contact_in(turn.connection, chat.id)
    principal = f"{invitation.kind}:{invitation.subject}" if invitation is not None else ""
    if here is not None and here.principal == principal and invitation and invitation.used_at is not None:
        _again(turn, principal)  # the same link once more, in the chat it was used in: no harm
        return
    if wrong_links.has_to_wait(turn, sender.account, chat.id):
        return
    if invitation is None or invitation.kind == "team":
        turn.note("token refused", "invitation", "-", reason="unknown token")
        if not wrong_links.tried(turn, sender.account, chat.id):
            stranger(turn, chat)
        return
    if here is not None and here.principal != principal:
        turn.note(
            "token refused",
            "invitation",
            invitation.token_hash[:16],
            reason="the chat belongs to somebody else",
        )
        _refuse(turn, chat, "")
        return
    redeemed = invitations.redeem(turn.connection, token, turn.now)
    if redeemed is None:
        why = "used" if invitation.used_at else "revoked" if invitation.revoked_at else "expired"
        turn.note("token refused", "invitation", invitation.token_hash[:16], reason=why)
        if why == "used":
            wrong_links.opened_again(turn, invitation)
        _refuse(turn, chat, "")
    elif redeemed.kind == "participant":
        _bind_participant(turn, chat, sender, redeemed)
    else:
        _bind_staff(turn, chat, sender, redeemed)


def _refuse(turn: Turn, chat: Chat, why: str) -> None:
    if why:
        turn.note("token refused", "invitation", "-", reason=why)
    stranger(turn, chat)


def _again(turn: Turn, principal: str) -> None:
    kind, _, key = principal.partition(":")
    if kind == "participant":
        enrolment = people.by_id(turn.connection, key, lock=True)
        if enrolment is not None:
            welcome_step(turn, enrolment, Started())


# ------------------------------------------------------------------------------ participants


def _bind_participant(turn: Turn, chat: Chat, sender: Sender, invitation: Invitation) -> None:
    enrolment = people.by_id(turn.connection, invitation.subject, lock=True)
    if enrolment is None or enrolment.status in {"withdrawn", "completed"}:
        _refuse(turn, chat, "ended")
        return
    turn.actor, turn.role = enrolment.id, "participant"
    before = people.contact_of(turn.connection, enrolment.principal)
    bound = people.bind(
        turn.connection, principal=enrolment.principal, chat=chat.id, account=sender.account, name=sender.name,
        handle=sender.handle, language=enrolment.language, now=turn.now,
    )  # fmt: skip
    people.change_enrolment(turn.connection, enrolment.id, reach="ok")
    turn.note(
        "chat bound", "enrolment", enrolment.id, code=enrolment.code, field="contact",
        old=before.id if before else None, new=bound.id,
    )  # fmt: skip
    if enrolment.status == "invited":
        state = begin(turn.study, enrolment.language)
        people.change_enrolment(
            turn.connection, enrolment.id, status="welcoming", welcome=welcome_to_json(state)
        )
    again = people.by_id(turn.connection, enrolment.id)
    assert again is not None
    welcome_step(turn, again, Started())
    if enrolment.status == "active":
        go_on(turn, again)  # what was asked in the former chat is asked here


def welcome_step(turn: Turn, enrolment: Enrolment, event: WelcomeEvent, tapped: int | None = None) -> None:
    """One step of the enrolment conversation. `tapped`: the number of the message with the button."""
    if enrolment.welcome is None:
        return
    state = welcome_from_json(enrolment.welcome)
    result = welcome(turn.study, state, event, lambda hour: _first_asked(turn, enrolment, hour))
    if result.state != state:
        people.change_enrolment(turn.connection, enrolment.id, welcome=welcome_to_json(result.state))
    for fact in result.facts:
        _keep(turn, enrolment, fact)
    if result.mark is not None and tapped is not None:
        turn.say(
            enrolment.principal, result.mark, lane="edit", purpose="welcome", kind="edit", edits_number=tapped
        )
    for message in result.messages:
        turn.say(enrolment.principal, message, lane="reply", purpose="welcome")
    if any(isinstance(fact, Welcomed) for fact in result.facts):
        plan_ahead.replan(turn, enrolment.id) if enrolment.active_from else plan_ahead.plan_ahead(
            turn, enrolment.id
        )


def _keep(turn: Turn, enrolment: Enrolment, fact: WelcomeFact) -> None:
    key, code = enrolment.id, enrolment.code
    match fact:
        case LanguageChosen(language):
            speak(turn, enrolment, language)
        case ConsentGiven(part, granted, version, language, wording_hash):
            people.add_consent(
                turn.connection, key=key, version=version, part=part, granted=granted, language=language,
                wording_hash=wording_hash, at=turn.now,
            )  # fmt: skip
            turn.note(
                "consent",
                "enrolment",
                key,
                code=code,
                field=part,
                new={"granted": granted, "version": version, "language": language},
            )
        case ConsentRefused(part):
            people.change_enrolment(turn.connection, key, status="refused")
            turn.note(
                "consent refused",
                "enrolment",
                key,
                code=code,
                field="status",
                old=enrolment.status,
                new="refused",
                reason=part,
            )
        case HourChosen(hour):
            set_hour(turn, enrolment, hour)
        case Welcomed():
            if enrolment.active_from is None:
                people.change_enrolment(turn.connection, key, status="active", active_from=turn.now)
                turn.note(
                    "enrolment active",
                    "enrolment",
                    key,
                    code=code,
                    field="status",
                    old=enrolment.status,
                    new="active",
                )


def set_hour(turn: Turn, enrolment: Enrolment, hour: time) -> None:
    """The participant chose when to be asked; what is not open yet moves there."""
    people.change_enrolment(turn.connection, enrolment.id, hour=hour)
    turn.note(
        "hour chosen", "enrolment", enrolment.id, code=enrolment.code, field="hour",
        old=enrolment.hour.strftime("%H:%M") if enrolment.hour else None, new=hour.strftime("%H:%M"),
    )  # fmt: skip
    if enrolment.status in {"active", "paused"}:
        plan_ahead.replan(turn, enrolment.id)


def speak(turn: Turn, enrolment: Enrolment, language: str) -> None:
    """From now on the participant is spoken to in this language."""
    people.change_enrolment(turn.connection, enrolment.id, language=language)
    contact = people.contact_of(turn.connection, enrolment.principal)
    if contact is not None:
        people.change_contact(turn.connection, contact.id, language=language)
    if language != enrolment.language:
        turn.note(
            "language chosen", "enrolment", enrolment.id, code=enrolment.code, field="language",
            old=enrolment.language, new=language,
        )  # fmt: skip


def _first_asked(turn: Turn, enrolment: Enrolment, hour: time | None) -> str:
    """When the first question comes, in the participant's own words and zone; empty if that is not known."""
    now = people.by_id(turn.connection, enrolment.id) or enrolment
    calendar = plan_ahead.calendar_of(now)
    calendar = type(calendar)(
        calendar.enrolment, calendar.zone, calendar.anchors, hour or calendar.hour, calendar.attributes
    )
    for one in plan(turn.study, calendar, turn.now - plan_ahead.LOOK_BACK, turn.now + LOOK_AHEAD):
        if turn.study.plan[one.timepoint].by == "participant" and one.late_start_until > turn.now:
            return moment(now.language, local(max(one.opens_at, turn.now), now.zone))
    return ""


# ------------------------------------------------------------------------------ staff and the team's chat


def _bind_staff(turn: Turn, chat: Chat, sender: Sender, invitation: Invitation) -> None:
    person = people.staff_by_id(turn.connection, invitation.subject)
    if person is None:
        _refuse(turn, chat, "no such staff")
        return
    team.act_as(turn, person)
    people.bind(
        turn.connection, principal=person.principal, chat=chat.id, account=sender.account, name=sender.name,
        handle=sender.handle, language=person.language, now=turn.now,
    )  # fmt: skip
    people.change_staff(turn.connection, person.id, status="active")
    turn.note(
        "staff bound", "staff", person.id, field="status", old=person.status, new="active", reason=person.name
    )
    outsiders.bound(turn, sender.account)
    message = staff_welcome(turn.study, person.name, person.role, person.language, person.centre)
    turn.say(person.principal, message, lane="reply", purpose="notice")
    menus.show(turn, person.principal)
    alerting.somebody_is_there(turn, person.principal, person.language)


def team_with_token(turn: Turn, chat: Chat, sender: Sender | None, token: str) -> bool:
    """`/start TOKEN` in a group: a bound member of staff ties it to the study. True if the group is tied now."""
    invitation = invitations.invitation_of(turn.connection, token)
    here = people.contact_in(turn.connection, chat.id)
    if here is not None and here.principal == people.TEAM:
        return True
    person = team.who(turn, sender)
    if sender is not None and wrong_links.has_to_wait(turn, sender.account):
        return False
    if invitation is None or invitation.kind != "team":
        turn.note("token refused", "invitation", "-", reason="no token for a group")
        if sender is not None and invitation is None:
            wrong_links.tried(turn, sender.account)
        return False
    if person is None or not audience.may(turn, person, "bind"):
        turn.note("token refused", "invitation", invitation.token_hash[:16], reason="not opened by staff")
        _tell_group(turn, chat, invitation_refused(invitation.language))
        return False
    team.act_as(turn, person)
    if centres.is_apart(turn.study, person):
        turn.note("token refused", "invitation", invitation.token_hash[:16], reason="opened by one centre's")
        _tell_group(turn, chat, Message(for_all_centres(invitation.language)))
        return False
    if here is not None or invitations.redeem(turn.connection, token, turn.now) is None:
        turn.note("token refused", "invitation", invitation.token_hash[:16], reason="used or expired")
        _tell_group(turn, chat, invitation_refused(invitation.language))
        return False
    people.bind(
        turn.connection, principal=people.TEAM, chat=chat.id, account=None, name=chat.title, handle="",
        language=language_of(invitation.language, turn.study.languages) or turn.study.languages[0], now=turn.now,
    )  # fmt: skip
    topics.seen(turn, people.contact_of(turn.connection, people.TEAM), chat)
    turn.note("team chat bound", "contact", people.TEAM, reason=person.name)
    turn.say(people.TEAM, team_bound(turn.study, invitation.language), lane="reply", purpose="notice")
    alerting.somebody_is_there(turn, people.TEAM, audience.language_of(turn, people.TEAM))
    return True


def _tell_group(turn: Turn, chat: Chat, message: Message) -> None:
    turn.say(f"chat:{chat.id}", message, lane="reply", purpose="neutral")
