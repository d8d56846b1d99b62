"""What can a participant do at any time? Report, ask for help, pause, change language, see their data, stop.

The rule: the way to the team stays open whatever else is paused; nothing a participant sends is lost.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from probot.alerts.rules import signal_hits, spoken_hits
from probot.flows import commands as words
from probot.flows import pausing
from probot.flows.folding import fold
from probot.flows.phrases import THANKS, means
from probot.flows.reading import read
from probot.flows.session import AskedAgain, Given, LanguageChosen, Session
from probot.flows.understanding import Understood
from probot.messages import Message
from probot.schedule.civil import local_day
from probot.services import advise, alerting, start, wishes
from probot.services.begin import begin
from probot.services.converse import Reply, carry_on, go_on, in_front
from probot.services.pause import pause, resume
from probot.services.turn import Turn
from probot.services.withdraw import withdraw
from probot.store import assessments, history, outbox, people
from probot.store.records import Enrolment
from probot.values import language_of
from probot.wording import say

SHOWN = timedelta(days=31)
"""How far back /mydata goes; older answers are counted by the message itself if they do not fit."""
OFFER_STANDS = timedelta(minutes=15)
"""Words sent this soon after a question about the pause may be its answer."""


def commanded(turn: Turn, enrolment: Enrolment, command: str, text: str) -> None:
    """A command of somebody who takes part."""
    match command:
        case "report":
            _report(turn, enrolment, text.strip())
        case "language":
            _language(turn, enrolment, text.strip())
        case "pause":
            _pause(turn, enrolment, text.strip())
        case "resume":
            _go_on(turn, enrolment)
        case "mydata":
            _my_data(turn, enrolment)
        case "stop":
            _answer(turn, enrolment, words.stop_offer(enrolment.language))
        case "start":
            if in_front(turn, enrolment) is not None:
                go_on(turn, enrolment)
            else:
                _answer(turn, enrolment, words.help_text(turn.study, enrolment.language))
        case _:
            _answer(turn, enrolment, words.help_text(turn.study, enrolment.language))


def tapped(turn: Turn, enrolment: Enrolment, command: str, choice: str) -> None:
    """A button under a command's answer."""
    match command:
        case "report":
            _report(turn, enrolment, choice)
        case "language":
            _language(turn, enrolment, choice)
        case "pause" if choice in {pausing.RESUME, words.KEEP}:
            _go_on(turn, enrolment)
        case "pause":
            _pause(turn, enrolment, choice)
        case "stop":
            _stop(turn, enrolment, choice)
        case "contact" if choice in words.CONTACT:
            _contact(turn, enrolment, choice)
        case _:
            _answer(turn, enrolment, words.help_text(turn.study, enrolment.language))


def _answer(turn: Turn, enrolment: Enrolment, message: Message, item: str | None = None) -> None:
    turn.say(enrolment.principal, message, lane="reply", purpose="reply", item=item)


def _live(turn: Turn, enrolment: Enrolment) -> list[Session]:
    return [each.session for each in assessments.live_sessions(turn.connection, enrolment.id)]


# ------------------------------------------------------------------------------ /report


def _report(turn: Turn, enrolment: Enrolment, wanted: str) -> None:
    offered = words.reports(turn.study)
    names = [wanted] if wanted in offered else list(offered)
    if len(names) != 1:
        _answer(turn, enrolment, words.report_offer(turn.study, enrolment.language, names))
        return
    (name,) = names
    for session in _live(turn, enrolment):
        if session.timepoint == name and session.status == "asking":
            go_on(turn, enrolment)
            return
    if begin(turn, enrolment, name, language=enrolment.language) is not None:
        go_on(turn, enrolment)


# ------------------------------------------------------------------------------ /language, /pause, /mydata, /stop


def _language(turn: Turn, enrolment: Enrolment, choice: str) -> None:
    language = language_of(choice, turn.study.languages) if choice else None
    if language is None:
        _answer(turn, enrolment, words.language_offer(turn.study, enrolment.language))
        return
    start.speak(turn, enrolment, language)
    again = people.by_id(turn.connection, enrolment.id)
    assert again is not None
    _answer(turn, again, words.language_set(language))
    ahead = in_front(turn, again)
    for session in _live(turn, enrolment):
        one = assessments.find(turn.connection, session.assessment)
        assert one is not None
        if ahead is not None and session.assessment == ahead.assessment:
            carry_on(turn, again, one, session, LanguageChosen(language), Reply(turn.now))
        else:
            _switch_silently(turn, session, language)


