"""What can be wrong with phases and plan?

The rule: everything planned can be asked at a decent hour, answered in time, and comes to an end.
"""

from __future__ import annotations

from probot.study.catalogue.kind import Kind

CALENDAR: tuple[Kind, ...] = (
    Kind(
        "PB801",
        "A window that closes before it opens",
        "Nobody could ever answer.",
        "let `closes` be later than `opens`.",
        "window: {opens: 3h, closes: 2h}",
    ),
    Kind(
        "PB802",
        "A window that reaches into the next one",
        "Two assessments of the same timepoint would be open at once, and an answer could mean either.",
        "close it before it opens again.",
        "every: day with window: {closes: 30h}",
    ),
    Kind(
        "PB803",
        "Asked in quiet hours",
        "Participants are not disturbed in their quiet hours, so it would be asked later than written.",
        "choose another hour, or change the quiet hours.",
        'at: "22:00" with participants: "21:30-07:00"',
    ),
    Kind(
        "PB804",
        "Participants may choose a quiet hour",
        "Whoever chooses such an hour would be asked later than chosen.",
        "keep `movable` outside the participants' quiet hours.",
        'movable: "06:00-11:00" with participants: "21:30-07:00"',
    ),
    Kind(
        "PB805",
        "The hour lies outside its own span",
        "Participants who choose nothing are asked at `at`, which they could not choose themselves.",
        "let `movable` include `at`.",
        'at: "12:00" with movable: "07:00-11:00"',
    ),
    Kind(
        "PB806",
        "A reminder after closing",
        "It would ask for an answer that does not count any more.",
        "remind before the window closes; reminders count from opening.",
        "remind: [14h] with window: {closes: 12h}",
    ),
    Kind(
        "PB807",
        "A reminder in quiet hours",
        "It waits until the quiet hours end, or is left out if the window has closed by then.",
        "choose another distance.",
        'remind: [13h] at "09:00"',
        severity="warning",
    ),
    Kind(
        "PB808",
        "Late start longer than the window",
        "It could be asked for the first time when it is closed already.",
        "let `within` be shorter than the window.",
        "late_start: {within: 1d} with window: {closes: 12h}",
    ),
    Kind(
        "PB809",
        "A phase without days",
        "It ends before it starts.",
        "check `from` and `until`.",
        "from: transplant + 10d, until: transplant + 5d",
    ),
    Kind(
        "PB810",
        "Phases in a circle",
        "Each begins or ends with the other, so no date can ever be found.",
        "let one of them begin and end with an anchor.",
        "a: until start of b; b: from end of a",
    ),
    Kind(
        "PB811",
        "Days that lie outside the phase",
        "The phase is over by then, so it is never asked on them.",
        "choose days within the phase, or make the phase longer.",
        "every: days [40] in a phase of 28 days",
    ),
    Kind(
        "PB812",
        "A clinician's instrument for participants",
        "Participants would be asked what only staff can judge.",
        "add `by: clinician` to the timepoint.",
        "ask: mucosal_grade without by: clinician",
    ),
    Kind(
        "PB813",
        "Instruments for different people in one timepoint",
        "One assessment is answered by one person.",
        "make two timepoints of it.",
        "ask: [pain_diary, mucosal_grade]",
    ),
    Kind(
        "PB814",
        "An instrument asked twice in one timepoint",
        "The second round would overwrite the first.",
        "name it once.",
        "ask: [pain_diary, pain_diary]",
    ),
    Kind(
        "PB815",
        "Reminders out of order",
        "Each reminder comes later than the one before.",
        "order them by time.",
        "remind: [6h, 2h]",
    ),
    Kind(
        "PB816",
        "A phase that may never end",
        "All of its ends hang on dates that may never be known; participants would be asked for ever.",
        "add an end that is always known, such as `treatment_start + 28d`.",
        "until: treatment_end, where treatment_end is optional",
    ),
    Kind(
        "PB817",
        "A phase in which nothing is asked",
        "No timepoint names it, and no other phase counts from it.",
        "take it away, or name it under `during`.",
        "phases: a phase that no `during` names",
        severity="warning",
    ),
    Kind(
        "PB818",
        "A planned timepoint without its calendar",
        "`during`, `every` and `at` belong together; only an on-demand one has none of them.",
        "add the missing key, or `on_demand: true`.",
        "a timepoint without `at`",
    ),
    Kind(
        "PB819",
        "An on-demand timepoint with a calendar",
        "Participants start it themselves; it is not planned and not missed.",
        "take these keys away, or `on_demand`.",
        "on_demand: true with every: day",
    ),
    Kind(
        "PB820",
        "Two timepoints ask the same at the same hour",
        "Participants would be asked the same instrument twice in a row.",
        "move one of them to another hour, or ask the instrument in one of them.",
        'daily and weekly both ask pain_diary at "09:00" in one phase',
        severity="warning",
    ),
    Kind(
        "PB821",
        "More missed in a row than there are",
        "The phase is over before so many can be missed.",
        "choose a smaller number.",
        "every: once with missed: {in_a_row: 2, …}",
    ),
    Kind(
        "PB822",
        "Clinician instrument or timepoint with a participant's key",
        "Hours to choose and reminders in a chat are for participants.",
        "take the key away.",
        "by: clinician with movable",
    ),
)
