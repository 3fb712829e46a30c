"""What is equal however it is spelled, and what is not although it looks alike."""

import unicodedata
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from app.rules.kit import equality
from app.rules.kit.differences import differences
from app.schemas.complaints.intake import ComplaintNew
from app.schemas.customers import CustomerNew
from app.schemas.feedback import FeedbackNew
from app.schemas.interactions import InteractionNew
from app.schemas.kit.comparison import comparable
from app.schemas.sales.sales import SaleNew
from app.schemas.surveys.answers import SurveyAnswerNew
from app.schemas.visits.visits import VisitNew
from app.services.kit.resent import comparable_hash, differing

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
SENT = (ComplaintNew, CustomerNew, FeedbackNew, InteractionNew, SaleNew, SurveyAnswerNew, VisitNew)


def phone(value: str, verified_at: str) -> dict[str, Any]:
    return {"kind": "phone", "value": value, "verified_at": verified_at}


def paid(amount: str) -> dict[str, Any]:
    return {"payments": [{"method": "card", "amount": amount}]}


def document(address: str) -> dict[str, Any]:
    return {"documents": [{"name": "Menu", "address": address}]}


def buyer(number: str) -> dict[str, Any]:
    return {"customer": {"phone": number}}


def rated(value: str) -> dict[str, Any]:
    return {"ratings": [{"metric": "csat", "value": value}]}


def with_attributes(value: Any) -> dict[str, Any]:
    return {"kind": "person", "attributes": {"x": value}}


def differ(one: Any, other: Any, schema: Any = CustomerNew) -> list[str]:
    return [error["pointer"] for error in differing(schema, one, other, "GB")]


class TestFreeJson:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            (True, 1),
            (False, 0),
            ([1], [True]),
            ({"a": None}, {}),
            (None, 0),
            ("1", 1),
            ([], {}),
            ("", None),
            ("null", None),
            ({"Zo\u00e9": 1, "Zoe\u0301": 2}, {"Zo\u00e9": 3, "Zoe\u0301": 2}),
            ([None], []),
        ],
    )
    def test_types_are_told_apart(self, one: Any, other: Any) -> None:
        assert differ(with_attributes(one), with_attributes(other))
        assert differ(with_attributes(other), with_attributes(one))
        hashes = {comparable_hash(CustomerNew.model_validate(with_attributes(v)), "GB") for v in (one, other)}
        assert len(hashes) == 2

    @pytest.mark.parametrize(
        ("one", "other"),
        [(1, 1.0), ([1.50], [1.5]), ({"a": 1, "b": 2}, {"b": 2, "a": 1.0}), ("Zoe\u0301", "Zo\u00e9")],
    )
    def test_equal_values(self, one: Any, other: Any) -> None:
        assert not differ(with_attributes(one), with_attributes(other))
        hashes = {comparable_hash(CustomerNew.model_validate(with_attributes(v)), "GB") for v in (one, other)}
        assert len(hashes) == 1

    @given(JSON)
    def test_everything_is_equal_to_itself(self, value: Any) -> None:
        assert not differences(equality.free(value), equality.free(value))


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4), st.integers(0, 6))
def test_a_number_is_the_same_with_more_zeros(value: Decimal, zeros: int) -> None:
    assert equality.number(f"{value:f}" + "0" * zeros) == equality.number(value)
    assert equality.number(f"{value:f}1" if "." in f"{value:f}" else f"{value:f}.1") != equality.number(value)


@given(st.text())
def test_a_text_is_the_same_composed_or_not(text: str) -> None:
    forms = {equality.text(unicodedata.normalize(form, text)) for form in ("NFC", "NFD")}
    assert len(forms) == 1


def test_a_moment_is_the_same_with_any_offset() -> None:
    assert equality.moment("2026-03-01T10:15:00+02:00") == equality.moment("2026-03-01T08:15:00.000000Z")
    assert equality.moment("2026-03-01T10:15:00+02:00") != equality.moment("2026-03-01T10:15:00Z")


