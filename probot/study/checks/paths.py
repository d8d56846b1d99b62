"""Can every path be meant, and will somebody answer its test?

The rule: whether an address is set is the operator's affair; here only what the study says of a path is looked at.
"""

from __future__ import annotations

from datetime import timedelta

from probot.study.checks.ladder import CARE_TEAM, within
from probot.study.draft import Draft
from probot.study.model import TIERS, OutsidePath, PathTest, Tier
from probot.study.problems import did_you_mean

SHORTEST, LONGEST = timedelta(minutes=5), timedelta(hours=12)
"""Between these a test may wait for its answer."""


def check(draft: Draft) -> None:
    """Paths, rungs that name one, and the test."""
    for name, path in draft.study.paths.items():
        if not draft.broken.has("paths", name):
            _path(draft, name, path)
    for tier in TIERS:
        if not draft.broken.has("ladder", tier):
            _tier(draft, tier)
    if draft.study.path_test is not None:
        _test(draft, draft.study.path_test)


def _path(draft: Draft, name: str, path: OutsidePath) -> None:
    roles = draft.study.roles
    if name == CARE_TEAM or name in roles:
        draft.complain("PB720", ("paths", name), f"`{name}` is also {_what(name)}", key=True)
    for number, one in enumerate(path.reaches):
        if one != CARE_TEAM and one not in roles and not draft.broken.has("roles", one):
            message = f"there is no role `{one}`"
            place = ("paths", name, "reaches", number)
            draft.complain("PB721", place, message, did_you_mean(one, [CARE_TEAM, *roles]))
    if path.language and path.language not in draft.study.languages:
        message = f"`{path.language}` is no language of this study"
        draft.complain("PB311", ("paths", name, "language"), message)


def _what(name: str) -> str:
    return "the team's chat" if name == CARE_TEAM else "a role"


def _tier(draft: Draft, tier: Tier) -> None:
    rungs = draft.study.ladders[tier]
    told = [rung.notify for rung in rungs if rung.notify]
    if told and all(name in draft.study.paths for name in told):
        draft.complain("PB725", ("ladder", tier), f"nobody hears of `{tier}` alerts in Telegram", key=True)
    for number, rung in enumerate(rungs):
        if rung.digest is not None and rung.notify in draft.study.paths:
            draft.complain("PB722", ("ladder", tier, number, "digest"), "a path gets no digest", key=True)


def _test(draft: Draft, test: PathTest) -> None:
    if not SHORTEST <= test.within <= LONGEST:
        draft.complain("PB723", ("path_test", "within"), "an unanswered test climbs too late or too soon")
    quiet = draft.study.staff_quiet.get("soon")
    if quiet is not None and within(test.at, quiet.start, quiet.end):
        message = f"{test.at:%H:%M} lies in the quiet hours of `soon`"
        draft.complain("PB724", ("path_test", "at"), message)
