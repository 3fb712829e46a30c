"""What a receipt taught of a customer is forgotten when the receipt turns out to be somebody else's."""

from typing import Any

import httpx
import pytest

from tests import make
from tests.support import api
from tests.support.receipts import Receipt

NEW_PHONE, NEW_EMAIL = "020 7946 0777", "new@example.com"


def card(external_id: str) -> dict[str, Any]:
    return {"identity": make.identity("loyalty", external_id)}


@pytest.fixture
async def ada(client: httpx.AsyncClient) -> dict[str, Any]:
    return await make.create_customer(client, identities=[make.identity("loyalty", "A")])


@pytest.fixture
async def bo(client: httpx.AsyncClient) -> dict[str, Any]:
    return await make.create_customer(client, identities=[make.identity("loyalty", "B")])


async def keys_of(client: httpx.AsyncClient, customer: dict[str, Any]) -> tuple[list[str], list[str]]:
    read = await api.get(client, f"/v1/customers/{customer['id']}")
    return [i["external_id"] for i in read["identities"]], [point["value"] for point in read["contact_points"]]


async def found_by(client: httpx.AsyncClient, **contact: str) -> list[str]:
    found = await api.get(client, "/v1/customers/lookup", **contact)
    return [item["id"] for item in found["items"]]


class TestARevisionNamesSomebodyElse:
    @pytest.mark.parametrize("key", [{"phone": NEW_PHONE}, {"email": NEW_EMAIL}])
    async def test_by_their_card(self, client: httpx.AsyncClient, ada: Any, bo: Any, key: Any) -> None:
        receipt = await Receipt(client, customer=card("A") | key).record()
        (value,) = key.values()
        assert await keys_of(client, ada) == (["A"], [value])
        revised = await receipt.revise(customer=card("B") | key)
        assert (revised["customer_id"], revised["match"]) == (bo["id"], "matched")
        assert {reason["result"] for reason in revised["match_reasons"]} == {"found", "learnt"}
        assert await keys_of(client, ada) == (["A"], [])
        assert await keys_of(client, bo) == (["B"], [value]), "the revision teaches it of whom it names"
        later = await make.record_sale(client, customer=key)
        assert later["customer_id"] == bo["id"]

    async def test_in_one_batch(self, client: httpx.AsyncClient, ada: Any, bo: Any) -> None:
        first = make.sale(customer=card("A") | {"phone": NEW_PHONE})
        results = await api.batch(client, "/v1/sales", first, first | {"revision": 1, "customer": card("B")})
        assert {result["status"] for result in results} == {201, 200}
        assert (await keys_of(client, ada), await keys_of(client, bo)) == ((["A"], []), (["B"], []))

    async def test_whose_own_number_it_is(self, client: httpx.AsyncClient, ada: Any) -> None:
        """The one who was named at first had another number, and learnt an address by it."""
        phones = {"phone": "020 7946 0701"}, {"phone": "020 7946 0702"}
        first, second = [
            await make.create_customer(client, contact_points=[make.phone(each["phone"])]) for each in phones
        ]
        receipt = await Receipt(client, customer=phones[0] | {"email": NEW_EMAIL}).record()
        assert (await receipt.revise(customer=phones[1] | {"email": NEW_EMAIL}))["customer_id"] == second["id"]
        assert (await keys_of(client, first))[1] == [phones[0]["phone"]]
        assert (await keys_of(client, second))[1] == [phones[1]["phone"], NEW_EMAIL]

    async def test_who_is_the_same_after_all(self, client: httpx.AsyncClient, ada: Any) -> None:
        receipt = await Receipt(client, customer=card("A") | {"phone": NEW_PHONE}).record()
        for customer in (card("A") | {"phone": NEW_PHONE}, {"phone": NEW_PHONE}, card("A"), None):
            assert (await receipt.revise(customer=customer))["customer_id"] == ada["id"]
            assert await keys_of(client, ada) == (["A"], [NEW_PHONE])


