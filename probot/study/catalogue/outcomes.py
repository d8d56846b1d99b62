"""What can be wrong with events, the primary endpoint and adverse events?

The rule: what decides about healing or about safety is checked before anybody is enrolled.
"""

from __future__ import annotations

from probot.study.catalogue.kind import Kind

OUTCOMES: tuple[Kind, ...] = (
    Kind(
        "PB961",
        "A term that CTCAE v5.0 does not have",
        "Terms are named exactly as CTCAE v5.0 names them in English, so that everybody means the same.",
        "look it up in CTCAE v5.0; what has no term is entered as one of its `… - Other, specify`.",
        "terms: [Oral mucositis]",
    ),
    Kind(
        "PB962",
        "Nobody may judge adverse events",
        "Only a role with the power `adjudicate` says that something is an adverse event, and signs.",
        "add `adjudicate` to what the investigators may do.",
        "adverse_events, and no role may adjudicate",
    ),
    Kind(
        "PB963",
        "No reminder before the time is up",
        "The clock of a serious event is there to be heard before it has run out.",
        "add a rung such as {after: 12h, notify: investigator}.",
        "report_within: 24h with ladder: [{notify: care_team}, {after: 24h, repeat: 1h}]",
        severity="warning",
    ),
    Kind(
        "PB964",
        "An item that cannot decide about the endpoint",
        "A grade is a number given by a clinician, pain a number given by the participant, the examination a date.",
        "name a choice with scores, a scale, or for `examined` a date item, of the right person.",
        "sites: {oral: {grade: pain_oral, pain: grade_oral}}",
    ),
    Kind(
        "PB965",
        "A site without an endpoint",
        "Participants with that site alone would never count as healed.",
        "add the site under `sites`, or leave out `of` if that is meant.",
        "of: site, and no entry for one of its options",
        severity="warning",
    ),
    Kind(
        "PB966",
        "Not a whole number of days",
        "Examinations and diaries are compared by their dates.",
        "write whole days, as in 1d or 5d.",
        "pain_within: 36h",
    ),
    Kind(
        "PB967",
        "A date that is set later and needed at once",
        "Enrolment asks for every anchor that is not optional; what an event or healing sets is not known then.",
        "mark the anchor with `optional: true`, or name another one.",
        "ends: treatment_start",
    ),
    Kind(
        "PB968",
        "A limit outside the scale",
        "Everybody, or nobody, would meet it.",
        "write a number within the scale and below its end.",
        "pain_at_most: 10 on a scale of 0-10",
    ),
    Kind(
        "PB969",
        "A beginning that healing itself sets",
        "Nothing counts before the date of `since`; if only healing sets that date, nobody is ever healed.",
        "name under `since` the anchor with which treatment starts.",
        "since: treatment_end with ends: treatment_end",
    ),
)
