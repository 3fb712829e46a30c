"""Rows without an id of their own are the same records in whatever spelling and order they are imported again."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.importing import ImportOptions
from app.importing.importer import preview
from app.importing.rows import Document
from tests.support import api
from tests.support.fake_service import Write

RESPELLED = {
    "complaints": [
        ("channel,description,value,currency", "phone,Bad,17.00,GBP", "phone,Bad,17,GBP"),
        ("description,complainant.phone", "Bad,020 7946 0555", "Bad,+44 20 7946 0555"),
    ],
    "feedback": [
        ("nps,collected_at", "9.0,2026-03-01 10:00:00", "9,2026-03-01 10:00"),
        ("aspects.waiting", "4", "4.0"),
        ("rating,collected_at", "4.50,2026-03-01 10:00", "4.5,2026-03-01 10:00:00"),
        ("text,nps,url,language", "Fine,9,HTTPS://X.example/A,en-gb", "Fine ,9,https://x.example/A,en-GB"),
        ("text,nps,collected_at", "Fine,9,2026-03-01T10:00Z", "Fine,9,2026-03-01T11:00+01:00"),
    ],
    "tasks": [("what,customer.phone", "Call,020 7946 0555", "Call,+44 20 7946 0555")],
    "interactions": [
        (
            "kind,channel,direction,happened_at,contact.kind,contact.value",
            "call,phone,inbound,2026-03-01 10:00,phone,020 7946 0555",
            "Call,Phone,Inbound,2026-03-01 10:00:00,phone,+442079460555",
        ),
    ],
    "customers": [
        ("display_name,tags,addresses.latitude", "Ann,a;b,51", "Ann,b;a,51.0"),
        ("display_name,contact_points.email", "Ann,none@none.com", "Ann ,none@none.com"),
        ("display_name,identities.till", "Ann,WALK-IN", "Ann,WALK-IN"),
    ],
}

CONSTANTS = {"feedback": {"method": "form"}, "complaints": {"channel": "phone"}}


def imported(path: Path, resource: str) -> list[dict[str, Any]]:
    constants = CONSTANTS.get(resource, {}) if path.suffix == ".csv" else {}
    found = list(preview(ImportOptions(resource, path, constants=constants, time_zone="UTC")))
    assert all(isinstance(record, Document) for record in found), found
    return [json.loads(record.body) for record in found if isinstance(record, Document)]


async def created(client: httpx.AsyncClient, resource: str, path: Path) -> list[bool]:
    """Whether each record of the file was new."""
    results = await api.batch(client, f"/v1/{resource}", *imported(path, resource))
    assert {result["status"] for result in results} <= {200, 201}, results
    return [result["status"] == 201 for result in results]


@pytest.mark.parametrize(("resource", "rows"), [(name, rows) for name, found in RESPELLED.items() for rows in found])
class TestARow:
    async def test_has_one_key_however_it_is_spelled(
        self, client: httpx.AsyncClient, write: Write, resource: str, rows: tuple[str, str, str]
    ) -> None:
        header, one, other = rows
        if resource == "tasks":
            await api.post(
                client, "/v1/customers", {"contact_points": [{"kind": "phone", "value": "+44 20 7946 0555"}]}
            )
        assert await created(client, resource, write(f"{header}\n{one}\n")) == [True]
        assert await created(client, resource, write(f"{header}\n{other}\n")) == [False]
        assert await created(client, resource, write(f"{header}\n{one}\n{other}\n{one}\n")) == [False, True, True]


class TestEqualRows:
    async def test_are_as_many_records_also_when_they_come_again(self, client: httpx.AsyncClient, write: Write) -> None:
        header, row, other = "method,nps,collected_at", "form,9,2026-03-01 10:00", "form,8,2026-03-01 10:00"
        assert await created(client, "feedback", write("\n".join([header, row, row, row]))) == [True] * 3
        again = write("\n".join([header, other, row, row, other, row.replace("9", "9.0"), row]))
        assert await created(client, "feedback", again) == [True, False, False, True, False, True]

    async def test_of_json_lines(self, client: httpx.AsyncClient, write: Write) -> None:
        lines = [
            {"channel": "phone", "description": "Bad", "value": value, "currency": "GBP"} for value in ("17", "17.0")
        ]
        path = write("\n".join(map(json.dumps, lines)), "file.jsonl")
        assert await created(client, "complaints", path) == [True, True]
        path = write("\n".join(map(json.dumps, reversed(lines))), "file.jsonl")
        assert await created(client, "complaints", path) == [False, False]

    def test_that_the_service_refuses_have_keys_as_well(self, write: Write) -> None:
        path = write('{"what": 1}\n{"what": 1}\n{"what": null}\n', "file.jsonl")
        keys = [record["external_id"] for record in imported(path, "tasks")]
        assert keys[1] == f"{keys[0]}-2" and len(set(keys)) == 3
