"""What became of a sending, given the error that came back?

The rule: errors are asked in the written order of this page, the narrow kinds first, because python-telegram-bot
makes `BadRequest` and `TimedOut` kinds of `NetworkError`. What nobody has seen before is refused, not repeated.
"""

from __future__ import annotations

import re
from datetime import timedelta
from http import HTTPStatus
from typing import Final

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from probot.ports import THROTTLED, Gone, Later, Moved, Outcome, Refused, Sent, Unknown
from probot.telegram.transport import AnswerLost, NotSent, ServerAnswered

SOON: Final = 2.0
"""Seconds until the next try after a failed connection: cheap to try, and the way may be free at once."""
AWHILE: Final = 60.0
"""Seconds until the next try where somebody has to mend something first (a revoked token, a firewall)."""

TOPIC_GONE: Final = "the topic is gone"
TOPIC_CLOSED: Final = "the topic is closed"

# Parts of the Bot API's descriptions, in small letters, in the order in which they are looked for.
FORBIDDEN: Final[tuple[tuple[str, Outcome], ...]] = (
    ("blocked by the user", Gone("blocked")),
    ("user is deactivated", Gone("deactivated")),
    ("bot was kicked", Gone("kicked")),
    ("bot is not a member", Gone("left")),
    ("can't initiate conversation", Gone("cannot_initiate")),
    ("group chat was deleted", Gone("not_found")),
    ("can't send messages to bots", Refused("the recipient is a bot")),
    ("not enough rights", Gone("blocked")),
)
BAD_REQUEST: Final[tuple[tuple[str, Outcome], ...]] = (
    ("message is not modified", Sent(None)),
    ("chat not found", Gone("not_found")),
    ("user not found", Gone("not_found")),
    ("peer_id_invalid", Gone("not_found")),
    ("user_is_blocked", Gone("blocked")),
    ("input_user_deactivated", Gone("deactivated")),
    ("chat is deactivated", Gone("not_found")),
    ("group chat was deactivated", Gone("not_found")),
    # A group that lets the bot be there but not speak: until its administrators change that.
    ("not enough rights", Gone("blocked")),
    ("have no rights to send", Gone("blocked")),
    ("need administrator rights", Gone("blocked")),
    ("chat_write_forbidden", Gone("blocked")),
    ("can't parse entities", Refused("entities cannot be parsed")),
    ("message thread not found", Refused(TOPIC_GONE)),
    ("topic_deleted", Refused(TOPIC_GONE)),
    ("topic_closed", Refused(TOPIC_CLOSED)),
    ("message text is empty", Refused("the text is empty")),
    ("message is too long", Refused("the text is too long")),
    ("button_data_invalid", Refused("a button's data is too long")),
    ("message to edit not found", Refused("the message to edit is gone")),
    ("message can't be edited", Refused("the message cannot be edited")),
)

_NEVER_CONNECTED: Final = frozenset({"ConnectError", "ConnectTimeout", "PoolTimeout"})
"""What httpx raises under python-telegram-bot's own request where nothing left."""
_QUOTED: Final = re.compile(r"\"[^\"]*\"|'[^']*'|«[^»]*»|“[^”]*”")


def outcome_of(error: TelegramError) -> Outcome:
    """What `error` means for the sending that it ended. Total: every TelegramError has one outcome."""
    match error:
        case RetryAfter():
            return Later(seconds_asked(error), THROTTLED)
        case ChatMigrated():
            return Moved(error.new_chat_id)
        case Forbidden():
            return _described(error, FORBIDDEN)
        case BadRequest():
            return _described(error, BAD_REQUEST)
        case InvalidToken():
            return Later(AWHILE, "the token is not accepted", wide=True)
        case Conflict():
            return Later(SOON, "conflict", wide=True)
        case NetworkError():
            return _of_the_network(error)
        case _:
            return Refused(_without_quotes(error))


def _of_the_network(error: NetworkError) -> Outcome:
    match error:
        case NotSent():
            return Later(SOON, error.message, wide=True)
        case ServerAnswered():
            return _of_status(error)
        case _ if type(error.__cause__).__name__ in _NEVER_CONNECTED:
            return Later(SOON, "no connection", wide=True)
        case TimedOut() | AnswerLost():
            return Unknown(error.message)
        case _:
            return Unknown(f"no answer: {type(error).__name__}")


def _of_status(error: ServerAnswered) -> Outcome:
    """A status without the Bot API's own explanation. A gateway's 502 or 504 may hide a sending that worked."""
    status = error.status
    if status in {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_TIMEOUT}:
        return Later(SOON, error.message, wide=True)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Unknown(error.message)
    if error.by_api or status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return Refused(error.message)
    return Later(AWHILE, error.message, wide=True)


def _described(error: TelegramError, table: tuple[tuple[str, Outcome], ...]) -> Outcome:
    said = error.message.lower()
    for part, outcome in table:
        if part in said:
            return outcome
    return Refused(_without_quotes(error))


def _without_quotes(error: TelegramError) -> str:
    """The server's description without anything quoted in it, which could be a piece of the text sent."""
    return f"{type(error).__name__}: {_QUOTED.sub('…', error.message)[:160]}"


def seconds_asked(error: RetryAfter) -> float:
    """How long the server wants to be left alone."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
