"""Brings the sample shop into a store, by the same doors as everything else."""

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.sessions import Sessions
from app.rules.feedback.feedback import IdeaStatus
from app.rules.sales.receipts import OnUnknownCustomer
from app.sample import SampleShop, feedback_setup
from app.sample.feedback_texts import IDEAS
from app.schemas.complaints.intake import ComplaintNew
from app.schemas.complaints.moves import ComplaintClosure, ComplaintHold, ComplaintReferral, ComplaintSettlement
from app.schemas.customers.customers import CustomerNew
from app.schemas.customers.relationships import RelationshipNew
from app.schemas.feedback.ideas import IdeaChange, IdeaNew, IdeaQuery
from app.schemas.feedback.intake import FeedbackNew
from app.schemas.feedback.themes import ThemeNew
from app.schemas.interactions.interactions import InteractionNew
from app.schemas.interactions.tasks import TaskNew
from app.schemas.sales.sales import SaleNew
from app.schemas.surveys.surveys import SurveyNew
from app.schemas.visits.visits import VisitNew
from app.services.complaints import complaints, moves
from app.services.complaints.procedures import PROCEDURES
from app.services.customers import customers, relationships
from app.services.feedback import ideas, intake, themes
from app.services.feedback.intake import FeedbackDraft
from app.services.feedback.rules import FEEDBACK_RULES
from app.services.feedback.themes import THEMES
from app.services.interactions import interactions, tasks
from app.services.kit.versioned import VersionedResource
from app.services.sales import sales
from app.services.sales.receipts import draft_receipt as as_received
from app.services.service_levels.calendars import CALENDARS
from app.services.service_levels.policies import POLICIES
from app.services.surveys import surveys
from app.services.surveys.rules import SURVEY_RULES
from app.services.surveys.surveys import SURVEYS
from app.services.visits import visits
from app.services.visits.scorecards import SCORECARDS
from app.store.customers import customers as store

CHUNK = 500
Advance = Callable[[int], Any]
# What the history of a complaint cannot say in full.
_MOVES: dict[str, tuple[Callable[..., Awaitable[Any]], Any]] = {
    "hold": (moves.hold, ComplaintHold),
    "refer": (moves.refer, ComplaintReferral),
    "settle": (moves.settle, ComplaintSettlement),
    "close": (moves.close, ComplaintClosure),
}


async def is_empty(ctx: Context) -> bool:
    return not await store.has_any(ctx)


def size(shop: SampleShop) -> int:
    """Documents, for a progress bar."""
    parts = (shop.customers, shop.interactions, shop.sales, shop.tasks, shop.relationships, shop.complaints)
    return sum(len(part) for part in (*parts, *_service_of(shop).values(), shop.feedback, shop.visits))


async def load(sessions: Sessions, shop: SampleShop, advance: Advance) -> None:
    """Load all of it; `advance` is told how many documents are done. A second time nothing is doubled."""
    await _each_chunk(sessions, shop.customers, _customers, advance)
    ids = await sessions.write(partial(_loyalty, [d["identities"][0]["external_id"] for d in shop.customers]))
    receipts: dict[str, UUID] = {}
    await _each_chunk(sessions, shop.sales, partial(_sales, receipts), advance)
    await _each_chunk(sessions, shop.interactions, partial(_interactions, ids), advance)
    await sessions.write(partial(_promises, ids, shop))
    advance(len(shop.tasks) + len(shop.relationships))
    # What complaints are measured by is there, and committed, before them.
    service = _service_of(shop)
    await sessions.write(partial(_service, service))
    advance(sum(map(len, service.values())))
    await _each_chunk(sessions, shop.complaints, partial(_complaints, ids, receipts), advance)
    # Rules begin when the past is in: nobody is asked, or rung, because of what happened in it.
    asked = await sessions.write(_listening)
    await _each_chunk(sessions, shop.feedback, partial(_feedback, ids, receipts, asked), advance)
    await _each_chunk(sessions, shop.visits, partial(_visits, asked), advance)


async def _each_chunk(
    sessions: Sessions,
    documents: Sequence[dict[str, Any]],
    record: Callable[[Sequence[dict[str, Any]], Context], Awaitable[None]],
    advance: Advance,
) -> None:
    for start in range(0, len(documents), CHUNK):
        chunk = documents[start : start + CHUNK]
        await sessions.write(partial(record, chunk))
        advance(len(chunk))


async def _customers(documents: Sequence[dict[str, Any]], ctx: Context) -> None:
    _all_taken(await customers.create_many(ctx, [CustomerNew.model_validate(d) for d in documents]))


async def _sales(ids: dict[str, UUID], documents: Sequence[dict[str, Any]], ctx: Context) -> None:
    """Fills in the ids of the receipts, by their numbers."""
    new = [as_received(SaleNew.model_validate(d)) for d in documents]
    outcomes = await sales.record_many(ctx, new, OnUnknownCustomer.CREATE)
    _all_taken(outcomes)
    ids |= {d["receipt_no"]: o.id for d, o in zip(documents, outcomes, strict=True) if o.id is not None}


async def _interactions(ids: dict[str, UUID], documents: Sequence[dict[str, Any]], ctx: Context) -> None:
    new = [InteractionNew.model_validate(_addressed(d, ids)) for d in documents]
    _all_taken(await interactions.record_many(ctx, new))


