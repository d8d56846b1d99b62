from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probot.ports import (
    BotMembership,
    ButtonTapped,
    Chat,
    ChatMoved,
    Commanded,
    Incoming,
    MediaSent,
    MemberChanged,
    Said,
    Sender,
    Unreadable,
)
from probot.telegram.decode import MEDIA, Myself, decode
from probot.telegram.who import ANONYMOUS_ADMINISTRATOR

NOW = datetime(2025, 3, 3, 9, tzinfo=UTC)
ME = Myself(424242, "Probot_Bot")
MEI = {
    "id": 5,
    "is_bot": False,
    "first_name": "Mei",
    "last_name": "L.",
    "username": "mei",
    "language_code": "zh-hans",
}
BOB = {"id": 6, "is_bot": False, "first_name": "Bob"}
OURSELVES = {"id": 424242, "is_bot": True, "first_name": "Probot"}
ALONE = {"id": 5, "type": "private", "first_name": "Mei"}
TEAM = {"id": -100, "type": "supergroup", "title": "Care team"}


def read(raw: object) -> Incoming:
    return decode(raw, NOW, ME)


def message(kind: str = "message", **fields: Any) -> dict[str, Any]:
    usual = {"message_id": 31, "from": MEI, "chat": ALONE, "date": 1740992400}
    return {"update_id": 900, kind: usual | fields}


def tap(**fields: Any) -> dict[str, Any]:
    under = {"message_id": 30, "chat": ALONE, "date": 1740992400, "from": OURSELVES}
    return {
        "update_id": 901,
        "callback_query": {"id": "77", "from": MEI, "message": under, "data": "v:8"} | fields,
    }


def test_words_come_with_who_where_and_when():
    assert read(message(text="八")) == Incoming(
        900,
        Chat(5, "private"),
        Sender(5, "Mei L.", "mei", "zh-hans"),
        Said("八", 31),
        datetime(2025, 3, 3, 9, tzinfo=UTC),
        NOW,
    )


def test_a_group_has_a_title_and_an_older_group_is_one_too():
    assert read(message(chat=TEAM, text="x")).chat == Chat(-100, "group", "Care team")
    assert read(message(chat={"id": -9, "type": "group", "title": "T"}, text="x")).chat == Chat(
        -9, "group", "T"
    )


@pytest.mark.parametrize(
    ("text", "command", "payload"),
    [
        ("/report", "report", ""),
        ("/start Abc-_123", "start", "Abc-_123"),
        ("/start\nAbc", "start", "Abc"),
        ("/Help@probot_bot", "help", ""),
        ("/patient@PROBOT_BOT  P-001 ", "patient", "P-001"),
        ("  /stop  ", "stop", ""),
        ("／report", "report", ""),
    ],
)
def test_commands_are_read_in_private_and_in_groups(text: str, command: str, payload: str):
    for chat in (ALONE, TEAM):
        assert read(message(chat=chat, text=text)).content == Commanded(command, payload, 31)


@pytest.mark.parametrize(
    "text", ["/8", "8/10", "/ report", "//report", "/", "a /report", "/report!", "/报告"]
)
def test_what_only_looks_like_a_command_is_words(text: str):
    assert read(message(text=text)).content == Said(text, 31)


@pytest.mark.parametrize(("more", "topic"), [({"is_topic_message": True}, 5), ({}, None)])
def test_a_topic_is_known_by_its_mark_and_not_by_the_thread_of_a_reply(
    more: dict[str, Any], topic: int | None
):
    said = message(chat={"id": -1004, "type": "supergroup"}, text="/open", message_thread_id=5, **more)
    tapped = tap(message=said["message"])
    for update in (said, tapped):
        chat = read(update).chat
        assert chat is not None
        assert chat.topic == topic


def test_a_command_for_another_bot_is_not_ours():
    assert read(message(chat=TEAM, text="/open@other_bot")).content == Unreadable("command_for_another_bot")
    assert read(message(text="/open@former_name_bot")).content == Commanded("open", "", 31)


def test_a_forwarded_command_is_words():
    origin = {"type": "user", "sender_user": BOB, "date": 1740990000}
    assert read(message(text="/stop", forward_origin=origin)).content == Said("/stop", 31, forwarded=True)


def test_an_edited_message_is_words_even_if_it_is_a_command_now():
    incoming = read(message("edited_message", text="/stop", edit_date=1740992460))
    assert incoming.content == Said("/stop", 31, edited=True)
    assert incoming.sent_at == datetime(2025, 3, 3, 9, 1, tzinfo=UTC)


def test_a_reply_names_the_message_it_replies_to():
    assert read(message(text="9", reply_to_message={"message_id": 12})).content == Said("9", 31, reply_to=12)


def test_a_tap_brings_its_data_its_message_and_a_name_for_the_answer():
    assert read(tap()) == Incoming(
        901,
        Chat(5, "private"),
        Sender(5, "Mei L.", "mei", "zh-hans"),
        ButtonTapped("v:8", 30, "77"),
        None,
        NOW,
    )


