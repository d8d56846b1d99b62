"""Does every switch of trouble make the trouble it names, and do webhooks, files and restarts hold?"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import Bot
from telegram.error import NetworkError, RetryAfter, TimedOut
from telegram.request import HTTPXRequest

from probot.sandbox.botapi import BotApi
from probot.sandbox.clinic import Refused
from probot.sandbox.inprocess import BASE_URL, InProcessRequest
from probot.sandbox.server import serving
from tests.sandbox.line import BOT, TOKEN, Clock, drain, http_bot, polled


def shown(api: BotApi, person: int) -> list[str]:
    return [
        each.message.get("text", "") for each in api.state.chats[f"{BOT}:{person}"].values() if each.by_bot
    ]


# ------------------------------------------------------------------------------------------------- trouble


async def test_offline_means_nothing_is_sent(bot: Bot, api: BotApi, lin: int) -> None:
    api.faults.set("offline")
    with pytest.raises(NetworkError):
        await bot.send_message(lin, "lost")
    assert shown(api, lin) == []
    api.faults.clear()
    await bot.send_message(lin, "back")
    assert shown(api, lin) == ["back"]


async def test_in_process_a_refused_connection_is_told_from_a_lost_answer(api: BotApi, lin: int) -> None:
    line = InProcessRequest(api)
    async with Bot(TOKEN, base_url=BASE_URL, request=line, get_updates_request=line) as bot:
        api.faults.set("offline", times=1)
        with pytest.raises(NetworkError) as refused:
            await bot.send_message(lin, "a")
        api.faults.set("lost", times=1)
        with pytest.raises(NetworkError) as dropped:
            await bot.send_message(lin, "b")
        api.faults.set("lost", times=1, how="hangs")
        with pytest.raises(TimedOut) as late:
            await bot.send_message(lin, "c")
    assert isinstance(refused.value.__cause__, httpx.ConnectError)
    assert isinstance(dropped.value.__cause__, httpx.RemoteProtocolError)
    assert isinstance(late.value.__cause__, httpx.ReadTimeout)
    assert shown(api, lin) == ["b", "c"]


async def test_a_lost_answer_leaves_the_message_in_the_chat(bot: Bot, api: BotApi, lin: int) -> None:
    api.faults.set("lost", times=1)
    with pytest.raises(NetworkError):
        await bot.send_message(lin, "how bad?")
    assert shown(api, lin) == ["how bad?"]
    call = api.transcript.calls[-1]
    assert (call.executed, call.cut) == (True, "dropped")
    await bot.send_message(lin, "how bad?")
    assert shown(api, lin) == ["how bad?", "how bad?"]


async def test_trouble_of_one_person_spares_the_others(bot: Bot, api: BotApi, lin: int) -> None:
    emma = api.people.new_person("Emma")
    api.people.start_link(emma)
    api.faults.set("offline", chat=lin)
    with pytest.raises(NetworkError):
        await bot.send_message(lin, "no")
    assert await bot.send_message(emma, "yes")


async def test_a_flood_answer_names_its_wait_and_ends_after_its_calls(
    bot: Bot, api: BotApi, lin: int
) -> None:
    api.faults.set("flood", times=2, seconds=17)
    for _ in range(2):
        with pytest.raises(RetryAfter) as wait:
            await bot.send_message(lin, "8")
        assert wait.value.retry_after.total_seconds() == 17
    assert await bot.get_updates() == ()
    assert await bot.send_message(lin, "8")


async def test_a_broken_server_says_500_for_as_many_calls(bot: Bot, api: BotApi, lin: int) -> None:
    api.faults.set("broken", times=1)
    with pytest.raises(NetworkError, match="Internal Server Error"):
        await bot.send_message(lin, "8")
    assert shown(api, lin) == []
    assert await bot.send_message(lin, "8")


async def test_a_slow_line_times_out_though_the_message_arrived(api: BotApi, lin: int) -> None:
    slept = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    line = InProcessRequest(api, read_timeout=5, sleep=sleep)
    async with Bot(TOKEN, base_url=BASE_URL, request=line, get_updates_request=line) as bot:
        api.faults.set("slow", seconds=3)
        await bot.send_message(lin, "slow")
        api.faults.set("slow", seconds=30)
        with pytest.raises(TimedOut):
            await bot.send_message(lin, "slower")
    assert (slept, shown(api, lin)) == ([3, 5], ["slow", "slower"])


async def test_a_slow_line_delays_answers_over_http(root: str, api: BotApi, lin: int) -> None:
    async with http_bot(root) as bot:
        api.faults.set("slow", seconds=2, times=1)
        with pytest.raises(TimedOut):
            await bot.send_message(lin, "slow", read_timeout=0.1)


def test_an_unknown_fault_is_refused(api: BotApi) -> None:
    with pytest.raises(ValueError, match="no such fault: gremlins"):
        api.faults.set("gremlins")


# ------------------------------------------------------------------------------------------------- webhook


class Hook:
    """A bot's own web server: notes what comes, and answers as told."""

    def __init__(self) -> None:
        self.got: list[tuple[str | None, dict]] = []
        self.answers: list[int] = []
        self.came = asyncio.Event()

    async def receive(self, request: Request) -> Response:
        self.got.append((request.headers.get("x-telegram-bot-api-secret-token"), await request.json()))
        self.came.set()
        return Response(status_code=self.answers.pop(0) if self.answers else 200)

    async def after(self, count: int) -> None:
        async with asyncio.timeout(60):
            while len(self.got) < count:
                self.came.clear()
                await self.came.wait()


