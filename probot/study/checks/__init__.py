"""Does the study make sense? Every check over the draft, one file for each theme.

The rule: a check only looks; what it finds goes to the draft, and none relies on another having passed.
"""

from __future__ import annotations

from probot.study.checks import (
    calendar,
    conditions,
    items,
    ladder,
    languages,
    names,
    outcomes,
    paths,
    phases,
    rota,
    rules,
    texts,
    views,
)
from probot.study.draft import Draft

CHECKS = (
    names.check,
    languages.check,
    items.check,
    conditions.check,
    rules.check,
    ladder.check,
    paths.check,
    rota.check,
    phases.check,
    calendar.check,
    texts.check,
    views.check,
    outcomes.check,
)


def check(draft: Draft) -> None:
    """All problems of meaning go to the draft's source."""
    for one in CHECKS:
        one(draft)
