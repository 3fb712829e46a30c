"""The handler that the service is compared with: the same SQL statements, and nothing around them.

Starlette and asyncpg, without authentication, validation, explicit transactions and problem documents.
"""

import base64
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import asyncpg
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.core import database
from app.core.ids import new_id
from app.core.settings import settings
from app.schemas.customers.customers import CustomerQuery
from app.store.customers import customers
from app.store.overview import profiles
from app.store.sales import intake

_JSON = "application/json"
_CUSTOMER = customers.CUSTOMERS._one
_LIST = customers._LIST.statement({"archived": "no"}, CustomerQuery().sort)
_TIMELINE = profiles._TIMELINE.statement({"customer_id": ""}, "-happened")
_CONTEXT = SimpleNamespace(actor="bench")
_CUSTOMER_ID = "SELECT customer_id FROM identities WHERE system = $1 AND external_id = $2"


def app() -> Starlette:
    return Starlette(
        lifespan=_lifespan,
        routes=[
            Route("/v1/customers", list_customers),
            Route("/v1/customers/lookup", lookup),
            Route("/v1/customers/{id}", get_customer),
            Route("/v1/customers/{id}/profile", profile),
            Route("/v1/customers/{id}/timeline", timeline),
            Route("/v1/sales", record_sale, methods=["POST"]),
        ],
    )


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    current = settings()
    assert current.database_url is not None
    async with asyncpg.create_pool(
        current.database_url.get_secret_value(),
        min_size=0,
        max_size=current.pool_size,
        max_inactive_connection_lifetime=0,
        reset=database._no_reset,
        **database._session(current),
    ) as pool:
        app.state.pool = pool
        yield


async def get_customer(request: Request) -> Response:
    row = await request.app.state.pool.fetchrow(_CUSTOMER, request.path_params["id"])
    return Response(row[0], headers={"etag": f'"{row[2]}"'}, media_type=_JSON)


async def list_customers(request: Request) -> Response:
    limit = int(request.query_params["limit"])
    return _page(await request.app.state.pool.fetch(_LIST), limit)


async def timeline(request: Request) -> Response:
    limit = int(request.query_params["limit"])
    return _page(await request.app.state.pool.fetch(_TIMELINE, request.path_params["id"]), limit)


async def profile(request: Request) -> Response:
    now, id_ = datetime.now(UTC), request.path_params["id"]
    return Response(await request.app.state.pool.fetchval(profiles._PROFILE, now, id_), media_type=_JSON)


async def lookup(request: Request) -> Response:
    now, number = datetime.now(UTC), request.query_params["phone"]
    candidates = await request.app.state.pool.fetchval(profiles._BY_CONTACT_POINT, now, "phone", number, "")
    return Response(candidates, media_type=_JSON)


async def record_sale(request: Request) -> Response:
    raw = await request.body()
    new = json.loads(raw)
    identity, content_hash = new["customer"]["identity"], hashlib.blake2b(raw, digest_size=16).digest()
    async with request.app.state.pool.acquire() as db:
        customer_id = await db.fetchval(_CUSTOMER_ID, identity["system"], identity["external_id"])
        row = await db.fetchrow(intake._write_one(None), *_arguments(new, customer_id, content_hash))
    headers = {"location": f"/v1/sales/{row[1]}", "etag": f'"{row[2]}"'}
    return Response(row[0], 201, headers=headers, media_type=_JSON)


def _page(rows: list[Any], limit: int) -> Response:
    cursor = "null"
    if len(rows) > limit:
        rows = rows[:limit]
        cursor = f'"{base64.urlsafe_b64encode(json.dumps(rows[-1][1:]).encode()).decode()}"'
    items = ",".join([row[0] for row in rows])
    return Response(f'{{"items":[{items}],"next_cursor":{cursor}}}', media_type=_JSON)


def _arguments(new: dict[str, Any], customer_id: Any, content_hash: bytes) -> list[Any]:
    """The arguments of the statement that writes a receipt, for a receipt whose sums are known to be right."""
    id_, now, total, lines = new_id(), datetime.now(UTC), new["total"], new["lines"]
    row = {
        **new,
        "id": id_,
        "revision": 0,
        "kind": "sale",
        "occurred_at": datetime.fromisoformat(new["occurred_at"]),
        "business_date": date.fromisoformat(new["business_date"]),
        "channel": "in_store",
        "customer_id": customer_id,
        "match": "matched",
        "candidates": [],
        "matched_by": "identity",
        "match_reasons": [_reason(new["customer"]["identity"], customer_id)],
        **dict.fromkeys(("discount", "service_charge", "shipping", "tip", "rounding"), "0.00"),
        "taxes": [],
        "tendered": None,
        "change": None,
        "imbalances": [],
        "gross": total,
        "refunded": "0.00",
        "tax_on_top": False,
        "balanced": True,
        "attributes": {},
        "content_hash": content_hash,
        "created_at": now,
        "updated_at": now,
    }
    sale = tuple([row[name] for name in intake.SALE])
    line_rows = [(id_, *[(_LINE | line).get(name) for name in intake.SALE_LINE[1:]]) for line in lines]
    items = f"{len(lines)} items" if len(lines) > 1 else "1 item"
    title = f"Bought for {total} {new['currency']} at {new['site']} ({items})"
    return intake._arguments(_CONTEXT, [sale], [title], line_rows)  # type: ignore[arg-type]


def _reason(identity: dict[str, str], customer_id: Any) -> dict[str, str]:
    value = f"{identity['system']}:{identity['external_id']}"
    return {"kind": "identity", "value": value, "result": "found", "customer_id": str(customer_id)}


_LINE = {"kind": "item", "discount": "0.00", "tax": "0.00", "goods_kept": False}
