"""Is everything that is named declared, once and under one meaning?

The rule: a name that is declared but broken is known; its own problem has been told.
"""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from probot.study.checks.rules import ARM
from probot.study.draft import Draft
from probot.study.folder import Route
from probot.study.model import Moment
from probot.study.problems import did_you_mean


def check(draft: Draft) -> None:
    """Unknown and doubled names, and the time zone."""
    _zone(draft)
    _ids(draft)
    _centres(draft)
    _plan(draft)
    for name, phase in draft.shape.phases.items():
        _moment(draft, ("phases", name, "from"), phase.from_)
        for number, moment in enumerate(phase.until):
            _moment(draft, ("phases", name, "until", number), moment)


def unknown(draft: Draft, route: Route, what: str, name: str, known: Iterable[str]) -> None:
    """Says that there is nothing of this name."""
    draft.complain("PB301", route, f"there is no {what} `{name}`", did_you_mean(name, known))


def _zone(draft: Draft) -> None:
    if "study" in draft.broken.sections:
        return
    zone = draft.study.zone
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        mend = did_you_mean(
            zone.replace(" ", "_"), available_timezones(), "use a name such as Asia/Shanghai."
        )
        places = {each.rsplit("/", 1)[-1].lower(): each for each in sorted(available_timezones())}
        if zone.lower() in places:
            mend = f"did you mean `{places[zone.lower()]}`?"
        draft.complain("PB220", ("study", "zone"), f"there is no time zone `{zone}`", mend)


def _centres(draft: Draft) -> None:
    name, attributes = draft.study.centres, draft.study.attributes
    if name is None or draft.broken.has("attributes", name):
        return
    route: Route = ("study", "centres")
    if name not in attributes:
        unknown(draft, route, "attribute", name, attributes)
    elif name == ARM:
        draft.complain("PB316", route, "nobody may learn of the arm by who hears of a participant")
    elif attributes[name].many:
        draft.complain("PB316", route, f"several options of `{name}` may be true of one participant")


def _ids(draft: Draft) -> None:
    first: dict[str, Route] = {}
    for name, instrument in draft.shape.instruments.items():
        for number, item in enumerate(instrument.items):
            route: Route = ("instruments", name, "items", number)
            _take(draft, first, item.id, (*route, "id"))
            if item.route:
                _take(draft, first, f"{item.id}_route", (*route, "route"))
    for name in sorted(set(first) & set(draft.study.attributes)):
        draft.complain("PB303", first[name], f"`{name}` is the name of an attribute as well")
    parts = [part.id for part in draft.shape.consent.parts]
    for number, part in enumerate(parts):
        if part in parts[:number]:
            draft.complain("PB905", ("consent", "parts", number, "id"), f"there is a part `{part}` already")
    languages = draft.shape.study.languages
    for number, language in enumerate(languages):
        if language in languages[:number]:
            draft.complain("PB315", ("study", "languages", number), f"`{language}` stands there already")


def _take(draft: Draft, first: dict[str, Route], item: str, route: Route) -> None:
    if item in first:
        place = draft.source.value(first[item])
        draft.complain("PB302", route, f"there is an item `{item}` already, in {place.file}:{place.line}")
    else:
        first[item] = route


def _plan(draft: Draft) -> None:
    study = draft.study
    for name, timepoint in draft.shape.plan.items():
        for number, instrument in enumerate(timepoint.ask):
            if not draft.known("instruments", instrument):
                unknown(draft, ("plan", name, "ask", number), "instrument", instrument, study.instruments)
            elif instrument in timepoint.ask[:number]:
                draft.complain("PB814", ("plan", name, "ask", number), f"`{instrument}` stands there already")
        if timepoint.during is not None and not draft.known("phases", timepoint.during):
            unknown(draft, ("plan", name, "during"), "phase", timepoint.during, study.phases)


def _moment(draft: Draft, route: Route, moment: Moment) -> None:
    study = draft.study
    if moment.of != "anchor":
        if not draft.known("phases", moment.name):
            unknown(draft, route, "phase", moment.name, study.phases)
    elif not draft.known("anchors", moment.name):
        if moment.name in study.phases:
            mend = f"`{moment.name}` is a phase: write `start of {moment.name}` or `end of {moment.name}`."
            draft.complain("PB301", route, f"there is no anchor `{moment.name}`", mend)
        else:
            unknown(draft, route, "anchor", moment.name, study.anchors)
