"""Can every rule be met, does it add something, and is it the same for both arms?

The rule: a rule sees the answers of one assessment, earlier ones by `previous`, and never the arm.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from probot.study.draft import Draft
from probot.study.model import TIERS, Rule
from probot.study.problems import did_you_mean
from probot.study.truth import can_be_true, follows, mentions

ARM = "arm"
"""The attribute that no rule may look at."""
ALMOST = 0.85
"""How alike two concepts are before one is taken for a slip of the other."""


def check(draft: Draft) -> None:
    """Rules one by one, then beside each other, then as named by the plan."""
    written = [
        rule
        for rule in draft.study.rules.values()
        if rule.id in draft.shape.rules and not draft.broken.has("rules", rule.id)
    ]
    for rule in written:
        _arm(draft, rule)
        _possible(draft, rule)
        _telling(draft, rule)
    _hidden(draft, [rule for rule in written if rule.when is not None])
    _concepts(draft, written)
    _missed(draft, written)
    if draft.rules_are_whole and not any(rule.when for rule in written):
        route = ("rules",) if draft.shape.rules else ("study",)
        draft.complain("PB609", route, "no rule looks at an answer", key=True)


def _arm(draft: Draft, rule: Rule) -> None:
    if rule.when is not None and ARM in mentions(rule.when).attributes:
        text = draft.shape.rules[rule.id].when or ""
        found = re.search(rf"\b{ARM}\b", text)
        index = found.start() if found else 0
        draft.complain("PB603", ("rules", rule.id, "when"), f"rule `{rule.id}` looks at the arm", index=index)


def _possible(draft: Draft, rule: Rule) -> None:
    route = ("rules", rule.id, "when")
    if rule.when is None or route not in draft.conditions:
        return
    if any(can_be_true(spot.compare, draft.names) is False for spot in draft.conditions[route].parsed.spots):
        return  # the comparison itself has been told
    if can_be_true(rule.when, draft.names) is False:
        draft.complain("PB601", route, f"no answers can meet rule `{rule.id}`")
        return
    if not draft.plan_is_whole:
        return
    asked = [frozenset(item.id for item in draft.items_of(each)) for each in draft.study.plan.values()]
    if any(can_be_true(rule.when, draft.names, items) is not False for items in asked):
        return
    nowhere = sorted(mentions(rule.when).items - draft.planned_items)
    if nowhere:
        draft.complain("PB601", route, f"`{nowhere[0]}` is asked nowhere, so rule `{rule.id}` is never met")
    else:
        names = ", ".join(f"`{name}`" for name in sorted(mentions(rule.when).items))
        draft.complain(
            "PB601", route, f"{names} are never asked in one assessment, so rule `{rule.id}` is never met"
        )


def _telling(draft: Draft, rule: Rule) -> None:
    text = rule.tell_participant
    if text is not None and not draft.known("texts", text):
        draft.complain(
            "PB604",
            ("rules", rule.id, "tell_participant"),
            f"there is no text `{text}`",
            did_you_mean(text, draft.study.texts),
        )
    if text is None and rule.tier == "urgent":
        draft.complain(
            "PB608", ("rules", rule.id), f"urgent rule `{rule.id}` tells the participant nothing", key=True
        )


def _hidden(draft: Draft, rules: list[Rule]) -> None:
    for rule in rules:
        for other in rules:
            if rule is other or other.concept != rule.concept or not _covers(other, rule):
                continue
            assert rule.when is not None
            assert other.when is not None
            if follows(rule.when, other.when, draft.names) is not True:
                continue
            same = _covers(rule, other) and follows(other.when, rule.when, draft.names) is True
            if same and rule.id < other.id:
                continue  # they say the same: it is told of one of them
            draft.complain(
                "PB602",
                ("rules", rule.id),
                f"whenever `{rule.id}` is met, `{other.id}` ({other.tier}) is met as well",
                key=True,
            )
            break


def _covers(other: Rule, rule: Rule) -> bool:
    """Whether the other is as loud, and the participant is told nothing else by this one."""
    loud = TIERS.index(other.tier) >= TIERS.index(rule.tier)
    return loud and rule.tell_participant in (None, other.tell_participant)


def _concepts(draft: Draft, rules: list[Rule]) -> None:
    items = set(draft.names.items)
    concepts = {rule.concept for rule in rules}
    for rule in rules:
        if draft.shape.rules[rule.id].concept is None or rule.concept in items:
            continue
        if sum(other.concept == rule.concept for other in rules) > 1:
            continue
        near = [
            known
            for known in sorted((items | concepts) - {rule.concept, rule.id})
            if known[0] == rule.concept[0] and SequenceMatcher(None, known, rule.concept).ratio() >= ALMOST
        ]
        if near:
            message = f"`{rule.concept}` is almost `{near[0]}`"
            draft.complain("PB607", ("rules", rule.id, "concept"), message, f"did you mean `{near[0]}`?")


def _missed(draft: Draft, rules: list[Rule]) -> None:
    raised = {timepoint.missed.rule for timepoint in draft.study.plan.values() if timepoint.missed}
    signals = {rule.id for rule in draft.study.rules.values() if rule.on == "missed"}
    for name, timepoint in draft.study.plan.items():
        if timepoint.missed is None or timepoint.missed.rule in signals:
            continue
        rule = timepoint.missed.rule
        if draft.broken.has("rules", rule):
            continue
        there = rule in draft.study.rules
        message = f"rule `{rule}` does not have `on: missed`" if there else f"there is no rule `{rule}`"
        draft.complain(
            "PB605",
            ("plan", name, "missed", "raise"),
            message,
            did_you_mean(rule, signals) if signals else "",
        )
    for each in rules:
        if each.on == "missed" and each.id not in raised and draft.plan_is_whole and raised <= signals:
            draft.complain("PB606", ("rules", each.id), f"no timepoint raises `{each.id}`", key=True)
