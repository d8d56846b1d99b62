"""Is somebody on call at every hour, and does every ladder reach somebody then?

The rule: who stands in the rota is a role that may take alerts or one of the rota's people; where nobody is on call,
another rung has to reach somebody.
"""

from __future__ import annotations

from probot.study import rota as hours
from probot.study.care import ON_CALL, Rota
from probot.study.draft import Draft
from probot.study.folder import Route
from probot.study.model import TIERS
from probot.study.problems import did_you_mean
from probot.study.scalars import WEEKDAYS


def check(draft: Draft) -> None:
    """The rota line by line, its gaps, and the ladders that count on it."""
    rota = draft.study.rota
    _ladders(draft, rota)
    if rota is None:
        return
    for number, shift in enumerate(rota.shifts):
        for place, name in enumerate(shift.who):
            _somebody(draft, rota, ("rota", "shifts", number, "who", place), name)
    found = hours.gaps(rota)
    if found:
        draft.complain(
            "PB717", ("rota", "shifts"), f"nobody is on call {_said(found[0], len(found))}", key=True
        )


def _somebody(draft: Draft, rota: Rota, route: Route, name: str) -> None:
    if name in rota.people or draft.broken.has("roles", name):
        return
    role = draft.study.roles.get(name)
    if role is None:
        known = [*draft.study.roles, *rota.people]
        message = f"`{name}` is neither a role nor one of the rota's people"
        draft.complain("PB718", route, message, did_you_mean(name, known))
    elif "acknowledge" not in role.may:
        draft.complain("PB703", route, f"role `{name}` may not take alerts")


def _ladders(draft: Draft, rota: Rota | None) -> None:
    uncovered = None if rota is None else next(iter(hours.gaps(rota)), None)
    for tier in TIERS:
        if draft.broken.has("ladder", tier):
            continue
        named = [(number, rung) for number, rung in enumerate(draft.study.ladders[tier]) if rung.notify]
        calls = [number for number, rung in named if rung.notify == ON_CALL]
        if not calls:
            continue
        route = ("ladder", tier, calls[0], "notify")
        if rota is None and "rota" in draft.broken.sections:
            continue
        if rota is None:
            draft.complain("PB719", route, "nobody is ever on call, for there is no rota")
        elif uncovered is not None and len(calls) == len(named):
            draft.complain("PB719", route, f"`{tier}` reaches nobody {_said(uncovered, 1)}")


def _said(gap: tuple[int, int], number: int) -> str:
    more = f", and {number - 1} more stretches of the week" if number > 1 else ""
    return f"from {_moment(gap[0])} to {_moment(gap[1])}{more}"


def _moment(minute: int) -> str:
    day, within = divmod(minute % hours.WEEK, hours.DAY)
    return f"{WEEKDAYS[day]} {within // 60:02}:{within % 60:02}"
