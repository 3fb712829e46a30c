from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from time import process_time
from typing import Any
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.rules.service_levels.calendars import (
    DAY,
    HORIZON,
    Calendar,
    Day,
    Window,
    Windows,
    add_working_time,
    countries,
    working_time,
)
from tests.support.wall_clock import ALWAYS, LUNCH, MICROSECOND, NIGHT, NONE, OFFICE, Count, daily, local, utc, weekdays

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
NOTHING = timedelta(0)
# Where the clocks do something at that time, and whose holidays are near.
PLACES = [
    ("UTC", "2026-03-01", ("GB", None)),
    ("Europe/London", "2026-03-27", ("GB", None)),
    ("Europe/London", "2026-10-23", None),
    ("Europe/London", "2026-12-24", ("GB", "SCT")),
    ("America/New_York", "2026-03-06", None),
    ("America/New_York", "2026-10-30", None),
    ("America/New_York", "2026-11-25", ("US", None)),
    ("Australia/Lord_Howe", "2026-04-03", ("AU", "NSW")),  # half an hour
    ("Australia/Lord_Howe", "2026-10-02", None),
    ("Asia/Kathmandu", "2026-06-01", None),  # three quarters of an hour from the others
    ("Pacific/Apia", "2011-12-28", None),  # without a 30th
    ("America/Sao_Paulo", "2018-11-02", ("BR", "SP")),  # changed at midnight
    ("America/Sao_Paulo", "2018-02-16", None),
    ("Africa/Casablanca", "2026-02-13", ("MA", None)),  # changed for Ramadan
    ("Africa/Casablanca", "2026-03-20", None),
]
SPAN = 4 * DAY

minutes = st.sampled_from([0, 1, 90, 120, 150, 540, 1_020, 1_380, 1_439, 1_440]) | st.integers(0, 1_440)
windows = st.sampled_from([NONE, ALWAYS, OFFICE, LUNCH, NIGHT, (Window(60, 180), Window(120, 240))]) | st.lists(
    st.tuples(minutes, minutes).map(lambda ends: Window(min(ends), max(ends))), max_size=3
).map(tuple)


@st.composite
def calendars(draw: st.DrawFn) -> tuple[Calendar, datetime]:
    """Any calendar, and a moment from which on it is interesting."""
    zone, around, area = draw(st.sampled_from(PLACES))
    first = utc(around)
    days = st.integers(-1, 6).map(lambda number: first.date() + number * DAY)
    country, subdivision = area or (None, None)
    week: Any = draw(st.tuples(*(windows,) * 7))
    exceptions = draw(st.dictionaries(days, st.tuples(windows, st.none() | st.just("Stocktaking")), max_size=2))
    return Calendar(zone, week, exceptions, country, subdivision), first


moments = st.integers(0, SPAN // MINUTE - 1).map(lambda n: n * MINUTE) | st.integers(0, SPAN // MICROSECOND - 1).map(
    lambda n: n * MICROSECOND
)


class TestWorkedLikeAWallClock:
    @settings(max_examples=150)
    @given(calendars(), moments, moments)
    def test_is_what_counting_minute_by_minute_gives(
        self, made: tuple[Calendar, datetime], one: timedelta, other: timedelta
    ) -> None:
        calendar, first = made
        count = Count(calendar, first, SPAN)
        start, end = first + min(one, other), first + max(one, other)
        assert working_time(calendar, start, end) == count(start, end)
        assert working_time(calendar, first, first + SPAN) == count(first, first + SPAN)
        assert working_time(calendar, end, start) == NOTHING

    @settings(max_examples=100)
    @given(calendars(), st.lists(moments, min_size=3, max_size=6).map(sorted))
    def test_adds_up_wherever_it_is_split_and_never_shrinks(
        self, made: tuple[Calendar, datetime], offsets: list[timedelta]
    ) -> None:
        calendar, first = made
        at = [first + offset for offset in offsets]
        parts = [working_time(calendar, *pair) for pair in pairwise(at)]
        assert sum(parts, NOTHING) == working_time(calendar, at[0], at[-1])
        sums = [working_time(calendar, at[0], moment) for moment in at]
        assert sums == sorted(sums)
        assert all(NOTHING <= part <= later - sooner for part, (sooner, later) in zip(parts, pairwise(at), strict=True))

    @settings(max_examples=50)
    @given(calendars())
    def test_days_are_in_order_without_overlaps(self, made: tuple[Calendar, datetime]) -> None:
        calendar, first = made
        stretches: list[tuple[datetime, datetime]] = []
        for number in range(5):
            day = first.date() + number * DAY
            midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
            of_day = calendar.stretches(day.toordinal())
            assert all(midnight <= start < end <= midnight + DAY for start, end in of_day)
            stretches += of_day
        assert all(end <= start for (_, end), (start, _) in pairwise(stretches))


