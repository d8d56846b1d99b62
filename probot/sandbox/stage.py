"""Who stands on the page when nobody has set it up? Two patients, three staff and their group chat.

The rule: made-up first names only; nothing here is known to the study until a link is opened.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from probot.sandbox.botapi import BotApi

_LINK = re.compile(r"[?&]start(?:group)?=([A-Za-z0-9_-]{1,64})")


@dataclass(frozen=True, slots=True)
class Cast:
    """The people and the group of a fresh sandbox, by id."""

    patient_zh: int
    patient_en: int
    staff: tuple[int, ...]
    care_team: int


def set_stage(api: BotApi, *, staff: tuple[str, ...] = ("Mei", "Tom", "Dr. Zhou")) -> Cast:
    """Makes a Chinese-speaking and an English-speaking patient, the staff, and their group."""
    patient_zh = api.people.new_person("小林", language_code="zh-hans")
    patient_en = api.people.new_person("Emma", language_code="en")
    team = tuple(api.people.new_person(name, language_code="en", seat="staff") for name in staff)
    care_team = api.people.new_group(team[0], "Care team 医护团队", members=team[1:], kind="supergroup")
    return Cast(patient_zh, patient_en, team, care_team)


def link_payload(link: str) -> str:
    """The payload of `https://t.me/<bot>?start=<payload>`; a bare payload stays as it is."""
    found = _LINK.search(link)
    return found[1] if found else link.strip()
