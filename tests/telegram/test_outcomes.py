from __future__ import annotations

import warnings
from datetime import timedelta

import httpx
import pytest
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    PassportDecryptionError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from probot.ports import Gone, Later, Moved, Outcome, Refused, Sent, Unknown
from probot.telegram.outcomes import outcome_of
from probot.telegram.transport import AnswerLost, NotSent, ServerAnswered

TABLE = [
    (ChatMigrated(-1001), Moved(-1001)),
    (Forbidden("Forbidden: bot was blocked by the user"), Gone("blocked")),
    (Forbidden("Forbidden: user is deactivated"), Gone("deactivated")),
    (Forbidden("Forbidden: bot was kicked from the group chat"), Gone("kicked")),
    (Forbidden("Forbidden: bot was kicked from the supergroup chat"), Gone("kicked")),
    (Forbidden("Forbidden: bot is not a member of the supergroup chat"), Gone("left")),
    (Forbidden("Forbidden: bot can't initiate conversation with a user"), Gone("cannot_initiate")),
    (Forbidden("Forbidden: the group chat was deleted"), Gone("not_found")),
    (Forbidden("Forbidden: bot can't send messages to bots"), Refused("the recipient is a bot")),
    (BadRequest("Bad Request: chat not found"), Gone("not_found")),
    (BadRequest("Bad Request: PEER_ID_INVALID"), Gone("not_found")),
    (BadRequest("Bad Request: not enough rights to send text messages to the chat"), Gone("blocked")),
    (BadRequest("Bad Request: can't parse entities: byte offset 3"), Refused("entities cannot be parsed")),
    (BadRequest("Bad Request: message is too long"), Refused("the text is too long")),
    (BadRequest("Bad Request: message to edit not found"), Refused("the message to edit is gone")),
    (InvalidToken("Unauthorized"), Later(60, "the token is not accepted", wide=True)),
    (Conflict("Conflict: terminated by other getUpdates request"), Later(2, "conflict", wide=True)),
    (NotSent("no connection"), Later(2, "no connection", wide=True)),
    (AnswerLost("no answer: ServerDisconnectedError"), Unknown("no answer: ServerDisconnectedError")),
    (TimedOut("no answer in time"), Unknown("no answer in time")),
    (NetworkError("whatever"), Unknown("no answer: NetworkError")),
]


@pytest.mark.parametrize(("error", "outcome"), TABLE, ids=[str(error) for error, _ in TABLE])
def test_each_error_has_its_outcome(error: TelegramError, outcome: Outcome):
    assert outcome_of(error) == outcome


@pytest.mark.parametrize(
    "said",
    [
        "Bad Request: message is not modified",
        (
            "Bad Request: message is not modified: specified new message content and reply markup are exactly the same"
            " as a current content and reply markup of the message"
        ),
    ],
)
def test_an_edit_that_changes_nothing_counts_as_sent(said: str):
    assert outcome_of(BadRequest(said)) == Sent(None)


@pytest.mark.parametrize(
    ("status", "by_api", "kind", "wide"),
    [
        (302, False, Later, True),
        (403, False, Later, True),
        (404, False, Later, True),
        (408, False, Later, True),
        (413, False, Refused, None),
        (429, False, Later, True),
        (418, True, Refused, None),
        (500, True, Unknown, None),
        (500, False, Unknown, None),
        (502, False, Unknown, None),
        (503, False, Later, True),
        (504, False, Unknown, None),
        (524, False, Unknown, None),
    ],
)
def test_a_bare_status_is_repeated_only_where_it_cannot_have_been_carried_out(status, by_api, kind, wide):
    outcome = outcome_of(ServerAnswered(status, by_api=by_api))
    assert type(outcome) is kind
    assert getattr(outcome, "wide", None) is wide


def test_what_nobody_has_seen_before_is_refused_and_not_repeated():
    assert isinstance(outcome_of(BadRequest("Bad Request: NEW_THING_INVALID")), Refused)
    assert isinstance(outcome_of(Forbidden("Forbidden: something new")), Refused)
    assert isinstance(outcome_of(PassportDecryptionError("x")), Refused)


def test_a_refusal_repeats_nothing_that_the_server_quoted():
    outcome = outcome_of(
        BadRequest("Bad Request: wrong HTTP URL \"my pain is terrible\" in field 'my words'")
    )
    assert isinstance(outcome, Refused)
    assert "http url" in outcome.reason
    assert "terrible" not in outcome.reason
    assert "my words" not in outcome.reason


@pytest.mark.parametrize("wait", [9, timedelta(seconds=9)])
def test_a_flood_error_says_how_long_to_wait_in_either_form_of_the_library(wait: int | timedelta):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the older form announces the newer one
        assert outcome_of(RetryAfter(wait)) == Later(9, "throttled")


@pytest.mark.parametrize("error", [NetworkError("httpx.ConnectError: x"), TimedOut()])
def test_a_connection_that_failed_under_the_librarys_own_request_is_certainly_not_sent(error: NetworkError):
    error.__cause__ = (
        httpx.ConnectError("x") if not isinstance(error, TimedOut) else httpx.ConnectTimeout("x")
    )
    assert outcome_of(error) == Later(2, "no connection", wide=True)
    error.__cause__ = httpx.ReadTimeout("x")
    assert isinstance(outcome_of(error), Unknown)
