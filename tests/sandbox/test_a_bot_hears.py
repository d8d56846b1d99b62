"""Does a real bot hear of what people do as it would from Telegram, once, in time and in order?"""

from __future__ import annotations

import asyncio

import pytest
from telegram import Bot
from telegram.error import BadRequest, Conflict, InvalidToken

from probot.sandbox.botapi import BotApi
from probot.sandbox.errors import ApiError, CannotAct
from tests.sandbox.line import BOT, TOKEN, Clock, drain, http_bot, polled


def waiting(api: BotApi, **asked: object) -> list[dict]:
    return api.call(TOKEN, "getUpdates", dict(asked))


def texts(updates: list[dict]) -> list[str]:
    return [each["message"]["text"] for each in updates]


def say_all(api: BotApi, person: int, count: int) -> None:
    for number in range(count):
        api.people.say(person, BOT, str(number))


# ---------------------------------------------------------------------------------------------- what is heard


async def test_a_deep_link_starts_the_bot_with_its_payload(bot: Bot, api: BotApi) -> None:
    emma = api.people.new_person("Emma", language_code="en", username="emma_1")
    api.people.receive_link(emma, "one-time_token")
    api.people.start_link(emma)
    (update,) = await bot.get_updates()
    assert update.message.text == "/start one-time_token"
    assert update.message.chat.type == "private"
    assert (update.effective_user.id, update.effective_user.language_code) == (emma, "en")
    assert update.message.parse_entities() == {update.message.entities[0]: "/start"}
    assert not api.state.people[emma].waiting_links


async def test_a_tap_carries_its_data_and_can_be_answered(bot: Bot, api: BotApi, lin: int) -> None:
    keys = {
        "inline_keyboard": [[{"text": "7", "callback_data": "a:7"}, {"text": "8", "callback_data": "a:8"}]]
    }
    sent = api.call(TOKEN, "sendMessage", {"chat_id": lin, "text": "how bad?", "reply_markup": keys})
    api.people.tap(lin, BOT, sent["message_id"], label="8")
    (update,) = await bot.get_updates()
    query = update.callback_query
    assert (query.data, query.from_user.id, query.message.message_id) == ("a:8", lin, sent["message_id"])
    assert query.chat_instance
    assert await query.answer("noted")
    assert api.state.queries[query.id].answer == {"text": "noted", "show_alert": False}


async def test_a_tap_answered_too_late_is_refused(bot: Bot, api: BotApi, clock: Clock, lin: int) -> None:
    keys = {"inline_keyboard": [[{"text": "8", "callback_data": "a:8"}]]}
    sent = api.call(TOKEN, "sendMessage", {"chat_id": lin, "text": "how bad?", "reply_markup": keys})
    query = api.people.tap(lin, BOT, sent["message_id"], "a:8")
    clock.pass_(seconds=20)
    with pytest.raises(
        BadRequest, match="uery is too old and response timeout expired or query id is invalid"
    ):
        await bot.answer_callback_query(query)
    with pytest.raises(BadRequest, match="uery is too old"):
        await bot.answer_callback_query("12345")


def test_only_buttons_that_stand_there_can_be_tapped_unless_the_client_is_forged(
    api: BotApi, lin: int
) -> None:
    keys = {"inline_keyboard": [[{"text": "8", "callback_data": "a:8"}]]}
    sent = api.call(TOKEN, "sendMessage", {"chat_id": lin, "text": "how bad?", "reply_markup": keys})
    with pytest.raises(CannotAct):
        api.people.tap(lin, BOT, sent["message_id"], "a:9")
    api.people.tap(lin, BOT, sent["message_id"], "a:9", forged=True)
    assert [each["callback_query"]["data"] for each in waiting(api)] == ["a:9"]


async def test_an_edited_answer_is_told_as_an_edit(bot: Bot, api: BotApi, clock: Clock, lin: int) -> None:
    number = api.people.say(lin, BOT, "8")
    clock.pass_(seconds=30)
    api.people.edit(lin, BOT, number, "3")
    first, second = await bot.get_updates()
    assert (first.message.text, second.edited_message.text) == ("8", "3")
    assert second.edited_message.message_id == number
    assert (second.edited_message.edit_date - second.edited_message.date).total_seconds() == 30


