from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.rules.complaints.service_clocks import Clocks, Situation
from app.rules.complaints.states import MOVES, Move, State, Waiting, allowed
from app.rules.service_levels.calendars import DAY, working_time
from app.rules.service_levels.clocks import Clock, ClockState, IntervalKind, Metric
from app.rules.service_levels.policies import Facts, Level, PauseReason, Policy, Scope, fits, levels
from tests.support.wall_clock import ALWAYS, LUNCH, MICROSECOND, MINUTE, NIGHT, OFFICE, daily, local, utc, weekdays

HOUR = timedelta(hours=1)
NOTHING = timedelta(0)
FIRST = utc("2026-03-26 07:00")
CALENDARS = [daily(ALWAYS), weekdays(LUNCH, country="GB"), daily(NIGHT, "America/New_York")]
ALL = dict.fromkeys(Metric, 4 * HOUR)
# In these the customer can expect to hear how it goes, and there the answer is still to come.
TOLD = {"acknowledged", "assessed", "investigating", "rejected", "deadlock", "referred", "reopened"}
UNANSWERED = {"received", "acknowledged", "assessed", "investigating", "reopened"}


def policy(*metrics: Metric, **more: Any) -> Policy:
    targets = {metric: ALL[metric] for metric in metrics} if metrics else ALL
    return Policy(**{"calendar": CALENDARS[0], "targets": targets, **more})


def snapshot(clocks: list[Clock]) -> list[Clock]:
    return [replace(clock, intervals=[replace(interval) for interval in clock.intervals]) for clock in clocks]


def open_metrics(clocks: Clocks) -> set[Metric]:
    return {clock.metric for clock in clocks.all if not clock.ended}


policies = st.builds(
    Policy,
    calendar=st.sampled_from(CALENDARS),
    targets=st.just(ALL)
    | st.dictionaries(st.sampled_from(list(Metric)), st.integers(1, 3_000).map(lambda n: n * MINUTE)),
    pauses=st.frozensets(st.sampled_from([*PauseReason]), max_size=6),
)
steps = st.one_of(
    st.tuples(st.just("move"), st.integers(0, 11), st.booleans()),
    st.tuples(st.just("move"), st.integers(0, 11), st.booleans()),
    st.tuples(st.just("tell"), st.just(0), st.just(False)),
    st.tuples(st.just("wait"), st.sampled_from([None, *Waiting]), st.just(False)),
    st.tuples(st.just("adopt"), policies | st.none(), st.just(False)),
    st.tuples(st.just("check"), st.just(0), st.just(False)),
)
gaps = st.sampled_from([MICROSECOND, MINUTE, HOUR, DAY]) | st.integers(1, 3_000).map(lambda n: n * MINUTE)