class TestFields:
    @pytest.mark.parametrize(
        ("schema", "one", "other"),
        [
            (CustomerNew, {"tags": ["a", "b"]}, {"tags": ["b", "a", "b"]}),
            (CustomerNew, {"roles": ["supplier", "customer"]}, {"roles": ["customer", "supplier"]}),
            (CustomerNew, {"display_name": "Zoe\u0301 "}, {"display_name": "Zo\u00e9"}),
            (CustomerNew, {"kind": "organization", "trade": "b2b"}, {"kind": "organization", "trade": None}),
            (
                CustomerNew,
                {"contact_points": [phone("020 7946 0555", "2026-01-01T00:00:00Z")]},
                {"contact_points": [phone("+44 20 7946 0555", "2026-01-01T01:00:00+01:00") | {"label": None}]},
            ),
            (SaleNew, {"customer": {"email": "Ada@Example.com"}}, {"customer": {"email": "ada@example.com"}}),
            (CustomerNew, {"addresses": [{"latitude": 51}]}, {"addresses": [{"latitude": 51.0, "lines": []}]}),
            (SaleNew, buyer("020 7946 0555"), buyer("+442079460555")),
            (SaleNew, paid("4.5"), paid("4.50")),
            (ComplaintNew, {"value": "10", "currency": "GBP"}, {"value": "10.00", "currency": "GBP"}),
            (
                ComplaintNew,
                {"remedies": [{"kind": "refund", "cost": "1", "currency": "GBP"}]},
                {"remedies": [{"kind": "refund", "cost": "1.0", "currency": "GBP"}]},
            ),
            (FeedbackNew, rated("4"), rated("4.0")),
            (InteractionNew, {"body": "Zoe\u0301"}, {"body": "Zo\u00e9"}),
            (InteractionNew, document("HTTPS://X.example/A"), document("https://x.example/A")),
            (FeedbackNew, {"language": "en-GB"}, {"language": "en-gb"}),
            (FeedbackNew, {"url": "https://x.example/A"}, {"url": "HTTPS://X.Example/A"}),
            (CustomerNew, {"preferences": {"language": "en-GB"}}, {"preferences": {"language": "EN-gb"}}),
            (SurveyAnswerNew, {"choices": ["a", "b"]}, {"choices": ["b", "a"]}),
        ],
    )
    def test_equal(self, schema: Any, one: dict[str, Any], other: dict[str, Any]) -> None:
        assert differ(one, other, schema) == []
        assert differ(other, one, schema) == []

    @pytest.mark.parametrize(
        ("schema", "one", "other", "expected"),
        [
            (CustomerNew, {"tags": ["a", "b"]}, {"tags": ["a"]}, ["/tags"]),
            (CustomerNew, {"display_name": "Zoe"}, {"display_name": "Zo\u00e9"}, ["/display_name"]),
            (SaleNew, paid("4.5"), paid("4.51"), ["/payments/0/amount"]),
            (SaleNew, buyer("020 7946 0555"), buyer("020 7946 0556"), ["/customer/phone"]),
            (InteractionNew, {"body": "a"}, {"body": "a b"}, ["/body"]),
            (
                InteractionNew,
                document("https://x.example/A"),
                document("https://x.example/a"),
                ["/documents/0/address"],
            ),
            (InteractionNew, document("Shelf 4"), document("shelf 4"), ["/documents/0/address"]),
        ],
    )
    def test_different(self, schema: Any, one: dict[str, Any], other: dict[str, Any], expected: list[str]) -> None:
        assert differ(one, other, schema) == expected


@pytest.mark.parametrize("schema", SENT)
def test_every_field_of_what_is_sent_is_compared(schema: Any) -> None:
    """A field of a type of which it is not said how it is compared raises here, before it is forgotten."""
    assert set(schema.model_fields) >= set(comparable(schema, {}, "GB"))


def test_a_type_that_is_not_known_is_not_passed_over() -> None:
    class Unknown(BaseModel):
        size: bytes = b""

    class Outer(BaseModel):
        inner: list[Unknown] = []

    with pytest.raises(TypeError, match="bytes"):
        comparable(Outer, {}, "GB")