def test_a_deleted_message_is_told_to_nobody(api: BotApi, lin: int) -> None:
    number = api.people.say(lin, BOT, "8")
    drain(api)
    api.people.delete(lin, BOT, number)
    assert waiting(api) == []


@pytest.mark.parametrize("kind", ["sticker", "voice", "photo", "video", "document", "location", "contact"])
async def test_media_arrive_as_what_they_are(bot: Bot, api: BotApi, lin: int, kind: str) -> None:
    api.people.send_media(lin, BOT, kind)
    (update,) = await bot.get_updates()
    assert getattr(update.message, kind)
    assert update.message.text is None


async def test_a_forwarded_text_says_so(bot: Bot, api: BotApi, lin: int) -> None:
    api.people.forward(lin, BOT, "8", of="A friend")
    (update,) = await bot.get_updates()
    assert update.message.forward_origin.sender_user_name == "A friend"


async def test_blocking_and_unblocking_is_told(bot: Bot, api: BotApi, lin: int) -> None:
    api.people.block(lin)
    with pytest.raises(CannotAct):
        api.people.say(lin, BOT, "hello?")
    api.people.unblock(lin)
    told = [each.my_chat_member for each in await bot.get_updates()]
    assert [(each.old_chat_member.status, each.new_chat_member.status) for each in told] == [
        ("member", "kicked"),
        ("kicked", "member"),
    ]
    assert told[0].chat.id == told[0].from_user.id == lin


async def test_pressing_start_again_takes_the_block_back(bot: Bot, api: BotApi, lin: int) -> None:
    api.people.block(lin)
    api.people.start_link(lin)
    kinds = [each.my_chat_member is not None for each in await bot.get_updates()]
    assert kinds == [True, True, False]


def test_what_an_offline_phone_wrote_comes_when_it_is_back(api: BotApi, clock: Clock, lin: int) -> None:
    api.people.phone_offline(lin, offline=True)
    assert api.people.say(lin, BOT, "8") == 0
    assert waiting(api) == []
    clock.pass_(hours=3)
    api.people.phone_offline(lin, offline=False)
    (update,) = waiting(api)
    assert (update["message"]["text"], update["message"]["date"]) == ("8", int(clock().timestamp()))


# -------------------------------------------------------------------------------------------------- groups


async def test_being_added_and_promoted_is_told(bot: Bot, api: BotApi, lin: int) -> None:
    group = api.people.new_group(lin, "Team")
    api.people.startgroup(lin, group, "bind-me")
    joined, mine, start = await bot.get_updates()
    assert joined.message.new_chat_members[0].id == BOT
    assert (mine.my_chat_member.old_chat_member.status, mine.my_chat_member.new_chat_member.status) == (
        "left",
        "member",
    )
    assert start.message.text == "/start@probot_bot bind-me"
    api.people.set_member(lin, group, BOT, "administrator")
    assert drain(api)[-1]["my_chat_member"]["new_chat_member"]["status"] == "administrator"


async def test_an_outsider_in_the_group_is_told_to_an_administrator_who_asked(
    bot: Bot, api: BotApi, lin: int
) -> None:
    group = api.people.new_group(lin, "Team", bots=(BOT,), kind="supergroup")
    outsider = api.people.new_person("Outsider")
    await bot.get_updates(allowed_updates=["message", "chat_member", "my_chat_member"])
    api.people.set_member(lin, group, outsider)
    assert not [each for each in waiting(api) if "chat_member" in each]
    api.people.set_member(lin, group, outsider, "left")
    api.people.set_member(lin, group, BOT, "administrator")
    drain(api)
    api.people.set_member(lin, group, outsider)
    (told,) = [each["chat_member"] for each in drain(api) if "chat_member" in each]
    assert told["new_chat_member"]["user"]["id"] == outsider
    assert told["from"]["id"] == lin


