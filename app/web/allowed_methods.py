"""The methods of a path, for the Allow header."""

from fastapi import FastAPI
from starlette.routing import Route


def methods(app: FastAPI, path: str) -> list[str]:
    """The methods of all documented routes that match the path, and OPTIONS; empty where none does."""
    allowed = {
        method
        for route in app.router.routes
        if isinstance(route, Route) and route.include_in_schema and route.path_regex.match(path)
        for method in route.methods or ()
    }
    return sorted(allowed | ({"HEAD"} if "GET" in allowed else set()) | {"OPTIONS"}) if allowed else []
