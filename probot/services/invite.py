"""How does somebody come to be known? By an invitation: a one-time link for a participant, for staff, for a chat.

The rule: only the token's hash is kept; the token itself is shown once, to whoever asked for it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from probot.services import anchors as dates_of
from probot.services import centres, leaving, plan_ahead
from probot.services.turn import Turn
from probot.store import invitations, people
from probot.store.records import Enrolment, Staff
from probot.study.model import Study
from probot.values import language_of

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


ALL = "all"
"""How a member of staff is invited who belongs to every centre."""


class NotPossible(Exception):
    """What was asked for cannot be done; the text says why and how to mend it, one line for each reason."""


@dataclass(frozen=True, slots=True)
class Invited:
    """A fresh invitation. `token` is known to nobody else and never again."""

    subject: str
    token: str
    expires_at: datetime


def enrol(
    turn: Turn, token: str, code: str, *, attributes: Mapping[str, Sequence[str]], anchors: Mapping[str, str],
    language: str | None = None, zone: str | None = None, again: bool = False,
) -> Invited:  # fmt: skip
    """Take a participant in and make their one-time link. Raises `NotPossible` with all reasons at once.

    `again`: the participant is known already and needs a new link (another phone, an expired link); from the
    moment it is used, nothing goes to the old chat any more.
    """
    known = people.by_code(turn.connection, code)
    if again:
        return _again(turn, token, code, known, language)
    problems: list[str] = []
    if not CODE.fullmatch(code):
        problems.append(f"{code!r} is no subject code: use up to 40 letters, digits, '.', '_' or '-'")
    if known is not None:
        problems.append(f"{code} is enrolled already ({known.status}); for a new link add --again")
    study = turn.study
    spoken = _language(study, language, problems)
    place = _zone(study, zone, problems)
    facts = _attributes(study, attributes, problems)
    dates = _anchors(study, anchors, problems)
    if problems:
        raise NotPossible("\n".join(problems))
    enrolment = people.add_enrolment(
        turn.connection, code=code, attributes=facts, anchors=dates, zone=place, language=spoken, now=turn.now
    )
    turn.note(
        "participant enrolled", "enrolment", enrolment.id, code=code, study=study.hash,
        new={
            "attributes": dict(sorted(facts.items())),
            "anchors": {name: day.isoformat() for name, day in sorted(dates.items())},
            "zone": place, "language": spoken,
        },
    )  # fmt: skip
    return _invited(turn, enrolment, token)


def _again(turn: Turn, token: str, code: str, known: Enrolment | None, language: str | None) -> Invited:
    if known is None:
        raise NotPossible(f"{code} is not enrolled; leave --again away to enrol a new participant")
    if known.status in {"withdrawn", "completed"}:
        raise NotPossible(f"{code} is {known.status}: there is nothing to be linked to any more")
    if language is not None:
        problems: list[str] = []
        spoken = _language(turn.study, language, problems)
        if problems:
            raise NotPossible("\n".join(problems))
        people.change_enrolment(turn.connection, known.id, language=spoken)
        if spoken != known.language:
            turn.note("language chosen", "enrolment", known.id, code=code, field="language", old=known.language,
                      new=spoken)  # fmt: skip
    return _invited(turn, known, token)


def _invited(turn: Turn, enrolment: Enrolment, token: str) -> Invited:
    expires_at = turn.now + timedelta(days=turn.study.invitation_days)
    invitations.invite(
        turn.connection, token=token, kind="participant", subject=enrolment.id, language=enrolment.language,
        now=turn.now, expires_at=expires_at,
    )  # fmt: skip
    turn.note(
        "link made",
        "invitation",
        invitations.hash_of(token)[:16],
        code=enrolment.code,
        new=expires_at.isoformat(),
    )
    return Invited(enrolment.code, token, expires_at)


# ------------------------------------------------------------------------------ reading what was asked for


def _language(study: Study, tag: str | None, problems: list[str]) -> str:
    if tag is None:
        return study.languages[0]
    found = language_of(tag, study.languages)
    if found is None:
        problems.append(f"the study has no language {tag!r}; it has {', '.join(study.languages)}")
    return found or study.languages[0]


def _zone(study: Study, zone: str | None, problems: list[str]) -> str:
    if zone is None:
        return study.zone
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        problems.append(f"{zone!r} is no time zone; write it as in Asia/Shanghai")
    return zone


def _attributes(
    study: Study, given: Mapping[str, Sequence[str]], problems: list[str]
) -> dict[str, str | tuple[str, ...]]:
    found: dict[str, str | tuple[str, ...]] = {}
    for name, values in given.items():
        attribute = study.attributes.get(name)
        if attribute is None:
            problems.append(f"the study knows no {name!r}{_meant(name, study.attributes)}")
            continue
        options = [option.id for option in attribute.options]
        wrong = [value for value in values if value not in options]
        problems.extend(f"{value!r} is no {name}: one of {', '.join(options)}" for value in wrong)
        if not attribute.many and len(values) > 1:
            problems.append(f"{name} can be only one of {', '.join(options)}")
        if not wrong and values:
            chosen = tuple(option for option in options if option in values)
            found[name] = chosen if attribute.many else chosen[0]
    problems.extend(
        f"say which {name}: {_option(name)}{'|'.join(option.id for option in attribute.options)}"
        for name, attribute in study.attributes.items()
        if not given.get(name)
    )
    return found


def _option(attribute: str) -> str:
    return f"--{attribute} " if attribute in {"arm", "site"} else f"--attribute {attribute}="


def _anchors(study: Study, given: Mapping[str, str], problems: list[str]) -> dict[str, date]:
    found: dict[str, date] = {}
    for name, written in given.items():
        if name not in study.anchors:
            problems.append(f"the study knows no anchor {name!r}{_meant(name, study.anchors)}")
            continue
        try:
            found[name] = datetime.strptime(written, "%Y-%m-%d").date()  # noqa: DTZ007 -- a day has no zone
        except ValueError:
            problems.append(f"{name}: {written!r} is no date; write it as in 2026-03-01")
    problems.extend(
        f"say when {name} is (or was): --anchor {name}=YYYY-MM-DD"
        for name, anchor in study.anchors.items()
        if not anchor.optional and name not in given
    )
    return found


def _meant(name: str, known: Mapping[str, object]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; it knows {', '.join(known)}"


def set_anchor(turn: Turn, code: str, name: str, written: str, reason: str) -> Enrolment:
    """Give a participant's anchor its date (treatment ended …) and plan anew. Raises `NotPossible`."""
    known = people.by_code(turn.connection, code)
    enrolment = None if known is None else people.by_id(turn.connection, known.id, lock=True)
    if enrolment is None:
        raise NotPossible(f"nobody is enrolled as {code!r}")
    problems: list[str] = []
    found = _anchors(
        turn.study,
        {**{key: day.isoformat() for key, day in enrolment.anchors.items()}, name: written},
        problems,
    )
    if problems:
        raise NotPossible("\n".join(problems))
    dates_of.dated(turn, enrolment, name, found[name], reason)
    return enrolment


