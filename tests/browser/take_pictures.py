"""Where do the pictures in docs/patients-view.md come from? From this script, which plays a day and takes them.

    make test                                        # once, for the environment
    .venv/bin/python -m tests.browser.take_pictures  # writes docs/pictures/*.png

The rule: nothing is retouched; what the pictures show is what the sandbox shows. A Chromium and a Chinese font must
be installed (Debian: chromium, fonts-wqy-zenhei). Dates in the pictures are those of the day after they were taken.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path

from playwright.async_api import Locator

from probot.wording import say
from tests.browser.sandbox import TREE, Phone, Screen, chromium, running

PICTURES = TREE / "docs" / "pictures"
WIDTH, HEIGHT = 1320, 930
WIDE = 1660
GAP = 8
MOST_BYTES = 200_000
CALM = ".messages, .team .messages { background: #e3edec !important } .toast, .notice { display: none } .phone { box-shadow: none !important } ::-webkit-scrollbar { display: none } .messages { scrollbar-width: none !important }"
"""A plain ground makes small files; passing notes and scroll bars tell nothing in a picture."""

TO_ITS_FIRST_LINE = "each => each.scrollIntoView({block: each.clientHeight > 500 ? 'start' : 'nearest'})"
"""What is taller than the chat is read from its beginning."""


class Camera:
    """Takes pictures of parts of one screen."""

    def __init__(self, screen: Screen) -> None:
        self._page = screen.page

    async def take(
        self, name: str, first: Phone, last: Phone | None = None, *, above: str = "", at: str = ""
    ) -> None:
        """One phone, or all from `first` to `last`, side by side, at the newest message with this button or these words."""
        await self._page.mouse.move(0, 0)
        await self._page.evaluate("document.activeElement.blur()")
        for each in (first, last or first):
            if await each.panel.locator("article").count():
                await each.panel.locator("article .bubble").last.evaluate(TO_ITS_FIRST_LINE)
        if above or at:
            button = self._page.get_by_role("button", name=above, exact=True) if above else None
            message = first.panel.locator("article", has=button, has_text=at).last
            await message.evaluate("each => each.scrollIntoView({block: 'start'})")
        await self._page.wait_for_timeout(400)
        boxes = [await _box(each.panel) for each in (first, last or first)]
        left, top = boxes[0]["x"] - GAP, boxes[0]["y"] - GAP
        clip = {
            "x": left,
            "y": top,
            "width": boxes[1]["x"] + boxes[1]["width"] + GAP - left,
            "height": boxes[0]["height"] + 2 * GAP,
        }
        await self._keep(name, clip)

    async def wide(self, width: int) -> None:
        """Make the window that wide: four phones stand side by side on the team's view."""
        await self._page.set_viewport_size({"width": width, "height": HEIGHT})

    async def whole(self, name: str) -> None:
        """The page as it is."""
        await self._page.set_viewport_size({"width": 1280, "height": 760})
        await self._page.wait_for_timeout(400)
        await self._keep(name, None)
        await self.wide(WIDTH)

    async def _keep(self, name: str, clip: dict[str, float] | None) -> None:
        path = PICTURES / f"{name}.png"
        await self._page.screenshot(path=path, clip=clip, animations="disabled", caret="hide")
        size = path.stat().st_size
        print(f"{size:8} {path.relative_to(TREE)}")
        if size > MOST_BYTES:
            raise SystemExit(
                f"{path.name} is too large for the repository: {size} bytes, at most {MOST_BYTES}"
            )


async def _box(panel: Locator) -> dict[str, float]:
    box = await panel.bounding_box()
    assert box is not None, "the phone is not on the screen"
    return dict(box)