@asynccontextmanager
async def listening(hook: Hook) -> AsyncIterator[str]:
    import uvicorn

    app = Starlette(routes=[Route("/hook", hook.receive, methods=["POST"])])
    config = uvicorn.Config(app, port=0, log_config=None, lifespan="off", ws="none")
    server = uvicorn.Server(config)
    up = asyncio.Event()

    async def serve() -> None:
        await server.startup()
        up.set()
        await server.main_loop()
        await server.shutdown()

    config.load()
    server.lifespan = config.lifespan_class(config)
    task = asyncio.create_task(serve())
    await up.wait()
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/hook"
    finally:
        server.should_exit = True
        await task


async def test_a_webhook_gets_each_update_with_its_secret_until_it_says_yes(
    root: str, api: BotApi, clock: Clock, lin: int
) -> None:
    hook = Hook()
    hook.answers = [503, 503]
    async with listening(hook) as url, http_bot(root) as bot:
        await bot.set_webhook(url, secret_token="known_to-both", allowed_updates=["message"])
        api.people.say(lin, BOT, "one")
        await hook.after(2)
        info = await bot.get_webhook_info()
        assert (info.url, info.allowed_updates) == (url, ("message",))
        api.people.say(lin, BOT, "two")
        while not info.last_error_message or len(hook.got) < 4:
            clock.pass_(seconds=2)
            await asyncio.sleep(0.05)
            info = await bot.get_webhook_info()
        assert [body["message"]["text"] for _, body in hook.got] == ["one", "one", "one", "two"]
        assert {secret for secret, _ in hook.got} == {"known_to-both"}
        assert info.last_error_message == "Wrong response from the webhook: 503 Service Unavailable"
        await bot.delete_webhook()
        assert (await bot.get_webhook_info()).url == ""


async def test_a_bad_webhook_is_refused(bot: Bot) -> None:
    from telegram.error import BadRequest

    with pytest.raises(BadRequest, match="nvalid webhook url"):
        await bot.set_webhook("ftp://nowhere")
    with pytest.raises(BadRequest, match="ecret token contains unallowed characters"):
        await bot.set_webhook("http://127.0.0.1/hook", secret_token="no spaces")


# --------------------------------------------------------------------------------------------- other doors


