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
from app.web import export_routes, replies
from app.web.deps import Ctx, IfMatch, PathId
from app.web.route import resource

PATH = "/v1/service-policies"
router = resource("service", PATH)


@router.get("", response_model=ServicePolicyPage)
async def list_service_policies(ctx: Ctx, request: Request, query: Annotated[ServicePolicyQuery, Query()]) -> Response:
    """List service policies

    In order of evaluation by default: by `position`, the lowest first.
    """
    return replies.page(request, await POLICIES.find(ctx, query))


export_routes.add(router, list_service_policies, ServicePolicy, POLICIES.find)


@router.post("", response_model=ServicePolicy, status_code=201)
async def create_service_policy(ctx: Ctx, new: ServicePolicyNew) -> Response:
    """Create a service policy

    A new complaint is measured by the first active policy that matches it. Complaints that are already open keep their
    policy. 409 when the code is already in use.
    """
    return replies.created(await POLICIES.create(ctx, new), PATH)


@router.get("/{service_policy_id}", response_model=ServicePolicy)
async def get_service_policy(ctx: Ctx, service_policy_id: PathId) -> Response:
    """Get a service policy

    The current version of the policy. Earlier ones are listed under `/versions`.
    """
    return replies.resource(await POLICIES.get(ctx, service_policy_id))


@router.patch("/{service_policy_id}", response_model=ServicePolicy)
async def update_service_policy(
    ctx: Ctx,
    service_policy_id: PathId,
    patch: Annotated[ServicePolicyChange, Body(media_type="application/merge-patch+json")],  # type: ignore[valid-type]
    version: IfMatch,
) -> Response:
    """Update a service policy

    A JSON merge patch (RFC 7396): fields that are left out keep their value, null clears a value, lists are replaced as
    a whole. Creates a new version unless nothing changes, and recalculates the open clocks of its complaints.
    """
    return replies.resource(await POLICIES.change(ctx, service_policy_id, patch, version))


@router.get("/{service_policy_id}/versions", response_model=ServicePolicyVersionPage)
async def list_service_policy_versions(
    ctx: Ctx, request: Request, service_policy_id: PathId, query: Annotated[VersionQuery, Query()]
) -> Response:
    """List the versions of a service policy

    Every version with its full definition, the API key that made it and when, newest first by default.
    """
    return replies.page(request, await POLICIES.versions(ctx, service_policy_id, query))
