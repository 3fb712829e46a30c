"""Tasks and complaints that rules make of feedback, in the transaction that records it."""

from collections.abc import Collection, Sequence
from datetime import timedelta
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
"""The source of complaints made of feedback; their external id is the id of the feedback."""
_MAX_TASK_LENGTH = 1_000


async def make(ctx: Context, drafts: Sequence[FeedbackDraft], done: Collection[UUID] = ()) -> None:
    """Apply the active rules to each, except for the rules in `done`, which were applied before."""
    recent = [draft for draft in drafts if _may_follow_up(ctx, draft)]
    active = [rule for rule in await store.active(ctx) if rule.id not in done] if recent else []
    if not active:
        return
    facts = await _facts(ctx, recent, active)
    due = [
        (draft, rule)
        for draft in recent
        for rule in active
        if rules.matches(rule.definition["conditions"], facts[draft.id])
    ]
    task_ids = await _tasks(ctx, [(draft, rule) for draft, rule in due if rule.definition["task"] is not None])
    complaint_ids = await _complaints(ctx, [(draft, rule) for draft, rule in due if rule.definition["complaint"]])
    await store.add_follow_ups(
        ctx,
        [
            {
                "feedback_id": draft.id,
                "rule_id": rule.id,
                "task_id": task_ids.get((draft.id, rule.id)),
                "complaint_id": complaint_ids.get(draft.id) if rule.definition["complaint"] else None,
                "created_at": ctx.now,
            }
            for draft, rule in due
        ],
    )


def _may_follow_up(ctx: Context, draft: FeedbackDraft) -> bool:
    acted_at = draft.new.loop.acted_at if draft.new.loop is not None else None
    return rules.may_follow_up(draft.new.method, draft.collected_at, acted_at, ctx.now)


async def _facts(ctx: Context, drafts: Sequence[FeedbackDraft], active: Sequence[Rule]) -> dict[UUID, Facts]:
    surveys = {draft.survey_id for draft in drafts if draft.survey_id is not None}
    codes_needed = surveys and any(rule.definition["conditions"]["surveys"] for rule in active)
    codes = await store.survey_codes(ctx, surveys) if codes_needed else {}
    return {
        draft.id: Facts(
            draft.new.method,
            draft.headline["metric"],
            codes.get(draft.survey_id) if draft.survey_id is not None else None,
            draft.site,
            draft.new.channel,
            draft.headline["score"],
            draft.analysis.sentiment,
            draft.analysis.themes,
            draft.customer_id is not None,
        )
        for draft in drafts
    }


async def _tasks(ctx: Context, due: Sequence[tuple[FeedbackDraft, Rule]]) -> dict[tuple[UUID, UUID], UUID]:
    if not due:
        return {}
    names = await store.customer_names(ctx, {draft.customer_id for draft, _ in due if draft.customer_id is not None})
    tasks = []
    for draft, rule in due:
        task = rule.definition["task"]
        author = draft.new.author.name if draft.new.author is not None else None
        name = names.get(draft.customer_id) if draft.customer_id is not None else author
        about = f"{draft.title}, {name}" if name else draft.title
        hours = task["due_hours"]
        tasks.append(
            TaskDraft(
                f"{task['what']} ({about})"[:_MAX_TASK_LENGTH],
                ctx.now,
                note=draft.new.text,
                customer_id=draft.customer_id,
                origin_id=draft.id if draft.customer_id is not None else None,
                interaction_id=draft.new.interaction_id,
                feedback_id=draft.id,
                complaint_id=draft.new.complaint_id,
                owner=task["owner"],
                due_at=ctx.now + timedelta(hours=hours) if hours is not None else None,
            )
        )
    ids = await interactions.create_tasks(ctx, tasks)
    return {(draft.id, rule.id): task_id for (draft, rule), task_id in zip(due, ids, strict=True)}


async def _complaints(ctx: Context, due: Sequence[tuple[FeedbackDraft, Rule]]) -> dict[UUID, UUID]:
    first: dict[UUID, tuple[FeedbackDraft, Rule]] = {}
    for draft, rule in due:
        first.setdefault(draft.id, (draft, rule))
    if not first:
        return {}
    origins = {str(draft.id): draft.id for draft, _ in first.values() if draft.customer_id is not None}
    results = await complaints.record_many(ctx, [_complaint(draft, rule) for draft, rule in first.values()], origins)
    ids: dict[UUID, UUID] = {}
    for feedback_id, result in zip(first, results, strict=True):
        if result.id is None and result.problem is not None:
            raise result.problem
        assert result.id is not None  # recorded now, or by an earlier version of the feedback
        ids[feedback_id] = result.id
    return ids


def _complaint(draft: FeedbackDraft, rule: Rule) -> ComplaintNew:
    """Received now, whenever the feedback was collected, so that its clocks run from now."""
    new, template = draft.new, rule.definition["complaint"]
    return ComplaintNew(
        channel=new.channel or Channel.OTHER,
        site=draft.site,
        sku=draft.sku,
        sale_id=draft.sale_id,
        sale_line_no=new.sale_line_no if draft.sale_id is not None else None,
        interaction_id=new.interaction_id,
        staff=draft.staff,
        category=template["category"],
        severity=template["severity"],
        priority=template["priority"],
        owner=template["owner"],
        description=new.text or titles.sentence(draft.title),
        customer_id=draft.customer_id,
        complainant=Complainant(**new.author.model_dump()) if new.author is not None else None,
        source=SOURCE,
        external_id=str(draft.id),
    )
