"""Can a person play both patients and the nurse on the page, by tapping and by keyboard? In a real Chromium."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect
from telegram import Bot, BotCommand, InlineKeyboardButton, InlineKeyboardMarkup, ReplyKeyboardMarkup, Update
from telegram.error import TelegramError

from probot.sandbox.botapi import BotApi
from probot.sandbox.clinic import Choice, Description
from probot.sandbox.server import serving
from probot.sandbox.stage import Cast, set_stage
from tests.sandbox.line import BOT, Clock, http_bot

pytestmark = pytest.mark.browser

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--no-first-run",
]
QUESTION = {"zh": "现在有多痛？", "en": "How bad is the pain now?"}
THANKS = {"zh": "已记录", "en": "Noted"}


class SmallClinic:
    """A study with one arm and two sites, whose clock is the test's."""

    def __init__(self, clock: Clock) -> None:
        self.now = clock
        self.enrolled: list[tuple[str, str, list[str], str]] = []

    def describe(self) -> Description:
        def choice(key: str, en: str, zh: str) -> Choice:
            return {"key": key, "label": {"en": en, "zh": zh}}

        return {
            "bot_username": "probot_bot",
            "title": {"en": "Small study", "zh": "小研究"},
            "arms": [choice("control", "Control", "对照组")],
            "sites": [choice("oral", "Mouth", "口腔"), choice("skin", "Skin", "皮肤")],
            "zone": "Asia/Shanghai",
        }

    async def enrol(self, code: str, arm: str, sites: list[str], language: str) -> str:
        self.enrolled.append((code, arm, sites, language))
        return f"token-{code}"

    async def speak(self, language: str) -> None:
        self.language = language

    async def next_event(self) -> datetime | None:
        return self.now() + timedelta(hours=2)

    async def travel(self, to: datetime) -> None:
        self.now.at = to


class EchoBot:
    """A bot that asks for a number, notes it, and tells the care team; enough to try every part of the page."""

    def __init__(self, bot: Bot, care_team: int) -> None:
        self._bot = bot
        self._care_team = care_team

    async def run(self) -> None:
        offset = 0
        while True:
            try:
                for update in await self._bot.get_updates(offset=offset, timeout=10):
                    offset = update.update_id + 1
                    await self._answer(update)
            except TelegramError:
                await asyncio.sleep(0.05)

    async def _answer(self, update: Update) -> None:
        language = "zh" if (update.effective_user.language_code or "").startswith("zh") else "en"
        if update.callback_query:
            await self._tapped(update, language)
        elif update.message and update.message.text and update.effective_chat.type == "private":
            if update.message.text.startswith("/start"):
                await self._ask(update.effective_user.id, language)
            else:
                await update.message.reply_text(f"{THANKS[language]}: {update.message.text}")
        elif update.message and update.message.sticker:
            await update.message.reply_text("?")

    async def _ask(self, chat: int, language: str) -> None:
        rows = [
            [InlineKeyboardButton(str(value), callback_data=f"pain:{value}") for value in row]
            for row in (range(6), range(6, 11))
        ]
        await self._bot.send_message(chat, QUESTION[language], reply_markup=InlineKeyboardMarkup(rows))

    async def _tapped(self, update: Update, language: str) -> None:
        query = update.callback_query
        what, _, value = query.data.partition(":")
        if what == "ack":
            await query.answer("Thank you")
            await query.edit_message_text(f"{query.message.text}\n✓ {query.from_user.first_name}")
            return
        await query.answer(THANKS[language])
        await query.edit_message_text(f"{QUESTION[language]} {value}")
        keys = InlineKeyboardMarkup([[InlineKeyboardButton("Acknowledge", callback_data="ack:1")]])
        await self._bot.send_message(self._care_team, f"P-001 pain {value}", reply_markup=keys)


@dataclass
class World:
    """A running sandbox with a bot in it."""

    root: str
    cast: Cast
    clinic: SmallClinic