class Walk:
    """A complaint that goes its way, and what its clocks have to be like by all that is known of the way."""

    def __init__(self, policy: Policy | None) -> None:
        self.clocks = Clocks(policy)
        self.situation, self.now = Situation(State.RECEIVED), FIRST
        self.answered, self.always_measured = False, True
        self.stood: list[tuple[datetime, bool]] = []
        """Since when it stood still, or did not."""
        self.clocks.received(FIRST)
        self.note()

    def step(self, gap: timedelta, step: tuple[str, Any, bool]) -> None:
        what, choice, notified = step
        before = snapshot(self.clocks.all)
        self.now += gap
        if what == "move":
            moves = allowed(self.situation.state)
            self.move(moves[choice % len(moves)], notified=notified)
        elif what == "tell":
            self.tell()
        elif what == "wait":
            self.situation = Situation(self.situation.state, choice)
            self.clocks.waiting_changed(self.situation, self.now)
        elif what == "adopt":
            self.clocks.adopt(choice, self.situation, self.now)
        else:
            found = self.clocks.note_breaches(self.now)
            assert all(clock.breached_at is not None and not clock.ended for clock in found)
            assert not self.clocks.note_breaches(self.now)
        self.note()
        self.compare(before)

    def move(self, move: Move, *, notified: bool) -> None:
        was = self.clocks.open(Metric.UPDATE)
        self.situation = Situation(MOVES[move][1])
        self.answered = move is Move.RESPOND or (self.answered and move is not Move.REOPEN)
        self.clocks.moved(move, self.situation, self.now, notified=notified)
        if notified and was is not None:
            assert was.met_at == self.now

    def tell(self) -> None:
        was = self.clocks.open(Metric.UPDATE)
        self.clocks.message_sent(self.situation, self.now)
        if was is not None:
            assert was.met_at == self.now
            again = self.clocks.open(Metric.UPDATE)
            assert again is not None and (again.started_at, again.cycle) == (self.now, was.cycle + 1)

    def note(self) -> None:
        policy = self.clocks.policy
        self.always_measured &= policy is not None and Metric.RESPOND in policy.targets
        self.stood.append((self.now, policy is not None and not policy.pauses.isdisjoint(self.situation.reasons)))

    def expected(self) -> set[Metric]:
        """The clocks that are open, by nothing but the state."""
        if self.clocks.policy is None:
            return set()
        state = self.situation.state
        waited = {
            Metric.ACKNOWLEDGE: state == "received",
            Metric.UPDATE: state in TOLD,
            Metric.RESPOND: state in UNANSWERED and not self.answered,
            Metric.RESOLVE: state not in ("closed", "withdrawn"),
            Metric.DEADLOCK: state == "deadlock",
        }
        return {metric for metric in self.clocks.policy.targets if waited[metric]}

    def ran(self, clock: Clock) -> timedelta:
        """How long that clock should have run for, by when the complaint stood still."""
        began, ended = clock.started_at, clock.met_at or clock.cancelled_at or self.now
        spans = zip(self.stood, [*(at for at, _ in self.stood[1:]), self.now], strict=True)
        return sum(
            (
                working_time(clock.calendar, max(at, began), min(until, ended))
                for (at, still), until in spans
                if not still
            ),
            NOTHING,
        )

    def compare(self, before: list[Clock]) -> None:
        every = self.clocks.all
        open_ones = [clock for clock in every if not clock.ended]
        assert len(open_ones) == len({clock.metric for clock in open_ones})
        either = {Metric.RESPOND} if self.situation.state is State.INVESTIGATING and not self.always_measured else set()
        assert open_metrics(self.clocks) - either == self.expected() - either
        for clock in open_ones:
            assert clock.paused == self.stood[-1][1]
            assert self.clocks.policy is not None
            assert clock.calendar is self.clocks.policy.calendar
            assert clock.target == self.clocks.policy.targets[clock.metric]
        for clock in every:
            assert all(one.end == other.start for one, other in pairwise(clock.intervals))
            assert (clock.intervals[-1].end is not None) == clock.ended
            assert clock.elapsed(self.now) == self.ran(clock)
        for metric in Metric:
            cycles = [clock.cycle for clock in every if clock.metric is metric]
            assert cycles == list(range(1, len(cycles) + 1))
        for old, new in zip(before, every, strict=False):
            assert old == new or not old.ended
            assert old.breached_at in (None, new.breached_at)
            kept = new.intervals[: len(old.intervals)]
            assert [(i.kind, i.start, i.end or self.now) for i in old.intervals] == [
                (i.kind, i.start, i.end or self.now) for i in kept
            ]


