"""The checklist that a procedure gives a complaint, and the moves that require steps of it."""

import json
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import NotFound, StepOpen
from app.rules.complaints import states as rules
from app.rules.complaints.states import Move, State
from app.rules.kit import event_types
from app.rules.kit.timestamps import format_timestamp
from app.schemas.complaints.checklists import StepChange
from app.services.complaints import case_store, procedures
from app.services.complaints.case import Case
from app.store.complaints import checklists
from app.store.complaints import complaints as store


async def checklist(ctx: Context, complaint_id: UUID) -> str:
    """JSON of the steps of its procedure and which are done, with the guidance for the customer's feeling."""
    document = json.loads((await store.COMPLAINTS.get(ctx, complaint_id)).json)
    definition = await _definition(ctx, document["procedure_id"], document["procedure_version"])
    done = {row["step"]: row for row in await checklists.completed_steps(ctx, complaint_id)}
    steps = [_with_status(step, done.get(step["key"])) for step in definition["steps"]]
    guidance = definition.get("guidance") or {}
    feeling = document["feeling"]
    return json.dumps(
        {
            "complaint_id": str(complaint_id),
            "procedure_id": document["procedure_id"],
            "procedure_version": document["procedure_version"],
            "name": definition.get("name"),
            "steps": steps,
            "allowed_moves": [
                {"move": move, "open_steps": _open_steps(definition["steps"], set(done), move)}
                for move in rules.allowed(State(document["state"]))
            ],
            "feeling": feeling,
            "guidance": guidance.get(feeling) if feeling is not None else None,
            "staff_mood": definition.get("staff_mood"),
        },
        ensure_ascii=False,
    )


async def mark(ctx: Context, complaint_id: UUID, step: str, change: StepChange) -> str:
    """Complete a step or undo it; answers with the checklist. 404 for a step that the procedure does not have."""
    case = await case_store.load(ctx, complaint_id)
    definition = await _definition(ctx, case.complaint.procedure_id, case.complaint.procedure_version)
    definition_step = next((s for s in definition["steps"] if s["key"] == step), None)
    if definition_step is None:
        raise NotFound("Step not found in the procedure")
    done_before = {row["step"] for row in await checklists.completed_steps(ctx, complaint_id)}
    if change.done:
        await checklists.complete_step(ctx, complaint_id, step, change.done_by or ctx.actor, change.note)
    else:
        await checklists.undo_step(ctx, complaint_id, step)
    if change.done != (step in done_before):
        type_ = event_types.COMPLAINT_STEP_DONE if change.done else event_types.COMPLAINT_STEP_UNDONE
        case.record(type_, ctx.now, title={"step": definition_step["title"]}, step=step, done_by=change.done_by)
        await case_store.save(ctx, [case])
    return await checklist(ctx, complaint_id)


async def require_done(ctx: Context, case: Case, move: Move) -> None:
    """409 StepOpen, naming them, where mandatory steps before this move are open."""
    if case.complaint.procedure_id is None:
        return
    definition = await _definition(ctx, case.complaint.procedure_id, case.complaint.procedure_version)
    required = [step for step in definition["steps"] if step["before"] == move and step["mandatory"]]
    if not required:
        return
    done = {row["step"] for row in await checklists.completed_steps(ctx, case.id)}
    missing = [step for step in required if step["key"] not in done]
    if missing:
        errors = [{"pointer": f"/steps/{s['key']}", "code": "step_open", "detail": s["title"]} for s in missing]
        named = ", ".join(step["title"] for step in missing)
        raise StepOpen(f"Steps to complete first: {named}", errors=errors, steps=[step["key"] for step in missing])


async def _definition(ctx: Context, procedure_id: Any, version: int | None) -> dict[str, Any]:
    if procedure_id is None or version is None:
        return {"steps": []}
    return await procedures.procedure_at(ctx, UUID(str(procedure_id)), version)


def _with_status(step: dict[str, Any], done: Any) -> dict[str, Any]:
    return {
        "key": step["key"],
        "title": step["title"],
        "before": step["before"],
        "mandatory": step["mandatory"],
        "wording": step.get("wording"),
        "done": done is not None,
        "done_at": format_timestamp(done["done_at"]) if done is not None else None,
        "done_by": done["done_by"] if done is not None else None,
        "note": done["note"] if done is not None else None,
    }


def _open_steps(steps: list[dict[str, Any]], done: set[str], move: Move) -> list[str]:
    return [s["key"] for s in steps if s["before"] == move and s["mandatory"] and s["key"] not in done]