def _switch_silently(turn: Turn, session: Session, language: str) -> None:
    """A conversation that waits is in the new language when its turn comes."""
    assessments.save_session(
        turn.connection, replace(session, language=language, revision=session.revision + 1)
    )


def _pause(turn: Turn, enrolment: Enrolment, text: str) -> None:
    today, language = local_day(turn.now, enrolment.zone), enrolment.language
    if not text:
        back = enrolment.paused_until if enrolment.status == "paused" else None
        stands = local_day(back, enrolment.zone) if back else None
        _answer(turn, enrolment, pausing.pause_offer(language, today, stands), item="pause")
        return
    until = pausing.read_pause(text, today)
    if isinstance(until, str):
        _answer(turn, enrolment, pausing.pause_refused(language, today, until), item="pause")
        return
    pause(turn, enrolment, until)
    _answer(turn, enrolment, pausing.paused(turn.study, language, until))


def _go_on(turn: Turn, enrolment: Enrolment) -> None:
    """Whoever wants no pause has none: one that stands is over."""
    if enrolment.status == "paused":
        resume(turn, enrolment)
    else:
        _answer(turn, enrolment, pausing.pause_kept(enrolment.language))


def _my_data(turn: Turn, enrolment: Enrolment) -> None:
    newest: dict[tuple[str, str], words.OwnAnswer] = {}
    for response in history.responses_since(turn.connection, enrolment.id, turn.now - SHOWN):
        if response.source == "system":
            newest.pop((response.assessment_id, response.item), None)
            continue
        given = Given(
            response.value, response.absent, response.raw, "typed", enrolment.language, response.revision, None,
            response.answered_at,
        )  # fmt: skip
        day = local_day(response.answered_at, enrolment.zone)
        newest[response.assessment_id, response.item] = words.OwnAnswer(day, response.item, given)
    known = {item.id for instrument in turn.study.instruments.values() for item in instrument.items}
    own = [each for each in newest.values() if each.item in known]
    turn.note("own data shown", "enrolment", enrolment.id, code=enrolment.code, new=len(own))
    _answer(turn, enrolment, words.my_data(turn.study, enrolment.language, own))


def _stop(turn: Turn, enrolment: Enrolment, choice: str) -> None:
    wanted = words.stop_choice(choice)
    language = enrolment.language
    if wanted is None:
        _answer(turn, enrolment, words.stop_kept(language))
        return
    level, confirmed = wanted
    if not confirmed:
        _answer(turn, enrolment, words.stop_confirm(language, level))
        return
    withdraw(turn, enrolment, level, "by the participant")
    turn.say(
        enrolment.principal, words.stopped(turn.study, language, level), lane="reply", purpose="farewell"
    )


def _contact(turn: Turn, enrolment: Enrolment, choice: str) -> None:
    if not wishes.chosen(turn, enrolment, choice) and choice != "no_need":
        # What it was about is closed by now; that they want somebody is news all the same.
        _keep_note(turn, enrolment, "note", say(enrolment.language, f"contact.{choice}"))
    _answer(turn, enrolment, words.contact_kept(turn.study, enrolment.language, choice))


# ------------------------------------------------------------------------------ words and media nobody asked for


def means_pause(turn: Turn, enrolment: Enrolment, session: Session, text: str) -> bool:
    """Whether words sent while a question is open answer the offer of a pause, and not plainly the question."""
    if isinstance(pausing.read_pause(text, local_day(turn.now, enrolment.zone)), str):
        return False
    one = assessments.find(turn.connection, session.assessment)
    if one is None:
        return False
    study = turn.pinned(one.study_hash)
    asked = next((item for _, item in study.items_of(one.timepoint) if item.id == session.asking), None)
    today = local_day(turn.now, enrolment.zone)
    if asked is None or isinstance(read(asked, text, today), Understood):
        return False
    return answers_the_offer(turn, enrolment, text)


