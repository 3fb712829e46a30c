"""Complaints as they come in, are found, changed and claimed."""

from typing import Any

import httpx

from tests import make

PATH = "/v1/complaints"


def complaint(**changes: Any) -> dict[str, Any]:
    return {"channel": "phone", "words": "The lamb was off, and nobody called me back", **changes}


class TestRecording:
    async def test_it_has_a_number_to_say_and_knows_what_may_follow(self, client: httpx.AsyncClient) -> None:
        answer = await client.post(PATH, json=complaint(feeling="angry"))
        assert answer.status_code == 201, answer.text
        sent = answer.json()
        assert sent["state"] == "received"
        assert sent["moves"] == ["acknowledge", "withdraw"]
        assert sent["reference"].startswith("C-")
        assert (await client.get(answer.headers["Location"])).json() == sent

    async def test_whole_path(self, client: httpx.AsyncClient, clock: Any) -> None:
        customer = (await client.post("/v1/customers", json=make.customer())).json()
        calendar = (await client.post("/v1/calendars", json={"code": "shop", "name": "Shop", "time_zone": "Europe/London", "hours": [{"day": d, "opens": "09:00", "closes": "17:00"} for d in ("monday","tuesday","wednesday","thursday","friday")]})).json()
        policy = await client.post("/v1/service-policies", json={"code": "usual", "name": "Usual", "position": 1, "calendar": "shop", "targets": {"acknowledge_minutes": 60, "resolve_minutes": 960, "update_minutes": 480}, "pauses": ["waiting_customer"], "escalations": [{"metric": "acknowledge", "at_minutes": -30, "notify": ["Amara"]}, {"metric": "acknowledge", "at_minutes": 0, "raise_priority": True}]})
        assert policy.status_code == 201, policy.text
        one = (await client.post(PATH, json=complaint(customer_id=customer["id"]))).json()
        assert one["due_at"] == "2026-03-02T10:00:00.000000Z", one
        at = f"{PATH}/{one['id']}"
        for verb, body in [
            ("acknowledge", {"message": {"body": "We have it"}}),
            ("assess", {"severity": "high"}),
            ("investigate", {}),
            ("wait", {"waiting_for": "customer"}),
            ("resume", {}),
            ("messages", {"body": "Still looking"}),
            ("respond", {"decision": "upheld", "offers": [{"kind": "refund", "cost": "5.00", "currency": "GBP"}], "message": {"body": "Sorry"}}),
            ("accept", {}),
            ("close", {"cause_kind": "product", "cause": "Fridge"}),
        ]:
            clock.tick(600)
            answer = await client.post(f"{at}/{verb}", json=body)
            assert answer.status_code == 200, (verb, answer.text)
        print(answer.json())
        print((await client.get(f"{at}/clock")).json())
        print((await client.get(f"{at}/checklist")).json())
        print((await client.get(f"{at}/moves")).json())
        print((await client.get(f"/v1/customers/{customer['id']}/timeline")).json())
