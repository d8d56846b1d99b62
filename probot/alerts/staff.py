"""What does probot say to staff beside alerts? Welcome, help, and why something was not done.

The rule: a refusal says who or what would do it right; nothing here tells a stranger that a study exists.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from difflib import get_close_matches

from probot.alerts.life import AlreadyClosed, AlreadyTaken, NotTaken, Refusal
from probot.alerts.lines import Names, centre_words, head_line, name_of
from probot.alerts.menus import length_of
from probot.alerts.model import Alert
from probot.alerts.phrases import moment_words, shortened, visible, words_of
from probot.messages import Message
from probot.study.model import Power, Study
from probot.wording import duration, say

MOST_TOAST = 200
"""Characters that Telegram shows as the answer to a tap."""


def staff_welcome(study: Study, name: str, role: str, language: str, centre: str = "") -> Message:
    """The first words to a member of staff whose invitation was just taken up. `centre`: if they belong to one."""
    label = words_of(study.roles[role].label, language) if role in study.roles else visible(role)
    first = say(
        language, "staff.welcome", name=visible(name), role=label, study=words_of(study.title, language)
    )
    if centre:
        first += "\n" + say(language, "staff.welcome.centre", centre=centre_words(study, centre, language))
    return Message(f"{first}\n\n{_help(language)}")


def staff_help(language: str) -> Message:
    """What staff can do here."""
    return Message(_help(language))


def _help(language: str) -> str:
    keys = (
        "staff.help.first",
        "staff.help.open",
        "staff.help.mine",
        "staff.help.today",
        "staff.help.overdue",
        "staff.help.patient",
        "staff.help.adherence",
        "staff.help.grade",
        "staff.help.ae",
        "staff.help.sae",
        "staff.help.event",
        "staff.help.endpoint",
        "staff.help.help",
        "staff.help.buttons",
        "staff.help.reply",
    )
    return "\n".join(say(language, key) for key in keys)


def team_bound(study: Study, language: str) -> Message:
    """Said in the group that from now on receives the study's alerts."""
    return Message(say(language, "staff.bound", study=words_of(study.title, language)))


def invitation_refused(language: str) -> Message:
    """An invitation that is unknown, used up, expired or another's: the same words for all of them."""
    return Message(say(language, "staff.invitation_refused"))


def goes_on_from_a_copy(study: Study, as_of: datetime | None, language: str) -> Message:
    """The record is a restored backup, which knows nothing of what happened after `as_of`."""
    moment = moment_words(study, as_of, language) if as_of is not None else "–"
    return Message(say(language, "staff.from_a_copy", moment=moment))


def links_guessed(number: int, language: str) -> Message:
    """Somebody has tried so many links that do not exist; said without a sound."""
    return Message(say(language, "staff.links_guessed", number=number), silent=True)


def link_opened_again(name: str, language: str) -> Message:
    """The used link of this participant or member of staff was opened from another account; said without a sound."""
    return Message(say(language, "staff.link_again", name=name), silent=True)


# ---------------------------------------------------------------- refusals


def done_words(action: str, language: str) -> str:
    """The small answer to a tap that did something: `ack`, `close`, `called`, `assign`, `snooze`, `reason` …"""
    return say(language, f"staff.done.{action}")


def too_long_words(left: timedelta, language: str) -> str:
    """The alert cannot be put off for so long; `left` is what its tier still allows."""
    if left <= timedelta():
        return say(language, "staff.refused.no_snooze")
    return say(language, "staff.refused.snooze", duration=duration(language, left))


def asked_words(language: str, code: str, reads: str = "") -> str:
    """The question is on its way to the participant. `reads`: their language, if it is not that of whoever asked."""
    sent = say(language, "staff.ask.sent", code=visible(code))
    return f"{sent}\n{say(language, f'staff.ask.reads.{reads}', code=visible(code))}" if reads else sent