async def test_json_form_and_query_calls_are_the_same(root: str, api: BotApi, lin: int) -> None:
    address = f"{root}/bot{TOKEN}"
    keys = {"inline_keyboard": [[{"text": "8", "callback_data": "a"}]]}
    async with httpx.AsyncClient() as client:
        by_json = await client.post(
            f"{address}/sendMessage", json={"chat_id": lin, "text": "x", "reply_markup": keys}
        )
        by_form = await client.post(
            f"{address}/SENDMESSAGE",
            data={"chat_id": str(lin), "text": "x", "reply_markup": json.dumps(keys)},
        )
        by_query = await client.get(
            f"{address}/sendmessage", params={"chat_id": lin, "text": "x", "reply_markup": json.dumps(keys)}
        )
        missing = await client.get(f"{address}/noSuchMethod")
        garbage = await client.post(
            f"{address}/sendMessage", content=b"{", headers={"content-type": "application/json"}
        )
    shapes = [each.json()["result"] for each in (by_json, by_form, by_query)]
    assert [(each["text"], each["reply_markup"]) for each in shapes] == [("x", keys)] * 3
    assert (missing.status_code, missing.json()["error_code"]) == (404, 404)
    assert garbage.status_code == 400


async def test_the_file_door_wants_the_right_token(root: str, api: BotApi, lin: int) -> None:
    api.people.send_media(lin, BOT, "voice")
    voice = drain(api)[-1]["message"]["voice"]
    path = api.call(TOKEN, "getFile", {"file_id": voice["file_id"]})["file_path"]
    async with httpx.AsyncClient() as client:
        right = await client.get(f"{root}/file/bot{TOKEN}/{path}")
        wrong = await client.get(f"{root}/file/bot{TOKEN}x/{path}")
        none = await client.get(f"{root}/file/bot{TOKEN}/voice/none")
    assert (right.content, wrong.status_code, none.status_code) == (b"voice", 401, 404)


async def test_a_taken_port_is_an_error(root: str, api: BotApi) -> None:
    port = int(root.rsplit(":", 1)[1])
    with pytest.raises(OSError, match="in use"):
        async with serving(api, port=port):
            pass


def test_a_restarted_sandbox_goes_on(api: BotApi, clock: Clock, lin: int, tmp_path: Path) -> None:
    file = tmp_path / "deep" / "sandbox.json"
    keys = {"inline_keyboard": [[{"text": "8", "callback_data": "a:8"}]]}
    sent = api.call(TOKEN, "sendMessage", {"chat_id": lin, "text": "how bad?", "reply_markup": keys})
    api.people.say(lin, BOT, "八")
    group = api.people.new_group(lin, "Team", bots=(BOT,))
    api.save(file)
    again = BotApi(now=clock)
    assert again.load(file)
    assert again.state == api.state
    again.people.tap(lin, BOT, sent["message_id"], "a:8")
    assert [next(iter(set(each) - {"update_id"})) for each in drain(again)] == [
        "message",
        "message",
        "my_chat_member",
        "callback_query",
    ]
    assert again.people.new_group(lin, "Second") != group
    assert not BotApi(now=clock).load(tmp_path / "none.json")
    assert [each.name for each in file.parent.iterdir()] == ["sandbox.json"]


async def test_the_server_keeps_its_state_by_itself(api: BotApi, lin: int, tmp_path: Path) -> None:
    file = tmp_path / "sandbox.json"
    async with serving(api, keep=file):
        api.people.say(lin, BOT, "kept")
    assert "kept" in file.read_text(encoding="utf-8")


async def test_the_server_stops_at_once_though_a_poll_waits(api: BotApi, lin: int) -> None:
    async with asyncio.timeout(30):
        async with serving(api) as url:
            bot = Bot(TOKEN, base_url=f"{url}/bot", get_updates_request=HTTPXRequest(read_timeout=60))
            await bot.initialize()
            poll = asyncio.create_task(bot.get_updates(timeout=50))
            await polled(api)
        assert await poll == ()
        await bot.shutdown()


# ------------------------------------------------------------------------------------- the control interface


async def asked(root: str, path: str, **body: object) -> httpx.Response:
    async with httpx.AsyncClient() as client:
        return await client.post(f"{root}/sim/{path}", json=body)


