"""What if somebody tries one link after another? They wait, are told so kindly, and the team hears of it.

The rule: who mistypes or taps an old link is never kept out for long; whoever guesses gets nowhere, since links cannot
be guessed, and leaves a trace.
"""

from __future__ import annotations

from datetime import timedelta
from math import ceil

from probot.alerts.ladder import CARE_TEAM
from probot.alerts.staff import link_opened_again, links_guessed
from probot.flows.commands import wait_for_links
from probot.messages import Message
from probot.services import audience
from probot.services.turn import Turn
from probot.store import links, outbox, people
from probot.store.records import Invitation

AT_ONCE = 5
"""So many links that do not exist may be tried within a day before there is a wait."""
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=10), timedelta(hours=1)
REMINDED_ONCE_IN = timedelta(minutes=2)
"""Who tries again too early hears how long it is, at most this often."""
TOLD_ONCE_IN = timedelta(days=1)
"""The team is told of the same thing once in this time."""


def wait_of(number: int) -> timedelta:
    """How long to wait after so many tries in a day: none at first, then twice as long each time."""
    if number < AT_ONCE:
        return timedelta()
    doubled: int = 2 ** min(number - AT_ONCE, 10)
    return min(LONGEST_WAIT, FIRST_WAIT * doubled)


def has_to_wait(turn: Turn, account: int, chat: int | None = None) -> bool:
    """Whether this account has tried too many links, so that no further one is looked at yet; in `chat` it is told so."""
    tries = links.tries_of(turn.connection, account, turn.now)
    left = timedelta() if tries.last is None else tries.last + wait_of(tries.number) - turn.now
    if left > timedelta() and chat is not None:
        _tell_to_wait(turn, chat, left)
    return left > timedelta()


def tried(turn: Turn, account: int, chat: int | None = None) -> bool:
    """A link that does not exist. True if there is a wait from now on, of which `chat` is told."""
    links.tried(turn.connection, account, turn.now)
    number = links.tries_of(turn.connection, account, turn.now).number
    wait = wait_of(number)
    if not wait:
        return False
    turn.note("links tried in vain", "invitation", "-", new=number, reason="waits before the next try")
    if chat is not None:
        _tell_to_wait(turn, chat, wait)
    if number == AT_ONCE:
        for recipient, language in audience.readers(turn, CARE_TEAM, None):
            _tell_once(turn, recipient, "links guessed", links_guessed(number, language))
    return True


def _tell_to_wait(turn: Turn, chat: int, left: timedelta) -> None:
    recipient = f"chat:{chat}"
    if not outbox.said_lately(turn.connection, recipient, "neutral", "wait", turn.now - REMINDED_ONCE_IN):
        minutes = ceil(left / timedelta(minutes=1))
        turn.say(recipient, wait_for_links(minutes), lane="digest", purpose="neutral", item="wait")


def opened_again(turn: Turn, invitation: Invitation) -> None:
    """A link that was used already, from another account: a new phone, or a link that was passed on."""
    about = people.by_id(turn.connection, invitation.subject) if invitation.kind == "participant" else None
    person = people.staff_by_id(turn.connection, invitation.subject) if invitation.kind == "staff" else None
    name = about.code if about is not None else person.name if person is not None else ""
    for recipient, language in audience.readers(turn, CARE_TEAM, about) if name else ():
        key = f"link again:{invitation.token_hash[:16]}"
        _tell_once(turn, recipient, key, link_opened_again(name, language))


def _tell_once(turn: Turn, recipient: str, item: str, words: Message) -> None:
    if not outbox.said_lately(turn.connection, recipient, "notice", item, turn.now - TOLD_ONCE_IN):
        turn.say(recipient, words, lane="digest", purpose="notice", item=item)
