"""Can events, endpoint and adverse events be worked out as they are written?

The rule: whatever is named exists, is of the right kind, and comes from the right person.
"""

from __future__ import annotations

from datetime import timedelta

from probot.study import ctcae
from probot.study.checks import ladder
from probot.study.checks.names import unknown
from probot.study.draft import Draft
from probot.study.folder import Route
from probot.study.model import Item
from probot.study.outcomes import Endpoint
from probot.study.problems import did_you_mean

MOST_EVENT_NAME = 28
"""Characters of an event's name; more, and a button could not carry it."""
DAY = timedelta(days=1)


def check(draft: Draft) -> None:
    """The three sections, each as far as it stands there."""
    _events(draft)
    if draft.study.endpoint is not None and "endpoint" not in draft.broken.sections:
        _endpoint(draft, draft.study.endpoint)
    if draft.study.adverse is not None and "adverse_events" not in draft.broken.sections:
        _adverse(draft)


# ------------------------------------------------------------------------------ events


def _events(draft: Draft) -> None:
    for name, event in draft.study.events.items():
        if len(name) > MOST_EVENT_NAME:
            message = f"the button `{name}` takes more than it can hold"
            over = len(name) - MOST_EVENT_NAME
            mend = f"make the event's name {over} characters shorter."
            draft.complain("PB406", ("events", name), message, mend, key=True)
        _anchor(draft, ("events", name, "sets"), event.sets)


def _anchor(draft: Draft, route: Route, name: str | None) -> None:
    """An anchor that is set by what happens."""
    if name is None or draft.broken.has("anchors", name):
        return
    anchor = draft.study.anchors.get(name)
    if anchor is None:
        unknown(draft, route, "anchor", name, draft.study.anchors)
    elif not anchor.optional:
        draft.complain("PB967", route, f"anchor `{name}` is needed to enrol somebody")


# ------------------------------------------------------------------------------ the endpoint


def _endpoint(draft: Draft, endpoint: Endpoint) -> None:
    _sites(draft, endpoint)
    for name, site in endpoint.sites.items():
        route: Route = ("endpoint", "sites", name)
        _half(draft, (*route, "grade"), site.grade, "clinician", endpoint.grade_at_most, "grade_at_most")
        _half(draft, (*route, "pain"), site.pain, "participant", endpoint.pain_at_most, "pain_at_most")
    if endpoint.examined is not None:
        item = _item(draft, ("endpoint", "examined"), endpoint.examined)
        if item is not None and (item.kind != "date" or _by(draft, item) != "clinician"):
            message = f"`{item.id}` is no date that a clinician gives"
            draft.complain("PB964", ("endpoint", "examined"), message)
    for key in ("pain_within", "sustained"):
        length = getattr(draft.shape.endpoint, key)
        if length is not None and length % DAY:
            draft.complain("PB966", ("endpoint", key), "this is no whole number of days")
    _anchor(draft, ("endpoint", "ends"), endpoint.ends)
    _since(draft, endpoint)


def _since(draft: Draft, endpoint: Endpoint) -> None:
    name = endpoint.since
    if name is None:
        return
    route: Route = ("endpoint", "since")
    if not draft.known("anchors", name):
        unknown(draft, route, "anchor", name, draft.study.anchors)
    elif name == endpoint.ends:
        draft.complain("PB969", route, f"anchor `{name}` is set by healing itself")


def _sites(draft: Draft, endpoint: Endpoint) -> None:
    if endpoint.of is None or draft.broken.has("attributes", endpoint.of):
        return
    attribute = draft.study.attributes.get(endpoint.of)
    if attribute is None:
        unknown(draft, ("endpoint", "of"), "attribute", endpoint.of, draft.study.attributes)
        return
    options = {option.id for option in attribute.options}
    for name in endpoint.sites:
        if name not in options:
            message = f"`{name}` is no option of `{attribute.name}`"
            mend = did_you_mean(name, options)
            draft.complain("PB301", ("endpoint", "sites", name), message, mend, key=True)
    missing = sorted(options - set(endpoint.sites))
    if missing and set(endpoint.sites) <= options:
        message = f"`{missing[0]}` of `{attribute.name}` has no endpoint"
        draft.complain("PB965", ("endpoint", "sites"), message, key=True)


def _item(draft: Draft, route: Route, name: str) -> Item | None:
    found = next((item for _, item in draft.all_items() if item.id == name), None)
    if found is None and not draft.broken.has("items", name) and "instruments" not in draft.broken.sections:
        unknown(draft, route, "item", name, [item.id for _, item in draft.all_items()])
    return found


def _by(draft: Draft, wanted: Item) -> str:
    return next(
        (instrument.by for instrument, item in draft.all_items() if item.id == wanted.id), "participant"
    )


def _half(draft: Draft, route: Route, name: str, by: str, at_most: float, limit: str) -> None:
    item = _item(draft, route, name)
    if item is None:
        return
    numbers = numbers_of(item)
    if numbers is None:
        draft.complain("PB964", route, f"`{name}` has no numbers to compare")
    elif _by(draft, item) != by:
        draft.complain("PB964", route, f"`{name}` is not answered by the {by}")
    elif at_most >= numbers[1] or at_most < numbers[0]:
        message = f"{at_most:g} is never exceeded by `{name}`" if at_most >= numbers[1] else (
            f"`{name}` is never as low as {at_most:g}"
        )  # fmt: skip
        draft.complain("PB968", ("endpoint", limit), message)


def numbers_of(item: Item) -> tuple[float, float] | None:
    """The lowest and the highest number that an answer can mean; None if answers are no numbers."""
    if item.kind in {"scale", "number", "count"}:
        return item.lowest, item.highest
    scores = [option.score for option in item.options if option.score is not None]
    if item.kind != "choice" or not scores or len(scores) < len(item.options):
        return None
    return min(scores), max(scores)


# ------------------------------------------------------------------------------ adverse events


def _adverse(draft: Draft) -> None:
    shape, adverse = draft.shape.adverse_events, draft.study.adverse
    assert shape is not None
    assert adverse is not None
    names = [term.name for term in ctcae.terms().values()]
    for number, name in enumerate(shape.terms):
        if ctcae.named(name) is None:
            near = {each.casefold(): each for each in names}
            close = did_you_mean(name.casefold(), near)
            mend = near.get(close.removeprefix("did you mean `").removesuffix("`?"), "")
            help_line = f"did you mean `{mend}`?" if mend else ""
            draft.complain(
                "PB961", ("adverse_events", "terms", number), f"CTCAE has no term `{name}`", help_line
            )
    route: Route = ("adverse_events", "ladder")
    ladder.rungs(draft, route, "urgent", adverse.ladder)
    if not any(timedelta() < rung.after < adverse.report_within for rung in adverse.ladder):
        draft.complain("PB963", route, "nobody is reminded before the time is up", key=True)
    if draft.broken.names["roles"] or "roles" in draft.broken.sections:
        return
    if not any("adjudicate" in role.may for role in draft.study.roles.values()):
        draft.complain("PB962", ("adverse_events",), "no role has the power `adjudicate`", key=True)
