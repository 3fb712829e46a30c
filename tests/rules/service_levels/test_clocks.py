from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.rules.service_levels.calendars import DAY, working_time
from app.rules.service_levels.clocks import Clock, ClockState, Interval, IntervalKind, Metric
from tests.support.wall_clock import (
    ALWAYS,
    LUNCH,
    MICROSECOND,
    MINUTE,
    NIGHT,
    NONE,
    OFFICE,
    Count,
    daily,
    local,
    utc,
    weekdays,
)

HOUR = timedelta(hours=1)
NOTHING = timedelta(0)
# The Wednesday before the clocks are changed in Europe, and Easter after it.
FIRST, SPAN = utc("2026-03-25 07:00"), 20 * DAY
CALENDARS = [
    daily(ALWAYS),
    weekdays(LUNCH, country="GB", subdivision="ENG", exceptions={date(2026, 4, 4): (OFFICE, "Easter rush")}),
    daily(NIGHT, "Europe/Berlin"),
    daily(NONE),
]
RUNNING, PAUSED = IntervalKind.RUNNING, IntervalKind.PAUSED

gaps = (
    st.sampled_from([NOTHING, MICROSECOND, MINUTE, HOUR, DAY])
    | st.integers(0, 2_000).map(lambda n: n * MINUTE)
    | st.integers(0, 10**11).map(lambda n: n * MICROSECOND)
)
targets = st.sampled_from([MINUTE, HOUR, 7 * HOUR, 24 * HOUR]) | st.integers(1, 4_000).map(lambda n: n * MINUTE)
walks = st.lists(st.tuples(gaps, st.sampled_from(["pause", "resume", "miss", "nothing"])), max_size=8)


@lru_cache
def count(number: int) -> Count:
    return Count(CALENDARS[number], FIRST, SPAN)


class ReferenceClock:
    """The same clock kept with pencil and paper: for each stretch of running time one line."""

    def __init__(self, number: int, target: timedelta, at: datetime, *, paused: bool) -> None:
        self.count, self.target = count(number), target
        self.lines: list[tuple[datetime, datetime | None]] = [] if paused else [(at, None)]
        self.breached = False

    @property
    def running(self) -> bool:
        return bool(self.lines) and self.lines[-1][1] is None

    def elapsed(self, now: datetime) -> timedelta:
        return sum((self.count(start, min(end or now, now)) for start, end in self.lines), NOTHING)

    def apply(self, what: str, at: datetime) -> None:
        if what == "miss" or (what == "pause" and self.running):
            # Was all of it used up before this moment?
            self.breached |= self.elapsed(at - MICROSECOND) >= self.target
        if what == "pause" and self.running:
            self.lines[-1] = (self.lines[-1][0], at)
        if what == "resume" and not self.running:
            self.lines.append((at, None))


def start(number: int, target: timedelta, at: datetime = FIRST, *, paused: bool = False) -> Clock:
    return Clock(Metric.RESOLVE, 1, CALENDARS[number], target, [began(at, paused)])


def began(at: datetime, paused: bool) -> Interval:
    return Interval(PAUSED if paused else RUNNING, at, None, "received")


def apply(clock: Clock, what: str, at: datetime) -> None:
    match what:
        case "pause":
            clock.pause(at, "waiting_customer")
        case "resume":
            clock.resume(at, "investigating")
        case "miss":
            clock.note_breach(at)
        case "meet":
            clock.meet(at)
        case "cancel":
            clock.cancel(at)


def follow_each_other(intervals: list[Interval]) -> bool:
    return (
        all(one.end == other.start and one.kind is not other.kind for one, other in pairwise(intervals))
        and all(interval.end is not None and interval.end >= interval.start for interval in intervals[:-1])
        and (intervals[-1].end is None or intervals[-1].end >= intervals[-1].start)
    )


numbers = st.integers(0, len(CALENDARS) - 1)


