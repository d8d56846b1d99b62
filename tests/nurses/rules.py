"""Which answers meet a rule of the shipped study? Its list of rules once more, by hand, as the clinic would read it.

The rule: no product code is asked; whoever changes a rule in config/alerts.yaml changes it here as well, and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

Tier = Literal["urgent", "soon", "routine"]
TIERS: tuple[Tier, ...] = ("routine", "soon", "urgent")
Met = tuple[str, str, Tier]
"""Concept, rule, tier."""
Previous = Callable[[int], Any]
"""The newest value of the same item in another form of the last so many hours, or None."""


def met(item: str, value: Any, form: Mapping[str, Any], previous: Previous) -> Iterator[Met]:
    """Every rule that this answer meets. `form`: all that stands in the same form so far."""
    name, _, site = item.rpartition("_")
    if name in {"pain", "pain_now"}:
        yield from _pain(site, value, None if name == "pain_now" else previous(72))
    elif isinstance(value, list):
        yield from (SEVERAL[item, each] for each in value if (item, each) in SEVERAL)
    elif isinstance(value, str):
        yield from [CHOICES[item, value]] if (item, value) in CHOICES else []
        if item in WORDS:
            yield "own_words", "own_words", "soon"
    else:
        yield from _number(item, value, previous)
    if item == "skin_area":
        yield from _skin(value, previous(72))
    if item == "temperature_route" and value == "armpit" and 37.7 <= (form.get("temperature") or 0) < 38:
        yield "fever", "raised_armpit", "soon"


def _pain(site: str, value: int, before: int | None) -> Iterator[Met]:
    concept = f"pain_{site}"
    if value >= 7:
        yield concept, f"severe_{concept}", "soon"
    if value >= 4 and before is not None and value - before >= 2:
        yield concept, f"rising_{concept}", "soon"
    if 4 <= value < 7:
        yield concept, f"moderate_{concept}", "routine"


def _skin(value: str, before: str | None) -> Iterator[Met]:
    order = ["no_area", "one_palm", "some_palms", "many_palms"]
    if before is not None and order.index(value) > order.index(before):
        yield "skin", "skin_growing", "soon"
    if value == "many_palms":
        yield "skin", "skin_large", "routine"


def _number(item: str, value: float, previous: Previous) -> Iterator[Met]:
    match item:
        case "temperature" if value >= 38:
            yield "fever", "fever", "urgent"
        case "stool_count" if value >= 4:
            yield ("stools", "many_stools", "soon") if value >= 7 else ("stools", "more_stools", "routine")
        case "vomit_count" if value >= 3:
            yield "vomiting", "vomiting", "soon"
        case "night_urination" if (before := previous(72)) is not None and value - before >= 3:
            yield "passing_urine", "night_urine", "routine"
        case "qol_overall":
            if value <= 5:
                yield "quality_of_life", "low_quality_of_life", "routine"
            before = previous(40 * 24)
            if before is not None and before - value >= 2:
                yield "quality_of_life", "falling_quality_of_life", "routine"
        case "qol_tired" if value >= 7:
            yield "tired", "very_tired", "routine"
        case "qol_mood" if value >= 7:
            yield "mood", "very_low", "routine"
        case "qol_doing" if value <= 3:
            yield "doing", "doing_little", "routine"


WORDS = {"other_words", "report_words"}
SEVERAL: dict[tuple[str, str], Met] = {
    ("danger_signs", "breathing"): ("breathing", "breathing", "urgent"),
    ("danger_signs", "chest_pain"): ("chest_pain", "chest_pain", "urgent"),
    ("danger_signs", "confusion"): ("confusion", "confusion", "urgent"),
    ("danger_signs", "swelling"): ("allergy", "swelling", "urgent"),
    ("danger_signs", "chills"): ("fever", "chills", "urgent"),
    ("danger_signs", "bleeding"): ("bleeding", "long_bleeding", "urgent"),
    ("danger_signs", "no_urine"): ("no_urine", "no_urine", "urgent"),
    ("danger_signs", "unsure"): ("unsure_danger", "unsure_danger", "soon"),
    ("after_product", "swelling"): ("allergy", "swelling", "urgent"),
    ("after_product", "throat"): ("allergy", "swelling", "urgent"),
    ("after_product", "hives"): ("allergy", "hives", "urgent"),
    ("skin_signs", "blisters"): ("skin", "skin_open", "soon"),
    ("skin_signs", "wet"): ("skin", "skin_open", "soon"),
    ("skin_signs", "open"): ("skin", "skin_open", "soon"),
    ("news", "blood_in_stool"): ("stool_blood", "blood_in_stool", "soon"),
}
CHOICES: dict[tuple[str, str], Met] = {
    ("bleeding_amount", "not_stopping"): ("bleeding", "long_bleeding", "urgent"),
    ("bleeding_amount", "more"): ("bleeding", "bleeding", "soon"),
    ("urine_look", "clots"): ("urine_blood", "urine_clots", "urgent"),
    ("urine_look", "pink"): ("urine_blood", "blood_in_urine", "soon"),
    ("urine_look", "red"): ("urine_blood", "blood_in_urine", "soon"),
    ("intake", "nothing"): ("intake", "nothing_by_mouth", "urgent"),
    ("intake", "liquids"): ("intake", "only_liquids", "routine"),
    ("product_reason", "made_worse"): ("local_reaction", "product_hurts", "routine"),
    **{("after_worse", how): ("local_reaction", "worse_after_product", "soon")
       for how in ("some_things", "most_things")},
    **{(item, "now"): ("contact", "wants_contact_now", "urgent") for item in ("contact_diary", "contact_report")},
    **{(item, "today"): ("contact", "wants_contact_today", "soon") for item in ("contact_diary", "contact_report")},
    **{(item, f"{how}_things"): (concept, f"{rule}_{how}", tier)
       for item, concept, rule in (
           ("mouth_sores", "mouth", "mouth"), ("week_mouth", "mouth", "mouth"), ("itch", "itch", "itch"),
           ("week_skin", "itch", "itch"), ("week_nausea", "nausea", "nausea"),
           ("week_appetite", "appetite", "appetite"), ("week_swallowing", "swallowing", "swallowing"),
           ("week_urine", "passing_urine", "urine"), ("week_bowel", "stools", "bowel"))
       for how, tier in (("most", "soon"), ("some", "routine"))},
}  # fmt: skip
