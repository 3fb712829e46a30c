"""What Zoë bought on a Saturday."""

from typing import Any

from app.web.examples.customers import CLAIMED_FOR_ZOE, ZOE

SALE = "019cea40-2b10-7c8e-a5d1-6f3b9e0c4a27"
UNKNOWN_SALE = "019cea52-7f40-7a19-8c3d-0e5b6a9f1d38"
SECOND_SALE = "019cea40-5c18-7d42-b7e6-2a9c0d4f8e13"
PRODUCT = "019cea40-2b14-7f60-9e08-c1a7d4b25f49"
SITE = "019cea40-2b15-7112-bd47-38e6f0a9c75a"
_AT = "2026-03-14T10:30:02.417733Z"

NEW: dict[str, Any] = {
    "source": "till",
    "receipt_no": "2026-000117",
    "occurred_at": "2026-03-14T10:30:00+00:00",
    "site": "whitstable",
    "till": "1",
    "operator": "Amara",
    "currency": "GBP",
    "customer": {
        "identity": {"system": "loyalty", "external_id": "2001-4477"},
        "phone": "020 7946 0958",
        "name": "Zoë Okafor",
    },
    "lines": [
        {
            "sku": "LAMB-SHOULDER",
            "name": "Lamb shoulder",
            "category": "lamb",
            "batch": "L2026-071",
            "quantity": "1.250",
            "unit_price": "13.60",
            "total": "17.00",
        },
        {"sku": "SAUSAGE-6", "name": "Six pork sausages", "category": "pork", "quantity": "1", "unit_price": "5.50"},
    ],
    "payments": [{"method": "card", "amount": "22.50", "reference": "auth 448120"}],
    "total": "22.50",
}
RECEIPT: dict[str, Any] = {
    "id": SALE,
    "source": "till",
    "receipt_no": "2026-000117",
    "revision": 0,
    "kind": "sale",
    "occurred_at": "2026-03-14T10:30:00.000000Z",
    "business_date": "2026-03-14",
    "site": "whitstable",
    "till": "1",
    "operator": "Amara",
    "channel": "in_store",
    "currency": "GBP",
    "customer_id": ZOE,
    "match": "matched",
    "matched_by": "identity",
    "customer": NEW["customer"],
    "candidates": [],
    "match_reasons": [
        {"kind": "identity", "value": "loyalty:2001-4477", "customer_id": ZOE, "result": "found"},
        {"kind": "phone", "value": "020 7946 0958", "customer_id": ZOE, "result": "found"},
    ],
    "lines": [
        {
            "line_no": 1,
            "kind": "item",
            "sku": "LAMB-SHOULDER",
            "name": "Lamb shoulder",
            "category": "lamb",
            "batch": "L2026-071",
            "quantity": "1.250",
            "unit_price": "13.60",
            "discount": "0.00",
            "tax": "0.00",
            "total": "17.00",
            "refund_of": None,
            "returned_quantity": "0",
            "returned_total": "0.00",
        },
        {
            "line_no": 2,
            "kind": "item",
            "sku": "SAUSAGE-6",
            "name": "Six pork sausages",
            "category": "pork",
            "batch": None,
            "quantity": "1",
            "unit_price": "5.50",
            "discount": "0.00",
            "tax": "0.00",
            "total": "5.50",
            "refund_of": None,
            "returned_quantity": "0",
            "returned_total": "0.00",
        },
    ],
    "discount": "0.00",
    "service_charge": "0.00",
    "shipping": "0.00",
    "tip": "0.00",
    "rounding": "0.00",
    "taxes": [],
    "payments": [{"method": "card", "amount": "22.50", "reference": "auth 448120"}],
    "tendered": None,
    "change": None,
    "total": "22.50",
    "net": "22.50",
    "gross": "22.50",
    "refunded": "0.00",
    "returned": "0.00",
    "fully_returned": False,
    "over_returned": False,
    "balanced": True,
    "imbalances": [],
    "clock_suspect": False,
    "attributes": {},
    "voided_at": None,
    "void_reason": None,
    "version": 1,
    "created_at": _AT,
    "updated_at": _AT,
}
RETURN: dict[str, Any] = {
    "source": "till",
    "receipt_no": "2026-000124",
    "occurred_at": "2026-03-14T15:05:00+00:00",
    "site": "whitstable",
    "till": "1",
    "currency": "GBP",
    "customer": {"identity": {"system": "loyalty", "external_id": "2001-4477"}},
    "lines": [
        {
            "sku": "SAUSAGE-6",
            "quantity": "-1",
            "unit_price": "5.50",
            "total": "-5.50",
            "refund_of": {"receipt_no": "2026-000117", "line_no": 2},
        }
    ],
    "payments": [{"method": "card", "amount": "-5.50"}],
    "total": "-5.50",
}
MEAL: dict[str, Any] = {
    "source": "till",
    "receipt_no": "2026-000131",
    "occurred_at": "2026-03-14T19:40:00+00:00",
    "site": "whitstable",
    "till": "2",
    "currency": "GBP",
    "lines": [
        {"sku": "ROAST", "name": "Sunday roast", "quantity": "2", "unit_price": "18.00", "tax": "6.00"},
        {"kind": "gift_card", "name": "Gift card", "quantity": "1", "unit_price": "25.00"},
        {"kind": "discount", "name": "Regulars", "quantity": "1", "unit_price": "-3.60"},
    ],
    "tip": "5.00",
    "taxes": [{"name": "VAT", "rate": "20", "amount": "6.00", "included": True}],
    "payments": [{"method": "cash", "amount": "70.00"}],
    "tendered": "70.00",
    "change": "7.60",
    "total": "62.40",
}
CLAIMED = RECEIPT | {
    "id": UNKNOWN_SALE,
    "receipt_no": "2026-000121",
    "matched_by": "claim",
    "customer": None,
    "match_reasons": CLAIMED_FOR_ZOE,
    "version": 2,
    "updated_at": "2026-03-14T11:02:19.905113Z",
}
RELEASED = RECEIPT | {
    "customer_id": None,
    "match": "unmatched",
    "matched_by": None,
    "match_reasons": [{**reason, "result": "released"} for reason in RECEIPT["match_reasons"]],
    "version": 2,
    "updated_at": "2026-03-14T12:20:07.118204Z",
}
VOIDED = RECEIPT | {
    "id": SECOND_SALE,
    "receipt_no": "2026-000118",
    "voided_at": "2026-03-14T10:41:55.300271Z",
    "void_reason": "Rung up twice",
    "version": 2,
    "updated_at": "2026-03-14T10:41:55.300271Z",
}
LAMB: dict[str, Any] = {
    "id": PRODUCT,
    "sku": "LAMB-SHOULDER",
    "name": "Lamb shoulder",
    "category": "lamb",
    "version": 1,
    "created_at": _AT,
    "updated_at": _AT,
}
WHITSTABLE: dict[str, Any] = {
    "id": SITE,
    "code": "whitstable",
    "name": None,
    "time_zone": None,
    "version": 1,
    "created_at": _AT,
    "updated_at": _AT,
}
PATHS = {
    "sale_id": SALE,
    "product_id": PRODUCT,
    "site_id": SITE,
}
PATHS_OF = {
    "claim_sale": {"sale_id": UNKNOWN_SALE},
    "void_sale": {"sale_id": SECOND_SALE},
}
QUERIES: dict[str, Any] = {
    "list_sales": {"customer_id": ZOE, "occurred_since": "2026-03-01T00:00:00Z"},
    "list_products": {"category": "lamb"},
    "list_sites": {"code": "whitstable"},
}
BODIES: dict[str, Any] = {
    "record_sale": {"A sale": NEW, "A return": RETURN, "A meal with a tip": MEAL},
    "record_sales": {"A receipt": NEW},
    "claim_sale": {"The customer who bought": {"customer_id": ZOE}},
    "release_sale": {"Scanned by mistake": {"reason": "The wrong card was scanned"}},
    "void_sale": {"Rung up by mistake": {"reason": "Rung up twice"}},
    "update_product": {"A better name": {"name": "Shoulder of lamb"}},
    "update_site": {"A name and a time zone": {"name": "Harbour Street", "time_zone": "Europe/London"}},
}
ANSWERS: dict[str, Any] = {
    "claim_sale": CLAIMED,
    "release_sale": RELEASED,
    "void_sale": VOIDED,
    "update_product": LAMB | {"name": "Shoulder of lamb", "version": 2},
    "update_site": WHITSTABLE | {"name": "Harbour Street", "time_zone": "Europe/London", "version": 2},
}
SCHEMAS: dict[str, Any] = {
    "SaleResult": {"line": 1, "status": 201, "id": SALE},
    "Sale": RECEIPT,
    "Product": LAMB,
    "Site": WHITSTABLE,
}