class TestWalks:
    @settings(max_examples=300)
    @given(policies | st.none(), st.lists(st.tuples(gaps, steps), max_size=14))
    def test_of_any_kind(self, first: Policy | None, walked: list[tuple[timedelta, tuple[str, Any, bool]]]) -> None:
        walk = Walk(first)
        for gap, step in walked:
            walk.step(gap, step)

    @settings(max_examples=100)
    @given(policies, st.lists(st.tuples(gaps, st.integers(0, 11)), min_size=3, max_size=12), st.booleans())
    def test_through_their_states_with_every_clock(
        self, first: Policy, choices: list[tuple[timedelta, int]], notified: bool
    ) -> None:
        walk = Walk(Policy(first.calendar, ALL, first.pauses))
        for gap, choice in choices:
            walk.step(gap, ("move", choice, notified))
            walk.step(MINUTE, ("adopt", walk.clocks.policy, False))  # which changes nothing

    @settings(max_examples=60)
    @given(policies, st.lists(st.tuples(gaps, steps), max_size=8), policies)
    def test_adopting_what_one_has_changes_nothing(
        self, first: Policy, walked: list[tuple[timedelta, tuple[str, Any, bool]]], last: Policy
    ) -> None:
        walk = Walk(first)
        for gap, step in [*walked, (MINUTE, ("adopt", last, False)), (MINUTE, ("check", 0, False))]:
            walk.step(gap, step)
        before = snapshot(walk.clocks.all)
        walk.clocks.adopt(last, walk.situation, walk.now)
        assert walk.clocks.all == before

    def test_a_complaint_as_it_should_be(self) -> None:
        office = weekdays(OFFICE, country="GB", subdivision="ENG")
        targets = {
            Metric.ACKNOWLEDGE: 8 * HOUR,
            Metric.UPDATE: 40 * HOUR,
            Metric.RESPOND: 80 * HOUR,
            Metric.RESOLVE: 160 * HOUR,
        }
        clocks = Clocks(Policy(office, targets, frozenset({"waiting_customer"})))

        def due() -> dict[Metric, str | None]:
            moments = {clock.metric: clock.due() for clock in clocks.all if not clock.ended}
            return {
                m: None if at is None else f"{at.astimezone(office._zone):%m-%d %H:%M}" for m, at in moments.items()
            }

        clocks.received(local("2026-01-09 16:00"))  # a Friday
        assert due() == {
            Metric.ACKNOWLEDGE: "01-12 16:00",
            Metric.RESPOND: "01-23 16:00",
            Metric.RESOLVE: "02-06 16:00",
        }
        acknowledged = Situation(State.ACKNOWLEDGED)
        clocks.moved(Move.ACKNOWLEDGE, acknowledged, local("2026-01-12 09:00"), notified=True)
        assert due() == {Metric.RESPOND: "01-23 16:00", Metric.RESOLVE: "02-06 16:00", Metric.UPDATE: "01-16 17:00"}
        clocks.waiting_changed(Situation(State.ACKNOWLEDGED, Waiting.CUSTOMER), local("2026-01-13 09:00"))
        assert due() == {Metric.RESPOND: None, Metric.RESOLVE: None, Metric.UPDATE: None}
        clocks.waiting_changed(acknowledged, local("2026-01-15 09:00"))
        assert due() == {Metric.RESPOND: "01-27 16:00", Metric.RESOLVE: "02-10 16:00", Metric.UPDATE: "01-20 17:00"}
        clocks.message_sent(acknowledged, local("2026-01-20 17:00"))
        assert due()[Metric.UPDATE] == "01-27 17:00"
        clocks.moved(Move.ASSESS, Situation(State.ASSESSED), local("2026-01-21 09:00"), notified=False)
        clocks.moved(Move.INVESTIGATE, Situation(State.INVESTIGATING), local("2026-01-21 10:00"), notified=False)
        assert due()[Metric.UPDATE] == "01-27 17:00"
        clocks.moved(Move.RESPOND, Situation(State.RESPONDED), local("2026-01-27 16:01"), notified=False)
        assert due() == {Metric.RESOLVE: "02-10 16:00"}
        clocks.moved(Move.ACCEPT, Situation(State.ACCEPTED), local("2026-02-02 09:00"), notified=False)
        clocks.moved(Move.CLOSE, Situation(State.CLOSED), local("2026-02-02 10:00"), notified=False)
        assert [(clock.metric, clock.cycle, clock.state, clock.breached_at is not None) for clock in clocks.all] == [
            (Metric.ACKNOWLEDGE, 1, ClockState.MET, False),
            (Metric.RESPOND, 1, ClockState.MET, True),  # a minute late
            (Metric.RESOLVE, 1, ClockState.MET, False),
            (Metric.UPDATE, 1, ClockState.MET, False),
            (Metric.UPDATE, 2, ClockState.MET, False),
        ]


class Complaint:
    """At an hour a step, with messages only where the customer is notified."""

    def __init__(self, policy: Policy | None) -> None:
        self.clocks, self.now, self.situation = Clocks(policy), FIRST, Situation(State.RECEIVED)
        self.clocks.received(FIRST)

    def go(self, *moves: Move, notified: bool = False) -> "Complaint":
        for move in moves:
            self.now += HOUR
            assert self.situation.state in MOVES[move][0]
            self.situation = Situation(MOVES[move][1])
            self.clocks.moved(move, self.situation, self.now, notified=notified)
        return self

    def adopt(self, policy: Policy | None) -> "Complaint":
        self.now += HOUR
        self.clocks.adopt(policy, self.situation, self.now)
        return self

    def of(self, metric: Metric) -> list[Clock]:
        return [clock for clock in self.clocks.all if clock.metric is metric]

    def open(self, metric: Metric) -> Clock:
        clock = self.clocks.open(metric)
        assert clock is not None
        return clock