class TestAMistypedNumber:
    async def test_is_replaced(self, client: httpx.AsyncClient, ada: Any) -> None:
        receipt = await Receipt(client, customer=card("A") | {"phone": "020 7946 0778", "email": NEW_EMAIL}).record()
        await receipt.revise(customer=card("A") | {"phone": NEW_PHONE})
        assert (await keys_of(client, ada))[1] == [NEW_EMAIL, NEW_PHONE], "the address was not named otherwise"
        assert await found_by(client, phone="020 7946 0778") == []

    async def test_of_a_card_is_replaced(self, client: httpx.AsyncClient) -> None:
        """Two cards of one system are two people's, but the first one was a mistake."""
        ada = await make.create_customer(client, contact_points=[make.phone(NEW_PHONE)])
        receipt = await Receipt(client, customer=card("WRONG") | {"phone": NEW_PHONE}).record()
        for right in ("RIGHT", "OTHER", "WRONG"):
            revised = await receipt.revise(customer=card(right) | {"phone": NEW_PHONE})
            assert revised["customer_id"] == ada["id"]
            assert (await keys_of(client, ada))[0] == [right]
        assert (await make.record_sale(client, customer=card("WRONG")))["customer_id"] == ada["id"]

    async def test_of_an_own_card_is_not(self, client: httpx.AsyncClient, ada: Any) -> None:
        points = [make.phone(NEW_PHONE)]
        await api.patched(client, f"/v1/customers/{ada['id']}", {"contact_points": points})
        receipt = await Receipt(client, customer=card("A") | {"phone": NEW_PHONE}).record()
        revised = await receipt.revise(customer=card("X") | {"phone": NEW_PHONE})
        assert (revised["customer_id"], await keys_of(client, ada)) == (ada["id"], (["A"], [NEW_PHONE]))
        assert ("unknown", None) in [(each["result"], each["customer_id"]) for each in revised["match_reasons"]]

    async def test_by_which_the_customer_was_created(self, client: httpx.AsyncClient) -> None:
        receipt = await Receipt(client, customer={"phone": "020 7946 0778", "email": NEW_EMAIL}).record()
        made = {"id": receipt.sale["customer_id"]}
        revised = await receipt.revise(customer={"phone": NEW_PHONE, "email": NEW_EMAIL})
        assert revised["customer_id"] == made["id"]
        assert (await keys_of(client, made))[1] == [NEW_EMAIL, NEW_PHONE]
        assert await found_by(client, phone="020 7946 0778") == []


