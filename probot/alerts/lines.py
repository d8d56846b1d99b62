"""Which lines tell of one alert? Head line, evidence, who was told, who has it.

The rule: each line is one plain sentence or value, and never raises: an alert whose item or rule the study at
hand does not know is still told, by its ids.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from probot.alerts.ladder import CARE_TEAM, Reason, started_at
from probot.alerts.life import latest
from probot.alerts.model import Alert, Entry, Evidence
from probot.alerts.phrases import (
    MOST_LABEL,
    SEPARATOR,
    change_words,
    known_item,
    label_of,
    moment_words,
    shortened,
    trend_line,
    value_words,
    visible,
    words_of,
)
from probot.study.care import ON_CALL
from probot.study.model import Rule, Signal, Study
from probot.wording import day, duration, say

Names = Mapping[str, str]
"""Staff ids to the names they go by in the team."""

MOST_SPELLED = 10
"""`tenth time` is the last that is spelled out; then `11 times so far`."""


def head_line(study: Study, alert: Alert, code: str, language: str) -> str:
    """`URGENT · P-001 · Severe mouth pain`, with the state in front once somebody has taken it."""
    parts = (say(language, f"alert.tier.{alert.tier}"), visible(code), title_of(study, alert, language))
    state = () if alert.state == "open" else (say(language, f"alert.state.{alert.state}"),)
    return SEPARATOR.join((*state, *parts))


def title_of(study: Study, alert: Alert, language: str) -> str:
    """The title of the rule that the alert stands for; its id if the study given has no such rule."""
    rule = study.rules.get(alert.rule)
    return words_of(rule.title, language) if rule else visible(alert.rule)


# ---------------------------------------------------------------- evidence


def evidence_lines(study: Study, alert: Alert, language: str) -> list[str]:
    """Item, value, the value before, the last days, since when, and how often."""
    evidence = latest(alert)
    again = _again(study, alert, evidence, language)
    if evidence.item is None:
        return [_signal(study, alert, evidence, language), again]
    item = known_item(study, evidence.item)
    answer = say(
        language,
        "alert.answer",
        label=label_of(item, language),
        value=value_words(item, evidence.value, language),
    )
    if item.kind == "scale" and item.higher_is == "better":
        answer += say(language, "alert.better")
    line = trend_line(item, evidence.trend, language)
    return [
        answer,
        say(language, "alert.no_previous")
        if evidence.previous is None
        else say(language, "alert.previous", value=value_words(item, evidence.previous, language)),
        say(language, "alert.trend", line=line) if line else "",
        say(language, "alert.since", day=day(language, date.fromisoformat(evidence.since)))
        if evidence.since and evidence.previous is not None
        else "",
        again,
    ]


def short_value(study: Study, alert: Alert, language: str) -> str:
    """The newest value for one line of a list; empty for signals."""
    evidence = latest(alert)
    if evidence.item is None:
        return ""
    return value_words(known_item(study, evidence.item), evidence.value, language)


def listed_value(study: Study, alert: Alert, language: str) -> str:
    """The newest value for one line of a list, and what the participant has corrected it to since, if they have."""
    evidence, now = latest(alert), latest(alert).value
    for entry in alert.history:
        change = entry.evidence
        if entry.deed in {"raised", "hit"}:
            now = evidence.value
        elif entry.deed == "corrected" and change is not None and change.item == evidence.item:
            now = change.value if change.previous == now else now
    if evidence.item is None or now == evidence.value:
        return short_value(study, alert, language)
    return change_words(known_item(study, evidence.item), evidence.value, now, language)


def first_words(alert: Alert, language: str) -> str:
    """What the participant wrote first, where the newest words are others: the worst is often said at once."""
    said = [
        entry.evidence.words.strip()
        for entry in alert.history
        if entry.deed in {"raised", "hit"} and entry.evidence is not None
    ]
    first = next(filter(None, said), "")
    if first in {"", latest(alert).words.strip()}:
        return ""
    return say(language, "alert.words.first", words=shortened(visible(first), MOST_LABEL))


def _again(study: Study, alert: Alert, evidence: Evidence, language: str) -> str:
    if alert.hits < 2:
        return ""
    spelled = alert.hits if alert.hits <= MOST_SPELLED else "more"
    times = say(language, f"alert.times.{spelled}", n=alert.hits)
    if evidence.item is None:
        return say(language, "alert.again.signal", times=times)
    return say(language, "alert.again", value=short_value(study, alert, language), times=times)


def _signal(study: Study, alert: Alert, evidence: Evidence, language: str) -> str:
    """What happened, for alerts without an answer; `detail` as the signal carries it."""
    met = next((entry.rule for entry in reversed(alert.history) if entry.deed == "hit"), alert.rule)
    rule: Rule | None = study.rules.get(met)
    if rule is None or rule.on is None:
        return visible(evidence.detail)
    sentence = say(language, f"alert.signal.{rule.on}")
    detail = _detail(study, rule.on, evidence.detail, language)
    return say(language, "alert.signal.detail", sentence=sentence, detail=detail) if detail else sentence


def _detail(study: Study, signal: Signal, detail: str, language: str) -> str:
    """What a signal carries, in words where it is one of ours: a timepoint (`name` or `name:in a row`), a day."""
    if signal == "missed":
        name, _, count = detail.partition(":")
        timepoint = study.plan.get(name)
        label = words_of(timepoint.label, language) if timepoint else visible(name)
        in_a_row = (
            say(language, "alert.in_a_row", n=int(count)) if count.isdecimal() and int(count) > 1 else ""
        )
        return SEPARATOR.join(part for part in (label, in_a_row) if part)
    try:
        return day(language, date.fromisoformat(detail))
    except ValueError:
        return shortened(visible(detail), MOST_LABEL)


def correction_line(study: Study, alert: Alert, entry: Entry, language: str) -> str:
    """Which answer was changed into what, and when; the alert stays, or was closed before."""
    evidence = entry.evidence or Evidence()
    if evidence.item is None:
        return ""
    item = known_item(study, evidence.item)
    return say(
        language,
        "alert.corrected.after" if alert.closed_at and entry.at >= alert.closed_at else "alert.corrected",
        label=label_of(item, language),
        change=change_words(item, evidence.previous, evidence.value, language),
        moment=moment_words(study, entry.at, language),
    )


# ---------------------------------------------------------------- people


def told_line(study: Study, alert: Alert, language: str) -> str:
    """Who has been told so far; nothing while that is nobody."""
    told = say(language, "alert.list").join(audience(study, name, language) for name in alert.told)
    return say(language, "alert.told", names=told) if told else ""


def audience(study: Study, name: str, language: str) -> str:
    """The care team, whoever is on call, or a role's label."""
    if name == ON_CALL:
        return say(language, "alert.on_call")
    if name == CARE_TEAM:
        return say(language, "alert.care_team")
    named = study.roles.get(name) or study.paths.get(name)
    return words_of(named.label, language) if named else visible(name)