ANSWER = (Move.ACKNOWLEDGE, Move.ASSESS, Move.INVESTIGATE, Move.RESPOND)
END = (*ANSWER, Move.ACCEPT, Move.CLOSE)
STUCK = (*ANSWER, Move.REJECT, Move.DEADLOCK)


class TestMoves:
    def test_acknowledging_meets_its_clock(self) -> None:
        complaint = Complaint(policy()).go(Move.ACKNOWLEDGE)
        assert [clock.met_at for clock in complaint.of(Metric.ACKNOWLEDGE)] == [FIRST + HOUR]
        assert open_metrics(complaint.clocks) == {Metric.RESPOND, Metric.RESOLVE, Metric.UPDATE}

    def test_answering_meets_its_clock_and_is_a_message(self) -> None:
        complaint = Complaint(policy()).go(*ANSWER)
        assert [clock.met_at for clock in complaint.of(Metric.RESPOND)] == [complaint.now]
        assert [clock.met_at for clock in complaint.of(Metric.UPDATE)] == [complaint.now]
        assert open_metrics(complaint.clocks) == {Metric.RESOLVE}

    def test_a_step_without_a_message_does_not_restart_the_update_clock(self) -> None:
        complaint = Complaint(policy()).go(Move.ACKNOWLEDGE, Move.ASSESS, Move.INVESTIGATE)
        assert [clock.started_at for clock in complaint.of(Metric.UPDATE)] == [FIRST + HOUR]

    def test_each_message_restarts_the_update_clock(self) -> None:
        complaint = Complaint(policy()).go(Move.ACKNOWLEDGE, Move.ASSESS, notified=True)
        complaint.clocks.message_sent(complaint.situation, complaint.now + HOUR)
        assert [(clock.started_at, clock.met_at, clock.cycle) for clock in complaint.of(Metric.UPDATE)] == [
            (FIRST + HOUR, FIRST + 2 * HOUR, 1),
            (FIRST + 2 * HOUR, FIRST + 3 * HOUR, 2),
            (FIRST + 3 * HOUR, None, 3),
        ]

    @pytest.mark.parametrize("notified", [True, False])
    def test_a_last_word_at_the_end_meets_the_update_clock(self, notified: bool) -> None:
        complaint = Complaint(policy()).go(*ANSWER, Move.REJECT).go(Move.CLOSE, notified=notified)
        assert complaint.of(Metric.UPDATE)[-1].state is (ClockState.MET if notified else ClockState.CANCELLED)
        assert not open_metrics(complaint.clocks)

    def test_messages_before_the_acknowledgement_and_after_the_answer_start_nothing(self) -> None:
        for complaint in (Complaint(policy()), Complaint(policy()).go(*ANSWER), Complaint(policy()).go(*END)):
            before = len(complaint.clocks.all)
            complaint.clocks.message_sent(complaint.situation, complaint.now + HOUR)
            assert len(complaint.clocks.all) == before

    def test_closing_meets_the_last_clock(self) -> None:
        complaint = Complaint(policy()).go(*END)
        assert {clock.state for clock in complaint.clocks.all} == {ClockState.MET}
        assert [clock.met_at for clock in complaint.of(Metric.RESOLVE)] == [complaint.now]

    @pytest.mark.parametrize("moves", [(), (Move.ACKNOWLEDGE,), STUCK])
    def test_withdrawing_cancels_all(self, moves: tuple[Move, ...]) -> None:
        complaint = Complaint(policy()).go(*moves)
        was_open = [clock for clock in complaint.clocks.all if not clock.ended]
        complaint.go(Move.WITHDRAW)
        assert not open_metrics(complaint.clocks)
        assert {clock.cancelled_at for clock in was_open} == {complaint.now}

    def test_withdrawing_does_not_hide_that_time_had_run_out(self) -> None:
        complaint = Complaint(policy())
        complaint.now += 9 * HOUR
        complaint.go(Move.WITHDRAW)
        assert {clock.breached_at for clock in complaint.clocks.all} == {FIRST + 4 * HOUR}

    def test_reopening_starts_new_clocks_from_then(self) -> None:
        complaint = Complaint(policy()).go(*END, Move.REOPEN)
        assert open_metrics(complaint.clocks) == {Metric.RESPOND, Metric.RESOLVE, Metric.UPDATE}
        for metric in (Metric.RESPOND, Metric.RESOLVE):
            assert (complaint.open(metric).cycle, complaint.open(metric).started_at) == (2, complaint.now)
            assert complaint.open(metric).elapsed(complaint.now + MINUTE) == MINUTE

    @pytest.mark.parametrize("out", [Move.ACCEPT, Move.INVESTIGATE, Move.REFER, Move.SETTLE])
    def test_deadlock_has_a_clock_that_any_way_out_meets(self, out: Move) -> None:
        complaint = Complaint(policy()).go(*STUCK)
        assert complaint.open(Metric.DEADLOCK).started_at == complaint.now
        complaint.go(out)
        (clock,) = complaint.of(Metric.DEADLOCK)
        assert clock.met_at == complaint.now

    def test_deadlock_may_come_twice(self) -> None:
        complaint = Complaint(policy()).go(*STUCK, Move.INVESTIGATE, Move.RESPOND, Move.REJECT, Move.DEADLOCK)
        assert [clock.state for clock in complaint.of(Metric.DEADLOCK)] == [ClockState.MET, ClockState.RUNNING]

    def test_a_second_look_at_a_rejected_answer_starts_no_other_answer_clock(self) -> None:
        complaint = Complaint(policy()).go(*ANSWER, Move.REJECT, Move.INVESTIGATE)
        assert open_metrics(complaint.clocks) == {Metric.RESOLVE, Metric.UPDATE}

    def test_without_a_policy_there_are_no_clocks(self) -> None:
        assert Complaint(None).go(*STUCK, Move.ACCEPT, Move.CLOSE, Move.REOPEN).clocks.all == []

    def test_without_a_target_there_is_no_clock(self) -> None:
        complaint = Complaint(policy(Metric.RESOLVE)).go(*STUCK)
        assert {clock.metric for clock in complaint.clocks.all} == {Metric.RESOLVE}


