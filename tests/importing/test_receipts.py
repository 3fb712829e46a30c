"""Rows of sales into receipts."""

import csv
import io
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.importing import ImportOptions, receipts
from app.importing.importer import preview
from app.importing.rows import Document, Refusal
from app.schemas.sales.sales import SaleNew
from tests.support.fake_service import Write

CONSTANTS = {"source": "till", "currency": "EUR"}
HEADER = ["receipt_no", "occurred_at", "sku", "name", "quantity", "unit_price", "discount", "site", "Customer", "Phone"]
MAPPING = {"customer.identity.external_id": "Customer", "customer.phone": "Phone"}


def row(number: str = "1", **more: str) -> list[str]:
    said = {"receipt_no": number, "occurred_at": "2020-01-01T10:00Z", "quantity": "1", "unit_price": "2.50"} | more
    return [said.get(column, "") for column in HEADER]


def text(rows: Sequence[Sequence[str]]) -> str:
    stream = io.StringIO()
    csv.writer(stream).writerows([HEADER, *rows])
    return stream.getvalue()


def records(path: Path, **more: Any) -> list[Document | Refusal]:
    options = {"mapping": MAPPING, "constants": CONSTANTS | {"customer.identity.system": "crm"}} | more
    return list(preview(ImportOptions("sales", path, **options)))


def sent_documents(path: Path, **more: Any) -> list[dict[str, Any]]:
    found = [record for record in records(path, **more) if isinstance(record, Document)]
    documents = [json.loads(record.body) for record in found]
    for document in documents:
        SaleNew.model_validate_json(json.dumps(document))
    return documents


class TestGrouping:
    def test_rows_of_a_receipt_need_not_stand_together(self, write: Write) -> None:
        path = write(text([row("2", sku="b"), row("1", sku="x"), row("2", sku="a"), row("3")]))
        found = records(path)
        assert [record.rows for record in found] == [[2, 4], [3], [5]]
        assert [[line.get("sku") for line in document["lines"]] for document in sent_documents(path)] == [
            ["a", "b"],
            ["x"],
            [None],
        ]

    def test_the_moment_is_the_earliest(self, write: Write) -> None:
        times = ["2020-01-01T10:01+00:00", "2020-01-01T11:00+01:00", "2020-01-01T10:02+00:00"]
        [document] = sent_documents(write(text([row(occurred_at=time) for time in times])))
        assert document["occurred_at"] == "2020-01-01T11:00:00+01:00"

    def test_one_number_at_two_sources_is_two_receipts(self, write: Write) -> None:
        path = write(
            "Src,receipt_no,occurred_at,total\na,1,2020-01-01T10:00Z,1\nb,1,2020-01-01T10:00Z,2\n,1,2020-01-01T10:00Z,3\n"
        )
        found = sent_documents(path, mapping={"source": "Src"}, constants=CONSTANTS)
        assert [(document["source"], document["total"]) for document in found] == [
            ("a", "1"),
            ("b", "2"),
            ("till", "3"),
        ]

    def test_the_source_of_the_import_is_that_of_the_receipts(self, write: Write) -> None:
        [document] = sent_documents(write(text([row()])), constants={"currency": "EUR"}, source="shop")
        assert document["source"] == "shop"

    def test_a_source_in_the_row_goes_before_it(self, write: Write) -> None:
        head = "Source,receipt_no,occurred_at,total\n"
        path = write(head + "".join(f"{s},1,2020-01-01T10:00Z,1\n" for s in ("web", "", "shop")))
        found = sent_documents(path, mapping={}, constants={"currency": "EUR"}, source="shop")
        assert [document["source"] for document in found] == ["web", "shop"]

    def test_lines_are_in_their_given_order_where_there_is_one(self, write: Write) -> None:
        head = "receipt_no,occurred_at,line_no,sku,quantity,unit_price,line_total\n"
        path = write(
            head + "".join(f"1,2020-01-01T10:00Z,{n},{sku},1,1,1.00\n" for n, sku in [(10, "a"), (9, "b"), (2, "c")])
        )
        [document] = sent_documents(path, mapping={}, constants=CONSTANTS)
        assert [(line["line_no"], line["sku"], line["total"]) for line in document["lines"]] == [
            (2, "c", "1.00"),
            (9, "b", "1.00"),
            (10, "a", "1.00"),
        ]

    def test_payments_have_a_column_each(self, write: Write) -> None:
        path = write("receipt_no,occurred_at,payments.card,payments.cash,Gift\n1,2020-01-01T10:00Z,5.00,0.00,-1\n")
        [document] = sent_documents(path, mapping={"payments.voucher": "Gift"}, constants=CONSTANTS)
        assert sorted(document["payments"], key=lambda payment: payment["method"]) == [
            {"method": "card", "amount": "5.00"},
            {"method": "voucher", "amount": "-1"},
        ]

    def test_a_line_may_take_one_back(self, write: Write) -> None:
        path = write(
            "receipt_no,occurred_at,quantity,unit_price,refund_of.receipt_no,refund_of.line_no\n"
            "1,2020-01-01T10:00Z,-1,2,77,3\n2,2020-01-01T10:00Z,1,2,,\n"
        )
        first, second = sent_documents(path, mapping={}, constants=CONSTANTS)
        assert first["lines"] == [
            {"quantity": "-1", "unit_price": "2", "refund_of": {"receipt_no": "77", "line_no": 3}}
        ]
        assert "refund_of" not in second["lines"][0]