def test_a_tap_under_a_message_that_cannot_be_seen_any_more_counts():
    incoming = read(tap(message={"chat": ALONE, "message_id": 30, "date": 0}))
    assert incoming.content == ButtonTapped("v:8", 30, "77")
    assert incoming.chat == Chat(5, "private")


def test_a_tap_without_any_message_counts():
    raw = tap()
    del raw["callback_query"]["message"]
    incoming = read(raw)
    assert incoming.content == ButtonTapped("v:8", None, "77")
    assert incoming.chat is None


@pytest.mark.parametrize("field", ["data", "from", "id"])
def test_a_tap_that_lacks_what_makes_it_one_is_unreadable(field: str):
    raw = tap()
    del raw["callback_query"][field]
    assert read(raw).content == Unreadable("callback_query")


@pytest.mark.parametrize(
    "kind", [kind for kind in MEDIA if kind not in {"photo", "location", "venue", "animation"}]
)
def test_media_are_named_with_their_caption_and_never_fetched(kind: str):
    raw = message(**{kind: {"file_id": "secret", "file_unique_id": "u1"}}, caption="疼")
    assert read(raw).content == MediaSent(kind, "疼", 31, "u1")


def test_the_largest_size_of_a_photo_names_it():
    sizes = [{"file_unique_id": "small"}, {"file_unique_id": "large"}]
    assert read(message(photo=sizes)).content == MediaSent("photo", "", 31, "large")


def test_what_telegram_also_gives_in_an_older_form_is_named_once_and_rightly():
    thing = {"file_unique_id": "u"}
    assert read(message(animation=thing, document=thing)).content == MediaSent("animation", "", 31, "u")
    assert read(message(venue={"title": "x"}, location={})).content == MediaSent("venue", "", 31)
    assert read(message(location={"latitude": 1})).content == MediaSent("location", "", 31)


def test_a_changed_caption_counts_and_a_moving_location_does_not():
    assert read(message("edited_message", photo=[{}], caption="9")).content == MediaSent("photo", "9", 31)
    assert read(message("edited_message", location={"latitude": 1})).content == Unreadable("edited_location")
    assert read(message("edited_message", photo=[{}])).content == Unreadable("edited_photo")


def test_whoever_speaks_as_a_chat_cannot_be_named():
    group_bot = {
        "id": ANONYMOUS_ADMINISTRATOR,
        "is_bot": True,
        "first_name": "Group",
        "username": "GroupAnonymousBot",
    }
    spoken = read(message(chat=TEAM, text="x", sender_chat=TEAM, **{"from": group_bot})).sender
    tapped = read(tap(**{"from": group_bot})).sender
    channel = {"id": -7, "type": "channel", "title": "News"}
    as_channel = read(message(chat=TEAM, text="x", sender_chat=channel)).sender
    for sender in (spoken, tapped, as_channel):
        assert sender is not None
        assert sender.anonymous
    named = read(message(chat=TEAM, text="x")).sender
    assert named is not None
    assert not named.anonymous


def test_another_bot_is_known_as_one():
    sender = read(message(text="x", **{"from": {"id": 8, "is_bot": True, "first_name": "B"}})).sender
    assert sender == Sender(8, "B", is_bot=True)


@pytest.mark.parametrize(
    ("member", "present"),
    [
        ({"status": "member"}, True),
        ({"status": "administrator"}, True),
        ({"status": "creator"}, True),
        ({"status": "restricted", "is_member": True}, True),
        ({"status": "restricted", "is_member": False}, False),
        ({"status": "left"}, False),
        ({"status": "kicked", "until_date": 0}, False),
    ],
)
def test_being_blocked_added_or_removed_is_read(member: dict[str, Any], present: bool):
    change = {"chat": ALONE, "from": MEI, "date": 1740992400, "new_chat_member": member | {"user": OURSELVES}}
    incoming = read({"update_id": 5, "my_chat_member": change})
    assert incoming.content == BotMembership(present)
    assert incoming.sender == Sender(5, "Mei L.", "mei", "zh-hans")
    other = {"chat": TEAM, "from": MEI, "date": 1740992400, "new_chat_member": member | {"user": BOB}}
    assert read({"update_id": 5, "chat_member": other}).content == MemberChanged(6, "Bob", present)


def test_several_who_come_at_once_are_all_named():
    incoming = read(message(chat=TEAM, new_chat_members=[BOB, MEI]))
    assert incoming.content == MemberChanged(6, "Bob", True, others=(MemberChanged(5, "Mei L.", True),))


def test_comings_and_goings_in_a_group():
    assert read(message(chat=TEAM, left_chat_member=BOB)).content == MemberChanged(6, "Bob", False)
    assert read(message(chat=TEAM, left_chat_member=OURSELVES)).content == BotMembership(False)
    assert read(message(chat=TEAM, new_chat_members=[BOB, OURSELVES])).content == BotMembership(True)


