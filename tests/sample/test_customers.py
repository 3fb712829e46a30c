import unicodedata
from collections import Counter
from collections.abc import Callable
from datetime import datetime

import pytest

from app.rules.customers.customers import RelationshipKind
from app.sample import SampleShop, make
from app.sample.products import PRODUCTS

Normalize = Callable[[str, str], str]
# https://www.ofcom.org.uk/phones-and-broadband/phone-numbers/numbers-for-drama
DRAMA = (
    "+447700900", "+442079460", "+441134960", "+441144960", "+441154960", "+441164960", "+441174960", "+441184960",
    "+441214960", "+441314960", "+441414960", "+441514960", "+441614960", "+441632960",
)  # fmt: skip


def points(shop: SampleShop, normalize: Normalize) -> list[tuple[str, str, str, bool]]:
    return [
        (customer["identities"][0]["external_id"], point["kind"], normalize(point["kind"], point["value"]),
         point.get("shared", False))
        for customer in shop.customers
        for point in customer["contact_points"]
    ]  # fmt: skip


class TestUnique:
    def test_identities(self, shop: SampleShop) -> None:
        identities = [tuple(identity.values()) for customer in shop.customers for identity in customer["identities"]]
        assert len(identities) == len(set(identities))

    @pytest.mark.parametrize("count", [1_000, 3_000])
    def test_contact_points(self, shop: SampleShop, until: datetime, normalize: Normalize, count: int) -> None:
        made = shop if count == 1_000 else make(until, customers=count, receipts=0, interactions=0)
        owners: dict[tuple[str, str], set[str]] = {}
        shared: dict[tuple[str, str], set[bool]] = {}
        for owner, kind, value, is_shared in points(made, normalize):
            owners.setdefault((kind, value), set()).add(owner)
            shared.setdefault((kind, value), set()).add(is_shared)
        assert [value for value, who in owners.items() if len(who) > 1 and shared[value] != {True}] == []
        assert [value for value, who in owners.items() if shared[value] == {True} and len(who) == 1] == []


class TestNobodyReal:
    def test_addresses_and_numbers(self, shop: SampleShop, normalize: Normalize) -> None:
        entered = [(kind, value) for _, kind, value, _ in points(shop, normalize)]
        entered += [
            (entry["contact"]["kind"], normalize(entry["contact"]["kind"], entry["contact"]["value"]))
            for entry in shop.interactions
            if "contact" in entry
        ]
        complainants = [complaint.get("complainant", {}) for complaint in shop.complaints]
        entered += [
            (who["contact"]["kind"], normalize(who["contact"]["kind"], who["contact"]["value"]))
            for who in complainants
            if "contact" in who
        ]
        for kind, value in entered:
            if kind in {"phone", "whatsapp"}:
                assert value.startswith(DRAMA)
                assert len(value) == 13
            elif kind == "email":
                assert value.endswith(("@example.com", "@example.org", "@example.net"))

    def test_postcodes_cannot_exist(self, shop: SampleShop) -> None:
        codes = [address["postal_code"] for customer in shop.customers for address in customer["addresses"]]
        assert codes
        assert all(set(code[-2:]) <= set("CIKMOV") for code in codes)


class TestBelievable:
    def test_kinds(self, shop: SampleShop) -> None:
        kinds = Counter(customer["kind"] for customer in shop.customers)
        assert kinds["organization"] == 120
        organizations = [customer for customer in shop.customers if customer["kind"] == "organization"]
        assert {customer["trade"] for customer in organizations} == {"b2b", "both"}
        assert {"supplier", "partner", "customer"} <= {role for c in organizations for role in c["roles"]}

    def test_names_in_many_scripts(self, shop: SampleShop) -> None:
        letters = {letter for customer in shop.customers for letter in customer.get("given_name", "")}
        scripts = {unicodedata.name(letter).split()[0] for letter in letters if letter.isalpha()}
        assert {"LATIN", "CJK", "ARABIC", "DEVANAGARI", "CYRILLIC"} <= scripts
        assert len(scripts) >= 9
        for field in ("preferred_name", "pronunciation", "salutation", "name_prefix"):
            assert sum(field in customer for customer in shop.customers) > 50

    def test_preferences_of_a_good_part(self, shop: SampleShop) -> None:
        told = Counter(field for customer in shop.customers for field in customer.get("preferences", {}))
        for field in ("channels", "standing_instructions", "tastes", "matters", "expects"):
            assert told[field] > 150
        for field in ("unwelcome_channels", "quiet_hours", "language", "delivery", "payment"):
            assert told[field] > 50

    def test_relationships(self, shop: SampleShop) -> None:
        assert {bond["kind"] for bond in shop.relationships} == set(RelationshipKind)
        assert len({tuple(bond.values()) for bond in shop.relationships}) == len(shop.relationships)

    def test_products(self) -> None:
        assert 140 <= len(PRODUCTS) <= 160
        assert (
            len({product.sku for product in PRODUCTS}) == len({product.name for product in PRODUCTS}) == len(PRODUCTS)
        )
        assert {product.season for product in PRODUCTS} == {"", "summer", "christmas", "easter"}