@asynccontextmanager
async def running(api: BotApi, clock: Clock) -> AsyncIterator[World]:
    cast = set_stage(api)
    api.people.set_member(cast.staff[0], cast.care_team, BOT)
    api.people.receive_link(cast.patient_zh, "token-1")
    api.people.receive_link(cast.patient_en, "token-2")
    clinic = SmallClinic(clock)
    async with serving(api, clinic) as root, http_bot(root, read_timeout=15) as bot:
        await bot.set_my_commands([BotCommand("help", "Call the ward")])
        await bot.set_my_commands([BotCommand("help", "联系病房")], language_code="zh")
        echo = asyncio.create_task(EchoBot(bot, cast.care_team).run())
        try:
            yield World(root, cast, clinic)
        finally:
            echo.cancel()
            await asyncio.gather(echo, return_exceptions=True)


@pytest.fixture
async def browser(chromium_path: str) -> AsyncIterator[Browser]:
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=chromium_path, args=ARGUMENTS)
        yield browser
        await browser.close()


async def opened(browser: Browser, root: str, width: int, height: int, locale: str = "en-GB") -> Page:
    page = await browser.new_page(viewport={"width": width, "height": height}, locale=locale)
    page.set_default_timeout(60_000)
    page.wrong = []
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    page.on("console", lambda message: page.wrong.append(message.text) if message.type == "error" else None)
    await page.goto(root)
    return page


async def test_a_day_in_both_languages_on_a_wide_screen(browser: Browser, api: BotApi, clock: Clock) -> None:
    async with running(api, clock) as world:
        page = await opened(browser, world.root, 1440, 900)
        chinese = page.get_by_role("tabpanel", name="小林")
        english = page.get_by_role("tabpanel", name="Emma")
        team = page.get_by_role("tabpanel", name="Care team")
        await expect(chinese.get_by_text("您收到了一个邀请链接。")).to_be_visible()
        await chinese.get_by_role("button", name="开始").click()
        await english.get_by_role("button", name="START").click()
        await expect(chinese.get_by_text("现在有多痛？")).to_be_visible()
        await chinese.get_by_role("button", name="8", exact=True).click()
        await expect(chinese.get_by_text("现在有多痛？ 8")).to_be_visible()
        await expect(chinese.get_by_text("已编辑")).to_be_visible()
        await expect(chinese.get_by_role("status")).to_have_text("已记录")
        await english.get_by_label("Message", exact=True).fill("seven")
        await english.get_by_label("Message", exact=True).press("Enter")
        await expect(english.get_by_text("Noted: seven")).to_be_visible()
        await chinese.get_by_role("button", name="菜单").click()
        await chinese.get_by_role("button", name="联系病房").click()
        await expect(chinese.get_by_text("已记录: /help")).to_be_visible()
        await english.get_by_role("button", name="Send something else").click()
        await english.get_by_role("button", name="Sticker").click()
        await expect(english.get_by_text("?", exact=True)).to_be_visible()
        await team.get_by_label("You are").select_option(label="Tom")
        await team.get_by_role("button", name="Acknowledge").click()
        await expect(team.get_by_text("✓ Tom")).to_be_visible()
        boxes = [await each.bounding_box() for each in (chinese, english, team)]
        assert boxes[0]["x"] < boxes[1]["x"] < boxes[2]["x"]
        assert page.wrong == []
        await page.close()


async def test_the_clock_and_enrolment_are_moved_from_the_page(
    browser: Browser, api: BotApi, clock: Clock
) -> None:
    async with running(api, clock) as world:
        page = await opened(browser, world.root, 1440, 900)
        shown = page.locator("#now-time")
        await expect(shown).to_have_text("09:00")
        await page.get_by_role("button", name="+1 h").click()
        await expect(shown).to_have_text("10:00")
        await page.get_by_role("button", name="Next event").click()
        await expect(shown).to_have_text("12:00")
        await page.get_by_role("button", name="Jump to").click()
        await page.get_by_label("Day", exact=True).fill("2025-03-07")
        await page.get_by_label("Time").fill("08:30")
        await page.get_by_role("button", name="Go", exact=True).click()
        await expect(shown).to_have_text("08:30")
        await expect(page.locator("#now-day")).to_contain_text("7 Mar 2025")
        await page.get_by_role("button", name="Enrol a patient").first.click()
        await page.get_by_label("Subject code").fill("P-003")
        await page.get_by_label("Name on the phone").fill("阿明")
        await page.get_by_label("Skin").check()
        await page.locator("#enrol-panel").get_by_role("button", name="Enrol a patient").click()
        await page.get_by_role("tabpanel", name="阿明").get_by_role("button", name="开始").click()
        await expect(page.get_by_text("/start token-P-003")).to_be_visible()
        assert world.clinic.enrolled == [("P-003", "control", ["oral", "skin"], "zh")]
        assert page.wrong == []
        await page.close()