class TestItIsTakenFromThem:
    @pytest.mark.parametrize("first", [0, 1])
    async def test_two_receipts_that_say_it(self, client: httpx.AsyncClient, ada: Any, bo: Any, first: int) -> None:
        """Whichever taught it: it is forgotten with the last one."""
        both = [await Receipt(client, customer=card("A") | {"email": NEW_EMAIL}).record() for _ in range(2)]
        await both[first].claim(bo, moved_from=ada)
        assert (await keys_of(client, ada))[1] == [NEW_EMAIL]
        await both[1 - first].revise(customer=card("B") | {"email": NEW_EMAIL})
        assert ((await keys_of(client, ada))[1], (await keys_of(client, bo))[1]) == ([], [NEW_EMAIL])

    @pytest.mark.parametrize("way", ["released", "moved"])
    async def test_and_forgotten(self, client: httpx.AsyncClient, ada: Any, bo: Any, way: str) -> None:
        receipt = await Receipt(client, customer=card("A") | {"phone": NEW_PHONE, "email": NEW_EMAIL}).record()
        assert await found_by(client, phone=NEW_PHONE) == [ada["id"]]
        await (receipt.release() if way == "released" else receipt.claim(bo, moved_from=ada))
        assert await keys_of(client, ada) == (["A"], [])
        assert await found_by(client, phone=NEW_PHONE) == []
        items = (await api.get(client, "/v1/customers", q=NEW_EMAIL))["items"]
        assert items == [], "nor is she found by it"
        call = await make.record_interaction(client, contact={"kind": "phone", "value": NEW_PHONE})
        assert call["match"] == "unmatched"

    async def test_with_a_card(self, client: httpx.AsyncClient) -> None:
        ada = await make.create_customer(client, contact_points=[make.phone(NEW_PHONE)])
        receipt = await Receipt(client, customer=card("X:1") | {"phone": NEW_PHONE}).record()
        assert (await keys_of(client, ada))[0] == ["X:1"]
        await receipt.release()
        assert (await keys_of(client, ada))[0] == []
        assert (await keys_of(client, ada))[1] == [NEW_PHONE], "it was hers before"

    async def test_what_another_receipt_says_too_stays(self, client: httpx.AsyncClient, ada: Any) -> None:
        both = card("A") | {"phone": NEW_PHONE}
        receipt = await Receipt(client, customer=both).record()
        again = await Receipt(client, customer=card("A") | {"phone": "+44 20 7946 0777"}).record()
        await receipt.release()
        assert await keys_of(client, ada) == (["A"], [NEW_PHONE])
        await again.release()
        assert await keys_of(client, ada) == (["A"], []), "no receipt says it any more"

    async def test_what_says_nothing_but_the_number_proves_nothing(self, client: httpx.AsyncClient, ada: Any) -> None:
        receipt = await Receipt(client, customer=card("A") | {"phone": NEW_PHONE}).record()
        alone = await make.record_sale(client, customer={"phone": NEW_PHONE})
        assert alone["customer_id"] == ada["id"]
        await receipt.release()
        assert await keys_of(client, ada) == (["A"], [])

    async def test_what_somebody_has_looked_at_stays(self, client: httpx.AsyncClient, ada: Any) -> None:
        receipt = await Receipt(client, customer=card("A") | {"phone": NEW_PHONE}).record()
        points = [make.phone(NEW_PHONE) | {"primary": True}]
        await api.patched(client, f"/v1/customers/{ada['id']}", {"contact_points": points})
        await receipt.release()
        assert (await keys_of(client, ada))[1] == [NEW_PHONE]

    @pytest.mark.parametrize("is_first", [True, False], ids=["claim first", "claim last"])
    async def test_what_was_kept_of_a_call_stays(self, client: httpx.AsyncClient, ada: Any, is_first: bool) -> None:
        """Whether the receipt or the desk was the first to say it."""
        call = await make.record_interaction(client, contact={"kind": "phone", "value": NEW_PHONE})
        claim = f"/v1/interactions/{call['id']}/claim", {"customer_id": ada["id"], "keep_contact": True}, 200
        if is_first:
            await api.post(client, *claim)
        receipt = await Receipt(client, customer=card("A") | {"phone": NEW_PHONE}).record()
        if not is_first:
            await api.post(client, *claim)
        await receipt.release()
        assert await keys_of(client, ada) == (["A"], [NEW_PHONE])

    async def test_what_was_kept_of_a_call_stays_when_it_is_taught_again(
        self, client: httpx.AsyncClient, ada: Any
    ) -> None:
        both = card("A") | {"phone": NEW_PHONE}
        await (await Receipt(client, customer=both).record()).release()
        call = await make.record_interaction(client, contact={"kind": "phone", "value": NEW_PHONE})
        claim = {"customer_id": ada["id"], "keep_contact": True}
        await api.post(client, f"/v1/interactions/{call['id']}/claim", claim, 200)
        await (await Receipt(client, customer=both).record()).release()
        assert await keys_of(client, ada) == (["A"], [NEW_PHONE])


