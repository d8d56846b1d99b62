"""What becomes of a reply in the team's chats? A question to a participant, a reason, or words that say why it is neither.

The rule: words reach the one participant that a message is about, or of several the one whose code they begin with.
Where that is not certain nothing is sent, and whoever wrote it is told.
"""

from __future__ import annotations

from datetime import timedelta

from probot.alerts.addressed import addressed
from probot.alerts.model import Alert
from probot.alerts.staff import not_authorised, not_theirs, reply_refused
from probot.messages import Message
from probot.ports import MediaSent, Said, Sender
from probot.services import audience, centres, enquire, taking
from probot.services.taking import Place
from probot.services.team import act_as, nothing_sent, stranger_words, who
from probot.services.turn import Turn
from probot.store import alerts, asked, assessments, people, threads
from probot.store.outsiders import NOTICE
from probot.store.records import Staff
from probot.study.model import TIERS

REASON_WAITS = timedelta(minutes=10)
"""So long after somebody was asked for a reason words in their own chat are it, although they reply to nothing."""


def in_group(turn: Turn, sender: Sender | None, place: Place, content: Said | MediaSent) -> None:
    """Something that was sent into the team's chat. What replies to no message of probot's is colleagues' talk."""
    edited = isinstance(content, Said) and content.edited
    if heard(turn, sender, place, content) or edited or (person := who(turn, sender)) is None:
        return
    act_as(turn, person)
    nothing_sent(turn, place.recipient, place.language, content.reply_to)


def heard(turn: Turn, sender: Sender | None, place: Place, content: Said | MediaSent) -> bool:
    """Something that was sent in one of the team's chats. False if it has nothing to do with an alert."""
    new_words = isinstance(content, Said) and not content.edited
    contact = people.contact_of(turn.connection, place.recipient)
    if content.reply_to is None:
        return isinstance(content, Said) and new_words and _is_reason(turn, sender, place, content)
    thread = None if contact is None else threads.replied_to(turn.connection, contact, content.reply_to)
    if thread is None:
        return False
    person = who(turn, sender)
    if person is None and new_words:
        turn.note("reply refused", "alert", thread.alert, reason="not staff")
        _answer(turn, place, stranger_words(sender, place.language), NOTICE)
        return True
    if person is None:
        return False
    act_as(turn, person)
    if isinstance(content, MediaSent):
        _answer(turn, place, reply_refused("media", place.language))
    elif not content.edited:
        _replied(turn, person, place, thread, content)
    elif thread.kind != "reason":
        _answer(turn, place, reply_refused("edited", place.language))
    return True


def _replied(turn: Turn, person: Staff, place: Place, thread: threads.Thread, said: Said) -> None:
    if not audience.may(turn, person, "acknowledge"):
        turn.note("reply refused", "alert", thread.alert, reason="role")
        _answer(turn, place, not_authorised(turn.study, "acknowledge", place.language))
    elif thread.kind == "reason":
        _reason(turn, person, place, thread, said)
    else:
        _ask(turn, person, place, thread, said.text)


def _answer(turn: Turn, place: Place, words: str, item: str | None = None) -> None:
    turn.say(place.recipient, Message(words), lane="reply", purpose="notice", item=item)


# ------------------------------------------------------------------------------ a question


def _ask(turn: Turn, person: Staff, place: Place, thread: threads.Thread, text: str) -> None:
    """Words to a participant: to whom they are meant, and whether that is certain."""
    about = _about(turn, thread)
    codes = {one.code: one.id for one in people.all_enrolments(turn.connection)}
    code_of = {enrolment: code for code, enrolment in codes.items()}
    named, words = addressed(text, codes)
    whose = sorted({code_of[one.enrolment] for one in about})
    meant = named if named is not None or len(whose) > 1 else whose[0]
    if meant not in whose:
        turn.note("question not sent", "alert", thread.alert, reason="not certain whom it is meant for")
        why = "several" if len(whose) > 1 else "another"
        _answer(turn, place, reply_refused(why, place.language, code=whose[0], named=named or ""))
        return
    alert = max((one for one in about if code_of[one.enrolment] == meant), key=_weight)
    if centres.closed_to(turn, person, people.by_id(turn.connection, alert.enrolment)):
        _answer(turn, place, not_theirs(place.language))
        return
    enquire.ask(turn, person, place, alert.id, words)


def _about(turn: Turn, thread: threads.Thread) -> list[Alert]:
    """The alerts that a message tells of: of a list all of them."""
    keys = threads.listed(turn.connection, thread.message) or [thread.alert]
    return [one for key in keys if (one := alerts.find(turn.connection, key)) is not None]


def _weight(alert: Alert) -> tuple[bool, int, str, str]:
    """Of several alerts of one participant the question is about the one that stands, the most pressing, the newest."""
    return alert.state != "closed", TIERS.index(alert.tier), alert.raised_at.isoformat(), alert.id


# ------------------------------------------------------------------------------ a reason


def _reason(turn: Turn, person: Staff, place: Place, thread: threads.Thread, said: Said) -> None:
    alert = alerts.find(turn.connection, thread.alert)
    if alert and centres.closed_to(turn, person, people.by_id(turn.connection, alert.enrolment)):
        _answer(turn, place, not_theirs(place.language))
    elif thread.settled:
        nothing_sent(turn, place.recipient, place.language, said.reply_to)
    else:
        taking.reasoned(turn, person, place, thread, said.text)


def _is_reason(turn: Turn, sender: Sender | None, place: Place, said: Said) -> bool:
    """Words that reply to nothing, in somebody's own chat: the reason, if they have just been asked for one alone.

    In the group they may be meant for a colleague, and below the question of a form for that.
    """
    person = who(turn, sender)
    if person is None or place.recipient != person.principal or said.forwarded:
        return False
    since = turn.now - REASON_WAITS
    waiting = threads.reasons_awaited(turn.connection, person.principal, person.id, since)
    if len({thread.alert for thread in waiting}) != 1 or not _is_lowest(turn, person, waiting[0]):
        return False
    act_as(turn, person)
    if not audience.may(turn, person, "acknowledge"):
        return False
    _reason(turn, person, place, waiting[0], said)
    return True


def _is_lowest(turn: Turn, person: Staff, thread: threads.Thread) -> bool:
    """Whether no form of theirs asks something further down in the chat."""
    forms = [each.session for each in assessments.forms_of(turn.connection, person.principal)]
    return all(
        asked.is_below(turn.connection, thread.message, form.assessment, form.asking)
        for form in forms
        if form.asking is not None
    )
