"""Keys that nobody had, and that a record names beside one that is known: they become the known customer's."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.rules.customers import search
from app.rules.customers.contact_points import Normalized
from app.rules.customers.customers import MOST_CONTACT_POINTS, MOST_IDENTITIES, ContactKind
from app.rules.customers.resolution import EnteredKey
from app.rules.kit.event_type import LONGEST_TITLE
from app.rules.kit.event_types import CUSTOMER_KEY_LEARNT
from app.schemas.customers.contact_details import ContactPointNew
from app.services.customers import contact_points
from app.store.customers import customers as store
from app.store.customers import search as search_store
from app.store.kit import events
from app.store.kit.events import Event


@dataclass(frozen=True, slots=True)
class Lesson:
    """What one record teaches of one customer."""

    customer_id: UUID
    keys: Sequence[EnteredKey]
    learnt_from: str
    """The kind of record, such as `sale`."""
    source: str
    reference: str
    """The record's own number in its source."""
    learnt: list[EnteredKey] = field(default_factory=list)
    """Those of the keys that the customer has learnt, filled in by `prepare`."""


@dataclass(slots=True)
class Learnt:
    """The rows to be written, and what follows when they are."""

    identities: list[dict[str, Any]] = field(default_factory=list)
    contact_points: list[dict[str, Any]] = field(default_factory=list)
    words: dict[UUID, list[str]] = field(default_factory=dict)
    """All words of each customer."""
    events: list[Event] = field(default_factory=list)

    async def finish(self, ctx: Context) -> None:
        """Make customers found by what they have learnt, and tell of it."""
        for customer_id in sorted(self.words):
            await store.CUSTOMERS.change(ctx, customer_id, {"words": self.words[customer_id]})
        await search_store.add_words(ctx, {word for words in self.words.values() for word in words})
        await events.record_all(ctx, self.events)


async def prepare(ctx: Context, lessons: Sequence[Lesson]) -> Learnt:
    """Lock the customers. Those who are archived, or have no room for more, learn nothing."""
    learnt = Learnt()
    if not lessons:
        return learnt
    learners = {
        row["id"]: dict(row) for row in await store.lock_learners(ctx, {lesson.customer_id for lesson in lessons})
    }
    for lesson in lessons:
        learner = learners[lesson.customer_id]
        if learner["archived"]:
            continue
        taken = [key for key in lesson.keys if _take(ctx, learnt, learner, key)]
        lesson.learnt.extend(taken)
        if not taken:
            continue
        known: Sequence[str] = learnt.words.get(lesson.customer_id) or learner["words"]
        new = sorted({word for key in taken for word in _words(key)} - set(known))
        learnt.words[lesson.customer_id] = sorted([*known, *new][: search.MOST_WORDS])  # what is known stays
        learnt.events.append(_event(ctx, lesson, learner["display_name"], taken))
    return learnt


def _take(ctx: Context, learnt: Learnt, learner: dict[str, Any], key: EnteredKey) -> bool:
    kind, first, second = key.key
    if kind == "identity":
        if learner["identities"] >= MOST_IDENTITIES:
            return False
        learner["identities"] += 1
        learnt.identities.append(
            {"customer_id": learner["id"], "system": first, "external_id": second, "identifies": True}
        )
        return True
    # One that is marked invalid is not found by, and nothing to be learnt.
    if learner["contact_points"] >= MOST_CONTACT_POINTS or [first, second] in learner["own"]:
        return False
    learner["contact_points"] += 1
    learner["position"] += 1
    form = Normalized(second, key.extension)
    point = ContactPointNew.model_validate({"kind": first, "value": key.value})
    point = contact_points.lasting(ctx, point, form, ctx.region)
    learnt.contact_points.append(contact_points.row(learner["id"], learner["position"], point, form))
    return True


def _words(key: EnteredKey) -> set[str]:
    kind, first, value = key.key
    if kind == "identity":
        return search.customer_words(search.Sought([], identities=[value], fields={"system": [first]}))
    is_number = first == ContactKind.PHONE
    return search.customer_words(
        search.Sought([], numbers=[value]) if is_number else search.Sought([], addresses=[value])
    )


def _event(ctx: Context, lesson: Lesson, name: str, keys: Sequence[EnteredKey]) -> Event:
    listed = ", ".join(key.value for key in keys)[:LONGEST_TITLE]
    data = {
        "keys": [{"kind": key.kind, "value": key.value} for key in keys],
        "learnt_from": lesson.learnt_from,
        "source": lesson.source,
        "reference": lesson.reference,
    }
    title = CUSTOMER_KEY_LEARNT.titled(name=name, keys=listed)
    return Event(CUSTOMER_KEY_LEARNT, lesson.customer_id, lesson.customer_id, title, ctx.now, data=data)
