"""Who has met the primary endpoint? Worked out whenever an answer or the day on which it begins comes or is corrected.

The rule: nothing here can be set by hand; a change of the result goes into the trail, and the team hears of healing.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from probot.alerts.evidence import as_number
from probot.alerts.ladder import CARE_TEAM
from probot.alerts.phrases import words_of
from probot.messages import Message
from probot.outcomes.endpoint import Felt, Graded, Result, site_result, sites_of
from probot.outcomes.endpoint_words import endpoint_message, in_brief, undone_message
from probot.services import audience, plan_ahead
from probot.services.turn import Turn
from probot.store import evidence, people
from probot.store.evidence import Answered
from probot.store.records import Enrolment
from probot.study.model import Study
from probot.study.outcomes import Endpoint

COMMAND = "endpoint"


def result_of(turn: Turn, enrolment: Enrolment) -> Result | None:
    """How the endpoint stands for this participant; None if the study has none."""
    endpoint = turn.study.endpoint
    if endpoint is None:
        return None
    found = evidence.answers(turn.connection, enrolment.id, items_of(endpoint))
    return worked_out(turn.study, endpoint, enrolment, found)


def worked_out(study: Study, endpoint: Endpoint, enrolment: Enrolment, found: Collection[Answered]) -> Result:
    """The result from these answers."""
    examined = {one.assessment: one.value for one in found if one.item == endpoint.examined}
    since = enrolment.anchors.get(endpoint.since) if endpoint.since else None
    results = []
    for name in sites_of(endpoint, enrolment.attributes):
        site = endpoint.sites[name]
        graded, felt = [], []
        for one in found:
            number = (
                as_number(study.item(one.item), one.value) if one.item in {site.grade, site.pain} else None
            )
            if number is None:
                continue
            if one.item == site.grade:
                said = examined.get(one.assessment)
                day = date.fromisoformat(said) if isinstance(said, str) else one.day
                graded.append(Graded(day, number, one.assessment))
            else:
                felt.append(Felt(one.day, number, one.assessment))
        results.append(site_result(endpoint, name, graded, felt, since))
    return Result(tuple(results), since)


def items_of(endpoint: Endpoint) -> set[str]:
    """The items that the endpoint rests on."""
    halves = {item for site in endpoint.sites.values() for item in (site.grade, site.pain)}
    return halves | ({endpoint.examined} if endpoint.examined else set())


def answered(turn: Turn, enrolment: Enrolment, items: Collection[str]) -> None:
    """Answers have come or changed: if the endpoint rests on any, see what has become of it."""
    endpoint = turn.study.endpoint
    if endpoint is not None and items_of(endpoint).intersection(items):
        _work_out(turn, enrolment, endpoint)


def begun(turn: Turn, enrolment: Enrolment, anchor: str) -> None:
    """This anchor of the participant has another date now: if the endpoint begins with it, see what has become of it."""
    endpoint = turn.study.endpoint
    if endpoint is not None and endpoint.since == anchor:
        _work_out(turn, enrolment, endpoint, anchor)


def _work_out(turn: Turn, enrolment: Enrolment, endpoint: Endpoint, moved: str = "") -> None:
    """Work it out anew, note what changed and tell the team. `moved`: the anchor whose date is the cause."""
    result = result_of(turn, enrolment)
    assert result is not None
    now = {
        site.site: [site.state, site.healed_on.isoformat() if site.healed_on else None]
        for site in result.sites
    }
    before = evidence.last_seen(turn.connection, enrolment.id)
    if now == before:
        return
    evidence.see(turn.connection, enrolment.id, now, turn.now)
    for site, state in now.items():
        was = (before or {}).get(site) or ["no_examination", None]
        if state != was:
            turn.note(
                "endpoint worked out", "enrolment", enrolment.id, code=enrolment.code, field=site, old=was, new=state,
                study=turn.study.hash, reason=f"anchor {moved}" if moved else "",
            )  # fmt: skip
    healed_before = bool(before) and all(state[0] == "healed" for state in before.values())
    if result.healed and not healed_before:
        _healed(turn, enrolment, endpoint, result)
    elif healed_before and not result.healed:
        _undone(turn, enrolment, endpoint, result, moved=bool(moved))


def _healed(turn: Turn, enrolment: Enrolment, endpoint: Endpoint, result: Result) -> None:
    for recipient, language in audience.readers(turn, CARE_TEAM, enrolment):
        words = endpoint_message(turn.study, endpoint, enrolment.code, result, language)
        turn.say(recipient, words, lane="digest", purpose="notice")
    ends, day = endpoint.ends, result.confirmed_on
    if ends is None or day is None or ends in enrolment.anchors:
        return
    # Not by way of `anchors`: the endpoint never begins with what it sets (PB969), so nothing is worked out again.
    people.change_enrolment(turn.connection, enrolment.id, anchors={**enrolment.anchors, ends: day})
    turn.note(
        "anchor set", "enrolment", enrolment.id, code=enrolment.code, field=ends, new=day.isoformat(),
        reason="the endpoint is met",
    )  # fmt: skip
    if enrolment.status in {"active", "paused"}:
        plan_ahead.replan(turn, enrolment.id)


def _undone(turn: Turn, enrolment: Enrolment, endpoint: Endpoint, result: Result, *, moved: bool) -> None:
    """Those who read of healing must not go on believing it. A date that it set stays: it is a person's to judge."""
    anchor = turn.study.anchors.get(endpoint.ends or "")
    for recipient, language in audience.readers(turn, CARE_TEAM, enrolment):
        stays = words_of(anchor.label, language) if anchor and anchor.name in enrolment.anchors else None
        words = undone_message(turn.study, endpoint, enrolment.code, result, language, stays, moved=moved)
        turn.say(recipient, words, lane="digest", purpose="notice")


def brief(turn: Turn, enrolment: Enrolment, language: str) -> list[str]:
    """How the endpoint stands, in a few lines; none if the study has none."""
    endpoint, result = turn.study.endpoint, result_of(turn, enrolment)
    return in_brief(turn.study, endpoint, result, language) if endpoint and result else []


def message(turn: Turn, enrolment: Enrolment, language: str) -> Message | None:
    """The answer to /endpoint CODE; None if the study has no endpoint."""
    endpoint, result = turn.study.endpoint, result_of(turn, enrolment)
    if endpoint is None or result is None:
        return None
    turn.note("endpoint shown", "enrolment", enrolment.id, code=enrolment.code)
    return endpoint_message(turn.study, endpoint, enrolment.code, result, language)