def reply_refused(why: str, language: str, *, code: str = "", named: str = "") -> str:
    """Why a reply was not passed on.

    `why`: `several` (the message is about several participants, such as `code`), `another` (it is about `code`, and the
    words begin with `named`), `media`, `edited`, or `nothing` (the message is about no alert).
    """
    return say(language, f"staff.reply.{why}", code=visible(code), named=visible(named))


def cannot_ask(language: str, code: str, why: str, most: int = 0) -> str:
    """Why a question was not delivered. `why`: `length`, `unreachable`, or the status of somebody who takes no part."""
    if why in {"length", "unreachable"}:
        return say(language, f"staff.ask.{why}", code=visible(code), n=most)
    status = say(language, f"staff.status.{why}")
    return say(language, "staff.ask.ended", code=visible(code), status=status)


def reason_wanted(study: Study, alert: Alert, code: str, language: str, name: str, action: str) -> Message:
    """Asks `name` to write why, before the alert is put off, or closed although nothing was done."""
    about = head_line(study, alert, code, language)
    length = length_of(action)
    key = "staff.why.close" if length is None else "staff.why.snooze"
    shown = duration(language, length) if length is not None else ""
    words = say(language, key, name=visible(name), about=about, duration=shown)
    return Message(words, wants_reply=True)


def refusal_words(study: Study, refusal: Refusal, language: str, staff: Names | None = None) -> str:
    """Why a tap on an alert changed nothing; short enough for the answer to a tap."""
    if isinstance(refusal, NotTaken):
        return say(language, "staff.refused.not_taken")
    key = {AlreadyTaken: "staff.refused.taken", AlreadyClosed: "staff.refused.closed"}[type(refusal)]
    name = shortened(name_of(refusal.by, staff or {}), 60)
    words = say(language, key, name=name, moment=moment_words(study, refusal.at, language))
    return shortened(words, MOST_TOAST)


def not_authorised(study: Study, power: Power, language: str) -> str:
    """Why this person may not do it, and which roles may; short enough for the answer to a tap."""
    able = [words_of(role.label, language) for role in study.roles.values() if power in role.may]
    names = say(language, "alert.list").join(able)
    return shortened(say(language, "staff.refused.role", names=names), MOST_TOAST)


def for_all_centres(language: str) -> str:
    """Why somebody of one centre cannot tie a chat to the study."""
    return say(language, "staff.refused.chat_of_all")


def not_theirs(language: str) -> str:
    """The answer to somebody of another centre than the participant's; short enough for the answer to a tap."""
    return say(language, "staff.refused.centre")


def not_staff(language: str) -> str:
    """The answer to a tap by somebody who is not known as staff, or who acts without a name (as the group)."""
    return say(language, "staff.refused.stranger")


def outsiders_came(language: str) -> Message:
    """Said in the team's chat when somebody is in it who is not known as staff."""
    return Message(say(language, "staff.outsiders.came"))


def outsiders_left(language: str) -> Message:
    """Said in the team's chat when only staff are in it again."""
    return Message(say(language, "staff.outsiders.left"))


def anonymous(language: str) -> str:
    """The answer to whoever acts as the group itself: kindly, how to act as themselves."""
    return say(language, "staff.refused.anonymous")


def unknown_alert(language: str) -> str:
    """The answer to a button whose alert is not on record."""
    return say(language, "staff.refused.no_alert")


def unknown_code(language: str, command: str, code: str, known: Iterable[str]) -> Message:
    """There is no such subject code; the nearest ones that exist, if any is near. Without a code: how to ask."""
    if not code.strip():
        return Message(say(language, "staff.no_code", command=command))
    shown = shortened(visible(code.strip()), 40)
    folded = {each.casefold(): each for each in known}
    near = [folded[each] for each in get_close_matches(code.strip().casefold(), folded, n=3, cutoff=0.6)]
    if not near:
        return Message(say(language, "staff.unknown_code", code=shown))
    names = say(language, "alert.list").join(map(visible, near))
    return Message(say(language, "staff.unknown_code_near", code=shown, near=names))