class TestAgainstTheReference:
    @settings(max_examples=100)
    @given(numbers, targets, st.booleans(), walks)
    def test_counts_what_it_ran_and_nothing_else(
        self, number: int, target: timedelta, paused: bool, walk: list[tuple[timedelta, str]]
    ) -> None:
        clock, paper, now = (
            start(number, target, paused=paused),
            ReferenceClock(number, target, FIRST, paused=paused),
            FIRST,
        )
        for gap, what in walk:
            now += gap
            apply(clock, what, now)
            paper.apply(what, now)
            assert clock.elapsed(now) == paper.elapsed(now)
            assert clock.elapsed(now - HOUR) == paper.elapsed(now - HOUR)  # what it had run by then
            assert clock.elapsed(now) == sum((clock.counted(i, now) for i in clock.intervals), NOTHING)
            assert clock.paused is not paper.running
            assert follow_each_other(clock.intervals)
            assert clock.intervals[0].start == clock.started_at == FIRST and clock.intervals[-1].end is None
            assert (clock.breached_at is not None) == paper.breached

    @settings(max_examples=100)
    @given(numbers, targets, st.booleans(), walks)
    def test_is_due_when_its_target_is_used_up(
        self, number: int, target: timedelta, paused: bool, walk: list[tuple[timedelta, str]]
    ) -> None:
        clock, paper, now = (
            start(number, target, paused=paused),
            ReferenceClock(number, target, FIRST, paused=paused),
            FIRST,
        )
        noted = None
        for gap, what in walk:
            now += gap
            apply(clock, what, now)
            paper.apply(what, now)
            due = clock.due()
            if due is None:
                assert paper.elapsed(now if clock.paused else FIRST + SPAN - MINUTE) < target
            elif due < FIRST + SPAN - MINUTE:
                assert paper.elapsed(due) == target and paper.elapsed(due - MICROSECOND) < target
            assert noted is None or clock.breached_at == noted
            noted = clock.breached_at
            assert noted is None or noted == due

    @settings(max_examples=100)
    @given(numbers, targets, st.booleans(), walks, gaps, st.sampled_from(["meet", "cancel"]), walks)
    def test_nothing_changes_any_more_once_it_is_over(
        self,
        number: int,
        target: timedelta,
        paused: bool,
        walk: list[tuple[timedelta, str]],
        last: timedelta,
        end: str,
        more: list[tuple[timedelta, str]],
    ) -> None:
        clock, paper, now = (
            start(number, target, paused=paused),
            ReferenceClock(number, target, FIRST, paused=paused),
            FIRST,
        )
        for gap, what in walk:
            now += gap
            apply(clock, what, now)
            paper.apply(what, now)
        now += last
        due = clock.due()
        apply(clock, end, now)
        paper.apply("miss", now)
        assert clock.ended and not clock.paused and clock.intervals[-1].end == now
        assert (clock.met_at, clock.cancelled_at) == ((now, None) if end == "meet" else (None, now))
        assert clock.state is (ClockState.MET if end == "meet" else ClockState.CANCELLED)
        assert (clock.breached_at is not None) == paper.breached
        assert clock.due() == due
        assert follow_each_other(clock.intervals)
        before = replace(clock, intervals=[replace(interval) for interval in clock.intervals])
        ran = clock.elapsed(now)
        for gap, what in [*more, (DAY, "pause"), (DAY, "resume"), (9 * DAY, "miss"), (DAY, "meet"), (DAY, "cancel")]:
            now += gap
            apply(clock, what, now)
        assert clock == before
        assert (clock.elapsed(now), clock.due()) == (ran, due)

    @settings(max_examples=100)
    @given(numbers, st.lists(st.tuples(gaps, st.booleans(), st.sampled_from(["pause", "resume"])), max_size=8), gaps)
    def test_whoever_comes_with_an_older_time_loses_and_doubles_nothing(
        self, number: int, walk: list[tuple[timedelta, bool, str]], last: timedelta
    ) -> None:
        clock, now, latest = start(number, HOUR), FIRST, FIRST
        for gap, back, what in walk:
            now = now - min(gap, HOUR) if back else now + gap
            latest = max(latest, now)
            apply(clock, what, now)
            assert follow_each_other(clock.intervals)
            assert clock.elapsed(latest) <= working_time(clock.calendar, FIRST, latest)
        clock.meet(now - last)
        assert follow_each_other(clock.intervals)
        assert clock.met_at == clock.intervals[-1].end

    @given(numbers, targets, gaps, st.integers(1, 4))
    def test_pauses_of_no_length_are_harmless(self, number: int, target: timedelta, gap: timedelta, times: int) -> None:
        clock, untouched = start(number, target), start(number, target)
        for _ in range(times):
            clock.pause(FIRST + gap, "waiting_customer")
            clock.resume(FIRST + gap, "investigating")
        assert clock.due() == untouched.due()
        assert clock.elapsed(FIRST + 9 * DAY) == untouched.elapsed(FIRST + 9 * DAY)


