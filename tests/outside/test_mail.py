"""Does a call leave by mail, and is what became of it always told as it was?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from probot.app.addresses import mail_server
from probot.outside import mail
from probot.outside.mail import MailServer
from probot.ports import Call, Later, Refused, Sent, Unknown
from tests.beside import Mailroom, a_mailroom, free_port

CALL = Call(
    "duty_mail", "mail", "key-of-the-row", "alert", "short", "紧急 · P-001 · 待处理", "请打开 Telegram。\n谢谢。",
    datetime(2026, 3, 2, 1, 5, tzinfo=UTC), "P-001", "urgent",
)  # fmt: skip
TO = ("duty@example.org", "chief@example.org")


@pytest.fixture(scope="module")
def room() -> Iterator[Mailroom]:
    with a_mailroom() as opened:
        yield opened


@pytest.fixture
def mailroom(room: Mailroom) -> Mailroom:
    room.mails.clear()
    room.to.clear()
    room.answers.clear()
    room.hang_up = False
    return room


def server(room: Mailroom) -> MailServer:
    return mail_server(room.address, "probot@example.org")


async def test_a_mail_arrives_with_its_words_and_a_name_that_copies_share(mailroom: Mailroom) -> None:
    assert await mail.send(server(mailroom), TO, CALL) == Sent(None)
    again = replace(CALL, repeat=True)
    assert await mail.send(server(mailroom), TO, again) == Sent(None)
    first, second = mailroom.mails
    assert first["Subject"] == CALL.subject
    assert first.get_content().strip() == CALL.text
    assert first["Message-ID"] == second["Message-ID"] == "<key-of-the-row@probot.invalid>"
    assert first["Importance"] == "high"
    assert mailroom.to[0] == list(TO)


@pytest.mark.parametrize(
    ("step", "answer", "outcome"),
    [
        ("MAIL", "451 later", Later), ("MAIL", "553 not you", Refused), ("RCPT", "550 nobody", Refused),
        ("RCPT", "450 full", Later), ("DATA", "452 no room", Later), ("DATA", "554 never", Refused),
    ],
)  # fmt: skip
async def test_what_the_server_refuses_was_not_sent(
    mailroom: Mailroom, step: str, answer: str, outcome: type
) -> None:
    mailroom.answers[step] = answer
    assert isinstance(await mail.send(server(mailroom), TO, CALL), outcome)
    assert mailroom.mails == []


async def test_a_line_that_breaks_after_the_mail_leaves_it_unknown(mailroom: Mailroom) -> None:
    mailroom.hang_up = True
    assert isinstance(await mail.send(server(mailroom), TO, CALL), Unknown)


async def test_without_a_server_it_was_certainly_not_sent() -> None:
    gone = mail_server(f"smtp+plain://127.0.0.1:{free_port()}", "probot@example.org")
    assert isinstance(await mail.send(gone, TO, CALL), Later)


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
async def test_a_wrong_password_is_told_and_the_right_one_works() -> None:
    with a_mailroom(password="right") as guarded:
        right = mail_server(f"smtp+plain://probot:right@127.0.0.1:{guarded.port}", "probot@example.org")
        wrong = replace(right, password="wrong")
        told = await mail.send(wrong, TO, CALL)
        assert isinstance(told, Later)
        assert "password" in told.reason
        assert await mail.send(right, TO, CALL) == Sent(None)


async def test_a_server_without_tls_gets_no_password(mailroom: Mailroom) -> None:
    needs_tls = mail_server(f"smtp://probot:secret@127.0.0.1:{mailroom.port}", "probot@example.org")
    assert isinstance(await mail.send(needs_tls, TO, CALL), Later)
    assert mailroom.mails == []
