from __future__ import annotations

import json

import pytest

from probot.messages import Button, Message
from probot.ports import (
    Channel,
    Document,
    Edit,
    Gone,
    Later,
    Leave,
    Menu,
    Moved,
    Post,
    Refused,
    Sent,
    Unknown,
)
from probot.telegram.bot import QuietBot
from probot.telegram.channel import TelegramChannel
from tests.telegram.loopback import Answer, Server

LONG = Message("A" * 4000 + "\n\n" + "B" * 4000 + "\n\n" + "C" * 200, buttons=((Button("好", "ok"),),))
BLOCKED = Answer(403, description="Forbidden: bot was blocked by the user")
BUSY = Answer(429, description="Too Many Requests: retry after 3", parameters={"retry_after": 3})


@pytest.fixture
def channel(bot: QuietBot) -> TelegramChannel:
    return TelegramChannel(bot)


def heads(server: Server) -> str:
    """The first letters of the texts sent, in order."""
    return "".join(parameters["text"][0] for parameters in server.of("sendMessage"))


async def test_a_post_carries_plain_text_buttons_and_a_quote(channel: Channel, server: Server):
    message = Message(
        "*Pain* <b>8</b>: 疼😀",
        buttons=((Button("8", "v:8"), Button("9", "v:9")), (Button("没有", "v:0"),)),
        quote=(17, 3),
    )
    assert await channel.deliver(Post(5, message)) == Sent(101)
    (sent,) = server.of("sendMessage")
    assert sent["chat_id"] == "5"
    assert sent["text"] == message.text
    assert "parse_mode" not in sent
    assert json.loads(sent["link_preview_options"]) == {"is_disabled": True}
    assert json.loads(sent["entities"]) == [{"type": "blockquote", "offset": 17, "length": 3}]
    assert json.loads(sent["reply_markup"]) == {
        "inline_keyboard": [
            [{"text": "8", "callback_data": "v:8"}, {"text": "9", "callback_data": "v:9"}],
            [{"text": "没有", "callback_data": "v:0"}],
        ]
    }
    assert "disable_notification" not in sent
    assert "protect_content" not in sent


async def test_a_silent_message_asks_for_no_sound(channel: Channel, server: Server):
    await channel.deliver(Post(5, Message("hush", silent=True)))
    assert server.of("sendMessage")[0]["disable_notification"] == "true"


async def test_protection_where_it_is_chosen_is_for_private_chats_only(bot: QuietBot, server: Server):
    channel = TelegramChannel(bot, protect_private=True)
    await channel.deliver(Post(5, Message("for one")))
    await channel.deliver(Post(-5, Message("for the team")))
    private, group = server.of("sendMessage")
    assert private["protect_content"] == "true"
    assert "protect_content" not in group


async def test_a_file_goes_with_its_name_and_may_be_passed_on(bot: QuietBot, server: Server):
    channel = TelegramChannel(bot, protect_private=True)
    server.will("sendDocument", BLOCKED)
    page = Document(5, "P-001-AE1.html", "<p>发热</p>", "P-001 · no. 1")
    assert await channel.deliver(page) == Gone("blocked")
    (sent,) = server.of("sendDocument")
    assert (sent["chat_id"], sent["caption"]) == ("5", "P-001 · no. 1")
    assert "protect_content" not in sent


async def test_an_edit_changes_words_and_takes_away_buttons_not_named(channel: Channel, server: Server):
    assert await channel.deliver(Edit(5, 77, Message("answered: 8"))) == Sent(77)
    (edited,) = server.of("editMessageText")
    assert (edited["chat_id"], edited["message_id"], edited["text"]) == ("5", "77", "answered: 8")
    assert "reply_markup" not in edited


async def test_an_edit_that_changes_nothing_is_sent(channel: Channel, server: Server):
    server.will(
        "editMessageText", Answer(400, description="Bad Request: message is not modified: same content")
    )
    assert await channel.deliver(Edit(5, 77, Message("same"))) == Sent(77)


async def test_outcomes_tell_what_the_server_said(channel: Channel, server: Server):
    server.will(
        "sendMessage",
        BLOCKED,
        Answer(400, description="group chat was upgraded", parameters={"migrate_to_chat_id": -1007}),
        Answer(400, description="Bad Request: message text is empty"),
        Answer(drop=True),
    )
    post = Post(5, Message("x"))
    assert await channel.deliver(post) == Gone("blocked")
    assert await channel.deliver(post) == Moved(-1007)
    assert await channel.deliver(post) == Refused("the text is empty")
    assert await channel.deliver(post) == Unknown("no answer: ServerDisconnectedError")


async def test_one_throttled_chat_does_not_hold_up_the_others(channel: Channel, server: Server):
    server.will("sendMessage", BUSY, BUSY)
    assert await channel.deliver(Post(5, Message("x"))) == Later(3, "throttled", wide=False)
    assert await channel.deliver(Post(5, Message("x"))) == Later(3, "throttled", wide=False)


async def test_two_throttled_chats_in_a_row_mean_that_the_whole_bot_is(channel: Channel, server: Server):
    server.will("sendMessage", BUSY, BUSY)
    await channel.deliver(Post(5, Message("x")))
    assert await channel.deliver(Post(6, Message("x"))) == Later(3, "throttled", wide=True)


async def test_a_message_sent_between_shows_that_the_bot_as_a_whole_is_not_throttled(
    channel: Channel, server: Server
):
    server.will("sendMessage", BUSY, Answer(result=server_message(1)), BUSY)
    await channel.deliver(Post(5, Message("x")))
    await channel.deliver(Post(6, Message("x")))
    assert await channel.deliver(Post(7, Message("x"))) == Later(3, "throttled", wide=False)


