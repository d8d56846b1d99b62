"""Can the whole way of an alert be played on the page? From a 9 that nobody takes to a signed event, and to healing."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import expect

from probot.wording import say
from tests.browser.sandbox import PATIENCE, Phone, Running, Screen, chromium, running

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CODE = "P-003"
FORM = (
    ("term", "Mucositis oral"), ("grade", "form.grade.g3"), ("onset", "button.today"), ("serious", "form.serious.yes"),
    ("criteria", "form.criteria.hospital"), ("aware", "button.today"), ("related", "form.related.possible"),
    ("expected", "form.expected.unexpected"), ("action", "form.action.none"), ("outcome", "form.outcome.not_recovered"),
)  # fmt: skip
"""What the form asks, and the answer: a word of the catalogue, because both are put better now and then."""
STORY = "Ulcers on both cheeks, admitted for pain relief."


async def test_a_nine_climbs_becomes_a_serious_event_and_a_week_later_the_patient_is_healed(
    chromium_path: str, tmp_path: Path
) -> None:
    async with running(tmp_path) as sandbox, chromium(chromium_path) as browser:
        screen = await Screen.of(browser, sandbox.root, 1440, 900)
        await screen.tomorrow("08:30")
        anna = await screen.enrol(CODE, "Anna", "en")
        await anna.welcome("en", start="START")
        await screen.page.locator("#mode").click()
        zhou = screen.phone("Dr. Zhou")
        await expect(zhou.panel).to_contain_text("Investigator")
        await screen.next_event()
        await diary(anna, "9")
        await nobody_comes(screen)
        await taken_and_asked(zhou, anna)
        await judged_and_signed(zhou)
        await a_week_later(screen, zhou, anna)
        await in_chinese_on_a_small_screen(screen)
        assert screen.wrong == []
        await all_of_it_is_on_record(sandbox)


async def diary(patient: Phone, pain: str) -> None:
    """The morning's questions as far as the pain."""
    await patient.answer("have you had any of these", "None of these")
    await patient.answer("highest temperature", "I did not measure")
    await patient.answer("at its worst", pain)
    await patient.has(f"✓ {pain}")


async def nobody_comes(screen: Screen) -> None:
    """After four hours the doctor is told, after eight the investigator, and a mail goes out."""
    nurse, doctor, zhou = (screen.phone(name) for name in ("Mei", "Tom", "Dr. Zhou"))
    await screen.today("12:55")
    for phone in (nurse, doctor, zhou):
        await expect(phone.panel).not_to_contain_text(CODE)
    await screen.today("13:01")
    await doctor.shows(f"SOON · {CODE} · Severe mouth pain", "Nobody has taken this yet, 4 hours")
    await expect(zhou.panel).not_to_contain_text(CODE)
    await expect(screen.page.locator("#calls-count")).to_be_hidden()
    await screen.today("17:01")
    await zhou.shows(
        f"SOON · {CODE} · Severe mouth pain", "9 / 10", "Doctor on call, Investigator, Duty desk"
    )
    await expect(nurse.panel).not_to_contain_text(CODE)  # she reads it in the group
    await expect(screen.page.locator("#calls-count")).to_have_text("1", timeout=PATIENCE)
    await screen.page.locator("#calls").click()
    mail = screen.page.locator("#calls-list article")
    for words in (
        "Mail to Duty desk's mailbox",
        f"SOON · {CODE} · an alert waits",
        "If Telegram does not open",
    ):
        await expect(mail).to_contain_text(words)
    for said in ("9", "mouth", "Anna"):
        assert said not in (await mail.locator("strong").inner_text()).replace(CODE, "")
    await screen.page.locator("#calls-panel [data-close]").click()


async def taken_and_asked(zhou: Phone, anna: Phone) -> None:
    """Dr. Zhou takes it and replies to it; Anna reads that, and what she answers stands under the alert."""
    await zhou.tap("Acknowledge")
    await zhou.shows("Taken · SOON", "Taken by Dr. Zhou")
    await zhou.reply("Since when is it this bad?")
    await anna.has("A question from your care team")
    await expect(anna.panel).not_to_contain_text("Zhou")
    await anna.say("Since last night, only sips of water.")
    await anna.has("Your answer has been passed on")
    await zhou.shows(f"Answer · {CODE}", "Asked: Since when", "only sips of water")