class TestWorked:
    @pytest.mark.parametrize(
        ("start", "end", "hours"),
        [
            ("2026-01-09 16:00", "2026-01-12 10:00", 2),  # over a weekend
            ("2026-01-09 17:00", "2026-01-12 09:00", 0),
            ("2026-01-10 00:00", "2026-01-12 00:00", 0),
            ("2026-01-05 00:00", "2026-01-12 00:00", 40),
            ("2026-01-05 08:59", "2026-01-05 09:00", 0),
            ("2026-01-05 16:59:59.5", "2026-01-06 00:00", 0.5 / 3600),
            ("2026-01-05 12:00", "2026-01-05 12:00", 0),
            ("2026-01-05 12:00", "2026-01-05 11:00", 0),  # the wrong way round, on one day
            ("2026-01-06 12:00", "2026-01-05 12:00", 0),
            ("2026-03-27 09:00", "2026-03-30 17:00", 16),  # the clocks are changed at the weekend
            ("2026-10-23 09:00", "2026-10-26 17:00", 16),
            ("2026-12-24 15:00", "2026-12-29 10:00", 3),  # the 26th is made up for on the 28th
            ("2026-04-02 16:00", "2026-04-07 10:00", 2),  # Good Friday to Easter Monday
        ],
    )
    def test_in_an_english_office(self, start: str, end: str, hours: float) -> None:
        office = weekdays(OFFICE, country="GB", subdivision="ENG")
        assert working_time(office, local(start), local(end)) == hours * HOUR

    @pytest.mark.parametrize(
        ("start", "end", "hours"),
        [("11:00", "14:00", 2), ("12:00", "13:00", 0), ("08:00", "20:00", 7), ("12:59", "13:01", 1 / 60)],
    )
    def test_not_at_lunch(self, start: str, end: str, hours: float) -> None:
        assert working_time(weekdays(LUNCH), local(f"2026-01-05 {start}"), local(f"2026-01-05 {end}")) == hours * HOUR

    @pytest.mark.parametrize(
        ("zone", "day", "window", "hours"),
        [
            ("Europe/London", "2026-03-29", (60, 120), 0),  # an hour that was skipped
            ("Europe/London", "2026-10-25", (60, 120), 2),  # one that came twice
            ("Europe/London", "2026-03-29", (0, 1_440), 23),
            ("Europe/London", "2026-10-25", (0, 1_440), 25),
            ("Australia/Lord_Howe", "2026-10-04", (90, 180), 1),
            ("Australia/Lord_Howe", "2026-04-05", (90, 120), 1),
            ("America/Sao_Paulo", "2018-11-04", (0, 120), 1),
            ("America/Sao_Paulo", "2018-02-17", (1_380, 1_440), 2),
            ("Africa/Casablanca", "2026-02-15", (0, 1_440), 25),
            ("Africa/Casablanca", "2026-03-22", (0, 1_440), 23),
            ("Pacific/Apia", "2011-12-30", (0, 1_440), 0),
            ("Asia/Kathmandu", "2026-06-01", (0, 1_440), 24),
        ],
    )
    def test_when_the_clocks_are_changed(self, zone: str, day: str, window: tuple[int, int], hours: float) -> None:
        only = Calendar(zone, (NONE,) * 7, {date.fromisoformat(day): ((Window(*window),), None)})
        noon = utc(f"{day} 12:00")
        assert working_time(only, noon - 3 * DAY, noon + 3 * DAY) == hours * HOUR

    @pytest.mark.parametrize(
        ("day", "hours"),
        [
            ((), 0),
            ((Window(600, 600),), 0),
            ((Window(540, 600), Window(600, 660)), 2),
            ((Window(540, 660), Window(600, 720)), 3),
            ((Window(540, 601), Window(600, 660)), 2),
            ((Window(600, 660), Window(540, 720)), 3),
            ((Window(600, 660), Window(600, 660)), 1),
            ((Window(660, 720), Window(540, 600), Window(630, 630)), 2),
            ((Window(0, 720), Window(720, 1_440)), 24),
            ((Window(540, 600), Window(600, 600), Window(600, 660)), 2),
        ],
    )
    def test_windows_in_any_order_count_once(self, day: Windows, hours: int) -> None:
        assert working_time(daily(day), utc("2026-01-05"), utc("2026-01-06")) == hours * HOUR

    @given(st.integers(0, 10**15), st.integers(0, 10**14))
    def test_round_the_clock_is_the_time_that_passes(self, start: int, length: int) -> None:
        begin = datetime(2000, 1, 1, tzinfo=UTC) + start * MICROSECOND / 10
        end = begin + length * MICROSECOND / 10
        assert working_time(ROUND_THE_CLOCK, begin, end) == end - begin
        assert add_working_time(ROUND_THE_CLOCK, begin, end - begin) == end

    def test_does_not_ask_in_which_zone_a_moment_is_told(self) -> None:
        office = weekdays(OFFICE)
        start, end = local("2026-01-05 16:00"), local("2026-01-06 10:00")
        for zone in (ZoneInfo("Asia/Tokyo"), ZoneInfo("America/Los_Angeles")):
            assert working_time(office, start.astimezone(zone), end.astimezone(zone)) == 2 * HOUR
            assert add_working_time(office, start.astimezone(zone), 2 * HOUR) == end

    def test_long_ago_when_towns_had_a_time_of_their_own(self) -> None:
        begin = utc("1900-01-01")
        assert working_time(daily(ALWAYS, "Asia/Kathmandu"), begin, begin + 5 * DAY) == 5 * DAY
        wall = datetime(1900, 1, 2, 9, tzinfo=ZoneInfo("Asia/Kathmandu"))
        assert wall.utcoffset() == timedelta(hours=5, minutes=41, seconds=16)
        assert add_working_time(daily(OFFICE, "Asia/Kathmandu"), wall - HOUR, MICROSECOND) == wall + MICROSECOND


