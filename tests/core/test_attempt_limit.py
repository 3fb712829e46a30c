from datetime import UTC, datetime, timedelta

from app.core.attempt_limit import AttemptLimit

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_further_attempts_wait_after_too_many_failures() -> None:
    limit = AttemptLimit(3, 60 * MINUTE)
    for n in range(3):
        assert limit.retry_after("a", NOW + n * MINUTE) is None
        limit.record_failure("a", NOW + n * MINUTE)
    assert limit.retry_after("a", NOW + 3 * MINUTE) == 57 * MINUTE
    assert limit.retry_after("b", NOW + 3 * MINUTE) is None


def test_failures_expire_after_the_window() -> None:
    limit = AttemptLimit(2, 60 * MINUTE)
    for minute in (0, 30):
        limit.record_failure("a", NOW + minute * MINUTE)
    assert limit.retry_after("a", NOW + 59 * MINUTE) == MINUTE
    assert limit.retry_after("a", NOW + 60 * MINUTE) is None
    limit.record_failure("a", NOW + 60 * MINUTE)
    assert limit.retry_after("a", NOW + 61 * MINUTE) == 29 * MINUTE
