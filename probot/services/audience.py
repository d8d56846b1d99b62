"""Who is there to be told, and who may do what? The names of a ladder, as people who can be reached now.

The rule: a name always means somebody: where nobody stands for it, the team does, whoever that will be.
"""

from __future__ import annotations

from collections.abc import Sequence

from probot.schedule.rota import on_call
from probot.services import centres
from probot.services.turn import Turn
from probot.store import outsiders, people
from probot.store.receipts import OUTSIDE
from probot.store.records import Contact, Enrolment, Staff
from probot.study.care import ON_CALL
from probot.study.model import Study


def readers(turn: Turn, name: str, about: Enrolment | None) -> list[tuple[str, str]]:
    """Who is meant by a name of the ladder, or a principal of staff: `(principal, language)`; the team, whoever that
    will be, at the least. `about`: nobody of another centre than this participant's; None: it is about nobody.

    What is said to the team while nobody is there at all waits in the outbox until somebody is.
    """
    if path := turn.study.paths.get(name):
        return [(f"{OUTSIDE}{name}", path.language or language_of(turn, people.TEAM))]
    found = _present(turn, name, about)
    return found or [(people.TEAM, turn.study.languages[0])]


def chat_of_team(turn: Turn) -> Contact | None:
    """The care team's chat, while nobody is in it who does not belong there."""
    return None if outsiders.of_team(turn.connection) else people.contact_of(turn.connection, people.TEAM)


def names(turn: Turn) -> dict[str, str]:
    """The names of all staff there ever were, by id."""
    return {person.id: person.name for person in people.all_staff(turn.connection)}


def _present(turn: Turn, name: str, about: Enrolment | None) -> list[tuple[str, str]]:
    team = chat_of_team(turn)
    here = hearing(turn, people.active_staff(turn.connection), about)
    if name.startswith("staff:"):
        return direct([person for person in here if person.principal == name and may_see(turn, person)])
    if name == ON_CALL and (called := _on_call(turn, here)):
        return direct(called)
    if name == people.TEAM and team is not None:
        return [(people.TEAM, team.language)]
    holders = [person for person in here if is_meant(turn.study, name, person)]
    return direct(holders) if holders else _team(turn, team, here)


def is_meant(study: Study, name: str, person: Staff) -> bool:
    """Whether a ladder means this member of staff by a name: it is their role, or their own where the rota has it."""
    if name in study.roles:
        return person.role == name
    by_name = study.rota is not None and name in study.rota.people
    return by_name and person.name == name and "acknowledge" in study.powers(person.role)


def _team(turn: Turn, team: Contact | None, here: Sequence[Staff]) -> list[tuple[str, str]]:
    """Everybody who may take alerts. The team's chat stands for those of all centres; who belongs to one hears
    directly.
    """
    if team is None:
        return direct(able(turn, here))
    apart = [person for person in able(turn, here) if centres.is_apart(turn.study, person)]
    return [(people.TEAM, team.language), *direct(apart)]


def _on_call(turn: Turn, here: Sequence[Staff]) -> list[Staff]:
    """Those of the rota in force who are here and may take alerts."""
    names = on_call(turn.study, turn.now)
    return [person for person in able(turn, here) if person.role in names or person.name in names]


def hearing(turn: Turn, here: Sequence[Staff], about: Enrolment | None) -> list[Staff]:
    """Those who may hear of a participant; everybody if it is about nobody."""
    if about is None:
        return list(here)
    return [person for person in here if centres.may_hear(turn.connection, turn.study, person, about)]


def able(turn: Turn, here: Sequence[Staff]) -> list[Staff]:
    """Those who may take alerts."""
    return [person for person in here if may(turn, person, "acknowledge")]


def direct(persons: Sequence[Staff]) -> list[tuple[str, str]]:
    """Their own chats: `(principal, language)`."""
    return [(person.principal, person.language) for person in persons]


def may(turn: Turn, person: Staff, power: str) -> bool:
    """Whether a member of staff may do this, by the role's powers in the study in force."""
    return power in turn.study.powers(person.role)


def may_see(turn: Turn, person: Staff) -> bool:
    """Whether the role of a member of staff lets them hear about a participant."""
    return may(turn, person, "view") or may(turn, person, "acknowledge")


def language_of(turn: Turn, recipient: str) -> str:
    """The language in which a reader of the care team is spoken to."""
    contact = people.contact_of(turn.connection, recipient)
    return contact.language if contact is not None else turn.study.languages[0]