class TestPauses:
    def test_the_situation_it_begins_in_may_be_one(self) -> None:
        complaint = Complaint(policy(pauses=frozenset({"received"})))
        assert all(clock.paused and clock.due() is None for clock in complaint.clocks.all)
        complaint.now += DAY
        complaint.go(Move.ACKNOWLEDGE)
        assert complaint.open(Metric.RESPOND).due() == complaint.now + 4 * HOUR
        assert complaint.open(Metric.RESPOND).intervals[-2].reason == "received"

    @pytest.mark.parametrize("waiting", [*Waiting, None])
    def test_only_what_the_policy_names(self, waiting: Waiting | None) -> None:
        complaint = Complaint(policy(pauses=frozenset({"waiting_customer"})))
        complaint.clocks.waiting_changed(Situation(State.RECEIVED, waiting), FIRST + HOUR)
        assert {clock.paused for clock in complaint.clocks.all} == {waiting is Waiting.CUSTOMER}

    def test_a_clock_that_begins_while_it_stands_still_stands_still(self) -> None:
        complaint = Complaint(policy(pauses=frozenset({"deadlock"}))).go(*STUCK)
        assert complaint.open(Metric.DEADLOCK).paused
        assert complaint.open(Metric.DEADLOCK).elapsed(complaint.now + DAY) == NOTHING