def set_zone(turn: Turn, code: str, zone: str, reason: str) -> Enrolment:
    """A participant lives by the clocks of another place from now on; what is not open yet moves. Raises `NotPossible`."""
    found = people.by_code(turn.connection, code)
    enrolment = None if found is None else people.by_id(turn.connection, found.id, lock=True)
    if enrolment is None:
        raise NotPossible(f"nobody is enrolled as {code!r}")
    problems: list[str] = []
    place = _zone(turn.study, zone, problems)
    if problems:
        raise NotPossible("\n".join(problems))
    people.change_enrolment(turn.connection, enrolment.id, zone=place)
    turn.note(
        "zone set",
        "enrolment",
        enrolment.id,
        code=code,
        field="zone",
        old=enrolment.zone,
        new=place,
        reason=reason,
    )
    if enrolment.status in {"active", "paused"}:
        plan_ahead.replan(turn, enrolment.id)
    return enrolment


# ------------------------------------------------------------------------------ staff and the team's chat


def invite_staff(
    turn: Turn, token: str, name: str, role: str, language: str | None, centre: str | None = None
) -> Invited:
    """Invite somebody to the care team, or make a new link for somebody who is. Raises `NotPossible`.

    `centre`: whose participants they hear of, or `all`; where the study has several, newcomers need one.
    """
    name = " ".join(name.split())
    problems: list[str] = []
    spoken = _language(turn.study, language, problems)
    if role not in turn.study.roles:
        problems.append(f"the study knows no role {role!r}{_meant(role, turn.study.roles)}")
    if not name or len(name) > 80:
        problems.append("say who it is, in at most 80 characters")
    person = people.staff_by_name(turn.connection, name)
    place = _centre(turn.study, centre, person, problems)
    if problems:
        raise NotPossible("\n".join(problems))
    if person is None:
        person = people.add_staff(
            turn.connection, name=name, role=role, language=spoken, now=turn.now, centre=place
        )
        turn.note("staff added", "staff", person.id, field="role", new=role, reason=name)
        if place:
            turn.note("centre set", "staff", person.id, field="centre", new=place, reason=name)
    else:
        _change_staff(turn, person, role, spoken if language else person.language, place)
    expires_at = turn.now + timedelta(days=turn.study.invitation_days)
    invitations.invite(
        turn.connection, token=token, kind="staff", subject=person.id, language=spoken, now=turn.now,
        expires_at=expires_at,
    )  # fmt: skip
    turn.note(
        "link made", "invitation", invitations.hash_of(token)[:16], reason=name, new=expires_at.isoformat()
    )
    return Invited(name, token, expires_at)


