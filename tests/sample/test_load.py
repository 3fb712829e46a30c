"""The sample shop in a store: all of it, by the doors that everybody uses."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from app.cli import runtime
from app.core.sessions import Sessions
from app.core.settings import Settings
from app.sample import SampleShop, load, make
from app.sample.feedback_texts import IDEAS
from tests.support import ledger


@pytest.fixture
def dsn(new_database: Callable[..., str]) -> str:
    return new_database()


@pytest.fixture
async def sessions(dsn: str) -> AsyncIterator[Sessions]:
    async with runtime.sessions(Settings(_env_file=None), dsn, "sample") as caller:
        yield caller


@pytest.fixture(scope="module")
def small() -> SampleShop:
    return make(datetime.now(UTC), customers=80, receipts=900, interactions=50, complaints=250, feedback=300)


async def counted(dsn: str) -> dict[str, Any]:
    (found,) = await ledger.fetch(
        dsn,
        "SELECT (SELECT count(*) FROM complaints) AS complaints, (SELECT count(*) FROM complaint_moves) AS moves, "
        "(SELECT count(*) FROM calendars) AS calendars, (SELECT count(*) FROM service_policies) AS policies, "
        "(SELECT count(*) FROM procedures) AS procedures, (SELECT count(*) FROM events) AS events, "
        "(SELECT count(*) FROM feedback) AS feedback, (SELECT count(*) FROM ratings) AS ratings, "
        "(SELECT count(*) FROM visits) AS visits, (SELECT count(*) FROM idea_votes) AS votes, "
        "(SELECT count(*) FROM surveys WHERE status = 'open') AS surveys, (SELECT count(*) FROM ideas) AS ideas",
    )
    return dict(found)


async def test_complaints_with_what_they_are_measured_by(dsn: str, sessions: Sessions, small: SampleShop) -> None:
    done: list[int] = []
    await load.load_into_empty_store(sessions, small, done.append)
    assert sum(done) == load.size(small)
    first = await counted(dsn)
    assert (first["complaints"], first["calendars"], first["policies"], first["procedures"]) == (250, 1, 3, 2)

    (linked,) = await ledger.fetch(
        dsn,
        "SELECT count(sale_id) AS sales, count(customer_id) AS customers, count(policy_id) AS policies, "
        "count(procedure_id) AS procedures, count(*) FILTER (WHERE waiting_for IS NOT NULL) AS waiting, "
        "count(referral ->> 'referred_to') AS referred, count(referral ->> 'outcome') AS settled FROM complaints",
    )
    assert linked["sales"] == sum("_sale" in complaint for complaint in small.complaints)
    assert linked["customers"] == sum(complaint["_customer"] is not None for complaint in small.complaints)
    assert (linked["policies"], linked["procedures"]) == (250, 250)
    assert linked["waiting"] == 1
    assert linked["referred"] > linked["settled"] >= 3

    clocks = await ledger.fetch(
        dsn,
        "SELECT metric, count(*) FILTER (WHERE breached_at IS NULL)::float / count(*) AS kept "
        "FROM complaint_clocks GROUP BY 1",
    )
    kept = {row["metric"]: row["kept"] for row in clocks}
    assert set(kept) == {"acknowledge", "update", "respond", "resolve", "deadlock"}
    assert all(share > 0.8 for share in kept.values()), kept
    assert 0.8 < kept["respond"] < 0.99

    assert (first["feedback"], first["visits"]) == (300 + len(small.visits), len(small.visits))
    assert (first["surveys"], first["ideas"]) == (2, len(IDEAS))
    assert first["ratings"] > first["feedback"]
    assert 0 < first["votes"] <= sum("_idea" in said for said in small.feedback)
    (told,) = await ledger.fetch(
        dsn,
        "SELECT count(customer_id) AS customers, count(sale_id) AS sales, count(survey_id) AS surveys, "
        "count(sentiment) AS judged, count(*) FILTER (WHERE themes <> '{}') AS themed, "
        "count(*) FILTER (WHERE visit_id IS NOT NULL AND customer_id IS NOT NULL) AS shoppers FROM feedback",
    )
    assert all(told[name] > 50 for name in ("customers", "sales", "surveys", "judged", "themed")), dict(told)
    assert told["shoppers"] == 0

    (answered,) = await ledger.fetch(
        dsn,
        "SELECT count(*) AS asked, count(answered_by_id) AS answered, count(*) FILTER (WHERE EXISTS "
        "(SELECT FROM interactions a WHERE a.thread = i.thread AND a.direction = 'outbound')) AS replied "
        "FROM interactions i WHERE i.awaits_answer",
    )
    assert answered["asked"] >= answered["answered"] == answered["replied"] > 0

    # Tasks have no key of their own.
    again = replace(small, tasks=[])
    await sessions.write(lambda ctx: load.load(ctx, again, done.append))
    assert await counted(dsn) == first