class TestAdopting:
    def test_another_target_counts_what_has_run(self) -> None:
        complaint = Complaint(policy()).adopt(policy(targets={Metric.RESPOND: 6 * HOUR, Metric.RESOLVE: 2 * HOUR}))
        assert complaint.open(Metric.RESPOND).due() == FIRST + 6 * HOUR
        assert complaint.open(Metric.RESOLVE).due() == FIRST + 2 * HOUR
        (acknowledge,) = complaint.of(Metric.ACKNOWLEDGE)
        assert acknowledge.cancelled_at == complaint.now

    def test_keeps_what_was_paused(self) -> None:
        complaint = Complaint(policy(pauses=frozenset({"received"})))
        complaint.adopt(policy())
        assert complaint.open(Metric.RESPOND).due() == FIRST + 5 * HOUR
        complaint.adopt(policy(pauses=frozenset({"received"})))
        assert [interval.kind for interval in complaint.open(Metric.RESPOND).intervals] == [
            IntervalKind.RUNNING,  # of no length
            IntervalKind.PAUSED,
            IntervalKind.RUNNING,
            IntervalKind.PAUSED,
        ]

    def test_another_calendar_measures_what_has_run_anew(self) -> None:
        complaint = Complaint(policy()).adopt(policy(calendar=daily(OFFICE)))  # at eight; it opens at nine
        assert complaint.open(Metric.RESPOND).due() == utc("2026-03-26 13:00")

    def test_does_not_take_a_breach_back(self) -> None:
        complaint = Complaint(policy())
        complaint.now += 5 * HOUR
        complaint.adopt(policy(targets=dict.fromkeys(Metric, DAY)))
        assert {clock.breached_at for clock in complaint.clocks.all} == {FIRST + 4 * HOUR}
        assert {clock.due() for clock in complaint.clocks.all} == {FIRST + DAY}

    def test_a_shorter_target_may_have_been_missed_already(self) -> None:
        complaint = Complaint(policy())
        complaint.now += HOUR
        complaint.adopt(policy(targets={Metric.RESPOND: HOUR}))
        assert [clock.metric for clock in complaint.clocks.note_breaches(complaint.now)] == [Metric.RESPOND]
        assert complaint.open(Metric.RESPOND).breached_at == FIRST + HOUR

    def test_leaves_what_is_over_alone(self) -> None:
        complaint = Complaint(policy()).go(*END)
        before = snapshot(complaint.clocks.all)
        complaint.adopt(policy(Metric.RESOLVE))
        assert complaint.clocks.all == before

    def test_none_cancels_all(self) -> None:
        complaint = Complaint(policy()).adopt(None)
        assert {clock.cancelled_at for clock in complaint.clocks.all} == {complaint.now}

    def test_the_first_policy_begins_at_that_moment(self) -> None:
        complaint = Complaint(None).adopt(policy())
        assert open_metrics(complaint.clocks) == {Metric.ACKNOWLEDGE, Metric.RESPOND, Metric.RESOLVE}
        assert {clock.started_at for clock in complaint.clocks.all} == {complaint.now}

    @pytest.mark.parametrize("old", [Metric.RESOLVE, Metric.ACKNOWLEDGE])
    @pytest.mark.parametrize("keeps", [True, False])
    def test_what_it_measures_besides_runs_from_the_beginning_with_the_same_pauses(
        self, old: Metric, keeps: bool
    ) -> None:
        complaint = Complaint(policy(old, pauses=frozenset({"waiting_customer"})))
        complaint.clocks.waiting_changed(Situation(State.RECEIVED, Waiting.CUSTOMER), FIRST + HOUR)
        complaint.clocks.waiting_changed(Situation(State.RECEIVED), FIRST + 3 * HOUR)
        complaint.now += 4 * HOUR
        complaint.adopt(policy(Metric.RESPOND, *([old] if keeps else [])))
        clock = complaint.open(Metric.RESPOND)
        assert (clock.started_at, clock.due()) == (FIRST, FIRST + 6 * HOUR)
        complaint.go(Move.WITHDRAW)
        assert {one.cancelled_at for one in complaint.clocks.all} == {
            complaint.now,
            *([] if keeps else [FIRST + 5 * HOUR]),
        }

    def test_those_that_begin_alike_go_their_own_ways(self) -> None:
        complaint = Complaint(policy(Metric.RESOLVE)).adopt(policy()).go(Move.ACKNOWLEDGE)
        assert open_metrics(complaint.clocks) == {Metric.RESPOND, Metric.RESOLVE, Metric.UPDATE}
        assert complaint.open(Metric.RESPOND).elapsed(FIRST + DAY) == DAY
        assert complaint.of(Metric.ACKNOWLEDGE)[0].elapsed(FIRST + DAY) == 2 * HOUR

    def test_a_clock_that_was_dropped_is_taken_up_again(self) -> None:
        complaint = Complaint(policy()).adopt(policy(Metric.RESPOND)).adopt(policy())
        assert open_metrics(complaint.clocks) == {Metric.ACKNOWLEDGE, Metric.RESPOND, Metric.RESOLVE}
        assert [(c.cycle, c.started_at, c.ended) for c in complaint.of(Metric.ACKNOWLEDGE)] == [
            (1, FIRST, True),
            (2, FIRST, False),
        ]

    def test_what_happened_already_is_not_measured_again(self) -> None:
        complaint = Complaint(policy(Metric.RESOLVE)).go(*ANSWER).adopt(policy())
        assert open_metrics(complaint.clocks) == {Metric.RESOLVE}
        assert not complaint.of(Metric.ACKNOWLEDGE) and not complaint.of(Metric.RESPOND)

    @pytest.mark.parametrize("after", [(Move.REJECT, Move.INVESTIGATE), (Move.REJECT, Move.DEADLOCK, Move.INVESTIGATE)])
    @pytest.mark.parametrize("before", [(), (*ANSWER, Move.ACCEPT, Move.CLOSE, Move.REOPEN, Move.INVESTIGATE)])
    def test_an_answer_that_was_rejected_was_an_answer(self, before: tuple[Move, ...], after: tuple[Move, ...]) -> None:
        way = (*before, Move.RESPOND) if before else ANSWER
        complaint = Complaint(policy()).go(*way, *after).adopt(policy())
        assert open_metrics(complaint.clocks) == {Metric.RESOLVE, Metric.UPDATE}

    @pytest.mark.parametrize("after", [(), (Move.INVESTIGATE,), (Move.ASSESS,), (Move.ASSESS, Move.INVESTIGATE)])
    def test_an_answer_before_it_was_reopened_was_none(self, after: tuple[Move, ...]) -> None:
        complaint = Complaint(policy()).go(*END).adopt(policy(Metric.RESOLVE)).go(Move.REOPEN)
        reopened = complaint.now
        complaint.go(*after).adopt(policy())
        assert complaint.open(Metric.RESPOND).started_at == reopened

    def test_the_update_and_the_deadlock_clock_begin_then(self) -> None:
        complaint = Complaint(policy(Metric.RESOLVE)).go(*STUCK).adopt(policy())
        assert complaint.open(Metric.UPDATE).started_at == complaint.now
        assert complaint.open(Metric.DEADLOCK).started_at == complaint.now


