"""Does every alert reach somebody who may take it, and go on until somebody does?

The rule: `care_team` is the team's chat and always there; a role must exist and may acknowledge.
"""

from __future__ import annotations

from datetime import time, timedelta

from probot.study.care import ON_CALL
from probot.study.draft import Draft
from probot.study.folder import Route
from probot.study.model import TIERS, Rung, Tier
from probot.study.problems import did_you_mean

CARE_TEAM = "care_team"
SHORTEST_REPEAT = timedelta(minutes=5)
WISHES = frozenset({"now", "today", "no_need"})
LONGEST_TERM, LONGEST_SNOOZE = timedelta(hours=12), timedelta(hours=4)
"""For how long an urgent alert may be left to whoever took it, or be put off, before that is worth a warning."""


def check(draft: Draft) -> None:
    """Ladders rung by rung, roles, and the quiet hours of staff."""
    for tier in TIERS:
        route: Route = ("ladder", tier)
        if not draft.broken.has("ladder", tier):
            rungs(draft, route, tier, draft.study.ladders[tier])
    _roles(draft)
    _handling(draft)
    _contact(draft)
    staff = draft.shape.quiet_hours.staff
    if staff is not None and staff.urgent is not None:
        route = ("quiet_hours", "staff", "urgent")
        draft.complain("PB706", route, "urgent alerts have no quiet hours", key=True)


def rungs(draft: Draft, route: Route, tier: Tier, ladder: tuple[Rung, ...]) -> None:
    """One ladder, rung by rung; `tier` says what it is for."""
    first = ladder[0]
    if first.digest is None and (first.after > timedelta() or not first.notify):
        draft.complain("PB709", (*route, 0), f"the first rung of `{tier}` tells nobody at once")
    for number, rung in enumerate(ladder):
        place = (*route, number)
        _rung(draft, place, rung)
        if tier == "urgent" and rung.digest is not None:
            draft.complain("PB708", (*place, "digest"), "an urgent alert cannot wait for a digest", key=True)
        if number and rung.after < ladder[number - 1].after and rung.digest is None:
            draft.complain("PB705", (*place, "after"), "this rung comes before the one above it")
        if rung.repeat is not None and number < len(ladder) - 1:
            draft.complain(
                "PB714", (*place, "repeat"), "the rungs behind this repeat are never climbed", key=True
            )
    if tier == "urgent" and ladder[-1].repeat is None:
        draft.complain("PB704", (*route, len(ladder) - 1), "nobody is told again after this rung")
    quiet = draft.study.staff_quiet.get(tier)
    for number, rung in enumerate(ladder):
        if rung.digest is not None and quiet is not None and within(rung.digest, quiet.start, quiet.end):
            message = f"{rung.digest:%H:%M} lies in the quiet hours of `{tier}`"
            draft.complain("PB711", (*route, number, "digest"), message)


def within(moment: time, start: time, end: time) -> bool:
    """Whether a time of day lies in a span that may cross midnight (its end is outside)."""
    if start < end:
        return start <= moment < end
    return moment >= start or moment < end


def _rung(draft: Draft, place: Route, rung: Rung) -> None:
    if not rung.notify and rung.repeat is None and rung.digest is None:
        draft.complain("PB701", place, "this rung tells nobody")
    if rung.digest is not None and (rung.after or rung.repeat):
        draft.complain("PB713", place, "a digest has neither `after` nor `repeat`")
    if rung.repeat is not None and rung.repeat < SHORTEST_REPEAT:
        draft.complain("PB710", (*place, "repeat"), "everybody is told again every few minutes")
    if not rung.notify or rung.notify in {CARE_TEAM, ON_CALL}:
        return
    if rung.notify in draft.study.paths or draft.broken.has("paths", rung.notify):
        return
    rota = draft.study.rota
    by_name = rota.people if rota is not None else ()
    if rung.notify in by_name:
        return
    role = draft.study.roles.get(rung.notify)
    if role is None:
        if not draft.broken.has("roles", rung.notify):
            known = [CARE_TEAM, ON_CALL, *draft.study.roles, *draft.study.paths, *by_name]
            message = f"there is no role `{rung.notify}`"
            draft.complain("PB702", (*place, "notify"), message, did_you_mean(rung.notify, known))
    elif "acknowledge" not in role.may:
        draft.complain("PB703", (*place, "notify"), f"role `{rung.notify}` may not take alerts")


def _handling(draft: Draft) -> None:
    for key, most in (("lasts", LONGEST_TERM), ("snooze", LONGEST_SNOOZE)):
        written = getattr(draft.shape.handling.urgent, key)
        if written is not None and written > most:
            message = f"an urgent alert can stand still for more than {most // timedelta(hours=1)} hours"
            draft.complain("PB715", ("handling", "urgent", key), message)


def _contact(draft: Draft) -> None:
    known = {item.id: item for one in draft.study.instruments.values() for item in one.items}
    for number, name in enumerate((draft.shape.contact and draft.shape.contact.items) or ()):
        item = known.get(name)
        options = {option.id for option in item.options} if item is not None else set()
        if item is None and draft.broken.names["instruments"]:
            continue
        if not options >= WISHES:
            message = f"`{name}` does not ask how soon somebody would like to be contacted"
            mend = "" if item is not None else did_you_mean(name, known)
            draft.complain("PB716", ("contact", "items", number), message, mend)


def _roles(draft: Draft) -> None:
    if draft.broken.names["roles"] or "roles" in draft.broken.sections:
        return
    roles = draft.study.roles.values()
    if not any("acknowledge" in role.may for role in roles):
        draft.complain("PB707", ("roles",), "no role has the power `acknowledge`", key=True)
    clinician = next((one for one in draft.study.plan.values() if one.by == "clinician"), None)
    if clinician is not None and not any("grade" in role.may for role in roles):
        message = f"`{clinician.name}` is answered by clinicians, and no role has the power `grade`"
        draft.complain("PB712", ("roles",), message, key=True)