class TestAfter:
    @settings(max_examples=150)
    @given(calendars(), moments, st.sampled_from([MINUTE, HOUR, 8 * HOUR]) | moments)
    def test_is_the_first_moment_with_so_much_work(
        self, made: tuple[Calendar, datetime], offset: timedelta, amount: timedelta
    ) -> None:
        calendar, first = made
        start = first + offset
        moment = add_working_time(calendar, start, amount)
        if amount == NOTHING:
            assert moment == start
        elif moment is None:
            assert working_time(calendar, start, start + HORIZON) < amount
        else:
            assert working_time(calendar, start, moment) == amount
            assert working_time(calendar, start, moment - MICROSECOND) < amount
            if moment < first + SPAN - MINUTE:
                count = Count(calendar, first, SPAN)
                assert count(start, moment) == amount
                assert count(start, moment - MICROSECOND) < amount

    @pytest.mark.parametrize(
        ("start", "hours", "moment"),
        [
            ("2026-01-09 16:00", 2, "2026-01-12 10:00"),
            ("2026-01-09 16:00", 1, "2026-01-09 17:00"),  # not on Monday at nine
            ("2026-01-09 18:00", 1, "2026-01-12 10:00"),
            ("2026-01-09 16:00", 0, "2026-01-09 16:00"),
            ("2026-01-10 12:00", 0, "2026-01-10 12:00"),  # at a weekend, too
            ("2026-01-09 16:00", -3, "2026-01-09 16:00"),
            ("2026-01-05 09:00", 40, "2026-01-09 17:00"),
            ("2026-01-05 09:00", 80, "2026-01-16 17:00"),
            ("2026-12-24 16:00", 2, "2026-12-29 10:00"),
            ("2026-12-25 12:00", 8, "2026-12-29 17:00"),
            ("2026-12-31 16:30", 1, "2027-01-04 09:30"),
            ("2026-03-27 16:00", 2, "2026-03-30 10:00"),
            ("2026-10-23 16:00", 2, "2026-10-26 10:00"),
        ],
    )
    def test_in_an_english_office(self, start: str, hours: int, moment: str) -> None:
        office = weekdays(OFFICE, country="GB", subdivision="ENG")
        assert add_working_time(office, local(start), hours * HOUR) == local(moment)

    @pytest.mark.parametrize(
        ("start", "hours", "moment"),
        [
            ("2026-01-05 11:00", 1, "2026-01-05 12:00"),
            ("2026-01-05 11:00", 2, "2026-01-05 14:00"),
            ("2026-01-05 12:30", 1, "2026-01-05 14:00"),
            ("2026-01-09 11:00", 6, "2026-01-12 10:00"),
        ],
    )
    def test_not_at_lunch(self, start: str, hours: int, moment: str) -> None:
        assert add_working_time(weekdays(LUNCH), local(start), hours * HOUR) == local(moment)

    def test_over_a_day_that_never_was(self) -> None:
        office = weekdays(OFFICE, "Pacific/Apia")
        thursday = local("2011-12-29 16:00", "Pacific/Apia")
        assert add_working_time(office, thursday, 2 * HOUR) == local("2012-01-02 10:00", "Pacific/Apia")

    def test_through_the_night_of_a_change(self) -> None:
        night = daily(NIGHT, "America/New_York")
        assert (
            add_working_time(night, local("2026-03-07 22:00", "America/New_York"), 8 * HOUR)
            == local("2026-03-08 22:00", "America/New_York") + HOUR
        )  # seven hours that night
        assert add_working_time(night, local("2026-10-31 22:00", "America/New_York"), 8 * HOUR) == local(
            "2026-11-01 05:00", "America/New_York"
        )

    @pytest.mark.parametrize(
        "calendar",
        [
            daily(NONE),
            daily(NONE, "Europe/London", country="GB"),
            daily((Window(600, 600),)),
            daily(NONE, exceptions={date(2026, 1, 1): (OFFICE, "Sale"), date(2030, 1, 1): (NONE, None)}),
            daily(NONE, exceptions={date.max: (NONE, None), date.min: (OFFICE, None)}),
        ],
    )
    def test_never_where_it_never_opens_and_that_is_seen_quickly(self, calendar: Calendar) -> None:
        began = process_time()
        assert add_working_time(calendar, utc("2026-03-02"), MINUTE) is None
        assert working_time(calendar, utc("2026-03-02"), utc("2076-03-02")) == NOTHING
        assert process_time() - began < 0.1

    @pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
    def test_on_days_of_exception_only(self, zone: str) -> None:
        sales = {date(2026, 7, 1): (ALWAYS, "Sale"), date(2040, 12, 31): (ALWAYS, "Sale"), date.max: (NONE, None)}
        calendar = daily(NONE, zone, exceptions=sales)
        assert add_working_time(calendar, utc("2026-03-02"), 25 * HOUR) == local("2040-12-31 01:00", zone)
        assert add_working_time(calendar, utc("2026-03-02"), 48 * HOUR) == local("2041-01-01", zone)
        assert add_working_time(calendar, utc("2026-03-02"), 48 * HOUR + MICROSECOND) is None

    def test_a_last_day_of_all_days_may_be_an_exception(self) -> None:
        calendar = daily(NONE, exceptions={date.max: (OFFICE, None)})
        assert add_working_time(calendar, utc("2026-03-02"), MINUTE) is None

    def test_only_within_the_horizon(self) -> None:
        start = utc("2026-03-02")
        assert add_working_time(ROUND_THE_CLOCK, start, HORIZON) == start + HORIZON
        assert add_working_time(ROUND_THE_CLOCK, start, HORIZON + MICROSECOND) is None

    def test_thirty_years_ahead(self) -> None:
        office = weekdays(OFFICE, "Europe/London", country="GB", subdivision="ENG")
        free = holidays.country_holidays("GB", subdiv="ENG")
        first, last = date(2026, 3, 2), date(2056, 3, 3)
        days = [first + number * DAY for number in range((last - first).days + 1)]
        open_days = [day for day in days if day.weekday() < 5 and day not in free]
        start = local("2026-03-02 00:00")
        assert working_time(office, start, local("2056-03-04 00:00")) == len(open_days) * 8 * HOUR
        for number in (7_000, len(open_days)):
            day = open_days[number - 1]
            assert add_working_time(office, start, number * 8 * HOUR) == local(f"{day} 17:00")
            assert add_working_time(office, start, number * 8 * HOUR - HOUR / 2) == local(f"{day} 16:30")


