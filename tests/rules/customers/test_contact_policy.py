"""How and when a customer may be contacted: tables, and properties where one can be stated."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.rules.customers import contact_policy
from app.rules.customers.contact_policy import QuietHours, ReachablePoint, next_permitted
from app.rules.customers.customers import ContactKind, NumberUse
from app.rules.kit.channels import Channel

EMAIL, SMS, PHONE, WHATSAPP, LETTER = Channel.EMAIL, Channel.SMS, Channel.PHONE, Channel.WHATSAPP, Channel.LETTER
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
channels = st.lists(st.sampled_from(Channel), unique=True)


class TestChannel:
    @pytest.mark.parametrize(
        ("preferred", "unwelcome", "reachable", "allowed", "expected"),
        [
            ([], [], [], None, None),
            ([SMS], [], [EMAIL, SMS], None, SMS),
            ([LETTER, SMS], [], [EMAIL, SMS], None, SMS),
            ([SMS], [SMS], [EMAIL, SMS], None, EMAIL),
            ([SMS], [], [EMAIL, SMS], [EMAIL], EMAIL),
            ([SMS], [], [EMAIL, SMS], [], SMS),
            ([], [], [EMAIL, SMS], [WHATSAPP, SMS, EMAIL], SMS),
            ([EMAIL], [], [EMAIL, SMS], [SMS, EMAIL], EMAIL),
            ([], [EMAIL, SMS], [EMAIL, SMS], None, None),
            ([WHATSAPP], [], [PHONE, SMS], None, SMS),
            ([], [], [PHONE], None, PHONE),
        ],
    )
    def test_is_the_first_that_will_do(
        self, preferred: list[Channel], unwelcome: list[Channel], reachable: list[Channel], allowed: Any, expected: Any
    ) -> None:
        assert contact_policy.choose_channel(preferred, unwelcome, set(reachable), allowed) == expected

    @given(channels, channels, channels, channels)
    def test_never_is_one_that_will_not(
        self, preferred: list[Channel], unwelcome: list[Channel], reachable: list[Channel], allowed: list[Channel]
    ) -> None:
        found = contact_policy.choose_channel(preferred, unwelcome, reachable, allowed)
        open_ = [one for one in allowed or contact_policy.DEFAULT_ORDER if one in reachable and one not in unwelcome]
        if found is None:
            assert open_ == []
        else:
            assert found in open_
            assert found in preferred or not set(preferred) & set(open_)


MAIL = ReachablePoint(ContactKind.EMAIL, "email")
LANDLINE = ReachablePoint(ContactKind.PHONE, "landline", ["call"])
MOBILE = ReachablePoint(ContactKind.PHONE, "mobile", ["call", "sms"])
CHATTY = ReachablePoint(ContactKind.PHONE, "chatty", ["call", "sms", "whatsapp"])
QUIET = ReachablePoint(ContactKind.PHONE, "quiet", ["call", "sms", "whatsapp"], ["whatsapp", "call"])


class TestPoint:
    @pytest.mark.parametrize(
        ("channel", "preferred", "points", "expected"),
        [
            (EMAIL, [], [MAIL], MAIL),
            (EMAIL, [], [MOBILE], None),
            (SMS, [], [LANDLINE, MOBILE], MOBILE),
            (PHONE, [], [LANDLINE, MOBILE], LANDLINE),
            (PHONE, [], [CHATTY], CHATTY),
            (WHATSAPP, [], [MOBILE, CHATTY], CHATTY),
            (WHATSAPP, [], [MOBILE], None),
            (WHATSAPP, [WHATSAPP], [MOBILE], MOBILE),
            (WHATSAPP, [WHATSAPP], [MAIL], None),
            (WHATSAPP, [WHATSAPP], [QUIET], None),
            (WHATSAPP, [], [QUIET, CHATTY], CHATTY),
            (PHONE, [], [QUIET], None),
            (SMS, [], [QUIET], QUIET),
            (LETTER, [LETTER], [MAIL, MOBILE], None),
            (None, [], [MAIL], None),
        ],
    )
    def test_is_that_of_the_channel(self, channel: Any, preferred: Any, points: Any, expected: Any) -> None:
        assert contact_policy.choose_contact_point(channel, preferred, points) is expected

    @given(
        st.sampled_from(Channel),
        channels,
        st.lists(
            st.builds(
                ReachablePoint,
                st.sampled_from(ContactKind),
                st.text(max_size=3),
                st.sets(st.sampled_from(NumberUse)),
                st.sets(st.sampled_from(NumberUse)),
            ),
            max_size=4,
        ),
    )
    def test_is_never_one_that_the_customer_does_not_want(self, channel: Any, preferred: Any, points: Any) -> None:
        found = contact_policy.choose_contact_point(channel, preferred, points)
        assert found is None or contact_policy.USE_BY_CHANNEL.get(channel) not in found.opted_out


def brute_force(moment: datetime, quiet: QuietHours) -> datetime:
    """Minute by minute, as somebody would who keeps looking at the customer's clock."""
    while True:
        wall = moment.astimezone(ZoneInfo(quiet.zone)).time()
        over_midnight = quiet.start > quiet.end
        inside = (quiet.start <= wall or wall < quiet.end) if over_midnight else quiet.start <= wall < quiet.end
        if not inside:
            return moment
        moment += timedelta(minutes=1)


