"""The till that Zoë pays at."""

from typing import Any

SOURCE = "019cea40-2b16-7d05-a3c8-51f07e2b9d64"
_AT = "2026-03-14T10:30:02.417733Z"
TILL: dict[str, Any] = {
    "id": SOURCE,
    "code": "till",
    "name": None,
    "kind": "other",
    "confirmed": False,
    "may_create": True,
    "may_teach": True,
    "on_match": "refuse",
    "values_of_nobody": [],
    "country": None,
    "time_zone": None,
    "currency": None,
    "tax": None,
    "version": 1,
    "created_at": _AT,
    "updated_at": _AT,
}
POLICY: dict[str, Any] = {
    "name": "Till at Harbour Street",
    "kind": "till",
    "confirmed": True,
    "values_of_nobody": ["01227 770771", "till:0"],
    "country": "GB",
    "currency": "GBP",
    "tax": "included",
}
SHOP: dict[str, Any] = {"code": "web-shop", "name": "Web shop", "kind": "web_shop", "on_match": "match"}
PATHS = {"source_id": SOURCE}
QUERIES: dict[str, Any] = {"list_sources": {"code": "till"}}
BODIES: dict[str, Any] = {
    "create_source": {"A web shop whose customers are matched": SHOP},
    "update_source": {"What the till sends": POLICY},
}
ANSWERS: dict[str, Any] = {
    "create_source": TILL | SHOP | {"confirmed": True},
    "update_source": TILL | POLICY | {"version": 2},
}
SCHEMAS: dict[str, Any] = {"Source": TILL}
