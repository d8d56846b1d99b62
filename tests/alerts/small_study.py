"""Which study do the tests of alerts use? A small one, put together from the model, with every kind of rule."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

from probot.study.conditions import (
    And,
    Answer,
    Arithmetic,
    Compare,
    Condition,
    Declined,
    Has,
    Not,
    Number,
    Or,
    Previous,
    Word,
)
from probot.study.facts import Earlier, Facts
from probot.study.model import (
    Consent,
    Instrument,
    Item,
    Option,
    QuietHours,
    Role,
    Rule,
    Rung,
    Study,
    Timepoint,
    Window,
)
from probot.values import Text, Value

ZONE = "Asia/Shanghai"


def both(en: str, zh: str) -> Text:
    return {"en": en, "zh": zh}


YES_NO = (
    Option("yes", both("Yes", "是")),
    Option("no", both("No", "否")),
    Option("not_sure", both("Not sure", "不确定")),
)

ITEMS = (
    Item(
        "pain",
        "scale",
        both("How bad was your mouth pain at its worst?", "口腔最痛的时候有多痛？"),
        anchors=(both("no pain", "完全不痛"), both("the worst pain", "最痛")),
        label=both("Worst mouth pain", "口腔最重疼痛"),
    ),
    Item(
        "quality",
        "scale",
        both("How good was your week?", "这一周过得怎么样？"),
        anchors=(both("as bad as it can be", "差到极点"), both("as good as it can be", "好到极点")),
        higher_is="better",
        label=both("Quality of life", "生活质量"),
    ),
    Item(
        "temperature",
        "number",
        both("Your highest temperature today?", "今天最高体温？"),
        lowest=34.0,
        highest=43.0,
        decimals=1,
        unit=both("°C", "℃"),
        label=both("Temperature", "体温"),
    ),
    Item(
        "chills",
        "yes_no",
        both("Shaking chills?", "有没有寒战？"),
        options=YES_NO,
        label=both("Chills", "寒战"),
    ),
    Item(
        "intake",
        "choice",
        both("What could you take by mouth?", "今天能吃什么？"),
        options=(
            Option("normal", both("normal food", "普通饭菜"), 0),
            Option("soft", both("soft food only", "只能吃软食"), 1),
            Option("liquids", both("liquids only", "只能喝流质"), 2),
            Option("nothing", both("nothing, not even water", "连水也喝不下"), 3),
        ),
        label=both("Eating and drinking", "进食"),
    ),
    Item(
        "signs",
        "several",
        both("Any of these?", "有没有以下情况？"),
        options=(Option("rash", both("a rash", "皮疹")), Option("hives", both("hives", "风团"))),
        label=both("Skin signs", "皮肤表现"),
    ),
    Item(
        "stools",
        "count",
        both("How many loose stools?", "拉稀几次？"),
        highest=99,
        label=both("Loose stools", "腹泻次数"),
    ),
)


def at_least(item: str, number: float) -> Compare:
    return Compare(">=", Answer(item), Number(number))


RISING: Condition = And(
    (
        at_least("pain", 4),
        Compare(
            ">=",
            Arithmetic("-", Answer("pain"), Previous("pain", timedelta(hours=72))),
            Number(2),
        ),
    )
)
FEVER: Condition = Or((at_least("temperature", 38.0), Compare("==", Answer("chills"), Word("yes"))))

RULES = (
    Rule("moderate_pain", "routine", "pain", both("Pain of 4 to 6", "中度疼痛"), when=at_least("pain", 4)),
    Rule("rising_pain", "soon", "pain", both("Pain is rising", "疼痛加重"), when=RISING),
    Rule(
        "severe_pain", "urgent", "pain", both("Severe mouth pain", "口腔重度疼痛"), when=at_least("pain", 7)
    ),
    Rule("fever", "urgent", "fever", both("Fever or chills", "发热或寒战"), when=FEVER),
    Rule(
        "low_quality",
        "routine",
        "quality",
        both("Poor quality of life", "生活质量差"),
        when=Compare("<=", Answer("quality"), Number(5)),
    ),
    Rule(
        "cannot_drink",
        "urgent",
        "intake",
        both("Nothing by mouth", "无法进食进水"),
        when=Compare("==", Answer("intake"), Word("nothing")),
    ),
    Rule("hives", "urgent", "allergy", both("Hives", "风团"), when=Has(Answer("signs"), "hives")),
    Rule("many_stools", "soon", "stools", both("Diarrhoea", "腹泻"), when=at_least("stools", 4)),
    Rule(
        "will_not_say",
        "routine",
        "pain_declined",
        both("Preferred not to rate pain", "不愿回答疼痛"),
        when=And((Declined("pain"), Not(Compare("==", Answer("chills"), Word("no"))))),
    ),
    Rule("no_answer", "routine", "missed", both("Missed assessments", "未完成评估"), on="missed"),
    Rule(
        "no_weekly", "soon", "missed_weekly", both("Weekly assessment missed", "每周评估未完成"), on="missed"
    ),
    Rule("blocked", "routine", "blocked", both("Blocked the bot", "屏蔽了机器人"), on="blocked"),
    Rule(
        "undelivered",
        "routine",
        "undelivered",
        both("A question could not be delivered", "问题未送达"),
        on="undelivered",
    ),
    Rule("note", "routine", "note", both("A note", "留言"), on="note"),
    Rule("unclear", "routine", "unclear", both("An unclear answer", "回答不明"), on="unclear"),
    Rule(
        "worried",
        "soon",
        "distress",
        both("Worrying words", "令人担心的话"),
        on="note",
        words=("afraid", "害怕"),
    ),
    Rule(
        "distress",
        "urgent",
        "distress",
        both("Words of an emergency", "紧急情况的话"),
        on="note",
        words=("chest pain", "胸痛"),
    ),
)

LADDERS = {
    "urgent": (
        Rung("care_team"),
        Rung("doctor", timedelta(minutes=10)),
        Rung("investigator", timedelta(minutes=20)),
        Rung("", timedelta(minutes=30), repeat=timedelta(minutes=30)),
    ),
    "soon": (
        Rung("care_team"),
        Rung("doctor", timedelta(hours=4)),
        Rung("", timedelta(hours=8), repeat=timedelta(hours=8)),
    ),
    "routine": (Rung("care_team", digest=time(8)),),
}

ROLES = (
    Role("nurse", both("nurse", "护士"), frozenset({"view", "acknowledge"})),
    Role("doctor", both("doctor", "医生"), frozenset({"view", "acknowledge", "grade"})),
    Role("investigator", both("investigator", "研究者"), frozenset({"view", "acknowledge", "adjudicate"})),
)

STUDY = Study(
    id="small",
    title=both("A small study", "一项小研究"),
    hash="f" * 64,
    languages=("zh", "en"),
    zone=ZONE,
    anchors={},
    attributes={},
    phases={},
    instruments={"diary": Instrument("diary", "1.0.0", both("Diary", "日记"), ITEMS)},
    plan={
        "daily": Timepoint(
            "daily",
            both("Daily diary", "每日日记"),
            ("diary",),
            None,
            None,
            None,
            None,
            Window(timedelta(), timedelta(hours=12)),
            on_demand=True,
        )
    },
    rules={rule.id: rule for rule in RULES},
    ladders=LADDERS,
    roles={role.id: role for role in ROLES},
    consent=Consent("1.0", both("", ""), ()),
    texts={},
    staff_quiet={
        "soon": QuietHours(time(22), time(7)),
        "routine": QuietHours(time(20), time(8)),
        "urgent": QuietHours(time(22), time(7)),  # `check` refuses it; the ladder must not listen to it
    },
)


def at(day: int, clock: str = "09:00") -> datetime:
    """A March day of 2025 at a Shanghai clock time, in UTC (Shanghai is eight hours ahead all year)."""
    hour, minute = map(int, clock.split(":"))
    return datetime(2025, 3, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


def facts(
    now: datetime,
    answers: Mapping[str, Value],
    earlier: Mapping[str, Mapping[datetime, Value]] | None = None,
    declined: tuple[str, ...] = (),
) -> Facts:
    """What is true at `now`; `earlier` maps items to the instants and values of other assessments."""
    return Facts(
        now=now,
        today=(now + timedelta(hours=8)).date(),
        answers=answers,
        declined=frozenset(declined),
        earlier={
            item: tuple(Earlier(value, when) for when, value in sorted(values.items(), reverse=True))
            for item, values in (earlier or {}).items()
        },
    )


def march(day: int) -> str:
    return date(2025, 3, day).isoformat()
