from typing import Annotated

from fastapi import Body, Query, Request, Response

from app.schemas.kit.types import VersionQuery
from app.schemas.service_levels.policies import (
    ServicePolicy,
    ServicePolicyChange,
    ServicePolicyNew,
    ServicePolicyPage,
    ServicePolicyQuery,
    ServicePolicyVersionPage,
)
from app.services.service_levels.policies import POLICIES
from app.web import replies
from app.web.deps import Ctx, IfMatch, PathId
from app.web.route import resource

PATH = "/v1/service-policies"
router = resource("service", PATH)


@router.get("", response_model=ServicePolicyPage)
async def list_service_policies(ctx: Ctx, request: Request, query: Annotated[ServicePolicyQuery, Query()]) -> Response:
    """List service policies

    In the order in which they are tried, unless sorted otherwise.
    """
    return replies.page(request, await POLICIES.find(ctx, query))


@router.post("", response_model=ServicePolicy, status_code=201)
async def create_service_policy(ctx: Ctx, new: ServicePolicyNew) -> Response:
    """Create a service policy

    A complaint falls under the first active policy that fits it; complaints that are open already stay under theirs.
    409 when the code is taken.
    """
    return replies.created(await POLICIES.create(ctx, new), PATH)


@router.get("/{service_policy_id}", response_model=ServicePolicy)
async def get_service_policy(ctx: Ctx, service_policy_id: PathId) -> Response:
    """Get a service policy"""
    return replies.resource(await POLICIES.get(ctx, service_policy_id))


@router.patch("/{service_policy_id}", response_model=ServicePolicy)
async def change_service_policy(
    ctx: Ctx,
    service_policy_id: PathId,
    patch: Annotated[ServicePolicyChange, Body(media_type="application/merge-patch+json")],  # type: ignore[valid-type]
    version: IfMatch,
) -> Response:
    """Change a service policy

    A JSON merge patch: what is left out stays, null takes a value away, lists are replaced whole. It becomes a new
    version, unless nothing changes, and the open clocks of its complaints are worked out again.
    """
    return replies.resource(await POLICIES.change(ctx, service_policy_id, patch, version))


@router.get("/{service_policy_id}/versions", response_model=ServicePolicyVersionPage)
async def list_service_policy_versions(
    ctx: Ctx, request: Request, service_policy_id: PathId, query: Annotated[VersionQuery, Query()]
) -> Response:
    """List the versions of a service policy

    What it was, who made it so and when: the newest first, unless sorted otherwise.
    """
    return replies.page(request, await POLICIES.versions(ctx, service_policy_id, query))