class TestAClaimedReceiptSaysItToo:
    """A claim teaches nothing, but what is known already stays as long as it says so."""

    @pytest.mark.parametrize("key", [{"email": NEW_EMAIL}, {"phone": NEW_PHONE}])
    async def test_that_was_released(self, client: httpx.AsyncClient, ada: Any, key: Any) -> None:
        first, second = [await Receipt(client, customer=card("A") | key).record() for _ in range(2)]
        await second.release()
        await second.claim(ada)
        await first.release()
        assert (await keys_of(client, ada))[1] == [*key.values()]
        await second.release()
        assert (await keys_of(client, ada))[1] == [], "no receipt says it any more"

    async def test_of_a_card(self, client: httpx.AsyncClient) -> None:
        ada = await make.create_customer(client, contact_points=[make.phone(NEW_PHONE)])
        first, second = [
            await Receipt(client, customer=card("X:1") | {"phone": number}).record()
            for number in (NEW_PHONE, "+44 20 7946 0777")
        ]
        await second.release()
        await second.claim(ada)
        await first.release()
        assert (await keys_of(client, ada))[0] == ["X:1"]

    async def test_that_was_ambiguous(self, client: httpx.AsyncClient) -> None:
        ada = await make.create_customer(
            client, identities=[make.identity("loyalty", "A")], contact_points=[make.phone(NEW_PHONE)]
        )
        unclear = await Receipt(client, customer=card("B") | {"phone": NEW_PHONE, "email": NEW_EMAIL}).record()
        assert unclear.sale["match"] == "ambiguous"
        await unclear.claim(ada)
        assert (await keys_of(client, ada))[1] == [NEW_PHONE], "a claim teaches nothing"
        receipt = await Receipt(client, customer=card("A") | {"email": NEW_EMAIL}).record()
        await receipt.release()
        assert await keys_of(client, ada) == (["A"], [NEW_PHONE, NEW_EMAIL])

    @pytest.mark.parametrize("beside", [{}, card("B"), card("nobody's")], ids=["nothing", "another's", "unknown"])
    async def test_beside_no_other_key_of_theirs(
        self, client: httpx.AsyncClient, ada: Any, bo: Any, beside: Any
    ) -> None:
        """Then it does not say whose the address is."""
        unclear = Receipt(client, customer=beside | {"email": NEW_EMAIL})
        unclear.sale = await api.post(client, "/v1/sales?on_unknown_customer=keep", unclear.body)
        holder = bo if unclear.sale["customer_id"] else None
        await unclear.claim(ada, moved_from=holder)
        receipt = await Receipt(client, customer=card("A") | {"email": NEW_EMAIL}).record()
        assert await keys_of(client, ada) == (["A"], [NEW_EMAIL])
        await receipt.release()
        assert await keys_of(client, ada) == (["A"], [])


class TestAVoidedReceiptSaysItToo:
    @pytest.mark.parametrize("voided", [0, 1], ids=["the one that taught it", "the other one"])
    @pytest.mark.parametrize("is_first", [True, False], ids=["void first", "void last"])
    async def test_in_either_order(self, client: httpx.AsyncClient, ada: Any, voided: int, is_first: bool) -> None:
        """Voiding forgets nothing, and the receipt was issued for whom it names."""
        both = [await Receipt(client, customer=card("A") | {"phone": NEW_PHONE}).record() for _ in range(2)]
        void = f"/v1/sales/{both[voided].sale['id']}/void", {"reason": "Rung up twice"}, 200
        if is_first:
            await api.post(client, *void)
        await both[1 - voided].release()
        if not is_first:
            await api.post(client, *void)
        assert await keys_of(client, ada) == (["A"], [NEW_PHONE])
        await both[voided].release()
        assert await keys_of(client, ada) == (["A"], []), "no receipt says it any more"


