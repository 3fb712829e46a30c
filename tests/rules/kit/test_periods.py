"""Where periods begin."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.kit.periods import Every, periods


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


class TestPeriods:
    @pytest.mark.parametrize(
        ("every", "since", "before", "days"),
        [
            (Every.DAY, "2026-02-28T23:00:00Z", "2026-03-02T00:00:00Z", ["2026-02-28", "2026-03-01"]),
            (Every.WEEK, "2026-03-01T12:00:00Z", "2026-03-09T00:00:01Z", ["2026-02-23", "2026-03-02", "2026-03-09"]),
            (Every.MONTH, "2025-11-30T12:00:00Z", "2026-02-01T00:00:00Z", ["2025-11-01", "2025-12-01", "2026-01-01"]),
            (Every.QUARTER, "2025-11-30T12:00:00Z", "2026-04-01T00:00:01Z", ["2025-10-01", "2026-01-01", "2026-04-01"]),
            (Every.YEAR, "2024-02-29T00:00:00Z", "2026-01-01T00:00:00Z", ["2024-01-01", "2025-01-01"]),
        ],
    )
    def test_are_all_that_are_touched(self, every: Every, since: str, before: str, days: list[str]) -> None:
        found = periods(every, moment(since), moment(before), "UTC")
        assert [period.day.isoformat() for period in found] == days
        assert [period.starts_at for period in found] == [moment(f"{day}T00:00:00Z") for day in days]

    @pytest.mark.parametrize(
        ("zone", "day", "starts_at"),
        [
            ("Europe/London", "2026-03-30", "2026-03-29T23:00:00Z"),
            ("Asia/Kathmandu", "2026-03-30", "2026-03-29T18:15:00Z"),
            # Midnight is skipped there: 24:00 becomes 01:00. And in Havana it comes twice.
            ("Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00Z"),
            ("America/Havana", "2026-11-01", "2026-11-01T04:00:00Z"),
        ],
    )
    def test_begin_at_the_midnight_of_the_place(self, zone: str, day: str, starts_at: str) -> None:
        (period,) = periods(Every.DAY, moment(f"{day}T12:00:00Z"), moment(f"{day}T12:00:01Z"), zone)
        assert (period.day, period.starts_at) == (date.fromisoformat(day), moment(starts_at))

    @given(
        every=st.sampled_from(Every),
        since=st.integers(-2_208_902_400, 6_942_240_000).map(lambda s: datetime.fromtimestamp(s, UTC)),
        days=st.integers(0, 300),
        zone=st.sampled_from(["UTC", "Africa/Cairo", "Pacific/Apia", "America/Havana", "Asia/Kathmandu"]),
    )
    def test_leave_no_moment_out(self, every: Every, since: datetime, days: int, zone: str) -> None:
        before = since + timedelta(days=days, seconds=1)
        starts = [period.starts_at for period in periods(every, since, before, zone)]
        assert starts[0] <= since and starts[-1] < before
        assert all(first < second for first, second in pairwise(starts))
