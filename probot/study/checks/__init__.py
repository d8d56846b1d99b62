"""Does the study make sense? Every check over the draft, one file for each theme."""

from __future__ import annotations

from probot.study.draft import Draft


def check(draft: Draft) -> None:
    """All problems of meaning go to the draft's source."""
