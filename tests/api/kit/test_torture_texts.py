"""Texts, numbers and addresses that break parsers: kept byte for byte, or refused in their place."""

import csv
import json
from typing import Any

import httpx

from app.rules.kit.texts import identifier
from tests import make
from tests.support.shared_data import NAUGHTY_STRINGS, vectors

LINES = "application/x-ndjson"


class TestNaughtyStrings:
    async def test_are_kept_byte_for_byte_or_refused(self, client: httpx.AsyncClient, db: Any) -> None:
        strings = json.loads(vectors(NAUGHTY_STRINGS))
        kept = 0
        for text in strings:
            body = {
                "display_name": text,
                "given_name": text,
                "tags": [text[:60]],
                "preferences": {"standing_instructions": [text]},
                "attributes": {"note": text, text[:100]: 1},
            }
            answer = await client.post("/v1/customers", json=body)
            if answer.status_code == 201:
                kept += 1
                customer = (await client.get(answer.headers["location"])).json()
                for field, value in {**body, "tags": [identifier(text[:60])]}.items():
                    got = customer[field]
                    assert (got if field != "preferences" else {k: got[k] for k in value}) == value, repr(text)
            else:
                assert answer.status_code == 422, answer.text
        assert kept > 0.9 * len(strings)
        assert await db.fetchval("SELECT count(*) FROM customers") == kept

    async def test_are_searched_for_and_filtered_by(self, client: httpx.AsyncClient) -> None:
        for text in json.loads(vectors(NAUGHTY_STRINGS)):
            answer = await client.get("/v1/customers", params={"q": text, "owner": text})
            assert answer.status_code in (200, 422), f"{text!r}: {answer.text[:300]}"

    async def test_in_notes_and_receipts(self, client: httpx.AsyncClient) -> None:
        """Every second one: how a text is taken and kept is the same everywhere."""
        for text in json.loads(vectors(NAUGHTY_STRINGS))[::2]:
            task = await client.post("/v1/tasks", json={"what": "x", "note": text})
            assert task.status_code == 422 or task.json()["note"] == text
            sale = await client.post("/v1/sales", json=make.sale(operator=text[:100], site=text[:100]))
            spelled = identifier(text[:100]) or None
            assert sale.status_code == 422 or (sale.json()["operator"], sale.json()["site"]) == (spelled,) * 2

    async def test_scripts_emoji_and_marks(self, client: httpx.AsyncClient) -> None:
        for text in (
            "É",
            "E\u0301",
            "ﬁ",
            "＠",
            "ẞ",
            "\u202eabc",
            "a\u200db",
            "👩🏽‍🚒" * 20,
            "Z" + "\u0301" * 250,
            "مرحبا",
            "\ufeffx",
        ):
            answer = await client.post("/v1/customers", json={"display_name": text})
            assert (answer.status_code, answer.json()["display_name"]) == (201, text)


class TestContactVectors:
    """Every country's numbers, and addresses that break parsers: taken in their one form, or refused in their place."""

    @staticmethod
    async def taken(client: httpx.AsyncClient, kind: str, values: list[str]) -> list[dict[str, Any]]:
        lines = [json.dumps(make.customer(contact_points=[{"kind": kind, "value": value}])) for value in values]
        answer = await client.post(
            "/v1/customers/batch", content="\n".join(lines).encode(), headers={"content-type": LINES}
        )
        return [json.loads(line) for line in answer.text.splitlines()]

    async def test_phones(self, client: httpx.AsyncClient, db: Any) -> None:
        rows = list(csv.DictReader(vectors("phone_examples.csv").splitlines()))
        # The mobile of Argentina is its landline with a 9: one number in two forms.
        good = {
            row["e164"]: row["international"]
            for row in rows
            if row["expect"] == "valid" and not row["e164"].startswith("+549")
        }
        results = await self.taken(client, "phone", list(good.values()))
        assert {result["status"] for result in results} == {201}
        stored = await db.fetch("SELECT normalized, value FROM contact_points")
        assert {row["normalized"]: row["value"] for row in stored} == good
        bad = [row["e164"] for row in rows if row["expect"] == "invalid"]
        for result in await self.taken(client, "phone", bad):
            assert result["status"] in (201, 409, 422)

    async def test_addresses(self, client: httpx.AsyncClient) -> None:
        found = json.loads(vectors("email_vectors.json"))
        values = list(dict.fromkeys(vector["input"] for vector in found))
        # What headers have around an address is taken off.
        wrong = {
            vector["input"]
            for vector in found
            if vector["test"] == "test_email_invalid_syntax" and vector["input"].strip()[-1:] not in (">", ".", "．")
        }
        for value, result in zip(values, await self.taken(client, "email", values), strict=True):
            assert result["status"] in (201, 409, 422), value
            if value in wrong or result["status"] == 422:
                assert result["problem"]["errors"][0]["pointer"] == "/contact_points/0/value", value
