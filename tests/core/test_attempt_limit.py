from datetime import UTC, datetime, timedelta

from app.core.attempt_limit import Guesses

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_so_many_may_be_wrong_and_no_more() -> None:
    guesses = Guesses(3, 60 * MINUTE)
    for n in range(3):
        assert guesses.wait("a", NOW + n * MINUTE) is None
        guesses.miss("a", NOW + n * MINUTE)
    assert guesses.wait("a", NOW + 3 * MINUTE) == 57 * MINUTE
    assert guesses.wait("b", NOW + 3 * MINUTE) is None


def test_each_is_forgotten_after_its_time() -> None:
    guesses = Guesses(2, 60 * MINUTE)
    for minute in (0, 30):
        guesses.miss("a", NOW + minute * MINUTE)
    assert guesses.wait("a", NOW + 59 * MINUTE) == MINUTE
    assert guesses.wait("a", NOW + 60 * MINUTE) is None
    guesses.miss("a", NOW + 60 * MINUTE)
    assert guesses.wait("a", NOW + 61 * MINUTE) == 29 * MINUTE
