"""Is every way to write a time, a duration, a repeat or a date read as it is meant?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta

import pytest

from probot.study import scalars
from probot.study.model import Every, Moment, Offset
from probot.study.scalars import MisreadError


@pytest.mark.parametrize(
    ("read", "word", "value"),
    [
        (scalars.clock, "9:05", time(9, 5)),
        (scalars.clock, "00:00", time(0)),
        (scalars.span, "21:30-07:00", (time(21, 30), time(7))),
        (scalars.span, "07:00 – 11:00", (time(7), time(11))),
        (scalars.duration, "30m", timedelta(minutes=30)),
        (scalars.duration, "-3d", timedelta(days=-3)),
        (scalars.duration, "+2w", timedelta(weeks=2)),
        (scalars.duration, "1h 30m", timedelta(minutes=90)),
        (scalars.duration, "2 hours", timedelta(hours=2)),
        (scalars.numbers, "34.0-43.0", (34.0, 43.0)),
        (scalars.numbers, "-5 - 5", (-5.0, 5.0)),
        (scalars.every, "day", Every("day")),
        (scalars.every, "3 days", Every("day", step=3)),
        (scalars.every, "2 weeks", Every("week", step=2)),
        (scalars.every, "week on thu mon", Every("week", weekdays=(0, 3))),
        (scalars.every, "week on Monday, Thursday", Every("week", weekdays=(0, 3))),
        (scalars.every, "month", Every("month")),
        (scalars.every, "3 months", Every("month", step=3)),
        (scalars.every, "days [1, 3, 7]", Every("days", days=(1, 3, 7))),
        (scalars.every, "once", Every("once")),
        (scalars.moment, "transplant", Moment("anchor", "transplant")),
        (scalars.moment, "transplant + 12 months", Moment("anchor", "transplant", Offset(months=12))),
        (scalars.moment, "start + 1 year", Moment("anchor", "start", Offset(months=12))),
        (scalars.moment, "start - 3d", Moment("anchor", "start", Offset(days=-3))),
        (scalars.moment, "end of treatment", Moment("end", "treatment")),
        (scalars.moment, "start of treatment + 2w", Moment("start", "treatment", Offset(days=14))),
        (scalars.boolean, "no", False),
        (scalars.boolean, "True", True),
    ],
)
def test_a_word_is_read_as_it_is_meant(read: Callable[[str], object], word: str, value: object) -> None:
    assert read(word) == value


@pytest.mark.parametrize(
    ("read", "word", "code"),
    [
        (scalars.clock, "9", "PB212"),
        (scalars.clock, "24:00", "PB212"),
        (scalars.clock, "9:60", "PB212"),
        (scalars.clock, "١٨:٠٠", "PB212"),
        (scalars.span, "07:00", "PB214"),
        (scalars.span, "07:00-07:00", "PB214"),
        (scalars.span, "07:00-25:00", "PB212"),
        (scalars.duration, "90", "PB213"),
        (scalars.duration, "1.5h", "PB213"),
        (scalars.duration, "3 months", "PB213"),
        (scalars.duration, "999999999d", "PB213"),
        (scalars.length, "0h", "PB213"),
        (scalars.not_negative, "-2h", "PB213"),
        (scalars.numbers, "10", "PB215"),
        (scalars.numbers, "10-0", "PB215"),
        (scalars.every, "fortnight", "PB216"),
        (scalars.every, "week on someday", "PB216"),
        (scalars.every, "days [3, 1]", "PB216"),
        (scalars.every, "0 days", "PB210"),
        (scalars.moment, "start + 3h", "PB217"),
        (scalars.moment, "12 months", "PB217"),
        (scalars.boolean, "1", "PB211"),
        (scalars.name, "Pain", "PB207"),
        (scalars.name, "1pain", "PB207"),
        (scalars.name, "p" * 41, "PB207"),
        (scalars.name, "within", "PB208"),
    ],
)
def test_a_word_that_could_mean_anything_is_refused(
    read: Callable[[str], object], word: str, code: str
) -> None:
    with pytest.raises(MisreadError) as misread:
        read(word)
    assert misread.value.code == code


def test_fullwidth_punctuation_is_named_as_such() -> None:
    with pytest.raises(MisreadError) as misread:
        scalars.clock("18：00")
    assert misread.value.mend == "punctuation must be half-width here: `18:00`."
