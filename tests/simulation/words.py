"""What do people here type, and what does it plainly mean? The simulation's own table, written by hand.

The rule: nothing of the product is asked. What is not in the table of an item is no answer to it.
"""

from __future__ import annotations

from collections.abc import Mapping

PAIN: Mapping[str, int] = {
    **{str(number): number for number in range(11)},
    "８": 8, "八": 8, "七": 7, "零": 0, "两": 2, "7分": 7, "8/10": 8, "３／１０": 3, "8️⃣": 8, "🔟": 10, "⑤": 5, " 4 ": 4,
}  # fmt: skip
TEMPERATURE: Mapping[str, float] = {
    "36.4": 36.4, "36.8": 36.8, "37.2": 37.2, "３６．９": 36.9, "38.5": 38.5, "39": 39.0, "36.6℃": 36.6, "38.2度": 38.2,
}  # fmt: skip
YES_NO: Mapping[str, str] = {"yes": "yes", "No": "no", "有": "yes", "没有": "no"}
SLEEP: Mapping[str, str] = {"Well": "well", "不好": "badly"}

MEANS: Mapping[str, Mapping[str, int | float | str]] = {
    "pain": PAIN,
    "pain_now": PAIN,
    "temperature": TEMPERATURE,
    "medicine": YES_NO,
    "chills": YES_NO,
    "sleep": SLEEP,
}
"""What a typed text means for an item. Of `words` every text is an answer."""

OPTIONS: Mapping[str, frozenset[str]] = {
    "pain": frozenset(map(str, range(11))),
    "pain_now": frozenset(map(str, range(11))),
    "medicine": frozenset({"yes", "no", "not_sure"}),
    "chills": frozenset({"yes", "no", "not_sure"}),
    "sleep": frozenset({"well", "badly"}),
    "temperature": frozenset(),
    "words": frozenset(),
}
"""What may be tapped as an answer, as the buttons carry it."""

NO_ANSWER = ("hmm", "????", "7-8", "7.5", "not 8", "1_0", "-3", "½", "77", "8ish", "又来了", "👍")
"""Typed to any question and meaning none of them."""

DISTRESS = ("I have chest pain", "胸痛")

BIRDS = ("AVOCET", "BITTERN", "CURLEW", "DUNLIN", "EGRET", "FULMAR", "GADWALL", "HOOPOE", "IBISES", "JACANA")


def canary(number: int) -> str:
    """A word that nobody else in the simulation ever says."""
    return f"{BIRDS[number % len(BIRDS)]}{number:03d}"


def code(number: int) -> str:
    """A subject code."""
    return f"SIM-{number:03d}"


def value_of_tap(item: str, choice: str) -> int | float | str | None:
    """What a tapped choice answers, or None if it is no answer."""
    if choice not in OPTIONS.get(item, frozenset()):
        return None
    return int(choice) if item in {"pain", "pain_now"} else choice
