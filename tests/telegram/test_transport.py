from __future__ import annotations

import asyncio
import logging
import socket
import traceback

import pytest
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from probot.messages import Button, Message
from probot.ports import Edit, Post
from probot.telegram.bot import QuietBot, build_bot
from probot.telegram.channel import TelegramChannel
from probot.telegram.outcomes import seconds_asked
from probot.telegram.transport import AiohttpRequest, AnswerLost, NotSent, ServerAnswered
from tests.telegram.loopback import TOKEN, Answer, Server


async def error_of(bot: QuietBot) -> TelegramError:
    with pytest.raises(TelegramError) as caught:
        await bot.send_message(5, "hello")
    return caught.value


async def test_a_message_arrives_with_the_text_it_was_given(bot: QuietBot, server: Server):
    sent = await bot.send_message(5, "疼 & pain = 8? 100% + 😀\n")
    assert sent.message_id == 101
    assert server.of("sendMessage") == [{"chat_id": "5", "text": "疼 & pain = 8? 100% + 😀\n"}]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(400, description="Bad Request: chat not found"), BadRequest),
        (Answer(401, description="Unauthorized"), InvalidToken),
        (Answer(403, description="Forbidden: bot was blocked by the user"), Forbidden),
        (Answer(404, description="Not Found"), InvalidToken),
        (Answer(409, description="Conflict"), Conflict),
        (Answer(400, description="upgraded", parameters={"migrate_to_chat_id": -1009}), ChatMigrated),
        (Answer(429, description="Too Many Requests", parameters={"retry_after": 3}), RetryAfter),
        (Answer(429, description="Too Many Requests"), ServerAnswered),
        (Answer(500, description="Internal Server Error: restart"), ServerAnswered),
        (Answer(502, body=b"<html>Bad Gateway</html>"), ServerAnswered),
        (Answer(403, body=b"<html>blocked by your firewall</html>"), ServerAnswered),
        (Answer(200, body=b"<html>Please log in to this network</html>"), AnswerLost),
        (Answer(200, body=b"[]"), AnswerLost),
        (Answer(200, body=b"{}"), AnswerLost),
        (Answer(drop=True), AnswerLost),
    ],
    ids=str,
)
async def test_every_kind_of_answer_has_its_error(bot: QuietBot, server: Server, answer: Answer, kind: type):
    server.will("sendMessage", answer)
    assert type(await error_of(bot)) is kind
    assert len(server.of("sendMessage")) == 1


async def test_silence_is_a_time_out(hasty: QuietBot, server: Server):
    server.will("sendMessage", Answer(silent=True))
    assert type(await error_of(hasty)) is TimedOut
    assert len(server.of("sendMessage")) == 1


async def test_a_throttled_call_says_how_long_to_wait(bot: QuietBot, server: Server):
    server.will("sendMessage", Answer(429, description="Too Many Requests", parameters={"retry_after": 17}))
    error = await error_of(bot)
    assert isinstance(error, RetryAfter)
    assert seconds_asked(error) == 17


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


async def test_a_refused_connection_is_certainly_not_sent():
    bot = build_bot(TOKEN, f"http://127.0.0.1:{free_port()}")
    assert type(await error_of(bot)) is NotSent
    await bot.shutdown()


async def test_a_name_that_nobody_has_is_certainly_not_sent():
    bot = build_bot(TOKEN, "http://nobody.invalid:81")
    assert type(await error_of(bot)) is NotSent
    await bot.shutdown()


async def test_waiting_in_vain_for_a_free_connection_is_certainly_not_sent(server: Server):
    bot = build_bot(TOKEN, server.root, AiohttpRequest(connections=1, connect_timeout=2))
    server.will("sendMessage", Answer(silent=True, result=server_message()))
    first = asyncio.create_task(bot.send_message(5, "the only connection"))
    await server.called("sendMessage")
    assert type(await error_of(bot)) is NotSent
    server.speak.set()
    assert (await first).message_id == 1
    await bot.shutdown()


def server_message() -> dict[str, object]:
    return {"message_id": 1, "date": 1, "chat": {"id": 5, "type": "private"}, "text": "x"}


async def test_a_redirect_is_not_followed(bot: QuietBot, server: Server):
    server.will("sendMessage", Answer(307, body=b"moved"))
    error = await error_of(bot)
    assert isinstance(error, ServerAnswered)
    assert error.status == 307


