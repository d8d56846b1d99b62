"""Does a real bot get Telegram's answers when it sends, edits and deletes? Through both doors."""

from __future__ import annotations

import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    LinkPreviewOptions,
    MessageEntity,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    ReplyParameters,
)
from telegram.error import BadRequest, ChatMigrated, EndPointNotFound, Forbidden, InvalidToken, RetryAfter

from probot.sandbox.botapi import BotApi
from probot.sandbox.limits import LimitSettings
from probot.sandbox.view import phones
from tests.sandbox.line import BOT, TOKEN, Clock, drain, http_bot


def button(text: str, data: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(text, callback_data=data)]])


async def test_the_bot_knows_itself(bot: Bot) -> None:
    me = await bot.get_me()
    assert (me.id, me.username, me.is_bot) == (BOT, "probot_bot", True)


async def test_a_text_arrives_with_its_entities_and_buttons(bot: Bot, api: BotApi, lin: int) -> None:
    sent = await bot.send_message(
        lin,
        "疼痛 😖 0-10 /help",
        entities=[MessageEntity("bold", 0, 2)],
        reply_markup=button("8", "a:8"),
        disable_notification=True,
        protect_content=True,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
    )
    assert [(each.type, each.offset, each.length) for each in sent.entities] == [
        ("bold", 0, 2),
        ("bot_command", 11, 5),
    ]
    assert sent.parse_entity(sent.entities[1]) == "/help"
    assert sent.reply_markup == button("8", "a:8")
    assert sent.has_protected_content
    record = api.state.chats[f"{BOT}:{lin}"][sent.message_id]
    assert record.silent
    assert record.protected


async def test_a_reply_names_its_message_and_a_missing_one_is_refused(bot: Bot, lin: int) -> None:
    first = await bot.send_message(lin, "one")
    second = await bot.send_message(lin, "two", reply_parameters=ReplyParameters(first.message_id))
    assert second.reply_to_message.text == "one"
    with pytest.raises(BadRequest, match="essage to be replied not found"):
        await bot.send_message(lin, "three", reply_parameters=ReplyParameters(999))
    anyway = ReplyParameters(999, allow_sending_without_reply=True)
    assert (await bot.send_message(lin, "three", reply_parameters=anyway)).reply_to_message is None


async def test_a_reply_keyboard_stays_until_it_is_removed(bot: Bot, api: BotApi, lin: int) -> None:
    keys = ReplyKeyboardMarkup([[KeyboardButton("0"), KeyboardButton("1")]], resize_keyboard=True)
    await bot.send_message(lin, "how bad?", reply_markup=keys)
    assert api.people.press(lin, BOT, "1")
    assert drain(api)[-1]["message"]["text"] == "1"
    assert api.people.reply_keyboard(lin, BOT) is not None
    await bot.send_message(lin, "thanks", reply_markup=ReplyKeyboardRemove())
    assert api.people.reply_keyboard(lin, BOT) is None


async def test_a_reply_keyboard_for_one_use_is_gone_after_it(bot: Bot, api: BotApi, lin: int) -> None:
    keys = ReplyKeyboardMarkup([["0", "1"]], one_time_keyboard=True)
    await bot.send_message(lin, "how bad?", reply_markup=keys)
    api.people.press(lin, BOT, "1")
    assert api.people.reply_keyboard(lin, BOT) is None


async def test_an_edit_changes_text_and_buttons_and_marks_the_message(bot: Bot, lin: int) -> None:
    sent = await bot.send_message(lin, "how bad?", reply_markup=button("8", "a:8"))
    edited = await sent.edit_text("8")
    assert (edited.text, edited.reply_markup) == ("8", None)
    assert edited.edit_date is not None
    with pytest.raises(BadRequest) as same:
        await sent.edit_text("8")
    assert same.value.message == (
        "Message is not modified: specified new message content and reply markup are exactly the same as a "
        "current content and reply markup of the message"
    )
    again = await bot.edit_message_reply_markup(lin, sent.message_id, reply_markup=button("9", "a:9"))
    assert again.reply_markup == button("9", "a:9")


