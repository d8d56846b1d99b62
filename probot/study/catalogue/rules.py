"""What can be wrong with alert rules?

The rule: every rule can be met, adds something, and treats both arms alike.
"""

from __future__ import annotations

from probot.study.catalogue.kind import Kind

RULES: tuple[Kind, ...] = (
    Kind(
        "PB601",
        "A rule that can never be met",
        "No answers that can be given together meet it.",
        "mend the condition; a rule sees the answers of one assessment, earlier ones by previous(…).",
        'when: "pain >= 7 and pain <= 3"',
    ),
    Kind(
        "PB602",
        "A rule hidden by another",
        "Whenever it is met, the other is met too, and both are about one concept: nobody ever sees this one.",
        "take it away, change its threshold, or give it another concept.",
        'pain_high "pain >= 7" beside pain_any "pain >= 4" of the same tier',
        severity="warning",
    ),
    Kind(
        "PB603",
        "A rule that looks at the arm",
        "Alerts are the same for both arms; otherwise the care given would depend on the arm.",
        "take the arm out of the condition.",
        'when: "pain >= 7 and arm == msc"',
    ),
    Kind(
        "PB604",
        "A text for participants that does not exist",
        "`tell_participant` names an entry of `texts`.",
        "add the text, or name one that exists.",
        "tell_participant: call_wrd",
    ),
    Kind(
        "PB605",
        "A missed assessment raises no rule of its kind",
        "`raise` names a rule with `on: missed`.",
        "name such a rule.",
        "missed: {in_a_row: 2, raise: fever}",
    ),
    Kind(
        "PB606",
        "A rule on missed assessments that nothing raises",
        "No timepoint names it under `missed`, so it is never met.",
        "add `missed: {in_a_row: 2, raise: …}` to a timepoint.",
        "a rule with on: missed that no timepoint names",
        severity="warning",
    ),
    Kind(
        "PB607",
        "A concept that is almost a name",
        "It differs by a letter or two from an item or from the concept of another rule; two alerts would be open for one thing.",
        "write the concept exactly as elsewhere.",
        "concept: pain_orl",
        severity="warning",
    ),
    Kind(
        "PB608",
        "An urgent rule that tells the participant nothing",
        "While the team is being reached, the participant is left without advice.",
        "add `tell_participant:` with the text to send at once.",
        "tier: urgent without tell_participant",
        severity="warning",
    ),
    Kind(
        "PB609",
        "Nothing is ever told to the team",
        "No rule looks at an answer.",
        "add rules with `when`.",
        "rules: only with `on`",
        severity="warning",
    ),
)
