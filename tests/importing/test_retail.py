"""A quarter of a real shop: 105,335 rows, whose receipts do not always stand together."""

import csv
import gzip
import json
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.importing import ImportOptions
from app.importing.importer import preview
from app.importing.rows import Document
from tests.support.shared_data import RETAIL

pytestmark = pytest.mark.skipif(not RETAIL.exists(), reason="the retail data is not beside the project")


def bodies(path: Path) -> list[bytes]:
    options = ImportOptions(
        "sales",
        path,
        mapping={
            "receipt_no": "InvoiceNo",
            "sku": "StockCode",
            "name": "Description",
            "quantity": "Quantity",
            "occurred_at": "InvoiceDate",
            "unit_price": "UnitPrice",
            "customer.identity.external_id": "CustomerID",
        },
        constants={"customer.identity.system": "uci", "source": "uci", "currency": "GBP"},
        time_zone="Europe/London",
    )
    found = list(preview(options))
    assert [record for record in found if not isinstance(record, Document)] == []
    return [record.body for record in found if isinstance(record, Document)]


@pytest.fixture(scope="module")
def in_order() -> list[bytes]:
    return bodies(RETAIL)


def total(documents: list[dict[str, Any]]) -> Decimal:
    lines = (line for document in documents for line in document["lines"])
    return sum((Decimal(line["quantity"]) * Decimal(line["unit_price"]) for line in lines), Decimal(0))


def test_the_shop_is_whole(in_order: list[bytes]) -> None:
    documents = [json.loads(body) for body in in_order]
    buyers = [document["customer"]["identity"]["external_id"] for document in documents if "customer" in document]
    assert len(documents) == 4_894
    assert len(documents) - len(buyers) == 748
    assert len(set(buyers)) == 1_749
    assert sum(len(document["lines"]) for document in documents) == 105_335
    assert total(documents) == Decimal("1807019.93")


def test_a_document_as_the_service_gets_it(in_order: list[bytes]) -> None:
    first = json.loads(in_order[0])
    assert first.pop("lines")[-1] == {
        "sku": "85123A",
        "name": "WHITE HANGING HEART T-LIGHT HOLDER",
        "quantity": "6",
        "unit_price": "2.55",
    }
    assert first == {
        "source": "uci",
        "receipt_no": "536365",
        "currency": "GBP",
        "occurred_at": "2010-12-01T08:26:00+00:00",
        "customer": {"identity": {"system": "uci", "external_id": "17850"}},
    }


def test_in_any_order_it_is_the_same_shop(in_order: list[bytes], tmp_path: Path) -> None:
    with gzip.open(RETAIL, "rt", encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    random.Random(7).shuffle(rows)
    path = tmp_path / "shuffled.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])
    shuffled = bodies(path)
    assert shuffled != in_order
    assert sorted(shuffled) == sorted(in_order)
