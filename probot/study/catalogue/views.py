"""What can be wrong with what the team is shown?

The rule: what is asked to be drawn can be drawn, and nothing is sent into hours that are quiet.
"""

from __future__ import annotations

from probot.study.catalogue.kind import Kind

VIEWS: tuple[Kind, ...] = (
    Kind(
        "PB951",
        "An item that cannot be drawn",
        "A picture shows scales, numbers and counts as curves, and choices whose options all have a score as marks.",
        "take the item out of `show`, or give its options scores.",
        "show: [pain, remarks], where remarks is a text",
    ),
    Kind(
        "PB952",
        "An item twice in one picture",
        "It would be drawn twice.",
        "keep one of them.",
        "show: [pain, pain]",
    ),
    Kind(
        "PB953",
        "A digest or hand-over in quiet hours",
        "It makes a sound while the team sleeps; urgent alerts alone may do that.",
        "choose an hour outside the quiet hours of `routine`.",
        'digest: "06:00" with staff: {routine: "20:00-08:00"}',
        severity="warning",
    ),
    Kind(
        "PB954",
        "An item that nobody is asked",
        "No timepoint asks it, so the picture would never show it.",
        "add its instrument to a timepoint, or take it out of `show`.",
        "show: [pain], and no timepoint asks the instrument of pain",
        severity="warning",
    ),
)
