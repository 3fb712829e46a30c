"""Amounts of complaints and of their remedies: what can be paid in their currency, wherever they come in."""

from typing import Any

import httpx
import pytest

from tests.make.complaints import PATH, body, record, record_in
from tests.support import api, complaints
from tests.support.api import errors

WRONG = [
    ("10.5", "JPY", "too_precise"),
    ("10.005", "GBP", "too_precise"),
    ("1.0005", "KWD", "too_precise"),
    ("-5", "GBP", "negative"),
    ("-0.005", "GBP", "negative"),
    ("5.00", "GBX", "currency"),
]
each_wrong = pytest.mark.parametrize(("amount", "currency", "code"), WRONG)


def at(member: str, code: str) -> list[tuple[str, str]]:
    """The error at an amount, or at its currency where that is what nobody knows."""
    return [(f"{member.rpartition('/')[0]}/currency" if code == "currency" else member, code)]


class TestRecord:
    @each_wrong
    async def test_wrong(self, client: httpx.AsyncClient, amount: str, currency: str, code: str) -> None:
        sent = body(value=amount, currency=currency)
        assert errors(await client.post(PATH, json=sent)) == at("/value", code)
        remedies = [{"kind": "apology"}, {"kind": "refund", "cost": amount, "currency": currency}]
        offered = body(remedies=remedies)
        assert errors(await client.post(PATH, json=offered)) == at("/remedies/1/cost", code)
        results = await api.batch(client, PATH, sent, body(), offered)
        assert [result["status"] for result in results] == [422, 201, 422]
        assert [results[n]["problem"]["errors"][0]["code"] for n in (0, 2)] == [code] * 2

    @pytest.mark.parametrize(
        ("amount", "currency"), [("0", "GBP"), ("10.500", "GBP"), ("10.0", "JPY"), ("1.005", "KWD"), ("5.00", "DEM")]
    )
    async def test_right(self, client: httpx.AsyncClient, amount: str, currency: str) -> None:
        remedy = {"kind": "refund", "cost": amount, "currency": currency}
        one = await record(client, value=amount, currency=currency, remedies=[remedy])
        assert (one["value"], one["remedies"][0]["cost"]) == (amount, amount)


class TestUpdate:
    @each_wrong
    async def test_wrong(self, client: httpx.AsyncClient, amount: str, currency: str, code: str) -> None:
        one = await record(client, value="10.50", currency="GBP")
        answer = await complaints.patch(client, one, {"value": amount, "currency": currency})
        assert errors(answer) == at("/value", code)
        assert await complaints.get(client, one) == one

    async def test_the_currency_alone(self, client: httpx.AsyncClient) -> None:
        one = await record(client, value="10.50", currency="GBP")
        assert errors(await complaints.patch(client, one, {"currency": "JPY"})) == [("/value", "too_precise")]
        assert (await complaints.patched(client, one, {"currency": "EUR"}))["currency"] == "EUR"

    async def test_amounts_that_earlier_releases_took_stay(self, client: httpx.AsyncClient, db: Any) -> None:
        remedy = {"kind": "refund", "cost": "5.00", "currency": "GBP"}
        one = await record(client, value="10.50", currency="GBP", remedies=[remedy])
        await db.execute("UPDATE complaints SET value = -10.005 WHERE id = $1", one["id"])
        await db.execute("UPDATE complaint_remedies SET cost = -1.005 WHERE complaint_id = $1", one["id"])
        after = await complaints.patched(client, one, {"site": "York"})
        assert (after["value"], after["site"]) == ("-10.005", "York")
        path = f"{PATH}/{one['id']}/remedies/{one['remedies'][0]['id']}"
        assert (await api.patch(client, path, {"state": "offered"})).status_code == 200
        assert errors(await complaints.patch(client, one, {"currency": "EUR"})) == [("/value", "negative")]
        assert errors(await api.patch(client, path, {"currency": "EUR"})) == [("/cost", "negative")]
        assert (await complaints.patched(client, one, {"value": None, "currency": None}))["value"] is None


class TestRemedies:
    @each_wrong
    async def test_wrong(self, client: httpx.AsyncClient, amount: str, currency: str, code: str) -> None:
        one = await record_in(client, "investigating")
        remedy = {"kind": "refund", "cost": amount, "currency": currency}
        path = f"{PATH}/{one['id']}/remedies"
        assert errors(await client.post(path, json=remedy)) == at("/cost", code)
        right = await api.post(client, path, remedy | {"cost": "5.50", "currency": "GBP"}, 200)
        changed = {"cost": amount, "currency": currency}
        assert errors(await api.patch(client, f"{path}/{right['remedies'][0]['id']}", changed)) == at("/cost", code)
        offer = {"decision": "upheld", "decision_text": "Ours", "offers": [remedy | {"state": "offered"}]}
        assert errors(await client.post(f"{PATH}/{one['id']}/respond", json=offer)) == at("/offers/0/cost", code)

    async def test_the_currency_alone(self, client: httpx.AsyncClient) -> None:
        one = await record(client, remedies=[{"kind": "refund", "cost": "5.50", "currency": "GBP"}])
        path = f"{PATH}/{one['id']}/remedies/{one['remedies'][0]['id']}"
        assert errors(await api.patch(client, path, {"currency": "JPY"})) == [("/cost", "too_precise")]
