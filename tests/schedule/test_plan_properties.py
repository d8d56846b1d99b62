"""What is true of every plan, whatever the study, the zone and the dates."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from probot.schedule.model import Calendar
from probot.schedule.phases import phase_dates
from probot.schedule.plan import plan
from probot.schedule.quiet import is_quiet
from probot.study.model import Every, QuietHours, Study, Timepoint, Window
from probot.values import EnrolmentId
from tests.schedule.studies import study, timepoint

ZONES = ["Asia/Shanghai", "Europe/Helsinki", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"]
EVERY = st.one_of(
    st.builds(Every, st.just("day"), step=st.integers(1, 4)),
    st.builds(Every, st.just("week"), weekdays=st.sampled_from([(), (0,), (1, 4)]), step=st.integers(1, 3)),
    st.builds(Every, st.just("month"), step=st.integers(1, 3)),
    st.builds(Every, st.just("days"), days=st.lists(st.integers(1, 40), min_size=1).map(tuple)),
    st.just(Every("once")),
)
HOURS = st.integers(0, 90).map(lambda hours: timedelta(hours=hours))
WINDOWS = st.builds(
    lambda before, length, grace: Window(-before, length - before, grace),
    HOURS,
    st.integers(1, 90).map(lambda hours: timedelta(hours=hours)),
    HOURS,
)
TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))


@st.composite
def timepoints(draw: st.DrawFn, name: str) -> Timepoint:
    return timepoint(
        name=name,
        during=draw(st.sampled_from(["treatment", "follow_up"])),
        every=draw(EVERY),
        at=draw(TIMES),
        movable=draw(st.none() | st.tuples(TIMES, TIMES).map(lambda span: tuple(sorted(span)))),
        window=draw(WINDOWS),
        remind=tuple(draw(st.lists(HOURS, max_size=3))),
        late_start=draw(st.none() | HOURS),
        by=draw(st.sampled_from(["participant", "participant", "clinician"])),
    )


STUDIES = st.builds(
    lambda first, second, quiet: study(first, second, quiet=quiet),
    timepoints("first"),
    timepoints("second"),
    st.none() | st.builds(QuietHours, TIMES, TIMES),
)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    start = draw(
        st.dates(date(2011, 11, 1), date(2012, 1, 15)) | st.dates(date(2026, 1, 1), date(2026, 12, 31))
    )
    known = {"treatment_start": start, "transplant": start - timedelta(days=draw(st.integers(0, 40)))}
    if draw(st.booleans()):
        known["treatment_end"] = start + timedelta(days=draw(st.integers(-5, 40)))
    zone, hour = draw(st.sampled_from(ZONES)), draw(st.none() | TIMES)
    return Calendar(EnrolmentId("E-1"), zone, known, hour)


@st.composite
def instants(draw: st.DrawFn, known: Calendar, count: int) -> list[datetime]:
    origin = datetime.combine(known.anchors["treatment_start"], time(), UTC)
    return sorted(origin + timedelta(hours=draw(st.integers(-100, 2500))) for _ in range(count))


@given(of=STUDIES, known=calendars(), data=st.data())
def test_two_ranges_that_meet_plan_what_the_whole_plans(of: Study, known: Calendar, data: st.DataObject):
    a, b, c = data.draw(instants(known, 3))
    assert plan(of, known, a, b) + plan(of, known, b, c) == plan(of, known, a, c)
    assert plan(of, known, a, c) == plan(of, known, a, c)


@given(of=STUDIES, known=calendars(), data=st.data())
def test_every_plan_keeps_to_its_range_phase_and_quiet_hours(of: Study, known: Calendar, data: st.DataObject):
    start, until = data.draw(instants(known, 2))
    found = plan(of, known, start, until)
    dates = phase_dates(of, known)
    assert [each.opens_at for each in found] == sorted(each.opens_at for each in found)
    assert len({each.id for each in found}) == len(found)
    for each in found:
        source = of.plan[each.timepoint]
        first, end = dates[source.during]
        assert start <= each.opens_at < until
        assert first <= each.day
        assert end is None or each.day < end
        assert each.day_of_phase == (each.day - first).days + 1
        assert each.opens_at <= each.late_start_until <= each.closes_at <= each.grace_until
        assert all(each.opens_at < reminder < each.closes_at for reminder in each.reminders)
        assert list(each.reminders) == sorted(set(each.reminders))
        if source.by == "participant":
            sent = (each.opens_at, *each.reminders)
            assert not any(is_quiet(moment, of.participant_quiet, known.zone) for moment in sent)


@given(of=STUDIES, known=calendars(), hour=st.none() | TIMES)
def test_another_hour_changes_no_ids(of: Study, known: Calendar, hour: time | None):
    other = Calendar(known.enrolment, known.zone, known.anchors, hour)
    wide = (datetime(2005, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC))
    assert {each.id for each in plan(of, known, *wide)} == {each.id for each in plan(of, other, *wide)}