class TestARevisionSaysNothingNew:
    @pytest.mark.parametrize("key", [{"phone": NEW_PHONE}, {"email": NEW_EMAIL}, card("OLD")])
    async def test_of_keys_that_are_somebody_elses_by_now(self, client: httpx.AsyncClient, key: Any) -> None:
        """What was bought is theirs who had the number then."""
        kind = next(iter(key))
        point = {"kind": kind, "value": key[kind]}
        has = {"identities": [key["identity"]]} if kind == "identity" else {"contact_points": [point]}
        before = await make.create_customer(client, **has)
        receipt = await Receipt(client, customer=key).record()
        complaint = await make.record_complaint(client, sale_id=receipt.sale["id"])
        await api.patched(client, f"/v1/customers/{before['id']}", {name: [] for name in has})
        after = await make.create_customer(client, **has)
        revised = await receipt.revise(operator="Kim")
        assert (revised["customer_id"], revised["match"]) == (before["id"], "matched")
        assert (await api.get(client, f"/v1/complaints/{complaint['id']}"))["customer_id"] == before["id"]
        later = await make.record_sale(client, customer=key)
        assert later["customer_id"] == after["id"]

    async def test_of_a_receipt_that_is_nobodys_yet(self, client: httpx.AsyncClient) -> None:
        receipt = Receipt(client, customer={"phone": NEW_PHONE})
        receipt.sale = await api.post(client, "/v1/sales?on_unknown_customer=keep", receipt.body)
        assert receipt.sale["match"] == "unmatched"
        ada = await make.create_customer(client, contact_points=[make.phone(NEW_PHONE)])
        assert (await receipt.revise(operator="Kim"))["customer_id"] == ada["id"]


async def test_nobody_is_called_by_a_number_that_was_mistyped(client: httpx.AsyncClient) -> None:
    receipt = await Receipt(client, customer={"phone": "0161 496 0123", "email": NEW_EMAIL}).record()
    path = f"/v1/customers/{receipt.sale['customer_id']}"
    assert (await api.get(client, path))["display_name"] == "0161 496 0123"
    await receipt.revise(customer={"phone": NEW_PHONE, "email": NEW_EMAIL})
    read = await api.get(client, path)
    assert read["display_name"] in {point["value"] for point in read["contact_points"]}
    assert (await api.get(client, "/v1/customers", q="0161 496 0123"))["items"] == []


async def test_a_name_that_looks_like_a_forgotten_key_stays_if_nothing_else_is_known(client: httpx.AsyncClient) -> None:
    receipt = await Receipt(client, customer=card("ONLY")).record()
    await receipt.revise(customer=card("OTHER"))
    assert (await api.get(client, f"/v1/customers/{receipt.sale['customer_id']}"))["display_name"] == "ONLY"


async def test_a_customer_who_was_created_by_a_wrong_card_is_no_reason_against_the_right_one(
    client: httpx.AsyncClient, bo: Any
) -> None:
    """Nothing but the receipt itself said that the address is theirs whom the unknown card created."""
    receipt = await Receipt(client, customer=card("MISREAD") | {"email": NEW_EMAIL}).record()
    created = {"id": receipt.sale["customer_id"]}
    assert (await receipt.revise(customer=card("B") | {"email": NEW_EMAIL}))["customer_id"] == bo["id"]
    assert await keys_of(client, bo) == (["B"], [NEW_EMAIL])
    assert await keys_of(client, created) == (["MISREAD"], [])


async def test_an_address_that_created_somebody_beside_a_card_of_another(client: httpx.AsyncClient, bo: Any) -> None:
    receipt = await Receipt(client, customer={"email": NEW_EMAIL}).record()
    for _ in ("named anew", "and again"):
        assert (await receipt.revise(customer=card("B") | {"email": NEW_EMAIL}))["customer_id"] == bo["id"]
    assert await keys_of(client, bo) == (["B"], [NEW_EMAIL])


