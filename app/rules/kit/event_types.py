"""All types of events: name, title on a timeline, and data.

The list is closed: an event of another type cannot be made. It is published in the contract (`x-event-types`), so a
consumer of events knows what to expect. A new type is a new entry here.
"""

from app.rules.kit.event_type import CHANGES, DECIMAL, ID, INTEGER, TEXT, TEXTS, TIMESTAMP, EventType, Field

EVENT_TYPES: dict[str, EventType] = {}
"""By name."""


def get(subject: str, verb: str) -> EventType:
    """Raises KeyError where there is no such type."""
    return EVENT_TYPES[f"{subject}.{verb}"]


def _type(name: str, title: str, **fields: Field) -> EventType:
    required = frozenset(name for name, field in fields.items() if not field.optional)
    EVENT_TYPES[name] = EventType(name, title, fields, required)
    return EVENT_TYPES[name]


_KEYS = Field(
    {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {"kind": {"type": "string"}, "value": {"type": "string"}},
            "required": ["kind", "value"],
        },
    }
)
CUSTOMER_CREATED = _type("customer.created", "{name} created", keys=_KEYS.or_absent, created_from=TEXT.or_absent)
CUSTOMER_UPDATED = _type("customer.updated", "{name} updated", changes=CHANGES)
CUSTOMER_KEY_LEARNT = _type(
    "customer.key_learnt",
    "{name} is now also known by {keys}",
    keys=_KEYS,
    learnt_from=TEXT,
    source=TEXT,
    reference=TEXT,
)
CUSTOMER_ARCHIVED = _type("customer.archived", "{name} archived")
CUSTOMER_RESTORED = _type("customer.restored", "{name} restored")
SOURCE_CREATED = _type("source.created", "Source {name} created")
SOURCE_UPDATED = _type("source.updated", "Source {name} updated", changes=CHANGES)
_ENDS = {"kind": TEXT, "from_id": ID, "to_id": ID}
RELATIONSHIP_CREATED = _type("relationship.created", "Relationship added: {relationship}", **_ENDS)
RELATIONSHIP_UPDATED = _type("relationship.updated", "Relationship updated: {relationship}", **_ENDS, changes=CHANGES)
RELATIONSHIP_DELETED = _type("relationship.deleted", "Relationship removed: {relationship}", **_ENDS)

INTERACTION_RECORDED = _type(
    "interaction.recorded",
    "{interaction}",
    kind=TEXT,
    direction=TEXT,
    staff=TEXT.or_absent,
    outcome=TEXT.or_absent,
)
INTERACTION_PLANNED = _type(
    "interaction.planned", "Planned: {interaction}", kind=TEXT, direction=TEXT, staff=TEXT.or_absent
)
INTERACTION_HELD = _type(
    "interaction.held", "{interaction}", kind=TEXT, direction=TEXT, staff=TEXT.or_absent, outcome=TEXT.or_absent
)
INTERACTION_MISSED = _type(
    "interaction.missed", "Missed: {interaction}", kind=TEXT, direction=TEXT, reason=TEXT.or_absent
)
INTERACTION_CANCELLED = _type(
    "interaction.cancelled", "Cancelled: {interaction}", kind=TEXT, direction=TEXT, reason=TEXT.or_absent
)
INTERACTION_UPDATED = _type("interaction.updated", "{interaction}", changes=CHANGES)
INTERACTION_ANSWERED = _type("interaction.answered", "{answer}", answered_by_id=ID)
INTERACTION_REOPENED = _type("interaction.reopened", "{enquiry}", answered_by_id=ID)
INTERACTION_CLAIMED = _type("interaction.claimed", "{interaction}", kind=TEXT, direction=TEXT)
TASK_CREATED = _type("task.created", "Task created: {task}", owner=TEXT.or_absent, due_at=TIMESTAMP.or_absent)
TASK_UPDATED = _type("task.updated", "Task updated: {task}", changes=CHANGES)
TASK_COMPLETED = _type("task.completed", "Task completed: {task}", outcome=TEXT.or_absent)
TASK_CANCELLED = _type("task.cancelled", "Task cancelled: {task}", reason=TEXT.or_absent)
TASK_SNOOZED = _type("task.snoozed", "Task snoozed: {task}", until=TIMESTAMP)
TASK_REOPENED = _type("task.reopened", "Task reopened: {task}")