async def judged_and_signed(zhou: Phone) -> None:
    """The form question by question, the signature, and the clock of 24 hours until it is reported."""
    await zhou.tap("Adverse event?")
    for asked, label in FORM:
        await zhou.answer(say("en", f"form.{asked}"), label if " " in label else say("en", label))
        if asked == "criteria":
            await zhou.tap(say("en", "button.done"))
    await zhou.shows(say("en", "form.narrative"))
    await zhou.say(STORY)
    await zhou.shows("Mucositis oral · grade 3 · SERIOUS", "Report within")
    await zhou.tap("Sign this judgement")
    await zhou.has("Signed (version 1): Dr. Zhou")
    await zhou.say("/sae")
    for words in (  # the first reminder may come after this answer
        "1 serious event still to be reported",
        f"{CODE} · no. 1 · Mucositis oral · grade 3 · SERIOUS · signed",
        "Report within",
    ):
        await zhou.has(words)
    await zhou.tap("It has been reported")
    await zhou.tap("Yes, it has been reported")
    await zhou.has("Reported onwards (Initial report): Dr. Zhou")
    records = zhou.panel.locator("article", has_text="Judged and signed")
    await expect(records.first).not_to_contain_text("Report within")  # each copy of it is current
    await zhou.tap("Close")
    await zhou.tap("Admission to hospital")
    await zhou.has(f"Closed · SOON · {CODE}")


async def a_week_later(screen: Screen, zhou: Phone, anna: Phone) -> None:
    """Pain 2 and grade 1 on one day are healing, with the two numbers that it rests on."""
    await screen.days(7)
    await diary(anna, "2")
    await zhou.say(f"/endpoint {CODE}")
    await zhou.shows("Healed: not yet", "not examined yet")
    await zhou.say(f"/grade {CODE}")
    await zhou.answer("Date of the examination", "Today")
    await zhou.answer("Mouth: WHO grade", "1: sore or red, no ulcer")
    await zhou.panel.get_by_role("button", name="Group", exact=True).click()
    await zhou.has(f"{CODE} · Healed since")
    await zhou.panel.get_by_role("button", name="Bot", exact=True).click()
    await zhou.say(f"/endpoint {CODE}")
    await zhou.shows("Healed", "grade 1", "pain 2")
    await zhou.say(f"/patient {CODE}")
    picture = zhou.panel.locator("article .picture img").last
    await expect(picture).to_be_visible(timeout=PATIENCE)
    assert await picture.evaluate("each => each.decode().then(() => each.naturalWidth)") == 1080
    assert "· 2" in (await picture.get_attribute("alt") or "")


async def in_chinese_on_a_small_screen(screen: Screen) -> None:
    """The same on a phone: all tabs in one row, and what is asked now is answered in Chinese."""
    await screen.page.locator("#language").click()
    await screen.page.set_viewport_size({"width": 390, "height": 844})
    tops = [await tab.bounding_box() for tab in await screen.page.get_by_role("tab").all()]
    assert len({tab["y"] for tab in tops if tab}) == 1
    zhou = await screen.look_at("Dr. Zhou")
    await zhou.say(f"/endpoint {CODE}")
    await zhou.shows("愈合")
    assert await screen.page.evaluate("document.documentElement.scrollWidth") == 390


async def all_of_it_is_on_record(sandbox: Running) -> None:
    """The trail in its order, and the endpoint as the statistician gets it."""
    trail = [row for row in await sandbox.exported("audit") if row["code"] == CODE]
    told = [row["action"] for row in trail]
    steps = [
        "answered", "alert raised", "called beside the messenger", "alert acknowledged", "participant asked",
        "participant answered", "adverse event: adjudicate", "adverse event: sign", "adverse event: report",
        "alert closed", "endpoint worked out",
    ]  # fmt: skip
    assert [told.index(step) for step in steps] == sorted(told.index(step) for step in steps), told
    by_zhou = {row["action"] for row in trail if row["actor_name"] == "Dr. Zhou"}
    assert by_zhou >= {"alert acknowledged", "participant asked", "adverse event: sign", "alert closed"}
    (healed,) = [row for row in await sandbox.exported("endpoint") if row["code"] == CODE]
    assert (healed["code"], healed["grade"], healed["pain"], healed["met"]) == (CODE, 1, 2, True)