def test_both_messages_about_a_move_say_the_same():
    old = {"id": -9, "type": "group", "title": "Care team"}
    before = read(message(chat=old, migrate_to_chat_id=-100))
    after = read(message(chat=TEAM, migrate_from_chat_id=-9))
    for incoming in (before, after):
        assert incoming.chat == Chat(-9, "group", "Care team")
        assert incoming.content == ChatMoved(-100)


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (message("channel_post", text="x"), "channel_post"),
        (message("edited_channel_post", text="x"), "channel_post"),
        (message(pinned_message={"message_id": 3}), "pinned_message"),
        (message(group_chat_created=True), "group_chat_created"),
        (message(), "message"),
        (message(text="x", chat={}), "message"),
        ({"update_id": 4, "poll_answer": {}}, "poll_answer"),
        ({"update_id": 4}, "nothing"),
        ({}, "nothing"),
        ([], "nothing"),
        (None, "nothing"),
    ],
)
def test_what_probot_has_no_use_for_is_named_and_nothing_else(raw: object, kind: str):
    assert read(raw).content == Unreadable(kind)


def test_characters_that_no_database_takes_are_written_out():
    raw = json.loads(
        json.dumps(
            message(text="a\x00b\ud800c😀", **{"from": MEI | {"first_name": "M\udfffi", "last_name": ""}})
        )
    )
    incoming = read(raw)
    assert incoming.content == Said("a\\u0000b\\ud800c😀", 31)
    assert incoming.sender is not None
    assert incoming.sender.name == "M\\udfffi"


def test_every_kind_survives_being_cut_off_anywhere():
    """A field less, in every place of a full message: still an Incoming, with the same number."""
    full = message(text="x", reply_to_message={"message_id": 1}, sender_chat=TEAM)
    for field in list(full["message"]):
        less = {
            "update_id": 900,
            "message": {key: value for key, value in full["message"].items() if key != field},
        }
        assert read(less).update == 900


KEYS = st.sampled_from(
    [
        *(
            "update_id",
            "message",
            "edited_message",
            "callback_query",
            "my_chat_member",
            "chat_member",
            "channel_post",
        ),
        *(
            "message_id",
            "from",
            "chat",
            "date",
            "edit_date",
            "id",
            "type",
            "text",
            "caption",
            "data",
            "status",
            "user",
        ),
        *(
            "is_member",
            "new_chat_member",
            "new_chat_members",
            "left_chat_member",
            "migrate_to_chat_id",
            "first_name",
        ),
        *(
            "migrate_from_chat_id",
            "forward_origin",
            "reply_to_message",
            "sender_chat",
            "photo",
            "voice",
            "location",
        ),
        *("file_unique_id", "username", "title", "language_code", "is_bot", "inline_message_id"),
    ]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(2**62, 2**200)
    | st.floats()
    | st.text(st.characters(), max_size=8)
    | st.sampled_from(
        ["private", "supergroup", "channel", "member", "kicked", "restricted", "/start x", "\ud800\x00"]
    )
)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=5), inner, max_size=6)
    ),
    max_leaves=25,
)
PEOPLE = st.fixed_dictionaries(
    {}, optional={"id": st.integers() | SCALARS, "is_bot": SCALARS, "first_name": SCALARS}
)
CHATS = st.fixed_dictionaries({}, optional={"id": st.integers() | SCALARS, "type": SCALARS, "title": SCALARS})
MESSAGES = st.fixed_dictionaries(
    {"message_id": st.integers() | SCALARS, "chat": CHATS | JSON},
    optional={
        "from": PEOPLE | JSON,
        "date": st.integers() | SCALARS,
        "text": SCALARS,
        "new_chat_members": st.lists(PEOPLE | SCALARS, max_size=3) | JSON,
        "left_chat_member": PEOPLE | JSON,
        "migrate_to_chat_id": SCALARS,
        "migrate_from_chat_id": SCALARS,
        "reply_to_message": JSON,
        "forward_origin": JSON,
        "sender_chat": CHATS | JSON,
        "photo": JSON,
        "voice": JSON,
        "caption": SCALARS,
    },
)
UPDATES = JSON | st.dictionaries(
    KEYS,
    MESSAGES
    | JSON
    | st.fixed_dictionaries({"id": SCALARS, "from": PEOPLE, "message": MESSAGES, "data": SCALARS}),
)


@given(UPDATES)
def test_whatever_arrives_is_read_without_raising_and_can_be_stored(raw: object):
    incoming = read(raw)
    assert isinstance(incoming, Incoming)
    said = repr(incoming)
    said.encode()
    for value in numbers_in(incoming):
        assert abs(value) < 2**63
    assert isinstance(hash(incoming), int)


def numbers_in(incoming: Incoming) -> list[int]:
    found = [incoming.update]
    for part in (incoming.chat, incoming.sender, incoming.content):
        if part is not None:
            values = (getattr(part, name) for name in part.__slots__)
            found.extend(value for value in values if isinstance(value, int))
            texts = (getattr(part, name) for name in part.__slots__)
            for text in texts:
                if isinstance(text, str):
                    assert "\x00" not in text
                    text.encode()
    return found