async def main() -> None:
    """Play the day and take all pictures."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        raise SystemExit("no Chromium is installed (Debian: apt-get install chromium fonts-wqy-zenhei)")
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        async with running(Path(folder)) as sandbox, chromium(path) as browser:
            screen = await Screen.of(browser, sandbox.root, WIDTH, HEIGHT)
            await screen.page.add_style_tag(content=CALM)
            await play(screen, Camera(screen))


async def play(screen: Screen, camera: Camera) -> None:
    """Three days of two patients with a sore mouth, and what their care team sees of them."""
    await screen.tomorrow("08:30")
    yu, anna = await screen.enrol("P-003", "小雨", "zh"), await screen.enrol("P-004", "Anna", "en")
    team = screen.phone("Care team")
    await welcome(camera, yu, anna)
    await screen.next_event()
    await camera.take("several", yu, anna)
    await pain(yu, anna, "2")
    await screen.days(1)
    await pain(yu, anna, "3")
    await screen.days(1)
    await diary(camera, yu, anna, team)
    await screen.days(1)
    await screen.next_event()
    await yu.has("温馨提醒")
    await anna.has("A gentle reminder")
    await camera.take("reminder", yu, anna)
    await screen.days(2)
    await team.has("Morning digest")
    await camera.take("digest", team)
    await team.say("/patient P-003")
    await team.has("Daily diary: missed")
    await team.panel.locator("article .picture img").last.wait_for()
    await camera.take("team-patient", team)
    await screen.page.locator("#mode").click()
    await adverse_event(camera, screen.phone("Dr. Zhou"), "P-003", "en")
    await screen.page.locator("#mode").click()
    await screen.page.locator("#language").click()
    await screen.days(1)
    team = screen.phone("医护团队")
    await team.has("晨间汇总")
    await camera.take("digest-zh", team)
    await screen.page.locator("#mode").click()
    await adverse_event(camera, screen.phone("Dr. Zhou"), "P-004", "zh")


FORM = (
    "grade.g3", "today", "serious.yes", "criteria.hospital", "done", "today", "related.possible", "expected.unexpected",
    "action.none", "outcome.not_recovered",
)  # fmt: skip
TERM = {"en": "Mucositis oral", "zh": "口腔黏膜炎"}
STORY = {"en": "Ulcers on both cheeks, admitted for pain relief.", "zh": "双侧颊黏膜溃疡，因疼痛住院。"}


async def adverse_event(camera: Camera, zhou: Phone, code: str, language: str) -> None:
    """The form, at the question of what makes it serious, and the signed record with its clock."""
    await camera.wide(WIDE)
    ending = "" if language == "en" else f"-{language}"
    await zhou.say(f"/ae {code}")
    await zhou.answer("", say(language, "adverse.button.new", code=code))
    await zhou.page_settles()
    await zhou.answer("", TERM[language])
    for name in FORM:
        await zhou.page_settles()
        await zhou.answer("", say(language, f"form.{name}" if "." in name else f"button.{name}"))
        if name == "criteria.hospital":
            await zhou.page_settles()
            await camera.take(f"adverse-event{ending}", zhou)
    await zhou.page_settles()
    await zhou.say(STORY[language])
    await zhou.answer("", say(language, "adverse.button.sign"))
    await zhou.has(say(language, "adverse.button.whole"))  # the clock's first reminder, below the record
    await zhou.page_settles()
    await camera.take(f"adverse-signed{ending}", zhou, at=STORY[language])
    await zhou.tap(say(language, "adverse.button.report"))
    await zhou.page_settles()
    await zhou.tap(say(language, "adverse.report.yes"))
    await zhou.page_settles()
    await camera.wide(WIDTH)


async def pain(yu: Phone, anna: Phone, value: str) -> None:
    """Answer as far as the question for the pain, and that one with this value."""
    await yu.answer("您有没有下面这些情况", "以上都没有")
    await anna.answer("have you had any of these", "None of these")
    await yu.answer("最高体温", "没有测量")
    await anna.answer("highest temperature", "I did not measure")
    await yu.answer("最痛", value)
    await anna.answer("at its worst", value)
    await yu.has(f"✓ {value}")
    await anna.has(f"✓ {value}")


async def welcome(camera: Camera, yu: Phone, anna: Phone) -> None:
    """From the link to the first hour."""
    await camera.take("start", yu, anna)
    for phone, start in ((yu, "开始"), (anna, "START")):
        await phone.tap(start)
    for phone, language in ((yu, "中文"), (anna, "English")):
        await phone.answer("Please choose your language", language)
    await yu.shows("请您记住")
    await anna.shows("Please remember")
    await camera.take("welcome", yu, anna)
    await yu.tap("我看过了")
    await anna.tap("I have read this")
    await yu.shows("1 / 4")
    await anna.shows("1 / 4")
    await camera.take("consent", yu, anna)
    for part in ("1 / 4", "2 / 4", "3 / 4", "4 / 4"):
        await yu.answer(part, "我同意")
        await anna.answer(part, "I agree")
    await yu.answer("您希望每天什么时间", "09:00")
    await anna.answer("At what time of day", "09:00")
    await yu.shows("都设置好了")
    await anna.shows("everything is set")
    await camera.take("set", yu, anna)


async def diary(camera: Camera, yu: Phone, anna: Phone, team: Phone) -> None:
    """The diary of the third day, with an alert in it."""
    await yu.answer("您有没有下面这些情况", "以上都没有")
    await anna.answer("have you had any of these", "None of these")
    await yu.shows("最高体温")
    await anna.shows("highest temperature")
    await yu.say("三十六度七")
    await anna.say("36.7")
    await yu.answer("是在哪里量的", "腋下")
    await anna.answer("Where", "Armpit")
    await yu.shows("最痛")
    await anna.shows("at its worst")
    await camera.take("pain", yu, anna)
    await yu.say("八")
    await yu.shows("额外用过止痛药")
    await team.panel.locator("article .picture img").last.wait_for()
    await camera.take("alert-picture", team)
    await camera.take("alert", team, above="Acknowledge")
    await camera.whole("sandbox")
    await anna.say("four")
    await anna.shows("extra medicine for the pain")
    await camera.take("answered", yu, anna)
    await team.tap("Acknowledge")
    await team.has("Taken by Mei")
    await camera.take("alert-taken", team, above="Close")
    await rest_of(yu, "是", "普通饭菜", "没有", "以上都没有", "不需要", "我本人")
    await rest_of(anna, "No", "Normal food", "No", "None of these", "No need", "I did")
    await yu.has("谢谢您，这次的问题都答完了")
    await anna.has("Thank you, that is all for now")
    await camera.take("thanks", yu, anna)


async def rest_of(phone: Phone, *labels: str) -> None:
    """Tap these, each once its button stands under the newest message."""
    for label in labels:
        await phone.answer("", label)
        await phone.page_settles()


if __name__ == "__main__":
    asyncio.run(main())
