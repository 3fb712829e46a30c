"""Threads of many messages and complaints: what a change costs depends on what changes, not on all that is there."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import pytest

from app.core.context import Context
from app.core.sessions import Sessions
from app.schemas.complaints.complaints import ComplaintClaim
from app.schemas.interactions.moves import InteractionClaim
from app.services.complaints import claims as complaint_claims
from app.services.interactions import claims
from tests import make
from tests.make.complaints import PATH as COMPLAINTS
from tests.make.interactions import captured
from tests.support import api
from tests.support.conversations import PATH
from tests.support.counting import CountingConnection
from tests.support.links import customer_of, release

Ids = list[UUID]


@pytest.fixture
async def bo(client: httpx.AsyncClient) -> dict[str, Any]:
    return await make.create_customer(client)


async def conversation(
    client: httpx.AsyncClient, customer: dict[str, Any], thread: str, complaints: int
) -> tuple[Ids, Ids]:
    """The ids of messages and complaints: two for each complaint, which is made in the first of them. Only the very
    first message says whose it is.
    """
    sent = [captured(thread=thread) for _ in range(2 * complaints)]
    sent[0] |= {"customer_id": customer["id"]}
    messages = [result["id"] for result in await api.batch(client, PATH, *sent)]
    made = [make.complaint(interaction_id=message) for message in messages[::2]]
    return [UUID(each) for each in messages], [UUID(each["id"]) for each in await api.batch(client, COMPLAINTS, *made)]


async def statements(sessions: Sessions, change: Callable[[Context], Awaitable[Any]]) -> int:
    async def counted(ctx: Context) -> int:
        connection = CountingConnection(ctx.db)
        await change(replace(ctx, db=connection))
        return connection.statements

    return await sessions.write(counted)


class TestStatements:
    async def test_as_many_for_ten_complaints_as_for_forty(
        self, client: httpx.AsyncClient, sessions: Sessions, ada: dict[str, Any], bo: dict[str, Any]
    ) -> None:
        moved = {"customer_id": bo["id"], "moved_from": ada["id"]}
        to_bo, complaint_to_bo = InteractionClaim(**moved), ComplaintClaim(**moved)

        async def costs(thread: str, complaints: int) -> dict[str, int]:
            messages, made = await conversation(client, ada, thread, complaints)
            first, last, complaint = messages[0], messages[-1], made[-1]
            changes: dict[str, Callable[[Context], Awaitable[Any]]] = {
                "claim a message": lambda ctx: claims.claim(ctx, last, to_bo),
                "release a message": lambda ctx: claims.release(ctx, last, "x"),
                "claim a complaint, which its messages contradict": lambda ctx: complaint_claims.claim(
                    ctx, complaint, complaint_to_bo
                ),
                "release a complaint": lambda ctx: complaint_claims.release(ctx, complaint, "x"),
                "move all": lambda ctx: claims.claim(ctx, first, to_bo),
                "release all": lambda ctx: claims.release(ctx, first, "x"),
            }
            return {name: await statements(sessions, change) for name, change in changes.items()}

        await costs("T", 2)  # what the process remembers is read by now
        few, many = await costs("T10", 10), await costs("T40", 40)
        assert many == few


async def test_what_messages_are_about_is_not_written_again(
    client: httpx.AsyncClient, db: Any, ada: dict[str, Any]
) -> None:
    messages, _ = await conversation(client, ada, "T", 10)
    rows = "SELECT complaint_id, interaction_id, xmin::text, ctid::text FROM complaint_messages ORDER BY 1, 2"
    before = await db.fetch(rows)
    await release(client, "interaction", {"id": str(messages[0])})
    assert await customer_of(client, "interaction", {"id": str(messages[-1])}) is None
    assert await db.fetch(rows) == before
    assert len(before) == 20 * 10
