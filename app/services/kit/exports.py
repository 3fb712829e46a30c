"""Whole lists, a page at a time."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

from app.core.context import Context
from app.core.sessions import Sessions
from app.schemas.kit.types import PageQuery
from app.store.kit.listing import Page

PAGE = 500
Query = TypeVar("Query", bound=PageQuery)


async def pages(
    sessions: Sessions, query: Query, find: Callable[[Context, Query], Awaitable[Page]]
) -> AsyncIterator[list[str]]:
    """All items that match, each page in a transaction of its own: a slow reader does not hold a connection."""
    query = query.model_copy(update={"limit": PAGE, "cursor": None})
    while True:
        async with sessions.reading() as ctx:
            page = await find(ctx, query)
        yield page.items
        if page.next_cursor is None:
            return
        query = query.model_copy(update={"cursor": page.next_cursor})