def answers_the_offer(
    turn: Turn, enrolment: Enrolment, text: str, asked_since: datetime | None = None
) -> bool:
    """Whether words name an end for the pause that was asked about a moment ago, and not before `asked_since`."""
    if isinstance(pausing.read_pause(text, local_day(turn.now, enrolment.zone)), str):
        return False
    since = turn.now - OFFER_STANDS
    if asked_since is not None:
        since = max(since, asked_since)
    return outbox.said_lately(turn.connection, enrolment.principal, "reply", "pause", since)


def said(turn: Turn, enrolment: Enrolment, text: str) -> None:
    """Words outside any question: kept, shown to the team, and answered with what to do in an emergency."""
    if answers_the_offer(turn, enrolment, text):
        _pause(turn, enrolment, text)
        return
    if means(fold(text[:100]), THANKS):
        assessments.add_note(
            turn.connection, enrolment=enrolment.id, kind="note", words=text, received_at=turn.now, cause=turn.cause
        )  # fmt: skip
        _answer(turn, enrolment, words.thanked(enrolment.language))
        return
    advice = _keep_note(turn, enrolment, "note", text)
    if advice is None:
        _answer(turn, enrolment, words.note_kept(turn.study, enrolment.language))
    elif not outbox.said_lately(turn.connection, enrolment.principal, "safety", advice, turn.now):
        # Said within the hour; but to somebody in distress nothing else, and least of all nothing, is right.
        advise.tell(turn, turn.study, enrolment, advice)
    wishes.offer(turn, enrolment, turn.now)


def after_the_end(turn: Turn, enrolment: Enrolment, text: str, *, to_the_team: bool = False) -> None:
    """What somebody wrote or sent who takes part no more: kept. Of whoever keeps contact, words of distress alert as
    before. `to_the_team`: it is shown in any case, because a question of theirs waits.
    """
    assessments.add_note(
        turn.connection, enrolment=enrolment.id, kind="after the end", words=text, received_at=turn.now,
        cause=turn.cause,
    )  # fmt: skip
    found = spoken_hits(turn.study, text) if enrolment.keeps_contact else ()
    told = alerting.raise_all(turn, turn.study, enrolment, found)
    if (found or to_the_team) and not told:
        alerting.show_words(turn, enrolment, text, "media" if to_the_team else "note")


def sent_media(turn: Turn, enrolment: Enrolment, kind: str, caption: str) -> None:
    """A voice message, a photo … outside any question."""
    _keep_note(turn, enrolment, "media", f"[{kind}] {caption}".strip())
    _answer(turn, enrolment, words.media_kept(turn.study, enrolment.language))


def _keep_note(turn: Turn, enrolment: Enrolment, kind: Literal["note", "media"], text: str) -> str | None:
    """Keep it and show it to the team. What whoever wrote such words is told: the name of the text, if they alarm."""
    assessments.add_note(
        turn.connection, enrolment=enrolment.id, kind=kind, words=text, received_at=turn.now, cause=turn.cause
    )
    turn.note("note kept", "note", enrolment.id, code=enrolment.code, new=kind)
    found = signal_hits(turn.study, kind, words=text)
    told = alerting.raise_all(turn, turn.study, enrolment, found)
    if not told:  # else the alert carries the words
        alerting.show_words(turn, enrolment, text, kind)
    rules = [turn.study.rules[hit.rule] for hit in found]
    return next((rule.tell_participant for rule in rules if rule.words and rule.tell_participant), None)


# ------------------------------------------------------------------------------ gone and back


def back(turn: Turn, enrolment: Enrolment) -> Enrolment:
    """Somebody who could not be reached is here again."""
    people.change_enrolment(turn.connection, enrolment.id, reach="ok")
    turn.note(
        "contact found again", "enrolment", enrolment.id, code=enrolment.code, field="reach", old=enrolment.reach,
        new="ok",
    )  # fmt: skip
    again = people.by_id(turn.connection, enrolment.id)
    assert again is not None
    return again


def welcome_back(turn: Turn, enrolment: Enrolment) -> None:
    """The bot is no longer blocked: say so, and put the open question again."""
    again = back(turn, enrolment)
    _answer(turn, again, words.returned(again.language))
    session = in_front(turn, again)
    if session is not None:
        one = assessments.find(turn.connection, session.assessment)
        assert one is not None
        carry_on(turn, again, one, session, AskedAgain(), Reply(turn.now))