class TestDue:
    OFFICE = weekdays(OFFICE, country="GB", subdivision="ENG")

    def clock(self, since: str, hours: float, *, paused: bool = False) -> Clock:
        return Clock(Metric.RESPOND, 1, self.OFFICE, hours * HOUR, [began(local(since), paused)])

    @pytest.mark.parametrize(
        ("began", "hours", "turns", "due"),
        [
            ("2026-01-09 16:00", 2, [], "2026-01-12 10:00"),
            ("2026-01-09 16:00", 2, ["2026-01-12 09:30"], None),
            ("2026-01-09 16:00", 2, ["2026-01-12 09:30", "2026-01-13 09:00"], "2026-01-13 09:30"),
            ("2026-01-09 16:00", 2, ["2026-01-12 10:00"], "2026-01-12 10:00"),  # nothing was left
            ("2026-01-09 16:00", 2, ["2026-01-12 11:00"], "2026-01-12 10:00"),
            ("2026-01-09 16:00", 2, ["2026-01-09 16:30", "2026-01-09 16:45"], "2026-01-12 10:15"),
            ("2026-01-09 16:00", 2, ["2026-01-09 18:00", "2026-01-12 08:00"], "2026-01-12 10:00"),  # paused by night
            # Good Friday and Easter Monday lie in a pause, and add nothing.
            ("2026-04-02 15:00", 4, ["2026-04-02 16:00", "2026-04-07 10:00"], "2026-04-07 13:00"),
            ("2026-04-02 15:00", 4, ["2026-04-02 16:00", "2026-04-04 10:00"], "2026-04-07 12:00"),
            ("2026-04-02 15:00", 4, [], "2026-04-07 11:00"),
            ("2026-12-24 16:00", 2, ["2026-12-25 00:00", "2026-12-28 23:00"], "2026-12-29 10:00"),
        ],
    )
    def test_with_pauses(self, began: str, hours: int, turns: list[str], due: str | None) -> None:
        clock = self.clock(began, hours)
        for number, at in enumerate(turns):
            apply(clock, "resume" if number % 2 else "pause", local(at))
        assert clock.due() == (local(due) if due is not None else None)

    def test_begun_paused_it_has_none_until_it_runs(self) -> None:
        clock = self.clock("2026-01-05 09:00", 1, paused=True)
        assert clock.paused and clock.state is ClockState.PAUSED
        assert clock.due() is None and not clock.note_breach(local("2026-02-01 09:00"))
        clock.resume(local("2026-01-06 09:00"), "received")
        assert clock.due() == local("2026-01-06 10:00")

    def test_on_a_calendar_that_never_opens_it_has_none(self) -> None:
        clock = start(3, MINUTE)
        assert clock.due() is None and not clock.note_breach(FIRST + 9 * DAY)

    def test_of_one_that_was_met_it_is_when_it_would_have_been(self) -> None:
        clock = self.clock("2026-01-09 16:00", 2)
        clock.meet(local("2026-01-09 16:10"))
        assert clock.due() == local("2026-01-12 10:00")
        assert clock.reached_at(HOUR) == local("2026-01-09 17:00")

    def test_of_one_that_was_met_while_it_stood_still_there_is_none(self) -> None:
        clock = self.clock("2026-01-09 16:00", 2)
        clock.pause(local("2026-01-09 16:05"), "waiting_customer")
        clock.meet(local("2026-01-09 16:10"))
        assert clock.due() is None

    @pytest.mark.parametrize(
        ("hours", "moment"),
        [(-1, "2026-01-05 09:00"), (0, "2026-01-05 09:00"), (1, "2026-01-05 10:00"), (2, "2026-01-06 10:00")],
    )
    def test_reaches_an_amount_where_it_first_has_run_for_so_long(self, hours: int, moment: str) -> None:
        clock = self.clock("2026-01-05 09:00", 4)
        clock.pause(local("2026-01-05 10:00"), "waiting_customer")
        clock.resume(local("2026-01-06 09:00"), "investigating")
        assert clock.reached_at(hours * HOUR) == local(moment)

    def test_reasons_are_kept(self) -> None:
        clock = self.clock("2026-01-05 09:00", 4)
        clock.pause(local("2026-01-05 10:00"), "waiting_customer")
        clock.pause(local("2026-01-05 11:00"), "waiting_supplier")  # it does already
        clock.resume(local("2026-01-05 12:00"), "investigating")
        clock.resume(local("2026-01-05 13:00"), "assessed")
        assert clock.intervals == [
            Interval(RUNNING, local("2026-01-05 09:00"), local("2026-01-05 10:00"), "received"),
            Interval(PAUSED, local("2026-01-05 10:00"), local("2026-01-05 12:00"), "waiting_customer"),
            Interval(RUNNING, local("2026-01-05 12:00"), None, "investigating"),
        ]
        assert [clock.counted(i, local("2026-01-05 16:00")) for i in clock.intervals] == [HOUR, NOTHING, 4 * HOUR]


