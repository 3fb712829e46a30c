"""Customers: made, found, changed, put away and brought back. Nobody is ever made twice."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import AlreadyHeld, PreconditionFailed, Problem, invalid, reference_not_found
from app.core.ids import new_id
from app.core.sessions import Sessions
from app.rules.customers import search
from app.rules.customers.customers import default_trade, display_name
from app.rules.kit import event_types
from app.rules.kit.differences import MOST, differences
from app.rules.kit.event_types import EventType
from app.rules.kit.merge_patch import merged
from app.schemas.customers.customers import CustomerExport, CustomerNew, CustomerQuery
from app.schemas.kit import validation
from app.services.customers import drafts
from app.services.customers.drafts import CustomerDraft, draft_customer
from app.services.kit import patching
from app.services.kit.record_result import RecordResult
from app.store.customers import customers as store
from app.store.kit import events
from app.store.kit.documents import Document
from app.store.kit.events import Event
from app.store.kit.listing import Page

_EXPORT_PAGE = 500


async def find(ctx: Context, query: CustomerQuery) -> Page:
    if query.q is None:
        return await store.page(ctx, query)
    terms = search.terms(query.q)
    return await store.search_page(ctx, query, terms) if terms else Page([], None)


async def export(sessions: Sessions, filters: CustomerExport) -> AsyncIterator[list[str]]:
    """All of them, a page at a time: no connection is held while somebody reads slowly."""
    page = CustomerQuery.model_construct(**dict(filters), limit=_EXPORT_PAGE, cursor=None)
    while True:
        async with sessions.reading() as ctx:
            found = await find(ctx, page)
        yield found.items
        if found.next_cursor is None:
            return
        page = page.model_copy(update={"cursor": found.next_cursor})


async def get(ctx: Context, customer_id: UUID) -> Document:
    return await store.get(ctx, customer_id)


async def create(ctx: Context, new: CustomerNew) -> Document:
    """409 AlreadyHeld, naming the holder, when an identity or an unshared contact point is taken."""
    (outcome,) = await _create(ctx, [new], replay=False)
    if outcome.problem is not None:
        raise outcome.problem
    assert outcome.id is not None
    return await store.get(ctx, outcome.id)


async def create_many(ctx: Context, wanted: Sequence[CustomerNew]) -> list[RecordResult]:
    """One outcome for each, in order. A customer who is known already with just this content is a replay."""
    return await _create(ctx, wanted, replay=True)


async def change(ctx: Context, customer_id: UUID, patch: Any, version: int | None) -> Document:
    """`patch` is a CustomerChange: a merge patch. 412 if the customer is no longer at `version`."""
    return await _change(ctx, customer_id, patch.model_dump(mode="json", exclude_unset=True), version)


async def put(
    ctx: Context, system: str, external_id: str, new: CustomerNew, *, only_new: bool = False
) -> tuple[Document, bool]:
    """Make or change whoever has this identity; what was not sent stays as it is. True when made."""
    own = {"system": system, "external_id": external_id}
    known = await store.id_by_identity(ctx, system, external_id)
    sent = new.model_dump(mode="json", exclude_unset=True)
    others = [i for i in sent.pop("identities", []) if i != own]
    if known is None:
        try:
            return await create(ctx, validation.validate(CustomerNew, {**sent, "identities": [own, *others]})), True
        except AlreadyHeld:
            known = await store.id_by_identity(ctx, system, external_id)
            if known is None:  # not somebody who made the same customer a moment ago
                raise
    if only_new:
        raise PreconditionFailed(f"The identity already belongs to customer {known}")
    if others:
        present = json.loads((await store.get(ctx, known)).json)["identities"]
        sent["identities"] = present + [i for i in others if i not in present]
    return await _change(ctx, known, sent, None), False


async def archive(ctx: Context, customer_id: UUID) -> Document:
    """Put away: no longer listed, matched by contact point or in anyone's way. The history stays."""
    row = await store.lock(ctx, customer_id)
    if row["archived_at"] is None:
        await store.release_contact_points(ctx, customer_id)
        await store.change(ctx, customer_id, {"archived_at": ctx.now})
        await _record(ctx, event_types.CUSTOMER_ARCHIVED, customer_id, row["display_name"])
    return await store.get(ctx, customer_id)


