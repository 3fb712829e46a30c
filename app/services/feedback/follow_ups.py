"""Tasks and complaints that rules make of feedback, in the transaction in which it comes in."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from app.core.context import Context
from app.rules.feedback import follow_ups as rules
from app.rules.feedback import titles
from app.rules.feedback.follow_ups import Facts
from app.rules.kit.channels import Channel
from app.schemas.complaints import Complainant, ComplaintNew
from app.services import complaints, interactions
from app.services.feedback.drafts import FeedbackDraft
from app.services.interactions import TaskDraft
from app.store.feedback import rules as store
from app.store.feedback.rules import Rule

SOURCE = "feedback"
"""Of complaints that were made of feedback; their external id is that of the feedback."""
_LONGEST_TASK = 1_000


async def make(ctx: Context, heard: Sequence[FeedbackDraft], done: Collection[UUID] = ()) -> None:
    """Do for each what the active rules say, but for the rules whose work is `done` already."""
    young = [one for one in heard if rules.in_time(one.new.method, one.collected_at, _acted_at(one), ctx.now)]
    active = [rule for rule in await store.active(ctx) if rule.id not in done] if young else []
    if not active:
        return
    facts = await _facts(ctx, young, active)
    due = [
        (one, rule) for one in young for rule in active if rules.matches(rule.definition["conditions"], facts[one.id])
    ]
    made_tasks = await _tasks(ctx, [(one, rule) for one, rule in due if rule.definition["task"] is not None])
    made_complaints = await _complaints(ctx, [(one, rule) for one, rule in due if rule.definition["complaint"]])
    await store.keep(
        ctx,
        [
            {
                "feedback_id": one.id,
                "rule_id": rule.id,
                "task_id": made_tasks.get((one.id, rule.id)),
                "complaint_id": made_complaints.get(one.id) if rule.definition["complaint"] else None,
                "created_at": ctx.now,
            }
            for one, rule in due
        ],
    )


async def _facts(ctx: Context, heard: Sequence[FeedbackDraft], active: Sequence[Rule]) -> dict[UUID, Facts]:
    surveys = {one.survey_id for one in heard if one.survey_id is not None}
    asked = surveys and any(rule.definition["conditions"]["surveys"] for rule in active)
    codes = await store.survey_codes(ctx, surveys) if asked else {}
    return {
        one.id: Facts(
            one.new.method,
            one.headline["metric"],
            codes.get(one.survey_id) if one.survey_id is not None else None,
            one.site,
            one.new.channel,
            one.headline["score"],
            one.judged.sentiment,
            one.judged.themes,
            one.customer_id is not None,
        )
        for one in heard
    }


async def _tasks(ctx: Context, due: Sequence[tuple[FeedbackDraft, Rule]]) -> dict[tuple[UUID, UUID], UUID]:
    if not due:
        return {}
    names = await store.names(ctx, {one.customer_id for one, _ in due if one.customer_id is not None})
    promises = []
    for one, rule in due:
        task = rule.definition["task"]
        author = one.new.author.name if one.new.author is not None else None
        who = names.get(one.customer_id) if one.customer_id is not None else author
        about = f"{one.title}, {who}" if who else one.title
        hours = task["due_hours"]
        promises.append(
            TaskDraft(
                f"{task['what']} ({about})"[:_LONGEST_TASK],
                ctx.now,
                note=one.new.text,
                customer_id=one.customer_id,
                interaction_id=one.new.interaction_id,
                owner=task["owner"],
                due_at=ctx.now + timedelta(hours=hours) if hours is not None else None,
            )
        )
    ids = await interactions.create_tasks(ctx, promises)
    return {(one.id, rule.id): task_id for (one, rule), task_id in zip(due, ids, strict=True)}


async def _complaints(ctx: Context, due: Sequence[tuple[FeedbackDraft, Rule]]) -> dict[UUID, UUID]:
    first: dict[UUID, tuple[FeedbackDraft, Rule]] = {}
    for one, rule in due:
        first.setdefault(one.id, (one, rule))
    if not first:
        return {}
    outcomes = await complaints.record_many(ctx, [_complaint(one, rule) for one, rule in first.values()])
    made: dict[UUID, UUID] = {}
    for feedback_id, outcome in zip(first, outcomes, strict=True):
        if outcome.id is None and outcome.problem is not None:
            raise outcome.problem
        assert outcome.id is not None  # made now, or when the feedback was another
        made[feedback_id] = outcome.id
    return made


def _complaint(one: FeedbackDraft, rule: Rule) -> ComplaintNew:
    """It came in now, whenever it was said: so the clocks run from now."""
    new, wanted = one.new, rule.definition["complaint"]
    return ComplaintNew(
        channel=new.channel or Channel.OTHER,
        site=one.site,
        sku=one.sku,
        sale_id=one.sale_id,
        sale_line_no=new.sale_line_no if one.sale_id is not None else None,
        interaction_id=new.interaction_id,
        staff=one.staff,
        category=wanted["category"],
        severity=wanted["severity"],
        priority=wanted["priority"],
        owner=wanted["owner"],
        description=new.text or titles.sentence(one.title),
        customer_id=one.customer_id,
        complainant=Complainant(**new.author.model_dump()) if new.author is not None else None,
        source=SOURCE,
        external_id=str(one.id),
    )


def _acted_at(one: FeedbackDraft) -> datetime | None:
    return one.new.loop.acted_at if one.new.loop is not None else None