def centre_words(study: Study, centre: str, language: str) -> str:
    """What one of the study's centres is called."""
    attribute = study.attributes.get(study.centres) if study.centres is not None else None
    named = next((one for one in attribute.options if one.id == centre), None) if attribute else None
    return words_of(named.text, language) if named else visible(centre)


def reason_line(alert: Alert, reason: Reason, language: str, now: datetime) -> str:
    """Why the reader is told now, where that needs a sentence."""
    if reason in {"escalation", "reminder"} and alert.state == "open":
        waited = now - started_at(alert)
        return say(language, f"alert.reason.{reason}", duration=duration(language, waited))
    if reason in {"uncertain", "corrected", "lapsed", "woken", "left", "assigned", "wished"}:
        return say(language, f"alert.reason.{reason}")
    return ""


MOST_STEPS = 12
"""Steps that an alert shows; the first and the newest ones, when there are more."""
SHOWN_STEPS = {
    "acknowledged": "alert.acknowledged",
    "reopened": "alert.reopened",
    "lapsed": "alert.lapsed",
    "woken": "alert.woken",
    "left": "alert.left",
    "recounted": "alert.recounted",
    "called": "alert.called",
    "assigned": "alert.assigned",
    "snoozed": "alert.snoozed",
    "asked": "alert.asked",
    "answered": "alert.answered",
    "undelivered": "alert.undelivered",
    "closed": "alert.closed",
}
"""Deeds that an alert tells line by line, with the words for each."""


def taken_lines(study: Study, alert: Alert, names: Names, language: str) -> list[str]:
    """Who had it, what they did, and who closed it, in order; an alert may have been taken more than once."""
    lines = [
        _step_line(study, entry, names, language) for entry in alert.history if entry.deed in SHOWN_STEPS
    ]
    if len(lines) > MOST_STEPS:
        left_out = len(lines) - MOST_STEPS
        lines = [lines[0], say(language, "alert.steps_left_out", n=left_out), *lines[1 + left_out :]]
    return lines


def _step_line(study: Study, entry: Entry, names: Names, language: str) -> str:
    line = say(
        language,
        SHOWN_STEPS[entry.deed],
        name=name_of(entry.by or "", names),
        moment=moment_words(study, entry.at, language),
        to=name_of(entry.to or "", names),
        until=moment_words(study, entry.until or entry.at, language),
        words=shortened(visible(entry.words.strip()), MOST_LABEL),
    )
    if entry.deed != "closed" or not entry.code:
        return line
    action = say(language, f"alert.action.{entry.code}")
    done = (line, action, shortened(visible(entry.words.strip()), MOST_LABEL))
    return SEPARATOR.join(part for part in done if part)


def wish_line(alert: Alert, language: str) -> str:
    """How soon the participant would like to be contacted, if they said so."""
    return say(language, f"alert.wish.{alert.wish}") if alert.wish else ""


def name_of(staff: str, names: Names) -> str:
    """The name a member of staff goes by; the id if no name is known."""
    return visible(names.get(staff, staff))
