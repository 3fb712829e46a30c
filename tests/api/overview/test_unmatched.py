"""What could not be decided, in one place: receipts, contacts, complaints and feedback that name somebody."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import asyncpg
import httpx
import pytest

from app.schemas.overview.unmatched import UnmatchedQuery
from app.store.overview import unmatched
from tests import make
from tests.make.customers import create_source
from tests.support import api
from tests.support.application import Keys
from tests.support.links import claimed_for

PATH = "/v1/unmatched"
NUMBER = "+44 7911 123402"
CARD = make.identity("loyalty", "CARD-1")


async def listed(client: httpx.AsyncClient, **query: Any) -> list[str]:
    return [item["id"] for item in await api.pages(client, PATH, **query)]


async def record_all(client: httpx.AsyncClient, contact: dict[str, str], day: int) -> dict[str, dict[str, Any]]:
    """One of each kind, an hour after another."""
    at = [f"2026-02-{day:02}T{hour:02}:00:00Z" for hour in range(9, 13)]
    key = {"source": "desk", "external_id": f"{day}"}
    buyer = {contact["kind"]: contact["value"], "name": "Ada"}
    return {
        "sale": await api.post(
            client,
            "/v1/sales?on_unknown_customer=keep",
            make.sale(source="desk", occurred_at=at[0], customer=buyer),
        ),
        "interaction": await api.post(
            client,
            "/v1/interactions",
            {
                "kind": "call",
                "channel": "phone",
                "direction": "inbound",
                "happened_at": at[1],
                "contact": contact,
                **key,
            },
        ),
        "complaint": await api.post(
            client,
            "/v1/complaints",
            make.complaint(received_at=at[2], complainant={"name": "Ada", "contact": contact}, **key),
        ),
        "feedback": await api.post(
            client,
            "/v1/feedback",
            {
                "method": "form",
                "text": "x",
                "collected_at": at[3],
                "author": {"name": "Ada", "contact": contact},
                **key,
            },
        ),
    }


class TestList:
    async def test_until_somebody_says_whose_they_are(self, client: httpx.AsyncClient, keys: Keys) -> None:
        records = await record_all(client, {"kind": "phone", "value": NUMBER}, 1)
        newest_first = [record["id"] for record in reversed(records.values())]
        assert await listed(client) == newest_first
        assert await listed(client, sort="occurred_at") == newest_first[::-1]
        for type_, record in records.items():
            (item,) = (await client.get(PATH, params={"type": type_})).json()["items"]
            assert (item["id"], item["source"], item["match"]) == (record["id"], "desk", "unmatched")
            assert item["name"] == (None if type_ == "interaction" else "Ada")
            assert item["keys"] == [{"kind": "phone", "value": NUMBER}]
            assert [reason["result"] for reason in item["match_reasons"]] == ["unknown"]
        exported = await client.get(f"{PATH}/export", headers={"Accept": "application/x-ndjson"})
        items = [json.loads(line) for line in exported.text.splitlines()]
        assert [item["id"] for item in items] == newest_first
        csv = await client.get(f"{PATH}/export", headers={"Accept": "text/csv"})
        assert len(csv.text.splitlines()) == 5
        ada = await make.create_customer(client)
        for item in items:
            claimed = await client.post(item["claim_path"], json={"customer_id": ada["id"]})
            assert claimed.status_code == 200, claimed.text
            assert claimed.json()["match"] == "matched"
            assert claimed.json()["match_reasons"] == [claimed_for(ada), *item["match_reasons"]]
        assert await listed(client) == []
        for item in items:
            released = await client.post(item["claim_path"].replace("claim", "release"), json={"reason": "Not hers"})
            assert released.json()["match"] == "unmatched"
            assert [reason["result"] for reason in released.json()["match_reasons"]] == ["released"]
        assert await listed(client) == newest_first, "taken back, it is undecided again"
        assert (await (await keys("sales:read")).get(PATH)).status_code == 403

    async def test_what_is_listed(self, client: httpx.AsyncClient) -> None:
        """Not what says nothing, nor what identifies nobody; but what may be of several."""
        known = {"kind": "phone", "value": NUMBER}
        for _ in range(2):
            await make.create_customer(client, contact_points=[make.phone(NUMBER, shared=True)])
        ambiguous = await record_all(client, known, 1)
        unknown = await record_all(client, {"kind": "email", "value": "new@example.com"}, 2)
        await record_all(client, {"kind": "phone", "value": "0000000000"}, 3)
        await create_source(client, "vend", may_create=False)
        for identity in (make.identity("vend", "WALKIN"), CARD):
            await api.post(client, "/v1/sales", make.sale(source="vend", customer={"identity": identity}))
        await api.post(client, "/v1/sales", make.sale(customer={"name": "Ada"}))
        await api.post(client, "/v1/sales", make.sale())
        ids = {
            match: [record["id"] for record in reversed(records.values())]
            for match, records in (("unmatched", unknown), ("ambiguous", ambiguous))
        }
        (kept,) = await listed(client, source="vend")
        assert await listed(client) == [kept, *ids["unmatched"], *ids["ambiguous"]]
        assert await listed(client, match="ambiguous") == ids["ambiguous"]
        assert await listed(client, match="unmatched", source="desk") == ids["unmatched"]
        period = {"occurred_since": "2026-02-01T10:00:00Z", "occurred_before": "2026-02-01T12:00:00Z"}
        assert await listed(client, **period) == ids["ambiguous"][1:3]
        (item,) = (await client.get(PATH, params={"source": "vend"})).json()["items"]
        assert [reason["result"] for reason in item["match_reasons"]] == ["unknown", "may_not_create"]
        (item,) = (await client.get(PATH, params={"type": "complaint", "match": "ambiguous"})).json()["items"]
        assert (len(item["candidates"]), item["reference"]) == (2, ambiguous["complaint"]["reference"])

    async def test_followers_leave_it_with_what_they_follow(self, client: httpx.AsyncClient) -> None:
        contact = {"kind": "phone", "value": NUMBER}
        sale = await api.post(
            client, "/v1/sales?on_unknown_customer=keep", make.sale(customer={"email": "a@example.com"})
        )
        about = {"sale_id": sale["id"]}
        complaint = await api.post(client, "/v1/complaints", make.complaint(complainant={"contact": contact}, **about))
        feedback = {"method": "suggestion", "text": "x", "author": {"contact": contact}, **about}
        said = await api.post(client, "/v1/feedback", feedback)
        assert set(await listed(client)) == {sale["id"], complaint["id"], said["id"]}
        ada = await make.create_customer(client)
        await api.post(client, f"/v1/sales/{sale['id']}/claim", {"customer_id": ada["id"]}, 200)
        assert await listed(client) == []
        for path in (f"/v1/complaints/{complaint['id']}", f"/v1/feedback/{said['id']}"):
            record = (await client.get(path)).json()
            assert (record["match"], record["customer_id"]) == ("matched", ada["id"])
            assert [(r["kind"], r["value"], r["result"]) for r in record["match_reasons"]] == [
                ("record", sale["id"], "linked"),
                ("phone", contact["value"], "unknown"),
            ], "as if the sale had been hers before"
        await api.post(client, f"/v1/sales/{sale['id']}/release", {"reason": "Not hers"}, 200)
        assert set(await listed(client)) == {sale["id"], complaint["id"], said["id"]}


VOLUME = """
    INSERT INTO customers (kind, trade, display_name, sort_name) VALUES ('person', 'b2c', 'Ada', 'ada');
    INSERT INTO sales (source, receipt_no, kind, occurred_at, business_date, channel, currency, customer_id, match,
        match_reasons, total, gross, refunded, content_hash)
    SELECT 'till-' || n % 50, n::text, 'sale', timestamptz '2026-01-01' + n * interval '1 minute', '2026-01-01',
        'in_store', 'GBP', CASE WHEN n % 4 = 0 THEN c.id END,
        CASE WHEN n % 4 = 0 THEN 'matched' WHEN n % 1000 = 1 THEN 'ambiguous' ELSE 'unmatched' END,
        CASE n % 4 WHEN 1 THEN '[{"kind": "phone", "value": "1", "result": "unknown"}]'::jsonb
            WHEN 2 THEN '[{"kind": "identity", "value": "v:WALKIN", "result": "of_nobody"}]' ELSE '[]' END, 1, 1, 0, ''
    FROM generate_series(1, 20000) n, customers c;
    INSERT INTO interactions (kind, channel, direction, happened_at, source, external_id, customer_id, match,
        match_reasons)
    SELECT 'message', 'email', 'inbound', timestamptz '2026-01-01' + n * interval '1 minute', 'mail-' || n % 50,
        n::text, CASE WHEN n % 4 = 0 THEN c.id END,
        CASE WHEN n % 4 = 0 THEN 'matched' WHEN n % 1000 = 1 THEN 'ambiguous' ELSE 'unmatched' END,
        '[{"kind": "phone", "value": "1", "result": "unknown"}]'
    FROM generate_series(1, 20000) n, customers c;
