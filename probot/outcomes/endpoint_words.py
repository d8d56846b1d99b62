"""What does the team read of the primary endpoint? Each site, since when, and the examinations that it rests on.

The rule: the evidence stands beside the result, so that anybody can work it out again by hand.
"""

from __future__ import annotations

from collections.abc import Iterator

from probot.alerts.phrases import SEPARATOR, composed, plain, visible, words_of
from probot.messages import Message
from probot.outcomes.endpoint import Examination, Result, SiteResult
from probot.study.model import Study
from probot.study.outcomes import Endpoint
from probot.wording import day, say

MOST_SHOWN = 6
"""Examinations of a site that are shown, the newest ones; the export has all."""


def endpoint_message(study: Study, endpoint: Endpoint, code: str, result: Result, language: str) -> Message:
    """The answer to /endpoint CODE."""
    return composed(
        [_headline(endpoint, code, result, language), *_what_it_rests_on(study, endpoint, result, language)],
        language,
    )


def undone_message(
    study: Study, endpoint: Endpoint, code: str, result: Result, language: str, anchor: str | None = None,
    *, moved: bool = False,
) -> Message:  # fmt: skip
    """To whoever was told of healing that a correction has undone. `anchor`: the date that healing had set, as shown.

    `moved`: not an answer was corrected but the day after which examinations count.
    """
    first = say(language, "endpoint.undone", label=words_of(endpoint.label, language))
    lines = [
        SEPARATOR.join((visible(code), first)),
        say(language, "endpoint.undone.start" if moved else "endpoint.undone.why"),
        say(language, "endpoint.undone.anchor", anchor=anchor) if anchor else "",
        *_what_it_rests_on(study, endpoint, result, language),
    ]
    return composed(lines, language)


def in_brief(study: Study, endpoint: Endpoint, result: Result, language: str) -> list[str]:
    """Beside what else is shown of a participant: the result, and of each site the newest examination."""
    if not result.sites:
        return []
    lines = [_result(endpoint, result, language)]
    for site in result.sites:
        lines += _site(study, endpoint, site, language, most=1)
    return lines


def _what_it_rests_on(study: Study, endpoint: Endpoint, result: Result, language: str) -> Iterator[str]:
    yield say(
        language, "endpoint.rule", grade=plain(endpoint.grade_at_most), pain=plain(endpoint.pain_at_most),
        n=endpoint.pain_within,
    )  # fmt: skip
    if endpoint.since is not None:
        start = words_of(study.anchors[endpoint.since].label, language)
        if result.since is None:
            yield say(language, "endpoint.start.unknown", start=start)
        else:
            yield say(language, "endpoint.start", start=start, day=day(language, result.since, year=True))
    if endpoint.sustained:
        yield say(language, "endpoint.sustained", days=endpoint.sustained)
    for site in result.sites:
        yield from _site(study, endpoint, site, language)


def _headline(endpoint: Endpoint, code: str, result: Result, language: str) -> str:
    """`P-001 · Healed since Tue, Mar 10`, or that it is not so."""
    return SEPARATOR.join((visible(code), _result(endpoint, result, language)))


def _result(endpoint: Endpoint, result: Result, language: str) -> str:
    label = words_of(endpoint.label, language)
    if result.healed_on is None:
        return say(language, "endpoint.not_yet", label=label)
    return say(language, "endpoint.since", label=label, day=day(language, result.healed_on, year=True))


def _site(
    study: Study, endpoint: Endpoint, site: SiteResult, language: str, most: int = MOST_SHOWN
) -> Iterator[str]:
    name = site_words(study, endpoint, site.site, language)
    met = day(language, site.met_on, year=True) if site.met_on else ""
    yield say(language, f"endpoint.site.{site.state}", site=name, day=met)
    if site.confirmed_on is not None and site.confirmed_on != site.met_on:
        yield say(language, "endpoint.confirmed", day=day(language, site.confirmed_on, year=True))
    if site.relapsed_on is not None:
        yield say(language, "endpoint.relapsed", day=day(language, site.relapsed_on, year=True))
    left_out = len(site.evidence) - most
    if left_out > 0 and most == MOST_SHOWN:
        yield say(language, "endpoint.earlier", n=left_out)
    yield from (f"  {_evidence(one, language)}" for one in site.evidence[-most:])


def _evidence(one: Examination, language: str) -> str:
    mark = "–" if one.baseline else {True: "✓", False: "✗", None: "?"}[one.met]
    grade = say(language, "endpoint.grade", grade=plain(one.graded.grade))
    if one.felt is None:
        pain = say(language, "endpoint.no_pain")
    elif one.felt.day == one.graded.day:
        pain = say(language, "endpoint.pain", pain=plain(one.felt.pain))
    else:
        when = day(language, one.felt.day)
        pain = say(language, "endpoint.pain_of", pain=plain(one.felt.pain), day=when)
    parts = [day(language, one.graded.day), grade, pain]
    if one.baseline is not None:
        parts.append(say(language, f"endpoint.baseline.{one.baseline}"))
    return f"{mark} {SEPARATOR.join(parts)}"


def site_words(study: Study, endpoint: Endpoint, site: str, language: str) -> str:
    """The site as the study's attribute calls it."""
    attribute = study.attributes.get(endpoint.of or "")
    options = {option.id: option.text for option in attribute.options} if attribute else {}
    return words_of(options[site], language) if site in options else visible(site)
