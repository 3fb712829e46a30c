"""Loads what the records of the sample shop refer to: service levels, surveys, rules, themes, scorecards and ideas.

What is already there is left as it is, so that loading can be repeated.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.rules.feedback.feedback import IdeaStatus
from app.sample import feedback_setup
from app.sample.feedback_texts import IDEAS
from app.sample.shop import SampleShop
from app.schemas.feedback.ideas import IdeaChange, IdeaNew, IdeaQuery
from app.schemas.feedback.themes import ThemeNew
from app.schemas.surveys.surveys import SurveyNew
from app.services.complaints.procedures import PROCEDURES
from app.services.feedback import ideas, themes
from app.services.feedback.rules import FEEDBACK_RULES
from app.services.feedback.themes import THEMES
from app.services.kit.versioned import VersionedResource
from app.services.service_levels.calendars import CALENDARS
from app.services.service_levels.policies import POLICIES
from app.services.surveys import surveys
from app.services.surveys.rules import SURVEY_RULES
from app.services.surveys.surveys import SURVEYS
from app.services.visits.scorecards import SCORECARDS


@dataclass(frozen=True)
class FeedbackReferences:
    """What feedback and visits refer to."""

    surveys: dict[str, tuple[UUID, int]]
    """Survey and published version by code."""
    scorecards: dict[str, UUID]
    """By code."""
    ideas: list[UUID]
    """In the order of IDEAS."""


def service_level_documents(shop: SampleShop) -> dict[VersionedResource, list[dict[str, Any]]]:
    return {CALENDARS: [shop.calendar], POLICIES: shop.policies, PROCEDURES: shop.procedures}


async def create_service_levels(ctx: Context, shop: SampleShop) -> None:
    for resource, documents in service_level_documents(shop).items():
        await _create_missing(ctx, resource, documents)


async def create_feedback_setup(ctx: Context) -> FeedbackReferences:
    await _create_missing(ctx, FEEDBACK_RULES, feedback_setup.FEEDBACK_RULES)
    await _create_missing(ctx, SCORECARDS, feedback_setup.SCORECARDS)
    for theme in map(ThemeNew.model_validate, feedback_setup.THEMES):
        if await THEMES.table.holder(ctx, theme.code) is None:
            await themes.create(ctx, theme)
    for survey in map(SurveyNew.model_validate, feedback_setup.SURVEYS):
        if await SURVEYS.table.holder(ctx, survey.code) is None:
            await surveys.open_(ctx, (await SURVEYS.create(ctx, survey)).id)
    await _create_missing(ctx, SURVEY_RULES, feedback_setup.SURVEY_RULES)
    return FeedbackReferences(
        {survey["code"]: await _published_survey(ctx, survey["code"]) for survey in feedback_setup.SURVEYS},
        {card["code"]: await _id_by_code(ctx, SCORECARDS, card["code"]) for card in feedback_setup.SCORECARDS},
        await _create_ideas(ctx),
    )


async def _create_missing(ctx: Context, resource: VersionedResource, documents: Iterable[dict[str, Any]]) -> None:
    for content in map(resource.table.content.model_validate, documents):
        if await resource.table.holder(ctx, getattr(content, resource.table.key)) is None:
            await resource.create(ctx, content)


async def _published_survey(ctx: Context, code: str) -> tuple[UUID, int]:
    survey = json.loads((await SURVEYS.get(ctx, await _id_by_code(ctx, SURVEYS, code))).json)
    return UUID(survey["id"]), survey["published_version"]


async def _id_by_code(ctx: Context, resource: VersionedResource, code: str) -> UUID:
    row_id = await resource.table.holder(ctx, code)
    assert row_id is not None, code
    return row_id


async def _create_ideas(ctx: Context) -> list[UUID]:
    page = await ideas.find(ctx, IdeaQuery(limit=200))
    known = {idea["title"]: UUID(idea["id"]) for idea in map(json.loads, page.items)}
    for title, description, status in IDEAS:
        if title not in known:
            idea = await ideas.create(ctx, IdeaNew(title=title, description=description))
            known[title] = idea.id
            if status != IdeaStatus.NEW:
                await ideas.change(ctx, idea.id, IdeaChange(status=status), None)
    return [known[title] for title, _, _ in IDEAS]