"""


class TestPlans:
    @pytest.mark.parametrize(
        "query",
        [{}, {"sort": "occurred_at"}, {"match": "ambiguous"}, {"type": "sale"}, {"source": "till-7"}, {"source": "x"}],
        ids=str,
    )
    async def test_a_page_is_a_short_walk_along_indexes(
        self, volume_of_records: "asyncpg.Connection[Any]", query: dict[str, Any]
    ) -> None:
        asked = UnmatchedQuery(**query)
        values = {name: value for name, value in query.items() if name != "sort"}
        statement = unmatched.RECORDS.statement({**values, "undecided": True}, asked.sort)
        arguments = [query["source"]] if "source" in query else []
        explained = await volume_of_records.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", *arguments)
        nodes = list(_nodes(json.loads(explained)[0]["Plan"]))
        scans = [node for node in nodes if "Relation Name" in node and node["Actual Loops"]]
        assert scans
        for scan in scans:
            assert scan["Node Type"] != "Seq Scan" or scan["Relation Name"] in ("complaints", "feedback"), scan
            assert scan["Actual Rows"] <= 60 and scan.get("Rows Removed by Filter", 0) <= 60, scan


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from _nodes(part)


@pytest.fixture(scope="module")
async def volume_of_records(new_database: Callable[..., str]) -> Any:
    settings = {"jit": "off", "max_parallel_workers_per_gather": "0"}
    connection = await asyncpg.connect(new_database(), server_settings=settings)
    await connection.execute(VOLUME)
    await connection.execute("VACUUM ANALYZE")
    yield connection
    await connection.close()
