from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import Path

import polib
import pytest

from probot.wording import (
    FOLDERS,
    WordingMissing,
    clock,
    day,
    duration,
    keys,
    moment,
    number,
    placeholders,
    say,
)

LOCALES = Path(__file__).parents[2] / "locales"
CATALOGUES = {
    language: LOCALES / folder / "LC_MESSAGES" / "probot.po" for language, folder in FOLDERS.items()
}


@pytest.mark.parametrize("language", FOLDERS)
def test_every_key_stands_once_and_is_translated(language: str) -> None:
    catalogue = polib.pofile(str(CATALOGUES[language]))
    assert not catalogue.untranslated_entries()
    assert not catalogue.fuzzy_entries()
    assert [key for key, times in Counter(entry.msgid for entry in catalogue).items() if times > 1] == []
    assert keys(language) == {entry.msgid for entry in catalogue}


def test_both_languages_say_the_same_things_with_the_same_placeholders() -> None:
    assert keys("en") == keys("zh")
    differing = [key for key in keys("en") if placeholders("en", key) != placeholders("zh", key)]
    assert differing == []


def test_every_key_that_the_code_names_is_in_the_catalogues() -> None:
    code = LOCALES.parent / "probot"
    named = {
        key
        for file in code.rglob("*.py")
        for key in re.findall(r"""say\(\s*[\w.\[\]"]+,\s*"([a-z_.]+)"\s*[,)]""", file.read_text("utf-8"))
    }
    assert len(named) > 40
    assert named - keys("en") == set()


def test_chinese_speaks_to_patients_politely() -> None:
    familiar = [entry.msgid for entry in polib.pofile(str(CATALOGUES["zh"])) if "你" in entry.msgstr]
    assert familiar == []


def test_nothing_falls_back() -> None:
    for language, key, values in (
        ("en", "no.such.key", {}),
        ("de", "button.back", {}),
        ("en", "ask.next", {"number": 1}),
        ("en", "time.days", {}),
    ):
        with pytest.raises(WordingMissing):
            say(language, key, **values)


def test_values_are_put_in_as_they_are() -> None:
    assert say("en", "answered.value", value="{n} {0.__class__} %s") == "✓ {n} {0.__class__} %s"


def test_plurals_follow_the_language() -> None:
    assert [say("en", "time.days", n=n) for n in (0, 1, 2)] == ["0 days", "1 day", "2 days"]
    assert [say("zh", "time.days", n=n) for n in (0, 1, 2)] == ["0天", "1天", "2天"]


def test_dates_and_times_are_local_and_written_as_people_write_them() -> None:
    tuesday = date(2026, 3, 3)
    assert day("en", tuesday) == "Tue, Mar 3"
    assert day("zh", tuesday) == "3月3日周二"
    assert day("en", tuesday, year=True) == "Tue, Mar 3, 2026"
    assert day("zh", tuesday, year=True) == "2026年3月3日周二"
    shanghai = timezone(timedelta(hours=8))
    for zone in (None, UTC, shanghai):
        assert clock("zh", datetime(2026, 3, 3, 21, 5, tzinfo=zone)) == "21:05"
    assert clock("en", time(0, 0)) == "00:00"
    assert moment("zh", datetime(2026, 3, 3, 9, 0, tzinfo=shanghai)) == "3月3日周二 09:00"
    assert moment("en", datetime(2026, 3, 3, 9, 0, tzinfo=shanghai)) == "Tue, Mar 3, 09:00"


@pytest.mark.parametrize(
    ("length", "english", "chinese"),
    [
        (timedelta(minutes=1), "1 minute", "1分钟"),
        (timedelta(minutes=90), "1 hour 30 minutes", "1小时30分钟"),
        (timedelta(days=1, hours=1, minutes=5), "1 day 1 hour", "1天1小时"),
        (timedelta(days=-2), "2 days", "2天"),
        (timedelta(seconds=10), "0 minutes", "0分钟"),
    ],
)
def test_a_length_of_time_has_at_most_two_units(length: timedelta, english: str, chinese: str) -> None:
    assert (duration("en", length), duration("zh", length)) == (english, chinese)


def test_numbers_keep_their_decimals_and_are_never_grouped() -> None:
    assert number("en", 38, 1) == "38.0"
    assert number("zh", 36.65, 1) in {"36.6", "36.7"}
    assert number("en", 1234) == "1234"