@pytest.mark.parametrize("slashes", ["", "/", "//"])
async def test_the_root_address_may_end_in_a_slash(server: Server, slashes: str):
    bot = build_bot(TOKEN, server.root + slashes)
    await bot.get_me()
    assert server.paths == [f"/bot{TOKEN}/getMe"]
    assert bot.base_file_url == f"{server.root}/file/bot{TOKEN}"
    await bot.shutdown()


def test_without_an_address_it_is_telegrams_own_server():
    bot = build_bot(TOKEN)
    assert bot.base_url == f"https://api.telegram.org/bot{TOKEN}"
    assert bot.base_file_url == f"https://api.telegram.org/file/bot{TOKEN}"


@pytest.mark.parametrize(
    ("token", "root"),
    [("", None), ("12:ab/cd", None), ("12:ab cd", None), (TOKEN, "127.0.0.1:8081"), (TOKEN, "ftp://host")],
)
def test_a_token_or_an_address_that_cannot_be_right_is_refused_without_repeating_it(
    token: str, root: str | None
):
    with pytest.raises(ValueError) as caught:
        build_bot(token, root)
    assert not token or token not in str(caught.value)


async def test_many_messages_go_out_at_once(bot: QuietBot, server: Server):
    sent = await asyncio.gather(*(bot.send_message(chat, "x") for chat in range(1, 101)))
    assert len({message.message_id for message in sent}) == 100
    assert {parameters["chat_id"] for parameters in server.of("sendMessage")} == {
        str(n) for n in range(1, 101)
    }


async def test_a_bot_can_be_used_again_after_it_was_closed(bot: QuietBot):
    await bot.get_me()
    await bot.shutdown()
    await bot.shutdown()
    assert (await bot.get_me()).username == "probot_bot"


WORDS = "my-very-private-words"


async def test_neither_token_nor_text_appears_in_any_log_or_error(
    bot: QuietBot, hasty: QuietBot, server: Server, caplog: pytest.LogCaptureFixture
):
    """Every logger is set to DEBUG by name, as somebody who hunts a fault would do."""
    caplog.set_level(logging.DEBUG)
    for name in list(logging.root.manager.loggerDict):
        if name.startswith(("telegram", "aiohttp", "httpx", "probot", "asyncio")):
            caplog.set_level(logging.DEBUG, logger=name)
    channel = TelegramChannel(build_bot(TOKEN, server.root, bot.request))
    traces = [repr(bot), str(bot)]
    troubles = [
        Answer(400, description="Bad Request: chat not found"),
        Answer(401, description="Unauthorized"),
        Answer(502, body=f"<html>{WORDS}</html>".encode()),
        Answer(200, body=f"not json {WORDS}".encode()),
        Answer(drop=True),
    ]
    server.will("sendMessage", Answer(result=server_message()), *troubles, *troubles)
    post = Post(5, Message(WORDS, buttons=((Button("8", WORDS),),), quote=(0, 5)))
    traces.extend([repr(await channel.deliver(post)) for _ in range(1 + len(troubles))])
    for _ in troubles:
        with pytest.raises(TelegramError) as caught:
            await bot.send_message(5, WORDS)
        traces.extend(traceback.format_exception(caught.value))
    server.will("sendMessage", Answer(silent=True), Answer(silent=True))
    traces.append(repr(await TelegramChannel(build_bot(TOKEN, server.root, hasty.request)).deliver(post)))
    with pytest.raises(TimedOut) as silence:
        await hasty.send_message(5, WORDS)
    traces.extend(traceback.format_exception(silence.value))
    await channel.deliver(Edit(5, 101, Message(WORDS)))
    await channel.acknowledge_tap("q", WORDS)
    server.will("getMe", Answer(401, description="Unauthorized"))
    with pytest.raises(InvalidToken) as rejected:
        await bot.initialize()
    traces.extend(traceback.format_exception(rejected.value))
    nowhere = build_bot(TOKEN, f"http://127.0.0.1:{free_port()}")
    with pytest.raises(NotSent) as unsent:
        await nowhere.send_message(5, WORDS)
    traces.extend(traceback.format_exception(unsent.value))
    await nowhere.shutdown()
    # The source lines of this test, which tracebacks show, name TOKEN and WORDS but do not hold what they stand for.
    seen = caplog.text + "".join(traces)
    assert TOKEN.split(":")[1] not in seen
    assert WORDS not in seen
    assert len(server.of("sendMessage")) == 13