class TestBreach:
    """Begun on a Monday at nine, with an hour's time."""

    BEGAN, DUE = utc("2026-01-05 09:00"), utc("2026-01-05 10:00")

    @pytest.fixture
    def clock(self) -> Clock:
        return start(0, HOUR, self.BEGAN)

    @pytest.mark.parametrize("what", ["pause", "meet", "cancel", "miss"])
    @pytest.mark.parametrize(
        ("late", "breached"), [(-MICROSECOND, False), (NOTHING, False), (MICROSECOND, True), (DAY, True)]
    )
    def test_is_noted_by_what_comes_too_late(self, clock: Clock, what: str, late: timedelta, breached: bool) -> None:
        apply(clock, what, self.DUE + late)
        assert clock.breached_at == (self.DUE if breached else None)

    def test_is_told_once(self, clock: Clock) -> None:
        assert not clock.note_breach(self.DUE)
        assert clock.note_breach(self.DUE + MINUTE)
        assert not clock.note_breach(self.DUE + MINUTE)

    def test_is_prevented_by_a_pause_in_time(self, clock: Clock) -> None:
        clock.pause(self.DUE - MINUTE, "waiting_customer")
        assert not clock.note_breach(self.DUE + DAY)
        clock.resume(self.DUE + DAY, "investigating")
        assert not clock.note_breach(self.DUE + DAY + MINUTE)
        assert clock.note_breach(self.DUE + DAY + 2 * MINUTE)
        assert clock.breached_at == self.DUE + DAY + MINUTE

    def test_is_not_prevented_by_a_pause_with_nothing_left(self, clock: Clock) -> None:
        clock.pause(self.DUE, "waiting_customer")
        assert clock.breached_at is None
        assert clock.note_breach(self.DUE + MINUTE)
        assert clock.breached_at == self.DUE

    @pytest.mark.parametrize("what", ["pause", "resume", "meet", "cancel", "miss"])
    def test_once_noted_stays(self, clock: Clock, what: str) -> None:
        clock.note_breach(self.DUE + MINUTE)
        clock.target = DAY  # another policy
        apply(clock, what, self.DUE + 2 * MINUTE)
        assert clock.breached_at == self.DUE
        assert clock.due() == (None if what == "pause" else self.BEGAN + DAY)

    def test_is_not_found_in_hindsight(self, clock: Clock) -> None:
        clock.meet(self.DUE - MINUTE)
        clock.target = MINUTE
        assert not clock.note_breach(self.DUE + DAY)
        assert clock.breached_at is None

    def test_does_not_end_the_clock(self, clock: Clock) -> None:
        clock.note_breach(self.DUE + MINUTE)
        states = [clock.state]
        assert not clock.ended
        clock.meet(self.DUE + HOUR)
        states.append(clock.state)
        assert states == [ClockState.RUNNING, ClockState.MET]
        assert clock.elapsed(self.DUE + DAY) == 2 * HOUR
