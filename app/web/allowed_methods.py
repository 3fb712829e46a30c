"""The methods of a path, for the Allow header."""

import re
from typing import Any

from starlette.routing import compile_path

_METHODS = frozenset({"get", "put", "post", "delete", "patch"})


def methods(app: Any, path: str) -> list[str]:
    """The documented methods of all routes that match the path, with HEAD and OPTIONS; empty where none does."""
    table: list[tuple[re.Pattern[str], set[str]]] | None = getattr(app.state, "methods_by_path", None)
    if table is None:
        documented = app.openapi()["paths"].items()
        table = [(compile_path(template)[0], _METHODS & operations.keys()) for template, operations in documented]
        app.state.methods_by_path = table
    allowed = {method.upper() for pattern, found in table if pattern.fullmatch(path) for method in found}
    return sorted(allowed | ({"HEAD"} if "GET" in allowed else set()) | {"OPTIONS"}) if allowed else []
