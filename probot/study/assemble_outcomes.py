"""How do the shapes of events, endpoint and adverse events become the study's values?

The rule: a name that leads nowhere is kept as it is written; the checks tell of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from probot.study.assemble_items import text_of
from probot.study.ctcae import named
from probot.study.model import AdverseEvents, Rung
from probot.study.outcomes import Endpoint, EndpointSite, StudyEvent
from probot.study.shapes.alerts import RungShape
from probot.study.shapes.whole import WholeShape

REPORT_WITHIN = timedelta(hours=24)
"""From awareness to sponsor and ethics committee: what is practised, and what Chinese committees ask for."""
DAY = timedelta(days=1)


def rung_of(one: RungShape) -> Rung:
    """A rung with only `repeat` tells nobody new; a digest is for the team's chat."""
    notify = one.notify or ("care_team" if one.digest is not None else "")
    return Rung(notify, one.after or timedelta(), one.repeat, one.digest)


def events_of(shape: WholeShape, languages: Sequence[str]) -> dict[str, StudyEvent]:
    """What the team records with a date."""
    return {
        name: StudyEvent(name, text_of(one.label, languages), one.repeated, one.sets)
        for name, one in sorted(shape.events.items())
    }


def endpoint_of(shape: WholeShape, languages: Sequence[str]) -> Endpoint | None:
    """The primary endpoint, if there is one."""
    one = shape.endpoint
    if one is None:
        return None
    return Endpoint(
        label=text_of(one.label, languages),
        of=one.of,
        sites={name: EndpointSite(name, site.grade, site.pain) for name, site in sorted(one.sites.items())},
        grade_at_most=one.grade_at_most,
        pain_at_most=one.pain_at_most,
        examined=one.examined,
        pain_within=1 if one.pain_within is None else one.pain_within // DAY,
        sustained=0 if one.sustained is None else one.sustained // DAY,
        ends=one.ends,
        since=one.since,
    )


def adverse_of(shape: WholeShape) -> AdverseEvents | None:
    """How adverse events are judged, if they are."""
    one = shape.adverse_events
    if one is None:
        return None
    known = (named(name) for name in one.terms)
    return AdverseEvents(
        terms=tuple(dict.fromkeys(term.key for term in known if term is not None)),
        report_within=one.report_within or REPORT_WITHIN,
        ladder=tuple(map(rung_of, one.ladder)),
    )
