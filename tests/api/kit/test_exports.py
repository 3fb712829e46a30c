"""Every list can be had as a whole, in both formats, with its own filters and order."""

import csv
import io
import json
from typing import Any

import httpx
import pytest

from tests import make
from tests.support.mutations import DOCUMENT

LISTS = sorted(
    path
    for path, verbs in DOCUMENT["paths"].items()
    if "{" not in path and verbs.get("get", {}).get("operationId", "").startswith("list_")
)


def test_every_list_has_an_export() -> None:
    assert len(LISTS) >= 20
    for path in LISTS:
        listed, export = DOCUMENT["paths"][path]["get"], DOCUMENT["paths"][f"{path}/export"]["get"]
        assert export["operationId"] == listed["operationId"].replace("list_", "export_")
        names = [{p.get("name", p.get("$ref")) for p in operation["parameters"]} for operation in (listed, export)]
        assert names[0] - names[1] == {"#/components/parameters/Limit", "#/components/parameters/Cursor"}
        assert names[1] <= names[0]


@pytest.mark.parametrize("path", LISTS)
async def test_an_empty_list_is_empty(client: httpx.AsyncClient, path: str) -> None:
    for media_type in ("application/x-ndjson", "text/csv"):
        answer = await client.get(f"{path}/export", headers={"accept": media_type})
        assert (answer.status_code, answer.text) == (200, ""), answer.text
        assert answer.headers["content-type"].startswith(media_type)
        assert path.rpartition("/")[2] in answer.headers["content-disposition"]


@pytest.mark.parametrize("path", LISTS)
async def test_a_period_that_ends_before_it_begins_is_refused_as_by_the_list(
    client: httpx.AsyncClient, path: str
) -> None:
    names = [p.get("name", "") for p in DOCUMENT["paths"][path]["get"]["parameters"]]
    for since in (name for name in names if name.endswith("_since")):
        if (before := since.replace("_since", "_before")) not in names:
            continue
        period = {since: "2026-05-01T00:00:00Z", before: "2026-01-01T00:00:00Z"}
        listed, exported = [await client.get(at, params=period) for at in (path, f"{path}/export")]
        assert (listed.status_code, exported.status_code) == (422, 422)
        assert exported.json()["errors"] == listed.json()["errors"]


class TestTasks:
    async def test_lines_are_the_items_in_order(self, client: httpx.AsyncClient) -> None:
        for n in range(7):
            await client.post("/v1/tasks", json={"what": f"Call {n}", "owner": "ab"[n % 2]})
        listed = (await client.get("/v1/tasks", params={"owner": "a", "sort": "-due_at"})).json()["items"]
        answer = await client.get("/v1/tasks/export", params={"owner": "a", "sort": "-due_at"})
        assert [json.loads(line) for line in answer.text.splitlines()] == listed
        assert len(listed) == 4

    async def test_is_more_than_a_page(self, client: httpx.AsyncClient, db: Any) -> None:
        await db.execute("INSERT INTO tasks (what, status) SELECT 'Call ' || n, 'open' FROM generate_series(1, 1203) n")
        answer = await client.get("/v1/tasks/export")
        ids = [json.loads(line)["id"] for line in answer.text.splitlines()]
        assert len(ids) == len(set(ids)) == 1_203

    async def test_pages_are_not_asked_for(self, client: httpx.AsyncClient) -> None:
        for name, value in (("limit", "5"), ("cursor", "x")):
            answer = await client.get("/v1/tasks/export", params={name: value})
            assert (answer.status_code, answer.json()["code"]) == (400, "UNKNOWN_PARAMETER")


class TestCsv:
    async def test_cells(self, client: httpx.AsyncClient) -> None:
        made = await make.record_sale(client, site="=cmd()", attributes={"tags": ["é"]}, operator=None)
        answer = await client.get("/v1/sales/export", headers={"accept": "text/csv"})
        (row,) = csv.DictReader(io.StringIO(answer.text))
        assert list(row) == list(made)
        assert (row["site"], row["operator"], row["balanced"]) == ("'=cmd()", "", "true")
        assert json.loads(row["lines"]) == made["lines"]
        assert json.loads(row["attributes"]) == {"tags": ["é"]}

    async def test_amounts_can_be_added_up(self, client: httpx.AsyncClient) -> None:
        lines = [{"quantity": "-1", "unit_price": "4.05"}]
        made = await make.record_sale(client, lines=lines, total="-4.04", site="-4.05", operator="+44 20 7946 0123")
        answer = await client.get("/v1/sales/export", headers={"accept": "text/csv"})
        (row,) = csv.DictReader(io.StringIO(answer.text))
        amounts = [name for name, value in made.items() if isinstance(value, str) and value.startswith("-")]
        assert {"total", "net"} < set(amounts)
        assert (row["site"], row["operator"]) == ("'-4.05", "'+44 20 7946 0123")
        assert {name: row[name] for name in amounts if name != "site"} == {
            name: made[name] for name in amounts if name != "site"
        }

    async def test_lists_of_values_are_joined(self, client: httpx.AsyncClient) -> None:
        await client.post("/v1/interactions", json={**make.interaction(), "participants": []})
        answer = await client.get("/v1/interactions/export", headers={"accept": "text/csv"})
        (row,) = csv.DictReader(io.StringIO(answer.text))
        assert row["participants"] == ""
