"""What can be wrong with ladder, roles and the hours of staff?

The rule: an alert reaches somebody who may take it, and goes on until somebody does.
"""

from __future__ import annotations

from probot.study.catalogue.kind import Kind

LADDER: tuple[Kind, ...] = (
    Kind(
        "PB701",
        "A rung that tells nobody",
        "It neither notifies anybody, nor repeats, nor stands in a digest.",
        "add `notify:`, or `repeat:` on the last rung.",
        "- {after: 10m}",
    ),
    Kind(
        "PB702",
        "A rung for a role that does not exist",
        "Nobody can be reached under that name.",
        "name `care_team`, one of the roles, or somebody of the rota's `people`.",
        "notify: docter",
    ),
    Kind(
        "PB703",
        "A rung for a role that may not take alerts",
        "It would be told and could not act.",
        "add `acknowledge` to what the role may do, or notify another role.",
        "notify: monitor, who may only view",
    ),
    Kind(
        "PB704",
        "Urgent alerts stop after the last rung",
        "An urgent alert is told again until somebody takes it; so its last rung repeats.",
        "add a last rung such as {after: 30m, repeat: 30m}.",
        "urgent: [{notify: care_team}]",
    ),
    Kind(
        "PB705",
        "Rungs out of order",
        "Each rung comes later than the one before it.",
        "order the rungs by `after`.",
        "[{after: 20m, …}, {after: 10m, …}]",
    ),
    Kind(
        "PB706",
        "Quiet hours for urgent alerts",
        "Urgent alerts are told at any hour.",
        "take `urgent` out of the quiet hours.",
        'staff: {urgent: "22:00-07:00"}',
    ),
    Kind(
        "PB707",
        "Nobody may take alerts",
        "No role has the power `acknowledge`, so every alert would climb for ever.",
        "add `acknowledge` to what some role may do.",
        "roles: {monitor: {may: [view]}}",
    ),
    Kind(
        "PB708",
        "A digest for alerts that cannot wait",
        "Urgent alerts are told at once, never in a daily summary.",
        "use `notify` and `after`.",
        'urgent: [{digest: "08:00"}]',
    ),
    Kind(
        "PB709",
        "Nobody is told at first",
        "The first rung waits although nobody has been told before it.",
        "let the first rung notify at once, without `after`.",
        "urgent: [{after: 10m, notify: doctor}, …]",
    ),
    Kind(
        "PB710",
        "Repeats that come too often",
        "A chat that fills up every few minutes is muted, and the next alert is not seen.",
        "repeat after 5 minutes or more.",
        "repeat: 1m",
        severity="warning",
    ),
    Kind(
        "PB711",
        "A digest in quiet hours",
        "The summary would wait until the quiet hours end.",
        "set the digest after the quiet hours.",
        'digest: "06:00" with staff: {routine: "20:00-08:00"}',
        severity="warning",
    ),
    Kind(
        "PB712",
        "Nobody may fill in the clinician's form",
        "A timepoint is answered by clinicians and no role has the power `grade`.",
        "add `grade` to what some role may do.",
        "by: clinician, and no role may grade",
    ),
    Kind(
        "PB713",
        "A rung with `digest` and `after`",
        "A digest comes at its hour; it has no `after` and no `repeat`.",
        "keep one of them.",
        '{after: 1h, digest: "08:00"}',
    ),
    Kind(
        "PB714",
        "A repeat before the last rung",
        "From a repeat on everybody told so far is told again; a rung behind it would never be climbed.",
        "move `repeat` to the last rung.",
        "[{notify: care_team, repeat: 1h}, {after: 4h, notify: doctor}]",
    ),
    Kind(
        "PB715",
        "Urgent alerts may stand still for long",
        "Once taken, or put off, nobody is called again for that long, whatever becomes of the person who has it.",
        "let a taken urgent alert open again after 4h or so, and be put off for 1h or so.",
        "handling: {urgent: {lasts: 2d}}",
        severity="warning",
    ),
    Kind(
        "PB716",
        "No question about contact",
        "The item is meant to ask how soon somebody would like to be contacted, and its answers do not say so.",
        "name an item of kind `choice` with the options `now`, `today` and `no_need`.",
        "contact: {items: [pain_oral]}",
    ),
    Kind(
        "PB717",
        "Hours without anybody on call",
        "A rung for `on_call` tells the team's chat in those hours instead.",
        "let the shifts cover the whole week, or leave it to the team on purpose.",
        'shifts: [{who: doctor, at: "08:00-18:00"}]',
        severity="warning",
    ),
    Kind(
        "PB718",
        "Somebody unknown on the rota",
        "Nobody can be called under that name.",
        "name a role, or add the person to the rota's `people`.",
        "rota: {people: [Wang], shifts: [{who: Wnag}]}",
    ),
    Kind(
        "PB719",
        "A ladder that reaches nobody at some hour",
        "All its rungs call whoever is on call, and at some hour of the week nobody is.",
        "add a rung for `care_team` or a role, or let the rota cover the whole week.",
        "soon: [{notify: on_call}], and no rota",
    ),
)