async def restore(ctx: Context, customer_id: UUID) -> Document:
    """Bring back. 409 AlreadyHeld when somebody else has taken a contact point meanwhile."""
    row = await store.lock(ctx, customer_id)
    if row["archived_at"] is not None:
        new = CustomerNew.model_validate(_body(await store.get(ctx, customer_id)))
        if problem := (await _taken(ctx, [draft_customer(ctx, customer_id, new)]))[0]:
            raise problem
        await store.reserve_contact_points(ctx, customer_id)
        await store.change(ctx, customer_id, {"archived_at": None})
        await _record(ctx, event_types.CUSTOMER_RESTORED, customer_id, row["display_name"])
    return await store.get(ctx, customer_id)


async def record_created(ctx: Context, made: Sequence[CustomerDraft]) -> None:
    type_ = event_types.CUSTOMER_CREATED
    recorded = [Event(type_, d.id, d.id, type_.titled(name=d.row["display_name"]), ctx.now) for d in made]
    await events.record_all(ctx, recorded)


async def _change(ctx: Context, customer_id: UUID, sent: dict[str, Any], version: int | None) -> Document:
    current = await patching.lock(ctx, store, customer_id, version)
    before = _body(current.document)
    after = merged(before, sent)
    if "display_name" not in sent and before["display_name"] == _made_of_names(before):
        after["display_name"] = _made_of_names(after)  # nobody chose it: it goes with the names
    new = validation.validate(CustomerNew, after)
    # A first check against what is stored: nothing is written, and no version made, where nothing changes.
    if not (changes := differences(_settled(CustomerNew.model_validate(before)), _settled(new))):
        return current.document
    wanted = draft_customer(ctx, customer_id, new)
    archived = current.row["archived_at"] is not None
    if not archived and (problem := (await _taken(ctx, [wanted]))[0]):
        raise problem
    if new.referred_by == customer_id:
        raise invalid("/referred_by", "self", "A customer cannot be their own referrer")
    await _referrers_exist(ctx, [new])
    await _rewrite(ctx, wanted, sent, archived)
    name, data = wanted.row["display_name"], {"changes": changes[:MOST]}
    await _record(ctx, event_types.CUSTOMER_UPDATED, customer_id, name, data)
    return await store.get(ctx, customer_id)


async def _create(ctx: Context, wanted: Sequence[CustomerNew], *, replay: bool) -> list[RecordResult]:
    outcomes: list[RecordResult | None] = [None] * len(wanted)
    made: dict[int, CustomerDraft] = {}
    missing = await _missing_referrers(ctx, wanted)
    for n, new in enumerate(wanted):
        try:
            if new.referred_by in missing:
                raise _no_referrer()
            made[n] = draft_customer(ctx, new_id(), new)
        except Problem as problem:
            outcomes[n] = RecordResult.refused(problem)
    earlier: dict[UUID, CustomerNew] = {}
    for n, held in zip(list(made), await _taken(ctx, list(made.values())), strict=True):
        if held is not None:
            holder = await _same(ctx, wanted[n], held, earlier) if replay else None
            outcomes[n] = RecordResult(200, holder, replayed=True) if holder else RecordResult.refused(held)
        else:
            outcomes[n] = RecordResult(201, made[n].id)
            earlier[made[n].id] = wanted[n]
    created = [made[n] for n, outcome in enumerate(outcomes) if outcome and outcome.status == 201]
    if created:
        await drafts.write_drafts(ctx, created)
        await record_created(ctx, created)
    return [outcome for outcome in outcomes if outcome is not None]


async def _taken(ctx: Context, wanted: Sequence[CustomerDraft]) -> list[AlreadyHeld | None]:
    """For each draft, whether somebody else, stored or earlier among the drafts, holds something of it."""
    points = [key for d in wanted for key in d.point_keys if key is not None]
    identities = [key for d in wanted for key in d.identity_keys]
    holders: dict[tuple[str, ...], UUID] = {}
    if points:
        found = await store.holders_of_contact_points(ctx, points)
        holders |= {("point", r["kind"], r["normalized"], r["extension"]): r["customer_id"] for r in found}
    if identities:
        found = await store.holders_of_identities(ctx, identities)
        holders |= {("identity", r["system"], r["external_id"]): r["customer_id"] for r in found}
    answers: list[AlreadyHeld | None] = []
    for d in wanted:
        keys: list[tuple[str, tuple[str, ...]]]
        keys = [(f"/identities/{n}", ("identity", *key)) for n, key in enumerate(d.identity_keys)]
        keys += [(f"/contact_points/{n}", ("point", *key)) for n, key in enumerate(d.point_keys) if key is not None]
        taken = [(pointer, holders[key]) for pointer, key in keys if holders.get(key, d.id) != d.id]
        if taken:
            errors = [
                {
                    "pointer": pointer,
                    "code": "held",
                    "detail": f"Already belongs to customer {holder}",
                    "customer_id": str(holder),
                }
                for pointer, holder in taken
            ]
            answers.append(AlreadyHeld(errors=errors, customer_ids=sorted({str(holder) for _, holder in taken})))
        else:
            holders |= {key: d.id for _, key in keys}
            answers.append(None)
    return answers