def test_in_privacy_mode_a_bot_hears_commands_and_replies_only(api: BotApi, lin: int) -> None:
    group = api.people.new_group(lin, "Team", bots=(BOT,), kind="supergroup")
    sent = api.call(TOKEN, "sendMessage", {"chat_id": group, "text": "alert"})
    drain(api)
    api.people.say(lin, group, "lunch?")
    api.people.say(lin, group, "/open")
    api.people.say(lin, group, "/open@another_bot")
    api.people.say(lin, group, "mine", reply_to=sent["message_id"])
    assert texts(drain(api)) == ["/open", "mine"]
    api.people.set_member(lin, group, BOT, "administrator")
    drain(api)
    api.people.say(lin, group, "lunch?")
    assert texts(drain(api)) == ["lunch?"]


async def test_an_anonymous_administrator_hides_behind_telegrams_account(
    bot: Bot, api: BotApi, lin: int
) -> None:
    group = api.people.new_group(lin, "Team", bots=(BOT,), kind="supergroup")
    drain(api)
    api.people.say(lin, group, "/open", anonymous=True)
    (update,) = await bot.get_updates()
    assert update.effective_user.id == 1087968824
    assert update.message.sender_chat.id == group


def test_who_left_can_no_longer_tap_or_write(api: BotApi, lin: int) -> None:
    nurse = api.people.new_person("Mei")
    group = api.people.new_group(lin, "Team", members=(nurse,), bots=(BOT,))
    keys = {"inline_keyboard": [[{"text": "Acknowledge", "callback_data": "ack"}]]}
    sent = api.call(TOKEN, "sendMessage", {"chat_id": group, "text": "alert", "reply_markup": keys})
    api.people.tap(nurse, group, sent["message_id"], label="Acknowledge")
    api.people.set_member(lin, group, nurse, "left")
    with pytest.raises(CannotAct):
        api.people.tap(nurse, group, sent["message_id"], label="Acknowledge")
    with pytest.raises(CannotAct):
        api.people.say(nurse, group, "/open")


# ------------------------------------------------------------------------------------- the queue of updates


async def test_updates_stay_until_a_higher_offset_confirms_them(bot: Bot, api: BotApi, lin: int) -> None:
    say_all(api, lin, 3)
    first = await bot.get_updates()
    assert [each.update_id for each in await bot.get_updates()] == [each.update_id for each in first]
    rest = await bot.get_updates(offset=first[1].update_id)
    assert [each.message.text for each in rest] == ["1", "2"]
    assert await bot.get_updates(offset=first[-1].update_id + 1) == ()
    assert await bot.get_updates() == ()


def test_a_negative_offset_throws_all_but_the_last_away(api: BotApi, lin: int) -> None:
    say_all(api, lin, 5)
    assert texts(waiting(api, offset=-2)) == ["3", "4"]
    assert texts(waiting(api)) == ["3", "4"]
    fates = [each.fate for each in api.transcript.fates.values()][-5:]
    assert fates == ["dropped", "dropped", "dropped", "waiting", "waiting"]


def test_a_batch_holds_at_most_a_hundred(api: BotApi, lin: int) -> None:
    say_all(api, lin, 120)
    assert len(waiting(api)) == 100
    assert len(waiting(api, limit=7)) == 7
    assert len(waiting(api, limit=0)) == 1
    assert len(waiting(api, limit=500)) == 100


def test_a_message_waits_a_day_and_a_tap_150_seconds(api: BotApi, clock: Clock, lin: int) -> None:
    keys = {"inline_keyboard": [[{"text": "8", "callback_data": "a:8"}]]}
    sent = api.call(TOKEN, "sendMessage", {"chat_id": lin, "text": "how bad?", "reply_markup": keys})
    api.people.tap(lin, BOT, sent["message_id"], "a:8")
    api.people.say(lin, BOT, "八")
    clock.pass_(seconds=149)
    assert len(waiting(api)) == 2
    clock.pass_(seconds=2)
    assert texts(waiting(api)) == ["八"]
    clock.pass_(hours=23, minutes=57)
    assert texts(waiting(api)) == ["八"]
    clock.pass_(minutes=1)
    assert waiting(api) == []
    assert [each.fate for each in api.transcript.fates.values()][-2:] == ["expired", "expired"]


