"""Measures: published values, cases that can be counted by hand, and all of them against Python over random ones."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx
import pytest

from app.core.sessions import Sessions
from app.schemas.feedback.comparisons import CompetitorsQuery, GapsQuery, LoopQuery
from app.schemas.feedback.measures import MeasuresQuery, MethodsQuery
from app.services.feedback import measures
from tests import make
from tests.support.api import pointers
from tests.support.application import Keys
from tests.support.counting import CountingConnection
from tests.support.feedback_measures import (
    Mark,
    figures,
    insert_feedback,
    insert_invitation,
    insert_survey,
    mean,
    measure,
    nps,
    stars,
)
from tests.support.shares import share
from tests.support.times import START, days_ago

PATH = "/v1/feedback/measures"
HOW = ("day", "week", "month", "quarter", "year", "site", "staff", "sku", "channel", "method", "survey", "tag")
METRICS = ("nps", "csat", "ces", "rating", "score")


class TestNothing:
    @pytest.mark.parametrize("metric", METRICS)
    @pytest.mark.parametrize("by", [None, "site", "survey", "tag", "sku"])
    async def test_is_known_where_nobody_has_answered(
        self, client: httpx.AsyncClient, metric: str, by: str | None
    ) -> None:
        found = await figures(client, metric=metric, **({"group_by": by} if by else {}))
        assert found == {
            "metric": metric,
            "group_by": by,
            "since": "2025-12-02T09:00:00.000000Z",
            "before": "2026-03-02T09:00:00.000001Z",
            "group_count": 0,
            "all": measure([], metric, None if by == "sku" else []),
            "items": [],
        }

    async def test_months_without_answers_are_there(self, client: httpx.AsyncClient, db: Any) -> None:
        await insert_feedback(db, nps(10), collected_at=days_ago(80))
        await insert_feedback(db, nps(3), collected_at=days_ago(1))
        found = await figures(client, metric="nps", group_by="month")
        assert [item["key"] for item in found["items"]] == ["2025-12-01", "2026-01-01", "2026-02-01", "2026-03-01"]
        assert [item["nps"]["nps"] for item in found["items"]] == [100, None, None, -100]
        assert [item["answers"] for item in found["items"]] == [1, 0, 0, 1]
        assert found["group_count"] == 4


class TestPublished:
    @pytest.mark.parametrize(
        ("values", "expected"), [(range(11), -45.45), ([10, 9, 10, 4], 50), ([9, 7, 6], 0), ([], None)]
    )
    async def test_net_promoter_scores(self, client: httpx.AsyncClient, db: Any, values: Any, expected: Any) -> None:
        for value in values:
            await insert_feedback(db, nps(value))
        found = (await figures(client, metric="nps"))["all"]
        assert (found["answers"], found["nps"]["nps"]) == (len(values), expected)

    async def test_satisfied_are_four_and_five_of_five(self, client: httpx.AsyncClient, db: Any) -> None:
        for value in (1, 2, 3, 4, 4, 5, 5, 5, 5, 5):
            await insert_feedback(db, Mark("csat", value))
        found = (await figures(client, metric="csat"))["all"]
        assert found["satisfied"] == {"count": 7, "total": 10, "share": 0.7, "low": 0.3968, "high": 0.8922}
        assert found["distribution"] == [1, 1, 1, 2, 5]


class TestAsking:
    @pytest.mark.parametrize(
        ("query", "pointer"),
        [
            ({"since": "2026-03-02T09:00:01Z"}, "/query/since"),
            ({"since": "2015-02-01T00:00:00Z"}, "/query/since"),
            ({"since": "2025-01-01T00:00:00Z", "group_by": "day"}, "/query/group_by"),
            ({"before": "2026-03-02"}, "/query/before"),
            ({"group_by": "hour"}, "/query/group_by"),
            ({"metric": "happiness"}, "/query/metric"),
            ({"channel": "pigeon"}, "/query/channel"),
            ({"survey_id": "after-sale"}, "/query/survey_id"),
            ({"time_zone": "Mars/Olympus"}, "/query/time_zone"),
            ({"limit": "0"}, "/query/limit"),
        ],
    )
    async def test_what_cannot_be_asked(self, client: httpx.AsyncClient, query: Any, pointer: str) -> None:
        answer = await client.get(PATH, params=query)
        assert (answer.status_code, pointers(answer)) == (422, [pointer])

    @pytest.mark.parametrize("what", ["measures", "methods", "gaps", "competitors", "loop"])
    async def test_needs_a_key_for_feedback(self, keys: Keys, what: str) -> None:
        assert (await (await keys("surveys:read")).get(f"/v1/feedback/{what}")).status_code == 403
        assert (await (await keys("feedback:read")).get(f"/v1/feedback/{what}")).status_code == 200

    @pytest.mark.parametrize("what", ["measures", "methods", "gaps", "competitors", "loop"])
    async def test_unknown_parameters_are_refused(self, client: httpx.AsyncClient, what: str) -> None:
        assert (await client.get(f"/v1/feedback/{what}", params={"colour": "red"})).status_code == 400

    async def test_ten_years_by_week_and_400_days_by_day_are_the_most(self, client: httpx.AsyncClient) -> None:
        found = await figures(client, group_by="week", since=days_ago(3_700).isoformat())
        assert len(found["items"]) == found["group_count"] == 530
        found = await figures(client, group_by="day", since=days_ago(400).isoformat(), time_zone="America/Havana")
        assert len(found["items"]) == found["group_count"] == 401

    async def test_feedback_of_this_moment_counts(self, client: httpx.AsyncClient, db: Any) -> None:
        await insert_feedback(db, nps(9), collected_at=START)
        assert (await figures(client))["all"]["answers"] == 1

    async def test_the_largest_groups_come_first(self, client: httpx.AsyncClient, db: Any) -> None:
        for site in ("Leeds", "York", "York", "Hull", "York", "Hull", None):
            await insert_feedback(db, stars(4), site=site)
        await db.execute("UPDATE sites SET name = 'Harbour Street' WHERE code = 'York'")
        found = await figures(client, group_by="site", limit=2)
        assert [(i["key"], i["name"], i["answers"]) for i in found["items"]] == [
            ("York", "Harbour Street", 3),
            ("Hull", None, 2),
        ]
        assert (found["group_count"], found["all"]["answers"]) == (4, 7)

    async def test_each_answer_is_one_statement(self, sessions: Sessions) -> None:
        async with sessions.reading() as ctx:
            counted = CountingConnection(ctx.db)
            ctx = replace(ctx, db=counted)
            for metric in METRICS:
                for by in (None, *HOW):
                    await measures.measures(ctx, MeasuresQuery.model_validate({"metric": metric, "group_by": by}))
            assert counted.statements == len(METRICS) * (len(HOW) + 1)
            await measures.methods(ctx, MethodsQuery())
            await measures.gaps(ctx, GapsQuery())
            await measures.competitors(ctx, CompetitorsQuery())
            await measures.loop(ctx, LoopQuery())
            assert counted.statements == len(METRICS) * (len(HOW) + 1) + 4


class TestWhatCounts:
    async def test_the_score_is_that_of_whole_feedback(self, client: httpx.AsyncClient, db: Any) -> None:
        await insert_feedback(db, Mark("csat", 5), nps(0), stars(1, "waiting time"), stars(1, "price", "expectation"))
        await insert_feedback(db, stars(3, "waiting time"))
        await insert_feedback(db)
        assert (await figures(client))["all"] | {"response": 0} == measure([Mark("csat", 5), stars(3)], "score", []) | {
            "response": 0
        }

    async def test_a_metric_is_asked_for_by_name_whether_it_stands_for_the_whole_or_not(
        self, client: httpx.AsyncClient, db: Any
    ) -> None:
        await insert_feedback(db, Mark("csat", 5), nps(0), stars(1, "waiting time"), stars(2, None, "expectation"))
        assert (await figures(client, metric="nps"))["all"]["nps"]["detractors"] == 1
        assert (await figures(client, metric="csat"))["all"]["satisfied"] == share(1, 1)
        assert (await figures(client, metric="rating"))["all"]["answers"] == 0

    async def test_competitors_never_do(self, client: httpx.AsyncClient, db: Any) -> None:
        await insert_feedback(db, stars(5), method="competitor", competitor="Smith's", site="Hull")
        for metric in ("score", "rating"):
            assert (await figures(client, metric=metric, group_by="site"))["group_count"] == 0
        assert (await figures(client, "methods"))["group_count"] == 0
        assert (await figures(client, "loop"))["all"]["feedback"] == 0

    async def test_days_begin_at_the_midnight_that_is_asked_for(self, client: httpx.AsyncClient, db: Any) -> None:
        await insert_feedback(db, stars(5), collected_at=datetime(2026, 2, 27, 23, 30, tzinfo=UTC))
        time = {"since": "2026-02-27T12:00:00Z", "before": "2026-02-28T12:00:00Z", "group_by": "day"}
        for zone, answers in (("UTC", [1, 0]), ("Europe/Paris", [0, 1]), ("America/New_York", [1, 0])):
            found = await figures(client, time_zone=zone, **time)
            assert [item["key"] for item in found["items"]] == ["2026-02-27", "2026-02-28"]
            assert [item["answers"] for item in found["items"]] == answers


class TestResponse:
    async def test_is_of_those_sent_in_the_time(self, client: httpx.AsyncClient, db: Any) -> None:
        asked = await insert_survey(db)
        for number in range(5):
            await insert_invitation(db, asked, days_ago(2), answered=number < 2, site="Hull")
        await insert_invitation(db, asked, days_ago(100), answered=True)
        await insert_invitation(db, asked, None)
        assert (await figures(client))["all"]["response"] == share(2, 5) | {"withdrawn": 0}
        (item,) = (await figures(client, group_by="survey"))["items"]
        assert (item["key"], item["name"], item["answers"]) == (str(asked), "After a purchase", 0)
        assert item["mean"] is None and item["response"] == share(2, 5) | {"withdrawn": 0}

    async def test_of_nobody_asked_is_not_known(self, client: httpx.AsyncClient, db: Any) -> None:
        await insert_feedback(db, stars(4), method="review")
        assert (await figures(client))["all"]["response"] == share(0, 0) | {"withdrawn": 0}

    @pytest.mark.parametrize(
        "query", [{"group_by": "method"}, {"group_by": "sku"}, {"method": "survey"}, {"sku": "PIE"}]
    )
    async def test_is_not_told_where_it_makes_no_sense(self, client: httpx.AsyncClient, db: Any, query: Any) -> None:
        await insert_invitation(db, await insert_survey(db), days_ago(2))
        await insert_feedback(db, stars(4), sku="PIE")
        found = await figures(client, **query)
        assert found["all"]["answers"] == 1
        assert [item["response"] for item in [found["all"], *found["items"]]] == [None] * (found["group_count"] + 1)


class TestAgainstPython:
    """The same, counted the slow way, over feedback at random."""

    @pytest.fixture
    async def world(self, client: httpx.AsyncClient, db: Any) -> dict[str, Any]:
        dice = random.Random(4_004)
        tagged = [["weekend"], ["Weekend", "lamb", "LAMB"], [], ["lamb"]]
        made = [UUID((await make.create_customer(client, tags=tags))["id"]) for tags in tagged]
        customers = dict(zip(made, [["weekend"], ["weekend", "lamb"], [], ["lamb"]], strict=True))
        surveys = [await insert_survey(db, code, None) for code in ("a", "b")]
        marks: list[Mark] = []
        sent: list[dict[str, Any]] = []
        for _ in range(220):
            row: dict[str, Any] = {
                "collected_at": days_ago(dice.uniform(0, 140)),
                "method": dice.choice(["survey", "review", "mystery_shopper"]),
                "site": dice.choice(["Hull", "York", None]),
                "staff": dice.choice(["Tom", "Amara", None]),
                "sku": dice.choice(["PIE", None]),
                "channel": dice.choice(["email", "sms", None]),
                "survey_id": dice.choice([*surveys, None]),
                "customer_id": dice.choice([*customers, None]),
            }
            given = [
                Mark(metric, dice.randint(*limits))
                for metric, limits in (("nps", (0, 10)), ("csat", (1, 5)), ("ces", (1, 7)), ("rating", (1, 5)))
                if dice.random() < 0.5
            ]
            dice.shuffle(given)
            given.append(stars(dice.randint(1, 5), "price"))
            await insert_feedback(db, *given, **row)
            marks += given
            row["sent_at"], row["answered"] = days_ago(dice.uniform(0, 140)), dice.random() < 0.3
            if row["survey_id"]:
                named = {name: row[name] for name in ("site", "staff", "channel", "customer_id")}
                await insert_invitation(db, row["survey_id"], row["sent_at"], row["answered"], **named)
                sent.append(row)
        return {"marks": marks, "sent": sent, "customers": customers}

    async def test_all_figures_agree(self, client: httpx.AsyncClient, world: dict[str, Any]) -> None:
        zone, time = "America/New_York", {"since": days_ago(100).isoformat(), "before": days_ago(5).isoformat()}
        filters: list[dict[str, Any]] = [{}, {"site": "Hull", "channel": "email"}, {"tag": "Lamb"}, {"staff": "Tom"}]
        filters += [{"survey_id": next(row["survey_id"] for row in world["sent"])}, {"sku": "PIE", "method": "review"}]
        for n, by in enumerate((None, *HOW)):
            for m, metric in enumerate(METRICS):
                chosen = filters[(n + m) % len(filters)]
                query = {**time, **chosen, "metric": metric, "time_zone": zone} | ({"group_by": by} if by else {})
                _check(await figures(client, **query), world, metric, by, chosen, zone)


def _check(found: Any, world: Any, metric: str, by: str | None, chosen: dict[str, Any], zone: str) -> None:
    def fits(row: dict[str, Any], at: datetime) -> bool:
        named = {name: value for name, value in chosen.items() if name != "tag"}
        tags = world["customers"].get(row["customer_id"], [])
        there = "tag" not in chosen or chosen["tag"].casefold() in tags
        return days_ago(100) <= at < days_ago(5) and there and all(row[name] == value for name, value in named.items())

    def groups(row: dict[str, Any], at: datetime) -> list[Any]:
        if by == "tag":
            return world["customers"].get(row["customer_id"]) or [None]
        if by == "survey":
            return [row["survey_id"] and str(row["survey_id"])]
        return [row[by] if by in row else _period(by, at, zone)]

    marks = [
        mark
        for mark in world["marks"]
        if (mark.main if metric == "score" else mark.metric == metric and mark.aspect is None)
        and fits(mark.feedback, mark.feedback["collected_at"])
    ]
    sent = [row for row in world["sent"] if fits(row, row["sent_at"])]
    told = by not in ("sku", "method") and not {"sku", "method"} & set(chosen)
    assert found["all"] == measure(marks, metric, [row["answered"] for row in sent] if told else None)
    if by is None:
        return
    keys = {key for mark in marks for key in groups(mark.feedback, mark.feedback["collected_at"])}
    if told:
        keys |= {key for row in sent for key in groups(row, row["sent_at"])}
    if by in HOW[:5]:
        keys |= {_period(by, days_ago(100) + timedelta(hours=hours), zone) for hours in range(95 * 24)}
        assert [item["key"] for item in found["items"]] == sorted(keys)
    else:
        counts = [item["answers"] for item in found["items"]]
        assert counts == sorted(counts, reverse=True)
    items = {item.pop("key"): item for item in found["items"]}
    if by == "tag":  # shown in one of its spellings
        items = {key and key.lower(): item for key, item in items.items()}
    assert items.keys() == keys and found["group_count"] == len(keys)
    for key, item in items.items():
        of = [mark for mark in marks if key in groups(mark.feedback, mark.feedback["collected_at"])]
        asked = [row["answered"] for row in sent if key in groups(row, row["sent_at"])] if told else None
        del item["name"]
        assert item == measure(of, metric, asked), (by, metric, key)


def _period(by: str | None, at: datetime, zone: str) -> str:
    day = at.astimezone(ZoneInfo(zone)).date()
    if by == "week":
        return date.fromisocalendar(*day.isocalendar()[:2], 1).isoformat()
    text = day.isoformat()
    month = (day.month + 2) // 3 * 3 - 2
    return {"day": text, "month": f"{text[:7]}-01", "quarter": f"{day.year}-{month:02}-01"}.get(
        str(by), f"{day.year}-01-01"
    )


class TestMethods:
    async def test_stand_side_by_side_for_a_site(self, client: httpx.AsyncClient, db: Any) -> None:
        said = {"survey": (5, 5, 4, 5, 4), "mystery_shopper": (2, 3, 2, 2, 1), "review": (1,)}
        for method, values in said.items():
            for value in values:
                await insert_feedback(db, stars(value), method=method, site="Hull")
        await insert_feedback(db, stars(3), site="York")
        await insert_feedback(db, stars(3))
        found = await figures(client, "methods")
        assert (found["group_count"], found["all"]["answers"]) == (2, 13)
        hull, york = found["items"]
        assert (hull["key"], hull["answers"], york["key"], york["spread"]) == ("Hull", 11, "York", None)
        expected = [
            {"method": method, **mean([stars(value).score for value in said[method]])}
            for method in ("mystery_shopper", "survey", "review")
        ]
        assert hull["methods"] == expected
        assert hull["spread"] == 65.0  # the review is one only
        (hull,) = (await figures(client, "methods", site="Hull", min_answers=1))["items"]
        assert hull["spread"] == 90.0


class TestGaps:
    async def test_compare_people_with_themselves_where_they_can(self, client: httpx.AsyncClient, db: Any) -> None:
        asked = await insert_survey(db)
        for expected, met in ((5, 3), (4, 3), (5, 1)):
            await insert_feedback(
                db, stars(expected, "waiting time", "expectation"), stars(met, "waiting time"), survey_id=asked
            )
        await insert_feedback(db, stars(5, "waiting time"), site="Hull")
        await insert_feedback(db, stars(4, "price", "expectation"), stars(5, "range"))
        await insert_feedback(db, stars(2, "price"), stars(4, "price"))
        found = await figures(client, "gaps")
        waiting = {
            "aspect": "waiting time",
            "expectation": {"answers": 3, "mean": 91.67},
            "experience": {"answers": 4, "mean": 50.0},
            "gap": -58.33,
            "pairs": 3,
            # -50, -25 and -100: their deviation is 38.19, t(2) is 4.303.
            "low": -100.0,
            "high": 36.53,
        }
        price = {
            "aspect": "price",
            "expectation": {"answers": 1, "mean": 75.0},
            "experience": {"answers": 1, "mean": 50.0},
            "gap": -25.0,
            "pairs": 0,
            "low": None,
            "high": None,
        }
        of_range = {
            "aspect": "range",
            "expectation": {"answers": 0, "mean": None},
            "experience": {"answers": 1, "mean": 100.0},
            "gap": None,
            "pairs": 0,
            "low": None,
            "high": None,
        }
        assert (found["group_count"], found["items"]) == (3, [waiting, price, of_range])
        (item,) = (await figures(client, "gaps", survey_id=asked))["items"]
        assert item["experience"] == {"answers": 3, "mean": 33.33}
        assert (await figures(client, "gaps", site="Hull"))["items"][0]["gap"] is None
        assert (await figures(client, "gaps", before=days_ago(2).isoformat()))["items"] == []


class TestCompetitors:
    async def test_stand_beside_what_is_comparable_of_ours(self, client: httpx.AsyncClient, db: Any) -> None:
        await insert_feedback(db, stars(4), method="review", sentiment="positive", themes=["freshness", "price"])
        await insert_feedback(db, method="social", sentiment="negative", themes=["price"])
        await insert_feedback(db, stars(1), method="survey", sentiment="negative", themes=["queue"])
        for value in (2, 3):
            await insert_feedback(db, stars(value), method="competitor", competitor="Smith's", themes=["queue"])
        await insert_feedback(db, method="competitor", competitor="Jones")
        found = await figures(client, "competitors")
        assert found["methods"] == ["review", "social"]
        ours = found["ours"]
        assert {name: ours[name] for name in ("feedback", "answers", "mean")} == {
            "feedback": 2,
            "answers": 1,
            "mean": 75.0,
        }
        assert ours["sentiment"] == {"positive": share(1, 2), "neutral": share(0, 2), "negative": share(1, 2)}
        assert ours["themes"] == [{"theme": "price", **share(2, 2)}, {"theme": "freshness", **share(1, 2)}]
        smith, jones = found["items"]
        assert smith["competitor"] == "Smith's" and smith["feedback"] == 2
        assert {name: smith[name] for name in ("answers", "mean", "low", "high")} == mean(
            [stars(2).score, stars(3).score]
        )
        assert smith["themes"] == [{"theme": "queue", **share(2, 2)}]
        assert jones["mean"] is None and jones["sentiment"]["positive"] == share(0, 0)

    async def test_nothing_is_known_of_nobody(self, client: httpx.AsyncClient) -> None:
        found = await figures(client, "competitors")
        assert (found["group_count"], found["items"], found["ours"]["feedback"]) == (0, [], 0)
        assert found["ours"]["mean"] is None and found["ours"]["themes"] == []


class TestLoop:
    async def test_tells_how_much_was_made_of_it_and_how_soon(self, client: httpx.AsyncClient, db: Any) -> None:
        customer = UUID((await make.create_customer(client))["id"])
        at, hour = days_ago(10), timedelta(hours=1)
        known: dict[str, Any] = {"collected_at": at, "customer_id": customer, "site": "Hull"}
        await insert_feedback(
            db,
            stars(1),
            **known,
            acknowledged_at=at + hour,
            acted_at=at + 10 * hour,
            notified_at=at + 20 * hour,
            closed_at=at + 20 * hour,
        )
        await insert_feedback(db, stars(1), **known, acknowledged_at=at + 3 * hour)
        await insert_feedback(db, **known)
        await insert_feedback(
            db, method="review", collected_at=days_ago(1), acted_at=days_ago(1), closed_at=days_ago(1)
        )
        found = await figures(client, "loop", group_by="site")
        never = {"count": 0, "median_hours": None, "p90_hours": None}
        hull = {
            "feedback": 3,
            "acknowledged": share(2, 3),
            "acted": share(1, 3),
            "notified": share(1, 3),
            "closed": share(1, 3),
            "forgotten": 1,
            "to_acknowledge": {"count": 2, "median_hours": 2.0, "p90_hours": 2.8},
            "to_act": {"count": 1, "median_hours": 10.0, "p90_hours": 10.0},
            "to_close": {"count": 1, "median_hours": 20.0, "p90_hours": 20.0},
        }
        assert found["items"][0] == {"key": "Hull", "name": None, **hull}
        assert found["items"][1]["key"] is None and found["items"][1]["notified"] == share(0, 0)
        assert found["all"]["closed"] == share(2, 4) and found["all"]["notified"] == share(1, 3)
        assert found["all"]["to_act"] == {"count": 2, "median_hours": 5.0, "p90_hours": 9.0}
        assert (await figures(client, "loop", site="Hull"))["all"] == hull
        assert (await figures(client, "loop", forgotten_after_days=0))["all"]["forgotten"] == 2
        empty = await figures(client, "loop", staff="Tom")
        assert (empty["all"]["feedback"], empty["all"]["to_close"]) == (0, never)
        assert [(i["key"], i["feedback"]) for i in (await figures(client, "loop", group_by="method"))["items"]] == [
            ("survey", 3),
            ("review", 1),
        ]

    async def test_months_are_all_there(self, client: httpx.AsyncClient, db: Any) -> None:
        await insert_feedback(db, collected_at=days_ago(40))
        found = await figures(client, "loop", group_by="month")
        assert [(item["key"], item["feedback"]) for item in found["items"]] == [
            ("2025-12-01", 0),
            ("2026-01-01", 1),
            ("2026-02-01", 0),
            ("2026-03-01", 0),
        ]
        assert found["items"][0]["acknowledged"] == share(0, 0) and found["all"]["feedback"] == 1
