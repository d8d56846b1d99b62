"""What can be wrong with the paths beside Telegram and with their test?

The rule: a name of the ladder means one thing, and a path is tested at an hour at which somebody answers.
"""

from __future__ import annotations

from probot.study.catalogue.kind import Kind

PATHS: tuple[Kind, ...] = (
    Kind(
        "PB720",
        "A path with a name that is taken",
        "A ladder names the team's chat, roles and paths; one name can mean only one of them.",
        "give the path another name.",
        "paths: {doctor: …} beside roles: {doctor: …}",
    ),
    Kind(
        "PB721",
        "A path that reaches nobody known",
        "It carries the alerts of the care team or of a role when Telegram is silent.",
        "name `care_team` or one of the roles.",
        "reaches: [docter]",
    ),
    Kind(
        "PB722",
        "A digest on a path beside Telegram",
        "The daily summary goes to Telegram chats alone; a path beside Telegram calls people to one alert.",
        "use `notify` and `after`, or give the digest to `care_team`.",
        '{digest: "08:00", notify: duty_mail}',
    ),
    Kind(
        "PB723",
        "A path test that outlives its day",
        "The next test comes a day later; an unanswered one must climb before that.",
        "choose `within` between 5m and 12h.",
        'path_test: {at: "09:00", within: 2d}',
    ),
    Kind(
        "PB724",
        "A path test in quiet hours",
        "It would ask people to answer at an hour at which they are not to be disturbed.",
        "test at an hour at which somebody is at work.",
        'path_test: {at: "03:00"} with staff: {soon: "22:00-07:00"}',
        severity="warning",
    ),
    Kind(
        "PB725",
        "A tier that only paths beside Telegram hear of",
        "An alert is taken with a tap in Telegram, so somebody must see it there.",
        "add a rung that notifies `care_team` or a role.",
        "soon: [{notify: duty_mail}]",
    ),
)