async def test_a_message_that_is_gone_cannot_be_edited_or_deleted(bot: Bot, lin: int) -> None:
    sent = await bot.send_message(lin, "soon gone")
    assert await sent.delete()
    with pytest.raises(BadRequest, match="essage to edit not found"):
        await bot.edit_message_text("x", lin, sent.message_id)
    with pytest.raises(BadRequest, match="essage to delete not found"):
        await bot.delete_message(lin, sent.message_id)


async def test_an_old_message_cannot_be_deleted(bot: Bot, clock: Clock, lin: int) -> None:
    sent = await bot.send_message(lin, "old")
    clock.pass_(hours=49)
    with pytest.raises(BadRequest, match="essage can't be deleted"):
        await sent.delete()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [("", "essage text is empty"), (" \n ", "essage text is empty"), ("x" * 4097, "essage is too long")],
)
async def test_texts_that_telegram_refuses(bot: Bot, lin: int, text: str, complaint: str) -> None:
    with pytest.raises(BadRequest, match=complaint):
        await bot.send_message(lin, text)


async def test_length_is_counted_in_utf16_units(bot: Bot, lin: int) -> None:
    assert len((await bot.send_message(lin, "😖" * 2048)).text) == 2048
    with pytest.raises(BadRequest, match="essage is too long"):
        await bot.send_message(lin, "😖" * 2049)


async def test_button_data_holds_64_bytes_and_no_more(bot: Bot, lin: int) -> None:
    assert await bot.send_message(lin, "ok", reply_markup=button("a", "疼" * 21 + "x"))
    with pytest.raises(BadRequest, match=r"(?i)BUTTON_DATA_INVALID"):
        await bot.send_message(lin, "no", reply_markup=button("a", "疼" * 22))


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        ("a < b", "HTML"),
        ("<b>bold", "HTML"),
        ("bold</b>", "HTML"),
        ("pain 7.5", "MarkdownV2"),
        ("*bold", "MarkdownV2"),
        ("under_score", "Markdown"),
    ],
)
async def test_bad_markup_is_refused(bot: Bot, lin: int, text: str, mode: str) -> None:
    with pytest.raises(BadRequest, match="an't parse entities"):
        await bot.send_message(lin, text, parse_mode=mode)


@pytest.mark.parametrize(
    ("text", "mode", "plain", "kinds"),
    [
        ("<b>a <i>b</i></b> &lt;7", "HTML", "a b <7", ["bold", "italic"]),
        ("*a* ||b|| 7\\.5", "MarkdownV2", "a b 7.5", ["bold", "spoiler"]),
        ("*a* `b_c`", "Markdown", "a b_c", ["bold", "code"]),
    ],
)
async def test_good_markup_becomes_entities(
    bot: Bot, lin: int, *, text: str, mode: str, plain: str, kinds: list[str]
) -> None:
    sent = await bot.send_message(lin, text, parse_mode=mode)
    assert (sent.text, [each.type for each in sent.entities]) == (plain, kinds)


async def test_whom_a_bot_cannot_reach(bot: Bot, api: BotApi, lin: int) -> None:
    stranger = api.people.new_person("Stranger")
    phones(api)  # looking at the page introduces nobody
    with pytest.raises(BadRequest, match="hat not found"):
        await bot.send_message(stranger, "hello")
    api.people.new_group(lin, "Team", members=(stranger,), bots=(BOT,))
    with pytest.raises(Forbidden, match="bot can't initiate conversation with a user"):
        await bot.send_message(stranger, "hello")
    api.people.block(lin)
    with pytest.raises(Forbidden, match="Forbidden: bot was blocked by the user"):
        await bot.send_message(lin, "hello")
    api.people.unblock(lin)
    assert await bot.send_message(lin, "hello")
    api.people.deactivate(lin)
    with pytest.raises(Forbidden, match="Forbidden: user is deactivated"):
        await bot.send_message(lin, "hello")
    with pytest.raises(Forbidden, match="bot can't send messages to bots"):
        await bot.send_message(BOT, "hello")


