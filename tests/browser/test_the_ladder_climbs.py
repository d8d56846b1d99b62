"""Does an alert that nobody takes climb from phone to phone on the page, with the picture under it?"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.sandbox import PATIENCE, Phone, Screen, chromium, running

pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def two_days_of_pain(screen: Screen) -> Phone:
    """A little the first day; the next one a fever, and then a 9."""
    lin = await screen.enrol("P-003", "小琳", "zh")
    await lin.welcome("zh", start="开始")
    await screen.next_event()
    await lin.answer("您有没有下面这些情况", "以上都没有")
    await lin.answer("最高体温", "没有测量")
    await lin.answer("最痛", "3")
    await screen.days(1)
    await lin.answer("您有没有下面这些情况", "以上都没有")
    await lin.shows("最高体温")
    await lin.say("39")
    await lin.answer("是在哪里量的", "腋下")
    await lin.answer("最痛", "9")
    await lin.has("✓ 9")
    return lin


async def test_nobody_reacts_and_the_alert_reaches_the_doctor_and_the_investigator_with_the_picture(
    chromium_path: str, tmp_path: Path
) -> None:
    async with running(tmp_path) as sandbox, chromium(chromium_path) as browser:
        screen = await Screen.of(browser, sandbox.root, 1440, 900, locale="zh-CN")
        team = screen.phone("医护组")
        await team.shows(
            "从现在起"
        )  # nobody has heard anything else yet, so the greeting is in the page's language
        await screen.tomorrow("08:30")
        await two_days_of_pain(screen)
        await team.has("P-003 · 发热")
        picture = team.panel.locator("article .picture img")
        await expect(picture.first).to_be_visible(timeout=PATIENCE)
        assert await picture.first.evaluate("each => each.complete && each.naturalWidth") == 1080
        assert "口腔最痛：3" in (await picture.last.get_attribute("alt") or "")

        await screen.page.locator("#mode").click()
        nurse, doctor, investigator = (screen.phone(name) for name in ("Mei", "Tom", "Dr. Zhou"))
        await expect(nurse.panel).to_contain_text("研究护士")
        await expect(investigator.panel).to_contain_text("研究者")
        assert "P-003" not in await doctor.panel.inner_text()
        await screen.page.locator("#plus-hour").click()
        await doctor.has("P-003 · 发热")
        await investigator.has("P-003 · 发热")
        assert "P-003" not in await nurse.panel.inner_text(), "the nurse reads the group"
        await investigator.tap("我来处理")
        await investigator.has("Dr. Zhou已接手")

        await screen.page.set_viewport_size({"width": 390, "height": 844})
        alone = await screen.look_at("Dr. Zhou")
        await alone.shows("P-003 · 发热")
        assert await screen.page.evaluate("document.documentElement.scrollWidth") == 390
        assert screen.wrong == []
