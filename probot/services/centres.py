"""Whose participants are whose, where a study has several centres?

The rule: whoever belongs to one centre hears of its participants alone. Those of a centre at which nobody could take
an alert belong to everybody, because an alert that nobody may hear would be worse.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection

from probot.services.turn import Turn
from probot.store import people
from probot.store.records import Enrolment, Staff
from probot.study.model import Study

EVERYWHERE = ""
"""The centre of staff who belong to all of them."""


def centre_of(study: Study, enrolment: Enrolment) -> str:
    """The centre that cares for a participant; empty if it is not known."""
    found = enrolment.attributes.get(study.centres) if study.centres is not None else None
    return found if isinstance(found, str) else EVERYWHERE


def centres_of(study: Study) -> tuple[str, ...]:
    """The study's centres by id; none if it has one only."""
    attribute = study.attributes.get(study.centres) if study.centres is not None else None
    return tuple(option.id for option in attribute.options) if attribute is not None else ()


def is_apart(study: Study, person: Staff) -> bool:
    """Whether a member of staff belongs to one centre and not to all."""
    return study.centres is not None and person.centre != EVERYWHERE


def may_hear(connection: Connection, study: Study, person: Staff, enrolment: Enrolment) -> bool:
    """Whether a member of staff may hear of a participant, see them, and act for them."""
    if not is_apart(study, person):
        return True
    centre = centre_of(study, enrolment)
    return person.centre == centre or not is_cared_for(connection, study, centre)


def is_cared_for(connection: Connection, study: Study, centre: str) -> bool:
    """Whether anybody who may hear of the centre's participants can be reached and may take alerts."""
    return any(each.centre in {EVERYWHERE, centre} for each in who_may_take(connection, study))


def who_may_take(connection: Connection, study: Study) -> list[Staff]:
    """The bound members of staff whose role may take an alert. While they are none, an alert climbs without end."""
    return [
        each
        for each in people.active_staff(connection)
        if "acknowledge" in study.powers(each.role)
        and people.contact_of(connection, each.principal) is not None
    ]


def without_anybody(connection: Connection, study: Study) -> tuple[str, ...]:
    """The centres at which nobody can take an alert, so that theirs go to everybody."""
    return tuple(one for one in centres_of(study) if not is_cared_for(connection, study, one))


# ------------------------------------------------------------------------------ in a turn


def closed_to(turn: Turn, person: Staff, enrolment: Enrolment | None) -> bool:
    """Whether somebody may not act for a participant, or see them; noted in the trail if so."""
    if enrolment is None or may_hear(turn.connection, turn.study, person, enrolment):
        return False
    turn.note(
        "refused", "enrolment", enrolment.id, code=enrolment.code, reason="another centre's participant"
    )
    return True


def hidden_from(turn: Turn, person: Staff) -> Collection[str]:
    """The codes of the participants that somebody may not hear of."""
    if not is_apart(turn.study, person):
        return ()
    study = turn.study
    others = [
        (one.code, centre)
        for one in people.all_enrolments(turn.connection)
        if (centre := centre_of(study, one)) != person.centre
    ]
    cared_for = {
        centre for centre in {each for _, each in others} if is_cared_for(turn.connection, study, centre)
    }
    return frozenset(code for code, centre in others if centre in cared_for)


def unheard_by(turn: Turn, recipient: str) -> Collection[str]:
    """The codes of the participants that must not be named to a reader. The team's chat is of all centres."""
    person = (
        people.staff_by_id(turn.connection, recipient.removeprefix("staff:"))
        if turn.study.centres is not None and recipient.startswith("staff:")
        else None
    )
    return () if person is None else hidden_from(turn, person)
