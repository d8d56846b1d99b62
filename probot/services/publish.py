"""How does a version of the study come into force? It is stored under its hash and pointed at, whole or not at all.

The rule: what is open stays with the version it was opened under; what is not open yet is planned anew.
"""

from __future__ import annotations

from probot.services import keep_hours, leaving, path_tests
from probot.services.turn import Turn
from probot.store import people, studies
from probot.study.model import Study


def publish(turn: Turn, study: Study) -> bool:
    """Put a checked study in force. False if it is the version in force already."""
    before = studies.in_force(turn.connection)
    if before == study.hash:
        return False
    studies.keep(turn.connection, hash=study.hash, study=study.id, source=study.source, at=turn.now)
    studies.publish(turn.connection, hash=study.hash, at=turn.now, by=turn.actor)
    turn.note(
        "study published", "study", study.hash, field="hash", old=before, new=study.hash, study=study.hash
    )
    people.plan_anew(turn.connection, turn.now)
    path_tests.plan(turn, study)
    keep_hours.arrange(turn, study)
    for person in people.active_staff(turn.connection):
        leaving.release(turn, person, all_of_them=False)  # a role may take no alerts any more
    return True