minutes = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 29, 30, 45, 59]))
ZONES = (
    "UTC",
    "Europe/London",
    "America/New_York",
    "Australia/Lord_Howe",  # shifts by half an hour
    "Asia/Kathmandu",
    "America/St_Johns",
    "Africa/Casablanca",
    "Asia/Beirut",  # shifts at midnight
    "America/Havana",
    "Antarctica/Troll",  # shifts by two hours
)
# Within a day and a half of the days on which clocks are put forward and back, and anywhere else.
shifting = [
    datetime(2026, month, day, tzinfo=UTC) for month, day in ((3, 8), (3, 29), (4, 5), (10, 4), (10, 25), (11, 1))
]
moments = st.builds(
    lambda base, after: base + timedelta(minutes=after),
    st.sampled_from([*shifting, NOON]),
    st.integers(-36 * 60, 36 * 60),
)


class TestQuietHours:
    @pytest.mark.parametrize(
        ("start", "end", "at", "expected"),
        [
            ("09:00", "17:00", "08:59", "08:59"),
            ("09:00", "17:00", "09:00", "17:00"),
            ("09:00", "17:00", "16:59", "17:00"),
            ("09:00", "17:00", "17:00", "17:00"),
            ("21:00", "08:00", "03:00", "08:00"),
            ("21:00", "08:00", "08:00", "08:00"),
            ("12:00", "12:00", "12:00", "12:00"),
        ],
    )
    def test_on_a_day_like_others(self, start: str, end: str, at: str, expected: str) -> None:
        quiet = QuietHours(time.fromisoformat(start), time.fromisoformat(end), "UTC")
        on = NOON.date()
        moment = datetime.combine(on, time.fromisoformat(at), UTC)
        assert next_permitted(moment, quiet) == datetime.combine(on, time.fromisoformat(expected), UTC)

    def test_over_midnight_end_the_next_day(self) -> None:
        quiet = QuietHours(time(21), time(8), "UTC")
        assert next_permitted(datetime(2026, 3, 2, 22, tzinfo=UTC), quiet) == datetime(2026, 3, 3, 8, tzinfo=UTC)

    def test_are_those_of_the_customers_wall(self) -> None:
        quiet = QuietHours(time(21), time(8), "America/New_York")
        assert next_permitted(datetime(2026, 1, 5, 12, tzinfo=UTC), quiet) == datetime(2026, 1, 5, 13, tzinfo=UTC)
        assert next_permitted(datetime(2026, 7, 5, 11, tzinfo=UTC), quiet) == datetime(2026, 7, 5, 12, tzinfo=UTC)

    def test_that_would_end_in_the_missing_hour_end_with_it(self) -> None:
        quiet = QuietHours(time(22), time(1, 30), "Europe/London")
        at = datetime(2026, 3, 29, 0, 15, tzinfo=UTC)  # a quarter past midnight; at one it is two
        assert next_permitted(at, quiet) == datetime(2026, 3, 29, 1, tzinfo=UTC)

    def test_come_again_with_the_hour_that_comes_again(self) -> None:
        quiet = QuietHours(time(22), time(1, 30), "Europe/London")
        first, second = datetime(2026, 10, 25, 0, 15, tzinfo=UTC), datetime(2026, 10, 25, 1, 15, tzinfo=UTC)
        assert next_permitted(first, quiet) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
        assert next_permitted(second, quiet) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)

    def test_nobody_has_any_who_has_not_said_so(self) -> None:
        assert next_permitted(NOON, None) == NOON
        assert contact_policy.parse_quiet_hours(None) is None
        stored = {"start": "21:30", "end": "08:00", "time_zone": "Europe/London"}
        assert contact_policy.parse_quiet_hours(stored) == QuietHours(time(21, 30), time(8), "Europe/London")

    @given(moments, minutes, minutes, st.sampled_from(ZONES))
    @example(datetime(2026, 10, 25, 0, 45, tzinfo=UTC), time(1, 30), time(2, 15), "Europe/London")
    def test_are_over_when_somebody_who_keeps_looking_says_so(
        self, moment: datetime, start: time, end: time, zone: str
    ) -> None:
        quiet = QuietHours(start, end, zone)
        assert next_permitted(moment, quiet) == brute_force(moment, quiet)

    @given(
        st.integers(63_072_000, 4_102_444_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
        st.builds(time, st.integers(0, 23), st.integers(0, 59)),
        st.builds(time, st.integers(0, 23), st.integers(0, 59)),
        st.timezone_keys(),
    )
    def test_end_and_stay_ended_however_often_one_asks(
        self, moment: datetime, start: time, end: time, zone: str
    ) -> None:
        quiet = QuietHours(start, end, zone)
        found = next_permitted(moment, quiet)
        assert moment <= found <= moment + timedelta(days=2)
        assert not quiet.contains(found)
        assert next_permitted(found, quiet) == found