_MOVED = {"from_customer_id": ID, "to_customer_id": ID, "reason": TEXT.or_absent}
_RELEASED = {"from_customer_id": ID, "reason": TEXT}
_CONTRADICTED = {"linked_type": TEXT, "linked_id": ID, "linked_customer_id": ID}
INTERACTION_MOVED = _type("interaction.moved", "{interaction}", **_MOVED)
INTERACTION_RELEASED = _type("interaction.released", "{interaction}", **_RELEASED)
INTERACTION_ATTENDED = _type("interaction.attended", "{interaction}", kind=TEXT, direction=TEXT)
# A record keeps its customer although what it is linked to has another one.
for _subject in ("interaction", "complaint", "feedback", "invitation", "task"):
    _type(
        f"{_subject}.contradicted",
        f"{_subject.capitalize()} and the {{linked}} it is linked to belong to different customers",
        **_CONTRADICTED,
    )
INVITATION_CONTRADICTED = EVENT_TYPES["invitation.contradicted"]

_RECEIPT = {"source": TEXT, "receipt_no": TEXT}
SALE_RECORDED = _type(
    "sale.recorded",
    "{bought} for {total} {currency}{at_site}{items}",
    **_RECEIPT,
    kind=TEXT,
    total=DECIMAL,
    currency=TEXT,
    site=Field({"type": ["string", "null"]}),
)
SALE_REVISED = _type(
    "sale.revised",
    "Receipt {receipt_no} revised: {sale}",
    **_RECEIPT,
    revision=INTEGER,
    total=DECIMAL,
    total_before=DECIMAL,
)
# `via` is `sale` where a return followed the sale that it returns, `revision` where a revision names another buyer.
_HOLDER = {**_RECEIPT, "total": DECIMAL, "via": TEXT.or_absent}
SALE_CLAIMED = _type("sale.claimed", "Receipt {receipt_no} for {total} {currency} claimed", **_HOLDER)
SALE_MOVED = _type(
    "sale.moved",
    "Receipt {receipt_no} for {total} {currency} moved from another customer",
    **_HOLDER,
    from_customer_id=ID,
    to_customer_id=ID,
    reason=TEXT.or_absent,
)
SALE_RELEASED = _type(
    "sale.released",
    "Receipt {receipt_no} for {total} {currency} taken from its customer",
    **_HOLDER,
    from_customer_id=ID,
    reason=TEXT.or_absent,
)
SALE_VOIDED = _type("sale.voided", "Receipt {receipt_no} for {total} {currency} voided", reason=TEXT)
PRODUCT_UPDATED = _type("product.updated", "Product {name} updated", changes=CHANGES)
SITE_UPDATED = _type("site.updated", "Site {name} updated", changes=CHANGES)

# Resources of which every version is stored.
for _subject in (
    "calendar",
    "service_policy",
    "procedure",
    "feedback_rule",
    "theme",
    "survey",
    "survey_rule",
    "scorecard",
):
    _noun = _subject.replace("_", " ").capitalize()
    _type(f"{_subject}.created", f"{_noun} {{name}} created", version=INTEGER)
    _type(f"{_subject}.updated", f"{_noun} {{name}} updated", version=INTEGER, changed=TEXTS)