def test_ids_start_anew_after_a_quiet_week(api: BotApi, clock: Clock, lin: int) -> None:
    api.people.say(lin, BOT, "one")
    api.people.say(lin, BOT, "two")
    first, second = (each["update_id"] for each in drain(api))
    assert second == first + 1
    clock.pass_(days=8)
    api.people.say(lin, BOT, "three")
    (third,) = waiting(api, offset=second + 1)
    assert third["message"]["text"] == "three"
    assert third["update_id"] != second + 1


def test_an_offset_far_in_the_future_confirms_nothing(api: BotApi, lin: int) -> None:
    say_all(api, lin, 2)
    last = waiting(api)[-1]["update_id"]
    assert texts(waiting(api, offset=last + 1000)) == ["0", "1"]
    assert texts(waiting(api)) == ["0", "1"]


async def test_allowed_updates_are_remembered(bot: Bot, api: BotApi, lin: int) -> None:
    await bot.get_updates(allowed_updates=["callback_query"])
    api.people.say(lin, BOT, "unheard")
    assert await bot.get_updates() == ()
    await bot.get_updates(allowed_updates=[])
    api.people.say(lin, BOT, "heard")
    assert [each.message.text for each in await bot.get_updates()] == ["heard"]


def test_updates_can_be_doubled_and_reversed(api: BotApi, lin: int) -> None:
    api.faults.set("duplicate", times=1)
    say_all(api, lin, 2)
    first = waiting(api)
    again = waiting(api, offset=first[-1]["update_id"] + 1)
    assert [each["update_id"] for each in again] == [each["update_id"] for each in first]
    assert waiting(api, offset=first[-1]["update_id"] + 1) == []
    say_all(api, lin, 3)
    api.faults.set("reorder", times=1)
    assert texts(waiting(api)) == ["2", "1", "0"]
    assert texts(waiting(api)) == ["0", "1", "2"]


# -------------------------------------------------------------------------------------------- long polling


async def test_a_poll_waits_for_the_next_message(root: str, api: BotApi, lin: int) -> None:
    async with http_bot(root) as bot:
        poll = asyncio.create_task(bot.get_updates(timeout=20))
        await polled(api)
        api.people.say(lin, BOT, "八")
        (update,) = await asyncio.wait_for(poll, 15)
    assert update.message.text == "八"


async def test_a_second_poll_ends_the_first_with_409(root: str, api: BotApi, lin: int) -> None:
    async with http_bot(root) as one, http_bot(root) as two:
        older = asyncio.create_task(one.get_updates(timeout=20))
        await polled(api)
        newer = asyncio.create_task(two.get_updates(timeout=20))
        with pytest.raises(
            Conflict,
            match="Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
        ):
            await asyncio.wait_for(older, 15)
        api.people.say(lin, BOT, "for the newer")
        assert [each.message.text for each in await asyncio.wait_for(newer, 15)] == ["for the newer"]


async def test_a_webhook_ends_a_waiting_poll(root: str, api: BotApi) -> None:
    async with http_bot(root) as bot:
        poll = asyncio.create_task(bot.get_updates(timeout=20))
        await polled(api)
        await bot.set_webhook("http://127.0.0.1:9/hook")
        with pytest.raises(Conflict, match="Conflict: terminated by setWebhook request"):
            await asyncio.wait_for(poll, 15)
        with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
            await bot.get_updates()


async def test_a_token_that_is_revoked_ends_polling_with_401(bot: Bot, api: BotApi) -> None:
    api.faults.set("revoked")
    with pytest.raises(InvalidToken):
        await bot.get_updates()
    api.faults.clear("revoked")
    assert await bot.get_updates() == ()


def test_the_core_says_409_for_a_counted_fault(api: BotApi) -> None:
    api.faults.set("conflict", times=1)
    with pytest.raises(ApiError) as told:
        waiting(api)
    assert told.value.code == 409
    assert waiting(api) == []
