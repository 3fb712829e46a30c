from datetime import UTC, datetime, timedelta

import pytest

from app.rules.interactions import tasks as rules
from app.rules.interactions.tasks import TaskDue, TaskStatus

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class TestMoves:
    @pytest.mark.parametrize(
        ("status", "verb", "to"),
        [
            (TaskStatus.OPEN, "complete", TaskStatus.COMPLETED),
            (TaskStatus.OPEN, "snooze", TaskStatus.OPEN),
            (TaskStatus.OPEN, "cancel", TaskStatus.CANCELLED),
            (TaskStatus.OPEN, "reopen", None),
            (TaskStatus.COMPLETED, "complete", None),
            (TaskStatus.COMPLETED, "snooze", None),
            (TaskStatus.COMPLETED, "cancel", None),
            (TaskStatus.COMPLETED, "reopen", TaskStatus.OPEN),
            (TaskStatus.CANCELLED, "complete", None),
            (TaskStatus.CANCELLED, "snooze", None),
            (TaskStatus.CANCELLED, "cancel", None),
            (TaskStatus.CANCELLED, "reopen", TaskStatus.OPEN),
        ],
    )
    def test_the_closed_table(self, status: TaskStatus, verb: str, to: TaskStatus | None) -> None:
        assert rules.next_status(status, verb) == to
        assert (verb in rules.allowed_verbs(status)) == (to is not None)

    def test_there_is_always_a_way_on(self) -> None:
        assert all(rules.allowed_verbs(status) for status in TaskStatus)


class TestDue:
    @pytest.mark.parametrize(
        ("due", "ahead"),
        [(TaskDue.OVERDUE, timedelta(0)), (TaskDue.TODAY, timedelta(hours=24)), (TaskDue.WEEK, timedelta(days=7))],
    )
    def test_how_far_ahead(self, due: TaskDue, ahead: timedelta) -> None:
        assert rules.due_until(due, NOW) == NOW + ahead
