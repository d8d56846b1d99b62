"""Were all promises kept? Every broken one, in words, after a run.

The rule: independent of the product: it reads the final database and the server's transcript, and nothing else.

| module | invariants |
|---|---|
| check_answers | I1 every answer on record once; I2 nothing invented; every expected assessment a row with a reason |
| check_alerts | I3 the rules once more, and who blocked the bot; I4 told, and taken by a named person; I5 escalated on time |
| check_messages | I6 when and how often; I7 nobody hears of another; I8 nothing to a chat that was let go |
| check_house | I9 the trail; I10 the outbox; I11 quiet when nothing breaks |
| check_health | I12 it says so within minutes when nobody would be told, and does not cry wolf |
"""

from __future__ import annotations

from tests.simulation import check_alerts, check_answers, check_health, check_house, check_messages
from tests.simulation.evidence import Evidence
from tests.simulation.world_of_days import Record

CHECKS = (
    check_answers.check,
    check_alerts.check,
    check_messages.check,
    check_house.check,
    check_health.check,
)


def check(record: Record) -> list[str]:
    """Every broken promise; none: all is well."""
    found = Evidence(record)
    return [problem for each in CHECKS for problem in each(found)]


def excerpt(record: Record, problems: list[str], lines: int = 25) -> str:
    """The problems, and the lines of the log that name what they name."""
    words = {word.strip("',:.()") for problem in problems[:3] for word in problem.split() if len(word) > 6}
    keys = [word for word in words if any(each.isdigit() for each in word) or len(word) == 22]
    log = record.log().decode().splitlines()
    named = [line for line in log if any(key in line for key in keys)][:lines]
    return "\n".join([*problems[:12], "", *(line[:300] for line in named)])