async def _promises(ids: dict[str, UUID], shop: SampleShop, ctx: Context) -> None:
    for document in shop.tasks:
        await tasks.create(ctx, TaskNew.model_validate(_addressed(document, ids)))
    for document in shop.relationships:
        ends = {name: value for name, value in document.items() if not name.startswith("_")}
        new = RelationshipNew.model_validate({**ends, "customer_id": ids[document["_to"]]})
        await relationships.create(ctx, ids[document["_from"]], new)


def _service_of(shop: SampleShop) -> dict[VersionedResource, list[dict[str, Any]]]:
    return {CALENDARS: [shop.calendar], POLICIES: shop.policies, PROCEDURES: shop.procedures}


async def _service(service: dict[VersionedResource, list[dict[str, Any]]], ctx: Context) -> None:
    for what, documents in service.items():
        for new in map(what.table.content.model_validate, documents):
            if await what.table.holder(ctx, getattr(new, what.table.key)) is None:
                await what.create(ctx, new)


async def _complaints(
    ids: dict[str, UUID], receipts: dict[str, UUID], documents: Sequence[dict[str, Any]], ctx: Context
) -> None:
    new = []
    for document in documents:
        about = {"sale_id": receipts[document["_sale"]]} if "_sale" in document else {}
        new.append(ComplaintNew.model_validate({**_addressed(document, ids), **about}))
    outcomes = await complaints.record_many(ctx, new)
    _all_taken(outcomes)
    for document, outcome in zip(documents, outcomes, strict=True):
        for step in document.get("_then", ()) if not outcome.replayed else ():
            move, schema = _MOVES[step["verb"]]
            said = {name: value for name, value in step.items() if name != "verb"}
            await move(ctx, outcome.id, schema.model_validate(said))


@dataclass(frozen=True)
class _Listening:
    """What feedback and visits refer to."""

    surveys: dict[str, tuple[UUID, int]]
    """By code, with the version that is asked."""
    scorecards: dict[str, UUID]
    ideas: list[UUID]


async def _listening(ctx: Context) -> _Listening:
    for what, documents in ((FEEDBACK_RULES, feedback_setup.FEEDBACK_RULES), (SCORECARDS, feedback_setup.SCORECARDS)):
        await _service({what: list(documents)}, ctx)
    for theme in map(ThemeNew.model_validate, feedback_setup.THEMES):
        if await THEMES.table.holder(ctx, theme.code) is None:
            await themes.create(ctx, theme)
    for survey in map(SurveyNew.model_validate, feedback_setup.SURVEYS):
        if await SURVEYS.table.holder(ctx, survey.code) is None:
            await surveys.open_(ctx, (await surveys.create(ctx, survey)).id)
    await _service({SURVEY_RULES: list(feedback_setup.SURVEY_RULES)}, ctx)
    asked = {}
    for document in feedback_setup.SURVEYS:
        found = json.loads((await surveys.get(ctx, await _held(ctx, SURVEYS, document["code"]))).json)
        asked[document["code"]] = UUID(found["id"]), found["published_version"]
    cards = {document["code"]: await _held(ctx, SCORECARDS, document["code"]) for document in feedback_setup.SCORECARDS}
    return _Listening(asked, cards, await _ideas(ctx))


async def _held(ctx: Context, what: VersionedResource, code: str) -> UUID:
    found = await what.table.holder(ctx, code)
    assert found is not None, code
    return found


async def _ideas(ctx: Context) -> list[UUID]:
    """In the order of IDEAS; those that are there already stay as they are."""
    page = await ideas.find(ctx, IdeaQuery(limit=200))
    known = {found["title"]: UUID(found["id"]) for found in map(json.loads, page.items)}
    for title, description, status in IDEAS:
        if title not in known:
            made = await ideas.create(ctx, IdeaNew(title=title, description=description))
            known[title] = made.id
            if status != IdeaStatus.NEW:
                await ideas.change(ctx, made.id, IdeaChange(status=status), None)
    return [known[title] for title, _, _ in IDEAS]


async def _feedback(
    ids: dict[str, UUID],
    receipts: dict[str, UUID],
    asked: _Listening,
    documents: Sequence[dict[str, Any]],
    ctx: Context,
) -> None:
    heard = []
    for document in documents:
        about: dict[str, Any] = {"sale_id": receipts[document["_sale"]]} if "_sale" in document else {}
        if "_idea" in document:
            about["idea_id"] = asked.ideas[document["_idea"]]
        new = FeedbackNew.model_validate({**_addressed(document, ids), **about})
        survey_id, version = asked.surveys.get(document.get("_survey", ""), (None, None))
        heard.append(FeedbackDraft(new, survey_id=survey_id, survey_version=version))
    _all_taken(await intake.take(ctx, heard))


async def _visits(asked: _Listening, documents: Sequence[dict[str, Any]], ctx: Context) -> None:
    new = [
        VisitNew.model_validate({**_addressed(document, {}), "scorecard_id": asked.scorecards[document["_scorecard"]]})
        for document in documents
    ]
    _all_taken(await visits.record_many(ctx, new))


async def _loyalty(numbers: Sequence[str], ctx: Context) -> dict[str, UUID]:
    found = await store.holders_of_identities(ctx, [("loyalty", number) for number in numbers])
    return {row["external_id"]: row["customer_id"] for row in found}


def _addressed(document: dict[str, Any], ids: dict[str, UUID]) -> dict[str, Any]:
    kept = {name: value for name, value in document.items() if not name.startswith("_")}
    number = document.get("_customer")
    return {**kept, "customer_id": str(ids[number])} if number else kept


def _all_taken(outcomes: Sequence[Any]) -> None:
    for outcome in outcomes:
        if outcome.problem is not None:
            raise outcome.problem
