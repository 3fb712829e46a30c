"""The HTTP contract, one file a resource. Routers are found by looking: a new file needs no entry anywhere."""

from importlib import import_module
from pkgutil import walk_packages

from fastapi import APIRouter
from fastapi.routing import APIRoute

from app.rules.access import RESOURCES


def routes() -> list[APIRoute]:
    """Every route of every router in these packages.

    Where two could answer the same path, the one that is more particular comes first: `/sales/batch` before
    `/sales/{sale_id}`.
    """
    modules = [import_module(found.name) for found in walk_packages(__path__, f"{__name__}.")]
    routers = [value for module in modules for value in vars(module).values() if isinstance(value, APIRouter)]
    found = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    return sorted(found, key=_order)


def _order(route: APIRoute) -> tuple[int, list[tuple[bool, str]]]:
    """Resources in the order of the documentation, which begins with the busiest: a route costs the ones before it.

    Within a resource, segment by segment: those that are written out come before parameters.
    """
    segments = route.path.split("/")
    resource = next((n for n, name in enumerate(RESOURCES) if name in segments[:3]), len(RESOURCES))
    return resource, [(segment.startswith("{"), segment) for segment in segments]