class TestCustomers:
    @pytest.mark.parametrize(
        ("customer", "phone", "expected"),
        [
            ("", "", None),
            ("17850.0", "", {"identity": {"system": "crm", "external_id": "17850"}}),
            ("", "0201", {"phone": "0201"}),
            ("5", "0201", {"identity": {"system": "crm", "external_id": "5"}, "phone": "0201"}),
        ],
    )
    def test_a_system_alone_is_nobody(self, write: Write, customer: str, phone: str, expected: Any) -> None:
        [document] = sent_documents(write(text([row(Customer=customer, Phone=phone)])))
        assert document.get("customer") == expected

    def test_one_row_may_speak_for_all(self, write: Write) -> None:
        [document] = sent_documents(write(text([row(), row(Customer="5"), row(site="Bath")])))
        assert document["customer"]["identity"]["external_id"] == "5"
        assert document["site"] == "Bath"


class TestRefused:
    def test_rows_that_contradict_each_other(self, write: Write) -> None:
        path = write(text([row(site="Bath", Customer="5"), row(), row("2"), row(site="York", Customer="6")]))
        refused, document = records(path)
        assert isinstance(refused, Refusal)
        assert isinstance(document, Document)
        assert refused.rows == [2, 3, 5]
        assert [found["site"] for found in refused.original()] == ["Bath", "", "York"]
        assert refused.problem["code"] == "contradicting_rows"
        assert "site is 'Bath' in row 2 and 'York' in row 5." in refused.problem["detail"]
        assert {error["pointer"] for error in refused.problem["errors"]} == {"/site", "/customer/identity/external_id"}

    def test_one_unreadable_row_refuses_the_receipt(self, write: Write) -> None:
        refused, document = records(write(text([row(), row("2"), row(quantity="two"), row(unit_price="1,234")])))
        assert isinstance(refused, Refusal)
        assert isinstance(document, Document)
        assert refused.rows == [2, 4, 5]
        assert [(error["pointer"], error["code"]) for error in refused.problem["errors"]] == [
            ("/quantity", "decimal_string"),
            ("/unit_price", "ambiguous_number"),
        ]
        assert refused.problem["errors"][0]["detail"] == "Row 4: quantity: 'two' is not a number."

    @pytest.mark.parametrize("broken", ["1,2020-01-01T10:00Z,short", '1,2020-01-01T10:00Z,"a"b', "1,a\0"])
    def test_a_broken_row_refuses_the_receipt_it_seems_to_be_of(self, write: Write, broken: str) -> None:
        refused, document = records(write(text([row(), row("2")]) + broken + "\n"))
        assert isinstance(refused, Refusal)
        assert isinstance(document, Document)
        assert refused.rows == [2, 4]

    def test_a_row_without_a_number_is_refused_alone(self, write: Write) -> None:
        refused, document = records(write(text([row(), row("")])))
        assert isinstance(refused, Refusal)
        assert isinstance(document, Document)
        assert (refused.rows, refused.problem["errors"][0]["pointer"]) == (3, "/receipt_no")

    def test_more_lines_than_can_be_sent(self, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(receipts, "MAX_LINES", 3)
        first, second, third = records(write(text([*[row("1")] * 3, *[row("2")] * 4, row("3")])))
        assert isinstance(first, Document)
        assert isinstance(second, Refusal)
        assert isinstance(third, Document)
        assert second.problem["code"] == "too_many_lines"
        assert "4 rows" in second.problem["detail"]


LINES = st.lists(
    st.builds(
        row,
        st.sampled_from("123"),
        occurred_at=st.sampled_from(["2020-01-01T10:00Z", "2020-01-01T10:01Z", "2020-01-01T11:00+01:00"]),
        sku=st.sampled_from(["", "a", "b"]),
        name=st.sampled_from(["", "x", "y"]),
        quantity=st.sampled_from(["1", "-1", "10", "2.5"]),
        unit_price=st.sampled_from(["1", "1.00", "9"]),
        discount=st.sampled_from(["", "0.10", "0.20"]),
        site=st.sampled_from(["", "", "Bath", "York"]),
        Customer=st.sampled_from(["", "5"]),
    ),
    min_size=2,
    max_size=20,
)


class TestShuffled:
    @given(lines=LINES, seed=st.integers())
    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_the_order_of_rows_changes_no_receipt(self, tmp_path: Path, lines: list[list[str]], seed: int) -> None:
        path = tmp_path / "file.csv"
        shuffled = random.Random(seed).sample(lines, len(lines))
        found = []
        for rows in (lines, shuffled):
            path.write_text(text(rows))
            everything = records(path)
            bodies = sorted(record.body for record in everything if isinstance(record, Document))
            codes = sorted(record.problem["code"] for record in everything if isinstance(record, Refusal))
            found.append((bodies, codes))
        assert found[0] == found[1]