_COMPLAINT = "Complaint {reference}: "
_STEP = {"staff": TEXT.or_absent, "note": TEXT.or_absent}
_ESCALATION = {
    "metric": TEXT,
    "at_minutes": INTEGER,
    "notify": TEXTS,
    "reassigned_to": TEXT.or_absent,
    "priority": TEXT.or_absent,
}
COMPLAINT_RECEIVED = _type("complaint.received", f"{_COMPLAINT}received by {{channel}}", feeling=TEXT.or_absent)
COMPLAINT_CLAIMED = _type("complaint.claimed", f"{_COMPLAINT}claimed, received by {{channel}}")
COMPLAINT_MOVED = _type("complaint.moved", f"{_COMPLAINT}moved from another customer", **_MOVED)
COMPLAINT_RELEASED = _type("complaint.released", f"{_COMPLAINT}released from its customer", **_RELEASED)
COMPLAINT_UPDATED = _type("complaint.updated", f"{_COMPLAINT}updated", changes=CHANGES)
COMPLAINT_ACKNOWLEDGED = _type("complaint.acknowledged", f"{_COMPLAINT}acknowledged", staff=TEXT.or_absent)
COMPLAINT_ASSESSED = _type("complaint.assessed", f"{_COMPLAINT}assessed", staff=TEXT.or_absent, severity=TEXT.or_absent)
COMPLAINT_INVESTIGATED = _type(
    "complaint.investigated", f"{_COMPLAINT}under investigation", staff=TEXT.or_absent, owner=TEXT.or_absent
)
COMPLAINT_RESPONDED = _type(
    "complaint.responded", f"{_COMPLAINT}answered", staff=TEXT.or_absent, decision=TEXT.or_absent
)
COMPLAINT_ACCEPTED = _type("complaint.accepted", f"{_COMPLAINT}answer accepted", staff=TEXT.or_absent)
COMPLAINT_REJECTED = _type("complaint.rejected", f"{_COMPLAINT}answer rejected", staff=TEXT.or_absent)
COMPLAINT_DEADLOCKED = _type("complaint.deadlocked", f"{_COMPLAINT}in deadlock", staff=TEXT.or_absent)
COMPLAINT_REFERRED = _type(
    "complaint.referred", f"{_COMPLAINT}referred outside", staff=TEXT.or_absent, referred_to=TEXT.or_absent
)
COMPLAINT_SETTLED = _type("complaint.settled", f"{_COMPLAINT}settled", staff=TEXT.or_absent, outcome=TEXT.or_absent)
COMPLAINT_CLOSED = _type("complaint.closed", f"{_COMPLAINT}closed", staff=TEXT.or_absent)
COMPLAINT_WITHDRAWN = _type(
    "complaint.withdrawn", f"{_COMPLAINT}withdrawn", staff=TEXT.or_absent, reason=TEXT.or_absent
)
COMPLAINT_REOPENED = _type("complaint.reopened", f"{_COMPLAINT}reopened", staff=TEXT.or_absent, reason=TEXT.or_absent)
COMPLAINT_HELD = _type(
    "complaint.held", f"{_COMPLAINT}on hold, waiting for {{party}}", **_STEP, interaction_id=ID.or_absent
)
COMPLAINT_RESUMED = _type("complaint.resumed", f"{_COMPLAINT}resumed", **_STEP)
COMPLAINT_CUSTOMER_REPLIED = _type("complaint.customer_replied", f"{_COMPLAINT}the customer replied", interaction_id=ID)
COMPLAINT_UPDATE_SENT = _type("complaint.update_sent", f"{_COMPLAINT}update sent to the customer", interaction_id=ID)
COMPLAINT_BREACHED = _type("complaint.breached", f"{_COMPLAINT}time to {{metric}} ran out", metric=TEXT)
COMPLAINT_WARNED = _type("complaint.warned", f"{_COMPLAINT}time to {{metric}} is running out", **_ESCALATION)
COMPLAINT_ESCALATED = _type("complaint.escalated", f"{_COMPLAINT}time to {{metric}} ran out", **_ESCALATION)
COMPLAINT_STEP_DONE = _type("complaint.step_done", f"{_COMPLAINT}{{step}}: done", step=TEXT, done_by=TEXT.or_absent)
COMPLAINT_STEP_UNDONE = _type(
    "complaint.step_undone", f"{_COMPLAINT}{{step}}: not done after all", step=TEXT, done_by=TEXT.or_absent
)
for _state in ("sought", "offered", "accepted", "refused"):
    _type(
        f"complaint.remedy_{_state}",
        f"{_COMPLAINT}{{kind}} {_state}",
        kind=TEXT.or_absent,
        description=TEXT.or_absent,
        changes=CHANGES.or_absent,
    )
COMPLAINT_REMEDY_UPDATED = _type("complaint.remedy_updated", f"{_COMPLAINT}{{kind}} updated", changes=CHANGES)
_ACTION = f"{_COMPLAINT}{{kind}} action"
COMPLAINT_ACTION_PLANNED = _type("complaint.action_planned", f"{_ACTION}: {{description}}", owner=TEXT.or_absent)
COMPLAINT_ACTION_UPDATED = _type("complaint.action_updated", f"{_ACTION} updated: {{description}}", changes=CHANGES)
COMPLAINT_ACTION_DONE = _type("complaint.action_done", f"{_ACTION} done: {{description}}", changes=CHANGES)
COMPLAINT_ACTION_VERIFIED = _type("complaint.action_verified", f"{_ACTION} verified: {{description}}", changes=CHANGES)

