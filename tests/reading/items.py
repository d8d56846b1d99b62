"""The items that the utterances of the corpus answer: one of each kind, in both languages."""

from __future__ import annotations

from probot.study.model import Item, Option


def text(en: str, zh: str) -> dict[str, str]:
    return {"en": en, "zh": zh}


def option(name: str, en: str, zh: str, score: int | None = None) -> Option:
    return Option(name, text(en, zh), score)


YES_NO = (option("yes", "Yes", "是"), option("no", "No", "否"), option("not_sure", "Not sure", "不确定"))

ITEMS = {
    item.id: item
    for item in (
        Item(
            "pain",
            "scale",
            text("How bad was your mouth pain at its worst?", "您的口腔最痛的时候有多痛？"),
            anchors=(
                text("No pain at all", "完全不痛"),
                text("The worst pain you can imagine", "您能想象到的最痛"),
            ),
        ),
        Item(
            "quality",
            "scale",
            text("How good was your quality of life?", "您的生活质量怎么样？"),
            anchors=(text("As bad as it can be", "差到极点"), text("As good as it can be", "好到极点")),
            higher_is="better",
        ),
        Item("vomiting", "count", text("How many times did you vomit?", "您呕吐了几次？"), highest=40),
        Item(
            "temperature",
            "number",
            text("What was your highest temperature?", "您的最高体温是多少？"),
            lowest=34.0,
            highest=43.0,
            decimals=1,
            unit=text("°C", "℃"),
            not_done=text("I did not measure", "没有测量"),
            safety=True,
        ),
        Item(
            "weight",
            "number",
            text("Your weight?", "您的体重？"),
            lowest=25,
            highest=250,
            decimals=1,
            unit=text("kg", "公斤"),
        ),
        Item(
            "nights_up",
            "count",
            text("How often were you up?", "您起来小便几次？"),
            highest=30,
            not_done=text("I have a catheter", "我插着导尿管"),
        ),
        Item(
            "chest_pain", "yes_no", text("Do you have chest pain?", "您胸痛吗？"), options=YES_NO, safety=True
        ),
        Item(
            "extra_medicine",
            "yes_no",
            text("Did you need extra medicine?", "您有没有额外用药？"),
            options=YES_NO[:2],
        ),
        Item(
            "intake",
            "choice",
            text("What could you eat?", "您能吃下什么？"),
            options=(
                option("normal", "Normal food", "普通饭菜", 0),
                option("soft", "Only soft food", "只能吃软的", 1),
                option("liquids", "Only liquids", "只能喝流质", 2),
                option("nothing", "Nothing, not even water", "什么都不行，连水也不行", 3),
            ),
        ),
        Item(
            "impact",
            "choice",
            text("Did it trouble you?", "有没有影响到您？"),
            options=(
                option("not_at_all", "No", "没有", 0),
                option("little", "Yes, but I do everything as usual", "有，但不影响日常", 1),
                option("some", "Yes, some things are hard", "有，有些事做起来困难", 2),
                option("most", "Yes, I cannot do most things", "有，大部分事情做不了", 3),
            ),
        ),
        Item(
            "area",
            "choice",
            text("How large is it?", "有多大？"),
            options=(
                option("one", "Up to 1 palm", "不超过1个手掌", 1),
                option("some", "2-9 palms", "2-9个手掌", 2),
                option("many", "10 palms or more", "10个手掌或更大", 3),
            ),
        ),
        Item(
            "signs",
            "several",
            text("Any of these?", "有没有这些？"),
            options=(
                option("blisters", "Blisters", "起水疱"),
                option("wet", "Wet or weeping", "渗水"),
                option("breath", "Trouble breathing", "呼吸困难、喘不上气"),
                option("itching", "Itching", "发痒"),
                option("none", "None of these", "以上都没有"),
            ),
        ),
        Item(
            "sites",
            "several",
            text("Where?", "哪里？"),
            options=(
                option("mouth", "Mouth", "口腔"),
                option("skin", "Skin", "皮肤"),
                option("back", "Back", "背部"),
            ),
        ),
        Item("start", "date", text("When did it start?", "什么时候开始的？")),
        Item("onset", "date", text("When did it begin?", "从什么时候开始？"), partial=True),
        Item("words", "text", text("What else worries you?", "还有什么让您担心？"), highest=40),
        Item("statement", "info", text("This chat is not watched.", "此对话并非随时有人查看。")),
    )
}