def server_message(number: int) -> dict[str, object]:
    return {"message_id": number, "date": 1, "chat": {"id": 5, "type": "private"}, "text": "x"}


async def test_a_refused_quote_goes_out_as_plain_words_and_is_counted(
    channel: TelegramChannel, server: Server
):
    server.will("sendMessage", Answer(400, description="Bad Request: can't parse entities: wrong length"))
    assert await channel.deliver(Post(5, Message("they said it", quote=(0, 4)))) == Sent(101)
    first, second = server.of("sendMessage")
    assert "entities" in first
    assert "entities" not in second
    assert channel.sent_without_quote == 1


async def test_a_long_message_goes_out_in_order_with_the_buttons_at_its_end(channel: Channel, server: Server):
    assert await channel.deliver(Post(5, LONG)) == Sent(103)
    assert heads(server) == "ABC"
    assert ["reply_markup" in sent for sent in server.of("sendMessage")] == [False, False, True]


async def test_a_lost_answer_in_the_middle_does_not_keep_the_rest_back(channel: Channel, server: Server):
    server.will("sendMessage", Answer(result=server_message(1)), Answer(drop=True))
    assert isinstance(await channel.deliver(Post(5, LONG)), Unknown)
    assert heads(server) == "ABC"


async def test_the_next_try_continues_where_a_throttled_message_stopped(channel: Channel, server: Server):
    server.will("sendMessage", Answer(result=server_message(1)), BUSY)
    assert await channel.deliver(Post(5, LONG)) == Later(3, "throttled")
    assert isinstance(await channel.deliver(Post(5, LONG)), Sent)
    assert heads(server) == "ABBC"
    await channel.deliver(Post(5, LONG))
    assert heads(server) == "ABBCABC"


async def test_a_message_with_a_lost_part_is_never_said_to_be_certainly_unsent(
    channel: Channel, server: Server
):
    server.will("sendMessage", Answer(drop=True), BUSY)
    assert isinstance(await channel.deliver(Post(5, LONG)), Unknown)


async def test_a_participant_who_blocks_the_bot_in_the_middle_is_gone(channel: Channel, server: Server):
    server.will("sendMessage", Answer(result=server_message(1)), BLOCKED)
    assert await channel.deliver(Post(5, LONG)) == Gone("blocked")
    assert heads(server) == "AB"


async def test_leaving_a_chat_that_threw_the_bot_out_has_worked(channel: Channel, server: Server):
    server.will(
        "leaveChat",
        Answer(),
        Answer(403, description="Forbidden: bot was kicked from the group chat"),
        Answer(429, description="Too Many Requests", parameters={"retry_after": 2}),
    )
    assert await channel.deliver(Leave(-5)) == Sent(None)
    assert await channel.deliver(Leave(-5)) == Sent(None)
    assert await channel.deliver(Leave(-5)) == Later(2, "throttled")


async def test_a_tap_that_is_too_old_is_counted_and_nothing_else(channel: TelegramChannel, server: Server):
    server.will(
        "answerCallbackQuery",
        Answer(
            400,
            description="Bad Request: query is too old and response timeout expired or query ID is invalid",
        ),
        Answer(drop=True),
    )
    await channel.acknowledge_tap("q1")
    await channel.acknowledge_tap("q2", "已收到" * 100)
    await channel.acknowledge_tap("q3", "noted")
    assert channel.taps_unanswered == {"BadRequest": 1, "AnswerLost": 1}
    calls = server.of("answerCallbackQuery")
    assert "text" not in calls[0]
    assert len(calls[1]["text"]) == 200
    assert calls[2] == {"callback_query_id": "q3", "text": "noted"}


async def test_menus_are_set_for_every_language_and_for_apps_in_any_other(
    channel: TelegramChannel, server: Server
):
    private = (
        Menu("zh", {"report": "报告症状", "help": "帮助"}),
        Menu("en", {"report": "Report", "help": "Help"}),
    )
    groups = (Menu("en", {"open": "Open alerts"}),)
    assert await channel.set_menus(private, groups) == Sent(None)
    seen = [
        (
            json.loads(call["scope"])["type"],
            call.get("language_code"),
            json.loads(call["commands"])[0]["description"],
        )
        for call in server.of("setMyCommands")
    ]
    assert seen == [
        ("all_private_chats", None, "报告症状"),
        ("all_private_chats", "zh", "报告症状"),
        ("all_private_chats", "en", "Report"),
        ("all_group_chats", None, "Open alerts"),
        ("all_group_chats", "en", "Open alerts"),
    ]
    commands = json.loads(server.of("setMyCommands")[0]["commands"])
    assert [command["command"] for command in commands] == ["report", "help"]


async def test_a_menu_that_cannot_be_set_is_told_as_an_outcome(channel: TelegramChannel, server: Server):
    server.will("setMyCommands", Answer(502, body=b"<html>"))
    assert isinstance(await channel.set_menus((Menu("en", {"help": "Help"}),)), Unknown)


async def test_the_bot_knows_its_own_name(channel: TelegramChannel):
    assert await channel.who_am_i() == (424242, "probot_bot")


async def test_half_a_character_on_a_button_does_not_keep_a_message_from_going(
    channel: Channel, server: Server
):
    assert await channel.deliver(Post(5, Message("疼?", buttons=((Button("a\ud83d", "v:1"),),)))) == Sent(101)
    (sent,) = server.of("sendMessage")
    assert json.loads(sent["reply_markup"]) == {"inline_keyboard": [[{"text": "a?", "callback_data": "v:1"}]]}
