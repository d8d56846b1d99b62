"""Has the primary endpoint been met, at which site, and since when? Worked out from grades and pain, never entered.

The rule: the result follows from the answers alone, whatever the order in which they came, and shows what it rests on.

| an examination | counts as |
|---|---|
| its grade is too high, or the nearest pain is | not met |
| its grade is low enough and no pain lies close enough | open: neither confirms nor refutes |
| both are low enough | met |

Of several examinations on one day the highest grade counts. The nearest pain is the one with the fewest days between;
of two equally near the higher one counts. A site is healed from the first examination that meets it and is followed,
`sustained` or more days later, by another that does, with none between that does not. What happens after that does
not undo it; it is shown.

With `since`, an examination counts from the day after that anchor on. What was examined before it or on the day itself
is the baseline: shown, and neither met nor against it. On the day itself the record has dates without hours, so nobody
can tell whether the first dose came first; one day of treatment is not what has healed, and the other reading could
date healing before treatment. The day of the examination decides, not that of the pain which belongs to it. While the
anchor has no date nothing counts. A site that has only such examinations is `not_met`: it has been examined, so
`no_examination` would be untrue.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from probot.study.outcomes import Endpoint

SiteState = Literal["no_examination", "not_met", "waiting", "healed"]
"""waiting: met at the newest examinations, and to be confirmed by a later one."""

Baseline = Literal["before", "on", "unknown"]
"""Why an examination does not count: before the start, on the day of the start, or the start has no date yet."""


@dataclass(frozen=True, slots=True)
class Graded:
    """A clinician's grade: of which day, and in which form it was given."""

    day: date
    grade: float
    assessment: str


@dataclass(frozen=True, slots=True)
class Felt:
    """The participant's pain: of which day, and in which form it was given."""

    day: date
    pain: float
    assessment: str


@dataclass(frozen=True, slots=True)
class Examination:
    """A grade with the pain that belongs to it. `met` is None where no pain lies close enough.

    `baseline`: why it does not count, whatever `met` is; None if it counts.
    """

    graded: Graded
    felt: Felt | None
    met: bool | None
    baseline: Baseline | None = None


@dataclass(frozen=True, slots=True)
class SiteResult:
    """One site: how it stands, since when it is healed, which day confirmed it, when it came back; and the evidence."""

    site: str
    state: SiteState
    met_on: date | None = None
    confirmed_on: date | None = None
    relapsed_on: date | None = None
    evidence: tuple[Examination, ...] = ()

    @property
    def healed_on(self) -> date | None:
        """The first day of healing; None while it is not confirmed."""
        return self.met_on if self.state == "healed" else None


@dataclass(frozen=True, slots=True)
class Result:
    """All sites of a participant. Healed as a whole once every site is.

    `since`: the date of the anchor after which examinations count; None without one, or while it is not known.
    """

    sites: tuple[SiteResult, ...]
    since: date | None = None

    @property
    def healed(self) -> bool:
        """Whether every site is healed; nobody without a site is."""
        return bool(self.sites) and all(site.state == "healed" for site in self.sites)

    @property
    def healed_on(self) -> date | None:
        """The day on which the last site was healed."""
        return (
            max((site.healed_on for site in self.sites if site.healed_on), default=None)
            if self.healed
            else None
        )

    @property
    def confirmed_on(self) -> date | None:
        """The day on which that was known."""
        days = [site.confirmed_on for site in self.sites if site.confirmed_on]
        return max(days, default=None) if self.healed else None


def sites_of(endpoint: Endpoint, attributes: Mapping[str, str | tuple[str, ...]]) -> tuple[str, ...]:
    """The sites that count for somebody with these attributes."""
    if endpoint.of is None:
        return tuple(endpoint.sites)
    has = attributes.get(endpoint.of, ())
    return tuple(site for site in endpoint.sites if site in ((has,) if isinstance(has, str) else has))


def site_result(
    endpoint: Endpoint, site: str, graded: Iterable[Graded], felt: Sequence[Felt], since: date | None = None
) -> SiteResult:
    """How one site stands, from all its grades and all its pain. `since`: the date of the anchor named so."""
    evidence = tuple(_examination(endpoint, one, felt, since) for one in _by_day(graded))
    if not evidence:
        return SiteResult(site, "no_examination")
    waiting: Examination | None = None
    for place, one in enumerate(evidence):
        if one.baseline is not None:
            continue
        if one.met is False:
            waiting = None
        elif one.met and waiting is None:
            waiting = one
        if (
            waiting is not None
            and one.met
            and (one.graded.day - waiting.graded.day).days >= endpoint.sustained
        ):
            worse = (each.graded.day for each in evidence[place:] if each.met is False)
            return SiteResult(site, "healed", waiting.graded.day, one.graded.day, next(worse, None), evidence)
    if waiting is not None:
        return SiteResult(site, "waiting", waiting.graded.day, evidence=evidence)
    return SiteResult(site, "not_met", evidence=evidence)


def _by_day(graded: Iterable[Graded]) -> list[Graded]:
    worst: dict[date, Graded] = {}
    for one in sorted(graded, key=lambda each: (each.day, -each.grade, each.assessment)):
        worst.setdefault(one.day, one)
    return list(worst.values())


def _examination(endpoint: Endpoint, graded: Graded, felt: Sequence[Felt], since: date | None) -> Examination:
    near = [one for one in felt if _apart(one, graded) <= endpoint.pain_within]
    nearest = min(
        near, key=lambda one: (_apart(one, graded), -one.pain, one.day, one.assessment), default=None
    )
    if graded.grade > endpoint.grade_at_most or (
        nearest is not None and nearest.pain > endpoint.pain_at_most
    ):
        met: bool | None = False
    else:
        met = None if nearest is None else True
    return Examination(graded, nearest, met, _baseline(endpoint, graded.day, since))


def _baseline(endpoint: Endpoint, examined: date, since: date | None) -> Baseline | None:
    if endpoint.since is None or (since is not None and examined > since):
        return None
    if since is None:
        return "unknown"
    return "on" if examined == since else "before"


def _apart(felt: Felt, graded: Graded) -> int:
    return abs((felt.day - graded.day).days)