class TestLevels:
    STEPS = (
        Level(Metric.RESPOND, 2 * HOUR, ("head",)),
        Level(Metric.RESPOND, -HOUR, ("owner",)),
        Level(Metric.RESOLVE, NOTHING),
        Level(Metric.RESPOND, NOTHING, raise_priority=True),
        Level(Metric.RESPOND, -9 * HOUR),
        Level(Metric.RESPOND, -8 * HOUR),
    )

    def ladder(self, complaint: Complaint, metric: Metric = Metric.RESPOND) -> list[tuple[float, float]]:
        """When they come, in hours after the beginning, beside what they were set to."""
        clock = complaint.of(metric)[0]
        found = levels(policy(levels=self.STEPS), clock)
        return [((moment - FIRST) / HOUR, level.at / HOUR) for level, moment in found]

    def test_come_in_order_before_at_and_after_the_due_time(self) -> None:
        assert self.ladder(Complaint(policy())) == [(0, -9), (0, -8), (3, -1), (4, 0), (6, 2)]

    def test_of_other_clocks_are_not_its_own(self) -> None:
        assert self.ladder(Complaint(policy()), Metric.RESOLVE) == [(4, 0)]
        assert self.ladder(Complaint(policy()), Metric.ACKNOWLEDGE) == []

    def test_are_put_off_by_a_pause(self) -> None:
        complaint = Complaint(policy(pauses=frozenset({"waiting_other"})))
        complaint.clocks.waiting_changed(Situation(State.RECEIVED, Waiting.OTHER), FIRST + 3.5 * HOUR)
        assert self.ladder(complaint) == [(0, -9), (0, -8), (3, -1)]
        complaint.clocks.waiting_changed(Situation(State.RECEIVED), FIRST + 5 * HOUR)
        assert self.ladder(complaint) == [(0, -9), (0, -8), (3, -1), (5.5, 0), (7.5, 2)]

    @pytest.mark.parametrize(
        ("hours", "steps"),
        [
            (2, [(0, -9), (0, -8)]),
            (3, [(0, -9), (0, -8)]),  # met at the very moment
            (3.5, [(0, -9), (0, -8), (3, -1)]),
            (9, [(0, -9), (0, -8), (3, -1), (4, 0), (6, 2)]),
        ],
    )
    @pytest.mark.parametrize("end", ["meet", "cancel"])
    def test_none_comes_after_the_clock_was_over(self, hours: float, steps: list[Any], end: str) -> None:
        complaint = Complaint(policy())
        clock = complaint.open(Metric.RESPOND)
        (clock.meet if end == "meet" else clock.cancel)(FIRST + hours * HOUR)
        assert self.ladder(complaint) == steps

    def test_are_counted_in_working_time(self) -> None:
        complaint = Complaint(policy(calendar=daily(OFFICE)))  # opens two hours after it came
        assert self.ladder(complaint) == [(0, -9), (0, -8), (5, -1), (6, 0), (8, 2)]

    @settings(max_examples=80)
    @given(
        policies,
        st.lists(st.tuples(gaps, steps), max_size=8),
        st.lists(st.integers(-4_000, 4_000), max_size=5, unique=True),
    )
    def test_each_comes_when_its_clock_has_run_for_so_long(
        self, first: Policy, walked: list[tuple[timedelta, tuple[str, Any, bool]]], at: list[int]
    ) -> None:
        walk = Walk(first)
        for gap, step in walked:
            walk.step(gap, step)
        ladder = Policy(
            first.calendar, first.targets, first.pauses, tuple(Level(m, n * MINUTE) for m in Metric for n in at)
        )
        for clock in walk.clocks.all:
            found = levels(ladder, clock)
            assert [moment for _, moment in found] == sorted(moment for _, moment in found)
            assert [level.at for level, _ in found] == sorted(level.at for level, _ in found)
            ended = clock.met_at or clock.cancelled_at
            for level, moment in found:
                assert level.metric is clock.metric
                assert clock.started_at <= moment and (ended is None or moment < ended)
                amount = max(clock.target + level.at, NOTHING)
                assert clock.elapsed(moment) == amount
                assert amount == NOTHING or clock.elapsed(moment - MICROSECOND) < amount
            if ended is None and not clock.paused:
                assert len(found) == len(at)