class TestDay:
    CALENDAR = Calendar(
        "Europe/Berlin",
        (LUNCH, OFFICE, OFFICE, OFFICE, OFFICE, NONE, NONE),
        {date(2026, 12, 25): ((Window(600, 720),), "Emergency line"), date(2026, 6, 3): (NONE, None)},
        "DE",
        "BY",
    )

    @pytest.mark.parametrize(
        ("day", "said"),
        [
            (date(2026, 6, 1), Day(LUNCH, "week")),
            (date(2026, 6, 2), Day(OFFICE, "week")),
            (date(2026, 6, 6), Day(NONE, "week")),
            (date(2026, 6, 3), Day(NONE, "exception")),
            (date(2026, 6, 4), Day(NONE, "holiday", "Fronleichnam")),  # in Bavaria, not everywhere
            (date(2026, 12, 25), Day((Window(600, 720),), "exception", "Emergency line")),
            (date(2026, 12, 26), Day(NONE, "holiday", "Zweiter Weihnachtstag")),
        ],
    )
    def test_an_exception_goes_before_a_holiday_and_that_before_the_week(self, day: date, said: Day) -> None:
        assert self.CALENDAR.day(day) == said

    def test_holidays_of_another_part_of_the_country_are_days_like_others(self) -> None:
        assert weekdays(OFFICE, "Europe/Berlin", country="DE").day(date(2026, 6, 4)) == Day(OFFICE, "week")

    def test_holidays_have_the_same_name_on_every_machine(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("LANGUAGE", "en_US")
        saxony = weekdays(OFFICE, "Europe/Berlin", country="DE", subdivision="SN")
        assert saxony.day(date(2026, 11, 18)).name == "Buß- und Bettag"

    def test_without_a_country_there_are_no_holidays(self) -> None:
        assert weekdays(OFFICE).day(date(2026, 12, 25)) == Day(OFFICE, "week")

    @pytest.mark.parametrize(
        ("moment", "zone", "day"),
        [
            ("2026-03-01T23:30", "Europe/London", date(2026, 3, 1)),
            ("2026-06-30T23:30", "Europe/London", date(2026, 7, 1)),
            ("2026-03-01T18:15", "Asia/Kathmandu", date(2026, 3, 2)),
            ("2026-03-01T18:14", "Asia/Kathmandu", date(2026, 3, 1)),
            ("2011-12-30T10:00", "Pacific/Apia", date(2011, 12, 31)),
            ("2011-12-30T09:59", "Pacific/Apia", date(2011, 12, 29)),
        ],
    )
    def test_which_day_it_is_there(self, moment: str, zone: str, day: date) -> None:
        assert weekdays(OFFICE, zone).local_day(utc(moment)) == day

    def test_countries_are_known_with_their_parts(self) -> None:
        known = countries()
        assert {"GB", "US", "DE", "JP"} <= known.keys()
        assert "ENG" in known["GB"] and "BY" in known["DE"]


ROUND_THE_CLOCK = daily(ALWAYS)