def _centre(study: Study, written: str | None, known: Staff | None, problems: list[str]) -> str:
    """The centre as it is kept, empty for all of them; what they have already if none is written."""
    there = centres.centres_of(study)
    if written is None:
        if there and known is None:
            problems.append(f"say whose participants they hear of: --centre {'|'.join((*there, ALL))}")
        return known.centre if known is not None else centres.EVERYWHERE
    if written == ALL or written in there:
        return centres.EVERYWHERE if written == ALL else written
    if there:
        problems.append(f"the study has no centre {written!r}: one of {', '.join((*there, ALL))}")
    else:
        problems.append("the study has one centre only: leave --centre away, or name `centres` in study.yaml")
    return centres.EVERYWHERE


def _change_staff(turn: Turn, person: Staff, role: str, language: str, centre: str) -> None:
    status = "invited" if person.status == "left" else person.status
    people.change_staff(
        turn.connection, person.id, role=role, language=language, status=status, centre=centre
    )
    if status != person.status:
        turn.note("staff taken back", "staff", person.id, field="status", old=person.status, new=status,
                  reason=person.name)  # fmt: skip
    if language != person.language:
        turn.note("staff language changed", "staff", person.id, field="language", old=person.language, new=language,
                  reason=person.name)  # fmt: skip
    if role != person.role:
        turn.note(
            "role changed", "staff", person.id, field="role", old=person.role, new=role, reason=person.name
        )
    if centre != person.centre:
        turn.note("centre set", "staff", person.id, field="centre", old=person.centre, new=centre,
                  reason=person.name)  # fmt: skip
    if (role, centre) != (person.role, person.centre):
        leaving.release(turn, person._replace(role=role, centre=centre), all_of_them=False)


def remove_staff(turn: Turn, name: str, reason: str) -> None:
    """Somebody leaves the care team: from this commit on they are told nothing. Raises `NotPossible`."""
    person = people.staff_by_name(turn.connection, name)
    if person is None or person.status == "left":
        known = {one.name: one for one in people.all_staff(turn.connection) if one.status != "left"}
        raise NotPossible(f"nobody of the name {name!r} is on the team{_meant(name, known) if known else ''}")
    people.change_staff(turn.connection, person.id, status="left")
    people.unbind(turn.connection, person.principal, turn.now, "left the team")
    turn.note(
        "staff left",
        "staff",
        person.id,
        field="status",
        old=person.status,
        new="left",
        reason=reason or person.name,
    )
    leaving.release(turn, person)


def invite_team(turn: Turn, token: str, language: str | None) -> Invited:
    """Make the one-time link that ties a group chat to the study. Raises `NotPossible`."""
    problems: list[str] = []
    spoken = _language(turn.study, language, problems)
    if problems:
        raise NotPossible("\n".join(problems))
    expires_at = turn.now + timedelta(days=turn.study.invitation_days)
    invitations.invite(
        turn.connection, token=token, kind="team", subject=people.TEAM, language=spoken, now=turn.now,
        expires_at=expires_at,
    )  # fmt: skip
    turn.note(
        "link made",
        "invitation",
        invitations.hash_of(token)[:16],
        reason="care team's chat",
        new=expires_at.isoformat(),
    )
    return Invited(people.TEAM, token, expires_at)