async def _same(
    ctx: Context, new: CustomerNew, problem: AlreadyHeld, earlier: Mapping[UUID, CustomerNew]
) -> UUID | None:
    """The one holder, if everything that was sent is what is known of them: the same line again.

    `earlier` are those who were made by earlier lines of the same batch, and are not stored yet.
    """
    holders = [UUID(holder) for holder in problem.extensions["customer_ids"]]
    if len(holders) != 1:
        return None
    stored = earlier.get(holders[0]) or CustomerNew.model_validate(_body(await store.get(ctx, holders[0])))
    known, sent = _settled(stored), _settled(new)
    same = all(not differences(known[name], sent[name]) for name in new.model_fields_set)
    return holders[0] if same else None


async def _rewrite(ctx: Context, wanted: CustomerDraft, sent: dict[str, Any], archived: bool) -> None:
    await store.change(ctx, wanted.id, {name: value for name, value in wanted.row.items() if name != "id"})
    if "contact_points" in sent:
        stored = await store.contact_points(ctx, wanted.id)
        ids = {(point["kind"], point["normalized"], point["extension"]): point["id"] for point in stored}
        await store.drop_children(ctx, "contact_points", wanted.id)
        points = [
            {
                **point,
                "id": ids.get((point["kind"], point["normalized"], point["extension"])) or new_id(),
                "exclusive": point["exclusive"] and not archived,
            }
            for point in wanted.points
        ]
        await store.add_children(ctx, "contact_points", points)
    if "identities" in sent:
        await store.drop_children(ctx, "identities", wanted.id)
        await store.add_children(ctx, "identities", wanted.identities)
    if "addresses" in sent:
        await store.drop_children(ctx, "addresses", wanted.id)
        await store.add_children(ctx, "addresses", wanted.addresses)
    await drafts.add_search_words(ctx, [wanted])


def _settled(new: CustomerNew) -> dict[str, Any]:
    """As it will be stored, so that two ways of saying the same are no difference."""
    return {
        **new.model_dump(mode="json"),
        "trade": new.trade or default_trade(new.kind),
        "roles": list(dict.fromkeys(new.roles)),
        "tags": list(dict.fromkeys(new.tags)),
        "identities": sorted([i.system, i.external_id] for i in new.identities),
    }


async def _referrers_exist(ctx: Context, wanted: Sequence[CustomerNew]) -> None:
    if await _missing_referrers(ctx, wanted):
        raise _no_referrer()


async def _missing_referrers(ctx: Context, wanted: Sequence[CustomerNew]) -> set[UUID]:
    named = {new.referred_by for new in wanted if new.referred_by is not None}
    return named - await store.existing_ids(ctx, named) if named else set()


def _no_referrer() -> Problem:
    return reference_not_found("/referred_by", "Customer")


def _made_of_names(body: dict[str, Any]) -> str | None:
    return display_name(body.get("given_name"), body.get("family_name"), [])


def _body(document: Document) -> dict[str, Any]:
    """What was stored, in the shape in which it is sent."""
    return {
        name: value for name, value in _pruned(json.loads(document.json)).items() if name in CustomerNew.model_fields
    }


def _pruned(stored: dict[str, Any]) -> dict[str, Any]:
    for point in stored["contact_points"]:
        for name in ("id", "normalized", "extension"):
            del point[name]
    for address in stored["addresses"]:
        del address["id"]
    return stored


async def _record(
    ctx: Context, type_: EventType, customer_id: UUID, name: str, data: dict[str, Any] | None = None
) -> None:
    event = Event(type_, customer_id, customer_id, type_.titled(name=name), ctx.now, data=data or {})
    await events.record(ctx, event)
