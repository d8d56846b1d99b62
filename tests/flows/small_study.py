"""A study small enough to hold in the head, with an item of every kind, built straight from the model."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from probot.flows.session import Event, Fact, Opened, Session, Sprint, Want
from probot.flows.step import step
from probot.study.conditions import Answer, Answered, Compare, Number
from probot.study.facts import Facts
from probot.study.model import (
    Anchor,
    Attribute,
    Consent,
    ConsentPart,
    Every,
    Instrument,
    Item,
    Moment,
    Option,
    Phase,
    Study,
    Timepoint,
    Window,
)
from probot.values import AssessmentId, Text, derived_id

NOW = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)
TODAY = date(2026, 3, 3)


def both(en: str, zh: str) -> Text:
    return {"en": en, "zh": zh}


YES_NO = (
    Option("yes", both("Yes", "是")),
    Option("no", both("No", "否")),
    Option("not_sure", both("Not sure", "不确定")),
)
HELLO = Item("hello", "info", both("Please think of the last 24 hours.", "请回想过去24小时。"))
PAIN = Item(
    "pain",
    "scale",
    both("How strong was it at its worst?", "最厉害的时候有多强？"),
    anchors=(both("none at all", "完全没有"), both("the worst you can imagine", "您能想象到的最厉害")),
)
MOOD = Item(
    "mood",
    "scale",
    both("How good was your day?", "您今天过得怎么样？"),
    anchors=(both("very bad", "非常差"), both("very good", "非常好")),
    higher_is="better",
)
EXTRA = Item(
    "extra",
    "yes_no",
    both("Did you take something for it?", "您为此用过药吗？"),
    ask_if=Compare(">=", Answer("pain"), Number(4)),
    options=YES_NO,
)
IMPACT = Item(
    "impact",
    "choice",
    both("How much did it get in the way?", "对您的影响有多大？"),
    ask_if=Compare("==", Answer("extra"), Answer("breath")),
    options=(
        Option("little", both("Yes, but I can do everything as usual", "有，但不影响日常"), 0),
        Option("much", both("Yes, and it stops me doing most things", "有，大部分事情都做不了"), 1),
    ),
)
PLACES = Item(
    "places",
    "several",
    both("Where was it?", "在哪些地方？"),
    options=(
        Option("arm", both("Arm", "手臂")),
        Option("leg", both("Leg", "腿")),
        Option("none", both("None of these", "都没有")),
    ),
)
TEMPERATURE = Item(
    "temperature",
    "number",
    both("Your highest temperature today?", "今天最高体温是多少？"),
    lowest=34.0,
    highest=43.0,
    decimals=1,
    unit=both("°C", "℃"),
    not_done=both("I did not measure", "没有测量"),
)
ROUTE = Item(
    "temperature_route",
    "choice",
    both("Where did you measure?", "在哪里测的？"),
    ask_if=Answered("temperature"),
    options=(
        Option("mouth", both("Mouth", "口腔")),
        Option("armpit", both("Armpit", "腋下")),
        Option("ear", both("Ear", "耳朵")),
        Option("forehead", both("Forehead", "额头")),
    ),
)
TIMES = Item("times", "count", both("How many times last night?", "昨晚几次？"), highest=30)
SINCE = Item("since", "date", both("Since when?", "从哪天开始？"))
WORDS = Item("words", "text", both("Anything else?", "还有别的吗？"), highest=500)
BREATH = Item("breath", "yes_no", both("Is breathing hard?", "呼吸困难吗？"), options=YES_NO, safety=True)

DIARY = Instrument(
    "diary",
    "1.0.0",
    both("Diary", "日记"),
    (HELLO, PAIN, EXTRA, IMPACT, PLACES, TEMPERATURE, ROUTE, TIMES, SINCE, WORDS, BREATH),
)
SHORT = Instrument("short", "1.0.0", both("Short", "简短"), (MOOD,))


def timepoint(name: str, *ask: str, movable: bool = False, on_demand: bool = False) -> Timepoint:
    return Timepoint(
        name=name,
        label=both(name.title(), f"{name}"),
        ask=ask,
        during=None if on_demand else "treatment",
        every=None if on_demand else Every("day"),
        at=None if on_demand else time(9),
        movable=(time(7), time(11)) if movable else None,
        window=Window(timedelta(), timedelta(hours=12)),
        on_demand=on_demand,
    )


def study(*, languages: tuple[str, ...] = ("zh", "en"), movable: bool = True, report: bool = True) -> Study:
    plan = [timepoint("daily", "diary", movable=movable), timepoint("weekly", "short")]
    if report:
        plan.append(timepoint("report", "short", on_demand=True))
    return Study(
        id="small",
        title=both("A Small Study", "小研究"),
        hash="0" * 64,
        languages=languages,
        zone="Asia/Shanghai",
        anchors={"start": Anchor("start", optional=False, label=both("Start", "开始"))},
        attributes={"site": Attribute("site", both("Site", "部位"), (), many=True)},
        phases={
            "treatment": Phase("treatment", Moment("anchor", "start"), (), both("Treatment", "治疗")),
        },
        instruments={"diary": DIARY, "short": SHORT},
        plan={point.name: point for point in plan},
        rules={},
        ladders={},
        roles={},
        consent=Consent(
            "1.0",
            both("What taking part means.", "参加意味着什么。"),
            (
                ConsentPart("participation", both("I take part.", "我参加。"), required=True),
                ConsentPart("contact", both("You may call me.", "可以给我打电话。"), required=False),
            ),
        ),
        texts={
            "welcome": both("Welcome.", "欢迎您。"),
            "not_watched": both("Nobody watches this chat all the time.", "此对话并非随时有人查看。"),
            "emergency": both("In an emergency call for help.", "紧急情况请呼救。"),
            "thanks": both("Thank you.", "谢谢您。"),
            "call_ward": both("Please call the ward.", "请致电病房。"),
        },
        hours=(time(7), time(11)),
    )


def facts() -> Facts:
    return Facts(now=NOW, today=TODAY)


def waiting(point: str = "daily", language: str = "en") -> Session:
    return Session(AssessmentId(derived_id("assessment", point)), point, language)


def play(session: Session, *events: Event, study_: Study | None = None) -> Sprint:
    """All events one after the other; the last session, with every fact and want on the way."""
    happened: list[Fact] = []
    wanted: list[Want] = []
    for minute, event in enumerate(events):
        sprint = step(study_ or study(), facts(), session, event, NOW + timedelta(minutes=minute))
        session = sprint.session
        happened += sprint.facts
        wanted += sprint.wants
    return Sprint(session, tuple(happened), tuple(wanted))


def opened(point: str = "daily", *events: Event) -> Session:
    """A session that was opened and to which these things happened since."""
    return play(waiting(point), Opened(), *events).session


def kinds(values: Iterable[object]) -> list[str]:
    return [type(value).__name__ for value in values]
