"""Who is on call at this moment? The rota, read by the clocks of the study's zone.

The rule: what the clocks show decides, also on a day on which they are moved.
"""

from __future__ import annotations

from datetime import datetime

from probot.schedule.civil import local
from probot.study.model import Study
from probot.study.rota import DAY, on_call_at


def on_call(study: Study, moment: datetime) -> tuple[str, ...]:
    """Roles and names of those on call at `moment` (aware); nobody where there is no rota."""
    if study.rota is None:
        return ()
    here = local(moment, study.zone)
    return on_call_at(study.rota, here.weekday() * DAY + here.hour * 60 + here.minute)