_RATED = dict.fromkeys(("metric", "nps_class", "sentiment", "site", "competitor"), TEXT.or_absent)
_FIGURES = dict.fromkeys(("value", "best", "score"), DECIMAL.or_absent)
FEEDBACK_RECEIVED = _type("feedback.received", "{feedback}", method=TEXT, **_RATED, **_FIGURES)
FEEDBACK_UPDATED = _type("feedback.updated", "Updated: {feedback}", changes=CHANGES)
FEEDBACK_CLAIMED = _type("feedback.claimed", "Claimed: {feedback}", changes=CHANGES)
FEEDBACK_MOVED = _type("feedback.moved", "Moved from another customer: {feedback}", **_MOVED)
FEEDBACK_RELEASED = _type("feedback.released", "Released from its customer: {feedback}", **_RELEASED)
FEEDBACK_ACKNOWLEDGED = _type(
    "feedback.acknowledged",
    "Thanked{by_channel}: {feedback}",
    acknowledged_by=TEXT,
    acknowledged_interaction_id=ID.or_absent,
)
FEEDBACK_ACTED = _type("feedback.acted", "Acted upon: {feedback}", acted_by=TEXT, action=TEXT)
FEEDBACK_NOTIFIED = _type(
    "feedback.notified",
    "Customer notified{by_channel}: {feedback}",
    notified_by=TEXT,
    notified_interaction_id=ID.or_absent,
)
IDEA_CREATED = _type("idea.created", "Idea suggested: {idea}")
IDEA_UPDATED = _type("idea.updated", "Idea updated: {idea}", changes=CHANGES)
for _status, _title in {
    "new": "Idea is new again",
    "considered": "Idea is being considered",
    "planned": "Idea is planned",
    "done": "Idea is done",
    "declined": "Idea was declined",
}.items():
    _type(f"idea.{_status}", f"{_title}: {{idea}}", changes=CHANGES)
IDEA_VOTED = _type("idea.voted", "Voted for the idea: {idea}")
IDEA_UNVOTED = _type("idea.unvoted", "Vote taken back for the idea: {idea}")

for _verb in ("opened", "paused", "closed"):
    _type(f"survey.{_verb}", f"Survey {{name}} {_verb}", published_version=INTEGER.or_absent)
INVITATION_CREATED = _type(
    "invitation.created",
    "Asked for feedback: {survey}",
    survey=TEXT,
    invitation_id=ID,
    send_after=TIMESTAMP,
    language=TEXT.or_absent,
)
INVITATION_SENT = _type("invitation.sent", "Invitation sent{again}: {survey}", survey=TEXT)
INVITATION_REVOKED = _type("invitation.revoked", "Invitation revoked: {survey}", survey=TEXT)
INVITATION_WITHDRAWN = _type("invitation.withdrawn", "Invitation withdrawn: {survey}", survey=TEXT, reason=TEXT)
INVITATION_CLAIMED = _type("invitation.claimed", "Invitation claimed: {survey}", survey=TEXT)
INVITATION_MOVED = _type("invitation.moved", "Invitation moved from another customer: {survey}", **_MOVED)
INVITATION_RELEASED = _type("invitation.released", "Invitation released from its customer: {survey}", **_RELEASED)
INVITATION_ANSWERED = _type("invitation.answered", "Survey {survey} answered", survey_id=ID, feedback_id=ID)

_VISIT = {"kind": TEXT, "site": TEXT.or_absent, "score": DECIMAL.or_absent}
for _verb in ("planned", "done"):
    _type(f"visit.{_verb}", "{visit}", **_VISIT)
_type("visit.updated", "{visit}", **_VISIT, changes=CHANGES)
_type("visit.cancelled", "{visit}", **_VISIT, reason=TEXT)

STAYING = (INTERACTION_ATTENDED.name, *(name for name in EVENT_TYPES if name.endswith(".released")))
"""Events that do not go along with their subject to another customer: those of somebody else who took part, and what
says of a former customer that it is theirs no longer.
"""

AT_MOMENT = (
    *(SALE_RECORDED.name, SALE_REVISED.name, SALE_CLAIMED.name, SALE_MOVED.name, SALE_RELEASED.name),
    *(INTERACTION_RECORDED.name, INTERACTION_PLANNED.name, INTERACTION_HELD.name, INTERACTION_MISSED.name),
    *(INTERACTION_CANCELLED.name, INTERACTION_CLAIMED.name, INTERACTION_ATTENDED.name),
)
"""Events that have the moment of their record, and go along where that is corrected. Complaints cannot be received, nor
feedback of customers be collected, at another time than was said.
"""