class TestFits:
    FACTS = Facts("delivery", "high", "phone", "leeds", frozenset({"vip", "trade"}), Decimal("120.00"), "GBP")
    UNKNOWN = Facts(None, None, "email", None, frozenset(), None, None)

    @pytest.mark.parametrize(
        ("scope", "fitting"),
        [
            (Scope(), True),
            (Scope(categories=frozenset({"delivery", "product"})), True),
            (Scope(categories=frozenset({"product"})), False),
            (Scope(severities=frozenset({"high"})), True),
            (Scope(severities=frozenset({"low", "medium"})), False),
            (Scope(channels=frozenset({"phone"})), True),
            (Scope(channels=frozenset({"email"})), False),
            (Scope(sites=frozenset({"leeds"})), True),
            (Scope(sites=frozenset({"york"})), False),
            (Scope(customer_tags=frozenset({"vip", "staff"})), True),
            (Scope(customer_tags=frozenset({"staff"})), False),
            (Scope(value_from=Decimal("120"), currency="GBP"), True),
            (Scope(value_from=Decimal("120.01"), currency="GBP"), False),
            (Scope(value_from=Decimal("0"), currency="EUR"), False),
            (Scope(value_from=Decimal("1")), False),  # of what?
            (Scope(currency="GBP"), True),
            (Scope(currency="EUR"), False),
            (Scope(frozenset({"delivery"}), frozenset({"high"}), frozenset({"phone"}), frozenset({"leeds"})), True),
            (Scope(frozenset({"delivery"}), frozenset({"high"}), frozenset({"phone"}), frozenset({"york"})), False),
            (Scope(frozenset({"delivery"}), value_from=Decimal("500"), currency="GBP"), False),
        ],
    )
    def test_where_everything_it_asks_for_is_so(self, scope: Scope, fitting: bool) -> None:
        assert fits(scope, self.FACTS) == fitting

    @pytest.mark.parametrize(
        ("scope", "fitting"),
        [
            (Scope(), True),
            (Scope(channels=frozenset({"email"})), True),
            (Scope(categories=frozenset({"delivery"})), False),
            (Scope(severities=frozenset({"high"})), False),
            (Scope(sites=frozenset({"leeds"})), False),
            (Scope(customer_tags=frozenset({"vip"})), False),
            (Scope(value_from=Decimal("0"), currency="GBP"), False),
            (Scope(currency="GBP"), False),
        ],
    )
    def test_not_by_what_is_not_known(self, scope: Scope, fitting: bool) -> None:
        assert fits(scope, self.UNKNOWN) == fitting


class TestSituation:
    def test_names_are_what_a_policy_may_pause_for(self) -> None:
        every = {name for state in State for waiting in (None, *Waiting) for name in Situation(state, waiting).reasons}
        assert every == set(PauseReason)