async def test_a_bot_that_was_removed_from_a_group_hears_why(bot: Bot, api: BotApi, lin: int) -> None:
    group = api.people.new_group(lin, "Team", bots=(BOT,))
    assert await bot.send_message(group, "hello")
    api.people.set_member(lin, group, BOT, "kicked")
    with pytest.raises(Forbidden, match="Forbidden: bot was kicked from the group chat"):
        await bot.send_message(group, "hello")
    api.people.set_member(lin, group, BOT, "left")
    with pytest.raises(Forbidden, match="Forbidden: bot is not a member of the group chat"):
        await bot.send_message(group, "hello")


async def test_a_group_that_moved_names_its_new_chat(bot: Bot, api: BotApi, lin: int) -> None:
    group = api.people.new_group(lin, "Team", bots=(BOT,))
    drain(api)
    moved = api.people.migrate(group)
    with pytest.raises(ChatMigrated) as told:
        await bot.send_message(group, "alert")
    assert told.value.new_chat_id == moved
    assert await bot.send_message(moved, "alert")
    news = [each["message"] for each in drain(api)]
    assert [each.get("migrate_to_chat_id") for each in news] == [moved, None]
    assert [each.get("migrate_from_chat_id") for each in news] == [None, group]


async def test_a_private_chat_takes_a_short_burst_and_then_one_a_second(
    bot: Bot, clock: Clock, lin: int
) -> None:
    for _ in range(3):
        await bot.send_message(lin, "burst")
    with pytest.raises(RetryAfter) as wait:
        await bot.send_message(lin, "too fast")
    assert wait.value.retry_after.total_seconds() == 1
    clock.pass_(seconds=1)
    assert await bot.send_message(lin, "in time")
    with pytest.raises(RetryAfter):
        await bot.send_message(lin, "too fast again")


async def test_a_group_takes_twenty_messages_a_minute(bot: Bot, api: BotApi, clock: Clock, lin: int) -> None:
    group = api.people.new_group(lin, "Team", bots=(BOT,))
    for _ in range(20):
        await bot.send_message(group, "alert")
    with pytest.raises(RetryAfter) as wait:
        await bot.send_message(group, "alert")
    assert wait.value.retry_after.total_seconds() == 60
    clock.pass_(seconds=60)
    assert await bot.send_message(group, "alert")


async def test_a_bot_sends_thirty_messages_a_second_overall(bot: Bot, api: BotApi) -> None:
    people = [api.people.new_person(f"P{number}") for number in range(31)]
    for each in people:
        api.people.start_link(each)
    for each in people[:30]:
        await bot.send_message(each, "hello")
    with pytest.raises(RetryAfter):
        await bot.send_message(people[30], "hello")


async def test_limits_can_be_switched_off(bot: Bot, api: BotApi, lin: int) -> None:
    api.limits.settings = LimitSettings(on=False)
    for number in range(100):
        assert await bot.send_message(lin, str(number))


async def test_a_refused_message_costs_nothing_of_the_limit(bot: Bot, lin: int) -> None:
    for _ in range(5):
        with pytest.raises(BadRequest):
            await bot.send_message(lin, "")
    for _ in range(3):
        assert await bot.send_message(lin, "fine")


async def test_files_go_up_and_come_down_again(bot: Bot, lin: int) -> None:
    sent = await bot.send_document(lin, b"code,pain\nP-001,8\n", filename="疼痛.csv", caption="today")
    assert (sent.document.file_name, sent.caption) == ("疼痛.csv", "today")
    file = await bot.get_file(sent.document.file_id)
    assert bytes(await file.download_as_bytearray()) == b"code,pain\nP-001,8\n"
    again = await bot.send_document(lin, sent.document.file_id)
    assert again.document.file_unique_id == sent.document.file_unique_id
    photo = await bot.send_photo(lin, b"\x89PNG not really a picture")
    assert photo.photo[-1].file_size == 25
    with pytest.raises(BadRequest, match="rong file_id"):
        await bot.get_file("unknown")


