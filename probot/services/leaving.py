"""What becomes of what somebody had in hand when they leave the team? It is open again, and the others are told.

The rule: nobody who is gone holds an alert; what they had climbs anew from the first rung.
"""

from __future__ import annotations

from probot.alerts.steps import holder
from probot.services import alerting, audience, centres
from probot.services.turn import Turn
from probot.store import alerts, people
from probot.store.records import Staff


def release(turn: Turn, person: Staff, *, all_of_them: bool = True) -> None:
    """Open every alert again that this person has; else those alone that they may not have (any more), because their
    role may take none or because the participant is another centre's.
    """
    keeps = not all_of_them and audience.may(turn, person, "acknowledge")
    for standing in alerts.standing(turn.connection):
        if holder(standing) != person.id:
            continue
        enrolment = people.by_id(turn.connection, standing.enrolment, lock=True)
        alert = alerts.find(turn.connection, standing.id)  # as it is now that nobody else can change it
        assert enrolment is not None
        assert alert is not None
        its = keeps and centres.may_hear(turn.connection, turn.study, person, enrolment)
        if holder(alert) == person.id and not its:
            alerting.open_again(turn, turn.pinned(alert.study), enrolment, alert, left=True)