async def test_people_act_through_the_control_interface(root: str, api: BotApi) -> None:
    person = (await asked(root, "act", act="new_person", first_name="Emma", language_code="en")).json()[
        "result"
    ]
    link = "https://t.me/probot_bot?start=tok_1"
    await asked(root, "act", act="receive_link", person=person, payload=link)
    await asked(root, "act", act="start_link", person=person)
    assert drain(api)[-1]["message"]["text"] == "/start tok_1"
    wrong = await asked(root, "act", act="tap", person=person, chat=BOT, message_id=99, label="8")
    assert (wrong.status_code, "no message 99" in wrong.json()["error"]) == (409, True)
    assert (await asked(root, "act", act="fly", person=person)).status_code == 400
    assert (await asked(root, "act", act="say", who=person)).status_code == 400


async def test_faults_and_transcript_through_the_control_interface(root: str, api: BotApi, lin: int) -> None:
    await asked(root, "fault", kind="broken", times=1, methods=["sendMessage"])
    assert api.faults.active()[0]["kind"] == "broken"
    await asked(root, "fault", kind="all", on=False)
    assert api.faults.active() == []
    assert (await asked(root, "fault", kind="gremlins")).status_code == 400
    api.call(TOKEN, "sendMessage", {"chat_id": lin, "text": "8"})
    async with httpx.AsyncClient() as client:
        told = (await client.get(f"{root}/sim/transcript")).json()
    assert told["calls"][-1]["result"]["text"] == "8"
    assert told["updates"][0]["fate"] == "confirmed"
    assert told["acts"][0]["person"] == lin


async def test_another_page_cannot_act(root: str, api: BotApi, lin: int) -> None:
    async with httpx.AsyncClient() as client:
        refused = await client.post(
            f"{root}/sim/act",
            json={"act": "say", "person": lin, "chat": BOT, "text": "x"},
            headers={"origin": "http://evil.example"},
        )
    assert refused.status_code == 403
    assert drain(api) == []


class SmallClinic:
    """A study that enrols everybody but P-666 and moves the test's clock."""

    def __init__(self, clock: Clock) -> None:
        self.now = clock
        self.enrolled: list[tuple] = []

    def describe(self) -> dict:
        label = {"en": "Control", "zh": "对照"}
        return {
            "bot_username": "probot_bot",
            "title": {"en": "T", "zh": "试"},
            "arms": [{"key": "control", "label": label}],
            "sites": [],
            "zone": "Asia/Shanghai",
        }

    async def enrol(self, code: str, arm: str, sites: list[str], language: str) -> str:
        if code == "P-666":
            raise Refused("P-666 is enrolled already.")
        self.enrolled.append((code, arm, sites, language))
        return f"token-{code}"

    async def next_event(self) -> object:
        from datetime import timedelta

        return self.now() + timedelta(hours=2)

    async def travel(self, to: object) -> None:
        self.now.at = to


async def test_the_page_enrols_and_moves_the_clock_through_the_clinic(api: BotApi, clock: Clock) -> None:
    clinic = SmallClinic(clock)
    async with serving(api, clinic) as root:
        done = await asked(
            root, "enrol", code="P-003", arm="control", sites=["oral"], language="zh", first_name="阿明"
        )
        person = api.state.people[done.json()["result"]]
        assert (person.first_name, person.language_code) == ("阿明", "zh-hans")
        assert person.waiting_links == {str(BOT): "token-P-003"}
        assert clinic.enrolled == [("P-003", "control", ["oral"], "zh")]
        refused = await asked(root, "enrol", code="P-666", arm="control", sites=[], language="en")
        assert (refused.status_code, refused.json()["error"]) == (409, "P-666 is enrolled already.")
        start = clock()
        await asked(root, "clock", seconds=3600)
        assert (clock() - start).total_seconds() == 3600
        await asked(root, "clock", next=True)
        assert (clock() - start).total_seconds() == 3 * 3600
        await asked(root, "clock", to="2025-03-05T09:00")
        assert clock().isoformat() == "2025-03-05T01:00:00+00:00"
        back = await asked(root, "clock", to="2025-03-01T09:00")
        assert back.json()["error"] == "The clock only goes forward."