async def test_commands_are_kept_by_scope_and_language(bot: Bot, lin: int) -> None:
    await bot.set_my_commands([BotCommand("help", "Help")])
    await bot.set_my_commands(
        [BotCommand("help", "帮助")], BotCommandScopeAllPrivateChats(), language_code="zh"
    )
    await bot.set_my_commands([BotCommand("open", "Open alerts")], BotCommandScopeChat(lin))
    assert [each.description for each in await bot.get_my_commands()] == ["Help"]
    private = BotCommandScopeAllPrivateChats()
    assert [each.description for each in await bot.get_my_commands(private, "zh")] == ["帮助"]
    assert await bot.get_my_commands(private) == ()
    await bot.delete_my_commands()
    assert await bot.get_my_commands() == ()
    with pytest.raises(BadRequest, match=r"(?i)BOT_COMMAND_INVALID"):
        await bot.set_my_commands([BotCommand("not-a-command", "x")])


async def test_the_menu_speaks_the_phones_language(bot: Bot, api: BotApi, lin: int) -> None:
    emma = api.people.new_person("Emma", language_code="en")
    await bot.set_my_commands([BotCommand("help", "Help")])
    await bot.set_my_commands([BotCommand("help", "帮助")], language_code="zh")
    shown = {each["person"]: each["chats"][0]["menu"][0]["description"] for each in phones(api)}
    assert shown == {lin: "帮助", emma: "Help"}


async def test_what_a_bot_can_ask_about_chats(bot: Bot, api: BotApi, lin: int) -> None:
    nurse = api.people.new_person("Mei")
    group = api.people.new_group(lin, "Team", members=(nurse,), bots=(BOT,), kind="supergroup")
    assert (await bot.get_chat(lin)).first_name == "Lin"
    assert (await bot.get_chat(group)).title == "Team"
    assert (await bot.get_chat_member(group, nurse)).status == "member"
    assert (await bot.get_chat_member(group, lin)).status == "creator"
    api.people.set_member(lin, group, nurse, "left")
    assert (await bot.get_chat_member(group, nurse)).status == "left"
    api.people.set_member(lin, group, BOT, "administrator")
    assert {each.user.id for each in await bot.get_chat_administrators(group)} == {lin, BOT}
    with pytest.raises(BadRequest, match="no administrators in the private chat"):
        await bot.get_chat_administrators(lin)
    assert await bot.leave_chat(group)
    with pytest.raises(Forbidden):
        await bot.get_chat(group)


async def test_topics_of_a_forum(bot: Bot, api: BotApi, lin: int) -> None:
    forum = api.people.new_group(lin, "Team", bots=(BOT,), kind="supergroup", forum=True)
    with pytest.raises(BadRequest, match="ot enough rights"):
        await bot.create_forum_topic(forum, "Alerts")
    api.people.set_member(lin, forum, BOT, "administrator")
    topic = await bot.create_forum_topic(forum, "Alerts")
    sent = await bot.send_message(forum, "8", message_thread_id=topic.message_thread_id)
    assert (sent.message_thread_id, sent.is_topic_message) == (topic.message_thread_id, True)
    with pytest.raises(BadRequest, match="essage thread not found"):
        await bot.send_message(forum, "8", message_thread_id=999)


async def test_typing_is_shown_for_a_while(bot: Bot, api: BotApi, clock: Clock, lin: int) -> None:
    assert await bot.send_chat_action(lin, "typing")
    assert phones(api)[0]["chats"][0]["typing"]
    clock.pass_(seconds=6)
    assert not phones(api)[0]["chats"][0]["typing"]


async def test_unknown_methods_and_wrong_tokens(bot: Bot, api: BotApi) -> None:
    with pytest.raises(EndPointNotFound):
        await bot.do_api_request("sendTelepathy")
    api.state.bots[BOT].revoked = True
    with pytest.raises(InvalidToken, match="Unauthorized"):
        await bot.get_me()


async def test_a_wrong_token_is_unauthorized(root: str) -> None:
    from telegram import Bot as AnyBot

    async with http_bot(root) as right:
        wrong = AnyBot(TOKEN + "x", base_url=f"{root}/bot", request=right.request)
        with pytest.raises(InvalidToken):
            await wrong.get_me()
