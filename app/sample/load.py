"""Loads the sample shop into a store, through the same services as every other way in."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.sessions import Sessions
from app.rules.sales.receipts import OnUnknownCustomer
from app.sample import load_setup
from app.sample.load_setup import FeedbackReferences
from app.sample.shop import SampleShop
from app.schemas.complaints.intake import ComplaintNew
from app.schemas.complaints.moves import ComplaintClosure, ComplaintHold, ComplaintReferral, ComplaintSettlement
from app.schemas.customers.customers import CustomerNew
from app.schemas.customers.relationships import RelationshipRecord
from app.schemas.feedback.intake import FeedbackNew
from app.schemas.interactions.interactions import InteractionNew
from app.schemas.interactions.tasks import TaskNew
from app.schemas.sales.sales import SaleNew
from app.schemas.visits.visits import VisitNew
from app.services.complaints import complaints, moves
from app.services.customers import customers, relationship_intake
from app.services.feedback import intake
from app.services.feedback.intake import FeedbackDraft
from app.services.interactions import interactions, task_intake
from app.services.kit.record_result import RecordResult
from app.services.sales import sales
from app.services.sales.receipts import draft_receipt
from app.services.visits import visits
from app.store.customers import customers as store
from app.store.kit import advisory

CHUNK = 500
"""Documents recorded at once."""
Documents = Sequence[dict[str, Any]]
Advance = Callable[[int], Any]
_ACTIONS: dict[str, tuple[Callable[..., Awaitable[Any]], Any]] = {
    "hold": (moves.hold, ComplaintHold),
    "refer": (moves.refer, ComplaintReferral),
    "settle": (moves.settle, ComplaintSettlement),
    "close": (moves.close, ComplaintClosure),
}
"""Operations with properties that the imported history of a complaint does not have."""


class NotLoaded(Exception):
    """The sample shop is not loaded into this store; the message says why."""


async def require_empty_store(ctx: Context) -> None:
    """Raises NotLoaded where there are customers, or another process loads the sample shop; none can from now on."""
    if not await advisory.try_sample(ctx):
        raise NotLoaded("Another process is loading the sample shop: nothing was done.")
    if await store.has_any(ctx):
        raise NotLoaded("There are customers already: the sample shop is for an empty store.")


def size(shop: SampleShop) -> int:
    """The number of documents, which `load` reports to `advance`."""
    parts = (shop.customers, shop.interactions, shop.sales, shop.tasks, shop.relationships, shop.complaints)
    service_levels = load_setup.service_level_documents(shop).values()
    return sum(map(len, (*parts, *service_levels, shop.feedback, shop.visits)))


async def load_into_empty_store(sessions: Sessions, shop: SampleShop, advance: Advance) -> None:
    """Load the whole shop. Raises NotLoaded.

    All in one transaction: whoever is interrupted leaves an empty store, into which it can be loaded again.
    """

    async def work(ctx: Context) -> None:
        await require_empty_store(ctx)
        await load(ctx, shop, advance)

    await sessions.write(work)


async def load(ctx: Context, shop: SampleShop, advance: Advance) -> None:
    """Load the whole shop; `advance` gets the number of documents after each chunk.

    Loading it again creates no duplicates, except of tasks, which have no natural key.
    """
    await _Loader(ctx, shop, advance).run()


class _Loader:
    def __init__(self, ctx: Context, shop: SampleShop, advance: Advance) -> None:
        self._ctx, self._shop, self._advance = ctx, shop, advance
        self._customer_ids: dict[str, UUID] = {}
        """By loyalty number."""
        self._sale_ids: dict[str, UUID] = {}
        """By receipt number."""

    async def run(self) -> None:
        shop = self._shop
        await self._in_chunks(shop.customers, self._create_customers)
        await self._read_customer_ids(self._ctx)
        await self._in_chunks(shop.sales, self._record_sales)
        await self._in_chunks(shop.interactions, self._record_interactions)
        await self._in_chunks(shop.tasks, self._create_tasks)
        await self._in_chunks(shop.relationships, self._create_relationships)
        # Complaints are measured by service levels that exist when they are recorded.
        await load_setup.create_service_levels(self._ctx, shop)
        await self._ctx.reactions.run(self._ctx)
        self._advance(sum(map(len, load_setup.service_level_documents(shop).values())))
        await self._in_chunks(shop.complaints, self._record_complaints)
        # Survey and feedback rules come after the past that must not trigger invitations and tasks.
        references = await load_setup.create_feedback_setup(self._ctx)
        await self._ctx.reactions.run(self._ctx)
        await self._in_chunks(shop.feedback, partial(self._record_feedback, references=references))
        await self._in_chunks(shop.visits, partial(self._record_visits, references=references))

    async def _in_chunks(self, documents: Documents, record: Callable[[Context, Documents], Awaitable[None]]) -> None:
        for start in range(0, len(documents), CHUNK):
            chunk = documents[start : start + CHUNK]
            await record(self._ctx, chunk)
            await self._ctx.reactions.run(self._ctx)
            self._advance(len(chunk))

    async def _create_customers(self, ctx: Context, documents: Documents) -> None:
        _raise_problems(await customers.create_many(ctx, [CustomerNew.model_validate(d) for d in documents]))

    async def _read_customer_ids(self, ctx: Context) -> None:
        numbers = [customer["identities"][0]["external_id"] for customer in self._shop.customers]
        rows = await store.holders_of_identities(ctx, [("loyalty", number) for number in numbers])
        self._customer_ids = {row["external_id"]: row["customer_id"] for row in rows}

    async def _record_sales(self, ctx: Context, documents: Documents) -> None:
        drafts = [draft_receipt(SaleNew.model_validate(d)) for d in documents]
        results = await sales.record_many(ctx, drafts, OnUnknownCustomer.CREATE)
        _raise_problems(results)
        for document, result in zip(documents, results, strict=True):
            if result.id is not None:
                self._sale_ids[document["receipt_no"]] = result.id

    async def _record_interactions(self, ctx: Context, documents: Documents) -> None:
        new = [InteractionNew.model_validate(self._resolve(d)) for d in documents]
        _raise_problems(await interactions.record_many(ctx, new))

    async def _create_tasks(self, ctx: Context, documents: Documents) -> None:
        new = [TaskNew.model_validate(self._resolve(d)) for d in documents]
        _raise_problems(await task_intake.create_many(ctx, new))

    async def _create_relationships(self, ctx: Context, documents: Documents) -> None:
        new = [
            RelationshipRecord.model_validate(
                {"kind": d["kind"]}
                | {
                    name: {"id": self._customer_ids[d[end]]}
                    for name, end in (("subject", "_from"), ("customer", "_to"))
                }
            )
            for d in documents
        ]
        _raise_problems(await relationship_intake.record_many(ctx, new))

    async def _record_complaints(self, ctx: Context, documents: Documents) -> None:
        new = [ComplaintNew.model_validate(self._resolve(d)) for d in documents]
        results = await complaints.record_many(ctx, new)
        _raise_problems(results)
        for document, result in zip(documents, results, strict=True):
            for action in document.get("_actions", ()) if not result.replayed else ():
                act, schema = _ACTIONS[action["operation"]]
                properties = {name: value for name, value in action.items() if name != "operation"}
                await act(ctx, result.id, schema.model_validate(properties))

    async def _record_feedback(self, ctx: Context, documents: Documents, references: FeedbackReferences) -> None:
        drafts = []
        for document in documents:
            idea = {"idea_id": references.ideas[document["_idea"]]} if "_idea" in document else {}
            new = FeedbackNew.model_validate(self._resolve(document) | idea)
            survey_id, version = references.surveys.get(document.get("_survey", ""), (None, None))
            drafts.append(FeedbackDraft(new, survey_id=survey_id, survey_version=version))
        _raise_problems(await intake.take(ctx, drafts))

    async def _record_visits(self, ctx: Context, documents: Documents, references: FeedbackReferences) -> None:
        new = [
            VisitNew.model_validate(self._resolve(d) | {"scorecard_id": references.scorecards[d["_scorecard"]]})
            for d in documents
        ]
        _raise_problems(await visits.record_many(ctx, new))

    def _resolve(self, document: dict[str, Any]) -> dict[str, Any]:
        """The document with the ids of the customer and the sale instead of their numbers."""
        resolved = {name: value for name, value in document.items() if not name.startswith("_")}
        if (number := document.get("_customer")) is not None:
            resolved["customer_id"] = self._customer_ids[number]
        if (number := document.get("_sale")) is not None:
            resolved["sale_id"] = self._sale_ids[number]
        return resolved


def _raise_problems(results: Sequence[RecordResult]) -> None:
    for result in results:
        if result.problem is not None:
            raise result.problem
