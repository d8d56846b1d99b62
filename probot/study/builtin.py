"""What does every study have without saying so? The words of yes and no, the route question, the standing rules.

The rule: `explain` prints whatever this file adds to a study.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from probot.study.model import Option, Rule, Signal
from probot.values import Text

YES_NO: Mapping[str, Text] = {
    "yes": {"en": "Yes", "zh": "是"},
    "no": {"en": "No", "zh": "否"},
    "not_sure": {"en": "Not sure", "zh": "不确定"},
}
ROUTE_QUESTION: Text = {"en": "Where did you measure it?", "zh": "是在哪里测量的？"}
ROUTE_LABEL: Text = {"en": "Where measured", "zh": "测量部位"}

STANDING: Mapping[Signal, Text] = {
    "missed": {"en": "Assessments were missed", "zh": "多次未作答"},
    "blocked": {"en": "The participant blocked the bot", "zh": "患者已屏蔽机器人"},
    "undelivered": {"en": "A message could not be delivered", "zh": "有消息未能送达"},
    "note": {"en": "The participant wrote something outside a form", "zh": "患者在提问之外发来留言"},
    "media": {"en": "The participant sent something that is not text", "zh": "患者发来非文字内容"},
    "unclear": {"en": "An answer could not be understood", "zh": "有回答无法理解"},
    "paused": {"en": "The participant paused the questions", "zh": "患者暂停了提问"},
    "withdrawn": {"en": "The participant withdrew", "zh": "患者已退出"},
}
"""Signals that always reach the team, and what the alert says if the study has no rule of its own."""

REQUIRED_TEXTS: Mapping[str, str] = {
    "welcome": "what is said first",
    "not_watched": "that nobody watches this chat around the clock",
    "emergency": "what to do in an emergency",
    "thanks": "the thank-you at the end, which tells a bystander nothing",
}


def yes_no(*, not_sure: bool, languages: Iterable[str]) -> tuple[Option, ...]:
    """The options of a yes/no item."""
    ids = ("yes", "no", "not_sure") if not_sure else ("yes", "no")
    return tuple(Option(each, in_languages(YES_NO[each], languages)) for each in ids)


def in_languages(text: Text, languages: Iterable[str]) -> Text:
    """A text of probot's own in the languages of the study."""
    return {language: text[language] for language in languages if language in text}


def standing_rules(rules: Mapping[str, Rule], languages: Iterable[str]) -> dict[str, Rule]:
    """A routine rule for each signal that no rule of the study takes in full.

    A note rule that only looks for certain words leaves the other notes to the standing one.
    """
    languages = tuple(languages)
    taken = {rule.on for rule in rules.values() if rule.on is not None and not rule.words}
    added: dict[str, Rule] = {}
    for signal, title in STANDING.items():
        if signal not in taken:
            name = signal if signal not in rules else f"{signal}_signal"
            added[name] = Rule(
                id=name, tier="routine", concept=signal, title=in_languages(title, languages), on=signal
            )
    return added
