"""Links are followed: what belongs to the customer of another record goes where that record goes."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from app.core.context import Context
from app.core.reactions import Reaction, goes_round
from app.rules.kit import event_types
from app.rules.kit.event_type import EventType
from app.rules.kit.links import Follower
from app.store.kit import events, link_origins
from app.store.kit import links as store
from app.store.kit.events import Event
from app.store.kit.links import Assignment

Assign = Callable[[Context, Sequence[Assignment]], Awaitable[None]]
"""Gives locked records of one noun their customers: rows, events, and whatever else of the record depends on it."""

NO_LONGER_LINKED = "The record that the customer was taken from is no longer linked"
"""Why something has another customer, or none, though nobody has said whose it is."""


class Following:
    """Carries customers down the links, one step at a time: what follows records an event, which others follow."""

    def __init__(self, assign_by_noun: Mapping[str, Assign]) -> None:
        assert assign_by_noun.keys() == set(store.FOLLOWERS), "every noun that follows has what assigns its customers"
        self._assign_by_noun = {noun: assign_by_noun[noun] for noun in store.FOLLOWERS}

    def reaction(self, leader: str) -> Reaction:
        """The reaction to events that may have changed the customer of a record."""
        return Reaction(self.follow, when=store.has_followers(leader))

    def reaction_to_new(self, leader: str) -> Reaction:
        """The reaction to new records that were linked to existing ones: usually these are of the same customer."""
        return Reaction(self.follow, when=store.has_followers(leader, of_others=True))

    def reaction_to_links(self, leader: str) -> Reaction:
        """As `reaction_to_new`, for changed records: only those that are linked to others than before."""
        return Reaction(self.follow, when=store.links_changed(leader))

    async def follow(self, ctx: Context, changed: Sequence[Event]) -> None:
        """Reaction: what is linked to these records takes their customers, unless it has a customer of its own."""
        leader_ids = {event.subject_id for event in changed}
        for noun, assign in self._assign_by_noun.items():
            linked = await store.followers(ctx, noun, list(leader_ids))
            if assignments := await _decide(ctx, noun, linked):
                await assign(ctx, assignments)


async def _decide(ctx: Context, noun: str, linked: Sequence[Follower]) -> list[Assignment]:
    assigned: dict[UUID, Assignment] = {}
    contradicting: list[Follower] = []
    for follower in linked:
        if (decided := assigned.get(follower.id)) is not None:  # by another of its links
            follower = replace(follower, customer_id=decided.customer_id, origin_id=decided.origin_id)
        if follower.follows:
            customer_id = follower.takes
            assigned[follower.id] = Assignment(
                follower.id,
                decided.before if decided is not None else follower.customer_id,
                customer_id,
                follower.leader_id if customer_id is not None else None,
                _reason(follower),
                by_link=True,
            )
        elif follower.contradicts:
            contradicting.append(follower)
    if released := [each.id for each in assigned.values() if each.customer_id is None]:
        named = await link_origins.named_customers(ctx, noun, released)
        for row_id, (origin_id, customer_id) in named.items():
            assigned[row_id] = replace(assigned[row_id], customer_id=customer_id, origin_id=origin_id)
    await _record_contradictions(ctx, noun, await _lasting(ctx, contradicting))
    changed = (each for each in assigned.values() if each.customer_id != each.before or each.origin_id is not None)
    return [each for each in changed if may_be_assigned(ctx, noun, each)]


def may_be_assigned(ctx: Context, noun: str, by_link: Assignment) -> bool:
    """Whether something gets this customer by a link, or loses one; not if it goes round."""
    customer_id, origin_id = by_link.customer_id, by_link.origin_id
    return customer_id is None or not goes_round(ctx, noun, by_link.id, customer_id, origin_id)


async def take_customers(ctx: Context, noun: str, record_id: UUID) -> list[Assignment]:
    """The assignment of a record that somebody has taken from its customer: to that of its first link that has one."""
    named = await link_origins.named_customers(ctx, noun, [record_id])
    return [
        Assignment(record_id, None, customer_id, origin_id, by_link=True) for origin_id, customer_id in named.values()
    ]


def _reason(follower: Follower) -> str:
    if follower.takes is None and follower.leader_customer_id is not None:
        return f"The {follower.leader} it is linked to belongs to somebody now whose it is not"
    return f"The {follower.leader} it is linked to belongs to {'nobody' if follower.takes is None else 'them'} now"


async def _lasting(ctx: Context, contradicting: Sequence[Follower]) -> list[Follower]:
    """Those that stay so: what has its customer from a record that has another one by now is going to follow that."""
    origins = {follower.origin_id for follower in contradicting if follower.origin_id is not None}
    holders = await link_origins.customers(ctx, origins)
    return [each for each in contradicting if holders.get(each.origin_id, each.customer_id) == each.customer_id]


async def _record_contradictions(ctx: Context, noun: str, contradicting: Sequence[Follower]) -> None:
    """It keeps its customer, but not silently."""
    if not contradicting:
        return
    type_ = event_types.get(noun, "contradicted")
    told = await store.already_told(ctx, type_.name, contradicting)
    untold: dict[tuple[UUID, UUID], Event] = {}
    for follower in contradicting:
        if (pair := (follower.id, follower.leader_id)) not in told:
            untold.setdefault(pair, _contradiction(ctx, type_, follower))
    await events.record_all(ctx, list(untold.values()))


def _contradiction(ctx: Context, type_: EventType, follower: Follower) -> Event:
    data = {
        "linked_type": follower.leader,
        "linked_id": str(follower.leader_id),
        "linked_customer_id": str(follower.leader_customer_id),
    }
    title = type_.titled(linked=follower.leader)
    return Event(type_, follower.id, follower.customer_id, title, ctx.now, data=data)


def change_of(noun: str, assignment: Assignment) -> tuple[EventType, dict[str, str]]:
    """The type of the event of an assignment, and what its data says of the customers: nothing for a first one."""
    if assignment.is_claim:
        return event_types.get(noun, "claimed"), {}
    data = {"from_customer_id": str(assignment.before)}
    if assignment.reason is not None:
        data["reason"] = assignment.reason
    if assignment.customer_id is None:
        return event_types.get(noun, "released"), data
    return event_types.get(noun, "moved"), data | {"to_customer_id": str(assignment.customer_id)}
