"""Which records belong to the customer of another one: a complaint to the buyer of the sale that it is about.

The list is complete for foreign keys: a test walks them, and fails for one that is neither here nor excepted. Returns
follow their sale by its number, which is none: see `services/sales/settlement`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Link:
    """`follower` takes the customer of `leader`, as long as nothing of its own says whose it is.

    Rows of `table` have the ids of both; the table may be that of either, or one that only joins them.
    """

    follower: str
    leader: str
    table: str
    follower_column: str
    leader_column: str


@dataclass(frozen=True, slots=True)
class Follower:
    """A record that is linked to another one, whose customer may have changed."""

    id: UUID
    customer_id: UUID | None
    origin_id: UUID | None
    """The record that its customer was taken from; None if it has none, or said itself who its customer is."""
    leader: str
    leader_id: UUID
    leader_customer_id: UUID | None
    excludes_leader: bool = False
    """Whether somebody took it from that customer, or only others than that customer may be meant."""
    yields: bool = False
    """Whether it has its customer by what says less than this link, such as one that comes after it."""
    rebases: bool = False
    """Whether it has them by this link then, also where they are the same."""

    @property
    def takes(self) -> UUID | None:
        """The customer whom it has by this link."""
        return None if self.excludes_leader else self.leader_customer_id

    @property
    def follows(self) -> bool:
        """Whether it has another customer by this link than before, or none any more, or the same by this one now."""
        if self.customer_id == self.takes:
            return self.rebases and self.yields and self.takes is not None
        follows_already = self.customer_id is None or self.origin_id == self.leader_id
        return follows_already or (self.yields and self.takes is not None)

    @property
    def contradicts(self) -> bool:
        """Whether it keeps a customer other than that of the leader."""
        known = self.customer_id is not None and self.leader_customer_id is not None
        return known and self.customer_id != self.leader_customer_id and not self.follows


def taken_from(before: Sequence[UUID], holder: UUID | None, customer_id: UUID | None) -> list[UUID]:
    """Whom somebody has taken a record from, now that it is given to this customer, or to nobody."""
    taken = [*before, *([holder] if holder is not None else [])]
    latest_first = dict.fromkeys(each for each in reversed(taken) if each != customer_id)
    return list(reversed(latest_first))


MOST_CANDIDATES = 20
"""So many candidates of a record are stored: where it has as many, there may be others."""

TABLES = {
    "sale": "sales",
    "interaction": "interactions",
    "complaint": "complaints",
    "invitation": "invitations",
    "feedback": "feedback",
    "task": "tasks",
}
"""The records that belong to a customer, by noun; in this order they are locked.

What leads comes before what follows it, where the links are no circle: whoever waited for a leader may find followers
of it that were not there before, and locks them then.
"""

LINKS = (
    # Of one follower in the order in which one that lost its customer looks for another: the first that has one.
    Link("complaint", "sale", "complaints", "id", "sale_id"),
    Link("complaint", "interaction", "complaints", "id", "interaction_id"),
    Link("complaint", "feedback", "feedback_follow_ups", "complaint_id", "feedback_id"),
    Link("interaction", "complaint", "complaint_messages", "interaction_id", "complaint_id"),
    # An answer belongs to whoever asked; a message that closed the loop, to whoever gave the feedback.
    Link("interaction", "interaction", "interactions", "answered_by_id", "id"),
    Link("interaction", "feedback", "feedback", "acknowledged_interaction_id", "id"),
    Link("interaction", "feedback", "feedback", "notified_interaction_id", "id"),
    Link("feedback", "sale", "feedback", "id", "sale_id"),
    Link("feedback", "complaint", "feedback", "id", "complaint_id"),
    Link("feedback", "interaction", "feedback", "id", "interaction_id"),
    Link("feedback", "invitation", "feedback", "id", "invitation_id"),
    Link("task", "interaction", "tasks", "id", "interaction_id"),
    Link("task", "complaint", "tasks", "id", "complaint_id"),
    Link("task", "feedback", "tasks", "id", "feedback_id"),
    Link("invitation", "sale", "invitations", "id", "sale_id"),
    Link("invitation", "complaint", "invitations", "id", "complaint_id"),
    Link("invitation", "interaction", "invitations", "id", "interaction_id"),
)

FOLLOWING_ONLY = {
    "feedback": "f.method NOT IN ('mystery_shopper', 'observation')",
    "invitation": "(f.state = 'pending' OR f.state IN ('sent', 'answered') AND f.customer_id IS NOT NULL "
    "AND f.customer_from_id IS NULL)",
}
"""SQL condition on the row `f` of a follower, by noun. What somebody looking on saw is not the buyer's opinion; an
invitation that was sent stays with whom it was sent to, be it nobody known, and only says so.
"""

EXCEPTIONS = {
    ("ratings", "feedback_id"): "A copy of the customer of the feedback, written with it.",
    ("idea_votes", "feedback_id"): "Feedback carries its vote along itself: a customer votes once.",
    ("interactions", "named_answer_id"): "It is followed by `answered_by_id`, as long as it is the answer.",
    ("interaction_participants", "interaction_id"): "A participant is somebody else than the customer of the contact.",
}
"""Foreign keys of records with a customer that nothing follows, and why: table and column."""