async def test_trouble_is_switched_on_and_off_on_the_page(
    browser: Browser, api: BotApi, clock: Clock
) -> None:
    async with running(api, clock) as world:
        page = await opened(browser, world.root, 1440, 900)
        await page.get_by_role("tabpanel", name="Emma").get_by_role("button", name="START").click()
        await page.get_by_role("button", name="Trouble").click()
        await page.get_by_label("Answers lost after sending").check(force=True)
        await page.get_by_label("小林: has blocked the bot").check(force=True)
        await expect(page.locator("#trouble-count")).to_have_text("2")
        await expect(
            page.get_by_role("tabpanel", name="小林").get_by_role("button", name="解除屏蔽")
        ).to_be_visible()
        assert [each["kind"] for each in api.faults.active()] == ["lost"]
        assert api.state.people[world.cast.patient_zh].blocked == [BOT]
        await page.get_by_role("button", name="All clear").click()
        await expect(page.locator("#trouble-count")).to_be_hidden()
        assert api.faults.active() == []
        assert api.state.people[world.cast.patient_zh].blocked == []
        await page.close()


async def test_a_narrow_screen_shows_one_phone_at_a_time(browser: Browser, api: BotApi, clock: Clock) -> None:
    async with running(api, clock) as world:
        page = await opened(browser, world.root, 390, 844, locale="zh-CN")
        await expect(page.get_by_role("tabpanel")).to_have_count(1)
        await page.get_by_role("button", name="开始").click()
        await page.get_by_role("button", name="3", exact=True).click()
        await expect(page.get_by_text("现在有多痛？ 3")).to_be_visible()
        await page.get_by_role("tab", name="小林").press("ArrowRight")
        await expect(page.get_by_role("tab", name="Emma")).to_be_focused()
        await expect(page.get_by_role("tabpanel", name="Emma")).to_be_visible()
        await expect(page.get_by_role("tabpanel", name="小林")).to_be_hidden()
        await page.get_by_role("tab", name="医护团队").click()
        await expect(page.get_by_role("button", name="Acknowledge")).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth") == 390
        assert page.wrong == []
        await page.close()


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
@pytest.mark.parametrize("width", [390, 760, 1024, 1440])
async def test_every_button_lies_on_the_screen(
    browser: Browser, api: BotApi, clock: Clock, width: int, locale: str
) -> None:
    async with running(api, clock) as world:
        page = await opened(browser, world.root, width, 844, locale=locale)
        await expect(page.locator(".phone .start").first).to_be_visible()
        for button in await page.locator("button:visible, select:visible").all():
            box = await button.bounding_box()
            assert box["x"] >= 0, await button.inner_text()
            assert box["x"] + box["width"] <= width, await button.inner_text()
            assert box["height"] >= 30, await button.inner_text()
        await page.close()


async def test_a_reply_keyboard_and_corrections_work_by_keyboard_alone(
    browser: Browser, api: BotApi, clock: Clock
) -> None:
    async with running(api, clock) as world:
        emma = world.cast.patient_en
        api.people.start_link(emma)
        page = await opened(browser, world.root, 1440, 900)
        async with http_bot(world.root) as bot:
            await bot.send_message(emma, "Pick", reply_markup=ReplyKeyboardMarkup([["0", "1"], ["2", "3"]]))
        phone = page.get_by_role("tabpanel", name="Emma")
        key = phone.locator(".keyboard").get_by_role("button", name="2", exact=True)
        await key.focus()
        await key.press("Enter")
        await expect(phone.get_by_text("Noted: 2")).to_be_visible()
        await phone.get_by_role("button", name="Edit: 2").focus()
        await page.keyboard.press("Enter")
        await page.keyboard.press("Control+A")
        await page.keyboard.type("3")
        await page.keyboard.press("Enter")
        await expect(phone.get_by_role("button", name="Edit: 3")).to_be_attached()
        edits = [each for each in api.transcript.fates.values() if each.kind == "edited_message"]
        assert [each.update["edited_message"]["text"] for each in edits] == ["3"]
        await page.close()
