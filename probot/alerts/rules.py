"""Which rules are met now? Conditions over answers, signals without an answer, and the evidence for both.

The rule: a hit needs an answer that has just changed and that the rule's being true rests on; so `no` to one
half of an `or` does not report the other half again, and no rule that becomes true is ever passed over.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from probot.alerts.evidence import evidence_of
from probot.alerts.model import Evidence, Hit
from probot.study.conditions import (
    And,
    Answer,
    Answered,
    Arithmetic,
    Compare,
    Condition,
    Declined,
    Has,
    Not,
    Operand,
    Or,
    items_in,
)
from probot.study.facts import Facts
from probot.study.model import TIERS, Rule, Signal, Study

CARRIES_WORDS: tuple[Signal, ...] = ("note", "unclear", "media")
"""Signals that come with something the participant wrote (media: the caption). Rules `on: note` with words
listen to all of them: "chest pain" counts just as much where a number was asked for."""


def hits(study: Study, facts: Facts, changed: frozenset[str], zone: str | None = None) -> tuple[Hit, ...]:
    """Every rule that the changed items meet, the highest tier first, then in the study's order.

    `zone` is the participant's, for the days of the trend; without it the study's. Several hits may share a
    concept: `strongest` picks the one that speaks for it.
    """
    found = []
    for rule, condition, looked_at in study.once(
        "rules with conditions", "", lambda: _with_conditions(study)
    ):
        if looked_at.isdisjoint(changed):
            continue  # whatever makes it true has not changed
        resting = [item for item in witnesses(condition, facts) if item in changed]
        if resting:
            evidence = evidence_of(study, condition, facts, resting[0], zone or study.zone)
            found.append(Hit(rule.id, rule.tier, rule.concept, evidence))
    return _by_tier(found)


def _with_conditions(study: Study) -> list[tuple[Rule, Condition, frozenset[str]]]:
    """The rules that look at answers, in the study's order, each with the items of the assessment that it looks at."""
    return [(rule, rule.when, items_in(rule.when)) for rule in study.rules.values() if rule.when is not None]


def signal_hits(
    study: Study, signal: Signal, words: str = "", detail: str = "", *, rule: str | None = None
) -> tuple[Hit, ...]:
    """The rules `on` a signal that are met, the highest tier first.

    `rule`: only this one (a timepoint names the rule for its missed assessments). `words`: what was written;
    if a rule's own words are among them, only the highest such rule is met, else those without words.
    """
    listening = [each for each in study.rules.values() if each.on == signal and not each.words]
    if rule is not None:
        listening = [each for each in listening if each.id == rule]
    if signal in CARRIES_WORDS:
        spoken = [
            each for each in study.rules.values() if each.on in {"note", signal} and _mentioned(each, words)
        ]
        listening = sorted(spoken, key=_height)[:1] or listening
    return _by_tier(
        [Hit(each.id, each.tier, each.concept, Evidence(words=words, detail=detail)) for each in listening]
    )


def spoken_hits(study: Study, words: str) -> tuple[Hit, ...]:
    """The rules met by what a participant writes that name words of it, such as those of distress."""
    return tuple(hit for hit in signal_hits(study, "note", words=words) if study.rules[hit.rule].words)


def strongest(found: tuple[Hit, ...]) -> tuple[Hit, ...]:
    """Of each concept the first, that is the highest tier: what alerts are raised or repeated with."""
    first: dict[str, Hit] = {}
    for hit in found:
        first.setdefault(hit.concept, hit)
    return tuple(first.values())


def _by_tier(found: list[Hit]) -> tuple[Hit, ...]:
    return tuple(sorted(found, key=_height))  # sorted is stable: equal tiers keep the study's order


def _height(what: Hit | Rule) -> int:
    return -TIERS.index(what.tier)


# ---------------------------------------------------------------- what a true condition rests on


def witnesses(condition: Condition, facts: Facts) -> tuple[str, ...]:
    """The items of this assessment that make the condition true, in the order it names them.

    While their answers stay, the condition stays true, whatever the other items say. A condition that is not
    true has none.
    """
    return tuple(dict.fromkeys(_resting(condition, facts, outcome=True)))


def _resting(condition: Condition, facts: Facts, *, outcome: bool) -> Iterator[str]:
    """The items on which it rests that `condition` is decided as `outcome`; nothing if it is not."""
    if condition.decide(facts) is not outcome:
        return
    match condition:
        case Compare(_, left, right):
            yield from (*_items(left), *_items(right))
        case Has(left, _):
            yield from _items(left)
        case Answered(item) | Declined(item):
            yield item
        case Not(part):
            yield from _resting(part, facts, outcome=not outcome)
        case And(parts) | Or(parts):
            for part in parts:
                yield from _resting(part, facts, outcome=outcome)


def _items(operand: Operand) -> tuple[str, ...]:
    match operand:
        case Answer(item):
            return (item,)
        case Arithmetic(_, left, right):
            return (*_items(left), *_items(right))
        case _:
            return ()


# ---------------------------------------------------------------- words


def _mentioned(rule: Rule, text: str) -> bool:
    return any(_contains(text, word) for word in rule.words if word.strip())


def _contains(text: str, word: str) -> bool:
    """Whether the text has the word in it, whatever its case, width, hidden characters or line breaks.

    Chinese is compared without any spaces, for people put them between characters or not.
    """
    space = " " if word.isascii() else ""
    return space.join(folded(word).split()) in space.join(folded(text).split())


def folded(text: str) -> str:
    """The text with case and width taken away and without characters that nobody sees."""
    seen = "".join(each for each in unicodedata.normalize("NFKC", text) if unicodedata.category(each) != "Cf")
    return seen.casefold()