class TestAnotherReceiptSaysIt:
    @pytest.mark.parametrize(
        "key, other, is_said",
        [
            ({"phone": NEW_PHONE}, {"phone": "020 7946 0777 ext 5"}, True),
            ({"phone": NEW_PHONE}, {"phone": "+44 (0)20 7946 0777"}, True),
            ({"phone": "0044 20 7946 0777"}, {"phone": NEW_PHONE}, True),
            ({"phone": NEW_PHONE}, {"phone": "0161 946 0777"}, False),
            ({"email": NEW_EMAIL}, {"email": "Ada <New@Example.com>"}, True),
            ({"email": NEW_EMAIL}, {"email": "renew@example.com"}, False),
        ],
    )
    async def test_in_whatever_spelling(
        self, client: httpx.AsyncClient, ada: Any, bo: Any, key: Any, other: Any, is_said: bool
    ) -> None:
        receipt = await Receipt(client, customer=card("A") | key).record()
        (learnt,) = (await keys_of(client, ada))[1]
        await make.record_sale(client, customer=card("A") | other)
        assert (await receipt.revise(customer=card("B")))["customer_id"] == bo["id"]
        assert (learnt in (await keys_of(client, ada))[1]) is is_said


async def test_a_receipt_says_no_longer_what_it_was_revised_to_say_no_more(
    client: httpx.AsyncClient, ada: Any, bo: Any
) -> None:
    """Although it stays hers, since the revision may mean two."""
    teacher = await Receipt(client, customer=card("A") | {"email": NEW_EMAIL}).record()
    other = await Receipt(client, customer=card("A") | {"email": NEW_EMAIL}).record()
    points = [{**make.phone(NEW_PHONE), "shared": True}]
    for name in ("Cy", "Di"):
        await make.create_customer(client, display_name=name, contact_points=points)
    revised = await other.revise(customer={"phone": NEW_PHONE, "email": "own@example.com"})
    assert revised["customer_id"] == ada["id"]
    await teacher.revise(customer=card("A") | {"email": "own@example.com"})
    assert await keys_of(client, ada) == (["A"], ["own@example.com"])


async def test_a_number_that_was_marked_invalid_is_kept_as_such(client: httpx.AsyncClient, ada: Any, bo: Any) -> None:
    """Else the next receipt would teach it as a good one."""
    receipt = await Receipt(client, customer=card("A") | {"phone": NEW_PHONE}).record()
    points = [{**make.phone(NEW_PHONE), "invalid": True}]
    await api.patched(client, f"/v1/customers/{ada['id']}", {"contact_points": points})
    await receipt.revise(customer=card("B"))
    assert await keys_of(client, ada) == (["A"], [NEW_PHONE])


async def test_a_number_that_was_labelled_is_theirs_although_a_revision_names_somebody_else_with_it(
    client: httpx.AsyncClient, ada: Any, bo: Any
) -> None:
    receipt = await Receipt(client, customer=card("A") | {"phone": NEW_PHONE}).record()
    await api.patched(
        client, f"/v1/customers/{ada['id']}", {"contact_points": [{**make.phone(NEW_PHONE), "label": "home"}]}
    )
    revised = await receipt.revise(customer=card("B") | {"phone": NEW_PHONE})
    assert revised["customer_id"] == ada["id"], "card and number are of two people"
    assert (await keys_of(client, ada), await keys_of(client, bo)) == ((["A"], [NEW_PHONE]), (["B"], []))


async def test_what_a_receipt_taught_somebody_long_ago_and_is_another_s_by_now(
    client: httpx.AsyncClient, ada: Any
) -> None:
    buyer = card("A") | {"phone": NEW_PHONE}
    receipt = await Receipt(client, customer=buyer).record()
    await receipt.revise(customer=card("A") | {"phone": "020 7946 0888"})
    other = await make.record_sale(client, customer={"phone": NEW_PHONE})
    revised = await receipt.revise(customer={"phone": NEW_PHONE, "email": NEW_EMAIL})
    assert revised["customer_id"] == other["customer_id"] != ada["id"]
