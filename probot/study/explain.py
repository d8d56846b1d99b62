"""What does a study say without saying so? Everything that probot filled in or worked out, in plain lines.

The rule: whoever reads these lines can compare them with the protocol, without knowing any default.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from probot.study.canonical import root_of
from probot.study.care import ON_CALL
from probot.study.checks.calendar import said
from probot.study.conditions import items_in
from probot.study.model import TIERS, Every, Moment, Offset, Phase, Study, Timepoint
from probot.study.nodes import plain
from probot.study.scalars import WEEKDAYS


def explain(study: Study) -> list[str]:
    """One line for each thing that is implicit, in the order study, phases, plan, items, rules, ladder."""
    written = plain(root_of(study.source))
    return [
        *_study(study),
        *(_phase(phase) for phase in study.phases.values()),
        *(line for timepoint in study.plan.values() for line in _timepoint(study, timepoint)),
        *_items(study, written),
        *_rules(study, written),
        *_quiet(study),
        *_handling(study),
        *_paths(study),
    ]


def _study(study: Study) -> Iterator[str]:
    items = sum(len(instrument.items) for instrument in study.instruments.values())
    yield (
        f"{study.id}: version {study.hash[:12]}; {_count(len(study.instruments), 'instrument')}, "
        f"{_count(items, 'item')}, {_count(len(study.plan), 'timepoint')}, {_count(len(study.rules), 'rule')}; "
        f"languages {', '.join(study.languages)}; time zone {study.zone}"
    )
    yield f"invitations: a link works once, for {_count(study.invitation_days, 'day')}"
    for anchor in study.anchors.values():
        if not anchor.optional:
            yield f"{anchor.name}: a date that is needed to enrol somebody"


def _phase(phase: Phase) -> str:
    ends = [_moment(moment) for moment in phase.until]
    until = ends[0] if len(ends) == 1 else f"the earliest known of {', '.join(ends)}"
    return f"{phase.name}: day 1 is {_moment(phase.start)}; the first day outside is {until}"


def _timepoint(study: Study, one: Timepoint) -> Iterator[str]:
    asks = ", ".join(one.ask)
    who = "clinicians" if one.by == "clinician" else "participants"
    if one.on_demand:
        yield f"{one.name}: {who} start it with /report; asks {asks}; open for {said(one.window.closes - one.window.opens)}"
        return
    assert one.at is not None
    assert one.every is not None
    width = one.window.closes - one.window.opens
    opening = ""
    if one.window.opens:
        side = "before" if one.window.opens < timedelta() else "after"
        opening = f", opens {said(abs(one.window.opens))} {side} that hour"
    yield (
        f"{one.name}: {who} are asked {asks} {_every(one.every)} of {one.during} at {one.at:%H:%M} in the "
        f"participant's zone{opening}; open for {said(width)}{_grace(one)}"
    )
    if one.by == "participant":
        yield f"{one.name}: {_hour(study, one)}; {_reminders(one)}; {_late(one)}; {_missed(one)}"


def _grace(one: Timepoint) -> str:
    return f", then {said(one.window.grace)} in which answers count as late" if one.window.grace else ""


def _hour(study: Study, one: Timepoint) -> str:
    if one.movable is None:
        return "the hour cannot be moved"
    start, end = study.hours
    own = f"{one.movable[0]:%H:%M}-{one.movable[1]:%H:%M}"
    whole = f"{start:%H:%M}-{end:%H:%M}"
    more = "" if own == whole else f" (an hour chosen within {whole} is held inside it)"
    return f"participants may choose an hour within {own}{more}"


def _reminders(one: Timepoint) -> str:
    if not one.remind:
        return "no reminders"
    return f"reminders {', '.join(said(after) for after in one.remind)} after opening"


def _late(one: Timepoint) -> str:
    if one.late_start is None:
        return "after an outage still asked until it closes"
    return f"after an outage asked up to {said(one.late_start)} after opening, else skipped and recorded"


def _missed(one: Timepoint) -> str:
    if one.missed is None:
        return "nobody is told when it is missed"
    return f"after {one.missed.in_a_row} missed in a row the rule {one.missed.rule} is met"


def _every(every: Every) -> str:
    match every.unit:
        case "once":
            return "once, on day 1"
        case "days":
            return f"on days {', '.join(str(day) for day in every.days)}"
        case "week" if every.weekdays:
            return f"every week on {', '.join(WEEKDAYS[day] for day in every.weekdays)}"
        case _:
            step = every.unit if every.step == 1 else f"{every.step} {every.unit}s"
            return f"every {step} from day 1"


def _moment(moment: Moment) -> str:
    name = moment.name if moment.of == "anchor" else f"the {moment.of} of {moment.name}"
    return name + _offset(moment.plus)


def _offset(plus: Offset) -> str:
    if plus.months:
        return f" {'+' if plus.months > 0 else '-'} {_count(abs(plus.months), 'month')}"
    if plus.days:
        return f" {'+' if plus.days > 0 else '-'} {_count(abs(plus.days), 'day')}"
    return ""


def _items(study: Study, written: Mapping[str, Any]) -> Iterator[str]:
    for name, instrument in study.instruments.items():
        for one in written["instruments"][name]["items"]:
            item = study.item(one["id"])
            if item.kind == "yes_no":
                words = ", ".join(option.id for option in item.options)
                yield f"{item.id}: can be answered with {words}"
            if item.kind in {"scale", "count"} and "range" not in one:
                yield f"{item.id}: {item.lowest:g} to {item.highest:g} can be answered"
            if item.kind == "text" and "most" not in one:
                yield f"{item.id}: an answer has at most {item.highest:g} characters"
            if item.kind in {"scale", "number", "count"} and "higher_is" not in one:
                yield f"{item.id}: higher is worse"
            if "route" in one:
                words = "" if "route_text" in one else " in probot's own words"
                yield f"{item.id}_route: asked{words} after {item.id}, if that was answered"
            if "label" not in one and item.kind != "info":
                yield f"{item.id}: has no label, so the team sees the question itself"
        if not any(item.safety for item in instrument.items):
            continue
        safe = ", ".join(item.id for item in instrument.items if item.safety)
        yield f"{name}: {safe} cannot be hidden by an answer, and comes first"


def _rules(study: Study, written: Mapping[str, Any]) -> Iterator[str]:
    for rule in study.rules.values():
        if rule.id not in written.get("rules", {}):
            yield f"{rule.id}: a rule of probot's own (on: {rule.on}, {rule.tier}), because the study has none"
        elif "concept" not in written["rules"][rule.id]:
            why = "the item it looks at" if rule.concept in items_in(rule.when) else "as it names no concept"
            yield f"{rule.id}: about {rule.concept}, {why}"


def _quiet(study: Study) -> Iterator[str]:
    quiet = study.participant_quiet
    if quiet is None:
        yield "quiet hours: none for participants"
    else:
        yield f"quiet hours: nothing is asked between {quiet.start:%H:%M} and {quiet.end:%H:%M} of the participant's clock"
    for tier in ("soon", "routine"):
        hours = study.staff_quiet.get(tier)
        if hours is None:
            yield f"quiet hours: none for alerts of tier {tier}"
        else:
            yield f"quiet hours: alerts of tier {tier} wait between {hours.start:%H:%M} and {hours.end:%H:%M} ({study.zone})"
    yield "quiet hours: urgent alerts never wait"


def _handling(study: Study) -> Iterator[str]:
    if study.rota is not None and all(rung.notify != ON_CALL for rung in study.ladders["urgent"]):
        yield "alerts of tier urgent: whoever is on call is told directly at once, beside the first rung"
    for tier in reversed(TIERS):
        one = study.handling[tier]
        yield (
            f"alerts of tier {tier}: once taken, open again after {said(one.lasts)} without a further step; "
            f"put off for {said(one.snooze)} at most"
        )


def _paths(study: Study) -> Iterator[str]:
    if not study.paths:
        yield "paths: none beside Telegram; while Telegram is silent nobody learns of an alert"
    for path in study.paths.values():
        whose = ", ".join(path.reaches) or "everybody"
        spoken = path.language or "the language of the team's chat"
        yield f"{path.id}: a {path.by} in {spoken}, for urgent alerts to {whose} without a receipt after 2 minutes"
    test = study.path_test
    if test is None:
        yield "path test: none; a path that is dead is found out by an alert that does not arrive"
    else:
        yield (
            f"path test: at {test.at:%H:%M} ({study.zone}) every path of the ladder; unanswered for {said(test.within)} "
            f"it climbs the ladder of {test.tier}"
        )


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
