"""How does a patient fare from day to day? Mucositis rises for about ten days and heals; fever and bleeding come on top.

The rule: everything follows from the seed, the patient's number, the day and the item; who asks first changes nothing.
The figures are plausible and made up: they load the team, they describe no population.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass

SITES = (("oral",), ("oral",), ("oral",), ("oral",), ("oral",), ("skin",), ("bladder",), ("oral", "skin"))
MILD, MODERATE, SEVERE = (2.0, 4.0), (4.0, 7.0), (7.0, 10.0)
Answer = Callable[["Patient", int, float, random.Random], "Given"]
"""How an item is answered: by whom, on which day, how bad it is then (0 to 10), with which dice."""
IMPACT = ("not_at_all", "little", "some_things", "most_things")
Given = str | int | float | tuple[str, ...]
"""An option, a number, a temperature (two words: the figure; the route is an item of its own), or several options."""


@dataclass(frozen=True)
class Patient:
    """One patient: what is injured, how bad it becomes and when, and how faithfully they answer."""

    seed: str
    number: int
    sites: tuple[str, ...]
    arm: str
    worst: float
    """The worst pain of the course, 0 to 10."""
    top: float
    """The day it is worst, counted from the first day of treatment."""
    healing: float
    """Days from the worst until nothing is left."""
    fever: tuple[int, int] | None
    """First day of fever and its days."""
    answers: float
    """How often a diary is answered at all."""

    @property
    def code(self) -> str:
        """The subject code."""
        return f"N-{self.number:03d}"

    def dice(self, *about: object) -> random.Random:
        """Dice for one matter."""
        return random.Random("/".join(map(str, (self.seed, self.number, *about))))

    def severity(self, day: int) -> float:
        """How bad it is on a day, 0 to 10: up to the worst, then down."""
        if day <= self.top:
            return self.worst * (day / self.top) ** 1.2
        return max(0.0, self.worst * (1 - (day - self.top) / self.healing))

    def answer(self, item: str, day: int) -> Given:
        """What is answered to an item on a day. KeyError for an item that the study has not had so far."""
        dice = self.dice(day, item)
        bad = self.severity(day)
        kind, _, rest = item.partition("_")
        if kind == "pain" and rest in {"oral", "skin", "bladder"}:
            return round(min(10.0, max(0.0, bad + dice.gauss(0, 0.8))))
        if kind == "week":
            return IMPACT[_step(bad * WEEKLY[rest] + dice.gauss(0, 1), 2, 5, 8.5)]
        return ANSWERS[item](self, day, bad, dice)

    def _feverish(self, day: int) -> bool:
        return self.fever is not None and 0 <= day - self.fever[0] < self.fever[1]


def patient(seed: str, number: int) -> Patient:
    """The patient of that number."""
    dice = random.Random(f"{seed}/{number}")
    band = dice.choices((MILD, MODERATE, SEVERE), (25, 40, 35))[0]
    return Patient(
        seed, number,
        sites=dice.choice(SITES),
        arm=("control", "msc")[number % 2],
        worst=dice.uniform(*band),
        top=dice.uniform(8, 12),
        healing=dice.uniform(7, 14),
        fever=(dice.randint(4, 12), dice.randint(2, 4)) if dice.random() < 0.45 else None,
        answers=dice.uniform(0.65, 0.98),
    )  # fmt: skip


# ------------------------------------------------------------------------------ item by item


def _step(value: float, *limits: float) -> int:
    return sum(value >= limit for limit in limits)


def _ticked(dice: random.Random, chances: dict[str, float]) -> tuple[str, ...]:
    return tuple(option for option, chance in chances.items() if dice.random() < chance) or ("none",)


def _danger_signs(one: Patient, day: int, bad: float, dice: random.Random) -> Given:
    low = 4 <= day <= 14  # few white cells and platelets
    chances = {"breathing": 0.001, "chest_pain": 0.001, "confusion": 0.0005, "swelling": 0.0005,
               "chills": 0.3 if one._feverish(day) else 0.002, "bleeding": 0.006 if low else 0.001,
               "no_urine": 0.01 if "bladder" in one.sites and bad > 5 else 0, "unsure": 0.005}  # fmt: skip
    return _ticked(dice, chances)


def _temperature(one: Patient, day: int, bad: float, dice: random.Random) -> Given:
    if one._feverish(day):
        return round(dice.uniform(37.9, 39.6), 1)
    return round(min(37.9, max(36.0, dice.gauss(36.7, 0.35))), 1)


def _intake(one: Patient, day: int, bad: float, dice: random.Random) -> Given:
    return ("normal", "soft", "liquids", "nothing")[_step(bad + dice.gauss(0, 0.7), 3.5, 7, 10.6)]


def _mouth_sores(one: Patient, day: int, bad: float, dice: random.Random) -> Given:
    return IMPACT[_step(bad + dice.gauss(0, 0.8), 2, 5.5, 8.5)]


def _skin_area(one: Patient, day: int, bad: float, dice: random.Random) -> Given:
    return ("no_area", "one_palm", "some_palms", "many_palms")[_step(bad, 1.5, 4, 8.5)]


def _skin_signs(one: Patient, day: int, bad: float, dice: random.Random) -> Given:
    return _ticked(dice, {"blisters": 0.35 if bad > 6 else 0, "wet": 0.25 if bad > 6.5 else 0,
                          "open": 0.2 if bad > 7 else 0, "itching": 0.5 if bad > 2 else 0.1})  # fmt: skip


def _urine_look(one: Patient, day: int, bad: float, dice: random.Random) -> Given:
    return ("clear", "pink", "red", "clots")[_step(bad + dice.gauss(0, 1), 4, 7, 9.8)]


def _news(one: Patient, day: int, bad: float, dice: random.Random) -> Given:
    return _ticked(dice, {"loose_stools": 0.03 + bad * 0.03, "blood_in_stool": 0.004, "vomiting": 0.03 + bad * 0.012,
                          "bleeding": 0.02 + bad * 0.006, "other": 0.02})  # fmt: skip


def _night_urination(one: Patient, day: int, bad: float, dice: random.Random) -> Given:
    return max(0, round(1 + bad / 2.5 + dice.gauss(0, 0.7)))


def _after_product(one: Patient, day: int, bad: float, dice: random.Random) -> Given:
    return _ticked(dice, {"hives": 0.001, "throat": 0.0005, "worse": 0.03})


def _contact(one: Patient, day: int, bad: float, dice: random.Random) -> Given:
    now, today = (0.05, 0.3) if bad > 7 else (0.01, 0.12)
    return dice.choices(("now", "today", "no_need"), (now, today, 1 - now - today))[0]


def _scale(base: float, slope: float) -> Answer:
    def given(one: Patient, day: int, bad: float, dice: random.Random) -> Given:
        return round(min(10.0, max(0.0, base + slope * bad + dice.gauss(0, 1))))

    return given


def _one_of(**chances: float) -> Answer:
    def given(one: Patient, day: int, bad: float, dice: random.Random) -> Given:
        return dice.choices(tuple(chances), tuple(chances.values()))[0]

    return given


def _count(mean: float) -> Answer:
    def given(one: Patient, day: int, bad: float, dice: random.Random) -> Given:
        return min(20, 1 + int(dice.expovariate(1 / (mean * (0.4 + bad / 10)))))

    return given


USED = _one_of(planned=85, less=10, not_used=5)
WEEKLY = {
    "nausea": 0.7,
    "appetite": 0.9,
    "mouth": 0.9,
    "swallowing": 0.9,
    "skin": 0.3,
    "urine": 0.3,
    "bowel": 0.4,
}
ANSWERS: dict[str, Answer] = {
    "danger_signs": _danger_signs,
    "temperature": _temperature,
    "temperature_route": _one_of(armpit=80, ear=12, forehead=6, mouth=2),
    "extra_pain_medicine": _one_of(yes=55, no=45),
    "intake": _intake,
    "mouth_sores": _mouth_sores,
    "skin_area": _skin_area,
    "skin_signs": _skin_signs,
    "itch": _one_of(little=60, some_things=32, most_things=8),
    "urine_look": _urine_look,
    "night_urination": _night_urination,
    "news": _news,
    "stool_count": _count(3.0),
    "vomit_count": _count(1.6),
    "bleeding_amount": _one_of(little=80, more=18, not_stopping=2),
    "other_words": _one_of(**{"my eyes are dry": 1, "a new rash on my arm": 1, "my ankle aches": 1}),
    "product_oral": USED,
    "product_skin": USED,
    "product_bladder": USED,
    "product_reason": _one_of(forgot=40, too_unwell=25, made_worse=15, told_to_stop=5, not_there=10, another=5),
    "after_product": _after_product,
    "after_worse": _one_of(little=60, some_things=30, most_things=10),
    "contact_diary": _contact,
    "who": _one_of(self=85, helped=12, proxy=3),
    "proxy_reason": _one_of(too_unwell=70, phone=20, another=10),
    "qol_overall": _scale(8.5, -0.5),
    "qol_tired": _scale(2.5, 0.5),
    "qol_sleep": _scale(8.0, -0.5),
    "qol_mood": _scale(2.0, 0.4),
    "qol_doing": _scale(8.5, -0.6),
}  # fmt: skip


def minutes(dice: random.Random, median: float, longest: float) -> int:
    """A delay in minutes, of five at least: half are shorter than the median, some far longer."""
    return 5 * max(1, round(min(longest, dice.lognormvariate(math.log(median), 1.0)) / 5))
