"""Customers through the API: a class for each verb."""

import asyncio
import itertools
import json
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests import make
from tests.make.customers import FULL, create
from tests.support.api import pages, patch, pointers
from tests.support.application import Keys, TestClock

PATH = "/v1/customers"


async def archive(client: httpx.AsyncClient, customer: dict[str, Any]) -> dict[str, Any]:
    answer = await client.post(f"{PATH}/{customer['id']}/archive")
    assert answer.status_code == 200, answer.text
    return answer.json()


class TestCreate:
    async def test_keeps_everything_that_was_sent(self, client: httpx.AsyncClient) -> None:
        referrer = await create(client)
        answer = await client.post(PATH, json={**FULL, "referred_by": referrer["id"]})
        assert answer.status_code == 201, answer.text
        made = answer.json()
        assert answer.headers["location"] == f"{PATH}/{made['id']}"
        assert answer.headers["etag"] == '"1"'
        for name in FULL.keys() - {"contact_points", "addresses"}:
            assert made[name] == FULL[name], name
        assert made["referred_by"] == referrer["id"]
        assert made["archived_at"] is None
        assert [p["normalized"] for p in made["contact_points"]] == ["+442079460123", "chidi@example.com", "chidi.o"]
        assert [p["extension"] for p in made["contact_points"]] == ["12", None, None]
        assert [p["value"] for p in made["contact_points"]] == [p["value"] for p in FULL["contact_points"]]
        assert made["contact_points"][1]["verified_at"] == "2026-01-01T00:00:00.000000Z"
        assert {k: v for k, v in made["addresses"][0].items() if k != "id"} == FULL["addresses"][0]
        assert (await client.get(answer.headers["location"])).json() == made

    async def test_is_stamped_by_the_services_clock(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        made = await create(client)
        assert made["created_at"] == made["updated_at"] == clock.now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    @pytest.mark.parametrize(
        ("sent", "shown"),
        [
            ({"given_name": "Ada", "family_name": "Okafor"}, "Ada Okafor"),
            ({"family_name": "Okafor"}, "Okafor"),
            ({"contact_points": [make.email("ada@example.com")]}, "ada@example.com"),
            ({"identities": [make.identity("till", "0815")]}, "0815"),
            ({"display_name": "The Boss", "given_name": "Ada"}, "The Boss"),
        ],
    )
    async def test_is_shown_by_what_is_known(self, client: httpx.AsyncClient, sent: Any, shown: str) -> None:
        answer = await client.post(PATH, json=sent)
        assert answer.json()["display_name"] == shown

    async def test_nothing_to_call_one_by_is_refused(self, client: httpx.AsyncClient) -> None:
        answer = await client.post(PATH, json={"tags": ["vip"]})
        assert answer.status_code == 422
        assert pointers(answer) == ["/display_name"]

    @pytest.mark.parametrize(("kind", "trade"), [("person", "b2c"), ("organization", "b2b")])
    async def test_trade_follows_the_kind(self, client: httpx.AsyncClient, kind: str, trade: str) -> None:
        assert (await create(client, kind=kind))["trade"] == trade

    async def test_what_is_said_twice_is_kept_once(self, client: httpx.AsyncClient) -> None:
        made = await create(client, tags=["b", "a", "b", "B "], roles=["partner", "partner"])
        assert (made["tags"], made["roles"]) == (["b", "a"], ["partner"])
        changed = (await patch(client, f"{PATH}/{made['id']}", {"tags": ["VIP", "vip "]})).json()
        assert changed["tags"] == ["VIP"]

    async def test_is_told_on_the_event_log(self, client: httpx.AsyncClient, db: Any) -> None:
        made = await create(client, display_name="Ada")
        event = await db.fetchrow("SELECT * FROM events")
        assert (event["type"], str(event["customer_id"]), event["actor"]) == ("customer.created", made["id"], "admin")
        assert event["title"] == "Ada created"

    async def test_a_taken_identity_names_the_holder(self, client: httpx.AsyncClient) -> None:
        holder = await create(client, identities=[make.identity("loyalty", "1"), make.identity("loyalty", "2")])
        answer = await client.post(
            PATH, json=make.customer(identities=[make.identity("till", "2"), make.identity("loyalty", "2")])
        )
        assert answer.status_code == 409
        problem = answer.json()
        assert problem["code"] == "ALREADY_HELD"
        assert problem["customer_ids"] == [holder["id"]]
        assert [(e["pointer"], e["customer_id"]) for e in problem["errors"]] == [("/identities/1", holder["id"])]

    @pytest.mark.parametrize(
        ("held", "wanted"),
        [
            (make.phone("020 7946 0001"), make.phone("+44 (0)20 7946-0001")),
            (make.phone("020 7946 0002"), make.phone("0044 20 7946 0002")),
            (make.email("Ada@Example.com"), make.email("ada@example.COM")),
            (make.email("ada@bücher.example"), make.email("ada@xn--bcher-kva.example")),
            ({"kind": "telegram", "value": "@Ada"}, {"kind": "telegram", "value": "https://t.me/ada"}),
            ({"kind": "web", "value": "https://www.example.com/a/"}, {"kind": "web", "value": "http://EXAMPLE.com/a"}),
        ],
    )
    async def test_a_taken_contact_point_in_any_spelling(
        self, client: httpx.AsyncClient, held: Any, wanted: Any
    ) -> None:
        holder = await create(client, contact_points=[held])
        answer = await client.post(PATH, json=make.customer(contact_points=[wanted]))
        assert answer.status_code == 409
        assert answer.json()["customer_ids"] == [holder["id"]]
        assert pointers(answer) == ["/contact_points/0"]

    async def test_several_holders_are_all_named(self, client: httpx.AsyncClient) -> None:
        one = await create(client, identities=[make.identity("loyalty", "1")])
        two = await create(client, contact_points=[make.email("two@example.com")])
        answer = await client.post(
            PATH,
            json={"identities": [make.identity("loyalty", "1")], "contact_points": [make.email("two@example.com")]},
        )
        assert answer.json()["customer_ids"] == sorted([one["id"], two["id"]])
        assert pointers(answer) == ["/identities/0", "/contact_points/0"]

    @pytest.mark.parametrize("mark", ["shared", "invalid"])
    async def test_a_point_that_is_not_exclusive_may_be_had_by_two(self, client: httpx.AsyncClient, mark: str) -> None:
        """The newcomer says so; whoever has it alone keeps it alone."""
        phone = "+44 20 7946 0009"
        await create(client, contact_points=[make.phone(phone)])
        await create(client, contact_points=[make.phone(phone, **{mark: True})])
        again = await client.post(PATH, json=make.customer(contact_points=[make.phone(phone)]))
        assert again.status_code == 409

    async def test_a_household_shares_a_phone(self, client: httpx.AsyncClient) -> None:
        phone = make.phone(shared=True)
        first, second = await create(client, contact_points=[phone]), await create(client, contact_points=[phone])
        assert first["contact_points"][0]["normalized"] == second["contact_points"][0]["normalized"]

    async def test_an_extension_tells_two_apart(self, client: httpx.AsyncClient) -> None:
        await create(client, contact_points=[make.phone("020 7946 0003 ext. 1")])
        await create(client, contact_points=[make.phone("020 7946 0003 ext. 2")])

    @pytest.mark.parametrize(
        ("point", "code"),
        [
            (make.phone("not a number"), "phone"),
            (make.phone("12"), "phone"),
            ({"kind": "whatsapp", "value": "+999 123456789"}, "phone"),
            (make.email("ada@"), "email"),
            ({"kind": "web", "value": "   "}, "blank"),
        ],
    )
    async def test_a_point_that_is_none(self, client: httpx.AsyncClient, point: Any, code: str) -> None:
        answer = await client.post(PATH, json=make.customer(contact_points=[make.phone(), point]))
        assert answer.status_code == 422
        assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [("/contact_points/1/value", code)]

    async def test_the_same_point_twice_in_one_list(self, client: httpx.AsyncClient) -> None:
        answer = await client.post(
            PATH, json=make.customer(contact_points=[make.phone("020 7946 0004"), make.phone("+442079460004")])
        )
        assert (answer.status_code, pointers(answer)) == (422, ["/contact_points/1"])

    async def test_the_same_identity_twice_in_one_list(self, client: httpx.AsyncClient) -> None:
        answer = await client.post(PATH, json=make.customer(identities=[make.identity("a", "1")] * 2))
        assert (answer.status_code, pointers(answer)) == (422, ["/identities/1"])

    async def test_an_unknown_referrer(self, client: httpx.AsyncClient) -> None:
        answer = await client.post(PATH, json=make.customer(referred_by=str(uuid4())))
        assert (answer.status_code, pointers(answer)) == (422, ["/referred_by"])

    async def test_an_unknown_time_zone(self, client: httpx.AsyncClient) -> None:
        hours = {"start": "22:00", "end": "07:00", "time_zone": "Europe/Atlantis"}
        answer = await client.post(PATH, json=make.customer(preferences={"quiet_hours": hours}))
        assert (answer.status_code, pointers(answer)) == (422, ["/preferences/quiet_hours/time_zone"])

    async def test_quiet_hours_of_no_time(self, client: httpx.AsyncClient) -> None:
        """Or of the whole day: nobody knows which is meant."""
        hours = {"start": "09:00", "end": "09:00"}
        answer = await client.post(PATH, json=make.customer(preferences={"quiet_hours": hours}))
        assert (answer.status_code, pointers(answer)) == (422, ["/preferences/quiet_hours/end"])

    @pytest.mark.parametrize("value", ["+1", "+12", "+²³", "+٣"])
    async def test_a_handle_that_looks_like_a_phone_number(self, client: httpx.AsyncClient, value: str) -> None:
        made = await create(client, contact_points=[{"kind": "other", "value": value}])
        assert made["contact_points"][0]["value"] == value

    async def test_a_point_that_grows_when_it_is_folded(self, client: httpx.AsyncClient) -> None:
        """One character can become eighteen: what comes of it still has to fit the contract, and an index."""
        answer = await client.post(PATH, json=make.customer(contact_points=[{"kind": "other", "value": "ﷺ" * 200}]))
        assert (answer.status_code, pointers(answer)) == (422, ["/contact_points/0/value"])


class TestGet:
    async def test_of_an_unknown_id(self, client: httpx.AsyncClient) -> None:
        answer = await client.get(f"{PATH}/{uuid4()}")
        assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")

    async def test_of_something_that_is_no_id(self, client: httpx.AsyncClient) -> None:
        answer = await client.get(f"{PATH}/zzz")
        assert answer.status_code == 422


class TestChange:
    async def test_what_is_left_out_stays_and_null_takes_away(self, client: httpx.AsyncClient) -> None:
        made = (await client.post(PATH, json=FULL)).json()
        answer = await patch(client, f"{PATH}/{made['id']}", {"owner": None, "preferred_name": "Chi-Chi"})
        assert answer.status_code == 200, answer.text
        assert answer.headers["etag"] == '"2"'
        changed = answer.json()
        told = {name for name in made if made[name] != changed[name]}
        assert told == {"owner", "preferred_name", "version"}
        assert (changed["owner"], changed["preferred_name"], changed["version"]) == (None, "Chi-Chi", 2)

    async def test_quiet_hours_become_no_time(self, client: httpx.AsyncClient) -> None:
        made = (await client.post(PATH, json=FULL)).json()
        answer = await patch(client, f"{PATH}/{made['id']}", {"preferences": {"quiet_hours": {"end": "21:00"}}})
        assert (answer.status_code, pointers(answer)) == (422, ["/preferences/quiet_hours/end"])

    async def test_quiet_hours_that_an_earlier_release_took_may_stay(self, client: httpx.AsyncClient, db: Any) -> None:
        made = (await client.post(PATH, json=FULL)).json()
        await db.execute("""
            UPDATE customers SET preferences = jsonb_set(preferences, '{quiet_hours,end}', '"21:00"')
        """)
        changed = (await patch(client, f"{PATH}/{made['id']}", {"preferred_name": "Chi-Chi"})).json()
        assert changed["preferred_name"] == "Chi-Chi"
        assert changed["preferences"]["quiet_hours"]["end"] == "21:00"

    async def test_updated_at_moves(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        made = await create(client)
        clock.tick(60)
        changed = (await patch(client, f"{PATH}/{made['id']}", {"owner": "mia"})).json()
        assert changed["created_at"] == made["created_at"]
        assert changed["updated_at"] == "2026-03-02T09:01:00.000000Z"

    async def test_reaches_into_preferences(self, client: httpx.AsyncClient) -> None:
        made = (await client.post(PATH, json=FULL)).json()
        wanted = {"quiet_hours": {"end": "09:00"}, "language": None, "tastes": ["Well done"]}
        changed = (await patch(client, f"{PATH}/{made['id']}", {"preferences": wanted})).json()
        assert changed["preferences"] == {
            **FULL["preferences"],
            "quiet_hours": {"start": "21:00", "end": "09:00", "time_zone": "Europe/London"},
            "language": None,
            "tastes": ["Well done"],
        }

    async def test_null_empties_preferences(self, client: httpx.AsyncClient) -> None:
        made = (await client.post(PATH, json=FULL)).json()
        preferences = (await patch(client, f"{PATH}/{made['id']}", {"preferences": None})).json()["preferences"]
        assert not any(preferences.values())

    async def test_reaches_into_attributes(self, client: httpx.AsyncClient) -> None:
        made = await create(client, attributes={"a": {"b": 1, "c": 2}, "d": [1, 2]})
        changed = (
            await patch(client, f"{PATH}/{made['id']}", {"attributes": {"a": {"b": None, "e": 3}, "d": [3]}})
        ).json()
        assert changed["attributes"] == {"a": {"c": 2, "e": 3}, "d": [3]}

    async def test_lists_are_replaced_whole(self, client: httpx.AsyncClient) -> None:
        made = (await client.post(PATH, json=FULL)).json()
        kept, new = FULL["contact_points"][1], make.email("second@example.com")
        changes = {"contact_points": [new, kept], "identities": [], "addresses": [{"city": "York"}], "tags": ["x"]}
        changed = (await patch(client, f"{PATH}/{made['id']}", changes)).json()
        assert [p["normalized"] for p in changed["contact_points"]] == ["second@example.com", "chidi@example.com"]
        # A point that stays is still the same one.
        assert changed["contact_points"][1]["id"] == made["contact_points"][1]["id"]
        assert changed["identities"] == []
        assert [a["city"] for a in changed["addresses"]] == ["York"]
        assert changed["tags"] == ["x"]

    @pytest.mark.parametrize(
        "same",
        [
            {},
            {"owner": "mia"},
            {"preferences": {"language": "en-GB", "quiet_hours": {"start": "21:00"}}},
            {"contact_points": FULL["contact_points"]},
            {"identities": FULL["identities"][::-1]},
            {"addresses": FULL["addresses"]},
            {"tags": ["vip", "steak", "vip"]},
            {"attributes": {"shoe_size": 44, "never_there": None}},
            {"referred_by": None},
        ],
    )
    async def test_that_changes_nothing_makes_no_version(
        self, client: httpx.AsyncClient, db: Any, clock: TestClock, same: Any
    ) -> None:
        made = (await client.post(PATH, json=FULL)).json()
        clock.tick()
        answer = await patch(client, f"{PATH}/{made['id']}", same)
        assert answer.json() == made
        assert await db.fetchval("SELECT count(*) FROM events") == 1

    async def test_tells_what_changed(self, client: httpx.AsyncClient, db: Any) -> None:
        made = await create(client, owner="mia", display_name="Ada")
        await patch(client, f"{PATH}/{made['id']}", {"owner": "tom"})
        event = await db.fetchrow("SELECT title, data::jsonb->'changes' AS changes FROM events ORDER BY seq DESC")
        assert event["title"] == "Ada updated"
        assert event["changes"] == '[{"sent": "tom", "stored": "mia", "pointer": "/owner"}]'

    async def test_a_name_taken_away_is_made_of_the_others(self, client: httpx.AsyncClient, db: Any) -> None:
        made = await create(client, display_name="Boss", given_name="Ada", family_name="Okafor")
        changed = (await patch(client, f"{PATH}/{made['id']}", {"display_name": None})).json()
        assert changed["display_name"] == "Ada Okafor"
        assert await db.fetchval("SELECT title FROM events ORDER BY seq DESC LIMIT 1") == "Ada Okafor updated"

    async def test_a_name_made_of_the_others_goes_with_them(self, client: httpx.AsyncClient) -> None:
        made = await create(client, display_name=None, given_name="Ada", family_name="Okafor")
        married = (await patch(client, f"{PATH}/{made['id']}", {"family_name": "Lind"})).json()
        assert married["display_name"] == "Ada Lind"
        chosen = await create(client, display_name="Boss", given_name="Ada", family_name="Okafor")
        assert (await patch(client, f"{PATH}/{chosen['id']}", {"family_name": "Lind"})).json()["display_name"] == "Boss"
        same = await patch(client, f"{PATH}/{married['id']}", {"given_name": "Ada"})
        assert same.json() == married

    async def test_nothing_left_to_call_one_by(self, client: httpx.AsyncClient) -> None:
        made = await create(client)
        answer = await patch(client, f"{PATH}/{made['id']}", {"display_name": None})
        assert (answer.status_code, pointers(answer)) == (422, ["/display_name"])

    async def test_to_a_point_of_somebody_else(self, client: httpx.AsyncClient) -> None:
        holder = await create(client, contact_points=[make.email("mine@example.com")])
        made = await create(client)
        answer = await patch(client, f"{PATH}/{made['id']}", {"contact_points": [make.email("mine@example.com")]})
        assert (answer.status_code, answer.json()["customer_ids"]) == (409, [holder["id"]])
        assert (await client.get(f"{PATH}/{made['id']}")).json() == made

    async def test_a_point_given_up_can_be_had(self, client: httpx.AsyncClient) -> None:
        holder = await create(client, contact_points=[make.email("mine@example.com")])
        await patch(client, f"{PATH}/{holder['id']}", {"contact_points": []})
        await create(client, contact_points=[make.email("mine@example.com")])

    @pytest.mark.parametrize("referrer", ["unknown", "self"])
    async def test_to_a_referrer_who_cannot_be(self, client: httpx.AsyncClient, referrer: str) -> None:
        made = await create(client)
        wanted = made["id"] if referrer == "self" else str(uuid4())
        answer = await patch(client, f"{PATH}/{made['id']}", {"referred_by": wanted})
        assert (answer.status_code, pointers(answer)) == (422, ["/referred_by"])

    @pytest.mark.parametrize("field", ["id", "version", "created_at", "archived_at", "normalized", "words"])
    async def test_of_what_is_not_the_callers_to_change(self, client: httpx.AsyncClient, field: str) -> None:
        made = await create(client)
        answer = await patch(client, f"{PATH}/{made['id']}", {field: None})
        assert answer.status_code == 422
        assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [(f"/{field}", "unknown_field")]

    async def test_with_a_version_that_has_gone(self, client: httpx.AsyncClient) -> None:
        made = await create(client)
        assert (await patch(client, f"{PATH}/{made['id']}", {"owner": "mia"}, if_match='"1"')).status_code == 200
        answer = await patch(client, f"{PATH}/{made['id']}", {"owner": "tom"}, if_match='"1"')
        assert (answer.status_code, answer.json()["code"]) == (412, "PRECONDITION_FAILED")
        assert (await client.get(f"{PATH}/{made['id']}")).json()["owner"] == "mia"

    async def test_of_an_unknown_customer(self, client: httpx.AsyncClient) -> None:
        assert (await patch(client, f"{PATH}/{uuid4()}", {"owner": "mia"})).status_code == 404

    async def test_a_changed_name_is_found(self, client: httpx.AsyncClient) -> None:
        made = await create(client, display_name="Wolfgang")
        await patch(client, f"{PATH}/{made['id']}", {"display_name": "Amadeus"})
        assert await listed_names(client, q="amadeus") == ["Amadeus"]
        assert await listed_names(client, q="wolfgang") == []


class TestArchive:
    async def test_is_no_longer_listed(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        made = await create(client, display_name="Ada")
        archived = await archive(client, made)
        assert archived["archived_at"] == clock.now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        assert archived["version"] == 2
        assert await listed_names(client) == await listed_names(client, q="ada") == []
        assert await listed_names(client, archived="yes") == await listed_names(client, archived="any") == ["Ada"]
        assert (await client.get(f"{PATH}/{made['id']}")).json() == archived

    async def test_frees_contact_points_but_not_identities(self, client: httpx.AsyncClient) -> None:
        point, card = make.phone(), make.identity()
        made = await create(client, contact_points=[point], identities=[card])
        await archive(client, made)
        await create(client, contact_points=[point])
        answer = await client.post(PATH, json=make.customer(identities=[card]))
        assert (answer.status_code, answer.json()["customer_ids"]) == (409, [made["id"]])

    async def test_twice_is_once(self, client: httpx.AsyncClient, clock: TestClock, db: Any) -> None:
        made = await create(client)
        archived = await archive(client, made)
        clock.tick()
        assert await archive(client, made) == archived
        assert await db.fetchval("SELECT count(*) FROM events") == 2

    async def test_a_change_while_archived_takes_no_point_back(self, client: httpx.AsyncClient) -> None:
        point = make.phone()
        made = await create(client, contact_points=[point])
        await archive(client, made)
        taker = await create(client, contact_points=[point])
        answer = await patch(client, f"{PATH}/{made['id']}", {"contact_points": [point, make.email()]})
        assert answer.status_code == 200, answer.text
        assert (await client.get(f"{PATH}/{taker['id']}")).json() == taker

    async def test_of_an_unknown_customer(self, client: httpx.AsyncClient) -> None:
        assert (await client.post(f"{PATH}/{uuid4()}/archive")).status_code == 404


class TestRestore:
    async def test_holds_its_points_again(self, client: httpx.AsyncClient) -> None:
        point = make.phone()
        made = await create(client, contact_points=[point, make.email(shared=True), make.email(invalid=True)])
        await archive(client, made)
        restored = (await client.post(f"{PATH}/{made['id']}/restore")).json()
        assert restored == {**made, "version": 3}
        assert (await client.post(PATH, json=make.customer(contact_points=[point]))).status_code == 409
        for point in made["contact_points"][1:]:  # these are for anybody
            await create(client, contact_points=[make.email(point["value"])])

    async def test_when_a_point_was_taken(self, client: httpx.AsyncClient) -> None:
        point = make.phone()
        made = await create(client, contact_points=[make.email(), point])
        archived = await archive(client, made)
        taker = await create(client, contact_points=[point])
        answer = await client.post(f"{PATH}/{made['id']}/restore")
        assert (answer.status_code, answer.json()["customer_ids"]) == (409, [taker["id"]])
        assert pointers(answer) == ["/contact_points/1"]
        assert (await client.get(f"{PATH}/{made['id']}")).json() == archived

    async def test_of_one_who_is_not_archived(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        made = await create(client)
        clock.tick()
        assert (await client.post(f"{PATH}/{made['id']}/restore")).json() == made

    async def test_of_an_unknown_customer(self, client: httpx.AsyncClient) -> None:
        assert (await client.post(f"{PATH}/{uuid4()}/restore")).status_code == 404


class TestPut:
    PATH = f"{PATH}/by-identity/webshop/u-1"

    async def test_makes_whoever_is_unknown(self, client: httpx.AsyncClient) -> None:
        answer = await client.put(self.PATH, json={"display_name": "Ada", "identities": [make.identity("till", "5")]})
        assert answer.status_code == 201, answer.text
        made = answer.json()
        assert answer.headers["location"] == f"{PATH}/{made['id']}"
        assert made["identities"] == [
            {"system": "till", "external_id": "5"},
            {"system": "webshop", "external_id": "u-1"},
        ]

    async def test_needs_no_more_than_the_identity(self, client: httpx.AsyncClient) -> None:
        answer = await client.put(self.PATH, json={})
        assert (answer.status_code, answer.json()["display_name"]) == (201, "u-1")

    async def test_changes_what_was_sent_of_whoever_is_known(self, client: httpx.AsyncClient) -> None:
        made = (await client.put(self.PATH, json={"display_name": "Ada", "owner": "mia", "tags": ["a"]})).json()
        answer = await client.put(self.PATH, json={"tags": ["b"], "identities": [make.identity("till", "5")]})
        assert answer.status_code == 200, answer.text
        changed = answer.json()
        assert (changed["id"], changed["version"]) == (made["id"], 2)
        assert (changed["display_name"], changed["owner"], changed["tags"]) == ("Ada", "mia", ["b"])
        assert [i["system"] for i in changed["identities"]] == ["till", "webshop"]

    async def test_again_changes_nothing(self, client: httpx.AsyncClient) -> None:
        body = {"display_name": "Ada", "identities": [make.identity("till", "5")], "contact_points": [make.phone()]}
        made = (await client.put(self.PATH, json=body)).json()
        answer = await client.put(self.PATH, json=body)
        assert (answer.status_code, answer.json()) == (200, made)

    async def test_an_identity_of_somebody_else(self, client: httpx.AsyncClient) -> None:
        holder = await create(client, identities=[make.identity("till", "5")])
        await client.put(self.PATH, json={})
        answer = await client.put(self.PATH, json={"identities": [make.identity("till", "5")]})
        assert (answer.status_code, answer.json()["customer_ids"]) == (409, [holder["id"]])

    async def test_only_where_there_is_none(self, client: httpx.AsyncClient) -> None:
        headers = {"If-None-Match": "*"}
        assert (await client.put(self.PATH, json={}, headers=headers)).status_code == 201
        assert (await client.put(self.PATH, json={"owner": "x"}, headers=headers)).status_code == 412

    async def test_twenty_at_once_make_one(self, client: httpx.AsyncClient, db: Any) -> None:
        answers = await asyncio.gather(*(client.put(self.PATH, json={"owner": f"o{n}"}) for n in range(20)))
        assert sorted(a.status_code for a in answers) == [200] * 19 + [201]
        assert await db.fetchval("SELECT count(*) FROM customers") == 1
        assert len({a.json()["id"] for a in answers}) == 1


async def listed_names(client: httpx.AsyncClient, **query: Any) -> list[str]:
    answer = await client.get(PATH, params=query)
    assert answer.status_code == 200, answer.text
    return [item["display_name"] for item in answer.json()["items"]]


class TestList:
    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ({"kind": "organization"}, ["Org"]),
            ({"trade": "both"}, ["Rich"]),
            ({"role": "supplier"}, ["Rich"]),
            ({"owner": "mia"}, ["Rich"]),
            ({"tag": "vip"}, ["Rich"]),
            ({"acquisition_source": "fair"}, ["Rich"]),
            ({"country": "GB"}, ["Rich"]),
            ({"postal_code": "LS1 1AA"}, ["Rich"]),
            ({"postal_code": "ls1\u00a01aa"}, ["Rich"]),
            ({"system": "loyalty"}, ["Rich"]),
            ({"owner": "nobody"}, []),
            ({"kind": "person", "tag": "vip", "system": "loyalty"}, ["Rich"]),
            ({"kind": "organization", "tag": "vip"}, []),
            ({"created_since": "2026-03-02T09:00:10Z"}, ["Late"]),
            ({"created_before": "2026-03-02T10:00:10+01:00"}, ["Org", "Rich"]),
            ({"updated_since": "2026-03-02T09:00:10Z", "created_before": "2026-03-02T09:00:10Z"}, ["Org"]),
        ],
    )
    async def test_filters(self, client: httpx.AsyncClient, clock: TestClock, query: Any, expected: list[str]) -> None:
        await client.post(PATH, json={**FULL, "display_name": "Rich"})
        org = await create(client, display_name="Org", kind="organization")
        clock.tick(10)
        await create(client, display_name="Late")
        await patch(client, f"{PATH}/{org['id']}", {"owner": "tom"})
        assert sorted(await listed_names(client, **query)) == expected

    @pytest.mark.parametrize("blank", ["", " ", "\u00a0", "\u202f", "\u3000"])
    async def test_filter_by_postal_code_written_with_any_blank(self, client: httpx.AsyncClient, blank: str) -> None:
        await create(client, display_name="Ada", addresses=[{"postal_code": f"SW1A{blank}9ZZ"}])
        assert await listed_names(client, postal_code="sw1a 9zz") == ["Ada"]
        assert await listed_names(client, postal_code="SW1A\u00a09ZZ") == ["Ada"]

    async def test_filter_by_referrer(self, client: httpx.AsyncClient) -> None:
        referrer = await create(client)
        await create(client, display_name="Sent", referred_by=referrer["id"])
        assert await listed_names(client, referred_by=referrer["id"]) == ["Sent"]

    @pytest.mark.parametrize("sort", ["created_at", "updated_at", "display_name"])
    @pytest.mark.parametrize("minus", ["", "-"])
    async def test_sorts_walked_page_by_page(
        self, client: httpx.AsyncClient, clock: TestClock, sort: str, minus: str
    ) -> None:
        names = ["beta", "Alpha", "alpha", "Ärger", "Zeta", "émile", "Ådne", "zeta", "beta"]
        made = []
        for n, name in enumerate(names):
            made.append(await create(client, display_name=name))
            if n % 3:  # some of them at the same moment
                clock.tick()
        await patch(client, f"{PATH}/{made[2]['id']}", {"owner": "mia"})
        whole = await pages(client, PATH, sort=minus + sort, limit=200)
        paged = await pages(client, PATH, sort=minus + sort, limit=2)
        assert paged == whole
        assert sorted(item["id"] for item in whole) == sorted(item["id"] for item in made)
        if sort != "display_name":
            keys = [(item[sort], item["id"]) for item in whole]
            assert keys == sorted(keys, reverse=bool(minus))
        else:
            folded = ["adne", "alpha", "alpha", "arger", "beta", "beta", "emile", "zeta", "zeta"]
            plain = str.maketrans("äéå", "aea")
            shown = [item["display_name"].casefold().translate(plain) for item in whole]
            assert shown == (folded[::-1] if minus else folded)

    @pytest.mark.parametrize("sort", ["-created_at", "created_at", "display_name", "-updated_at"])
    async def test_while_others_come_and_go_each_that_stays_is_seen_once(
        self, client: httpx.AsyncClient, clock: TestClock, sort: str
    ) -> None:
        staying: list[dict[str, Any]] = []
        going: list[dict[str, Any]] = []
        for n in range(12):
            clock.tick()
            (going if n % 4 == 3 else staying).append(await create(client, display_name=f"Name {n * 7 % 12:02}"))
        numbers = itertools.count()

        async def disturb() -> None:
            n = next(numbers)
            clock.tick()
            await create(client, display_name=f"Name {n * 5 % 12:02} new")
            if n < len(going):
                await archive(client, going[n])

        seen = [item["id"] for item in await pages(client, PATH, disturb, sort=sort, limit=3)]
        assert len(set(seen)) == len(seen)
        assert {item["id"] for item in staying} <= set(seen)

    async def test_a_page_that_is_just_full_is_the_last(self, client: httpx.AsyncClient) -> None:
        for _ in range(3):
            await create(client)
        assert (await client.get(PATH, params={"limit": 3})).json()["next_cursor"] is None
        assert (await client.get(PATH, params={"limit": 2})).json()["next_cursor"] is not None


SOUGHT = [
    {"given_name": "Katherine", "family_name": "Müller-Lüdenscheidt"},
    {"display_name": "Иванов Сергей"},
    {"display_name": "王小明"},
    {"display_name": "Φωτεινή Παπαδοπούλου"},
    {"display_name": "محمد عبد الله"},
    {"display_name": "Straße & Söhne GmbH", "kind": "organization"},
    {
        "display_name": "Zoë",
        "contact_points": [make.phone("020 7946 0777"), make.email("zoe.quartermain@example.org")],
        "identities": [make.identity("loyalty", "LC-55501")],
    },
]


class TestSearch:
    @pytest.fixture
    async def shop(self, client: httpx.AsyncClient) -> httpx.AsyncClient:
        for body in SOUGHT:
            assert (await client.post(PATH, json=body)).status_code == 201
        return client

    @pytest.mark.parametrize(
        ("q", "expected"),
        [
            ("katherine", "Katherine Müller-Lüdenscheidt"),
            ("KATHERINE", "Katherine Müller-Lüdenscheidt"),
            ("kathrine", "Katherine Müller-Lüdenscheidt"),
            ("muller", "Katherine Müller-Lüdenscheidt"),
            ("Mülller", "Katherine Müller-Lüdenscheidt"),
            ("ludensheidt", "Katherine Müller-Lüdenscheidt"),
            ("kath", "Katherine Müller-Lüdenscheidt"),
            ("ludenscheidt katherine", "Katherine Müller-Lüdenscheidt"),
            ("katherine muler", "Katherine Müller-Lüdenscheidt"),
            ("Иванов", "Иванов Сергей"),
            ("иванов", "Иванов Сергей"),
            ("ivanov", "Иванов Сергей"),
            ("Иваноф", "Иванов Сергей"),
            ("王小明", "王小明"),
            ("παπαδοπουλου", "Φωτεινή Παπαδοπούλου"),
            ("ΠΑΠΑΔΟΠΟΎΛΟΥ", "Φωτεινή Παπαδοπούλου"),
            ("papadopouloy", "Φωτεινή Παπαδοπούλου"),
            ("محمد", "محمد عبد الله"),
            ("strasse", "Straße & Söhne GmbH"),
            ("ｚｏｅ", "Zoë"),
            ("020 7946 0777", "Zoë"),
            ("+44 20 7946 0777", "Zoë"),
            ("2079460777", "Zoë"),
            ("0207 946 07", "Zoë"),
            ("zoe.quartermain@example.org", "Zoë"),
            ("Zoe.Quartermain@EXAMPLE.org", "Zoë"),
            ("zoe quartermain", "Zoë"),
            ("quartermian", "Zoë"),
            ("LC-55501", "Zoë"),
            ("55501", "Zoë"),
        ],
    )
    async def test_finds(self, shop: httpx.AsyncClient, q: str, expected: str) -> None:
        assert (await listed_names(shop, q=q))[:1] == [expected]

    @pytest.mark.parametrize("q", ["katherine ivanov", "zzzzzz", "!!!", "% _ '", "katherine' OR 1=1", "07946"])
    async def test_does_not_find(self, shop: httpx.AsyncClient, q: str) -> None:
        assert await listed_names(shop, q=q) == []

    @pytest.mark.parametrize("q", ["", "   ", "x" * 201, "a\0b"])
    async def test_refuses(self, shop: httpx.AsyncClient, q: str) -> None:
        assert (await shop.get(PATH, params={"q": q})).status_code == 422

    async def test_best_match_first_and_page_by_page(self, client: httpx.AsyncClient) -> None:
        for name in ["Marta", "Martha", "Martin", "Marthe", "Marta Long Name", "Unrelated"]:
            await create(client, display_name=name)
        whole = await pages(client, PATH, q="martha", limit=200)
        assert whole[0]["display_name"] == "Martha"
        assert "Unrelated" not in [item["display_name"] for item in whole]
        assert len(whole) >= 3
        assert await pages(client, PATH, q="martha", limit=1) == whole

    async def test_with_filters(self, client: httpx.AsyncClient) -> None:
        await create(client, display_name="Martha One", owner="mia")
        await create(client, display_name="Martha Two", owner="tom")
        assert await listed_names(client, q="martha", owner="tom") == ["Martha Two"]

    async def test_by_any_of_many_words(self, client: httpx.AsyncClient) -> None:
        await create(client, display_name="one two three four five six seven eight")
        assert len(await listed_names(client, q="one two three four five six seven eight")) == 1

    async def test_of_an_archived_identity_is_not_found(self, client: httpx.AsyncClient) -> None:
        made = await create(client, display_name="Martha")
        await archive(client, made)
        assert await listed_names(client, q="martha") == []
        assert await listed_names(client, q="martha", archived="yes") == ["Martha"]


class TestBatch:
    @staticmethod
    async def post(client: httpx.AsyncClient, *bodies: Any) -> list[dict[str, Any]]:
        content = "\n".join(body if isinstance(body, str) else json.dumps(body) for body in bodies)
        answer = await client.post(
            f"{PATH}/batch", content=content.encode(), headers={"content-type": "application/x-ndjson"}
        )
        assert answer.status_code == 200, answer.text
        return [json.loads(text) for text in answer.text.splitlines()]

    async def test_a_result_for_each_line_in_order(self, client: httpx.AsyncClient, db: Any) -> None:
        results = await self.post(
            client,
            make.customer(),
            "{not json",
            "",
            {"given_name": "A\0b"},
            make.customer(contact_points=[make.phone("x")]),
            make.customer(),
        )
        assert [(r["line"], r["status"]) for r in results] == [(1, 201), (2, 400), (4, 422), (5, 422), (6, 201)]
        assert results[2]["problem"]["errors"][0]["pointer"] == "/given_name"
        assert await db.fetchval("SELECT count(*) FROM customers") == 2

    async def test_the_same_again_is_a_replay(self, client: httpx.AsyncClient, db: Any) -> None:
        body = {**FULL, "identities": FULL["identities"][::-1], "tags": ["vip", "steak", "vip"]}
        bodies = [body, make.customer(contact_points=[make.phone()]), make.customer(identities=[make.identity()])]
        first = await self.post(client, *bodies)
        again = await self.post(client, *bodies)
        assert [r["status"] for r in first] == [201] * 3
        assert [(r["status"], r.get("replayed"), r["id"]) for r in again] == [(200, True, r["id"]) for r in first]
        assert await db.fetchval("SELECT count(*) FROM customers") == 3

    async def test_other_content_is_a_conflict(self, client: httpx.AsyncClient) -> None:
        card = make.identity()
        (first,) = await self.post(client, make.customer(identities=[card]))
        (again,) = await self.post(client, make.customer(display_name="Other", identities=[card]))
        assert again["status"] == 409
        assert again["problem"]["customer_ids"] == [first["id"]]

    async def test_the_same_within_one_batch(self, client: httpx.AsyncClient, db: Any) -> None:
        body = make.customer(identities=[make.identity()])
        results = await self.post(client, body, body, {**body, "owner": "mia"})
        assert [r["status"] for r in results] == [201, 200, 409]
        assert results[1]["id"] == results[0]["id"]
        assert await db.fetchval("SELECT count(*) FROM customers") == 1

    async def test_a_refused_line_holds_nothing(self, client: httpx.AsyncClient) -> None:
        card = make.identity()
        results = await self.post(
            client,
            make.customer(identities=[card], referred_by=str(uuid4())),
            make.customer(identities=[card]),
        )
        assert [r["status"] for r in results] == [422, 201]


class TestKeys:
    async def test_the_actor_is_the_keys_name(self, keys: Keys, db: Any) -> None:
        writer = await keys("customers:write")
        assert (await writer.post(PATH, json=make.customer())).status_code == 201
        name = await db.fetchval("SELECT name FROM api_keys ORDER BY id DESC LIMIT 1")
        assert await db.fetchval("SELECT actor FROM events") == name
