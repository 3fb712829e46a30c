"""The export of a list: a route that streams all of it, with the filters and sorts of the list."""

import inspect
from collections.abc import Awaitable, Callable
from decimal import Decimal
from functools import partial
from types import NoneType
from typing import Annotated, Any, get_args, get_origin

from fastapi import APIRouter, Query, Request, Response
from fastapi.routing import APIRoute
from pydantic import ConfigDict, create_model

from app.core.context import Context
from app.rules.kit.csv_rows import Row, flat_row
from app.schemas.kit.types import PageQuery, Periods, Resource
from app.services.kit.exports import pages
from app.store.kit.listing import Page
from app.web import exports
from app.web.deps import Caller
from app.web.route import streams

_DESCRIPTION = """Export {name}

All {name} that match the filters, as JSON Lines, or as CSV if the request has `Accept: text/csv`. In CSV, lists are
joined with semicolons, nested values are JSON, and a text that a spreadsheet would read as a formula is preceded by an
apostrophe.
"""


def add(
    router: APIRouter,
    list_route: Callable[..., Any],
    item: type[Resource],
    find: Callable[[Context, Any], Awaitable[Page]],
    row_of: Callable[[dict[str, Any]], Row] | None = None,
) -> None:
    """Add the route of the export to the router of a list: `…/export` for `list_…`, called `export_…`."""
    (path,) = (r.path for r in router.routes if isinstance(r, APIRoute) and r.endpoint is list_route)
    query_type: type[PageQuery] = get_args(inspect.signature(list_route).parameters["query"].annotation)[0]
    name = list_route.__name__.removeprefix("list_")
    row_of = row_of or partial(flat_row, decimals=_decimals(item))

    async def export(request: Request, caller: Any, query: Any) -> Response:
        whole = query_type.model_construct(**dict(query))
        return exports.stream(request, name.replace("_", "-"), pages(caller, whole, find), row_of)

    export.__name__ = f"export_{name}"
    export.__doc__ = _DESCRIPTION.format(name=name.replace("_", " "))
    filters: Any = Annotated[_without_pages(query_type), Query()]
    export.__annotations__ = {"request": Request, "caller": Caller, "query": filters, "return": Response}
    router.get(path.removeprefix(router.prefix) + "/export", response_model=item)(streams(export))


def _decimals(item: type[Resource]) -> frozenset[str]:
    """The fields of a resource that are decimal strings."""
    return frozenset(name for name, field in item.model_fields.items() if _is_decimal(field.annotation))


def _is_decimal(annotation: Any) -> bool:
    if get_origin(annotation) is Annotated:
        return _is_decimal(get_args(annotation)[0])
    given = [part for part in get_args(annotation) if part is not NoneType]
    return all(map(_is_decimal, given)) if given else annotation is Decimal


class _Filters(Periods):
    # The fields are described already: pydantic need not read the source again, which takes a second for all lists.
    model_config = ConfigDict(use_attribute_docstrings=False)


def _without_pages(query: type[PageQuery]) -> type[Periods]:
    """The filters and sorts of a list. A query with checks of its own has them in a base class beside `PageQuery`."""
    bases = [base for base in query.__bases__ if issubclass(base, Periods) and not issubclass(base, PageQuery)]
    if bases:
        (filters,) = bases
    else:
        fields: dict[str, Any] = {
            name: (field.annotation, field)
            for name, field in query.model_fields.items()
            if name not in PageQuery.model_fields
        }
        filters = create_model(f"{query.__name__}Filters", __base__=_Filters, __module__=query.__module__, **fields)
    assert query.model_fields.keys() - filters.model_fields.keys() <= PageQuery.model_fields.keys()
    checks = query.__pydantic_decorators__.model_validators.keys()
    assert checks == filters.__pydantic_decorators__.model_validators.keys(), "its export would lack a check"
    return filters
