"""Contacts that are planned: they count once they are held."""

from typing import Any

import httpx
import pytest

from tests import make
from tests.support import api
from tests.support.application import TestClock

PATH = "/v1/interactions"
AHEAD = "2026-04-02T09:00:00.000000Z"
NOW = "2026-03-02T09:00:00.000000Z"


def meeting(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "meeting",
        "channel": "in_person",
        "direction": "outbound",
        "state": "planned",
        "happened_at": AHEAD,
        **changes,
    }


async def plan(client: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    return await api.post(client, PATH, meeting(**changes))


async def move(client: httpx.AsyncClient, found: dict[str, Any], verb: str, status: int = 200, **body: Any) -> Any:
    return await api.post(client, f"{PATH}/{found['id']}/{verb}", body, status)


async def timeline(client: httpx.AsyncClient, customer: dict[str, Any]) -> list[tuple[str, str, str]]:
    items = (await api.get(client, f"/v1/customers/{customer['id']}/timeline", type="interaction"))["items"]
    return [(entry["type"], entry["title"], entry["occurred_at"]) for entry in items]


async def contacts(client: httpx.AsyncClient, customer: dict[str, Any]) -> tuple[Any, int]:
    """The last contact and how many there were, on the profile; the look-up says the same."""
    profile = await api.get(client, f"/v1/customers/{customer['id']}/profile")
    (candidate,) = (await api.get(client, "/v1/customers/lookup", phone="020 7946 0555"))["items"]
    assert candidate["last_contact"] == profile["last_contact"]
    last = profile["last_contact"] and profile["last_contact"]["id"]
    return last, sum(count["count"] for count in profile["contact_counts"])


@pytest.fixture
async def zoe(client: httpx.AsyncClient) -> dict[str, Any]:
    return await make.create_customer(client, contact_points=[make.phone("020 7946 0555")])


class TestPlan:
    async def test_does_not_count_as_a_contact(self, client: httpx.AsyncClient, zoe: dict[str, Any]) -> None:
        call = await make.record_interaction(client, customer_id=zoe["id"], happened_at="2026-03-01T09:00:00Z")
        planned = await plan(client, customer_id=zoe["id"])
        assert (planned["state"], planned["state_reason"], planned["happened_at"]) == ("planned", None, AHEAD)
        assert await contacts(client, zoe) == (call["id"], 1)
        assert (await timeline(client, zoe))[0] == (
            "interaction.planned",
            "Planned: Meeting with the customer in person",
            AHEAD,
        )

    async def test_a_clock_that_is_ahead_is_believed_everywhere(
        self, client: httpx.AsyncClient, zoe: dict[str, Any]
    ) -> None:
        """One within the tolerance is the last contact of the profile, of the look-up and of the list."""
        moment = "2026-03-03T08:00:00.000000Z"
        await make.record_interaction(client, customer_id=zoe["id"], happened_at="2026-03-01T09:00:00Z")
        call = await make.record_interaction(client, customer_id=zoe["id"], happened_at=moment)
        assert await contacts(client, zoe) == (call["id"], 2)
        listed = await api.get(client, "/v1/customers", last_contact_since=moment, sort="-last_contact_at")
        assert [customer["id"] for customer in listed["items"]] == [zoe["id"]]

    async def test_is_filtered_by_state(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        planned, held = await plan(client), await make.record_interaction(client)
        assert [i["id"] for i in (await api.get(client, PATH, state="planned"))["items"]] == [planned["id"]]
        assert [i["id"] for i in (await api.get(client, PATH, state="held"))["items"]] == [held["id"]]
        overdue = {"state": "planned", "happened_before": NOW}
        assert (await api.get(client, PATH, **overdue))["items"] == []
        clock.tick(40 * 86_400)
        late = await api.get(client, PATH, state="planned", happened_before="2026-04-11T00:00:00Z")
        assert [(i["id"], i["state"]) for i in late["items"]] == [(planned["id"], "planned")]

    async def test_needs_a_time(self, client: httpx.AsyncClient) -> None:
        problem = await api.post(client, PATH, meeting(happened_at=None), 422)
        assert [(e["pointer"], e["code"]) for e in problem["errors"]] == [("/happened_at", "missing")]

    @pytest.mark.parametrize("kind", ["message", "enquiry", "note", "thank_you"])
    async def test_only_what_people_agree_upon(self, client: httpx.AsyncClient, kind: str) -> None:
        problem = await api.post(client, PATH, meeting(kind=kind), 422)
        assert [(e["pointer"], e["code"]) for e in problem["errors"]] == [("/state", "not_plannable")]

    @pytest.mark.parametrize("state", ["held", "missed"])
    async def test_nothing_else_lies_in_the_future(self, client: httpx.AsyncClient, state: str) -> None:
        problem = await api.post(client, PATH, meeting(state=state), 422)
        assert [(e["pointer"], e["code"]) for e in problem["errors"]] == [("/happened_at", "in_the_future")]

    async def test_a_calendar_that_is_imported(self, client: httpx.AsyncClient, zoe: dict[str, Any]) -> None:
        past = meeting(happened_at="2026-02-01T09:00:00Z", customer_id=zoe["id"])
        cancelled = {**past, "state": "cancelled", "state_reason": "Ill"}
        for body in ({**past, "state": "missed"}, cancelled, past):
            await api.post(client, PATH, body)
        assert await contacts(client, zoe) == (None, 0)
        assert {entry[0] for entry in await timeline(client, zoe)} == {
            "interaction.missed",
            "interaction.cancelled",
            "interaction.planned",
        }

    async def test_is_moved_to_another_time(self, client: httpx.AsyncClient) -> None:
        planned = await plan(client)
        later = "2026-05-02T09:00:00.000000Z"
        found = await api.patched(client, f"{PATH}/{planned['id']}", {"happened_at": later})
        assert (found["state"], found["happened_at"]) == ("planned", later)
        held = await make.record_interaction(client)
        answer = await api.patch(client, f"{PATH}/{held['id']}", {"happened_at": later})
        assert answer.json()["errors"][0]["code"] == "in_the_future"
        answer = await api.patch(client, f"{PATH}/{planned['id']}", {"kind": "note"})
        assert answer.json()["errors"][0]["pointer"] == "/state"


class TestHold:
    async def test_counts_from_then_on(self, client: httpx.AsyncClient, zoe: dict[str, Any], clock: TestClock) -> None:
        planned = await plan(client, customer_id=zoe["id"], staff="Amara")
        clock.tick(31 * 86_400 + 3_600)
        held = await move(client, planned, "hold", outcome="Ordered", duration_seconds=3_600)
        assert (held["state"], held["happened_at"], held["staff"]) == ("held", AHEAD, "Amara")
        assert (held["outcome"], held["duration_seconds"], held["version"]) == ("Ordered", 3_600, 2)
        assert await contacts(client, zoe) == (planned["id"], 1)
        assert (await timeline(client, zoe))[0] == ("interaction.held", "Meeting with the customer in person", AHEAD)

    async def test_earlier_than_planned(self, client: httpx.AsyncClient) -> None:
        assert (await move(client, await plan(client), "hold"))["happened_at"] == NOW
        at = "2026-03-01T09:00:00.000000Z"
        assert (await move(client, await plan(client), "hold", happened_at=at))["happened_at"] == at
        problem = await move(client, await plan(client), "hold", 422, happened_at=AHEAD)
        assert [(e["pointer"], e["code"]) for e in problem["errors"]] == [("/happened_at", "in_the_future")]

    async def test_what_was_thought_missed(self, client: httpx.AsyncClient) -> None:
        missed = await plan(client, state="missed", happened_at="2026-03-01T09:00:00Z", state_reason="Nobody came")
        held = await move(client, missed, "hold")
        assert (held["state"], held["state_reason"]) == ("held", None)

    @pytest.mark.parametrize("state", ["held", "cancelled"])
    async def test_of_nothing_that_is_planned(self, client: httpx.AsyncClient, state: str) -> None:
        found = await plan(client, state=state, happened_at="2026-03-01T09:00:00Z")
        for verb in ("hold", "miss", "cancel"):
            problem = await move(client, found, verb, 409)
            assert (problem["code"], problem["allowed"]) == ("MOVE_NOT_ALLOWED", [])


class TestMiss:
    async def test_with_the_reason(self, client: httpx.AsyncClient, zoe: dict[str, Any], clock: TestClock) -> None:
        planned = await plan(client, customer_id=zoe["id"])
        early = await move(client, planned, "miss", 409)
        assert early["allowed"] == ["hold", "cancel"]
        clock.tick(31 * 86_400 + 3_600)
        missed = await move(client, planned, "miss", reason="The train was late")
        assert (missed["state"], missed["state_reason"]) == ("missed", "The train was late")
        assert await contacts(client, zoe) == (None, 0)
        entry = (await api.get(client, f"/v1/customers/{zoe['id']}/timeline", type="interaction.missed"))["items"][0]
        assert entry["data"] == {"kind": "meeting", "direction": "outbound", "reason": "The train was late"}


class TestCancel:
    async def test_with_the_reason(self, client: httpx.AsyncClient, zoe: dict[str, Any]) -> None:
        cancelled = await move(client, await plan(client, customer_id=zoe["id"]), "cancel", reason="Ill")
        assert (cancelled["state"], cancelled["state_reason"]) == ("cancelled", "Ill")
        assert ("interaction.cancelled", "Cancelled: Meeting with the customer in person", NOW) in await timeline(
            client, zoe
        )


class TestElsewhere:
    async def test_a_complaint_is_not_answered_by_a_plan(self, client: httpx.AsyncClient, zoe: dict[str, Any]) -> None:
        complaint = await make.record_complaint(client, customer_id=zoe["id"])
        planned = await plan(client, customer_id=zoe["id"])
        problem = await api.post(
            client, f"/v1/complaints/{complaint['id']}/acknowledge", {"interaction_id": planned["id"]}, 422
        )
        assert [(e["pointer"], e["code"]) for e in problem["errors"]] == [("/interaction_id", "not_held")]

    async def test_contacts_of_earlier_releases_in_the_future(
        self, client: httpx.AsyncClient, db: Any, zoe: dict[str, Any]
    ) -> None:
        call = await make.record_interaction(client, customer_id=zoe["id"], happened_at="2026-03-01T09:00:00Z")
        never = await make.record_interaction(client, customer_id=zoe["id"])
        await db.execute("UPDATE interactions SET happened_at = '2099-01-01Z' WHERE id = $1", never["id"])
        assert await contacts(client, zoe) == (call["id"], 1)


class TestClocksOfTills:
    async def test_a_receipt_of_next_year_is_taken_and_marked(
        self, client: httpx.AsyncClient, zoe: dict[str, Any]
    ) -> None:
        buyer = {"id": zoe["id"]}
        real = await make.record_sale(client, occurred_at="2026-03-01T10:00:00Z", customer=buyer)
        slow = await make.record_sale(client, occurred_at="2026-03-03T09:00:00Z", customer=buyer)
        ahead = await make.record_sale(client, occurred_at="2027-03-01T10:00:00Z", customer=buyer)
        assert [sale["clock_suspect"] for sale in (real, slow, ahead)] == [False, False, True]
        profile = await api.get(client, f"/v1/customers/{zoe['id']}/profile")
        assert profile["last_purchase"]["id"] == slow["id"]
        assert [product["last_bought_at"] for product in profile["favourite_products"]] == [slow["occurred_at"]]
        assert profile["totals"][0]["last_purchase_at"] == slow["occurred_at"]
        assert (profile["totals"][0]["receipts"], profile["totals"][0]["net"]) == (3, "30.00"), "it still is a sale"
        suspect = await api.get(client, "/v1/sales", clock_suspect="true")
        assert [sale["id"] for sale in suspect["items"]] == [ahead["id"]]
        await api.post(client, f"/v1/sales/{real['id']}/void", {"reason": "Twice"}, 200)
        profile = await api.get(client, f"/v1/customers/{zoe['id']}/profile")
        assert profile["totals"][0]["last_purchase_at"] == slow["occurred_at"], "summed anew, too"

    async def test_a_receipt_of_the_epoch_is_taken_and_marked(self, client: httpx.AsyncClient) -> None:
        buyer = {"name": "Ada", "phone": "+44 20 7946 0123"}
        unset = await make.record_sale(client, occurred_at="1970-01-01T00:00:00Z", customer=buyer)
        path = f"/v1/customers/{unset['customer_id']}"
        created = await api.get(client, path)
        assert (unset["clock_suspect"], created["known_since"]) == (True, created["created_at"])
        real = await make.record_sale(client, occurred_at="2026-03-01T10:00:00Z", customer=buyer)
        again = await make.record_sale(client, occurred_at="1970-01-01T00:07:00+00:00", customer=buyer)
        assert {sale["customer_id"] for sale in (unset, real, again)} == {created["id"]}
        assert (await api.get(client, path))["known_since"] == real["occurred_at"]
        profile = await api.get(client, f"{path}/profile")
        totals = profile["totals"][0]
        assert (totals["first_purchase_at"], totals["last_purchase_at"]) == (real["occurred_at"],) * 2
        assert (totals["receipts"], profile["last_purchase"]["id"]) == (3, real["id"])
        await api.post(client, f"/v1/sales/{real['id']}/release", {"reason": "Somebody else"}, 200)
        assert (await api.get(client, path))["known_since"] == created["created_at"]

    @pytest.mark.parametrize("day", ["2099-01-01", "1900-01-01", "2026-01-28", "2026-04-02"])
    async def test_a_trading_day_far_from_the_clock_is_taken_and_marked(
        self, client: httpx.AsyncClient, zoe: dict[str, Any], day: str
    ) -> None:
        body = make.sale(customer={"id": zoe["id"]}, business_date=day)
        real = await make.record_sale(client, occurred_at="2026-02-20T10:00:00Z", customer={"id": zoe["id"]})
        sale = await make.record_sale(client, body)
        assert (sale["clock_suspect"], sale["business_date"], sale["balanced"]) == (True, day, True)
        suspect = await api.get(client, "/v1/sales", clock_suspect="true")
        assert [found["id"] for found in suspect["items"]] == [sale["id"]]
        profile = await api.get(client, f"/v1/customers/{zoe['id']}/profile")
        assert (profile["last_purchase"]["id"], profile["totals"][0]["net"]) == (real["id"], "20.00")
        period = {"since": day, "before": f"{day[:-1]}{int(day[-1]) + 1}"}
        (counted,) = (await api.get(client, "/v1/sales/measures", **period))["all"]
        assert counted["net"] == "10.00", "reports count it on the day that the till said"
        mended = await make.record_sale(client, body | {"revision": 1, "business_date": "2026-03-01"}, 200)
        assert mended["clock_suspect"] is False
        profile = await api.get(client, f"/v1/customers/{zoe['id']}/profile")
        assert profile["last_purchase"]["id"] == sale["id"]

    @pytest.mark.parametrize(
        ("at", "day"),
        [
            ("2026-03-01T02:00:00Z", "2026-02-28"),
            ("2026-03-01T12:00:00Z", "2026-02-27"),
            ("2026-03-01T12:30:00+13:00", "2026-03-31"),  # in UTC it is still February
            ("2026-03-01T23:00:00-11:00", "2026-01-30"),
        ],
    )
    async def test_a_till_that_closes_late_and_an_invoice_of_the_next_month_are_believed(
        self, client: httpx.AsyncClient, at: str, day: str
    ) -> None:
        sale = await make.record_sale(client, occurred_at=at, business_date=day)
        assert sale["clock_suspect"] is False

    async def test_a_revision_with_the_right_time_clears_the_mark(self, client: httpx.AsyncClient) -> None:
        body = make.sale(occurred_at="2027-03-01T10:00:00Z")
        await make.record_sale(client, body)
        revised = await make.record_sale(client, {**body, "revision": 1, "occurred_at": "2026-03-01T10:00:00Z"}, 200)
        assert revised["clock_suspect"] is False
