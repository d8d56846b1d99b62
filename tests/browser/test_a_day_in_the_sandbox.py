"""Can a newcomer play the whole story on the page? `probot run` as it ships, in a real Chromium."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.sandbox import PATIENCE, Screen, chromium, running

pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def test_a_day_of_two_languages_from_the_welcome_to_the_exported_trail(
    chromium_path: str, tmp_path: Path
) -> None:
    async with running(tmp_path) as sandbox, chromium(chromium_path) as browser:
        screen = await Screen.of(browser, sandbox.root, 1440, 900)
        await screen.tomorrow("08:30")
        team = screen.phone("Care team")
        await team.has("From now on this chat receives the alerts")
        yu, anna = await screen.enrol("P-003", "小雨", "zh"), await screen.enrol("P-004", "Anna", "en")
        # One after the other: a page has one pointer, and two who click at once take it from each other.
        await yu.welcome("zh", start="开始")
        await anna.welcome("en", start="START")

        await screen.next_event()
        await expect(screen.page.locator("#now-time")).to_have_text("09:00")
        await yu.answer("您有没有下面这些情况", "以上都没有")
        await yu.shows("最高体温")
        await yu.say("三十六度七")
        await yu.answer("是在哪里量的", "腋下")
        await yu.shows("口腔或喉咙最痛", "0＝完全不痛", "10＝您能想象到的最痛")
        await yu.say("八")
        await team.shows("SOON · P-003 · Severe mouth pain", "8 / 10", "Told: care team")
        await yu.has("请您现在看一下这条消息")
        await team.tap("Acknowledge")
        await team.shows("Taken · SOON · P-003", "Taken by Mei")
        await expect(team.panel.get_by_role("button", name="Acknowledge")).to_have_count(0)
        await yu.answer("额外用过止痛药", "是")
        await yu.answer("能吃下或喝下什么", "只能吃软食")
        await yu.answer("破溃有没有影响到您", "有，但不影响日常生活")
        await yu.answer("您有没有下面这些情况", "呕吐")
        await yu.tap("选好了 ▶")
        await yu.answer("您呕吐了几次", "2")
        await yu.answer("您希望护士联系您吗", "不需要")
        await yu.answer("是谁在回答", "我本人")
        await yu.has("谢谢您，这次的问题都答完了")

        await anna.answer("have you had any of these", "None of these")
        await anna.answer("highest temperature", "I did not measure")
        await anna.shows("pain in your mouth or throat at its worst", "0 = No pain at all")
        await anna.tap("3")
        await anna.has("✓ 3")

        await screen.days(2)
        await team.say("/patient P-003")
        for words in (
            "P-003 · taking part",
            "with Mei",
            "Daily diary: 1 of 2 answered",
            "Daily diary: missed",
        ):
            await team.has(words)
        await yu.has("这一题已经结束")
        await screen.page.locator("#language").click()
        team = screen.phone("医护团队")
        await team.say("/patient P-003")
        for words in ("P-003 · 参加中", "每日日记：2次中答了1次", "每日日记：未答"):
            await team.has(words)
        assert screen.wrong == []

        steps = [
            (row["action"], row["actor"] == "probot", row["field"], str(row["new"]))
            for row in await sandbox.exported("audit")
            if row["code"] == "P-003"
        ]
        responses = [row for row in await sandbox.exported("responses") if row["code"] == "P-003"]
    told = [action for action, *_ in steps]
    for action in (
        "participant enrolled",
        "answered",
        "alert raised",
        "alert acknowledged",
        "assessment ended",
    ):
        assert action in told, sorted(set(told))
    assert told.index("participant enrolled") < told.index("answered") < told.index("alert raised")
    assert told.index("alert raised") < told.index("alert acknowledged")
    assert ("assessment ended", True, "status", "missed") in steps
    pain = next(row for row in responses if row["raw"] == "八")
    assert (pain["value"], pain["source"], pain["language"]) == (8, "typed", "zh")


async def test_on_a_phone_a_morning_in_chinese_and_a_restart_in_the_middle_of_it(
    chromium_path: str, tmp_path: Path
) -> None:
    async with running(tmp_path) as sandbox, chromium(chromium_path) as browser:
        screen = await Screen.of(browser, sandbox.root, 390, 844, locale="zh-CN", has_touch=True)
        await screen.tomorrow("08:30")
        lin = await screen.enrol("P-003", "小琳")
        await lin.welcome("zh", start="开始")
        await screen.next_event()
        await lin.answer("您有没有下面这些情况", "以上都没有")
        await lin.answer("最高体温", "没有测量")
        await lin.shows("口腔或喉咙最痛")

        await sandbox.stop()
        await sandbox.start()
        await screen.page.reload()
        await expect(screen.page.locator("#now-time")).to_have_text("09:00")
        lin = await screen.look_at("小琳")
        await lin.tap("9")
        await lin.has("✓ 9")
        await lin.has("请您现在看一下这条消息")
        assert await screen.page.evaluate("document.documentElement.scrollWidth") == 390
        tab = screen.page.get_by_role("tab", name="医护团队")
        await expect(tab.locator(".dot")).to_be_visible(timeout=PATIENCE)
        team = await screen.look_at("医护团队")
        await expect(tab.locator(".dot")).to_have_count(0)
        await team.shows("P-003 · 口腔", "9 / 10")
        await team.has(
            "从现在起"
        )  # nobody had heard anything before, so the greeting is in the page's language
        await team.tap("我来处理")
        await team.shows("Mei已接手")
        pain = [row for row in await sandbox.exported("responses") if row["item"] == "pain_oral"]
        assert [(row["value"], row["source"]) for row in pain] == [(9, "button")]
